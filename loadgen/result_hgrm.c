// result_hgrm.c: the response times as HdrHistogram prints a percentile distribution, which public
// plotters open. Milliseconds.
//
// Its rows lie closer the nearer they come to 100 %: five in each half of what remains.
#include <inttypes.h>
#include <math.h>

#include "loadgen/result.h"

static const double MS = 1e6;
static const double TICKS_PER_HALF = 5;

static void write_rows(const struct histogram *h, uint64_t slower, FILE *out)
{
    double all = (double)(h->total + slower), next = 0; // percent
    uint64_t seen = 0;

    for (size_t i = 0; i < h->length && seen < h->total; i++) {
        if (h->counts[i] == 0)
            continue;
        seen += h->counts[i];
        int64_t highest = histogram_highest_in(h, i), max = h->max;
        double value = (double)(highest < max ? highest : max) / MS;
        double percent = 100 * (double)seen / all;
        bool last = seen == h->total && slower == 0;
        // A bucket that many of these points fall in has as many rows; but the last has one of
        // them, and the end.
        while (next <= percent) {
            fprintf(out, "%12.6f %2.12f %10" PRIu64 " %14.2f\n", value, next / 100, seen,
                    100 / (100 - next));
            next += 100 / (TICKS_PER_HALF * exp2(floor(log2(100 / (100 - next))) + 1));
            if (last)
                break;
        }
        if (last)
            fprintf(out, "%12.6f %2.12f %10" PRIu64 " %14s\n", value, 1.0, seen, "inf");
    }
}

void result_write_hgrm(const struct result *r, FILE *out)
{
    const struct histogram *h = r->response;
    unsigned sub_buckets = 2U << h->half_bits;

    fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
            "1/(1-Percentile)");
    write_rows(h, result_slower(r), out);
    fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n", histogram_mean(h) / MS,
            histogram_deviation(h) / MS);
    fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n",
            h->total > 0 ? (double)h->max / MS : 0, (uint64_t)h->total);
    fprintf(out, "#[Buckets = %12u, SubBuckets     = %12u]\n",
            (unsigned)(h->length / (sub_buckets / 2)) - 1, sub_buckets);
}

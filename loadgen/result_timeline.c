// result_timeline.c: one row for each interval of a run, with tabs between: percentiles, and all
// that is needed to draw a heat map.
#include <inttypes.h>

#include "base/units.h"
#include "loadgen/result.h"

static void write_latency(const struct interval *i, FILE *out)
{
    static const double fractions[] = {0.5, 0.9, 0.99};
    const struct histogram *h = i->response;
    const char *space = "\t";
    int64_t ns;

    if (h == NULL || h->total == 0) {
        fputs("\t-\t-\t-\t-\t-", out);
        return;
    }
    // What was due in it and has not been answered counts as slower than what was.
    uint64_t slower = i->sent > h->total ? i->sent - h->total : 0;
    for (size_t f = 0; f < sizeof fractions / sizeof *fractions; f++)
        if (histogram_percentile(h, fractions[f], slower, &ns))
            fprintf(out, "\t%" PRId64, ns);
        else
            fputs("\t-", out);
    fprintf(out, "\t%" PRId64, (int64_t)h->max);
    for (size_t b = 0; b < h->length; b++)
        if (h->counts[b] > 0) {
            fprintf(out, "%s%" PRId64 ":%" PRIu64, space, histogram_lowest_in(h, b),
                    (uint64_t)h->counts[b]);
            space = " ";
        }
}

void result_write_timeline(const struct result *r, FILE *out)
{
    fputs("start_s\tsent\tanswered\terrors\tp50_ns\tp90_ns\tp99_ns\tmax_ns\thistogram\n", out);
    for (size_t n = 0; n < r->interval_count; n++) {
        const struct interval *i = &r->intervals[n];
        fprintf(out, "%.6f\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
                (double)i->start_ns / NS_PER_SECOND, i->sent, i->answered, i->errors);
        write_latency(i, out);
        fputc('\n', out);
    }
}

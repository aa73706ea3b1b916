// result.c: see result.h. A result's life, and the two figures that everybody computes alike.
#include "loadgen/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"

static struct histogram *new_histogram(void)
{
    struct histogram *h = histogram_new(3);

    if (h == NULL)
        die_errno("cannot make a histogram");
    return h;
}

void result_init(struct result *r)
{
    memset(r, 0, sizeof *r);
    r->processes = 1;
    r->response = new_histogram();
    r->service = new_histogram();
    r->connect = new_histogram();
    r->lag = new_histogram();
}

void result_free(struct result *r)
{
    free(r->response);
    free(r->service);
    free(r->connect);
    free(r->lag);
    for (size_t i = 0; i < r->interval_count; i++)
        free(r->intervals[i].response);
    free(r->intervals);
    free(r->others);
    free(r->shares);
    memset(r, 0, sizeof *r);
}

static double per_second(const struct result *r, uint64_t n)
{
    return r->duration_ns > 0 ? (double)n * NS_PER_SECOND / (double)r->duration_ns : 0;
}

double result_rps(const struct result *r)
{
    return r->processes > 1 ? r->merged_rps : per_second(r, r->completed);
}

double result_bytes_per_s(const struct result *r)
{
    return r->processes > 1 ? r->merged_bytes_per_s : per_second(r, r->completed_bytes);
}

bool result_save(const struct result *r, const char *file,
                 void (*write)(const struct result *, FILE *))
{
    bool standard = strcmp(file, "-") == 0;
    FILE *out = standard ? stdout : fopen(file, "we");

    if (out == NULL) {
        warn_errno("cannot write %s", file);
        return false;
    }
    write(r, out);
    // A full disk may show as late as in fclose(3); standard output stays open for what follows.
    bool failed = ferror(out) != 0;
    if ((standard ? fflush(out) : fclose(out)) == 0 && !failed)
        return true;
    warn_errno("cannot write %s", standard ? "to standard output" : file);
    return false;
}

const char *result_time(double ns, char text[32])
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    size_t i = 0;

    if (!(ns >= 0)) { // NaN too
        snprintf(text, 32, "-");
    } else if (ns < 999.5) {
        snprintf(text, 32, "%.0f ns", ns);
    } else {
        // The limits lie where rounding to three digits reaches the next power of ten.
        while (i < 2 && ns / units[i].ns >= 999.5)
            i++;
        double value = ns / units[i].ns;
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        snprintf(text, 32, "%.*f %s", decimals, value, units[i].name);
    }
    return text;
}

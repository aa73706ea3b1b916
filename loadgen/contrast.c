// contrast.c: see contrast.h. Ratios throughout: a server that is 5 % slower is so at any speed.
#include "loadgen/contrast.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

// Where a side is one run, each side gets an interval of 97.5 %, so that both hold together with 95
// % at least (Bonferroni), however they depend on each other.
static const double EACH = 0.975, EACH_UPPER = 0.9875;

enum kind { THROUGHPUT, MEAN, PERCENTILE };

static const struct figure {
    const char *name;
    enum kind kind;
    double fraction;
} figures[DIFFERENCES] = {
    {"throughput", THROUGHPUT, 0}, {"mean", MEAN, 0},         {"p50", PERCENTILE, 0.5},
    {"p90", PERCENTILE, 0.9},      {"p99", PERCENTILE, 0.99}, {"p99.9", PERCENTILE, 0.999},
};

// False where there is none, or none with a logarithm.
static bool find_value(const struct result *r, const struct figure *f, double *value)
{
    int64_t ns;

    switch (f->kind) {
    case THROUGHPUT:
        *value = result_rps(r);
        return *value > 0;
    case MEAN:
        *value = histogram_mean(r->response);
        return *value > 0;
    case PERCENTILE:
        if (!histogram_percentile(r->response, f->fraction, result_slower(r), &ns))
            return false;
        *value = (double)ns;
        return ns > 0;
    }
    return false;
}

static double *find_values(const struct side *side, const struct figure *f)
{
    double *values = calloc(side->count, sizeof *values);

    if (values == NULL)
        die_errno("cannot allocate memory for the figures");
    for (size_t i = 0; i < side->count; i++)
        if (!find_value(&side->runs[i], f, &values[i])) {
            free(values);
            return NULL;
        }
    return values;
}

// ---- How sure one run is of its own figures ----------------------------------------------------

// From the whole intervals between warm-up and end, against their own mean.
static bool spread_of_throughput(const struct result *r, struct estimate *e)
{
    size_t n = 0;

    if (r->interval_ns <= 0)
        return false;
    uint64_t length = (uint64_t)r->interval_ns, warmup = (uint64_t)r->warmup_ns;
    uint64_t first = (warmup + length - 1) / length;
    uint64_t end = (warmup + (uint64_t)r->duration_ns) / length;
    if (end < first + 2)
        return false;
    double *answered = calloc(end - first, sizeof *answered);
    if (answered == NULL)
        die_errno("cannot allocate memory for the intervals");
    // Where nothing happened up to the end, rows are missing: nothing was answered in them.
    for (uint64_t i = first; i < end; i++)
        answered[n++] = i < r->interval_count ? (double)r->intervals[i].answered : 0;
    double mean = statistics_mean(answered, n);
    double reach = statistics_t(EACH_UPPER, (double)(n - 1)) * statistics_deviation(answered, n) /
                   sqrt((double)n);
    free(answered);
    e->low = e->value * (1 - reach / mean);
    e->high = e->value * (1 + reach / mean);
    return mean > 0 && e->low > 0;
}

static bool spread_of_mean(const struct histogram *h, struct estimate *e)
{
    if (h->total < 2)
        return false;
    double reach = statistics_t(EACH_UPPER, (double)(h->total - 1)) * histogram_deviation(h) /
                   sqrt((double)h->total);
    e->low = e->value - reach;
    e->high = e->value + reach;
    return e->low > 0;
}

// From the ranks that the true percentile lies between, and outwards to the bounds of their
// buckets.
static bool spread_of_percentile(const struct result *r, double fraction, struct estimate *e)
{
    const struct histogram *h = r->response;
    uint64_t low, high;

    if (!statistics_ranks(fraction, h->total + result_slower(r), EACH, &low, &high) ||
        high > h->total)
        return false;
    e->low = (double)histogram_lowest_in(h, histogram_index_of_rank(h, low));
    e->high = (double)histogram_highest_in(h, histogram_index_of_rank(h, high));
    return e->low > 0;
}

// The figure of a side with an interval of 97.5 %.
static bool estimate_side(const struct side *side, const struct figure *f, const double *values,
                          struct estimate *e)
{
    e->value = values[0];
    if (side->count > 1) {
        // t is taken on the logarithms, as for a ratio of repeats.
        double n = (double)side->count, sum = 0, squares = 0;
        for (size_t i = 0; i < side->count; i++)
            sum += log(values[i]);
        for (size_t i = 0; i < side->count; i++)
            squares += pow(log(values[i]) - sum / n, 2);
        double reach = statistics_t(EACH_UPPER, n - 1) * sqrt(squares / (n - 1) / n);
        *e = (struct estimate){exp(sum / n), exp(sum / n - reach), exp(sum / n + reach)};
        return true;
    }
    switch (f->kind) {
    case THROUGHPUT:
        return spread_of_throughput(side->runs, e);
    case MEAN:
        return spread_of_mean(side->runs->response, e);
    case PERCENTILE:
        return spread_of_percentile(side->runs, f->fraction, e);
    }
    return false;
}

// ---- Both sides --------------------------------------------------------------------------------

static double geometric_mean(const double *values, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += log(values[i]);
    return exp(sum / (double)n);
}

static bool find_ratio(const struct contrast *c, const struct figure *f, const double *a,
                       const double *b, struct estimate *ratio)
{
    struct estimate ea, eb;

    if (c->repeated) {
        *ratio = statistics_of_ratio(a, c->a->count, b, c->b->count);
        return isfinite(ratio->high) && ratio->low > 0;
    }
    bool sure = estimate_side(c->a, f, a, &ea);
    sure = estimate_side(c->b, f, b, &eb) && sure;
    ratio->value = eb.value / ea.value;
    if (!sure)
        return false;
    ratio->low = eb.low / ea.high;
    ratio->high = eb.high / ea.low;
    return isfinite(ratio->high) && ratio->low > 0;
}

static void compare_figure(const struct contrast *c, const struct figure *f, struct difference *d)
{
    *d = (struct difference){.name = f->name, .is_time = f->kind != THROUGHPUT};
    d->verdict = NO_FIGURES;
    if (d->is_time && strcmp(c->a->runs->loop, c->b->runs->loop) != 0) {
        d->why = "latencies of an open and a closed loop are not the same thing";
        return;
    }
    double *a = find_values(c->a, f), *b = find_values(c->b, f);
    if (a == NULL || b == NULL) {
        d->why = f->kind == PERCENTILE ? "too few answers" : "a run answered nothing";
    } else {
        d->a = geometric_mean(a, c->a->count);
        d->b = geometric_mean(b, c->b->count);
        if (!find_ratio(c, f, a, b, &d->ratio)) {
            d->verdict = NO_INTERVAL;
            d->why = f->kind == THROUGHPUT && !c->repeated
                         ? "too few whole intervals, or too uneven"
                         : "too much scatter";
        } else {
            d->verdict = d->ratio.low > 1 ? B_HIGHER : d->ratio.high < 1 ? B_LOWER : NOISE;
        }
    }
    free(a);
    free(b);
}

static void check_side(const struct side *side)
{
    for (size_t i = 1; i < side->count; i++)
        if (strcmp(side->runs[i].loop, side->runs->loop) != 0)
            die("%s holds runs of both loops, open and closed: they are no repeats", side->name);
}

void contrast_make(struct contrast *c, const struct side *a, const struct side *b)
{
    bool any = false;

    *c = (struct contrast){.a = a, .b = b, .repeated = a->count > 1 && b->count > 1};
    check_side(a);
    check_side(b);
    for (size_t i = 0; i < DIFFERENCES; i++) {
        compare_figure(c, &figures[i], &c->differences[i]);
        any = any || c->differences[i].verdict != NO_FIGURES;
    }
    if (!any)
        die("%s and %s can't be compared: %s", a->name, b->name, c->differences->why);
    contrast_look(c);
}

void contrast_warn(struct contrast *c, const char *format, ...)
{
    char **more = realloc(c->warnings, (c->warning_count + 1) * sizeof *more), *text;
    va_list args;

    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (more == NULL || length < 0)
        die_errno("cannot allocate memory for a warning");
    c->warnings = more;
    c->warnings[c->warning_count++] = text;
}

void contrast_free(struct contrast *c)
{
    for (size_t i = 0; i < c->warning_count; i++)
        free(c->warnings[i]);
    free(c->warnings);
    c->warnings = NULL;
    c->warning_count = 0;
}

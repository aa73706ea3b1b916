// require.c: see require.h. A metric is a row of one table: its name, and where in struct result
// the figure lies.
#include "loadgen/require.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "loadgen/result.h"

struct quantity {
    const char *name; // of a percentile: without its number
    size_t offset;    // in struct result: of the histogram's pointer, or of the count
    enum figure { PERCENTILE, MIN, MEAN, MAX, COUNT, ERRORS, THROUGHPUT } figure;
    bool may_hide; // a time of requests: those without an answer are slower than all that it holds
};

#define TIMES(prefix, histogram, may_hide)                                                         \
    {prefix "p", offsetof(struct result, histogram), PERCENTILE, may_hide},                        \
        {prefix "min", offsetof(struct result, histogram), MIN, false},                            \
        {prefix "mean", offsetof(struct result, histogram), MEAN, may_hide},                       \
    {                                                                                              \
        prefix "max", offsetof(struct result, histogram), MAX, may_hide                            \
    }
#define COUNTED(name, member)                                                                      \
    {                                                                                              \
        name, offsetof(struct result, member), COUNT, false                                        \
    }

static const struct quantity metrics[] = {
    TIMES("", response, true),
    TIMES("response.", response, true),
    TIMES("service.", service, true),
    TIMES("connect.", connect, false),
    TIMES("lag.", lag, false),
    {"throughput", 0, THROUGHPUT, false},
    COUNTED("scheduled", requests.scheduled),
    COUNTED("sent", requests.sent),
    COUNTED("answered", requests.answered),
    COUNTED("wrong", requests.wrong),
    COUNTED("lost", requests.lost),
    COUNTED("unfinished", requests.unfinished),
    COUNTED("unasked", unasked),
    {"errors", 0, ERRORS, false},
    COUNTED("errors.connect", errors.connect),
    COUNTED("errors.reset", errors.reset),
    COUNTED("errors.closed", errors.closed),
    COUNTED("errors.timeout", errors.timeout),
    COUNTED("errors.idle_closed", errors.idle_closed),
};

// Longer ones first: "<=" begins with "<".
static const struct {
    const char *text;
    enum comparison comparison;
} operators[] = {
    {"<=", LESS_OR_EQUAL}, {">=", GREATER_OR_EQUAL}, {"==", EQUAL}, {"!=", NOT_EQUAL},
    {"<", LESS},           {">", GREATER},           {"=", EQUAL},
};

static const int64_t DAY_NS = 86400 * NS_PER_SECOND;
static const int64_t WHOLE = 100 * NS_PER_SECOND; // 100 %, in billionths of a percent
static const double MOST_PER_SECOND = 1e9;

const char *require_metrics(void)
{
    return "pN (such as p50 or p99.9), min, mean or max of the response time, and as service.p99, "
           "connect.max, lag.mean and so on of the other times; throughput; scheduled, sent, "
           "answered, wrong, lost, unfinished, unasked; errors, or of these errors.connect, "
           "errors.reset, "
           "errors.closed, errors.timeout, errors.idle_closed";
}

// ---- Reading ----

// "99.9" as 0.999. Points outside the open range from 0 to 100 are no percentiles.
static bool read_percentile(const char *text, double *fraction)
{
    // Digits, a fraction allowed: what seconds look like. In billionths.
    int64_t percent;

    if (!units_seconds(text, WHOLE - 1, &percent) || percent == 0)
        return false;
    *fraction = (double)percent / (double)WHOLE;
    return true;
}

static const struct quantity *find_metric(const char *name, double *fraction)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const struct quantity *m = &metrics[i];
        size_t length = strlen(m->name);
        if (m->figure == PERCENTILE
                ? strncmp(name, m->name, length) == 0 && read_percentile(name + length, fraction)
                : strcmp(name, m->name) == 0)
            return m;
    }
    return NULL;
}

static bool read_operator(const char **text, enum comparison *comparison)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(*text, operators[i].text, length) != 0)
            continue;
        *text += length;
        *comparison = operators[i].comparison;
        return true;
    }
    return false;
}

static bool read_value(const char *text, enum figure figure, double *value, const char **why)
{
    uint64_t count;
    int64_t ns;

    switch (figure) {
    case THROUGHPUT:
        *why = "answers per second after throughput, such as 10000 or 10k";
        return units_rate(text, 0, MOST_PER_SECOND, value);
    case COUNT:
    case ERRORS:
        *why = "a whole number after a count";
        // Up to where a double is exact.
        if (!units_count(text, 0, UINT64_C(1) << 53, &count))
            return false;
        *value = (double)count;
        return true;
    default:
        *why = "a time with its unit after that metric, such as 500us or 1.5ms";
        if (!units_time(text, DAY_NS, &ns))
            return false;
        *value = (double)ns;
        return true;
    }
}

bool require_read(const char *text, struct require *require, const char **why)
{
    struct require read = {.text = text};
    char name[32];
    size_t length = strcspn(text, " <>=!");
    const char *rest = text + length + strspn(text + length, " ");

    *why = "METRIC OP VALUE, such as 'p99<1ms'; METRIC is one of those that --help lists";
    if (length >= sizeof name)
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    if ((read.metric = find_metric(name, &read.fraction)) == NULL)
        return false;
    *why = "one of < <= == != >= > after the metric, then a value";
    if (!read_operator(&rest, &read.comparison))
        return false;
    if (!read_value(rest + strspn(rest, " "), read.metric->figure, &read.value, why))
        return false;
    *require = read;
    return true;
}

// ---- Judging ----

static const struct histogram *histogram_of(const struct quantity *m, const struct result *r)
{
    return *(struct histogram *const *)(const void *)((const char *)r + m->offset);
}

static uint64_t count_of(const struct quantity *m, const struct result *r)
{
    return *(const uint64_t *)(const void *)((const char *)r + m->offset);
}

// The figure of a time, or false with the reason why there is none.
static bool find_time(const struct require *q, const struct result *r, double *value, char *reason,
                      size_t room)
{
    const struct histogram *h = histogram_of(q->metric, r);
    uint64_t hidden = q->metric->may_hide ? result_slower(r) : 0, taken = h->total + hidden;
    int64_t ns;

    if (h->total == 0) {
        snprintf(reason, room, "nothing was measured");
        return false;
    }
    switch (q->metric->figure) {
    case PERCENTILE:
        if (histogram_percentile(h, q->fraction, hidden, &ns)) {
            *value = (double)ns;
            return true;
        }
        // Ten values must lie above the point; less a hair, since 1 - 0.999 is not exact in binary.
        double needed = ceil(10 / (1 - q->fraction) * (1 - 1e-9));
        if ((double)taken < needed) {
            snprintf(reason, room, "it takes %.0f samples, and there are %" PRIu64, needed, taken);
            return false;
        }
        break;
    case MIN:
        *value = (double)h->min;
        return true;
    case MEAN:
        *value = histogram_mean(h);
        break;
    default:
        *value = (double)h->max;
    }
    snprintf(reason, room, "%" PRIu64 " requests were never answered", hidden);
    return hidden == 0;
}

static bool find_value(const struct require *q, const struct result *r, double *value, char *reason,
                       size_t room)
{
    switch (q->metric->figure) {
    case THROUGHPUT:
        snprintf(reason, room, "nothing was measured");
        *value = result_rps(r);
        return r->duration_ns > 0;
    case COUNT:
        *value = (double)count_of(q->metric, r);
        return true;
    case ERRORS:
        *value = (double)(r->errors.connect + r->errors.reset + r->errors.closed +
                          r->errors.timeout + r->errors.idle_closed);
        return true;
    default:
        return find_time(q, r, value, reason, room);
    }
}

static bool compare(double value, enum comparison comparison, double limit)
{
    switch (comparison) {
    case LESS:
        return value < limit;
    case LESS_OR_EQUAL:
        return value <= limit;
    case EQUAL:
        return value == limit;
    case NOT_EQUAL:
        return value != limit;
    case GREATER_OR_EQUAL:
        return value >= limit;
    default:
        return value > limit;
    }
}

// "1.34 ms (open loop)"; to the nanosecond where three digits would look like the limit itself.
static void write_value(const struct require *q, const struct result *r, double value, char *text,
                        size_t room)
{
    char time[32], limit[32];

    switch (q->metric->figure) {
    case COUNT:
    case ERRORS:
        snprintf(text, room, "%.0f", value);
        return;
    case THROUGHPUT:
        snprintf(text, room, "%.1f answers/s", value);
        return;
    default:
        result_time(value, time);
        if (value != q->value && strcmp(time, result_time(q->value, limit)) == 0)
            snprintf(time, sizeof time, "%.0f ns", value);
        snprintf(text, room, "%s (%s loop)", time, r->loop);
    }
}

bool require_holds(const struct require *q, const struct result *r, char *said, size_t room)
{
    char name[32], figure[80];
    double value = 0;

    if (q->metric->figure == PERCENTILE)
        snprintf(name, sizeof name, "%s%.10g", q->metric->name, q->fraction * 100);
    else
        snprintf(name, sizeof name, "%s", q->metric->name);

    if (!find_value(q, r, &value, figure, sizeof figure)) {
        snprintf(said, room, "%s: missed: %s can't be given: %s", q->text, name, figure);
        return false;
    }
    bool holds = compare(value, q->comparison, q->value);
    write_value(q, r, value, figure, sizeof figure);
    snprintf(said, room, "%s: %s: %s is %s", q->text, holds ? "holds" : "missed", name, figure);
    return holds;
}

// record_sample_files.h: what loadgen would have left in the folder of a sampled run
// (record_sample.h): timelines, tables of clients, percentile files.
#ifndef TESTS_RECORD_SAMPLE_FILES_H
#define TESTS_RECORD_SAMPLE_FILES_H

#include "loadgen/result.h"
#include "tests/record_sample.h"

#define SAMPLE_SECOND 1e9

static inline FILE *sample_file(const struct record *r, const struct repeat *q, const char *end)
{
    const struct scenario *s = &r->scenarios[q->scenario];
    char path[4096];

    snprintf(path, sizeof path, "%s/%s.%s.%s%s", r->folder, s->name, s->points[q->point].name,
             r->models.list[q->model].name, end);
    FILE *to = fopen(path, "we");
    if (to == NULL)
        die_errno("cannot write %s", path);
    return to;
}

// Requests due in an interval, and how long they take when the server stands still from 1.3 s to
// 2.3 s of the run. In the closed loop each of 50 clients has one slow answer, and asks nothing
// meanwhile.
static inline void sample_interval(struct interval *i, bool open, int64_t length, uint64_t *state)
{
    const double begin = 1.3 * SAMPLE_SECOND, end = 2.3 * SAMPLE_SECOND;
    double from = (double)i->start_ns;
    bool first = from <= begin && begin < from + (double)length;
    bool still = !first && from > begin && from + (double)length <= end;

    i->sent = open ? 160 : still ? 0 : 155;
    for (uint64_t n = 0; n < i->sent; n++) {
        double due = from + sample_uniform(state) * (double)length;
        double takes = 80e3 * exp(0.4 * sample_normal(state));
        if (open ? due > begin && due < end : first && n < 50)
            takes += end - (open ? due : begin);
        histogram_record_n(i->response, (int64_t)takes, 1);
    }
    i->answered = i->sent;
}

static inline void sample_timeline(const struct record *r, const struct repeat *q, uint64_t *state)
{
    const char *point = r->scenarios[q->scenario].points[q->point].name;
    struct result result;
    char end[64];

    result_init(&result);
    result.interval_ns = 40000000;
    result.interval_count = 83;
    result.intervals = calloc(result.interval_count, sizeof *result.intervals);
    if (result.intervals == NULL)
        die_errno("cannot make a sample");
    for (size_t n = 0; n < result.interval_count; n++) {
        struct interval *i = &result.intervals[n];
        i->start_ns = (int64_t)n * result.interval_ns;
        i->response = histogram_new(2);
        if (i->response == NULL)
            die_errno("cannot make a sample");
        sample_interval(i, strcmp(point, "open") == 0, result.interval_ns, state);
    }
    snprintf(end, sizeof end, ".%u.timeline.tsv", q->round);
    FILE *to = sample_file(r, q, end);
    result_write_timeline(&result, to);
    fclose(to);
    result_free(&result);
}

static inline void sample_per_client(const struct record *r, const struct repeat *q,
                                     uint64_t *state)
{
    unsigned n = (unsigned)sample_clients(&r->scenarios[q->scenario], 0);
    double mean = q->value[METRIC_mean], answered = q->value[METRIC_answered] / n;
    bool one = q->value[METRIC_clients_served] < 2;
    char end[64];

    snprintf(end, sizeof end, ".%u.clients.tsv", q->round);
    FILE *to = sample_file(r, q, end);
    fputs("client\tanswered\tmean_ns\tmax_ns\n", to);
    for (unsigned i = 0; i < n; i++) {
        double noise = exp(0.1 * sample_normal(state));
        if (one && i > 0)
            fprintf(to, "%u\t0\t-\t-\n", i);
        else
            fprintf(to, "%u\t%.0f\t%.0f\t%.0f\n", i, answered * (one ? n : 1 / noise), mean * noise,
                    mean * noise * 9);
    }
    fclose(to);
}

static inline void sample_percentiles(const struct record *r, const struct repeat *q,
                                      uint64_t *state)
{
    double p50 = q->value[METRIC_p50], p99 = q->value[METRIC_p99];
    double sigma = log(p99 / p50) / 2.326;
    struct result result;

    if (!isfinite(sigma))
        return;
    result_init(&result);
    for (unsigned i = 0; i < 20000; i++)
        histogram_record(result.response, (int64_t)(p50 * exp(sigma * sample_normal(state))));
    result.requests = (struct requests){.scheduled = 20000, .sent = 20000, .answered = 20000};
    FILE *to = sample_file(r, q, ".hgrm");
    result_write_hgrm(&result, to);
    fclose(to);
    result_free(&result);
}

static inline bool sample_draws(const struct scenario *s, const char *kind)
{
    for (size_t i = 0; i < s->figure_count; i++)
        if (strcmp(s->figures[i].kind, kind) == 0)
            return true;
    return false;
}

// For each repeat that was measured. The percentiles of one round stand for all.
static inline void record_sample_files(const struct record *r, uint64_t seed)
{
    uint64_t state = seed;

    for (const struct repeat *q = r->repeats; q < r->repeats + r->repeat_count; q++) {
        const struct scenario *s = &r->scenarios[q->scenario];
        if (q->outcome == OUTCOME_FAILED)
            continue;
        if (s->timeline)
            sample_timeline(r, q, &state);
        if (s->per_client)
            sample_per_client(r, q, &state);
        if (q->round == 1 && sample_draws(s, "percentiles"))
            sample_percentiles(r, q, &state);
    }
}

#endif

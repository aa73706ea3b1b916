// report_raw.c: see report_read.h. What a repeat came to is taken from the histogram and the counts
// alone: the figures that loadgen has printed beside them could have been written by anybody.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grade/report_read.h"
#include "loadgen/histogram.h"

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

// A count, 0 where there is none.
static uint64_t count_of(const json_t *object, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(object, name));

    return n > 0 ? (uint64_t)n : 0;
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// ---- The histogram -------------------------------------------------------------------------

static bool add_count(struct histogram *h, const json_t *pair)
{
    json_int_t value = json_integer_value(json_array_get(pair, 0));
    json_int_t n = json_integer_value(json_array_get(pair, 1));

    if (value < 0 || value > HISTOGRAM_HIGHEST || n <= 0 ||
        histogram_lowest_in(h, histogram_index(h, value)) != value)
        return false;
    histogram_record_n(h, value, (uint64_t)n);
    return true;
}

// Whether the sum is one that values in these buckets can have.
static bool fits(const struct histogram *h, double sum)
{
    double least = 0, most = 0;

    for (size_t i = 0; i < h->length; i++) {
        double n = (double)h->counts[i];
        least += n * (double)histogram_lowest_in(h, i);
        most += n * (double)histogram_highest_in(h, i);
    }
    return sum >= least * (1 - 1e-9) && sum <= most * (1 + 1e-9);
}

static bool holds(const struct histogram *h, int64_t value)
{
    return value >= 0 && value <= HISTOGRAM_HIGHEST && h->counts[histogram_index(h, value)] > 0;
}

// NULL: its parts do not fit each other.
static struct histogram *read_histogram(const json_t *object)
{
    const json_t *counts = json_object_get(object, "counts");
    struct histogram *h = histogram_new(3);
    bool well = h != NULL && json_is_array(counts);

    for (size_t i = 0; well && i < json_array_size(counts); i++)
        well = add_count(h, json_array_get(counts, i));
    if (well && h->total > 0) {
        int64_t min = json_integer_value(json_object_get(object, "min"));
        int64_t max = json_integer_value(json_object_get(object, "max"));
        double sum = number(object, "sum");
        well = holds(h, min) && holds(h, max) && min <= max && fits(h, sum);
        h->min = min;
        h->max = max;
        h->sum = sum;
    }
    if (well)
        return h;
    free(h);
    return NULL;
}

// ---- What it came to -----------------------------------------------------------------------

static void fill_percentiles(struct report_raw *raw, const struct histogram *h, uint64_t slower)
{
    static const struct {
        enum report_column column;
        double fraction;
    } points[] = {{COLUMN_p50, 0.5}, {COLUMN_p90, 0.9}, {COLUMN_p99, 0.99}, {COLUMN_p99_9, 0.999}};
    int64_t ns;

    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        if (histogram_percentile(h, points[i].fraction, slower, &ns))
            raw->value[points[i].column] = (double)ns;
    if (h->total > 0) {
        raw->value[COLUMN_max] = (double)h->max;
        raw->value[COLUMN_mean] = histogram_mean(h);
    }
}

static void fill(struct report_raw *raw, const json_t *root, const struct histogram *h)
{
    static const char *const counts[] = {[COLUMN_sent] = "sent",
                                         [COLUMN_answered] = "answered",
                                         [COLUMN_wrong] = "wrong",
                                         [COLUMN_lost] = "lost",
                                         [COLUMN_unfinished] = "unfinished"};
    const json_t *requests = json_object_get(root, "requests");
    const json_t *warmup = json_object_get(root, "warmup");
    double seconds = number(root, "duration_s");
    double served = number(json_object_get(root, "clients"), "served");

    for (unsigned c = COLUMN_sent; c <= COLUMN_unfinished; c++)
        raw->value[c] = number(requests, counts[c]);
    raw->scheduled = count_of(requests, "scheduled");
    raw->warmed_up = count_of(warmup, "answered");
    raw->warmup_s = number(root, "warmup_ns") / 1e9;
    raw->value[COLUMN_rps] = seconds > 0 ? number(root, "completed") / seconds : NAN;
    raw->value[COLUMN_payload] = seconds > 0 ? number(root, "completed_bytes") / seconds : NAN;
    raw->value[COLUMN_offered] = number(root, "offered_rps");
    raw->value[COLUMN_clients_served] = served;
    raw->value[COLUMN_busy] = number(json_object_get(root, "generator"), "busy");
    // As results/derive.c has it: who was never answered is slower than all who were.
    uint64_t sent = count_of(requests, "sent");
    uint64_t slower = count_of(requests, "lost") + count_of(requests, "unfinished") +
                      (raw->scheduled > sent ? raw->scheduled - sent : 0) +
                      count_of(warmup, "unfinished");
    double waiting = raw->open ? 0 : raw->connections - served;
    if (waiting > (double)slower && waiting < 1e9)
        slower = (uint64_t)waiting;
    fill_percentiles(raw, h, slower);
    raw->sum = h->total > 0 ? h->sum : NAN;
}

static void fill_conditions(struct report_raw *raw, const json_t *root)
{
    const json_t *machine = json_object_get(root, "environment");
    const char *loop = text_of(root, "loop");

    raw->open = loop != NULL && strcmp(loop, "open") == 0;
    raw->interrupted = json_is_true(json_object_get(root, "interrupted"));
    raw->limited = json_is_true(
        json_object_get(json_object_get(root, "generator"), "was_the_limit"));
    raw->connections = number(root, "connections");
    raw->size = number(root, "size_bytes");
    raw->started = report_time(text_of(machine, "started"));
    report_copy(raw->service, sizeof raw->service, text_of(root, "service"));
    report_copy(raw->kernel, sizeof raw->kernel, text_of(machine, "kernel"));
    report_copy(raw->cpu, sizeof raw->cpu, text_of(machine, "cpu"));
    report_copy(raw->commit, sizeof raw->commit, text_of(machine, "commit"));
}

// In a closed loop only the answers under way at the window's two ends are counted differently.
static bool counts_agree(const struct report_raw *raw, const json_t *root, uint64_t counted)
{
    double under_way = raw->connections * fmax(number(root, "pipeline"), 1);

    return counted == count_of(json_object_get(root, "requests"), "answered") &&
           (raw->open || fabs(number(root, "completed") - (double)counted) <= 2 * under_way);
}

static void read_result(struct report_raw *raw, const json_t *root)
{
    const char *schema = text_of(root, "schema");
    struct histogram *h = read_histogram(
        json_object_get(json_object_get(root, "histograms_ns"), "response"));

    fill_conditions(raw, root);
    if (schema == NULL || strcmp(schema, "echolab.loadgen/1") != 0)
        report_copy(raw->why, sizeof raw->why, "is no result of loadgen");
    else if (h == NULL)
        report_copy(raw->why, sizeof raw->why, "has a histogram whose parts do not fit each other");
    else if (!counts_agree(raw, root, h->total))
        report_copy(raw->why, sizeof raw->why, "tells of more or fewer answers than it counts");
    else
        fill(raw, root, h);
    raw->there = *raw->why == '\0';
    free(h);
}

void report_raw_read(struct report *r, struct report_repeat *repeat)
{
    struct report_raw *raw = &repeat->raw;
    char name[4 * REPORT_NAME];
    size_t size;

    for (unsigned c = 0; c < COLUMN_COUNT; c++)
        raw->value[c] = NAN;
    raw->warmup_s = raw->started = raw->sum = raw->connections = raw->size = NAN;
    snprintf(name, sizeof name, "run/raw/%s.%s.%s.%u.json", repeat->scenario, repeat->point,
             repeat->model, repeat->round);
    char *text = report_file(r, name, &size);
    json_t *root = text != NULL ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (text == NULL)
        report_copy(raw->why, sizeof raw->why,
                    "is not there, as a regular file of 8 MiB at most (256 MiB in all)");
    else
        read_result(raw, root);
    json_decref(root);
    free(text);
}

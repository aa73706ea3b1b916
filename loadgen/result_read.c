// result_read.c: a result out of the JSON that result_json.c wrote. Nothing is taken on trust: a
// file may be cut off, edited, or another program's.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "loadgen/fields.h"

static json_t *load(const char *file)
{
    const bool standard = strcmp(file, "-") == 0;
    FILE *in = standard ? stdin : fopen(file, "re");
    json_error_t error;

    if (in == NULL)
        die_errno("cannot read %s", file);
    json_t *root = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        die("%s: line %d: %s", file, error.line, error.text);
    if (!standard)
        fclose(in);
    return root;
}

static void check_schema(const json_t *root, struct origin origin)
{
    const json_t *schema = json_object_get(root, "schema");

    if (!json_is_string(schema) || strcmp(json_string_value(schema), RESULT_SCHEMA) != 0)
        die("%s: schema: not a result of loadgen: \"" RESULT_SCHEMA "\" is expected", origin.file);
}

static void read_object(const json_t *root, const char *name, const struct field *table, void *base,
                        struct origin origin)
{
    char object[32];

    snprintf(object, sizeof object, "%s.", name);
    fields_read(field_get(root, name, JSON_OBJECT, origin), table, base,
                (struct origin){origin.file, object});
}

// One [lowest value of a bucket, count]. Adds the count to its bucket.
static void read_count(const json_t *pair, struct histogram *h, struct origin origin)
{
    const json_t *lowest = json_array_get(pair, 0), *count = json_array_get(pair, 1);
    json_int_t value = json_integer_value(lowest), n = json_integer_value(count);

    if (json_array_size(pair) != 2 || !json_is_integer(lowest) || !json_is_integer(count))
        field_die(origin, "counts", "pairs of integers are expected");
    if (value < 0 || value > HISTOGRAM_HIGHEST ||
        histogram_lowest_in(h, histogram_index(h, value)) != value)
        field_die(origin, "counts", "the first of each pair must be the lowest value of a bucket");
    if (n <= 0 || (uint64_t)n > INT64_MAX - h->total)
        field_die(origin, "counts", "the second of each pair must be a count above 0");
    h->counts[histogram_index(h, value)] += (uint64_t)n;
    h->total += (uint64_t)n;
}

static int64_t read_time(const json_t *object, const char *name, struct origin origin)
{
    json_int_t ns = json_integer_value(field_get(object, name, JSON_INTEGER, origin));

    if (ns < 0)
        field_die(origin, name, "a time of 0 or more is expected");
    return ns;
}

// Whether the bucket that counts the value holds anything: true of every minimum and maximum.
static bool counts_value(const struct histogram *h, int64_t value)
{
    return h->counts[histogram_index(h, value < HISTOGRAM_HIGHEST ? value : HISTOGRAM_HIGHEST)] > 0;
}

// Stores it in the result at once, so that it is not lost where reading ends the program.
static void read_histogram(const json_t *object, unsigned digits, struct histogram **into,
                           struct origin origin)
{
    struct histogram *h = *into = histogram_new(digits);

    if (h == NULL)
        die_errno("cannot make a histogram");
    if (read_time(object, "digits", origin) != digits)
        field_die(origin, "digits", digits == 3 ? "3 is expected" : "2 is expected");
    const json_t *counts = field_get(object, "counts", JSON_ARRAY, origin);
    for (size_t i = 0; i < json_array_size(counts); i++)
        read_count(json_array_get(counts, i), h, origin);
    h->saturated = (uint64_t)read_time(object, "saturated", origin);
    if (h->saturated > h->total)
        field_die(origin, "saturated", "it is more than there are");
    if (h->total == 0)
        return;
    h->min = read_time(object, "min", origin);
    h->max = read_time(object, "max", origin);
    if (!counts_value(h, h->min) || !counts_value(h, h->max) || h->min > h->max)
        field_die(origin, "min", "min and max do not fit the counts");
    const json_t *sum = json_object_get(object, "sum");
    if (!json_is_number(sum) || json_number_value(sum) < 0)
        field_die(origin, "sum", "a number of 0 or more is expected");
    h->sum = json_number_value(sum);
    const double least = (double)h->min * (double)h->total,
                 most = (double)h->max * (double)h->total;
    if (h->sum < least * (1 - 1e-9) || h->sum > most * (1 + 1e-9))
        field_die(origin, "sum", "it does not fit the counts, min and max");
}

static void read_histograms(const json_t *root, struct result *r, struct origin origin)
{
    const json_t *all = field_get(root, "histograms_ns", JSON_OBJECT, origin);
    struct histogram **const into[] = {&r->response, &r->service, &r->connect, &r->lag};
    char object[64];

    for (size_t i = 0; i < RESULT_HISTOGRAMS; i++) {
        const char *name = result_histograms[i].name;
        const json_t *one = field_get(all, name, JSON_OBJECT,
                                      (struct origin){origin.file, "histograms_ns."});
        snprintf(object, sizeof object, "histograms_ns.%s.", name);
        read_histogram(one, 3, into[i], (struct origin){origin.file, object});
    }
}

static void read_intervals(const json_t *root, struct result *r, struct origin origin)
{
    const json_t *array = field_get(root, "intervals", JSON_ARRAY, origin), *one;
    size_t n = json_array_size(array), i;
    char object[64];

    r->intervals = calloc(n > 0 ? n : 1, sizeof *r->intervals);
    if (r->intervals == NULL)
        die_errno("%s: cannot hold its intervals", origin.file);
    r->interval_count = n;
    json_array_foreach(array, i, one)
    {
        snprintf(object, sizeof object, "intervals[%zu].", i);
        struct origin within = {origin.file, object};
        fields_read(one, fields_interval, &r->intervals[i], within);
        if (json_is_null(json_object_get(one, "response")))
            continue;
        const json_t *response = field_get(one, "response", JSON_OBJECT, within);
        snprintf(object, sizeof object, "intervals[%zu].response.", i);
        read_histogram(response, 2, &r->intervals[i].response, within);
    }
}

static void read_wrong(const json_t *root, struct result *r, struct origin origin)
{
    const json_t *array = field_get(root, "wrong", JSON_ARRAY, origin), *one;
    char object[32];
    size_t i;

    if (json_array_size(array) > WRONG_SHOWN)
        field_die(origin, "wrong", "the list is too long");
    json_array_foreach(array, i, one)
    {
        snprintf(object, sizeof object, "wrong[%zu].", i);
        fields_read(one, fields_wrong, &r->wrong[i], (struct origin){origin.file, object});
    }
    r->wrong_shown = (unsigned)i;
}

static void read_others(const json_t *root, struct result *r, struct origin origin)
{
    const json_t *array = field_get(root, "other_environments", JSON_ARRAY, origin), *one;
    size_t n = json_array_size(array), i;
    char object[48];

    if (n == 0)
        return;
    r->others = calloc(n, sizeof *r->others);
    if (r->others == NULL)
        die_errno("%s: cannot hold its environments", origin.file);
    r->other_count = n;
    json_array_foreach(array, i, one)
    {
        snprintf(object, sizeof object, "other_environments[%zu].", i);
        fields_read(one, environment_fields, &r->others[i], (struct origin){origin.file, object});
    }
}

// A merge's throughput can't be worked out again from what it holds; a single run's is.
static double read_rate(const json_t *root, const char *name, struct origin origin)
{
    const json_t *rate = json_object_get(root, name);

    if (!json_is_null(rate) && !json_is_number(rate))
        field_die(origin, name, "a number or null is expected");
    return json_number_value(rate);
}

// Each request has come to one end.
static void check_requests(const struct requests *q, const char *object, struct origin origin)
{
    origin.object = object;
    if (q->sent > q->scheduled)
        field_die(origin, "sent", "it is more than were scheduled");
    if (q->sent != q->answered + q->wrong + q->lost + q->unfinished)
        field_die(origin, "sent", "it is not answered + wrong + lost + unfinished");
}

void result_read_json(struct result *r, const char *file)
{
    struct origin origin = {strcmp(file, "-") == 0 ? "standard input" : file, ""};
    json_t *root = load(file);

    check_schema(root, origin);
    memset(r, 0, sizeof *r);
    fields_read(root, fields_run, r, origin);
    if (strcmp(r->loop, "open") != 0 && strcmp(r->loop, "closed") != 0)
        field_die(origin, "loop", "\"open\" or \"closed\" is expected");
    if (r->processes == 0)
        field_die(origin, "processes", "1 or more is expected");
    read_object(root, "requests", fields_requests, &r->requests, origin);
    read_object(root, "warmup", fields_requests, &r->warmup, origin);
    check_requests(&r->requests, "requests.", origin);
    check_requests(&r->warmup, "warmup.", origin);
    r->merged_rps = read_rate(root, "throughput_rps", origin);
    r->merged_bytes_per_s = read_rate(root, "throughput_bytes_per_s", origin);
    if (json_object_get(root, "clients") != NULL) // the first files had none
        read_object(root, "clients", fields_clients, r, origin);
    read_object(root, "errors", fields_errors, r, origin);
    read_object(root, "generator", fields_generator, r, origin);
    read_object(root, "environment", environment_fields, &r->environment, origin);
    read_wrong(root, r, origin);
    read_others(root, r, origin);
    read_histograms(root, r, origin);
    if (r->response->total != r->requests.answered)
        field_die(origin, "requests.answered", "it is not what histograms_ns.response counts");
    read_intervals(root, r, origin);
    json_decref(root);
}

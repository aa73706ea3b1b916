// result_json.c: a result as JSON, schema "echolab.loadgen/1" (docs/result.md). The way back is in
// result_read.c, the names of the plain members in fields.c.
#include <math.h>

#include "base/fail.h"
#include "loadgen/fields.h"

static json_t *made(json_t *json)
{
    if (json == NULL)
        die("cannot make the JSON: out of memory");
    return json;
}

static void put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, made(value)) != 0)
        die("cannot make the JSON: out of memory");
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, made(value)) != 0)
        die("cannot make the JSON: out of memory");
}

static json_t *object_of(const struct field *table, const void *base)
{
    json_t *object = made(json_object());

    fields_write(object, table, base);
    return object;
}

static json_t *time_or_null(bool known, int64_t ns)
{
    return known ? json_integer(ns) : json_null();
}

static json_t *latency_json(const struct histogram *h, uint64_t slower)
{
    json_t *object = made(json_object());
    bool any = h->total > 0;
    int64_t ns = 0;

    put(object, "count", json_integer((json_int_t)h->total));
    put(object, "min", time_or_null(any, h->min));
    put(object, "mean", time_or_null(any, llround(histogram_mean(h))));
    for (const struct result_percentile *p = result_percentiles;
         p < result_percentiles + RESULT_PERCENTILES; p++) {
        bool known = histogram_percentile(h, p->fraction, slower, &ns);
        put(object, p->name, time_or_null(known, ns));
    }
    put(object, "max", time_or_null(any, h->max));
    return object;
}

json_t *result_outline(const struct result *r)
{
    json_t *root = made(json_object()), *latency = made(json_object());
    json_t *generator = object_of(fields_generator, r);
    double known = r->duration_ns > 0 ? 1 : NAN; // a rate over no time is none

    for (const struct result_histogram *h = result_histograms;
         h < result_histograms + RESULT_HISTOGRAMS; h++) {
        json_t *figures = latency_json(result_histogram(r, h),
                                       h->of_requests ? result_slower(r) : 0);
        if (result_histogram(r, h) == r->lag)
            put(generator, "lag_ns", figures);
        else
            put(latency, h->name, figures);
    }
    put(root, "schema", json_string(RESULT_SCHEMA));
    fields_write(root, fields_run, r);
    put(root, "requests", object_of(fields_requests, &r->requests));
    put(root, "warmup", object_of(fields_requests, &r->warmup));
    put(root, "throughput_rps", json_real_or_null(result_rps(r) * known));
    put(root, "throughput_bytes_per_s", json_real_or_null(result_bytes_per_s(r) * known));
    put(root, "latency_ns", latency);
    put(root, "clients", object_of(fields_clients, r));
    put(root, "errors", object_of(fields_errors, r));
    put(root, "generator", generator);
    put(root, "environment", object_of(fields_environment, &r->environment));
    return root;
}

static json_t *histogram_json(const struct histogram *h)
{
    json_t *object = made(json_object()), *counts = made(json_array());
    double sum = h->sum;
    bool any = h->total > 0;

    for (size_t i = 0; i < h->length; i++) {
        uint64_t n = h->counts[i];
        if (n > 0)
            append(counts,
                   json_pack("[I, I]", (json_int_t)histogram_lowest_in(h, i), (json_int_t)n));
    }
    put(object, "digits", json_integer(h->half_bits == 10 ? 3 : h->half_bits == 7 ? 2 : 1));
    put(object, "saturated", json_integer((json_int_t)h->saturated));
    put(object, "min", time_or_null(any, h->min));
    put(object, "max", time_or_null(any, h->max));
    // A sum of whole nanoseconds is whole; an integer keeps every digit that the double has.
    put(object, "sum", sum < 9e18 ? time_or_null(any, (int64_t)sum) : json_real(sum));
    put(object, "counts", counts);
    return object;
}

static json_t *histograms_json(const struct result *r)
{
    json_t *object = made(json_object());

    for (const struct result_histogram *h = result_histograms;
         h < result_histograms + RESULT_HISTOGRAMS; h++)
        put(object, h->name, histogram_json(result_histogram(r, h)));
    return object;
}

static json_t *intervals_json(const struct result *r)
{
    json_t *array = made(json_array());

    for (size_t n = 0; n < r->interval_count; n++) {
        const struct interval *i = &r->intervals[n];
        json_t *object = object_of(fields_interval, i);
        put(object, "response", i->response != NULL ? histogram_json(i->response) : json_null());
        append(array, object);
    }
    return array;
}

static json_t *wrong_json(const struct result *r)
{
    json_t *array = made(json_array());

    for (unsigned i = 0; i < r->wrong_shown; i++)
        append(array, object_of(fields_wrong, &r->wrong[i]));
    return array;
}

static json_t *others_json(const struct result *r)
{
    json_t *array = made(json_array());

    for (size_t i = 0; i < r->other_count; i++)
        append(array, object_of(fields_environment, &r->others[i]));
    return array;
}

static bool is_container(const json_t *json)
{
    return json_is_object(json) || json_is_array(json);
}

static bool holds_containers(json_t *json)
{
    void *member = json_object_iter(json); // NULL of what is no object

    // All of a list's members are of one kind.
    if (is_container(json_array_get(json, 0)))
        return true;
    while (member != NULL && !is_container(json_object_iter_value(member)))
        member = json_object_iter_next(json, member);
    return member != NULL;
}

static void dump_flat(const json_t *json, FILE *out)
{
    json_dumpf(json, out, JSON_REAL_PRECISION(RESULT_DIGITS) | JSON_ENCODE_ANY);
}

// A line for each member.
static void dump_lines(json_t *json, FILE *out)
{
    const char *name, *comma = "";
    json_t *value;
    size_t i;

    fputc(json_is_object(json) ? '{' : '[', out);
    json_object_foreach(json, name, value)
    {
        fprintf(out, "%s\n    \"%s\": ", comma, name);
        dump_flat(value, out);
        comma = ",";
    }
    json_array_foreach(json, i, value)
    {
        fprintf(out, "%s\n    ", comma);
        dump_flat(value, out);
        comma = ",";
    }
    fprintf(out, "\n  %c", json_is_object(json) ? '}' : ']');
}

void json_write_lines(json_t *root, FILE *out)
{
    const char *name, *comma = "{";
    json_t *value;

    json_object_foreach(root, name, value)
    {
        fprintf(out, "%s\n  \"%s\": ", comma, name);
        if (holds_containers(value))
            dump_lines(value, out);
        else
            dump_flat(value, out);
        comma = ",";
    }
    fputs("\n}\n", out);
}

void result_write_json(const struct result *r, FILE *out)
{
    json_t *root = result_outline(r);

    put(root, "wrong", wrong_json(r));
    put(root, "other_environments", others_json(r));
    put(root, "histograms_ns", histograms_json(r));
    put(root, "intervals", intervals_json(r));
    json_write_lines(root, out);
    json_decref(root);
}

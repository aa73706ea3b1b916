// result_json.c: a result as JSON, schema "echolab.loadgen/1" (docs/result.md). The way back is in
// result_read.c, the names of the plain members in fields.c.
#include <math.h>

#include "base/json.h"
#include "loadgen/fields.h"

static json_t *object_of(const struct field *table, const void *base)
{
    json_t *object = json_made(json_object());

    fields_write(object, table, base);
    return object;
}

static json_t *time_or_null(bool known, int64_t ns)
{
    return known ? json_integer(ns) : json_null();
}

static json_t *latency_json(const struct histogram *h, uint64_t slower)
{
    json_t *object = json_made(json_object());
    bool any = h->total > 0;
    int64_t ns = 0;

    json_put(object, "count", json_integer((json_int_t)h->total));
    json_put(object, "min", time_or_null(any, h->min));
    json_put(object, "mean", time_or_null(any, llround(histogram_mean(h))));
    for (const struct result_percentile *p = result_percentiles;
         p < result_percentiles + RESULT_PERCENTILES; p++) {
        bool known = histogram_percentile(h, p->fraction, slower, &ns);
        json_put(object, p->name, time_or_null(known, ns));
    }
    json_put(object, "max", time_or_null(any, h->max));
    return object;
}

json_t *result_outline(const struct result *r)
{
    json_t *root = json_made(json_object()), *latency = json_made(json_object());
    json_t *generator = object_of(fields_generator, r);
    double known = r->duration_ns > 0 ? 1 : NAN; // a rate over no time is none

    for (const struct result_histogram *h = result_histograms;
         h < result_histograms + RESULT_HISTOGRAMS; h++) {
        json_t *figures = latency_json(result_histogram(r, h),
                                       h->of_requests ? result_slower(r) : 0);
        if (result_histogram(r, h) == r->lag)
            json_put(generator, "lag_ns", figures);
        else
            json_put(latency, h->name, figures);
    }
    json_put(root, "schema", json_string(RESULT_SCHEMA));
    fields_write(root, fields_run, r);
    json_put(root, "requests", object_of(fields_requests, &r->requests));
    json_put(root, "warmup", object_of(fields_requests, &r->warmup));
    json_put(root, "throughput_rps", json_real_or_null(result_rps(r) * known));
    json_put(root, "throughput_bytes_per_s", json_real_or_null(result_bytes_per_s(r) * known));
    json_put(root, "latency_ns", latency);
    json_put(root, "clients", object_of(fields_clients, r));
    json_put(root, "errors", object_of(fields_errors, r));
    json_put(root, "generator", generator);
    json_put(root, "environment", object_of(environment_fields, &r->environment));
    return root;
}

static json_t *histogram_json(const struct histogram *h)
{
    json_t *object = json_made(json_object()), *counts = json_made(json_array());
    double sum = h->sum;
    bool any = h->total > 0;

    for (size_t i = 0; i < h->length; i++) {
        uint64_t n = h->counts[i];
        if (n > 0)
            json_append(counts,
                        json_pack("[I, I]", (json_int_t)histogram_lowest_in(h, i), (json_int_t)n));
    }
    json_put(object, "digits", json_integer(h->half_bits == 10 ? 3 : h->half_bits == 7 ? 2 : 1));
    json_put(object, "saturated", json_integer((json_int_t)h->saturated));
    json_put(object, "min", time_or_null(any, h->min));
    json_put(object, "max", time_or_null(any, h->max));
    // A sum of whole nanoseconds is whole; an integer keeps every digit that the double has.
    json_put(object, "sum", sum < 9e18 ? time_or_null(any, (int64_t)sum) : json_real(sum));
    json_put(object, "counts", counts);
    return object;
}

static json_t *histograms_json(const struct result *r)
{
    json_t *object = json_made(json_object());

    for (const struct result_histogram *h = result_histograms;
         h < result_histograms + RESULT_HISTOGRAMS; h++)
        json_put(object, h->name, histogram_json(result_histogram(r, h)));
    return object;
}

static json_t *intervals_json(const struct result *r)
{
    json_t *array = json_made(json_array());

    for (size_t n = 0; n < r->interval_count; n++) {
        const struct interval *i = &r->intervals[n];
        json_t *object = object_of(fields_interval, i);
        json_put(object, "response",
                 i->response != NULL ? histogram_json(i->response) : json_null());
        json_append(array, object);
    }
    return array;
}

static json_t *wrong_json(const struct result *r)
{
    json_t *array = json_made(json_array());

    for (unsigned i = 0; i < r->wrong_shown; i++)
        json_append(array, object_of(fields_wrong, &r->wrong[i]));
    return array;
}

static json_t *others_json(const struct result *r)
{
    json_t *array = json_made(json_array());

    for (size_t i = 0; i < r->other_count; i++)
        json_append(array, object_of(environment_fields, &r->others[i]));
    return array;
}

void result_write_json(const struct result *r, FILE *out)
{
    json_t *root = result_outline(r);

    json_put(root, "wrong", wrong_json(r));
    json_put(root, "other_environments", others_json(r));
    json_put(root, "histograms_ns", histograms_json(r));
    json_put(root, "intervals", intervals_json(r));
    json_write_lines(root, out);
    json_decref(root);
}

// fields.c: see fields.h.
#include "loadgen/fields.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"

const struct field fields_run[] = {
    FIELD(TEXT, result, target, "target"),
    FIELD(TEXT, result, service_name, "service"),
    FIELD(TEXT, result, loop, "loop"),
    FIELD(FLAG, result, interrupted, "interrupted"),
    FIELD(FLAG, result, gave_up, "gave_up"),
    FIELD(SMALL, result, processes, "processes"),
    FIELD(SMALL, result, connections, "connections"),
    FIELD(SMALL, result, idle, "idle"),
    FIELD(SIZE, result, size_bytes, "size_bytes"),
    FIELD(TEXT, result, size, "size"),
    FIELD(RATE, result, offered_rps, "offered_rps"),
    FIELD(TEXT, result, arrivals, "arrivals"),
    FIELD(NS, result, think_ns, "think_ns"),
    FIELD(SMALL, result, pipeline, "pipeline"),
    FIELD(COUNT, result, requests_per_connection, "requests_per_connection"),
    FIELD(WIDE, result, seed, "seed"),
    FIELD(TEXT, result, engine, "engine"),
    FIELD(NS, result, warmup_ns, "warmup_ns"),
    FIELD(SECONDS, result, duration_ns, "duration_s"),
    FIELD(COUNT, result, completed, "completed"),
    FIELD(COUNT, result, completed_bytes, "completed_bytes"),
    FIELD(COUNT, result, unasked, "unasked"),
    FIELD(COUNT, result, connections_made, "connections_made"),
    FIELD(REAL, result, depth_mean, "depth_mean"),
    FIELD(COUNT, result, depth_max, "depth_max"),
    FIELD(NS, result, interval_ns, "interval_ns"),
    {0},
};

const struct field fields_clients[] = {
    FIELD(SMALL, result, served, "served"),
    FIELD(RATE, result, jain, "jain"),
    {0},
};

const struct field fields_errors[] = {
    FIELD(COUNT, result, errors.connect, "connect"),
    FIELD(COUNT, result, errors.reset, "reset"),
    FIELD(COUNT, result, errors.closed, "closed"),
    FIELD(COUNT, result, errors.timeout, "timeout"),
    FIELD(COUNT, result, errors.idle_closed, "idle_closed"),
    FIELD(TEXT, result, errors.first, "first"),
    {0},
};

const struct field fields_generator[] = {
    FIELD(SMALL, result, generator.threads, "threads"),
    FIELD(SECONDS, result, generator.user_ns, "user_s"),
    FIELD(SECONDS, result, generator.system_ns, "system_s"),
    FIELD(REAL, result, generator.busy, "busy"),
    FIELD(REAL, result, generator.waited, "waited"),
    FIELD(FLAG, result, generator.was_the_limit, "was_the_limit"),
    FIELD(TEXT, result, generator.why, "why"),
    {0},
};

const struct field fields_environment[] = {
    FIELD(TEXT, environment, kernel, "kernel"),
    FIELD(TEXT, environment, cpu, "cpu"),
    FIELD(SMALL, environment, cores, "cores"),
    FIELD(TEXT, environment, governor, "governor"),
    FIELD(COUNT, environment, nofile, "nofile"),
    FIELD(TEXT, environment, ports, "ports"),
    FIELD(TEXT, environment, congestion, "congestion_control"),
    FIELD(TEXT, environment, version, "version"),
    FIELD(TEXT, environment, commit, "commit"),
    FIELD(TEXT, environment, host, "host"),
    FIELD(TEXT, environment, started, "started"),
    FIELD(TEXT, environment, command, "command"),
    {0},
};

const struct field fields_requests[] = {
    FIELD(COUNT, requests, scheduled, "scheduled"),
    FIELD(COUNT, requests, sent, "sent"),
    FIELD(COUNT, requests, answered, "answered"),
    FIELD(COUNT, requests, wrong, "wrong"),
    FIELD(COUNT, requests, lost, "lost"),
    FIELD(COUNT, requests, unfinished, "unfinished"),
    {0},
};

const struct field fields_wrong[] = {
    FIELD(COUNT, wrong, connection, "connection"), FIELD(COUNT, wrong, request, "request"),
    FIELD(COUNT, wrong, offset, "offset"),         FIELD(BYTE, wrong, got, "got"),
    FIELD(BYTE, wrong, expected, "expected"),      {0},
};

const struct field fields_interval[] = {
    FIELD(NS, interval, start_ns, "start_ns"),
    FIELD(COUNT, interval, sent, "sent"),
    FIELD(COUNT, interval, answered, "answered"),
    FIELD(COUNT, interval, errors, "errors"),
    {0},
};

const struct result_histogram result_histograms[RESULT_HISTOGRAMS] = {
    {"response", offsetof(struct result, response), true},
    {"service", offsetof(struct result, service), true},
    {"connect", offsetof(struct result, connect), false},
    {"lag", offsetof(struct result, lag), false},
};

const struct result_percentile result_percentiles[RESULT_PERCENTILES] = {
    {"p50", "p50", 0.5},       {"p90", "p90", 0.9},          {"p99", "p99", 0.99},
    {"p99_9", "p99.9", 0.999}, {"p99_99", "p99.99", 0.9999},
};

struct histogram *result_histogram(const struct result *r, const struct result_histogram *which)
{
    return *(struct histogram *const *)(const void *)((const char *)r + which->offset);
}

json_t *json_real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_text(const char *text)
{
    json_t *json = json_string(text);

    if (json != NULL)
        return json;
    char *ascii = strdup(text);
    if (ascii == NULL)
        return NULL;
    for (char *c = ascii; *c != '\0'; c++)
        if (!isascii(*c))
            *c = '?';
    json = json_string(ascii);
    free(ascii);
    return json;
}

static json_t *wide_json(uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return json_string(digits);
}

static json_t *field_json(enum field_type type, const void *at)
{
    switch (type) {
    case FIELD_TEXT:
        return json_text(at);
    case FIELD_FLAG:
        return json_boolean(*(const bool *)at);
    case FIELD_SMALL:
        return json_integer(*(const unsigned *)at);
    case FIELD_COUNT:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case FIELD_WIDE:
        return wide_json(*(const uint64_t *)at);
    case FIELD_NS:
        return json_integer(*(const int64_t *)at);
    case FIELD_SECONDS:
        return json_real((double)*(const int64_t *)at / NS_PER_SECOND);
    case FIELD_REAL:
        return json_real_or_null(*(const double *)at);
    case FIELD_RATE:
        return *(const double *)at > 0 ? json_real_or_null(*(const double *)at) : json_null();
    case FIELD_SIZE: {
        double size = *(const double *)at;
        return size == floor(size) && fabs(size) < 1e15 ? json_integer((json_int_t)size)
                                                        : json_real_or_null(size);
    }
    case FIELD_BYTE: {
        int byte = *(const int *)at;
        return byte < 0 ? json_null() : json_integer(byte);
    }
    case FIELD_STRING: {
        const char *text = *(char *const *)at;
        return text != NULL ? json_text(text) : json_null();
    }
    }
    return NULL;
}

void fields_write(json_t *object, const struct field *table, const void *base)
{
    for (const struct field *f = table; f->name != NULL; f++)
        if (json_object_set_new(object, f->name,
                                field_json(f->type, (const char *)base + f->offset)) != 0)
            die("cannot make the field %s of the JSON: out of memory", f->name);
}

void field_die(struct origin origin, const char *name, const char *what)
{
    die("%s: %s%s: %s", origin.file, origin.object, name, what);
}

json_t *field_get(const json_t *object, const char *name, json_type type, struct origin origin)
{
    static const char *const words[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "a list",       [JSON_STRING] = "a text",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a real number", [JSON_TRUE] = "true or false",
    };
    char what[64];
    json_t *json = json_object_get(object, name);

    if (json == NULL || json_typeof(json) != type) {
        snprintf(what, sizeof what, "%s is expected%s", words[type],
                 json == NULL ? ", but it is missing" : "");
        field_die(origin, name, what);
    }
    return json;
}

static json_int_t get_integer(const json_t *object, const char *name, json_int_t max,
                              struct origin origin)
{
    json_int_t value = json_integer_value(field_get(object, name, JSON_INTEGER, origin));

    if (value < 0 || value > max)
        field_die(origin, name, "this integer is out of range");
    return value;
}

// Any number; null only where that is a value.
static double get_number(const json_t *object, const char *name, bool null, struct origin origin)
{
    const json_t *json = json_object_get(object, name);

    if (null && json_is_null(json))
        return 0;
    if (!json_is_number(json))
        field_die(origin, name, "a number is expected");
    if (json_number_value(json) < 0 || json_number_value(json) > 9e18)
        field_die(origin, name, "this number is out of range");
    return json_number_value(json);
}

static void get_text(const json_t *object, const struct field *f, char *text, struct origin origin)
{
    const json_t *json = field_get(object, f->name, JSON_STRING, origin);

    if (json_string_length(json) >= f->size)
        field_die(origin, f->name, "this text is too long");
    memcpy(text, json_string_value(json), json_string_length(json) + 1);
}

static char *get_string(const json_t *object, const char *name, struct origin origin)
{
    if (json_is_null(json_object_get(object, name)))
        return NULL;
    char *text = strdup(json_string_value(field_get(object, name, JSON_STRING, origin)));
    if (text == NULL)
        field_die(origin, name, "no memory for this text");
    return text;
}

static bool get_flag(const json_t *object, const char *name, struct origin origin)
{
    const json_t *json = json_object_get(object, name);

    return json_is_true(json) ||
           (!json_is_false(json) && field_get(object, name, JSON_TRUE, origin));
}

static uint64_t get_wide(const json_t *object, const char *name, struct origin origin)
{
    uint64_t value;

    if (!units_count(json_string_value(field_get(object, name, JSON_STRING, origin)), 0, UINT64_MAX,
                     &value))
        field_die(origin, name, "a text of digits is expected");
    return value;
}

static int64_t get_seconds(const json_t *object, const char *name, struct origin origin)
{
    double seconds = get_number(object, name, false, origin);

    if (seconds > 9e9)
        field_die(origin, name, "this number is out of range");
    return llround(seconds * NS_PER_SECOND);
}

void fields_read(const json_t *object, const struct field *table, void *base, struct origin origin)
{
    for (const struct field *f = table; f->name != NULL; f++) {
        void *at = (char *)base + f->offset;
        switch (f->type) {
        case FIELD_TEXT:
            get_text(object, f, at, origin);
            break;
        case FIELD_FLAG:
            *(bool *)at = get_flag(object, f->name, origin);
            break;
        case FIELD_SMALL:
            *(unsigned *)at = (unsigned)get_integer(object, f->name, UINT32_MAX, origin);
            break;
        case FIELD_COUNT:
            *(uint64_t *)at = (uint64_t)get_integer(object, f->name, INT64_MAX, origin);
            break;
        case FIELD_WIDE:
            *(uint64_t *)at = get_wide(object, f->name, origin);
            break;
        case FIELD_NS:
            *(int64_t *)at = get_integer(object, f->name, INT64_MAX, origin);
            break;
        case FIELD_SECONDS:
            *(int64_t *)at = get_seconds(object, f->name, origin);
            break;
        case FIELD_REAL:
        case FIELD_RATE:
            *(double *)at = get_number(object, f->name, true, origin);
            break;
        case FIELD_SIZE:
            *(double *)at = get_number(object, f->name, false, origin);
            break;
        case FIELD_BYTE:
            *(int *)at = json_is_null(json_object_get(object, f->name))
                             ? -1
                             : (int)get_integer(object, f->name, UINT8_MAX, origin);
            break;
        case FIELD_STRING:
            *(char **)at = get_string(object, f->name, origin);
            break;
        }
    }
}

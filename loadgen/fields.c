// fields.c: see fields.h.
#include "loadgen/fields.h"

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

// require.h: what a script demands of a run: "p99<1ms", "throughput>=10000", "lost==0".
#ifndef LOADGEN_REQUIRE_H
#define LOADGEN_REQUIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct result;

enum comparison { LESS, LESS_OR_EQUAL, EQUAL, NOT_EQUAL, GREATER_OR_EQUAL, GREATER };

struct require {
    const char *text; // as given, for messages
    const struct quantity *metric;
    double fraction; // of a percentile: 0.999 for p99.9
    enum comparison comparison;
    double value; // nanoseconds for times
};

// METRIC OP VALUE. METRIC: a time (pN, min, mean, max; of the response time, or after "response.",
// "service.", "connect.", "lag."; VALUE has a unit), "throughput", or a count (sent, answered,
// wrong, lost, unfinished, unasked, errors, errors.reset, ...; VALUE is a number). OP: < <= == !=
// >= > and = for ==. Spaces are allowed round OP. False, with *why set to what is allowed.
bool require_read(const char *text, struct require *, const char **why);

// Whether it holds. False also where the figure can't be given: too few samples, or requests
// without an answer that might be it. `said` becomes a line without its end: "p99<1ms: missed: p99
// is 1.34 ms (open loop)".
bool require_holds(const struct require *, const struct result *, char *said, size_t room);

// The metrics for --help and messages, as one line.
const char *require_metrics(void);

#endif

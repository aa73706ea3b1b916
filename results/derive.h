// derive.h: the metrics of a repeat, from what the generator, /proc and the server's counters say.
#ifndef RESULTS_DERIVE_H
#define RESULTS_DERIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/result.h"
#include "results/metrics.h"
#include "results/sample.h"
#include "results/serving.h"

// The server as it was seen: before the load, and at the two ends of the window.
struct seen {
    struct sample empty, begin, end;
    int64_t begin_at, end_at; // when the window was said to begin and to end; 0: never
};

// Requests that count as slower than all that were answered: those of the window without an answer,
// and those of clients who had none in the whole of it, though they were asked before: so it is
// with those whom an iterative server has not come to.
uint64_t derive_slower(const struct result *);

// Fills `value`, of METRIC_COUNT places that hold NAN. whole_life: costs are counted from the
// server's start to its end, and not within the window.
void derive_values(double *value, const struct result *, const struct seen *, const struct ended *,
                   bool whole_life);

#endif

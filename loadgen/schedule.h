// schedule.h: when the requests of an open loop are due. No clock in here: a seed and a rate give
// the same moments every time, whatever the server does.
#ifndef LOADGEN_SCHEDULE_H
#define LOADGEN_SCHEDULE_H

#include <stdint.h>

#include "loadgen/options.h"

struct schedule {
    enum arrivals arrivals;
    double gap;           // mean, in nanoseconds, between two requests of this part
    double at;            // Poisson: of the last one
    uint64_t random;      // Poisson: the generator's state
    uint64_t next;        // uniform: the number of the next
    unsigned part, parts; // uniform
};

// Part `part` (from 0) of `parts` that together are due `rate` times a second: Poisson parts are
// independent, and add up to a Poisson process; uniform parts take turns.
void schedule_open(struct schedule *, enum arrivals, double rate, uint64_t seed, unsigned part,
                   unsigned parts);

// The next moment, in nanoseconds since the start; never before the last one.
int64_t schedule_next(struct schedule *);

#endif

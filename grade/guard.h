// guard.h: watches how much a submission has of what no limit of its own bounds: all its processes
// together, and their memory. And ends processes that do not want to. The submission's are all that
// are below the runner but its own children (children.h), each of which runs a case.
#ifndef GRADE_GUARD_H
#define GRADE_GUARD_H

#include <stdint.h>

#include "grade/confine.h"

struct guard {
    pid_t runner;
    size_t depth; // the runner's (children.h)
    const struct confinement *confinement;
    uint64_t memory;  // the most, in bytes
    uint64_t floor;   // of the machine's memory: where less is available, who has much is ended
    double again;     // when to look, by now()
    unsigned in_vain; // how often too much was ended, and there was too much again
    char ended[120];  // why the submission's processes were ended last; empty: they were not
};

void guard_begin(struct guard *, pid_t runner, const struct confinement *);

// Looks, where it is time to; ends what is too much. Returns the seconds until it wants to look
// again.
double guard_look(struct guard *);

// Ends every process of the submission. The runner's own go on, but for cases that have taken the
// submission's user (confine_case()). Returns when none is left or, where that user is nobody
// else's, when all have been sent SIGKILL.
void guard_end(const struct guard *);

// Ends every process below this one.
void guard_end_below(pid_t);

#endif

// report_conditions.h: what a report was measured under, as far as it can be had again in a minute.
//
// It is taken from files that anybody can write. So nothing of them gets further than a number
// within bounds, or than a word of ours.
#ifndef GRADE_REPORT_CONDITIONS_H
#define GRADE_REPORT_CONDITIONS_H

#include "grade/report_check.h"

struct conditions_load {
    const char *service; // "echo" or "frame"
    unsigned clients, size;
    char work[32]; // the servers' --work: "cpu:50000ns"; empty: none
};

struct conditions {
    struct conditions_load closed, open;
    double share;    // the open loop's rate, of the faster one's throughput
    double window_s; // of the open loop: long enough for a p99
};

// Some that every machine can have on which anything can be measured at all.
extern const struct conditions conditions_plain;

// The gate has been passed. False: they can't be had again, and the finding says why.
bool conditions_take(const struct report *, struct conditions *, struct finding *);

#endif

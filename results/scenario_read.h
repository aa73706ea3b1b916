// scenario_read.h: what the parts of the scenario's reader share.
#ifndef RESULTS_SCENARIO_READ_H
#define RESULTS_SCENARIO_READ_H

#include <stdbool.h>

#include "results/keyed.h"
#include "results/scenario.h"

// Stands in a value for the point's number.
#define SCENARIO_X "{x}"

struct reading {
    struct scenario *scenario;
    struct keyed lines;
    char **why;
};

// "FILE:LINE: KEY: ...". Always false.
bool reading_fault(const struct reading *, const struct keyed_entry *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Memory that lives as long as the program, and stays in reach of those who look for leaks. Dies
// on NULL.
void *reading_keep(void *memory);

#endif

// compare_warn.h: what else differs between two runs, so that a difference in their figures need
// not be one between servers.
#ifndef RESULTS_COMPARE_WARN_H
#define RESULTS_COMPARE_WARN_H

#include "results/record.h"

// Calls `tell` with a line for each.
void compare_warn(const struct record *a, const struct record *b, void (*tell)(const char *text));

#endif

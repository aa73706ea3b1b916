// scenario_points.h: the scenario's points, and what it says for each.
#ifndef RESULTS_SCENARIO_POINTS_H
#define RESULTS_SCENARIO_POINTS_H

#include "results/scenario_read.h"

bool points_take_axis(struct reading *, const struct keyed_entry *);

// Needs the axis, and whether there is a capacity.
bool points_take(struct reading *, const struct keyed_entry *);
bool points_take_quick(struct reading *, const struct keyed_entry *);

// What each point has of server, load, beside, cores and stall.
bool points_fill(struct reading *);

// Of a line with options: that {x} is the only thing in braces, and that the run's own options are
// left to the run.
bool reading_check_options(const struct reading *, const struct keyed_entry *);

#endif

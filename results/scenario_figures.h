// scenario_figures.h: the scenario's key `figures`.
#ifndef RESULTS_SCENARIO_FIGURES_H
#define RESULTS_SCENARIO_FIGURES_H

#include "results/scenario_read.h"

// Needs the axis and what is kept.
bool figures_take(struct reading *, const struct keyed_entry *);

#endif

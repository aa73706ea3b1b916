// measure.h: one repeat: a server, a load, what both say.
#ifndef RESULTS_MEASURE_H
#define RESULTS_MEASURE_H

#include "results/plan.h"
#include "results/record.h"

// Measures the task and fills the repeat (but for `order`). Whatever goes wrong is the repeat's
// outcome. False: a signal has ended it (see `signals`, a signalfd); nothing was measured.
bool measure_repeat(const struct record *, const struct task *, int signals, struct repeat *);

// What the scenario's probe reaches with that model, in requests per second; 0, with why: none.
// False: as above.
bool measure_capacity(const struct record *, unsigned scenario, unsigned model, int signals,
                      double *rps, char why[256]);

// Starts that model and stops it again. Where it says by its exit status that it cannot run on
// this machine, its `unavailable` becomes the reason (allocated); what else is wrong with it, its
// repeats will tell. False: as above.
bool measure_availability(struct record *, unsigned model, int signals);

// The repeat of a model that cannot run here: failed, with that reason.
void measure_absence(const struct record *, const struct task *, struct repeat *);

// SCENARIO.POINT.MODEL, as files of a repeat are named. The caller frees it.
char *measure_name(const struct record *, unsigned scenario, unsigned point, unsigned model);

#endif

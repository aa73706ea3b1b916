// choice.h: what a run is made of: scenarios, models, cores, durations.
#ifndef RESULTS_CHOICE_H
#define RESULTS_CHOICE_H

#include "results/record.h"
#include "results/settings.h"

// Fills the record by the settings, but for its folder. Dies, or ends as wrong usage, where
// something is not to be had.
void choice_make(struct record *, const struct settings *, int argc, char **argv);

// Reads the run to go on with. What failed in it is measured again.
void choice_resume(struct record *, const struct settings *);

// Prints the scenarios with their questions, and the models; the exit status.
int choice_list(void);

#endif

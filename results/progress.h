// progress.h: how far a run is, on the terminal.
#ifndef RESULTS_PROGRESS_H
#define RESULTS_PROGRESS_H

#include "results/plan.h"
#include "results/record.h"

struct progress {
    const struct record *record;
    const struct schedule_of_run *plan;
    bool quiet, live;      // live: a line that is written over
    double planned, taken; // seconds that the repeats measured by now should take, and took
    double left;           // planned seconds of those to come
    int64_t since;         // when the repeat under way began
};

void progress_open(struct progress *, const struct record *, const struct schedule_of_run *,
                   bool quiet);
void progress_probe(struct progress *, const char *scenario, const char *model);
// Number i of the plan's tasks begins; has been measured.
void progress_next(struct progress *, size_t i);
void progress_done(struct progress *, size_t i, const struct repeat *);
void progress_close(struct progress *);

#endif

// judge.h: whether what a repeat has brought holds, and why not.
#ifndef RESULTS_JUDGE_H
#define RESULTS_JUDGE_H

#include <stdbool.h>

#include "results/derive.h"
#include "results/load.h"
#include "results/record.h"
#include "results/serving.h"

// How the watching ended: the load was done; it did not come to an end; the client that should
// disturb it was gone before; a signal told us to stop.
enum end { END_DONE, END_LATE, END_ALONE, END_SIGNAL };

struct evidence {
    enum end end;
    int status; // the generator's exit status
    const struct load *load;
    const struct ended *server;
    const struct seen *seen;
    const char *ends; // what puts an end to more clients of this model
    bool whole_life;  // as in derive.h
};

// Fills the outcome, its reason, and the values where they hold.
void judge_repeat(const struct evidence *, struct repeat *);

void judge_failed(struct repeat *, const char *why);

#endif

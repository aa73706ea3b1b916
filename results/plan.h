// plan.h: what a run will measure and how long each repeat may take.
#ifndef RESULTS_PLAN_H
#define RESULTS_PLAN_H

#include "results/record.h"

// One repeat to come.
struct task {
    unsigned scenario, point, model, round;
};

struct schedule_of_run {
    struct task *tasks; // in the order in which they run; the caller frees it
    size_t count;
};

// Whether the scenario is for that model by its own words: it names it, or has the word "headline"
// (as it has when it names none) and the model is a headline one.
bool plan_names(const struct scenario *, const struct model *);

// The first word of a scenario's `models` that is none of these models; NULL: there is none. The
// caller frees it.
char *plan_stranger(const struct scenario *, const struct models *);

// Which models of the record a scenario is for: with models_chosen all, else those that it names,
// in the short run without variants. A foreign one is in all whose servers have no options, which
// it would not understand, and in those that name it.
bool plan_includes(const struct record *, unsigned scenario, unsigned model);

// All repeats of the record's scenarios and models: round by round, and within a round point by
// point, in an order of its own, with the models shuffled within each (all by the record's seed),
// so that those who are compared are neighbours in time, and a slow drift meets all alike.
void plan_make(struct schedule_of_run *, const struct record *);

// Sets the record's rounds and durations, which are what is wished for, so that it fits into the
// budget: first the wished rounds with shorter windows (not below 300 ms; those with a stall keep
// theirs), then fewer rounds, not below 3. Figures and report are part of it. False: even that
// takes longer. *seconds says how long it takes.
bool plan_fit(struct record *, double budget_s, double *seconds);

// What a repeat takes beside its window: starting, connecting, warming up, stopping.
double plan_overhead_s(const struct record *, const struct task *);

#endif

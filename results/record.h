// record.h: all that one run has measured, in memory and in its folder:
//
//     results/data/RUN/run.json         everything below (schema "echolab.run/1", docs/results.md)
//     results/data/RUN/repeats.jsonl    while a run is under way: the repeats that run.json has not
//     results/data/RUN/results.tsv      one row per repeat, for R, pandas, gnuplot
//     results/data/RUN/scenarios/       the scenario files as they were used
//     results/data/RUN/raw/             loadgen's JSON of each repeat:
//                                       SCENARIO.POINT.MODEL.ROUND.json
//     results/data/RUN/SCENARIO.POINT.MODEL.hgrm    response times of all repeats together
//     results/data/RUN/SCENARIO.POINT.MODEL.ROUND.{timeline,clients}.tsv    where the scenario asks
//                                                   for them: loadgen's --timeline and --clients
#ifndef RESULTS_RECORD_H
#define RESULTS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loadgen/result.h"
#include "results/metrics.h"
#include "results/models.h"
#include "results/scenario.h"

enum { CORES_TEXT = 256, RECORD_ROUNDS_MAX = 1000 };

enum repeat_outcome {
    OUTCOME_MEASURED, // values hold
    OUTCOME_ENDED,    // the model refused clients: more than it can hold; what was measured is kept
    OUTCOME_FAILED    // no values: it did not start, died, answered wrongly, ...
};

struct repeat {
    unsigned scenario, point, model; // places in the lists of the record
    unsigned round;                  // from 1
    unsigned order;                  // place in the whole run, from 1
    enum repeat_outcome outcome;
    char why[256];                // not measured: the reason in words
    char warning[256];            // measured, but to be read with care; or empty
    char started[32];             // UTC, ISO 8601
    char *server, *load, *beside; // command lines as they were run; allocated; beside may be NULL
    double value[METRIC_COUNT];   // NAN where there is none
};

struct record {
    char *folder;     // results/data/RUN
    const char *name; // RUN: the last part of the folder
    struct environment machine;
    char *command;    // of bench
    uint64_t seed;    // of the shuffling
    double budget_s;  // 0: none
    unsigned rounds;  // planned
    bool quick;       // only the points of the short run
    bool interrupted; // ended before its time
    char server_cores[CORES_TEXT],
        load_cores[CORES_TEXT];                  // as taskset(1) lists them: "0"; empty: not pinned
    struct models models;                        // those of the run
    struct json_t *model_texts, *scenario_texts; // of a record that was read: what they lie in
    bool models_chosen;                          // by --models: every scenario is for all of them
    struct scenario *scenarios;                  // in the order of the run
    size_t scenario_count;
    int64_t *duration_ns; // of each scenario's window, as planned
    double *capacity;     // of each scenario with of_capacity: requests/s; 0: not found out
    char **unprobed;      // of each: why models gave no rate in that probe, or NULL; NULL: none yet
    struct repeat *repeats; // in the order in which they were measured
    size_t repeat_count;
};

// Adds a copy in memory; what the pointers point to is the record's from then on. A failed repeat
// of the same place and round gives way to it.
void record_add(struct record *, const struct repeat *);

// Whether that repeat has been measured; one that failed has not.
bool record_has(const struct record *, unsigned scenario, unsigned point, unsigned model,
                unsigned round);

// Keeps the reason why a model gave no rate in the probe of a scenario's capacity; and all of these
// reasons as one text, "fork: did not start: ...; poll: ...", or an empty one.
void record_unprobed(struct record *, unsigned scenario, unsigned model, const char *why);
const char *record_why_unprobed(const struct record *, unsigned scenario);

// The request rate or number that a point stands for: x, or its share of the capacity, rounded to
// two digits; NAN while that is not known.
double record_x(const struct record *, unsigned scenario, unsigned point);

// Writes run.json, results.tsv and the scenario files that are not there yet, each whole or not at
// all (a temporary file, then rename(2)), and removes the journal, whose repeats run.json has now.
// The folder exists. False, having said why (disk full): what was there before is still there.
bool record_save(const struct record *);

// Adds a repeat to a record that was saved, and writes it down: one line of the journal, one row of
// results.tsv, whose cost does not grow with the run. The journal is on the disk then, whatever
// becomes of this process or machine. False, having said why: the file named is as it was.
bool record_keep(struct record *, const struct repeat *);

// Reads a run's folder. Dies, saying what is wrong, if it is none. The models and scenarios come
// from run.json and RUN/scenarios, not from this checkout.
void record_read(struct record *, const char *folder);

// Of a record that was read: how a file in RUN/scenarios differs from what the run began with, so
// that what is measured now would not belong to what was measured then. One sentence, which begins
// with the file's name and line (the caller frees it); NULL: none does. Of a run.json that has no
// texts it can't be told.
char *record_edited(const struct record *);

void record_free(struct record *);

#endif

// versus.h: what the tables that set one thing against another have in common: `bench compare` (two
// runs) and `bench verdict` (two models of a run).
#ifndef RESULTS_VERSUS_H
#define RESULTS_VERSUS_H

#include "results/cells.h"

// bench compare RUN1 RUN2, bench verdict A B [RUN]: tables on standard output; the exit status.
int compare_runs_main(int argc, char **argv);
int verdict_main(int argc, char **argv);

// What both commands take: names from the command line.
struct versus {
    const char *name[3];  // the words without an option
    unsigned count;       // of them
    const char *scenario; // NULL: all
    enum metric metric;   // METRIC_COUNT: what each scenario is judged by
};

// Reads argv (argp(3)) and calls the program `name`. Ends it on --help, --version and mistakes.
// `least` to `most` words are taken; `what` says which.
struct versus_usage {
    char *name;
    const char *words, *doc, *what;
    unsigned least, most;
};
void versus_read(struct versus *, const struct versus_usage *, int argc, char **argv);

// Ends the program when the scenario that was asked for is not in the run.
void versus_check_scenario(const struct versus *, const struct record *);

// Whether a scenario is to be shown.
bool versus_wants(const struct versus *, const struct scenario *);

// What a scenario is judged by: of rate (as payload, where a figure shows that), p99 and processor
// time those that its figures show; if they show none of them, all that they show; the rate if
// nothing. Returns how many.
enum { VERSUS_METRICS = 8 };
size_t versus_metrics(const struct versus *, const struct scenario *,
                      enum metric list[VERSUS_METRICS]);

// Prints an empty line and "connections: p99 (closed loop)".
void versus_heading(const struct cells *, unsigned scenario, enum metric);

// Of the column that points stand in: as long as the longest name.
int versus_point_width(const struct record *);

// Prints the text and fills up to the width; a negative one: fills first. Counts characters of
// UTF-8, as printf(3) does not.
void versus_put(const char *text, int width);

// "1.94", "0.512"; "-" of no number.
const char *versus_ratio(double ratio, char text[32]);
const char *versus_interval(double low, double high, char text[48]); // "0.97 to 1.05", or "-"

#endif

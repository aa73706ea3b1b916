// report_parts.h: what report.html is put together from. Each writes its part of the page.
#ifndef RESULTS_REPORT_PARTS_H
#define RESULTS_REPORT_PARTS_H

#include <stdio.h>

#include "results/cells.h"

// report_cells.c: which numbers are shown of a scenario, in the tables as in cells.tsv.
struct columns {
    enum metric metric[METRIC_COUNT];
    unsigned count;
};
struct columns report_columns(const struct scenario *);

// report_figures.c: the scenario's pictures. `number` counts figures over the whole page.
void report_figures(const struct cells *, unsigned scenario, unsigned *number, FILE *);

// report_tables.c: the numbers behind them, and the command lines; each folded away.
void report_numbers(const struct cells *, unsigned scenario, FILE *);
void report_commands(const struct cells *, unsigned scenario, FILE *);

// report_end.c: how it was measured, where, how to do it again, and what lies beside the page.
void report_end(const struct cells *, FILE *);

// A whole file, with a NUL after it; NULL (and errno) if it can't be read. The caller frees it.
char *report_load(const char *path);

// The element of the page that a scenario is: "scenario-3" for the third.
#define REPORT_SCENARIO "scenario-%u"

#endif

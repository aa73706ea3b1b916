// report.h: what a run comes to: RUN/report.html, one file that needs no network; its numbers as a
// table; and the short text for the terminal.
#ifndef RESULTS_REPORT_H
#define RESULTS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "results/cells.h"

// Takes the figures from RUN/plots/*.svg; one that is missing is said in its place. False, having
// said why, if the file can't be written.
bool report_write_html(const struct cells *);

// RUN/cells.tsv: the numbers of the report's tables, for programs. False likewise.
bool report_write_cells(const struct cells *);

void report_write_text(const struct cells *, FILE *);

#endif

// finish.h: what a run ends with: percentile files, figures, the reports.
#ifndef RESULTS_FINISH_H
#define RESULTS_FINISH_H

#include <stdbool.h>
#include <stdio.h>

#include "results/record.h"

// Writes them all; the short report goes to `text` (NULL: not wanted), the path of report.html as
// its last line. False: something could not be written, and has been said.
bool finish_run(const struct record *, FILE *text);

// bench report RUN: the same for a run that was measured before; the exit status.
int report_main(int argc, char **argv);

#endif

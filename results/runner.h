// runner.h: a whole run: what is chosen, in which order it is measured, what is written.
#ifndef RESULTS_RUNNER_H
#define RESULTS_RUNNER_H

#include "results/settings.h"

// Does it all; the exit status. argv is what the record shows as its command.
int runner_run(const struct settings *, int argc, char **argv);

#endif

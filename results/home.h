// home.h: where this program's companions are: models.tsv, results/scenarios, results/plots,
// results/page, and the servers.
#ifndef RESULTS_HOME_H
#define RESULTS_HOME_H

// The nearest folder above this program that holds models.tsv (found once, absolute). Dies without.
const char *home(void);

// A path below it, as printf(3) has it. The caller frees it.
char *home_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The folder of this program, where the servers and loadgen are too.
const char *home_programs(void);

#endif

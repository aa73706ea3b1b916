// run_folder.h: the folder of a run.
#ifndef RESULTS_RUN_FOLDER_H
#define RESULTS_RUN_FOLDER_H

// Makes it: as wished, or else results/data/PREFIX2026-11-22T10-15-00Z, by the clock in UTC. Dies
// if that can't be done, as when it is there already. Returns its path; the caller frees it.
char *run_folder_make(const char *wished, const char *prefix);

// The run's name: the last part of the path, which loses the slashes at its end.
const char *run_folder_name(char *path);

#endif

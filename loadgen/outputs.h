// outputs.h: the files that a run, or a sum of runs, is written to.
#ifndef LOADGEN_OUTPUTS_H
#define LOADGEN_OUTPUTS_H

#include <stdbool.h>

struct result;

struct outputs {
    const char *json, *csv, *hgrm, *timeline, *clients; // "-": standard output; NULL: none
};

// Before a long run: dies if a file could not be written. Creates and changes nothing.
void outputs_check(const struct outputs *);

// Writes them all, and the summary to standard output where nothing else goes there and `summary`
// is wanted. A file that can't be written is said, and keeps none of the others from being written.
// Returns whether all were.
bool outputs_write(const struct outputs *, const struct result *, bool summary);

#endif

// cores.h: lists of processor cores, as taskset(1) takes and prints them: "0", "0-2,5".
#ifndef RESULTS_CORES_H
#define RESULTS_CORES_H

#include <sched.h>
#include <stdbool.h>

// `size` is that of the set. False: no such list, or a core that this process may not use.
bool cores_read(const char *text, cpu_set_t *, size_t size);

// The list of the first `count` cores that this process may use; of all, if there are fewer.
void cores_first(unsigned count, char *text, size_t size);

// A list of that many: of the wished ones first, of the spared ones last (empty: none). False:
// there are not so many.
bool cores_choose(unsigned count, const char *wished, const char *spared, char *text, size_t size);

// The last one, as a list.
void cores_last(char *text, size_t size);

// Keeps this process to these cores; empty: to all that it was allowed at first.
void cores_stay(const char *text);

#endif

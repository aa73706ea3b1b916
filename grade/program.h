// program.h: a program of ours as a copy in memory, which can be started where its file is out of
// sight. Who has the same user can neither read the copy nor trace it when it runs.
#ifndef GRADE_PROGRAM_H
#define GRADE_PROGRAM_H

#include <stdbool.h>

// A descriptor, to be closed by the caller; -1, with errno, where there is no such program.
int program_copy(const char *folder, const char *name);

// In a child: becomes the program, with these words; the first is its name, NULL is the last. The
// process should have no rights but its user's. Returns where it cannot.
void program_become(int copy, const char *const words[]);

#endif

// output.h: the file that an option names for what a program writes at its end.
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdio.h>

// Opens it before the program begins its work: better to hear of a wrong path before the run than
// after it. "-": standard output. What stands in the file is left alone until output_empty(). Dies:
// "cannot write WHAT to PATH: ...", also where PATH is a fifo that nobody reads. From then on to go
// beyond RLIMIT_FSIZE is an error of whoever writes, not the death of the program (SIGXFSZ).
FILE *output_open(const char *path, const char *what);

// Cuts off what stood in the file. Standard output is not ours to cut off; and what is no file (a
// fifo, a terminal) has no length.
void output_empty(FILE *);

#endif

// last_line.h: the last thing that a program has written to its log, which is mostly the reason.
#ifndef RESULTS_LAST_LINE_H
#define RESULTS_LAST_LINE_H

#include <stdbool.h>
#include <stddef.h>

// The last line that is not empty, of what stands in the file after its first `from` bytes (and in
// its last 64 KiB); not
// "Try 'NAME --help'", which comes after the reason. False, and an empty text: there is none.
bool last_line(const char *file, long from, char *text, size_t size);

#endif

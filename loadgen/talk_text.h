// talk_text.h: bytes that came from anywhere, shown on one line of a terminal.
#ifndef LOADGEN_TALK_TEXT_H
#define LOADGEN_TALK_TEXT_H

#include <stddef.h>

// Writes the bytes as C writes them, but readable UTF-8 as it is, as far as there is room for them
// in `columns` (0: any number) of a terminal, where Korean letters take two, and in `size` with the
// NUL. Returns how many of the bytes are shown; *used: the columns.
size_t talk_text(const unsigned char *bytes, size_t n, int columns, char *text, size_t size,
                 int *used);

// How many columns a text takes.
int talk_columns(const char *text);

#endif

// text.h: a text that is written like a file (open_memstream(3)), and is there whole or not at all.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdio.h>

// *text and *size are there after text_close(), or after fflush(3) as it was then. The caller frees
// *text. Both die where there is no memory.
FILE *text_open(char **text, size_t *size);
void text_close(FILE *);

#endif

// wrap.h: lines for people, of 80 columns.
#ifndef LOADGEN_WRAP_H
#define LOADGEN_WRAP_H

#include <stdio.h>

// Writes the text and ends its line, with a break between words wherever it would pass the last
// column. It begins in column `indent`, where something else may stand before it, and so do its
// further lines. A word that is wider than that stays whole.
void wrap_text(FILE *, int indent, const char *text);

#endif

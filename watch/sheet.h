// sheet.h: one screen: the servers beside each other where they fit, else one below the other.
#ifndef WATCH_SHEET_H
#define WATCH_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "watch/look.h"

enum { SHEET_MOST = 16 }; // servers

struct subject {
    struct watched watched;
    struct look before, now;
    bool has_before;
};

struct sheet {
    size_t columns, rows; // no line is longer, and there are no more lines
    const char *footer;   // the last row of a terminal; NULL: none
    bool live;            // with the escape sequences (ECMA-48) that show it in the place of the
                          // last one, and without the last line's end, which would scroll
};

void sheet_write(FILE *, const struct sheet *, const struct subject *, size_t count);

#endif

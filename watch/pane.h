// pane.h: a server as lines of text, in the room that there is for it.
#ifndef WATCH_PANE_H
#define WATCH_PANE_H

#include <stdbool.h>
#include <stddef.h>

#include "watch/look.h"

enum { PANE_WIDEST = 160, PANE_HIGHEST = 200, PANE_NARROWEST = 39 };

struct line {
    char text[PANE_WIDEST + 1]; // ASCII: as many columns as bytes
    bool title;
    unsigned worth; // where there is no room, the least one goes first
};

struct pane {
    struct line line[PANE_HIGHEST];
    size_t count;
    size_t width; // no line is longer
};

// Fills it with no more lines than `height`. What happened per second is the difference of the two
// looks; before == NULL: not known yet, "-". Of a server that has ended: that it has.
void pane_fill(struct pane *, size_t width, size_t height, const struct watched *,
               const struct look *before, const struct look *now);

#endif

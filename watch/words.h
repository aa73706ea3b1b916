// words.h: what is found elsewhere, as words that may stand on a terminal.
#ifndef WATCH_WORDS_H
#define WATCH_WORDS_H

#include <stddef.h>

#include "base/units.h"

// Copies a text as far as there is room. A process chooses its name and its command line itself,
// and a terminal obeys some bytes: whatever is not printable ASCII becomes '?'.
void words_printable(char *to, size_t room, const char *from);

enum { WORDS_NUMBER = UNITS_GROUPED };

// A rate or another amount in 6 characters at most: "0.4", "12", "99,999", "123k", "1.23M"; "-" for
// NAN.
const char *words_short(double, char text[WORDS_NUMBER]);

// An amount given in KiB: "812 KiB", "3.1 MiB", "1.2 GiB"; "?" for NAN.
const char *words_memory(double kib, char text[WORDS_NUMBER]);

#endif

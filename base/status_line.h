// status_line.h: one line on the terminal that says how far a long work is, over and over.
#ifndef BASE_STATUS_LINE_H
#define BASE_STATUS_LINE_H

#include <stdbool.h>

// Whether standard error is a terminal that can take a line back.
bool status_line_works(void);

// Shows the text in the place of the last one, cut to the terminal's width.
void status_line_show(const char *text);

// Takes it away, before something is printed that stays.
void status_line_clear(void);

#endif

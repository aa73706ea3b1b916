// talk_report.h: what talk says of each step: a line for people, rows for programs.
#ifndef LOADGEN_TALK_REPORT_H
#define LOADGEN_TALK_REPORT_H

#include <stdio.h>

#include "loadgen/talk_run.h"

// How wide the columns of who and of the step are.
struct talk_layout {
    int who, verb;
};

struct talk_layout talk_layout(const struct talk_script *);

// One line of at most 80 columns for a step that has been done, however many did it.
void talk_say(FILE *, const struct talk *, const struct talk_step *, struct talk_layout);

// The table: a heading, and a row for each client of a step. Tabs between the columns who, step,
// begun_s, ended_s (since the first step), outcome, bytes, text (the first 256, with C's escapes)
// and waited_s: from the client's last connect or send until this came about; NA where that says
// nothing.
void talk_write_heading(FILE *);
void talk_write_rows(FILE *, const struct talk *, const struct talk_step *);

#endif

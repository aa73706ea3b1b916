// out_text.h: what the forms of a grading have in common: how a task went in words, and texts that
// came from a server made harmless.
#ifndef GRADE_OUT_TEXT_H
#define GRADE_OUT_TEXT_H

#include "grade/grading.h"

enum { OUT_LINE = 900, OUT_LINES = 2000 }; // bytes of a cleaned text, with its NUL

// Copies a text whoever wrote it: valid UTF-8, and nothing that moves a terminal's cursor, ends a
// line, turns the direction of writing or is forbidden in XML. Such things are shown as C writes
// them: \n, \x1B, \u202E. What does not fit `size` is cut at a character's end, and ends in "...".
// Where `lines`, line ends stay as they are.
void out_clean(char *to, size_t size, const char *from, bool lines);

enum out_verdict {
    OUT_PASSED,
    OUT_FAILED,
    OUT_LEFT_OUT,  // this machine can't ask it
    OUT_NOT_ASKED, // 0 points, or not yet
};

enum out_verdict out_verdict(const struct grading *, size_t task);

// The promise that the task is about.
const char *out_expected(const struct grading *, size_t task);

// What was seen instead of it, or why it was not asked; cleaned, on one line. Empty: it passed.
void out_seen(const struct grading *, size_t task, char to[OUT_LINE]);

// What there is to say of the whole run, on one line: it is not finished, the gate is shut, what
// the trouble was. Empty: all was asked.
void out_state(const struct grading *, char to[OUT_LINE]);

// The points on the scale of all the lab's tasks, for systems that know one scale only: what this
// machine can't ask costs nobody anything.
double out_scaled(const struct grading *);

// All the points of a lab, whoever sees them and whatever was asked.
double out_scale(const struct lab *);

// For a writer's end: 0, or -1 with errno where something did not reach the file.
int out_written(FILE *);

#endif

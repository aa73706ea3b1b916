// outputs.h: one grading in the forms that people and grading systems read.
//
// Each writes the whole of a grading, finished or not, and returns 0, or -1 with errno where the
// file could not be written. What a server has said may be in a finding's texts: control
// characters, invalid UTF-8 and what a format forbids are made harmless here.
#ifndef GRADE_OUTPUTS_H
#define GRADE_OUTPUTS_H

#include "grade/grading.h"

// For people: points, case by case; for what failed, what was expected, what was seen, and where
// to read on. Colours where the file is a terminal.
int write_terminal(FILE *, const struct grading *);

int write_tap(FILE *, const struct grading *);        // TAP 14
int write_junit(FILE *, const struct grading *);      // JUnit XML
int write_gradescope(FILE *, const struct grading *); // results.json
int write_autolab(FILE *, const struct grading *);    // one line, the last of the output: scores
int write_json(FILE *, const struct grading *);       // our own: docs/labs
int write_csv_header(FILE *, const struct lab *);     // for all rows of one lab
int write_csv(FILE *, const struct grading *);        // one row

#endif

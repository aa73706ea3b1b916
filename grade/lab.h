// lab.h: the tables of the labs: labs.tsv, and each lab's grading.tsv.
#ifndef GRADE_LAB_H
#define GRADE_LAB_H

#include "grade/grading.h"

// A task that is no case of the suite: the throughput beside the reference's.
#define LAB_RATIO "ratio/throughput"

// Reads lab `number` from FOLDER/labs.tsv and FOLDER/NN-name/grading.tsv. Where `visible`, only its
// visible tasks are there. Dies, naming file and line, where they are not as they should be.
struct lab *lab_read(const char *folder, unsigned number, bool visible);

void lab_free(struct lab *);

// Takes the tasks away whose names begin so, but never the gate.
void lab_leave_out(struct lab *, const char *prefix);

enum serves lab_serves(const struct lab *);

// The case of the suite that a task is, as conform_case_at() has it; SIZE_MAX for LAB_RATIO, or
// where there is none of that name.
size_t lab_case(const char *name);

// Adds up a grading's points, and those that there are to have.
void grading_sum(struct grading *);

#endif

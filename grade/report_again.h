// report_again.h: the same two models are measured again, for a short time, under the conditions
// that the student's raw files tell of.
#ifndef GRADE_REPORT_AGAIN_H
#define GRADE_REPORT_AGAIN_H

#include "grade/report_check.h"
#include "grade/run.h"

// `factor`: by how much the ratios may differ where their intervals do not overlap. Only ratios are
// compared, never speed. FAILED too where the student's conditions can't be had again. SKIPPED
// where bench is not there, the machine is too busy, or nothing can be measured on it.
void report_again(const struct order *, const struct report *, double factor, struct finding *);

#endif

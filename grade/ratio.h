// ratio.h: the throughput of a submission beside the reference's, in the same minute.
#ifndef GRADE_RATIO_H
#define GRADE_RATIO_H

#include "grade/run.h"

// Copies the programs that it is measured with, which are out of sight later; in the runner, before
// anything else.
void ratio_prepare(const struct order *);

// Asked once the suite is done, in the runner. Fills the finding; returns the ratio, 0 where it
// could not be measured.
double ratio_measure(const struct order *, struct finding *);

// The middle one of an odd number of values, which are put in order.
double ratio_median(double values[], size_t n);

#endif

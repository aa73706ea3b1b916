// report_busy.h: whether this machine has much else to do than to measure.
#ifndef GRADE_REPORT_BUSY_H
#define GRADE_REPORT_BUSY_H

#include <stdbool.h>

// Looks for half a second, in which nothing of ours should run. (The load average would tell of the
// last minute, and in that there may have been a measurement of ours.)
bool report_busy(void);

#endif

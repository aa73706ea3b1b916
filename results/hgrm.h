// hgrm.h: reads the percentile files of HdrHistogram, SCENARIO.POINT.MODEL.hgrm of a run.
#ifndef RESULTS_HGRM_H
#define RESULTS_HGRM_H

#include <stdbool.h>

#include "results/record.h"

// A line of it.
struct hgrm_row {
    double ns;       // response time
    double fraction; // of the requests that took that or less
    double count;    // of those requests
    double rarity;   // 1 / (1 - fraction): 100 at p99; infinite at the last
};

// Calls `take` for each line. False: there is no such file.
bool hgrm_read(const struct record *, unsigned scenario, unsigned point, unsigned model,
               void (*take)(const struct hgrm_row *, void *to), void *to);

#endif

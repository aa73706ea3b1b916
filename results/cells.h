// cells.h: what the repeats of a run add up to: for each scenario, point and model a mean with its
// interval, and what can be told apart.
#ifndef RESULTS_CELLS_H
#define RESULTS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "loadgen/statistics.h"
#include "results/record.h"

struct cell {
    unsigned n;          // repeats measured, those that refused clients among them
    unsigned tried;      // ... and in all
    unsigned limited;    // of n: those in which the load generator was the limit
    bool ended;          // some repeat refused clients
    const char *why;     // the first reason why one ended, or else failed; or empty
    const char *warning; // the first warning; or empty
    struct summary {
        unsigned n; // repeats that have this value
        // The mean with its t interval of 95 %; low and high NAN with fewer than 2. Of a time it is
        // that of the mean's logarithm, mean * exp(± t * deviation / (mean * sqrt(n))), since times
        // scatter by factors. Of the others, where no value is below 0, low is not either: t does
        // not know of rates and sizes.
        struct estimate mean;
        // The median, with the exact interval that lies between two of the values, however they
        // scatter. With fewer than 6 that is their whole range, and its confidence not the 0.95 or
        // more of the rest, but 1 - 2^(1 - n). NAN below 2.
        struct estimate median;
        double median_confidence;
        double spread; // standard deviation / mean; NAN with fewer than 2
        // Of 5 values or more, those further than 3 * 1.4826 * MAD from the median; all are in the
        // mean.
        unsigned outliers;
    } of[METRIC_COUNT];
};

struct cells {
    const struct record *record;
    struct cell *list;
};

void cells_open(struct cells *, const struct record *);
void cells_free(struct cells *);
const struct cell *cell_at(const struct cells *, unsigned scenario, unsigned point, unsigned model);

// Whether the load generator was the limit, so that the server could have done more.
bool repeat_is_limited(const struct repeat *);

// Of the requests that were due, the share that was answered; NAN: nothing was measured. In a
// closed loop a request is due when its client has its last answer, and 1 it is.
double cell_share(const struct cell *);

// Whether that is 99 % or more, and no client was refused.
bool cell_keeps_up(const struct cell *);

// The last point at which as many models kept up as anywhere: beyond, those that fell behind would
// show nothing but their queue. -1: nobody did.
int cells_last_kept(const struct cells *, unsigned scenario);

// Whether fewer than nine out of ten of the clients that stayed connected got an answer.
bool cells_partial(const struct cells *, unsigned scenario, unsigned point, unsigned model);

// B against A in the same scenario and point: the geometric mean of the ratios within rounds, since
// a round's repeats are neighbours in time, with the t interval of their logarithms. Repeats that
// refused clients are left out, since they did less work, and values that have no logarithm.
struct contrast_of_models {
    unsigned rounds;         // with both
    double ratio, low, high; // NAN below 2 rounds
    bool told_apart;         // the interval excludes 1
};
struct contrast_of_models cells_contrast(const struct cells *, unsigned scenario, unsigned point,
                                         unsigned a, unsigned b, enum metric);

// The Universal Scalability Law, X(N) = c N / (1 + a (N - 1) + b N (N - 1)) (Gunther 2007), fitted
// by gnuplot to a model's mean throughput over the points of a scenario.
struct usl {
    bool fitted; // enough points, gnuplot there, and R^2 at least 0.9
    double c, alpha, beta, r2;
    // Where it is greatest; NAN: nowhere within the points, or beta can't be told from 0.
    double peak_n, peak_rps;
};
struct usl cells_usl(const struct cells *, unsigned scenario, unsigned model);

#endif

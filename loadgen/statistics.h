// statistics.h: what can be said of a few noisy repeats.
#ifndef LOADGEN_STATISTICS_H
#define LOADGEN_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct estimate {
    double value, low, high; // the interval of 95 % confidence
};

double statistics_median(double *values, size_t n); // sorts them; n > 0
double statistics_mean(const double *values, size_t n);
double statistics_deviation(const double *values, size_t n); // of the sample (n - 1); n > 1

// Student's t: the point that `probability` (between 0 and 1) of the distribution lies below.
// Degrees of freedom, above 0, may be a fraction.
double statistics_t(double probability, double freedom);

// Of n independent values in order, the `low`-th and the `high`-th (1 to n) that have between them,
// with `confidence`, the point that `fraction` of the distribution lies below; exact, from the
// binomial distribution. False, and nothing stored, where n is too small for that.
bool statistics_ranks(double fraction, uint64_t n, double confidence, uint64_t *low,
                      uint64_t *high);

// The mean with its t interval. n > 1.
struct estimate statistics_of_mean(const double *values, size_t n);

// B / A as a ratio of geometric means with Welch's t interval on the logarithms. Values above 0;
// each n > 1.
struct estimate statistics_of_ratio(const double *a, size_t an, const double *b, size_t bn);

// B / A where each b was measured beside its a: the geometric mean of the ratios with the t
// interval of their logarithms. Values above 0; n > 1.
struct estimate statistics_of_paired_ratio(const double *a, const double *b, size_t n);

#endif

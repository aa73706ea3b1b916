// statistics.c: see statistics.h.
#include "loadgen/statistics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/fail.h"

static const double UPPER = 0.975; // the upper end of a two-sided interval of 95 %

static void *allocate(size_t n, size_t size)
{
    void *p = calloc(n, size);

    if (p == NULL)
        die_errno("cannot allocate memory for statistics");
    return p;
}

// ---- Of a few values ---------------------------------------------------------------------------

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double statistics_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

double statistics_mean(const double *values, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

double statistics_deviation(const double *values, size_t n)
{
    double mean = statistics_mean(values, n), squares = 0;

    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(n - 1));
}

// ---- The incomplete beta function, and what follows from it ------------------------------------

// The continued fraction 1 + d1/(1 + d2/(1 + ...)) of DLMF 8.17.22, from its head, as a product of
// ratios: Lentz's method (Applied Optics 15, 1976) as Thompson and Barnett changed it (J. Comput.
// Phys. 64, 1986) so that no term divides by zero. Takes some sqrt(max(a, b)) steps.
static double beta_fraction(double a, double b, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON;
    double value = 1, numerators = 1, denominators = 0; // ratios of neighbours; the latter inverted

    for (unsigned n = 1; n < 10000000; n++) {
        double m = floor(n / 2.0);
        double d = n % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                              : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        numerators = 1 + d / numerators;
        denominators = 1 + d * denominators;
        if (fabs(numerators) < tiny)
            numerators = tiny;
        if (fabs(denominators) < tiny)
            denominators = tiny;
        denominators = 1 / denominators;
        value *= numerators * denominators;
        if (fabs(numerators * denominators - 1) < 4 * DBL_EPSILON)
            break;
    }
    return value;
}

// The regularized incomplete beta function, I_x(a, b) of DLMF 8.17.2. The caller knows y = 1 - x
// more exactly than a subtraction here would.
static double beta(double a, double b, double x, double y)
{
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    // On this side of the mean the fraction converges fast; the other is its mirror (8.17.4).
    bool far = x > (a + 1) / (a + b + 2);
    double log_front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y);
    if (far)
        return 1 - exp(log_front) / (b * beta_fraction(b, a, y));
    return exp(log_front) / (a * beta_fraction(a, b, x));
}

// How much of Student's distribution lies above t, t >= 0 (Abramowitz and Stegun 26.7.1).
static double t_above(double t, double freedom)
{
    double sum = freedom + t * t;

    return beta(freedom / 2, 0.5, freedom / sum, t * t / sum) / 2;
}

double statistics_t(double probability, double freedom)
{
    bool left = probability < 0.5;
    double low = 0, high = 1, above = left ? probability : 1 - probability;

    while (t_above(high, freedom) > above) {
        low = high;
        high *= 2;
    }
    // Halved until no double lies between: some 55 times.
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return left ? -middle : middle;
        if (t_above(middle, freedom) > above)
            low = middle;
        else
            high = middle;
    }
}

// P(at most k of n), each of them with probability p (DLMF 8.17.5).
static double binomial_upto(uint64_t k, uint64_t n, double p)
{
    return k >= n ? 1 : beta((double)(n - k), (double)k + 1, 1 - p, p);
}

// The least k with P(at most k of n) above `probability`.
static uint64_t binomial_point(double probability, uint64_t n, double p)
{
    uint64_t low = 0, high = n;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (binomial_upto(middle, n, p) > probability)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool statistics_ranks(double fraction, uint64_t n, double confidence, uint64_t *low, uint64_t *high)
{
    // As many values lie below the point as a coin of this bias falls on heads in n throws. The
    // rank-th value is below it when that many or more do.
    double tail = (1 - confidence) / 2;
    uint64_t least = binomial_point(tail, n, fraction);
    uint64_t most = binomial_point(1 - tail, n, fraction) + 1;

    if (n == 0 || least == 0 || most > n)
        return false;
    *low = least;
    *high = most;
    return true;
}

// ---- Intervals ---------------------------------------------------------------------------------

struct estimate statistics_of_mean(const double *values, size_t n)
{
    double mean = statistics_mean(values, n);
    double error = statistics_deviation(values, n) / sqrt((double)n);
    double reach = statistics_t(UPPER, (double)(n - 1)) * error;

    return (struct estimate){mean, mean - reach, mean + reach};
}

// The mean of the logarithms, and its squared error.
static double log_mean(const double *values, size_t n, double *squared_error)
{
    double *logs = allocate(n, sizeof *logs);

    for (size_t i = 0; i < n; i++)
        logs[i] = log(values[i]);
    double mean = statistics_mean(logs, n), deviation = statistics_deviation(logs, n);
    *squared_error = deviation * deviation / (double)n;
    free(logs);
    return mean;
}

struct estimate statistics_of_ratio(const double *a, size_t an, const double *b, size_t bn)
{
    double ea, eb, reach = 0;
    double ma = log_mean(a, an, &ea), mb = log_mean(b, bn, &eb);

    // Without any scatter Welch's degrees of freedom would be 0 / 0.
    if (ea + eb > 0) {
        // Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom.
        double freedom = (ea + eb) * (ea + eb) /
                         (ea * ea / (double)(an - 1) + eb * eb / (double)(bn - 1));
        reach = statistics_t(UPPER, freedom) * sqrt(ea + eb);
    }
    return (struct estimate){exp(mb - ma), exp(mb - ma - reach), exp(mb - ma + reach)};
}

struct estimate statistics_of_paired_ratio(const double *a, const double *b, size_t n)
{
    double *logs = allocate(n, sizeof *logs);

    for (size_t i = 0; i < n; i++)
        logs[i] = log(b[i]) - log(a[i]);
    struct estimate mean = statistics_of_mean(logs, n);
    free(logs);
    return (struct estimate){exp(mean.value), exp(mean.low), exp(mean.high)};
}

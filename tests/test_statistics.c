// test_statistics.c: against tables and data sets that others have published, and against chance.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "loadgen/statistics.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double got, double expected, double error)
{
    if (!(fabs(got - expected) <= error))
        fail_msg("%.12g is not %.12g within %g", got, expected, error);
}

static double uniform(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

// Box and Muller's.
static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(1 - uniform(state)));

    return radius * cos(6.283185307179586 * uniform(state));
}

// Hours of sleep gained with two drugs: Student's own data (Biometrika 6, 1908), R's `sleep`.
static const double drug1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double drug2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static void t_equals_the_published_tables(void **state)
{
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
    static const struct {
        double freedom, at_95, at_975, at_999;
    } table[] = {{1, 6.314, 12.706, 318.309}, {2, 2.920, 4.303, 22.327}, {5, 2.015, 2.571, 5.893},
                 {10, 1.812, 2.228, 4.144},   {30, 1.697, 2.042, 3.385}, {100, 1.660, 1.984, 3.174},
                 {1000, 1.646, 1.962, 3.098}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_near(statistics_t(0.95, table[i].freedom), table[i].at_95, 0.0005);
        assert_near(statistics_t(0.975, table[i].freedom), table[i].at_975, 0.0005);
        assert_near(statistics_t(0.999, table[i].freedom), table[i].at_999, 0.0005);
    }
}

static void t_is_exact_where_a_formula_is_known(void **state)
{
    (void)state;
    for (int i = 1; i < 1000; i++) {
        double p = i / 1000.0;
        double cauchy = tan(3.141592653589793 * (p - 0.5));
        double two = (2 * p - 1) / sqrt(2 * p * (1 - p));
        assert_near(statistics_t(p, 1), cauchy, 1e-9 * (1 + fabs(cauchy)));
        assert_near(statistics_t(p, 2), two, 1e-9 * (1 + fabs(two)));
    }
}

static void t_takes_fractions_and_many_degrees_of_freedom(void **state)
{
    (void)state;
    // By numerical integration with 30 digits (mpmath).
    assert_near(statistics_t(0.975, 2.5), 3.57465484200368, 1e-12);
    assert_near(statistics_t(0.975, 7.25), 2.34819484910537, 1e-12);
    assert_near(statistics_t(0.975, 1e7), 1.959964, 1e-6); // the normal distribution's
    assert_near(statistics_t(0.025, 2.5), -statistics_t(0.975, 2.5), 1e-12);
    assert_near(statistics_t(0.5, 3), 0, 1e-12);
}

static void deviation_keeps_its_digits(void **state)
{
    // NIST's StRD, univariate: NumAcc1 and NumAcc3, where sums of squares lose all theirs.
    double one[] = {10000001, 10000003, 10000002}, three[1001] = {1000000.2};

    (void)state;
    for (size_t i = 1; i < COUNT(three); i++)
        three[i] = i % 2 == 1 ? 1000000.1 : 1000000.3;
    assert_near(statistics_mean(one, COUNT(one)), 10000002, 1e-6);
    assert_near(statistics_deviation(one, COUNT(one)), 1, 1e-9);
    assert_near(statistics_mean(three, COUNT(three)), 1000000.2, 1e-6);
    assert_near(statistics_deviation(three, COUNT(three)), 0.1, 1e-8);
}

static void the_median_is_the_middle(void **state)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};

    (void)state;
    assert_near(statistics_median(odd, 3), 2, 0);
    assert_near(statistics_median(even, 4), 2.5, 0);
    assert_near(statistics_median(one, 1), 7, 0);
}

static void the_mean_of_students_data_has_the_published_interval(void **state)
{
    double gained[COUNT(drug1)];

    (void)state;
    for (size_t i = 0; i < COUNT(drug1); i++)
        gained[i] = drug2[i] - drug1[i];
    struct estimate mean = statistics_of_mean(gained, COUNT(gained));
    assert_near(mean.value, 1.58, 1e-9);
    assert_near(mean.low, 0.7001142, 5e-8);
    assert_near(mean.high, 2.4598858, 5e-8);
}

static void the_ratio_has_welchs_published_interval(void **state)
{
    double a[COUNT(drug2)], b[COUNT(drug1)];

    // Welch's test of Student's data as R's manual prints it: a difference of logarithms here.
    (void)state;
    for (size_t i = 0; i < COUNT(drug1); i++) {
        a[i] = exp(drug2[i]);
        b[i] = exp(drug1[i]);
    }
    struct estimate ratio = statistics_of_ratio(a, COUNT(a), b, COUNT(b));
    assert_near(log(ratio.value), -1.58, 1e-9);
    assert_near(log(ratio.low), -3.3654832, 5e-8);
    assert_near(log(ratio.high), 0.2054832, 5e-8);
}

static void the_paired_ratio_has_the_published_interval(void **state)
{
    double a[COUNT(drug1)], b[COUNT(drug2)];

    // The paired test of Student's data as R's manual prints it. Scatter that a pair has in common
    // cancels: each pair is scaled by a factor of its own.
    (void)state;
    for (size_t i = 0; i < COUNT(drug1); i++) {
        double factor = exp((double)i - 4);
        a[i] = factor * exp(drug1[i]);
        b[i] = factor * exp(drug2[i]);
    }
    struct estimate ratio = statistics_of_paired_ratio(a, b, COUNT(a));
    assert_near(log(ratio.value), 1.58, 1e-9);
    assert_near(log(ratio.low), 0.7001142, 5e-8);
    assert_near(log(ratio.high), 2.4598858, 5e-8);
}

static void a_ratio_without_scatter_is_a_point(void **state)
{
    const double a[] = {4, 4}, b[] = {8, 8, 8};

    (void)state;
    const struct estimate ratios[] = {statistics_of_ratio(a, 2, b, 3),
                                      statistics_of_paired_ratio(a, b, 2)};
    for (size_t i = 0; i < COUNT(ratios); i++) {
        assert_near(ratios[i].value, 2, 1e-12);
        assert_near(ratios[i].low, 2, 1e-12);
        assert_near(ratios[i].high, 2, 1e-12);
    }
}

static void ranks_equal_the_published_tables(void **state)
{
    // Of the median, 95 %: Dixon and Massey, Introduction to Statistical Analysis, table A-25.
    static const struct {
        uint64_t n, low, high;
    } table[] = {{6, 1, 6}, {10, 2, 9}, {20, 6, 15}, {50, 18, 33}, {100, 40, 61}};
    uint64_t low = 4711, high = 4711;

    (void)state;
    assert_false(statistics_ranks(0.5, 5, 0.95, &low, &high));
    assert_false(statistics_ranks(0.5, 0, 0.95, &low, &high));
    assert_true(low == 4711 && high == 4711);
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_true(statistics_ranks(0.5, table[i].n, 0.95, &low, &high));
        assert_int_equal(low, table[i].low);
        assert_int_equal(high, table[i].high);
    }
}

// P(Binomial(n, p) <= k), term by term.
static double binomial_sum(uint64_t k, unsigned n, double p)
{
    double sum = 0;

    for (unsigned i = 0; i <= k; i++)
        sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
                   (n - i) * log1p(-p));
    return sum;
}

static void ranks_are_the_narrowest_that_keep_each_tail(void **state)
{
    static const struct {
        double fraction;
        unsigned n;
    } cases[] = {{0.5, 30}, {0.9, 100}, {0.9, 1000}, {0.99, 1500}, {0.999, 10000}};
    const double tail = 0.0125;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double p = cases[i].fraction;
        unsigned n = cases[i].n;
        uint64_t low, high;
        assert_true(statistics_ranks(p, n, 0.975, &low, &high));
        assert_true(binomial_sum(low - 1, n, p) <= tail && binomial_sum(low, n, p) > tail);
        assert_true(binomial_sum(high - 1, n, p) >= 1 - tail);
        assert_true(binomial_sum(high - 2, n, p) < 1 - tail);
    }
}

static void ranks_take_a_thousand_million_values(void **state)
{
    uint64_t low, high;

    (void)state;
    assert_true(statistics_ranks(0.9, 1000000000, 0.95, &low, &high));
    // 1.96 deviations of 9,487 values round the nine hundred millionth.
    assert_near((double)low, 900e6 - 18594, 3);
    assert_near((double)high, 900e6 + 18594, 3);
}

// Of many experiments whose truth is known, some 95 % of the intervals must hold it. The seeds are
// fixed, so that this passes always or never.
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    enum { EXPERIMENTS = 1000 };
    uint64_t random = 1;
    unsigned mean_holds = 0, ratio_holds = 0;

    (void)state;
    for (unsigned i = 0; i < EXPERIMENTS; i++) {
        double a[6], b[10];
        for (size_t j = 0; j < COUNT(a); j++)
            a[j] = exp(0.2 * normal(&random));
        for (size_t j = 0; j < COUNT(b); j++)
            b[j] = 3 * exp(0.05 * normal(&random));
        struct estimate ratio = statistics_of_ratio(a, COUNT(a), b, COUNT(b));
        ratio_holds += ratio.low <= 3 && ratio.high >= 3;
        for (size_t j = 0; j < COUNT(b); j++)
            b[j] = 10 + normal(&random);
        struct estimate mean = statistics_of_mean(b, COUNT(b));
        mean_holds += mean.low <= 10 && mean.high >= 10;
    }
    // Within three deviations (6.9) of 950.
    assert_in_range(mean_holds, 929, 971);
    assert_in_range(ratio_holds, 929, 971);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t_equals_the_published_tables),
        cmocka_unit_test(t_is_exact_where_a_formula_is_known),
        cmocka_unit_test(t_takes_fractions_and_many_degrees_of_freedom),
        cmocka_unit_test(deviation_keeps_its_digits),
        cmocka_unit_test(the_median_is_the_middle),
        cmocka_unit_test(the_mean_of_students_data_has_the_published_interval),
        cmocka_unit_test(the_ratio_has_welchs_published_interval),
        cmocka_unit_test(the_paired_ratio_has_the_published_interval),
        cmocka_unit_test(a_ratio_without_scatter_is_a_point),
        cmocka_unit_test(ranks_equal_the_published_tables),
        cmocka_unit_test(ranks_are_the_narrowest_that_keep_each_tail),
        cmocka_unit_test(ranks_take_a_thousand_million_values),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}

// test_schedule.c: Poisson arrivals are Poisson, uniform ones uniform to the nanosecond, and a seed
// repeats them. All seeds are fixed, so that a verdict does not change from run to run.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "loadgen/schedule.h"

enum { GAPS = 100000, SEEDS = 20 };
static const double RATE = 1000, MEAN_NS = 1e6;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

// The Anderson-Darling statistic of gaps that should be exponential with the known mean. Such ones
// are above 2.492 in 5 of 100 samples, above 6.0 in 1 of 1000 (D'Agostino, Stephens:
// Goodness-of-Fit Techniques, 1986, table 4.2, case 0). Sorts the gaps.
static double anderson_darling(double *gaps, size_t n)
{
    double sum = 0;

    qsort(gaps, n, sizeof *gaps, by_size);
    for (size_t i = 0; i < n; i++) {
        // log F and log (1 - F), where F = 1 - exp(-x / mean) is the distribution.
        double below = log(-expm1(-gaps[i] / MEAN_NS)), above = -gaps[n - 1 - i] / MEAN_NS;
        sum += (double)(2 * i + 1) * (below + above);
    }
    return -(double)n - sum / (double)n;
}

// Half a nanosecond is added, as the moments are cut down to whole ones, so that no gap is 0.
static void take_gaps(struct schedule *s, double *gaps, size_t n)
{
    for (int64_t last = 0, at, i = 0; (size_t)i < n; i++, last = at) {
        at = schedule_next(s);
        gaps[i] = (double)(at - last) + 0.5;
    }
}

static double *new_gaps(size_t n)
{
    double *gaps = malloc(n * sizeof *gaps);

    assert_non_null(gaps);
    return gaps;
}

static void poisson_gaps_are_exponential(void **state)
{
    double *gaps = new_gaps(GAPS), worst = 0;
    unsigned above = 0;
    struct schedule s;

    (void)state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        schedule_open(&s, POISSON, RATE, seed, 0, 1);
        take_gaps(&s, gaps, GAPS);
        double a = anderson_darling(gaps, GAPS);
        worst = a > worst ? a : worst;
        above += a > 2.492;
    }
    print_message("A-D of %d seeds: %u above 2.492 (1 expected), the worst %.2f\n", SEEDS, above,
                  worst);
    assert_true(worst < 6.0);
    assert_in_range(above, 0, 4); // more is as rare as 1 in 400
    free(gaps);
}

// A test that takes everything proves nothing.
static void the_test_refuses_gaps_of_other_kinds(void **state)
{
    enum { N = 1000 };
    double *gaps = new_gaps(N);

    (void)state;
    for (int i = 0; i < N; i++)
        gaps[i] = MEAN_NS;
    assert_true(anderson_darling(gaps, N) > 6.0);
    for (int i = 0; i < N; i++)
        gaps[i] = 2 * MEAN_NS * (i + 0.5) / N;
    assert_true(anderson_darling(gaps, N) > 6.0);
    for (int i = 0; i < N; i++) // exponential, 15 % too long
        gaps[i] = -1.15 * MEAN_NS * log((i + 0.5) / N);
    assert_true(anderson_darling(gaps, N) > 6.0);
    for (int i = 0; i < N; i++) // and as they should be
        gaps[i] = -MEAN_NS * log((i + 0.5) / N);
    assert_true(anderson_darling(gaps, N) < 2.492);
    free(gaps);
}

// What the distribution of gaps does not show: that they are independent. If they are, the numbers
// of arrivals in equal windows vary as much as their mean, and neighbouring gaps know nothing of
// each other.
static void poisson_arrivals_are_independent(void **state)
{
    enum { WINDOWS = 5000 };
    static const double WINDOW_NS = 20e6; // 20 arrivals on average
    static unsigned counts[WINDOWS];
    double *gaps = new_gaps(GAPS), mean = 0, dispersion = 0, product = 0, square = 0;
    struct schedule s;

    (void)state;
    schedule_open(&s, POISSON, RATE, 7, 0, 1);
    for (int64_t at; (at = schedule_next(&s)) < (int64_t)(WINDOWS * WINDOW_NS);)
        counts[(size_t)((double)at / WINDOW_NS)]++;
    for (int i = 0; i < WINDOWS; i++)
        mean += (double)counts[i] / WINDOWS;
    for (int i = 0; i < WINDOWS; i++)
        dispersion += (counts[i] - mean) * (counts[i] - mean) / mean;
    // Chi-square with WINDOWS - 1 degrees of freedom, so near to normal.
    assert_true(fabs(dispersion - (WINDOWS - 1)) < 4 * sqrt(2.0 * (WINDOWS - 1)));

    schedule_open(&s, POISSON, RATE, 8, 0, 1);
    take_gaps(&s, gaps, GAPS);
    for (int i = 1; i < GAPS; i++) {
        product += (gaps[i] - MEAN_NS) * (gaps[i - 1] - MEAN_NS);
        square += (gaps[i] - MEAN_NS) * (gaps[i] - MEAN_NS);
    }
    assert_true(fabs(product / square) < 4 / sqrt(GAPS));
    free(gaps);
}

static void poisson_parts_add_up_to_one_process(void **state)
{
    enum { PARTS = 4 };
    double *gaps = new_gaps(GAPS);
    struct schedule s[PARTS];
    int64_t next[PARTS], last = 0;

    (void)state;
    for (unsigned p = 0; p < PARTS; p++) {
        schedule_open(&s[p], POISSON, RATE, 11, p, PARTS);
        next[p] = schedule_next(&s[p]);
    }
    for (int i = 0; i < GAPS; i++) {
        unsigned first = 0;
        for (unsigned p = 1; p < PARTS; p++)
            if (next[p] < next[first])
                first = p;
        gaps[i] = (double)(next[first] - last) + 0.5;
        last = next[first];
        next[first] = schedule_next(&s[first]);
    }
    assert_true(anderson_darling(gaps, GAPS) < 6.0);
    free(gaps);
}

static void the_rate_is_kept_within_statistics(void **state)
{
    static const double rates[] = {0.5, 1, 333.3, 20000, 1e6, 5e6};
    struct schedule s;

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (unsigned parts = 1; parts <= 3; parts += 2) {
            int64_t at = 0;
            schedule_open(&s, POISSON, rates[i], 3, parts - 1, parts);
            for (int n = 0; n < GAPS; n++) {
                int64_t next = schedule_next(&s);
                assert_true(next >= at);
                at = next;
            }
            double expected = GAPS / rates[i] * 1e9 * parts;
            assert_true(fabs((double)at - expected) < 4 * expected / sqrt(GAPS));
        }
}

static void fill(int64_t *moments, size_t n, enum arrivals arrivals, uint64_t seed, unsigned part)
{
    struct schedule s;

    schedule_open(&s, arrivals, 20000, seed, part, 8);
    for (size_t i = 0; i < n; i++)
        moments[i] = schedule_next(&s);
}

static void a_seed_repeats_its_arrivals_and_another_has_others(void **state)
{
    enum { N = 1000, SEEDS_TRIED = 100 };
    static int64_t first[N], again[N], other[N];

    (void)state;
    fill(first, N, POISSON, 1, 0);
    fill(again, N, POISSON, 1, 0);
    assert_memory_equal(first, again, sizeof first);
    // Neighbouring seeds, and neighbouring parts of one, share no moments but by chance: 1000 of
    // them lie in 400 ms, so two of them meet in one nanosecond once in 400 such pairs.
    for (uint64_t n = 0; n < SEEDS_TRIED; n++) {
        unsigned same = 0;
        fill(other, N, POISSON, n % 2 == 0 ? n / 2 + 2 : 1,
             n % 2 == 0 ? 0 : (unsigned)n / 2 % 7 + 1);
        for (size_t i = 0, j = 0; i < N && j < N;) {
            same += first[i] == other[j];
            if (first[i] < other[j])
                i++;
            else
                j++;
        }
        assert_in_range(same, 0, 2);
    }
    fill(first, N, UNIFORM, 1, 0);
    fill(other, N, UNIFORM, 2, 0);
    assert_memory_equal(first, other, sizeof first); // nothing random in them
}

static void uniform_arrivals_do_not_drift(void **state)
{
    static const uint64_t rates[] = {1, 3, 7, 1000, 20000, 33333, 1000000, 9999991};
    enum { N = 10000000 };
    struct schedule s;

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int64_t gap = (int64_t)(1000000000 / rates[i]), last = 0;
        schedule_open(&s, UNIFORM, (double)rates[i], 1, 0, 1);
        for (uint64_t n = 0; n < N; n++) {
            int64_t at = schedule_next(&s);
            // Each gap as long as any other, but for the cutting to whole nanoseconds.
            assert_true(n == 0 ? at == 0 : at - last >= gap - 1 && at - last <= gap + 2);
            last = at;
        }
        // In integers: 10^7 seconds in nanoseconds, times 10^7, fit in 64 bits.
        int64_t exact = (int64_t)((N - 1) * UINT64_C(1000000000) / rates[i]);
        assert_true(llabs(last - exact) < 1000);
    }
}

static void uniform_parts_take_turns(void **state)
{
    enum { PARTS = 3, N = 30000 };
    struct schedule whole, s[PARTS];

    (void)state;
    schedule_open(&whole, UNIFORM, 7000, 1, 0, 1);
    for (unsigned p = 0; p < PARTS; p++)
        schedule_open(&s[p], UNIFORM, 7000, 1, p, PARTS);
    for (int n = 0; n < N; n++)
        assert_true(llabs(schedule_next(&s[n % PARTS]) - schedule_next(&whole)) <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(the_test_refuses_gaps_of_other_kinds),
        cmocka_unit_test(poisson_arrivals_are_independent),
        cmocka_unit_test(poisson_parts_add_up_to_one_process),
        cmocka_unit_test(the_rate_is_kept_within_statistics),
        cmocka_unit_test(a_seed_repeats_its_arrivals_and_another_has_others),
        cmocka_unit_test(uniform_arrivals_do_not_drift),
        cmocka_unit_test(uniform_parts_take_turns),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}

// test_histogram.c: what the histogram says of samples that are known one by one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"
#include "loadgen/histogram.h"

enum { SAMPLES = 50000 };

static struct histogram *make(unsigned digits)
{
    struct histogram *h = histogram_new(digits);

    assert_non_null(h);
    return h;
}

static double uniform(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

enum { EVEN, EXPONENTIAL, TWO_HEAPS, TINY, WHOLE_RANGE, KINDS };

static int64_t draw_one(unsigned kind, uint64_t *state)
{
    double u = uniform(state);

    switch (kind) {
    case EVEN:
        return (int64_t)(u * 5e6);
    case EXPONENTIAL:
        return (int64_t)(-log(1 - u) * 250e3);
    case TWO_HEAPS:
        return (int64_t)(uniform(state) < 0.9 ? 40e3 + u * 5e3 : 900e6 + u * 50e6);
    case TINY:
        return (int64_t)(u * 30);
    default:
        return (int64_t)exp2(u * 42);
    }
}

static int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int64_t samples[SAMPLES];

// All samples of one kind, in the order in which they were made.
static void draw(unsigned kind)
{
    uint64_t state = kind + 1;

    for (unsigned i = 0; i < SAMPLES; i++)
        samples[i] = draw_one(kind, &state);
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
    assert_true(a->length == b->length && a->total == b->total && a->saturated == b->saturated);
    assert_true(a->min == b->min && a->max == b->max);
    assert_true(fabs(a->sum - b->sum) <= 1e-9 * a->sum);
    for (size_t i = 0; i < a->length; i++)
        assert_true(a->counts[i] == b->counts[i]);
}

static void buckets_tile_the_range_without_gap_or_overlap(void **state)
{
    (void)state;
    for (unsigned digits = 1; digits <= 3; digits++) {
        struct histogram *h = make(digits);
        int64_t next = 0;
        for (size_t i = 0; i < h->length; i++) {
            int64_t low = histogram_lowest_in(h, i), high = histogram_highest_in(h, i);
            assert_true(low == next && high >= low);
            assert_true(histogram_index(h, low) == i && histogram_index(h, high) == i);
            // The stated error; a bucket of one value has none.
            assert_true((double)(high - low) * pow(10, digits) <= (double)low);
            if (low < INT64_C(2) << h->half_bits)
                assert_true(low == high);
            next = high + 1;
        }
        assert_true(next == HISTOGRAM_HIGHEST + 1);
        assert_true(digits < 3 || h->length == 33792); // as histogram.h says
        free(h);
    }
}

// Records them, and compares each percentile with the sample that stands there in their order.
static void compare_percentiles(unsigned digits)
{
    static const double fractions[] = {0,   0.0001, 0.01, 0.1,  0.25,  0.5,
                                       0.7, 0.75,   0.9,  0.99, 0.999, 0.9998};
    struct histogram *h = make(digits);

    for (size_t i = 0; i < SAMPLES; i++)
        histogram_record(h, samples[i]);
    qsort(samples, SAMPLES, sizeof *samples, ascending);
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        // SAMPLES times each of them is a whole number.
        size_t rank = (size_t)llround(fractions[i] * SAMPLES);
        int64_t exact = samples[rank == 0 ? 0 : rank - 1], said = -1;
        assert_true(histogram_percentile(h, fractions[i], 0, &said));
        assert_true(said >= exact && said <= samples[SAMPLES - 1]);
        assert_true((double)(said - exact) * pow(10, digits) <= (double)exact);
        if (exact < INT64_C(2) << h->half_bits)
            assert_true(said == exact);
    }
    assert_true(h->min == samples[0] && h->max == samples[SAMPLES - 1]);
    free(h);
}

static void percentiles_equal_exact_ones_within_the_stated_error(void **state)
{
    (void)state;
    for (unsigned digits = 1; digits <= 3; digits++)
        for (unsigned kind = 0; kind < KINDS; kind++) {
            draw(kind);
            compare_percentiles(digits);
        }
}

static void mean_is_exact_and_deviation_nearly_so(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct histogram *h = make(3);
        draw(kind);
        double sum = 0, squares = 0;
        for (size_t i = 0; i < SAMPLES; i++) {
            histogram_record(h, samples[i]);
            sum += (double)samples[i];
        }
        double mean = sum / SAMPLES;
        for (size_t i = 0; i < SAMPLES; i++)
            squares += ((double)samples[i] - mean) * ((double)samples[i] - mean);
        double deviation = sqrt(squares / SAMPLES);
        assert_true(fabs(histogram_mean(h) - mean) <= 1e-9 * mean);
        assert_true(fabs(histogram_deviation(h) - deviation) <= 1e-3 * deviation);
        free(h);
    }
}

static void values_out_of_range_count_as_the_nearest_in_it(void **state)
{
    struct histogram *h = make(3);

    (void)state;
    histogram_record(h, -1);
    histogram_record(h, INT64_MIN);
    assert_true(h->counts[0] == 2 && h->min == 0 && h->max == 0 && h->saturated == 0);
    histogram_record(h, HISTOGRAM_HIGHEST);
    assert_true(h->saturated == 0);
    histogram_record(h, HISTOGRAM_HIGHEST + 1);
    histogram_record(h, INT64_MAX);
    assert_true(h->counts[h->length - 1] == 3 && h->max == HISTOGRAM_HIGHEST);
    assert_true(h->saturated == 2 && h->total == 5);
    assert_true(h->sum == 3.0 * (double)HISTOGRAM_HIGHEST);
    free(h);
}

static void recording_n_equals_recording_n_times(void **state)
{
    struct histogram *once = make(2), *each = make(2);

    (void)state;
    for (int64_t value = 1; value < HISTOGRAM_HIGHEST * 3; value *= 3) {
        histogram_record_n(once, value, 5);
        for (int i = 0; i < 5; i++)
            histogram_record(each, value);
    }
    histogram_record_n(once, 0, 0); // not even the minimum
    assert_true(histogram_index_of_rank(once, 1) == 1 && histogram_index_of_rank(once, 5) == 1);
    assert_true(histogram_index_of_rank(once, 6) == 3 && histogram_index_of_rank(once, 11) == 9);
    assert_same(once, each);
    free(once);
    free(each);
}

static void an_empty_histogram_says_nothing(void **state)
{
    struct histogram *empty = make(3);
    int64_t value = 4711;

    (void)state;
    assert_true(histogram_mean(empty) == 0 && histogram_deviation(empty) == 0);
    assert_false(histogram_percentile(empty, 0, 0, &value));
    assert_false(histogram_percentile(empty, 0.5, 1000, &value));
    assert_true(value == 4711);
    free(empty);
}

// Halves of the same samples, in histograms of `from` digits each, added into one of `to` digits.
static void compare_sum(unsigned from, unsigned to)
{
    struct histogram *all = make(to), *sum = make(to), *half[] = {make(from), make(from)};
    struct histogram *empty = make(from);

    for (size_t i = 0; i < SAMPLES; i++) {
        int64_t sample = i % 1000 == 0 ? INT64_MAX : samples[i];
        histogram_record(all, sample);
        histogram_record(half[i % 2], sample);
    }
    histogram_add(sum, half[0]);
    histogram_add(sum, half[1]);
    assert_same(sum, all);
    histogram_add(sum, empty); // adds nothing
    assert_same(sum, all);
    free(all);
    free(sum);
    free(half[0]);
    free(half[1]);
    free(empty);
}

static void adding_equals_recording_all_in_one(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        draw(kind);
        for (unsigned from = 1; from <= 3; from++)
            for (unsigned to = 1; to <= from; to++)
                compare_sum(from, to);
    }
}

static void a_percentile_needs_ten_values_above_it(void **state)
{
    static const struct {
        double fraction;
        uint64_t least;
    } needs[] = {{0.5, 20},        {0.75, 40},       {0.9, 100},         {0.95, 200},
                 {0.99, 1000},     {0.995, 2000},    {0.999, 10000},     {99.9 / 100, 10000},
                 {1 - 0.01, 1000}, {0.9999, 100000}, {0.99999, 1000000}, {99.999 / 100, 1000000}};

    (void)state;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        struct histogram *h = make(3);
        int64_t value = 0;
        histogram_record_n(h, 100, needs[i].least - 10);
        histogram_record_n(h, 200, 9);
        assert_false(histogram_percentile(h, needs[i].fraction, 0, &value));
        histogram_record(h, 200);
        assert_true(histogram_percentile(h, needs[i].fraction, 0, &value));
        assert_int_equal(value, 100); // exactly ten above, no more
        assert_false(histogram_percentile(h, 1, 0, &value));
        free(h);
    }
}

static void a_hundredth_is_a_hundredth_whatever_binary_makes_of_it(void **state)
{
    struct histogram *h = make(3);

    (void)state;
    for (int value = 1; value <= 1000; value++)
        histogram_record(h, value);
    for (int percent = 1; percent <= 99; percent++) {
        int64_t value = 0;
        assert_true(histogram_percentile(h, percent * 0.01, 0, &value));
        assert_int_equal(value, percent * 10);
    }
    free(h);
}

static void the_unseen_count_as_slower_than_all(void **state)
{
    struct histogram *h = make(3);
    int64_t value = 0;

    (void)state;
    for (int i = 1; i <= 900; i++)
        histogram_record(h, i);
    assert_true(histogram_percentile(h, 0.5, 100, &value));
    assert_int_equal(value, 500);
    assert_true(histogram_percentile(h, 0.9, 100, &value)); // the last one that was seen
    assert_int_equal(value, 900);
    assert_false(histogram_percentile(h, 0.901, 100, &value));
    assert_false(histogram_percentile(h, 0.99, 100, &value));
    assert_int_equal(value, 900);
    free(h);
}

enum { ROUNDS = 2000000 };

static void *record_in_a_thread(void *histogram)
{
    for (int i = 0; i < ROUNDS; i++)
        histogram_record(histogram, 1000 + i % 1000);
    return NULL;
}

static void a_reader_sees_all_that_the_total_counts(void **state)
{
    struct histogram *h = make(3);
    pthread_t writer;
    uint64_t before = 0;

    (void)state;
    assert_int_equal(pthread_create(&writer, NULL, record_in_a_thread, h), 0);
    while (before < ROUNDS) {
        uint64_t total = atomic_load_explicit(&h->total, memory_order_acquire);
        int64_t value = 0;
        assert_true(total >= before && total <= ROUNDS);
        before = total;
        if (histogram_percentile(h, 0.5, 0, &value))
            assert_true(value >= 1000 && value < 2000);
        struct histogram *sum = make(2);
        histogram_add(sum, h);
        assert_true(sum->total >= total);
        if (total > 0)
            assert_true(sum->min == 1000 && sum->max >= 1000 && sum->max < 2000);
        free(sum);
    }
    pthread_join(writer, NULL);
    assert_true(histogram_mean(h) == 1499.5);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_tile_the_range_without_gap_or_overlap),
        cmocka_unit_test(percentiles_equal_exact_ones_within_the_stated_error),
        cmocka_unit_test(mean_is_exact_and_deviation_nearly_so),
        cmocka_unit_test(values_out_of_range_count_as_the_nearest_in_it),
        cmocka_unit_test(recording_n_equals_recording_n_times),
        cmocka_unit_test(an_empty_histogram_says_nothing),
        cmocka_unit_test(adding_equals_recording_all_in_one),
        cmocka_unit_test(a_percentile_needs_ten_values_above_it),
        cmocka_unit_test(a_hundredth_is_a_hundredth_whatever_binary_makes_of_it),
        cmocka_unit_test(the_unseen_count_as_slower_than_all),
        cmocka_unit_test(a_reader_sees_all_that_the_total_counts),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}

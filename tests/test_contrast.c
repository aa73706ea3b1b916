// test_contrast.c: what is said of two sides whose truth is known, and what is rather not said.
#include "tests/contrast_sample.h"

#include "base/random.h"

static void repeats_that_differ_are_told_apart(void **state)
{
    (void)state;
    make_sides(REPEATS, 80000, 625e3);
    contrast_make(&found, &a, &b);
    assert_true(found.repeated);
    assert_int_equal(found.warning_count, 0);
    for (size_t i = 0; i < DIFFERENCES; i++) {
        const struct difference *d = &found.differences[i];
        double truth = i == 0 ? 0.8 : 1.25;
        assert_int_equal(d->verdict, i == 0 ? B_LOWER : B_HIGHER);
        assert_true(d->ratio.low <= truth && d->ratio.high >= truth);
        assert_true(d->ratio.low < d->ratio.value && d->ratio.value < d->ratio.high);
        assert_true(fabs(d->b / d->a - d->ratio.value) < 1e-9);
    }
    free_sides();
}

static void repeats_within_noise_are_not(void **state)
{
    (void)state;
    make_sides(REPEATS, 100500, 497.5e3);
    contrast_make(&found, &a, &b);
    for (size_t i = 0; i < DIFFERENCES; i++)
        assert_int_equal(found.differences[i].verdict, NOISE);
    free_sides();
}

static void one_runs_throughput_rests_on_whole_intervals_after_the_warmup(void **state)
{
    // 97.5 % of ten values on each side: t(0.98750, 9) = 2.6850 (mpmath).
    const double reach = 2.6850 * 100 / sqrt(10);

    (void)state;
    make_sides(1, 100000, 500e3);
    for (struct side *side = &a; side != NULL; side = side == &a ? &b : NULL) {
        struct result *r = side->runs;
        r->warmup_ns = NS_PER_SECOND / 2; // so that row 0 is cut in two, and row 11 as well
        r->duration_ns = 11 * NS_PER_SECOND - 1;
        r->completed = 10000 * 11;
        for (int i = 0; i < ROWS; i++)
            r->intervals[i].answered = i % 2 == 0 ? 10000 + 95 : 10000 - 95;
        r->intervals[0].answered = r->intervals[11].answered = 1000000;
    }
    contrast_make(&found, &a, &b);
    const struct difference *d = &found.differences[0];
    // Values of +-95 deviate by 95 * sqrt(10 / 9) = 100.14.
    double relative = reach * 1.0014 / 10000;
    assert_int_equal(d->verdict, NOISE);
    assert_true(fabs(d->ratio.low - (1 - relative) / (1 + relative)) < 1e-5);
    assert_true(fabs(d->ratio.high - (1 + relative) / (1 - relative)) < 1e-5);
    assert_true(warned("repeat both, interleaved"));
    free_sides();
}

static void a_stall_up_to_the_end_counts_though_its_rows_are_missing(void **state)
{
    (void)state;
    make_sides(1, 100000, 500e3);
    contrast_make(&found, &a, &b);
    double narrow = found.differences[0].ratio.high;
    contrast_free(&found);
    b.runs->interval_count = ROWS - 3;
    contrast_make(&found, &a, &b);
    assert_true(found.differences[0].ratio.high > narrow + 0.1);
    free_sides();
}

static void one_runs_percentile_lies_between_ranks(void **state)
{
    uint64_t low, high;

    (void)state;
    make_sides(1, 100000, 500e3);
    empty(&a.runs->response);
    empty(&b.runs->response);
    for (int i = 1; i <= 1000; i++) { // each in a bucket of its own
        histogram_record(a.runs->response, i);
        histogram_record(b.runs->response, i);
    }
    a.runs->requests.unfinished = b.runs->requests.unfinished = 200; // slower than all
    contrast_make(&found, &a, &b);
    assert_true(statistics_ranks(0.5, 1200, 0.975, &low, &high));
    const struct difference *d = &found.differences[2];
    assert_string_equal(d->name, "p50");
    assert_true(fabs(d->a - 600) < 1e-9);
    assert_true(fabs(d->ratio.low - (double)low / (double)high) < 1e-12);
    assert_true(fabs(d->ratio.high - (double)high / (double)low) < 1e-12);
    free_sides();
}

static double uniform(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

static void shake(struct result *r, uint64_t *state)
{
    empty(&r->response);
    for (int i = 0; i < 2000; i++)
        histogram_record(r->response, (int64_t)(-log(1 - uniform(state)) * 500e3));
    for (int i = 0; i < ROWS; i++)
        r->intervals[i].answered = (uint64_t)(1000 + 100 * uniform(state));
    r->completed = 0;
    for (int i = 1; i < ROWS - 1; i++)
        r->completed += r->intervals[i].answered;
}

// Sides of one run each and of one truth: a verdict would be wrong, and may be so in 5 % at most.
static void one_run_is_seldom_sure_without_reason(void **state)
{
    enum { TRIALS = 100 };
    unsigned sure[DIFFERENCES] = {0};
    uint64_t random = 1;

    (void)state;
    make_sides(1, 1000, 500e3);
    for (int trial = 0; trial < TRIALS; trial++) {
        shake(a.runs, &random);
        shake(b.runs, &random);
        contrast_make(&found, &a, &b);
        for (size_t i = 0; i < DIFFERENCES; i++)
            sure[i] += found.differences[i].verdict < NOISE;
        contrast_free(&found);
    }
    for (size_t i = 0; i < DIFFERENCES; i++)
        assert_in_range(sure[i], 0, TRIALS / 20);
    free_sides();
}

static void one_run_sees_a_large_difference(void **state)
{
    (void)state;
    make_sides(1, 50000, 1e6);
    contrast_make(&found, &a, &b);
    assert_false(found.repeated);
    for (size_t i = 0; i < DIFFERENCES; i++)
        assert_int_equal(found.differences[i].verdict, i == 0 ? B_LOWER : B_HIGHER);
    free_sides();
}

static void one_run_against_repeats_is_compared_and_warned_of(void **state)
{
    (void)state;
    make_sides(REPEATS, 50000, 1e6);
    size_t all = b.count;
    b.count = 1;
    contrast_make(&found, &a, &b);
    assert_false(found.repeated);
    assert_int_equal(found.differences[0].verdict, B_LOWER);
    assert_true(found.differences[0].ratio.low < 0.5 && found.differences[0].ratio.high > 0.5);
    assert_true(warned("one run's own spread"));
    b.count = all;
    free_sides();
}

static void latencies_of_open_and_closed_loops_are_not_compared(void **state)
{
    (void)state;
    make_sides(REPEATS, 100000, 500e3);
    for (size_t i = 0; i < REPEATS; i++)
        strcpy(b.runs[i].loop, "open");
    contrast_make(&found, &a, &b);
    assert_int_equal(found.differences[0].verdict, NOISE);
    for (size_t i = 1; i < DIFFERENCES; i++)
        assert_int_equal(found.differences[i].verdict, NO_FIGURES);
    assert_true(warned("A and B differ in loop: closed against open"));
    char *text = written(contrast_write_text);
    assert_non_null(strstr(text, "latencies of an open and a closed loop"));
    free(text);
    free_sides();
}

static void too_few_answers_leave_a_percentile_out(void **state)
{
    (void)state;
    make_sides(1, 100000, 500e3);
    empty(&b.runs->response);
    histogram_record_n(b.runs->response, 400000, 9999);
    contrast_make(&found, &a, &b);
    assert_true(found.differences[4].verdict != NO_FIGURES); // p99
    assert_int_equal(found.differences[5].verdict, NO_FIGURES);
    free_sides();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats_that_differ_are_told_apart),
        cmocka_unit_test(repeats_within_noise_are_not),
        cmocka_unit_test(one_runs_throughput_rests_on_whole_intervals_after_the_warmup),
        cmocka_unit_test(a_stall_up_to_the_end_counts_though_its_rows_are_missing),
        cmocka_unit_test(one_runs_percentile_lies_between_ranks),
        cmocka_unit_test(one_run_is_seldom_sure_without_reason),
        cmocka_unit_test(one_run_sees_a_large_difference),
        cmocka_unit_test(one_run_against_repeats_is_compared_and_warned_of),
        cmocka_unit_test(latencies_of_open_and_closed_loops_are_not_compared),
        cmocka_unit_test(too_few_answers_leave_a_percentile_out),
    };
    return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}

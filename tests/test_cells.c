// test_cells.c: what repeats add up to, against data that others have published or by hand.
#include "tests/record_by_hand.h"

// Hours of sleep gained with two drugs: Student's own data (Biometrika 6, 1908), R's `sleep`.
static const double drug1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double drug2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static const struct summary *rps_of(unsigned scenario, unsigned point, unsigned model)
{
    return &cell_at(&cells, scenario, point, model)->of[METRIC_rps];
}

// ---- Cells -------------------------------------------------------------------------------------

static void a_cell_has_the_published_interval(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT(drug1); i++)
        add(1, 4, 2, i + 1, drug2[i] - drug1[i]);
    cells_open(&cells, &record);
    const struct summary *s = rps_of(1, 4, 2);
    assert_int_equal(s->n, 10);
    assert_near(s->mean.value, 1.58, 1e-9);
    assert_near(s->mean.low, 0.7001142, 5e-8); // R's manual: t.test(extra ~ group, paired = TRUE)
    assert_near(s->mean.high, 2.4598858, 5e-8);
    assert_near(s->median.value, 1.3, 1e-9);
    assert_near(s->median.low, 0.8,
                1e-9); // the 2nd and the 9th of 10, by the binomial distribution
    assert_near(s->median.high, 2.4, 1e-9);
    assert_near(s->spread, 1.229995 / 1.58, 1e-6); // R: sd() of the differences
}

static void each_repeat_counts_in_its_own_cell(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= 2; round++)
        for (unsigned s = 0; s < SCENARIOS; s++)
            for (unsigned p = 0; p < scenarios[s].point_count; p += 3)
                for (unsigned m = 0; m < MODELS; m++)
                    add(s, p, m, round, 100 * s + 10 * p + m);
    cells_open(&cells, &record);
    for (unsigned s = 0; s < SCENARIOS; s++)
        for (unsigned p = 0; p < scenarios[s].point_count; p++)
            for (unsigned m = 0; m < MODELS; m++) {
                assert_int_equal(cell_at(&cells, s, p, m)->n, p % 3 == 0 ? 2 : 0);
                if (p % 3 == 0)
                    assert_near(rps_of(s, p, m)->mean.value, 100 * s + 10 * p + m, 1e-9);
            }
}

static void one_repeat_has_no_interval_and_none_has_nothing(void **state)
{
    (void)state;
    add(0, 0, 0, 1, 7);
    cells_open(&cells, &record);
    const struct summary *one = rps_of(0, 0, 0), *none = rps_of(0, 0, 1);
    assert_near(one->mean.value, 7, 0);
    assert_near(one->median.value, 7, 0);
    assert_true(isnan(one->median.low) && isnan(one->median.high) && isnan(one->median_confidence));
    assert_true(isnan(one->mean.low) && isnan(one->mean.high) && isnan(one->spread));
    assert_int_equal(none->n, 0);
    assert_true(isnan(none->mean.value) && isnan(none->median.value) && isnan(none->mean.low));
    assert_int_equal(cell_at(&cells, 0, 0, 1)->tried, 0);
    assert_string_equal(cell_at(&cells, 0, 0, 1)->why, "");
}

static void outliers_are_counted_and_kept(void **state)
{
    static const double values[] = {100, 101, 99, 100, 150};

    // By hand: median 100, distances 0 0 1 1 50, their median 1, the limit 4.4478.
    (void)state;
    for (unsigned i = 0; i < COUNT(values); i++) {
        add(0, 0, 0, i + 1, values[i]);
        if (i != 1)
            add(0, 0, 1, i + 1, values[i]);
    }
    cells_open(&cells, &record);
    assert_int_equal(rps_of(0, 0, 0)->outliers, 1);
    assert_near(rps_of(0, 0, 0)->mean.value, 110, 1e-9);
    assert_near(rps_of(0, 0, 0)->median.value, 100, 0);
    assert_int_equal(rps_of(0, 0, 1)->outliers, 0); // four are too few to tell
}

static void what_went_wrong_is_counted_and_told(void **state)
{
    (void)state;
    spoil(add(0, 0, 0, 1, NAN), OUTCOME_FAILED, "first");
    spoil(add(0, 0, 0, 2, 70), OUTCOME_ENDED, "second");
    strcpy(add(0, 0, 0, 3, 90)->warning, "care");
    strcpy(add(0, 0, 0, 4, NAN)->warning, "more care"); // measured, but not this value
    cells_open(&cells, &record);
    const struct cell *cell = cell_at(&cells, 0, 0, 0);
    assert_int_equal(cell->tried, 4);
    assert_int_equal(cell->n, 3);
    assert_int_equal(cell->of[METRIC_rps].n, 2);
    assert_true(cell->ended);
    assert_near(cell->of[METRIC_rps].mean.value, 80, 1e-9);
    assert_string_equal(cell->why, "second"); // why it ended, before why it failed
    assert_string_equal(cell->warning, "care");
}

static void a_median_of_few_repeats_has_their_range(void **state)
{
    // 2^(1 - n) is the chance that all of n lie on one side of the median. From six on there is
    // room for 95 %, and from nine on for leaving out the ends.
    static const struct {
        unsigned n;
        double low, high, confidence;
    } cases[] = {{2, 1, 2, 0.5},  {3, 1, 3, 0.75}, {4, 1, 4, 0.875}, {5, 1, 5, 0.9375},
                 {6, 1, 6, 0.95}, {8, 1, 8, 0.95}, {9, 2, 8, 0.95}};

    (void)state;
    for (unsigned i = 0; i < COUNT(cases); i++)
        for (unsigned round = cases[i].n; round > 0; round--)
            add(0, i, 0, round, round);
    cells_open(&cells, &record);
    for (unsigned i = 0; i < COUNT(cases); i++) {
        const struct summary *s = rps_of(0, i, 0);
        assert_near(s->median.value, (cases[i].n + 1) / 2.0, 0);
        assert_near(s->median.low, cases[i].low, 0);
        assert_near(s->median.high, cases[i].high, 0);
        assert_near(s->median_confidence, cases[i].confidence, 1e-12);
    }
}

static void an_interval_of_times_is_that_of_the_logarithm(void **state)
{
    // By hand: t of 2 degrees is 4.302653, so that 100 has a reach of 24.8414, and exp(0.248414) is
    // 1.281990. With a 0 among them there is no logarithm.
    static const double times[] = {90, 100, 110}, with_0[] = {0, 1, 2};

    (void)state;
    for (unsigned i = 0; i < COUNT(times); i++) {
        add(0, 0, 0, i + 1, times[i])->value[METRIC_p99] = times[i];
        add(0, 0, 1, i + 1, NAN)->value[METRIC_p99] = with_0[i];
    }
    cells_open(&cells, &record);
    const struct estimate *p99 = &cell_at(&cells, 0, 0, 0)->of[METRIC_p99].mean;
    assert_near(p99->value, 100, 1e-9);
    assert_near(p99->low, 78.0037, 1e-3);
    assert_near(p99->high, 128.199, 1e-3);
    assert_near(rps_of(0, 0, 0)->mean.high, 124.841, 1e-3); // a rate is no time
    p99 = &cell_at(&cells, 0, 0, 1)->of[METRIC_p99].mean;
    assert_near(p99->low, 0, 0);
    assert_near(p99->high, 1 + 2.48414, 1e-4);
}

static void an_interval_of_what_is_never_below_0_is_not_either(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT(drug1); i++)
        add(0, 0, 0, i + 1, drug1[i]);
    for (unsigned i = 0; i < 3; i++)
        add(0, 0, 1, i + 1, exp(3 * i));
    cells_open(&cells, &record);
    assert_near(rps_of(0, 0, 0)->mean.low, -0.5297804, 5e-8); // R: t.test(); some are below 0
    assert_near(rps_of(0, 0, 1)->mean.low, 0, 0);
    assert_true(rps_of(0, 0, 1)->mean.high > 2 * rps_of(0, 0, 1)->mean.value);
}

static void repeats_that_the_generator_limited_are_counted(void **state)
{
    (void)state;
    add(0, 0, 0, 1, 70);
    strcpy(add(0, 0, 0, 2, 70)->warning, "the generator was the limit: it wanted a core");
    strcpy(add(0, 0, 0, 3, 70)->warning, "something else");
    struct repeat *failed = add(0, 0, 0, 4, NAN);
    spoil(failed, OUTCOME_FAILED, "it failed");
    strcpy(failed->warning, "the generator was the limit: it wanted a core");
    cells_open(&cells, &record);
    assert_int_equal(cell_at(&cells, 0, 0, 0)->limited, 1);
}

static void who_keeps_up_is_told_by_what_was_due(void **state)
{
    // A window of 0.43 s at 1,000 requests/s: 430 on average. NAN: a closed loop.
    static const struct {
        double offered, sent, answered, share;
        bool keeps_up;
    } cases[] = {
        {NAN, 500, 480, 1, true},
        {1000, 415, 415, 1, true}, // a short window's schedule had fewer, by chance
        {1000, 415, 405, 405.0 / 415, false},
        {1000, 430, 427, 427.0 / 430, true},
        {1000, 200, 200, 200.0 / 430, false}, // the generator did not get to send the rest
        {1000, 430, 0, 0, false},
    };

    (void)state;
    for (unsigned i = 0; i < COUNT(cases); i++) {
        struct repeat *q = add(0, i, 0, 1, cases[i].answered / 0.43);
        q->value[METRIC_offered] = cases[i].offered;
        q->value[METRIC_sent] = cases[i].sent;
        q->value[METRIC_answered] = cases[i].answered;
    }
    cells_open(&cells, &record);
    for (unsigned i = 0; i < COUNT(cases); i++) {
        assert_near(cell_share(cell_at(&cells, 0, i, 0)), cases[i].share, 1e-9);
        assert_int_equal(cell_keeps_up(cell_at(&cells, 0, i, 0)), cases[i].keeps_up);
    }
    assert_true(isnan(cell_share(cell_at(&cells, 0, 0, 1)))); // never measured
    assert_false(cell_keeps_up(cell_at(&cells, 0, 0, 1)));
}

// ---- Contrasts ---------------------------------------------------------------------------------

static void a_contrast_pairs_the_rounds(void **state)
{
    // In another order than that of the rounds, and with a drift that both models share.
    (void)state;
    for (unsigned i = 0; i < COUNT(drug1); i++) {
        add(0, 3, 0, i + 1, exp(drug1[i] + i));
        add(0, 3, 1, 10 - i, exp(drug2[9 - i] + (9 - i)));
    }
    add(0, 3, 0, 11, 1e9); // without a partner
    add(0, 3, 1, 12, 1e-9);
    cells_open(&cells, &record);
    struct contrast_of_models found = cells_contrast(&cells, 0, 3, 0, 1, METRIC_rps);
    assert_int_equal(found.rounds, 10);
    assert_near(log(found.ratio), 1.58, 1e-9);
    assert_near(log(found.low), 0.7001142, 5e-8);
    assert_near(log(found.high), 2.4598858, 5e-8);
    assert_true(found.told_apart);
    found = cells_contrast(&cells, 0, 3, 1, 0, METRIC_rps);
    assert_near(log(found.ratio), -1.58, 1e-9);
    assert_true(found.told_apart);
}

static void an_interval_that_holds_1_tells_nothing_apart(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        add(0, 0, 0, i + 1, 100);
        add(0, 0, 1, i + 1, 99 + i);
    }
    cells_open(&cells, &record);
    struct contrast_of_models found = cells_contrast(&cells, 0, 0, 0, 1, METRIC_rps);
    assert_true(found.low < 1 && found.high > 1);
    assert_false(found.told_apart);
}

static void rounds_that_do_not_count_are_left_out(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        add(0, 0, 0, i + 1, 100);
        add(0, 0, 1, i + 1, 200);
    }
    repeats[1].value[METRIC_rps] = 0; // no logarithm
    repeats[2].value[METRIC_rps] = NAN;
    spoil(&repeats[5], OUTCOME_ENDED, "it served fewer clients");
    spoil(&repeats[6], OUTCOME_FAILED, "it failed");
    cells_open(&cells, &record);
    struct contrast_of_models found = cells_contrast(&cells, 0, 0, 0, 1, METRIC_rps);
    assert_int_equal(found.rounds, 2);
    assert_near(found.ratio, 2, 1e-9);
    spoil(&repeats[11], OUTCOME_FAILED, "one more");
    found = cells_contrast(&cells, 0, 0, 0, 1, METRIC_rps);
    assert_int_equal(found.rounds, 1);
    assert_true(isnan(found.ratio) && isnan(found.low) && isnan(found.high));
    assert_false(found.told_apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_RUN(a_cell_has_the_published_interval),
        WITH_A_RUN(each_repeat_counts_in_its_own_cell),
        WITH_A_RUN(one_repeat_has_no_interval_and_none_has_nothing),
        WITH_A_RUN(outliers_are_counted_and_kept),
        WITH_A_RUN(what_went_wrong_is_counted_and_told),
        WITH_A_RUN(a_median_of_few_repeats_has_their_range),
        WITH_A_RUN(an_interval_of_times_is_that_of_the_logarithm),
        WITH_A_RUN(an_interval_of_what_is_never_below_0_is_not_either),
        WITH_A_RUN(repeats_that_the_generator_limited_are_counted),
        WITH_A_RUN(who_keeps_up_is_told_by_what_was_due),
        WITH_A_RUN(a_contrast_pairs_the_rounds),
        WITH_A_RUN(an_interval_that_holds_1_tells_nothing_apart),
        WITH_A_RUN(rounds_that_do_not_count_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

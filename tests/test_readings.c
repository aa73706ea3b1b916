// test_readings.c: what is said of a run, and above all what is not said where the data does not
// show it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/readings_sample.h"

enum { SEEDS = 200 };

static void assert_all_clean(const struct record *r)
{
    struct cells cells;

    cells_open(&cells, r);
    for (unsigned s = 0; s < r->scenario_count; s++) {
        for (size_t f = 0; f < r->scenarios[s].figure_count; f++) {
            char *title = reading_title(&cells, s, &r->scenarios[s].figures[f]);
            char *subtitle = reading_subtitle(&cells, s, &r->scenarios[s].figures[f]);
            assert_clean(title, TITLE_MAX);
            assert_clean(subtitle, SUBTITLE_MAX);
            assert_says(subtitle, " loop");
            free(title);
            free(subtitle);
        }
        char *text = reading_text(&cells, s);
        assert_clean(text, 1500);
        free(text);
    }
    cells_free(&cells);
}

static void every_figure_has_a_title_and_conditions_of_fair_length(void **state)
{
    (void)state;
    assert_all_clean(&sample_run);
}

// Repeats are missing, failed, refused clients, or lack a value; some values are 0.
static void no_hole_in_the_data_breaks_a_sentence(void **state)
{
    uint64_t random = 11;

    (void)state;
    for (unsigned kept = 2; kept <= 90; kept += 22) {
        struct record r;
        record_sample(&r, sample_folder, 2, kept);
        for (size_t i = 0; i < r.repeat_count; i++) {
            struct repeat *q = &r.repeats[i];
            if (random_next(&random) % 100 >= kept)
                q->outcome = (enum repeat_outcome)(random_next(&random) % 3);
            for (enum metric m = 0; m < METRIC_COUNT; m++)
                if (q->outcome == OUTCOME_FAILED || random_next(&random) % 100 >= kept)
                    q->value[m] = random_next(&random) % 4 == 0 ? 0 : NAN;
        }
        assert_all_clean(&r);
        record_free(&r);
    }
}

static void the_lessons_are_found_where_the_data_shows_them(void **state)
{
    static const struct {
        const char *scenario;
        size_t figure;
        const char *title, *text;
    } lessons[] = {
        {"idle", 0, "With 10\u202f000 silent clients poll falls to 1", "poll 0.1"},
        {"idle", 1, "a request costs poll 9", "Processor time per request with"},
        {"churn", 0, "A connection costs fork most: 2", "On top of that: fork 2"},
        {"connections", 0, "% of edge’s throughput", "select ended at 2\u202f000 clients"},
        {"connections", 0, "fork ", "told apart from it, where the load generator was the limit."},
        {"connections", 0, "fork ", "Of the 1\u202f000 clients blocking served 1;"},
        {"load", 0, "p99 (open loop)", "first above 1 ms: "},
        {"sleep", 0, "; epoll stays the same", "threads 5"},
        {"cpu", 0, "A second core gives ", "as a multiple of that with 1 core: "},
        {"cpu", 0, " times the throughput; epoll gains nothing", "; no clear change: "},
        {"pipeline", 0, "all models answer at least 7", "The load generator was the limit for "},
        {"size", 0, "payload per second", "only at 1 MiB"},
        {"stall", 0, "Stopped for ", "ms in the open."},
        {"cost", 0, "A connection costs fork 1", "blocking answered 95 % of the requests that"},
        {"cost", 0, " KiB; poll, select, epoll and edge about 5 KiB", "fork and threads none"},
        {"fair", 1, "Beside a greedy client p99 (closed loop)", "Jain's index"},
        {"uneven", 0, "Beside a slow reader blocking answers nobody",
         "of the other clients beside"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof lessons / sizeof *lessons; i++) {
        unsigned s = find_scenario(&sample_run, lessons[i].scenario);
        char *title = title_in(&sample_run, s, lessons[i].figure), *text = text_in(&sample_run, s);
        assert_says(title, lessons[i].title);
        assert_says(text, lessons[i].text);
        free(title);
        free(text);
    }
}

// Makes a repeat what the same model's was at another point in the same round, in one metric.
static void level(struct record *r, const char *scenario, unsigned as_point, enum metric metric)
{
    unsigned s = find_scenario(r, scenario);

    for (size_t i = 0; i < r->repeat_count; i++)
        for (size_t j = 0; j < r->repeat_count; j++) {
            struct repeat *to = &r->repeats[i], *from = &r->repeats[j];
            if (to->scenario == s && from->scenario == s && to->model == from->model &&
                to->round == from->round && from->point == as_point)
                to->value[metric] = from->value[metric];
        }
}

// Makes all models what one of them is.
static void equal(struct record *r, const char *scenario, const char *model, enum metric metric)
{
    unsigned s = find_scenario(r, scenario), m = find_model(r, model);

    for (size_t i = 0; i < r->repeat_count; i++)
        for (size_t j = 0; j < r->repeat_count; j++) {
            struct repeat *to = &r->repeats[i], *from = &r->repeats[j];
            if (to->scenario == s && from->scenario == s && from->model == m &&
                to->round == from->round && from->point == to->point)
                to->value[metric] = from->value[metric];
        }
}

static void a_lesson_that_the_data_does_not_show_is_not_told(void **state)
{
    static const struct {
        const char *scenario;
        size_t figure;
        const char *model; // that all are like; NULL: all points are like the first
        enum metric metric;
    } altered[] = {
        {"idle", 0, NULL, METRIC_rps},        {"idle", 1, NULL, METRIC_cpu},
        {"churn", 0, "blocking", METRIC_cpu}, {"sleep", 0, NULL, METRIC_rps},
        {"cpu", 0, NULL, METRIC_rps},         {"pipeline", 0, NULL, METRIC_rps},
        {"stall", 0, NULL, METRIC_p99},       {"cost", 0, "epoll", METRIC_memory},
        {"fair", 1, NULL, METRIC_p99},        {"connections", 1, "epoll", METRIC_p99},
    };

    (void)state;
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        struct record other;
        record_sample(&other, sample_folder, ROUNDS, 7);
        if (altered[i].model != NULL)
            equal(&other, altered[i].scenario, altered[i].model, altered[i].metric);
        else
            level(&other, altered[i].scenario, 0, altered[i].metric);
        unsigned s = find_scenario(&other, altered[i].scenario);
        char *title = title_in(&other, s, altered[i].figure);
        if (!claims_nothing(title, &other.scenarios[s]))
            fail_msg("%s claims: %s", altered[i].scenario, title);
        free(title);
        record_free(&other);
    }
}

// Those that a figure compares are alike; the first figure asks, the second says what it shows.
static void a_second_figure_without_a_finding_has_a_title_of_its_own(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "connections", 3);
    fill_with_noise(&r, NULL, 0.01, ROUNDS, 1);
    char *title = title_in(&r, 0, 1);
    assert_string_equal(title, "p99 by active clients: no clear difference in this run");
    free(title);
    record_free(&r);
}

static void a_mean_of_repeats_that_differ_too_much_has_no_interval(void **state)
{
    static const double values[] = {20e3, 40e3, 267e3};
    struct record r;
    struct cells cells;
    char text[PHRASE];

    (void)state;
    make_record(&r, "connections", 1);
    for (unsigned round = 1; round <= 3; round++) {
        struct repeat q = blank(0, 0, round);
        q.value[METRIC_p99] = values[round - 1];
        record_add(&r, &q);
    }
    cells_open(&cells, &r);
    struct view v = view_of(&cells, 0);
    assert_string_equal(mean_text(&v, 0, 0, METRIC_p99, text),
                        "109 µs (3 repeats that differ too much for an interval)");
    cells_free(&cells);
    record_free(&r);
}

// The percentile file tells how many requests of the closed loop met the stop at all.
static void the_closed_loop_hides_a_stop_in_few_slow_requests(void **state)
{
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/stall.closed.epoll.hgrm", sample_folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
          "       0.080 0.500000000000      20000           2.00\n"
          "       0.900 0.990000000000      39600         100.00\n"
          "       1.500 0.994000000000      39760         166.67\n"
          "     990.000 1.000000000000      40000            inf\n"
          "#[Mean    =        0.123, StdDeviation   =        1.000]\n",
          file);
    assert_int_equal(fclose(file), 0);
    char *text = text_in(&sample_run, find_scenario(&sample_run, "stall"));
    assert_says(text,
                "In the closed loop 240 of epoll's 40\u202f000 requests (0.60 %) took longer");
    free(text);
    assert_int_equal(unlink(path), 0);
}

// ---- Noise ---------------------------------------------------------------------------------

// In how many of the runs a title is a finding.
static unsigned count_claims(const char *scenario, const double *factor, double deviation,
                             unsigned rounds)
{
    unsigned claims = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct record r;
        make_record(&r, scenario, 6);
        r.scenarios[0].point_count = 3; // a title looks at one or two, and the time counts
        fill_with_noise(&r, factor, deviation, rounds, seed);
        char *title = title_in(&r, 0, 0);
        claims += !claims_nothing(title, &r.scenarios[0]);
        free(title);
        record_free(&r);
    }
    return claims;
}

// A title tells of the pair of extremes, or of the greatest change, and both are picked from the
// data; so all pairs, or all models, share the 5 % that an interval may be wrong (Bonferroni), and
// a false claim in 5 % of the runs is the most to be expected: 10 of 200, and with 99 % under 18.
// The seeds are fixed, so that the count is the same each time.
static void equal_models_are_not_ranked(void **state)
{
    static const char *const scenarios[] = {"connections", "idle", "pipeline"};
    static const struct {
        double deviation;
        unsigned rounds;
    } noises[] = {{0.05, 5}, {0.3, 5}, {0.3, 3}, {0.3, 2}};

    (void)state;
    for (size_t s = 0; s < 3; s++)
        for (size_t n = 0; n < 4; n++) {
            unsigned claims = count_claims(scenarios[s], NULL, noises[n].deviation,
                                           noises[n].rounds);
            if (claims > 16)
                fail_msg("%s, noise of %.0f %%, %u rounds: %u of %d titles claim a difference",
                         scenarios[s], 100 * noises[n].deviation, noises[n].rounds, claims, SEEDS);
        }
}

static void a_model_of_half_the_speed_is_found_in_noise(void **state)
{
    static const double factor[] = {1, 0.5, 1, 1, 1, 1};

    (void)state;
    assert_true(count_claims("connections", factor, 0.05, ROUNDS) >= 190);
}

static void less_than_five_percent_is_no_finding_however_exact(void **state)
{
    static const double factor[] = {1, 0.97, 1, 1, 1, 1};

    (void)state;
    assert_int_equal(count_claims("connections", factor, 0.001, ROUNDS), 0);
}

static void a_ratio_is_judged_by_all_that_was_looked_at(void **state)
{
    static const double fast[] = {100, 104, 102}, slow[] = {82, 80, 86};
    struct record r;
    struct cells cells;

    (void)state;
    make_record(&r, "connections", 2);
    for (unsigned round = 1; round <= 3; round++) {
        struct repeat q = blank(0, 0, round);
        q.value[METRIC_rps] = fast[round - 1];
        record_add(&r, &q);
        q.point = 1;
        q.value[METRIC_rps] = slow[round - 1];
        record_add(&r, &q);
    }
    cells_open(&cells, &r);
    struct view v = view_of(&cells, 0);
    struct ratio once = ratio_of_points(&v, 0, 0, 1, METRIC_rps, 1);
    struct ratio often = ratio_of_points(&v, 0, 0, 1, METRIC_rps, 100);
    // The geometric mean of 0.82, 0.7692 and 0.8431; t of 2 degrees is 4.303.
    assert_int_equal(once.rounds, 3);
    assert_true(fabs(once.value - 0.81021) < 1e-4);
    assert_true(fabs(once.low - 0.72085) < 1e-4 && fabs(once.high - 0.91061) < 1e-4);
    assert_true(once.clear);
    assert_false(often.clear);
    assert_false(is_steady(&once));
    cells_free(&cells);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_has_a_title_and_conditions_of_fair_length),
        cmocka_unit_test(no_hole_in_the_data_breaks_a_sentence),
        cmocka_unit_test(the_lessons_are_found_where_the_data_shows_them),
        cmocka_unit_test(a_lesson_that_the_data_does_not_show_is_not_told),
        cmocka_unit_test(a_second_figure_without_a_finding_has_a_title_of_its_own),
        cmocka_unit_test(a_mean_of_repeats_that_differ_too_much_has_no_interval),
        cmocka_unit_test(the_closed_loop_hides_a_stop_in_few_slow_requests),
        cmocka_unit_test(equal_models_are_not_ranked),
        cmocka_unit_test(a_model_of_half_the_speed_is_found_in_noise),
        cmocka_unit_test(less_than_five_percent_is_no_finding_however_exact),
        cmocka_unit_test(a_ratio_is_judged_by_all_that_was_looked_at),
    };
    return cmocka_run_group_tests_name("readings", tests, open_sample, close_sample);
}

// test_plan_fit.c: how long a run takes, and what gives way when it may not take so long.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "results/home.h"
#include "tests/plan_world.h"

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

// What a run takes beside all repeats, since it draws in the end.
static double drawing_s(void)
{
    int64_t durations[] = {0};
    struct record none = {.rounds = 1, .duration_ns = durations};
    double seconds;

    assert_true(plan_fit(&none, 1000, &seconds));
    assert_true(seconds >= 1);
    return seconds;
}

static void overhead_grows_with_warm_up_and_connections(void **state)
{
    struct world w;
    struct task few = {.point = 0, .model = A}, many = {.point = 2, .model = A};

    (void)state;
    make_world(&w);
    double least = plan_overhead_s(&w.record, &few);
    assert_true(least > 0.2 && least < 0.4);
    assert_true(is_near(plan_overhead_s(&w.record, &many) - least, 999 * 0.0002));
    w.scenarios[0].warmup_ns += 500 * MS;
    assert_true(is_near(plan_overhead_s(&w.record, &few) - least, 0.5));
}

static void a_crew_keeps_clients_waiting_until_the_drain_has_passed(void **state)
{
    struct world w;
    struct task one = {.point = 0, .model = CREW}, many = {.point = 1, .model = CREW};

    (void)state;
    make_world(&w);
    double crew_one = plan_overhead_s(&w.record, &one), crew = plan_overhead_s(&w.record, &many);
    one.model = many.model = A;
    assert_true(is_near(crew_one, plan_overhead_s(&w.record, &one)));
    assert_true(is_near(crew, plan_overhead_s(&w.record, &many) + 1));
}

// Overheads of exactly 0.26 s, so that sums can be done in the head: 0.05 + 50 * 0.0002 + 0.2.
static void make_round_world(struct world *w)
{
    make_world(w);
    w->record.models.count = 2;
    for (size_t i = 0; i < COUNT(w->first); i++)
        w->first[i].load = "--size 64";
    w->scenarios[1].warmup_ns = 200 * MS;
}

static void what_fits_is_left_as_it_is_wished(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    // 3 points of two models and one of one: 7 of 2.26 s, five times.
    assert_true(plan_fit(&w.record, 1000, &seconds));
    assert_true(is_near(seconds, 5 * 7 * 2.26 + drawing_s()));
    assert_int_equal(w.record.rounds, 5);
    assert_int_equal(w.durations[0], 2000 * MS);
    assert_int_equal(w.durations[1], 2000 * MS);
}

static void windows_are_shortened_before_rounds_are_given_up(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    w.durations[1] = 1000 * MS;
    // A share of 0.5: 6 windows of 1 s and one of 0.5 s.
    double budget = 5 * (6 * 1.26 + 0.76) + drawing_s();
    assert_true(plan_fit(&w.record, budget + 0.001, &seconds));
    assert_int_equal(w.record.rounds, 5);
    assert_int_equal(w.durations[0], 1000 * MS);
    assert_int_equal(w.durations[1], 500 * MS);
    assert_true(is_near(seconds, budget));
}

static void no_window_is_shorter_than_three_tenths_of_a_second(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    double least = 5 * 7 * 0.56 + drawing_s();
    assert_true(plan_fit(&w.record, least + 0.001, &seconds));
    assert_int_equal(w.record.rounds, 5);
    assert_int_equal(w.durations[0], 300 * MS);
    assert_int_equal(w.durations[1], 300 * MS);
    assert_true(is_near(seconds, least));
    // Shorter still is only what was wished to be so.
    make_round_world(&w);
    w.durations[0] = 100 * MS;
    assert_true(plan_fit(&w.record, least, &seconds));
    assert_int_equal(w.durations[0], 100 * MS);
}

static void rounds_are_given_up_down_to_three(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    // Four rounds fit with 0.37 s, five not even with 0.3 s.
    assert_true(plan_fit(&w.record, 4 * 7 * 0.63 + drawing_s() + 0.001, &seconds));
    assert_int_equal(w.record.rounds, 4);
    assert_int_equal(w.durations[0], 370 * MS);
    make_round_world(&w);
    assert_true(plan_fit(&w.record, 3 * 7 * 0.56 + drawing_s() + 0.001, &seconds));
    assert_int_equal(w.record.rounds, 3);
    make_round_world(&w);
    assert_false(plan_fit(&w.record, 3 * 7 * 0.56 + drawing_s() - 0.01, &seconds));
    assert_true(is_near(seconds, 3 * 7 * 0.56 + drawing_s()));
    assert_int_equal(w.record.rounds, 3);
    assert_int_equal(w.durations[0], 300 * MS);
}

static void fewer_rounds_than_three_are_kept_where_they_were_wished(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    w.record.rounds = 1;
    assert_false(plan_fit(&w.record, 1, &seconds));
    assert_int_equal(w.record.rounds, 1);
    assert_true(is_near(seconds, 7 * 0.56 + drawing_s()));
}

static void a_window_with_a_stall_keeps_its_length(void **state)
{
    struct world w;
    double seconds;

    (void)state;
    make_round_world(&w);
    w.second[0].stall_ns = 1000 * MS;
    double budget = 5 * (6 * 0.76 + 2.26) + drawing_s();
    assert_true(plan_fit(&w.record, budget + 0.001, &seconds));
    assert_int_equal(w.durations[0], 500 * MS);
    assert_int_equal(w.durations[1], 2000 * MS);
}

static void probes_of_a_capacity_are_counted_once_for_each_model(void **state)
{
    struct world w;
    struct schedule_of_run plan;
    double seconds;

    (void)state;
    make_round_world(&w);
    w.scenarios[0].of_capacity = true;
    assert_true(plan_fit(&w.record, 1000, &seconds));
    assert_true(is_near(seconds, 5 * 7 * 2.26 + 2 * 1.26 + drawing_s()));
    plan_make(&plan, &w.record);
    assert_int_equal(plan.count, 35);
    free(plan.tasks);
}

// ---- The shipped short run --------------------------------------------------------------------

// So that there is room for one more: a new family, or a server of somebody's own.
static void add_one_more(struct models *models)
{
    const char *why;

    if (!models_add(models, "one-more=./peer", &why))
        fail_msg("%s", why);
    models->list[models->count - 1].foreign = false;
    models->list[models->count - 1].headline = true;
}

static void the_short_run_of_the_headline_models_and_one_more_fits_three_minutes(void **state)
{
    static const char *const names[] = {"connections", "idle", "churn", "load", "sleep", "stall"};
    struct scenario scenarios[COUNT(names)];
    int64_t durations[COUNT(names)];
    struct record record = {.rounds = 3,
                            .quick = true,
                            .scenarios = scenarios,
                            .scenario_count = COUNT(names),
                            .duration_ns = durations};
    char *list = home_path("models.tsv");
    double seconds;

    (void)state;
    models_read(&record.models, list, home_programs());
    free(list);
    size_t ours = record.models.count;
    add_one_more(&record.models);
    for (size_t i = 0; i < COUNT(names); i++) {
        char *file = home_path("results/scenarios/%s.scenario", names[i]), *why;
        bool quick = false;
        if (!scenario_read(&scenarios[i], file, &why))
            fail_msg("%s", why);
        for (size_t p = 0; p < scenarios[i].point_count; p++)
            quick = quick || scenarios[i].points[p].quick;
        assert_true(quick);
        durations[i] = scenarios[i].duration_ns;
        free(file);
    }
    if (!plan_fit(&record, 180, &seconds))
        fail_msg("it takes %.0f s", seconds);
    assert_int_equal(record.rounds, 3);
    for (size_t i = 0; i < record.models.count; i++) {
        free((void *)(uintptr_t)record.models.list[i].command);
        if (i < ours)
            free((void *)(uintptr_t)record.models.list[i].ends);
    }
    free(record.models.list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(overhead_grows_with_warm_up_and_connections),
        cmocka_unit_test(a_crew_keeps_clients_waiting_until_the_drain_has_passed),
        cmocka_unit_test(what_fits_is_left_as_it_is_wished),
        cmocka_unit_test(windows_are_shortened_before_rounds_are_given_up),
        cmocka_unit_test(no_window_is_shorter_than_three_tenths_of_a_second),
        cmocka_unit_test(rounds_are_given_up_down_to_three),
        cmocka_unit_test(fewer_rounds_than_three_are_kept_where_they_were_wished),
        cmocka_unit_test(a_window_with_a_stall_keeps_its_length),
        cmocka_unit_test(probes_of_a_capacity_are_counted_once_for_each_model),
        cmocka_unit_test(the_short_run_of_the_headline_models_and_one_more_fits_three_minutes),
    };

    fail_name("test_plan_fit");
    return cmocka_run_group_tests_name("plan_fit", tests, NULL, NULL);
}

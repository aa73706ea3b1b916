// test_plan.c: who is measured where, and in which order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/fail.h"
#include "tests/plan_world.h"

// ---- Who --------------------------------------------------------------------------------------

static void a_scenario_is_for_those_that_it_names(void **state)
{
    struct world w;

    (void)state;
    make_world(&w);
    for (unsigned m = A; m <= FOREIGN; m++)
        assert_true(plan_includes(&w.record, 0, m));
    assert_true(plan_includes(&w.record, 1, A));
    assert_false(plan_includes(&w.record, 1, B));
    assert_false(plan_includes(&w.record, 1, VARIANT));
    assert_false(plan_includes(&w.record, 1, CREW));
    w.scenarios[0].models = "headline";
    assert_true(plan_includes(&w.record, 0, CREW));
    assert_false(plan_includes(&w.record, 0, VARIANT));
    w.scenarios[0].models = "headlines aa vari ant";
    for (unsigned m = A; m < FOREIGN; m++)
        assert_false(plan_includes(&w.record, 0, m));
}

static void models_that_were_chosen_are_measured_everywhere(void **state)
{
    struct world w;

    (void)state;
    make_world(&w);
    w.record.models_chosen = w.record.quick = true;
    for (unsigned s = 0; s < 2; s++)
        for (unsigned m = A; m <= FOREIGN; m++)
            assert_true(plan_includes(&w.record, s, m));
}

static void the_short_run_has_no_variants(void **state)
{
    struct world w;

    (void)state;
    make_world(&w);
    w.record.quick = true;
    assert_false(plan_includes(&w.record, 0, VARIANT));
    assert_true(plan_includes(&w.record, 0, A));
    assert_true(plan_includes(&w.record, 0, FOREIGN));
}

static void a_foreign_server_is_not_asked_for_what_it_does_not_know(void **state)
{
    struct world w;

    (void)state;
    make_world(&w);
    assert_true(plan_includes(&w.record, 1, FOREIGN));
    w.first[2].server = "--work sleep:5ms";
    assert_false(plan_includes(&w.record, 0, FOREIGN));
    w.record.models_chosen = true;
    assert_false(plan_includes(&w.record, 0, FOREIGN));
    w.scenarios[0].models = "headline foreign";
    assert_true(plan_includes(&w.record, 0, FOREIGN));
}

static void a_name_that_no_model_has_is_found(void **state)
{
    struct world w;

    (void)state;
    make_world(&w);
    assert_null(plan_stranger(&w.scenarios[0], &w.record.models));
    w.scenarios[0].models = "a headline ab variant";
    char *stranger = plan_stranger(&w.scenarios[0], &w.record.models);
    assert_string_equal(stranger, "ab");
    free(stranger);
}

// ---- In which order ---------------------------------------------------------------------------

static bool same_task(const struct task *a, const struct task *b)
{
    return a->scenario == b->scenario && a->point == b->point && a->model == b->model &&
           a->round == b->round;
}

static size_t times_of(const struct schedule_of_run *plan, struct task task)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->count; i++)
        n += same_task(&plan->tasks[i], &task);
    return n;
}

static void each_repeat_comes_exactly_once(void **state)
{
    struct world w;
    struct schedule_of_run plan;
    size_t expected = 0;

    (void)state;
    make_world(&w);
    plan_make(&plan, &w.record);
    for (unsigned round = 1; round <= 5; round++)
        for (unsigned s = 0; s < 2; s++)
            for (unsigned p = 0; p < w.scenarios[s].point_count; p++)
                for (unsigned m = 0; m < COUNT(w.models); m++) {
                    struct task task = {.scenario = s, .point = p, .model = m, .round = round};
                    size_t times = plan_includes(&w.record, s, m) ? 1 : 0;
                    assert_int_equal(times_of(&plan, task), times);
                    expected += times;
                }
    assert_int_equal(plan.count, expected);
    free(plan.tasks);
}

static void the_short_run_has_its_points_only(void **state)
{
    struct world w;
    struct schedule_of_run plan;

    (void)state;
    make_world(&w);
    w.record.quick = true;
    plan_make(&plan, &w.record);
    assert_int_equal(plan.count, 5 * 2 * 4); // rounds, points, models but the variant
    for (size_t i = 0; i < plan.count; i++) {
        assert_int_equal(plan.tasks[i].scenario, 0);
        assert_int_not_equal(plan.tasks[i].point, 1);
    }
    free(plan.tasks);
}

// Round after round, and within one the models of a point side by side.
static void those_who_are_compared_are_neighbours_in_time(void **state)
{
    struct world w;
    struct schedule_of_run plan;

    (void)state;
    make_world(&w);
    plan_make(&plan, &w.record);
    for (size_t i = 0, end; i < plan.count; i = end) {
        struct task first = plan.tasks[i];
        size_t expected = 0;
        for (unsigned m = 0; m < COUNT(w.models); m++)
            expected += plan_includes(&w.record, first.scenario, m);
        for (end = i; end < plan.count; end++) {
            const struct task *task = &plan.tasks[end];
            if (task->scenario != first.scenario || task->point != first.point ||
                task->round != first.round)
                break;
        }
        assert_int_equal(end - i, expected);
        if (end < plan.count)
            assert_true(plan.tasks[end].round >= first.round);
    }
    free(plan.tasks);
}

static void a_seed_makes_the_order_and_another_one_another(void **state)
{
    struct world w;
    struct schedule_of_run plan, same, other;
    size_t alike = 0;

    (void)state;
    make_world(&w);
    plan_make(&plan, &w.record);
    plan_make(&same, &w.record);
    w.record.seed = 43;
    plan_make(&other, &w.record);
    assert_int_equal(plan.count, same.count);
    assert_int_equal(plan.count, other.count);
    for (size_t i = 0; i < plan.count; i++) {
        assert_true(same_task(&plan.tasks[i], &same.tasks[i]));
        alike += same_task(&plan.tasks[i], &other.tasks[i]);
    }
    assert_true(alike < plan.count);
    free(plan.tasks);
    free(same.tasks);
    free(other.tasks);
}

// Over many rounds each model has each place about equally often: 5 models, 500 rounds, 100 times.
// Binomial with a standard deviation of 9; the seed is fixed, so this passes always or never.
static void no_model_has_a_place_of_its_own(void **state)
{
    struct world w;
    struct schedule_of_run plan;
    unsigned times[5][5] = {{0}}; // of a model on a place

    (void)state;
    make_world(&w);
    w.record.scenario_count = 1;
    w.scenarios[0].point_count = 1;
    w.record.rounds = 500;
    plan_make(&plan, &w.record);
    assert_int_equal(plan.count, 2500);
    for (size_t i = 0; i < plan.count; i++)
        times[plan.tasks[i].model][i % 5]++;
    for (size_t m = 0; m < 5; m++)
        for (size_t place = 0; place < 5; place++)
            assert_in_range(times[m][place], 64, 136);
    free(plan.tasks);
}

static void points_come_in_another_order_each_round(void **state)
{
    struct world w;
    struct schedule_of_run plan;
    unsigned first[3] = {0}; // rounds that began with a point

    (void)state;
    make_world(&w);
    w.record.scenario_count = 1;
    w.record.rounds = 300;
    plan_make(&plan, &w.record);
    for (size_t i = 0; i < plan.count; i += 15)
        first[plan.tasks[i].point]++;
    for (size_t p = 0; p < 3; p++)
        assert_in_range(first[p], 68, 132);
    free(plan.tasks);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_is_for_those_that_it_names),
        cmocka_unit_test(models_that_were_chosen_are_measured_everywhere),
        cmocka_unit_test(the_short_run_has_no_variants),
        cmocka_unit_test(a_foreign_server_is_not_asked_for_what_it_does_not_know),
        cmocka_unit_test(a_name_that_no_model_has_is_found),
        cmocka_unit_test(each_repeat_comes_exactly_once),
        cmocka_unit_test(the_short_run_has_its_points_only),
        cmocka_unit_test(those_who_are_compared_are_neighbours_in_time),
        cmocka_unit_test(a_seed_makes_the_order_and_another_one_another),
        cmocka_unit_test(no_model_has_a_place_of_its_own),
        cmocka_unit_test(points_come_in_another_order_each_round),
    };

    fail_name("test_plan");
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}

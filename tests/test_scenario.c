// test_scenario.c: what a scenario file may say, and the twelve that are shipped.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/home.h"
#include "results/metrics.h"
#include "results/plan.h"
#include "tests/write_scenario.h"

#define MS (NS_PER_SECOND / 1000)

static void must_read(struct scenario *s, const char *text)
{
    char *why = NULL;

    if (!read_text(s, text, &why))
        fail_msg("refused: %s", why);
    assert_null(why);
}

// ---- What may be said -------------------------------------------------------------------------

static void what_is_left_out_has_its_default(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, LEAST);
    assert_string_equal(s.name, "test");
    assert_string_equal(s.question, "How fast?");
    assert_string_equal(s.about, "");
    assert_string_equal(s.x_title, "test");
    assert_true(s.x_title < s.name || s.x_title >= s.name + sizeof s.name); // the struct may move
    assert_string_equal(s.text, LEAST);
    assert_string_equal(s.models, "headline");
    assert_string_equal(s.capacity_load, "");
    assert_int_equal(s.repeats, 5);
    assert_int_equal(s.place, SCENARIO_LAST);
    assert_int_equal(s.duration_ns, 2000 * MS);
    assert_int_equal(s.warmup_ns, 300 * MS);
    assert_int_equal(s.drain_ns, 300 * MS);
    assert_false(s.of_capacity || s.whole_life || s.per_client || s.timeline);
    for (size_t i = 0; i < s.point_count; i++) {
        assert_string_equal(s.points[i].server, "");
        assert_string_equal(s.points[i].beside, "");
        assert_int_equal(s.points[i].cores, 0);
        assert_int_equal(s.points[i].stall_ns, 0);
        assert_false(s.points[i].quick);
    }
}

static void every_key_says_what_it_says(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, "question = How fast?\n"
                  "about    = Look\n"
                  "           twice.\n"
                  "x        = clients, active\n"
                  "axis     = linear\n"
                  "models   = epoll  poll\n"
                  "points   = 0 0.5 20k\n"
                  "quick    = 0 20k\n"
                  "server   = --workers 3\n"
                  "load     = --idle {x} --size 64\n"
                  "beside   = slow-reader\n"
                  "cores    = 2\n"
                  "stall    = 200ms after 1.5s\n"
                  "figures  = lines:p99 bars:rps,cpu heat clients\n"
                  "repeats  = 7\n"
                  "place    = 3\n"
                  "duration = 4s\n"
                  "warmup   = 0s\n"
                  "drain    = 1min\n"
                  "account  = life\n"
                  "keep     = timeline clients\n");
    assert_string_equal(s.about, "Look twice.");
    assert_string_equal(s.x_title, "clients, active");
    assert_int_equal(s.axis, AXIS_LINEAR);
    assert_string_equal(s.models, "epoll poll");
    assert_int_equal(s.repeats, 7);
    assert_int_equal(s.place, 3);
    assert_int_equal(s.duration_ns, 4000 * MS);
    assert_int_equal(s.warmup_ns, 0);
    assert_int_equal(s.drain_ns, 60000 * MS);
    assert_true(s.whole_life && s.per_client && s.timeline && !s.of_capacity);
    assert_int_equal(s.point_count, 3);
    assert_true(s.points[0].quick && !s.points[1].quick && s.points[2].quick);
    assert_string_equal(s.points[0].load, "--idle 0 --size 64");
    assert_string_equal(s.points[1].load, "--idle 0.5 --size 64");
    assert_string_equal(s.points[2].load, "--idle 20000 --size 64");
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(s.points[i].server, "--workers 3");
        assert_string_equal(s.points[i].beside, "slow-reader");
        assert_int_equal(s.points[i].cores, 2);
        assert_int_equal(s.points[i].stall_ns, 200 * MS);
        assert_int_equal(s.points[i].stall_at_ns, 1500 * MS);
    }
}

static void a_point_may_have_lines_of_its_own(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, LEAST "load.1k = --connections 5 --size {x}\n"
                        "server = --work cpu:1ms\n"
                        "server.10 = none\n"
                        "beside.10 = loadgen --size {x}\n"
                        "cores.1 = 4\n"
                        "stall = 100ms after 200ms\n"
                        "stall.1k = none\n");
    assert_string_equal(s.points[0].load, "--connections 1");
    assert_string_equal(s.points[2].load, "--connections 5 --size 1000");
    assert_string_equal(s.points[0].server, "--work cpu:1ms");
    assert_string_equal(s.points[1].server, "");
    assert_string_equal(s.points[1].beside, "loadgen --size 10");
    assert_string_equal(s.points[0].beside, "");
    assert_int_equal(s.points[0].cores, 4);
    assert_int_equal(s.points[1].cores, 0);
    assert_int_equal(s.points[1].stall_ns, 100 * MS);
    assert_int_equal(s.points[2].stall_ns, 0);
}

static void a_number_has_decimal_thousands_and_a_size_binary_ones(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, "question = ?\npoints = 0.5 1k 1.5k 2M\nload = {x}\nfigures = percentiles\n");
    assert_true(s.points[0].x == 0.5 && s.points[1].x == 1000);
    assert_true(s.points[2].x == 1500 && s.points[3].x == 2e6);
    assert_string_equal(s.points[2].name, "1.5k");
    assert_string_equal(s.points[3].load, "2000000");
    must_read(&s, "question = ?\naxis = bytes\npoints = 16 1k 64k 1M\nload = --size {x}-{x}\n"
                  "figures = lines:payload\n");
    assert_int_equal(s.axis, AXIS_LOG);
    assert_true(s.points[1].x == 1024 && s.points[3].x == 1 << 20);
    assert_string_equal(s.points[2].name, "64k");
    assert_string_equal(s.points[2].load, "--size 65536-65536");
}

static void words_are_counted_from_one(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, "question = ?\naxis = words\npoints = alone two-cores x3\nload = --size 1\n"
                  "figures = bars:rps\ncores.two-cores = 2\n");
    assert_true(s.points[0].x == 1 && s.points[1].x == 2 && s.points[2].x == 3);
    assert_int_equal(s.points[1].cores, 2);
    assert_ptr_equal(scenario_point(&s, "x3"), &s.points[2]);
    assert_null(scenario_point(&s, "x"));
}

static void shares_of_the_capacity_leave_the_rate_open(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s,
              "question = ?\naxis = linear\ncapacity = --connections 50\npoints = 7.5% 130%\n"
              "load = --rate {x}\nload.130% = --connections 3 --rate {x}\nfigures = load:p99\n");
    assert_true(s.of_capacity);
    assert_string_equal(s.capacity_load, "--connections 50");
    assert_true(s.points[0].x == 0.075 && s.points[1].x == 1.3);
    assert_string_equal(s.points[0].load, "--rate {x}");
    assert_string_equal(s.points[1].load, "--connections 3 --rate {x}");
}

static void every_hole_is_filled(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"--size 1", "--size 1"},
        {"{x}", "20k"},
        {"a{x}b{x}", "a20kb20k"},
        {"{x}{x}", "20k20k"},
        {"{y} {x", "{y} {x"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char *filled = scenario_fill(pairs[i][0], "20k");
        assert_string_equal(filled, pairs[i][1]);
        free(filled);
    }
}

static void comments_and_blank_lines_mean_nothing(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, "# What?\n\n   \nquestion=How\tfast \t is#it?  # really\n"
                  "\t# between\n"
                  "points = 1 # one\n"
                  "         2\n"
                  "\n"
                  "         3\r\n"
                  "load   =\n"
                  "  --size 1\n"
                  "figures = lines:rps");
    assert_string_equal(s.question, "How fast is#it?");
    assert_int_equal(s.point_count, 3);
    assert_string_equal(s.points[2].load, "--size 1");
}

static void a_figure_has_a_kind_metrics_and_a_name(void **state)
{
    struct scenario s;

    (void)state;
    must_read(&s, "question = ?\npoints = 1 2\nload = --rate {x}\n"
                  "figures = lines:rps load:p99 bars:rps,p99_9,jain percentiles\n");
    assert_int_equal(s.figure_count, 4);
    assert_string_equal(s.figures[0].kind, "lines");
    assert_string_equal(s.figures[0].name, "test-rps");
    assert_int_equal(s.figures[0].metrics, 1);
    assert_int_equal(s.figures[0].metric[0], METRIC_rps);
    assert_string_equal(s.figures[1].name, "test-p99");
    assert_string_equal(s.figures[2].name, "test-bars");
    assert_int_equal(s.figures[2].metrics, 3);
    assert_int_equal(s.figures[2].metric[1], METRIC_p99_9);
    assert_int_equal(s.figures[2].metric[2], METRIC_jain);
    assert_string_equal(s.figures[3].name, "test-percentiles");
    assert_int_equal(s.figures[3].metrics, 0);
}

// ---- Those that are shipped -------------------------------------------------------------------

static void every_shipped_scenario_is_right_and_names_models_that_there_are(void **state)
{
    static const char *const names[] = {"churn", "connections", "cost", "cpu",   "fair",  "idle",
                                        "load",  "pipeline",    "size", "sleep", "stall", "uneven"};
    char *list = home_path("models.tsv"), *pattern = home_path("results/scenarios/*.scenario");
    struct models models;
    glob_t found;

    (void)state;
    models_read(&models, list, home_programs());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, COUNT(names));
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct scenario s;
        char *why = NULL;
        if (!scenario_read(&s, found.gl_pathv[i], &why))
            fail_msg("%s", why);
        assert_string_equal(s.name, names[i]);
        assert_true(strlen(s.about) > 0);
        char *stranger = plan_stranger(&s, &models);
        if (stranger != NULL)
            fail_msg("%s: there is no model %s", s.name, stranger);
    }
    globfree(&found);
    free(pattern);
    free(list);
    for (size_t i = 0; i < models.count; i++) {
        free((void *)(uintptr_t)models.list[i].command);
        free((void *)(uintptr_t)models.list[i].ends);
    }
    free(models.list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(every_key_says_what_it_says),
        cmocka_unit_test(a_point_may_have_lines_of_its_own),
        cmocka_unit_test(a_number_has_decimal_thousands_and_a_size_binary_ones),
        cmocka_unit_test(words_are_counted_from_one),
        cmocka_unit_test(shares_of_the_capacity_leave_the_rate_open),
        cmocka_unit_test(every_hole_is_filled),
        cmocka_unit_test(comments_and_blank_lines_mean_nothing),
        cmocka_unit_test(a_figure_has_a_kind_metrics_and_a_name),
        cmocka_unit_test(every_shipped_scenario_is_right_and_names_models_that_there_are),
    };

    fail_name("test_scenario");
    return cmocka_run_group_tests_name("scenario", tests, make_folder, remove_folder);
}

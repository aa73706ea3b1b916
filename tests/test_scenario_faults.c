// test_scenario_faults.c: what a scenario file may not say, and that the line and what is allowed
// are named.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/fail.h"
#include "tests/write_scenario.h"

// `says` is what stands after "FILE:".
static void is_refused(const char *text, const char *says)
{
    struct scenario s;
    char *why = NULL, *expected;

    assert_true(asprintf(&expected, "%s:%s", scenario_file, says) > 0);
    if (read_text(&s, text, &why))
        fail_msg("taken, though it should say \"%s\":\n%s", says, text);
    if (strncmp(why, expected, strlen(expected)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", why, expected);
    free(why);
    free(expected);
}

// The same, of one line in addition to the least, which are lines 1 to 5.
static void line_is_refused(const char *line, const char *says)
{
    char text[1024], where[512];

    snprintf(text, sizeof text, LEAST "%s\n", line);
    snprintf(where, sizeof where, "6: %s", says);
    is_refused(text, where);
}

static void lines_that_are_none_are_refused(void **state)
{
    (void)state;
    line_is_refused("hello", "'hello' is no `key = value`");
    line_is_refused("= 3", "the key before '=' is missing");
    line_is_refused("load. = 3", "the key before '=' is missing");
    line_is_refused("repeats =", "'repeats' has no value");
    line_is_refused("load.10 = # nothing", "'load.10' has no value");
    is_refused("   points = 1\n" LEAST, "1: this line begins with a blank");
    is_refused(LEAST "repeats = 3\n# one\n\nrepeats = 3\n",
               "9: 'repeats' has been given in line 6 already");
    is_refused(LEAST "load.10 = a\ncores = 1\nload.10 = b\n",
               "8: 'load.10' has been given in line 6 already");
}

static void keys_that_there_are_not_are_refused(void **state)
{
    (void)state;
    line_is_refused("colour = red", "'colour' is no key; there are: question, about, place, x, "
                                    "models, axis, capacity, points, quick, keep, figures, "
                                    "repeats, "
                                    "duration, warmup, drain, account, server, load, beside, "
                                    "cores, stall");
    line_is_refused("Load = red", "'Load' is no key; there are: question,");
    line_is_refused("colour.10 = red", "'colour' is no key");
    line_is_refused("repeats.10 = 3", "repeats.10: 'repeats' holds for all points; for one point "
                                      "there may be: server, load, beside, cores, stall");
    line_is_refused("load.11 = --size 1", "load.11: '11' is none of the points: 1 10 1k");
    line_is_refused("cores.1000 = 1", "cores.1000: '1000' is none of the points: 1 10 1k");
}

static void what_is_needed_must_be_there(void **state)
{
    (void)state;
    is_refused("", "0: the file ends without `question = ...`");
    is_refused("question = ?\n\n", "2: the file ends without `points = ...`");
    is_refused("question = ?\npoints = 1\nload = a\n", "3: the file ends without `figures = ...`");
    is_refused("question = ?\npoints = 1 2\nload.1 = a\nfigures = lines:rps\n",
               "4: the file ends without `load = ...` for the point 2");
}

static void values_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    is_refused("question = How fast.\n", "1: question: a scenario answers a question");
    is_refused("axis = round\nquestion = ?\n",
               "1: axis: 'round' is none of log, linear, bytes, words");
    line_is_refused("repeats = 0", "repeats: '0' is no whole number from 1 to 1000");
    line_is_refused("repeats = 2.5", "repeats: '2.5' is no whole number from 1 to 1000");
    line_is_refused("duration = 2", "duration: '2' is no time from 50ms to 60min");
    line_is_refused("duration = 49ms", "duration: '49ms' is no time from 50ms to 60min");
    line_is_refused("duration = 61min", "duration: '61min' is no time from 50ms to 60min");
    line_is_refused("warmup = -1s", "warmup: '-1s' is no time from 0s to 60min");
    line_is_refused("drain = soon", "drain: 'soon' is no time from 0s to 60min");
    line_is_refused("account = all", "account: 'all' is none of window, life");
    line_is_refused("keep = clients all", "keep: 'all' is none of clients, timeline");
    line_is_refused("cores = 0", "cores: '0' is no whole number from 1 to 1024");
    line_is_refused("cores.10 = two", "cores.10: 'two' is no whole number from 1 to 1024");
    line_is_refused("beside = slowreader",
                    "beside: 'slowreader' is none of slow-reader, loadgen OPTIONS, none");
    line_is_refused("beside.10 = loadgens --x", "beside.10: 'loadgens --x' is none of");
    line_is_refused("quick = 1 11", "quick: '11' is none of the points: 1 10 1k");
    line_is_refused("quick = 1000", "quick: '1000' is none of the points: 1 10 1k");
}

static void a_stall_lies_within_the_window(void **state)
{
    (void)state;
    line_is_refused("stall = 1s", "stall: '1s' is not like `500ms after 1s`, or none");
    line_is_refused("stall = 1s after", "stall: '1s after' is not like");
    line_is_refused("stall = 0s after 1s", "stall: '0s after 1s' is not like");
    line_is_refused("stall = 1s before 1s", "stall: '1s before 1s' is not like");
    line_is_refused("stall = 1s after 1s or so", "stall: '1s after 1s or so' is not like");
    line_is_refused("stall.1k = 1500ms after 1s",
                    "stall.1k: the stall ends after the window, whose `duration` is 2 s");
}

static void points_that_have_no_place_are_refused(void **state)
{
    static const char *const bad[][2] = {
        {"points = 1 x", "points: 'x' is not a number"},
        {"points = 1 -5", "points: '-5' is not a number"},
        {"points = 1 50%", "points: '50%' is not a number"},
        {"points = 1 5G", "points: '5G' is not a number"},
        {"points = 1 2 1", "points: '1' is there twice"},
        {"points = 1 1000 1k", "points: '1k' is not above '1000': let the points rise"},
        {"points = 10 9", "points: '9' is not above '10': let the points rise"},
        {"points = 0 1", "points: '0' has no place on a log axis; `axis = linear` has one"},
        {"axis = bytes\npoints = 1.5k", "points: '1.5k' is not a size"},
        {"axis = words\npoints = Open", "points: 'Open' is not a word"},
        {"axis = words\npoints = a/b", "points: 'a/b' is not a word"},
        {"axis = words\npoints = 1", "points: '1' is not a word"},
        {"axis = words\npoints = abcdefghijklmnopqrstuvwx", "points: 'abcdefghijklmnopqrstuvwx' is "
                                                            "longer than 23 characters"},
        {"capacity = --connections 5\npoints = 30", "points: '30' is not a share"},
        {"capacity = --connections 5\npoints = 1001%", "points: '1001%' is not a share"},
        {"capacity = --connections 5\npoints = %", "points: '%' is not a share"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[256], says[256];
        snprintf(text, sizeof text, "question = ?\n%s\nload = a\nfigures = percentiles\n",
                 bad[i][0]);
        snprintf(says, sizeof says, "%d: %s", strchr(bad[i][0], '\n') == NULL ? 2 : 3, bad[i][1]);
        is_refused(text, says);
    }
}

static void what_the_run_sets_is_left_to_it(void **state)
{
    (void)state;
    line_is_refused("load.1 = --duration 3s",
                    "load.1: --duration is set by the run; the scenario has a key for it");
    line_is_refused("load.1 = --size 1 --json=x", "load.1: --json is set by the run");
    line_is_refused("server = --port 7000", "server: --port is set by the run");
    line_is_refused("beside = loadgen --quiet", "beside: --quiet is set by the run");
    line_is_refused("load.10 = --connections {n}", "load.10: '{n}' in it: only {x} is filled in");
    line_is_refused("server = --work {X}", "server: '{X}' in it: only {x} is filled in");
}

static void a_probe_is_a_closed_loop_that_comes_first(void **state)
{
    static const char rest[] = "\npoints = 10%\nload = --rate {x}\nfigures = percentiles\n"
                               "question = ?\n";
    static const char *const bad[][2] = {
        {"capacity = --connections {x}", "1: capacity: the probe comes before all points"},
        {"capacity = --rate 500", "1: capacity: the probe comes before all points"},
        {"capacity = --warmup 1s", "1: capacity: --warmup is set by the run"},
        {"capacity = --connections 5\nserver = --workers {x}",
         "2: server: {x} is a rate here, which only `load` can take"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[256];
        snprintf(text, sizeof text, "%s%s", bad[i][0], rest);
        is_refused(text, bad[i][1]);
    }
}

static void figures_that_nothing_is_kept_for_are_refused(void **state)
{
    static const char *const bad[][2] = {
        {"pie:rps", "'pie' is no kind of figure; there are: lines, load, bars, heat, clients, "
                    "percentiles"},
        {"lines", "'lines' takes one metric, such as lines:p99"},
        {"lines:rps,p99", "'lines' takes one metric, such as lines:p99"},
        {"load:speed", "'speed' is no metric; there are: rps, payload, offered, p50,"},
        {"bars:", "'' is no metric; there are: rps,"},
        {"bars", "'bars' takes 1 to 8 metrics, such as bars:rps,p99"},
        {"bars:rps,p50,p90,p99,max,mean,cpu,calls,busy", "'bars' takes 1 to 8 metrics"},
        {"percentiles:p99", "'percentiles' takes no metrics: write just `percentiles`"},
        {"heat", "'heat' is drawn of intervals: add `keep = timeline`"},
        {"clients", "'clients' is drawn of connections: add `keep = clients`"},
        {"lines:rps load:rps", "two figures would both be called test-rps: leave one out"},
        {"lines:rps lines:p50 lines:p90 lines:p99 lines:cpu", "a scenario has 4 figures at most"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[512], says[256];
        snprintf(text, sizeof text, "question = ?\npoints = 1\nload = a\nfigures = %s\n",
                 bad[i][0]);
        snprintf(says, sizeof says, "4: figures: %s", bad[i][1]);
        is_refused(text, says);
    }
    is_refused("question = ?\naxis = words\npoints = a\nload = a\nfigures = lines:rps\n",
               "5: figures: 'lines' is drawn over numbers, but the axis is one of words");
}

static void a_file_must_be_there_and_have_a_name_of_its_own(void **state)
{
    static const char *const bad[] = {"Two Words.scenario",
                                      "abcdefghijklmnopqrstuvwxyzabcdef.scenario", ".scenario"};
    struct scenario s;
    char *why = NULL, name[128];

    (void)state;
    assert_false(scenario_read(&s, "/nonexistent/a.scenario", &why));
    assert_string_equal(why,
                        "/nonexistent/a.scenario:0: cannot be read: No such file or directory");
    free(why);
    assert_false(scenario_read(&s, scenario_folder, &why));
    assert_non_null(strstr(why, ":0: cannot be read: Is a directory"));
    free(why);
    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(name, sizeof name, "%s/%s", scenario_folder, bad[i]);
        FILE *made = fopen(name, "we");
        assert_non_null(made);
        fputs(LEAST, made);
        assert_int_equal(fclose(made), 0);
        bool taken = scenario_read(&s, name, &why);
        unlink(name);
        assert_false(taken);
        assert_non_null(strstr(why, ":0: the file's name is the scenario's: NAME.scenario"));
        free(why);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_are_none_are_refused),
        cmocka_unit_test(keys_that_there_are_not_are_refused),
        cmocka_unit_test(what_is_needed_must_be_there),
        cmocka_unit_test(values_that_make_no_sense_are_refused),
        cmocka_unit_test(a_stall_lies_within_the_window),
        cmocka_unit_test(points_that_have_no_place_are_refused),
        cmocka_unit_test(what_the_run_sets_is_left_to_it),
        cmocka_unit_test(a_probe_is_a_closed_loop_that_comes_first),
        cmocka_unit_test(figures_that_nothing_is_kept_for_are_refused),
        cmocka_unit_test(a_file_must_be_there_and_have_a_name_of_its_own),
    };

    fail_name("test_scenario_faults");
    return cmocka_run_group_tests_name("scenario_faults", tests, make_folder, remove_folder);
}

// test_grade_report.c: lab 10, by the table that students are graded by: a right report gets all,
// and each wrong way to measure loses the task that is about it. (Measuring again:
// test_grade_report_again.c.)
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "tests/report_folder.h"

static json_t *result;

// With the lab's own table.
static void grade(const char *options)
{
    const char *programs = getenv("BIN") != NULL ? getenv("BIN") : "bin";
    char path[64];

    run("'%s/grade' --lab 10 %s --submission %s --json %s/result.json >%s/said", programs, options,
        handed_in, handed_in, handed_in);
    snprintf(path, sizeof path, "%s/result.json", handed_in);
    json_decref(result);
    result = json_load_file(path, 0, NULL);
    assert_non_null(result);
}

// Whether the name is a word of the list.
static bool is_one_of(const char *name, const char *list)
{
    const char *at = strstr(list, name);
    size_t n = strlen(name);

    return at != NULL && (at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0');
}

// Those tasks fail, and no others do.
static void expect_lost(const char *lost)
{
    const json_t *task;
    size_t i;

    json_array_foreach(json_object_get(result, "tasks"), i, task)
    {
        const char *name = json_string_value(json_object_get(task, "case")) + strlen("report/");
        bool passed = strcmp(json_string_value(json_object_get(task, "verdict")), "passed") == 0;
        if (passed == is_one_of(name, lost))
            fail_msg("%s: %s: %s", name, passed ? "passed" : "lost",
                     json_string_value(json_object_get(task, "seen")));
    }
}

static void expect_to_lose(const struct knobs *k, const char *lost)
{
    hand_in(k);
    grade("--visible");
    expect_lost(lost);
}

// --------------------------------------------------------------------------------------------

static void a_right_report_gets_all_points(void **state)
{
    (void)state;
    expect_to_lose(&right, "");
    assert_true(json_number_value(json_object_get(result, "points")) ==
                json_number_value(json_object_get(result, "of")));
}

static void the_starter_gets_nothing(void **state)
{
    (void)state;
    run("cp labs/10-report/starter/* %s", handed_in);
    grade("");
    assert_true(json_number_value(json_object_get(result, "points")) == 0);
    // Nor does it with a run beside it, as long as nothing is claimed.
    put_run(&right);
    grade("");
    assert_true(json_number_value(json_object_get(result, "points")) == 0);
}

static void an_empty_folder_gets_nothing(void **state)
{
    (void)state;
    grade("");
    assert_true(json_number_value(json_object_get(result, "points")) == 0);
}

static void one_run_is_no_repeats_and_has_no_interval(void **state)
{
    struct knobs k = right;

    (void)state;
    k.rounds = 1;
    expect_to_lose(&k, "repeats intervals verdict");
}

static void three_rounds_are_too_few(void **state)
{
    struct knobs k = right;

    (void)state;
    k.rounds = 3;
    expect_to_lose(&k, "repeats");
}

static void one_model_after_the_other_does_not_take_turns(void **state)
{
    struct knobs k = right;

    (void)state;
    k.one_after_the_other = true;
    expect_to_lose(&k, "interleaved");
}

static void a_closed_loop_tells_no_response_times(void **state)
{
    struct knobs k = right;

    (void)state;
    k.rate = 0;
    expect_to_lose(&k, "open-loop below-capacity");
}

static void a_rate_that_one_cannot_bear_is_no_rate_for_a_p99(void **state)
{
    struct knobs k = right;

    (void)state;
    k.rate = 2900; // of the 3,000 or so that fork reaches
    expect_to_lose(&k, "below-capacity");
    k = right;
    k.rate = 2000;
    k.overloaded = true;
    expect_to_lose(&k, "below-capacity samples intervals verdict");
}

static void a_cold_server_is_not_measured(void **state)
{
    struct knobs k = right;

    (void)state;
    k.warmup_s = 0;
    expect_to_lose(&k, "warm-up");
}

static void three_hundred_answers_have_no_p99(void **state)
{
    struct knobs k = right;

    (void)state;
    k.rate = 300;
    k.answers = 300;
    expect_to_lose(&k, "samples intervals verdict");
}

static void the_generators_own_limit_is_not_the_servers(void **state)
{
    struct knobs k = right;

    (void)state;
    k.limited = true;
    expect_to_lose(&k, "generator");
}

static void who_is_pinned_nowhere_has_not_said_where_it_ran(void **state)
{
    struct knobs k = right;

    (void)state;
    k.unpinned = true;
    expect_to_lose(&k, "environment");
}

static void a_forged_table_is_found_out(void **state)
{
    struct knobs k = right;

    (void)state;
    k.forged_table = true;
    expect_to_lose(&k, "from-raw");
    k = right;
    k.forged_run = true;
    expect_to_lose(&k, "from-raw");
}

static void a_forged_raw_file_does_not_count(void **state)
{
    struct knobs k = right;

    (void)state;
    k.forged_raw = true;
    expect_to_lose(&k, "repeats from-raw intervals");
}

static void one_repeat_copied_is_not_two(void **state)
{
    struct knobs k = right;

    (void)state;
    k.same_file_twice = true;
    expect_to_lose(&k, "from-raw");
}

static void values_without_intervals_lose_the_intervals(void **state)
{
    struct knobs k = right;

    (void)state;
    k.no_intervals = true;
    expect_to_lose(&k, "intervals");
}

static void intervals_of_other_repeats_are_not_right(void **state)
{
    struct knobs k = right;

    (void)state;
    put_run(&k);
    k.scatter = 0.01;
    put_answers(&k);
    grade("--visible");
    expect_lost("intervals");
}

static void a_difference_that_is_none_must_not_be_claimed(void **state)
{
    struct knobs k = right;

    (void)state;
    k.ratio[OPEN] = 1.005;
    expect_to_lose(&k, "verdict");
    k.verdict[OPEN] = "can't be told";
    expect_to_lose(&k, "");
}

static void a_difference_that_is_there_must_be_told(void **state)
{
    struct knobs k = right;

    (void)state;
    k.verdict[CLOSED] = "can't be told";
    expect_to_lose(&k, "verdict");
    k.verdict[CLOSED] = "fork"; // which answers half as many
    expect_to_lose(&k, "verdict");
}

static void hostile_files_lose_the_gate_and_nothing_else(void **state)
{
    static const char *const attacks[] = {
        "ln -sf /dev/zero answers.tsv",
        "rm answers.tsv && mkfifo answers.tsv",
        "head -c 100000 /dev/zero >answers.tsv",
        "truncate -s 9M answers.tsv",
        "printf '[[[[' >run/run.json",
        "yes '[' | head -c 1000000 >run/run.json",
        "sed -i s,closed,../../closed, run/run.json",
        // What others have handed in, by a link at each place of the way.
        "mv answers.tsv theirs && ln -s theirs answers.tsv",
        "mv run theirs && ln -s theirs run",
        "mv run/raw theirs && ln -s ../theirs run/raw",
        "cd run/raw && for f in *; do mv $f ../$f && ln -s ../$f $f; done",
    };

    (void)state;
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        run("rm -rf %s && mkdir -p %s/run/raw", handed_in, handed_in);
        hand_in(&right);
        run("cd %s && %s", handed_in, attacks[i]);
        grade("--visible");
        if (!json_is_true(json_object_get(result, "shut")) ||
            json_number_value(json_object_get(result, "points")) > 0)
            fail_msg("%s: it passes the gate", attacks[i]);
    }
}

// Eight million bytes of empty objects would take ten times our bound.
static void a_file_takes_no_more_memory_than_files_of_its_size_do(void **state)
{
    const char *instrumented = getenv("INSTRUMENTED");
    struct rusage usage;

    (void)state;
    if (instrumented != NULL && *instrumented != '\0')
        skip(); // a sanitizer ends a program that asks for more than there is
    hand_in(&right);
    run("cd %s/run && (printf '['; yes '{},' | tr -d '\\n' | head -c 7500000) >run.json",
        handed_in);
    grade("--visible");
    assert_true(json_is_true(json_object_get(result, "shut")));
    assert_true(json_is_true(json_object_get(result, "finished")));
    getrusage(RUSAGE_CHILDREN, &usage);
    assert_in_range(usage.ru_maxrss, 0, 400 << 10); // KiB, of the greatest so far
}

// On a machine that has much else to do the question is left out: then this shows nothing.
static void what_was_claimed_is_measured_again(void **state)
{
    struct knobs k = right;
    const json_t *last;

    (void)state;
    k.ratio[CLOSED] = 1000.0; // no two servers that do the same work
    k.ratio[OPEN] = 0.001;
    hand_in(&k);
    grade("");
    last = json_array_get(json_object_get(result, "tasks"), 12);
    if (strcmp(json_string_value(json_object_get(last, "verdict")), "left out") == 0)
        skip();
    assert_string_equal(json_string_value(json_object_get(last, "verdict")), "failed");
    assert_non_null(strstr(json_string_value(json_object_get(last, "figure")), "throughput "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_right_report_gets_all_points),
        IN_A_FOLDER(the_starter_gets_nothing),
        IN_A_FOLDER(an_empty_folder_gets_nothing),
        IN_A_FOLDER(one_run_is_no_repeats_and_has_no_interval),
        IN_A_FOLDER(three_rounds_are_too_few),
        IN_A_FOLDER(one_model_after_the_other_does_not_take_turns),
        IN_A_FOLDER(a_closed_loop_tells_no_response_times),
        IN_A_FOLDER(a_rate_that_one_cannot_bear_is_no_rate_for_a_p99),
        IN_A_FOLDER(a_cold_server_is_not_measured),
        IN_A_FOLDER(three_hundred_answers_have_no_p99),
        IN_A_FOLDER(the_generators_own_limit_is_not_the_servers),
        IN_A_FOLDER(who_is_pinned_nowhere_has_not_said_where_it_ran),
        IN_A_FOLDER(a_forged_table_is_found_out),
        IN_A_FOLDER(a_forged_raw_file_does_not_count),
        IN_A_FOLDER(one_repeat_copied_is_not_two),
        IN_A_FOLDER(values_without_intervals_lose_the_intervals),
        IN_A_FOLDER(intervals_of_other_repeats_are_not_right),
        IN_A_FOLDER(a_difference_that_is_none_must_not_be_claimed),
        IN_A_FOLDER(a_difference_that_is_there_must_be_told),
        IN_A_FOLDER(hostile_files_lose_the_gate_and_nothing_else),
        IN_A_FOLDER(a_file_takes_no_more_memory_than_files_of_its_size_do),
        IN_A_FOLDER(what_was_claimed_is_measured_again),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(result);
    return failed;
}

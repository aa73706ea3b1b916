// test_timeline_trace.c: files that are traces, and files that are none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/timeline_sample.h"

static void unknown_events_and_more_columns_are_passed_over(void **state)
{
    static const struct step steps[] = {
        {0, 1, MAIN, MAIN, "accept", 0, 4},
        {1, 2, MAIN, MAIN, "read", 0, OF_A},
        {2, 3, MAIN, MAIN, "hold\there", 0, 1},
        {3, 4, MAIN, MAIN, "migrate", 0, 1},
    };
    struct timeline t;
    char why[256];

    (void)state;
    // A tab more makes a column more, and "here" no number of a client.
    write_steps(trace_file, steps, 3, all_is_there);
    assert_false(timeline_read(&t, trace_file, MAIN, false, why));
    write_steps(trace_file, steps, 2, "2\t3\t100\t100\tmigrate\t0\t4\t1\tmore\n");
    assert_true(timeline_read(&t, trace_file, MAIN, false, why));
    assert_int_equal(t.box_count, 2);
    timeline_free(&t);
}

// ---- What is no trace --------------------------------------------------------------------------

static void expect_refusal(const char *text, size_t length, const char *expected)
{
    struct timeline t;
    char why[256] = "it was read";
    FILE *out = fopen(trace_file, "we");

    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
    if (timeline_read(&t, trace_file, MAIN, false, why) ||
        strncmp(why, trace_file, strlen(trace_file)) != 0 ||
        strcmp(why + strlen(trace_file), expected) != 0)
        fail_msg("expected \"%s\", not \"%s\"", expected, why);
}

static void other_files_are_refused_with_the_line(void **state)
{
    static const char *const columns = ":2: an event has eight columns with a tab between two";
    static const char *const times = ":2: begin_us and end_us are numbers";
    static const char *const ids = ":2: process and thread are ids of the system";
    static const struct {
        const char *line, *expected;
    } wrong[] = {
        {"\n", columns},
        {"1\t2\t3\n", columns},
        {"1 2 3 3 read 0 4 68\n", columns},
        {"nan\t2\t3\t3\tread\t0\t4\t68\n", times},
        {"1\tinf\t3\t3\tread\t0\t4\t68\n", times},
        {"0x1\t2\t3\t3\tread\t0\t4\t68\n", times},
        {"1\t2e300\t3\t3\tread\t0\t4\t68\n", times},
        {"\t2\t3\t3\tread\t0\t4\t68\n", times},
        {"1\t2 \t3\t3\tread\t0\t4\t68\n", times},
        {"3\t2\t3\t3\tread\t0\t4\t68\n", ":2: it ends before it begins"},
        {"1\t2\t-3\t3\tread\t0\t4\t68\n", ids},
        {"1\t2\t0\t3\tread\t0\t4\t68\n", ids},
        {"1\t2\t3\t99999999999\tread\t0\t4\t68\n", ids},
        {"1\t2\t3\t3\tread\t-2\t4\t68\n", ":2: client is a number from 0, or empty"},
        {"1\t2\t3\t3\tread\t9999999999\t4\t68\n", ":2: client is a number from 0, or empty"},
        {"1\t2\t3\t3\tread\t0\t4\tmuch\n", ":2: n is a number"},
        {"1\t2\t3\t3\tread\t0\t4\t68", ":2: the line has no end"},
        {"5\t9\t3\t3\tread\t0\t4\t68\n1\t8\t3\t3\tread\t0\t4\t68\n",
         ":3: it ended before the one above it"},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(text, sizeof text, "%s%s", TRACE_HEADING, wrong[i].line);
        expect_refusal(text, strlen(text), wrong[i].expected);
    }
    expect_refusal("", 0, ":0: it is empty");
    expect_refusal("\n", 1, ":1: it is no trace: another heading is expected");
    expect_refusal("{\"traceEvents\": [", 17, ":1: it is no trace: another heading is expected");
    static const char zero[] = TRACE_HEADING "1\t2\t3\t3\tread\t0\t4\0\t68\n";
    expect_refusal(zero, sizeof zero - 1, ":2: a zero byte");
}

static void a_file_that_is_not_there_is_said(void **state)
{
    struct timeline t;
    char why[256];

    (void)state;
    assert_false(timeline_read(&t, "/no/such/file", MAIN, false, why));
    assert_string_equal(why, "cannot read /no/such/file: No such file or directory");
}

static void more_than_can_be_drawn_is_refused(void **state)
{
    struct step *steps = calloc(TIMELINE_EVENTS_MAX + 1, sizeof *steps);
    struct timeline t;
    char why[256];

    (void)state;
    assert_non_null(steps);
    for (int i = 0; i <= TIMELINE_EVENTS_MAX; i++)
        steps[i] = (struct step){i, i + 1, MAIN, MAIN, "wait", -1, 1};
    write_steps(trace_file, steps, TIMELINE_EVENTS_MAX + 1, all_is_there);
    assert_false(timeline_read(&t, trace_file, MAIN, false, why));
    assert_non_null(strstr(why, "more events than twelve requests make"));
    for (int i = 0; i <= TIMELINE_ROWS_MAX; i++)
        steps[i].thread = MAIN + i;
    write_steps(trace_file, steps, TIMELINE_ROWS_MAX, all_is_there);
    assert_true(timeline_read(&t, trace_file, MAIN, false, why));
    timeline_free(&t);
    write_steps(trace_file, steps, TIMELINE_ROWS_MAX + 1, all_is_there);
    assert_false(timeline_read(&t, trace_file, MAIN, false, why));
    assert_non_null(strstr(why, "more processes and threads"));
    for (int i = 0; i < 5; i++)
        steps[i] = (struct step){i, i + 1, MAIN, MAIN, "accept", i, 4};
    write_steps(trace_file, steps, 5, all_is_there);
    assert_false(timeline_read(&t, trace_file, MAIN, false, why));
    assert_non_null(strstr(why, "more than 4 clients"));
    free(steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_events_and_more_columns_are_passed_over),
        cmocka_unit_test(other_files_are_refused_with_the_line),
        cmocka_unit_test(a_file_that_is_not_there_is_said),
        cmocka_unit_test(more_than_can_be_drawn_is_refused),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}

// test_timeline_boxes.c: from the events of a trace to boxes: who served whom, and when.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/timeline_sample.h"

// ---- Models ------------------------------------------------------------------------------------

static void who_serves_one_client_sleeps_in_its_read(void **state)
{
    static const struct step steps[] = {
        {0, 10, MAIN, MAIN, "accept", 0, 4},     {10, 12, MAIN, MAIN, "read", 0, OF_A},
        {12, 20, MAIN, MAIN, "protocol", 0, 68}, {20, 21, MAIN, MAIN, "write", 0, 68},
        {21, 50, MAIN, MAIN, "read", 0, OF_A},   {50, 58, MAIN, MAIN, "protocol", 0, 68},
        {58, 60, MAIN, MAIN, "write", 0, 68},    {60, 61, MAIN, MAIN, "read", 0, 0},
        {61, 62, MAIN, MAIN, "close", 0, 0},     {62, 63, MAIN, MAIN, "accept", 1, 4},
        {63, 64, MAIN, MAIN, "read", 1, OF_B},   {64, 70, MAIN, MAIN, "protocol", 1, 69},
        {70, 72, MAIN, MAIN, "write", 1, 69},
    };

    (void)state;
    EXPECT_BOXES(steps, true,
                 "main accepts A 10\nmain awaits A 10-12\nmain serves A 12-21\n"
                 "main awaits A 21-50\nmain serves A 50-60\nmain awaits A 60-61\n"
                 "main accepts B 63\nmain awaits B 63-64\nmain serves B 64-72\n");
}

static void clients_that_overlap_have_a_row_each(void **state)
{
    // Child 201 is slow: it reads after 202, but it was created before.
    static const struct step steps[] = {
        {0, 10, MAIN, MAIN, "accept", 0, 4},   {10, 30, MAIN, MAIN, "create", -1, 201},
        {30, 31, MAIN, MAIN, "accept", 1, 4},  {31, 50, MAIN, MAIN, "create", -1, 202},
        {55, 60, 202, 202, "read", 1, OF_B},   {57, 61, 201, 201, "read", 0, OF_A},
        {60, 90, 202, 202, "protocol", 1, 69}, {61, 91, 201, 201, "protocol", 0, 68},
        {90, 92, 202, 202, "write", 1, 69},    {91, 93, 201, 201, "write", 0, 68},
        {92, 140, 202, 202, "read", 1, OF_B},  {93, 150, 201, 201, "read", 0, OF_A},
        {140, 170, 202, 202, "write", 1, 69},
    };

    (void)state;
    EXPECT_BOXES(steps, false,
                 "main accepts A 10\nmain creates 10-30\nmain accepts B 31\nmain creates 31-50\n"
                 "child 2 awaits B 55-60\nchild 1 awaits A 57-61\n"
                 "child 2 serves B 60-92\nchild 1 serves A 61-93\nchild 2 awaits B 92-140\n"
                 "child 1 awaits A 93-150\nchild 2 serves B 140-170\n");
}

static void threads_are_told_from_processes(void **state)
{
    static const struct step steps[] = {
        {0, 10, MAIN, MAIN, "accept", 0, 4},
        {10, 14, MAIN, MAIN, "create", -1, 0}, // of unknown id
        {12, 15, MAIN, 101, "read", 0, OF_A},
        {15, 25, MAIN, 101, "write", 0, 68},
    };

    (void)state;
    EXPECT_BOXES(steps, false,
                 "main accepts A 10\nmain creates 10-14\nthread 1 awaits A 12-15\n"
                 "thread 1 serves A 15-25\n");
    EXPECT_BOXES(steps, true,
                 "main accepts A 10\nmain creates 10-14\nworker 1 awaits A 12-15\n"
                 "worker 1 serves A 15-25\n");
}

static void a_loop_serves_one_after_the_other_and_awaits_nobody(void **state)
{
    static const struct step steps[] = {
        {0, 10, MAIN, MAIN, "wait", -1, 1},      {10, 11, MAIN, MAIN, "accept", 0, 4},
        {11, 20, MAIN, MAIN, "wait", -1, 2},     {20, 21, MAIN, MAIN, "read", 0, OF_A},
        {21, 30, MAIN, MAIN, "protocol", 0, 68}, {30, 31, MAIN, MAIN, "write", 0, 68},
        {31, 32, MAIN, MAIN, "accept", 1, 5},    {32, 40, MAIN, MAIN, "wait", -1, 1},
        {40, 41, MAIN, MAIN, "read", 1, OF_B},   {41, 50, MAIN, MAIN, "protocol", 1, 69},
        {50, 51, MAIN, MAIN, "write", 1, 69},    {51, 52, MAIN, MAIN, "read", 1, -11},
        {52, 80, MAIN, MAIN, "wait", -1, 1},     {80, 81, MAIN, MAIN, "read", 0, OF_A},
        {81, 90, MAIN, MAIN, "write", 0, 68},
    };

    (void)state;
    EXPECT_BOXES(steps, false,
                 "loop accepts A 11\nloop serves A 21-31\nloop accepts B 32\n"
                 "loop serves B 41-51\nloop serves A 81-90\n");
}

// A completion comes after a wait; the work of the next client may lie between.
static void a_write_that_is_done_later_belongs_to_no_service(void **state)
{
    static const struct step steps[] = {
        {0, 9, MAIN, MAIN, "wait", -1, 2},       {9, 10, MAIN, MAIN, "read", 0, OF_A},
        {10, 15, MAIN, MAIN, "protocol", 0, 68}, {15, 16, MAIN, MAIN, "read", 1, OF_B},
        {16, 20, MAIN, MAIN, "protocol", 1, 69}, {20, 25, MAIN, MAIN, "wait", -1, 2},
        {25, 26, MAIN, MAIN, "write", 0, 68},    {26, 27, MAIN, MAIN, "write", 1, 69},
    };

    (void)state;
    EXPECT_BOXES(steps, false, "loop serves A 10-15\nloop serves B 16-20\n");
}

static void several_loops_are_numbered(void **state)
{
    static const struct step steps[] = {
        {0, 9, MAIN, MAIN, "wait", -1, 1},    {9, 10, MAIN, MAIN, "accept", 0, 4},
        {1, 20, MAIN, 101, "wait", -1, 1},    {20, 21, MAIN, 101, "accept", 1, 5},
        {10, 30, MAIN, MAIN, "wait", -1, 1},  {30, 31, MAIN, MAIN, "read", 0, OF_A},
        {31, 40, MAIN, MAIN, "write", 0, 68},
    };

    (void)state;
    EXPECT_BOXES(steps, false, "loop 1 accepts A 10\nloop 2 accepts B 21\nloop 1 serves A 31-40\n");
}

static void a_watchers_worker_is_not_there_for_its_last_client(void **state)
{
    static const struct step steps[] = {
        {0, 9, MAIN, MAIN, "wait", -1, 1},      {9, 10, MAIN, MAIN, "accept", 0, 4},
        {10, 20, MAIN, MAIN, "wait", -1, 1},    {21, 21, MAIN, 101, "read", 0, OF_A},
        {21, 30, MAIN, 101, "protocol", 0, 68}, {30, 31, MAIN, 101, "write", 0, 68},
        {31, 80, MAIN, 101, "read", 0, OF_A},   {80, 90, MAIN, 101, "write", 0, 68},
    };
    // A process has its client for itself, even if its parent watches a listener.
    static const struct step passed[] = {
        {0, 9, MAIN, MAIN, "wait", -1, 1},   {9, 10, MAIN, MAIN, "accept", 0, 4},
        {18, 21, 101, 101, "read", 0, OF_A}, {21, 31, 101, 101, "write", 0, 68},
        {31, 80, 101, 101, "read", 0, OF_A}, {80, 90, 101, 101, "write", 0, 68},
    };
    // A loop that somebody else accepts for.
    static const struct step dealt[] = {
        {0, 10, MAIN, MAIN, "accept", 0, 4},
        {5, 20, MAIN, 101, "wait", -1, 1},
        {20, 21, MAIN, 101, "read", 0, OF_A},
        {21, 30, MAIN, 101, "write", 0, 68},
    };

    (void)state;
    EXPECT_BOXES(dealt, false, "main accepts A 10\nthread 1 serves A 21-30\n");
    EXPECT_BOXES(steps, false,
                 "main accepts A 10\nworker 1 serves A 21-31\nworker 1 serves A 80-90\n");
    EXPECT_BOXES(passed, true,
                 "main accepts A 10\nworker 1 awaits A 18-21\nworker 1 serves A 21-31\n"
                 "worker 1 awaits A 31-80\nworker 1 serves A 80-90\n");
}

// Main did nothing while the clients were there, and the last child came when they had left.
static void who_was_there_has_a_row_even_without_a_client(void **state)
{
    static const struct step steps[] = {
        {0, 5, MAIN, MAIN, "create", -1, 201}, {5, 8, MAIN, MAIN, "create", -1, 202},
        {10, 20, 201, 201, "accept", 0, 4},    {20, 21, 201, 201, "read", 0, OF_A},
        {21, 30, 201, 201, "write", 0, 68},    {50, 60, MAIN, MAIN, "create", -1, 203},
        {8, 90, 202, 202, "accept", -1, -22},
    };
    static struct timeline_panel p = {.served_us = 31}; // on the clients' clock
    unsigned rows[TIMELINE_ROWS_MAX];

    (void)state;
    p.timeline = read_steps(steps, 7, true, "# origin_ns: 1000000\n# events: 7, lost: 0\n");
    assert_true(timeline_align(&p.timeline, 1000000 + 9000));
    assert_int_equal(timeline_rows(&p, rows), 2);
    assert_string_equal(p.timeline.rows[rows[0]].name, "worker 1");
    assert_string_equal(p.timeline.rows[rows[1]].name, "worker 2");
    assert_int_equal(timeline_last_row(&p), rows[0]);
    p.served_us = 60;
    assert_int_equal(timeline_rows(&p, rows), 4); // main creates the third of them
    timeline_free(&p.timeline);
}

// ---- What is missing ---------------------------------------------------------------------------

static void a_killed_child_leaves_what_it_has_done(void **state)
{
    static const struct step steps[] = {
        {0, 10, MAIN, MAIN, "accept", 0, 4},      {10, 30, MAIN, MAIN, "create", -1, 201},
        {35, 40, 201, 201, "read", 0, OF_A},      {40, 50, 201, 201, "write", 0, 68},
        {50, 90, 201, 201, "read", 0, OF_A},      {30, 95, MAIN, MAIN, "accept", 1, 4},
        {95, 99, MAIN, MAIN, "create", -1, 202},  // killed at birth: nothing of it
        {99, 101, MAIN, MAIN, "create", -1, -11}, // it could not be made
    };
    struct timeline t = read_steps(steps, 8, false, all_is_there);

    (void)state;
    char *seen = boxes_text(&t);
    assert_string_equal(
        seen,
        "main accepts A 10\nmain creates 10-30\nchild 1 awaits A 35-40\n"
        "child 1 serves A 40-50\nchild 1 awaits A 50-90\nmain accepts B 95\nmain creates 95-99\n");
    assert_int_equal(t.row_count, 3);
    free(seen);
    timeline_free(&t);
}

static void clients_are_told_by_the_lengths_of_their_messages(void **state)
{
    // B was accepted first; D's message came in two pieces; C was heard of only by its number.
    static const struct step steps[] = {
        {0, 1, MAIN, MAIN, "accept", 0, 4},   {1, 2, MAIN, MAIN, "read", 0, OF_B},
        {2, 3, MAIN, MAIN, "write", 0, 69},   {3, 4, MAIN, MAIN, "accept", 1, 4},
        {4, 5, MAIN, MAIN, "read", 1, OF_A},  {5, 6, MAIN, MAIN, "write", 1, 68},
        {6, 7, MAIN, MAIN, "accept", 7, 4},   {7, 8, MAIN, MAIN, "accept", 5, 4},
        {8, 9, MAIN, MAIN, "read", 5, 4},     {9, 10, MAIN, MAIN, "read", 5, OF_D - 4},
        {10, 11, MAIN, MAIN, "write", 5, 71},
    };

    (void)state;
    EXPECT_BOXES(steps, true,
                 "main accepts B 1\nmain awaits B 1-2\nmain serves B 2-3\nmain accepts A 4\n"
                 "main awaits A 4-5\nmain serves A 5-6\nmain accepts C 7\nmain accepts D 8\n"
                 "main awaits D 8-9\nmain awaits D 9-10\nmain serves D 10-11\n");
}

static void what_was_lost_is_counted_and_the_rest_is_drawn(void **state)
{
    // The first events of both are gone, and with them what tells who they are.
    static const struct step steps[] = {
        {5, 9, MAIN, 101, "protocol", 3, 69}, {9, 10, MAIN, 101, "write", 3, 69},
        {10, 20, MAIN, 102, "write", 2, 68},  {20, 30, MAIN, 102, "read", 2, 7},
        {30, 40, MAIN, 102, "write", 2, 7},
    };
    struct timeline t = read_steps(steps, 5, false, "# events: 5, lost: 12\n");

    (void)state;
    char *seen = boxes_text(&t);
    assert_string_equal(seen, "thread 1 serves B 5-10\nthread 2 awaits A 20-30\n"
                              "thread 2 serves A 30-40\n");
    assert_int_equal(t.lost, 12);
    assert_true(t.whole);
    free(seen);
    timeline_free(&t);
}

static void a_trace_without_its_last_line_is_not_whole(void **state)
{
    static const struct step steps[] = {{0, 10, MAIN, MAIN, "accept", 0, 4}};
    struct timeline t = read_steps(steps, 1, false, "# another remark\n");

    (void)state;
    assert_false(t.whole);
    assert_int_equal(t.box_count, 1);
    timeline_free(&t);
}

static void a_trace_without_events_has_no_boxes(void **state)
{
    struct timeline t = read_steps(NULL, 0, false, all_is_there);

    (void)state;
    assert_int_equal(t.box_count, 0);
    assert_true(t.whole);
    timeline_free(&t);
}

// ---- Two clocks --------------------------------------------------------------------------------

static void the_servers_times_become_the_clients(void **state)
{
    static const struct step steps[] = {
        {0, 1010, MAIN, MAIN, "accept", 0, 4},
        {1010, 1042, MAIN, MAIN, "read", 0, OF_A},
        {1042, 1060.5, MAIN, MAIN, "write", 0, 68},
    };
    struct timeline t = read_steps(steps, 3, true,
                                   "# origin_ns: 7000000000000\n# events: 3, lost: 0\n");

    (void)state;
    assert_true(timeline_align(&t, 7000000000000 + 1000000)); // a millisecond after the trace began
    char *seen = boxes_text(&t);
    assert_string_equal(seen, "main accepts A 10\nmain awaits A 10-42\nmain serves A 42-60.5\n");
    free(seen);
    timeline_free(&t);
    t = read_steps(steps, 3, true, all_is_there);
    assert_false(timeline_align(&t, 7000000000000)); // it does not say when it began
    timeline_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_serves_one_client_sleeps_in_its_read),
        cmocka_unit_test(clients_that_overlap_have_a_row_each),
        cmocka_unit_test(threads_are_told_from_processes),
        cmocka_unit_test(a_loop_serves_one_after_the_other_and_awaits_nobody),
        cmocka_unit_test(a_write_that_is_done_later_belongs_to_no_service),
        cmocka_unit_test(several_loops_are_numbered),
        cmocka_unit_test(a_watchers_worker_is_not_there_for_its_last_client),
        cmocka_unit_test(who_was_there_has_a_row_even_without_a_client),
        cmocka_unit_test(a_killed_child_leaves_what_it_has_done),
        cmocka_unit_test(clients_are_told_by_the_lengths_of_their_messages),
        cmocka_unit_test(what_was_lost_is_counted_and_the_rest_is_drawn),
        cmocka_unit_test(a_trace_without_its_last_line_is_not_whole),
        cmocka_unit_test(a_trace_without_events_has_no_boxes),
        cmocka_unit_test(the_servers_times_become_the_clients),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}

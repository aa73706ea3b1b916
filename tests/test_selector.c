// test_selector.c: what a selector reports, and when interest changes. Each test runs for select,
// poll and epoll.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "auto/selector.h"
#include "server/conn.h"
#include "tests/each_selector.h"

// ---- Who is ready ---------------------------------------------------------------------------

static void a_descriptor_is_ready_when_bytes_have_come(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    expect_nobody(by);
    send_byte(ends[1]);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void a_pipe_is_as_good_as_a_socket(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    watch(by, ends[0], WANT_READ);
    expect_nobody(by);
    send_byte(ends[1]);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    watch(by, ends[1], WANT_WRITE);
    expect_only(by, ends[1]);
    by->unwatch(ends[1]);
    close_pair(ends);
}

static void it_stays_ready_until_the_bytes_are_taken(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    send_byte(ends[1]);
    send_byte(ends[1]);
    expect_only(by, ends[0]);
    expect_only(by, ends[0]);
    take_byte(ends[0]);
    expect_only(by, ends[0]);
    take_byte(ends[0]);
    expect_nobody(by);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void it_is_ready_for_writing_while_there_is_room(void **state)
{
    static char bytes[65536];
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_WRITE);
    expect_only(by, ends[0]);
    while (write(ends[0], bytes, sizeof bytes) > 0)
        ;
    assert_int_equal(errno, EAGAIN);
    expect_nobody(by);
    while (read(ends[1], bytes, sizeof bytes) > 0)
        ;
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void one_that_is_ready_for_both_is_reported_once(void **state)
{
    const struct selector *by = *state;
    int ends[2], others[2];

    make_pair(ends);
    make_pair(others);
    watch(by, ends[0], WANT_READ | WANT_WRITE);
    watch(by, others[0], WANT_READ);
    send_byte(ends[1]);
    expect_only(by, ends[0]);
    send_byte(others[1]); // behind it in every list
    assert_int_equal(by->wait(ready, 0), 2);
    assert_int_equal(ready[0] + ready[1], ends[0] + others[0]);
    by->unwatch(ends[0]);
    by->unwatch(others[0]);
    close_pair(ends);
    close_pair(others);
}

static void one_that_hung_up_is_ready_for_reading(void **state)
{
    const struct selector *by = *state;
    int ends[2], pipes[2];

    make_pair(ends);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    watch(by, ends[0], WANT_READ);
    watch(by, pipes[0], WANT_READ);
    expect_nobody(by);
    close(ends[1]);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    close(pipes[1]);
    expect_only(by, pipes[0]);
    by->unwatch(pipes[0]);
    close(ends[0]);
    close(pipes[0]);
}

// ---- Interest ---------------------------------------------------------------------------------

static void one_no_longer_watched_is_not_reported(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    send_byte(ends[1]);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    expect_nobody(by);
    watch(by, ends[0], WANT_READ);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void interest_can_change_to_writing_to_nothing_and_back(void **state)
{
    const struct selector *by = *state;
    int ends[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    expect_nobody(by);
    by->rewatch(ends[0], WANT_WRITE);
    expect_only(by, ends[0]);
    send_byte(ends[1]);
    by->rewatch(ends[0], 0);
    expect_nobody(by);
    by->rewatch(ends[0], WANT_READ);
    expect_only(by, ends[0]);
    by->unwatch(ends[0]);
    close_pair(ends);
}

static void a_number_taken_again_is_a_new_descriptor(void **state)
{
    const struct selector *by = *state;
    int ends[2], again[2];

    make_pair(ends);
    watch(by, ends[0], WANT_READ);
    send_byte(ends[1]);
    by->unwatch(ends[0]);
    close_pair(ends);
    make_pair(again);
    assert_int_equal(again[0], ends[0]);
    watch(by, again[0], WANT_READ);
    expect_nobody(by);
    send_byte(again[1]);
    expect_only(by, again[0]);
    by->unwatch(again[0]);
    close_pair(again);
}

// The first, the last and one in the middle of the list leave; each of the others is still there,
// and alone.
static void those_who_leave_do_not_disturb_the_others(void **state)
{
    enum { PAIRS = 7 };
    const struct selector *by = *state;
    int ends[PAIRS][2];

    for (int i = 0; i < PAIRS; i++) {
        make_pair(ends[i]);
        watch(by, ends[i][0], WANT_READ);
    }
    for (int i = 0; i < PAIRS; i += 3) {
        by->unwatch(ends[i][0]);
        send_byte(ends[i][1]);
    }
    expect_nobody(by);
    for (int i = 0; i < PAIRS; i++) {
        if (i % 3 == 0)
            continue;
        send_byte(ends[i][1]);
        expect_only(by, ends[i][0]);
        take_byte(ends[i][0]);
        by->unwatch(ends[i][0]);
    }
    expect_nobody(by);
    for (int i = 0; i < PAIRS; i++)
        close_pair(ends[i]);
}

// More than one epoll_wait reports: each has its turn, though nobody's bytes are taken.
static void of_many_all_who_are_ready_are_reported_and_nobody_else(void **state)
{
    enum { PAIRS = 300, WAITS = 10 };
    static int ends[PAIRS][2];
    static bool is_ready[ROOM], seen[ROOM];
    const struct selector *by = *state;

    memset(is_ready, 0, sizeof is_ready);
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < PAIRS; i++) {
        make_pair(ends[i]);
        assert_true(ends[i][0] < ROOM);
        watch(by, ends[i][0], WANT_READ);
        if (i % 3 > 0)
            continue;
        send_byte(ends[i][1]);
        is_ready[ends[i][0]] = true;
    }
    for (int i = 0; i < WAITS; i++) {
        bool now[ROOM] = {false};
        int n = by->wait(ready, 0);
        assert_in_range(n, 1, PAIRS / 3);
        for (int k = 0; k < n; k++) {
            assert_false(now[ready[k]]);
            now[ready[k]] = seen[ready[k]] = true;
        }
    }
    assert_memory_equal(seen, is_ready, sizeof seen);
    for (int i = 0; i < PAIRS; i++) {
        by->unwatch(ends[i][0]);
        close_pair(ends[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH(a_descriptor_is_ready_when_bytes_have_come),
        FOR_EACH(a_pipe_is_as_good_as_a_socket),
        FOR_EACH(it_stays_ready_until_the_bytes_are_taken),
        FOR_EACH(it_is_ready_for_writing_while_there_is_room),
        FOR_EACH(one_that_is_ready_for_both_is_reported_once),
        FOR_EACH(one_that_hung_up_is_ready_for_reading),
        FOR_EACH(one_no_longer_watched_is_not_reported),
        FOR_EACH(interest_can_change_to_writing_to_nothing_and_back),
        FOR_EACH(a_number_taken_again_is_a_new_descriptor),
        FOR_EACH(those_who_leave_do_not_disturb_the_others),
        FOR_EACH(of_many_all_who_are_ready_are_reported_and_nobody_else),
    };

    return cmocka_run_group_tests(tests, map_counters, NULL);
}

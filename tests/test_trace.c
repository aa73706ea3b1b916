// test_trace.c: every event stands in the trace or is counted as lost, whoever recorded it and
// however it died.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "server/trace_ring.h"
#include "tests/trace_call.h"

// ---- What an event says --------------------------------------------------------------------

static void nothing_is_recorded_without_a_file(void **state)
{
    (void)state;
    trace_open(NULL);
    trace_begin();
    assert_false(trace_on);
    trace(TRACE_read, 7, 1);
    trace_awake();
    assert_true(trace_finish("test"));
}

static void nothing_is_recorded_before_it_begins(void **state)
{
    (void)state;
    open_trace("");
    trace(TRACE_read, 7, 1);
    trace_begin();
    assert_true(finish_trace()->count == 0);
    assert_true(trace_read_back.lost == 0);
}

static void an_event_stands_with_all_that_was_said_of_it(void **state)
{
    static const char *const names[] = {"accept",   "create", "wait", "read",
                                        "protocol", "write",  "close"};
    (void)state;
    begin_trace("");
    server_set_ordinal(7, 41);
    trace(TRACE_accept, 7, 1);
    trace(TRACE_create, -1, 4194303);
    trace(TRACE_wait, -1, 3);
    errno = EAGAIN;
    trace_result(TRACE_read, 7, -1);
    trace(TRACE_protocol, 7, 65540);
    trace_result(TRACE_write, 7, 65540);
    server_set_ordinal(7, 42); // the number is another client's by now
    trace_of(TRACE_close, 41, 7, 0);
    const struct traced *t = finish_trace();

    assert_int_equal(t->count, 7);
    assert_true(t->lost == 0);
    for (size_t i = 0; i < 7; i++) {
        const struct traced_event *e = &t->event[i];
        bool of_a_client = i != 1 && i != 2;
        assert_string_equal(e->name, names[i]);
        assert_int_equal(e->process, getpid());
        assert_int_equal(e->thread, gettid());
        assert_true(e->client == (of_a_client ? 41 : -1));
        assert_true(e->fd == (of_a_client ? 7 : -1));
        if (i > 0)
            assert_true(e->begun_ns == t->event[i - 1].over_ns);
    }
    assert_true(t->event[0].n == 1);
    assert_true(t->event[1].n == 4194303);
    assert_true(t->event[2].n == 3);
    assert_true(t->event[3].n == -EAGAIN);
    assert_true(t->event[4].n == 65540 && t->event[5].n == 65540);
}

static void times_count_from_the_origin_by_the_monotonic_clock(void **state)
{
    int64_t time[6];

    (void)state;
    time[0] = clock_now();
    begin_trace("");
    time[1] = clock_now();
    trace(TRACE_wait, -1, 0);
    time[2] = clock_now();
    trace_awake(); // what was before is no part of the next event
    time[3] = clock_now();
    trace(TRACE_wait, -1, 0);
    time[4] = clock_now();
    const struct traced *t = finish_trace();

    assert_true(time[0] <= t->origin_ns && t->origin_ns <= time[1]);
    assert_true(t->origin_ns + t->event[0].begun_ns <= time[1]);
    assert_true(time[1] <= t->origin_ns + t->event[0].over_ns);
    assert_true(t->origin_ns + t->event[0].over_ns <= time[2]);
    assert_true(time[2] <= t->origin_ns + t->event[1].begun_ns);
    assert_true(t->origin_ns + t->event[1].begun_ns <= time[3]);
    assert_true(t->origin_ns + t->event[1].over_ns <= time[4]);
}

static void the_number_of_a_client_is_its_last_32_bits(void **state)
{
    (void)state;
    begin_trace("");
    trace_of(TRACE_close, UINT64_C(0x100000005), 9, 0);
    trace_of(TRACE_close, UINT32_MAX, 9, 0);
    const struct traced *t = finish_trace();
    assert_true(t->event[0].client == 5);
    assert_true(t->event[1].client == UINT32_MAX);
}

static void recording_leaves_errno_alone(void **state)
{
    (void)state;
    begin_trace("");
    for (int i = 0; i < 3 * CHUNK_EVENTS; i++) {
        errno = EXDEV;
        trace(TRACE_wait, -1, 0);
        trace_awake();
        assert_int_equal(errno, EXDEV);
    }
    finish_trace();
}

// ---- Threads and processes -----------------------------------------------------------------

enum { WORKERS = 20, EACH = 10 * CHUNK_EVENTS + 7 };

static void *record_in_a_thread(void *fd)
{
    trace_awake();
    record_reads((int)(intptr_t)fd, EACH);
    return fd;
}

static void threads_events_stand_after_their_end(void **state)
{
    pthread_t threads[WORKERS];

    (void)state;
    begin_trace("");
    for (int i = 0; i < WORKERS; i++) {
        server_set_ordinal(100 + i, (uint64_t)i);
        assert_int_equal(
            pthread_create(&threads[i], NULL, record_in_a_thread, (void *)(intptr_t)(100 + i)), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    const struct traced *t = finish_trace();
    assert_int_equal(t->count, WORKERS * EACH);
    assert_true(t->lost == 0);
    for (int i = 0; i < WORKERS; i++)
        assert_reads(t, i, 0, EACH);
}

static void processes_events_stand_after_their_end(void **state)
{
    pid_t children[WORKERS];

    (void)state;
    begin_trace("");
    record_reads(50, 5); // in a ring that the children inherit, and must not touch
    for (int i = 0; i < WORKERS; i++) {
        server_set_ordinal(100 + i, 1000 + (uint64_t)i);
        children[i] = fork();
        if (children[i] == 0) {
            trace_child();
            record_reads(100 + i, EACH);
            _exit(0);
        }
        assert_true(children[i] > 0);
    }
    for (int i = 0; i < WORKERS; i++)
        waitpid(children[i], NULL, 0);
    record_reads(50, 5);
    const struct traced *t = finish_trace();
    assert_int_equal(t->count, 10 + WORKERS * EACH);
    for (int i = 0; i < WORKERS; i++) {
        assert_reads(t, 1000 + i, 0, EACH);
        const struct traced_event *e = &t->event[traced_find(t, 0, "read", 1000 + i, 0)];
        assert_int_equal(e->process, children[i]);
        assert_int_equal(e->thread, children[i]);
    }
    assert_int_equal(t->event[0].process, getpid());
    assert_int_equal(t->event[t->count - 1].process, getpid());
}

// Wherever it is hit: all that it has recorded stands, in order, and nothing that is half an event.
static void a_killed_childs_events_stand(void **state)
{
    enum { ROUNDS = 40 };

    (void)state;
    begin_trace("");
    for (int i = 0; i < ROUNDS; i++) {
        int begun[2];
        char byte;
        server_set_ordinal(60, (uint64_t)i);
        assert_int_equal(pipe(begun), 0);
        pid_t child = fork();
        if (child == 0) {
            trace_child();
            record_reads(60, i);
            (void)!write(begun[1], "x", 1);
            for (int n = i; n < CHUNK_EVENTS * 500; n++)
                trace(TRACE_read, 60, n);
            for (;;)
                pause();
        }
        assert_true(child > 0);
        assert_int_equal(read(begun[0], &byte, 1), 1);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(begun[0]);
        close(begun[1]);
    }
    const struct traced *t = finish_trace();
    assert_true(t->lost == 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_true(reads_of(t, i) >= (size_t)i);
        assert_reads(t, i, 0, reads_of(t, i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_recorded_without_a_file),
        cmocka_unit_test(nothing_is_recorded_before_it_begins),
        cmocka_unit_test(an_event_stands_with_all_that_was_said_of_it),
        cmocka_unit_test(times_count_from_the_origin_by_the_monotonic_clock),
        cmocka_unit_test(the_number_of_a_client_is_its_last_32_bits),
        cmocka_unit_test(recording_leaves_errno_alone),
        cmocka_unit_test(threads_events_stand_after_their_end),
        cmocka_unit_test(processes_events_stand_after_their_end),
        cmocka_unit_test(a_killed_childs_events_stand),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, forget_trace);
}

// test_trace_full.c: more events than there is room for, and a file or a sort that there is none
// for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "server/trace_ring.h"
#include "tests/trace_call.h"

// ---- More than there is room for -----------------------------------------------------------

enum { ROOM = RING_CHUNKS * CHUNK_EVENTS, MORE = 1000 };

static void a_full_ring_keeps_the_newest_and_counts_the_others(void **state)
{
    (void)state;
    begin_trace("");
    server_set_ordinal(70, 1);
    record_reads(70, ROOM + MORE);
    const struct traced *t = finish_trace();
    assert_true(t->count + t->lost == ROOM + MORE);
    assert_true(t->count > ROOM - CHUNK_EVENTS && t->count <= ROOM);
    assert_reads(t, 1, (int64_t)(ROOM + MORE - t->count), t->count);
}

static void long_rings_leave_room_for_newcomers(void **state)
{
    enum { RINGS = (CHUNKS - CHUNKS_FOR_NEWCOMERS) / RING_CHUNKS, LATE = 100 };

    (void)state;
    begin_trace("");
    server_set_ordinal(70, 1);
    server_set_ordinal(71, 2);
    for (int i = 0; i < RINGS; i++) {
        trace_child(); // as good as another worker
        record_reads(70, ROOM);
    }
    trace_child();
    record_reads(71, LATE);
    const struct traced *t = finish_trace();
    assert_int_equal(reads_of(t, 1), RINGS * ROOM);
    // Who came last has a chunk of its own, and no more: its last events stand.
    size_t young = reads_of(t, 2);
    assert_true(young > 0 && young <= CHUNK_EVENTS);
    assert_reads(t, 2, (int64_t)(LATE - young), young);
    assert_true(young + t->lost == LATE);
}

static void a_ring_that_goes_round_many_times_loses_no_count(void **state)
{
    enum { ALONE = 1000 };

    (void)state;
    begin_trace("");
    server_set_ordinal(70, 1);
    server_set_ordinal(71, 2);
    server_set_ordinal(72, 3);
    for (int i = 0; i < CHUNKS - 1; i++) { // as many workers with one event each
        trace_child();
        record_reads(70, 1);
    }
    trace_child(); // the last one that gets a chunk
    record_reads(71, ALONE);
    trace_child(); // and one that gets none
    record_reads(72, 5);
    const struct traced *t = finish_trace();
    assert_int_equal(reads_of(t, 1), CHUNKS - 1);
    size_t kept = reads_of(t, 2);
    assert_true(kept > 0 && kept <= CHUNK_EVENTS);
    assert_reads(t, 2, (int64_t)(ALONE - kept), kept);
    assert_int_equal(reads_of(t, 3), 0);
    assert_true(t->lost == ALONE - kept + 5);
}

// Wherever it is hit, and it goes round all the time: what stands is what it has recorded last, in
// order, and nothing that is half one event and half another.
static void a_worker_that_is_killed_in_a_full_ring_leaves_whole_events(void **state)
{
    enum { ROUNDS = 50, ENDLESS = 1 << 30 };

    (void)state;
    begin_trace("");
    server_set_ordinal(70, UINT32_MAX);
    for (int i = 0; i < CHUNKS - CHUNKS_FOR_NEWCOMERS; i++) { // nobody's ring can grow any more
        trace_child();
        record_reads(70, 1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        int begun[2];
        char byte;
        server_set_ordinal(71, (uint64_t)i);
        assert_int_equal(pipe(begun), 0);
        pid_t child = fork();
        if (child == 0) {
            trace_child();
            record_reads(71, 2 * CHUNK_EVENTS);
            (void)!write(begun[1], "x", 1);
            for (int n = 2 * CHUNK_EVENTS; n < ENDLESS; n++)
                trace(TRACE_read, 71, n);
            _exit(0);
        }
        assert_true(child > 0);
        assert_int_equal(read(begun[0], &byte, 1), 1);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(begun[0]);
        close(begun[1]);
    }
    const struct traced *t = finish_trace();
    for (int i = 0; i < ROUNDS; i++) {
        size_t kept = reads_of(t, i), first = traced_find(t, 0, "read", i, 0);
        assert_true(kept <= CHUNK_EVENTS);
        if (kept > 0)
            assert_reads(t, i, t->event[first].n, kept);
    }
    assert_true(t->lost >= (size_t)ROUNDS * CHUNK_EVENTS);
}

// ---- What can't be written -----------------------------------------------------------------

static void a_full_disk_is_told(void **state)
{
    static const int counts[] = {1, 10000}; // less and more than a buffer of stdio's

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        trace_open("/dev/full");
        trace_begin();
        record_reads(70, counts[i]);
        errno = 0;
        assert_false(trace_finish("test"));
        assert_int_equal(errno, ENOSPC);
    }
}

static void a_file_beyond_its_limit_is_told(void **state)
{
    struct rlimit small = {.rlim_cur = 4096, .rlim_max = 4096};
    int status;

    (void)state;
    begin_trace("");
    record_reads(70, 1000);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_FSIZE, &small);
        _exit(!trace_finish("test") && errno == EFBIG ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(trace_finish("test")); // ours has no limit
    close(trace_file);
}

static void a_want_of_memory_is_told(void **state)
{
    struct rlimit none = {.rlim_cur = 1, .rlim_max = 1};
    const char *instrumented = getenv("INSTRUMENTED");
    int status;

    (void)state;
    if (instrumented != NULL && *instrumented != '\0')
        skip(); // a sanitizer does not outlive it
    begin_trace("");
    record_reads(70, 1000 * CHUNK_EVENTS);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_AS, &none);
        _exit(!trace_finish("test") && errno == ENOMEM ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(finish_trace()->count == 1000 * CHUNK_EVENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        // First: later there is memory that was freed, and need not be asked for.
        cmocka_unit_test(a_want_of_memory_is_told),
        cmocka_unit_test(a_full_ring_keeps_the_newest_and_counts_the_others),
        cmocka_unit_test(long_rings_leave_room_for_newcomers),
        cmocka_unit_test(a_ring_that_goes_round_many_times_loses_no_count),
        cmocka_unit_test(a_worker_that_is_killed_in_a_full_ring_leaves_whole_events),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(a_file_beyond_its_limit_is_told),
    };
    return cmocka_run_group_tests_name("trace_full", tests, NULL, forget_trace);
}

// test_trace_json.c: a trace in Chrome's format holds what the table does, and nothing that its
// viewers stumble over.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <pthread.h>
#include <sys/wait.h>

#include "server/trace_ring.h"
#include "tests/trace_call.h"

// Ends a trace; the whole object.
static json_t *finish_json(void)
{
    char *text = finish_text();
    json_error_t error;
    json_t *trace = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    if (trace == NULL)
        fail_msg("line %d: %s", error.line, error.text);
    free(trace_read_back.event);
    const char *wrong = traced_read_json(&trace_read_back, text);
    if (wrong != NULL)
        fail_msg("%s", wrong);
    free(text);
    return trace;
}

static void an_empty_trace_is_an_object_all_the_same(void **state)
{
    (void)state;
    begin_trace(".json");
    json_t *trace = finish_json();
    const json_t *other = json_object_get(trace, "otherData");
    assert_int_equal(trace_read_back.count, 0);
    assert_string_equal(json_string_value(json_object_get(other, "model")), "test");
    assert_int_equal(json_integer_value(json_object_get(other, "events")), 0);
    assert_int_equal(json_integer_value(json_object_get(other, "lost")), 0);
    json_decref(trace);
}

static void events_are_complete_ones_with_their_client(void **state)
{
    (void)state;
    begin_trace(".json");
    server_set_ordinal(9, 4294967295);
    trace(TRACE_accept, 9, 1);
    trace(TRACE_wait, -1, -4);
    trace(TRACE_write, 9, 65540);
    json_decref(finish_json());
    const struct traced_event *e = trace_read_back.event;
    assert_int_equal(trace_read_back.count, 3);
    assert_string_equal(e[0].name, "accept");
    assert_string_equal(e[1].name, "wait");
    assert_string_equal(e[2].name, "write");
    assert_true(e[0].client == 4294967295 && e[0].fd == 9 && e[0].n == 1);
    assert_true(e[1].client == -1 && e[1].fd == -1 && e[1].n == -4);
    assert_true(e[2].client == 4294967295 && e[2].fd == 9 && e[2].n == 65540);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(e[i].process, getpid());
        assert_int_equal(e[i].thread, gettid());
    }
}

// How many elements name this thread so.
static unsigned names(const json_t *trace, const char *what, long process, long thread,
                      const char *name)
{
    json_t *element, *all = json_object_get(trace, "traceEvents");
    unsigned count = 0;
    size_t i;

    json_array_foreach(all, i, element)
    {
        if (strcmp(json_string_value(json_object_get(element, "ph")), "M") != 0)
            continue;
        const json_t *args = json_object_get(element, "args");
        count += strcmp(json_string_value(json_object_get(element, "name")), what) == 0 &&
                 json_integer_value(json_object_get(element, "pid")) == process &&
                 json_integer_value(json_object_get(element, "tid")) == thread &&
                 strcmp(json_string_value(json_object_get(args, "name")), name) == 0;
    }
    return count;
}

static void *record_some(void *tid)
{
    *(long *)tid = gettid();
    record_reads(70, 3 * CHUNK_EVENTS);
    return tid;
}

static void processes_and_threads_have_names(void **state)
{
    pthread_t other;
    long thread = 0;

    (void)state;
    begin_trace(".json");
    record_reads(70, 3 * CHUNK_EVENTS);
    assert_int_equal(pthread_create(&other, NULL, record_some, &thread), 0);
    pthread_join(other, NULL);
    pid_t child = fork();
    if (child == 0) {
        trace_child();
        record_reads(70, 1);
        _exit(0);
    }
    assert_true(child > 0);
    waitpid(child, NULL, 0);
    json_t *trace = finish_json();
    long self = getpid();
    assert_int_equal(names(trace, "process_name", self, self, "test"), 1);
    assert_int_equal(names(trace, "thread_name", self, self, "main"), 1);
    assert_int_equal(names(trace, "process_name", self, thread, "test"), 1);
    assert_int_equal(names(trace, "thread_name", self, thread, "thread"), 1);
    assert_int_equal(names(trace, "process_name", child, child, "test, child"), 1);
    assert_int_equal(names(trace, "thread_name", child, child, "main"), 1);
    json_decref(trace);
}

// Perfetto makes nanoseconds of a number in microseconds by (int64_t)(number * 1000.0): of 1.001,
// 1000. Two events of a thread that then overlap it would show wrongly.
static void events_do_not_overlap_for_a_viewer_that_cuts_fractions_off(void **state)
{
    enum { EVENTS = 50000 };
    int64_t over = 0;
    json_t *element;
    size_t i, odd = 0;

    (void)state;
    begin_trace(".json");
    record_reads(70, EVENTS);
    json_t *trace = finish_json();
    json_array_foreach(json_object_get(trace, "traceEvents"), i, element)
    {
        if (strcmp(json_string_value(json_object_get(element, "ph")), "X") != 0)
            continue;
        double ts = json_real_value(json_object_get(element, "ts"));
        double dur = json_real_value(json_object_get(element, "dur"));
        int64_t begun = (int64_t)(ts * 1000.0);
        odd += (double)begun != ts * 1000.0;
        assert_true(begun >= over);
        over = begun + (int64_t)(dur * 1000.0);
    }
    assert_int_equal(trace_read_back.count, EVENTS);
    assert_true(odd > 0); // else this test has seen nothing
    json_decref(trace);
}

static void what_is_lost_is_said(void **state)
{
    enum { ALONE = 1000 };

    (void)state;
    begin_trace(".json");
    for (int i = 0; i < CHUNKS; i++) {
        trace_child();
        record_reads(70, i == CHUNKS - 1 ? ALONE : 1);
    }
    json_decref(finish_json());
    assert_true(trace_read_back.lost > 0);
    assert_true(trace_read_back.count + trace_read_back.lost == CHUNKS - 1 + ALONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_trace_is_an_object_all_the_same),
        cmocka_unit_test(events_are_complete_ones_with_their_client),
        cmocka_unit_test(processes_and_threads_have_names),
        cmocka_unit_test(events_do_not_overlap_for_a_viewer_that_cuts_fractions_off),
        cmocka_unit_test(what_is_lost_is_said),
    };
    return cmocka_run_group_tests_name("trace_json", tests, NULL, forget_trace);
}

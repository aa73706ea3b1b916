// test_loadgen_faults.c: loadgen against servers that do wrong (servers/unruly.c): it must notice,
// say clearly what it was, count it, end in time, and with the right status.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "tests/drive.h"

enum { SECONDS = 30 }; // none of these runs should take more than a few

static struct server unruly(const char *fault, const char *service)
{
    return server_start("%s/unruly --fault %s --service %s", bin(), fault, service);
}

// Loadgen against this fault. The caller frees the run.
static void face(struct run *r, const char *fault, const char *options)
{
    struct server s = unruly(fault, "echo");

    loadgen(r, SECONDS, "%s 127.0.0.1:%u", options, s.port);
    server_stop(&s, SIGKILL);
    if (r->json != NULL)
        expect_sums(r);
}

// The common case: answers were lost or wrong, and it says this word of them.
static void face_and_lose(struct run *r, const char *fault, const char *options, const char *word)
{
    face(r, fault, options);
    expect_status_of(r, 3);
    expect_said(r, word);
    if (count_of(r, "requests.wrong") + count_of(r, "requests.lost") == 0)
        fail_run(r, "expected wrong or lost answers");
}

static void a_server_that_behaves_is_found_right(void **state)
{
    struct run r;

    (void)state;
    face(&r, "none", "--requests 1000 --size 1-4k --connections 5");
    expect_status_of(&r, 0);
    assert_int_equal(count_of(&r, "requests.answered"), 1000);
    assert_int_equal(json_array_size(field(&r, "wrong")), 0);
    run_free(&r);
}

// The run ends long before its time, and it is no success even where no request was under way just
// then.
static void a_server_that_dies_is_the_end_of_the_run(void **state)
{
    static const char *const options[] = {"--connections 5", "--connections 1",
                                          "--connections 5 --rate 1000",
                                          "--connections 5 --threads 2 --require lost<1000"};
    char all[128];
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        snprintf(all, sizeof all, "%s --duration 60s --timeout 1s", options[i]);
        face(&r, "dies-after:500", all);
        expect_status_of(&r, 3);
        expect_said(&r, "gave up");
        expect_said(&r, "the first: "); // how it was noticed: by an end, or by a reset
        // More in the open loop, where one read of the server's may return several requests.
        assert_in_range(count_of(&r, "requests.answered"), 500, 1000);
        assert_true(count_of(&r, "errors.connect") > 0);
        assert_true(json_is_true(field(&r, "gave_up")));
        assert_false(json_is_true(field(&r, "interrupted")));
        if (i == 2)
            expect_said(&r, "due but never sent");
        run_free(&r);
    }
}

static void resets_are_counted_and_do_not_end_the_run(void **state)
{
    struct run r;

    (void)state;
    face_and_lose(&r, "resets:50", "--requests 2000 --connections 10", "reset");
    // A connection that was reset when it was owed nothing loses none.
    assert_in_range(count_of(&r, "errors.reset"), 10, 60);
    assert_true(count_of(&r, "requests.answered") + count_of(&r, "requests.lost") == 2000);
    assert_true(count_of(&r, "connections_made") > 20);
    run_free(&r);
}

static void garbage_is_wrong_from_the_first_answer(void **state)
{
    struct run r;

    (void)state;
    face_and_lose(&r, "garbage", "--requests 1000 --connections 3", "wrong answers: 1,000");
    assert_int_equal(count_of(&r, "requests.wrong"), 1000);
    assert_int_equal(count_of(&r, "latency_ns.response.count"), 0);
    assert_true(json_is_null(field(&r, "latency_ns.response.p50")));
    run_free(&r);
}

static void silence_ends_by_timeout(void **state)
{
    // Those that sit let the kernel shake hands for them, so that their clients know no better.
    static const char *const faults[] = {"silent", "sits", "deaf", "frozen:100"};
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        face_and_lose(&r, faults[i], "--duration 1s --connections 5 --timeout 1s", "timed out");
        assert_in_range(count_of(&r, "errors.timeout"), 5, 10);
        assert_int_equal(count_of(&r, "requests.answered"), i == 3 ? 100 : 0);
        run_free(&r);
        face_and_lose(&r, faults[i], "--duration 1s --connections 5 --timeout 1s --rate 200",
                      "timed out");
        run_free(&r);
    }
}

// Here the request does not even fit into the buffers between the two.
static void a_server_that_does_not_read_ends_by_timeout(void **state)
{
    struct run r;

    (void)state;
    face_and_lose(&r, "deaf", "--duration 1s --connections 2 --timeout 1s --size 16M", "timed out");
    run_free(&r);
}

static void a_full_queue_of_connections_can_not_be_run_against(void **state)
{
    struct run r;

    (void)state;
    face(&r, "sits:2", "--duration 1s --connections 30 --timeout 1s");
    expect_status_of(&r, 1);
    expect_said(&r, "cannot connect to 127.0.0.1:");
    expect_said(&r, "queue is full");
    run_free(&r);
}

// The first wrong byte that is shown.
static int64_t shown(const struct run *r, const char *name)
{
    json_t *first = json_array_get(field(r, "wrong"), 0);

    if (first == NULL)
        fail_run(r, "expected a wrong byte to be shown");
    return json_integer_value(json_object_get(first, name));
}

// One connection, and a fault in its answer 99, counted from 0. The place that is shown must be the
// one that the server tells of, `later` bytes later or a few more, where those bytes happen to be
// alike.
static void expect_place(const char *fault, const char *service, const char *options, int later)
{
    uint64_t request, connection, byte;
    struct server s = unruly(fault, service);
    struct run r;
    char line[256], place[128];

    loadgen(&r, SECONDS, "--service %s --connections 1 --timeout 1s --size 100 %s 127.0.0.1:%u",
            service, options, s.port);
    expect_status_of(&r, 3);
    expect_sums(&r);
    hear_said(&s, line, sizeof line);
    assert_int_equal(sscanf(strchr(line, ' '),
                            " answer %" SCNu64 " of connection %" SCNu64 ", byte %" SCNu64,
                            &request, &connection, &byte),
                     3);
    if (later >= 0) {
        assert_int_equal(shown(&r, "connection"), connection);
        assert_int_equal(shown(&r, "request"), request);
        assert_in_range(shown(&r, "offset"), byte + (uint64_t)later, byte + (uint64_t)later + 8);
    } else { // it is the first one of the next answer
        assert_int_equal(shown(&r, "request"), request + 1);
        assert_int_equal(shown(&r, "offset"), 0);
    }
    snprintf(place, sizeof place, "connection 0, request %" PRId64 ", offset %" PRId64,
             shown(&r, "request"), shown(&r, "offset"));
    expect_said(&r, place);
    run_free(&r);
    server_stop(&s, SIGKILL);
}

static void a_flipped_bit_is_shown_where_it_is(void **state)
{
    struct server s = unruly("flips:300", "echo");
    struct run r;

    (void)state;
    expect_place("flips:100", "echo", "--requests 1000", 0);
    expect_place("flips:100", "frame", "--requests 1000", 0);
    expect_place("flips:100", "frame", "--requests 1000 --rate 2000", 0);
    // And nothing else is wrong.
    loadgen(&r, SECONDS, "--requests 1000 --connections 10 127.0.0.1:%u", s.port);
    expect_status_of(&r, 3);
    assert_int_equal(count_of(&r, "requests.wrong"), 1);
    assert_int_equal(count_of(&r, "requests.answered"), 999);
    assert_int_equal(json_array_size(field(&r, "wrong")), 1);
    assert_int_equal(shown(&r, "got") ^ shown(&r, "expected"), 0x20);
    run_free(&r);
    server_stop(&s, SIGKILL);
}

static void a_lost_byte_is_shown_where_it_is(void **state)
{
    (void)state;
    expect_place("drops-byte:100", "echo", "--requests 1000", 0); // its answer is never whole
    expect_place("drops-byte:100", "frame", "--requests 1000 --rate 1000", 0);
}

static void a_doubled_byte_is_shown_where_it_is(void **state)
{
    (void)state;
    expect_place("doubles-byte:100", "echo", "--requests 1000", 1);
    expect_place("doubles-byte:100", "frame", "--requests 1000", 1);
    expect_place("doubles-byte:100", "frame", "--requests 1000 --rate 1000", 1);
}

static void a_byte_that_nobody_asked_for_is_shown(void **state)
{
    (void)state;
    expect_place("late-byte:100", "echo", "--requests 1000", -1);
    // Here it comes alone, long before anything else that could be wrong.
    expect_place("late-byte:100", "frame", "--requests 200 --rate 200 --arrivals uniform", -1);
}

static void answers_of_another_connection_are_wrong(void **state)
{
    struct run r;

    (void)state;
    face_and_lose(&r, "swaps:100", "--requests 1000 --connections 2", "wrong answers: 2");
    assert_int_equal(count_of(&r, "requests.wrong"), 2);
    assert_int_equal(count_of(&r, "requests.answered"), 998);
    assert_int_equal(json_array_size(field(&r, "wrong")), 2);
    run_free(&r);
}

static void a_server_that_closes_is_connected_to_again(void **state)
{
    struct run r;

    (void)state;
    face(&r, "closes:20", "--requests 1000 --connections 5");
    // What was sent before the end was seen is lost; where nothing was, no answer is missing.
    expect_status_of(&r, count_of(&r, "requests.lost") > 0 ? 3 : 0);
    expect_said(&r, "closed");
    assert_true(count_of(&r, "errors.closed") >= 40);
    assert_true(count_of(&r, "requests.answered") + count_of(&r, "requests.lost") == 1000);
    run_free(&r);
}

static void half_an_answer_is_lost(void **state)
{
    struct run r;

    (void)state;
    face_and_lose(&r, "truncates:100", "--requests 1000 --connections 5", "closed");
    assert_int_equal(count_of(&r, "requests.lost"), 1);
    assert_int_equal(count_of(&r, "requests.answered"), 999);
    run_free(&r);
}

// Two seconds for an answer, but never half a second without a byte of it.
static void slowness_is_no_fault(void **state)
{
    struct run r;

    (void)state;
    face(&r, "slow-drip", "--requests 6 --connections 3 --size 200 --timeout 500ms");
    expect_status_of(&r, 0);
    assert_int_equal(count_of(&r, "requests.answered"), 6);
    assert_true(count_of(&r, "latency_ns.response.min") >= 1900000000);
    run_free(&r);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_behaves_is_found_right),
        TEST(a_server_that_dies_is_the_end_of_the_run),
        TEST(resets_are_counted_and_do_not_end_the_run),
        TEST(garbage_is_wrong_from_the_first_answer),
        TEST(silence_ends_by_timeout),
        TEST(a_server_that_does_not_read_ends_by_timeout),
        TEST(a_full_queue_of_connections_can_not_be_run_against),
        TEST(a_flipped_bit_is_shown_where_it_is),
        TEST(a_lost_byte_is_shown_where_it_is),
        TEST(a_doubled_byte_is_shown_where_it_is),
        TEST(a_byte_that_nobody_asked_for_is_shown),
        TEST(answers_of_another_connection_are_wrong),
        TEST(a_server_that_closes_is_connected_to_again),
        TEST(half_an_answer_is_lost),
        TEST(slowness_is_no_fault),
    };
    return cmocka_run_group_tests_name("loadgen and servers that do wrong", tests, NULL, NULL);
}

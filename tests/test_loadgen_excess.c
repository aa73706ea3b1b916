// test_loadgen_excess.c: loadgen against servers that answer too much or too little, where it would
// be easy to overlook, or to take for the end of the world.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/drive.h"

enum { SECONDS = 60 };

static void face(struct run *r, const char *fault, const char *options)
{
    struct server s = server_start("%s/unruly --fault %s", bin(), fault);

    loadgen(r, SECONDS, "%s 127.0.0.1:%u", options, s.port);
    server_stop(&s, SIGKILL);
    expect_sums(r);
}

// The second copy comes when the connection is about to be closed, or the run to end.
static void an_answer_that_comes_twice_is_noticed(void **state)
{
    // To a server of bytes, an answer is what it reads at once: in the open loop often several.
    static const struct {
        const char *fault, *options;
    } runs[] = {
        {"doubles:100", "--requests 100 --connections 1"},
        {"doubles:50", "--requests 100 --connections 1 --requests-per-connection 1"},
        {"doubles:5", "--requests 100 --connections 4 --requests-per-connection 100 --rate 1000"},
    };
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        face(&r, runs[i].fault, runs[i].options);
        expect_status_of(&r, 3);
        assert_true(count_of(&r, "unasked") + count_of(&r, "requests.wrong") > 0);
        run_free(&r);
    }
}

// It comes while the request is half written: nothing of it can be an answer.
static void a_flood_that_nobody_asked_for_does_not_end_the_counting(void **state)
{
    struct run r;

    (void)state;
    face(&r, "floods:1", "--requests 5 --connections 1 --size 4M");
    expect_status_of(&r, 3);
    assert_true(count_of(&r, "unasked") > 0);
    run_free(&r);
}

// Bytes that are no answer are no sign of life either.
static void a_flood_without_end_is_a_server_that_does_not_answer(void **state)
{
    static const char *const options[] = {
        "--requests 5 --connections 1 --size 4M --timeout 500ms",
        "--rate 100 --requests 20 --connections 1 --size 4M --timeout 500ms",
    };
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        face(&r, "drowns", options[i]);
        expect_status_of(&r, 3);
        assert_true(count_of(&r, "errors.timeout") > 0);
        assert_true(count_of(&r, "unasked") > 0);
        assert_int_equal(count_of(&r, "requests.answered"), 0);
        run_free(&r);
    }
}

// One connection is one server's fault away from having none; the next one finds it well.
static void one_lost_answer_is_not_the_end_of_the_run(void **state)
{
    struct run r;

    (void)state;
    face(&r, "drops-byte:100", "--duration 2s --connections 1 --timeout 300ms");
    expect_status_of(&r, 3);
    assert_true(json_is_false(field(&r, "gave_up")));
    assert_true(count_of(&r, "errors.timeout") == 1);
    assert_true(count_of(&r, "requests.answered") > 100);
    assert_true(json_number_value(field(&r, "duration_s")) == 2);
    run_free(&r);
}

// Ten requests on each of four connections, which are made anew each time: nine pauses at least.
static void a_new_connection_does_not_cut_thinking_short(void **state)
{
    struct run r;

    (void)state;
    face(&r, "none", "--requests 40 --connections 4 --requests-per-connection 1 --think 100ms");
    expect_status_of(&r, 0);
    assert_int_equal(count_of(&r, "requests.answered"), 40);
    assert_true(json_number_value(field(&r, "duration_s")) > 0.89);
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_answer_that_comes_twice_is_noticed, end_all),
        cmocka_unit_test_teardown(a_flood_that_nobody_asked_for_does_not_end_the_counting, end_all),
        cmocka_unit_test_teardown(a_flood_without_end_is_a_server_that_does_not_answer, end_all),
        cmocka_unit_test_teardown(one_lost_answer_is_not_the_end_of_the_run, end_all),
        cmocka_unit_test_teardown(a_new_connection_does_not_cut_thinking_short, end_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// test_serving_faults.c: servers that do not start, do not stop, or die meanwhile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/serve.h"

// ---- What does not start -------------------------------------------------------------------

static void what_does_not_start_says_why(void **state)
{
    const struct {
        const char *command, *why;
    } peers[] = {
        {"/nowhere/peer {port}", "cannot run /nowhere/peer: No such file or directory"},
        {"sh -c 'echo one; echo the reason >&2; exit 3'", "exit status 3: the reason"},
        {"sh -c 'exit 0'", "exit status 0"},
        {"sh -c 'kill -9 $$'", "killed by signal 9 (Killed)"},
        {"sh -c 'echo listening on 192.168.1.1:7; exec sleep 600'",
         "it listens on 192.168.1.1: 127.0.0.1 is asked for"},
        {"sh -c 'truncate -s 64M /proc/self/fd/1; echo more; exec sleep 600'",
         "killed by signal 25 (File size limit exceeded): it has filled its log, 64 MiB"},
        {"a | b", "one of | & ; < > ( ) { } or a new line stands outside quotes; sh -c '...' runs "
                  "what needs "
                  "a shell: a | b --port 0 --service echo"},
        {"a '", "a quote or a bracket is left open: a ' --port 0 --service echo"},
    };
    struct model m = ours("epoll");
    char expected[320];

    (void)state;
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        struct model peer = foreign(peers[i].command);
        snprintf(expected, sizeof expected, "did not start: %s", peers[i].why);
        expect_refusal(&peer, "", "", expected);
    }
    forget("peer.log"); // it tells more than its last line
    expect_refusal(&m, "--no-such-option", "",
                   "did not start: exit status 64: epoll: unrecognized option '--no-such-option'");
    snprintf(expected, sizeof expected,
             "did not start: cannot pin %s: 'none' are no cores that we may use", program);
    expect_refusal(&m, "", "none", expected);
    forget("epoll.log");
    assert_int_equal(files_in_folder(), 0);
}

// Sysexits' EX_UNAVAILABLE: neither the server nor its command line is at fault.
static void what_cannot_run_here_is_told_from_what_does_not_start(void **state)
{
    const struct {
        const char *command, *why;
    } peers[] = {
        {"sh -c 'echo peer: io_uring is forbidden >&2; exit 69'",
         "cannot run here: io_uring is forbidden"},
        {"sh -c 'echo no such kernel; exit 69'", "cannot run here: no such kernel"},
        {"sh -c 'exit 69'", "cannot run here: it does not say why"},
    };
    char why[256];
    struct serving s;

    (void)state;
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        struct model m = foreign(peers[i].command);
        assert_false(serving_start(&s, &m, "echo", "", "", run_folder, -1, why));
        assert_string_equal(why, peers[i].why);
        assert_true(s.unavailable);
        assert_int_equal(files_in_folder(), 0); // it has done nothing that its log should tell
    }
    struct model m = foreign("sh -c 'exit 70'");
    assert_false(serving_start(&s, &m, "echo", "", "", run_folder, -1, why));
    assert_false(s.unavailable);
    forget("peer.log");
}

static void a_port_that_is_taken_is_named(void **state)
{
    struct model m = ours("fork");
    struct serving s;
    struct ended e;
    char options[64], expected[256];

    (void)state;
    start_serving(&s, &m, "");
    m = ours("epoll");
    snprintf(options, sizeof options, "--port %s", strchr(s.target, ':') + 1);
    snprintf(expected, sizeof expected,
             "did not start: exit status 1: epoll: cannot listen on %s: Address already in use",
             s.target);
    expect_refusal(&m, options, "", expected);
    expect_end(&s, &e, true, "");
    forget("epoll.log");
}

static void a_folder_that_can_not_be_written_is_named(void **state)
{
    struct model m = ours("epoll");
    struct serving s;
    char why[256];

    (void)state;
    assert_false(serving_start(&s, &m, "echo", "", "", "/nowhere", -1, why));
    assert_string_equal(why, "did not start: cannot write /nowhere/epoll.log: "
                             "No such file or directory");
}

static void what_never_listens_is_given_up(void **state)
{
    struct model m = foreign("sh -c 'echo still busy; sleep 600 & wait'");

    (void)state;
    expect_refusal(&m, "", "",
                   "did not start: it has not said \"listening on HOST:PORT\" after 10 s: "
                   "still busy");
    forget("peer.log");
}

// ---- What does not end well ----------------------------------------------------------------

static void await_death(const struct serving *s)
{
    double until = now() + patient(15);

    while (serving_lives(s)) {
        assert_true(now() < until);
        nap(0.002);
    }
}

static void a_server_that_was_killed_is_told_from_one_that_ended(void **state)
{
    struct model m = ours("epoll");
    struct serving s;
    struct ended e;

    (void)state;
    start_serving(&s, &m, "");
    kill(s.pid, SIGKILL);
    await_death(&s);
    expect_end(&s, &e, false, "was killed by signal 9 (Killed)");
    assert_true(e.counted.accepted == 0);

    start_serving(&s, &m, "");
    kill(s.pid, SIGTERM); // by somebody else
    await_death(&s);
    expect_end(&s, &e, false, "ended by itself with exit status 0");
    forget("epoll.log");
}

static void the_last_words_of_a_server_are_kept(void **state)
{
    struct model m = foreign("sh -c 'echo before; echo listening on 127.0.0.1:1; "
                             "trap \"echo oh dear; exit 3\" TERM; while :; do sleep 0.01; done'");
    struct serving s;
    struct ended e;

    (void)state;
    start_serving(&s, &m, "");
    assert_string_equal(s.target, "127.0.0.1:1");
    expect_end(&s, &e, false, "ended with exit status 3: oh dear");
    forget("peer.log");
}

static void a_server_that_ignores_the_signal_is_killed(void **state)
{
    struct model m = foreign("sh -c 'trap \"\" TERM; echo listening on 127.0.0.1:1; "
                             "sleep 600 & sleep 600 & wait'");
    struct serving s;
    struct ended e;

    (void)state;
    start_serving(&s, &m, "");
    expect_end(&s, &e, false, "did not end within 5 s of SIGTERM");
    forget("peer.log");
}

static void no_child_of_a_server_is_left(void **state)
{
    struct model m = ours("fork");
    struct serving s;
    struct ended e;
    int clients[5];

    (void)state;
    for (unsigned killed = 0; killed < 2; killed++) {
        start_serving(&s, &m, "");
        for (size_t i = 0; i < 5; i++)
            clients[i] = make_client(s.target);
        if (killed) {
            kill(s.pid, SIGKILL); // its children live on
            await_death(&s);
            assert_int_equal(kill(-s.pid, 0), 0);
        }
        expect_end(&s, &e, !killed, killed ? "was killed by signal 9 (Killed)" : "");
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        for (size_t i = 0; i < 5; i++)
            close(clients[i]);
    }
    forget("fork.log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_start_says_why),
        cmocka_unit_test(what_cannot_run_here_is_told_from_what_does_not_start),
        cmocka_unit_test(a_port_that_is_taken_is_named),
        cmocka_unit_test(a_folder_that_can_not_be_written_is_named),
        cmocka_unit_test(what_never_listens_is_given_up),
        cmocka_unit_test(a_server_that_was_killed_is_told_from_one_that_ended),
        cmocka_unit_test(the_last_words_of_a_server_are_kept),
        cmocka_unit_test(a_server_that_ignores_the_signal_is_killed),
        cmocka_unit_test(no_child_of_a_server_is_left),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

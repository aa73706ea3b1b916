// test_loadgen_ends.c: how a run of loadgen ends when it is not the server that does wrong:
// interrupted, with nobody there, short of what the system has, or below what was required.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/conform/own.h"
#include "tests/drive.h"

enum { SECONDS = 30 };

static struct server epoll_server(void)
{
    return server_start("%s/epoll --port 0 --quiet", bin());
}

static void expect_interrupted(const struct run *r)
{
    expect_status_of(r, 130);
    assert_non_null(r->json);
    assert_true(json_is_true(field(r, "interrupted")));
    expect_sums(r);
    expect_said(r, "interrupted");
}

// Loadgen in the middle of a run with these options gets the signal.
static void interrupt(struct run *r, const char *options, int signal_number)
{
    struct server s = server_start("%s/unruly --tell 1000", bin());
    char line[64];

    loadgen_begin(r, 0, "%s 127.0.0.1:%u", options, s.port);
    hear_said(&s, line, sizeof line);
    assert_string_equal(line, "1000 answers\n");
    kill(r->pid, signal_number);
    loadgen_end(r, SECONDS);
    server_stop(&s, SIGKILL);
}

static void an_interrupted_run_writes_what_it_has(void **state)
{
    static const char *const options[] = {"--duration 100s", "--duration 100s --threads 2",
                                          "--requests 1000000000 --pipeline 4",
                                          "--rate 5000 --duration 100s"};
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        interrupt(&r, options[i], i % 2 == 0 ? SIGINT : SIGTERM);
        expect_interrupted(&r);
        assert_true(count_of(&r, "requests.answered") >= 900);
        assert_int_equal(count_of(&r, "requests.wrong"), 0);
        assert_int_equal(count_of(&r, "requests.lost"), 0);
        run_free(&r);
    }
}

static void an_interrupted_warm_up_has_measured_nothing(void **state)
{
    struct run r;

    (void)state;
    interrupt(&r, "--warmup 100s", SIGINT);
    expect_interrupted(&r);
    assert_int_equal(count_of(&r, "requests.sent"), 0);
    assert_true(count_of(&r, "warmup.answered") >= 900);
    assert_true(json_is_null(field(&r, "latency_ns.response.p50")));
    run_free(&r);
}

static void connecting_can_be_interrupted(void **state)
{
    struct server s = epoll_server();
    struct run r;

    (void)state;
    loadgen_begin(&r, 0, "--ramp 10min --connections 100 127.0.0.1:%u", s.port);
    for (double until = now() + patient(15); sockets_in_state(s.port, TCP_ESTABLISHED) == 0;
         nap(0.002))
        assert_true(now() < until);
    kill(r.pid, SIGINT);
    loadgen_end(&r, SECONDS);
    expect_interrupted(&r);
    assert_int_equal(count_of(&r, "requests.sent"), 0);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// The server has stopped for ever, and a run that ended by itself would wait for it for 100 s.
static void an_interrupt_does_not_wait_for_answers(void **state)
{
    struct server s = server_start("%s/unruly --fault frozen:1000 --tell 999", bin());
    struct run r;
    char line[64];

    (void)state;
    loadgen_begin(&r, 0, "--duration 100s --timeout 100s --drain 100s 127.0.0.1:%u", s.port);
    hear_said(&s, line, sizeof line);
    kill(r.pid, SIGINT);
    loadgen_end(&r, SECONDS);
    expect_interrupted(&r);
    assert_true(count_of(&r, "requests.unfinished") > 0);
    run_free(&r);
    server_stop(&s, SIGKILL);
}

static void nobody_there_is_said_with_advice(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    struct run r;
    // A port of its own, on which nobody listens.
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(bound, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(bound, (struct sockaddr *)&address, &length), 0);
    loadgen(&r, SECONDS, "127.0.0.1:%u", ntohs(address.sin_port));
    expect_status_of(&r, 1);
    expect_said(&r, "Connection refused");
    expect_said(&r, "is the server running");
    assert_null(r.json); // nothing was measured, so nothing is written
    run_free(&r);
    close(bound);
}

static void what_is_required_and_missed_is_status_2(void **state)
{
    struct server s = epoll_server();
    struct run r;

    (void)state;
    loadgen(&r, SECONDS, "--requests 2000 --require p99<1ns --require sent>=1 127.0.0.1:%u",
            s.port);
    expect_status_of(&r, 2);
    expect_said(&r, "p99<1ns: missed");
    assert_null(strstr(r.err, "sent>=1"));
    run_free(&r);
    // One that held would be a guess.
    loadgen(&r, SECONDS, "--requests 100 --require p99.9<10min 127.0.0.1:%u", s.port);
    expect_status_of(&r, 2);
    run_free(&r);
    loadgen(&r, SECONDS,
            "--requests 2000 --require p99<10min --require sent==2000 --require lost==0 "
            "127.0.0.1:%u",
            s.port);
    expect_status_of(&r, 0);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void too_few_descriptors_are_said_with_advice(void **state)
{
    struct server s = epoll_server();
    struct run r;

    (void)state;
    loadgen_begin(&r, 64, "--connections 60 --idle 60 --requests 10 127.0.0.1:%u", s.port);
    loadgen_end(&r, SECONDS);
    expect_status_of(&r, 1);
    expect_said(&r, "ulimit -n");
    expect_said(&r, "the limit is 64");
    run_free(&r);
    // Threads need some, too.
    loadgen_begin(&r, 90, "--connections 30 --threads 30 --requests 10 127.0.0.1:%u", s.port);
    loadgen_end(&r, SECONDS);
    expect_status_of(&r, 1);
    expect_said(&r, "the limit is 90");
    run_free(&r);
    loadgen_begin(&r, 106, "--connections 30 --threads 30 --requests 1000 127.0.0.1:%u", s.port);
    loadgen_end(&r, SECONDS);
    expect_status_of(&r, 0);
    run_free(&r);
    // Just as many as it needs.
    loadgen_begin(&r, 64, "--connections 20 --idle 20 --requests 1000 127.0.0.1:%u", s.port);
    loadgen_end(&r, SECONDS);
    expect_status_of(&r, 0);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

// More connections than one source address has ports for, each of which stays taken for a while
// after.
static void more_connections_than_ports_are_no_trouble(void **state)
{
    struct server s = epoll_server();
    int64_t connections = is_instrumented() ? 4000 : 40000;
    struct run r;

    (void)state;
    loadgen(&r, 120, "--requests %jd --requests-per-connection 1 127.0.0.1:%u",
            (intmax_t)connections, s.port);
    expect_status_of(&r, 0);
    expect_sums(&r);
    assert_int_equal(count_of(&r, "requests.answered"), connections);
    assert_in_range(count_of(&r, "connections_made"), connections, connections + 50);
    assert_int_equal(count_of(&r, "latency_ns.connect.count"), count_of(&r, "connections_made"));
    assert_int_equal(count_of(&r, "errors.connect"), 0);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_interrupted_run_writes_what_it_has),
        TEST(an_interrupted_warm_up_has_measured_nothing),
        TEST(connecting_can_be_interrupted),
        TEST(an_interrupt_does_not_wait_for_answers),
        TEST(nobody_there_is_said_with_advice),
        TEST(what_is_required_and_missed_is_status_2),
        TEST(too_few_descriptors_are_said_with_advice),
        TEST(more_connections_than_ports_are_no_trouble),
    };
    return cmocka_run_group_tests_name("how loadgen ends", tests, NULL, NULL);
}

// test_loadgen_freeze.c: a server that is stopped for a fifth of the run. In an open loop the
// requests that are due meanwhile wait, each for what is left of the stop: as long as the stop is F
// and the run D, a share x of all requests takes longer than F - x D. With 1 s in 5 s, p90 is 0.5 s
// and p99 0.95 s.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/tcp.h>

#include "tests/attempts.h"
#include "tests/conform/own.h"

enum { CONNECTIONS = 50 };
static const double RATE = 20000, DURATION = 5;

static void await_connections(const struct server *s, size_t n)
{
    for (double until = now() + patient(30); sockets_in_state(s->port, TCP_ESTABLISHED) < n;
         nap(0.01))
        assert_true(now() < until);
}

// Stops the server for a second; returns how long it was.
static double freeze_for_a_second(const struct server *s)
{
    int status;

    kill(s->pid, SIGSTOP);
    assert_int_equal(waitpid(s->pid, &status, WUNTRACED), s->pid);
    assert_true(WIFSTOPPED(status));
    double begin = now();
    nap(1);
    double frozen = now() - begin;
    kill(s->pid, SIGCONT);
    return frozen;
}

// Within 5 % of what the stop as it was makes of it.
static bool is_near(const struct run *r, const char *histogram, const char *name, double share,
                    double frozen)
{
    char path[64];

    snprintf(path, sizeof path, "latency_ns.%s.%s", histogram, name);
    double got = (double)count_of(r, path) / 1e9, truth = frozen - share * DURATION;
    print_message(" %s %s %.3f/%.3f", histogram, name, got, truth);
    return got > 0.95 * truth && got < 1.05 * truth;
}

static enum evidence shows_the_freeze(void)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    struct run r;

    loadgen_begin(&r, 0, "--rate %.0f --duration %.0fs --connections %d 127.0.0.1:%u", RATE,
                  DURATION, CONNECTIONS, s.port);
    await_connections(&s, CONNECTIONS);
    nap(1.5); // so that the stop lies within the run
    double frozen = freeze_for_a_second(&s);
    loadgen_end(&r, 60);
    double server_waited = waited_for_a_core(s.pid);
    expect_status_of(&r, 0);
    expect_sums(&r);
    // None is left out for the server's sake.
    assert_int_equal(count_of(&r, "requests.sent"), count_of(&r, "requests.scheduled"));
    assert_int_equal(count_of(&r, "requests.answered"), count_of(&r, "requests.sent"));

    print_message("         stopped for %.3f s; got against truth, s:", frozen);
    bool right = is_near(&r, "response", "p90", 0.1, frozen);
    right = is_near(&r, "response", "p99", 0.01, frozen) && right;
    // Requests are written at their moment even then, so the time from their sending shows it too.
    right = is_near(&r, "service", "p90", 0.1, frozen) && right;
    right = is_near(&r, "service", "p99", 0.01, frozen) && right;
    print_message("\n");
    enum evidence found = weigh(&r, right, DURATION, server_waited, 0.1);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
    return found;
}

static void the_open_loop_shows_a_freeze_as_it_is(void **state)
{
    (void)state;
    if (is_instrumented()) {
        print_message("         not with sanitizers: 20,000 requests/s are too many for them\n");
        skip();
    }
    within_attempts(shows_the_freeze);
}

// ---- Many connections -------------------------------------------------------------------------

static void need_descriptors(rlim_t n)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < n) {
        print_message("         the limit of descriptors is %ju, %ju are needed\n",
                      (uintmax_t)limit.rlim_max, (uintmax_t)n);
        skip();
    }
}

static long resident_peak_kib(pid_t pid)
{
    char name[64], line[256];
    long kib = 0;

    snprintf(name, sizeof name, "/proc/%d/status", pid);
    FILE *file = fopen(name, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        sscanf(line, "VmHWM: %ld kB", &kib);
    if (file != NULL)
        fclose(file);
    return kib;
}

// Runs loadgen with a low soft limit of descriptors, which it must raise. Returns its largest
// resident size.
static long peak_of(struct run *r, const struct server *s, const char *options)
{
    long peak = 0, kib;

    loadgen_begin(r, 0, "%s 127.0.0.1:%u", options, s->port);
    for (double until = now() + patient(120); (r->status = status_of(r->pid)) < 0; nap(0.01)) {
        assert_true(now() < until);
        // The last that is to be had: the first may still be ours, from before the exec.
        if ((kib = resident_peak_kib(r->pid)) > 0)
            peak = kib;
    }
    loadgen_end(r, 1);
    expect_status_of(r, 0);
    expect_sums(r);
    return peak;
}

// At most 4 KiB of memory for each connection more than a few.
static void expect_frugal(const char *options, unsigned connections)
{
    struct rlimit own, low;
    struct run r;

    need_descriptors(connections + 200);
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    getrlimit(RLIMIT_NOFILE, &own);
    low = (struct rlimit){1024, own.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    long few = peak_of(&r, &s, "--connections 50 --duration 2s");
    run_free(&r);
    long many = peak_of(&r, &s, options);
    setrlimit(RLIMIT_NOFILE, &own);
    assert_true(count_of(&r, "connections_made") == (int64_t)connections);
    assert_true(count_of(&r, "requests.answered") > 0);
    assert_int_equal(count_of(&r, "requests.lost"), 0);
    assert_int_equal(count_of(&r, "errors.idle_closed"), 0);
    print_message("         %u connections: %ld KiB, %.2f KiB for each\n", connections, many,
                  (double)(many - few) / connections);
    if (!is_instrumented())
        assert_true(many - few <= 4 * (long)connections);
    run_free(&r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
}

static void ten_thousand_connections_can_be_active(void **state)
{
    (void)state;
    expect_frugal("--connections 10000 --requests 50000", 10000);
}

static void nineteen_thousand_connections_can_be_idle(void **state)
{
    (void)state;
    expect_frugal("--connections 50 --idle 19000 --duration 2s", 19050);
}

#define TEST(f) cmocka_unit_test_teardown(f, end_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_open_loop_shows_a_freeze_as_it_is),
        TEST(ten_thousand_connections_can_be_active),
        TEST(nineteen_thousand_connections_can_be_idle),
    };
    return cmocka_run_group_tests_name("loadgen, a freeze, and many connections", tests, NULL,
                                       NULL);
}

// test_loadgen_truth.c: loadgen's figures against a server whose slowness is known
// (servers/calibrated.c).
//
// The schedule is uniform, so request k is due at k / rate. From that, the table of delays and the
// log's one stall, arithmetic says how long each request takes. The machine may be busy with other
// things: three attempts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>

#include "tests/attempts.h"

// A connection rests for a second between two requests, longer than any takes (stall and longest
// delay are 900 ms together): none waits behind another.
enum { RATE = 1000, CONNECTIONS = 1000, REQUESTS = 13000, STALL_MS = 500 };
#define DELAYS "5ms:850,40ms:130,150ms:17,400ms:3"
static const int64_t MS = 1000000;

static const struct {
    const char *name;
    double fraction;
} points[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}};
enum { POINTS = sizeof points / sizeof *points };

// What the server has written down, times on CLOCK_MONOTONIC.
struct log {
    int64_t stall_begin, stall_end;
    double server_waited; // for a core, in seconds
    size_t n;
    struct entry {
        int64_t arrived, answered, delay;
    } of[2 * REQUESTS];
};

static struct log *read_log(int fd)
{
    char *text = contents_of(fd), *rest = text, *line;
    struct log *log = calloc(1, sizeof *log);

    assert_non_null(log);
    line = strsep(&rest, "\n");
    assert_int_equal(sscanf(line, "stall %" SCNd64 " %" SCNd64, &log->stall_begin, &log->stall_end),
                     2);
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        assert_true(log->n < sizeof log->of / sizeof *log->of);
        struct entry *e = &log->of[log->n];
        size_t number;
        assert_int_equal(sscanf(line, "%zu %*u %" SCNd64 " %" SCNd64 " %" SCNd64, &number,
                                &e->arrived, &e->answered, &e->delay),
                         4);
        assert_int_equal(number, log->n++);
    }
    free(text);
    return log;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t percentile(const int64_t *sorted, size_t n, double fraction)
{
    return sorted[(size_t)ceil(fraction * (double)n) - 1];
}

// How long the request due then takes: it waits for its delay, and who would be seen or answered
// during the stall, for its end.
static int64_t arithmetic(const struct log *log, int64_t due, int64_t delay)
{
    int64_t seen = due >= log->stall_begin && due < log->stall_end ? log->stall_end : due;
    int64_t answer = seen + delay;

    if (answer >= log->stall_begin && answer < log->stall_end)
        answer = log->stall_end;
    return answer - due;
}

// True latencies, sorted, by arithmetic; and the longest that the log shows.
static int64_t *true_latencies(const struct log *log, int64_t *longest)
{
    int64_t *ns = calloc(log->n, sizeof *ns), start = INT64_MAX, gap = 1000 * MS / RATE;

    assert_non_null(ns);
    // The generator's start is not in the log, but the quickest arrival is a few microseconds after
    // its request was due. So the start is never taken for earlier than it was, nor a truth for
    // longer.
    for (size_t k = 0; k < log->n; k++)
        if (log->of[k].arrived - (int64_t)k * gap < start)
            start = log->of[k].arrived - (int64_t)k * gap;
    *longest = 0;
    for (size_t k = 0; k < log->n; k++) {
        int64_t due = start + (int64_t)k * gap;
        ns[k] = arithmetic(log, due, log->of[k].delay);
        if (log->of[k].answered - due > *longest)
            *longest = log->of[k].answered - due;
    }
    qsort(ns, log->n, sizeof *ns, by_size);
    return ns;
}

static bool is_near(int64_t got, int64_t truth)
{
    int64_t room = truth / 50 > 300000 ? truth / 50 : 300000;

    return llabs(got - truth) <= room;
}

// Runs loadgen with these options against a server that stalls; the caller frees the log.
static struct log *measure(struct run *r, unsigned stall_at, const char *options)
{
    int file = memfd_create("log", 0);
    struct server s = server_start("%s/calibrated --delays " DELAYS
                                   " --stall-at %u --stall-for %dms --log /proc/self/fd/%d",
                                   bin(), stall_at, STALL_MS, file);

    loadgen(r, 90, "--service frame --size 16 %s 127.0.0.1:%u", options, s.port);
    expect_status_of(r, 0);
    expect_sums(r);
    double waited = waited_for_a_core(s.pid);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
    struct log *log = read_log(file);
    log->server_waited = waited;
    return log;
}

// A request may be late by 2 % or 0.3 ms: a hundredth of the time spent waiting for a core is 10 us
// for each of 1,000 requests a second.
static enum evidence weigh_run(const struct run *r, const struct log *log, bool right)
{
    double seconds = json_number_value(field(r, "duration_s"));

    return weigh(r, right, seconds, log->server_waited, 0.01);
}

static enum evidence open_loop_is_right(void)
{
    struct run r;
    char options[128];
    int64_t longest, got;
    bool right = true;

    snprintf(options, sizeof options, "--rate %d --arrivals uniform --connections %d --requests %d",
             RATE, CONNECTIONS, REQUESTS);
    struct log *log = measure(&r, REQUESTS / 2, options);
    int64_t *truth = true_latencies(log, &longest);
    assert_int_equal(count_of(&r, "requests.scheduled"), REQUESTS);
    assert_int_equal(count_of(&r, "requests.answered"), REQUESTS);
    assert_int_equal(log->n, REQUESTS);

    print_message("         response against truth, ms:");
    for (int i = 0; i < POINTS; i++) {
        char path[64];
        snprintf(path, sizeof path, "latency_ns.response.%s", points[i].name);
        got = count_of(&r, path);
        int64_t exact = percentile(truth, log->n, points[i].fraction);
        print_message(" %s %.3f/%.3f", points[i].name, (double)got / 1e6, (double)exact / 1e6);
        right = right && is_near(got, exact);
    }
    int64_t lag = count_of(&r, "generator.lag_ns.max");
    got = count_of(&r, "latency_ns.response.max");
    print_message(" max %.3f/%.3f, lag max %.3f\n", (double)got / 1e6, (double)longest / 1e6,
                  (double)lag / 1e6);
    right = right && got >= longest && got <= longest + lag + MS;
    enum evidence found = weigh_run(&r, log, right);
    free(truth);
    free(log);
    run_free(&r);
    return found;
}

// Requests slower than that, as far as the histogram's buckets tell.
static uint64_t slower_than(const struct run *r, int64_t ns)
{
    json_t *pair, *counts = field(r, "histograms_ns.response.counts");
    uint64_t n = 0;
    size_t i;

    json_array_foreach(counts, i, pair) if (json_integer_value(json_array_get(pair, 0)) > ns)
        n += (uint64_t)json_integer_value(json_array_get(pair, 1));
    return n;
}

// As many as there are connections were kept waiting by the stall; those that were not sent
// meanwhile appear nowhere, and p99 stays what the delays make it.
static enum evidence closed_loop_omits_the_stall(void)
{
    enum { CLOSED = 20 };
    struct run r;
    char options[64];

    snprintf(options, sizeof options, "--connections %d --requests %d", CLOSED, REQUESTS);
    struct log *log = measure(&r, REQUESTS / 2, options);
    int64_t p99 = count_of(&r, "latency_ns.response.p99"),
            max = count_of(&r, "latency_ns.response.max");
    uint64_t slow = slower_than(&r, 410 * MS); // longer than any delay
    print_message("         closed loop: p99 %.3f ms of 150, max %.3f, %ju slow\n",
                  (double)p99 / 1e6, (double)max / 1e6, (uintmax_t)slow);
    bool right = is_near(p99, 150 * MS) && max >= STALL_MS * MS && slow >= 1 && slow <= CLOSED;
    enum evidence found = weigh_run(&r, log, right);
    free(log);
    run_free(&r);
    return found;
}

static void unless_instrumented(enum evidence (*try)(void))
{
    if (is_instrumented()) {
        print_message("         not with sanitizers, which are late by themselves\n");
        skip();
    }
    within_attempts(try);
}

static void open_loop_percentiles_are_those_of_arithmetic(void **state)
{
    (void)state;
    unless_instrumented(open_loop_is_right);
}

static void closed_loop_shows_the_omission(void **state)
{
    (void)state;
    unless_instrumented(closed_loop_omits_the_stall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(open_loop_percentiles_are_those_of_arithmetic, end_all),
        cmocka_unit_test_teardown(closed_loop_shows_the_omission, end_all),
    };
    return cmocka_run_group_tests_name("loadgen against the truth", tests, NULL, NULL);
}

// test_loadgen_clients.c: what each connection got of the server, and how fair that was.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "tests/drive.h"

enum { SECONDS = 30 };

// What the table of --clients adds up to.
struct shares {
    int64_t rows, served, answered, max_ns;
    double sum_ns;
};

// Fails the test where a line is not "client answered mean_ns max_ns", clients counted from 0.
static struct shares read_table(int fd)
{
    char *text = contents_of(fd), *rest = text, *line;
    struct shares all = {0};

    assert_string_equal(strsep(&rest, "\n"), "client\tanswered\tmean_ns\tmax_ns");
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        int64_t client, answered, mean, max;
        char none[64];
        int n = sscanf(line, "%" SCNd64 "\t%" SCNd64 "\t%" SCNd64 "\t%" SCNd64, &client, &answered,
                       &mean, &max);
        assert_int_equal(client, all.rows++);
        if (answered == 0) {
            snprintf(none, sizeof none, "%" PRId64 "\t0\t-\t-", client);
            assert_string_equal(line, none);
            continue;
        }
        assert_int_equal(n, 4);
        assert_true(0 < mean && mean <= max);
        all.served++;
        all.answered += answered;
        all.sum_ns += (double)mean * (double)answered;
        if (max > all.max_ns)
            all.max_ns = max;
    }
    free(text);
    return all;
}

// Runs loadgen against a server of this kind with these options and --clients.
static struct shares measure(struct run *r, const char *model, const char *options)
{
    struct server s = server_start("%s/%s --port 0 --quiet", bin(), model);
    int file = memfd_create("clients", 0);

    loadgen(r, SECONDS, "--clients /proc/self/fd/%d %s 127.0.0.1:%u", file, options, s.port);
    expect_status_of(r, 0);
    expect_sums(r);
    assert_int_equal(server_stop(&s, SIGTERM), 0);
    struct shares all = read_table(file);
    assert_int_equal(all.rows, count_of(r, "connections"));
    assert_int_equal(all.served, count_of(r, "clients.served"));
    assert_int_equal(all.answered, count_of(r, "completed"));
    return all;
}

static double jain(const struct run *r)
{
    const json_t *value = field(r, "clients.jain");

    assert_true(json_is_real(value));
    return json_real_value(value);
}

static void the_table_adds_up_to_what_the_run_has_completed(void **state)
{
    static const char *const options[] = {
        "--duration 200ms", "--duration 200ms --warmup 100ms --threads 2 --pipeline 4 --idle 3",
        "--duration 200ms --rate 5000 --connections 7",
        "--duration 200ms --requests-per-connection 2 --threads 2",
        "--requests 3000 --connections 30 --threads 3"};
    struct run r;

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct shares all = measure(&r, "epoll", options[i]);
        assert_true(all.answered > 0);
        assert_true(jain(&r) > 0 && jain(&r) <= 1);
        run_free(&r);
    }
}

// With --requests every answer comes within the window: the response times are those of the whole.
static void its_times_are_those_of_the_whole(void **state)
{
    struct run r;
    struct shares all = measure(&r, "epoll", "--rate 20k --requests 5000 --connections 10");
    double mean = (double)count_of(&r, "latency_ns.response.mean"), n = (double)all.answered;

    (void)state;
    assert_int_equal(all.answered, 5000);
    assert_int_equal(all.max_ns, count_of(&r, "latency_ns.response.max"));
    // Each row's mean is cut to whole nanoseconds, and the whole's is rounded.
    assert_true(all.sum_ns / n <= mean + 1 && all.sum_ns / n >= mean - 2);
    run_free(&r);
}

static void a_client_alone_has_been_treated_fairly(void **state)
{
    struct run r;
    struct shares all = measure(&r, "epoll", "--connections 1 --requests 777");

    (void)state;
    assert_int_equal(all.served, 1);
    assert_true(jain(&r) == 1);
    run_free(&r);
    measure(&r, "epoll", "--connections 5 --requests 1000 --rate 100k"); // in turn: 200 each
    assert_true(jain(&r) == 1);
    run_free(&r);
}

static void who_has_it_all_leaves_one_nth(void **state)
{
    struct run r;
    struct shares all = measure(&r, "blocking", "--connections 4 --duration 300ms --drain 0s");

    (void)state;
    assert_int_equal(all.served, 1);
    assert_true(jain(&r) == 0.25);
    run_free(&r);
}

static void without_an_answer_there_is_no_index(void **state)
{
    struct server s = server_start("%s/epoll --port 0 --quiet", bin());
    int file = memfd_create("clients", 0);
    struct run r;

    (void)state;
    kill(s.pid, SIGSTOP); // the kernel goes on making connections
    loadgen(&r, SECONDS,
            "--clients /proc/self/fd/%d --connections 3 --duration 50ms --drain 0s 127.0.0.1:%u",
            file, s.port);
    expect_status_of(&r, 1); // not one request was answered
    assert_int_equal(count_of(&r, "clients.served"), 0);
    assert_true(json_is_null(field(&r, "clients.jain")));
    struct shares all = read_table(file);
    assert_int_equal(all.rows, 3);
    assert_int_equal(all.served, 0);
    run_free(&r);
    server_stop(&s, SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_table_adds_up_to_what_the_run_has_completed, end_all),
        cmocka_unit_test_teardown(its_times_are_those_of_the_whole, end_all),
        cmocka_unit_test_teardown(a_client_alone_has_been_treated_fairly, end_all),
        cmocka_unit_test_teardown(who_has_it_all_leaves_one_nth, end_all),
        cmocka_unit_test_teardown(without_an_answer_there_is_no_index, end_all),
    };
    return cmocka_run_group_tests_name("loadgen --clients", tests, NULL, NULL);
}

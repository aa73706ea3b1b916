// test_bench_compare.c: `bench compare` as it is called, on sampled runs.
#include "results/versus.h"
#include "tests/table_call.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void a_run_equals_itself(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_a), 0);
    assert_string_equal(err, "");
    assert_has(line_of("connections: throughput", "1000", "epoll"), " 1.00 ");
    assert_has(line_of("connections: throughput", "1000", "epoll"), "can't be told apart");
    assert_lacks(out, "B is ");
    assert_lacks(out, "differ");
    assert_has(out, "0 of the ratios can be told from 1");
    assert_no_wider(100);
}

static unsigned lines_with(const char *words)
{
    unsigned n = 0;

    for (const char *at = out; (at = strstr(at, words)) != NULL; at++)
        n++;
    return n;
}

static void noise_is_not_told_apart_more_often_than_chance_has_it(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "connections"), 0);
    unsigned apart = lines_with("B is higher") + lines_with("B is lower");
    unsigned all = apart + lines_with("can't be told apart");
    // 5 % of some 200, in two runs whose seeds are fixed.
    assert_in_range(all, 150, 300);
    assert_in_range(apart, 1, all / 10);
}

static void a_change_of_half_is_found(void **state)
{
    // The rest is the same, so that nothing else can stand out.
    (void)state;
    record_free(&b);
    record_sample(&b, path_b, 3, 1);
    scale(&b, "epoll", METRIC_rps, 1.5);
    scale(&b, "fork", METRIC_rps, 0.5);
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "connections"), 0);
    assert_has(line_of("connections: throughput", "50", "epoll"), " 1.50 ");
    assert_has(line_of("connections: throughput", "50", "epoll"), "B is higher");
    assert_has(line_of("connections: throughput", "50", "fork"), "B is lower");
    assert_has(line_of("connections: throughput", "50", "poll"), "can't be told apart");
    assert_has(out, "furthest from 1: 0.50 with fork in connections at ");
    assert_lacks(out, "idle:");
}

static void a_chosen_metric_is_the_only_one(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(compare_runs_main, "--metric=tasks", path_a, path_b, "--scenario=idle"),
                     0);
    assert_has(out, "threads");
    assert_lacks(out, "throughput");
    assert_lacks(out, "p99");
}

// A cell that only one of them has, or that has no values in one, is no row.
static void only_cells_of_both_runs_are_compared(void **state)
{
    (void)state;
    snprintf(b.models.list[0].name, sizeof b.models.list[0].name, "another");
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "churn"), 0);
    assert_lacks(out, "blocking");
    assert_lacks(out, "another");
    line_of("churn: throughput", "50", "fork");
    line_of("churn: throughput", "10", "threads");
    assert_null(find_line("churn: throughput", "50", "threads")); // it failed
}

static void repeats_alone_have_no_interval(void **state)
{
    (void)state;
    record_free(&b);
    record_sample(&b, path_b, 1, 2);
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "connections"), 0);
    assert_has(line_of("connections: throughput", "50", "epoll"), "no interval");
    assert_lacks(out, "told from 1");
}

// Each change to B, and the warning that it must bring.
#define CHANGES(X)                                                                                 \
    X(host, strcpy(b.machine.host, "other"), "differ in machine: sample against other")            \
    X(cpu, strcpy(b.machine.cpu, "Z"), "processor: A Sample Processor @ 2.10GHz against Z")        \
    X(cores, b.machine.cores = 64, "differ in cores: 2 against 64")                                \
    X(governor, strcpy(b.machine.governor, "powersave"), "governor: (none) against powersave")     \
    X(kernel, strcpy(b.machine.kernel, "K"), "differ in kernel: Linux 6.18.5 x86_64 against K")    \
    X(limit, b.machine.nofile = 1024, "limit of descriptors: 20000 against 1024")                  \
    X(commit, strcpy(b.machine.commit, "9f"), "differ in commit: 1a2b3c4 against 9f")              \
    X(pinning, b.server_cores[0] = '\0', "differ in cores of the servers: 0 against (none)")       \
    X(load, strcpy(b.load_cores, "1-3"), "differ in cores of the load generator: 1 against 1-3")   \
    X(window, b.duration_ns[1] = 500000000, "connections: windows of 2.00 s against 500 ms")       \
    X(interrupted, b.interrupted = true, "B was interrupted")                                      \
    X(foreign, b.models.list[b.models.count - 1].command = "r", "python is not the same command")

#define X(name, statement, warning)                                                                \
    static void change_##name(void)                                                                \
    {                                                                                              \
        statement;                                                                                 \
    }
CHANGES(X)
#undef X

static const struct {
    void (*make)(void);
    const char *warning;
} changes[] = {
#define X(name, statement, warning) {change_##name, warning},
    CHANGES(X)
#undef X
};

static void whatever_else_differs_is_warned_of(void **state)
{
    for (size_t i = 0; i < COUNT(changes); i++) {
        end(state);
        begin_small(state);
        changes[i].make();
        save();
        assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "churn"), 0);
        assert_has(out, changes[i].warning);
    }
}

static void another_file_of_a_scenario_is_warned_of(void **state)
{
    char path[128];

    (void)state;
    save();
    snprintf(path, sizeof path, "%s/scenarios/connections.scenario", path_b);
    FILE *to = fopen(path, "ae");
    assert_non_null(to);
    fputs("# edited\n", to);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(RUN(compare_runs_main, path_a, path_b), 0);
    assert_has(out, "warning: connections: the runs had different files of this scenario");
    assert_lacks(out, "churn: the runs had different files");
}

static void shares_of_another_capacity_are_warned_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < b.scenario_count; i++)
        b.capacity[i] *= 2;
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "load"), 0);
    assert_has(out, "load: its points are shares of 118346 requests/s in A and of 236691 in B");
}

static void mistakes_are_told_and_end_with_64(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(compare_runs_main, path_a), 64);
    assert_has(err, "bench compare: give two runs, each a folder such as");
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, path_b), 64);
    assert_has(err, "is one too many");
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--metric", "speed"), 64);
    assert_has(err, "--metric speed: one of rps, payload, ");
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--scenario", "nothing"), 64);
    assert_has(err, "--scenario nothing: ");
    assert_has(err, " has churn, connections, ");
    assert_int_equal(RUN(compare_runs_main, path_a, path_b, "--bogus"), 64);
    assert_has(err, "Try 'bench compare --help'");
}

static void what_cannot_be_read_ends_with_1(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(compare_runs_main, path_a, "/nonexistent"), 1);
    assert_has(err, "bench compare: cannot read /nonexistent: No such file or directory");
}

static void help_names_what_there_is(void **state)
{
    (void)state;
    assert_int_equal(RUN(compare_runs_main, "--help"), 0);
    assert_has(out, "RUN1 RUN2");
    assert_has(out, "--scenario=NAME");
    assert_has(out, "--metric=NAME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RUNS(a_run_equals_itself),
        WITH_RUNS(noise_is_not_told_apart_more_often_than_chance_has_it),
        WITH_RUNS(a_change_of_half_is_found),
        WITH_RUNS(a_chosen_metric_is_the_only_one),
        WITH_RUNS(only_cells_of_both_runs_are_compared),
        WITH_RUNS(repeats_alone_have_no_interval),
        WITH_SMALL_RUNS(whatever_else_differs_is_warned_of),
        WITH_SMALL_RUNS(another_file_of_a_scenario_is_warned_of),
        WITH_SMALL_RUNS(shares_of_another_capacity_are_warned_of),
        WITH_SMALL_RUNS(mistakes_are_told_and_end_with_64),
        WITH_SMALL_RUNS(what_cannot_be_read_ends_with_1),
        WITH_SMALL_RUNS(help_names_what_there_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

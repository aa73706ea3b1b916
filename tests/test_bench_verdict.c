// test_bench_verdict.c: `bench verdict` as it is called, on sampled runs.
#include "results/versus.h"
#include "tests/table_call.h"

static void a_verdict_says_which_is_faster(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(verdict_main, "select", "epoll", path_a, "--scenario", "idle"), 0);
    assert_string_equal(err, "");
    // 1.2e-3 of a request for each of 900 silent clients: 2.07 times and the difference at rest.
    assert_has(line_of("idle: throughput", "900", ""), "epoll: 2.");
    assert_has(line_of("idle: throughput", "900", ""), " times as fast");
    assert_has(line_of("idle: processor time", "900", ""), "select: 2.");
    assert_has(line_of("idle: processor time", "900", ""), " times as much");
    assert_has(out, "comparisons about ");
    assert_no_wider(100);
}

static void a_verdict_says_what_cannot_be_told(void **state)
{
    (void)state;
    scale(&a, "poll", METRIC_rps, 0);
    for (struct repeat *q = a.repeats; q < a.repeats + a.repeat_count; q++)
        if (strcmp(a.models.list[q->model].name, "poll") == 0 && q->outcome == OUTCOME_MEASURED)
            q->value[METRIC_rps] = 99000 + 500 * q->round;
        else if (strcmp(a.models.list[q->model].name, "epoll") == 0)
            q->value[METRIC_rps] = 102500 - 500 * q->round;
    save();
    assert_int_equal(RUN(verdict_main, "poll", "epoll", path_a, "--scenario", "connections"), 0);
    assert_has(line_of("connections: throughput", "100", ""), "can't be told apart");
    assert_has(line_of("connections: throughput", "100", ""), " to ");
}

static void a_verdict_tells_where_a_model_ended_or_failed(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(verdict_main, "select", "threads", path_a), 0);
    assert_has(line_of("idle: throughput", "10000", ""), "no interval");
    assert_has(out, "select ended in 3 of 3: FD_SETSIZE: descriptor 1,024");
    assert_has(out, "threads failed in 3 of 3: the server was killed by signal 9");
    assert_no_wider(100);
}

static void a_verdict_needs_models_of_the_run(void **state)
{
    (void)state;
    save();
    assert_int_equal(RUN(verdict_main, "select", "epol", path_a), 64);
    assert_has(err, "bench verdict: 'epol' is no model of ");
    assert_has(err, "it has blocking, fork, ");
    assert_has(err, "Try 'bench verdict --help'");
}

static void read_text(const char *name, char text[CAUGHT])
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, CAUGHT - 1, file)] = '\0';
    fclose(file);
}

// The program's home is where models.tsv is: here a copy of this program in a tree of its own.
static int run_in_a_tree(void)
{
    char command[1024];

    snprintf(command, sizeof command,
             "cd %s && mkdir -p bin && cp /proc/%d/exe bin/bench && : >models.tsv && "
             "bin/bench verdict poll epoll --scenario churn >out 2>err",
             folder, (int)getpid());
    int status = system(command);
    read_text("out", out);
    read_text("err", err);
    return WEXITSTATUS(status);
}

static void the_newest_run_is_taken_by_default(void **state)
{
    char command[1024];

    (void)state;
    strcpy(a.machine.started, "2026-11-23T00:00:00Z");
    save();
    assert_int_equal(run_in_a_tree(), 1);
    assert_has(err, "there is no run in ");
    // A file, a folder without a run, and one of another kind are passed over.
    snprintf(command, sizeof command,
             "cd %s && mkdir -p results/data/empty results/data/other && mv a b results/data/ && "
             ": >results/data/file && echo '{\"schema\": \"x\"}' >results/data/other/run.json",
             folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(run_in_a_tree(), 0);
    assert_has(out, "/results/data/a, 2026-11-23T00:00:00Z, 1 round\n");
}

static void usage_mistakes_end_with_64_and_what_is_no_run_with_1(void **state)
{
    (void)state;
    assert_int_equal(RUN(verdict_main, "epoll"), 64);
    assert_has(err, "bench verdict: give two models, and perhaps the folder of a run");
    assert_int_equal(RUN(verdict_main, "poll", "epoll", folder), 1);
    assert_has(err, " is no run: there is no run.json in it");
    assert_int_equal(RUN(verdict_main, "--help"), 0);
    assert_has(out, "A B [RUN]");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_RUNS(a_verdict_says_which_is_faster),
        WITH_RUNS(a_verdict_says_what_cannot_be_told),
        WITH_RUNS(a_verdict_tells_where_a_model_ended_or_failed),
        WITH_SMALL_RUNS(a_verdict_needs_models_of_the_run),
        WITH_SMALL_RUNS(the_newest_run_is_taken_by_default),
        WITH_SMALL_RUNS(usage_mistakes_end_with_64_and_what_is_no_run_with_1),
    };

    if (argc > 1 && strcmp(argv[1], "verdict") == 0) // see run_in_a_tree()
        return verdict_main(argc - 1, argv + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

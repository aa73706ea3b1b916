// test_bench.c: bin/bench from end to end: which files a run leaves, and what becomes of it after
// ^C or without gnuplot. Nothing here depends on speed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "tests/bench_call.h"

static void a_tiny_run_leaves_all_its_files(void **state)
{
    struct bench b;
    struct record r;
    char path[64];
    size_t answered = 0, timed = 0;

    (void)state;
    bench_begin(&b, "%s/bench --only %s/tiny.scenario --models epoll,threads --out %s/whole", bin(),
                ground, ground);
    bench_end(&b, 0);
    // The report's path is the last line.
    snprintf(path, sizeof path, "%s/whole/report.html\n", ground);
    assert_string_equal(b.out + strlen(b.out) - strlen(path), path);
    bench_free(&b);

    char *rows = read_file("whole", "results.tsv");
    assert_int_equal(count_lines(rows), 1 + 2 * 2 * 2); // points, models, rounds
    free(rows);
    assert_int_equal(count_files("whole", "raw/tiny.*.json"), 8);
    assert_int_equal(count_files("whole", "tiny.*.hgrm"), 4);
    assert_int_equal(count_files("whole", "scenarios/tiny.scenario"), 1);
    assert_int_equal(count_files("whole", "plots/*.png"), have_gnuplot() ? 1 : 0);
    char *page = read_file("whole", "report.html");
    expect_word(page, "Does it work?");
    expect_word(page, "threads");
    free(page);

    snprintf(path, sizeof path, "%s/whole", ground);
    record_read(&r, path);
    assert_int_equal(r.repeat_count, 8);
    assert_false(r.interrupted);
    for (size_t i = 0; i < r.repeat_count; i++) {
        const struct repeat *q = &r.repeats[i];
        assert_int_equal(q->outcome, OUTCOME_MEASURED);
        assert_true(q->value[METRIC_answered] >= 0 && q->value[METRIC_wrong] < 0.5);
        assert_true(q->value[METRIC_clients_served] <= r.scenarios[0].points[q->point].x);
        if (q->value[METRIC_answered] < 1) // a tenth of a second, on a machine that is busy
            continue;
        answered++;
        timed += q->value[METRIC_cpu] > 0;
        assert_true(q->value[METRIC_rps] > 0 && q->value[METRIC_calls] >= 2); // a read, a write
    }
    assert_true(answered > 0 && timed > 0);
    record_free(&r);
}

static void a_report_is_drawn_again_without_measuring(void **state)
{
    struct bench b;
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/whole/report.html", ground);
    assert_int_equal(unlink(path), 0);
    char *before = read_file("whole", "run.json");
    bench_begin(&b, "%s/bench report %s/whole", bin(), ground);
    bench_end(&b, 0);
    bench_free(&b);
    char *after = read_file("whole", "run.json"), *page = read_file("whole", "report.html");
    assert_string_equal(before, after);
    expect_word(page, "Does it work?");
    free(before);
    free(after);
    free(page);
}

static void without_gnuplot_it_measures_and_says_what_is_missing(void **state)
{
    char programs[PATH_MAX];
    struct bench b;

    (void)state;
    bench_begin(&b,
                "env PATH=/nonexistent %s/bench --only %s/tiny.scenario --models epoll --repeats 1 "
                "--out %s/bare",
                realpath(bin(), programs), ground, ground);
    bench_end(&b, 0);
    expect_word(b.err, "gnuplot-nox");
    bench_free(&b);
    assert_int_equal(count_files("bare", "report.html"), 1);
    assert_int_equal(count_files("bare", "plots/*.png"), 0);
}

// Waits until so many repeats are written down.
static void await_rows(const char *run, size_t rows)
{
    double until = now() + patient(60);
    char path[128];

    snprintf(path, sizeof path, "%s/%s/results.tsv", ground, run);
    for (;;) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        char *text = fd < 0 ? strdup("") : contents_of(fd);
        bool there = count_lines(text) >= rows + 1;
        free(text);
        if (there)
            return;
        if (now() > until)
            fail_msg("no %zu repeats in %s", rows, path);
        nap(0.01);
    }
}

static void an_interrupted_run_keeps_what_it_has_and_resumes(void **state)
{
    struct bench b, other;
    struct record r;
    char path[64];

    (void)state;
    bench_begin(&b,
                "%s/bench --only %s/tiny.scenario --models epoll,edge --repeats 3 --no-figures "
                "--out %s/halved",
                bin(), ground, ground);
    await_rows("halved", 2);
    // Another one has no business there meanwhile.
    bench_begin(&other, "%s/bench --resume %s/halved", bin(), ground);
    bench_end(&other, 1);
    expect_word(other.err, "another bench");
    bench_free(&other);
    kill(b.pid, SIGINT);
    bench_end(&b, 130);
    expect_word(b.err, "--resume");
    bench_free(&b);
    snprintf(path, sizeof path, "%s/halved", ground);
    record_read(&r, path);
    size_t had = r.repeat_count;
    double first = r.repeats[0].value[METRIC_rps];
    assert_true(r.interrupted);
    assert_in_range(had, 2, 11);
    record_free(&r);

    bench_begin(&b, "%s/bench --resume %s/halved --no-figures", bin(), ground);
    bench_end(&b, 0);
    bench_free(&b);
    record_read(&r, path);
    assert_false(r.interrupted);
    assert_int_equal(r.repeat_count, 12);
    assert_true(r.repeats[0].value[METRIC_rps] == first); // not measured again
    for (unsigned round = 1; round <= 3; round++)
        for (unsigned point = 0; point < 2; point++)
            for (unsigned model = 0; model < 2; model++)
                assert_true(record_has(&r, 0, point, model, round));
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_tiny_run_leaves_all_its_files, end_all),
        cmocka_unit_test_teardown(a_report_is_drawn_again_without_measuring, end_all),
        cmocka_unit_test_teardown(without_gnuplot_it_measures_and_says_what_is_missing, end_all),
        cmocka_unit_test_teardown(an_interrupted_run_keeps_what_it_has_and_resumes, end_all),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

// test_bench_faults.c: bin/bench when something is wrong: servers, options, the disturbing client,
// the disk.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/bench_call.h"

static void servers_that_fail_are_marked_and_the_others_measured(void **state)
{
    struct bench b;
    char text[512];

    (void)state;
    snprintf(text, sizeof text, "exec %s/unruly --fault dies-after:1", bin());
    write_script("dies", text);
    snprintf(text, sizeof text, "exec %s/unruly --fault flips:1", bin());
    write_script("lies", text);
    write_script("refuses", "echo I will not >&2; exit 7");
    bench_begin(&b,
                "%s/bench --only %s/tiny.scenario --models epoll --server dies=%s/dies --server "
                "lies=%s/lies --server refuses=%s/refuses --repeats 1 --no-figures --out %s/wrong",
                bin(), ground, ground, ground, ground, ground);
    bench_end(&b, 0);
    expect_word(b.err, "I will not");
    bench_free(&b);

    struct record r;
    snprintf(text, sizeof text, "%s/wrong", ground);
    record_read(&r, text);
    assert_int_equal(r.repeat_count, 2 * 4);
    for (size_t i = 0; i < r.repeat_count; i++) {
        const struct repeat *q = &r.repeats[i];
        const char *model = r.models.list[q->model].name;
        bool good = strcmp(model, "epoll") == 0;
        assert_int_equal(q->outcome, good ? OUTCOME_MEASURED : OUTCOME_FAILED);
        assert_true(good == (q->why[0] == '\0'));
        if (strcmp(model, "refuses") == 0)
            expect_word(q->why, "exit status 7");
        if (strcmp(model, "lies") == 0)
            expect_word(q->why, "wrong");
    }
    record_free(&r);
}

// Lines of the text that have the word in them.
static size_t lines_with(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; n++)
        at += strcspn(at, "\n");
    return n;
}

static void a_model_that_cannot_run_here_is_marked_and_asked_no_more(void **state)
{
    struct bench b;
    struct record r;
    char path[64];
    size_t marks = 0;

    (void)state;
    // Each time that it is started, it leaves a line.
    snprintf(path, sizeof path, "echo x >>%s/starts", ground);
    write_script("count", path);
    snprintf(path, sizeof path, "%s/count; echo no rings here >&2; exit 69", ground);
    write_script("ringless", path);
    bench_begin(&b,
                "%s/bench --only %s/tiny.scenario --models epoll --server ringless=%s/ringless "
                "--out %s/ringless-run",
                bin(), ground, ground, ground);
    bench_end(&b, 0);
    assert_int_equal(lines_with(b.err, "ringless cannot run here: no rings here"), 1);
    expect_word(b.out, "no rings here");
    bench_free(&b);

    char *starts = read_file(".", "starts");
    assert_int_equal(count_lines(starts), 1);
    free(starts);
    snprintf(path, sizeof path, "%s/ringless-run", ground);
    record_read(&r, path);
    assert_false(r.interrupted);
    assert_int_equal(r.repeat_count, 2 * 2 + 2); // epoll's, and a mark at each point
    for (size_t i = 0; i < r.repeat_count; i++) {
        const struct repeat *q = &r.repeats[i];
        if (strcmp(r.models.list[q->model].name, "ringless") != 0) {
            assert_int_equal(q->outcome, OUTCOME_MEASURED);
            continue;
        }
        marks++;
        assert_int_equal(q->outcome, OUTCOME_FAILED);
        assert_int_equal(q->round, 1);
        assert_string_equal(q->why, "cannot run here: no rings here");
    }
    assert_int_equal(marks, 2);
    record_free(&r);
    char *page = read_file("ringless-run", "report.html");
    expect_word(page, "no rings here");
    free(page);
}

// On another machine, or once the kernel allows it, the run goes on with it.
static void a_model_that_can_run_by_now_is_measured_when_the_run_goes_on(void **state)
{
    struct bench b;
    struct record r;
    char path[64];

    (void)state;
    snprintf(path, sizeof path, "exec %s/unruly", bin());
    write_script("ringless", path);
    bench_begin(&b, "%s/bench --resume %s/ringless-run --no-figures", bin(), ground);
    bench_end(&b, 0);
    assert_int_equal(lines_with(b.err, "cannot run here"), 0);
    bench_free(&b);
    snprintf(path, sizeof path, "%s/ringless-run", ground);
    record_read(&r, path);
    assert_int_equal(r.repeat_count, 2 * 2 * 2);
    for (size_t i = 0; i < r.repeat_count; i++)
        assert_int_equal(r.repeats[i].outcome, OUTCOME_MEASURED);
    record_free(&r);
}

static void what_is_in_the_way_is_said_before_anything_is_measured(void **state)
{
    static const struct {
        const char *options, *said;
        int status;
    } cases[] = {
        {"--only nothing", "no file", 64},
        {"--models ,", "no model", 64},
        {"--resume /tmp --seed 4", "--resume", 64},
        {"--models nothing", "no model nothing", 64},
        {"--server nonsense", "nonsense", 64},
        {"--budget soon", "--budget soon", 64},
        {"--repeats 0", "--repeats 0", 64},
        {"--server-cores 9999", "--server-cores", 64},
        {"--budget 1s", "takes", 64},
        {"--out /proc/nowhere", "/proc/nowhere", 1},
        {"--out /tmp", "/tmp", 1},
        {"--resume /tmp", "/tmp", 1},
        {"surplus", "surplus", 64},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b;
        bench_begin(&b, "%s/bench %s", bin(), cases[i].options);
        bench_end(&b, cases[i].status);
        expect_word(b.err, cases[i].said);
        bench_free(&b);
    }
}

// What was to disturb is not there: that is no measurement of a disturbed server.
static void a_disturbance_that_ends_is_said(void **state)
{
    struct bench b;
    struct record r;
    char path[64];

    (void)state;
    snprintf(path, sizeof path, "%s/beside.scenario", ground);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%sbeside = loadgen --bogus\n", scenario);
    assert_int_equal(fclose(f), 0);
    bench_begin(&b,
                "%s/bench --only %s --models epoll --repeats 1 --duration 2s --no-figures --out "
                "%s/beside",
                bin(), path, ground);
    bench_end(&b, 0);
    expect_word(b.err, "disturbs");
    bench_free(&b);
    snprintf(path, sizeof path, "%s/beside", ground);
    record_read(&r, path);
    assert_int_equal(r.repeat_count, 2);
    for (size_t i = 0; i < r.repeat_count; i++)
        assert_int_equal(r.repeats[i].outcome, OUTCOME_FAILED);
    record_free(&r);
}

// The disk is full: a limit on the size of files does the same to whoever writes.
static void a_full_disk_stops_the_run_and_keeps_what_was_written(void **state)
{
    struct bench b;
    struct record r;
    char text[512];

    (void)state;
    snprintf(text, sizeof text,
             "ulimit -f 64; exec %s/bench --only %s/tiny.scenario --models epoll --repeats 100 "
             "--no-figures --out %s/full",
             bin(), ground, ground);
    write_script("narrow", text);
    bench_begin(&b, "%s/narrow", ground);
    bench_end(&b, 1);
    expect_word(b.err, "--resume");
    bench_free(&b);
    snprintf(text, sizeof text, "%s/full", ground);
    record_read(&r, text);
    assert_in_range(r.repeat_count, 2, 199);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(servers_that_fail_are_marked_and_the_others_measured, end_all),
        cmocka_unit_test_teardown(a_model_that_cannot_run_here_is_marked_and_asked_no_more,
                                  end_all),
        cmocka_unit_test_teardown(a_model_that_can_run_by_now_is_measured_when_the_run_goes_on,
                                  end_all),
        cmocka_unit_test_teardown(what_is_in_the_way_is_said_before_anything_is_measured, end_all),
        cmocka_unit_test_teardown(a_disturbance_that_ends_is_said, end_all),
        cmocka_unit_test_teardown(a_full_disk_stops_the_run_and_keeps_what_was_written, end_all),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

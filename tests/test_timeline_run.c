// test_timeline_run.c: bench timeline from end to end: real servers, real clients, real traces.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/timeline.h"
#include "tests/bench_call.h"

// Without gnuplot all is measured, and its exit status says that nothing was drawn.
static int expected_status(void)
{
    return have_gnuplot() ? 0 : 1;
}

// ---- A run -------------------------------------------------------------------------------------

struct counts {
    unsigned creates, accepts, thinks, serves[TIMELINE_CLIENTS];
};

static struct counts count_boxes(const struct timeline *t)
{
    struct counts n = {0};

    for (size_t i = 0; i < t->box_count; i++) {
        const struct timeline_box *box = &t->boxes[i];
        n.creates += box->kind == TIMELINE_CREATE;
        n.accepts += box->kind == TIMELINE_ACCEPT;
        n.thinks += box->kind == TIMELINE_THINK;
        if (box->kind == TIMELINE_SERVE)
            n.serves[box->client]++;
    }
    return n;
}

// A request is read after it was sent, and its answer is got after it was written.
static void expect_moments(const struct timeline *t, const struct timeline_take *take)
{
    unsigned seen[TIMELINE_CLIENTS] = {0};

    for (size_t i = 0; i < t->box_count; i++) {
        const struct timeline_box *box = &t->boxes[i];
        if (box->client < 0)
            continue;
        const struct timeline_client *met = &take->met[box->client];
        if (box->kind == TIMELINE_ACCEPT)
            assert_true(box->end_us > met->connects);
        if (box->kind != TIMELINE_SERVE)
            continue;
        unsigned k = seen[box->client]++;
        assert_true(box->begin_us > met->asked[k]);
        assert_true(box->begin_us < met->answered[k]);
        assert_true(box->end_us - box->begin_us >= 250);
    }
}

static unsigned rows_called(const struct timeline *t, const char *word)
{
    unsigned count = 0;

    for (unsigned i = 0; i < t->row_count; i++)
        count += strncmp(t->rows[i].name, word, strlen(word)) == 0;
    return count;
}

struct expected {
    const char *name;
    unsigned creates;
    const char *row; // what the rows that serve are called, and how many there are
    unsigned rows;
    bool sleeps; // in the read of one client
};

static void expect_take(const struct timeline_record *r, const struct timeline_take *take,
                        const struct expected *x)
{
    struct timeline t;
    char why[256], *file = timeline_trace_path(r, take->model, take->round);

    if (!timeline_read(&t, file, (long)take->pid, r->models.list[take->model].crew, why))
        fail_msg("%s", why);
    assert_true(t.whole);
    assert_int_equal(t.lost, 0);
    assert_true(timeline_align(&t, take->zero_ns));
    struct counts n = count_boxes(&t);
    assert_int_equal(n.creates, x->creates);
    assert_int_equal(n.accepts, TIMELINE_CLIENTS);
    for (unsigned c = 0; c < TIMELINE_CLIENTS; c++)
        assert_int_equal(n.serves[c], TIMELINE_REQUESTS);
    // While a client thinks, who serves nobody else sleeps in its read.
    assert_true(x->sleeps ? n.thinks >= TIMELINE_CLIENTS * (TIMELINE_REQUESTS - 1) : n.thinks == 0);
    assert_int_equal(rows_called(&t, x->row), x->rows);
    expect_moments(&t, take);
    timeline_free(&t);
    free(file);
}

static void a_run_leaves_its_tables_and_figures(void **state)
{
    static const struct expected models[] = {
        {"blocking", 0, "main", 1, true},
        {"fork", TIMELINE_CLIENTS, "child", TIMELINE_CLIENTS, true},
        {"threads", TIMELINE_CLIENTS, "thread", TIMELINE_CLIENTS, true},
        {"pool", TIMELINE_CREW, "worker", TIMELINE_CREW, true},
        {"epoll", 0, "loop", 1, false},
    };
    struct timeline_record r;
    struct bench b;
    char path[64];

    (void)state;
    bench_begin(&b,
                "%s/bench timeline --models blocking,fork,threads,pool,epoll --rounds 2 --out %s/t",
                bin(), ground);
    bench_end(&b, expected_status());
    expect_word(b.out, "all served after, ms");
    bench_free(&b);
    snprintf(path, sizeof path, "%s/t", ground);
    timeline_record_read(&r, path);
    assert_false(r.interrupted);
    assert_int_equal(r.take_count, 2 * 5);
    for (size_t i = 0; i < r.take_count; i++) {
        assert_string_equal(r.takes[i].why, "");
        assert_int_equal(r.takes[i].round, 1 + i / 5);
        expect_word(r.takes[i].server, "--service frame");
        expect_word(r.takes[i].server, "--work sleep:250us --workers 2 --trace");
        assert_string_equal(r.models.list[r.takes[i].model].name, models[i % 5].name);
        expect_take(&r, &r.takes[i], &models[i % 5]);
    }
    timeline_record_free(&r);
    assert_int_equal(count_files("t", "*.trace.tsv"), 2 * 5);
    assert_int_equal(count_files("t", "*.log"), 0);
    assert_int_equal(count_files("t", "*.png"), have_gnuplot() ? 1 : 0);
    assert_int_equal(count_files("t", "*.svg"), have_gnuplot() ? 1 : 0);
}

static void a_folder_is_drawn_again_without_measuring(void **state)
{
    struct bench b;
    char path[64];

    (void)state;
    char *record = read_file("t", "timeline.json"), *table = read_file("t", "timeline.tsv");
    snprintf(path, sizeof path, "%s/t/timeline.tsv", ground);
    assert_int_equal(unlink(path), 0);
    bench_begin(&b, "%s/bench timeline --from %s/t --quiet", bin(), ground);
    bench_end(&b, expected_status());
    assert_string_equal(b.out, "");
    bench_free(&b);
    char *record_again = read_file("t", "timeline.json"), *again = read_file("t", "timeline.tsv");
    assert_string_equal(record, record_again);
    assert_string_equal(table, again);
    assert_int_equal(count_files("t", "*.png"), have_gnuplot() ? 1 : 0);
    free(record);
    free(record_again);
    free(table);
    free(again);
}

// ---- An end before its time --------------------------------------------------------------------

static void an_interrupted_run_keeps_what_it_has(void **state)
{
    struct timeline_record r;
    struct bench b;
    char path[64];
    double until = now() + patient(30);

    (void)state;
    bench_begin(&b, "%s/bench timeline --models epoll,fork --rounds 99 --out %s/cut", bin(),
                ground);
    // Its first round is there when the record has a take.
    snprintf(path, sizeof path, "grep -qs zero_ns %s/cut/timeline.json", ground);
    while (system(path) != 0) { // NOLINT(cert-env33-c): a path of our own
        assert_true(now() < until);
        nap(0.01);
    }
    kill(b.pid, SIGINT);
    bench_end(&b, 130);
    expect_word(b.err, "interrupted: ");
    bench_free(&b);
    snprintf(path, sizeof path, "%s/cut", ground);
    timeline_record_read(&r, path);
    assert_true(r.interrupted);
    assert_true(r.take_count >= 2);
    assert_int_equal(count_files("cut", "*.trace.tsv"), r.take_count);
    assert_int_equal(count_files("cut", "*.log"), 0);
    assert_int_equal(count_files("cut", "timeline.png"), have_gnuplot() ? 1 : 0);
    timeline_record_free(&r);
}

// A copy of bench in a tree of its own, with models of our choice: epoll, one that can't run on
// this machine, one that dies.
static void a_model_that_cannot_run_here_is_said_once_and_left_out(void **state)
{
    struct bench b;
    char command[1024];
    unsigned said = 0;

    (void)state;
    snprintf(command, sizeof command,
             "set -e; mkdir -p %s/home/results %s/home/bin; cp %s/bench %s/epoll %s/home/bin; "
             "ln -s \"$PWD/results/plots\" %s/home/results/plots",
             ground, ground, bin(), bin(), ground, ground);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
    write_script("home/bin/ringless", "echo ringless: no rings here >&2; exit 69");
    write_script("home/bin/dies", "echo I will not >&2; exit 7");
    snprintf(command, sizeof command, "%s/home/models.tsv", ground);
    FILE *f = fopen(command, "we");
    assert_non_null(f);
    fputs("epoll\tepoll/epoll.c\t#003DB8\tmany\t1\t-\tdescriptors\tyes\n"
          "ringless\turing/uring.c\t#006B50\tmany\t1\tio_uring\tdescriptors\tyes\n",
          f);
    assert_int_equal(fclose(f), 0);
    bench_begin(&b, "%s/home/bin/bench timeline --rounds 3 --out %s/home/t", ground, ground);
    bench_end(&b, expected_status());
    for (const char *at = b.err; (at = strstr(at, "ringless cannot run here: no rings")) != NULL;
         at++)
        said++;
    assert_int_equal(said, 1);
    expect_word(b.out, "cannot run here: no rings here");
    bench_free(&b);
    if (have_gnuplot()) {
        char *svg = read_file("home/t", "timeline.svg");
        expect_word(svg, "ringless is missing: cannot run here: no rings here");
        free(svg);
    }

    f = fopen(command, "ae");
    assert_non_null(f);
    fputs("dies\tfork/dies.c\t#780000\tmany\t1\t-\tdescriptors\tyes\n", f);
    assert_int_equal(fclose(f), 0);
    bench_begin(&b, "%s/home/bin/bench timeline --rounds 1 --out %s/home/u", ground, ground);
    bench_end(&b, 1);
    expect_word(b.err, "dies did not start: exit status 7: I will not");
    bench_free(&b);
}

// ---- The command line --------------------------------------------------------------------------

static void a_wrong_command_line_is_told(void **state)
{
    static const struct {
        const char *words, *said;
    } wrong[] = {
        {"--models nosuch", "--models: there is no model nosuch"},
        {"--models ,", "--models: no model is left"},
        {"--work nap:1ms", "--work nap:1ms: cpu:TIME or sleep:TIME"},
        {"--work sleep:2s", "--work sleep:2s: "},
        {"--rounds 0", "--rounds 0: a number from 1 to 99"},
        {"--rounds 100", "--rounds 100: "},
        {"--from x --rounds 2", "--from draws what was measured"},
        {"--from x --out y", "--from draws what was measured"},
        {"epoll", "'epoll' is no option"},
        {"--no-such-option", "Try 'bench timeline --help'"},
    };
    struct bench b;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bench_begin(&b, "%s/bench timeline %s", bin(), wrong[i].words);
        bench_end(&b, 64);
        expect_word(b.err, wrong[i].said);
        bench_free(&b);
    }
    bench_begin(&b, "%s/bench timeline --models epoll --out %s", bin(), ground); // it is there
    bench_end(&b, 1);
    expect_word(b.err, "cannot make the folder");
    bench_free(&b);
    bench_begin(&b, "%s/bench timeline --from %s", bin(), ground);
    bench_end(&b, 1);
    expect_word(b.err, "makes a folder with one");
    bench_free(&b);
    bench_begin(&b, "%s/bench timeline --help", bin());
    bench_end(&b, 0);
    expect_word(b.out, "--from=FOLDER");
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_run_leaves_its_tables_and_figures, end_all),
        cmocka_unit_test_teardown(a_folder_is_drawn_again_without_measuring, end_all),
        cmocka_unit_test_teardown(an_interrupted_run_keeps_what_it_has, end_all),
        cmocka_unit_test_teardown(a_model_that_cannot_run_here_is_said_once_and_left_out, end_all),
        cmocka_unit_test_teardown(a_wrong_command_line_is_told, end_all),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

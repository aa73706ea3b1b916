// test_record_resume.c: what a run rests on that is gone on with: whatever was measured is there,
// however the one before has ended, and nobody has changed what is asked.
#include "tests/record_folder.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { FIRST = 3, LATER = 5 };

static struct record run;
static struct repeat later[LATER]; // those to come, in the record's order

// A run of FIRST repeats, saved, and LATER that are still to be kept.
static void begin_run(void)
{
    make_small(&run, FIRST + LATER);
    memcpy(later, run.repeats + FIRST, sizeof later);
    run.repeat_count = FIRST;
    assert_true(record_save(&run));
}

// Those that were not kept are nobody's.
static void end_run(unsigned kept)
{
    for (unsigned i = kept; i < LATER; i++) {
        free(later[i].server);
        free(later[i].load);
        free(later[i].beside);
    }
    record_free(&run);
}

static void keep(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        assert_true(record_keep(&run, &later[i]));
}

static void assert_read(size_t repeats)
{
    struct record r;

    record_read(&r, folder);
    assert_int_equal(r.repeat_count, repeats);
    for (size_t i = 0; i < repeats; i++) {
        const struct repeat *q = i < FIRST ? &run.repeats[i] : &later[i - FIRST];
        assert_int_equal(r.repeats[i].order, q->order);
        assert_int_equal(r.repeats[i].model, q->model);
        assert_string_equal(r.repeats[i].load, q->load);
        assert_true(fabs(r.repeats[i].value[METRIC_rps] - q->value[METRIC_rps]) < 1e-6);
    }
    record_free(&r);
}

static unsigned count_lines(const char *name)
{
    char *text = content(name);
    unsigned lines = 0;

    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    free(text);
    return lines;
}

static bool is_there(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

// ---- The journal -------------------------------------------------------------------------------

static void a_repeat_more_is_a_line_more_and_no_file_is_written_again(void **state)
{
    (void)state;
    begin_run();
    char *before = content("run.json");
    keep(LATER);
    char *after = content("run.json");
    assert_string_equal(before, after);
    assert_int_equal(count_lines("repeats.jsonl"), LATER);
    assert_int_equal(count_lines("results.tsv"), 1 + FIRST + LATER);
    assert_read(FIRST + LATER);
    free(before);
    free(after);
    end_run(LATER);
}

static void the_next_save_takes_the_journal_over(void **state)
{
    (void)state;
    begin_run();
    keep(LATER);
    char *table = content("results.tsv"), *journal = content("repeats.jsonl");
    assert_true(record_save(&run));
    assert_false(is_there("repeats.jsonl"));
    char *whole = content("results.tsv");
    assert_string_equal(whole, table);
    assert_read(FIRST + LATER);
    // Killed before it was removed: its repeats are there once.
    overwrite("repeats.jsonl", journal, strlen(journal));
    assert_read(FIRST + LATER);
    free(whole);
    free(journal);
    free(table);
    end_run(LATER);
}

// Keeps one repeat for each byte that it is sent, and answers each.
static void keep_as_told(int orders)
{
    char byte;

    for (unsigned i = 0; read(orders, &byte, 1) == 1; i++) {
        if (i == LATER || !record_keep(&run, &later[i]))
            _exit(1);
        if (write(orders, &byte, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static void what_was_kept_survives_a_kill_at_any_time(void **state)
{
    (void)state;
    for (unsigned n = 0; n <= LATER; n++) {
        int pair[2], status;
        char byte = 'k';
        begin_run();
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(pair[0]);
            keep_as_told(pair[1]);
        }
        close(pair[1]);
        for (unsigned i = 0; i < n; i++) {
            assert_int_equal(write(pair[0], &byte, 1), 1);
            assert_int_equal(read(pair[0], &byte, 1), 1);
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        close(pair[0]);
        assert_read(FIRST + n);
        end_run(0);
        remove_folder(NULL);
        make_folder(NULL);
    }
}

static void half_a_line_is_said_and_the_others_hold(void **state)
{
    (void)state;
    begin_run();
    keep(2);
    char *journal = content("repeats.jsonl");
    overwrite("repeats.jsonl", journal, strlen(journal) - 7);
    assert_int_equal(run_apart(read_it, folder, out, err), 0);
    assert_has(err, "repeats.jsonl: line 2 is cut off: that repeat is missing");
    assert_read(FIRST + 1);
    // What is whole is not passed over, but named.
    journal[10] = '!';
    overwrite("repeats.jsonl", journal, strlen(journal));
    assert_int_equal(run_apart(read_it, folder, out, err), 1);
    assert_has(err, "repeats.jsonl: line 1: ");
    free(journal);
    end_run(2);
}

static void a_failed_repeat_that_is_made_again_leaves_no_trace(void **state)
{
    (void)state;
    begin_run();
    run.repeats[0].outcome = OUTCOME_FAILED;
    later[0].scenario = run.repeats[0].scenario;
    later[0].point = run.repeats[0].point;
    later[0].model = run.repeats[0].model;
    keep(1);
    assert_false(is_there("repeats.jsonl"));
    assert_int_equal(count_lines("results.tsv"), 1 + FIRST);
    end_run(1);
}

static int keep_one(void *unused)
{
    (void)unused;
    fail_name("test");
    return record_keep(&run, &later[0]) ? 0 : 1;
}

// In the child only: a file may not grow past this, as on a full disk.
static int keep_on_a_full_disk(void *unused)
{
    const struct rlimit limit = {512, 512};

    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) != 0 ? 77 : keep_one(unused);
}

static void a_full_disk_leaves_no_half_line(void **state)
{
    (void)state;
    begin_run();
    assert_int_equal(run_apart(keep_on_a_full_disk, NULL, out, err), 1);
    assert_has(err, "repeats.jsonl; it is as it was before: File too large");
    assert_read(FIRST);
    assert_int_equal(run_apart(keep_one, NULL, out, err), 0); // there is room again
    assert_read(FIRST + 1);
    end_run(0);
}

// ---- What is asked -----------------------------------------------------------------------------

static char *edited_now(void)
{
    struct record r;

    record_read(&r, folder);
    char *told = record_edited(&r);
    record_free(&r);
    return told;
}

static void an_edited_scenario_is_told_by_file_and_line(void **state)
{
    static const char name[] = "scenarios/churn.scenario";

    (void)state;
    make_small(&run, 1);
    assert_true(record_save(&run));
    record_free(&run);
    assert_null(edited_now());

    char *text = content(name), *longer;
    text[strlen("question = ")] = '*';
    overwrite(name, text, strlen(text));
    char *told = edited_now();
    assert_has(told, "scenarios/churn.scenario, line 1: \"question = *");
    assert_has(told, "\" was \"question = ");
    free(told);
    free(text);

    make_small(&run, 1); // whose text is that of this checkout
    assert_true(asprintf(&longer, "%s# more\n", run.scenarios[0].text) > 0);
    overwrite(name, longer, strlen(longer));
    told = edited_now();
    assert_has(told, "\"# more\" was \"\" when the run began");
    free(told);
    free(longer);

    // A run of before this was kept.
    char *json = content("run.json");
    for (char *at = json; (at = strstr(at, "\"text\"")) != NULL;)
        memcpy(at, "\"tent\"", 6);
    overwrite("run.json", json, strlen(json));
    assert_null(edited_now());
    free(json);
    record_free(&run);
}

static void the_reasons_of_failed_probes_are_kept(void **state)
{
    struct record r;
    unsigned load = 0;

    (void)state;
    make_small(&run, 1);
    while (!run.scenarios[load].of_capacity)
        load++;
    assert_string_equal(record_why_unprobed(&run, load), "");
    record_unprobed(&run, load, 1, "did not start: no luck");
    record_unprobed(&run, load, 0, "");
    assert_true(record_save(&run));
    record_read(&r, folder);
    assert_string_equal(record_why_unprobed(&r, load),
                        "fork: did not start: no luck; blocking: no request was answered");
    record_free(&r);
    // Without a capacity the probes are made again.
    run.capacity[load] = 0;
    assert_true(record_save(&run));
    record_read(&r, folder);
    assert_string_equal(record_why_unprobed(&r, load), "");
    record_free(&r);
    record_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_repeat_more_is_a_line_more_and_no_file_is_written_again),
        IN_A_FOLDER(the_next_save_takes_the_journal_over),
        IN_A_FOLDER(what_was_kept_survives_a_kill_at_any_time),
        IN_A_FOLDER(half_a_line_is_said_and_the_others_hold),
        IN_A_FOLDER(a_failed_repeat_that_is_made_again_leaves_no_trace),
        IN_A_FOLDER(a_full_disk_leaves_no_half_line),
        IN_A_FOLDER(an_edited_scenario_is_told_by_file_and_line),
        IN_A_FOLDER(the_reasons_of_failed_probes_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

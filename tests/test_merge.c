// test_merge.c: runs added up are what one run of them all would have been.
#include "tests/result_sample.h"

#include <jansson.h>

#include "loadgen/merge.h"

// A run that saw the samples from `first` on, every `step`-th.
static void make_share(struct result *r, unsigned first, unsigned step, unsigned all)
{
    make_result(r, 0);
    for (unsigned i = first; i < all; i += step) {
        histogram_record_n(r->response, sample_ns(i), 1);
        histogram_record_n(r->service, sample_ns(i) / 2, 1);
        histogram_record_n(r->connect, sample_ns(i) / 3, 1);
        histogram_record_n(r->lag, sample_ns(i) / 4, 1);
        r->requests.answered++;
        r->completed++;
        r->completed_bytes += 64;
    }
    r->requests.scheduled = r->requests.sent = r->requests.answered;
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
    assert_int_equal(a->length, b->length);
    assert_memory_equal(a->counts, b->counts, a->length * sizeof a->counts[0]);
    assert_true(a->total == b->total && a->min == b->min && a->max == b->max);
    assert_true(a->sum == b->sum); // exact: sums of integers below 2^53
}

static void three_runs_added_up_are_one_run_of_all(void **state)
{
    enum { ALL = 30000 };
    struct result whole, sum, part;

    (void)state;
    make_share(&whole, 0, 1, ALL);
    make_share(&sum, 0, 3, ALL);
    for (unsigned i = 1; i < 3; i++) {
        make_share(&part, i, 3, ALL);
        result_merge(&sum, &part);
        result_free(&part);
    }
    assert_same(sum.response, whole.response);
    assert_same(sum.service, whole.service);
    assert_same(sum.connect, whole.connect);
    assert_same(sum.lag, whole.lag);
    assert_memory_equal(&sum.requests, &whole.requests, sizeof sum.requests);
    assert_true(sum.completed == whole.completed && sum.completed_bytes == whole.completed_bytes);
    assert_int_equal(sum.processes, 3);
    assert_int_equal(sum.connections, 150);
    assert_int_equal(sum.served, 3 * 49);
    assert_true(sum.jain == 0); // none
    assert_int_equal(sum.generator.threads, 6);
    assert_true(sum.offered_rps > 19999.9 && sum.offered_rps < 20000.1);
    assert_true(sum.duration_ns == whole.duration_ns);
    assert_true(sum.size_bytes == 64);
    assert_string_equal(sum.target, "127.0.0.1:7000");
    assert_int_equal(sum.other_count, 0);
    result_free(&whole);
    result_free(&sum);
}

static void rates_of_runs_of_different_length_add_up(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 1000);
    make_result(&b, 3000);
    a.duration_ns = 1000000000;
    b.duration_ns = 2000000000;
    b.requests.lost = 2;
    b.depth_mean = 1;
    a.depth_mean = 5;
    result_merge(&a, &b);
    assert_true(result_rps(&a) == 2500); // and not 4,000 in 2 s
    assert_true(result_bytes_per_s(&a) == 2500 * 64);
    assert_true(a.duration_ns == 2000000000);
    assert_true(a.depth_mean == 2); // 1,000 requests met 5, and 3,000 met 1
    result_merge(&a, &b);
    assert_true(result_rps(&a) == 4000);
    assert_true(a.requests.lost == 4);
    result_free(&a);
    result_free(&b);
}

static void intervals_add_up_by_their_number(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 10);
    make_result(&b, 10);
    a.interval_count = 2;
    b.intervals[0].response = histogram_new(2);
    assert_non_null(b.intervals[0].response);
    histogram_record_n(b.intervals[0].response, 5, 7);
    b.intervals[2].errors = 9;
    result_merge(&a, &b);
    assert_int_equal(a.interval_count, 3);
    assert_true(a.intervals[0].sent == 4000 && a.intervals[1].sent == 4002);
    assert_true(a.intervals[0].response->total == 7);
    assert_true(a.intervals[1].response->total == 4002);
    assert_true(a.intervals[2].sent == 2002 && a.intervals[2].errors == 9);
    assert_true(a.intervals[2].start_ns == 2000000000);
    assert_null(a.intervals[2].response);

    b.interval_ns /= 2; // cut otherwise: there is no sum
    fail_quiet(true);
    result_merge(&a, &b);
    assert_int_equal(a.interval_count, 0);
    b.interval_ns *= 2;
    result_merge(&a, &b);
    fail_quiet(false);
    assert_int_equal(a.interval_count, 0);
    result_free(&a);
    result_free(&b);
}

static void other_machines_are_listed_once(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 10);
    make_result(&b, 10);
    snprintf(b.environment.host, sizeof b.environment.host, "elsewhere");
    snprintf(b.target, sizeof b.target, "[::1]:7000");
    result_merge(&a, &b);
    result_merge(&a, &b);
    assert_int_equal(a.other_count, 1);
    assert_string_equal(a.others[0].host, "elsewhere");
    assert_string_equal(a.environment.host, "");
    assert_has(a.target, "127.0.0.1:7000, [::1]:7000");
    char *json = text_of(&a, result_write_json);
    assert_has(json, "\"host\": \"elsewhere\"");
    free(json);
    result_free(&a);
    result_free(&b);
}

// ---- The command --------------------------------------------------------------------------------

static char out[CAUGHT], err[CAUGHT];

static int call_merge(void *arg)
{
    char **argv = arg;
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    fail_name("loadgen merge");
    return merge_main(argc, argv);
}

// `loadgen merge` with these words; at most five. Returns its exit status, with the output in out
// and err.
static int merge(const char *a, const char *b, const char *c, const char *d)
{
    static char words[5][256];
    const char *given[] = {"loadgen merge", a, b, c, d};
    char *argv[6] = {NULL};

    for (int i = 0; i < 5 && given[i] != NULL; i++) {
        snprintf(words[i], sizeof words[i], "%s", given[i]);
        argv[i] = words[i];
    }
    return run_apart(call_merge, argv, out, err);
}

static char first[] = "/tmp/test_merge.XXXXXX", second[] = "/tmp/test_merge.XXXXXX";

static void save_both(const struct result *a, const struct result *b)
{
    assert_true(result_save(a, first, result_write_json));
    assert_true(result_save(b, second, result_write_json));
}

static void merge_prints_the_summary_of_the_whole_or_what_was_asked_for(void **state)
{
    struct result a, b;

    (void)state;
    make_share(&a, 0, 2, 20000);
    make_share(&b, 1, 2, 20000);
    a.offered_rps = b.offered_rps = 4000;
    a.depth_mean = b.depth_mean = 0.25;
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 0);
    assert_has(out, "20,000 sent, 20,000 answered");
    assert_has(out, "added up from 2 runs");
    assert_string_equal(err, "");

    assert_int_equal(merge("--json=-", first, second, NULL), 0);
    result_merge(&a, &b);
    char *expected = text_of(&a, result_write_json);
    assert_string_equal(out, expected); // and nothing beside it, so that a program can read it
    free(expected);

    assert_int_equal(merge(first, second, "--csv", second), 0); // read before it is written
    assert_has(out, "added up from 2 runs");
    FILE *file = fopen(second, "re");
    assert_non_null(file);
    assert_non_null(fgets(out, sizeof out, file));
    fclose(file);
    assert_true(strncmp(out, "schema,target,", 14) == 0);

    assert_int_equal(merge(first, NULL, NULL, NULL), 0); // one file: its summary
    assert_has(out, "10,000 sent, 10,000 answered");
    result_free(&a);
    result_free(&b);
}

static void merge_says_by_its_status_that_answers_were_wrong_or_lost(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 100);
    make_result(&b, 100);
    b.requests.scheduled = b.requests.sent = 101;
    b.requests.lost = 1;
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 3);
    b.requests.lost = 0;
    b.requests.wrong = 1;
    save_both(&a, &b);
    assert_int_equal(merge(second, first, NULL, NULL), 3);
    b.requests.scheduled = b.requests.sent = 100;
    b.requests.wrong = 0;
    b.unasked = 1;
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 3);
    assert_int_equal(merge(first, first, NULL, NULL), 0);
    result_free(&a);
    result_free(&b);
}

static void merge_refuses_what_does_not_add_up(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 100);
    make_result(&b, 100);
    snprintf(b.loop, sizeof b.loop, "closed");
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 1);
    assert_has(err, first);
    assert_has(err, second);
    assert_has(err, "an open and a closed loop");
    assert_string_equal(out, "");

    snprintf(b.loop, sizeof b.loop, "open");
    snprintf(b.service_name, sizeof b.service_name, "frame");
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 1);
    assert_has(err, "different services");

    assert_int_equal(merge(first, "/nowhere/at all.json", NULL, NULL), 1);
    assert_has(err, "cannot read /nowhere/at all.json: No such file");
    assert_int_equal(merge(NULL, NULL, NULL, NULL), 64);
    assert_has(err, "Try 'loadgen merge --help'");
    assert_int_equal(merge("--jason", first, NULL, NULL), 64);
    assert_has(err, "Try 'loadgen merge --help'");
    assert_int_equal(merge("--help", NULL, NULL, NULL), 0);
    assert_has(out, "--timeline");
    result_free(&a);
    result_free(&b);
}

static void merge_warns_when_the_runs_were_not_at_the_same_time(void **state)
{
    struct result a, b;

    (void)state;
    make_result(&a, 100);
    make_result(&b, 100); // both: 1 s of warm-up, 5 s measured
    snprintf(b.environment.started, sizeof b.environment.started, "2026-11-22T03:00:05Z");
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 0);
    assert_string_equal(err, "");
    snprintf(b.environment.started, sizeof b.environment.started, "2026-11-22T02:59:00Z");
    save_both(&a, &b);
    assert_int_equal(merge(first, second, NULL, NULL), 0);
    assert_has(err, "did not run at the same time");
    result_free(&a);
    result_free(&b);
}

static int make_files(void **state)
{
    (void)state;
    write_file(first, "");
    write_file(second, "");
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(first);
    unlink(second);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_runs_added_up_are_one_run_of_all),
        cmocka_unit_test(rates_of_runs_of_different_length_add_up),
        cmocka_unit_test(intervals_add_up_by_their_number),
        cmocka_unit_test(other_machines_are_listed_once),
        cmocka_unit_test(merge_prints_the_summary_of_the_whole_or_what_was_asked_for),
        cmocka_unit_test(merge_says_by_its_status_that_answers_were_wrong_or_lost),
        cmocka_unit_test(merge_refuses_what_does_not_add_up),
        cmocka_unit_test(merge_warns_when_the_runs_were_not_at_the_same_time),
    };
    return cmocka_run_group_tests_name("merge", tests, make_files, remove_files);
}

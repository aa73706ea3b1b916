// test_readings_warnings.c: what is said of runs that are short, broken or empty.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/readings_sample.h"

// ---- Little data ---------------------------------------------------------------------------

static void assert_question_and(const struct record *r, const char *part)
{
    for (size_t f = 0; f < r->scenarios[0].figure_count; f++) {
        char *title = title_in(r, 0, f);
        if (!claims_nothing(title, &r->scenarios[0]))
            fail_msg("claims: %s", title);
        free(title);
    }
    char *text = text_in(r, 0);
    assert_clean(text, 1500);
    assert_says(text, part);
    free(text);
}

static void where_nothing_was_measured_nothing_is_claimed(void **state)
{
    (void)state;
    for (unsigned s = 0; s < sample_run.scenario_count; s++) {
        struct record r;
        make_record(&r, sample_run.scenarios[s].name, 6);
        assert_question_and(&r, "Nothing of this scenario has been measured");
        r.models.count = 0;
        assert_question_and(&r, "Nothing of this scenario has been measured");
        record_free(&r);
    }
}

static void where_all_failed_the_reason_is_given(void **state)
{
    (void)state;
    for (unsigned s = 0; s < sample_run.scenario_count; s++) {
        struct record r;
        make_record(&r, sample_run.scenarios[s].name, 2);
        for (unsigned p = 0; p < r.scenarios[0].point_count; p++) {
            struct repeat q = blank(p, 1, 1);
            q.outcome = OUTCOME_FAILED;
            snprintf(q.why, sizeof q.why, "it did not start");
            record_add(&r, &q);
        }
        assert_question_and(&r, "The first reason: it did not start.");
        record_free(&r);
    }
}

static void a_single_repeat_claims_nothing(void **state)
{
    static const double factor[] = {1, 0.1};

    (void)state;
    for (unsigned s = 0; s < sample_run.scenario_count; s++) {
        struct record r;
        make_record(&r, sample_run.scenarios[s].name, 2);
        fill_with_noise(&r, factor, 0.01, 1, s);
        for (size_t i = 0; i < r.repeat_count; i++) {
            r.repeats[i].value[METRIC_payload] = r.repeats[i].value[METRIC_rps];
            r.repeats[i].value[METRIC_memory] = r.repeats[i].value[METRIC_rps];
        }
        assert_question_and(&r, "Without repeats no difference can be told from noise.");
        record_free(&r);
    }
}

static void a_single_model_is_compared_with_nothing(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "connections", 1);
    fill_with_noise(&r, NULL, 0.02, ROUNDS, 1);
    assert_question_and(&r, "there is no other model to compare it with");
    record_free(&r);
}

static void a_single_point_says_nothing_of_growth(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "idle", 6);
    r.scenarios[0].point_count = 1;
    fill_with_noise(&r, NULL, 0.02, ROUNDS, 1);
    assert_question_and(&r, "can't be told apart from it");
    record_free(&r);
}

// A copy under another name is read by what it draws.
static void an_instructors_copy_is_read_too(void **state)
{
    static const double factor[] = {1, 0.4, 1};
    struct record r;

    (void)state;
    make_record(&r, "connections", 3);
    snprintf(r.scenarios[0].name, SCENARIO_NAME, "monday");
    fill_with_noise(&r, factor, 0.02, ROUNDS, 3);
    char *title = title_in(&r, 0, 0), *text = text_in(&r, 0);
    assert_says(title, "At 10\u202f000 (active clients) fork reaches ");
    assert_says(text, "has the highest throughput: ");
    assert_says(text, "can't be told apart from it. As a share of its value: fork 0.");
    free(title);
    free(text);
    record_free(&r);
}

// ---- Warnings ------------------------------------------------------------------------------

struct heard {
    char lines[20][400];
    unsigned count;
};

static void hear(const char *text, void *to)
{
    struct heard *h = to;

    assert_in_range(h->count, 0, 19);
    snprintf(h->lines[h->count++], sizeof *h->lines, "%s", text);
}

static void listen_to(const struct record *r, struct heard *h)
{
    struct cells cells;

    h->count = 0;
    cells_open(&cells, r);
    reading_warnings(&cells, hear, h);
    cells_free(&cells);
}

static void a_run_without_fault_has_no_warning(void **state)
{
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "idle", 1);
    fill_with_noise(&r, NULL, 0, ROUNDS, 1);
    listen_to(&r, &h);
    assert_int_equal(h.count, 0);
    record_free(&r);
}

static void what_goes_wrong_alike_is_one_warning(void **state)
{
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "connections", 6);
    fill_with_noise(&r, NULL, 0, ROUNDS, 1);
    for (size_t i = 0; i < 4; i++) {
        struct repeat *q = &r.repeats[i * r.models.count];
        q->outcome = OUTCOME_FAILED;
        snprintf(q->why, sizeof q->why, "killed by signal %zu", i);
        q = &r.repeats[i * r.models.count + 1]; // of another model: no failure, a finding
        q->outcome = OUTCOME_ENDED;
        q = &r.repeats[i * r.models.count + 2];
        snprintf(q->warning, sizeof q->warning, "the generator was the limit: %zu %%", i);
    }
    listen_to(&r, &h);
    assert_int_equal(h.count, 2);
    assert_string_equal(h.lines[0],
                        "blocking failed in 4 repeats of connections: killed by signal 0");
    assert_says(h.lines[1], "was the limit in 4 repeats: connections 4: these points say what the "
                            "generator could do");
    record_free(&r);
}

// One more scenario of the record.
static void add_scenario(struct record *r, const char *name)
{
    size_t n = r->scenario_count++;
    char *why, *file = home_path("results/scenarios/%s.scenario", name);

    r->scenarios = reallocarray(r->scenarios, n + 1, sizeof *r->scenarios);
    r->duration_ns = reallocarray(r->duration_ns, n + 1, sizeof *r->duration_ns);
    r->capacity = reallocarray(r->capacity, n + 1, sizeof *r->capacity);
    assert_true(r->scenarios && r->duration_ns && r->capacity);
    if (!scenario_read(&r->scenarios[n], file, &why))
        fail_msg("%s", why);
    free(file);
    r->duration_ns[n] = r->duration_ns[0];
    r->capacity[n] = 0;
}

static void a_model_that_cannot_run_is_told_once(void **state)
{
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "connections", 6);
    fill_with_noise(&r, NULL, 0, ROUNDS, 1);
    add_scenario(&r, "idle");
    for (unsigned i = 0; i < 4; i++) {
        struct repeat *q = &r.repeats[i * r.models.count];
        q->outcome = OUTCOME_FAILED;
        q->scenario = i % 2;
        q->point = i % 2;
        snprintf(q->why, sizeof q->why, "cannot run here: no rings");
    }
    listen_to(&r, &h);
    assert_int_equal(h.count, 1);
    assert_string_equal(h.lines[0], "blocking cannot run here: no rings");
    record_free(&r);
}

static void the_machine_is_warned_of(void **state)
{
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "idle", 2);
    fill_with_noise(&r, NULL, 0, 2, 1);
    r.interrupted = true;
    *r.server_cores = *r.load_cores = '\0';
    snprintf(r.machine.governor, sizeof r.machine.governor, "powersave");
    snprintf(r.machine.commit, sizeof r.machine.commit, "1a2b3c4-dirty");
    r.repeats[0].server = sample_text("/x/build/gcc-address,undefined/bin/epoll --port 0");
    listen_to(&r, &h);
    assert_int_equal(h.count, 6);
    assert_says(h.lines[0], "the run was interrupted: 24 repeats were measured");
    assert_says(h.lines[1], "fewer than 3 repeats in 12 of 12 combinations of model and point");
    assert_says(h.lines[2], "sanitizer");
    assert_says(h.lines[3], "not pinned");
    assert_says(h.lines[4], "powersave");
    assert_says(h.lines[5], "differ from commit 1a2b3c4:");
    snprintf(r.server_cores, sizeof r.server_cores, "1");
    snprintf(r.load_cores, sizeof r.load_cores, "1");
    listen_to(&r, &h);
    assert_says(h.lines[3], "shared core 1");
    record_free(&r);
}

static void a_wide_spread_is_told_where_it_prevents_a_ranking(void **state)
{
    static const double far[] = {1, 0.01, 0.0001};
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "pipeline", 3);
    fill_with_noise(&r, NULL, 0.4, 4, 1);
    listen_to(&r, &h);
    assert_int_equal(h.count, 1);
    assert_says(h.lines[0],
                "repeats scatter by more than 10 %, too much to rank their model, in these");
    assert_says(h.lines[0], ": pipeline ");
    assert_says(h.lines[0], " (most: throughput of ");
    assert_says(h.lines[0], " in flight, a standard deviation of ");
    record_free(&r);

    make_record(&r, "pipeline", 3);
    fill_with_noise(&r, far, 0.12, 4, 1);
    listen_to(&r, &h);
    assert_int_equal(h.count, 0); // wide, but far apart
    record_free(&r);
}

static void many_warnings_are_cut_and_counted(void **state)
{
    struct record r;
    struct heard h;

    (void)state;
    make_record(&r, "connections", 1);
    for (unsigned i = 0; i < 16; i++) {
        struct repeat q = blank(0, 0, i + 1);
        q.outcome = OUTCOME_FAILED;
        snprintf(q.why, sizeof q.why, "reason %c", 'a' + (int)i);
        record_add(&r, &q);
    }
    listen_to(&r, &h);
    assert_int_equal(h.count, 12);
    assert_string_equal(h.lines[11], "and 5 more");
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nothing_was_measured_nothing_is_claimed),
        cmocka_unit_test(where_all_failed_the_reason_is_given),
        cmocka_unit_test(a_single_repeat_claims_nothing),
        cmocka_unit_test(a_single_model_is_compared_with_nothing),
        cmocka_unit_test(a_single_point_says_nothing_of_growth),
        cmocka_unit_test(an_instructors_copy_is_read_too),
        cmocka_unit_test(a_run_without_fault_has_no_warning),
        cmocka_unit_test(what_goes_wrong_alike_is_one_warning),
        cmocka_unit_test(a_model_that_cannot_run_is_told_once),
        cmocka_unit_test(the_machine_is_warned_of),
        cmocka_unit_test(a_wide_spread_is_told_where_it_prevents_a_ranking),
        cmocka_unit_test(many_warnings_are_cut_and_counted),
    };
    return cmocka_run_group_tests_name("readings of little data, and warnings", tests, open_sample,
                                       close_sample);
}

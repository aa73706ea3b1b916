// test_readings_bounds.c: what is said where servers fall behind their load, and where the load
// generator was the limit.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/readings_sample.h"

// ---- The open loop ---------------------------------------------------------------------------

// Three models in `load`: each answers that share of what is asked from point `from` on.
static void fill_load(struct record *r, const double share[3], unsigned from, const double p99[3])
{
    uint64_t state = 5;

    for (unsigned round = 1; round <= ROUNDS; round++)
        for (unsigned p = 0; p < r->scenarios[0].point_count; p++)
            for (unsigned m = 0; m < 3; m++) {
                struct repeat q = blank(p, m, round);
                double noise = exp(0.01 * sample_normal(&state)), x = record_x(r, 0, p);
                q.value[METRIC_offered] = x;
                q.value[METRIC_sent] = 0.95 * x; // by chance a few less than the rate says
                q.value[METRIC_answered] = q.value[METRIC_sent] * (p < from ? 1 : share[m]);
                q.value[METRIC_rps] = q.value[METRIC_answered];
                q.value[METRIC_p99] = p < from || share[m] == 1 ? p99[m] * noise : NAN;
                if (p >= from && share[m] < 1) {
                    q.value[METRIC_rps] *= noise;
                    q.value[METRIC_p99] = 1e9 * noise;
                }
                record_add(r, &q);
            }
}

static void only_those_that_keep_up_are_ranked_by_response_time(void **state)
{
    static const double share[] = {1, 0.5, 1}, apart[] = {1e5, 1e5, 3e5}, alike[] = {1e5, 1e5, 1e5};
    struct record r;

    (void)state;
    make_record(&r, "load", 3);
    fill_load(&r, share, 7, apart);
    char *title = title_in(&r, 0, 0), *text = text_in(&r, 0);
    assert_string_equal(title, "At 130\u202f000 requests/s threads’ p99 (open loop) is 3.0 times "
                               "blocking’s");
    assert_says(text, "up to which 99 % was answered: 100\u202f000 by fork; "
                      "130\u202f000 by blocking and threads.");
    assert_says(text, "first above 1 ms: 110\u202f000 with fork.");
    assert_silent(text, "10 ms"); // the same list
    free(title);
    free(text);
    record_free(&r);

    make_record(&r, "load", 3);
    fill_load(&r, share, 7, alike);
    title = title_in(&r, 0, 0);
    assert_string_equal(title, "At 130\u202f000 requests/s blocking and threads keep up; fork "
                               "answers 50 %");
    free(title);
    record_free(&r);
}

static void where_p99_is_unknown_it_may_be_above(void **state)
{
    static const double share[] = {1, 1, 1}, p99[] = {2e6, 2e5, 2e5};
    struct record r;

    (void)state;
    make_record(&r, "load", 3);
    fill_load(&r, share, 9, p99);
    for (size_t i = 0; i < r.repeat_count; i++)
        if (r.repeats[i].point < 2)
            r.repeats[i].value[METRIC_p99] = NAN;
    char *text = text_in(&r, 0);
    assert_says(text,
                "above 1 ms: 50\u202f000 or below with blocking (below that no p99 is known)");
    free(text);
    record_free(&r);
}

// ---- The generator is the limit ----------------------------------------------------------------

static void limit(struct record *r, const char *scenario, const char *warning)
{
    unsigned s = find_scenario(r, scenario);

    for (size_t i = 0; i < r->repeat_count; i++)
        if (r->repeats[i].scenario == s)
            snprintf(r->repeats[i].warning, sizeof r->repeats[i].warning, "%s", warning);
}

static void what_is_alike_because_of_the_generator_is_no_finding(void **state)
{
    static const char warning[] = "the generator was the limit: its busiest thread wanted a core";
    static const struct {
        const char *scenario, *finding;
    } findings[] = {{"pipeline", "all models answer about 7"},
                    {"cpu", "; epoll gains nothing"},
                    {"idle", "; threads stays"},
                    {"sleep", "; epoll stays the same"}};

    (void)state;
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        struct record r;
        record_sample(&r, sample_folder, ROUNDS, 7);
        unsigned s = find_scenario(&r, findings[i].scenario);
        limit(&r, findings[i].scenario, "");
        char *title = title_in(&r, s, 0), *text = text_in(&r, s);
        assert_says(title, findings[i].finding);
        assert_silent(text, "load generator was the limit");
        free(title);
        free(text);
        limit(&r, findings[i].scenario, warning);
        title = title_in(&r, s, 0);
        text = text_in(&r, s);
        assert_silent(title, findings[i].finding);
        assert_says(text, "The load generator was the limit for ");
        free(title);
        free(text);
        record_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_those_that_keep_up_are_ranked_by_response_time),
        cmocka_unit_test(where_p99_is_unknown_it_may_be_above),
        cmocka_unit_test(what_is_alike_because_of_the_generator_is_no_finding),
    };
    return cmocka_run_group_tests_name("readings at the bounds", tests, open_sample, close_sample);
}

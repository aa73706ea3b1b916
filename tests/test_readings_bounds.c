// test_readings_bounds.c: what is said where servers fall behind their load, where the load
// generator was the limit, and where more bytes bring no more.
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

// ---- Sizes -------------------------------------------------------------------------------------

// Payload per second at each point of `size`, from 16 B to 1 MiB, as a share of the highest; 0: not
// measured. 0.94 is within 10 % of it, 0.86 is not.
typedef const double curve[9];
static curve level_from_16k = {0.001, 0.004, 0.015, 0.06, 0.3, 0.94, 0.97, 1, 0.98};
static curve level_from_64k = {0.001, 0.004, 0.015, 0.06, 0.3, 0.86, 0.94, 1, 0.97};
static curve grows = {0.001, 0.004, 0.015, 0.06, 0.3, 0.5, 0.7, 0.86, 1};
static curve falls = {0.001, 0.004, 0.015, 0.06, 0.3, 0.86, 0.94, 1, 0.8};
static curve dips = {0.001, 0.004, 0.015, 0.06, 0.3, 0.86, 0.94, 0.8, 1};
static curve flat = {1, 1, 1, 1, 1, 1, 1, 1, 1};
static curve falls_without_16 = {0, 0.004, 0.015, 0.06, 0.3, 0.86, 0.94, 1, 0.8};
static curve level_until_256k = {0.001, 0.004, 0.015, 0.06, 0.3, 0.86, 0.94, 1, 0};
static curve grows_until_64k = {0.001, 0.004, 0.015, 0.06, 0.3, 0.86, 1, 0, 0};
static curve unknown = {0};

static const char of_highest[] = "Payload per second is within 10 % of its highest";

static void make_sizes(struct record *r, curve blocking, curve fork, curve threads)
{
    const double *const share[] = {blocking, fork, threads};
    uint64_t state = 5;

    make_record(r, "size", 3);
    assert_int_equal(r->scenarios[0].point_count, sizeof(curve) / sizeof(double));
    for (unsigned round = 1; round <= ROUNDS; round++)
        for (unsigned p = 0; p < r->scenarios[0].point_count; p++)
            for (unsigned m = 0; m < 3; m++) {
                struct repeat q = blank(p, m, round);
                double noise = exp(0.01 * sample_normal(&state));
                if (share[m][p] == 0)
                    continue;
                q.value[METRIC_payload] = 2e9 * share[m][p] * noise;
                q.value[METRIC_rps] = q.value[METRIC_payload] / record_x(r, 0, p);
                record_add(r, &q);
            }
}

// `title`: NULL where it must not say that anything levels off.
static void assert_title(curve blocking, curve fork, curve threads, const char *title)
{
    struct record r;

    make_sizes(&r, blocking, fork, threads);
    char *said = title_in(&r, 0, 0);
    if (title != NULL) {
        assert_string_equal(said, title);
    } else {
        assert_silent(said, "within 10 %");
        assert_silent(said, "levels off");
    }
    free(said);
    record_free(&r);
}

// `list`: who is within 10 % from where on, NULL where nobody is.
static void assert_list(curve blocking, curve fork, curve threads, const char *list)
{
    struct record r;
    char sentence[256];

    make_sizes(&r, blocking, fork, threads);
    char *said = text_in(&r, 0);
    if (list != NULL) {
        snprintf(sentence, sizeof sentence, "%s: %s. ", of_highest, list);
        assert_says(said, sentence);
    } else {
        assert_silent(said, of_highest);
    }
    free(said);
    record_free(&r);
}

static void payload_that_falls_again_has_not_levelled_off(void **state)
{
    (void)state;
    assert_title(falls, falls, falls, NULL);
    assert_list(falls, falls, falls, NULL);
    assert_list(level_from_64k, falls, level_from_64k, "blocking and threads from 64 KiB on");
    // Near its highest at 64 KiB, then not, then again.
    assert_title(dips, dips, dips, NULL);
    assert_list(dips, dips, dips, "blocking, fork and threads only at 1 MiB");
}

static void a_title_speaks_of_all_models_or_does_not_say_it(void **state)
{
    static const double *const other[] = {grows, falls, dips, flat, falls_without_16};
    static const char from_64k[] =
        "From 64 KiB on payload per second is within 10 % of its highest";

    (void)state;
    assert_title(level_from_64k, level_from_64k, level_from_64k, from_64k);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_title(other[i], level_from_64k, level_from_64k, NULL);
        assert_title(level_from_64k, other[i], level_from_64k, NULL);
        assert_title(level_from_64k, level_from_64k, other[i], NULL);
    }
    // A model that was measured nowhere is none of them.
    assert_title(level_from_64k, unknown, level_from_64k, from_64k);
}

static void payload_levels_off_from_the_first_size_that_is_near_its_highest(void **state)
{
    (void)state;
    assert_title(level_from_16k, level_from_16k, level_from_16k,
                 "From 16 KiB on payload per second is within 10 % of its highest");
    assert_list(level_from_16k, level_from_16k, level_from_16k,
                "blocking, fork and threads from 16 KiB on");
    assert_title(level_from_64k, level_from_16k, level_from_64k,
                 "Payload per second levels off from 16 KiB to 64 KiB, by model");
    assert_title(level_from_16k, level_from_64k, level_from_16k,
                 "Payload per second levels off from 16 KiB to 64 KiB, by model");
    assert_list(level_from_64k, level_from_16k, grows,
                "fork from 16 KiB on; blocking from 64 KiB on; threads only at 1 MiB");
    // What lies beyond the last size measured is not held against a model; nor has one that never
    // grew stopped growing.
    assert_list(level_until_256k, flat, unknown, "blocking from 64 KiB on");
    assert_list(grows_until_64k, level_from_64k, unknown,
                "fork from 64 KiB on; blocking only at 64 KiB");
}

static void payload_that_is_level_because_of_the_generator_is_no_finding(void **state)
{
    struct record r;

    (void)state;
    make_sizes(&r, level_from_64k, level_from_64k, level_from_64k);
    limit(&r, "size", "the generator was the limit: its busiest thread wanted a core");
    char *title = title_in(&r, 0, 0), *text = text_in(&r, 0);
    assert_silent(title, "within 10 %");
    assert_silent(text, of_highest);
    free(title);
    free(text);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_those_that_keep_up_are_ranked_by_response_time),
        cmocka_unit_test(where_p99_is_unknown_it_may_be_above),
        cmocka_unit_test(what_is_alike_because_of_the_generator_is_no_finding),
        cmocka_unit_test(payload_that_falls_again_has_not_levelled_off),
        cmocka_unit_test(a_title_speaks_of_all_models_or_does_not_say_it),
        cmocka_unit_test(payload_levels_off_from_the_first_size_that_is_near_its_highest),
        cmocka_unit_test(payload_that_is_level_because_of_the_generator_is_no_finding),
    };
    return cmocka_run_group_tests_name("readings at the bounds", tests, open_sample, close_sample);
}

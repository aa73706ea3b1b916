// test_require.c: what a script may demand of a run, and what it is told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "loadgen/require.h"
#include "loadgen/result.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int64_t US = 1000;
static char said[256];

// A run of which everything is known: response times of 1 to 1000 us, once each, and counts that
// are all different.
static int set_up(void **state)
{
    static struct result r;

    result_init(&r);
    snprintf(r.loop, sizeof r.loop, "open");
    r.duration_ns = 2 * NS_PER_SECOND;
    r.completed = 24690;
    r.requests.scheduled = r.requests.sent = 1013;
    r.requests.answered = 1000;
    r.requests.wrong = 13;
    r.unasked = 2;
    r.errors.connect = 1;
    r.errors.reset = 20;
    r.errors.closed = 300;
    r.errors.timeout = 4000;
    r.errors.idle_closed = 50000;
    for (int64_t us = 1; us <= 1000; us++) {
        histogram_record_n(r.response, us * US, 1);
        histogram_record_n(r.service, us * US / 2, 1);
    }
    histogram_record_n(r.connect, 70 * US, 50);
    histogram_record_n(r.lag, 3 * US, 1000);
    *state = &r;
    return 0;
}

static int tear_down(void **state)
{
    result_free(*state);
    return 0;
}

static bool holds(const struct result *r, const char *text)
{
    struct require require;
    const char *why = NULL;

    if (!require_read(text, &require, &why))
        fail_msg("require_read() refused \"%s\": give %s", text, why);
    assert_ptr_equal(require.text, text);
    memset(said, 'x', sizeof said);
    bool verdict = require_holds(&require, r, said, sizeof said);
    assert_non_null(memchr(said, '\0', sizeof said));
    assert_null(strchr(said, '\n'));
    return verdict;
}

static void assert_holds(const struct result *r, const char *text)
{
    if (!holds(r, text))
        fail_msg("does not hold: %s", said);
}

static void assert_missed(const struct result *r, const char *text)
{
    if (holds(r, text))
        fail_msg("holds: %s", said);
}

static void each_operator_compares(void **state)
{
    static const struct {
        const char *operator;
        bool less, equal, greater; // whether it holds when the figure is so
    } table[] = {
        {"<", true, false, false}, {"<=", true, true, false}, {"==", false, true, false},
        {"=", false, true, false}, {"!=", true, false, true}, {">=", false, true, true},
        {">", false, false, true},
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        const struct {
            unsigned limit;
            bool verdict;
        } tries[] = {{14, table[i].less}, {13, table[i].equal}, {12, table[i].greater}};
        for (size_t k = 0; k < COUNT(tries); k++) {
            char text[32];
            snprintf(text, sizeof text, "wrong%s%u", table[i].operator, tries[k].limit);
            if (holds(*state, text) != tries[k].verdict)
                fail_msg("13 wrong answers: %s", said);
        }
    }
}

static void assert_all_hold(const struct result *r, const char *const texts[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_holds(r, texts[i]);
}

static void each_count_is_its_own(void **state)
{
    static const char *const requests[] = {"scheduled==1013", "sent==1013", "answered==1000",
                                           "wrong==13",       "lost==0",    "unfinished==0",
                                           "unasked==2"};
    static const char *const errors[] = {"errors==54321",        "errors.connect==1",
                                         "errors.reset==20",     "errors.closed==300",
                                         "errors.timeout==4000", "errors.idle_closed==50000"};

    assert_all_hold(*state, requests, COUNT(requests));
    assert_all_hold(*state, errors, COUNT(errors));
}

static void each_time_is_its_own(void **state)
{
    // Within the error of three digits; the ends are exact.
    static const char *const bare[] = {"min==1us",   "max==1ms",  "mean>500us", "mean<501us",
                                       "p50>=500us", "p50<501us", "p99>=990us", "p99<991us"};
    static const char *const response[] = {"response.min==1us",   "response.max==1ms",
                                           "response.mean>500us", "response.mean<501us",
                                           "response.p50>=500us", "response.p50<501us"};
    static const char *const service[] = {"service.min==500ns", "service.max==500us",
                                          "service.mean>250us", "service.mean<251us",
                                          "service.p50>=250us", "service.p50<251us"};
    static const char *const others[] = {
        "connect.min==70us", "connect.max==70us", "connect.mean==70us", "connect.p50==70us",
        "lag.min==3us",      "lag.max==3us",      "lag.mean==3us",      "lag.p50==0.003ms"};

    assert_all_hold(*state, bare, COUNT(bare));
    assert_all_hold(*state, response, COUNT(response));
    assert_all_hold(*state, service, COUNT(service));
    assert_all_hold(*state, others, COUNT(others));
}

static void a_percentile_may_have_a_fraction(void **state)
{
    struct require require;
    const char *why;

    (void)state;
    assert_true(require_read("p99.9<1ms", &require, &why));
    assert_true(require.fraction == 0.999);
    assert_true(require_read("p50<1ms", &require, &why));
    assert_true(require.fraction == 0.5);
    assert_true(require_read("connect.p0.5<1ms", &require, &why));
    assert_true(require.fraction == 0.005);
    assert_true(require_read("p99.9999999<1ms", &require, &why));
    assert_true(require.fraction < 1);
}

static void throughput_counts_answers_within_the_window(void **state)
{
    static struct result nothing;

    assert_holds(*state, "throughput==12345");
    assert_string_equal(said, "throughput==12345: holds: throughput is 12345.0 answers/s");
    assert_holds(*state, "throughput>12k");
    assert_missed(*state, "throughput>=12.5k");
    assert_missed(&nothing, "throughput>=0");
    assert_string_equal(said, "throughput>=0: missed: throughput can't be given: nothing was "
                              "measured");
}

static void spaces_are_allowed_round_the_operator(void **state)
{
    static const char *const texts[] = {"wrong == 13", "wrong ==13", "wrong== 13", "max  <=   1ms"};

    assert_all_hold(*state, texts, COUNT(texts));
}

static void what_is_said_names_the_demand_the_verdict_and_the_figure(void **state)
{
    assert_missed(*state, "wrong==0");
    assert_string_equal(said, "wrong==0: missed: wrong is 13");
    assert_holds(*state, "wrong<=13");
    assert_string_equal(said, "wrong<=13: holds: wrong is 13");
    assert_missed(*state, "connect.max < 50us");
    assert_string_equal(said, "connect.max < 50us: missed: connect.max is 70.0 us (open loop)");
    assert_missed(*state, "lag.p99<1us");
    assert_string_equal(said, "lag.p99<1us: missed: lag.p99 is 3.00 us (open loop)");
}

static void a_narrow_miss_does_not_look_like_the_limit(void **state)
{
    assert_missed(*state, "max<1ms"); // it is 1 ms
    assert_string_equal(said, "max<1ms: missed: max is 1.00 ms (open loop)");
    assert_missed(*state, "max<=999999ns");
    assert_string_equal(said, "max<=999999ns: missed: max is 1000000 ns (open loop)");
}

static void a_percentile_of_too_few_samples_is_missed(void **state)
{
    assert_missed(*state, "p99.9<1s");
    assert_string_equal(said, "p99.9<1s: missed: p99.9 can't be given: it takes 10000 samples, and "
                              "there are 1000");
    assert_missed(*state, "p99.9>0ns"); // whichever way it is asked
    assert_missed(*state, "p99.1<1s");
    assert_string_equal(said, "p99.1<1s: missed: p99.1 can't be given: it takes 1112 samples, and "
                              "there are 1000");
    assert_missed(*state, "connect.p90<1s");
    assert_string_equal(said, "connect.p90<1s: missed: connect.p90 can't be given: it takes 100 "
                              "samples, and there are 50");
    assert_holds(*state, "connect.p80<1s"); // just enough
}

static void what_was_never_measured_is_missed(void **state)
{
    static const char *const metrics[] = {"p50", "min", "mean", "max"};
    struct result *r = *state;

    free(r->response);
    r->response = histogram_new(3);
    assert_non_null(r->response);
    for (size_t i = 0; i < COUNT(metrics); i++) {
        char text[32], expected[128];
        snprintf(text, sizeof text, "%s<1s", metrics[i]);
        snprintf(expected, sizeof expected, "%s: missed: %s can't be given: nothing was measured",
                 text, metrics[i]);
        assert_missed(r, text);
        assert_string_equal(said, expected);
    }
}

static void requests_without_an_answer_are_slower_than_all(void **state)
{
    // 500 of 1500 are out of sight: the median is now the 750th of those that were seen. To connect
    // has nothing to do with it, nor has the schedule.
    static const char *const seen[] = {"p50>=750us",        "p50<751us",    "min==1us",
                                       "connect.max==70us", "lag.max==3us", "unfinished==200"};
    struct result *r = *state;

    r->requests.unfinished = 200;
    r->requests.lost = 100;
    r->requests.scheduled = r->requests.sent + 200; // due, and not even sent
    assert_all_hold(r, seen, COUNT(seen));
    assert_missed(r, "p90<1min");
    assert_string_equal(said, "p90<1min: missed: p90 can't be given: 500 requests were never "
                              "answered");
    assert_missed(r, "max<1min");
    assert_string_equal(said, "max<1min: missed: max can't be given: 500 requests were never "
                              "answered");
    assert_missed(r, "service.mean<1min");
}

// `word` is one of what is allowed instead.
static void refuse(const char *const texts[], size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        struct require require = {.text = "untouched", .value = -1};
        const char *why = "";
        if (require_read(texts[i], &require, &why))
            fail_msg("require_read() took \"%s\"", texts[i]);
        if (strstr(why, word) == NULL)
            fail_msg("\"%s\": give %s", texts[i], why);
        if (strcmp(require.text, "untouched") != 0 || require.value != -1)
            fail_msg("require_read() refused \"%s\", and stored something", texts[i]);
    }
}

static void what_is_no_demand_is_refused(void **state)
{
    static const char *const no_percentile[] = {"p<1ms",    "p0<1ms",    "p100<1ms",  "p101<1ms",
                                                "p-1<1ms",  "p9x<1ms",   "p99_9<1ms", "P99<1ms",
                                                "p1e1<1ms", "p0.01k<1ms"};
    static const char *const no_metric[] = {
        "",         " ",          "<1ms",     " p99<1ms",     "median<1ms",   "lag<1ms",
        "lag.<1ms", "lag.sent<1", "losts==0", "response<1ms", "other.p99<1ms"};
    static const char *const no_operator[] = {"p99", "p99!1ms", "p99!<1ms", "lost", "lost 0"};
    static const char *const no_time[] = {"p99<",     "p99<1",   "p99<ms",          "p99<-1ms",
                                          "p99<1ms ", "p99<1h",  "p99<1ms,p50<1ms", "p99<<1ms",
                                          "p99=<1ms", "p99<>1ms"};
    static const char *const no_count[] = {"lost==",   "lost==0ms", "lost==0.5",
                                           "lost==-1", "lost==1k",  "lost===0"};
    static const char *const no_rate[] = {"throughput>1ms", "throughput>", "throughput>1e3",
                                          "throughput>-1"};

    (void)state;
    refuse(no_percentile, COUNT(no_percentile), "METRIC");
    refuse(no_metric, COUNT(no_metric), "METRIC");
    refuse(&(const char *const){"answered.by.whom.in.the.whole.run<1"}, 1, "METRIC");
    refuse(no_operator, COUNT(no_operator), "<=");
    refuse(no_time, COUNT(no_time), "unit");
    refuse(no_count, COUNT(no_count), "whole");
    refuse(no_rate, COUNT(no_rate), "per second");
}

// The list in --help is prose, and easily forgotten.
static void every_metric_is_listed(void **state)
{
    static const char *const times[] = {"p50", "p99.9",       "min",         "mean",
                                        "max", "service.p99", "connect.max", "lag.mean"};
    static const char *const others[] = {"throughput",     "scheduled",
                                         "sent",           "answered",
                                         "wrong",          "lost",
                                         "unfinished",     "unasked",
                                         "errors",         "errors.connect",
                                         "errors.reset",   "errors.closed",
                                         "errors.timeout", "errors.idle_closed"};
    struct require require;
    const char *why;
    char text[64];

    (void)state;
    for (size_t i = 0; i < COUNT(times) + COUNT(others); i++) {
        const char *name = i < COUNT(times) ? times[i] : others[i - COUNT(times)];
        snprintf(text, sizeof text, "%s>0%s", name, i < COUNT(times) ? "ns" : "");
        if (!require_read(text, &require, &why))
            fail_msg("\"%s\" is refused: give %s", text, why);
        if (strstr(require_metrics(), name) == NULL)
            fail_msg("%s is not in the list: %s", name, require_metrics());
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_operator_compares),
        TEST(each_count_is_its_own),
        TEST(each_time_is_its_own),
        TEST(a_percentile_may_have_a_fraction),
        TEST(throughput_counts_answers_within_the_window),
        TEST(spaces_are_allowed_round_the_operator),
        TEST(what_is_said_names_the_demand_the_verdict_and_the_figure),
        TEST(a_narrow_miss_does_not_look_like_the_limit),
        TEST(a_percentile_of_too_few_samples_is_missed),
        TEST(what_was_never_measured_is_missed),
        TEST(requests_without_an_answer_are_slower_than_all),
        cmocka_unit_test(what_is_no_demand_is_refused),
        cmocka_unit_test(every_metric_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

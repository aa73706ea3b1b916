// test_result.c: nothing is lost on the way to a file and back, and no figure is given without
// samples behind it.
#include "tests/result_sample.h"

#include <jansson.h>

static void read_back(struct result *r, const char *json)
{
    char name[] = "/tmp/test_result.XXXXXX";

    write_file(name, json);
    result_read_json(r, name);
    unlink(name);
}

static void assert_survives(const struct result *r)
{
    struct result again;
    char *first = text_of(r, result_write_json);

    read_back(&again, first);
    char *second = text_of(&again, result_write_json);
    assert_string_equal(second, first);
    free(first);
    free(second);
    result_free(&again);
}

static void a_result_survives_json_byte_for_byte(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 20000);
    assert_survives(&r);

    histogram_record_n(r.response, HISTOGRAM_HIGHEST + 12345, 3); // saturated
    histogram_record_n(r.response, 0, 1);
    r.wrong_shown = 2;
    r.wrong[0] = (struct wrong){1, 2, 3, 0, 255};
    r.wrong[1] = (struct wrong){4, 5, 6, -1, 7};
    r.requests = (struct requests){
        .scheduled = 20030, .sent = 20021, .answered = 20004, .unfinished = 17};
    snprintf(r.errors.first, sizeof r.errors.first, "tab\t, quote \", \xea\xb0\x80, \x01");
    r.interrupted = true;
    r.processes = 3;
    r.merged_rps = 100.0 / 3;
    r.merged_bytes_per_s = 1e9 / 7;
    assert_survives(&r);
    result_free(&r);

    result_init(&r);
    snprintf(r.loop, sizeof r.loop, "closed");
    assert_survives(&r);
    result_free(&r);
}

static void what_is_read_back_is_what_was_measured(void **state)
{
    struct result r, again;

    (void)state;
    make_result(&r, 5000);
    char *json = text_of(&r, result_write_json);
    read_back(&again, json);
    assert_int_equal(again.served, 49);
    assert_true(again.jain == 0.666666666666667); // as many digits as a file has
    assert_true(again.seed == UINT64_MAX - 4);
    assert_true(again.duration_ns == 5000000123);
    assert_true(again.generator.system_ns == 1912345678);
    assert_string_equal(again.environment.command, r.environment.command);
    assert_true(again.response->total == 5000);
    assert_true(again.response->min == r.response->min && again.response->max == r.response->max);
    assert_true(histogram_mean(again.response) == histogram_mean(r.response));
    assert_memory_equal(again.response->counts, r.response->counts,
                        r.response->length * sizeof r.response->counts[0]);
    assert_int_equal(again.interval_count, 3);
    assert_null(again.intervals[0].response);
    assert_true(again.intervals[1].response->total == 2001);
    assert_true(result_rps(&again) == result_rps(&r));
    free(json);
    result_free(&r);
    result_free(&again);
}

static void bytes_that_are_not_utf_8_do_not_spoil_the_json(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 1);
    snprintf(r.environment.command, sizeof r.environment.command, "loadgen '\xff\xfe' x");
    char *json = text_of(&r, result_write_json);
    assert_has(json, "\"command\": \"loadgen '?"
                     "?' x\"");
    free(json);
    result_free(&r);
}

// The example of the contract, word for word.
static const char contract[] =
    "{ \"schema\": \"echolab.loadgen/1\", \"target\": \"127.0.0.1:7000\", \"service\": \"echo\","
    "  \"loop\": \"open\", \"interrupted\": false,"
    "  \"connections\": 50, \"size_bytes\": 64, \"offered_rps\": 20000.0, \"duration_s\": 5.0,"
    "  \"requests\": { \"sent\": 100000, \"answered\": 100000, \"wrong\": 0, \"lost\": 0,"
    "    \"unfinished\": 0 },"
    "  \"throughput_rps\": 19998.7, \"throughput_bytes_per_s\": 1279916.8,"
    "  \"latency_ns\": {"
    "    \"response\": { \"count\": 100000, \"min\": 0, \"mean\": 0, \"p50\": 0, \"p90\": 0,"
    "      \"p99\": 0, \"p99_9\": 0, \"max\": 0 },"
    "    \"service\":  { \"count\": 100000, \"min\": 0, \"mean\": 0, \"p50\": 0, \"p90\": 0,"
    "      \"p99\": 0, \"p99_9\": 0, \"max\": 0 },"
    "    \"connect\":  { \"count\": 50, \"min\": 0, \"mean\": 0, \"p50\": 0, \"p90\": 0, \"p99\": "
    "0,"
    "      \"max\": 0 } },"
    "  \"errors\": { \"connect\": 0, \"reset\": 0, \"timeout\": 0 },"
    "  \"generator\": { \"threads\": 1, \"user_s\": 0.0, \"system_s\": 0.0,"
    "    \"lag_ns\": { \"p50\": 0, \"p99\": 0, \"max\": 0 }, \"was_the_limit\": false },"
    "  \"environment\": { \"kernel\": \"\", \"cpu\": \"\", \"cores\": 2, \"nofile\": 20000,"
    "    \"commit\": \"\", \"command\": \"\" } }";

// Three levels deep. NOLINTNEXTLINE(misc-no-recursion)
static void assert_like(json_t *ours, json_t *example)
{
    const char *name;
    json_t *value;

    json_object_foreach(example, name, value)
    {
        json_t *mine = json_object_get(ours, name);
        if (mine == NULL || json_typeof(mine) != json_typeof(value))
            fail_msg("%s is missing or of another type", name);
        if (json_is_object(value))
            assert_like(mine, value);
    }
}

static void the_json_has_every_field_of_the_contract_in_its_type(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 20000);
    char *text = text_of(&r, result_write_json);
    json_t *ours = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *example = json_loads(contract, 0, NULL);
    assert_non_null(ours);
    assert_non_null(example);
    assert_like(ours, example);
    assert_string_equal(json_string_value(json_object_get(ours, "schema")), "echolab.loadgen/1");
    json_decref(ours);
    json_decref(example);
    free(text);
    result_free(&r);
}

// A member of latency_ns.response: its value, or -1 for null.
static json_int_t response_figure(const struct result *r, const char *name)
{
    char *text = text_of(r, result_write_json);
    json_t *root = json_loads(text, 0, NULL);
    json_t *latency = json_object_get(json_object_get(root, "latency_ns"), "response");
    json_t *figure = json_object_get(latency, name);
    json_int_t value = json_is_null(figure) ? -1 : json_integer_value(figure);

    assert_true(json_is_null(figure) || json_is_integer(figure));
    json_decref(root);
    free(text);
    return value;
}

static void a_percentile_needs_samples_behind_it(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 999);
    assert_true(response_figure(&r, "p90") > 0);
    assert_true(response_figure(&r, "p99") == -1);
    result_free(&r);
    make_result(&r, 1000);
    assert_true(response_figure(&r, "p99") > 0);
    assert_true(response_figure(&r, "p99_9") == -1);
    result_free(&r);
    make_result(&r, 9999);
    assert_true(response_figure(&r, "p99_9") == -1);
    result_free(&r);
    make_result(&r, 10000);
    assert_true(response_figure(&r, "p99_9") > 0);
    assert_true(response_figure(&r, "p99_99") == -1);
    result_free(&r);
}

static void files_from_before_fairness_are_read(void **state)
{
    struct result r, again;

    (void)state;
    make_result(&r, 10);
    char *text = text_of(&r, result_write_json), *name = strstr(text, "\"clients\": {\"served\"");
    assert_non_null(name);
    name[1] = 'X'; // a field that nobody knows, and so the same as none
    read_back(&again, text);
    assert_int_equal(again.served, 0);
    assert_true(again.jain == 0);
    char *second = text_of(&again, result_write_json);
    assert_has(second, "\"clients\": {\"served\": 0, \"jain\": null}");
    free(text);
    free(second);
    result_free(&r);
    result_free(&again);
}

static void requests_without_an_answer_count_as_slower_than_all(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 10000);
    json_int_t before = response_figure(&r, "p50");
    r.requests.unfinished = 2000; // of those sent
    r.requests.sent += 2000;
    r.requests.scheduled += 4000; // and 2,000 never sent
    assert_true(response_figure(&r, "p50") > before);
    assert_true(response_figure(&r, "p90") == -1); // 10,000 of 14,000 is 71 %
    r.requests.scheduled += 20000;
    assert_true(response_figure(&r, "p50") == -1);
    result_free(&r);
}

static void a_closed_loop_has_no_offered_rate(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 10);
    snprintf(r.loop, sizeof r.loop, "closed");
    r.offered_rps = 0;
    char *text = text_of(&r, result_write_json);
    assert_has(text, "\"offered_rps\": null");
    free(text);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_survives_json_byte_for_byte),
        cmocka_unit_test(what_is_read_back_is_what_was_measured),
        cmocka_unit_test(bytes_that_are_not_utf_8_do_not_spoil_the_json),
        cmocka_unit_test(the_json_has_every_field_of_the_contract_in_its_type),
        cmocka_unit_test(a_percentile_needs_samples_behind_it),
        cmocka_unit_test(files_from_before_fairness_are_read),
        cmocka_unit_test(requests_without_an_answer_count_as_slower_than_all),
        cmocka_unit_test(a_closed_loop_has_no_offered_rate),
    };
    return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}

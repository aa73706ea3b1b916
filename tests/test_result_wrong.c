// test_result_wrong.c: a file that is not a result is not taken for one, and one that can't be
// written is no success.
#include "tests/result_sample.h"

static int read_it(void *file)
{
    struct result r;

    fail_name("loadgen");
    result_read_json(&r, file);
    result_free(&r);
    return 0;
}

// That a file of this text is refused, naming it and what is wrong.
static void assert_refused(const char *json, const char *says)
{
    static char out[CAUGHT], err[CAUGHT];
    char name[] = "/tmp/test_result.XXXXXX";

    write_file(name, json);
    int status = run_apart(read_it, name, out, err);
    unlink(name);
    if (status != EXIT_FAILURE)
        fail_msg("status %d, not 1, where it should say: %s", status, says);
    assert_has(err, name);
    assert_has(err, says);
}

// The text with the first `from` replaced.
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *result;

    if (at == NULL)
        fail_msg("the test is wrong: no \"%s\" in the JSON", from);
    assert_true(asprintf(&result, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
    return result;
}

static void a_file_that_is_not_a_result_is_refused_by_name_and_field(void **state)
{
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"echolab.loadgen/1", "echolab.loadgen/2", "schema"},
        {"\"connections\": 50", "\"connections\": \"50\"", "connections: an integer is expected"},
        {"\"connections\": 50", "\"connections\": 50.5", "connections: an integer is expected"},
        {"\"connections\": 50", "\"connections\": -1", "connections: "},
        {"\"connections\": 50", "\"connections\": 5000000000", "connections: "},
        {"\"connections\": 50", "\"conections\": 50",
         "connections: an integer is expected, but it"},
        {"\"interrupted\": false", "\"interrupted\": 0", "interrupted: true or false is expected"},
        {"\"loop\": \"open\"", "\"loop\": \"ajar\"", "loop: \"open\" or \"closed\""},
        {"\"service\": \"echo\"", "\"service\": \"echoechoecho\"",
         "service: this text is too long"},
        {"\"duration_s\": 5", "\"duration_s\": -5", "duration_s: "},
        {"\"duration_s\": 5.000000123", "\"duration_s\": null", "duration_s: a number"},
        {"\"seed\": \"18", "\"seed\": \"x", "seed: "},
        {"\"requests\": {", "\"requests\": 1, \"x\": {", "requests: an object is expected"},
        {"\"sent\": 2000,", "\"sent\": 99999,", "requests.sent: "},
        {"\"kernel\": \"", "\"kernel\": 1, \"x\": \"", "environment.kernel: a text is expected"},
        {"\"digits\": 3", "\"digits\": 2", "histograms_ns.response.digits: 3 is expected"},
        {"\"counts\": [[2", "\"counts\": [[1, 2, 3], [2", "histograms_ns.response.counts: "},
        {"\"counts\": [[2", "\"counts\": [[100001, 1], [2", "histograms_ns.response.counts: "},
        {"\"counts\": [[2", "\"counts\": [[10, -1], [2", "histograms_ns.response.counts: "},
        {"\"counts\": [[2", "\"counts\": [[9000000000000, 1], [2",
         "histograms_ns.response.counts: "},
        {"\"saturated\": 0, \"min\": 2", "\"saturated\": 0, \"min\": 12", "response.min: "},
        {"\"start_ns\": 1000000000", "\"start_ns\": []", "intervals[1].start_ns: an integer"},
        {"\"wrong\": []", "\"wrong\": [{}]", "wrong[0].connection: an integer"},
        {"\"connections\": 50", "\"connections\": 50, \"connections\": 51", "duplicate"},
        {"{", "", "line 2"},
    };
    struct result r;

    (void)state;
    make_result(&r, 2000);
    char *good = text_of(&r, result_write_json);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *bad = replaced(good, cases[i].from, cases[i].to);
        assert_refused(bad, cases[i].says);
        free(bad);
    }
    good[strlen(good) / 2] = '\0'; // as a full disk leaves it
    assert_refused(good, "line ");
    assert_refused("", "line ");
    assert_refused("[]", "schema");
    free(good);
    result_free(&r);
}

static int save_to_a_full_disk(void *arg)
{
    fail_name("loadgen");
    return result_save(arg, "/dev/full", result_write_json) ? 0 : 1;
}

static void a_file_that_cannot_be_written_is_no_success(void **state)
{
    static char out[CAUGHT], err[CAUGHT];
    struct result r;

    (void)state;
    make_result(&r, 10);
    assert_int_equal(run_apart(save_to_a_full_disk, &r, out, err), EXIT_FAILURE);
    assert_has(err, "loadgen: cannot write /dev/full: ");
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_not_a_result_is_refused_by_name_and_field),
        cmocka_unit_test(a_file_that_cannot_be_written_is_no_success),
    };
    return cmocka_run_group_tests_name("result_wrong", tests, NULL, NULL);
}

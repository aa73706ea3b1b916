// test_record_wrong.c: what is no run, or no longer one, is refused in clear words.
#include "tests/record_folder.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void what_is_no_folder_of_a_run_is_refused(void **state)
{
    char nowhere[] = "/nonexistent/run", file[] = "/dev/null";

    (void)state;
    assert_int_equal(run_apart(read_it, nowhere, out, err), 1);
    assert_has(err, "cannot read /nonexistent/run: No such file or directory");
    assert_int_equal(run_apart(read_it, file, out, err), 1);
    assert_has(err, "/dev/null is no folder: a run is a folder such as");
    assert_int_equal(run_apart(read_it, folder, out, err), 1);
    assert_has(err, " is no run: there is no run.json in it");
}

// A text of run.json, what takes its place, and the words that refuse it.
static const struct {
    const char *text, *becomes, *words;
} wrongs[] = {
    {"echolab.run/1", "echolab.run/2",
     "schema: \"echolab.run/1\" is expected, not \"echolab.run/2\""},
    {"\"schema\"", "\"scheme\"", "schema: \"echolab.run/1\" is expected, not nothing"},
    {"{\n", "[\n", "run.json: line "},
    {"\"quick\": false", "\"quick\": false, \"quick\": true", "run.json: line "},
    {"\"seed\": \"7\"", "\"seed\": 7", "seed: a text is expected"},
    {"\"rounds\": 1", "\"rounds\": -1", "rounds: this integer is out of range"},
    {"\"rounds\": 1", "\"rounds\": 1e999", "run.json: line "},
    {"\"quick\": false", "\"quick\": 0", "quick: true or false is expected"},
    {"\"server_cores\": \"0\"", "\"server_cores\": null", "server_cores: a text is expected"},
    {"\"environment\"", "\"circumstances\"",
     "environment: an object is expected, but it is missing"},
    {"\"name\": \"blocking\"", "\"name\": \"../blocking\"", "models[0].name: letters, digits and"},
    {"\"name\": \"blocking\"", "\"name\": \"\"", "models[0].name: letters, digits and"},
    {"\"name\": \"fork\"", "\"name\": \"blocking\"",
     "models[1].name: there is a model of this name already"},
    {"\"#1A1A1A\"", "\"#1A1A1'\"", "models[0].colour: # and six hexadecimal digits are expected"},
    {"\"#1A1A1A\"", "\"#1A1A1A1A1A1A\"", "models[0].colour: this text is too long"},
    {"{\"name\": \"churn\"", "{\"name\": \"../churn\"", "scenarios[0].name: letters, digits and"},
    {"{\"name\": \"churn\"", "{\"name\": \"no-such-one\"", "no-such-one.scenario:"},
    {"{\"name\": \"connections\"", "{\"name\": \"churn\"",
     "scenarios[1].name: there is a scenario of this name already"},
    {"{\"name\": \"churn\"", "{\"name\": \"cccccccccccccccccccccccccccccccccccccccccccccccccc\"",
     "scenarios[0].name: this text is too long"},
    {"\"duration_ns\": ", "\"duration_ns\": -", "duration_ns: this integer is out of range"},
    {"\"duration_ns\": ", "\"duration_ns\": 123456789", "duration_ns: this integer is out of"},
    {"\"rounds\": 1", "\"rounds\": 0", "rounds: this integer is out of range"},
    {"\"rounds\": 1", "\"rounds\": 4000000000", "rounds: this integer is out of range"},
    {"\"round\": 1", "\"round\": 1001", "repeats[0].round: this integer is out of range"},
    {"\"order\": 1", "\"order\": 4294967295", "repeats[0].order: this integer is out of range"},
    {"\"capacity_rps\": null", "\"capacity_rps\": 1e300", "capacity_rps: a number above 0 or null"},
    {"\"rps\": ", "\"rps\": -1e300, \"r\": ", "repeats[0].rps: this number is out of range"},
    {"\"capacity_rps\": null", "\"capacity_rps\": \"x\"",
     "scenarios[0].capacity_rps: a number above 0 or null is expected"},
    {"{\"scenario\": \"churn\"", "{\"scenario\": \"burn\"",
     "repeats[0].scenario: it is not in the list of scenarios"},
    {"\"point\": \"1\"", "\"point\": \"4711\"",
     "repeats[0].point: its scenario's file has no such point"},
    {"\"model\": \"blocking\"", "\"model\": \"nobody\"",
     "repeats[0].model: it is not in the list of models"},
    {"\"outcome\": \"measured\"", "\"outcome\": \"guessed\"",
     "repeats[0].outcome: \"measured\", \"ended\" or \"failed\" is expected"},
    {"\"round\": 1", "\"round\": 0", "repeats[0].round: this integer is out of range"},
    {"\"load\": \"", "\"load\": 3, \"l\": \"", "repeats[0].load: a text is expected"},
    {"\"values\": {", "\"values\": [3], \"v\": {", "repeats[0].values: an object is expected"},
    {"\"rps\": ", "\"rps\": {}, \"r\": ", "repeats[0].rps: a number or null is expected"},
    {"\"rps\": ", "\"rps\": true, \"r\": ", "repeats[0].rps: a number or null is expected"},
    {"\"repeats\": [", "\"repeats\": [[], 7, null,", "repeats[0].scenario: a text is expected"},
};

static void whatever_is_wrong_in_it_is_named(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 2);
    assert_true(record_save(&r));
    char *text = content("run.json");
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        const char *at = strstr(text, wrongs[i].text);
        if (at == NULL)
            fail_msg("\"%s\" is not in run.json", wrongs[i].text);
        FILE *to = fopen(path_of("run.json"), "we");
        assert_non_null(to);
        fprintf(to, "%.*s%s%s", (int)(at - text), text, wrongs[i].becomes,
                at + strlen(wrongs[i].text));
        assert_int_equal(fclose(to), 0);
        if (run_apart(read_it, folder, out, err) != 1)
            fail_msg("taken: %s", wrongs[i].becomes);
        assert_has(err, wrongs[i].words);
        assert_int_equal(count(strchr(err, '\n') + 1, ' '), 0); // one line
    }
    free(text);
    record_free(&r);
}

// run_apart() fails the test where a child ends by a signal; a sanitizer's status is none of these.
static void read_damaged(const char *text, size_t length)
{
    overwrite("run.json", text, length);
    int status = run_apart(read_it, folder, out, err);
    if (status != 0 && status != 1)
        fail_msg("status %d: %s", status, err);
    assert_int_equal(status == 1, *err != '\0');
}

static void no_damage_crashes_the_reader(void **state)
{
    struct record r;
    uint64_t random = 2026;

    (void)state;
    make_small(&r, 3);
    assert_true(record_save(&r));
    char *text = content("run.json");
    size_t length = strlen(text);
    assert_true(length > 31);
    for (size_t cut = 0; cut < length; cut += length / 31)
        read_damaged(text, cut);
    for (unsigned i = 0; i < 100; i++) {
        char *damaged = strdup(text);
        assert_non_null(damaged);
        for (unsigned n = 0; n < 1 + i % 3; n++)
            damaged[random_next(&random) % (length + 1)] = (char)random_next(&random);
        read_damaged(damaged, length);
        free(damaged);
    }
    // Brackets that nest without end.
    memset(text, '[', length);
    read_damaged(text, length);
    assert_has(err, "run.json: line 1: ");
    free(text);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(what_is_no_folder_of_a_run_is_refused),
        IN_A_FOLDER(whatever_is_wrong_in_it_is_named),
        IN_A_FOLDER(no_damage_crashes_the_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

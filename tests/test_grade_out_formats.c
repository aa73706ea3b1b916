// test_grade_out_formats.c: what programs read of a grading: TAP, JUnit, JSON, Gradescope, Autolab;
// each read again by somebody else's reader, with the texts of a hostile server in it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "grade/out_text.h"
#include "tests/grading_sample.h"

// ---- TAP -----------------------------------------------------------------------------------

// What a TAP reader counts: lines of tests stand in the first column, what is indented is a
// diagnosis.
struct heard {
    unsigned plan, ok, not_ok, skipped, last;
    bool bailed_out;
};

static struct heard read_tap(char *text)
{
    struct heard heard = {0};
    bool version = false, diagnosis = false;

    for (char *line; (line = next_line(&text)) != NULL;) {
        unsigned number;
        bool ok = strncmp(line, "ok ", 3) == 0, not_ok = strncmp(line, "not ok ", 7) == 0;
        if (strcmp(line, "  ---") == 0 || strcmp(line, "  ...") == 0) {
            assert_int_equal(diagnosis, line[2] == '.');
            diagnosis = !diagnosis;
        } else if (diagnosis) {
            assert_memory_equal(line, "  ", 2);
        } else if (!version) {
            assert_string_equal(line, "TAP version 14");
            version = true;
        } else if (ok || not_ok) {
            assert_int_equal(sscanf(line, ok ? "ok %u - " : "not ok %u - ", &number), 1);
            assert_true(number > heard.last);
            heard.last = number;
            heard.ok += ok;
            heard.not_ok += not_ok;
            heard.skipped += strstr(line, " # SKIP ") != NULL;
        } else if (strncmp(line, "1..", 3) == 0) {
            assert_int_equal(heard.plan, 0);
            heard.plan = (unsigned)atoi(line + 3);
        } else if (strncmp(line, "Bail out! ", 10) == 0) {
            heard.bailed_out = true;
        } else {
            assert_memory_equal(line, "# ", 2);
        }
    }
    assert_false(diagnosis);
    return heard;
}

static void tap_has_a_line_for_each_task(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    char *text = written(write_tap, &s.grading);
    assert_non_null(strstr(text, "\nok 2 - Half-close \\# is <answered> & \"kept\"\n"));
    assert_non_null(strstr(text, "\nok 5 - 1,100 clients # SKIP only 512 descriptors"));
    struct heard heard = read_tap(text);
    assert_int_equal(heard.plan, SAMPLE_TASKS);
    assert_int_equal(heard.ok, 3);
    assert_int_equal(heard.not_ok, 3);
    assert_int_equal(heard.skipped, 1);
    assert_false(heard.bailed_out);
    free(text);
}

static void tap_of_a_run_under_way_lacks_what_its_plan_has(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    s.grading.finished = false;
    char *text = written(write_tap, &s.grading);
    struct heard heard = read_tap(text);
    assert_int_equal(heard.plan, SAMPLE_TASKS);
    assert_int_equal(heard.ok + heard.not_ok, SAMPLE_TASKS - 1);
    assert_true(heard.bailed_out);
    free(text);
}

// ---- Somebody else's readers ---------------------------------------------------------------

// Gives the text to a Python program as its standard input.
static void ask_python(const char *program, const char *text)
{
    char path[] = "/tmp/test_grade_out.XXXXXX", command[4096];
    int file = mkstemp(path);
    size_t n = strlen(text);

    assert_true(file > 0);
    assert_int_equal(write(file, text, n), n);
    close(file);
    snprintf(command, sizeof command, "python3 -c '%s' <%s", program, path);
    int status = system(command);
    unlink(path);
    assert_int_equal(status, 0);
}

static void need_python(void)
{
    if (system("command -v python3 >/dev/null") != 0)
        skip();
}

static void xml_is_read_by_python(void **state)
{
    static const char program[] =
        "import sys, xml.etree.ElementTree as E\n"
        "suite = E.parse(sys.stdin.buffer).getroot()[0]\n"
        "cases = suite.findall(\"testcase\")\n"
        "assert suite.get(\"name\") == \"lab 5: select: one thread # for <many>\", suite.attrib\n"
        "assert (suite.get(\"tests\"), suite.get(\"failures\"), suite.get(\"skipped\")) == "
        "(\"6\", \"3\", \"1\"), suite.attrib\n"
        "assert len(cases) == 6\n"
        "assert [len(c) for c in cases] == [0, 0, 1, 1, 1, 1]\n"
        "assert [c[0].tag for c in cases if len(c)] == "
        "[\"failure\", \"failure\", \"skipped\", \"failure\"]\n"
        "message = cases[2][0].get(\"message\")\n"
        "assert \"]]></failure><x>&#0;\" in message and \"\\\\uFFFE\" in message, message\n"
        "assert \"Read returns\" not in message and \"A read returns\" in cases[2][0].text\n"
        "properties = {p.get(\"name\"): p.get(\"value\") for p in suite[0]}\n"
        "assert properties[\"points\"] == \"10 of 18\", properties\n"
        "assert properties[\"student\"].endswith(\"\\\"alice\\\" <a&b>\"), properties\n";
    struct sample s;

    (void)state;
    need_python();
    sample_make(&s);
    char *text = written(write_junit, &s.grading);
    ask_python(program, text);
    free(text);
}

static void json_is_read_by_python(void **state)
{
    static const char program[] =
        "import sys, json\n"
        "g = json.loads(sys.stdin.buffer.read().decode(\"utf-8\"))\n"
        "assert g[\"schema\"] == \"echolab.grade/1\" and g[\"lab\"] == 5\n"
        "assert (g[\"points\"], g[\"of\"], g[\"score\"]) == (10, 18, 11.111), g\n"
        "assert g[\"finished\"] is True and g[\"shut\"] is False and g[\"trouble\"] is None\n"
        "assert g[\"ratio\"] is None and g[\"seconds\"] == 12.25\n"
        "t = g[\"tasks\"]\n"
        "assert [x[\"verdict\"] for x in t] == "
        "[\"passed\", \"passed\", \"failed\", \"failed\", \"left out\", \"not asked\"]\n"
        "assert [x[\"visibility\"] for x in t] == [\"visible\"] * 3 + [\"hidden\"] + [\"after\"] * "
        "2\n"
        "assert sum(x[\"points\"] for x in t) == 10 and sum(x[\"of\"] for x in t) == 20\n"
        "assert t[0][\"figure\"] == \"5 bytes in 3 ms\" and t[0][\"seen\"] is None\n"
        "assert t[2][\"seen\"].isprintable() and \"forged\" in t[2][\"seen\"]\n"
        "assert t[2][\"told\"].startswith(\"A read\") and t[0][\"told\"] is None\n";
    struct sample s;

    (void)state;
    need_python();
    sample_make(&s);
    char *text = written(write_json, &s.grading);
    ask_python(program, text);
    free(text);
}

// ---- Gradescope ----------------------------------------------------------------------------

static json_t *read_gradescope(const struct sample *s)
{
    char *text = written(write_gradescope, &s->grading);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(root);
    free(text);
    return root;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    assert_non_null(text);
    return text;
}

static double number_of(const json_t *object, const char *name)
{
    assert_true(json_is_number(json_object_get(object, name)));
    return json_number_value(json_object_get(object, name));
}

static bool is_about(double a, double b)
{
    return a > b - 1e-9 && a < b + 1e-9;
}

static void gradescope_gets_each_task_with_who_may_see_it(void **state)
{
    static const char *const visibilities[] = {"visible", "visible",         "visible",
                                               "hidden",  "after_published", "after_published"};
    struct sample s;
    double of = 0;

    (void)state;
    sample_make(&s);
    json_t *root = read_gradescope(&s), *tests = json_object_get(root, "tests");
    assert_int_equal(json_array_size(tests), SAMPLE_TASKS);
    for (size_t i = 0; i < SAMPLE_TASKS; i++) {
        json_t *test = json_array_get(tests, i);
        assert_string_equal(text_of(test, "name"), s.tasks[i].title);
        assert_string_equal(text_of(test, "visibility"), visibilities[i]);
        assert_int_equal(atoi(text_of(test, "number")), i + 1);
        if (i != 4)
            assert_string_equal(text_of(test, "status"), i < 2 ? "passed" : "failed");
        assert_true(is_about(number_of(test, "score"), s.marks[i].points));
        of += number_of(test, "max_score");
        assert_true(*text_of(test, "output") != '\0');
    }
    assert_null(json_object_get(json_array_get(tests, 4), "status")); // nobody's fault
    assert_true(is_about(of, 18));
    assert_true(is_about(number_of(root, "score"), 11.111));
    assert_true(is_about(number_of(root, "execution_time"), 12.25));
    assert_string_equal(text_of(root, "stdout_visibility"), "hidden");
    assert_null(json_object_get(root, "leaderboard"));
    json_decref(root);
}

static void gradescopes_summary_tells_nothing_of_what_is_hidden(void **state)
{
    struct sample s;
    char before[2000];

    (void)state;
    sample_make(&s);
    json_t *root = read_gradescope(&s);
    assert_non_null(strstr(text_of(root, "output"), "Tasks that you see now: 10 of 14 points."));
    assert_non_null(strstr(text_of(root, "output"), "Others are worth 6 points."));
    snprintf(before, sizeof before, "%s", text_of(root, "output"));
    json_decref(root);
    sample_mark(&s, 3, PASSED, false, "");
    sample_mark(&s, 5, PASSED, false, "");
    root = read_gradescope(&s);
    assert_string_equal(text_of(root, "output"), before);
    json_decref(root);
}

static void gradescopes_leaderboard_has_the_ratio(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    s.grading.ratio = 0.75;
    json_t *root = read_gradescope(&s);
    json_t *row = json_array_get(json_object_get(root, "leaderboard"), 0);
    assert_true(is_about(number_of(row, "value"), 0.75));
    assert_true(*text_of(row, "name") != '\0');
    json_decref(root);
}

static void gradescope_shows_why_nothing_was_asked(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    memset(s.marks, 0, sizeof s.marks);
    s.grading.trouble = "make failed (status 2): server.c:1: error\nTasks that you see now: 14";
    grading_sum(&s.grading);
    json_t *root = read_gradescope(&s);
    assert_true(is_about(number_of(root, "score"), 0));
    assert_non_null(strstr(text_of(root, "output"), "\n  | make failed (status 2): server.c:1: "
                                                    "error\n  | Tasks that you see now: 14\n"));
    json_decref(root);
}

// ---- Autolab -------------------------------------------------------------------------------

static void autolab_gets_one_line_with_the_score(void **state)
{
    struct sample s;

    (void)state;
    sample_make(&s);
    char *text = written(write_autolab, &s.grading);
    assert_string_equal(text, "{\"scores\": {\"lab5\": 11.111}}\n");
    free(text);
    sample_mark(&s, 4, PASSED, false, "");
    text = written(write_autolab, &s.grading);
    json_t *root = json_loads(text, 0, NULL);
    assert_true(is_about(number_of(json_object_get(root, "scores"), "lab5"), 12));
    json_decref(root);
    free(text);
}

static void every_writer_can_write_at_every_moment(void **state)
{
    int (*const writers[])(FILE *, const struct grading *) = {
        write_terminal, write_tap,  write_junit, write_gradescope,
        write_autolab,  write_json, write_csv};
    struct sample s;

    (void)state;
    for (size_t moment = 0; moment <= SAMPLE_TASKS; moment++)
        for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
            sample_make(&s);
            s.grading.finished = moment == SAMPLE_TASKS;
            for (size_t task = moment; task < SAMPLE_TASKS; task++)
                s.marks[task] = (struct mark){0};
            grading_sum(&s.grading);
            char *text = written(writers[i], &s.grading);
            assert_true(strlen(text) > 0);
            assert_null(strstr(text, "nan"));
            free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap_has_a_line_for_each_task),
        cmocka_unit_test(tap_of_a_run_under_way_lacks_what_its_plan_has),
        cmocka_unit_test(xml_is_read_by_python),
        cmocka_unit_test(json_is_read_by_python),
        cmocka_unit_test(gradescope_gets_each_task_with_who_may_see_it),
        cmocka_unit_test(gradescopes_summary_tells_nothing_of_what_is_hidden),
        cmocka_unit_test(gradescopes_leaderboard_has_the_ratio),
        cmocka_unit_test(gradescope_shows_why_nothing_was_asked),
        cmocka_unit_test(autolab_gets_one_line_with_the_score),
        cmocka_unit_test(every_writer_can_write_at_every_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// test_timeline_record.c: what is kept in a timeline's folder, and read back.
#include "tests/record_folder.h"

#include "tests/timeline_run_sample.h"

static int read_timeline(void *where)
{
    struct timeline_record r;

    fail_name("test");
    timeline_record_read(&r, where);
    timeline_record_free(&r);
    return 0;
}

static void assert_same_moments(const struct timeline_take *a, const struct timeline_take *b)
{
    for (unsigned c = 0; c < TIMELINE_CLIENTS; c++) {
        assert_true(a->met[c].connects == b->met[c].connects);
        assert_true(a->met[c].connected == b->met[c].connected);
        for (unsigned k = 0; k < TIMELINE_REQUESTS; k++) {
            assert_true(a->met[c].asked[k] == b->met[c].asked[k]);
            assert_true(a->met[c].answered[k] == b->met[c].answered[k] ||
                        (isnan(b->met[c].answered[k]) && isnan(a->met[c].answered[k])));
        }
    }
}

static void what_was_measured_is_read_back_as_it_was(void **state)
{
    struct timeline_record r, back;

    (void)state;
    make_timeline(&r, folder);
    r.takes[5].met[3].answered[2] = NAN; // it was killed before
    r.interrupted = r.chosen = true;
    assert_true(timeline_record_save(&r));
    timeline_record_read(&back, folder);
    assert_string_equal(back.folder, folder);
    assert_string_equal(back.name, strrchr(folder, '/') + 1);
    assert_string_equal(back.work, r.work);
    assert_string_equal(back.machine.kernel, r.machine.kernel);
    assert_string_equal(back.machine.command, r.machine.command);
    assert_int_equal(back.rounds, 3);
    assert_true(back.interrupted);
    assert_true(back.chosen);
    assert_int_equal(back.models.count, r.models.count);
    for (size_t m = 0; m < r.models.count; m++) {
        assert_string_equal(back.models.list[m].name, r.models.list[m].name);
        assert_string_equal(back.models.list[m].colour, r.models.list[m].colour);
        assert_int_equal(back.models.list[m].crew, r.models.list[m].crew);
        assert_int_equal(back.models.list[m].headline, r.models.list[m].headline);
    }
    assert_string_equal(back.models.list[3].unavailable, "cannot run here: no io_uring");
    assert_int_equal(back.take_count, r.take_count);
    for (size_t i = 0; i < r.take_count; i++) {
        assert_int_equal(back.takes[i].model, r.takes[i].model);
        assert_int_equal(back.takes[i].round, r.takes[i].round);
        assert_int_equal(back.takes[i].pid, MAIN_PID);
        assert_true(back.takes[i].zero_ns == r.takes[i].zero_ns);
        assert_string_equal(back.takes[i].why, r.takes[i].why);
        assert_string_equal(back.takes[i].server, r.takes[i].server);
        assert_same_moments(&back.takes[i], &r.takes[i]);
    }
    timeline_record_free(&back);
    timeline_record_free(&r);
}

// Each of them: a text that stands in the file, what takes its place, what is said.
static void a_file_that_was_edited_is_refused_with_its_field(void **state)
{
    static const struct {
        const char *text, *instead, *said;
    } edits[] = {
        {"echolab.timeline/1", "echolab.run/1", "schema: \"echolab.timeline/1\" is expected"},
        {"\"work\": \"sleep:500us\"", "\"work\": \"a nap\"", "work: cpu:TIME or sleep:TIME"},
        {"\"rounds\": 3", "\"rounds\": 100", "rounds: this integer is out of range"},
        {"\"prefork\"", "\"../x\"", "models[1].name: letters"},
        {"\"prefork\"", "\"fork\"", "models[1].name: there is a model of this name"},
        {"#006B50", "#00'B50", "models[3].colour: #"},
        {"\"model\": \"epoll\"", "\"model\": \"none\"", "takes[2].model: there is no such model"},
        {"\"asked_us\": [25.0", "\"asked_us\": [\"soon\"", "takes[0].asked_us: microseconds"},
        {"\"asked_us\": [25.0", "\"asked_us\": [1e300", "takes[0].asked_us: microseconds"},
        {"\"asked_us\": [25", "\"asked_us\": [1, 25", "takes[0].asked_us: a moment for each"},
        {"\"clients\"", "\"clint\"", "takes[0].clients: a list is expected"},
        {"\"pid\": 100", "\"pid\": -1", "pid: this integer is out of range"},
        {"{", "[", "timeline.json: line"},
    };
    struct timeline_record r;

    (void)state;
    make_timeline(&r, folder);
    assert_true(timeline_record_save(&r));
    char *text = content("timeline.json");
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        size_t room = strlen(text) + 64;
        char *edited = calloc(1, room), *at = strstr(text, edits[i].text);
        assert_true(edited != NULL && at != NULL);
        snprintf(edited, room, "%.*s%s%s", (int)(at - text), text, edits[i].instead,
                 at + strlen(edits[i].text));
        overwrite("timeline.json", edited, strlen(edited));
        assert_int_equal(run_apart(read_timeline, folder, out, err), 1);
        assert_has(err, edits[i].said);
        free(edited);
    }
    free(text);
    timeline_record_free(&r);
}

static void a_folder_without_a_timeline_is_told(void **state)
{
    (void)state;
    assert_int_equal(run_apart(read_timeline, folder, out, err), 1);
    assert_has(err, "timeline.json: `bench timeline' makes a folder with one");
}

static void work_is_a_kind_and_a_time(void **state)
{
    static const char *const wrong[] = {"",         "sleep",     "sleep:",     "sleep:99us",
                                        "sleep:2s", "nap:500us", "sleep:5",    "sleep:500us ",
                                        "cpu:-1ms", " cpu:1ms",  "cpu:1ms;ls", "cpu:1ms --port 1"};
    int64_t ns = 0;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(timeline_read_work(wrong[i], &ns));
    assert_true(timeline_read_work("sleep:500us", &ns));
    assert_true(ns == 500000);
    assert_true(timeline_read_work("cpu:1.5ms", &ns));
    assert_true(ns == 1500000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(what_was_measured_is_read_back_as_it_was),
        IN_A_FOLDER(a_file_that_was_edited_is_refused_with_its_field),
        IN_A_FOLDER(a_folder_without_a_timeline_is_told),
        cmocka_unit_test(work_is_a_kind_and_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

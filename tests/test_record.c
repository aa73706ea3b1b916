// test_record.c: a run's folder: what is written can be read, by us and by others; what can't be
// written harms nothing.
#include "tests/record_folder.h"

#include <signal.h>
#include <sys/resource.h>

static int save_it(void *record)
{
    fail_name("test");
    return record_save(record) ? 0 : 1;
}

static const char *plain(const char *text)
{
    return text != NULL ? text : "(null)";
}

// ---- There and back ----------------------------------------------------------------------------

static void assert_same_value(double got, double expected)
{
    if (isnan(expected))
        assert_true(isnan(got));
    else // 15 digits are kept
        assert_true(fabs(got - expected) <= 1e-14 * fabs(expected));
}

static void assert_same_repeat(const struct repeat *a, const struct repeat *b)
{
    assert_int_equal(a->scenario, b->scenario);
    assert_int_equal(a->point, b->point);
    assert_int_equal(a->model, b->model);
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->order, b->order);
    assert_int_equal(a->outcome, b->outcome);
    assert_string_equal(a->why, b->why);
    assert_string_equal(a->warning, b->warning);
    assert_string_equal(a->started, b->started);
    assert_string_equal(plain(a->server), plain(b->server));
    assert_string_equal(plain(a->load), plain(b->load));
    assert_string_equal(plain(a->beside), plain(b->beside));
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        assert_same_value(a->value[m], b->value[m]);
}

static void assert_same_model(const struct model *a, const struct model *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->colour, b->colour);
    assert_string_equal(a->ends, b->ends);
    assert_string_equal(a->command, b->command);
    assert_int_equal(a->variant, b->variant);
    assert_int_equal(a->headline, b->headline);
    assert_int_equal(a->foreign, b->foreign);
}

static void a_run_comes_back_as_it_was_saved(void **state)
{
    struct record a, b;

    (void)state;
    record_sample(&a, folder, 2, UINT64_MAX - 3);
    a.quick = a.interrupted = true;
    assert_true(record_save(&a));
    record_read(&b, folder);
    assert_string_equal(b.folder, folder);
    assert_string_equal(b.name, strrchr(folder, '/') + 1);
    assert_memory_equal(&a.machine, &b.machine, sizeof a.machine);
    assert_string_equal(a.command, b.command);
    assert_true(a.seed == b.seed);
    assert_same_value(b.budget_s, a.budget_s);
    assert_int_equal(a.rounds, b.rounds);
    assert_true(b.quick && b.interrupted);
    assert_string_equal(a.server_cores, b.server_cores);
    assert_string_equal(a.load_cores, b.load_cores);
    assert_int_equal(a.models.count, b.models.count);
    for (size_t i = 0; i < a.models.count; i++)
        assert_same_model(&a.models.list[i], &b.models.list[i]);
    assert_int_equal(a.scenario_count, b.scenario_count);
    for (size_t i = 0; i < a.scenario_count; i++) {
        assert_string_equal(a.scenarios[i].name, b.scenarios[i].name);
        assert_string_equal(a.scenarios[i].text, b.scenarios[i].text);
        assert_int_equal(a.duration_ns[i], b.duration_ns[i]);
        assert_same_value(b.capacity[i], a.capacity[i]);
    }
    assert_int_equal(a.repeat_count, b.repeat_count);
    for (size_t i = 0; i < a.repeat_count; i++)
        assert_same_repeat(&a.repeats[i], &b.repeats[i]);
    record_free(&a);
    record_free(&b);
}

static void a_folder_may_be_named_with_slashes_at_its_end(void **state)
{
    struct record r;
    char slashes[64];

    (void)state;
    make_small(&r, 1);
    assert_true(record_save(&r));
    record_free(&r);
    snprintf(slashes, sizeof slashes, "%s//", folder);
    record_read(&r, slashes);
    assert_string_equal(r.folder, folder);
    assert_string_equal(r.name, strrchr(folder, '/') + 1);
    record_free(&r);
}

static void bytes_that_are_no_text_are_shown_as_question_marks(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 1);
    free(r.repeats[0].load);
    r.repeats[0].load = strdup("loadgen \xff\xfe caf\xc3");
    assert_true(record_save(&r));
    record_free(&r);
    record_read(&r, folder);
    assert_string_equal(r.repeats[0].load, "loadgen ?? caf?");
    record_free(&r);
}

static void figures_of_another_version_are_passed_over_or_missing(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 1);
    assert_true(record_save(&r));
    record_free(&r);
    char *text = content("run.json"), *at = strstr(text, "\"values\": {\"rps\"");
    assert_non_null(at);
    memcpy(strstr(at, "rps"), "xyz", 3);
    overwrite("run.json", text, strlen(text));
    free(text);
    record_read(&r, folder);
    assert_true(isnan(r.repeats[0].value[METRIC_rps]));
    assert_true(r.repeats[0].value[METRIC_p50] > 0);
    record_free(&r);
}

static void the_scenarios_are_kept_as_they_were_used(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 1);
    assert_true(record_save(&r));
    char *file = home_path("results/scenarios/%s.scenario", r.scenarios[0].name), *why;
    struct scenario original;
    assert_true(scenario_read(&original, file, &why));
    char name[64];
    snprintf(name, sizeof name, "scenarios/%s.scenario", r.scenarios[0].name);
    char *copy = content(name);
    assert_string_equal(copy, original.text);
    // A later save leaves it alone.
    overwrite(name, "edited", 6);
    assert_true(record_save(&r));
    char *after = content(name);
    assert_string_equal(after, "edited");
    free(after);
    free(copy);
    free(file);
    record_free(&r);
}

// ---- In memory ---------------------------------------------------------------------------------

static void a_failed_repeat_gives_way_to_its_second_try(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 1);
    struct repeat q = {.scenario = 0, .point = 1, .model = 2, .round = 3};
    q.outcome = OUTCOME_FAILED;
    assert_false(record_has(&r, 0, 1, 2, 3));
    record_add(&r, &q);
    assert_false(record_has(&r, 0, 1, 2, 3));
    q.outcome = OUTCOME_ENDED;
    record_add(&r, &q);
    assert_int_equal(r.repeat_count, 2);
    assert_true(record_has(&r, 0, 1, 2, 3));
    assert_false(record_has(&r, 0, 1, 2, 2));
    assert_false(record_has(&r, 0, 1, 1, 3));
    assert_false(record_has(&r, 0, 0, 2, 3));
    record_free(&r);
}

static void a_share_of_the_capacity_has_two_digits(void **state)
{
    struct point points[] = {{.name = "30%", .x = 0.3}, {.name = "110%", .x = 1.1}};
    struct scenario s = {.points = points, .point_count = 2, .of_capacity = true};
    double capacity = 118345.6;
    const struct record r = {.scenarios = &s, .scenario_count = 1, .capacity = &capacity};

    (void)state;
    assert_same_value(record_x(&r, 0, 0), 36000);  // 35,503.7
    assert_same_value(record_x(&r, 0, 1), 130000); // 130,180.2
    capacity = 0;
    assert_true(isnan(record_x(&r, 0, 0)));
    s.of_capacity = false;
    assert_same_value(record_x(&r, 0, 0), 0.3);
}

// ---- results.tsv -------------------------------------------------------------------------------

static void the_table_has_a_row_for_each_repeat(void **state)
{
    struct record r;
    unsigned rows = 0;

    (void)state;
    record_sample(&r, folder, 1, 7);
    assert_true(record_save(&r));
    char *table = content("results.tsv");
    assert_int_equal(
        strncmp(table, "scenario\tpoint\tx\tmodel\tround\torder\tstarted\toutcome\twhy\t", 55), 0);
    for (const char *line = table; *line != '\0'; line = strchr(line, '\n') + 1, rows++)
        assert_int_equal(count(line, '\t'), 8 + METRIC_COUNT);
    assert_int_equal(rows, r.repeat_count + 1);
    assert_has(table, "\tNA\t");
    assert_lacks(table, "nan");
    free(table);
    record_free(&r);
}

static void no_text_breaks_the_table(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 1);
    strcpy(r.repeats[0].why, "it said \"a\tb\nc\r");
    assert_true(record_save(&r));
    char *table = content("results.tsv");
    assert_int_equal(count(strchr(table, '\n') + 1, '\t'), 8 + METRIC_COUNT);
    assert_has(table, "\tit said 'a b c \t");
    free(table);
    record_free(&r);
}

// ---- Disks that are full -----------------------------------------------------------------------

// In the child only: a file may not grow past this, as on a full disk.
static int save_on_a_full_disk(void *record)
{
    const struct rlimit limit = {4096, 4096};

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 77;
    return save_it(record);
}

static void assert_harmless(int (*save)(void *), struct record *r, const char *message)
{
    char *json = content("run.json"), *table = content("results.tsv");

    assert_int_equal(run_apart(save, r, out, err), 1);
    assert_has(err, message);
    char *json_now = content("run.json"), *table_now = content("results.tsv");
    assert_string_equal(json, json_now);
    assert_string_equal(table, table_now);
    assert_int_equal(access(path_of("run.json.part"), F_OK), -1);
    assert_int_equal(access(path_of("results.tsv.part"), F_OK), -1);
    free(json);
    free(table);
    free(json_now);
    free(table_now);
}

static void a_full_disk_harms_nothing_that_was_there(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 30);
    assert_true(record_save(&r));
    r.repeat_count = 29; // the next would be another text
    assert_harmless(save_on_a_full_disk, &r, "run.json; it is as it was before: File too large");
    r.repeat_count = 30;
    record_free(&r);
}

static void an_error_at_the_last_byte_is_an_error(void **state)
{
    struct record r;

    // Little enough to stay in stdio's buffer until the end.
    (void)state;
    make_small(&r, 1);
    assert_true(record_save(&r));
    char *table = content("results.tsv");
    assert_int_equal(symlink("/dev/full", path_of("results.tsv.part")), 0);
    r.repeat_count = 0;
    assert_int_equal(run_apart(save_it, &r, out, err), 1);
    assert_has(err, "results.tsv; it is as it was before: No space left on device");
    char *after = content("results.tsv");
    assert_string_equal(table, after);
    free(table);
    free(after);
    r.repeat_count = 1;
    record_free(&r);
}

// ---- Metrics -----------------------------------------------------------------------------------

static void each_metric_is_found_by_its_name(void **state)
{
    (void)state;
    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        assert_int_equal(metric_find(metric_name(m)), m);
        assert_true(*metric_unit(m) != '\0' && *metric_what(m) != '\0');
    }
    assert_int_equal(metric_find("p99_9"), METRIC_p99_9);
    assert_int_equal(metric_find("P99"), METRIC_COUNT);
    assert_int_equal(metric_find(""), METRIC_COUNT);
    assert_string_equal(metric_unit(METRIC_memory), "KiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_run_comes_back_as_it_was_saved),
        IN_A_FOLDER(a_folder_may_be_named_with_slashes_at_its_end),
        IN_A_FOLDER(bytes_that_are_no_text_are_shown_as_question_marks),
        IN_A_FOLDER(figures_of_another_version_are_passed_over_or_missing),
        IN_A_FOLDER(the_scenarios_are_kept_as_they_were_used),
        IN_A_FOLDER(a_failed_repeat_gives_way_to_its_second_try),
        cmocka_unit_test(a_share_of_the_capacity_has_two_digits),
        IN_A_FOLDER(the_table_has_a_row_for_each_repeat),
        IN_A_FOLDER(no_text_breaks_the_table),
        IN_A_FOLDER(a_full_disk_harms_nothing_that_was_there),
        IN_A_FOLDER(an_error_at_the_last_byte_is_an_error),
        cmocka_unit_test(each_metric_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

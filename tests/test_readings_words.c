// test_readings_words.c: what is called by which words: conditions, sizes, reasons, and equals.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/readings_sample.h"

static void the_conditions_are_shortened_before_any_is_left_out(void **state)
{
    static const double factor[] = {1, 1, 1};
    struct record r;
    struct cells cells;

    (void)state;
    make_record(&r, "load", 3);
    fill_with_noise(&r, factor, 0.01, ROUNDS, 1);
    cells_open(&cells, &r);
    char *text = reading_subtitle(&cells, 0, &r.scenarios[0].figures[0]);
    assert_string_equal(text, "open loop · 64 B · 50 clients · handler computes 50 µs · server on "
                              "1 core · 5 repeats · bars: 95 % interval");
    free(text);
    cells_free(&cells);
    record_free(&r);

    make_record(&r, "connections", 3);
    fill_with_noise(&r, factor, 0.01, ROUNDS, 1);
    cells_open(&cells, &r);
    text = reading_subtitle(&cells, 0, &r.scenarios[0].figures[0]);
    assert_string_equal(text, "closed loop · 64 B a message · server on 1 core · 5 repeats · bars: "
                              "95 % interval of the mean");
    free(text);
    cells_free(&cells);
    record_free(&r);
}

// An instructor's copy has another name and the same axis.
static void sizes_have_one_form_whatever_the_scenario_is_called(void **state)
{
    struct record r;
    struct cells cells;
    char text[PHRASE], heading[NUMBER];

    (void)state;
    make_record(&r, "size", 2);
    snprintf(r.scenarios[0].name, sizeof r.scenarios[0].name, "mine");
    cells_open(&cells, &r);
    struct view v = view_of(&cells, 0);
    const struct point *large = scenario_point(&r.scenarios[0], "256k");
    assert_non_null(large);
    unsigned place = (unsigned)(large - r.scenarios[0].points);
    assert_string_equal(point_text(&v, (int)place, text), "256 KiB");
    assert_string_equal(point_heading(&r.scenarios[0], place, heading), "256 KiB");
    assert_string_equal(point_heading(&r.scenarios[0], 0, heading), "16 B");
    cells_free(&cells);
    record_free(&r);

    make_record(&r, "connections", 2);
    assert_string_equal(point_heading(&r.scenarios[0], 0, heading), r.scenarios[0].points[0].name);
    record_free(&r);
}

static void an_end_is_told_with_its_own_reason(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "idle", 4);
    fill_with_noise(&r, NULL, 0.01, ROUNDS, 1);
    for (size_t i = 0; i < r.repeat_count; i++)
        if (r.repeats[i].model == 3 && r.repeats[i].point > 1) {
            r.repeats[i].outcome = OUTCOME_ENDED;
            strcpy(r.repeats[i].why, "no descriptor was left");
        }
    char *text = text_in(&r, 0);
    assert_says(text, " (no descriptor was left).");
    assert_silent(text, r.models.list[3].ends);
    free(text);
    record_free(&r);
}

// Of models that gain alike none is picked out, and all of them are named where there is room.
static void equals_are_told_as_equals(void **state)
{
    static const struct {
        unsigned gainers;
        const char *title;
    } cases[] = {
        {1, "A second core gives blocking 1.9"},
        {2, "A second core gives 2 models 1.9 times the throughput; select gains nothing"},
        {3, "A second core gives 3 models 1.9 times the throughput; select gains nothing"},
        {4, "A second core gives 4 models 1.9 times the throughput"},
    };

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct record r;
        make_record(&r, "cpu", 4);
        fill_with_noise(&r, NULL, 0.002, ROUNDS, 1);
        for (size_t i = 0; i < r.repeat_count; i++)
            if (r.repeats[i].point == 1 && r.repeats[i].model < cases[c].gainers)
                r.repeats[i].value[METRIC_rps] *= 1.9;
        char *title = title_in(&r, 0, 0);
        assert_says(title, cases[c].title);
        free(title);
        record_free(&r);
    }
}

static void collect(const char *text, void *to)
{
    char *all = to;
    size_t used = strlen(all);

    snprintf(all + used, 4096 - used, "%s\n", text);
}

static void a_probe_without_a_rate_is_warned_of(void **state)
{
    struct record r;
    struct cells cells;
    char all[4096] = "";

    (void)state;
    make_record(&r, "load", 3);
    fill_with_noise(&r, NULL, 0.01, ROUNDS, 1);
    record_unprobed(&r, 0, 1, "did not start: no luck");
    cells_open(&cells, &r);
    reading_warnings(&cells, collect, all);
    assert_says(all,
                "load: the probe of the capacity gave no rate: fork: did not start: no luck\n");
    cells_free(&cells);
    record_free(&r);
}

static void a_failure_is_told_with_the_words_of_its_point(void **state)
{
    struct record r;
    struct cells cells;
    char all[4096] = "";

    (void)state;
    make_record(&r, "size", 3);
    fill_with_noise(&r, NULL, 0.01, ROUNDS, 1);
    for (size_t i = 0; i < r.repeat_count; i++)
        if (strcmp(r.scenarios[0].points[r.repeats[i].point].name, "256k") == 0 &&
            r.repeats[i].round == 2 && r.repeats[i].model == 1) {
            r.repeats[i].outcome = OUTCOME_FAILED;
            strcpy(r.repeats[i].why, "it died");
        }
    cells_open(&cells, &r);
    reading_warnings(&cells, collect, all);
    assert_says(all, "fork failed once in size, at 256 KiB: it died\n");
    cells_free(&cells);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_conditions_are_shortened_before_any_is_left_out),
        cmocka_unit_test(sizes_have_one_form_whatever_the_scenario_is_called),
        cmocka_unit_test(an_end_is_told_with_its_own_reason),
        cmocka_unit_test(equals_are_told_as_equals),
        cmocka_unit_test(a_probe_without_a_rate_is_warned_of),
        cmocka_unit_test(a_failure_is_told_with_the_words_of_its_point),
    };
    return cmocka_run_group_tests_name("words of readings", tests, NULL, NULL);
}

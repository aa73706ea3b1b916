// test_report_text.c: numbers as people read them, and the page for the terminal.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "results/report.h"
#include "results/report_parts.h"
#include "tests/readings_sample.h"

// ---- Numbers and the text for the terminal -------------------------------------------------

static void a_value_has_three_digits_and_its_unit(void **state)
{
    static const struct {
        enum metric metric;
        double value;
        const char *text;
    } values[] = {
        {METRIC_rps, 12345, "12\u202f300"},
        {METRIC_rps, 999.6, "1\u202f000"},
        {METRIC_rps, 0, "0"},
        {METRIC_rps, 1234567, "1\u202f230\u202f000"},
        {METRIC_p99, 1340000, "1.34 ms"},
        {METRIC_jain, 0.9712, "0.97"},
        {METRIC_jain, 1, "1"},
        {METRIC_switches, 2.136, "2.14"},
        {METRIC_switches, 0.0123, "0.012"},
        {METRIC_memory, 8.25, "8.25 KiB"},
        {METRIC_memory, 2048, "2 MiB"},
        {METRIC_memory, 0.25, "256 B"},
        {METRIC_payload, 1.344e9, "1.34 GB/s"},
        {METRIC_busy, 0.974, "97 %"},
        {METRIC_rps, NAN, "–"},
        {METRIC_cpu, 64, "64 ns"},
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_string_equal(reading_value(values[i].metric, values[i].value, text), values[i].text);
}

static void a_mean_and_its_interval_share_unit_and_decimals(void **state)
{
    static const struct {
        enum metric metric;
        double value, reach;
        const char *text;
    } means[] = {
        {METRIC_rps, 121345, 2871, "121\u202f000 ± 2\u202f900"},
        {METRIC_cpu, 23812, 214, "23.8 ± 0.2 µs"},
        {METRIC_p99, 939e6, 18.2e6, "939 ± 18 ms"},
        {METRIC_memory, 5.012, 0.171, "5.01 ± 0.17 KiB"},
        {METRIC_p99, 23812, 3, "23.8 ± 0.003 µs"},   // rather than 0.0
        {METRIC_calls, 2, 0, "2"},                   // it was the same each time
        {METRIC_rps, 500, NAN, "500"},               // measured once
        {METRIC_memory, 109, 241, "0 B to 350 KiB"}, // cut at 0: no ± tells that
        {METRIC_rps, 109, 241, "0 to 350"},
    };
    char text[PHRASE];

    (void)state;
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        struct estimate e = {means[i].value, fmax(0, means[i].value - means[i].reach),
                             means[i].value + means[i].reach};
        assert_string_equal(estimate_text(means[i].metric, &e, text), means[i].text);
    }
    // Of times it is longer upwards.
    const struct estimate wide = {109e3, 54.2e3, 218e3}, across = {900e3, 600e3, 1.35e6};
    assert_string_equal(estimate_text(METRIC_p99, &wide, text), "54.2 to 218 µs");
    assert_string_equal(estimate_text(METRIC_p99, &across, text), "600 µs to 1.35 ms");
}

static char *write_text(const struct record *r)
{
    // Static, because gcc 12 takes what the stream stores in a local for a pointer to that local.
    static char *text;
    static size_t size;
    struct cells cells;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    cells_open(&cells, r);
    report_write_text(&cells, out);
    cells_free(&cells);
    assert_int_equal(fclose(out), 0);
    return text;
}

// Returns the number of lines.
static unsigned assert_narrow(char *text)
{
    unsigned lines = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
        if (characters(line) > 80)
            fail_msg("over 80 columns: %s", line);
    return lines;
}

static void the_text_of_a_long_run_is_about_a_page(void **state)
{
    char *text = write_text(&sample_run);

    (void)state;
    assert_says(text, "idle  With 10\u202f000 silent clients poll falls to 1");
    assert_says(text, "warning: threads failed in 5 repeats of churn");
    assert_silent(text, "nan");
    assert_in_range(assert_narrow(text), 30, 80);
    free(text);
}

static void the_text_of_a_short_run_has_tables_with_words_in_them(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "idle", 4);
    fill_with_noise(&r, NULL, 0.01, ROUNDS, 1);
    for (size_t i = 0; i < r.repeat_count; i++) {
        struct repeat *q = &r.repeats[i];
        if (q->model == 1 && q->point == 5)
            q->outcome = OUTCOME_ENDED;
        if (q->model == 2 && q->point == 5)
            *q = (struct repeat){
                .point = 5, .model = 2, .round = q->round, .outcome = OUTCOME_FAILED};
    }
    char *text = write_text(&r);
    assert_says(text, "What do clients that say nothing cost");
    assert_says(text, " ended\n");
    assert_says(text, " failed\n");
    assert_says(text, " ± ");
    assert_says(text, "throughput in requests/s, ± half of the 95 % interval");
    assert_says(text, "; below it the median");
    assert_says(text, "\n    median  ");
    assert_says(text, "  4 of 6 points; the others are in report.html\n");
    assert_narrow(text);
    free(text);
    record_free(&r);
}

static void the_text_of_an_empty_run_says_so(void **state)
{
    struct record r;

    (void)state;
    make_record(&r, "size", 1);
    char *text = write_text(&r);
    assert_says(text, "0 repeats");
    assert_says(text, "Nothing of this scenario has been measured.");
    assert_narrow(text);
    free(text);
    record_free(&r);
}

// The folder exists by now; the seed may have been drawn.
static void a_run_can_be_made_again_as_the_page_says(void **state)
{
    static char *text; // static: see write_text()
    static size_t size;
    struct record r;
    struct cells cells;

    (void)state;
    make_record(&r, "idle", 1);
    r.command = sample_text("build/gcc/bin/bench --out '/tmp/a b' --quick --only 'idle load' "
                            "--out=/tmp/c");
    r.seed = 42;
    snprintf(r.machine.commit, sizeof r.machine.commit, "c0acb68-dirty");
    cells_open(&cells, &r);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    report_end(&cells, out);
    assert_int_equal(fclose(out), 0);
    assert_says(text, "<code>bin/bench --quick --only 'idle load' --seed 42</code>");
    assert_says(text, "with echolab at commit c0acb68 and changes that nobody else has:");
    free(text);
    cells_free(&cells);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_has_three_digits_and_its_unit),
        cmocka_unit_test(a_mean_and_its_interval_share_unit_and_decimals),
        cmocka_unit_test(the_text_of_a_long_run_is_about_a_page),
        cmocka_unit_test(the_text_of_a_short_run_has_tables_with_words_in_them),
        cmocka_unit_test(the_text_of_an_empty_run_says_so),
        cmocka_unit_test(a_run_can_be_made_again_as_the_page_says),
    };
    return cmocka_run_group_tests_name("text report", tests, open_sample, close_sample);
}

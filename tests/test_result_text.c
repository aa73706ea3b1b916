// test_result_text.c: what people are shown: the right figures, and no trouble left unsaid.
#include "tests/result_sample.h"

#include <ctype.h>
#include <math.h>

static void assert_fits_the_screen(const char *text, size_t most)
{
    size_t lines = 0;

    for (const char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++)
        if (end - line > 80)
            fail_msg("longer than 80 columns: %.*s", (int)(end - line), line);
    if (lines > most)
        fail_msg("%zu lines are no screen:\n%s", lines, text);
}

static void the_summary_says_which_loop_and_what_was_measured(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 20000);
    char *text = text_of(&r, result_write_summary);
    assert_has(text, "127.0.0.1:7000");
    assert_has(text, "open loop");
    assert_has(text, "20,000 sent, 20,000 answered");
    assert_has(text, "4,000 requests/s");
    assert_has(text, "\nresponse ");
    assert_has(text, "\nservice ");
    assert_has(text, "\nlag ");
    assert_lacks(text, "closed loop");
    assert_lacks(text, "WARNING");
    assert_fits_the_screen(text, 24);
    free(text);

    snprintf(r.loop, sizeof r.loop, "closed");
    text = text_of(&r, result_write_summary);
    assert_has(text, "closed loop: latency from the real send");
    assert_has(text, "\nlatency ");
    assert_lacks(text, "open loop");
    assert_lacks(text, "\nlag ");
    assert_fits_the_screen(text, 24);
    free(text);
    result_free(&r);
}

static void the_summary_says_when_clients_were_served_unevenly(void **state)
{
    static const struct {
        unsigned served;
        double jain;
        const char *says; // NULL: nothing
    } cases[] = {
        {50, 1, NULL},
        {50, 0.95, NULL},
        {50, 0, NULL}, // a merge
        {50, 0.5, "50 of 50 connections had answers; fairness 0.50 (Jain's index)\n"},
        {49, 0.98, "49 of 50 connections had answers; fairness 0.98"},
        {49, 0, "49 of 50 connections had answers\n"},
    };
    struct result r;

    (void)state;
    make_result(&r, 500);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r.served = cases[i].served;
        r.jain = cases[i].jain;
        char *text = text_of(&r, result_write_summary);
        if (cases[i].says == NULL)
            assert_lacks(text, "clients");
        else
            assert_has(text, cases[i].says);
        assert_fits_the_screen(text, 24);
        free(text);
    }
    r.completed = 499; // too few to tell
    char *text = text_of(&r, result_write_summary);
    assert_lacks(text, "clients");
    free(text);
    result_free(&r);
}

static void the_summary_warns_of_all_that_is_wrong(void **state)
{
    static const char *const warnings[] = {
        "interrupted",
        "the generator, not the server, was the limit",
        "no time was left",
        "wrong answers: 2; lost: 3.",
        "connection 7, request 8, offset 9: got 0x41, expected 0x42",
        "got no byte, expected 0x43",
        "got 0x44, expected no byte",
        "4 requests still unanswered",
        "5 requests due but never sent",
        "silent connections closed by the server: 6.",
        "bytes came 21 times when no answer was due",
        "outside the measured time, wrong answers: 31; lost: 0.",
        "too short for p99.9",
        "1,001 could not connect, 11 reset by the server, 12 closed too early",
        "by the server, 13 timed out",
        "the first: no room",
        "latencies above 73 minutes: 1,",
    };
    struct result r;

    (void)state;
    make_result(&r, 5000);
    r.interrupted = true;
    r.generator.was_the_limit = true;
    snprintf(r.generator.why, sizeof r.generator.why, "no time was left");
    r.requests = (struct requests){5014, 5009, 5000, 2, 3, 4};
    r.wrong_shown = 3;
    r.wrong[0] = (struct wrong){7, 8, 9, 0x41, 0x42};
    r.wrong[1] = (struct wrong){7, 8, 10, -1, 0x43};
    r.wrong[2] = (struct wrong){7, 8, 11, 0x44, -1};
    r.errors.connect = 1001;
    r.errors.reset = 11;
    r.errors.closed = 12;
    r.errors.timeout = 13;
    r.errors.idle_closed = 6;
    r.unasked = 21;
    r.warmup.wrong = 31;
    snprintf(r.errors.first, sizeof r.errors.first, "no room");
    histogram_record_n(r.response, INT64_MAX / 4, 1);
    char *text = text_of(&r, result_write_summary);
    // Lines are broken between words anywhere: compare with one space between any two.
    size_t n = 0;
    for (const char *from = text; *from != '\0'; from++)
        if (!isspace((unsigned char)*from) || (n > 0 && text[n - 1] != ' '))
            text[n++] = isspace((unsigned char)*from) ? ' ' : *from;
    text[n] = '\0';
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        assert_has(text, warnings[i]);
    free(text);
    text = text_of(&r, result_write_summary);
    assert_fits_the_screen(text, 48); // with every trouble there is
    free(text);
    result_free(&r);
}

static void assert_no_nonsense(char *text)
{
    for (char *p = text; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    assert_lacks(text, "nan");
    assert_lacks(text, "inf\n");
    assert_lacks(text, "inf ");
    assert_lacks(text, "-0");
}

static void a_run_that_measured_nothing_prints_no_nonsense(void **state)
{
    void (*const writers[])(const struct result *, FILE *) = {
        result_write_json, result_write_summary,  result_write_csv,
        result_write_hgrm, result_write_timeline,
    };
    static const char *const loops[] = {"open", "closed"};

    (void)state;
    for (size_t loop = 0; loop < 2; loop++) {
        struct result r;
        result_init(&r);
        snprintf(r.loop, sizeof r.loop, "%s", loops[loop]);
        for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
            char *text = text_of(&r, writers[i]);
            assert_no_nonsense(text);
            free(text);
        }
        char *summary = text_of(&r, result_write_summary);
        assert_has(summary, "no right answer came");
        free(summary);
        char *json = text_of(&r, result_write_json);
        assert_has(json, "\"throughput_rps\": null");
        free(json);
        r.size_bytes = r.depth_mean = r.offered_rps = r.generator.busy = NAN;
        json = text_of(&r, result_write_json);
        assert_no_nonsense(json);
        free(json);
        result_free(&r);
    }
}

static void a_time_is_written_with_three_digits_and_the_unit_that_fits(void **state)
{
    static const struct {
        double ns;
        const char *text;
    } cases[] = {
        {0, "0 ns"},         {999, "999 ns"},       {999.6, "1.00 us"}, {1340000, "1.34 ms"},
        {9994, "9.99 us"},   {9996, "10.0 us"},     {99960, "100 us"},  {999400, "999 us"},
        {999600, "1.00 ms"}, {999.6e6, "1.00 s"},   {4398e9, "4398 s"}, {-1, "-"},
        {NAN, "-"},          {12345678, "12.3 ms"},
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(result_time(cases[i].ns, text), cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_says_which_loop_and_what_was_measured),
        cmocka_unit_test(the_summary_says_when_clients_were_served_unevenly),
        cmocka_unit_test(the_summary_warns_of_all_that_is_wrong),
        cmocka_unit_test(a_run_that_measured_nothing_prints_no_nonsense),
        cmocka_unit_test(a_time_is_written_with_three_digits_and_the_unit_that_fits),
    };
    return cmocka_run_group_tests_name("result_text", tests, NULL, NULL);
}

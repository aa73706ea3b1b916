// test_result_text.c: what people and other programs are shown: the right figures, in the form that
// they expect, and no trouble left unsaid.
#include "tests/result_sample.h"

#include <ctype.h>
#include <math.h>

// ---- For people ---------------------------------------------------------------------------------

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

// ---- For other programs -------------------------------------------------------------------------

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

// Every row read back and held against the sorted samples. Returns the last percentile.
static double check_hgrm(const char *text, const int64_t *sorted, size_t n, double all,
                         size_t *rows)
{
    double value, fraction, last = -1, slowest = 0;
    unsigned long long count;
    char inverse[32];
    int used;

    assert_true(strncmp(text, "       Value     Percentile TotalCount 1/(1-Percentile)\n\n", 55) ==
                0);
    text = strstr(text, "\n\n") + 2;
    for (*rows = 0; *text != '#'; text += used, ++*rows) {
        assert_int_equal(
            sscanf(text, "%lf %lf %llu %31s %n", &value, &fraction, &count, inverse, &used), 4);
        assert_true(fraction > last && value >= slowest && count > 0 && count <= n);
        last = fraction;
        slowest = value;
        // At least the fraction is at or below the value, and the value is that of a sample to 0.1
        // %.
        assert_true((double)count >= fraction * all * 0.999999);
        assert_true(fabs(value * 1e6 - (double)sorted[count - 1]) <=
                    0.001 * (double)sorted[count - 1] + 1);
        if (fraction < 1)
            assert_true(fabs(atof(inverse) * (1 - fraction) - 1) < 0.01);
        else
            assert_string_equal(inverse, "inf");
    }
    return last;
}

static void hgrm_rows_are_the_samples_quantiles(void **state)
{
    enum { N = 20000, UNSEEN = N / 3 };
    static int64_t sorted[N];
    unsigned long long total;
    double mean, deviation, max;
    struct result r;
    size_t rows;

    (void)state;
    for (unsigned i = 0; i < N; i++)
        sorted[i] = sample_ns(i);
    qsort(sorted, N, sizeof *sorted, compare);
    make_result(&r, N);
    char *text = text_of(&r, result_write_hgrm);
    assert_true(check_hgrm(text, sorted, N, N, &rows) == 1);
    assert_true(rows > 60 && rows < 90); // five for each of log2(20,000) halves
    assert_int_equal(sscanf(strchr(text, '#'),
                            "#[Mean    = %lf, StdDeviation   = %lf]\n"
                            "#[Max     = %lf, Total count    = %llu]\n"
                            "#[Buckets = 32, SubBuckets     = 2048]",
                            &mean, &deviation, &max, &total),
                     4);
    assert_has(text, "#[Buckets =           32, SubBuckets     =         2048]\n");
    assert_true(total == N && max * 1e6 == (double)sorted[N - 1]);
    assert_true(fabs(mean * 1e6 - histogram_mean(r.response)) < 1);
    free(text);

    // A quarter was never answered: the curve ends where nothing is known any more.
    r.requests.scheduled = r.requests.sent = N + UNSEEN;
    r.requests.unfinished = UNSEEN;
    text = text_of(&r, result_write_hgrm);
    double last = check_hgrm(text, sorted, N, N + UNSEEN, &rows);
    assert_true(last > 0.7 && last <= 0.7501);
    assert_lacks(text, "inf");
    free(text);
    result_free(&r);
}

// Counts the cells of a line of CSV, heedful of quotes.
static size_t count_cells(const char *line)
{
    size_t n = 1;
    bool quoted = false;

    for (; *line != '\n' || quoted; line++) {
        assert_true(*line != '\0');
        if (*line == '"')
            quoted = !quoted;
        n += *line == ',' && !quoted;
    }
    return n;
}

static void csv_is_one_row_under_a_heading(void **state)
{
    struct result r;

    (void)state;
    make_result(&r, 2000);
    char *text = text_of(&r, result_write_csv);
    const char *row = strchr(text, '\n') + 1;
    assert_true(strncmp(text, "schema,target,", 14) == 0);
    assert_true(strstr(row, "echolab.loadgen/1,127.0.0.1:7000,echo,open,false,") == row);
    assert_int_equal(count_cells(row), count_cells(text));
    assert_has(text, ",latency_ns.response.p99_9,");
    assert_has(row, "\"bin/loadgen '\"\"q\"\", x'\"");
    assert_string_equal(strchr(row, '\n'), "\n");
    free(text);
    result_free(&r);
}

static void the_timeline_has_a_row_for_each_interval(void **state)
{
    unsigned long long sum = 0, count;
    long long lowest, last = -1, p50, p90, p99, max;
    struct result r;
    int used;

    (void)state;
    make_result(&r, 10);
    char *text = text_of(&r, result_write_timeline);
    assert_has(text, "start_s\tsent\tanswered\terrors\tp50_ns\tp90_ns\tp99_ns\tmax_ns\thistogram\n"
                     "0.000000\t2000\t2000\t0\t-\t-\t-\t-\t-\n1.000000\t2001\t2001\t0\t");
    assert_has(text, "\n2.000000\t2002\t2002\t0\t-\t-\t-\t-\t-\n");
    const char *row = strstr(text, "\n1.000000\t2001\t2001\t0\t") + 22;
    assert_int_equal(sscanf(row, "%lld\t%lld\t%lld\t%lld\t%n", &p50, &p90, &p99, &max, &used), 4);
    assert_true(0 < p50 && p50 < p90 && p90 < p99 && p99 < max);
    for (row += used; sscanf(row, "%lld:%llu%n", &lowest, &count, &used) == 2 && row[-1] != '\n';
         row += used + 1) {
        assert_true(lowest > last);
        last = lowest;
        sum += count;
    }
    assert_true(sum == 2001);
    free(text);

    r.intervals[1].sent += 500; // due in it, and never answered: slower than all
    text = text_of(&r, result_write_timeline);
    assert_has(text, "\n1.000000\t2501\t2001\t0\t");
    row = strstr(text, "\t2001\t0\t") + strlen("\t2001\t0\t");
    assert_int_equal(sscanf(row, "%lld\t-\t-\t%lld\t", &p90, &max), 2);
    assert_true(p90 > p50);
    free(text);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_says_which_loop_and_what_was_measured),
        cmocka_unit_test(the_summary_says_when_clients_were_served_unevenly),
        cmocka_unit_test(the_summary_warns_of_all_that_is_wrong),
        cmocka_unit_test(a_run_that_measured_nothing_prints_no_nonsense),
        cmocka_unit_test(a_time_is_written_with_three_digits_and_the_unit_that_fits),
        cmocka_unit_test(hgrm_rows_are_the_samples_quantiles),
        cmocka_unit_test(csv_is_one_row_under_a_heading),
        cmocka_unit_test(the_timeline_has_a_row_for_each_interval),
    };
    return cmocka_run_group_tests_name("result_text", tests, NULL, NULL);
}

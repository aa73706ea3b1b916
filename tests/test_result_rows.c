// test_result_rows.c: what other programs are given: the right figures, in rows as they expect
// them.
#include "tests/result_sample.h"

#include <math.h>

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
        cmocka_unit_test(hgrm_rows_are_the_samples_quantiles),
        cmocka_unit_test(csv_is_one_row_under_a_heading),
        cmocka_unit_test(the_timeline_has_a_row_for_each_interval),
    };
    return cmocka_run_group_tests_name("result_rows", tests, NULL, NULL);
}

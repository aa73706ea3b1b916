// test_report_cells.c: what the report shows of each cell, in the page and in cells.tsv: the mean,
// the median, and how far both can be trusted.
#include "results/report.h"
#include "tests/record_folder.h"

#include <signal.h>
#include <sys/resource.h>

static char *reported(const struct record *r, const char *name)
{
    struct cells cells;

    cells_open(&cells, r);
    assert_true(report_write_cells(&cells));
    assert_true(report_write_html(&cells));
    cells_free(&cells);
    return content(name);
}

// A run of one cell: p99 in `connections`, at the first point, of the first model.
static void make_cell(struct record *r, const double *p99, unsigned n)
{
    unsigned s = 0;

    make_small(r, n);
    while (strcmp(r->scenarios[s].name, "connections") != 0)
        s++;
    for (unsigned i = 0; i < n; i++) {
        struct repeat *q = &r->repeats[i];
        q->scenario = s;
        q->point = q->model = 0;
        q->round = i + 1;
        q->outcome = OUTCOME_MEASURED;
        for (enum metric m = 0; m < METRIC_COUNT; m++)
            q->value[m] = m == METRIC_p99 ? p99[i] : NAN;
    }
}

static void a_row_has_mean_and_median_with_their_intervals(void **state)
{
    static const double p99[] = {100e3, 90e3, 110e3};
    struct record r;

    (void)state;
    make_cell(&r, p99, 3);
    char *table = reported(&r, "cells.tsv");
    unsigned columns = count(table, '\t');
    for (const char *line = table; *line != '\0'; line = strchr(line, '\n') + 1)
        assert_int_equal(count(line, '\t'), columns);
    const char *row = strstr(table, "\tp99\tns\t3\t100000\t");
    assert_non_null(row);
    // As in test_cells.c: exp(0.248414) is 1.281990; the range of three holds the median with 75 %.
    double low, high, median[3], confidence;
    assert_int_equal(sscanf(row, "\tp99\tns\t3\t100000\t%lf\t%lf\t%lf\t%lf\t%lf\t%lf", &low, &high,
                            &median[0], &median[1], &median[2], &confidence),
                     6);
    assert_true(fabs(low - 78003.7) < 1 && fabs(high - 128199) < 1);
    assert_true(median[0] == 100e3 && median[1] == 90e3 && median[2] == 110e3);
    assert_true(confidence == 0.75);
    assert_non_null(strstr(table, "\trps\t1/s\t0\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\t0\n"));
    free(table);
    record_free(&r);
}

static void the_page_has_the_median_below_the_mean(void **state)
{
    static const double p99[] = {100e3, 90e3, 140e3};
    struct record r;

    (void)state;
    make_cell(&r, p99, 3);
    char *page = reported(&r, "report.html");
    assert_has(page, "<td class=\"number\">110 µs<span class=\"median\">100 µs</span></td>");
    assert_has(page, "<span class=\"median\">90.0 µs to 140 µs</span></td>");
    assert_has(page, "href=\"cells.tsv\"");
    free(page);
    record_free(&r);
}

static void what_was_measured_once_has_neither_interval(void **state)
{
    static const double p99[] = {100e3};
    struct record r;

    (void)state;
    make_cell(&r, p99, 1);
    char *table = reported(&r, "cells.tsv");
    assert_has(table, "\tp99\tns\t1\t100000\tNA\tNA\t100000\tNA\tNA\tNA\tNA\t0\n");
    free(table);
    char *page = content("report.html");
    assert_has(page, "<td class=\"number\">100 µs</td><td class=\"number\">–</td>");
    free(page);
    record_free(&r);
}

static int write_on_a_full_disk(void *record)
{
    const struct rlimit limit = {1024, 1024};
    struct cells cells;

    fail_name("test");
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 77;
    cells_open(&cells, record);
    bool written = report_write_cells(&cells);
    cells_free(&cells);
    return written ? 0 : 1;
}

static void a_full_disk_leaves_the_table_that_was_there(void **state)
{
    struct record r;

    (void)state;
    make_small(&r, 60);
    char *before = reported(&r, "cells.tsv");
    assert_int_equal(run_apart(write_on_a_full_disk, &r, out, err), 1);
    assert_has(err, "cells.tsv; it is as it was before: File too large");
    char *after = content("cells.tsv");
    assert_string_equal(before, after);
    free(after);
    free(before);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_row_has_mean_and_median_with_their_intervals),
        IN_A_FOLDER(the_page_has_the_median_below_the_mean),
        IN_A_FOLDER(a_full_disk_leaves_the_table_that_was_there),
        IN_A_FOLDER(what_was_measured_once_has_neither_interval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

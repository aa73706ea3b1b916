// test_grade_report_again.c: what a report for lab 10 claims is measured again, and no file in it
// keeps that from being done. bench is a script here, which hands over a run that the test made.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grade/report_again.h"
#include "grade/report_busy.h"
#include "tests/report_folder.h"

static char stage[sizeof handed_in + 8]; // a folder with the script, in the place of bin
static struct finding finding;
static bool busy;

// In the place of the grader's own, so that it is no matter what else this machine has to do.
bool report_busy(void)
{
    return busy;
}

// Which of the runs it hands over is told by --out; its points become those that were asked for. It
// says what it was to give the servers where it has none.
static const char script[] =
    "#!/bin/sh\n"
    "here=${0%/*}\n"
    "while [ $# -gt 1 ]; do\n"
    "    if [ \"$1\" = --out ]; then out=$2; fi\n"
    "    shift\n"
    "done\n"
    "folder=${out%/run}\n"
    "if ! cp -R \"$here/${folder##*/}\" \"$out\" 2>/dev/null; then\n"
    "    grep -h -e '^server' -e '^load' \"$folder\"/*.scenario | sort -u | tr '\\n' ';'\n"
    "    exit 7\n"
    "fi\n"
    "cd \"$out\" || exit 8\n"
    "for loop in closed open; do\n"
    "    point=$(sed -n 's/^points = //p' \"../$loop.scenario\")\n"
    "    sed -i \"s/AT-$loop/$point/\" run.json results.tsv\n"
    "    for file in raw/$loop.*; do\n"
    "        mv \"$file\" \"raw/$loop.$point.${file#raw/*.*.}\"\n"
    "    done\n"
    "done\n";

static int make_stage(void **state)
{
    char path[sizeof stage + 8];

    if (make_folder(state) != 0)
        return -1;
    busy = false;
    snprintf(stage, sizeof stage, "%s.stage", handed_in);
    run("mkdir %s && cd %s && touch loadgen epoll fork && chmod +x loadgen epoll fork", stage,
        stage);
    snprintf(path, sizeof path, "%s/bench", stage);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(script, f);
    fclose(f);
    return chmod(path, 0755);
}

static int remove_stage(void **state)
{
    run("rm -rf %s", stage);
    return remove_folder(state);
}

// Such a run is what the script has for the grader: "again" under the student's conditions, "plain"
// under the grader's own.
static void expect_run(const char *which, const struct knobs *k)
{
    struct knobs its = *k;

    its.point[CLOSED] = "AT-closed";
    its.point[OPEN] = "AT-open";
    put_run(&its);
    run("mv %s/run %s/%s && mkdir -p %s/run/raw", handed_in, stage, which, handed_in);
}

static void expect_mark(enum outcome outcome, const char *reason)
{
    struct confinement confinement = {0};
    const struct order order = {.programs = stage, .confinement = &confinement};
    static struct report report;

    snprintf(confinement.folder, sizeof confinement.folder, "%s/work", stage);
    run("rm -rf %s && mkdir %s", confinement.folder, confinement.folder);
    report_read(&report, handed_in, "epoll fork");
    finding = (struct finding){.outcome = PASSED};
    check_complete(&report, &finding);
    assert_int_equal(finding.outcome, PASSED);
    *finding.figure = '\0';
    report_again(&order, &report, 3, &finding);
    report_free(&report);
    if (finding.outcome != outcome || strstr(finding.reason, reason) == NULL ||
        finding.lacking != (outcome == SKIPPED))
        fail_msg("expected %d, '%s'; saw %d: %s", outcome, reason, finding.outcome, finding.reason);
}

// --------------------------------------------------------------------------------------------

static void what_comes_out_alike_passes(void **state)
{
    struct knobs k = right;

    (void)state;
    k.ratio[CLOSED] = 0.8;
    k.ratio[OPEN] = 6;
    expect_run("again", &k);
    hand_in(&right);
    expect_mark(PASSED, "");
    assert_non_null(strstr(finding.figure, "throughput 0.7"));
    assert_non_null(strstr(finding.figure, ", p99 5.9"));
}

static void what_does_not_come_out_alike_is_lost(void **state)
{
    (void)state;
    for (unsigned loop = CLOSED; loop <= OPEN; loop++) {
        struct knobs k = right;
        k.ratio[loop] *= 4;
        expect_run("again", &k);
        hand_in(&right);
        expect_mark(FAILED, loop == CLOSED ? "0.496 claimed" : "2.973 claimed");
        run("rm -r %s/again", stage);
    }
}

// Not one of them is measured: the script would say so.
static void conditions_that_cannot_be_had_again_lose_the_task(void **state)
{
    static const char *const works[] = {"cpu:999999999",   "sleep:1h", "sleep:1min",  "cpu:1001us",
                                        "banana:50us",     "cpu",      "cpu:",        "sleepy:5us",
                                        "cpu:50us:sleep:", "cpu:-5us", "cpu:50us\\t", "cpu:5e3ns"};
    static const double connections[] = {0.5, 7.5, 1001, 1e300};
    char option[64];

    (void)state;
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        struct knobs k = right;
        snprintf(option, sizeof option, "--work %s", works[i]);
        k.work = option;
        hand_in(&k);
        expect_mark(FAILED, "up to 1ms; saw '");
    }
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++) {
        struct knobs k = right;
        k.connections = connections[i];
        hand_in(&k);
        expect_mark(FAILED, "1 to 1,000 connections; saw ");
    }
    struct knobs k = right;
    k.rate = 150;
    hand_in(&k);
    expect_mark(FAILED, "a rate of 200 requests per second or more; saw ");
    hand_in(&right);
    run("sed -i 's/\"size_bytes\": 64/\"size_bytes\": 64.5/' %s/run/raw/*", handed_in);
    expect_mark(FAILED, "one --size, 1 to 65536; saw 64.5");
    hand_in(&right);
    run("sed -i 's/\"frame\"/\"guess\"/' %s/run/raw/*", handed_in);
    expect_mark(FAILED, "--service echo or frame; saw 'guess'");
}

// The machine can measure, under conditions of ours; so the reason is theirs.
static void what_comes_to_nothing_under_its_own_conditions_alone_is_lost(void **state)
{
    struct knobs k = right;

    (void)state;
    expect_run("plain", &right);
    k.work = "--work banana --work=sleep:.5ms";
    hand_in(&k);
    expect_mark(FAILED,
                "bench ended with status 7: load = --connections 7 --service frame --size 64;"
                "load = --connections 7 --service frame --size 64 --rate {x};"
                "server = --work sleep:500000ns;");
    k.answers = 300; // of which no p99 can be given
    expect_run("again", &k);
    hand_in(&right);
    expect_mark(FAILED, "there is no ratio of p99");
}

static void where_nothing_can_be_measured_it_is_left_out(void **state)
{
    (void)state;
    hand_in(&right);
    expect_mark(SKIPPED, "nothing can be measured here: bench ended with status 7: load = "
                         "--connections 8 --service echo --size 64;");
    run("rm %s/loadgen", stage);
    expect_mark(SKIPPED, "not beside this grader");
}

static void on_a_busy_machine_nobody_loses_the_task_for_its_figures(void **state)
{
    struct knobs k = right;

    (void)state;
    busy = true;
    expect_run("plain", &right);
    hand_in(&right);
    expect_mark(SKIPPED, "too much else to do");
    k.ratio[CLOSED] *= 4;
    expect_run("again", &k);
    hand_in(&right);
    expect_mark(SKIPPED, "too much else to do");
    k.work = "--work sleep:1h";
    hand_in(&k);
    expect_mark(FAILED, "up to 1ms; saw 'sleep:1h'");
    run("rm -r %s/again", stage);
    expect_run("again", &right);
    hand_in(&right);
    expect_mark(PASSED, "");
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, make_stage, remove_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAGE(what_comes_out_alike_passes),
        ON_STAGE(what_does_not_come_out_alike_is_lost),
        ON_STAGE(conditions_that_cannot_be_had_again_lose_the_task),
        ON_STAGE(what_comes_to_nothing_under_its_own_conditions_alone_is_lost),
        ON_STAGE(where_nothing_can_be_measured_it_is_left_out),
        ON_STAGE(on_a_busy_machine_nobody_loses_the_task_for_its_figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// report.c: see report.h.
#include "grade/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "grade/report_again.h"
#include "grade/report_check.h"

#define AGREES "report/agrees-within-"

static const struct {
    const char *name;
    void (*ask)(const struct report *, struct finding *);
} questions[] = {
    {"report/complete", check_complete},       {"report/repeats", check_repeats},
    {"report/interleaved", check_interleaved}, {"report/warm-up", check_warm_up},
    {"report/open-loop", check_open_loop},     {"report/below-capacity", check_below_capacity},
    {"report/samples", check_samples},         {"report/generator", check_generator},
    {"report/environment", check_environment}, {"report/from-raw", check_from_raw},
    {"report/intervals", check_intervals},     {"report/verdict", check_verdict},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static size_t find(const char *name)
{
    size_t i = 0;

    while (i < QUESTIONS && strcmp(questions[i].name, name) != 0)
        i++;
    return i;
}

static bool is_agrees(const char *name, double *factor)
{
    size_t n = strlen(AGREES);

    return strncmp(name, AGREES, n) == 0 && units_rate(name + n, 1, 100, factor);
}

bool report_knows(const char *name)
{
    double factor;

    return find(name) < QUESTIONS || is_agrees(name, &factor);
}

bool report_is_lab(const struct lab *lab)
{
    return lab->count > 0 && report_knows(lab->tasks[0].name);
}

static void ask(const struct order *order, const struct report *report, const char *name,
                struct finding *f)
{
    size_t i = find(name);
    double factor, begun = now();

    f->outcome = PASSED;
    if (i < QUESTIONS)
        questions[i].ask(report, f);
    else if (is_agrees(name, &factor))
        report_again(order, report, factor, f);
    f->seconds = now() - begun;
}

bool report_ask(const struct order *order, void (*tell)(const struct news *))
{
    struct news news = {.kind = NEWS_TROUBLE};
    static struct report report;

    if (order->submission == NULL) {
        snprintf(news.text, sizeof news.text,
                 "a report is a folder: --submission FOLDER, not a COMMAND");
        tell(&news);
        return false;
    }
    report_read(&report, order->submission, order->lab->reference);
    bool shut = false;
    for (size_t i = 0; i < order->lab->count && !shut && !run_is_over(); i++) {
        news = (struct news){.kind = NEWS_MARK, .task = i};
        ask(order, &report, order->lab->tasks[i].name, &news.finding);
        if (!run_is_over())
            tell(&news);
        shut = i == 0 && news.finding.outcome != PASSED;
    }
    report_free(&report);
    news = (struct news){.kind = shut ? NEWS_SHUT : NEWS_END};
    if (!run_is_over())
        tell(&news);
    return !run_is_over();
}

// scenario_figures.c: see scenario_figures.h.
#include "results/scenario_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/metrics.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { METRICS_MAX = COUNT(((struct figure *)NULL)->metric) };

static const struct kind {
    const char *name;
    unsigned least, most; // metrics
    bool of_numbers;      // drawn over the points' numbers
} kinds[] = {
    {"lines", 1, 1, true}, {"load", 1, 1, true},     {"bars", 1, METRICS_MAX, false},
    {"heat", 0, 0, false}, {"clients", 0, 0, false}, {"percentiles", 0, 0, false},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static bool fault_metric(const struct reading *r, const struct keyed_entry *entry, const char *name)
{
#define NAME(metric, unit, what) ", " #metric
    return reading_fault(r, entry, "'%s' is no metric; there are: %s", name,
                         &METRICS(NAME)[2]); // without the first comma
#undef NAME
}

static bool take_metrics(struct reading *r, const struct keyed_entry *entry, char *list,
                         const struct kind *kind, struct figure *figure)
{
    unsigned count = 0;
    char *name;

    while ((name = strsep(&list, ",")) != NULL) {
        enum metric metric = metric_find(name);
        if (metric == METRIC_COUNT)
            return fault_metric(r, entry, name);
        if (count < kind->most)
            figure->metric[count] = (int)metric;
        count++;
    }
    if (count < kind->least || count > kind->most) {
        if (kind->most == 0)
            return reading_fault(r, entry, "'%s' takes no metrics: write just `%s`", kind->name,
                                 kind->name);
        if (kind->most == 1)
            return reading_fault(r, entry, "'%s' takes one metric, such as %s:p99", kind->name,
                                 kind->name);
        return reading_fault(r, entry, "'%s' takes %u to %u metrics, such as %s:rps,p99",
                             kind->name, kind->least, kind->most, kind->name);
    }
    figure->metrics = count;
    return true;
}

static bool check_kind(const struct reading *r, const struct keyed_entry *entry,
                       const struct kind *kind)
{
    const struct scenario *s = r->scenario;

    if (kind->of_numbers && s->axis == AXIS_WORDS)
        return reading_fault(r, entry,
                             "'%s' is drawn over numbers, but the axis is one of words: bars would "
                             "do",
                             kind->name);
    if (strcmp(kind->name, "heat") == 0 && !s->timeline)
        return reading_fault(r, entry, "'heat' is drawn of intervals: add `keep = timeline`");
    if (strcmp(kind->name, "clients") == 0 && !s->per_client)
        return reading_fault(r, entry, "'clients' is drawn of connections: add `keep = clients`");
    return true;
}

static bool name_figure(const struct reading *r, const struct keyed_entry *entry,
                        struct figure *figure)
{
    const struct scenario *s = r->scenario;

    snprintf(figure->name, sizeof figure->name, "%s-%s", s->name,
             figure->metrics == 1 ? metric_name((enum metric)figure->metric[0]) : figure->kind);
    for (const struct figure *f = s->figures; f < figure; f++)
        if (strcmp(f->name, figure->name) == 0)
            return reading_fault(r, entry, "two figures would both be called %s: leave one out",
                                 f->name);
    return true;
}

static bool take_figure(struct reading *r, const struct keyed_entry *entry, char *text)
{
    char *list = text, *name = strsep(&list, ":");
    const struct kind *kind = find_kind(name);
    struct figure *figure = &r->scenario->figures[r->scenario->figure_count];

    if (kind == NULL)
        return reading_fault(r, entry,
                             "'%s' is no kind of figure; there are: lines, load, bars, heat, "
                             "clients, percentiles",
                             name);
    if (r->scenario->figure_count == SCENARIO_FIGURES)
        return reading_fault(r, entry, "a scenario has %d figures at most", SCENARIO_FIGURES);
    snprintf(figure->kind, sizeof figure->kind, "%s", kind->name);
    if (!take_metrics(r, entry, list, kind, figure) || !check_kind(r, entry, kind) ||
        !name_figure(r, entry, figure))
        return false;
    r->scenario->figure_count++;
    return true;
}

bool figures_take(struct reading *r, const struct keyed_entry *entry)
{
    char *words = reading_keep(strdup(entry->value)), *rest;

    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (!take_figure(r, entry, word))
            return false;
    return true;
}

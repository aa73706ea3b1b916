// versus.c: see versus.h.
#include "results/versus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command_line.h"
#include "base/fail.h"
#include "results/finding.h"

// ---- The command line --------------------------------------------------------------------------

enum key {
    SCENARIO = 256, // above all characters: no option has a short form
    METRIC,
};

static const struct argp_option table[] = {
    {"scenario", SCENARIO, "NAME", 0, "Only this scenario (all)", 0},
    {"metric", METRIC, "NAME", 0,
     "A column of results.tsv, such as rps, p99 or memory (what each scenario's figures show)", 0},
    COMMAND_LINE_OPTIONS,
    {0},
};

struct reading {
    struct versus *versus;
    const struct versus_usage *usage;
};

static enum metric metric_of(const char *name)
{
    enum metric m = metric_find(name);
    char list[1024];
    size_t length = 0;

    if (m < METRIC_COUNT)
        return m;
    for (m = 0; m < METRIC_COUNT; m++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", m > 0 ? ", " : "",
                                   metric_name(m));
    die_usage("--metric %s: one of %s", name, list);
}

static error_t take(int key, char *text, struct argp_state *state)
{
    const struct reading *reading = state->input;
    struct versus *v = reading->versus;

    switch (key) {
    case SCENARIO:
        v->scenario = text;
        return 0;
    case METRIC:
        v->metric = metric_of(text);
        return 0;
    case ARGP_KEY_ARG:
        if (v->count == reading->usage->most)
            die_usage("'%s' is one too many; give %s", text, reading->usage->what);
        v->name[v->count++] = text;
        return 0;
    case ARGP_KEY_END:
        if (v->count < reading->usage->least)
            die_usage("give %s", reading->usage->what);
        return 0;
    default:
        return command_line_read(key, state, ARGP_HELP_USAGE);
    }
}

void versus_read(struct versus *v, const struct versus_usage *usage, int argc, char **argv)
{
    const struct argp argp = {
        .options = table, .parser = take, .args_doc = usage->words, .doc = usage->doc};
    struct reading reading = {v, usage};

    fail_name(usage->name);
    argv[0] = usage->name; // getopt opens its messages with it
    *v = (struct versus){.metric = METRIC_COUNT};
    command_line_parse(&argp, argc, argv, &reading);
}

// ---- What is shown -----------------------------------------------------------------------------

bool versus_wants(const struct versus *v, const struct scenario *s)
{
    return v->scenario == NULL || strcmp(v->scenario, s->name) == 0;
}

void versus_check_scenario(const struct versus *v, const struct record *r)
{
    char list[1024] = "";
    size_t length = 0;

    for (size_t i = 0; i < r->scenario_count; i++) {
        if (versus_wants(v, &r->scenarios[i]))
            return;
        if (length < sizeof list)
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s",
                                       i > 0 ? ", " : "", r->scenarios[i].name);
    }
    if (v->scenario != NULL)
        die_usage("--scenario %s: %s has %s", v->scenario, r->folder,
                  r->scenario_count > 0 ? list : "no scenario");
}

static bool shows(const struct scenario *s, enum metric m)
{
    for (size_t f = 0; f < s->figure_count; f++)
        for (unsigned i = 0; i < s->figures[f].metrics; i++)
            if (s->figures[f].metric[i] == (int)m)
                return true;
    return false;
}

size_t versus_metrics(const struct versus *v, const struct scenario *s,
                      enum metric list[VERSUS_METRICS])
{
    size_t n = 0;

    if (v->metric < METRIC_COUNT) {
        list[0] = v->metric;
        return 1;
    }
    // Where sizes are fixed, requests and payload have the same ratio.
    if (shows(s, METRIC_payload))
        list[n++] = METRIC_payload;
    else if (shows(s, METRIC_rps))
        list[n++] = METRIC_rps;
    if (shows(s, METRIC_p99))
        list[n++] = METRIC_p99;
    if (shows(s, METRIC_cpu))
        list[n++] = METRIC_cpu;
    if (n > 0)
        return n;
    for (enum metric m = 0; m < METRIC_COUNT && n < VERSUS_METRICS; m++)
        if (shows(s, m))
            list[n++] = m;
    if (n == 0)
        list[n++] = METRIC_rps;
    return n;
}

// ---- In words ----------------------------------------------------------------------------------

void versus_put(const char *text, int width)
{
    int room = abs(width) - (int)characters(text);

    if (room < 0)
        room = 0;
    printf("%*s%s%*s", width < 0 ? room : 0, "", text, width > 0 ? room : 0, "");
}

const char *versus_ratio(double ratio, char text[32])
{
    if (isnan(ratio))
        return "-";
    // Three digits, but never an exponent, and no more than two where that is plenty.
    if (ratio < 10)
        snprintf(text, 32, ratio < 0.1 ? "%.3f" : "%.2f", ratio);
    else
        snprintf(text, 32, ratio < 100 ? "%.1f" : ratio < 1e6 ? "%.0f" : "%.2g", ratio);
    return text;
}

// An end that is not 1 must not look like it, since all turns on that.
static const char *end_text(double end, char text[32])
{
    if (fabs(end - 1) < 0.005 && fabs(end - 1) > 0)
        snprintf(text, 32, "%.3f", end);
    else
        versus_ratio(end, text);
    return text;
}

const char *versus_interval(double low, double high, char text[48])
{
    char from[32], to[32];

    if (isnan(low) || isnan(high))
        return "-";
    snprintf(text, 48, "%.20s to %.20s", end_text(low, from), end_text(high, to));
    return text;
}

void versus_heading(const struct cells *c, unsigned scenario, enum metric m)
{
    const struct view view = view_of(c, scenario);
    char subject[PHRASE];

    printf("\n%s: %s\n", view.scenario->name, subject_text(&view, NONE, m, subject));
}

int versus_point_width(const struct record *r)
{
    size_t width = 5;
    char text[NUMBER];

    for (size_t s = 0; s < r->scenario_count; s++)
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++) {
            size_t length = characters(point_heading(&r->scenarios[s], p, text));
            width = length > width ? length : width;
        }
    return (int)width;
}

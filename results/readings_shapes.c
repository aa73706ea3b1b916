// readings_shapes.c: the readings of the scenarios that tell what a model gains from more of
// something: clients of a handler that sleeps, cores for one that computes, requests in flight.
#include "results/finding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

// Whom a step from one point to another brings most, and who gains nothing.
struct gain {
    int from, to;
    struct shift *list; // the greatest first
    size_t n;
    const struct shift *most;   // the greatest gain that is clear, or NULL
    size_t leaders;             // those that may gain as much as that one; it is the first of them
    const struct shift *steady; // one that has none, or NULL
};

static size_t count_leaders(const struct shift *list, size_t n)
{
    size_t leaders = 1;

    while (leaders < n && list[leaders].ratio.clear &&
           list[leaders].ratio.high >= list[0].ratio.low)
        leaders++;
    return leaders;
}

static struct gain gain_between(const struct view *v, int from, int to, enum metric metric)
{
    struct gain g = {from, to, room_for(v->models, sizeof(struct shift)), 0, NULL, 0, NULL};

    if (from == NONE || to == NONE || from == to)
        return g;
    g.n = shifts_between(v, from, to, metric, false, g.list);
    if (g.n > 0 && g.list[0].ratio.clear && g.list[0].ratio.value > 1) {
        g.most = &g.list[0];
        g.leaders = count_leaders(g.list, g.n);
    }
    g.steady = find_steady(v, g.list, g.n);
    return g;
}

// From the first point to the last that all models have, where points are numbers.
static struct gain gain_over_points(const struct view *v)
{
    int to = v->scenario->axis == AXIS_WORDS ? NONE : last_common_point(v, METRIC_rps);

    return gain_between(v, first_point(v, METRIC_rps), to, METRIC_rps);
}

// "fork and threads"; where that is too long for a title "2 models". Of equals none is picked out.
static const char *name_leaders(const struct view *v, const struct gain *g, bool counts,
                                char text[PHRASE])
{
    unsigned *list = room_for(g->leaders, sizeof *list);
    FILE *out = fmemopen(text, PHRASE, "w");

    if (out == NULL)
        die_errno("cannot write a title");
    for (size_t i = 0; i < g->leaders; i++)
        list[i] = g->list[i].model;
    if (counts && g->leaders > 1)
        fprintf(out, "%zu models", g->leaders);
    else
        write_names(v, list, g->leaders, out);
    fclose(out);
    text[PHRASE - 1] = '\0';
    free(list);
    return text;
}

// Offers a title that calls the leaders so, and sets `steady` against them (NULL: nobody).
typedef void gain_offerer(const struct view *, const struct gain *, const char *leaders,
                          const char *steady, char **title);

static char *gain_title(const struct view *v, enum metric metric, struct gain g,
                        gain_offerer *offer_gain)
{
    char leaders[PHRASE], *title = NULL;

    if (metric != METRIC_rps || g.n == 0)
        title = ranking_title(v, last_common_point(v, metric), metric);
    else if (g.most != NULL)
        for (int left_out = g.steady == NULL; left_out <= 1; left_out++)
            for (int counts = 0; counts <= 1; counts++)
                offer_gain(v, &g, name_leaders(v, &g, counts == 1, leaders),
                           left_out == 1 ? NULL : model_name(v, g.steady->model), &title);
    free(g.list);
    return title;
}

// "49 times as many", "23 % more", "45 to 65 times as many", of answers.
static const char *many_times(double least, double most, char text[NUMBER])
{
    char number[NUMBER], other[NUMBER];
    const char *words = least < 2 ? "more" : "as many";
    bool alike = most <= 1.1 * least;

    times(alike ? sqrt(least * most) : least, number);
    if (alike || (least < 2) != (most < 2))
        snprintf(text, NUMBER, "%s%.20s %s", alike ? "" : "at least ", number, words);
    else
        snprintf(text, NUMBER, "%.*s to %.16s %s", (int)strcspn(number, " "), number,
                 times(most, other), words);
    return text;
}

static const char *gain_of_leaders(const struct gain *g, char text[NUMBER])
{
    return many_times(g->list[g->leaders - 1].ratio.value, g->most->ratio.value, text);
}

static const char *number_of(const struct view *v, int point, char text[NUMBER])
{
    return whole(record_x(v->record, v->number, (unsigned)point), text);
}

static void tell_gain(const struct view *v, const struct gain *g, const char *from, const char *to,
                      FILE *out)
{
    if (g->n == 0)
        return;
    fprintf(out, "Throughput with %s, as a multiple of that with %s: ", to, from);
    tell_shifts(v, g->list, g->n, out);
}

// ---- sleep: a handler that blocks ----------------------------------------------------------

static void offer_sleep(const struct view *v, const struct gain *g, const char *leaders,
                        const char *steady, char **title)
{
    char from[NUMBER], to[NUMBER], gained[NUMBER];
    const char *verb = g->leaders == 1 ? "answers" : "answer";

    number_of(v, g->from, from);
    number_of(v, g->to, to);
    gain_of_leaders(g, gained);
    if (steady != NULL)
        offer(title, "From %s to %s clients %s %s %s; %s stays the same", from, to, leaders, verb,
              gained, steady);
    else
        offer(title, "From %s to %s clients %s %s %s", from, to, leaders, verb, gained);
}

char *sleep_title(const struct view *v, enum metric metric)
{
    return gain_title(v, metric, gain_over_points(v), offer_sleep);
}

void sleep_text(const struct view *v, FILE *out)
{
    char from[PHRASE], to[PHRASE], text[PHRASE];
    struct gain g = gain_over_points(v);

    if (g.n > 0)
        tell_gain(v, &g, point_text(v, g.from, from), point_text(v, g.to, to), out);
    else
        tell_ranking(v, last_common_point(v, METRIC_rps), METRIC_rps, out);
    tell_partial(v, g.to != NONE ? g.to : last_common_point(v, METRIC_rps), out);
    if (g.most != NULL && g.steady != NULL)
        fprintf(out, "However many ask, %s answers %s. ", model_name(v, g.steady->model),
                mean_text(v, g.to, g.steady->model, METRIC_rps, text));
    free(g.list);
    tell_ends(v, out);
}

// ---- cpu: a second core --------------------------------------------------------------------

// Two points that differ in the server's cores only.
static void find_cores(const struct view *v, int *one, int *more)
{
    *one = *more = NONE;
    for (int p = 0; p < (int)v->points; p++)
        for (int q = 0; q < (int)v->points; q++) {
            const struct point *a = &v->scenario->points[p], *b = &v->scenario->points[q];
            if (a->cores == 1 && b->cores > 1 && strcmp(a->load, b->load) == 0) {
                *one = p;
                *more = q;
            }
        }
}

static struct gain cpu_gain(const struct view *v)
{
    int one, more;

    find_cores(v, &one, &more);
    return gain_between(v, one, more, METRIC_rps);
}

static void cores_text(const struct view *v, int point, char text[NUMBER])
{
    unsigned cores = v->scenario->points[point].cores;

    snprintf(text, NUMBER, "%u core%s", cores, cores == 1 ? "" : "s");
}

// "A second core gives", "8 cores give"
static void more_cores(const struct view *v, int point, char text[NUMBER])
{
    if (v->scenario->points[point].cores == 2)
        snprintf(text, NUMBER, "A second core gives");
    else
        snprintf(text, NUMBER, "%u cores give", v->scenario->points[point].cores);
}

// "twice", "1.9 times", "1.8 to 2.2 times".
static const char *times_as_much(const struct gain *g, char text[NUMBER])
{
    double most = g->most->ratio.value, least = g->list[g->leaders - 1].ratio.value;

    if (least > 1.95 && most < 2.05)
        snprintf(text, NUMBER, "twice");
    else if (most > 1.1 * least)
        snprintf(text, NUMBER, "%.1f to %.1f times", least, most);
    else
        snprintf(text, NUMBER, "%.*f times", g->leaders == 1 ? 2 : 1, sqrt(least * most));
    return text;
}

static void offer_cpu(const struct view *v, const struct gain *g, const char *leaders,
                      const char *steady, char **title)
{
    char gained[NUMBER], cores[NUMBER];

    more_cores(v, g->to, cores);
    times_as_much(g, gained);
    if (steady != NULL)
        offer(title, "%s %s %s the throughput; %s gains nothing", cores, leaders, gained, steady);
    else
        offer(title, "%s %s %s the throughput", cores, leaders, gained);
}

char *cpu_title(const struct view *v, enum metric metric)
{
    return gain_title(v, metric, cpu_gain(v), offer_cpu);
}

void cpu_text(const struct view *v, FILE *out)
{
    char from[NUMBER], to[NUMBER];
    struct gain g = cpu_gain(v);

    if (g.n > 0) {
        cores_text(v, g.from, from);
        cores_text(v, g.to, to);
        tell_gain(v, &g, from, to, out);
    } else {
        tell_ranking(v, last_common_point(v, METRIC_rps), METRIC_rps, out);
    }
    free(g.list);
    tell_partial(v, last_common_point(v, METRIC_rps), out);
    tell_ends(v, out);
}

// ---- pipeline: several requests in flight --------------------------------------------------

static bool is_limited_at(const struct view *v, const struct gain *g, int point)
{
    for (size_t i = 0; i < g->n; i++)
        if (is_limited(v, point, g->list[i].model, METRIC_rps))
            return true;
    return false;
}

// All have gained about as much. Where the generator was the limit they could have gained more; and
// where it was so without the gain, nobody knows.
static void offer_common(const struct view *v, const struct gain *g, char **title)
{
    double least = g->list[g->n - 1].ratio.value, ratio = sqrt(g->most->ratio.value * least);
    char to[NUMBER], gained[NUMBER];
    bool limited = is_limited_at(v, g, g->to);

    ratio = limited ? least : ratio;
    offer(title, "With %s requests in flight all models answer %s %s", number_of(v, g->to, to),
          limited ? "at least" : "about", many_times(ratio, ratio, gained));
}

static void offer_pipeline(const struct view *v, const struct gain *g, const char *leaders,
                           const char *steady, char **title)
{
    char from[NUMBER], to[NUMBER], gained[NUMBER];

    // All can gain here: nobody is set against the others. And what could have been more without
    // the gain has gained less.
    if (steady != NULL || is_limited_at(v, g, g->from))
        return;
    if (is_common(g->list, g->n))
        offer_common(v, g, title);
    else
        offer(title, "With %s requests in flight %s %s %s as with %s", number_of(v, g->to, to),
              leaders, g->leaders == 1 ? "answers" : "answer", gain_of_leaders(g, gained),
              number_of(v, g->from, from));
}

char *pipeline_title(const struct view *v, enum metric metric)
{
    return gain_title(v, metric, gain_over_points(v), offer_pipeline);
}

void pipeline_text(const struct view *v, FILE *out)
{
    char from[PHRASE], to[PHRASE];
    struct gain g = gain_over_points(v);

    if (g.n > 0)
        tell_gain(v, &g, point_text(v, g.from, from), point_text(v, g.to, to), out);
    tell_ranking(v, last_common_point(v, METRIC_rps), METRIC_rps, out);
    free(g.list);
    tell_partial(v, last_common_point(v, METRIC_rps), out);
    tell_ends(v, out);
}

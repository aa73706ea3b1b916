// readings_shapes.c: the readings of the scenarios that change what a request is, or what it is
// served with: sleep, cpu, pipeline, size.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What the greatest clear gain between two points is called, and what those say who gain nothing.
struct gain {
    int from, to;
    struct shift *list;
    size_t n;
    const struct shift *most;   // the greatest gain that is clear, or NULL
    const struct shift *steady; // one that has none, or NULL
};

static struct gain gain_between(const struct view *v, int from, int to, enum metric metric)
{
    struct gain g = {from, to, room_for(v->models, sizeof(struct shift)), 0, NULL, NULL};

    if (from == NONE || to == NONE || from == to)
        return g;
    g.n = shifts_between(v, from, to, metric, false, g.list);
    if (g.n > 0 && g.list[0].ratio.clear && g.list[0].ratio.value > 1)
        g.most = &g.list[0];
    g.steady = find_steady(v, g.list, g.n);
    return g;
}

// From the first point to the last that all models have, where points are numbers.
static struct gain gain_over_points(const struct view *v)
{
    int to = v->scenario->axis == AXIS_WORDS ? NONE : last_common_point(v, METRIC_rps);

    return gain_between(v, first_point(v, METRIC_rps), to, METRIC_rps);
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

char *sleep_title(const struct view *v, enum metric metric)
{
    char from[NUMBER], to[NUMBER], number[NUMBER];
    char *title = NULL;
    struct gain g = gain_over_points(v);

    if (metric != METRIC_rps || g.n == 0) {
        title = ranking_title(v, last_common_point(v, metric), metric);
    } else if (g.most != NULL) {
        whole(record_x(v->record, v->number, (unsigned)g.from), from);
        whole(record_x(v->record, v->number, (unsigned)g.to), to);
        times(g.most->ratio.value, number);
        const char *most = model_name(v, g.most->model);
        const char *more = g.most->ratio.value < 2 ? " more" : " as many";
        if (g.steady != NULL) {
            const char *steady = model_name(v, g.steady->model);
            offer(&title, "From %s to %s clients %s answers %s%s; %s stays the same", from, to,
                  most, number, more, steady);
            offer(&title, "With %s clients %s answers %s%s as with %s; %s does not", to, most,
                  number, more, from, steady);
        }
        offer(&title, "From %s to %s clients %s answers %s%s", from, to, most, number, more);
    }
    free(g.list);
    return title;
}

void sleep_text(const struct view *v, FILE *out)
{
    char from[PHRASE], to[PHRASE], text[PHRASE];
    struct gain g = gain_over_points(v);

    if (g.n > 0)
        tell_gain(v, &g, point_text(v, g.from, from), point_text(v, g.to, to), out);
    else
        tell_ranking(v, last_common_point(v, METRIC_rps), METRIC_rps, out);
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

char *cpu_title(const struct view *v, enum metric metric)
{
    char number[NUMBER], cores[NUMBER];
    char *title = NULL;
    struct gain g = cpu_gain(v);

    if (metric != METRIC_rps || g.n == 0) {
        title = ranking_title(v, last_common_point(v, metric), metric);
    } else if (g.most != NULL) {
        const char *most = model_name(v, g.most->model);
        more_cores(v, g.to, cores);
        three_digits(g.most->ratio.value, number);
        if (g.steady != NULL)
            offer(&title, "%s %s %s times the throughput; %s gains nothing", cores, most, number,
                  model_name(v, g.steady->model));
        offer(&title, "%s %s %s times the throughput", cores, most, number);
    }
    free(g.list);
    return title;
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
    char to[NUMBER], number[NUMBER];
    bool limited = is_limited_at(v, g, g->to);

    if (is_limited_at(v, g, g->from))
        return;
    ratio = limited ? least : ratio;
    offer(title, "With %s requests in flight all models answer %s %s %s",
          whole(record_x(v->record, v->number, (unsigned)g->to), to),
          limited ? "at least" : "about", times(ratio, number), ratio < 2 ? "more" : "as many");
}

char *pipeline_title(const struct view *v, enum metric metric)
{
    char from[NUMBER], to[NUMBER], number[NUMBER];
    char *title = NULL;
    struct gain g = gain_over_points(v);

    if (metric != METRIC_rps || g.n == 0) {
        title = ranking_title(v, last_common_point(v, metric), metric);
    } else if (g.most != NULL) {
        whole(record_x(v->record, v->number, (unsigned)g.from), from);
        whole(record_x(v->record, v->number, (unsigned)g.to), to);
        times(g.most->ratio.value, number);
        if (is_common(g.list, g.n))
            offer_common(v, &g, &title);
        else
            offer(&title, "With %s requests in flight %s answers %s %s as with %s", to,
                  model_name(v, g.most->model), number,
                  g.most->ratio.value < 2 ? "more" : "as many", from);
    }
    free(g.list);
    return title;
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

// ---- size: bytes of a message --------------------------------------------------------------

// The first point from which on a model's payload per second stays within 10 % of its highest mean.
// NONE: it has too few points, or did not clearly grow at all.
static int levels_off(const struct view *v, unsigned model)
{
    int first = NONE, top = NONE, level = NONE;
    double highest = 0;

    for (int p = 0; p < (int)v->points; p++) {
        if (!is_measured(v, p, model, METRIC_payload))
            continue;
        double payload = cell_of(v, p, model)->of[METRIC_payload].mean.value;
        if (first == NONE)
            first = p;
        if (payload > highest) {
            highest = payload;
            top = p;
        }
    }
    // What is level because the generator is, tells nothing of the model.
    if (top == NONE || top == first || is_limited(v, top, model, METRIC_payload))
        return NONE;
    struct ratio r = ratio_of_points(v, model, first, top, METRIC_payload, v->models * v->points);
    if (!r.clear)
        return NONE;
    for (int p = top; p >= first; p--)
        if (is_measured(v, p, model, METRIC_payload)) {
            if (cell_of(v, p, model)->of[METRIC_payload].mean.value < 0.9 * highest)
                break;
            level = p;
        }
    return level;
}

static bool is_last_point(const struct view *v, unsigned model, int point)
{
    for (int p = point + 1; p < (int)v->points; p++)
        if (is_measured(v, p, model, METRIC_payload))
            return false;
    return true;
}

char *size_title(const struct view *v, enum metric metric)
{
    char low[PHRASE], high[PHRASE];
    char *title = NULL;
    int earliest = NONE, latest = NONE;
    bool all = true; // that grew have stopped before the last point

    if (metric != METRIC_payload)
        return ranking_title(v, last_common_point(v, metric), metric);
    for (unsigned m = 0; m < v->models; m++) {
        int level = levels_off(v, m);
        if (level == NONE)
            continue;
        all = all && !is_last_point(v, m, level);
        earliest = earliest == NONE || level < earliest ? level : earliest;
        latest = level > latest ? level : latest;
    }
    if (latest != NONE && all) {
        point_text(v, earliest, low);
        point_text(v, latest, high);
        if (earliest != latest)
            offer(&title, "Payload per second levels off from %s to %s, by model", low, high);
        offer(&title, "From %s on payload per second is within 10 %% of its highest", high);
    }
    return title != NULL ? title : ranking_title(v, last_common_point(v, metric), metric);
}

// "select and poll from 256 KiB on", for each point where some do.
static void tell_levels(const struct view *v, FILE *out)
{
    char text[PHRASE];
    unsigned *list = room_for(v->models, sizeof *list);
    bool any = false;

    for (int p = 0; p < (int)v->points; p++) {
        size_t n = 0;
        for (unsigned m = 0; m < v->models; m++)
            if (levels_off(v, m) == p)
                list[n++] = m;
        if (n == 0)
            continue;
        fputs(any ? "; " : "Payload per second comes within 10 % of its highest mean: ", out);
        write_names(v, list, n, out);
        fprintf(out, is_last_point(v, list[0], p) ? " only at %s" : " from %s on",
                point_text(v, p, text));
        any = true;
    }
    if (any)
        fputs(". ", out);
    free(list);
}

void size_text(const struct view *v, FILE *out)
{
    int point = last_common_point(v, METRIC_payload);

    tell_levels(v, out);
    tell_ranking(v, point, METRIC_payload, out);
    tell_partial(v, point, out);
    tell_ends(v, out);
}

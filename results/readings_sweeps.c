// readings_sweeps.c: the readings of the scenarios that add clients: connections, idle.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>

#include "results/load_options.h"

// ---- connections: how throughput goes with the number of clients ---------------------------

// The model that leaves the most clients waiting at a point, or NONE.
static int most_partial(const struct view *v, int point)
{
    double least = INFINITY;
    int found = NONE;

    for (unsigned m = 0; m < v->models; m++) {
        double served = cell_of(v, point, m)->of[METRIC_clients_served].mean.value;
        if (!cell_of(v, point, m)->ended && is_partial(v, point, m) && served < least) {
            least = served;
            found = (int)m;
        }
    }
    return found;
}

static void offer_partial(const struct view *v, int point, char **title)
{
    char served[NUMBER], clients[NUMBER];
    int model = point == NONE ? NONE : most_partial(v, point);

    if (model == NONE)
        return;
    three_digits(cell_of(v, point, (unsigned)model)->of[METRIC_clients_served].mean.value, served);
    whole(load_connections(v->scenario->points[point].load), clients);
    offer(title, "%s serves %s of %s clients while the others wait", model_name(v, (unsigned)model),
          served, clients);
}

static void offer_end(const struct view *v, char **title)
{
    char text[PHRASE];

    for (int p = 0; p < (int)v->points; p++)
        for (unsigned m = 0; m < v->models; m++) {
            if (!cell_of(v, p, m)->ended)
                continue;
            offer(title, "%s ends at %s (%s)", model_name(v, m), point_text(v, p, text),
                  cell_of(v, p, m)->why);
            offer(title, "%s ends at %s", model_name(v, m), text);
        }
}

char *connections_title(const struct view *v, enum metric metric)
{
    int point = last_common_point(v, metric);
    char *title = ranking_title(v, point, metric);

    if (metric == METRIC_rps) {
        offer_partial(v, point, &title);
        offer_end(v, &title);
    }
    return title;
}

// The peak of each model whose curve the law describes well.
static void tell_peaks(const struct view *v, FILE *out)
{
    char number[NUMBER];
    bool any = false;

    for (unsigned m = 0; m < v->models; m++) {
        struct usl usl = cells_usl(v->cells, v->number, m);
        if (!usl.fitted || !isfinite(usl.peak_n))
            continue;
        fprintf(out, "%s at %s%s with %s (R² %.3f)",
                any ? "," : "By the Universal Scalability Law fitted to the means it peaks",
                whole(usl.peak_n, number), any ? "" : " clients", model_name(v, m), usl.r2);
        any = true;
    }
    if (any)
        fputs(". ", out);
}

// How far the model with the highest throughput at a point has come since the first one.
static void tell_growth(const struct view *v, int to, FILE *out)
{
    char number[NUMBER], start[PHRASE], end[PHRASE];
    int from = first_point(v, METRIC_rps);

    if (from == NONE || to <= from)
        return;
    unsigned *order = room_for(v->models, sizeof *order);
    if (rank_rivals(v, to, METRIC_rps, order) > 0) {
        struct ratio r = ratio_of_points(v, order[0], from, to, METRIC_rps, 1);
        if (isfinite(r.value))
            fprintf(out, "Throughput of %s with %s, as a multiple of that with %s: %s. ",
                    model_name(v, order[0]), point_text(v, to, end), point_text(v, from, start),
                    ratio_text(&r, number));
    }
    free(order);
}

void connections_text(const struct view *v, FILE *out)
{
    int point = last_common_point(v, METRIC_rps);

    tell_ranking(v, point, METRIC_rps, out);
    tell_growth(v, point, out);
    tell_partial(v, point, out);
    tell_ends(v, out);
    tell_peaks(v, out);
}

// ---- idle: what watching silent clients costs ----------------------------------------------

// The most silent clients that two models hold; of a single model, that it holds.
static int most_silent(const struct view *v, enum metric metric)
{
    int two = last_point_of(v, metric, 2);

    return two != NONE ? two : last_point_of(v, metric, 1);
}

// How much worse it got; 1 is not at all.
static double loss_of(const struct shift *s, enum metric metric)
{
    return more_is_better(metric) ? 1 / s->ratio.value : s->ratio.value;
}

// "9.1 times", or "23 %" of the rate (or above the price) without.
static const char *loss_text(const struct shift *s, enum metric metric, char text[NUMBER])
{
    double loss = loss_of(s, metric);

    if (!more_is_better(metric) || loss >= 2)
        return times(loss, text);
    snprintf(text, NUMBER, "%.0f %%", 100 * (1 - s->ratio.value));
    return text;
}

// "; epoll stays", or what it is with the model that loses least.
static void contrast_with(const struct view *v, const struct shift *list, size_t n,
                          const struct shift *steady, enum metric metric, char text[PHRASE])
{
    const struct shift *best = &list[0];
    char number[NUMBER];

    *text = '\0';
    for (size_t i = 1; i < n; i++)
        if (loss_of(&list[i], metric) < loss_of(best, metric))
            best = &list[i];
    if (steady != NULL)
        snprintf(text, PHRASE, "; %s stays", model_name(v, steady->model));
    else if (n > 1 && best->ratio.clear && loss_of(best, metric) > 1 && more_is_better(metric))
        snprintf(text, PHRASE, ", %s to %.0f %%", model_name(v, best->model),
                 100 * best->ratio.value);
    else if (n > 1 && best->ratio.clear && loss_of(best, metric) > 1)
        snprintf(text, PHRASE, ", %s %s", model_name(v, best->model),
                 loss_text(best, metric, number));
}

char *idle_title(const struct view *v, enum metric metric)
{
    char place[PHRASE], rest[PHRASE], what[PHRASE], number[NUMBER], who[NUMBER];
    char *title = NULL;
    int from = first_point(v, metric), to = most_silent(v, metric);

    if (from == NONE || to <= from)
        return NULL;
    struct shift *list = room_for(v->models, sizeof *list);
    size_t n = shifts_between(v, from, to, metric, true, list);
    const struct shift *steady = find_steady(v, list, n);
    // What gets worse most is at one end of the list.
    const struct shift *worst = more_is_better(metric) && n > 0 ? &list[n - 1] : &list[0];
    if (n > 0 && worst->ratio.clear && loss_of(worst, metric) > 1) {
        const char *name = model_name(v, worst->model);
        double loss = loss_of(worst, metric);
        at_point(v, to, true, place);
        loss_text(worst, metric, number);
        contrast_with(v, list, n, steady, metric, rest);
        if (metric == METRIC_rps) {
            double left = 100 * worst->ratio.value;
            offer(&title, "%s%s falls to %.0f %% of its throughput%s", place, name, left, rest);
            offer(&title, "%s%s falls to %.0f %%%s", place, name, left, rest);
            offer(&title, "%s%s falls to %.0f %%", place, name, left);
        } else if (metric == METRIC_cpu && loss >= 2) {
            offer(&title, "%sa request costs %s %s the processor time", place, name, number);
            offer(&title, "%sa request costs %s %s the CPU time", place, name, number);
        }
        offer(&title, "%s%s %s is %s%s", place, genitive(v, worst->model, who),
              subject_text(v, to, metric, what), number,
              loss >= 2 ? " that without" : " higher than without");
    }
    free(list);
    return title;
}

// What the silent clients of point `to` do to those models that `beyond`, a later point, does not
// tell of; NONE: to all.
static void tell_idle(const struct view *v, int to, int beyond, enum metric metric, FILE *out)
{
    int from = first_point(v, metric);
    char from_text[PHRASE], to_text[PHRASE];

    if (from == NONE || to <= from)
        return;
    struct shift *list = room_for(v->models, sizeof *list);
    size_t all = shifts_between(v, from, to, metric, true, list), n = 0;
    for (size_t i = 0; i < all; i++)
        if (beyond == NONE || !is_rival(v, beyond, list[i].model, metric))
            list[n++] = list[i];
    if (n > 0) {
        fprintf(out, "%s with %s, as a multiple of that with %s: ",
                metric == METRIC_rps ? "Throughput" : "Processor time per request",
                point_text(v, to, to_text), point_text(v, from, from_text));
        tell_shifts(v, list, n, out);
    }
    free(list);
}

void idle_text(const struct view *v, FILE *out)
{
    int common = last_common_point(v, METRIC_rps), most = most_silent(v, METRIC_rps);

    tell_idle(v, most, NONE, METRIC_rps, out);
    if (common < most)
        tell_idle(v, common, most, METRIC_rps, out);
    tell_idle(v, most_silent(v, METRIC_cpu), NONE, METRIC_cpu, out);
    if (most == first_point(v, METRIC_rps))
        tell_ranking(v, most, METRIC_rps, out);
    tell_partial(v, most, out);
    tell_ends(v, out);
}

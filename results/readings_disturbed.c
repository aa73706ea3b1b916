// readings_disturbed.c: the readings of the scenarios in which something gets in the way: stall,
// fair, uneven.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/hgrm.h"

// ---- stall: what each loop sees of the same stop -------------------------------------------

static void find_loops(const struct view *v, int *closed, int *open)
{
    *closed = *open = NONE;
    for (int p = 0; p < (int)v->points; p++) {
        if (v->scenario->points[p].stall_ns == 0)
            continue;
        if (is_open_loop(v, p))
            *open = p;
        else
            *closed = p;
    }
}

// p99 in the open loop as a multiple of that in the closed, the greatest first.
static size_t loops_apart(const struct view *v, int closed, int open, struct shift *list)
{
    return closed == NONE || open == NONE
               ? 0
               : shifts_between(v, closed, open, METRIC_p99, false, list);
}

char *stall_title(const struct view *v, enum metric metric)
{
    char stop[32], small[32], large[32];
    char *title = NULL;
    int closed, open;
    struct shift *list = room_for(v->models, sizeof *list);

    find_loops(v, &closed, &open);
    size_t n = loops_apart(v, closed, open, list);
    if (metric == METRIC_p99 && n > 0 && list[0].ratio.clear && list[0].ratio.value > 1) {
        unsigned model = list[0].model;
        round_time((double)v->scenario->points[open].stall_ns, stop);
        time_text(cell_of(v, closed, model)->of[metric].mean.value, small);
        time_text(cell_of(v, open, model)->of[metric].mean.value, large);
        offer(&title, "Stopped for %s: p99 is %s in the closed loop, %s in the open", stop, small,
              large);
        offer(&title, "p99 is %s in the closed loop, %s in the open", small, large);
    }
    free(list);
    return title;
}

// Requests in all repeats of a cell, and those of them up to a limit.
struct tally {
    double limit_ns, all, fast;
};

static void count(const struct hgrm_row *row, void *to)
{
    struct tally *t = to;

    t->all = fmax(t->all, row->count);
    if (row->ns <= t->limit_ns)
        t->fast = fmax(t->fast, row->count);
}

static void tell_slow(const struct view *v, int closed, unsigned model, FILE *out)
{
    char some[NUMBER], of[NUMBER], percent[NUMBER];
    struct tally t = {(double)v->scenario->points[closed].stall_ns / 2, 0, 0};

    if (!hgrm_read(v->record, v->number, (unsigned)closed, model, count, &t) || !(t.all > 0))
        return;
    fprintf(out,
            "In the closed loop %s of %s's %s requests (%s %%) took longer than half of the "
            "stop: each client has only one under way. ",
            whole(t.all - t.fast, some), model_name(v, model), whole(t.all, of),
            three_digits(100 * (t.all - t.fast) / t.all, percent));
}

void stall_text(const struct view *v, FILE *out)
{
    char small[PHRASE], large[PHRASE], stop[32];
    int closed, open;
    struct shift *list = room_for(v->models, sizeof *list);

    find_loops(v, &closed, &open);
    size_t n = loops_apart(v, closed, open, list);
    for (size_t i = 0; i < n; i++) {
        unsigned model = list[i].model;
        if (i == 0)
            fprintf(out, "p99 with the server stopped for %s: ",
                    round_time((double)v->scenario->points[open].stall_ns, stop));
        fprintf(out, "%s%s %s in the closed loop, %s in the open%s", i > 0 ? "; " : "",
                model_name(v, model), mean_text(v, closed, model, METRIC_p99, small),
                mean_text(v, open, model, METRIC_p99, large),
                list[i].ratio.clear ? "" : " (not told apart)");
    }
    if (n > 0) {
        fputs(". ", out);
        tell_slow(v, closed, list[0].model, out);
    }
    free(list);
}

// ---- fair and uneven: beside a client that takes too much, or too slowly -------------------

static void find_disturbed(const struct view *v, int *alone, int *beside)
{
    *alone = *beside = NONE;
    for (int p = 0; p < (int)v->points; p++) {
        if (*v->scenario->points[p].beside != '\0')
            *beside = p;
        else if (*alone == NONE)
            *alone = p;
    }
}

static size_t disturbances(const struct view *v, enum metric metric, int *beside,
                           struct shift *list)
{
    int alone;

    find_disturbed(v, &alone, beside);
    if (alone == NONE || *beside == NONE)
        return 0;
    return shifts_between(v, alone, *beside, metric, false, list);
}

// A model that serves clients alone, and nobody beside the culprit.
static void offer_starved(const struct view *v, const char *culprit, char **title)
{
    int alone, beside;

    find_disturbed(v, &alone, &beside);
    for (unsigned m = 0; alone != NONE && beside != NONE && m < v->models; m++) {
        const struct cell *before = cell_of(v, alone, m), *after = cell_of(v, beside, m);
        if (after->n > 0 && !after->ended && before->of[METRIC_clients_served].mean.value >= 1 &&
            after->of[METRIC_clients_served].mean.value == 0)
            offer(title, "Beside a %s %s answers nobody else", culprit, model_name(v, m));
    }
}

static void offer_disturbed(const struct view *v, enum metric metric, const char *culprit,
                            const struct shift *list, size_t n, int beside, char **title)
{
    const struct shift *worst = more_is_better(metric) ? &list[n - 1] : &list[0];
    const struct shift *steady = find_steady(v, list, n);
    char number[NUMBER], who[NUMBER], what[PHRASE], other[NUMBER];
    bool more = more_is_better(metric);

    if (!worst->ratio.clear || (worst->ratio.value > 1) == more)
        return;
    genitive(v, worst->model, who);
    subject_text(v, beside, metric, what);
    if (is_common(list, n)) {
        double least = list[n - 1].ratio.value, most = list[0].ratio.value;
        if (more)
            offer(title, "Beside a %s %s falls to %.0f to %.0f %%", culprit, what, 100 * least,
                  100 * most);
        else if (least < 2)
            offer(title, "Beside a %s %s is %.0f to %.0f %% longer", culprit, what,
                  100 * (least - 1), 100 * (most - 1));
        else
            offer(title, "Beside a %s %s is %.1f to %s as long", culprit, what, least,
                  times(most, number));
    }
    if (more) {
        offer(title, "Beside a %s %s %s falls to %.0f %%", culprit, who, what,
              100 * worst->ratio.value);
        return;
    }
    times(worst->ratio.value, number);
    const char *longer = worst->ratio.value < 2 ? "longer" : "as long";
    if (steady != NULL)
        offer(title, "Beside a %s %s %s is %s %s, not %s", culprit, who, what, number, longer,
              genitive(v, steady->model, other));
    offer(title, "Beside a %s %s %s is %s %s", culprit, who, what, number, longer);
}

static char *disturbed_title(const struct view *v, enum metric metric, const char *culprit)
{
    char *title = NULL;
    int beside;
    struct shift *list = room_for(v->models, sizeof *list);
    size_t n = disturbances(v, metric, &beside, list);

    offer_starved(v, culprit, &title);
    if (n > 0)
        offer_disturbed(v, metric, culprit, list, n, beside, &title);
    free(list);
    if (title == NULL && beside == NONE)
        title = ranking_title(v, last_common_point(v, metric), metric);
    return title;
}

static void tell_disturbed(const struct view *v, const char *victims, const char *culprit,
                           enum metric metric, FILE *out)
{
    char what[PHRASE];
    int beside;
    struct shift *list = room_for(v->models, sizeof *list);
    size_t n = disturbances(v, metric, &beside, list);

    if (n > 0) {
        if (metric == METRIC_rps)
            snprintf(what, sizeof what, "Throughput");
        else
            subject_text(v, beside, metric, what);
        fprintf(out, "%s of the %s beside a %s, as a multiple of that without: ", what, victims,
                culprit);
        tell_shifts(v, list, n, out);
    }
    free(list);
}

// Jain's index beside the culprit: how low and how high.
static void tell_jain(const struct view *v, FILE *out)
{
    char low[NUMBER], high[NUMBER];
    int alone, beside;
    unsigned *order = room_for(v->models, sizeof *order);

    find_disturbed(v, &alone, &beside);
    size_t n = beside == NONE ? 0 : rank_rivals(v, beside, METRIC_jain, order);
    if (n > 0) {
        unsigned best = order[0], worst = order[n - 1];
        three_digits(cell_of(v, beside, worst)->of[METRIC_jain].mean.value, low);
        three_digits(cell_of(v, beside, best)->of[METRIC_jain].mean.value, high);
        struct ratio r = ratio_of_models(v, beside, best, worst, METRIC_jain, n * (n - 1) / 2);
        if (r.clear)
            fprintf(out, "Jain's index among them goes from %s with %s to %s with %s. ", low,
                    model_name(v, worst), high, model_name(v, best));
        else if (strcmp(low, high) == 0)
            fprintf(out, "Jain's index among them is %s. ", low);
        else
            fprintf(out, "Jain's index among them is %s to %s, with no clear difference. ", low,
                    high);
    }
    free(order);
}

static const char GREEDY[] = "greedy client", SLOW[] = "slow reader";

char *fair_title(const struct view *v, enum metric metric)
{
    return disturbed_title(v, metric, GREEDY);
}

void fair_text(const struct view *v, FILE *out)
{
    int alone, beside;

    find_disturbed(v, &alone, &beside);
    tell_disturbed(v, "polite clients", GREEDY, METRIC_p99, out);
    tell_disturbed(v, "polite clients", GREEDY, METRIC_rps, out);
    tell_jain(v, out);
    tell_partial(v, beside, out);
}

char *uneven_title(const struct view *v, enum metric metric)
{
    return disturbed_title(v, metric, SLOW);
}

void uneven_text(const struct view *v, FILE *out)
{
    int alone, beside;

    find_disturbed(v, &alone, &beside);
    tell_disturbed(v, "other clients", SLOW, METRIC_p99, out);
    tell_disturbed(v, "other clients", SLOW, METRIC_rps, out);
    tell_partial(v, beside, out);
}

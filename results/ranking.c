// ranking.c: see finding.h. What holds for any scenario: who is ahead at a point, by how much, and
// who can't be told apart; who ended; who left clients waiting.
#include "results/finding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/load_options.h"
#include "results/readings.h"

// The rivals at a point, and what each is beside the best. All pairs count as looks, since which
// one is the best is itself read from the data.
struct ranking {
    unsigned *order;
    struct ratio *ratio; // of each to the first; of the first: unused
    size_t n;
    size_t clear; // of them
};

static struct ranking rank(const struct view *v, int point, enum metric metric)
{
    struct ranking r = {room_for(v->models, sizeof(unsigned)),
                        room_for(v->models, sizeof(struct ratio)), 0, 0};

    r.n = rank_rivals(v, point, metric, r.order);
    for (size_t i = 1; i < r.n; i++) {
        r.ratio[i] = ratio_of_models(v, point, r.order[0], r.order[i], metric, r.n * (r.n - 1) / 2);
        // Ahead by the mean and behind by the rounds: that is no difference.
        bool behind = more_is_better(metric) ? r.ratio[i].value < 1 : r.ratio[i].value > 1;
        r.ratio[i].clear = r.ratio[i].clear && behind;
        r.clear += r.ratio[i].clear;
    }
    return r;
}

static void forget(struct ranking *r)
{
    free(r->order);
    free(r->ratio);
}

char *ranking_title(const struct view *v, int point, enum metric metric)
{
    char place[PHRASE], what[PHRASE], number[NUMBER];
    char *title = NULL;
    size_t last = 0, before = 0;

    if (point == NONE)
        return NULL;
    struct ranking r = rank(v, point, metric);
    for (size_t i = 1; i < r.n; i++)
        if (r.ratio[i].clear) {
            before = last;
            last = i;
        }
    at_point(v, point, true, place);
    subject_text(v, point, metric, what);
    if (last > 0) {
        char best[NUMBER], worst[NUMBER];
        double ratio = r.ratio[last].value;
        genitive(v, r.order[0], best);
        genitive(v, r.order[last], worst);
        if (more_is_better(metric)) {
            const char *name = model_name(v, r.order[last]);
            if (before > 0)
                offer(&title, "%s%s reaches %.0f %%, %s %.0f %% of %s %s", place, name, 100 * ratio,
                      model_name(v, r.order[before]), 100 * r.ratio[before].value, best, what);
            offer(&title, "%s%s reaches %.0f %% of %s %s", place, name, 100 * ratio, best, what);
            offer(&title, "%s reaches %.0f %% of %s %s", name, 100 * ratio, best, what);
        } else {
            const char *more = ratio < 2 ? " more than" : "";
            times(ratio, number);
            offer(&title, "%s%s %s is %s%s %s", place, worst, what, number, more, best);
            offer(&title, "%s %s is %s%s %s", worst, what, number, more, best);
        }
    }
    forget(&r);
    return title;
}

// The models that a ranking tells apart from the best, or those that it does not.
static size_t pick(const struct ranking *r, bool clear, unsigned *list)
{
    size_t n = 0;

    for (size_t i = 1; i < r->n; i++)
        if (r->ratio[i].clear == clear)
            list[n++] = r->order[i];
    return n;
}

// What is alike may be so because none could be asked for more.
static const char *limit_text(const struct view *v, const struct ranking *r, int point,
                              enum metric metric)
{
    for (size_t i = 0; i < r->n; i++)
        if (is_limited(v, point, r->order[i], metric))
            return ", where the load generator was the limit";
    return "";
}

static void tell_level(const struct view *v, const struct ranking *r, int point, enum metric metric,
                       FILE *out)
{
    char place[PHRASE], what[PHRASE], best[PHRASE], worst[32];
    double first = cell_of(v, point, r->order[0])->of[metric].mean.value;
    double last = cell_of(v, point, r->order[r->n - 1])->of[metric].mean.value;
    bool more = more_is_better(metric);

    fprintf(out, "%s%s has the %s mean %s, %s; ", at_point(v, point, true, place),
            model_name(v, r->order[0]), more ? "highest" : "lowest",
            subject_text(v, point, metric, what), value_text(metric, first, best));
    write_names(v, r->order + 1, r->n - 1, out);
    fprintf(out, " (%s to %s) can't be told apart from it%s. ", more ? "down" : "up",
            reading_value(metric, last, worst), limit_text(v, r, point, metric));
}

static void tell_clear(const struct view *v, const struct ranking *r, int point, enum metric metric,
                       FILE *out)
{
    enum { SHOWN = 4 };
    char place[PHRASE], what[PHRASE], text[PHRASE], number[NUMBER];
    unsigned *like = room_for(v->models, sizeof *like);
    size_t n = pick(r, false, like), shown = 0;

    fprintf(out, "%s%s has the %s %s: %s", at_point(v, point, true, place),
            model_name(v, r->order[0]), more_is_better(metric) ? "highest" : "lowest",
            subject_text(v, point, metric, what), mean_text(v, point, r->order[0], metric, text));
    if (n > 0) {
        fputs("; ", out);
        write_names(v, like, n, out);
        fprintf(out, " can't be told apart from it%s", limit_text(v, r, point, metric));
    }
    fprintf(out, ". As a %s of its value: ", more_is_better(metric) ? "share" : "multiple");
    for (size_t i = 1; i < r->n && shown < SHOWN; i++)
        if (r->ratio[i].clear)
            fprintf(out, "%s%s %s", shown++ > 0 ? ", " : "", model_name(v, r->order[i]),
                    ratio_text(&r->ratio[i], number));
    if (r->clear > shown)
        fprintf(out, ", and %zu more", r->clear - shown);
    fputs(". ", out);
    free(like);
}

void tell_ranking(const struct view *v, int point, enum metric metric, FILE *out)
{
    char place[PHRASE], what[PHRASE], text[PHRASE];

    if (point == NONE)
        return;
    struct ranking r = rank(v, point, metric);
    if (r.n == 1)
        fprintf(out, "%s%s has a %s of %s; there is no other model to compare it with. ",
                at_point(v, point, true, place), model_name(v, r.order[0]),
                subject_text(v, point, metric, what),
                mean_text(v, point, r.order[0], metric, text));
    else if (r.n > 1 && cell_of(v, point, r.order[0])->of[metric].n < 2)
        fprintf(out, "%s%s has the best mean %s, %s. ", at_point(v, point, true, place),
                model_name(v, r.order[0]), subject_text(v, point, metric, what),
                mean_text(v, point, r.order[0], metric, text));
    else if (r.n > 1 && r.clear == 0)
        tell_level(v, &r, point, metric, out);
    else if (r.n > 1)
        tell_clear(v, &r, point, metric, out);
    forget(&r);
}

// ---- Ends ----------------------------------------------------------------------------------

static int first_end(const struct view *v, unsigned model)
{
    for (int p = 0; p < (int)v->points; p++)
        if (cell_of(v, p, model)->ended)
            return p;
    return NONE;
}

void tell_ends(const struct view *v, FILE *out)
{
    char text[PHRASE];
    bool any = false;

    for (unsigned m = 0; m < v->models; m++) {
        int point = first_end(v, m);
        if (point == NONE)
            continue;
        const char *why = cell_of(v, point, m)->why;
        fprintf(out, "%s%s ended at %s", any ? "; " : "", model_name(v, m),
                point_text(v, point, text));
        if (*why != '\0')
            fprintf(out, " (%s)", why);
        any = true;
    }
    if (any)
        fputs(". ", out);
}

void tell_partial(const struct view *v, int point, FILE *out)
{
    char number[NUMBER];
    bool any = false;

    if (point == NONE)
        return;
    double clients = load_connections(v->scenario->points[point].load);
    for (unsigned m = 0; m < v->models; m++) {
        const struct cell *cell = cell_of(v, point, m);
        if (cell->ended || !is_partial(v, point, m))
            continue;
        double served = cell->of[METRIC_clients_served].mean.value;
        if (!any)
            fprintf(out, "Of the %s clients ", whole(clients, number));
        fprintf(out, "%s%s %s", any ? ", " : "", model_name(v, m), any ? "" : "served ");
        fputs(served > 0 ? three_digits(served, number) : "none", out);
        any = true;
    }
    if (any)
        fputs("; the others waited. ", out);
}

void tell_short(const struct view *v, int point, FILE *out)
{
    char place[PHRASE];
    bool any = false, others = false;

    for (unsigned m = 0; m < v->models && point != NONE; m++) {
        const struct cell *cell = cell_of(v, point, m);
        if (!is_measured(v, point, m, METRIC_rps) || cell_keeps_up(cell) ||
            !isfinite(cell_share(cell))) {
            others = others || is_measured(v, point, m, METRIC_rps);
            continue;
        }
        double share = 100 * cell_share(cell);
        fprintf(out, "%s%s %s", any ? ", " : at_point(v, point, true, place), model_name(v, m),
                any ? "" : "answered ");
        if (share > 0 && share < 1)
            fputs("under 1 %", out);
        else
            fprintf(out, "%.0f %%", share);
        any = true;
    }
    if (any)
        fprintf(out, " of the requests that were due%s. ",
                others ? ", all others 99 % or more" : "");
}

void tell_limits(const struct view *v, FILE *out)
{
    char text[PHRASE];
    unsigned *list = room_for(v->models, sizeof *list);
    size_t n = 0;
    int first = NONE, last = NONE;

    for (unsigned m = 0; m < v->models; m++) {
        bool limited = false;
        for (int p = 0; p < (int)v->points; p++) {
            if (!is_limited(v, p, m, METRIC_rps))
                continue;
            limited = true;
            first = first == NONE || p < first ? p : first;
            last = p > last ? p : last;
        }
        if (limited)
            list[n++] = m;
    }
    if (n > 0) {
        fputs("The load generator was the limit for ", out);
        write_names(v, list, n, out);
        if (v->points > 1)
            fprintf(out, ", %s", at_point(v, first, false, text));
        if (last > first)
            fprintf(out, " to %s", point_text(v, last, text));
        fputs(": there the servers could do more, and what is alike may differ. ", out);
    }
    free(list);
}

void tell_shifts(const struct view *v, const struct shift *list, size_t n, FILE *out)
{
    enum { SHOWN = 7 };
    char number[NUMBER], other[NUMBER];
    size_t shown = 0, clear = 0;

    if (is_common(list, n)) {
        const struct shift *least = &list[n - 1];
        fprintf(out, "from %s with %s to %s with %s, much the same for all %zu models. ",
                ratio_text(&least->ratio, number), model_name(v, least->model),
                ratio_text(&list[0].ratio, other), model_name(v, list[0].model), n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        clear += list[i].ratio.clear;
    size_t room = n <= SHOWN + 1 ? n : SHOWN;
    for (int noise = 0; noise <= 1; noise++)
        for (size_t i = 0; i < n && shown < room; i++) {
            if (list[i].ratio.clear == (noise == 1))
                continue;
            bool turn = noise == 1 && shown == clear;
            fprintf(out, "%s%s%s %s",
                    shown == 0 ? ""
                    : turn     ? "; "
                               : ", ",
                    turn ? "no clear change: " : "", model_name(v, list[i].model),
                    ratio_text(&list[i].ratio, number));
            shown++;
        }
    if (shown < n)
        fprintf(out, ", and %zu more", n - shown);
    fputs(". ", out);
}

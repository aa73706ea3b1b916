// plot_lines_words.c: see plot_sweep.h.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/load_options.h"
#include "results/plot_sweep.h"
#include "results/readings.h"

// What stopped the line after point `last`; `last` may be -1: there is no line.
static void explain(const struct sweep *s, unsigned model, long last, struct curve *curve)
{
    const struct cell *c = drawing_cell(s->d, s->points[last + 1], model);
    char x[WORDS];

    point_words(s->d, s->points[last + 1], x);
    curve->ended = c->ended || (c->tried > 0 && c->n == 0);
    if (c->ended || (c->tried > 0 && c->n == 0))
        snprintf(curve->reason, sizeof curve->reason, "%s", reading_reason(c->why));
    else if (c->tried == 0)
        snprintf(curve->reason, sizeof curve->reason, "not measured from %s on", x);
    else if (c->of[METRIC_rps].mean.value == 0)
        snprintf(curve->reason, sizeof curve->reason, "no answers from %s on", x);
    else
        snprintf(curve->reason, sizeof curve->reason, "no %s from %s on: %s",
                 metric_title(s->metric), x, drawing_why_none(c, s->metric));
    if (last >= 0)
        text_fit(curve->reason, sizeof curve->reason, FONT_NOTE, 540);
}

static double height_of(const struct sweep *s, double value)
{
    return s->box.bottom + (s->box.top - s->box.bottom) * scale_at(&s->up, value);
}

static struct spot spot_of(const struct sweep *s, size_t i, unsigned model)
{
    const struct estimate *e = sweep_value(s, i, model);

    if (e == NULL || sweep_is_beyond(s, i, model))
        return (struct spot){NAN, NAN, NAN, NAN};
    return (struct spot){s->box.left + (s->box.right - s->box.left) * scale_at(&s->across, s->x[i]),
                         height_of(s, e->value), height_of(s, e->low), height_of(s, e->high)};
}

// Returns the last point at which the curve has a value, or -1.
static long make_curve(const struct sweep *s, unsigned model, struct curve *c)
{
    long last = -1;

    *c = (struct curve){.model = model, .count = s->count};
    c->spots = calloc(s->count + 1, sizeof *c->spots);
    if (c->spots == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t i = 0; i < s->count; i++) {
        c->spots[i] = spot_of(s, i, model);
        if (sweep_value(s, i, model) != NULL)
            last = (long)i;
    }
    return last;
}

void sweep_label(const struct sweep *s)
{
    size_t models = s->d->model_count;
    struct curve *curves = calloc(models + 1, sizeof *curves);

    if (curves == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t m = 0; m < models; m++) {
        unsigned model = s->d->models[m];
        long last = make_curve(s, model, &curves[m]);
        if (last + 1 >= (long)s->count)
            continue;
        explain(s, model, last, &curves[m]);
        const struct cell *c = drawing_cell(s->d, s->points[last + 1], model);
        // Of failures and gaps others tell.
        if (last_spot(&curves[m]) == NULL && (c->ended || c->tried == 0))
            fprintf(s->d->notes, "%s: %s\n", drawing_model(s->d, model)->name, curves[m].reason);
    }
    place_labels(s->d, &s->box, curves, models);
    for (size_t m = 0; m < models; m++)
        free(curves[m].spots);
    free(curves);
}

// ---- Notes --------------------------------------------------------------------------------------

// Whether there is no value, for this reason, and no label says so.
struct gap {
    const struct sweep *sweep;
    const char *why;
};

static bool is_gap(const struct drawing *d, unsigned point, unsigned model, const void *of)
{
    const struct gap *gap = of;
    const struct sweep *s = gap->sweep;
    const struct cell *c = drawing_cell(d, point, model);

    if (isfinite(c->of[s->metric].mean.value) ||
        strcmp(drawing_why_none(c, s->metric), gap->why) != 0)
        return false;
    bool before = false, after = false;
    for (size_t i = 0; i < s->count; i++) {
        before |= s->points[i] < point && isfinite(spot_of(s, i, model).y);
        after |= s->points[i] > point && sweep_value(s, i, model) != NULL;
    }
    return after || !before;
}

static void note_gaps(const struct sweep *s)
{
    static const char *const reasons[] = {"no answers",          "most requests unanswered",
                                          "too many unanswered", "too few answers",
                                          "too few connections", "no value"};
    char lead[SENTENCE];

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct gap gap = {s, reasons[i]};
        snprintf(lead, sizeof lead, "no %s (%s): ", metric_title(s->metric), reasons[i]);
        drawing_note_points(s->d, lead, s->points, s->count, is_gap, &gap);
    }
}

static void note_beyond(const struct sweep *s)
{
    char x[WORDS], value[32];

    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0; m < s->d->model_count; m++) {
            unsigned model = s->d->models[m];
            const struct cell *c = drawing_cell(s->d, s->points[i], model);
            if (sweep_is_beyond(s, i, model))
                fprintf(s->d->notes, "%s at %s is off the scale: %s, for %.3g of %.10g clients\n",
                        drawing_model(s->d, model)->name, point_words(s->d, s->points[i], x),
                        reading_value(s->metric, c->of[s->metric].mean.value, value),
                        c->of[METRIC_clients_served].mean.value,
                        load_connections(s->d->scenario->points[s->points[i]].load));
        }
}

// Whether some interval goes on beyond the axes.
static bool is_cut(const struct sweep *s)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0; m < s->d->model_count; m++) {
            const struct estimate *e = sweep_value(s, i, s->d->models[m]);
            if (e != NULL && !sweep_is_beyond(s, i, s->d->models[m]) &&
                (e->high > s->up.high || e->low < s->up.low))
                return true;
        }
    return false;
}

void sweep_note(const struct sweep *s)
{
    if (is_cut(s))
        fputs(ARROWS, s->d->notes);
    note_beyond(s);
    drawing_note_partial(s->d, s->points, s->count);
    note_gaps(s);
}

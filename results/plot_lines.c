// plot_lines.c: a metric against what the scenario varies, a line for each model; and the same
// against the offered load, with hollow marks where a model did not keep up.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"

static const double KEPT_UP = 0.99; // of the offered load

struct sweep {
    const struct drawing *d;
    enum metric metric;
    unsigned *points; // those that the run has
    double *x;
    size_t count;
    struct box box;
    struct scale across, up;
};

// NULL: no value here that belongs on the line.
static const struct estimate *value_at(const struct sweep *s, size_t i, unsigned model)
{
    const struct cell *c = drawing_cell(s->d, s->points[i], model);
    const struct estimate *mean = &c->of[s->metric].mean;

    return c->n > 0 && !c->ended && isfinite(mean->value) ? mean : NULL;
}

static void collect_points(struct sweep *s)
{
    size_t all = s->d->scenario->point_count;

    s->points = calloc(all + 1, sizeof *s->points);
    s->x = calloc(all + 1, sizeof *s->x);
    if (s->points == NULL || s->x == NULL)
        die_errno("cannot allocate memory for a figure");
    for (unsigned p = 0; p < all; p++) {
        double x = record_x(s->d->record, s->d->number, p);
        if (!isfinite(x) || !drawing_has_point(s->d, p))
            continue;
        s->points[s->count] = p;
        s->x[s->count++] = x;
    }
}

// ---- Axes ---------------------------------------------------------------------------------------

static bool scale_values(struct sweep *s)
{
    double least = INFINITY, most = -INFINITY, reach = 0;

    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0; m < s->d->model_count; m++) {
            const struct estimate *e = value_at(s, i, s->d->models[m]);
            if (e == NULL)
                continue;
            if (e->value > 0)
                least = fmin(least, e->value);
            most = fmax(most, e->value);
            reach = fmax(reach, isfinite(e->high) ? e->high : e->value);
        }
    if (!isfinite(most))
        return false;
    // An interval that is far wider than the values must not press all lines to the ground.
    if (metric_is_log(s->metric) && isfinite(least))
        scale_decades(&s->up, least, fmin(reach, 1.5 * most), false);
    else
        scale_from_zero(&s->up, fmin(reach, 1.2 * most));
    return true;
}

static void scale_across(struct sweep *s)
{
    double least = INFINITY, most = s->x[0];
    bool zero = false;

    for (size_t i = 0; i < s->count; i++) {
        if (s->x[i] > 0)
            least = fmin(least, s->x[i]);
        else
            zero = true;
        most = fmax(most, s->x[i]);
    }
    if (s->d->scenario->axis == AXIS_LOG && most > 0) {
        // Ends at the points themselves: a round decade would leave much of the axis empty.
        double edge = pow(fmax(most / least, 10), 0.02);
        s->across = (struct scale){.log = true, .low = least / edge, .high = most * edge};
        if (zero) {
            s->across.zero = least / pow(edge, 5);
            s->across.low = s->across.zero / edge;
        }
    } else {
        s->across = (struct scale){.low = -0.015 * most, .high = most > 0 ? 1.015 * most : 1};
    }
}

static bool is_power_of_ten(double value)
{
    return value > 0 && fabs(log10(value) - round(log10(value))) < 1e-9;
}

static void write_across(const struct sweep *s)
{
    enum { MOST = 64 };
    double ticks[MOST], width = s->box.right - s->box.left;
    size_t count = 0, tens = 0;

    if (!s->across.log) {
        write_scale(s->d->script, "X", &s->across, MEASURE_COUNT, width);
        return;
    }
    for (size_t i = 0; i < s->count; i++)
        tens += is_power_of_ten(s->x[i]);
    // Where the points go by tens, these are ticks enough; else each point is one.
    for (size_t i = 0; i < s->count && count < MOST; i++)
        if (tens < 3 || is_power_of_ten(s->x[i]) || s->x[i] <= 0)
            ticks[count++] = s->x[i];
    write_scale_at(s->d->script, "X", &s->across, points_measure(s->d->scenario), ticks, count,
                   width);
}

static void write_titles(const struct sweep *s, const char *remark)
{
    char text[SENTENCE];
    const struct drawing *d = s->d;
    const char *unit = metric_unit_title(s->metric);

    snprintf(text, sizeof text, "%s%s%s%s%s", metric_title(s->metric), *unit != '\0' ? " " : "",
             unit, s->up.log ? " (log scale)" : "", remark);
    overlay_text(d, CANVAS_EDGE, s->box.top + 38, ALIGN_LEFT, FONT_NOTE, INK, NOBODY, text);
    snprintf(text, sizeof text, "%s%s", d->scenario->x_title, s->across.log ? " (log scale)" : "");
    overlay_text(d, (s->box.left + s->box.right) / 2, s->box.bottom - 76, ALIGN_CENTRE, FONT_SUB,
                 INK, NOBODY, text);
}

// ---- Data ---------------------------------------------------------------------------------------

// NAN: a closed loop, which asks for no more than is answered.
static double share_of_offered(const struct sweep *s, size_t i, unsigned model)
{
    const struct cell *c = drawing_cell(s->d, s->points[i], model);

    return c->of[METRIC_rps].mean.value / c->of[METRIC_offered].mean.value;
}

static void write_heading(const struct sweep *s, bool load)
{
    static const char *const ends[] = {"", "_low", "_high", "_kept_up"};
    FILE *out = s->d->data;

    fputs("x", out);
    for (size_t m = 0; m < s->d->model_count; m++)
        for (int e = 0; e < (load ? 4 : 3); e++) {
            fputc('\t', out);
            write_field(out, drawing_model(s->d, s->d->models[m])->name);
            fputs(ends[e], out);
        }
    fputc('\n', out);
}

static void write_values(const struct sweep *s, bool load)
{
    FILE *out = s->d->data;

    write_heading(s, load);
    for (size_t i = 0; i < s->count; i++) {
        write_number(out, s->x[i]);
        for (size_t m = 0; m < s->d->model_count; m++) {
            const struct estimate *e = value_at(s, i, s->d->models[m]);
            const double values[] = {e != NULL ? e->value : NAN, e != NULL ? e->low : NAN,
                                     e != NULL ? e->high : NAN};
            for (int v = 0; v < 3; v++) {
                fputc('\t', out);
                write_number(out, values[v]);
            }
            if (load)
                fprintf(out, "\t%d",
                        e == NULL || !(share_of_offered(s, i, s->d->models[m]) < KEPT_UP));
        }
        fputc('\n', out);
    }
}

// ---- Labels -------------------------------------------------------------------------------------

// What stopped the line after point `last`; `last` may be -1: there is no line.
static void explain(const struct sweep *s, unsigned model, long last, struct curve *curve)
{
    const struct cell *c = drawing_cell(s->d, s->points[last + 1], model);
    const char *ends = drawing_model(s->d, model)->ends;
    char x[WORDS];

    point_words(s->d, s->points[last + 1], x);
    curve->ended = c->ended || (c->tried > 0 && c->n == 0);
    if (c->ended)
        snprintf(curve->reason, sizeof curve->reason, "%s", *ends != '\0' ? ends : c->why);
    else if (c->tried == 0)
        snprintf(curve->reason, sizeof curve->reason, "not measured from %s on", x);
    else if (c->n == 0)
        snprintf(curve->reason, sizeof curve->reason, "%s", c->why);
    else if (c->of[METRIC_rps].mean.value == 0)
        snprintf(curve->reason, sizeof curve->reason, "no answers from %s on", x);
    else if (metric_is_log(s->metric))
        snprintf(curve->reason, sizeof curve->reason, "no %s from %s on: too few answers",
                 metric_title(s->metric), x);
    else
        snprintf(curve->reason, sizeof curve->reason, "no value from %s on", x);
    if (last >= 0)
        text_fit(curve->reason, sizeof curve->reason, FONT_NOTE, 460);
}

static double height_of(const struct sweep *s, double value)
{
    return s->box.bottom + (s->box.top - s->box.bottom) * scale_at(&s->up, value);
}

static void label_lines(const struct sweep *s)
{
    size_t models = s->d->model_count;
    struct curve *curves = calloc(models + 1, sizeof *curves);

    if (curves == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t m = 0; m < models; m++) {
        long last = -1;
        curves[m] = (struct curve){.model = s->d->models[m], .count = s->count};
        curves[m].spots = calloc(s->count + 1, sizeof *curves[m].spots);
        if (curves[m].spots == NULL)
            die_errno("cannot allocate memory for labels");
        for (size_t i = 0; i < s->count; i++) {
            const struct estimate *e = value_at(s, i, s->d->models[m]);
            struct spot spot = {NAN, NAN, NAN, NAN};
            if (e != NULL) {
                last = (long)i;
                spot.low = height_of(s, e->low);
                spot.high = height_of(s, e->high);
                spot.x = s->box.left + (s->box.right - s->box.left) * scale_at(&s->across, s->x[i]);
                spot.y = height_of(s, e->value);
            }
            curves[m].spots[i] = spot;
        }
        if (last + 1 < (long)s->count)
            explain(s, s->d->models[m], last, &curves[m]);
        if (last < 0)
            fprintf(s->d->notes, "%s: %s\n", drawing_model(s->d, s->d->models[m])->name,
                    curves[m].reason);
    }
    place_labels(s->d, &s->box, curves, models);
    for (size_t m = 0; m < models; m++)
        free(curves[m].spots);
    free(curves);
}

static bool draw_sweep(struct drawing *d, bool load)
{
    struct sweep s = {.d = d, .metric = (enum metric)d->figure->metric[0]};

    s.box = (struct box){165, CANVAS_WIDTH - place_margin(d), 166, 712};
    collect_points(&s);
    bool any = s.count > 0 && scale_values(&s);
    if (any) {
        scale_across(&s);
        write_box(d->script, &s.box);
        write_across(&s);
        write_scale(d->script, "Y", &s.up, measure_of(s.metric), 0);
        write_titles(&s,
                     load ? "  ·  hollow: less than 99 % of the offered load was answered" : "");
        write_values(&s, load);
        label_lines(&s);
        drawing_note_failures(d);
    }
    free(s.points);
    free(s.x);
    return any;
}

bool draw_lines(struct drawing *d)
{
    return draw_sweep(d, false);
}

bool draw_load(struct drawing *d)
{
    return draw_sweep(d, true);
}

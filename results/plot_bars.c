// plot_bars.c: small panels side by side, one for each metric, since their units differ. A row is a
// model; where the scenario has several points, a row has a bar for each, from pale to full.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"
#include "results/readings.h"

enum { BARS_MOST = 40 }; // beyond, their texts would be too small for the back row

struct rows {
    const struct drawing *d;
    unsigned *points;
    size_t point_count, bars; // all bars of a panel
    double top, bottom;
    double pitch;       // of a bar; a model's row has one free bar more, if it has several
    double names_right; // where the names end, and the points' names
    double bars_left;
    double served[METRIC_COUNT]; // the most of those that served their clients
};

static double bar_y(const struct rows *r, size_t model, size_t point)
{
    double gap = r->point_count > 1 ? 0.6 : 0;
    double place = (double)model * ((double)r->point_count + gap) + (double)point;

    return r->top - r->pitch * (place + 0.5 + gap / 2);
}

// All points that the run has; of too many, the first, the last, and some between.
static void choose_points(struct rows *r)
{
    const struct drawing *d = r->d;
    size_t found = 0, most = BARS_MOST / d->model_count;
    unsigned *all = calloc(d->scenario->point_count + 1, sizeof *all);

    if (all == NULL)
        die_errno("cannot allocate memory for a figure");
    for (unsigned p = 0; p < d->scenario->point_count; p++)
        if (drawing_has_point(d, p))
            all[found++] = p;
    most = most < 2 ? 2 : most;
    r->points = all;
    r->point_count = found;
    if (found > most) {
        for (size_t i = 0; i < most; i++)
            all[i] = all[i * (found - 1) / (most - 1)];
        r->point_count = most;
        fprintf(d->notes, "%zu of %zu points\n", most, found);
    }
}

static enum font bar_font(const struct rows *r)
{
    return r->pitch > 36 ? FONT_SUB : r->pitch > 25 ? FONT_NOTE : FONT_SMALL;
}

// The texts left of the first panel.
static void place_names(struct rows *r)
{
    const struct drawing *d = r->d;
    double names = 0, points = 0;
    char text[WORDS];

    for (size_t m = 0; m < d->model_count; m++)
        names = fmax(names, text_width(label_of(d, d->models[m], text), FONT_LABEL));
    for (size_t p = 0; p < r->point_count && r->point_count > 1; p++)
        points = fmax(points, text_width(point_words(d, r->points[p], text), bar_font(r)));
    r->names_right = CANVAS_EDGE + names;
    r->bars_left = r->names_right + (r->point_count > 1 ? 26 + points : 0) + 12;
    for (size_t m = 0; m < d->model_count; m++) {
        double middle = (bar_y(r, m, 0) + bar_y(r, m, r->point_count - 1)) / 2;
        unsigned model = d->models[m];
        overlay_text(d, r->names_right, middle, ALIGN_RIGHT, FONT_LABEL,
                     model_colour(drawing_model(d, model)), (int)model, label_of(d, model, text));
        for (size_t p = 0; p < r->point_count && r->point_count > 1; p++)
            overlay_text(d, r->bars_left - 10, bar_y(r, m, p), ALIGN_RIGHT, bar_font(r), MUTED,
                         (int)model, point_words(d, r->points[p], text));
    }
    if (r->point_count > 1 && d->scenario->axis != AXIS_WORDS)
        overlay_text(d, CANVAS_EDGE, r->top + 16, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY,
                     d->scenario->x_title);
}

// ---- A panel ------------------------------------------------------------------------------------

static bool is_known(const struct rows *r, size_t model, size_t point, enum metric metric)
{
    const struct cell *c = drawing_cell(r->d, r->points[point], r->d->models[model]);

    return c->n > 0 && !c->ended && isfinite(c->of[metric].mean.value);
}

// Of those that served their clients; if none did, of all.
static double most_served(const struct rows *r, enum metric metric)
{
    double served = 0, any = 0;

    for (size_t m = 0; m < r->d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++) {
            unsigned model = r->d->models[m], point = r->points[p];
            if (!is_known(r, m, p, metric))
                continue;
            double value = drawing_cell(r->d, point, model)->of[metric].mean.value;
            any = fmax(any, value);
            if (!cells_partial(r->d->cells, r->d->number, point, model))
                served = fmax(served, value);
        }
    return served > 0 ? served : any;
}

// NULL: there is no bar.
static const struct summary *value_at(const struct rows *r, size_t model, size_t point,
                                      enum metric metric)
{
    const struct cell *c = drawing_cell(r->d, r->points[point], r->d->models[model]);
    bool known = is_known(r, model, point, metric);

    if (known &&
        drawing_is_beyond(r->d, r->points[point], r->d->models[model], metric, r->served[metric]))
        return NULL;
    return known ? &c->of[metric] : NULL;
}

// What stands in a bar's place.
static const char *absence(const struct rows *r, size_t model, size_t point, enum metric metric,
                           char text[SENTENCE], double width)
{
    const struct cell *c = drawing_cell(r->d, r->points[point], r->d->models[model]);
    char value[32];

    if (c->tried == 0)
        snprintf(text, SENTENCE, "not measured");
    else if (c->ended)
        snprintf(text, SENTENCE, "⊗ %.200s", reading_reason(c->why));
    else if (c->n == 0)
        snprintf(text, SENTENCE, "⊗ failed");
    else if (is_known(r, model, point, metric))
        snprintf(text, SENTENCE, "%s ▸", reading_value(metric, c->of[metric].mean.value, value));
    else
        snprintf(text, SENTENCE, "%s", drawing_why_none(c, metric));
    return text_fit(text, SENTENCE, bar_font(r), width);
}

// How much of a panel's width its number leaves to a bar and its interval.
static double room_beside(const struct rows *r, enum metric metric, double value, double width)
{
    char text[32];
    double room = width - 18 - text_width(reading_value(metric, value, text), bar_font(r));

    return fmax(room, width / 4);
}

// An interval that is far longer than its bar must not press all bars to the axis: past what this
// bears it is cut (interval_end).
static double scale_panel(const struct rows *r, enum metric metric, double width)
{
    double least = 0;

    for (size_t m = 0; m < r->d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++) {
            const struct summary *s = value_at(r, m, p, metric);
            if (s == NULL)
                continue;
            double reach = isfinite(s->mean.high) ? s->mean.high : s->mean.value;
            double room = room_beside(r, metric, s->mean.value, width);
            least = fmax(least, fmin(reach, 1.5 * s->mean.value) * width / room);
        }
    return least > 0 ? least : 1;
}

// Up to where the interval is drawn, so that the number has its place behind it.
static double interval_end(const struct rows *r, enum metric metric, const struct estimate *mean,
                           double width, double high)
{
    double room = room_beside(r, metric, mean->value, width) * high / width;

    return isfinite(mean->high) ? fmin(mean->high, fmax(mean->value, room)) : mean->value;
}

// The numbers, and in REACH of each bar where its interval ends, or is cut. Returns whether any is.
static bool place_values(const struct rows *r, unsigned panel, const struct box *b,
                         enum metric metric, double high)
{
    char text[32], reason[SENTENCE];
    size_t bar = panel * r->bars;
    bool cut = false;

    for (size_t m = 0; m < r->d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++) {
            const struct summary *s = value_at(r, m, p, metric);
            double y = bar_y(r, m, p), x = b->left;
            bar++;
            if (s == NULL) {
                overlay_text(r->d, x + 10, y, ALIGN_LEFT, bar_font(r), MUTED, (int)r->d->models[m],
                             absence(r, m, p, metric, reason, b->right - b->left - 10));
                fprintf(r->d->script, "REACH[%zu] = NaN\n", bar);
                continue;
            }
            double reach = interval_end(r, metric, &s->mean, b->right - b->left, high);
            fprintf(r->d->script, "REACH[%zu] = %.9g\n", bar, reach);
            cut |= s->mean.high > reach * 1.000001;
            x += (b->right - b->left) * reach / high + 10;
            overlay_text(r->d, x, y, ALIGN_LEFT, bar_font(r), INK, (int)r->d->models[m],
                         reading_value(metric, s->mean.value, text));
        }
    return cut;
}

static void place_panels(const struct rows *r)
{
    const struct figure *f = r->d->figure;
    double gap = f->metrics > 2 ? 44 : 70, all = CANVAS_WIDTH - CANVAS_EDGE - r->bars_left;
    double width = (all - gap * (f->metrics - 1)) / f->metrics;
    FILE *out = r->d->script;
    bool cut = false;

    fprintf(out, "PANELS = %u\narray PANEL_LEFT[%u]\narray PANEL_HIGH[%u]\n", f->metrics,
            f->metrics, f->metrics);
    fprintf(out, "PANEL_WIDTH = %.1f; BOTTOM = %.1f; TOP = %.1f\n", width, r->bottom, r->top);
    fprintf(out, "array REACH[%zu]\n", r->bars * f->metrics);
    for (unsigned i = 0; i < f->metrics; i++) {
        enum metric metric = (enum metric)f->metric[i];
        double left = r->bars_left + i * (width + gap), high = scale_panel(r, metric, width);
        struct box b = {left, left + width, r->bottom, r->top};
        char title[WORDS];
        fprintf(out, "PANEL_LEFT[%u] = %.1f; PANEL_HIGH[%u] = %.10g\n", i + 1, left, i + 1, high);
        snprintf(title, sizeof title, "%s", metric_title(metric));
        overlay_text(r->d, left, r->top + 42, ALIGN_LEFT, FONT_LABEL, INK, NOBODY,
                     text_fit(title, sizeof title, FONT_LABEL, width + gap / 2));
        overlay_text(r->d, left, r->top + 16, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY,
                     metric_unit_title(metric));
        cut |= place_values(r, i, &b, metric, high);
    }
    if (cut)
        fputs(ARROWS, r->d->notes);
}

// ---- Data ---------------------------------------------------------------------------------------

static void write_bar(const struct rows *r, size_t model, size_t point, size_t bar)
{
    const struct drawing *d = r->d;
    const struct model *m = drawing_model(d, d->models[model]);
    // From pale to full; a variant stays pale, as its marks are hollow elsewhere.
    double strength = 0.4 + 0.6 * (double)(point + 1) / (double)r->point_count;
    char fill[8];

    if (m->variant)
        strength = 0.05 + 0.2 * (double)point / (double)r->point_count;
    fprintf(d->script, "BAR_ID[%zu] = 'model:%u'; BAR_Y[%zu] = %.1f; ", bar, d->models[model], bar,
            bar_y(r, model, point));
    fprintf(d->script, "BAR_FILL[%zu] = '%s'; BAR_EDGE[%zu] = '%s'\n", bar,
            tint(model_colour(m), strength, fill), bar, model_colour(m));
    write_field(d->data, m->name);
    fputc('\t', d->data);
    write_field(d->data, d->scenario->points[r->points[point]].name);
    for (unsigned i = 0; i < d->figure->metrics; i++) {
        const struct summary *s = value_at(r, model, point, (enum metric)d->figure->metric[i]);
        const double values[] = {s != NULL ? s->mean.value : NAN, s != NULL ? s->mean.low : NAN,
                                 s != NULL ? s->mean.high : NAN};
        for (int v = 0; v < 3; v++) {
            fputc('\t', d->data);
            write_number(d->data, values[v]);
        }
    }
    fputc('\n', d->data);
}

static void write_bars(const struct rows *r)
{
    static const char *const arrays[] = {"ID", "Y", "FILL", "EDGE"};
    const struct drawing *d = r->d;
    size_t bar = 0;

    fputs("model\tpoint", d->data);
    for (unsigned i = 0; i < d->figure->metrics; i++) {
        const char *name = metric_name((enum metric)d->figure->metric[i]);
        fprintf(d->data, "\t%s\t%s_low\t%s_high", name, name, name);
    }
    fputc('\n', d->data);
    fprintf(d->script, "BARS = %zu; HALF = %.2f\n", r->bars, 0.39 * r->pitch);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        fprintf(d->script, "array BAR_%s[%zu]\n", arrays[i], r->bars);
    for (size_t m = 0; m < d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++)
            write_bar(r, m, p, ++bar);
}

// Of a bar that would flatten all others only the number is there.
static void note_beyond(const struct rows *r)
{
    bool any = false;

    for (size_t m = 0; m < r->d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++)
            for (unsigned i = 0; i < r->d->figure->metrics; i++) {
                enum metric metric = (enum metric)r->d->figure->metric[i];
                any |= is_known(r, m, p, metric) && value_at(r, m, p, metric) == NULL;
            }
    if (any)
        fputs("▸ off the scale: clients were left waiting\n", r->d->notes);
}

static bool has_values(const struct rows *r)
{
    for (size_t m = 0; m < r->d->model_count; m++)
        for (size_t p = 0; p < r->point_count; p++)
            for (unsigned i = 0; i < r->d->figure->metrics; i++)
                if (is_known(r, m, p, (enum metric)r->d->figure->metric[i]))
                    return true;
    return false;
}

bool draw_bars(struct drawing *d)
{
    struct rows r = {.d = d, .top = 676};

    choose_points(&r);
    bool any = r.point_count > 0 && has_values(&r);
    if (any) {
        r.bars = d->model_count * r.point_count;
        double free_bars = r.point_count > 1 ? 0.6 * (double)d->model_count : 0;
        r.pitch = fmin((r.top - 92) / ((double)r.bars + free_bars), 110);
        r.bottom = r.top - r.pitch * ((double)r.bars + free_bars);
        for (unsigned i = 0; i < d->figure->metrics; i++)
            r.served[d->figure->metric[i]] = most_served(&r, (enum metric)d->figure->metric[i]);
        place_names(&r);
        place_panels(&r);
        write_bars(&r);
        note_beyond(&r);
        drawing_note_partial(d, r.points, r.point_count);
        drawing_note_limits(d, r.points, r.point_count);
        drawing_note_failures(d);
    }
    free(r.points);
    return any;
}

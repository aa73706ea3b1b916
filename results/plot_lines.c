// plot_lines.c: a metric against what the scenario varies, a line for each model; and the same
// against the offered load, with hollow marks where a model did not keep up.
#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "results/plot_sweep.h"

const struct estimate *sweep_value(const struct sweep *s, size_t i, unsigned model)
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

static bool left_clients(const struct sweep *s, size_t i, unsigned model)
{
    return cells_partial(s->d->cells, s->d->number, s->points[i], model);
}

// The most that a model reached which served its clients; if none did, that anyone reached.
static double most_served(const struct sweep *s)
{
    double served = 0, any = 0;

    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0; m < s->d->model_count; m++) {
            const struct estimate *e = sweep_value(s, i, s->d->models[m]);
            if (e == NULL)
                continue;
            any = fmax(any, e->value);
            served = left_clients(s, i, s->d->models[m]) ? served : fmax(served, e->value);
        }
    return served > 0 ? served : any;
}

bool sweep_is_beyond(const struct sweep *s, size_t i, unsigned model)
{
    return !metric_is_log(s->metric) && sweep_value(s, i, model) != NULL &&
           drawing_is_beyond(s->d, s->points[i], model, s->metric, s->served);
}

static bool scale_values(struct sweep *s)
{
    double least = INFINITY, most = -INFINITY, reach = 0;

    s->served = most_served(s);
    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0; m < s->d->model_count; m++) {
            const struct estimate *e = sweep_value(s, i, s->d->models[m]);
            if (e == NULL || sweep_is_beyond(s, i, s->d->models[m]))
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
            s->across.first = least;
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
    char text[SENTENCE], scale[WORDS];
    const struct drawing *d = s->d;
    const char *unit = metric_unit_title(s->metric);

    snprintf(text, sizeof text, "%s%s%s%s%s", metric_title(s->metric), *unit != '\0' ? " " : "",
             unit, scale_remark(&s->up, measure_of(s->metric), scale), remark);
    overlay_text(d, CANVAS_EDGE, s->box.top + 38, ALIGN_LEFT, FONT_NOTE, INK, NOBODY, text);
    snprintf(text, sizeof text, "%s%s", d->scenario->x_title,
             scale_remark(&s->across, points_measure(d->scenario), scale));
    overlay_text(d, (s->box.left + s->box.right) / 2, s->box.bottom - 76, ALIGN_CENTRE, FONT_SUB,
                 INK, NOBODY, text);
}

// ---- Data ---------------------------------------------------------------------------------------

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
            const struct estimate *e = sweep_value(s, i, s->d->models[m]);
            const double values[] = {e != NULL ? e->value : NAN, e != NULL ? e->low : NAN,
                                     e != NULL ? e->high : NAN};
            for (int v = 0; v < 3; v++) {
                fputc('\t', out);
                write_number(out, values[v]);
            }
            if (load)
                fprintf(out, "\t%d",
                        e == NULL ||
                            cell_keeps_up(drawing_cell(s->d, s->points[i], s->d->models[m])));
        }
        fputc('\n', out);
    }
}

// ---- A figure -----------------------------------------------------------------------------------

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
        write_titles(&s, load ? "  ·  hollow: less than 99 % of the requests was answered" : "");
        write_values(&s, load);
        if (load)
            fputs("LAWS = 0\n", d->script);
        else
            draw_laws(d, s.points, s.count, &s.box, &s.across, &s.up);
        sweep_label(&s);
        sweep_note(&s);
        drawing_note_limits(d, s.points, s.count);
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

// plot_law.c: the Universal Scalability Law, as far as it fits, below the lines of a throughput by
// the number of clients.
#include <math.h>

#include "results/drawing.h"
#include "results/load_options.h"

// Its N is the number of clients that ask.
static bool is_of_clients(const struct drawing *d, const unsigned *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct point *p = &d->scenario->points[points[i]];
        if (load_connections(p->load) != p->x || load_number(p->load, "rate", 0) > 0)
            return false;
    }
    return count > 0 && d->scenario->axis != AXIS_WORDS;
}

// The points that the law was fitted to: those at which the model served its clients.
static void write_law(const struct drawing *d, size_t place, const struct usl *law,
                      const unsigned *points, size_t count)
{
    double from = INFINITY, to = 0;

    for (size_t i = 0; i < count; i++) {
        const struct cell *c = drawing_cell(d, points[i], d->models[place]);
        if (c->ended || !(c->of[METRIC_rps].mean.value > 0))
            continue;
        from = fmin(from, d->scenario->points[points[i]].x);
        to = fmax(to, d->scenario->points[points[i]].x);
    }
    fprintf(d->script, "LAW[%zu] = %.9g; LAW_A[%zu] = %.9g; LAW_B[%zu] = %.9g; ", place + 1, law->c,
            place + 1, law->alpha, place + 1, law->beta);
    fprintf(d->script, "LAW_FROM[%zu] = %.9g; LAW_TO[%zu] = %.9g\n", place + 1, from, place + 1,
            to);
}

static void place_peak(const struct drawing *d, unsigned model, const struct usl *law,
                       const struct box *b, const struct scale *across, const struct scale *up)
{
    double x = b->left + (b->right - b->left) * scale_at(across, law->peak_n);
    double y = b->bottom + (b->top - b->bottom) * scale_at(up, law->peak_rps);

    overlay_text(d, x, fmin(y + 17, b->top), ALIGN_CENTRE, FONT_LABEL,
                 model_colour(drawing_model(d, model)), (int)model, "▾");
}

void draw_laws(const struct drawing *d, const unsigned *points, size_t count, const struct box *b,
               const struct scale *across, const struct scale *up)
{
    static const char *const arrays[] = {"", "_A", "_B", "_FROM", "_TO"};
    size_t fitted = 0, peaks = 0;

    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        fprintf(d->script, "array LAW%s[%zu]\n", arrays[i], d->model_count);
    for (size_t m = 0; m < d->model_count; m++) {
        fprintf(d->script, "LAW[%zu] = 0\n", m + 1);
        if (d->figure->metric[0] != METRIC_rps || !is_of_clients(d, points, count))
            continue;
        struct usl law = cells_usl(d->cells, d->number, d->models[m]);
        if (!law.fitted)
            continue;
        fitted++;
        write_law(d, m, &law, points, count);
        if (isfinite(law.peak_n)) {
            place_peak(d, d->models[m], &law, b, across, up);
            peaks++;
        }
    }
    fprintf(d->script, "LAWS = %zu\n", fitted);
    if (fitted > 0)
        fprintf(d->notes, "dotted: Universal Scalability Law%s\n", peaks > 0 ? ", ▾ its peak" : "");
}

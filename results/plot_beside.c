// plot_beside.c: see drawing.h. Labels beside the right edge of a panel, moved apart.
#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "results/drawing.h"

static const double BESIDE = 30; // from the right edge to a label

double place_margin(const struct drawing *d)
{
    double widest = 0;
    char name[WORDS];

    for (size_t i = 0; i < d->model_count; i++)
        widest = fmax(widest, text_width(label_of(d, d->models[i], name), FONT_LABEL));
    return BESIDE + widest + CANVAS_EDGE;
}

// Values in order, least squares: neighbours that are too near are pooled and set around their
// mean (the pool-adjacent-violators algorithm, on values less i gaps).
void place_apart(double *values, size_t count, double gap, double low, double high)
{
    struct pool {
        double sum;
        size_t n;
    } *pools = calloc(count + 1, sizeof *pools);
    size_t used = 0, i = 0;

    if (pools == NULL)
        die_errno("cannot allocate memory for labels");
    if (count > 1 && gap * (double)(count - 1) > high - low)
        gap = (high - low) / (double)(count - 1);
    for (size_t v = 0; v < count; v++) {
        pools[used++] = (struct pool){values[v] - gap * (double)v, 1};
        while (used > 1 && pools[used - 2].sum / (double)pools[used - 2].n >
                               pools[used - 1].sum / (double)pools[used - 1].n) {
            pools[used - 2].sum += pools[used - 1].sum;
            pools[used - 2].n += pools[used - 1].n;
            used--;
        }
    }
    for (size_t p = 0; p < used; p++)
        for (size_t k = 0; k < pools[p].n; k++, i++) {
            double most = high - gap * (double)(count - 1);
            values[i] = fmax(low, fmin(most, pools[p].sum / (double)pools[p].n)) + gap * (double)i;
        }
    free(pools);
}

const struct spot *last_spot(const struct curve *c)
{
    for (size_t i = c->count; i-- > 0;)
        if (isfinite(c->spots[i].y))
            return &c->spots[i];
    return NULL;
}

static int by_height(const void *a, const void *b)
{
    const struct curve *const *x = a, *const *y = b;
    double left = last_spot(*x)->y, right = last_spot(*y)->y;

    return (left > right) - (left < right);
}

void place_beside(const struct drawing *d, const struct box *b, const struct curve **curves,
                  size_t count)
{
    double *heights = calloc(count + 1, sizeof *heights);
    double line = line_height(FONT_LABEL);
    char name[WORDS];

    if (heights == NULL)
        die_errno("cannot allocate memory for labels");
    qsort(curves, count, sizeof(const struct curve *), by_height);
    for (size_t i = 0; i < count; i++)
        heights[i] = last_spot(curves[i])->y;
    place_apart(heights, count, line, b->bottom, b->top + line);
    for (size_t i = 0; i < count; i++) {
        const struct spot *end = last_spot(curves[i]);
        unsigned model = curves[i]->model;
        const char *colour = model_colour(drawing_model(d, model));
        overlay_line(d, end->x + 10, end->y, b->right + BESIDE - 6, heights[i], colour, (int)model);
        overlay_text(d, b->right + BESIDE, heights[i], ALIGN_LEFT, FONT_LABEL, colour, (int)model,
                     label_of(d, model, name));
    }
    free(heights);
}

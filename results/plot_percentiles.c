// plot_percentiles.c: the whole distribution of response times at one point, on an axis that gives
// each further nine the same room. From RUN/SCENARIO.POINT.MODEL.hgrm.
#include <math.h>
#include <stdlib.h>

#include "base/fail.h"
#include "results/drawing.h"
#include "results/hgrm.h"
#include "results/readings.h"

static const double FIRST = 2;   // the axis begins at the median
static const double SOLID = 100; // samples above a point of the curve; with fewer it is luck
static const double FEWEST = 1;  // ... the curve ends

struct distribution {
    unsigned model;      // its place among those that are drawn
    double *rarity, *ns; // 1 / (1 - percentile), response time
    size_t count;
    double total; // samples
};

static void add(const struct hgrm_row *row, void *to)
{
    struct distribution *f = to;

    if (row->fraction > 0)
        f->total = row->count / row->fraction;
    if (!isfinite(row->rarity) || row->rarity < FIRST || row->ns <= 0)
        return;
    f->rarity = reallocarray(f->rarity, f->count + 1, sizeof *f->rarity);
    f->ns = reallocarray(f->ns, f->count + 1, sizeof *f->ns);
    if (f->rarity == NULL || f->ns == NULL)
        die_errno("cannot allocate memory for a distribution");
    f->rarity[f->count] = row->rarity;
    f->ns[f->count++] = row->ns;
}

static bool read_distribution(const struct drawing *d, unsigned point, unsigned model,
                              struct distribution *f)
{
    *f = (struct distribution){.model = model};
    hgrm_read(d->record, d->number, point, d->models[model], add, f);
    while (f->count > 0 && f->total / f->rarity[f->count - 1] < FEWEST)
        f->count--;
    if (f->count == 1)
        f->count = 0; // no curve
    return f->count > 0;
}

static void distribution_free(struct distribution *f)
{
    free(f->rarity);
    free(f->ns);
}

// ---- Drawing ------------------------------------------------------------------------------------

// The ticks.
enum { COUNT = 7 };
static const char *const nines[COUNT] = {"50 %%",    "90 %%",     "99 %%",     "99.9 %%",
                                         "99.99 %%", "99.999 %%", "99.9999 %%"};
static const double rarities[COUNT] = {2, 10, 100, 1e3, 1e4, 1e5, 1e6};

// The rows lie close enough: the first one at a tick or past it carries the curve's mark.
static bool is_marked(const struct distribution *f, size_t i)
{
    for (size_t t = 0; t < COUNT; t++)
        if (f->rarity[i] >= 0.999 * rarities[t] &&
            (i == 0 || f->rarity[i - 1] < 0.999 * rarities[t]))
            return true;
    return false;
}

static void write_distributions(const struct drawing *d, const struct distribution *list)
{
    fputs("model\trarity\tpercentile\tns\tsamples_above\tmark\n", d->data);
    for (size_t m = 0; m < d->model_count; m++) {
        // gnuplot tells blocks by two empty lines, and each model has its own.
        if (m > 0)
            fputs("\n\n", d->data);
        for (size_t i = 0; i < list[m].count; i++) {
            write_field(d->data, drawing_model(d, d->models[m])->name);
            fprintf(d->data, "\t%.9g\t%.9g\t%.9g\t%.6g\t%d\n", list[m].rarity[i],
                    100 - 100 / list[m].rarity[i], list[m].ns[i], list[m].total / list[m].rarity[i],
                    is_marked(&list[m], i));
        }
        if (list[m].count == 0) {
            write_field(d->data, drawing_model(d, d->models[m])->name);
            fputs("\tNaN\tNaN\tNaN\tNaN\t0\n", d->data);
        }
    }
}

static void write_across(const struct drawing *d, const struct scale *across)
{
    fprintf(d->script, "X_LOW = %g; X_HIGH = %.9g; X_LOG = 1; X_TICS = \"(", FIRST, across->high);
    for (size_t i = 0; i < COUNT && rarities[i] <= across->high; i++)
        fprintf(d->script, "%s'%s' %g", i > 0 ? ", " : "", nines[i], rarities[i]);
    fputs(")\"\n", d->script);
}

static void label_curves(const struct drawing *d, const struct distribution *list,
                         const struct box *b, const struct scale *across, const struct scale *up)
{
    struct curve *curves = calloc(d->model_count + 1, sizeof *curves);

    if (curves == NULL)
        die_errno("cannot allocate memory for labels");
    for (size_t m = 0; m < d->model_count; m++) {
        curves[m] = (struct curve){.model = d->models[m], .count = list[m].count};
        curves[m].spots = calloc(list[m].count + 1, sizeof *curves[m].spots);
        if (curves[m].spots == NULL)
            die_errno("cannot allocate memory for labels");
        for (size_t i = 0; i < list[m].count; i++) {
            curves[m].spots[i].low = curves[m].spots[i].high = NAN;
            curves[m].spots[i].x = b->left +
                                   (b->right - b->left) * scale_at(across, list[m].rarity[i]);
            curves[m].spots[i].y = b->bottom + (b->top - b->bottom) * scale_at(up, list[m].ns[i]);
        }
    }
    place_labels(d, b, curves, d->model_count);
    for (size_t m = 0; m < d->model_count; m++)
        free(curves[m].spots);
    free(curves);
}

static void write_titles(const struct drawing *d, const struct box *b, unsigned point)
{
    char text[SENTENCE], x[WORDS];

    snprintf(text, sizeof text, "response time at %s %s (log scale)", point_words(d, point, x),
             d->scenario->axis == AXIS_WORDS ? "" : d->scenario->x_title);
    if (d->scenario->of_capacity)
        snprintf(text, sizeof text, "response time at %s requests per second offered (log scale)",
                 x);
    overlay_text(d, CANVAS_EDGE, b->top + 38, ALIGN_LEFT, FONT_NOTE, INK, NOBODY, text);
    overlay_text(d, (b->left + b->right) / 2, b->bottom - 76, ALIGN_CENTRE, FONT_SUB, INK, NOBODY,
                 "percentile: each step to the right is ten times rarer  ·  dashed: fewer than "
                 "100 samples");
}

static void draw_distributions(const struct drawing *d, struct distribution *list, unsigned point)
{
    struct box b = {165, CANVAS_WIDTH - place_margin(d), 166, 712};
    struct scale across = {.log = true, .low = FIRST, .high = 10}, up;
    double least = INFINITY, most = 0;

    for (size_t m = 0; m < d->model_count; m++)
        for (size_t i = 0; i < list[m].count; i++) {
            across.high = fmax(across.high, list[m].rarity[i]);
            least = fmin(least, list[m].ns[i]);
            most = fmax(most, list[m].ns[i]);
        }
    scale_decades(&up, least, most, false);
    write_box(d->script, &b);
    write_across(d, &across);
    write_scale(d->script, "Y", &up, MEASURE_TIME, 0);
    fprintf(d->script, "SOLID = %g\n", SOLID);
    write_distributions(d, list);
    write_titles(d, &b, point);
    label_curves(d, list, &b, &across, &up);
}

// Reads those that belong in the figure and notes who does not. False: there is none.
static bool read_all(const struct drawing *d, unsigned point, struct distribution *list)
{
    bool any = false;

    for (unsigned m = 0; m < d->model_count; m++) {
        const char *name = drawing_model(d, d->models[m])->name;
        if (!cell_keeps_up(drawing_cell(d, point, d->models[m])))
            fprintf(d->notes, "%s is left out: it did not keep up\n", name);
        else if (read_distribution(d, point, m, &list[m]))
            any = true;
        else
            fprintf(d->notes, "%s is left out: too few answers\n", name);
    }
    return any;
}

bool draw_percentiles(struct drawing *d)
{
    int point = cells_last_kept(d->cells, d->number);
    struct distribution *list = calloc(d->model_count + 1, sizeof *list);

    if (list == NULL)
        die_errno("cannot allocate memory for distributions");
    bool any = point >= 0 && read_all(d, (unsigned)point, list);
    if (any) {
        unsigned chosen = (unsigned)point;
        draw_distributions(d, list, chosen);
        drawing_note_limits(d, &chosen, 1);
    }
    for (unsigned m = 0; m < d->model_count; m++)
        distribution_free(&list[m]);
    free(list);
    return any;
}

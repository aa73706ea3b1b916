// plot_clients.c: how many answers each client got: a dot for every client of every repeat, a row
// for each model, a panel for each point; Jain's index beside. From
// RUN/SCENARIO.POINT.MODEL.ROUND.clients.tsv.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/random.h"
#include "base/units.h"
#include "results/drawing.h"
#include "results/readings.h"

enum { PANELS_MOST = 3 };

struct dot {
    unsigned point, model, round, client; // model: its place among those that are drawn
    double answered, mean_ns, max_ns, rate;
};

struct dots {
    const struct drawing *d;
    struct dot *list;
    size_t count;
    unsigned points[PANELS_MOST];
    size_t panels;
};

// "0  1663  73145  658301"; a client without an answer has "-" for its times.
static bool read_dot(char *line, struct dot *dot)
{
    double values[4] = {NAN, NAN, NAN, NAN};
    char *field, *end;

    for (int i = 0; i < 4 && (field = strsep(&line, "\t\n")) != NULL; i++) {
        double value = strtod(field, &end);
        if (end != field)
            values[i] = value;
    }
    dot->client = values[0] >= 0 ? (unsigned)values[0] : 0;
    dot->answered = values[1];
    dot->mean_ns = values[2];
    dot->max_ns = values[3];
    return values[0] >= 0 && values[1] >= 0;
}

static void read_clients(struct dots *dots, const struct repeat *q, unsigned model)
{
    const struct drawing *d = dots->d;
    double seconds = (double)d->record->duration_ns[d->number] / NS_PER_SECOND;
    char *file, *line = NULL;
    size_t room = 0;

    if (asprintf(&file, "%s/%s.%s.%s.%u.clients.tsv", d->record->folder, d->scenario->name,
                 d->scenario->points[q->point].name, drawing_model(d, q->model)->name,
                 q->round) < 0)
        die_errno("cannot allocate memory for a path");
    FILE *in = fopen(file, "re");
    free(file);
    while (in != NULL && getline(&line, &room, in) >= 0) {
        struct dot dot = {.point = q->point, .model = model, .round = q->round};
        if (!read_dot(line, &dot))
            continue; // the heading
        dot.rate = dot.answered / seconds;
        dots->list = reallocarray(dots->list, dots->count + 1, sizeof *dots->list);
        if (dots->list == NULL)
            die_errno("cannot allocate memory for clients");
        dots->list[dots->count++] = dot;
    }
    free(line);
    if (in != NULL)
        fclose(in);
}

static void collect(struct dots *dots)
{
    const struct drawing *d = dots->d;

    for (size_t i = 0; i < d->record->repeat_count; i++) {
        const struct repeat *q = &d->record->repeats[i];
        if (q->scenario != d->number || q->outcome == OUTCOME_FAILED)
            continue;
        for (unsigned m = 0; m < d->model_count; m++)
            if (d->models[m] == q->model)
                read_clients(dots, q, m);
    }
    for (unsigned p = 0; p < d->scenario->point_count && dots->panels < PANELS_MOST; p++)
        for (size_t i = 0; i < dots->count; i++)
            if (dots->list[i].point == p) {
                dots->points[dots->panels++] = p;
                break;
            }
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

// Linear, unless one client has so much that the others would be one heap.
static struct scale scale_rates(const struct dots *dots)
{
    double *rates = calloc(dots->count + 1, sizeof *rates), most = 0;
    struct scale s;
    size_t n = 0;
    bool zero = false;

    if (rates == NULL)
        die_errno("cannot allocate memory for clients");
    for (size_t i = 0; i < dots->count; i++) {
        most = fmax(most, dots->list[i].rate);
        if (dots->list[i].rate > 0)
            rates[n++] = dots->list[i].rate;
        else
            zero = true;
    }
    qsort(rates, n, sizeof *rates, by_value);
    if (n > 0 && most > 8 * rates[n / 2])
        scale_decades(&s, rates[0], most, zero);
    else
        scale_from_zero(&s, most);
    free(rates);
    return s;
}

// ---- Drawing ------------------------------------------------------------------------------------

static double row_y(const struct dots *dots, size_t model, const struct box *b)
{
    double pitch = (b->top - b->bottom) / (double)dots->d->model_count;

    return b->top - pitch * ((double)model + 0.5);
}

static void write_dots(const struct dots *dots, const struct box *b)
{
    double reach = 0.3 * (b->top - b->bottom) / (double)dots->d->model_count;
    uint64_t state = 1; // the same scatter each time
    FILE *out = dots->d->data;

    fputs("panel\trow\ty\tanswers_per_s\tpoint\tmodel\tround\tclient\tanswered\tmean_ns\tmax_ns\n",
          out);
    for (size_t i = 0; i < dots->count; i++) {
        const struct dot *dot = &dots->list[i];
        double scatter = (double)(random_next(&state) % 2001) / 1000 - 1;
        size_t panel = 0;
        while (panel < dots->panels && dots->points[panel] != dot->point)
            panel++;
        fprintf(out, "%zu\t%u\t%.1f\t%.6g\t", panel + 1, dot->model + 1,
                row_y(dots, dot->model, b) + reach * scatter, dot->rate);
        write_field(out, dots->d->scenario->points[dot->point].name);
        fputc('\t', out);
        write_field(out, drawing_model(dots->d, dots->d->models[dot->model])->name);
        fprintf(out, "\t%u\t%u\t%.0f\t", dot->round, dot->client, dot->answered);
        write_number(out, dot->mean_ns);
        fputc('\t', out);
        write_number(out, dot->max_ns);
        fputc('\n', out);
    }
}

// Whether one client disturbs the others: it is not among the dots.
static bool is_disturbed(const struct dots *dots)
{
    for (size_t i = 0; i < dots->panels; i++)
        if (*dots->d->scenario->points[dots->points[i]].beside != '\0')
            return true;
    return false;
}

static void place_panel(const struct dots *dots, size_t panel, const struct box *b)
{
    const struct drawing *d = dots->d;
    char text[SENTENCE], value[32];

    snprintf(text, sizeof text, "%s", d->scenario->points[dots->points[panel]].name);
    overlay_text(d, b->left, b->top + 24, ALIGN_LEFT, FONT_LABEL, INK, NOBODY, text);
    overlay_text(d, b->right + 14, b->top + 24, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, "Jain");
    for (size_t m = 0; m < d->model_count; m++) {
        const struct cell *c = drawing_cell(d, dots->points[panel], d->models[m]);
        const struct summary *jain = &c->of[METRIC_jain];
        bool fine = c->n > 0 && isfinite(jain->mean.value);
        overlay_text(d, b->right + 14, row_y(dots, m, b), ALIGN_LEFT, FONT_SUB, fine ? INK : MUTED,
                     (int)d->models[m],
                     fine            ? reading_value(METRIC_jain, jain->mean.value, value)
                     : c->tried == 0 ? "–"
                     : c->n == 0     ? "failed"
                                     : "–");
    }
    overlay_text(d, (b->left + b->right) / 2, b->bottom - 76, ALIGN_CENTRE, FONT_SUB, INK, NOBODY,
                 is_disturbed(dots) ? "answers per second of each polite client"
                                    : "answers per second of each client");
}

static void draw_dots(const struct dots *dots)
{
    const struct drawing *d = dots->d;
    double names = place_margin(d) - 14, jain = 84, gap = 22;
    double width = (CANVAS_WIDTH - CANVAS_EDGE - names) / (double)dots->panels - jain - gap;
    struct scale across = scale_rates(dots);
    struct box b = {0, 0, 166, 690};
    char name[WORDS], text[SENTENCE], remark[WORDS];

    fprintf(d->script, "PANELS = %zu\narray PANEL_LEFT[%zu]\n", dots->panels, dots->panels);
    fprintf(d->script, "PANEL_WIDTH = %.1f; BOTTOM = 166; TOP = 690\n", width);
    write_scale(d->script, "X", &across, MEASURE_COUNT, width);
    for (size_t i = 0; i < dots->panels; i++) {
        b.left = names + (double)i * (width + jain + gap);
        b.right = b.left + width;
        fprintf(d->script, "PANEL_LEFT[%zu] = %.1f\n", i + 1, b.left);
        place_panel(dots, i, &b);
    }
    for (size_t m = 0; m < d->model_count; m++)
        overlay_text(d, names - 18, row_y(dots, m, &b), ALIGN_RIGHT, FONT_LABEL,
                     model_colour(drawing_model(d, d->models[m])), (int)d->models[m],
                     label_of(d, d->models[m], name));
    snprintf(text, sizeof text, "a dot is a client of one repeat%s",
             scale_remark(&across, MEASURE_COUNT, remark));
    overlay_text(d, CANVAS_EDGE, 752, ALIGN_LEFT, FONT_NOTE, INK, NOBODY, text);
    write_dots(dots, &b);
    if (is_disturbed(dots))
        fputs("the client that disturbs them is not drawn\n", d->notes);
    drawing_note_failures(d);
}

bool draw_clients(struct drawing *d)
{
    struct dots dots = {.d = d};

    collect(&dots);
    if (dots.count > 0)
        draw_dots(&dots);
    free(dots.list);
    return dots.count > 0;
}

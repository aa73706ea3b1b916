// plot_heat.c: every response time of a run over its course, as a map: a panel for each point, the
// same scales in all. From RUN/SCENARIO.POINT.MODEL.ROUND.timeline.tsv.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/drawing.h"
#include "results/readings.h"

enum { PANELS_MOST = 4, BINS = 240 };
static const double PER_DECADE = 12;   // bins of response time
static const double BIN_LOWEST = 1000; // ns

struct map {
    unsigned point, model, round;
    size_t columns;        // intervals
    double *start;         // s, of each
    double (*count)[BINS]; // requests by interval and bin
    double slow;           // requests that took a tenth of the stall or longer
};

static double bin_start(double bin)
{
    return BIN_LOWEST * pow(10, bin / PER_DECADE);
}

static size_t bin_of(double ns)
{
    double bin = ns > BIN_LOWEST ? log10(ns / BIN_LOWEST) * PER_DECADE + 1e-9 : 0;

    return bin < BINS - 1 ? (size_t)bin : BINS - 1;
}

// "1000:3 1200:1 ..."
static void add_histogram(struct map *m, const char *text, double slow_ns)
{
    char *end;

    for (; *text != '\0' && *text != '\n'; text = end) {
        double ns = strtod(text, &end);
        if (end == text || *end != ':')
            return;
        double count = strtod(end + 1, &end);
        m->count[m->columns][bin_of(ns)] += count;
        m->slow += slow_ns > 0 && ns >= slow_ns ? count : 0;
    }
}

static bool read_map(const struct drawing *d, struct map *m)
{
    const struct point *point = &d->scenario->points[m->point];
    char *file, *line = NULL;
    size_t room = 0, space = 0;

    if (asprintf(&file, "%s/%s.%s.%s.%u.timeline.tsv", d->record->folder, d->scenario->name,
                 point->name, drawing_model(d, m->model)->name, m->round) < 0)
        die_errno("cannot allocate memory for a path");
    FILE *in = fopen(file, "re");
    free(file);
    while (in != NULL && getline(&line, &room, in) >= 0) {
        char *end, *histogram = strrchr(line, '\t');
        double start = strtod(line, &end);
        if (end == line || histogram == NULL)
            continue; // the heading
        if (m->columns == space) {
            space = space * 2 + 64;
            m->start = reallocarray(m->start, space, sizeof *m->start);
            m->count = reallocarray(m->count, space, sizeof *m->count);
            if (m->start == NULL || m->count == NULL)
                die_errno("cannot allocate memory for a map");
        }
        m->start[m->columns] = start;
        memset(m->count[m->columns], 0, sizeof *m->count);
        add_histogram(m, histogram + 1, (double)point->stall_ns / 10);
        m->columns++;
    }
    free(line);
    if (in != NULL)
        fclose(in);
    return m->columns > 1;
}

static void map_free(struct map *m)
{
    free(m->start);
    free(m->count);
}

// The first repeat that was measured and has left its intervals.
static bool find_map(const struct drawing *d, unsigned point, unsigned model, struct map *m)
{
    const struct record *r = d->record;

    for (size_t i = 0; i < r->repeat_count; i++) {
        const struct repeat *q = &r->repeats[i];
        if (q->scenario != d->number || q->point != point || q->model != model ||
            q->outcome == OUTCOME_FAILED)
            continue;
        *m = (struct map){.point = point, .model = model, .round = q->round};
        if (read_map(d, m))
            return true;
        map_free(m);
    }
    return false;
}

// ---- Scales, the same for all -------------------------------------------------------------------

struct extent {
    double seconds;   // the longest course
    double low, high; // the bins that hold anything
    double most;      // requests in a cell
};

static double width_of(const struct map *m, size_t column)
{
    return column + 1 < m->columns ? m->start[column + 1] - m->start[column]
                                   : m->start[column] - m->start[column - 1];
}

static struct extent extent_of(const struct map *maps, size_t count)
{
    struct extent e = {0, BINS, 0, 1};

    for (const struct map *m = maps; m < maps + count; m++)
        for (size_t c = 0; c < m->columns; c++)
            for (int b = 0; b < BINS; b++) {
                if (m->count[c][b] <= 0)
                    continue;
                e.seconds = fmax(e.seconds, m->start[c] + width_of(m, c));
                e.low = fmin(e.low, b);
                e.high = fmax(e.high, b + 1);
                e.most = fmax(e.most, m->count[c][b]);
            }
    return e;
}

static void write_map(const struct drawing *d, const struct map *m, bool first)
{
    if (!first)
        fputs("\n\n", d->data);
    for (size_t c = 0; c < m->columns; c++)
        for (int b = 0; b < BINS; b++)
            if (m->count[c][b] > 0) {
                write_field(d->data, d->scenario->points[m->point].name);
                fputc('\t', d->data);
                write_field(d->data, drawing_model(d, m->model)->name);
                fprintf(d->data, "\t%.6f\t%.6f\t%.0f\t%.0f\t%.0f\n", m->start[c],
                        m->start[c] + width_of(m, c), bin_start(b), bin_start(b + 1),
                        m->count[c][b]);
            }
}

// ---- A panel ------------------------------------------------------------------------------------

static void place_title(const struct drawing *d, const struct map *m, const struct box *b,
                        bool with_model)
{
    const struct summary *p99 = &drawing_cell(d, m->point, m->model)->of[METRIC_p99];
    char point[WORDS], value[32], text[SENTENCE];

    snprintf(text, sizeof text, "%s%s%s: p99 %s %s", point_words(d, m->point, point),
             with_model ? ", " : "", with_model ? drawing_model(d, m->model)->name : "",
             isfinite(p99->mean.value) ? "=" : "not given",
             isfinite(p99->mean.value) ? reading_value(METRIC_p99, p99->mean.value, value) : "");
    text_fit(text, sizeof text, FONT_LABEL, b->right - b->left);
    overlay_text(d, b->left, b->top + 24, ALIGN_LEFT, FONT_LABEL, INK, (int)m->model, text);
}

static const double WORDS_HIGH = 27; // from one line of words to the next

// How many requests were slow, in as many words as there is room for.
static void tell_slow(const struct map *m, double slow_ns, double room, char text[SENTENCE])
{
    char number[WORDS], slow[WORDS];

    scale_words(MEASURE_COUNT, m->slow, number);
    scale_words(MEASURE_TIME, slow_ns, slow);
    snprintf(text, SENTENCE, "%s requests took %s or more", number, slow);
    if (text_width(text, FONT_NOTE) > room)
        snprintf(text, SENTENCE, "%s took %s or more", number, slow);
    text_fit(text, SENTENCE, FONT_NOTE, room);
}

// A bracket over the time at which the server stood still, and who has noticed.
static void place_stall(const struct drawing *d, const struct map *m, const struct box *b,
                        double seconds)
{
    const struct point *p = &d->scenario->points[m->point];
    double begin = (double)(d->scenario->warmup_ns + p->stall_at_ns) / NS_PER_SECOND;
    double scale = (b->right - b->left) / seconds, room = b->right - b->left - 20;
    double left = b->left + begin * scale, y = b->top - 12;
    double right = fmin(left + (double)p->stall_ns / NS_PER_SECOND * scale, b->right);
    char time[WORDS], stopped[SENTENCE], slow[SENTENCE];

    if (p->stall_ns == 0)
        return;
    overlay_line(d, left, y, right, y, MUTED, NOBODY);
    overlay_line(d, left, y, left, y - 10, MUTED, NOBODY);
    overlay_line(d, right, y, right, y - 10, MUTED, NOBODY);
    snprintf(stopped, sizeof stopped, "stopped for %s",
             scale_words(MEASURE_TIME, (double)p->stall_ns, time));
    tell_slow(m, (double)p->stall_ns / 10, room, slow);
    // Below the bracket's middle, as far as the panel's edges allow.
    double half = fmax(text_width(stopped, FONT_NOTE), text_width(slow, FONT_NOTE)) / 2;
    double x = fmax(b->left + 10 + half, fmin(b->right - 10 - half, (left + right) / 2));
    overlay_text(d, x, y - WORDS_HIGH, ALIGN_CENTRE, FONT_NOTE, INK, NOBODY, stopped);
    overlay_text(d, x, y - 2 * WORDS_HIGH, ALIGN_CENTRE, FONT_NOTE, MUTED, (int)m->model, slow);
}

static void place_panels(const struct drawing *d, const struct map *maps, size_t count)
{
    struct extent e = extent_of(maps, count);
    double headroom = (e.high - e.low + 1) * 0.2; // for the bracket and its words
    struct scale up = {
        .log = true, .low = bin_start(e.low - 1), .high = bin_start(e.high + headroom)};
    double left = 150, right = 1470, gap = 40;
    double width = (right - left - gap * (double)(count - 1)) / (double)count;
    FILE *out = d->script;

    fprintf(out, "PANELS = %zu\narray PANEL_LEFT[%zu]\narray PANEL_ID[%zu]\n", count, count, count);
    fprintf(out, "PANEL_WIDTH = %.1f; BOTTOM = 166; TOP = 690\n", width);
    fprintf(out, "SECONDS = %.6g; MOST = %.6g\n", e.seconds, fmax(e.most, 10));
    write_scale(out, "Y", &up, MEASURE_TIME, 0);
    for (size_t i = 0; i < count; i++) {
        struct box b = {left + (double)i * (width + gap), 0, 166, 690};
        b.right = b.left + width;
        fprintf(out, "PANEL_LEFT[%zu] = %.1f; PANEL_ID[%zu] = 'model:%u'\n", i + 1, b.left, i + 1,
                maps[i].model);
        place_title(d, &maps[i], &b, d->model_count > 1);
        place_stall(d, &maps[i], &b, e.seconds);
        overlay_text(d, (b.left + b.right) / 2, b.bottom - 76, ALIGN_CENTRE, FONT_SUB, INK, NOBODY,
                     "time since start, s");
        write_map(d, &maps[i], i == 0);
    }
    overlay_text(d, CANVAS_EDGE, 752, ALIGN_LEFT, FONT_NOTE, INK, NOBODY,
                 "response time (log scale), by the moment at which a request was due");
    overlay_text(d, CANVAS_WIDTH - CANVAS_EDGE, 752, ALIGN_RIGHT, FONT_NOTE, INK, NOBODY,
                 "requests per cell");
}

bool draw_heat(struct drawing *d)
{
    struct map maps[PANELS_MOST];
    size_t count = 0, found = 0;

    for (size_t m = 0; m < d->model_count; m++)
        for (unsigned p = 0; p < d->scenario->point_count; p++) {
            struct map map;
            if (!find_map(d, p, d->models[m], &map))
                continue;
            found++;
            if (count < PANELS_MOST)
                maps[count++] = map;
            else
                map_free(&map);
        }
    if (count > 0) {
        fputs("point\tmodel\tstart_s\tend_s\tlow_ns\thigh_ns\trequests\n", d->data);
        place_panels(d, maps, count);
        fprintf(d->notes, "the map is of repeat %u; p99 is the mean of all repeats\n",
                maps[0].round);
        if (found > count)
            fprintf(d->notes, "%zu of %zu maps\n", count, found);
        drawing_note_failures(d);
    }
    for (size_t i = 0; i < count; i++)
        map_free(&maps[i]);
    return count > 0;
}

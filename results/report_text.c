// report_text.c: see report.h. The short version, for the terminal at the end of a run: plain text
// of 80 columns that a file or a mail can hold as well.
#include "results/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/finding.h"
#include "results/readings.h"

enum {
    WIDTH = 80,
    POINTS = 4,  // columns of a table
    IN_FULL = 4, // scenarios; of more only a finding each, so that it stays about a page
};

// Breaks a text between words, each line behind `indent` spaces, but the first behind `lead`.
static void wrap(FILE *out, const char *lead, size_t indent, const char *text)
{
    size_t column = indent;

    fputs(lead, out);
    for (size_t i = characters(lead); i < indent; i++)
        fputc(' ', out);
    while (*text != '\0') {
        char word[512];
        size_t length = strcspn(text, " \n");
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        if (column > indent && column + 1 + characters(word) > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        fprintf(out, "%s%s", column > indent ? " " : "", word);
        column += characters(word) + (column > indent);
        text += length;
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

static void write_warning(const char *text, void *to)
{
    wrap(to, "warning:", 9, text);
}

static void write_run(const struct record *r, FILE *out)
{
    char text[512], commit[128] = "";

    if (r->machine.commit[0] != '\0')
        snprintf(commit, sizeof commit, ", commit %s", r->machine.commit);
    snprintf(text, sizeof text, "%zu repeats of %zu models on %s, %u core%s, %s%s", r->repeat_count,
             r->models.count, r->machine.cpu[0] != '\0' ? r->machine.cpu : "an unknown processor",
             r->machine.cores, r->machine.cores == 1 ? "" : "s", r->machine.kernel, commit);
    wrap(out, "run", 9, r->name);
    wrap(out, "", 9, text);
}

// ---- Tables --------------------------------------------------------------------------------

// Text on the right of so many columns: printf counts bytes, people characters.
static void write_right(FILE *out, size_t width, const char *text)
{
    size_t length = characters(text);

    fprintf(out, "%*s%s", (int)(length < width ? width - length : 1), "", text);
}

static bool is_tried(const struct view *v, int point)
{
    for (unsigned m = 0; m < v->models; m++)
        if (cell_of(v, point, m)->tried > 0)
            return true;
    return false;
}

// The first and the last point that were tried, and some between. Returns how many; *all: of how
// many.
static size_t choose_points(const struct view *v, int chosen[POINTS], size_t *all)
{
    int *tried = room_for(v->points, sizeof *tried);
    size_t n = 0;

    for (int p = 0; p < (int)v->points; p++)
        if (is_tried(v, p))
            tried[n++] = p;
    if (n <= POINTS)
        memcpy(chosen, tried, n * sizeof *chosen);
    for (size_t i = 0; n > POINTS && i < POINTS; i++)
        chosen[i] = tried[i * (n - 1) / (POINTS - 1)];
    free(tried);
    *all = n;
    return n < POINTS ? n : POINTS;
}

static const char *cell_text(const struct view *v, int point, unsigned model, enum metric metric,
                             char text[PHRASE])
{
    const struct cell *cell = cell_of(v, point, model);

    if (cell->ended)
        return "ended";
    if (cell->tried > 0 && cell->n == 0)
        return "failed";
    if (cell->of[metric].n == 0)
        return "–";
    return estimate_text(metric, &cell->of[metric].mean, text);
}

static const char *median_text(const struct view *v, int point, unsigned model, enum metric metric,
                               char text[PHRASE])
{
    const struct summary *s = &cell_of(v, point, model)->of[metric];

    return s->n > 1 && !cell_of(v, point, model)->ended
               ? reading_value(metric, s->median.value, text)
               : "";
}

static enum metric table_metric(const struct scenario *s)
{
    for (size_t i = 0; i < s->figure_count; i++)
        if (s->figures[i].metrics > 0)
            return (enum metric)s->figures[i].metric[0];
    return METRIC_p99;
}

typedef const char *cell_words(const struct view *, int point, unsigned model, enum metric,
                               char text[PHRASE]);

// A row without a word in it is left out.
static void write_row(const struct view *v, const char *name, const int *points, size_t n,
                      unsigned model, enum metric metric, cell_words *words, FILE *out)
{
    char text[PHRASE];
    bool any = false;

    for (size_t i = 0; i < n; i++)
        any = any || (cell_of(v, points[i], model)->tried > 0 &&
                      *words(v, points[i], model, metric, text) != '\0');
    if (!any)
        return;
    fprintf(out, "  %-10s", name);
    for (size_t i = 0; i < n; i++)
        write_right(out, 17, words(v, points[i], model, metric, text));
    fputc('\n', out);
}

static void write_heading(const struct view *v, const int *points, size_t n, enum metric metric,
                          FILE *out)
{
    char text[2 * PHRASE], subject[PHRASE], heading[NUMBER];

    snprintf(text, sizeof text,
             "%s%s, ± half of the 95 %% interval; below it the median; columns: %.80s",
             subject_text(v, NONE, metric, subject), metric == METRIC_rps ? " in requests/s" : "",
             v->scenario->axis == AXIS_WORDS ? "conditions" : v->scenario->x_title);
    wrap(out, "", 2, text);
    fprintf(out, "  %-10s", "");
    for (size_t i = 0; i < n; i++)
        write_right(out, 17, point_heading(v->scenario, (unsigned)points[i], heading));
    fputc('\n', out);
}

static void write_table(const struct view *v, FILE *out)
{
    enum metric metric = table_metric(v->scenario);
    int points[POINTS];
    size_t all, n = choose_points(v, points, &all);

    if (n == 0)
        return;
    write_heading(v, points, n, metric, out);
    for (unsigned m = 0; m < v->models; m++) {
        write_row(v, model_name(v, m), points, n, m, metric, cell_text, out);
        write_row(v, "  median", points, n, m, metric, median_text, out);
    }
    if (n < all)
        fprintf(out, "  %zu of %zu points; the others are in report.html\n", n, all);
}

// ---- The whole -----------------------------------------------------------------------------

static void write_in_full(const struct cells *cells, unsigned scenario, FILE *out)
{
    struct view v = view_of(cells, scenario);
    char *text = reading_text(cells, scenario);

    fputc('\n', out);
    wrap(out, v.scenario->name, strlen(v.scenario->name) + 2, v.scenario->question);
    wrap(out, "", 2, text);
    write_table(&v, out);
    free(text);
}

// The finding, and the first sentence of the reading.
static void write_in_short(const struct cells *cells, unsigned scenario, FILE *out)
{
    const struct scenario *s = &cells->record->scenarios[scenario];
    char *text = reading_text(cells, scenario);
    char *end = strstr(text, ". ");
    char *title = s->figure_count > 0 ? reading_title(cells, scenario, &s->figures[0]) : NULL;

    if (end != NULL)
        end[1] = '\0';
    fputc('\n', out);
    wrap(out, s->name, strlen(s->name) + 2, title != NULL ? title : s->question);
    wrap(out, "", 2, text);
    free(title);
    free(text);
}

void report_write_text(const struct cells *cells, FILE *out)
{
    const struct record *r = cells->record;
    bool full = r->scenario_count <= IN_FULL;

    write_run(r, out);
    reading_warnings(cells, write_warning, out);
    for (unsigned s = 0; s < r->scenario_count; s++)
        (full ? write_in_full : write_in_short)(cells, s, out);
    if (!full)
        fputs("\nThe tables and the rest of each reading are in report.html.\n", out);
}

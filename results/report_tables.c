// report_tables.c: see report_parts.h. Both tables have a block of rows for each point, and in it a
// row for each model that was tried there.
#include "results/report_parts.h"

#include <math.h>
#include <string.h>

#include "results/finding.h"
#include "results/html.h"
#include "results/readings.h"

static bool is_tried(const struct view *v, int point)
{
    for (unsigned m = 0; m < v->models; m++)
        if (cell_of(v, point, m)->tried > 0)
            return true;
    return false;
}

static size_t count_cells(const struct view *v)
{
    size_t n = 0;

    for (int p = 0; p < (int)v->points; p++)
        for (unsigned m = 0; m < v->models; m++)
            n += cell_of(v, p, m)->tried > 0;
    return n;
}

static void begin_table(const char *title, FILE *out)
{
    html(out,
         "<div class=\"scroll\" role=\"group\" aria-label=\"%s\">\n<table>\n"
         "<caption>%s</caption>\n",
         title, title);
}

// The heading of a block: what its rows have in common.
static void begin_block(const struct view *v, int point, unsigned columns, FILE *out)
{
    char text[PHRASE];

    html(out, "<tbody>\n<tr class=\"point\"><th colspan=\"%u\" scope=\"rowgroup\">%s</th></tr>\n",
         columns, point_text(v, point, text));
}

static void begin_row(const struct view *v, unsigned model, FILE *out)
{
    const struct model *m = &v->record->models.list[model];

    html(out,
         "<tr data-model=\"%s\"><th scope=\"row\"><span class=\"swatch%s\" "
         "style=\"--colour:%s\"></span>%s</th>",
         m->name, m->variant ? " variant" : "", m->colour, m->name);
}

// ---- The numbers --------------------------------------------------------------------------------

static void write_heading(const struct columns *c, FILE *out)
{
    html(out, "<thead>\n<tr><th rowspan=\"2\" scope=\"col\">model</th>"
              "<th rowspan=\"2\" scope=\"col\" class=\"number\">repeats</th>");
    for (unsigned i = 0; i < c->count; i++)
        html(out, "<th colspan=\"2\" scope=\"colgroup\" class=\"number\" title=\"%s\">%s%s</th>",
             metric_what(c->metric[i]), metric_phrase(c->metric[i]),
             c->metric[i] == METRIC_rps ? " (requests/s)" : "");
    html(out, "<th rowspan=\"2\" scope=\"col\">remarks</th></tr>\n<tr>");
    for (unsigned i = 0; i < c->count; i++)
        html(out, "<th scope=\"col\" class=\"number\">mean<span class=\"median\">median</span></th>"
                  "<th scope=\"col\" class=\"number\">95 %% interval<span class=\"median\">and its "
                  "own</span></th>");
    html(out, "</tr>\n</thead>\n");
}

static void write_interval(enum metric metric, const struct estimate *e, FILE *out)
{
    char low[32], high[32];

    html(out, "%s to %s", reading_value(metric, e->low, low), reading_value(metric, e->high, high));
}

// The median stands below the mean, in small: two lines, that four columns less stand side by side.
static void write_summary(enum metric metric, const struct summary *s, FILE *out)
{
    char value[32];

    html(out, "<td class=\"number\">%s",
         s->n > 0 ? reading_value(metric, s->mean.value, value) : "–");
    if (!isfinite(s->mean.low)) { // measured once, or never
        html(out, "</td><td class=\"number\">–</td>");
        return;
    }
    html(out, "<span class=\"median\">%s</span></td><td class=\"number interval\">",
         reading_value(metric, s->median.value, value));
    write_interval(metric, &s->mean, out);
    html(out, "<span class=\"median\">");
    write_interval(metric, &s->median, out);
    html(out, "</span></td>");
}

static void write_remarks(const struct cell *cell, const struct columns *c, FILE *out)
{
    html(out, "<td class=\"remarks\">");
    if (cell->ended)
        html(out, "<strong>ended</strong>: %s. ", reading_reason(cell->why));
    else if (cell->n < cell->tried)
        html(out, "<strong>failed</strong>%s: %s. ", cell->n > 0 ? " at times" : "",
             reading_reason(cell->why));
    if (cell->limited > 0 && cell->limited == cell->n)
        html(out, "load generator at its limit. ");
    else if (cell->limited > 0)
        html(out, "load generator at its limit in %u of %u repeats. ", cell->limited, cell->n);
    else if (*cell->warning != '\0')
        html(out, "%s. ", cell->warning);
    for (unsigned i = 0; i < c->count; i++) {
        unsigned outliers = cell->of[c->metric[i]].outliers;
        if (outliers > 0)
            html(out, "%u outlier%s in %s. ", outliers, outliers == 1 ? "" : "s",
                 metric_phrase(c->metric[i]));
    }
    html(out, "</td></tr>\n");
}

static void write_cell(const struct view *v, int point, unsigned model, const struct columns *c,
                       FILE *out)
{
    const struct cell *cell = cell_of(v, point, model);

    begin_row(v, model, out);
    html(out, "<td class=\"number\">%u", cell->n);
    if (cell->n < cell->tried)
        html(out, " of %u", cell->tried);
    html(out, "</td>");
    for (unsigned i = 0; i < c->count; i++)
        write_summary(c->metric[i], &cell->of[c->metric[i]], out);
    write_remarks(cell, c, out);
}

void report_numbers(const struct cells *cells, unsigned scenario, FILE *out)
{
    struct view v = view_of(cells, scenario);
    struct columns c = report_columns(v.scenario);

    html(out,
         "<details class=\"numbers\">\n<summary>The numbers <span class=\"aside\">%zu combinations "
         "of model and point: mean and median with their intervals, remarks</span></summary>\n",
         count_cells(&v));
    begin_table(
        "Means over the repeats with their intervals of 95 % confidence; below them, smaller, "
        "the medians with theirs: of fewer than six repeats that is their range",
        out);
    write_heading(&c, out);
    for (int p = 0; p < (int)v.points; p++) {
        if (!is_tried(&v, p))
            continue;
        begin_block(&v, p, 3 + 2 * c.count, out);
        for (unsigned m = 0; m < v.models; m++)
            if (cell_of(&v, p, m)->tried > 0)
                write_cell(&v, p, m, &c, out);
        html(out, "</tbody>\n");
    }
    html(out, "</table>\n</div>\n</details>\n");
}

// ---- The command lines --------------------------------------------------------------------------

static const struct repeat *first_repeat(const struct view *v, int point, unsigned model)
{
    const struct record *r = v->record;

    for (const struct repeat *q = r->repeats; q < r->repeats + r->repeat_count; q++)
        if (q->scenario == v->number && q->point == (unsigned)point && q->model == model)
            return q;
    return NULL;
}

static void write_command(const char *what, const char *command, FILE *out)
{
    if (command != NULL && *command != '\0')
        html(out, "<span class=\"command\"><span class=\"aside\">%s</span> <code>%s</code></span>",
             what, command);
}

void report_commands(const struct cells *cells, unsigned scenario, FILE *out)
{
    struct view v = view_of(cells, scenario);

    html(out, "<details class=\"commands\">\n<summary>The command lines <span class=\"aside\">of "
              "the first repeat of each cell; run.json has all</span></summary>\n");
    begin_table("Command lines, as they were run", out);
    html(out, "<thead>\n<tr><th scope=\"col\">model</th><th scope=\"col\">commands</th></tr>\n"
              "</thead>\n");
    for (int p = 0; p < (int)v.points; p++) {
        if (!is_tried(&v, p))
            continue;
        begin_block(&v, p, 2, out);
        for (unsigned m = 0; m < v.models; m++) {
            const struct repeat *q = first_repeat(&v, p, m);
            if (q == NULL)
                continue;
            begin_row(&v, m, out);
            html(out, "<td>");
            write_command("server", q->server, out);
            write_command("load", q->load, out);
            write_command("beside", q->beside, out);
            html(out, "</td></tr>\n");
        }
        html(out, "</tbody>\n");
    }
    html(out, "</table>\n</div>\n</details>\n");
}

// report_cells.c: what the repeats of each cell add up to, as a table with tabs (docs/results.md):
// a row for each metric that the report shows of it.
#include "results/report_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "results/report.h"
#include "results/whole_file.h"

// ---- Which metrics ------------------------------------------------------------------------------

static void add_column(struct columns *c, enum metric metric)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->metric[i] == metric)
            return;
    c->metric[c->count++] = metric;
}

// What the figures show. Of a kind that draws distributions: what sums these up.
struct columns report_columns(const struct scenario *s)
{
    struct columns c = {.count = 0};

    for (size_t f = 0; f < s->figure_count; f++) {
        const struct figure *figure = &s->figures[f];
        for (unsigned i = 0; i < figure->metrics; i++)
            add_column(&c, (enum metric)figure->metric[i]);
        if (figure->metrics > 0)
            continue;
        if (strcmp(figure->kind, "clients") == 0) {
            add_column(&c, METRIC_jain);
            add_column(&c, METRIC_clients_served);
        } else {
            add_column(&c, METRIC_p50);
            add_column(&c, METRIC_p99);
            add_column(&c, METRIC_p99_9);
            add_column(&c, METRIC_max);
        }
    }
    if (c.count == 0) {
        add_column(&c, METRIC_rps);
        add_column(&c, METRIC_p99);
    }
    return c;
}

// ---- The table ----------------------------------------------------------------------------------

static void write_number(double value, char end, FILE *out)
{
    if (isfinite(value))
        fprintf(out, "%.*g%c", JSON_DIGITS, value, end);
    else
        fprintf(out, "NA%c", end);
}

static void write_estimate(const struct estimate *e, FILE *out)
{
    write_number(e->value, '\t', out);
    write_number(e->low, '\t', out);
    write_number(e->high, '\t', out);
}

static void write_cell(const struct cells *cells, unsigned scenario, unsigned point, unsigned model,
                       FILE *out)
{
    const struct record *r = cells->record;
    const struct scenario *s = &r->scenarios[scenario];
    const struct cell *cell = cell_at(cells, scenario, point, model);
    struct columns columns = report_columns(s);

    for (unsigned i = 0; i < columns.count && cell->tried > 0; i++) {
        const struct summary *of = &cell->of[columns.metric[i]];
        fprintf(out, "%s\t%s\t", s->name, s->points[point].name);
        write_number(record_x(r, scenario, point), '\t', out);
        fprintf(out, "%s\t%u\t%u\t%s\t%s\t%u\t", r->models.list[model].name, cell->tried, cell->n,
                metric_name(columns.metric[i]), metric_unit(columns.metric[i]), of->n);
        write_estimate(&of->mean, out);
        write_estimate(&of->median, out);
        write_number(of->median_confidence, '\t', out);
        write_number(of->spread, '\t', out);
        fprintf(out, "%u\n", of->outliers);
    }
}

static void write_all(const void *what, FILE *out)
{
    const struct cells *cells = what;
    const struct record *r = cells->record;

    fputs("scenario\tpoint\tx\tmodel\ttried\tmeasured\tmetric\tunit\tn\tmean\tmean_low\tmean_high\t"
          "median\tmedian_low\tmedian_high\tmedian_confidence\tspread\toutliers\n",
          out);
    for (unsigned s = 0; s < r->scenario_count; s++)
        for (unsigned p = 0; p < r->scenarios[s].point_count; p++)
            for (unsigned m = 0; m < r->models.count; m++)
                write_cell(cells, s, p, m, out);
}

bool report_write_cells(const struct cells *cells)
{
    char *path;

    if (asprintf(&path, "%s/cells.tsv", cells->record->folder) < 0)
        die_errno("cannot allocate memory for a path");
    bool good = whole_file_write(path, write_all, cells);
    free(path);
    return good;
}

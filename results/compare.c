// compare.c: `bench compare RUN1 RUN2`: whether two runs differ, cell by cell. Their rounds had
// nothing to do with each other, so that Welch's interval is right, and pairs would be wrong.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/compare_warn.h"
#include "results/finding.h"
#include "results/readings.h"
#include "results/versus.h"

// A cell of both runs: the same scenario, point and model, by their names.
struct pair {
    unsigned scenario[2], point[2], model[2];
    enum metric metric;
};

// Of one metric, over all cells.
struct sums {
    unsigned cells, intervals, overlap, told_apart;
    double furthest; // B / A of the cell that differs most; 0: none yet
    char which[128]; // ... and its name
};

struct both {
    struct record record[2];
    struct cells cells[2];
    struct versus versus;
    struct sums sums[METRIC_COUNT];
    int point_width, model_width;
};

// ---- Two cells ---------------------------------------------------------------------------------

static const struct cell *cell(const struct both *c, const struct pair *p, unsigned side)
{
    return cell_at(&c->cells[side], p->scenario[side], p->point[side], p->model[side]);
}

// The values of a cell that have a logarithm; the caller frees them.
static size_t collect(const struct both *c, const struct pair *p, unsigned side, double **values)
{
    const struct record *r = &c->record[side];
    size_t n = 0;

    *values = room_for(r->repeat_count, sizeof **values);
    for (const struct repeat *q = r->repeats; q < r->repeats + r->repeat_count; q++)
        if (q->scenario == p->scenario[side] && q->point == p->point[side] &&
            q->model == p->model[side] && q->value[p->metric] > 0 && isfinite(q->value[p->metric]))
            (*values)[n++] = q->value[p->metric];
    return n;
}

// B / A; the ends of the interval are NAN where a side has fewer than two values.
static struct estimate ratio_of(const struct both *c, const struct pair *p)
{
    struct estimate ratio = {NAN, NAN, NAN};
    double *a, *b;
    size_t an = collect(c, p, 0, &a), bn = collect(c, p, 1, &b);

    if (an > 1 && bn > 1)
        ratio = statistics_of_ratio(a, an, b, bn);
    else if (an > 0 && bn > 0)
        ratio.value = cell(c, p, 1)->of[p->metric].mean.value /
                      cell(c, p, 0)->of[p->metric].mean.value;
    free(a);
    free(b);
    return ratio;
}

static const char *verdict(const struct estimate *ratio)
{
    if (isnan(ratio->low))
        return "no interval";
    return ratio->low > 1 ? "B is higher" : ratio->high < 1 ? "B is lower" : "can't be told apart";
}

static void add(struct sums *s, const struct both *c, const struct pair *p,
                const struct estimate *ratio)
{
    const struct estimate *a = &cell(c, p, 0)->of[p->metric].mean;
    const struct estimate *b = &cell(c, p, 1)->of[p->metric].mean;

    s->cells++;
    if (isnan(ratio->low))
        return;
    s->intervals++;
    s->overlap += a->low <= b->high && b->low <= a->high;
    s->told_apart += ratio->low > 1 || ratio->high < 1;
    if (s->furthest > 0 && fabs(log(ratio->value)) <= fabs(log(s->furthest)))
        return;
    const struct scenario *scenario = &c->record[0].scenarios[p->scenario[0]];
    char point[NUMBER];
    s->furthest = ratio->value;
    snprintf(s->which, sizeof s->which, "%s in %s at %s",
             c->record[0].models.list[p->model[0]].name, scenario->name,
             point_heading(scenario, p->point[0], point));
}

// ---- Tables ------------------------------------------------------------------------------------

static void print_row(struct both *c, const struct pair *p)
{
    const struct record *r = &c->record[0];
    char text[48];
    struct estimate ratio = ratio_of(c, p);

    versus_put(point_heading(&r->scenarios[p->scenario[0]], p->point[0], text), c->point_width);
    versus_put(" ", 1);
    versus_put(r->models.list[p->model[0]].name, c->model_width);
    for (unsigned side = 0; side < 2; side++)
        versus_put(reading_value(p->metric, cell(c, p, side)->of[p->metric].mean.value, text), -11);
    versus_put(versus_ratio(ratio.value, text), -7);
    versus_put("  ", 2);
    versus_put(versus_interval(ratio.low, ratio.high, text), 14);
    printf("  %s\n", verdict(&ratio));
    add(&c->sums[p->metric], c, p, &ratio);
}

static void print_heading(const struct both *c, const struct pair *p)
{
    versus_heading(&c->cells[0], p->scenario[0], p->metric);
    printf("%*s%11s%11s%7s  %-14s  verdict\n", c->point_width + 1 + c->model_width, "", "A", "B",
           "B/A", "95 % interval");
}

// Of a metric, all points and models that both runs have. The heading comes with the first.
static void print_table(struct both *c, struct pair *p)
{
    const struct scenario *a = &c->record[0].scenarios[p->scenario[0]];
    const struct scenario *b = &c->record[1].scenarios[p->scenario[1]];
    bool headed = false;

    for (p->point[0] = 0; p->point[0] < a->point_count; p->point[0]++)
        for (p->model[0] = 0; p->model[0] < c->record[0].models.count; p->model[0]++) {
            const struct models *others = &c->record[1].models;
            const struct point *point = scenario_point(b, a->points[p->point[0]].name);
            const struct model *model = models_find(others,
                                                    c->record[0].models.list[p->model[0]].name);
            if (point == NULL || model == NULL)
                continue;
            p->point[1] = (unsigned)(point - b->points);
            p->model[1] = (unsigned)(model - others->list);
            if (cell(c, p, 0)->of[p->metric].n == 0 || cell(c, p, 1)->of[p->metric].n == 0)
                continue;
            if (!headed)
                print_heading(c, p);
            headed = true;
            print_row(c, p);
        }
}

static void print_scenario(struct both *c, unsigned scenario)
{
    const struct scenario *s = &c->record[0].scenarios[scenario];
    struct pair p = {.scenario = {scenario, 0}};
    enum metric list[VERSUS_METRICS];
    size_t n = versus_metrics(&c->versus, s, list);

    while (p.scenario[1] < c->record[1].scenario_count &&
           strcmp(c->record[1].scenarios[p.scenario[1]].name, s->name) != 0)
        p.scenario[1]++;
    if (p.scenario[1] == c->record[1].scenario_count)
        return;
    for (size_t i = 0; i < n; i++) {
        p.metric = list[i];
        print_table(c, &p);
    }
}

// ---- What it comes to --------------------------------------------------------------------------

static void print_sums(const struct both *c)
{
    char number[32];
    unsigned cells = 0;

    printf("\n");
    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        const struct sums *s = &c->sums[m];
        cells += s->cells;
        if (s->intervals == 0)
            continue;
        printf("%s: %u of %u intervals overlap;\n"
               "    %u of the ratios can be told from 1, chance alone would give about %.1f;\n"
               "    furthest from 1: %s with %s\n",
               metric_phrase(m), s->overlap, s->intervals, s->told_apart, 0.05 * s->intervals,
               versus_ratio(s->furthest, number), s->which);
    }
    if (cells == 0)
        printf("The two runs have no cell in common.\n");
}

static void open_run(struct both *c, unsigned side)
{
    const struct record *r = &c->record[side];

    record_read(&c->record[side], c->versus.name[side]);
    cells_open(&c->cells[side], r);
    printf("%c: %s, %s, %u round%s\n", side == 0 ? 'A' : 'B', r->folder, r->machine.started,
           r->rounds, r->rounds == 1 ? "" : "s");
}

static void find_widths(struct both *c)
{
    const struct record *r = &c->record[0];

    c->point_width = versus_point_width(r);
    c->model_width = 5;
    for (size_t m = 0; m < r->models.count; m++) {
        int length = (int)strlen(r->models.list[m].name);
        c->model_width = length > c->model_width ? length : c->model_width;
    }
}

static void tell_warning(const char *text)
{
    printf("warning: %s\n", text);
}

int compare_runs_main(int argc, char **argv)
{
    static char name[] = "bench compare";
    static const struct versus_usage usage = {
        .name = name,
        .words = "RUN1 RUN2",
        .what = "two runs, each a folder such as results/data/reference",
        .least = 2,
        .most = 2,
        .doc = "Says how RUN2 (B) differs from RUN1 (A), for each scenario, point and model that "
               "both have: B/A as a ratio of geometric means, with an interval of 95 % confidence "
               "(Welch's t on the logarithms)."
               "\vExit status 0 says that they were compared, whatever came of it; 1 that a run "
               "could not be read."};
    struct both c = {.sums = {{0}}};

    versus_read(&c.versus, &usage, argc, argv);
    for (unsigned side = 0; side < 2; side++)
        open_run(&c, side);
    for (unsigned side = 0; side < 2; side++)
        versus_check_scenario(&c.versus, &c.record[side]);
    find_widths(&c);
    for (unsigned s = 0; s < c.record[0].scenario_count; s++)
        if (versus_wants(&c.versus, &c.record[0].scenarios[s]))
            print_scenario(&c, s);
    print_sums(&c);
    compare_warn(&c.record[0], &c.record[1], tell_warning);
    for (unsigned side = 0; side < 2; side++) {
        cells_free(&c.cells[side]);
        record_free(&c.record[side]);
    }
    return EXIT_SUCCESS;
}

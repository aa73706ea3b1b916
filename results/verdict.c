// verdict.c: `bench verdict A B [RUN]`: whether two models of a run differ, point by point. Repeats
// of a round are neighbours in time: compared as pairs, they cancel a drift of the machine.
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/fail.h"
#include "results/finding.h"
#include "results/home.h"
#include "results/readings.h"
#include "results/record_fields.h"
#include "results/versus.h"

enum { MEAN_WIDTH = 18 };

struct duel {
    struct record record;
    struct cells cells;
    struct versus versus;
    unsigned model[2];
    unsigned intervals, told_apart;
    int point_width;
};

// ---- Which run ---------------------------------------------------------------------------------

// When the run in this folder began; the caller frees it. NULL: it is none.
static char *start_of(const char *folder)
{
    char *file, *started = NULL;

    if (asprintf(&file, "%s/run.json", folder) < 0)
        die_errno("cannot make the name of a file");
    json_t *root = json_load_file(file, 0, NULL);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const char *text = json_string_value(
        json_object_get(json_object_get(root, "environment"), "started"));
    if (schema != NULL && strcmp(schema, RECORD_SCHEMA) == 0 && text != NULL)
        started = strdup(text);
    json_decref(root);
    free(file);
    return started;
}

// The caller frees it.
static char *find_newest(void)
{
    char *data = home_path("results/data"), *newest = NULL, *latest = NULL, *folder;
    DIR *directory = opendir(data);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (*entry->d_name == '.')
            continue;
        if (asprintf(&folder, "%s/%s", data, entry->d_name) < 0)
            die_errno("cannot make the name of a folder");
        char *started = start_of(folder);
        // ISO 8601 sorts as text.
        bool newer = started != NULL && (latest == NULL || strcmp(started, latest) > 0);
        free(newer ? latest : started);
        free(newer ? newest : folder);
        if (newer) {
            latest = started;
            newest = folder;
        }
    }
    if (directory != NULL)
        closedir(directory);
    if (newest == NULL)
        die("there is no run in %s: make one with `bench', or name its folder", data);
    free(latest);
    free(data);
    return newest;
}

// ---- Tables ------------------------------------------------------------------------------------

static const char *name_of(const struct duel *d, unsigned side)
{
    return d->record.models.list[d->model[side]].name;
}

// "121 000 ± 2.5 %", as far as there is an interval.
static void print_mean(const struct cell *cell, enum metric m)
{
    const struct estimate *mean = &cell->of[m].mean;
    double percent = 100 * (mean->high - mean->value) / fabs(mean->value);
    char text[80], value[32], range[PHRASE];

    if (is_lopsided(mean))
        snprintf(text, sizeof text, " %.60s", estimate_text(m, mean, range));
    else if (isfinite(percent))
        snprintf(text, sizeof text, " %s ± %.*f %%", reading_value(m, mean->value, value),
                 percent < 10 ? 1 : 0, percent);
    else
        snprintf(text, sizeof text, " %s", reading_value(m, mean->value, value));
    versus_put(text, -MEAN_WIDTH);
}

static const char *words_for(enum metric m)
{
    if (m == METRIC_rps || m == METRIC_payload)
        return "as fast";
    if (is_latency(m))
        return "as long";
    return "as much";
}

// "epoll: 1.9 times as fast".
static void print_verdict(const struct duel *d, const struct contrast_of_models *found,
                          enum metric m)
{
    bool b = found->ratio > 1;
    char ratio[32];

    if (found->rounds < 2)
        printf("no interval\n");
    else if (!found->told_apart)
        printf("can't be told apart\n");
    else
        printf("%s: %s times %s\n", name_of(d, b),
               versus_ratio(b ? found->ratio : 1 / found->ratio, ratio), words_for(m));
}

// Why there is nothing to compare, in a line of its own.
static void print_why(const struct duel *d, const struct cell *cell, unsigned side)
{
    if (*cell->why == '\0')
        return;
    versus_put("", d->point_width);
    printf("  %s %s in %u of %u: %s\n", name_of(d, side), cell->ended ? "ended" : "failed",
           cell->tried - cell->n > 0 ? cell->tried - cell->n : cell->tried, cell->tried, cell->why);
}

static void print_row(struct duel *d, unsigned scenario, unsigned point, enum metric m)
{
    const struct cell *cell[2];
    struct contrast_of_models found = cells_contrast(&d->cells, scenario, point, d->model[0],
                                                     d->model[1], m);
    char text[48];

    for (unsigned side = 0; side < 2; side++)
        cell[side] = cell_at(&d->cells, scenario, point, d->model[side]);
    if (cell[0]->tried == 0 || cell[1]->tried == 0)
        return;
    versus_put(point_heading(&d->record.scenarios[scenario], point, text), d->point_width);
    for (unsigned side = 0; side < 2; side++)
        print_mean(cell[side], m);
    versus_put(versus_ratio(found.ratio, text), -7);
    versus_put("  ", 2);
    versus_put(versus_interval(found.low, found.high, text), 14);
    versus_put("  ", 2);
    print_verdict(d, &found, m);
    for (unsigned side = 0; side < 2; side++)
        print_why(d, cell[side], side);
    d->intervals += found.rounds >= 2;
    d->told_apart += found.told_apart;
}

static bool has_both(const struct duel *d, unsigned scenario)
{
    for (unsigned p = 0; p < d->record.scenarios[scenario].point_count; p++)
        if (cell_at(&d->cells, scenario, p, d->model[0])->tried > 0 &&
            cell_at(&d->cells, scenario, p, d->model[1])->tried > 0)
            return true;
    return false;
}

static void print_scenario(struct duel *d, unsigned scenario)
{
    const struct scenario *s = &d->record.scenarios[scenario];
    enum metric list[VERSUS_METRICS];
    size_t n = versus_metrics(&d->versus, s, list);

    if (!has_both(d, scenario))
        return;
    for (size_t i = 0; i < n; i++) {
        versus_heading(&d->cells, scenario, list[i]);
        versus_put("", d->point_width);
        versus_put(name_of(d, 0), -MEAN_WIDTH);
        versus_put(name_of(d, 1), -MEAN_WIDTH);
        printf("%7s  %-14s  verdict\n", "B/A", "95 % interval");
        for (unsigned p = 0; p < s->point_count; p++)
            print_row(d, scenario, p, list[i]);
    }
}

// ---- The whole ---------------------------------------------------------------------------------

static unsigned find_model(const struct record *r, const char *name)
{
    const struct model *model = models_find(&r->models, name);
    char list[1024] = "";
    size_t length = 0;

    if (model != NULL)
        return (unsigned)(model - r->models.list);
    for (size_t i = 0; i < r->models.count && length < sizeof list; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", i > 0 ? ", " : "",
                                   r->models.list[i].name);
    die_usage("'%s' is no model of %s; it has %s", name, r->folder, list);
}

static void open_run(struct duel *d)
{
    struct record *r = &d->record;
    char *newest = d->versus.count > 2 ? NULL : find_newest();

    record_read(r, newest != NULL ? newest : d->versus.name[2]);
    free(newest);
    cells_open(&d->cells, r);
    for (unsigned side = 0; side < 2; side++)
        d->model[side] = find_model(r, d->versus.name[side]);
    versus_check_scenario(&d->versus, r);
    d->point_width = versus_point_width(r);
    printf("%s, %s, %u round%s\nA: %s, B: %s\n", r->folder, r->machine.started, r->rounds,
           r->rounds == 1 ? "" : "s", name_of(d, 0), name_of(d, 1));
}

static void print_note(const struct duel *d)
{
    if (d->intervals == 0) {
        printf("\nNo point of this run has both in two rounds or more: nothing can be said.\n");
        return;
    }
    printf("\nMeans with intervals of 95 %%; B/A from the rounds in which both were measured.\n"
           "Of %u comparisons about %.1f would stand out by chance if the two were alike; %u do.\n",
           d->intervals, 0.05 * d->intervals, d->told_apart);
}

int verdict_main(int argc, char **argv)
{
    static char name[] = "bench verdict";
    static const struct versus_usage usage = {
        .name = name,
        .words = "A B [RUN]",
        .what = "two models, and perhaps the folder of a run",
        .least = 2,
        .most = 3,
        .doc = "Says how model B differs from model A in a run (the newest one of results/data): "
               "B/A is the geometric mean of the ratios within rounds, with an interval of 95 % "
               "confidence (t on the logarithms)."
               "\vExit status 0 says that they were compared, whatever came of it; 1 that the run "
               "could not be read."};
    struct duel d = {.intervals = 0};

    versus_read(&d.versus, &usage, argc, argv);
    open_run(&d);
    for (unsigned s = 0; s < d.record.scenario_count; s++)
        if (versus_wants(&d.versus, &d.record.scenarios[s]))
            print_scenario(&d, s);
    print_note(&d);
    cells_free(&d.cells);
    record_free(&d.record);
    return EXIT_SUCCESS;
}

// readings_load.c: the reading of `load`: how far each model keeps up in the open loop.
#include "results/finding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool keeps_up(const struct view *v, int point, unsigned model)
{
    return is_measured(v, point, model, METRIC_rps) && cell_keeps_up(cell_of(v, point, model));
}

// The slowest of those that clearly fall behind one that keeps up, at this point.
static int left_behind(const struct view *v, int point, unsigned keeper)
{
    size_t looks = v->points * v->models * v->models / 2; // every pair at every point
    double least = INFINITY;
    int found = NONE;

    for (unsigned m = 0; m < v->models; m++) {
        if (!is_measured(v, point, m, METRIC_rps) || keeps_up(v, point, m))
            continue;
        double rps = cell_of(v, point, m)->of[METRIC_rps].mean.value;
        struct ratio r = ratio_of_models(v, point, keeper, m, METRIC_rps, looks);
        if (r.clear && r.value < 1 && rps < least) {
            least = rps;
            found = (int)m;
        }
    }
    return found;
}

static void offer_keeping_up(const struct view *v, int point, unsigned behind, char **title)
{
    char place[PHRASE], *names = NULL;
    unsigned *list = room_for(v->models, sizeof *list);
    size_t n = 0, size;
    const char *name = model_name(v, behind);
    double share = 100 * cell_share(cell_of(v, point, behind));

    for (unsigned m = 0; m < v->models; m++)
        if (keeps_up(v, point, m))
            list[n++] = m;
    FILE *out = text_open(&names, &size);
    write_names(v, list, n, out);
    text_close(out);
    at_point(v, point, true, place);
    offer(title, "%s%s keep%s up; %s answers %.0f %%", place, names, n == 1 ? "s" : "", name,
          share);
    offer(title, "%s%zu models keep up; %s answers %.0f %%", place, n, name, share);
    free(names);
    free(list);
}

// At the highest rate at which some keep up and some don't.
static char *keeping_up(const struct view *v)
{
    char *title = NULL;

    for (int p = (int)v->points - 1; p >= 0; p--)
        for (unsigned m = 0; m < v->models && title == NULL; m++) {
            int behind = keeps_up(v, p, m) ? left_behind(v, p, m) : NONE;
            if (behind != NONE)
                offer_keeping_up(v, p, (unsigned)behind, &title);
        }
    return title;
}

// The highest rate that somebody keeps up with. NONE: nobody does.
static int last_kept(const struct view *v)
{
    for (int p = (int)v->points - 1; p >= 0; p--)
        for (unsigned m = 0; m < v->models; m++)
            if (keeps_up(v, p, m))
                return p;
    return NONE;
}

char *percentiles_title(const struct view *v)
{
    return ranking_title(v, cells_last_kept(v->cells, v->number), METRIC_p99);
}

char *load_title(const struct view *v, enum metric metric)
{
    if (metric == METRIC_rps || metric == METRIC_answered)
        return keeping_up(v);
    char *title = ranking_title(v, last_kept(v), metric);
    return title != NULL || !is_latency(metric) ? title : keeping_up(v);
}

// ---- Up to which rate, by model ------------------------------------------------------------

// Where a model stands in a list of rates.
struct mark {
    int point;   // NONE: nowhere
    bool unsure; // perhaps before
};
typedef struct mark marker(const struct view *, unsigned model, double limit);

// The last point that a model keeps up with, as with all before it.
static struct mark kept_until(const struct view *v, unsigned model, double unused)
{
    struct mark last = {NONE, false};

    (void)unused;
    for (int p = 0; p < (int)v->points; p++) {
        if (cell_of(v, p, model)->tried == 0)
            continue;
        if (!keeps_up(v, p, model))
            break;
        last.point = p;
    }
    return last;
}

// The first point at which a model's p99 is above `limit`. Where one answer in 100 is missing p99
// is above all; where it is unknown for another reason, it may be above too.
static struct mark passes(const struct view *v, unsigned model, double limit)
{
    struct mark first = {NONE, false};

    for (int p = 0; p < (int)v->points && first.point == NONE; p++) {
        const struct cell *cell = cell_of(v, p, model);
        if (cell->tried == 0)
            continue;
        bool measured = is_measured(v, p, model, METRIC_rps);
        bool known = is_measured(v, p, model, METRIC_p99);
        if ((measured && !cell_keeps_up(cell)) ||
            (known && cell->of[METRIC_p99].mean.value > limit))
            first.point = p;
        else
            first.unsure = first.unsure || !known;
    }
    return first;
}

// "36 000 with fork and python; 59 000 with threads": the models by where `find` puts them. Empty:
// nowhere. The caller frees it.
static char *list_by_rate(const struct view *v, const char *preposition, marker *find, double limit)
{
    char rate[NUMBER], *text = NULL;
    size_t size;
    unsigned *list = room_for(v->models, sizeof *list);
    bool any = false;
    FILE *out = text_open(&text, &size);

    for (int p = 0; p < (int)v->points; p++)
        for (int unsure = 0; unsure <= 1; unsure++) {
            size_t n = 0;
            for (unsigned m = 0; m < v->models; m++) {
                struct mark mark = find(v, m, limit);
                if (mark.point == p && mark.unsure == (unsure == 1))
                    list[n++] = m;
            }
            if (n == 0)
                continue;
            whole(record_x(v->record, v->number, (unsigned)p), rate);
            fprintf(out, "%s%s%s %s ", any ? "; " : "", rate, unsure == 1 ? " or below" : "",
                    preposition);
            write_names(v, list, n, out);
            if (unsure == 1)
                fputs(" (below that no p99 is known)", out);
            any = true;
        }
    text_close(out);
    free(list);
    return text;
}

static void tell_kept(const struct view *v, FILE *out)
{
    char *list = list_by_rate(v, "by", kept_until, 0);
    unsigned *never = room_for(v->models, sizeof *never);
    size_t n = 0;

    for (unsigned m = 0; m < v->models; m++)
        for (int p = 0; p < (int)v->points; p++)
            if (is_measured(v, p, m, METRIC_rps) && kept_until(v, m, 0).point == NONE) {
                never[n++] = m;
                break;
            }
    if (*list != '\0')
        fprintf(out, "Offered rates, in requests/s, up to which 99 %% was answered: %s", list);
    if (n > 0) {
        fputs(*list != '\0' ? "; none by " : "At no rate 99 % was answered by ", out);
        write_names(v, never, n, out);
    }
    if (*list != '\0' || n > 0)
        fputs(". ", out);
    free(never);
    free(list);
}

static void tell_passing(const struct view *v, FILE *out)
{
    char *first = list_by_rate(v, "with", passes, 1e6),
         *then = list_by_rate(v, "with", passes, 1e7);

    if (*first != '\0')
        fprintf(out, "Rates at which p99 (%s) is first above 1 ms: %s. ", loop_text(v, NONE),
                first);
    if (*then != '\0' && strcmp(first, then) != 0)
        fprintf(out, "Above 10 ms: %s. ", then);
    free(first);
    free(then);
}

void load_text(const struct view *v, FILE *out)
{
    tell_kept(v, out);
    tell_passing(v, out);
    tell_ends(v, out);
}

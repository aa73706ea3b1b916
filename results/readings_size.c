// readings_size.c: the reading of `size`: from which size of a message on more bytes bring no more.
#include "results/finding.h"

#include <stdlib.h>

// The first point from which on a model's payload per second stays within 10 % of its highest mean.
// NONE: it has too few points, or did not clearly grow at all.
static int levels_off(const struct view *v, unsigned model)
{
    int first = NONE, top = NONE, level = NONE;
    double highest = 0;

    for (int p = 0; p < (int)v->points; p++) {
        if (!is_measured(v, p, model, METRIC_payload))
            continue;
        double payload = cell_of(v, p, model)->of[METRIC_payload].mean.value;
        if (first == NONE)
            first = p;
        if (payload > highest) {
            highest = payload;
            top = p;
        }
    }
    // What is level because the generator is, tells nothing of the model.
    if (top == NONE || top == first || is_limited(v, top, model, METRIC_payload))
        return NONE;
    struct ratio r = ratio_of_points(v, model, first, top, METRIC_payload, v->models * v->points);
    if (!r.clear)
        return NONE;
    for (int p = top; p >= first; p--)
        if (is_measured(v, p, model, METRIC_payload)) {
            if (cell_of(v, p, model)->of[METRIC_payload].mean.value < 0.9 * highest)
                break;
            level = p;
        }
    return level;
}

static bool is_last_point(const struct view *v, unsigned model, int point)
{
    for (int p = point + 1; p < (int)v->points; p++)
        if (is_measured(v, p, model, METRIC_payload))
            return false;
    return true;
}

char *size_title(const struct view *v, enum metric metric)
{
    char low[PHRASE], high[PHRASE];
    char *title = NULL;
    int earliest = NONE, latest = NONE;
    bool all = true; // that grew have stopped before the last point

    if (metric != METRIC_payload)
        return ranking_title(v, last_common_point(v, metric), metric);
    for (unsigned m = 0; m < v->models; m++) {
        int level = levels_off(v, m);
        if (level == NONE)
            continue;
        all = all && !is_last_point(v, m, level);
        earliest = earliest == NONE || level < earliest ? level : earliest;
        latest = level > latest ? level : latest;
    }
    if (latest != NONE && all) {
        point_text(v, earliest, low);
        point_text(v, latest, high);
        if (earliest != latest)
            offer(&title, "Payload per second levels off from %s to %s, by model", low, high);
        offer(&title, "From %s on payload per second is within 10 %% of its highest", high);
    }
    return title != NULL ? title : ranking_title(v, last_common_point(v, metric), metric);
}

// "select and poll from 256 KiB on", for each point where some do.
static void tell_levels(const struct view *v, FILE *out)
{
    char text[PHRASE];
    unsigned *list = room_for(v->models, sizeof *list);
    bool any = false;

    for (int p = 0; p < (int)v->points; p++) {
        size_t n = 0;
        for (unsigned m = 0; m < v->models; m++)
            if (levels_off(v, m) == p)
                list[n++] = m;
        if (n == 0)
            continue;
        fputs(any ? "; " : "Payload per second comes within 10 % of its highest mean: ", out);
        write_names(v, list, n, out);
        fprintf(out, is_last_point(v, list[0], p) ? " only at %s" : " from %s on",
                point_text(v, p, text));
        any = true;
    }
    if (any)
        fputs(". ", out);
    free(list);
}

void size_text(const struct view *v, FILE *out)
{
    int point = last_common_point(v, METRIC_payload);

    tell_levels(v, out);
    tell_ranking(v, point, METRIC_payload, out);
    tell_partial(v, point, out);
    tell_ends(v, out);
}

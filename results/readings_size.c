// readings_size.c: the reading of `size`: from which size of a message on more bytes bring no more.
#include "results/finding.h"

#include <stdlib.h>

// Whether a point is within 10 % of the model's highest, for sure.
static bool is_near(const struct view *v, unsigned model, int point, int top)
{
    if (point == top)
        return true;
    struct ratio r = ratio_of_points(v, model, top, point, METRIC_payload, v->models * v->points);
    return is_steady(&r);
}

// The point at which a model's mean payload per second is highest, where it has clearly grown until
// there. NONE: it has too few points, or did not.
static int find_top(const struct view *v, unsigned model)
{
    int first = first_point(v, METRIC_payload), top = NONE;
    double highest = 0;

    for (int p = first; p != NONE && p < (int)v->points; p++) {
        if (!is_measured(v, p, model, METRIC_payload))
            continue;
        double payload = cell_of(v, p, model)->of[METRIC_payload].mean.value;
        if (payload > highest) {
            highest = payload;
            top = p;
        }
    }
    // What is level because the generator is, tells nothing of the model.
    if (top == NONE || top == first || is_limited(v, top, model, METRIC_payload))
        return NONE;
    struct ratio r = ratio_of_points(v, model, first, top, METRIC_payload, v->models * v->points);
    return r.clear ? top : NONE;
}

// The point from which on, up to the last, a model's payload per second stays near its highest.
// NONE: there is none.
static int levels_off(const struct view *v, unsigned model)
{
    int top = find_top(v, model), level = NONE;

    for (int p = (int)v->points - 1; top != NONE && p >= 0; p--)
        if (is_measured(v, p, model, METRIC_payload)) {
            if (!is_near(v, model, p, top))
                break;
            level = p;
        }
    return level;
}

// Whether there is nothing of the model beyond this point; beyond NONE: nothing at all.
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
    int first = first_point(v, metric), earliest = NONE, latest = NONE;
    bool all = true; // have stopped growing before the last point

    if (metric != METRIC_payload || first == NONE)
        return ranking_title(v, last_common_point(v, metric), metric);
    for (unsigned m = 0; m < v->models; m++) {
        int level = levels_off(v, m);
        if (level == NONE || is_last_point(v, m, level)) {
            all = all && is_last_point(v, m, NONE);
            continue;
        }
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

// Whose payload is near its highest from a point on, and at that point `only`. Returns how many.
static size_t list_levels(const struct view *v, int point, bool only, unsigned *list)
{
    size_t n = 0;

    for (unsigned m = 0; m < v->models; m++)
        if (levels_off(v, m) == point && is_last_point(v, m, point) == only)
            list[n++] = m;
    return n;
}

// "select and poll from 256 KiB on", for each point where some do.
static void tell_levels(const struct view *v, FILE *out)
{
    char text[PHRASE];
    unsigned *list = room_for(v->models, sizeof *list);
    bool any = false;

    for (int i = 0; i < 2 * (int)v->points; i++) {
        int p = i / 2;
        bool only = i % 2 == 1;
        size_t n = list_levels(v, p, only, list);
        if (n == 0)
            continue;
        fputs(any ? "; " : "Payload per second is within 10 % of its highest: ", out);
        write_names(v, list, n, out);
        fprintf(out, only ? " only at %s" : " from %s on", point_text(v, p, text));
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

// readings.c: see readings.h. Which reading is whose, and what is said where there is no finding.
#include "results/readings.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "results/finding.h"

// ---- Any other scenario: an instructor's copy ----------------------------------------------

static char *any_title(const struct view *v, enum metric metric)
{
    return ranking_title(v, last_common_point(v, metric), metric);
}

static void any_text(const struct view *v, FILE *out)
{
    int point = NONE;

    for (size_t i = 0; i < v->scenario->figure_count && i < 2; i++) {
        const struct figure *figure = &v->scenario->figures[i];
        if (figure->metrics == 0)
            continue;
        point = last_common_point(v, (enum metric)figure->metric[0]);
        tell_ranking(v, point, (enum metric)figure->metric[0], out);
    }
    tell_partial(v, point, out);
    tell_ends(v, out);
}

// The metric that a scenario's lesson is in, the reading of a figure, and that of the whole.
static const struct reader {
    const char *scenario;
    enum metric lesson;
    title_maker *title;
    teller *text;
} readers[] = {
    {"connections", METRIC_rps, connections_title, connections_text},
    {"idle", METRIC_rps, idle_title, idle_text},
    {"churn", METRIC_cpu, churn_title, churn_text},
    {"load", METRIC_p99, load_title, load_text},
    {"sleep", METRIC_rps, sleep_title, sleep_text},
    {"cpu", METRIC_rps, cpu_title, cpu_text},
    {"size", METRIC_payload, size_title, size_text},
    {"pipeline", METRIC_rps, pipeline_title, pipeline_text},
    {"stall", METRIC_p99, stall_title, stall_text},
    {"cost", METRIC_memory, cost_title, cost_text},
    {"fair", METRIC_p99, fair_title, fair_text},
    {"uneven", METRIC_p99, uneven_title, uneven_text},
};

static struct reader reader_of(const struct scenario *s)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strcmp(readers[i].scenario, s->name) == 0)
            return readers[i];
    return (struct reader){s->name, METRIC_COUNT, any_title, any_text};
}

// ---- Titles --------------------------------------------------------------------------------

// What a figure is about: the lesson, where it is among what is drawn, else what is drawn first.
// Never several in turn, or one of them would make a finding of noise sooner or later.
static enum metric subject_of(const struct figure *figure, enum metric lesson)
{
    for (unsigned i = 0; i < figure->metrics; i++)
        if (figure->metric[i] == (int)lesson)
            return lesson;
    if (figure->metrics > 0)
        return (enum metric)figure->metric[0];
    return strcmp(figure->kind, "clients") == 0 ? METRIC_rps : METRIC_p99;
}

// Whether any difference is clear between models at the last common point, or between the points at
// both ends: a finding may also be without a title because none was short enough.
static bool has_clear(const struct view *v, enum metric metric)
{
    int from = first_point(v, metric), to = last_common_point(v, metric);
    unsigned *order = room_for(v->models, sizeof *order);
    struct shift *list = room_for(v->models, sizeof *list);
    size_t n = to == NONE ? 0 : rank_rivals(v, to, metric, order);
    bool clear = false;

    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            clear = clear ||
                    ratio_of_models(v, to, order[a], order[b], metric, n * (n - 1) / 2).clear;
    n = to == NONE || from == to ? 0 : shifts_between(v, from, to, metric, false, list);
    for (size_t i = 0; i < n; i++)
        clear = clear || list[i].ratio.clear;
    free(list);
    free(order);
    return clear;
}

// "p99 and Jain's index": what a figure draws. The caller frees it.
static char *name_metrics(const struct figure *figure, enum metric metric)
{
    char *names = NULL;
    size_t size;
    FILE *out = text_open(&names, &size);

    for (unsigned i = 0; i < figure->metrics; i++)
        fprintf(out, "%s%s",
                i == 0                     ? ""
                : i + 1 == figure->metrics ? " and "
                                           : ", ",
                metric_phrase((enum metric)figure->metric[i]));
    if (figure->metrics == 0)
        fputs(metric_phrase(metric), out);
    text_close(out);
    return names;
}

// The question is that of the first figure; another says what it shows.
static char *plain_title(const struct view *v, const struct figure *figure, enum metric metric)
{
    char *title = NULL;
    const char *x = v->scenario->x_title;
    const char *found = first_point(v, metric) == NONE ? ": nothing measured"
                        : has_clear(v, metric)         ? ""
                                                       : ": no clear difference in this run";

    if (figure == v->scenario->figures && characters(v->scenario->question) <= TITLE_MAX)
        return copy_within(v->scenario->question, TITLE_MAX);
    char *names = name_metrics(figure, metric);
    if (v->scenario->axis != AXIS_WORDS && strcmp(figure->kind, "percentiles") != 0)
        offer(&title, "%s by %s%s", names, x, found);
    offer(&title, "%s of each model%s", names, found);
    offer(&title, "%s%s", metric_phrase(metric), found);
    if (title != NULL && strncmp(title, "p9", 2) != 0)
        title[0] = (char)toupper((unsigned char)title[0]);
    free(names);
    return title != NULL ? title : copy_within(metric_phrase(metric), TITLE_MAX);
}

char *reading_title(const struct cells *cells, unsigned scenario, const struct figure *figure)
{
    struct view v = view_of(cells, scenario);
    struct reader reader = reader_of(v.scenario);
    enum metric metric = subject_of(figure, reader.lesson);
    bool percentiles = strcmp(figure->kind, "percentiles") == 0;
    char *title = percentiles ? percentiles_title(&v) : reader.title(&v, metric);

    return title != NULL ? title : plain_title(&v, figure, metric);
}

char *reading_subtitle(const struct cells *cells, unsigned scenario, const struct figure *figure)
{
    struct view v = view_of(cells, scenario);

    return conditions_text(&v, figure, subject_of(figure, reader_of(v.scenario).lesson));
}

// ---- Texts ---------------------------------------------------------------------------------

// What is said where nothing was measured; false: something was.
static bool tell_nothing(const struct view *v, FILE *out)
{
    const char *why = "";
    unsigned tried = 0;

    for (int p = 0; p < (int)v->points; p++)
        for (unsigned m = 0; m < v->models; m++) {
            const struct cell *cell = cell_of(v, p, m);
            if (cell->n > 0)
                return false;
            tried += cell->tried;
            if (*why == '\0')
                why = cell->why;
        }
    if (tried == 0)
        fputs("Nothing of this scenario has been measured.", out);
    else
        fprintf(out, "No repeat of this scenario gave a value. The first reason: %s.", why);
    return true;
}

// Whether no cell was measured twice.
static bool is_unrepeated(const struct view *v)
{
    for (int p = 0; p < (int)v->points; p++)
        for (unsigned m = 0; m < v->models; m++)
            if (cell_of(v, p, m)->n > 1)
                return false;
    return true;
}

static void trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
}

char *reading_text(const struct cells *cells, unsigned scenario)
{
    struct view v = view_of(cells, scenario);
    struct reader reader = reader_of(v.scenario);
    char *text = NULL;
    size_t size = 0;
    FILE *out = text_open(&text, &size);

    if (!tell_nothing(&v, out)) {
        reader.text(&v, out);
        fflush(out);
        if (size == 0 && reader.lesson != METRIC_COUNT)
            tell_ranking(&v, last_common_point(&v, reader.lesson), reader.lesson, out);
        fflush(out);
        if (size > 0)
            tell_limits(&v, out);
        else
            fputs("What was measured leaves nothing to compare. ", out);
        if (is_unrepeated(&v))
            fputs("Without repeats no difference can be told from noise.", out);
    }
    text_close(out);
    trim(text);
    return text;
}

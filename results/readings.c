// readings.c: see readings.h. Which reading is whose, and what is said where there is no finding.
#include "results/readings.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/finding.h"
#include "results/load_options.h"

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
    return strcmp(figure->kind, "clients") == 0 ? METRIC_jain : METRIC_p99;
}

// Cut between words, where it is too long.
static char *copy_within(const char *text, size_t most)
{
    size_t bytes = strlen(text);
    char *copy;

    if (characters(text) > most) {
        size_t room = most - 1, kept = 0;
        for (size_t i = 0, n = 0; text[i] != '\0' && n <= room; i++) {
            n += ((unsigned char)text[i] & 0xC0) != 0x80;
            if (text[i] == ' ' && n <= room)
                kept = i;
        }
        bytes = kept;
    }
    if (asprintf(&copy, "%.*s%s", (int)bytes, text, text[bytes] == '\0' ? "" : "…") < 0)
        die_errno("cannot allocate memory for a title");
    return copy;
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

// The question is that of the first figure; another says what it shows.
static char *plain_title(const struct view *v, const struct figure *figure, enum metric metric)
{
    char *title = NULL;
    const char *name = metric_phrase(metric), *x = v->scenario->x_title;
    const char *found = first_point(v, metric) == NONE ? ": nothing measured"
                        : has_clear(v, metric)         ? ""
                                                       : ": no clear difference in this run";

    if (figure == v->scenario->figures && characters(v->scenario->question) <= TITLE_MAX)
        return copy_within(v->scenario->question, TITLE_MAX);
    if (v->scenario->axis != AXIS_WORDS && strcmp(figure->kind, "percentiles") != 0)
        offer(&title, "%s by %s%s", name, x, found);
    offer(&title, "%s%s", name, found);
    if (title != NULL && strncmp(title, "p9", 2) != 0)
        title[0] = (char)toupper((unsigned char)title[0]);
    return title != NULL ? title : copy_within(name, TITLE_MAX);
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

// ---- Subtitles -----------------------------------------------------------------------------

// The value of an option that is the same at all points; empty if it is not.
static const char *common_option(const struct scenario *s, const char *name, const char *otherwise,
                                 char text[NUMBER])
{
    char other[NUMBER];

    *text = '\0';
    for (size_t p = 0; p < s->point_count; p++) {
        load_option(s->points[p].load, name, otherwise, other);
        if (p > 0 && strcmp(text, other) != 0) {
            *text = '\0';
            return text;
        }
        snprintf(text, NUMBER, "%s", other);
    }
    return text;
}

// How many cores a list such as "0-2,5" names.
static unsigned count_cores(const char *list)
{
    unsigned n = 0;

    while (*list != '\0') {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        n += (unsigned)(last - first + 1);
        if (*end != ',')
            break;
        list = end + 1;
    }
    return n;
}

static void write_cores(const struct view *v, FILE *out)
{
    unsigned cores = v->points > 0 ? v->scenario->points[0].cores : 0;

    for (size_t p = 1; p < v->points; p++)
        if (v->scenario->points[p].cores != cores)
            return; // that is what is varied
    if (v->record->server_cores[0] == '\0') {
        fputs(" · cores not pinned", out);
        return;
    }
    cores = cores > 0 ? cores : count_cores(v->record->server_cores);
    fprintf(out, " · server on %u core%s", cores, cores == 1 ? "" : "s");
}

static void write_repeats(const struct view *v, const struct figure *figure, enum metric metric,
                          FILE *out)
{
    unsigned least = 0, most = 0;
    char count[NUMBER];

    for (unsigned p = 0; p < v->points; p++)
        for (unsigned m = 0; m < v->models; m++) {
            unsigned n = cell_at(v->cells, v->number, p, m)->of[metric].n;
            if (n > 0 && (least == 0 || n < least))
                least = n;
            most = n > most ? n : most;
        }
    if (most == 0 || strcmp(figure->kind, "heat") == 0 || strcmp(figure->kind, "clients") == 0)
        return;
    if (least == most)
        snprintf(count, sizeof count, "%u repeat%s", most, most == 1 ? "" : "s");
    else
        snprintf(count, sizeof count, "%u to %u repeats", least, most);
    if (strcmp(figure->kind, "percentiles") == 0)
        fprintf(out, " · %s%s", count, most > 1 ? " together" : "");
    else if (most > 1)
        fprintf(out, " · %s · %s = 95 %% interval of the mean", count,
                strcmp(figure->kind, "bars") == 0 ? "whiskers" : "bars");
    else
        fprintf(out, " · %s, no intervals", count);
}

static void write_conditions(const struct view *v, bool all, FILE *out)
{
    const struct scenario *s = v->scenario;
    char text[NUMBER], work[NUMBER];
    const char *loop = loop_text(v, NONE);

    fputs(strcmp(loop, "both loops") == 0 ? "closed and open loop" : loop, out);
    if (all && *common_option(s, "size", "64", text) != '\0')
        fprintf(out, " · %s B a message", text);
    if (all && *common_option(s, "connections", "50", text) != '\0')
        fprintf(out, " · %s client%s", whole(load_connections(s->points[0].load), text),
                strcmp(text, "1") == 0 ? "" : "s");
    if (v->points > 0 && *load_option(s->points[0].server, "work", "", work) != '\0')
        fprintf(out, " · work %s", work);
    write_cores(v, out);
}

char *reading_subtitle(const struct cells *cells, unsigned scenario, const struct figure *figure)
{
    struct view v = view_of(cells, scenario);
    enum metric metric = subject_of(figure, reader_of(v.scenario).lesson);
    char *text = NULL;
    size_t size = 0;

    for (int all = 1; all >= 0; all--) {
        free(text);
        FILE *out = open_memstream(&text, &size);
        if (out == NULL)
            die_errno("cannot allocate memory for a subtitle");
        write_conditions(&v, all == 1, out);
        write_repeats(&v, figure, metric, out);
        fclose(out);
        if (characters(text) <= SUBTITLE_MAX)
            return text;
    }
    char *cut = copy_within(text, SUBTITLE_MAX);
    free(text);
    return cut;
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
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        die_errno("cannot allocate memory for a reading");
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
    fclose(out);
    trim(text);
    return text;
}

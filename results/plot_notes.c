// plot_notes.c: see drawing.h. The lines below a figure: what is missing in it, and why.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "results/drawing.h"
#include "results/readings.h"

// Of a line; and at the end of the last one for how many there are more.
static const double ROOM = CANVAS_WIDTH - 2 * CANVAS_EDGE, MORE_ROOM = 180;

// Those of a model that failed one after the other, and for the same reason, are one note.
struct failures {
    unsigned first, last;
    unsigned failed, tried; // repeats
    char why[SENTENCE];     // empty: none
};

static void note_failures(const struct drawing *d, unsigned model, const struct failures *f)
{
    char x[WORDS], text[SENTENCE];

    if (*f->why == '\0')
        return;
    fprintf(d->notes, "%s at %s", drawing_model(d, model)->name, point_words(d, f->first, x));
    if (f->last != f->first)
        fprintf(d->notes, " to %s", point_words(d, f->last, x));
    fputs(": ", d->notes);
    if (f->failed < f->tried)
        fprintf(d->notes, "%u of %u repeats failed, ", f->failed, f->tried);
    snprintf(text, sizeof text, "%s", f->why);
    fprintf(d->notes, "%s\n", text_fit(text, sizeof text, FONT_NOTE, 420));
}

void drawing_note_failures(const struct drawing *d)
{
    for (size_t m = 0; m < d->model_count; m++) {
        struct failures run = {.why = ""};
        for (unsigned p = 0; p < d->scenario->point_count; p++) {
            const struct cell *c = drawing_cell(d, p, d->models[m]);
            struct failures one = {p, p, c->tried - c->n, c->tried, ""};
            if (c->tried == 0)
                continue;
            if (!c->ended && c->n < c->tried)
                snprintf(one.why, sizeof one.why, "%s", reading_reason(c->why));
            if (strcmp(one.why, run.why) == 0 && one.failed == run.failed) {
                run.last = p;
                continue;
            }
            note_failures(d, d->models[m], &run);
            run = one;
        }
        note_failures(d, d->models[m], &run);
    }
}

const char *drawing_why_none(const struct cell *c, enum metric metric)
{
    // From which share of unanswered requests on there is none.
    static const double bears[METRIC_COUNT] = {
        [METRIC_p50] = 0.5, [METRIC_p90] = 0.1, [METRIC_p99] = 0.01, [METRIC_p99_9] = 0.001};
    double answered = c->of[METRIC_answered].mean.value / c->of[METRIC_sent].mean.value;
    // Those that were due and not even sent count too.
    double missing = 1 - fmin(answered, cell_share(c));

    if (c->of[METRIC_rps].mean.value == 0)
        return "no answers";
    if (metric == METRIC_connect_p50 || metric == METRIC_connect_p99)
        return "too few connections";
    if (bears[metric] > 0 && missing > 0.5)
        return "most requests unanswered";
    if (bears[metric] > 0 && missing > bears[metric])
        return "too many unanswered";
    return bears[metric] > 0 ? "too few answers" : "no value";
}

static const double STRETCH = 1.5;

bool drawing_is_beyond(const struct drawing *d, unsigned point, unsigned model, enum metric metric,
                       double served)
{
    return cells_partial(d->cells, d->number, point, model) &&
           drawing_cell(d, point, model)->of[metric].mean.value > STRETCH * served;
}

// ---- What is so at several points and for several models ----------------------------------------

// Writes into `text` who matches: "all models", "all but blocking", "poll, epoll". False: nobody.
static bool name_matches(const struct drawing *d, unsigned point, drawing_match *match,
                         const void *of, char text[SENTENCE])
{
    unsigned *named = calloc(2, (d->model_count + 1) * sizeof *named);
    size_t count = 0, other_count = 0, length = 0;

    if (named == NULL)
        die_errno("cannot allocate memory for a note");
    unsigned *others = named + d->model_count + 1;
    for (size_t m = 0; m < d->model_count; m++) {
        const struct cell *c = drawing_cell(d, point, d->models[m]);
        if (c->n == 0 || c->ended)
            continue;
        if (match(d, point, d->models[m], of))
            named[count++] = d->models[m];
        else
            others[other_count++] = d->models[m];
    }
    bool all = count > 1 && other_count == 0, most = count > 2 && other_count == 1;
    const unsigned *list = most ? others : named;
    *text = '\0';
    if (all || most)
        length = (size_t)snprintf(text, SENTENCE, "all %s", all ? "models" : "but ");
    for (size_t i = 0; !all && i < (most ? 1 : count) && length < SENTENCE; i++)
        length += (size_t)snprintf(text + length, SENTENCE - length, "%s%s", i > 0 ? ", " : "",
                                   drawing_model(d, list[i])->name);
    free(named);
    return count > 0;
}

// "8 to 64 (all models), 128 (poll)": points one after the other, the same models. Returns at how
// many points there are any.
static size_t list_points(const struct drawing *d, const unsigned *points, size_t count,
                          drawing_match *match, const void *of, FILE *out)
{
    char who[SENTENCE], next[SENTENCE], x[WORDS];
    size_t found = 0;

    for (size_t first = 0, end; first < count; first = end) {
        end = first + 1;
        if (!name_matches(d, points[first], match, of, who))
            continue;
        while (end < count && name_matches(d, points[end], match, of, next) &&
               strcmp(who, next) == 0)
            end++;
        fprintf(out, "%s%s", found > 0 ? ", " : "", point_words(d, points[first], x));
        if (end > first + 1)
            fprintf(out, "%s%s", end == first + 2 ? " and " : " to ",
                    point_words(d, points[end - 1], x));
        if (d->model_count > 1)
            fprintf(out, " (%s)", who);
        found += end - first;
    }
    return found;
}

// Of which models it is so at any of the points.
static void list_models(const struct drawing *d, const unsigned *points, size_t count,
                        drawing_match *match, const void *of, FILE *out)
{
    bool any = false;

    for (size_t m = 0; m < d->model_count; m++)
        for (size_t i = 0; i < count; i++) {
            const struct cell *c = drawing_cell(d, points[i], d->models[m]);
            if (c->n == 0 || c->ended || !match(d, points[i], d->models[m], of))
                continue;
            fprintf(out, "%s%s", any ? ", " : "", drawing_model(d, d->models[m])->name);
            any = true;
            break;
        }
}

void drawing_note_points(const struct drawing *d, const char *lead, const unsigned *points,
                         size_t count, drawing_match *match, const void *of)
{
    char *text = NULL;
    size_t size;
    FILE *out = text_open(&text, &size);

    size_t found = list_points(d, points, count, match, of, out);
    text_close(out);
    // What has no room would be cut in its middle.
    if (found > 0 && text_width(lead, FONT_NOTE) + text_width(text, FONT_NOTE) > ROOM - MORE_ROOM) {
        fprintf(d->notes, "%sup to %zu of %zu points (", lead, found, count);
        list_models(d, points, count, match, of, d->notes);
        fputs(")\n", d->notes);
    } else if (found > 0) {
        fprintf(d->notes, "%s%s\n", lead, text);
    }
    free(text);
}

static bool is_limited(const struct drawing *d, unsigned point, unsigned model, const void *unused)
{
    const struct cell *c = drawing_cell(d, point, model);

    (void)unused;
    return 2 * c->limited > c->n;
}

void drawing_note_limits(const struct drawing *d, const unsigned *points, size_t count)
{
    drawing_note_points(d, "load generator at its limit: ", points, count, is_limited, NULL);
}

static bool is_left(const struct drawing *d, unsigned point, unsigned model, const void *unused)
{
    (void)unused;
    return cells_partial(d->cells, d->number, point, model);
}

void drawing_note_partial(const struct drawing *d, const unsigned *points, size_t count)
{
    drawing_note_points(d, "some clients were left waiting: ", points, count, is_left, NULL);
}

// ---- On the canvas ------------------------------------------------------------------------------

enum { LINES = 2 };

// Appends a note to a line that has room for it. False: it has not.
static bool place_note(char line[1024], const char *note, double room)
{
    static const char between[] = "  ·  ";
    size_t length = strlen(line);
    double width = text_width(between, FONT_NOTE) + text_width(note, FONT_NOTE);

    if (length > 0 && text_width(line, FONT_NOTE) + width > room)
        return false;
    snprintf(line + length, 1024 - length, "%s%s", length > 0 ? between : "", note);
    text_fit(line, 1024, FONT_NOTE, room); // one that is alone and too long is cut
    return true;
}

// As many of them as the lines take, each on the first that has room.
void place_notes(const struct drawing *d, char *notes)
{
    char lines[LINES][1024] = {""};
    size_t left = 0;

    for (char *rest = notes, *note; (note = strsep(&rest, "\n")) != NULL;) {
        bool placed = *note == '\0';
        for (size_t i = 0; i < LINES && !placed; i++)
            placed = place_note(lines[i], note, i + 1 < LINES ? ROOM : ROOM - MORE_ROOM);
        left += !placed;
    }
    if (left > 0) {
        size_t length = strlen(lines[LINES - 1]);
        snprintf(lines[LINES - 1] + length, sizeof *lines - length, "  ·  and %zu more", left);
    }
    bool both = *lines[1] != '\0';
    overlay_text(d, CANVAS_EDGE, both ? 64 : 56, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, lines[0]);
    overlay_text(d, CANVAS_EDGE, 40, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, lines[1]);
}

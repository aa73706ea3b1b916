// plot_notes.c: see drawing.h. The lines below a figure: what is missing in it, and why.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"

void drawing_note_failures(const struct drawing *d)
{
    char x[WORDS], text[SENTENCE];

    for (size_t m = 0; m < d->model_count; m++)
        for (unsigned p = 0; p < d->scenario->point_count; p++) {
            const struct cell *c = drawing_cell(d, p, d->models[m]);
            if (c->ended || c->n == c->tried)
                continue;
            snprintf(text, sizeof text, "%s", c->why);
            fprintf(d->notes, "%s at %s: ", drawing_model(d, d->models[m])->name,
                    point_words(d, p, x));
            if (c->n > 0)
                fprintf(d->notes, "%u of %u repeats failed, ", c->tried - c->n, c->tried);
            fprintf(d->notes, "%s\n", text_fit(text, sizeof text, FONT_NOTE, 420));
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

void drawing_note_points(const struct drawing *d, const char *lead, const unsigned *points,
                         size_t count, drawing_match *match, const void *of)
{
    char who[SENTENCE], next[SENTENCE], x[WORDS];
    bool any = false;

    for (size_t first = 0, end; first < count; first = end) {
        end = first + 1;
        if (!name_matches(d, points[first], match, of, who))
            continue;
        // Points one after the other, the same models: "8 to 64 (all models)".
        while (end < count && name_matches(d, points[end], match, of, next) &&
               strcmp(who, next) == 0)
            end++;
        fprintf(d->notes, "%s%s", any ? ", " : lead, point_words(d, points[first], x));
        if (end > first + 1)
            fprintf(d->notes, "%s%s", end == first + 2 ? " and " : " to ",
                    point_words(d, points[end - 1], x));
        if (d->model_count > 1)
            fprintf(d->notes, " (%s)", who);
        any = true;
    }
    if (any)
        fputc('\n', d->notes);
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

// ---- On the canvas ------------------------------------------------------------------------------

enum { LINES = 2 };

// As many of them as the lines take.
void place_notes(const struct drawing *d, char *notes)
{
    static const double room = CANVAS_WIDTH - 2 * CANVAS_EDGE, more_room = 180;
    static const char between[] = "  ·  ";
    char lines[LINES][1024] = {""}, more[WORDS];
    size_t line = 0, left = 0;

    for (char *rest = notes, *note; (note = strsep(&rest, "\n")) != NULL;) {
        if (*note == '\0')
            continue;
        double width = text_width(note, FONT_NOTE) + text_width(between, FONT_NOTE);
        if (line < LINES && *lines[line] != '\0' &&
            text_width(lines[line], FONT_NOTE) + width > room - (line + 1 == LINES ? more_room : 0))
            line++;
        if (line >= LINES) {
            left++;
            continue;
        }
        size_t length = strlen(lines[line]);
        snprintf(lines[line] + length, sizeof *lines - length, "%s%s", length > 0 ? between : "",
                 note);
        // A note of its own line that is too long for it is cut.
        text_fit(lines[line], sizeof *lines, FONT_NOTE, room - (line + 1 == LINES ? more_room : 0));
    }
    if (left > 0) {
        snprintf(more, sizeof more, "%sand %zu more", between, left);
        size_t length = strlen(lines[LINES - 1]);
        snprintf(lines[LINES - 1] + length, sizeof *lines - length, "%s", more);
    }
    bool both = *lines[1] != '\0';
    overlay_text(d, CANVAS_EDGE, both ? 64 : 56, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, lines[0]);
    overlay_text(d, CANVAS_EDGE, 40, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, lines[1]);
}

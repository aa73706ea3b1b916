// timeline_draw.c: see timeline.h. Which models share a figure, and the table of all boxes.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/drawing.h"
#include "results/timeline.h"
#include "results/whole_file.h"

enum { WHY = 256, NAME = 64 };

// All that can be drawn.
struct sheet {
    const struct timeline_record *record;
    struct timeline_panel *panels; // of each model; without a take: it is not drawn
    char (*notes)[WHY];            // of each model: what is to be known of it; or empty
};

// ---- Panels --------------------------------------------------------------------------------

static void note_gaps(const struct sheet *s, unsigned model)
{
    const struct timeline *t = &s->panels[model].timeline;
    const char *name = s->record->models.list[model].name;

    if (t->lost > 0)
        snprintf(s->notes[model], WHY, "%s: %llu events were lost, boxes are missing", name,
                 (unsigned long long)t->lost);
    else if (!t->whole)
        snprintf(s->notes[model], WHY, "%s: its trace has no end, boxes may be missing", name);
    if (*s->notes[model] != '\0')
        warn("%s", s->notes[model]);
}

// Why the last take of a model that was never served to the end failed.
static const char *why_none(const struct timeline_record *r, unsigned model)
{
    const char *why = r->models.list[model].unavailable;

    for (size_t i = 0; i < r->take_count && why == NULL; i++)
        if (r->takes[i].model == model && *r->takes[i].why != '\0')
            why = r->takes[i].why;
    return why != NULL ? why : "was not met";
}

bool timeline_shows(const struct timeline_panel *p, const struct timeline_box *box)
{
    return box->end_us >= 0 && box->begin_us <= p->served_us;
}

// Whether its trace tells of anybody while the clients were there.
static bool is_served(const struct timeline_panel *p)
{
    const struct timeline *t = &p->timeline;

    for (size_t i = 0; i < t->box_count; i++)
        if (t->boxes[i].kind == TIMELINE_SERVE && timeline_shows(p, &t->boxes[i]))
            return true;
    return false;
}

// How late all steps of clients and servers together were: others had the processor. What the
// model makes clients wait for is not in it: a service is late only from when its row was free; but
// births are, as a whole: they cost the same in each take.
static double disturbance(const struct timeline_panel *p, double work_us)
{
    const struct timeline *t = &p->timeline;
    double late = timeline_lateness(p->take, work_us), free_us[TIMELINE_ROWS_MAX] = {0};
    unsigned served[TIMELINE_CLIENTS] = {0};

    for (size_t i = 0; i < t->box_count; i++) {
        const struct timeline_box *box = &t->boxes[i];
        if (box->kind == TIMELINE_CREATE && timeline_shows(p, box))
            late += box->end_us - fmax(0, box->begin_us);
        if (box->kind != TIMELINE_SERVE)
            continue;
        unsigned k = served[box->client]++;
        if (k < TIMELINE_REQUESTS) {
            double asked_us = p->take->met[box->client].asked[k];
            late += fmax(0, box->begin_us - fmax(asked_us, free_us[box->row]));
        }
        late += box->end_us - box->begin_us - work_us;
        free_us[box->row] = box->end_us;
    }
    return late;
}

// False, with why: its trace can't be read, or not be drawn.
static bool open_take(const struct timeline_record *r, const struct timeline_take *take,
                      struct timeline_panel *p, char why[WHY])
{
    char *file = timeline_trace_path(r, take->model, take->round);

    *p = (struct timeline_panel){
        .model = take->model, .take = take, .served_us = timeline_served(take)};
    bool read = timeline_read(&p->timeline, file, (long)take->pid, r->models.list[take->model].crew,
                              why);
    if (read && !(timeline_align(&p->timeline, take->zero_ns) && is_served(p))) {
        timeline_free(&p->timeline);
        snprintf(why, WHY, "%.160s does not tell of these clients", file);
        read = false;
    }
    free(file);
    return read;
}

// The least disturbed of a model's takes. False: a trace can't be read.
static bool open_panel(const struct sheet *s, unsigned model)
{
    const struct timeline_record *r = s->record;
    struct timeline_panel *best = &s->panels[model], one;
    char why[WHY];
    int64_t work_ns = 0;
    bool whole = true;

    timeline_read_work(r->work, &work_ns);
    snprintf(why, sizeof why, "%s", why_none(r, model));
    for (size_t i = 0; i < r->take_count; i++) {
        double work_us = (double)work_ns / 1e3;
        if (r->takes[i].model != model || !isfinite(timeline_served(&r->takes[i])))
            continue;
        if (!open_take(r, &r->takes[i], &one, why)) {
            warn("%s, round %u, can't be drawn: %s", r->models.list[model].name, r->takes[i].round,
                 why);
            whole = false;
        } else if (best->take == NULL || disturbance(&one, work_us) < disturbance(best, work_us)) {
            timeline_free(&best->timeline);
            *best = one;
        } else {
            timeline_free(&one.timeline);
        }
    }
    if (best->take != NULL)
        note_gaps(s, model);
    else
        snprintf(s->notes[model], WHY, "%s is missing: %.200s", r->models.list[model].name, why);
    return whole;
}

static bool is_active(const struct timeline_panel *p, unsigned row)
{
    const struct timeline *t = &p->timeline;

    for (size_t i = 0; i < t->box_count; i++)
        if (t->boxes[i].row == row && timeline_shows(p, &t->boxes[i]))
            return true;
    return false;
}

size_t timeline_rows(const struct timeline_panel *p, unsigned rows[TIMELINE_ROWS_MAX])
{
    const struct timeline *t = &p->timeline;
    size_t count = 0;

    for (unsigned row = 0; row < t->row_count; row++)
        if (row == 0 ? is_active(p, row) : t->rows[row].since_us <= p->served_us)
            rows[count++] = row;
    return count;
}

unsigned timeline_last_row(const struct timeline_panel *p)
{
    const struct timeline *t = &p->timeline;
    unsigned row = 0;

    for (size_t i = 0; i < t->box_count; i++) // in the order of their ends
        if (t->boxes[i].kind == TIMELINE_SERVE && timeline_shows(p, &t->boxes[i]))
            row = t->boxes[i].row;
    return row;
}

// ---- The table -----------------------------------------------------------------------------

static void write_panel(const struct sheet *s, const struct timeline_panel *p, FILE *out)
{
    static const char *const kinds[] = {[TIMELINE_CREATE] = "create",
                                        [TIMELINE_THINK] = "think",
                                        [TIMELINE_SERVE] = "serve",
                                        [TIMELINE_ACCEPT] = "accept"};
    static const char *const letters[TIMELINE_CLIENTS] = {"A", "B", "C", "D"};
    const char *model = s->record->models.list[p->model].name;
    const struct timeline *t = &p->timeline;

    for (int i = 0; i < TIMELINE_CLIENTS; i++)
        fprintf(out, "%s\t%u\t\tconnect\t%s\t%.6f\t%.6f\t\t\n", model, p->take->round, letters[i],
                p->take->met[i].connects / 1e3, p->take->met[i].connected / 1e3);
    for (size_t i = 0; i < t->box_count; i++) {
        const struct timeline_box *box = &t->boxes[i];
        const struct timeline_row *row = &t->rows[box->row];
        if (timeline_shows(p, box))
            fprintf(out, "%s\t%u\t%s\t%s\t%s\t%.6f\t%.6f\t%ld\t%ld\n", model, p->take->round,
                    row->name, kinds[box->kind], box->client >= 0 ? letters[box->client] : "",
                    box->begin_us / 1e3, box->end_us / 1e3, row->process, row->thread);
    }
}

static void write_table(const void *what, FILE *out)
{
    const struct sheet *s = what;

    fputs("model\tround\trow\tkind\tclient\tbegin_ms\tend_ms\tprocess\tthread\n", out);
    for (size_t m = 0; m < s->record->models.count; m++)
        if (s->panels[m].take != NULL)
            write_panel(s, &s->panels[m], out);
}

// ---- Figures -------------------------------------------------------------------------------

// One of an earlier drawing, or half a one, would pass for one of this.
static void remove_old(const struct timeline_record *r, const char *name)
{
    static const char *const endings[] = {"png", "svg"};
    char file[PATH_MAX];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(file, sizeof file, "%s/%s.%s", r->folder, name, endings[i]);
        unlink(file);
    }
}

// The models for which a figure is made, in one or more, as many as each has room for.
static bool draw_group(const struct sheet *s, const char *name, const char *title,
                       const unsigned *models, size_t count)
{
    struct timeline_panel **panels = calloc(count + 1, sizeof(struct timeline_panel *));
    char *notes = NULL, one[NAME + 16], headed[SENTENCE + 16];
    size_t size = 0, left = 0, fit;
    bool drawn = true;
    FILE *out = open_memstream(&notes, &size);

    if (panels == NULL || out == NULL)
        die_errno("cannot allocate memory for a figure");
    for (size_t i = 0; i < count; i++) {
        if (s->panels[models[i]].take != NULL)
            panels[left++] = &s->panels[models[i]];
        if (*s->notes[models[i]] != '\0')
            fprintf(out, "%s\n", s->notes[models[i]]);
    }
    fclose(out);
    for (size_t at = 0, page = 1; left > 0; at += fit, left -= fit, page++) {
        fit = timeline_fit(panels + at, left);
        snprintf(one, sizeof one, page > 1 ? "%s-%zu" : "%s", name, page);
        snprintf(headed, sizeof headed, page > 1 ? "%s (%zu)" : "%s", title, page);
        remove_old(s->record, one);
        if (!timeline_figure(s->record, one, headed, panels + at, fit, notes)) {
            remove_old(s->record, one);
            drawn = false;
        }
    }
    free(panels);
    free(notes);
    return drawn;
}

// A family is a folder, and has a colour of its own (models.tsv).
static bool is_family(const struct model *a, const struct model *b)
{
    return strcmp(a->colour, b->colour) == 0;
}

static size_t list_family(const struct models *models, unsigned first, unsigned *list)
{
    size_t count = 0;

    for (unsigned m = 0; m < models->count; m++)
        if (is_family(&models->list[first], &models->list[m]))
            list[count++] = m;
    return count;
}

static bool draw_families(const struct sheet *s, unsigned *list, unsigned *others)
{
    const struct models *models = &s->record->models;
    char name[NAME], title[SENTENCE];
    size_t other_count = 0;
    bool drawn = true;

    for (unsigned m = 0; m < models->count; m++) {
        size_t count = list_family(models, m, list);
        if (list[0] != m) // its family has had its turn
            continue;
        if (count == 1) {
            others[other_count++] = m;
            continue;
        }
        snprintf(name, sizeof name, "timeline-%s", models->list[m].name);
        snprintf(title, sizeof title, "Who serves whom, when? %s and its variants",
                 models->list[m].name);
        drawn = draw_group(s, name, title, list, count) && drawn;
    }
    return draw_group(s, "timeline-others", "Who serves whom, when? Models without variants",
                      others, other_count) &&
           drawn;
}

static bool draw_all(const struct sheet *s)
{
    const struct models *models = &s->record->models;
    unsigned *list = calloc(models->count + 1, sizeof *list);
    unsigned *others = calloc(models->count + 1, sizeof *others);
    size_t count = 0;

    if (list == NULL || others == NULL)
        die_errno("cannot allocate memory for a figure");
    for (unsigned m = 0; m < models->count; m++)
        if (s->record->chosen || models->list[m].headline)
            list[count++] = m;
    bool drawn = draw_group(
        s, "timeline", "Who serves whom, when? Four clients, three requests each", list, count);
    if (!s->record->chosen)
        drawn = draw_families(s, list, others) && drawn;
    free(list);
    free(others);
    return drawn;
}

bool timeline_draw(struct timeline_record *r)
{
    struct sheet s = {.record = r};
    char *file;

    s.panels = calloc(r->models.count + 1, sizeof *s.panels);
    s.notes = calloc(r->models.count + 1, sizeof *s.notes);
    if (s.panels == NULL || s.notes == NULL || asprintf(&file, "%s/timeline.tsv", r->folder) < 0)
        die_errno("cannot allocate memory for a figure");
    bool whole = true;
    for (unsigned m = 0; m < r->models.count; m++)
        whole = open_panel(&s, m) && whole;
    bool written = whole_file_write(file, write_table, &s);
    bool drawn = gnuplot_found() && draw_all(&s);
    for (unsigned m = 0; m < r->models.count; m++) {
        if (s.panels[m].take != NULL)
            r->takes[s.panels[m].take - r->takes].drawn = true;
        timeline_free(&s.panels[m].timeline);
    }
    free(s.panels);
    free(s.notes);
    free(file);
    return whole && written && drawn;
}

// timeline_figure.c: see timeline.h. A figure's layout in pixels, as drawing.h has it, and the
// script that gnuplot draws it by (plots/timeline.gp).
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/units.h"
#include "results/drawing.h"
#include "results/home.h"
#include "results/timeline.h"

// Where rows may be, and where their names end. Below are the axis, notes, the footer.
static const double TOP = 740, BOTTOM = 134, LEFT = 300, RIGHT = 1560;

// A panel is so many rows high, and besides so much: the line of the connects above, a gap below.
static const double HEAD = 0.85, GAP = 0.4;

// Of a row: what reads well from the last seat, and what reads at all.
static const double ROW_MOST = 46, ROW_LEAST = 21;

// Half the height of a box, in rows. The stroke where a client is accepted reaches further.
static const double HALF = 0.37, STROKE_HALF = 0.47;

// The part of a row's length that "all served after 10.7 ms" takes.
static const double END_ROOM = 0.21;

// In pixels: below that a box would not be seen, and a letter not be read in it.
static const double BOX_LEAST = 2, LETTER_LEAST = 17;

static const char *const client_colours[TIMELINE_CLIENTS] = {"#003DB8", "#C08A00", "#006B50",
                                                             "#B3589A"};
#define CREATE_COLOUR "#9A9A9A"

struct sheet {
    struct drawing d;
    struct record record; // what drawing.h needs of one: the models
    const struct timeline_record *from;
    struct scale across;
    struct box box;
    double row; // height
    FILE *boxes, *strokes, *marks, *letters;
};

struct text {
    char *text;
    size_t size;
};

static FILE *open_text(struct text *t)
{
    FILE *f = open_memstream(&t->text, &t->size);

    if (f == NULL)
        die_errno("cannot allocate memory for a figure");
    return f;
}

// ---- Layout --------------------------------------------------------------------------------

static double height_of(const struct timeline_panel *p)
{
    unsigned rows[TIMELINE_ROWS_MAX];

    return HEAD + (double)timeline_rows(p, rows) + GAP;
}

size_t timeline_fit(struct timeline_panel *const *panels, size_t count)
{
    double rows = 0;
    size_t fit = 0;

    while (fit < count && (rows += height_of(panels[fit])) * ROW_LEAST <= TOP - BOTTOM)
        fit++;
    return fit > 0 ? fit : 1;
}

static void lay_out(struct sheet *s, struct timeline_panel *const *panels, size_t count)
{
    double rows = 0, last = 0;
    size_t late = 0;

    for (size_t i = 0; i < count; i++) {
        rows += height_of(panels[i]);
        last = fmax(last, panels[i]->served_us / 1e3);
    }
    for (size_t i = 0; i < count; i++)
        late += panels[i]->served_us / 1e3 > last * (1 - END_ROOM);
    s->row = fmin(ROW_MOST, (TOP - BOTTOM) / rows);
    s->box = (struct box){LEFT, RIGHT, TOP - rows * s->row, TOP};
    // The words of one that is far behind the others find room above its row.
    s->across = (struct scale){.high = last * (late > 1 ? 1 / (1 - END_ROOM) : 1.02)};
}

static double pixel_of(const struct sheet *s, double ms)
{
    return LEFT + scale_at(&s->across, ms) * (RIGHT - LEFT);
}

static unsigned long colour_number(const char *colour)
{
    return strtoul(colour + 1, NULL, 16);
}

// ---- What happens in a row -----------------------------------------------------------------

static unsigned long colour_of(const struct timeline_box *box)
{
    char pale[8];

    if (box->kind == TIMELINE_CREATE || box->client < 0)
        return colour_number(CREATE_COLOUR);
    if (box->kind == TIMELINE_THINK)
        return colour_number(tint(client_colours[box->client], 0.2, pale));
    return colour_number(client_colours[box->client]);
}

static void put_box(const struct sheet *s, size_t panel, const struct timeline_panel *p,
                    const struct timeline_box *box, double y)
{
    double per_pixel = s->across.high / (RIGHT - LEFT);
    double begin = fmax(box->begin_us, 0) / 1e3, end = fmin(box->end_us, p->served_us) / 1e3;
    bool stroke = box->kind == TIMELINE_ACCEPT;
    double half = s->row * (stroke ? STROKE_HALF : HALF);

    if (stroke) {
        begin -= BOX_LEAST * per_pixel; // what comes next begins here
    } else if (box->kind != TIMELINE_THINK) {
        end = fmax(end, begin + BOX_LEAST * per_pixel);
    }
    fprintf(stroke ? s->strokes : s->boxes, "%zu\t%.6f\t%.6f\t%.2f\t%.2f\t%.2f\t%lu\n", panel + 1,
            begin, end, y, y - half, y + half, colour_of(box));
    if (box->kind == TIMELINE_SERVE && (end - begin) / per_pixel >= LETTER_LEAST)
        fprintf(s->letters, "%.6f\t%.2f\t%c\n", (begin + end) / 2, y - 0.5, 'A' + box->client);
}

static void put_row(const struct sheet *s, size_t panel, const struct timeline_panel *p,
                    unsigned row, double y)
{
    const struct timeline *t = &p->timeline;

    for (size_t i = 0; i < t->box_count; i++)
        if (t->boxes[i].row == row && timeline_shows(p, &t->boxes[i]))
            put_box(s, panel, p, &t->boxes[i], y);
    overlay_text(&s->d, LEFT - 10, y, ALIGN_RIGHT, s->row < 23 ? FONT_SMALL : FONT_NOTE, MUTED,
                 (int)p->model, t->rows[row].name);
}

// ---- Panels --------------------------------------------------------------------------------

// When all were served: behind the end, or above it where there is no room.
static void put_end(const struct sheet *s, const struct timeline_panel *p, double head, double y)
{
    char text[WORDS];
    double x = pixel_of(s, p->served_us / 1e3) + 14;

    snprintf(text, sizeof text, "all served after %.1f ms", p->served_us / 1e3);
    if (x + text_width(text, FONT_NOTE) <= RIGHT)
        overlay_text(&s->d, x, y, ALIGN_LEFT, FONT_NOTE, MUTED, (int)p->model, text);
    else
        overlay_text(&s->d, RIGHT, head, ALIGN_RIGHT, FONT_NOTE, MUTED, (int)p->model, text);
}

// Its top is at y. Returns where the next one's is.
static double put_panel(const struct sheet *s, size_t panel, const struct timeline_panel *p,
                        double y)
{
    unsigned rows[TIMELINE_ROWS_MAX];
    size_t count = timeline_rows(p, rows);
    const struct model *m = drawing_model(&s->d, p->model);
    double head = y - 0.5 * s->row, first = y - (HEAD + 0.5) * s->row;
    double last = first - ((double)count - 1) * s->row, end = last;
    char name[WORDS];

    for (int i = 0; i < TIMELINE_CLIENTS; i++)
        fprintf(s->marks, "%zu\t%.6f\t%.2f\t%lu\n", panel + 1, p->take->met[i].connects / 1e3, head,
                colour_number(client_colours[i]));
    for (size_t i = 0; i < count; i++) {
        put_row(s, panel, p, rows[i], first - (double)i * s->row);
        if (rows[i] == timeline_last_row(p))
            end = first - (double)i * s->row;
    }
    overlay_text(&s->d, CANVAS_EDGE, (first + last) / 2, ALIGN_LEFT, FONT_LABEL, model_colour(m),
                 (int)p->model, label_of(&s->d, p->model, name));
    put_end(s, p, head, end);
    return y - height_of(p) * s->row;
}

static void put_panels(const struct sheet *s, struct timeline_panel *const *panels, size_t count)
{
    double y = TOP;

    for (size_t i = 0; i < count; i++) {
        y = put_panel(s, i, panels[i], y);
        if (i + 1 < count)
            overlay_line(&s->d, CANVAS_EDGE, y, RIGHT, y, "#D4D4D4", NOBODY);
    }
}

// ---- What stands around it -----------------------------------------------------------------

static void put_header(const struct sheet *s, const char *title)
{
    char text[SENTENCE], thinks[WORDS];
    int64_t work_ns = 0;

    timeline_read_work(s->from->work, &work_ns);
    scale_words(MEASURE_TIME, timeline_thinks((double)work_ns), thinks);
    overlay_text(&s->d, CANVAS_EDGE, 850, ALIGN_LEFT, FONT_TITLE, INK, NOBODY, title);
    overlay_text(&s->d, CANVAS_EDGE, 799, ALIGN_LEFT, FONT_SUB, MUTED, NOBODY,
                 "▼ client connects  ·  stroke = accepted  ·  solid = being served  ·  "
                 "pale = its thread waits  ·  grey = fork(), pthread_create()");
    snprintf(text, sizeof text,
             "each request: --work %.30s in the server  ·  clients think %.20s in between  ·  "
             "crews of %d (--workers %d)  ·  the least disturbed of %s%u runs",
             s->from->work, thinks, TIMELINE_CREW, TIMELINE_CREW,
             s->from->interrupted ? "up to " : "", s->from->rounds);
    overlay_text(&s->d, CANVAS_EDGE, 764, ALIGN_LEFT, FONT_NOTE, MUTED, NOBODY, text);
}

static void put_footer(const struct sheet *s)
{
    const struct timeline_record *r = s->from;
    const struct environment *e = &r->machine;
    char text[2048];

    snprintf(text, sizeof text,
             "run %.80s   commit %.40s   %.60s   %.50s   %u cores   %.900s   "
             "MODEL --service frame --work %.30s --workers %d --trace FILE",
             r->name, *e->commit != '\0' ? e->commit : "unknown", e->kernel, e->cpu, e->cores,
             e->command, r->work, TIMELINE_CREW);
    text_fit(text, sizeof text, FONT_FOOT, CANVAS_WIDTH - 2 * CANVAS_EDGE);
    overlay_text(&s->d, CANVAS_EDGE, 16, ALIGN_LEFT, FONT_FOOT, FAINT, NOBODY, text);
}

// ---- The script ----------------------------------------------------------------------------

static void write_assignment(FILE *out, const char *variable, const char *folder, const char *name,
                             const char *ending)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    fprintf(out, "%s = ", variable);
    write_quoted(out, path);
    fputc('\n', out);
}

static void write_block(FILE *out, const char *name, const char *first, const char *second)
{
    fprintf(out, "$%s << END\n%s%sEND\n", name, first, second);
}

static void write_drawing(const struct sheet *s, const char *name, const char *overlay, FILE *out)
{
    static const char *const parts[] = {"style", "timeline", "overlay"};
    static const char *const formats[] = {"png", "svg"};

    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        char ending[8];
        snprintf(ending, sizeof ending, ".%s", formats[f]);
        write_assignment(out, "OUT", s->from->folder, name, ending);
        fprintf(out, "FORMAT = '%s'\n", formats[f]);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char *plots = home_path("results/plots");
            write_assignment(out, "SCRIPT", plots, parts[i], ".gp");
            fputs("load SCRIPT\n", out);
            free(plots);
        }
        fprintf(out, "plot \\\n%s    1/0 notitle\n", overlay);
        fputs("unset multiplot\nset output\nreset\n", out);
    }
}

// What has been laid out becomes two pictures.
static bool render(struct sheet *s, const char *name, const char *title, const char *overlay,
                   const struct text data[4])
{
    struct text script = {0};
    char file[PATH_MAX];

    s->d.script = open_text(&script);
    fputs("$ONE << END\n1\nEND\n", s->d.script);
    write_block(s->d.script, "BOXES", data[0].text, data[1].text);
    write_block(s->d.script, "MARKS", data[2].text, "");
    // One at least, off the canvas: gnuplot complains of a block without any.
    write_block(s->d.script, "LETTERS", data[3].text, "-1e9\t-1e9\tA\n");
    fprintf(s->d.script, "LETTER = %g\n", fmin(15, s->row * 0.55));
    write_models(&s->d);
    write_box(s->d.script, &s->box);
    write_scale(s->d.script, "X", &s->across, MEASURE_COUNT, RIGHT - LEFT);
    write_drawing(s, name, overlay, s->d.script);
    fclose(s->d.script);
    snprintf(file, sizeof file, "%s/%s.svg", s->from->folder, name);
    bool drawn = gnuplot_run(script.text, script.size, name) &&
                 svg_finish(&s->record, file, name, title);
    free(script.text);
    return drawn;
}

bool timeline_figure(const struct timeline_record *r, const char *name, const char *title,
                     struct timeline_panel *const *panels, size_t count, const char *notes)
{
    struct sheet s = {.record = {.models = r->models}, .from = r};
    struct text overlay, data[4];
    char *noted = strdup(notes);

    s.d = (struct drawing){.record = &s.record, .model_count = count};
    s.d.models = calloc(count + 1, sizeof *s.d.models);
    if (s.d.models == NULL || noted == NULL)
        die_errno("cannot allocate memory for a figure");
    for (size_t i = 0; i < count; i++)
        s.d.models[i] = panels[i]->model;
    s.d.overlay = open_text(&overlay);
    s.boxes = open_text(&data[0]);
    s.strokes = open_text(&data[1]);
    s.marks = open_text(&data[2]);
    s.letters = open_text(&data[3]);
    lay_out(&s, panels, count);
    put_header(&s, title);
    put_panels(&s, panels, count);
    overlay_text(&s.d, LEFT - 28, s.box.bottom - 38, ALIGN_RIGHT, FONT_SUB, INK, NOBODY,
                 "time, ms");
    place_notes(&s.d, noted);
    put_footer(&s);
    fclose(s.boxes);
    fclose(s.strokes);
    fclose(s.marks);
    fclose(s.letters);
    fclose(s.d.overlay);
    bool drawn = render(&s, name, title, overlay.text, data);
    for (size_t i = 0; i < 4; i++)
        free(data[i].text);
    free(overlay.text);
    free(s.d.models);
    free(noted);
    return drawn;
}

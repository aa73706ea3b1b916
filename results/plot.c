// plot.c: see plot.h. One figure after the other: its data file, a script for gnuplot, the picture.
#include "results/plot.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"
#include "results/drawing.h"
#include "results/home.h"
#include "results/readings.h"

static const struct kind {
    const char *name;
    draw *draw;
} kinds[] = {{"lines", draw_lines}, {"load", draw_load},
             {"bars", draw_bars},   {"percentiles", draw_percentiles},
             {"heat", draw_heat},   {"clients", draw_clients}};

const struct cell *drawing_cell(const struct drawing *d, unsigned point, unsigned model)
{
    return cell_at(d->cells, d->number, point, model);
}

const struct model *drawing_model(const struct drawing *d, unsigned model)
{
    return &d->record->models.list[model];
}

bool drawing_has_point(const struct drawing *d, unsigned point)
{
    for (size_t m = 0; m < d->model_count; m++)
        if (drawing_cell(d, point, d->models[m])->tried > 0)
            return true;
    return false;
}

// ---- What stands around every figure ------------------------------------------------------------

static void place_footer(const struct drawing *d)
{
    const struct record *r = d->record;
    const struct environment *e = &r->machine;
    char text[RESULT_TEXT + 512], cores[sizeof r->server_cores * 3];

    if (r->server_cores[0] == '\0')
        snprintf(cores, sizeof cores, "not pinned");
    else
        snprintf(cores, sizeof cores, "server on %s, load on %s", r->server_cores, r->load_cores);
    snprintf(text, sizeof text,
             "run %.80s   commit %.20s   %.60s   %.50s   %u cores, %s   nofile %llu   %s", r->name,
             *e->commit != '\0' ? e->commit : "unknown", e->kernel, e->cpu, e->cores, cores,
             (unsigned long long)e->nofile, r->command);
    text_fit(text, sizeof text, FONT_FOOT, CANVAS_WIDTH - 2 * CANVAS_EDGE);
    overlay_text(d, CANVAS_EDGE, 16, ALIGN_LEFT, FONT_FOOT, FAINT, NOBODY, text);
}

static void place_header(const struct drawing *d, const char *title, const char *subtitle)
{
    overlay_text(d, CANVAS_EDGE, 850, ALIGN_LEFT, FONT_TITLE, INK, NOBODY, title);
    overlay_text(d, CANVAS_EDGE, 797, ALIGN_LEFT, FONT_SUB, MUTED, NOBODY, subtitle);
}

// ---- The script ---------------------------------------------------------------------------------

static void write_path(FILE *out, const char *variable, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void write_path(FILE *out, const char *variable, const char *format, ...)
{
    va_list args;
    char *path;

    va_start(args, format);
    int length = vasprintf(&path, format, args);
    va_end(args);
    if (length < 0)
        die_errno("cannot allocate memory for a path");
    fprintf(out, "%s = ", variable);
    write_quoted(out, path);
    fputc('\n', out);
    free(path);
}

// Both pictures in one process: what gnuplot needs longest for is to start.
static void write_script(const struct drawing *d, const char *base, const char *overlay, FILE *out)
{
    static const char *const formats[] = {"png", "svg"};

    fputs("$ONE << END\n1\nEND\n", out);
    write_path(out, "DATA", "%s.tsv", base);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        write_path(out, "OUT", "%s.%s", base, formats[i]);
        fprintf(out, "FORMAT = '%s'\n", formats[i]);
        write_path(out, "SCRIPT", "%s/results/plots/style.gp", home());
        fputs("load SCRIPT\n", out);
        write_path(out, "SCRIPT", "%s/results/plots/%s.gp", home(), d->figure->kind);
        fputs("load SCRIPT\n", out);
        write_path(out, "SCRIPT", "%s/results/plots/overlay.gp", home());
        fprintf(out, "load SCRIPT\nplot \\\n%s    1/0 notitle\n", overlay);
        fputs("unset multiplot\nset output\nreset\n", out);
    }
}

// False, having said so: the disk is full, say.
static bool write_data(const char *base, const char *text, size_t size)
{
    char *file;

    if (asprintf(&file, "%s.tsv", base) < 0)
        die_errno("cannot allocate memory for a path");
    FILE *out = fopen(file, "we");
    bool written = out != NULL && fwrite(text, 1, size, out) == size;
    if (out == NULL || fclose(out) != 0 || !written) {
        warn_errno("cannot write %s", file);
        written = false;
    }
    free(file);
    return written;
}

// What an earlier drawing has left would pass for one of this data.
static void remove_old(const char *base)
{
    static const char *const ends[] = {"tsv", "png", "svg"};
    char file[PATH_MAX + 8];

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(file, sizeof file, "%s.%s", base, ends[i]);
        unlink(file);
    }
}

// ---- A figure -----------------------------------------------------------------------------------

struct texts {
    char *data, *script, *overlay, *notes;
    size_t data_size, script_size, overlay_size, notes_size;
};

static bool render(struct drawing *d, struct texts *t, const char *base)
{
    char *title = reading_title(d->cells, d->number, d->figure), *file;
    char *subtitle = reading_subtitle(d->cells, d->number, d->figure);

    text_close(d->notes);
    place_header(d, title, subtitle);
    place_notes(d, t->notes);
    place_footer(d);
    text_close(d->overlay);
    write_script(d, base, t->overlay, d->script);
    text_close(d->script);
    text_close(d->data);
    if (asprintf(&file, "%s.svg", base) < 0)
        die_errno("cannot allocate memory for a path");
    bool drawn = write_data(base, t->data, t->data_size) &&
                 gnuplot_run(t->script, t->script_size, d->figure->name) &&
                 svg_finish(d->record, file, d->figure->name, title);
    free(file);
    free(title);
    free(subtitle);
    return drawn;
}

static void find_models(struct drawing *d)
{
    size_t all = d->record->models.count;

    d->models = calloc(all + 1, sizeof *d->models);
    if (d->models == NULL)
        die_errno("cannot allocate memory for a figure");
    for (unsigned m = 0; m < all; m++) {
        bool tried = false;
        for (unsigned p = 0; p < d->scenario->point_count; p++)
            tried |= drawing_cell(d, p, m)->tried > 0;
        if (tried)
            d->models[d->model_count++] = m;
    }
}

static bool draw_figure(struct drawing *d, const struct kind *kind, const char *base)
{
    struct texts t = {0};

    find_models(d);
    d->data = text_open(&t.data, &t.data_size);
    d->script = text_open(&t.script, &t.script_size);
    d->overlay = text_open(&t.overlay, &t.overlay_size);
    d->notes = text_open(&t.notes, &t.notes_size);
    write_models(d);
    bool any = d->model_count > 0 && kind->draw(d), drawn = false;
    if (any) {
        drawn = render(d, &t, base);
    } else {
        warn("%s is not drawn: nothing of it was measured", d->figure->name);
        text_close(d->data);
        text_close(d->script);
        text_close(d->overlay);
        text_close(d->notes);
    }
    if (!drawn)
        remove_old(base);
    free(t.data);
    free(t.script);
    free(t.overlay);
    free(t.notes);
    free(d->models);
    return drawn;
}

unsigned plot_all(const struct cells *cells)
{
    const struct record *r = cells->record;
    char folder[PATH_MAX - 64], base[PATH_MAX];
    unsigned drawn = 0;

    if (!gnuplot_found())
        return 0;
    snprintf(folder, sizeof folder, "%s/plots", r->folder);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        warn_errno("the figures are not drawn: cannot make %s", folder);
        return 0;
    }
    for (unsigned s = 0; s < r->scenario_count; s++)
        for (size_t f = 0; f < r->scenarios[s].figure_count; f++) {
            const struct figure *figure = &r->scenarios[s].figures[f];
            struct drawing d = {.cells = cells,
                                .record = r,
                                .scenario = &r->scenarios[s],
                                .number = s,
                                .figure = figure};
            snprintf(base, sizeof base, "%s/%s", folder, figure->name);
            remove_old(base);
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
                if (strcmp(kinds[k].name, figure->kind) == 0)
                    drawn += draw_figure(&d, &kinds[k], base);
        }
    return drawn;
}

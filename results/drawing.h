// drawing.h: what the kinds of figure share. C lays a figure out, in pixels of a canvas whose
// origin is at the lower left; gnuplot draws it (plots/*.gp).
//
// Whatever belongs to a model is one element of a plot command with the title "model:K", K its
// place in the record. plot_svg.c makes of it a name and a hook for the switches of the report. So
// no name is ever a title for gnuplot, which would take "_" and "{" for mark-up.
#ifndef RESULTS_DRAWING_H
#define RESULTS_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "results/cells.h"

enum { CANVAS_WIDTH = 1600, CANVAS_HEIGHT = 900, CANVAS_EDGE = 28 };
enum { WORDS = 64, SENTENCE = 256 }; // room for texts

struct drawing {
    const struct cells *cells;
    const struct record *record;
    const struct scenario *scenario;
    unsigned number; // of the scenario
    const struct figure *figure;
    unsigned *models; // places in the record of those that take part
    size_t model_count;
    FILE *data;    // NAME.tsv
    FILE *script;  // assignments for the .gp file
    FILE *overlay; // what is placed by pixels: elements of gnuplot's `plot`
    FILE *notes;   // one line each: what is missing, and why
};

const struct cell *drawing_cell(const struct drawing *, unsigned point, unsigned model);
const struct model *drawing_model(const struct drawing *, unsigned model);

// Whether the run has tried this point with any model: a short run leaves points out.
bool drawing_has_point(const struct drawing *, unsigned point);

// Of a linear scale, how far one that left clients waiting may reach above all who did not: what a
// model takes for a request that serves one client of a hundred would flatten what the figure is
// about. `served`: the most of these. Such a one is left out of the figure, and noted.
bool drawing_is_beyond(const struct drawing *, unsigned point, unsigned model, enum metric,
                       double served);

// ---- The kinds (plot_lines.c and so on). Each fills data, script and overlay; false: no data ----

typedef bool draw(struct drawing *);
draw draw_lines, draw_load, draw_bars, draw_percentiles, draw_heat, draw_clients;

// ---- plot_text.c: texts on the canvas -----------------------------------------------------------

// Sizes in points and weights as plots/style.gp names them.
enum font { FONT_TITLE, FONT_SUB, FONT_LABEL, FONT_NOTE, FONT_SMALL, FONT_FOOT };
enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE };
enum { NOBODY = -1 }; // in place of a model

#define INK "#1A1A1A"
#define MUTED "#595959"
#define FAINT "#767676"

// About how wide a text is drawn, in pixels: DejaVu Sans.
double text_width(const char *text, enum font);
double font_pixels(enum font);
double line_height(enum font);

// Cuts a text, with "…", so that it is no wider. Returns `text`.
char *text_fit(char *text, size_t size, enum font, double width);

// As a constant of gnuplot's. Control characters become spaces.
void write_quoted(FILE *, const char *text);

// As a field of a table with tabs.
void write_field(FILE *, const char *text);
void write_number(FILE *, double value); // "NaN" for none, which R, pandas and gnuplot read

void overlay_text(const struct drawing *, double x, double y, enum align, enum font,
                  const char *colour, int model, const char *text);
void overlay_line(const struct drawing *, double x0, double y0, double x1, double y1,
                  const char *colour, int model);
void overlay_end_mark(const struct drawing *, double x, double y, unsigned model); // ⊗

const char *model_colour(const struct model *);
char *tint(const char *colour, double strength, char text[8]); // mixed with white
// The name, cut to a length that fits beside a figure.
const char *label_of(const struct drawing *, unsigned model, char text[WORDS]);

// COLOUR, SHAPE, DASH, HOLLOW and ID of each model that is drawn, as arrays of gnuplot's.
void write_models(const struct drawing *);

// ---- plot_notes.c: what is missing, below the figure --------------------------------------------

// Notes every cell of which repeats failed.
void drawing_note_failures(const struct drawing *);

// Notes at which points which models served few of their clients: whoever is served alone has the
// best response times.
void drawing_note_partial(const struct drawing *, const unsigned *points, size_t count);

// Notes at which points, for which models, the load generator was the limit in most repeats.
void drawing_note_limits(const struct drawing *, const unsigned *points, size_t count);

// Notes, behind `lead`, at which of these points and for which models something is so: asked of
// each model that was measured there.
typedef bool drawing_match(const struct drawing *, unsigned point, unsigned model, const void *of);
void drawing_note_points(const struct drawing *, const char *lead, const unsigned *points,
                         size_t count, drawing_match *match, const void *of);

// Why a cell that was measured has no such value: "too few answers".
const char *drawing_why_none(const struct cell *, enum metric);

#define ARROWS "arrow: the interval goes on\n"

void place_notes(const struct drawing *, char *notes); // takes them apart

// ---- plot_scale.c: axes -------------------------------------------------------------------------

struct box {
    double left, right, bottom, top;
};

struct scale {
    bool log;
    double low, high;
    double zero;  // log: where the value 0 is drawn, a step left of the rest; else 0
    double first; // ... and where that rest begins
};

void scale_from_zero(struct scale *, double most); // linear, a round end
// From 1, 2 or 5 times a power of ten to another.
void scale_decades(struct scale *, double least, double most, bool with_zero);
double scale_at(const struct scale *, double value); // 0 to 1

// What a metric's axis is called; whether it is drawn on a log scale.
const char *metric_title(enum metric);
const char *metric_unit_title(enum metric); // "per request"; may be empty
bool metric_is_log(enum metric);

// What a value on an axis is called: "1 ms", "10 000", "64 KiB".
enum measure { MEASURE_COUNT, MEASURE_TIME, MEASURE_RATE, MEASURE_BYTES };
enum measure measure_of(enum metric);
const char *scale_words(enum measure, double value, char text[WORDS]);

// For an axis' title: " (log scale)", or where it has a 0 " (log scale above 500)"; else empty.
const char *scale_remark(const struct scale *, enum measure, char text[WORDS]);

// AXIS_LOW, AXIS_HIGH, AXIS_LOG and AXIS_TICS of the axis "X" or "Y".
// Ticks that would run into each other on so many pixels are left out; 0: there is room.
void write_scale(FILE *, const char *axis, const struct scale *, enum measure, double pixels);
// ... with ticks at these values only.
void write_scale_at(FILE *, const char *axis, const struct scale *, enum measure,
                    const double *values, size_t count, double pixels);
void write_box(FILE *, const struct box *); // LEFT RIGHT BOTTOM TOP

// A scenario's points on the x axis.
enum measure points_measure(const struct scenario *);
const char *point_words(const struct drawing *, unsigned point, char text[WORDS]);

// ---- plot_place.c, plot_beside.c: labels that don't touch each other, nor curves if it can be ---

struct spot {
    double x, y;      // pixels; NAN: a gap
    double low, high; // of an interval at x, y; NAN: none
};
struct curve {
    unsigned model;
    struct spot *spots;
    size_t count;
    bool ended;            // ⊗ at its last spot
    char reason[SENTENCE]; // why it goes no further; or empty
};

void place_labels(const struct drawing *, const struct box *, const struct curve *, size_t count);
// Those that stand beside the panel's right edge; sorts the curves.
void place_beside(const struct drawing *, const struct box *, const struct curve **, size_t count);
const struct spot *last_spot(const struct curve *); // NULL: it has none
// How much room labels at the right of a figure need.
double place_margin(const struct drawing *);
// Moves the values apart to `gap`, by as little as can be, between low and high.
void place_apart(double *values, size_t count, double gap, double low, double high);

// ---- plot_law.c ---------------------------------------------------------------------------------

// LAWS, how many curves there are, and LAW, LAW_A, LAW_B, LAW_FROM, LAW_TO of each model; LAW is 0:
// none. Their peaks are placed, and what they are is noted.
void draw_laws(const struct drawing *, const unsigned *points, size_t count, const struct box *,
               const struct scale *across, const struct scale *up);

// ---- plot_gnuplot.c, plot_svg.c -----------------------------------------------------------------

// Whether there is one; says what to install if not.
bool gnuplot_found(void);
// False, having said gnuplot's last words.
bool gnuplot_run(const char *script, size_t length, const char *figure);

// Makes of what gnuplot wrote a text that fits into a page with others: ids that begin with the
// figure's name, data-model="NAME" on all that belongs to a model. False, having said why.
bool svg_finish(const struct record *, const char *file, const char *figure, const char *title);

#endif

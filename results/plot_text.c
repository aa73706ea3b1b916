// plot_text.c: see drawing.h. Texts of any content, in the words of gnuplot and of a table.
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"

static const struct {
    const char *variable;
    double points;
    bool bold;
} fonts[] = {
    [FONT_TITLE] = {"F_TITLE", 26, true},  [FONT_SUB] = {"F_SUB", 17, false},
    [FONT_LABEL] = {"F_LABEL", 19, true},  [FONT_NOTE] = {"F_NOTE", 15, false},
    [FONT_SMALL] = {"F_SMALL", 12, false}, [FONT_FOOT] = {"F_FOOT", 11, false},
};

double font_pixels(enum font font)
{
    return fonts[font].points * 96 / 72;
}

double line_height(enum font font)
{
    return font_pixels(font) * 1.25;
}

// A character's advance in ems, by its first byte: three classes are near enough for a layout.
static double advance(unsigned char c)
{
    if (strchr("iljI.,:;'|!()[] tfr", c) != NULL)
        return 0.36;
    if (strchr("mwMW@%", c) != NULL)
        return 0.93;
    return isupper(c) ? 0.70 : c < 0x80 ? 0.62 : 0.60;
}

double text_width(const char *text, enum font font)
{
    double ems = 0;

    for (; *text != '\0'; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            ems += advance((unsigned char)*text);
    return ems * font_pixels(font) * (fonts[font].bold ? 1.1 : 1);
}

char *text_fit(char *text, size_t size, enum font font, double width)
{
    static const char dots[] = "…";
    size_t length = strlen(text);

    if (text_width(text, font) <= width)
        return text;
    while (length > 0 &&
           (text_width(text, font) + font_pixels(font) > width || length + sizeof dots > size)) {
        length--;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
        text[length] = '\0';
    }
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    if (length + sizeof dots <= size)
        memcpy(text + length, dots, sizeof dots);
    return text;
}

static int printable(char c)
{
    return iscntrl((unsigned char)c) ? ' ' : c;
}

// loadgen's words for a time are ASCII, the axes' are not: one picture has one "µs".
static bool is_microseconds(const char *at, const char *begin)
{
    return strncmp(at, "us", 2) == 0 && !isalnum((unsigned char)at[2]) && at - begin >= 2 &&
           at[-1] == ' ' && isdigit((unsigned char)at[-2]);
}

void write_quoted(FILE *out, const char *text)
{
    const char *begin = text;

    fputc('"', out);
    for (; *text != '\0'; text++)
        if (is_microseconds(text, begin))
            fputs("µ", out);
        else if (*text == '\\')
            fputs("∖", out); // a label would make a new line of "\n"
        // Whatever could mean something to gnuplot is given by its number.
        else if (isalnum((unsigned char)*text) || strchr(" .,:;-+()/%=", *text) != NULL ||
                 (unsigned char)*text >= 0x80)
            fputc(*text, out);
        else
            fprintf(out, "\\%03o", (unsigned)printable(*text));
    fputc('"', out);
}

void write_field(FILE *out, const char *text)
{
    // A double quote would begin a field that ends at the next one.
    for (; *text != '\0'; text++)
        fputc(*text == '"' ? '\'' : printable(*text), out);
}

void write_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, "%.9g", value);
    else
        fputs("NaN", out);
}

// ---- On the canvas ------------------------------------------------------------------------------

static void write_owner(const struct drawing *d, int model)
{
    if (model >= 0)
        fprintf(d->overlay, " title 'model:%d', \\\n", model);
    else
        fputs(" notitle, \\\n", d->overlay);
}

void overlay_text(const struct drawing *d, double x, double y, enum align align, enum font font,
                  const char *colour, int model, const char *text)
{
    static const char *const words[] = {
        [ALIGN_LEFT] = "left", [ALIGN_RIGHT] = "right", [ALIGN_CENTRE] = "center"};

    if (*text == '\0')
        return;
    fprintf(d->overlay, "    $ONE using (%.1f):(%.1f):(", x, y);
    write_quoted(d->overlay, text);
    fprintf(d->overlay, ") with labels %s font %s tc rgb '%s' noenhanced", words[align],
            fonts[font].variable, colour);
    write_owner(d, model);
}

void overlay_line(const struct drawing *d, double x0, double y0, double x1, double y1,
                  const char *colour, int model)
{
    fprintf(d->overlay, "    $ONE using (%.1f):(%.1f):(%.1f):(%.1f) with vectors nohead lw 1", x0,
            y0, x1 - x0, y1 - y0);
    fprintf(d->overlay, " lc rgb '%s'", colour);
    write_owner(d, model);
}

void overlay_end_mark(const struct drawing *d, double x, double y, unsigned model)
{
    const char *colour = model_colour(drawing_model(d, model));

    // A disc over a disc: the svg terminal draws outlines as hairlines.
    for (int white = 0; white < 2; white++) {
        fprintf(d->overlay, "    $ONE using (%.1f):(%.1f) with points pt 7 ps %s * PS lc rgb '%s'",
                x, y, white ? "3.1" : "3.6", white ? "#FFFFFF" : colour);
        write_owner(d, (int)model);
    }
    overlay_text(d, x, y, ALIGN_CENTRE, FONT_LABEL, colour, (int)model, "×");
}

// ---- Models -------------------------------------------------------------------------------------

const char *model_colour(const struct model *m)
{
    bool good = m->colour[0] == '#' && strlen(m->colour) == 7 &&
                strspn(m->colour + 1, "0123456789abcdefABCDEF") == 6;

    return good ? m->colour : "#808080";
}

char *tint(const char *colour, double strength, char text[8])
{
    unsigned long rgb = strtoul(colour + 1, NULL, 16);
    unsigned mixed[3];

    for (unsigned i = 0; i < 3; i++) {
        double part = (double)(rgb >> (16 - 8 * i) & 0xFF);
        mixed[i] = (unsigned)lround(255 - strength * (255 - part)) & 0xFF;
    }
    snprintf(text, 8, "#%02X%02X%02X", mixed[0], mixed[1], mixed[2]);
    return text;
}

const char *label_of(const struct drawing *d, unsigned model, char text[WORDS])
{
    static const double widest = 290;

    snprintf(text, WORDS, "%s", drawing_model(d, model)->name);
    return text_fit(text, WORDS, FONT_LABEL, widest);
}

// A family, which is a colour, has one shape; what is foreign is nobody's family.
static int shape_of(const struct record *r, unsigned model)
{
    static const int shapes[] = {7, 5, 9, 13, 11, 15};
    const struct model *list = r->models.list;
    unsigned first = 0, families = 0;

    while (first < model && (list[model].foreign || list[first].foreign ||
                             strcmp(list[first].colour, list[model].colour) != 0))
        first++;
    for (unsigned m = 0; m < first; m++)
        families += !list[m].variant;
    return shapes[families % (sizeof shapes / sizeof *shapes)];
}

void write_models(const struct drawing *d)
{
    FILE *out = d->script;
    unsigned n = (unsigned)d->model_count;

    fprintf(out, "MODELS = %u\narray ID[%u]\narray COLOUR[%u]\narray SHAPE[%u]\n", n, n, n, n);
    fprintf(out, "array DASH[%u]\narray HOLLOW[%u]\n", n, n);
    for (unsigned i = 0; i < n; i++) {
        const struct model *m = drawing_model(d, d->models[i]);
        fprintf(out, "ID[%u] = 'model:%u'; COLOUR[%u] = '%s'; SHAPE[%u] = %d; ", i + 1,
                d->models[i], i + 1, model_colour(m), i + 1, shape_of(d->record, d->models[i]));
        fprintf(out, "DASH[%u] = %d; HOLLOW[%u] = %d\n", i + 1, m->variant ? 2 : 1, i + 1,
                m->variant ? 1 : 0);
    }
}

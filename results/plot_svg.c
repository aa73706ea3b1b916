// plot_svg.c: makes of gnuplot's SVG one that fits into a page beside others. gnuplot writes each
// element of a plot as
//
//     <g id="gnuplot_plot_1a" ><title>model:3</title>
//
// whose title becomes the model's name, for a pointer that rests on it, and data-model="NAME", for
// the switches of the report. Ids, and what refers to them, begin with the figure's name.
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "results/drawing.h"
#include "results/html.h"

struct svg {
    const struct record *record;
    const char *figure, *title;
    bool titled; // the first title is the picture's own
};

static bool skip(const char **at, const char *text)
{
    size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

// `at` is behind "<g id=\"": writes the group's beginning as far as it is understood.
static const char *write_group(const struct svg *svg, const char *at, FILE *out)
{
    const char *id_end = strchr(at, '"'), *rest = id_end;
    char *end;

    if (rest == NULL || !skip(&rest, "\" ><title>"))
        return NULL;
    if (!skip(&rest, "model:")) { // no model's: gnuplot's own word for it is worth nothing
        const char *close = strstr(rest, "</title>");
        fputs("<g>", out);
        return close == NULL ? NULL : close + strlen("</title>");
    }
    unsigned long model = strtoul(rest, &end, 10);
    rest = end;
    if (model >= svg->record->models.count || !skip(&rest, "</title>"))
        return NULL;
    fputs("<g data-model=\"", out);
    html_text(out, svg->record->models.list[model].name);
    fputs("\"><title>", out);
    html_text(out, svg->record->models.list[model].name);
    fputs("</title>", out);
    return rest;
}

// Whatever is to be changed at this place; NULL: nothing.
static const char *rewrite(struct svg *svg, const char *at, FILE *out)
{
    static const char *const references[] = {" id='", " id=\"", "href='#", "url(#"};
    const char *rest = at;

    if (skip(&rest, "<g id=\"") && strstr(rest, "_plot_") < strchr(rest, '"'))
        if ((rest = write_group(svg, rest, out)) != NULL)
            return rest;
    rest = at;
    if (!svg->titled && skip(&rest, "<title>") && (rest = strstr(rest, "</title>")) != NULL) {
        svg->titled = true;
        fputs("<title>", out);
        html_text(out, svg->title);
        return rest;
    }
    // Who has no DejaVu has Verdana, of the same widths, or something.
    rest = at;
    if (skip(&rest, "font-family=\"DejaVu Sans\"")) {
        fputs("font-family=\"DejaVu Sans,Verdana,sans-serif\"", out);
        return rest;
    }
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        rest = at;
        if (skip(&rest, references[i])) {
            fputs(references[i], out);
            html_text(out, svg->figure);
            fputc('-', out);
            return rest;
        }
    }
    return NULL;
}

static char *read_whole(const char *file)
{
    FILE *in = fopen(file, "re");
    char *text = NULL;
    size_t room = 0;

    if (in == NULL || getdelim(&text, &room, '\0', in) < 0) {
        free(text);
        text = NULL;
    }
    if (in != NULL)
        fclose(in);
    return text;
}

bool svg_finish(const struct record *r, const char *file, const char *figure, const char *title)
{
    struct svg svg = {.record = r, .figure = figure, .title = title};
    char *text = read_whole(file);
    FILE *out = text == NULL ? NULL : fopen(file, "we");

    if (out == NULL) {
        warn_errno("%s is not drawn: cannot read and write %s", figure, file);
        free(text);
        return false;
    }
    for (const char *at = text; *at != '\0';) {
        const char *rest = rewrite(&svg, at, out);
        if (rest == NULL)
            fputc(*at++, out);
        else
            at = rest;
    }
    free(text);
    bool written = !ferror(out);
    if (fclose(out) == 0 && written)
        return true;
    warn_errno("%s is not drawn: cannot write %s", figure, file);
    return false;
}

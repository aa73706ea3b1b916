// report_figures.c: see report_parts.h. The pictures are RUN/plots/*.svg, put into the page as they
// are, so that it needs no other file and its switches reach into them.
#include "results/report_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/html.h"
#include "results/readings.h"

// The file of a figure, which the caller frees.
static char *plot_path(const struct record *r, const struct figure *figure, const char *ending)
{
    char *path;

    if (asprintf(&path, "%s/plots/%s.%s", r->folder, figure->name, ending) < 0)
        die_errno("cannot allocate memory for a path");
    return path;
}

static bool write_picture(const struct record *r, const struct figure *figure, unsigned number,
                          FILE *out)
{
    char *path = plot_path(r, figure, "svg"), *svg = report_load(path);
    char prefix[32], attributes[96];

    snprintf(prefix, sizeof prefix, "f%u-", number);
    snprintf(attributes, sizeof attributes, "role=\"img\" aria-labelledby=\"caption-%u\"", number);
    bool good = svg != NULL && html_picture(out, svg, prefix, attributes);
    free(svg);
    free(path);
    return good;
}

static void write_link(const struct record *r, const struct figure *figure, const char *ending,
                       const char *words, FILE *out)
{
    char *path = plot_path(r, figure, ending), address[HTML_ADDRESS];

    if (access(path, R_OK) == 0)
        html(out, " <a href=\"plots/%s.%s\">%s</a>", html_address(figure->name, address), ending,
             words);
    free(path);
}

static void write_figure(const struct cells *cells, unsigned scenario, const struct figure *figure,
                         unsigned number, FILE *out)
{
    const struct record *r = cells->record;
    char *title = reading_title(cells, scenario, figure);
    char *subtitle = reading_subtitle(cells, scenario, figure);

    html(out, "<figure>\n<div class=\"picture\" role=\"group\" aria-labelledby=\"caption-%u\">\n",
         number);
    if (!write_picture(r, figure, number, out))
        html(out,
             "<p class=\"missing\">This figure was not drawn: plots/%s.svg is not there. Its "
             "numbers are in the table below. With gnuplot installed, <code>bin/bench report "
             "%s</code> draws it.</p>\n",
             figure->name, r->folder);
    html(out,
         "</div>\n<figcaption id=\"caption-%u\"><strong>Figure %u.</strong> %s <span "
         "class=\"aside conditions\">%s</span>",
         number, number, title, subtitle);
    html(out, "<span class=\"links\">");
    write_link(r, figure, "png", "PNG", out);
    write_link(r, figure, "svg", "SVG", out);
    write_link(r, figure, "tsv", "data", out);
    html(out, "</span></figcaption>\n</figure>\n");
    free(subtitle);
    free(title);
}

void report_figures(const struct cells *cells, unsigned scenario, unsigned *number, FILE *out)
{
    const struct scenario *s = &cells->record->scenarios[scenario];

    for (size_t i = 0; i < s->figure_count; i++)
        write_figure(cells, scenario, &s->figures[i], ++*number, out);
}

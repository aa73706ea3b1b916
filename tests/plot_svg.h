// plot_svg.h: for test_plot_words.c: where the texts and lines of a drawn figure lie. As gnuplot
// writes them: "translate(X,Y)" and "text-anchor" before a "<text"; paths of "MX,Y" and "LX,Y".
#ifndef TESTS_PLOT_SVG_H
#define TESTS_PLOT_SVG_H

#include "tests/plot_sample.h"

struct svg_text {
    struct box box; // y grows downwards: bottom is the lesser
    char text[SENTENCE];
};

static inline double svg_number(const char *from, const char *key)
{
    const char *at = strstr(from, key);

    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

// The next text at or after *at, or false. Marks within it are taken away.
static inline bool svg_next_text(const char **at, struct svg_text *t)
{
    const char *begin = strstr(*at, "<g transform=\"translate("), *in;
    size_t length = 0;

    if (begin == NULL || (in = strstr(begin, "<text")) == NULL)
        return false;
    for (const char *c = in; strncmp(c, "</text>", strlen("</text>")) != 0; c++)
        if (*c == '<')
            c = strchr(c, '>');
        else if (length + 1 < sizeof t->text)
            t->text[length++] = *c;
    t->text[length] = '\0';
    double size = svg_number(begin, "font-size=\""), x = svg_number(begin, "translate(");
    double y = strtod(strchr(begin, ',') + 1, NULL);
    // The estimate is of the widest; a tenth less is what letters take for sure.
    double width = 0.9 * text_width(t->text, FONT_NOTE) * size / font_pixels(FONT_NOTE);
    const char *anchor = strstr(begin, "text-anchor=\"") + strlen("text-anchor=\"");
    x -= *anchor == 's' ? 0 : *anchor == 'm' ? width / 2 : width;
    t->box = (struct box){x, x + width, y - 0.7 * size, y};
    *at = in + 1;
    return true;
}

// How many texts hold these words; the last of them.
static inline unsigned svg_find(const char *svg, const char *words, struct svg_text *found)
{
    struct svg_text t;
    unsigned count = 0;

    for (const char *at = svg; svg_next_text(&at, &t);)
        if (strstr(t.text, words) != NULL) {
            *found = t;
            count++;
        }
    return count;
}

// The next straight piece of a path, or false. *at is where the last one ended.
struct svg_line {
    double x0, y0, x1, y1;
};
static inline bool svg_next_line(const char **at, struct svg_line *l)
{
    for (const char *c = *at; *c != '\0'; c++) {
        char *end;
        if ((*c != 'M' && *c != 'L') || strchr(" '", c[-1]) == NULL)
            continue;
        double x = strtod(c + 1, &end);
        if (end == c + 1 || *end != ',')
            continue;
        double y = strtod(end + 1, &end);
        *l = (struct svg_line){l->x1, l->y1, x, y};
        if (*c == 'L') {
            *at = end;
            return true;
        }
    }
    return false;
}

// How many arrow heads there are; the tip of each must end its line without a bar across.
static inline unsigned svg_count_arrows(const char *svg)
{
    unsigned arrows = 0;

    for (const char *at = svg; (at = strstr(at, "points = '")) != NULL; arrows++) {
        double x[5], y[5];
        at += strlen("points = '");
        int n = sscanf(at, "%lf,%lf %lf,%lf %lf,%lf %lf,%lf %lf,%lf", &x[0], &y[0], &x[1], &y[1],
                       &x[2], &y[2], &x[3], &y[3], &x[4], &y[4]);
        if (n < 10 || x[0] != x[4] || y[0] != y[4]) {
            arrows--; // no head: a bar
            continue;
        }
        bool across = fabs(x[2] - x[0]) < 0.5; // it points upwards or downwards
        struct svg_line l = {0};
        for (const char *line = svg; svg_next_line(&line, &l);) {
            double length = across ? fabs(l.x1 - l.x0) : fabs(l.y1 - l.y0);
            double width = across ? fabs(l.y1 - l.y0) : fabs(l.x1 - l.x0);
            bool at_tip = hypot(l.x0 - x[2], l.y0 - y[2]) < 1 ||
                          hypot(l.x1 - x[2], l.y1 - y[2]) < 1;
            if (at_tip && width < 0.01 && length > 3 && length < 15)
                fail_msg("a bar ends an interval that goes on at %g, %g", x[2], y[2]);
        }
    }
    return arrows;
}

#endif

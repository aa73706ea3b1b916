// html.h: writes HTML in which no text can become markup: the format is markup and ours, and
// whatever comes from outside goes through %s, where it is escaped.
#ifndef RESULTS_HTML_H
#define RESULTS_HTML_H

#include <stdbool.h>
#include <stdio.h>

// Knows %s (escaped, for a text as well as for an attribute in double quotes), %u and %zu, and %%.
void html(FILE *, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A text alone, escaped as %s is: for XML too.
void html_text(FILE *, const char *text);

// The name of a file as part of a relative address: what has a meaning there ("10%", "#", ":")
// becomes %XX. Names that don't fit are cut.
enum { HTML_ADDRESS = 512 };
const char *html_address(const char *name, char address[HTML_ADDRESS]);

// Copies an SVG into a page. Left out: what is before its <svg>, its title, its scripts, handlers
// (onload="...") and style sheets. `prefix` goes before each id and each reference to one, since
// two figures may use the same; `attributes` go into the <svg> itself. False: there is no <svg>.
bool html_picture(FILE *, const char *svg, const char *prefix, const char *attributes);

#endif

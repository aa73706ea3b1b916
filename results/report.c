// report.c: see report.h. The page and its order; a style sheet and a script from results/page are
// put into it. Without the script all can be read: it only adds switches.
#include "results/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fail.h"
#include "results/home.h"
#include "results/html.h"
#include "results/readings.h"
#include "results/report_parts.h"
#include "results/whole_file.h"

char *report_load(const char *path)
{
    FILE *in = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (in == NULL)
        return NULL;
    errno = 0;
    // Up to the first NUL, which no text has.
    if (getdelim(&text, &size, '\0', in) < 0) {
        free(text);
        text = errno == 0 ? calloc(1, 1) : NULL;
    }
    int error = errno;
    fclose(in);
    errno = error;
    return text;
}

// ---- The head -----------------------------------------------------------------------------------

// What may run in this page: the script that carries this number, which no text in the page can
// know, and nothing else.
static uint64_t choose_nonce(void)
{
    uint64_t nonce;

    if (getrandom(&nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
        die_errno("cannot get a random number");
    return nonce;
}

static void write_head(const struct record *r, const char *style, uint64_t nonce, FILE *out)
{
    html(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
              "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; ");
    fprintf(out, "script-src 'nonce-%016" PRIx64 "'\">\n", nonce);
    html(out,
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<title>Server models side by side: %s</title>\n<style>\n",
         r->name);
    fputs(style, out);
    html(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the "
              "results</a>\n");
}

static void write_title(const struct record *r, FILE *out)
{
    const struct environment *e = &r->machine;
    char date[32];

    // "2026-11-22T05:00:00Z" as people write it.
    snprintf(date, sizeof date, "%.10s %.5s UTC", e->started,
             strlen(e->started) > 16 ? e->started + 11 : "");
    html(out,
         "<header>\n<p class=\"brand\">echolab</p>\n<h1>Server models side by side</h1>\n"
         "<p class=\"run\">Run <strong>%s</strong>, %s: %zu model%s, %zu scenario%s, %zu "
         "repeats</p>\n",
         r->name, *e->started != '\0' ? date : "at an unknown time", r->models.count,
         r->models.count == 1 ? "" : "s", r->scenario_count, r->scenario_count == 1 ? "" : "s",
         r->repeat_count);
    html(out, "<p class=\"aside\">%s, %u core%s · %s%s%s</p>\n</header>\n",
         e->cpu[0] != '\0' ? e->cpu : "unknown processor", e->cores, e->cores == 1 ? "" : "s",
         e->kernel, e->commit[0] != '\0' ? " · commit " : "", e->commit);
}

struct warnings {
    FILE *out;
    unsigned count;
};

static void write_warning(const char *text, void *to)
{
    struct warnings *w = to;

    if (w->count++ == 0)
        html(w->out, "<section class=\"warnings\" aria-labelledby=\"warnings\">\n"
                     "<h2 id=\"warnings\">Before you read the figures</h2>\n<ul>\n");
    html(w->out, "<li>%s</li>\n", text);
}

static void write_warnings(const struct cells *cells, FILE *out)
{
    struct warnings w = {.out = out};

    reading_warnings(cells, write_warning, &w);
    if (w.count > 0)
        html(out, "</ul>\n</section>\n");
}

// ---- The switches, and the way to the parts -----------------------------------------------------

static void write_switch(const struct model *m, FILE *out)
{
    html(out,
         "<span class=\"choice\"><label><input type=\"checkbox\" checked autocomplete=\"off\" "
         "data-switch=\"%s\">"
         "<span class=\"swatch%s\" style=\"--colour:%s\"></span>%s</label>"
         "<button type=\"button\" data-only=\"%s\" aria-label=\"Show only %s\" "
         "title=\"Show only %s\">only</button></span>\n",
         m->name, m->variant ? " variant" : "", m->colour, m->name, m->name, m->name, m->name);
}

// Hidden until the script is there to obey.
static void write_bar(const struct record *r, FILE *out)
{
    html(out, "<div class=\"bar\" id=\"bar\" role=\"group\" aria-label=\"What is shown\" hidden>\n"
              "<fieldset><legend>Models</legend>\n");
    for (size_t i = 0; i < r->models.count; i++)
        write_switch(&r->models.list[i], out);
    html(out, "</fieldset>\n<div class=\"tools\">\n"
              "<button type=\"button\" id=\"all\">All</button>\n"
              "<button type=\"button\" id=\"scheme\">Dark</button>\n"
              "<span class=\"aside\" role=\"status\" id=\"shown\"></span>\n"
              "</div>\n</div>\n<p class=\"printed\" id=\"printed\"></p>\n");
}

static void write_contents(const struct cells *cells, FILE *out)
{
    const struct record *r = cells->record;

    html(out, "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">What this run says</h2>\n"
              "<ol>\n");
    for (unsigned s = 0; s < r->scenario_count; s++) {
        const struct scenario *scenario = &r->scenarios[s];
        html(out, "<li><a href=\"#" REPORT_SCENARIO "\">%s</a>", s + 1, scenario->name);
        if (scenario->figure_count > 0) {
            char *title = reading_title(cells, s, &scenario->figures[0]);
            html(out, " <span>%s</span>", title);
            free(title);
        }
        html(out, "</li>\n");
    }
    html(out, "</ol>\n<p class=\"further\"><a href=\"#method\">How it was measured</a> "
              "<a href=\"#machine\">The machine</a> <a href=\"#again\">How to do it again</a> "
              "<a href=\"#files\">Files</a></p>\n</nav>\n");
}

// ---- The scenarios ------------------------------------------------------------------------------

static void write_scenario(const struct cells *cells, unsigned scenario, unsigned *figures,
                           FILE *out)
{
    const struct scenario *s = &cells->record->scenarios[scenario];
    char *reading = reading_text(cells, scenario);

    html(out,
         "<section aria-labelledby=\"" REPORT_SCENARIO "\">\n<h2 id=\"" REPORT_SCENARIO "\">"
         "<span class=\"name\">%s</span> %s</h2>\n<p class=\"about\">%s</p>\n",
         scenario + 1, scenario + 1, s->name, s->question, s->about);
    report_figures(cells, scenario, figures, out);
    html(out, "<p class=\"reading\"><strong>What this run shows.</strong> %s</p>\n", reading);
    free(reading);
    report_numbers(cells, scenario, out);
    report_commands(cells, scenario, out);
    html(out, "</section>\n");
}

struct page {
    const struct cells *cells;
    const char *style, *script;
};

static void write_page(const void *what, FILE *out)
{
    const struct page *page = what;
    const struct cells *cells = page->cells;
    uint64_t nonce = choose_nonce();
    unsigned figures = 0;

    write_head(cells->record, page->style, nonce, out);
    write_title(cells->record, out);
    write_warnings(cells, out);
    write_contents(cells, out);
    write_bar(cells->record, out);
    html(out, "<main id=\"content\" tabindex=\"-1\">\n");
    for (unsigned s = 0; s < cells->record->scenario_count; s++)
        write_scenario(cells, s, &figures, out);
    report_end(cells, out);
    html(out, "</main>\n");
    fprintf(out, "<script nonce=\"%016" PRIx64 "\">\n%s</script>\n</body>\n</html>\n", nonce,
            page->script);
}

// ---- The file -----------------------------------------------------------------------------------

static char *load_page_file(const char *name)
{
    char *path = home_path("results/page/%s", name), *text = report_load(path);

    if (text == NULL)
        warn_errno("cannot write the report without %s", path);
    free(path);
    return text;
}

bool report_write_html(const struct cells *cells)
{
    char *style = load_page_file("report.css"), *script = load_page_file("report.js"), *path;
    struct page page = {cells, style, script};

    if (asprintf(&path, "%s/report.html", cells->record->folder) < 0)
        die_errno("cannot allocate memory for a path");
    bool good = style != NULL && script != NULL && whole_file_write(path, write_page, &page);
    free(path);
    free(script);
    free(style);
    return good;
}

// sheet.c: see sheet.h.
#include "watch/sheet.h"

#include <string.h>

#include "watch/pane.h"

enum { GAP = 2 };         // columns between two servers
enum { FEWEST_ROWS = 4 }; // a screen that is lower has no footer
enum { LOW = 8 };         // rows for a server; above one with more, a row is free

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Ends the line before and begins one: what stood there goes first, since at the right margin the
// cursor stays on the last character.
static void begin_line(FILE *out, const struct sheet *sheet, size_t line)
{
    if (line > 0)
        fputc('\n', out);
    if (sheet->live)
        fputs("\033[K", out);
}

static void write_part(FILE *out, const struct sheet *sheet, const struct line *line)
{
    bool bold = sheet->live && line->title;

    fprintf(out, "%s%s%s", bold ? "\033[1m" : "", line->text, bold ? "\033[0m" : "");
}

// Some servers beside each other; returns the number of lines so far.
static size_t write_row(FILE *out, const struct sheet *sheet, const struct pane *pane, size_t count,
                        size_t written)
{
    size_t tallest = 0;

    for (size_t i = 0; i < count; i++)
        tallest = pane[i].count > tallest ? pane[i].count : tallest;
    for (size_t y = 0; y < tallest; y++) {
        size_t column = 0; // where the last text has ended
        begin_line(out, sheet, written++);
        for (size_t i = 0; i < count; i++) {
            size_t place = i * (pane[0].width + GAP);
            if (y >= pane[i].count)
                continue;
            fprintf(out, "%*s", (int)(place - column), "");
            write_part(out, sheet, &pane[i].line[y]);
            column = place + strlen(pane[i].line[y].text);
        }
    }
    return written;
}

static void write_footer(FILE *out, const struct sheet *sheet)
{
    // The last column is left alone, since some terminals would scroll.
    fprintf(out, "\033[%zu;1H\033[K%.*s", sheet->rows, (int)sheet->columns - 1, sheet->footer);
}

void sheet_write(FILE *out, const struct sheet *sheet, const struct subject *subject, size_t count)
{
    static struct pane pane[SHEET_MOST];
    bool footer = sheet->footer != NULL && sheet->live && sheet->rows >= FEWEST_ROWS;
    size_t rows = footer ? sheet->rows - 1 : sheet->rows, written = 0;
    size_t across = least(count, (sheet->columns + GAP) / (PANE_NARROWEST + GAP));

    if (count == 0)
        return;
    if (across == 0)
        across = 1;
    size_t down = (count + across - 1) / across;
    size_t width = (sheet->columns - GAP * (across - 1)) / across;
    size_t height = rows >= down ? rows / down : 1;
    bool apart = down > 1 && height > LOW;

    if (apart)
        height = (rows + 1) / down - 1;
    if (sheet->live)
        fputs("\033[H", out);
    for (size_t first = 0; first < count && written < rows; first += across) {
        size_t n = least(across, count - first);
        for (size_t i = 0; i < n; i++) {
            const struct subject *s = &subject[first + i];
            pane_fill(&pane[i], width, height, &s->watched, s->has_before ? &s->before : NULL,
                      &s->now);
        }
        if (apart && first > 0)
            begin_line(out, sheet, written++);
        written = write_row(out, sheet, pane, n, written);
    }
    if (!sheet->live)
        fputc('\n', out);
    else if (written < rows)
        fputs("\n\033[J", out);
    if (footer)
        write_footer(out, sheet);
}

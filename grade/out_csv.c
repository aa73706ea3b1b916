// out_csv.c: a row for each submission (RFC 4180, with our line ends), for a spreadsheet: what it
// got for each task in a column of its own, empty where it was not asked.
#include <string.h>

#include "grade/out_text.h"
#include "grade/outputs.h"

// A spreadsheet takes a cell that begins so for a formula: an apostrophe before it makes it text.
static void put_cell(FILE *to, const char *text)
{
    char clean[OUT_LINE];

    out_clean(clean, sizeof clean, text, false);
    putc('"', to);
    if (*clean != '\0' && strchr("=+-@", *clean) != NULL)
        putc('\'', to);
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '"')
            putc('"', to);
        putc(*p, to);
    }
    putc('"', to);
}

int write_csv_header(FILE *to, const struct lab *lab)
{
    fputs("student,lab,points,of,score,state,seconds,ratio,remark", to);
    for (size_t i = 0; i < lab->count; i++) {
        putc(',', to);
        put_cell(to, lab->tasks[i].name);
    }
    fputs("\n", to);
    return out_written(to);
}

static const char *state_of(const struct grading *g)
{
    if (g->trouble != NULL)
        return "trouble";
    if (!g->finished)
        return "unfinished";
    return g->shut ? "shut" : "graded";
}

int write_csv(FILE *to, const struct grading *g)
{
    char remark[OUT_LINE];

    out_state(g, remark);
    put_cell(to, g->student);
    fprintf(to, ",%u,%g,%g,%g,%s,%.1f,", g->lab->number, g->points, g->of, out_scaled(g),
            state_of(g), g->seconds);
    if (g->ratio > 0)
        fprintf(to, "%.2f", g->ratio);
    putc(',', to);
    put_cell(to, remark);
    for (size_t i = 0; i < g->lab->count; i++) {
        enum out_verdict verdict = out_verdict(g, i);
        putc(',', to);
        if (verdict == OUT_PASSED || verdict == OUT_FAILED)
            fprintf(to, "%g", g->marks[i].points);
    }
    fputs("\n", to);
    return out_written(to);
}

// out_terminal.c: for people. A task's own line begins in the first column, and nothing else does
// that a server could have said: lines that are not of a task can be left out by that
// (labs/autolab/Makefile does).
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/out_text.h"
#include "grade/outputs.h"

enum { COLUMNS = 80, INDENT = 12 };

struct paint {
    const char *good, *bad, *faint, *plain; // ECMA-48, SGR
};

static struct paint paint_for(FILE *to)
{
    const char *terminal = getenv("TERM");

    if (!isatty(fileno(to)) || getenv("NO_COLOR") != NULL || terminal == NULL ||
        strcmp(terminal, "dumb") == 0)
        return (struct paint){"", "", "", ""};
    return (struct paint){"\033[32m", "\033[31m", "\033[2m", "\033[0m"};
}

// The bytes of the next word, or as much of it as has `most` characters; nearly all of these take
// one column.
static size_t next_word(const char *text, size_t most, size_t *width)
{
    size_t bytes = 0;

    for (*width = 0; text[bytes] != '\0' && text[bytes] != ' '; bytes++) {
        bool begins = (text[bytes] & 0xC0) != 0x80;
        if (begins && *width == most)
            break;
        *width += begins;
    }
    return bytes;
}

// Goes on at `column`, broken between words; later lines begin at `indent`.
static void put_wrapped(FILE *to, const char *text, size_t column, size_t indent)
{
    size_t width, space = 0;

    while (*text != '\0') {
        size_t bytes = next_word(text, COLUMNS - indent, &width);
        if (column + space + width > COLUMNS && column > indent) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
            space = 0;
        }
        fprintf(to, "%*s%.*s", (int)space, "", (int)bytes, text);
        column += space + width;
        text += bytes;
        space = *text == ' ';
        text += space;
    }
    putc('\n', to);
}

static void put_told(FILE *to, const char *label, const char *text)
{
    char clean[OUT_LINE];

    out_clean(clean, sizeof clean, text, false);
    fprintf(to, "  %-*s", INDENT - 2, label);
    put_wrapped(to, clean, INDENT, INDENT);
}

static void put_task(FILE *to, const struct grading *g, size_t i, const struct paint *paint)
{
    static const char *const words[] = {[OUT_PASSED] = "pass",
                                        [OUT_FAILED] = "FAIL",
                                        [OUT_LEFT_OUT] = "skip",
                                        [OUT_NOT_ASKED] = "-"};
    static const char *const visibilities[] = {
        [VISIBLE] = "", [HIDDEN] = "[hidden] ", [AFTER] = "[after] "};
    const struct task *task = &g->lab->tasks[i];
    enum out_verdict verdict = out_verdict(g, i);
    char title[OUT_LINE], seen[OUT_LINE];
    size_t column;

    out_clean(title, sizeof title, task->title, false);
    out_seen(g, i, seen);
    const char *colour = verdict == OUT_PASSED   ? paint->good
                         : verdict == OUT_FAILED ? paint->bad
                                                 : paint->faint;
    fprintf(to, "%s%-4s%s ", colour, words[verdict], paint->plain);
    if (verdict == OUT_LEFT_OUT)
        column = 5 + (size_t)fprintf(to, " - of %-3g ", task->points);
    else
        column = 5 + (size_t)fprintf(to, "%2g of %-3g ", g->marks[i].points, task->points);
    column += (size_t)fprintf(to, "%s", visibilities[task->visibility]);
    put_wrapped(to, title, column, INDENT + 3);
    if (verdict == OUT_LEFT_OUT)
        put_told(to, "here:", seen);
    if (verdict != OUT_FAILED)
        return;
    put_told(to, "expected:", out_expected(g, i));
    put_told(to, "seen:", seen);
    if (*g->marks[i].finding.figure != '\0')
        put_told(to, "measured:", g->marks[i].finding.figure);
    put_told(to, "read on:", task->told);
    put_told(to, "case:", task->name);
}

// Each line after a mark: whatever a server or its compiler said, none looks like ours.
static void put_trouble(FILE *to, const char *text)
{
    char clean[OUT_LINES];

    out_clean(clean, sizeof clean, text, true);
    for (char *rest = clean, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0' || rest != NULL)
            fprintf(to, "  | %s\n", line);
}

static void put_sums(FILE *to, const struct grading *g, const struct paint *paint)
{
    double whole = out_scale(g->lab), failed = g->of - g->points;
    char state[OUT_LINE];

    fprintf(to, "\n%s%g of %g points%s", g->finished && failed <= 0 ? paint->good : paint->bad,
            g->points, g->of, paint->plain);
    if (whole > g->of)
        fprintf(to, ", %g of %g", out_scaled(g), whole);
    fprintf(to, ", after %.0f s\n", g->seconds);
    if (whole > g->of)
        put_told(to, "", "What this machine cannot ask costs nobody anything.");
    if (g->trouble != NULL) {
        put_trouble(to, g->trouble);
    } else {
        out_state(g, state);
        if (*state != '\0')
            put_told(to, "", state);
    }
    if (failed > 0)
        put_told(to, "lecture:", g->lab->lecture);
    if (*g->seed != '\0')
        put_told(to, "seed:", g->seed);
}

// Where one thing kept all others from being asked, that thing is what there is to read.
static bool is_listed(const struct grading *g, size_t i)
{
    return g->marks[i].ended || !(g->shut || g->trouble != NULL);
}

static void put_unlisted(FILE *to, const struct grading *g)
{
    size_t tasks = 0;
    double points = 0;

    for (size_t i = 0; i < g->lab->count; i++)
        if (!is_listed(g, i)) {
            tasks++;
            points += g->lab->tasks[i].points;
        }
    if (tasks > 0)
        fprintf(to, "-     %zu more task%s, of %g points, not asked\n", tasks,
                tasks == 1 ? "" : "s", points);
}

int write_terminal(FILE *to, const struct grading *g)
{
    struct paint paint = paint_for(to);
    char text[OUT_LINE];

    out_clean(text, sizeof text, g->student, false);
    fprintf(to, "Lab %u: %s%s%s\n", g->lab->number, g->lab->title, *text != '\0' ? "; " : "", text);
    if (*g->unconfined != '\0') {
        snprintf(text, sizeof text, "without %s, which the system does not allow", g->unconfined);
        put_told(to, "confined:", text);
    }
    putc('\n', to);
    for (size_t i = 0; i < g->lab->count; i++)
        if (is_listed(g, i))
            put_task(to, g, i, &paint);
    put_unlisted(to, g);
    put_sums(to, g, &paint);
    return out_written(to);
}

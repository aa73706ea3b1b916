// out_tap.c: the Test Anything Protocol, version 14
// (testanything.org/tap-version-14-specification).
#include "base/json.h"
#include "grade/out_text.h"
#include "grade/outputs.h"

// In a description "#" begins a directive.
static void put_description(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            putc('\\', to);
        putc(*text, to);
    }
}

// A JSON string is a YAML scalar too.
static void put_pair(FILE *to, const char *name, const char *text)
{
    char clean[OUT_LINE];

    out_clean(clean, sizeof clean, text, false);
    json_t *json = json_made(json_text(clean));
    fprintf(to, "  %s: ", name);
    json_write_flat(json, to);
    putc('\n', to);
    json_decref(json);
}

static void put_task(FILE *to, const struct grading *g, size_t i)
{
    const struct task *task = &g->lab->tasks[i];
    enum out_verdict verdict = out_verdict(g, i);
    bool ok = verdict == OUT_PASSED || verdict == OUT_LEFT_OUT;
    char text[OUT_LINE];

    out_clean(text, sizeof text, task->title, false);
    fprintf(to, "%s %zu - ", ok ? "ok" : "not ok", i + 1);
    put_description(to, text);
    out_seen(g, i, text);
    if (verdict == OUT_LEFT_OUT) {
        fputs(" # SKIP ", to);
        put_description(to, text);
    }
    fputs("\n  ---\n", to);
    put_pair(to, "case", task->name);
    fprintf(to, "  points: %g\n  of: %g\n", g->marks[i].points,
            verdict == OUT_LEFT_OUT ? 0 : task->points);
    if (!ok) {
        put_pair(to, "expected", out_expected(g, i));
        put_pair(to, "seen", text);
        put_pair(to, "told", task->told);
    }
    fputs("  ...\n", to);
}

int write_tap(FILE *to, const struct grading *g)
{
    char text[OUT_LINE];

    fprintf(to, "TAP version 14\n1..%zu\n", g->lab->count);
    out_clean(text, sizeof text, g->student, false);
    fprintf(to, "# lab %u%s%s: %g of %g points\n", g->lab->number, *text != '\0' ? ", " : "", text,
            g->points, g->of);
    for (size_t i = 0; i < g->lab->count; i++)
        if (g->finished || g->marks[i].ended)
            put_task(to, g, i);
    out_state(g, text);
    if (!g->finished) {
        fputs("Bail out! ", to);
        put_description(to, text);
        putc('\n', to);
    } else if (*text != '\0') {
        fprintf(to, "# %s\n", text);
    }
    return out_written(to);
}

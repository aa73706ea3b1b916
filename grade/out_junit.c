// out_junit.c: JUnit's XML, as the usual CI systems read it: a testsuite, its testcases.
#include "grade/out_text.h"
#include "grade/outputs.h"

// Cleaned, it has no character that XML 1.0 forbids; these have a meaning of their own.
static void put(FILE *to, const char *text)
{
    char clean[OUT_LINE];

    out_clean(clean, sizeof clean, text, false);
    for (const char *p = clean; *p != '\0'; p++)
        switch (*p) {
        case '&':
            fputs("&amp;", to);
            break;
        case '<':
            fputs("&lt;", to);
            break;
        case '>':
            fputs("&gt;", to);
            break;
        case '"':
            fputs("&quot;", to);
            break;
        default:
            putc(*p, to);
        }
}

static void put_attribute(FILE *to, const char *name, const char *text)
{
    fprintf(to, " %s=\"", name);
    put(to, text);
    putc('"', to);
}

static void put_property(FILE *to, const char *name, const char *text)
{
    fprintf(to, "      <property name=\"%s\"", name);
    put_attribute(to, "value", text);
    fputs("/>\n", to);
}

// What has not been asked yet is skipped; what will not be any more has failed.
static bool is_skipped(const struct grading *g, size_t i)
{
    enum out_verdict verdict = out_verdict(g, i);

    return verdict == OUT_LEFT_OUT || (verdict == OUT_NOT_ASKED && !g->finished);
}

static bool is_failed(const struct grading *g, size_t i)
{
    return out_verdict(g, i) != OUT_PASSED && !is_skipped(g, i);
}

static void put_task(FILE *to, const struct grading *g, size_t i)
{
    const struct task *task = &g->lab->tasks[i];
    char seen[OUT_LINE];

    fprintf(to, "    <testcase classname=\"lab%u\"", g->lab->number);
    put_attribute(to, "name", task->name);
    fprintf(to, " time=\"%.3f\"", g->marks[i].finding.seconds);
    out_seen(g, i, seen);
    if (is_skipped(g, i)) {
        fputs(">\n      <skipped", to);
        put_attribute(to, "message", seen);
        fputs("/>\n    </testcase>\n", to);
    } else if (is_failed(g, i)) {
        fputs(">\n      <failure", to);
        put_attribute(to, "message", seen);
        fprintf(to, ">%g of %g points\n", g->marks[i].points, task->points);
        put(to, task->title);
        fputs("\nexpected: ", to);
        put(to, out_expected(g, i));
        fputs("\nseen: ", to);
        put(to, seen);
        putc('\n', to);
        put(to, task->told);
        fputs("</failure>\n    </testcase>\n", to);
    } else {
        fputs("/>\n", to);
    }
}

int write_junit(FILE *to, const struct grading *g)
{
    size_t failed = 0, skipped = 0;
    char text[OUT_LINE];

    for (size_t i = 0; i < g->lab->count; i++) {
        failed += is_failed(g, i);
        skipped += is_skipped(g, i);
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", to);
    snprintf(text, sizeof text, "lab %u: %s", g->lab->number, g->lab->title);
    put_attribute(to, "name", text);
    fprintf(to, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n",
            g->lab->count, failed, skipped, g->seconds);
    fputs("    <properties>\n", to);
    put_property(to, "student", g->student);
    put_property(to, "seed", g->seed);
    put_property(to, "command", g->command);
    snprintf(text, sizeof text, "%g of %g", g->points, g->of);
    put_property(to, "points", text);
    out_state(g, text);
    if (*text != '\0')
        put_property(to, "remark", text);
    fputs("    </properties>\n", to);
    for (size_t i = 0; i < g->lab->count; i++)
        put_task(to, g, i);
    fputs("  </testsuite>\n</testsuites>\n", to);
    return out_written(to);
}

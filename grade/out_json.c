// out_json.c: everything, in a form of our own (docs/labs/grading.md).
#include "base/json.h"
#include "grade/out_text.h"
#include "grade/outputs.h"

static json_t *clean(const char *text, bool lines)
{
    char to[OUT_LINES];

    out_clean(to, sizeof to, text, lines);
    return json_string(to);
}

static json_t *text_or_null(const char *text, bool lines)
{
    return text == NULL || *text == '\0' ? json_null() : clean(text, lines);
}

static json_t *task_object(const struct grading *g, size_t i)
{
    static const char *const verdicts[] = {[OUT_PASSED] = "passed",
                                           [OUT_FAILED] = "failed",
                                           [OUT_LEFT_OUT] = "left out",
                                           [OUT_NOT_ASKED] = "not asked"};
    static const char *const visibilities[] = {
        [VISIBLE] = "visible", [HIDDEN] = "hidden", [AFTER] = "after"};
    const struct task *task = &g->lab->tasks[i];
    const struct mark *mark = &g->marks[i];
    enum out_verdict verdict = out_verdict(g, i);
    json_t *to = json_made(json_object());
    char seen[OUT_LINE];

    out_seen(g, i, seen);
    json_put(to, "case", clean(task->name, false));
    json_put(to, "title", clean(task->title, false));
    json_put(to, "visibility", json_string(visibilities[task->visibility]));
    json_put(to, "verdict", json_string(verdicts[verdict]));
    json_put(to, "points", json_real_or_null(mark->points));
    json_put(to, "of", json_real_or_null(task->points));
    json_put(to, "seconds", mark->ended ? json_real_or_null(mark->finding.seconds) : json_null());
    json_put(to, "figure", text_or_null(mark->ended ? mark->finding.figure : "", false));
    json_put(to, "expected", clean(out_expected(g, i), false));
    json_put(to, "seen", text_or_null(seen, false));
    json_put(to, "told", verdict == OUT_FAILED ? clean(task->told, false) : json_null());
    return to;
}

int write_json(FILE *to, const struct grading *g)
{
    const struct lab *lab = g->lab;
    json_t *root = json_made(json_object()), *tasks = json_made(json_array());

    json_put(root, "schema", json_string("echolab.grade/1"));
    json_put(root, "lab", json_integer(lab->number));
    json_put(root, "title", clean(lab->title, false));
    json_put(root, "student", clean(g->student, false));
    json_put(root, "seed", clean(g->seed, false));
    json_put(root, "command", clean(g->command, false));
    json_put(root, "finished", json_boolean(g->finished));
    json_put(root, "shut", json_boolean(g->shut));
    json_put(root, "trouble", text_or_null(g->trouble, true));
    json_put(root, "unconfined", text_or_null(g->unconfined, false));
    json_put(root, "points", json_real_or_null(g->points));
    json_put(root, "of", json_real_or_null(g->of));
    json_put(root, "score", json_real_or_null(out_scaled(g)));
    json_put(root, "seconds", json_real_or_null(g->seconds));
    json_put(root, "ratio", g->ratio > 0 ? json_real_or_null(g->ratio) : json_null());
    for (size_t i = 0; i < lab->count; i++)
        json_append(tasks, task_object(g, i));
    json_put(root, "tasks", tasks);
    json_write_lines(root, to);
    json_decref(root);
    return out_written(to);
}

// out_gradescope.c: results.json as Gradescope reads it
// (gradescope-autograders.readthedocs.io, "Autograder specifications").
//
// Gradescope shows a student no total as long as there are tasks that the student does not see
// yet. So the text above the tasks has the sum of those that are seen, and nothing of the others
// but what they are worth. What the grader prints shows all, and is for the instructor alone.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "grade/out_text.h"
#include "grade/outputs.h"

// Each line has a mark before it: whatever a server or its compiler said, none looks like ours.
static void quote(FILE *to, const char *text)
{
    char clean[OUT_LINES];

    out_clean(clean, sizeof clean, text, true);
    for (char *rest = clean, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0' || rest != NULL)
            fprintf(to, "  | %s\n", line);
}

static json_t *string_of(char *text)
{
    json_t *json = json_made(json_string(text));

    free(text);
    return json;
}

static json_t *task_output(const struct grading *g, size_t i)
{
    enum out_verdict verdict = out_verdict(g, i);
    char seen[OUT_LINE], figure[OUT_LINE], *text;
    size_t size;
    FILE *to = text_open(&text, &size);

    out_seen(g, i, seen);
    out_clean(figure, sizeof figure, g->marks[i].finding.figure, false);
    switch (verdict) {
    case OUT_PASSED:
        fprintf(to, "%s", *figure != '\0' ? figure : "as it should be");
        break;
    case OUT_FAILED:
        fprintf(to, "expected: %s\nseen: %s\nread on: %s", out_expected(g, i), seen,
                g->lab->tasks[i].told);
        break;
    case OUT_LEFT_OUT:
        fprintf(to, "This machine cannot ask it, and it costs no points: %s", seen);
        break;
    case OUT_NOT_ASKED:
        fprintf(to, "%s",
                g->trouble != NULL && !g->shut ? "Not asked; the reason is above." : seen);
        break;
    }
    text_close(to);
    return string_of(text);
}

static json_t *task_object(const struct grading *g, size_t i)
{
    static const char *const visibilities[] = {
        [VISIBLE] = "visible", [HIDDEN] = "hidden", [AFTER] = "after_published"};
    const struct task *task = &g->lab->tasks[i];
    enum out_verdict verdict = out_verdict(g, i);
    json_t *to = json_made(json_object());
    char number[32];

    snprintf(number, sizeof number, "%zu", i + 1);
    json_put(to, "name", json_text(task->title));
    json_put(to, "number", json_string(number));
    json_put(to, "score", json_real_or_null(g->marks[i].points));
    json_put(to, "max_score", json_real_or_null(verdict == OUT_LEFT_OUT ? 0 : task->points));
    if (verdict != OUT_LEFT_OUT)
        json_put(to, "status", json_string(verdict == OUT_PASSED ? "passed" : "failed"));
    json_put(to, "visibility", json_string(visibilities[task->visibility]));
    json_put(to, "output", task_output(g, i));
    return to;
}

static json_t *summary(const struct grading *g)
{
    double points = 0, of = 0, later = 0;
    char state[OUT_LINE], *text;
    size_t size;
    FILE *to = text_open(&text, &size);

    for (size_t i = 0; i < g->lab->count; i++) {
        const struct task *task = &g->lab->tasks[i];
        if (task->visibility != VISIBLE) {
            later += task->points;
        } else if (!g->marks[i].left_out) {
            points += g->marks[i].points;
            of += task->points;
        }
    }
    fprintf(to, "Tasks that you see now: %g of %g points.\n", points, of);
    if (later > 0)
        fprintf(to,
                "Others are worth %g points. You see them when the grades are published, if at "
                "all; they are about the same promises, which are all in the handout.\n",
                later);
    if (g->trouble != NULL)
        quote(to, g->trouble);
    else {
        out_state(g, state);
        fprintf(to, "%s%s", state, *state != '\0' ? "\n" : "");
    }
    text_close(to);
    return string_of(text);
}

int write_gradescope(FILE *to, const struct grading *g)
{
    json_t *root = json_made(json_object()), *tests = json_made(json_array());
    json_t *board = json_made(json_array()), *row = json_made(json_object());

    json_put(root, "score", json_real_or_null(out_scaled(g)));
    json_put(root, "execution_time", json_real_or_null(g->seconds));
    json_put(root, "output", summary(g));
    json_put(root, "output_format", json_string("text"));
    json_put(root, "test_output_format", json_string("text"));
    json_put(root, "test_name_format", json_string("text"));
    json_put(root, "visibility", json_string("visible"));
    json_put(root, "stdout_visibility", json_string("hidden"));
    if (g->ratio > 0) {
        json_put(row, "name", json_string("Throughput, in that of the reference"));
        json_put(row, "value", json_real_or_null(g->ratio));
        json_append(board, json_incref(row));
        json_put(root, "leaderboard", json_incref(board));
    }
    json_decref(row);
    json_decref(board);
    for (size_t i = 0; i < g->lab->count; i++)
        json_append(tests, task_object(g, i));
    json_put(root, "tests", tests);
    json_write_lines(root, to);
    json_decref(root);
    return out_written(to);
}

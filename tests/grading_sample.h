// grading_sample.h: a lab of six tasks, and a grading of it by a server that says whatever could
// mislead who reads the results.
#ifndef TESTS_GRADING_SAMPLE_H
#define TESTS_GRADING_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "grade/lab.h"
#include "grade/outputs.h"

// Control characters, ends of lines, XML's and CSV's own characters, a character that XML forbids,
// one that turns the direction of writing, bytes that are no UTF-8 (too long, a surrogate, beyond
// the last, cut), and the results that it would like to have.
#define HOSTILE                                                                                    \
    "\033[2J\033[H\r\nok 1 - forged\n1..0\nBail out!\n\"100\" of 100 points ]]></failure><x>&#0; " \
    "\xEF\xBF\xBE \xE2\x80\xAE \xC2\x85 \x7F\x01 \xFF\xFE \xC0\x80 \xED\xA0\x80 \xF4\x90\x80\x80 " \
    "\\ # SKIP 너무 높아요 {\"scores\":{\"lab5\":100}}\npass  4 of 4\n...\n---\n\xE2\x80"

enum { SAMPLE_TASKS = 6 };

struct sample {
    struct task tasks[SAMPLE_TASKS];
    struct mark marks[SAMPLE_TASKS];
    struct lab lab;
    struct grading grading;
};

static char sample_told[] = "A read returns any number of bytes. Read: read(2), \"RETURN VALUE\".";

static inline void sample_mark(struct sample *s, size_t task, enum outcome outcome, bool lacking,
                               const char *reason)
{
    struct mark *mark = &s->marks[task];

    *mark = (struct mark){.ended = true, .finding = {.outcome = outcome, .seconds = 0.25}};
    mark->finding.lacking = lacking;
    snprintf(mark->finding.reason, sizeof mark->finding.reason, "%s", reason);
    if (outcome == PASSED)
        snprintf(mark->finding.figure, sizeof mark->finding.figure, "5 bytes in 3 ms");
    grading_sum(&s->grading);
}

// Of 20 points 10 are given; 4 are lost, to a server that says HOSTILE; 2 this machine cannot ask;
// 1 is for what the server has no option for; 3 were not asked.
static inline void sample_make(struct sample *s)
{
    static char names[][32] = {"start/first-line",       "echo/half-close",
                               "echo/a-mebibyte",        "options/idle-timeout",
                               "limits/descriptor-1024", "ratio/throughput"};
    static char titles[][64] = {"It says where it listens",
                                "Half-close # is <answered> & \"kept\"",
                                "A mebibyte \\ comes back",
                                "=Silent clients are closed",
                                "1,100 clients",
                                "As fast as half of ours"};
    static const double points[] = {4, 6, 4, 1, 2, 3};
    static const enum visibility seen_by[] = {VISIBLE, VISIBLE, VISIBLE, HIDDEN, AFTER, AFTER};
    static char title[] = "select: one thread # for <many>", lecture[] = "docs/lectures/4.md";

    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < SAMPLE_TASKS; i++)
        s->tasks[i] = (struct task){names[i], titles[i], points[i], seen_by[i], sample_told};
    s->lab = (struct lab){
        .number = 5, .title = title, .lecture = lecture, .tasks = s->tasks, .count = SAMPLE_TASKS};
    s->grading = (struct grading){.lab = &s->lab,
                                  .student = "김, \"alice\" <a&b>",
                                  .seed = "alice",
                                  .command = "./server",
                                  .unconfined = "",
                                  .finished = true,
                                  .seconds = 12.25,
                                  .marks = s->marks};
    sample_mark(s, 0, PASSED, false, "");
    sample_mark(s, 1, PASSED, false, "");
    sample_mark(s, 2, FAILED, false, HOSTILE);
    sample_mark(s, 3, SKIPPED, false, "--help does not list --idle-timeout");
    sample_mark(s, 4, SKIPPED, true, "only 512 descriptors are allowed");
}

// What a writer writes; the caller frees it.
static inline char *written(int write_it(FILE *, const struct grading *), const struct grading *g)
{
    char *text;
    size_t size;
    FILE *to = text_open(&text, &size);

    assert_int_equal(write_it(to, g), 0);
    text_close(to);
    assert_int_equal(strlen(text), size); // no NUL in it
    return text;
}

// The next line, without its end; NULL at the end.
static inline char *next_line(char **rest)
{
    char *line = strsep(rest, "\n");

    return line == NULL || (*line == '\0' && *rest == NULL) ? NULL : line;
}

#endif

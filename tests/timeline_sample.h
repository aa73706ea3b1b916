// timeline_sample.h: for the tests of timelines: traces written by hand, and boxes as text. Include
// it after cmocka's headers.
#ifndef TESTS_TIMELINE_SAMPLE_H
#define TESTS_TIMELINE_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/timeline.h"

#define TRACE_HEADING "begin_us\tend_us\tprocess\tthread\tevent\tclient\tfd\tn\n"

// An event of a trace. client: its number there; -1: none.
struct step {
    double begin_us, end_us;
    int process, thread;
    const char *event;
    int client;
    int n;
};

// Bytes of a message of A, B, C, D.
enum { OF_A = 68, OF_B, OF_C, OF_D };

static inline void write_steps(const char *file, const struct step *steps, size_t count,
                               const char *last_line)
{
    FILE *to = fopen(file, "we");

    assert_non_null(to);
    fputs(TRACE_HEADING, to);
    for (size_t i = 0; i < count; i++) {
        const struct step *s = &steps[i];
        fprintf(to, "%.3f\t%.3f\t%d\t%d\t%s\t", s->begin_us, s->end_us, s->process, s->thread,
                s->event);
        if (s->client < 0)
            fprintf(to, "\t\t%d\n", s->n);
        else
            fprintf(to, "%d\t%d\t%d\n", s->client, s->client + 4, s->n);
    }
    fputs(last_line, to);
    assert_int_equal(fclose(to), 0);
}

// "fork: child 1 serves A 10-20", one line a box; the caller frees it.
static inline char *boxes_text(const struct timeline *t)
{
    static const char *const verbs[] = {[TIMELINE_CREATE] = "creates",
                                        [TIMELINE_THINK] = "awaits",
                                        [TIMELINE_SERVE] = "serves",
                                        [TIMELINE_ACCEPT] = "accepts"};
    static char *text; // gcc 12 takes what the stream stores in a local for a pointer to that local
    static size_t size;
    FILE *to = open_memstream(&text, &size);

    assert_non_null(to);
    for (size_t i = 0; i < t->box_count; i++) {
        const struct timeline_box *box = &t->boxes[i];
        fprintf(to, "%s %s", t->rows[box->row].name, verbs[box->kind]);
        if (box->client >= 0)
            fprintf(to, " %c", 'A' + box->client);
        fprintf(to, " %g", box->begin_us);
        if (box->kind != TIMELINE_ACCEPT)
            fprintf(to, "-%g", box->end_us);
        fputc('\n', to);
    }
    assert_int_equal(fclose(to), 0);
    return text;
}

// ---- One file for all of a program's tests ---------------------------------------------------

static char trace_file[] = "/tmp/test_timeline.XXXXXX";

static inline int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(trace_file);
    return fd < 0 || close(fd) != 0;
}

static inline int remove_file(void **state)
{
    (void)state;
    return unlink(trace_file);
}

enum { MAIN = 100 }; // the main process of all traces here
static const char all_is_there[] = "# events: 9, lost: 0\n";

static inline struct timeline read_steps(const struct step *steps, size_t count, bool crew,
                                         const char *last_line)
{
    struct timeline t;
    char why[256] = "";

    write_steps(trace_file, steps, count, last_line);
    if (!timeline_read(&t, trace_file, MAIN, crew, why))
        fail_msg("%s", why);
    return t;
}

#define EXPECT_BOXES(steps, crew, expected)                                                        \
    do {                                                                                           \
        struct timeline t_ = read_steps(steps, sizeof(steps) / sizeof *(steps), crew,              \
                                        all_is_there);                                             \
        char *seen_ = boxes_text(&t_);                                                             \
        assert_string_equal(seen_, expected);                                                      \
        free(seen_);                                                                               \
        timeline_free(&t_);                                                                        \
    } while (0)

#endif

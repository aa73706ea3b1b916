// top_sample.h: looks at servers that never were, and the screens that bin/top makes of them. For
// cmocka's tests: include it after their headers.
#ifndef TESTS_TOP_SAMPLE_H
#define TESTS_TOP_SAMPLE_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "watch/sheet.h"

static const char *const counter_names[] = {"accepted", "refused", "closed", "broken",
                                            "messages", "reads",   "writes", "waits"};
enum { COUNTERS = sizeof counter_names / sizeof *counter_names, MESSAGES = 4 };

// ---- Servers that never were ---------------------------------------------------------------

static struct counters_head no_memory; // says that there are counters; nobody reads them

static inline void make_look(struct look *l, int64_t at_ns, struct seen *seen, size_t threads)
{
    *l = (struct look){.at_ns = at_ns,
                       .cpu_ns = 1e9,
                       .calls = NAN,
                       .resident_kib = 3174,
                       .pss_kib = 1229,
                       .processes = 1,
                       .seen = seen,
                       .count = threads,
                       .sockets = {.all = 57,
                                   .eventpolls = 1,
                                   .listeners = 1,
                                   .sockets = 50,
                                   .count = 51,
                                   .told = true,
                                   .listens = "127.0.0.1:7000",
                                   .ports = 1,
                                   .waiting = 3}};
    l->counted.clients = 50;
}

// A server of ours with so many threads, all asleep in `at`. Free it with forget_subject().
static inline void make_subject(struct subject *s, const char *name, size_t threads, const char *at)
{
    struct seen *seen = calloc(threads, sizeof *seen);

    assert_non_null(seen);
    *s = (struct subject){.has_before = true, .watched = {.pid = 12345, .pidfd = -1}};
    snprintf(s->watched.name, sizeof s->watched.name, "%s", name);
    snprintf(s->watched.command, sizeof s->watched.command, "bin/%s --port 7000", name);
    s->watched.meter.head = &no_memory;
    s->watched.meter.counters = COUNTERS;
    for (size_t i = 0; i < COUNTERS; i++)
        snprintf(s->watched.meter.name[i], COUNTERS_NAME, "%s", counter_names[i]);
    for (size_t i = 0; i < threads; i++) {
        seen[i].process = seen[i].thread = 12345 + (pid_t)i;
        snprintf(seen[i].name, sizeof seen[i].name, "%s", name);
        snprintf(seen[i].at, sizeof seen[i].at, "%s", at);
    }
    make_look(&s->before, 0, NULL, 0);
    make_look(&s->now, 2 * NS_PER_SECOND, seen, threads);
    s->now.cpu_ns += 1.9e9;
    s->before.counted.value[MESSAGES] = 1000;
    s->now.counted.value[MESSAGES] = 1000 + 2 * 81234;
}

static inline void forget_subject(struct subject *s)
{
    free(s->now.seen);
}

// ---- Its screen ----------------------------------------------------------------------------

enum { LINES_MAX = 300 };

struct screen {
    char *text;
    char *line[LINES_MAX]; // of a copy
    size_t count;
    char *copy;
};

static inline void draw(struct screen *screen, const struct sheet *sheet, const struct subject *s,
                        size_t count)
{
    size_t size;
    FILE *out = open_memstream(&screen->text, &size);
    char *rest;

    assert_non_null(out);
    sheet_write(out, sheet, s, count);
    fclose(out);
    screen->copy = rest = strdup(screen->text);
    assert_non_null(rest);
    if (!sheet->live) { // ends with a new line
        assert_int_equal(rest[strlen(rest) - 1], '\n');
        rest[strlen(rest) - 1] = '\0';
    }
    for (screen->count = 0; rest != NULL; screen->count++) {
        assert_true(screen->count < LINES_MAX);
        screen->line[screen->count] = strsep(&rest, "\n");
    }
}

static inline void forget_screen(struct screen *screen)
{
    free(screen->text);
    free(screen->copy);
}

static inline void expect_text(const struct screen *screen, const char *text)
{
    if (strstr(screen->text, text) == NULL)
        fail_msg("\"%s\" is not on the screen:\n%s", text, screen->text);
}

static inline void expect_size(const struct screen *screen, size_t columns, size_t rows)
{
    assert_true(screen->count <= rows);
    for (size_t i = 0; i < screen->count; i++)
        if (strlen(screen->line[i]) > columns)
            fail_msg("wider than %zu columns: \"%s\"", columns, screen->line[i]);
}

#endif

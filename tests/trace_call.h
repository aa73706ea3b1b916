// trace_call.h: records a trace and reads it back. For cmocka's tests: include it after their
// headers, and give the group forget_trace() as its teardown.
#ifndef TESTS_TRACE_CALL_H
#define TESTS_TRACE_CALL_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/server.h"
#include "server/trace.h"
#include "server/trace_ring.h"
#include "tests/conform/traced.h"

static int trace_file = -1;
static struct traced trace_read_back;

// Opens a trace into a file without a name; `ending` is that of its name all the same.
static inline void open_trace(const char *ending)
{
    char name[64];

    snprintf(name, sizeof name, "/tmp/test_trace-XXXXXX%s", ending);
    trace_file = mkostemps(name, (int)strlen(ending), O_CLOEXEC);
    assert_true(trace_file >= 0);
    trace_open(name);
    assert_int_equal(unlink(name), 0);
    assert_false(trace_on);
}

static inline void begin_trace(const char *ending)
{
    open_trace(ending);
    trace_begin();
    assert_true(trace_on);
}

// Ends it. What it has written; the caller frees it.
static inline char *finish_text(void)
{
    assert_true(trace_finish("test"));
    assert_false(trace_on);
    off_t size = lseek(trace_file, 0, SEEK_END);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    for (off_t n, at = 0; at < size; at += n)
        assert_true((n = pread(trace_file, text + at, (size_t)(size - at), at)) > 0);
    text[size] = '\0';
    close(trace_file);
    return text;
}

// Ends a table, and reads it.
static inline const struct traced *finish_trace(void)
{
    char *text = finish_text();

    free(trace_read_back.event);
    const char *wrong = traced_read_table(&trace_read_back, text);
    free(text);
    if (wrong != NULL)
        fail_msg("%s", wrong);
    return &trace_read_back;
}

static inline int forget_trace(void **state)
{
    (void)state;
    free(trace_read_back.event);
    trace_read_back.event = NULL;
    return 0;
}

// Reads of this descriptor's client, n from 0 on.
static inline void record_reads(int fd, int count)
{
    for (int i = 0; i < count; i++)
        trace(TRACE_read, fd, i);
}

static inline size_t reads_of(const struct traced *t, int64_t client)
{
    size_t count = 0;

    for (size_t i = 0; i < t->count; i++)
        count += t->event[i].client == client;
    return count;
}

// The client's events are `count` reads, n from `first` on, in one thread.
static inline void assert_reads(const struct traced *t, int64_t client, int64_t first, size_t count)
{
    size_t at = traced_find(t, 0, "read", client, 0);
    long thread = at < t->count ? t->event[at].thread : 0;

    assert_int_equal(reads_of(t, client), count);
    for (size_t i = 0; i < count; i++, at = traced_find(t, at + 1, "read", client, 0)) {
        assert_true(at < t->count);
        assert_true(t->event[at].n == first + (int64_t)i);
        assert_int_equal(t->event[at].thread, thread);
    }
}

#endif

// trace_write.h: what trace_finish() writes.
#ifndef SERVER_TRACE_WRITE_H
#define SERVER_TRACE_WRITE_H

#include <stdbool.h>
#include <stdio.h>

struct trace_pool;

enum trace_format {
    // One line an event, tab-separated, in the order of their ends; the first line has the names
    // of the columns. Times are microseconds since the server began to listen. The last two lines
    // begin with "# ": when that was by CLOCK_MONOTONIC, and how many events there are and were.
    TRACE_TABLE,
    // "Trace Event Format" of Chrome: an object whose traceEvents are complete events ("ph": "X"),
    // and names of processes and threads ("ph": "M"). The totals are in otherData.
    TRACE_JSON,
};

// Writes all events of the pool, and how many were lost. False, with errno: they could not be
// written, or there is no memory to sort them (8 bytes each).
bool trace_write(FILE *, enum trace_format, const char *model, struct trace_pool *);

#endif

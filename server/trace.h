// trace.h: what happened when, in which process and thread (--trace FILE).
//
// One line an event, tab-separated: microseconds since the start, process, thread, event (accept,
// create, read, answer, write, wait, close), descriptor, and a number: bytes (answer: now owed),
// descriptors reported (wait), a process (create); below 0: the call failed.
#ifndef SERVER_TRACE_H
#define SERVER_TRACE_H

#include <stdbool.h>

extern bool trace_on;

// Opens the file ("-": standard output); dies if that can't be done. NULL: no trace.
void trace_open(const char *path);

// From here on events are written, if a file has been opened.
void trace_begin(void);

void trace_line(const char *event, int fd, long n);

// Costs one predictable branch when tracing is off.
static inline void trace(const char *event, int fd, long n)
{
    if (trace_on)
        trace_line(event, fd, n);
}

#endif

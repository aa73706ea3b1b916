// timeline_events.h: a trace's events, between timeline_trace.c, which reads them, and
// timeline_boxes.c, which makes boxes of them.
#ifndef RESULTS_TIMELINE_EVENTS_H
#define RESULTS_TIMELINE_EVENTS_H

#include "results/timeline.h"

enum event_kind {
    EVENT_ACCEPT,
    EVENT_CREATE,
    EVENT_WAIT,
    EVENT_READ,
    EVENT_PROTOCOL,
    EVENT_WRITE,
    EVENT_CLOSE,
    EVENT_OTHER // one that we don't know
};

struct event {
    double begin_us, end_us;
    long process, thread;
    enum event_kind kind;
    long client; // its number in the trace; -1: no client's business
    double n;    // what was read, written, reported: see server/trace.h
};

struct events {
    struct event *list; // sorted by their ends
    size_t count;
    int64_t origin_ns; // 0: it is not told
    uint64_t lost;
    bool whole;
};

// Reads a table. False, with why; nothing is left to free then.
bool timeline_events_read(struct events *, const char *file, char why[256]);

// Makes boxes of them. False, with why: they are not of four clients, or of too many threads.
bool timeline_events_sort(struct timeline *, const struct events *, long main_process, bool crew,
                          char why[256]);

#endif

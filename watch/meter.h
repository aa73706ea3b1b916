// meter.h: the counters of one of our servers, read while it runs (server/counters_layout.h).
#ifndef WATCH_METER_H
#define WATCH_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/counters_layout.h"

struct meter {
    const struct counters_head *head; // NULL: no counters
    size_t size;
    // As the head said when it was checked: what is read later can't lead out of the memory.
    uint64_t rows_at;
    uint32_t rows, row_bytes, counters;
    char name[COUNTERS_MOST][COUNTERS_NAME]; // printable
};

struct reading {
    uint64_t clients;
    uint64_t value[COUNTERS_MOST]; // in the order of the names
};

enum { METER_PATH = 64 };

// Looks among the descriptors of a process for the one that is its counters, as /proc/PID/fd/N.
// False: it has none, or may not be looked at.
bool meter_find(pid_t, char path[METER_PATH]);

// Opens the counters of a process of a server. False: it has none that could be read.
bool meter_open(struct meter *, pid_t);
void meter_close(struct meter *);

void meter_read(const struct meter *, struct reading *);

// Where a counter of that name stands; `counters` if there is none.
uint32_t meter_index(const struct meter *, const char *name);

#endif

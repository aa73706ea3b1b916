// work.h: pretend work, done once for each message (--work).
#ifndef SERVER_WORK_H
#define SERVER_WORK_H

#include <stdint.h>

enum work_kind {
    WORK_NONE,
    WORK_CPU,   // burn the processor: what a computation does to a model
    WORK_SLEEP, // block the thread: what a slow disk or database does to it
};

struct work {
    enum work_kind kind;
    int64_t ns;
};

// Works, and comes back early only when the stop's deadline has passed.
void work_do(const struct work *);

#endif

// live.h: the line on a terminal that shows how a run goes.
#ifndef LOADGEN_LIVE_H
#define LOADGEN_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/run.h"

struct worker;

struct live {
    const struct run *run;
    const struct worker *workers;
    bool on;           // standard error is a terminal, and nobody asked for --quiet
    int64_t shown;     // when
    uint64_t answered; // by then
};

void live_open(struct live *, const struct run *, const struct worker *workers);
int live_wait_ms(const struct live *); // how long poll(2) may wait; -1: there is nothing to show
void live_show(struct live *);         // if it is time to
void live_close(struct live *);        // takes the line away

#endif

// usage.h: what a thread of the load generator has of the machine's cores.
#ifndef LOADGEN_USAGE_H
#define LOADGEN_USAGE_H

#include <stdint.h>

// Processor time of a thread, and what it would have wanted.
struct usage {
    int64_t user_ns, system_ns;
    int64_t ran_ns, waited_ns; // on a core; ready to run, but without one
    int64_t at;                // when this was read; 0: never
};

// Of the calling thread, until `now`.
void usage_read(struct usage *, int64_t now);

#endif

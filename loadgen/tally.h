// tally.h: what one thread counts, on the way of every request: no locks, no system calls, no
// memory.
#ifndef LOADGEN_TALLY_H
#define LOADGEN_TALLY_H

#include "loadgen/dialog.h"
#include "loadgen/result.h"
#include "loadgen/run.h"

// A request from the moment it is due to the end of its answer.
struct request {
    int64_t due;            // when it should be sent; in the closed loop, when it is
    int64_t sent;           // when its first byte was handed to the kernel; 0: not yet
    struct requests *phase; // where it is counted, once and for all: ^C may move the window's end
};

struct tally {
    struct result result; // this thread's share of the run's
    struct run *run;
    int64_t row_begin, row_end; // of the interval that was found last
    struct interval *row;
    uint64_t depths; // requests that depth_mean is made of, and their sum
    double depth_sum;
    // For the live line: read by the main thread.
    _Atomic uint64_t live_answered, live_errors;
};

void tally_open(struct tally *, struct run *);

// Where a request that is due then is counted: in the window, or outside it.
struct requests *tally_phase(struct tally *, int64_t due);

// Open loop: a request is due, and about to be sent; or will never be.
void tally_due(struct tally *, const struct request *, int64_t now, uint64_t depth);
void tally_never_sent(struct tally *, int64_t due);
void tally_sent(struct tally *, const struct request *);
// An answer that came within the window is also one more of its connection's share.
void tally_answer(struct tally *, const struct request *, int64_t now, uint32_t payload,
                  struct share *);
void tally_wrong(struct tally *, const struct request *, int64_t now, const struct dialog *,
                 uint64_t connection);
void tally_unasked(struct tally *, int64_t now, const struct dialog *, uint64_t connection);
// An answer that will never be whole had a wrong byte already. Shows it; the request is lost.
void tally_spoilt(struct tally *, const struct dialog *, uint64_t connection);
void tally_lost(struct tally *, const struct request *, int64_t now);
void tally_unfinished(const struct request *);
void tally_connect(struct tally *, int64_t ns);

enum trouble {
    TROUBLE_CONNECT,
    TROUBLE_RESET,
    TROUBLE_CLOSED,
    TROUBLE_TIMEOUT,
    TROUBLE_IDLE_CLOSED
};
void tally_trouble(struct tally *, enum trouble, int error, int64_t now);

#endif

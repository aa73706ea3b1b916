// run.h: one run of a plan: connect, start together, warm up, measure, drain.
//
//      connect      | warm-up      | window                      | drain
//    --ramp --------+--------------+-----------------------------+---------> time
//                 start          begin                          end
//
// A request belongs to the window if it was due in it. Threads share nothing on their way but this.
#ifndef LOADGEN_RUN_H
#define LOADGEN_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/address.h"
#include "base/clock.h"
#include "loadgen/notify.h"
#include "loadgen/result.h"

struct run {
    const struct plan *plan;
    struct address target;
    int64_t dialling;     // since when connections are made
    int64_t start, begin; // set when all connections stand
    _Atomic int64_t end;  // with --requests it stays INT64_MAX
    atomic_uint hopeless; // threads that find no server any more
    atomic_bool gave_up;  // ... all of them: the run is over
    atomic_bool stop;     // ^C: the run is over
    int wake;             // an eventfd that all threads watch: readable once `stop` is set
    int news; // an eventfd: each thread adds 1 when its connections stand, and when it is through
    struct notify notify; // who is told of the window, and when connections may be closed
    pthread_barrier_t go;
    pthread_mutex_t lock;      // for the next
    char failure[RESULT_TEXT]; // why the run can't begin; empty: it can
    atomic_bool failed;        // ... it is not empty
};

// While connections are made: the run can't begin. The first failure is kept.
// `error` is an errno, or 0.
void run_fail(struct run *, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Ends the run before its time: the window with it, and then `why` is set.
void run_end(struct run *, int64_t now, atomic_bool *why);

// Does it all and fills the result. Dies where it could not run.
void run_plan(const struct plan *, struct result *);

#endif

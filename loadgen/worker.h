// worker.h: one thread of the load generator: an epoll loop over its share of the connections.
#ifndef LOADGEN_WORKER_H
#define LOADGEN_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "loadgen/client.h"
#include "loadgen/dial.h"
#include "loadgen/run.h"
#include "loadgen/schedule.h"
#include "loadgen/tally.h"
#include "loadgen/usage.h"

enum { IO_ROOM = 65536 }; // bytes that one recv or send may move

struct worker {
    pthread_t thread;
    struct run *run;
    const struct plan *plan;
    struct tally tally;
    struct dial dial;
    uint64_t batch; // of events: how often epoll_wait(2) was called
    int epoll;
    int tick; // a timerfd that wakes a loop without moments to keep; 0 or less: none

    struct client *clients; // `asking` ones, then idle ones
    unsigned asking, count;
    unsigned dialling;  // how many are in that state
    unsigned looked;    // the client that client_look() comes to next
    int64_t looked_at;  // when it was last called
    uint64_t under_way; // requests queued or awaiting their answer, over all clients
    uint64_t quota;     // --requests: how many of the window may still begin
    int64_t answered;   // when the last answer came
    int64_t settled;    // when a request was last answered or lost
    unsigned failures;  // connections that failed before their first answer, since any brought one

    unsigned turn;            // open loop: the client whose turn it is
    struct schedule schedule; // ... and when requests are due
    int64_t due;              // ... the next of these moments; INT64_MAX: none

    struct thought { // --think: requests that wait for their moment, in its order
        int64_t due;
        struct client *client;
    } * thoughts;
    size_t thoughts_size, thoughts_head, thoughts_count;

    struct usage before, after; // at the window's two ends
    unsigned part;              // which of the threads this is, from 0
    bool started;               // all connections stand, and the run has begun
    bool asks;                  // requests may begin: after the start, before the end
    bool through;               // draining is over
    bool hopeless;              // no server any more, as far as this thread can see
    unsigned char in[IO_ROOM], out[IO_ROOM];
};

// Readies thread `part` of the plan's. Dies if there is no memory.
void worker_open(struct worker *, struct run *, unsigned part);
void worker_free(struct worker *);

// The thread: connects, waits at the barrier, runs.
void *worker_main(void *argument); // a struct worker

// Whether one more request may begin at that moment; counts it if so.
bool worker_may_ask(struct worker *, int64_t now);

// Whether more requests may begin at all.
static inline bool worker_wants(const struct worker *w)
{
    return w->asks && (w->plan->requests == 0 || w->quota > 0);
}

// due.c: what is due next, and sending it.
int64_t worker_next_moment(const struct worker *); // INT64_MAX: nothing
void worker_first_arrival(struct worker *);        // open loop: begins the schedule

// Sends what is due by now, `most` requests and no more: who is late must still read answers.
// Returns the clock.
int64_t worker_send_due(struct worker *, int64_t now, unsigned most);

// What is due and can't be sent any more belongs to the schedule all the same.
void worker_skip_due(struct worker *, int64_t now);

// Closed loop: this client's next request is due at that moment, never before those asked for
// earlier.
void worker_think(struct worker *, struct client *, int64_t due);

#endif

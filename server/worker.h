// worker.h: whoever serves clients: a process or a thread with one client at a time, or a loop with
// many. A worker has a desk, where the bytes of the client at hand are worked on, and knows which
// of its clients' time runs out next.
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "server/server.h"

struct conn;

// Clients in the order of their last activity: the first one's time runs out first.
struct queue {
    struct conn *first, *last;
};

struct worker {
    struct server *server;
    struct queue talking;             // only kept with --idle-timeout
    struct queue lingering, draining; // see conn.h
    // The desk. One client has it for one turn; what it leaves there moves to memory of its own.
    unsigned char in[SESSION_BUF], out[SESSION_BUF];
};

void worker_init(struct worker *, struct server *);

// A client between two turns is this worker's from now on. It joins the queue that its state asks
// for, with the time that it had. True: it is the first one there, so that worker_timeout() may be
// shorter than it was.
bool worker_adopt(struct worker *, struct conn *);

// For the wait of a readiness loop: how many milliseconds until somebody's time runs out, or accept
// should be tried again; -1 if nothing of the kind is ahead.
int worker_timeout(const struct worker *);

// A client whose time has run out: close it. NULL: no (further) one.
struct conn *worker_expired(struct worker *);

// To join a queue at the place that its last activity gives it; or at its end, whatever its time;
// to leave the one it is in.
void queue_join(struct queue *, struct conn *, int64_t since_ns);
void queue_append(struct queue *, struct conn *);
void queue_leave(struct conn *);

#endif

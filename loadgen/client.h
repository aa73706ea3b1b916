// client.h: one connection of the load generator: the requests under way on it, and its socket.
#ifndef LOADGEN_CLIENT_H
#define LOADGEN_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/dialog.h"
#include "loadgen/queue.h"
#include "loadgen/tally.h"

struct worker;

enum state {
    DOWN,     // no connection
    DIALLING, // connect(2) is under way
    UP,
    SILENT, // an idle one, standing
};

struct client {
    int fd; // -1: none
    enum state state;
    bool idle;           // never asks
    bool blocked;        // the socket's buffer is full: an EPOLLOUT will come
    bool served;         // this connection has brought an answer
    uint32_t number;     // of all clients of the run
    uint32_t lives;      // connections so far
    uint64_t dialled_in; // the batch of events during which connect(2) was called
    int64_t since;       // when connect(2) was called, or the server last showed a sign of life
    struct dialog dialog;

    struct queue queue; // of requests, numbered from the client's birth
    uint64_t begun;     // number of the first whose sending has not begun
    uint64_t first;     // number of this connection's first: the dialog's request 0
    uint32_t thinking;  // requests that --think holds back
    struct share share; // of the answers of the window
};

void client_open(struct client *, uint32_t number, bool idle);

// Queues a request that is due at that moment, and sends as much as the socket takes.
void client_ask(struct worker *, struct client *, int64_t due, int64_t now);

// Closed loop: as many requests as may be in flight.
void client_begin(struct worker *, struct client *, int64_t now);

// connect(2), after which client_ready() is called when the connection stands.
void client_dial(struct worker *, struct client *);

// epoll_wait(2) has reported these events. Returns the clock as it was read last.
int64_t client_ready(struct worker *, struct client *, unsigned events, int64_t now);

// Now and then: has it waited too long for an answer, or is it time to dial again?
void client_look(struct worker *, struct client *, int64_t now);

// The end of the run: what is still under way is unfinished.
void client_finish(struct worker *, struct client *);

// The end of the connection, if there is one.
void client_hang_up(struct worker *, struct client *);

#endif

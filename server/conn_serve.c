// conn_serve.c: a client with a sleeper of its own: whoever serves it sleeps in its read and write.
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server/conn.h"
#include "server/trace.h"

// The sleeping call's own timeout, as the loops' waits have theirs (socket(7)).
static void limit_sleep(int fd, int64_t ns)
{
    // A tick of the kernel's clock more (10 ms at most): a sleep that ended early would be
    // repeated.
    int64_t us = ns / 1000 + 10000;
    struct timeval limit = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// Nothing that a descriptor could tell is ahead.
static void rest(int ms)
{
    poll(NULL, 0, ms);
    trace(TRACE_wait, -1, 0);
}

// While lingering, how often to wake and see whether it is over: a stop does not wake this sleep.
static const int64_t LINGER_LOOK_NS = NS_PER_SECOND / 20;

void conn_serve(struct server *server, int fd)
{
    // Not on the stack, which may have been made small so that many threads fit.
    struct worker *worker = malloc(sizeof *worker);
    struct conn *c = NULL;
    int64_t limit = 0;
    enum io io = IO_MOVED;

    if (worker != NULL) {
        worker_init(worker, server);
        c = conn_open(worker, fd);
    }
    if (c == NULL) {
        server_refuse(fd, "memory");
        free(worker);
        return;
    }
    while (conn_wants(c) != 0 && worker_expired(worker) == NULL) {
        int64_t patience = server->options.idle_ns;
        if (c->state == LINGERING)
            patience = LINGER_LOOK_NS;
        else if (io == IO_WOULD_BLOCK) // slept in vain, but it is not its time yet
            patience = worker_timeout(worker) * (NS_PER_SECOND / 1000);
        if (patience != limit)
            limit_sleep(fd, limit = patience);
        if (conn_wants(c) == WANT_TIME)
            rest(worker_timeout(worker));
        io = conn_wants(c) == WANT_WRITE ? conn_write(c) : conn_read(c);
    }
    conn_close(c);
    free(worker);
}

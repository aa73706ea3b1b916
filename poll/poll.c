// poll.c: one process, many clients. The whole interest list is an array, copied to
// the kernel at every wait; its answer comes back in a field of its own.
#include <errno.h>
#include <poll.h>
#include <stdbool.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn: a burst must not keep the others waiting

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched;                 // how many descriptors are watched

static struct pollfd slots[MAX_FDS]; // slots[0..watched) are what we wait for
static int slot_of[MAX_FDS];         // by descriptor

static void rewatch(int fd, unsigned want)
{
    slots[slot_of[fd]].events = (short)((want & WANT_READ ? POLLIN : 0) |
                                        (want & WANT_WRITE ? POLLOUT : 0));
}

static bool watch(int fd, unsigned want)
{
    slot_of[fd] = watched;
    slots[watched] = (struct pollfd){.fd = fd};
    rewatch(fd, want);
    watched++;
    return true;
}

static void unwatch(int fd)
{
    watched--;
    slots[slot_of[fd]] = slots[watched]; // the last one moves into the gap
    slot_of[slots[watched].fd] = slot_of[fd];
}

static void welcome(void)
{
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(&server)) >= 0; i++) {
        if (!watch(fd, WANT_READ)) {
            server_refuse(fd, "a place in the interest list");
        } else if ((conns[fd] = conn_open(&worker, fd)) == NULL) {
            unwatch(fd);
            server_refuse(fd, "memory");
        }
    }
    if (fd == ACCEPT_STOPPED)
        unwatch(server.listener);
    else if (fd == ACCEPT_LATER)
        rewatch(server.listener, 0); // ready for ever, and nobody to be had: don't spin
}

static void part(struct conn *c)
{
    unwatch(c->fd);
    conns[c->fd] = NULL;
    conn_close(c);
}

static void serve(struct conn *c)
{
    unsigned before = conn_wants(c);
    unsigned after = conn_advance(c);

    if (after == 0)
        part(c);
    else if (after != before)
        rewatch(c->fd, after);
}

int main(int argc, char **argv)
{
    server_start(&server, "poll", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");

    while (watched > 0) {
        int n = poll(slots, (nfds_t)watched, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("poll");
        count_wait(n, watched);

        // Backwards, so that a slot moved into a gap is one already looked at.
        for (int i = watched - 1; i >= 0 && n > 0; i--) {
            int fd = slots[i].fd;
            if (slots[i].revents == 0)
                continue;
            n--;
            if (fd == server.listener)
                welcome();
            else
                serve(conns[fd]);
        }

        // Those whose time has run out (worker.h), and the listener after a rest.
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
        if (server_may_accept_again(&server))
            rewatch(server.listener, WANT_READ);
    }
    return server_finish(&server);
}

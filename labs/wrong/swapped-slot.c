// swapped-slot.c: poll, and the slot that is moved into a gap is forgotten.
// Seen: a client leaves, and later on others are no longer looked at, or the server crashes.
#include <errno.h>
#include <poll.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"

enum { BATCH = 64 };

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

static void watch(int fd)
{
    slot_of[fd] = watched;
    slots[watched++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void unwatch(int fd)
{
    watched--;
    // WRONG: the last one moves into the gap, and nobody notes that (slot_of[slots[watched].fd] =
    // slot_of[fd]). When it leaves in its turn, somebody else's slot is given up in place of its
    // own.
    slots[slot_of[fd]] = slots[watched];
}

static void welcome(void)
{
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(&server)) >= 0; i++) {
        if ((conns[fd] = conn_open(&worker, fd)) == NULL)
            server_refuse(fd, "memory");
        else
            watch(fd);
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

int main(int argc, char **argv)
{
    server_start(&server, "swapped-slot", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    watch(server.listener);

    while (watched > 0 && !stop_is_overdue()) {
        int n = poll(slots, (nfds_t)watched, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("poll");
        count_wait(n, watched);

        // Forwards, so that a slot moved into a gap is skipped: it has to wait for the next turn.
        for (int i = 0; i < watched && n > 0; i++) {
            int fd = slots[i].fd;
            if (slots[i].revents == 0)
                continue;
            n--;
            if (fd == server.listener)
                welcome();
            else if (conn_advance(conns[fd]) == 0)
                part(conns[fd]);
            else
                rewatch(fd, conn_wants(conns[fd]));
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
        if (server_may_accept_again(&server))
            rewatch(server.listener, WANT_READ);
    }
    return server_finish(&server);
}

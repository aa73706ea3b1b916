// auto.c: one process, many clients. The interest list is whichever works best here, behind one
// small interface (selector.h); the loop is the one that select, poll and epoll have in common.
#include <errno.h>
#include <stdbool.h>

#include "auto/selector.h"
#include "base/fail.h"
#include "server/conn.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn: a burst must not keep the others waiting

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched;                 // how many descriptors are watched

static const struct selector *selector; // who keeps the interest list
static int ready[MAX_FDS];              // what the last wait has found

static void rewatch(int fd, unsigned want)
{
    selector->rewatch(fd, want);
}

static bool watch(int fd, unsigned want)
{
    if (!selector->watch(fd, want))
        return false;
    watched++;
    return true;
}

static void unwatch(int fd)
{
    selector->unwatch(fd);
    watched--;
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
    selector_offer();
    server_start(&server, "auto", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    selector = selector_chosen();
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");

    while (watched > 0) {
        int n = selector->wait(ready, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("%s", selector->name);

        for (int i = 0; i < n; i++) {
            int fd = ready[i];
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
    selector->end();
    return server_finish(&server);
}

// select.c: one process, many clients. The whole interest list is a bit set, copied
// to the kernel and overwritten by its answer at every wait.
#include <errno.h>
#include <stdbool.h>
#include <sys/select.h>

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

static fd_set reading, writing; // what we wait for
static int highest = -1;

static void rewatch(int fd, unsigned want)
{
    FD_CLR(fd, &reading);
    FD_CLR(fd, &writing);
    if (want & WANT_READ)
        FD_SET(fd, &reading);
    if (want & WANT_WRITE)
        FD_SET(fd, &writing);
    if (want != 0 && fd > highest)
        highest = fd;
}

static bool watch(int fd, unsigned want)
{
    // 1024, whatever ulimit says:
    // a higher bit is outside the set.
    if (fd >= FD_SETSIZE) {
        errno = EMFILE;
        return false;
    }
    rewatch(fd, want);
    watched++;
    return true;
}

static void unwatch(int fd)
{
    rewatch(fd, 0);
    while (highest >= 0 && !FD_ISSET(highest, &reading) && !FD_ISSET(highest, &writing))
        highest--;
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
    server_start(&server, "select", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");

    while (watched > 0) {
        fd_set readable = reading, writable = writing;
        int ms = worker_timeout(&worker), last = highest; // serving changes highest
        struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};

        int n = select(last + 1, &readable, &writable, NULL, ms < 0 ? NULL : &limit);
        if (n < 0 && errno != EINTR)
            die_errno("select");
        count_wait(n, last + 1);

        for (int fd = 0; fd <= last && n > 0; fd++) {
            if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable))
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

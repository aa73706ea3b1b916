// slow-reader.c: one loop for all clients, and sockets that are left blocking.
// Seen: one client sends and does not read; the loop sleeps in its write, and nobody is served.
#include <errno.h>
#include <sys/select.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"

static struct server server;
static struct worker worker;
static struct conn *conns[FD_SETSIZE]; // by descriptor
static fd_set reading, writing;
static int count_clients, highest;

static void rewatch(int fd, unsigned want)
{
    FD_CLR(fd, &reading);
    FD_CLR(fd, &writing);
    if (want & WANT_READ)
        FD_SET(fd, &reading);
    if (want & WANT_WRITE)
        FD_SET(fd, &writing);
}

static void part(struct conn *c)
{
    rewatch(c->fd, 0);
    conns[c->fd] = NULL;
    count_clients--;
    conn_close(c);
}

static bool welcome(void)
{
    // WRONG: server_accept_for() brings a blocking socket. select says that some bytes have room,
    // not that all have; a write of more sleeps until this one client has taken them.
    int fd = server_accept_for(&server);

    if (fd >= FD_SETSIZE) {
        errno = EMFILE;
        server_refuse(fd, "a place in the interest list");
    } else if (fd >= 0 && (conns[fd] = conn_open(&worker, fd)) == NULL) {
        server_refuse(fd, "memory");
    } else if (fd >= 0) {
        rewatch(fd, WANT_READ);
        count_clients++;
        highest = fd > highest ? fd : highest;
    }
    return fd != ACCEPT_STOPPED;
}

int main(int argc, char **argv)
{
    bool open = true;

    server_start(&server, "slow-reader", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server); // which an accepted socket does not inherit
    highest = server.listener;
    rewatch(server.listener, WANT_READ);

    while (open || count_clients > 0) {
        fd_set readable = reading, writable = writing;
        int ms = worker_timeout(&worker), last = highest;
        struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};

        int n = select(last + 1, &readable, &writable, NULL, ms < 0 ? NULL : &limit);
        if (n < 0 && errno != EINTR)
            die_errno("select");
        count_wait(n, last + 1);
        for (int fd = 0; fd <= last && n > 0; fd++) {
            if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable))
                continue;
            n--;
            if (fd != server.listener) {
                if (conn_advance(conns[fd]) == 0)
                    part(conns[fd]);
                else
                    rewatch(fd, conn_wants(conns[fd]));
            } else if (!(open = welcome())) {
                rewatch(fd, 0);
            }
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
    }
    return server_finish(&server);
}

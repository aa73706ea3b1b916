// select-zero.c: select with a timeout of zero, round and round.
// Seen: with nobody there a whole core is busy; every wait returns at once with nothing.
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
    int fd = server_accept_now(&server);

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

    server_start(&server, "select-zero", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    highest = server.listener;

    while (open || count_clients > 0) {
        fd_set readable = reading, writable = writing;
        // WRONG: zero is "look, and don't wait". NULL sleeps until there is something to do.
        struct timeval limit = {.tv_sec = 0, .tv_usec = 0};
        int last = highest;

        if (open && (server.retry_ns == 0 || server_may_accept_again(&server)))
            FD_SET(server.listener, &readable);
        int n = select(last + 1, &readable, &writable, NULL, &limit);
        if (n < 0 && errno != EINTR)
            die_errno("select");
        count_wait(n, last + 1);
        for (int fd = 0; fd <= last && n > 0; fd++) {
            if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable))
                continue;
            n--;
            if (fd == server.listener)
                open = welcome();
            else if (conn_advance(conns[fd]) == 0)
                part(conns[fd]);
            else
                rewatch(fd, conn_wants(conns[fd]));
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
    }
    return server_finish(&server);
}

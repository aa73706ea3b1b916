// writes-wanted.c: select, and every client is always in the set of those who wait to write.
// Seen: one idle client, and a whole core is busy: a socket nearly always has room.
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

static void part(struct conn *c)
{
    FD_CLR(c->fd, &reading);
    FD_CLR(c->fd, &writing);
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
        // WRONG: to be told of room is for those who are owed bytes, and only while they are
        // (conn_wants()).
        FD_SET(fd, &reading);
        FD_SET(fd, &writing);
        count_clients++;
        highest = fd > highest ? fd : highest;
    }
    return fd != ACCEPT_STOPPED;
}

int main(int argc, char **argv)
{
    bool open = true;

    server_start(&server, "writes-wanted", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    highest = server.listener;

    while (open || count_clients > 0) {
        fd_set readable = reading, writable = writing;
        int ms = worker_timeout(&worker), last = highest;
        struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};

        if (open && (server.retry_ns == 0 || server_may_accept_again(&server)))
            FD_SET(server.listener, &readable);
        int n = select(last + 1, &readable, &writable, NULL, ms < 0 ? NULL : &limit);
        if (n < 0 && errno != EINTR)
            die_errno("select");
        count_wait(n, last + 1);
        for (int fd = 0; fd <= last; fd++) {
            bool may_read = FD_ISSET(fd, &readable), may_write = FD_ISSET(fd, &writable);

            if (n <= 0 || (!may_read && !may_write))
                continue;
            if (fd == server.listener)
                open = welcome();
            else if ((conn_wants(conns[fd]) == WANT_WRITE ? may_write : may_read) &&
                     conn_advance(conns[fd]) == 0)
                part(conns[fd]);
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
    }
    return server_finish(&server);
}

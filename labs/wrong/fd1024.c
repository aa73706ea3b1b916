// fd1024.c: select, and FD_SET for any descriptor, though an fd_set ends at 1,023.
// Seen: clients from there on are connected and never answered, and each takes an early one along.
#undef _FORTIFY_SOURCE // with it, glibc ends the program at the first bit outside the set
#include <errno.h>
#include <stdlib.h>
#include <sys/select.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"

// What lies behind a set is known here, so that the damage is the same with every compiler; in
// other programs it is whatever comes next. `reading` lies behind `writing`, and behind it nothing.
enum { FAR = MAX_FDS / FD_SETSIZE + 2 };

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static fd_set *writing, *reading;
static int count_clients, highest;

static void rewatch(int fd, unsigned want)
{
    // WRONG: nobody asks whether fd < FD_SETSIZE. The bit of descriptor 1,030 in `writing` is the
    // bit of descriptor 6 in `reading`: to clear it stops watching client 6. Its bit in `reading`
    // lies outside too, where select is never shown it.
    FD_CLR(fd, reading);
    FD_CLR(fd, writing);
    if (want & WANT_READ)
        FD_SET(fd, reading);
    if (want & WANT_WRITE)
        FD_SET(fd, writing);
}

static bool welcome(void)
{
    int fd;

    while ((fd = server_accept_now(&server)) >= 0) {
        if ((conns[fd] = conn_open(&worker, fd)) == NULL) {
            server_refuse(fd, "memory");
            continue;
        }
        rewatch(fd, WANT_READ);
        count_clients++;
        highest = fd > highest ? fd : highest;
    }
    return fd != ACCEPT_STOPPED;
}

static void part(struct conn *c)
{
    rewatch(c->fd, 0);
    conns[c->fd] = NULL;
    count_clients--;
    conn_close(c);
}

int main(int argc, char **argv)
{
    fd_set *readable = calloc((size_t)3 * FAR, sizeof *readable), *writable;
    bool open = true;

    server_start(&server, "fd1024", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if (readable == NULL)
        die_errno("sets of descriptors");
    writable = readable + FAR;
    writing = writable + FAR;
    reading = writing + 1;
    highest = server.listener;

    // Those whom nobody watches are not waited for beyond --drain.
    while (open || (count_clients > 0 && !stop_is_overdue())) {
        int ms = worker_timeout(&worker), last = highest;
        struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};

        *readable = *reading;
        *writable = *writing;
        if (open && (server.retry_ns == 0 || server_may_accept_again(&server)))
            FD_SET(server.listener, readable);
        int n = select(last + 1, readable, writable, NULL, ms < 0 ? NULL : &limit);
        if (n < 0 && errno != EINTR)
            die_errno("select");
        count_wait(n, last + 1);
        for (int fd = 0; fd <= last && n > 0; fd++) {
            if (!FD_ISSET(fd, readable) && !FD_ISSET(fd, writable))
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

// epoll.c: one process, many clients. The interest list stays in the kernel, changed
// one descriptor at a time; a wait returns only those that are ready.
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn, and events in one wait

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched;                 // how many descriptors are watched

static int epoll = -1; // the kernel's interest list

static bool tell_kernel(int operation, int fd, unsigned want)
{
    struct epoll_event event = {.data.fd = fd};

    event.events = (want & WANT_READ ? EPOLLIN : 0u) | (want & WANT_WRITE ? EPOLLOUT : 0u);
    return epoll_ctl(epoll, operation, fd, &event) == 0;
}

static void rewatch(int fd, unsigned want)
{
    tell_kernel(EPOLL_CTL_MOD, fd, want); // takes no memory, so it can't fail
}

static bool watch(int fd, unsigned want)
{
    if (!tell_kernel(EPOLL_CTL_ADD, fd, want)) // no kernel memory, or max_user_watches
        return false;
    watched++;
    return true;
}

static void unwatch(int fd)
{
    tell_kernel(EPOLL_CTL_DEL, fd, 0); // close(2) would do it too; said here to be seen
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
    struct epoll_event events[BATCH];

    server_start(&server, "epoll", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die_errno("epoll_create1");
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");

    while (watched > 0) {
        int n = epoll_wait(epoll, events, BATCH, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("epoll_wait");
        count_wait(n, n > 0 ? n : 0);

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
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

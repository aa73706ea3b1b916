// epollout-spin.c: level-triggered epoll, and EPOLLOUT is registered for every client, always.
// Seen: one idle client, and a whole core is busy: each wait reports it as ready to be written to.
#include <errno.h>
#include <sys/epoll.h>

#include "base/fail.h"
#include "labs/wrong/common.h"
#include "server/counters.h"

enum { BATCH = 64 };

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched, epoll;

static bool tell_kernel(int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(epoll, operation, fd, &event) == 0;
}

static void part(struct conn *c)
{
    conns[c->fd] = NULL;
    watched--;
    conn_close(c);
}

static void welcome(void)
{
    int fd = server_accept_now(&server);

    if (fd >= 0 && (conns[fd] = conn_open(&worker, fd)) == NULL) {
        server_refuse(fd, "memory");
    } else if (fd >= 0) {
        watched++;
        // WRONG: EPOLLOUT is for clients that are owed bytes, and is taken away when they have
        // them (epoll/epoll.c, rewatch()).
        if (!tell_kernel(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT)) {
            count(COUNT_refused, 1);
            part(conns[fd]);
        }
    } else if (fd == ACCEPT_STOPPED) {
        tell_kernel(EPOLL_CTL_DEL, server.listener, 0);
        watched--;
    } else if (fd == ACCEPT_LATER) {
        tell_kernel(EPOLL_CTL_MOD, server.listener, 0);
    }
}

static void serve(struct conn *c, unsigned events)
{
    // An error or the end (EPOLLERR, EPOLLHUP) shows in whatever is tried next.
    unsigned wanted = conn_wants(c) == WANT_WRITE ? EPOLLOUT : EPOLLIN;

    if ((events & (wanted | EPOLLERR | EPOLLHUP)) && conn_advance(c) == 0)
        part(c);
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];

    server_start(&server, "epollout-spin", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
        !tell_kernel(EPOLL_CTL_ADD, server.listener, EPOLLIN))
        die_errno("cannot watch the listener");
    watched = 1;

    while (watched > 0) {
        int n = epoll_wait(epoll, events, BATCH, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("epoll_wait");
        count_wait(n, n > 0 ? n : 0);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == server.listener)
                welcome();
            else
                serve(conns[events[i].data.fd], events[i].events);
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
        if (server_may_accept_again(&server))
            tell_kernel(EPOLL_CTL_MOD, server.listener, EPOLLIN);
    }
    return server_finish(&server);
}

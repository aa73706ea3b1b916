// one-accept.c: the listener is watched edge-triggered, and each report brings in one client.
// Seen: of clients that come together one is served; the others wait until somebody else comes.
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

static bool tell_kernel(int operation, int fd, unsigned want)
{
    struct epoll_event event = {.data.fd = fd};

    event.events = (want & WANT_READ ? EPOLLIN : 0u) | (want & WANT_WRITE ? EPOLLOUT : 0u);
    if (fd == server.listener)
        event.events |= EPOLLET;
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
    // WRONG: an edge says that the queue is no longer empty, not how many stand in it. Accept until
    // there is nobody left, or ask for another report.
    int fd = server_accept_now(&server);

    if (fd >= 0 && (conns[fd] = conn_open(&worker, fd)) == NULL) {
        server_refuse(fd, "memory");
    } else if (fd >= 0) {
        watched++;
        if (!tell_kernel(EPOLL_CTL_ADD, fd, WANT_READ)) {
            count(COUNT_refused, 1);
            part(conns[fd]);
        }
    } else if (fd == ACCEPT_STOPPED) {
        tell_kernel(EPOLL_CTL_DEL, server.listener, 0);
        watched--;
    }
}

static void serve(struct conn *c)
{
    unsigned before = conn_wants(c), after = conn_advance(c);

    if (after == 0)
        part(c);
    else if (after != before)
        tell_kernel(EPOLL_CTL_MOD, c->fd, after);
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];

    server_start(&server, "one-accept", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
        !tell_kernel(EPOLL_CTL_ADD, server.listener, WANT_READ))
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
                serve(conns[events[i].data.fd]);
        }
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
        if (server_may_accept_again(&server))
            tell_kernel(EPOLL_CTL_MOD, server.listener, WANT_READ); // asks for another report
    }
    return server_finish(&server);
}

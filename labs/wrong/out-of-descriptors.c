// out-of-descriptors.c: accept fails with EMFILE, and is tried again at once, level-triggered.
// Seen: a whole core is busy with failing calls of accept, and who waits at the door hears nothing.
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

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
    int fd = accept4(server.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0 && stop_is_on()) {
        tell_kernel(EPOLL_CTL_DEL, server.listener, 0);
        watched--;
        return;
    }
    // WRONG: with EMFILE nobody has been taken off the queue, so that the listener is ready again
    // at once, and will be for ever. server_accept_now() gives up a spare descriptor instead.
    if (fd < 0 || (fd = server_accepted(&server, fd)) < 0)
        return;
    watched++;
    if ((conns[fd] = conn_open(&worker, fd)) == NULL) {
        watched--;
        server_refuse(fd, "memory");
    } else if (!tell_kernel(EPOLL_CTL_ADD, fd, WANT_READ)) {
        count(COUNT_refused, 1);
        part(conns[fd]);
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

    server_start(&server, "out-of-descriptors", argc, argv);
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
    }
    return server_finish(&server);
}

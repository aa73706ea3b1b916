// edge-lost.c: edge-triggered epoll, and a single read of 16 bytes for each report.
// Seen: 64 bytes come, 16 are answered, 48 stay in the kernel, and the next wait does not return.
#include <errno.h>
#include <sys/epoll.h>

#include "base/fail.h"
#include "labs/wrong/common.h"
#include "server/counters.h"

enum { BATCH = 64, BITE = 16 };

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched, epoll;

static bool tell_kernel(int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    return epoll_ctl(epoll, operation, fd, &event) == 0;
}

static void welcome(void)
{
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(&server)) >= 0; i++) {
        if (!tell_kernel(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET)) {
            server_refuse(fd, "a place in the interest list");
        } else if ((conns[fd] = conn_open(&worker, fd)) == NULL) {
            tell_kernel(EPOLL_CTL_DEL, fd, 0);
            server_refuse(fd, "memory");
        } else {
            watched++;
        }
    }
    if (fd == ACCEPT_STOPPED) {
        tell_kernel(EPOLL_CTL_DEL, server.listener, 0);
        watched--;
    } else if (fd == ACCEPT_LATER) {
        tell_kernel(EPOLL_CTL_MOD, server.listener, 0);
    }
}

static void part(struct conn *c)
{
    conns[c->fd] = NULL;
    watched--;
    conn_close(c);
}

static void serve(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE) {
        // WRONG: an edge is reported once. Whoever is woken must read until EAGAIN, or ask for
        // another report (epoll/edge.c); here the rest waits for bytes that may never come.
        ssize_t n = read_some(c, BITE);
        if (n < 0 && errno == EAGAIN)
            return;
        conn_take(c, worker.in, n);
    }
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
    if (conn_wants(c) == 0)
        part(c);
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];

    server_start(&server, "edge-lost", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
        !tell_kernel(EPOLL_CTL_ADD, server.listener, EPOLLIN)) // level-triggered
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
            tell_kernel(EPOLL_CTL_MOD, server.listener, EPOLLIN);
    }
    return server_finish(&server);
}

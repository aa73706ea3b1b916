// edge.c: epoll told once per client. A wait returns those that became ready since the
// last one, so whoever is woken must go on until the kernel says "would block".
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 };  // newcomers in one turn, and events in one wait
enum { BUDGET = 16 }; // reads and writes for one client in one turn

static struct server server;
static struct worker worker;
static struct conn *conns[MAX_FDS]; // by descriptor
static int watched;                 // how many descriptors are watched

static int epoll = -1; // the kernel's interest list

static bool tell_kernel(int operation, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};

    return epoll_ctl(epoll, operation, fd, &event) == 0;
}

// The interest never changes. To say it again makes the kernel report again what is ready now.
static void rewatch(int fd)
{
    tell_kernel(EPOLL_CTL_MOD, fd);
}

static bool watch(int fd)
{
    if (!tell_kernel(EPOLL_CTL_ADD, fd)) // no kernel memory, or max_user_watches
        return false;
    watched++;
    return true;
}

static void unwatch(int fd)
{
    tell_kernel(EPOLL_CTL_DEL, fd);
    watched--;
}

static void welcome(void)
{
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(&server)) >= 0; i++) {
        if (!watch(fd)) {
            server_refuse(fd, "a place in the interest list");
        } else if ((conns[fd] = conn_open(&worker, fd)) == NULL) {
            unwatch(fd);
            server_refuse(fd, "memory");
        }
    }
    if (fd == ACCEPT_STOPPED)
        unwatch(server.listener);
    else if (fd != ACCEPT_LATER)
        rewatch(server.listener); // more may be waiting, and have had their one report
}

static void part(struct conn *c)
{
    unwatch(c->fd);
    conns[c->fd] = NULL;
    conn_close(c);
}

static void serve(struct conn *c)
{
    enum io io = IO_MOVED;
    unsigned want;

    // The budget: one client that sends without end must not keep the others waiting.
    for (int i = 0; i < BUDGET && io == IO_MOVED && (want = conn_wants(c)) != 0; i++)
        io = want == WANT_WRITE ? conn_write(c) : conn_read(c);
    conn_rest(c);

    if (conn_wants(c) == 0)
        part(c);
    else if (io == IO_MOVED)
        rewatch(c->fd); // not yet "would block": ask to be told again
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];

    server_start(&server, "edge", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die_errno("epoll_create1");
    if (!watch(server.listener))
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
            rewatch(server.listener);
    }
    return server_finish(&server);
}

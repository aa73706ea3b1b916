// workers.c: one thread watches all clients, a crew of threads serves those that are ready. An
// event is told once (EPOLLONESHOT) and becomes one member's job; who has served the client asks
// for the next.
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/fail.h"
#include "epoll/crew.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn, and events in one wait

static struct server server;
static struct worker worker; // the watcher's: the clients that no member has, if their time runs
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of worker's queues
static struct conn *conns[MAX_FDS];                      // by descriptor
static atomic_int watched; // how many descriptors are watched, or will be when they are served

static int epoll = -1; // the kernel's interest list
static int bell = -1;  // can always be read: to watch it wakes the watcher

static bool tell_kernel(int operation, int fd, unsigned want)
{
    struct epoll_event event = {.data.fd = fd};

    event.events = (want & WANT_READ ? EPOLLIN : 0u) | (want & WANT_WRITE ? EPOLLOUT : 0u);
    event.events |= EPOLLONESHOT;
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
    if (--watched == 0)
        rewatch(bell, WANT_READ); // nobody else would wake the watcher any more
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
    else if (fd != ACCEPT_LATER)
        rewatch(server.listener, WANT_READ); // it too is told of once
}

static void part(struct conn *c)
{
    unwatch(c->fd);
    conns[c->fd] = NULL;
    conn_close(c);
}

// In a thread of the crew. Until it is given back, nobody else touches the client.
static void serve(struct worker *mine, struct conn *c)
{
    worker_adopt(mine, c);
    unsigned want = conn_advance(c);

    if (want == 0) {
        part(c);
        return;
    }
    pthread_mutex_lock(&lock);
    if (worker_adopt(&worker, c))
        rewatch(bell, WANT_READ); // its time may run out before the watcher's sleep ends
    rewatch(c->fd, want);         // the last thing: its next event is somebody else's
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];
    int timeout = -1;

    server_start(&server, "workers", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die_errno("epoll_create1");
    if ((bell = eventfd(1, EFD_CLOEXEC)) < 0 || !tell_kernel(EPOLL_CTL_ADD, bell, 0))
        die_errno("eventfd");
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");
    crew_hire(&server, serve); // pthread_create: see crew.c

    while (watched > 0) {
        int n = epoll_wait(epoll, events, BATCH, timeout);
        if (n < 0 && errno != EINTR)
            die_errno("epoll_wait");
        count_wait(n, n > 0 ? n : 0);

        pthread_mutex_lock(&lock); // what is not with the crew is the watcher's while it is awake
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == server.listener) {
                welcome();
                crew_hire(&server, serve); // who is still missing
            } else if (fd != bell) {
                queue_leave(conns[fd]); // its time stands still
                crew_put(conns[fd]);
            }
        }

        // Those whose time has run out (worker.h), and the listener after a rest.
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            part(c);
        if (server_may_accept_again(&server))
            rewatch(server.listener, WANT_READ);
        timeout = worker_timeout(&worker);
        pthread_mutex_unlock(&lock);
    }
    crew_dismiss();
    return server_finish(&server);
}

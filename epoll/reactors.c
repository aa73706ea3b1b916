// reactors.c: a loop per thread, each with an epoll and a listener of its own on the one address
// (SO_REUSEPORT). The kernel deals the newcomers out; from then on a client is its loop's alone.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/trace.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn, and events in one wait

struct loop {
    struct server server; // with a listener of its own
    struct worker worker;
    int watched; // how many descriptors are watched
    int epoll;   // the kernel's interest list
    pthread_t thread;
};

static struct server server;        // what all loops begin with
static struct loop *loops;          // the first is main's, each other one a thread's
static struct conn *conns[MAX_FDS]; // by descriptor: each is one loop's

static bool tell_kernel(struct loop *loop, int operation, int fd, unsigned want)
{
    struct epoll_event event = {.data.fd = fd};

    event.events = (want & WANT_READ ? EPOLLIN : 0u) | (want & WANT_WRITE ? EPOLLOUT : 0u);
    return epoll_ctl(loop->epoll, operation, fd, &event) == 0;
}

static void rewatch(struct loop *loop, int fd, unsigned want)
{
    tell_kernel(loop, EPOLL_CTL_MOD, fd, want); // takes no memory, so it can't fail
}

static bool watch(struct loop *loop, int fd, unsigned want)
{
    if (!tell_kernel(loop, EPOLL_CTL_ADD, fd, want)) // no kernel memory, or max_user_watches
        return false;
    loop->watched++;
    return true;
}

static void unwatch(struct loop *loop, int fd)
{
    tell_kernel(loop, EPOLL_CTL_DEL, fd, 0); // close(2) would do it too; said here to be seen
    loop->watched--;
}

static void welcome(struct loop *loop)
{
    int fd = ACCEPT_NONE;

    for (int i = 0; i < BATCH && (fd = server_accept_now(&loop->server)) >= 0; i++) {
        if (!watch(loop, fd, WANT_READ)) {
            server_refuse(fd, "a place in the interest list");
        } else if ((conns[fd] = conn_open(&loop->worker, fd)) == NULL) {
            unwatch(loop, fd);
            server_refuse(fd, "memory");
        }
    }
    if (fd == ACCEPT_STOPPED)
        unwatch(loop, loop->server.listener);
    else if (fd == ACCEPT_LATER)
        rewatch(loop, loop->server.listener, 0); // ready for ever, and nobody to be had: don't spin
}

static void part(struct loop *loop, struct conn *c)
{
    unwatch(loop, c->fd);
    conns[c->fd] = NULL; // before the close: another loop's newcomer may get this number at once
    conn_close(c);
}

static void serve(struct loop *loop, struct conn *c)
{
    unsigned before = conn_wants(c);
    unsigned after = conn_advance(c);

    if (after == 0)
        part(loop, c);
    else if (after != before)
        rewatch(loop, c->fd, after);
}

static bool begin(struct loop *loop)
{
    worker_init(&loop->worker, &loop->server);
    server_listen_nonblocking(&loop->server);
    return watch(loop, loop->server.listener, WANT_READ);
}

static void *run(void *arg)
{
    struct epoll_event events[BATCH];
    struct loop *loop = arg;

    while (loop->watched > 0) {
        int n = epoll_wait(loop->epoll, events, BATCH, worker_timeout(&loop->worker));
        if (n < 0 && errno != EINTR)
            die_errno("epoll_wait");
        count_wait(n, n > 0 ? n : 0);

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == loop->server.listener)
                welcome(loop);
            else
                serve(loop, conns[fd]);
        }

        // Those whose time has run out (worker.h), and the listener after a rest.
        for (struct conn *c; (c = worker_expired(&loop->worker)) != NULL;)
            part(loop, c);
        if (server_may_accept_again(&loop->server))
            rewatch(loop, loop->server.listener, WANT_READ);
    }
    return NULL;
}

// In a thread of its own. The listener comes last: who is dealt to one without a loop waits for
// ever. And if something is missing, fewer loops serve all the same.
static void *run_another(void *arg)
{
    struct loop *loop = arg;

    if ((loop->epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0 && server_join(&loop->server, &server)) {
        if (begin(loop))
            return run(loop);
        server_leave(&loop->server);
    }
    if (!stop_is_on())
        warn_errno_sometimes("one loop is missing");
    if (loop->epoll >= 0)
        close(loop->epoll);
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned n = 1;

    server_start_shared(&server, "reactors", argc, argv);
    unsigned wanted = server_crew(&server, 2); // an epoll and a listener each
    if ((loops = calloc(wanted, sizeof *loops)) == NULL)
        die_errno("%u loops", wanted);
    loops->server = server;
    if ((loops->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 || !begin(loops))
        die_errno("cannot watch the listener");
    for (; n < wanted; n++) {
        errno = pthread_create(&loops[n].thread, NULL, run_another, &loops[n]);
        trace(TRACE_create, -1, -errno);
        if (errno != 0) {
            warn_errno("%u of %u loops: pthread_create", n, wanted);
            break;
        }
    }
    run(loops);
    while (n > 1)
        pthread_join(loops[--n].thread, NULL);
    free(loops);
    return server_finish(&server);
}

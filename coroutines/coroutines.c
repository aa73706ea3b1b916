// coroutines.c: one thread, and a function for each client that runs from its first byte to its
// last, as in blocking. Where that one sleeps, this one lets others run: epoll says who is next.
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/fail.h"
#include "coroutines/coroutine.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/server.h"
#include "server/worker.h"

enum { BATCH = 64 }; // newcomers in one turn, and events in one wait
enum { READY, TIME_IS_UP };

static struct server server;
static struct worker worker;
static struct coroutine *sleeper[MAX_FDS]; // by descriptor: who sleeps until it is ready
static unsigned char interest[MAX_FDS];    // by descriptor: what the kernel was told last
static int watched;                        // how many descriptors are watched

static int epoll = -1; // the kernel's interest list

static bool tell_kernel(int operation, int fd, unsigned want)
{
    struct epoll_event event = {.data.fd = fd};

    interest[fd] = (unsigned char)want;
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

// Stands where the kernel would put a blocking call to sleep: meanwhile main() runs the others.
// False: the client's time has run out.
static bool sleep_until(int fd, unsigned want)
{
    if (want != interest[fd])
        rewatch(fd, want);
    sleeper[fd] = coroutine_running();
    return coroutine_pause() == READY;
}

static void part(struct conn *c)
{
    unwatch(c->fd);
    conn_close(c);
}

static void serve(struct conn *c)
{
    unsigned want;

    while ((want = conn_wants(c)) != 0 && sleep_until(c->fd, want)) {
        if (want != WANT_WRITE)
            conn_read(c);
        if (conn_wants(c) == WANT_WRITE)
            conn_write(c); // at once: the socket nearly always has room
        conn_rest(c);      // before others run: there is one desk for all
    }
    part(c);
}

static void serve_client(void *arg)
{
    int fd = (int)(intptr_t)arg;
    struct conn *c;

    if (!watch(fd, WANT_READ)) {
        server_refuse(fd, "a place in the interest list");
    } else if ((c = conn_open(&worker, fd)) == NULL) {
        unwatch(fd);
        server_refuse(fd, "memory");
    } else {
        serve(c);
    }
}

static void welcome(void *arg)
{
    int fd = ACCEPT_NONE;

    (void)arg;
    while (fd != ACCEPT_STOPPED) {
        // After ACCEPT_LATER it is ready for ever, and nobody to be had: don't spin.
        sleep_until(server.listener, fd == ACCEPT_LATER ? 0 : WANT_READ);
        for (int i = 0; i < BATCH && (fd = server_accept_now(&server)) >= 0; i++)
            if (!coroutine_start(serve_client, (void *)(intptr_t)fd)) // see vm.max_map_count
                server_refuse(fd, "a stack");
    }
    unwatch(server.listener);
}

int main(int argc, char **argv)
{
    struct epoll_event events[BATCH];

    server_start(&server, "coroutines", argc, argv);
    worker_init(&worker, &server);
    server_listen_nonblocking(&server);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die_errno("epoll_create1");
    if (!watch(server.listener, WANT_READ))
        die_errno("cannot watch the listener");
    if (!coroutine_start(welcome, NULL))
        die_errno("cannot make a stack");

    while (watched > 0) {
        int n = epoll_wait(epoll, events, BATCH, worker_timeout(&worker));
        if (n < 0 && errno != EINTR)
            die_errno("epoll_wait");
        count_wait(n, n > 0 ? n : 0);

        for (int i = 0; i < n; i++)
            coroutine_resume(sleeper[events[i].data.fd], READY);

        // Those whose time has run out (worker.h), and the listener after a rest.
        for (struct conn *c; (c = worker_expired(&worker)) != NULL;)
            coroutine_resume(sleeper[c->fd], TIME_IS_UP);
        if (server_may_accept_again(&server))
            coroutine_resume(sleeper[server.listener], READY);
    }
    return server_finish(&server);
}

// by_epoll.c: the selector over epoll(7), which Linux alone has.
#include <sys/epoll.h>
#include <unistd.h>

#include "auto/selector.h"
#include "server/conn.h"
#include "server/counters.h"

enum { BATCH = 64 }; // events in one wait: the others are the first in the next one

static int epoll; // the kernel's interest list

// An old kernel may lack it, a sandbox forbid it, and it needs a descriptor of its own.
static bool begin(void)
{
    return (epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0;
}

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
    return tell_kernel(EPOLL_CTL_ADD, fd, want); // no kernel memory, or max_user_watches
}

static void unwatch(int fd)
{
    tell_kernel(EPOLL_CTL_DEL, fd, 0); // close(2) would do it too; said here to be seen
}

static int wait(int ready[], int ms)
{
    struct epoll_event events[BATCH];
    int n = epoll_wait(epoll, events, BATCH, ms);

    count_wait(n, n > 0 ? n : 0);
    for (int i = 0; i < n; i++)
        ready[i] = events[i].data.fd;
    return n;
}

static void end(void)
{
    close(epoll);
}

const struct selector by_epoll = {.name = "epoll",
                                  .costs = "a wait looks only at what is ready",
                                  .begin = begin,
                                  .watch = watch,
                                  .rewatch = rewatch,
                                  .unwatch = unwatch,
                                  .wait = wait,
                                  .end = end};

// by_poll.c: the selector over poll(2).
#include <poll.h>
#include <stddef.h>

#include "auto/selector.h"
#include "server/conn.h"
#include "server/counters.h"

static struct pollfd slots[MAX_FDS]; // slots[0..used) are what we wait for
static int slot_of[MAX_FDS];         // by descriptor
static int used;

static bool begin(void)
{
    used = 0;
    return poll(NULL, 0, 0) == 0;
}

static void rewatch(int fd, unsigned want)
{
    slots[slot_of[fd]].events = (short)((want & WANT_READ ? POLLIN : 0) |
                                        (want & WANT_WRITE ? POLLOUT : 0));
}

static bool watch(int fd, unsigned want)
{
    slot_of[fd] = used;
    slots[used] = (struct pollfd){.fd = fd};
    rewatch(fd, want);
    used++;
    return true;
}

static void unwatch(int fd)
{
    used--;
    slots[slot_of[fd]] = slots[used]; // the last one moves into the gap
    slot_of[slots[used].fd] = slot_of[fd];
}

static int wait(int ready[], int ms)
{
    int n = poll(slots, (nfds_t)used, ms);

    count_wait(n, used);
    for (int i = 0, found = 0; found < n; i++)
        if (slots[i].revents != 0)
            ready[found++] = slots[i].fd;
    return n;
}

static void end(void)
{
}

const struct selector by_poll = {.name = "poll",
                                 .costs = "a wait looks at each descriptor that is watched",
                                 .begin = begin,
                                 .watch = watch,
                                 .rewatch = rewatch,
                                 .unwatch = unwatch,
                                 .wait = wait,
                                 .end = end};

// by_select.c: the selector over select(2). Every Unix has it, and Windows for sockets.
#include <errno.h>
#include <stddef.h>
#include <sys/select.h>

#include "auto/selector.h"
#include "server/conn.h"
#include "server/counters.h"

static fd_set reading, writing; // what we wait for
static int highest;             // descriptor in them

static bool begin(void)
{
    struct timeval no_time = {0, 0};

    FD_ZERO(&reading);
    FD_ZERO(&writing);
    highest = -1;
    return select(0, NULL, NULL, NULL, &no_time) == 0;
}

static void rewatch(int fd, unsigned want)
{
    FD_CLR(fd, &reading);
    FD_CLR(fd, &writing);
    if (want & WANT_READ)
        FD_SET(fd, &reading);
    if (want & WANT_WRITE)
        FD_SET(fd, &writing);
    if (want != 0 && fd > highest)
        highest = fd;
}

static bool watch(int fd, unsigned want)
{
    // 1024, whatever ulimit says:
    // a higher bit is outside the set.
    if (fd >= FD_SETSIZE) {
        errno = EMFILE;
        return false;
    }
    rewatch(fd, want);
    return true;
}

static void unwatch(int fd)
{
    rewatch(fd, 0);
    while (highest >= 0 && !FD_ISSET(highest, &reading) && !FD_ISSET(highest, &writing))
        highest--;
}

static int wait(int ready[], int ms)
{
    fd_set readable = reading, writable = writing;
    struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};
    int n = 0, bits = select(highest + 1, &readable, &writable, NULL, ms < 0 ? NULL : &limit);

    for (int fd = 0; fd <= highest && bits > 0; fd++) {
        int set = (FD_ISSET(fd, &readable) != 0) + (FD_ISSET(fd, &writable) != 0);
        if (set > 0)
            ready[n++] = fd;
        bits -= set;
    }
    if (bits < 0)
        n = -1;
    count_wait(n, highest + 1);
    return n;
}

static void end(void)
{
}

const struct selector by_select = {.name = "select",
                                   .costs = "a wait looks at each descriptor up to the highest",
                                   .begin = begin,
                                   .watch = watch,
                                   .rewatch = rewatch,
                                   .unwatch = unwatch,
                                   .wait = wait,
                                   .end = end};

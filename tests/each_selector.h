// each_selector.h: for tests that run for each backend of auto/selector.h. Include it after
// cmocka's headers.
#ifndef TESTS_EACH_SELECTOR_H
#define TESTS_EACH_SELECTOR_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auto/selector.h"
#include "server/conn.h"
#include "server/counters.h"
#include "tests/map_counters.h"

enum { HANGS_AFTER = 120, FOR_EVER = -1, ROOM = 4096 };

static int ready[ROOM];

static inline int begin(void **state)
{
    const struct selector *by = *state;

    alarm(HANGS_AFTER); // a wait that never ends fails too
    return by->begin() ? 0 : -1;
}

static inline int end(void **state)
{
    const struct selector *by = *state;

    by->end();
    alarm(0);
    return 0;
}

// Two ends that do not block; bytes written to one can be read from the other.
static inline void make_pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static inline void close_pair(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static inline void send_byte(int fd)
{
    assert_int_equal(write(fd, "!", 1), 1);
}

static inline void take_byte(int fd)
{
    char byte;

    assert_int_equal(read(fd, &byte, 1), 1);
}

static inline void expect_nobody(const struct selector *by)
{
    assert_int_equal(by->wait(ready, 0), 0);
}

static inline void expect_only(const struct selector *by, int fd)
{
    assert_int_equal(by->wait(ready, 0), 1);
    assert_int_equal(ready[0], fd);
}

static inline void watch(const struct selector *by, int fd, unsigned want)
{
    if (!by->watch(fd, want))
        fail_msg("%s does not watch descriptor %d: %s", by->name, fd, strerror(errno));
}

// A line of the table of tests.
#define FOR(by, test)                                                                              \
    {                                                                                              \
#by ": " #test, test, begin, end, (void *)&(by)                                            \
    }
#define FOR_EACH(test) FOR(by_select, test), FOR(by_poll, test), FOR(by_epoll, test)

#endif

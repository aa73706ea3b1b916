// slow_reader.c: see slow_reader.h. What it does not take piles up on the way, until the server
// must wait for it or turn to others: the question of the scenario `uneven`.
#include "results/slow_reader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/units.h"

enum { MOST_ADDRESSES = 8, SENT_AT_ONCE = 65536, READ_AT_ONCE = 1024 };

static const int64_t PAUSE_NS = NS_PER_SECOND / 20;

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static size_t find(const char *target, struct address found[MOST_ADDRESSES])
{
    char host[256];
    const char *colon = strrchr(target, ':'), *why;
    uint64_t port;
    bool opened = *target == '[', closed = colon != NULL && colon > target && colon[-1] == ']';
    ptrdiff_t length = colon == NULL ? 0 : colon - target - opened - closed;

    if (length <= 0 || length >= (ptrdiff_t)sizeof host || opened != closed ||
        !units_count(colon + 1, 1, UINT16_MAX, &port))
        die_usage("'%s' is no HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000", target);
    snprintf(host, sizeof host, "%.*s", (int)length, target + opened);
    size_t n = address_find(host, (uint16_t)port, found, MOST_ADDRESSES, &why);
    if (n == 0)
        die("cannot find %s: %s", host, why);
    return n;
}

static int connect_to(const char *target)
{
    struct address found[MOST_ADDRESSES];
    size_t n = find(target, found);

    for (size_t i = 0; i < n; i++) {
        int s = socket(found[i].storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (s >= 0 && connect(s, (struct sockaddr *)&found[i].storage, found[i].length) == 0)
            return s;
        int error = errno;
        if (s >= 0)
            close(s);
        errno = error;
    }
    die_errno("cannot connect to %s", target);
}

// What a call on the socket came to; it goes on where there was only no room, or nothing to read.
static void check(ssize_t n, const char *target)
{
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        die_errno("lost the connection to %s", target);
}

// Sends zeros: to the service `frame` they are empty frames, which are legal too.
static void disturb(int s, const char *target)
{
    static const char zeros[SENT_AT_ONCE];
    char taken[READ_AT_ONCE];
    int64_t read_at = clock_now() + PAUSE_NS;

    while (!stopped) {
        struct pollfd room = {.fd = s, .events = POLLOUT};
        int64_t left_ns = read_at - clock_now();
        if (left_ns > 0 && poll(&room, 1, (int)(left_ns / 1000000) + 1) > 0)
            check(send(s, zeros, sizeof zeros, MSG_DONTWAIT | MSG_NOSIGNAL), target);
        if (left_ns <= 0) {
            ssize_t n = recv(s, taken, sizeof taken, MSG_DONTWAIT);
            check(n, target);
            if (n == 0)
                die("%s has closed the connection", target);
            read_at = clock_now() + PAUSE_NS;
        }
    }
}

int slow_reader_main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};

    if (argc != 2)
        die_usage("slow-reader needs one HOST:PORT");
    sigaction(SIGTERM, &action, NULL);
    int s = connect_to(argv[1]);
    disturb(s, argv[1]);
    close(s);
    return 0;
}

// cases_drain.c: the stop, and clients that do not make it easy: slow, stuck, or never silent.
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

enum { STOP_SECONDS = 10, LARGE = 32 << 20 };

// Buffers of a fixed size, where the server has options for them: the kernel's own may grow to tens
// of megabytes before anybody stands still.
static void start_draining(struct trial *t, const char *seconds)
{
    bool fixed = lists_option("--sndbuf") && lists_option("--rcvbuf");
    char options[80];

    snprintf(options, sizeof options, "--drain %s%s", seconds,
             fixed ? " --sndbuf 131072 --rcvbuf 131072" : "");
    start(t, "echo", 1, options);
}

// Sends until the server, with what it could not write, reads no more.
static int dial_stuck(struct trial *t, unsigned char **bytes, size_t *sent)
{
    // Small, so that most of what it is owed waits in the server's kernel: a reset there loses it.
    int client = dial_with_rcvbuf(t, 8192);

    *bytes = malloc(LARGE);
    if (*bytes == NULL)
        fail_case(t, "the test itself is out of memory");
    fill_random(*bytes, LARGE, 7);
    *sent = stuff(t, client, *bytes, LARGE, 0.3);
    expect(t, *sent < LARGE, "the server took %s bytes from a client that reads nothing",
           grouped(*sent));
    return client;
}

static void slow_reader_in_time(struct trial *t)
{
    unsigned char *bytes;
    size_t sent, heard = 0;
    int left;

    start_draining(t, "60");
    int client = dial_stuck(t, &bytes, &sent);
    ioctl(client, SIOCOUTQ, &left);
    size_t received = sent - (size_t)left;
    signal_server(t, SIGTERM);
    await_closed(t);
    // What was still under way when the signal came may be answered or not.
    while (wait_readable(client, patience(t))) {
        unsigned char part[4 << 10];
        ssize_t n = recv(client, part, sizeof part, 0);
        if (n <= 0) {
            expect(t, heard >= received, "of %s bytes received before the stop came back %s: %s",
                   grouped(received), grouped(heard), n == 0 ? "closed" : strerror(errno));
            break;
        }
        expect(t, heard + (size_t)n <= sent && memcmp(part, bytes + heard, (size_t)n) == 0,
               "after %s bytes came wrong ones", grouped(heard));
        heard += (size_t)n;
        nap(0.002); // slow, but never so slow that nothing moves
    }
    expect(t, heard >= received, "of %s bytes received before the stop came back %s",
           grouped(received), grouped(heard));
    close(client);
    expect_status(t, await_end(t, STOP_SECONDS), 0);
    figure(t, "%s bytes received before the stop, %s came back", grouped(received), grouped(heard));
}

static void cut_off(struct trial *t)
{
    unsigned char *bytes;
    size_t sent;

    start_draining(t, "0.5");
    int client = dial_stuck(t, &bytes, &sent);
    size_t said = strlen(server_said(t));
    double begun = now();
    signal_server(t, SIGTERM);
    expect_status(t, await_end(t, STOP_SECONDS), 1);
    double took = now() - begun;
    expect(t, took >= 0.45, "it was cut off after %.2f s; --drain gave it 0.5", took);
    expect(t, strlen(server_said(t)) > said, "nothing on standard error says so");
    hear_gone(t, client);
    figure(t, "cut off after %.2f s; %.*s", took, (int)strcspn(server_said(t) + said, "\n"),
           server_said(t) + said);
}

static void second_signal(struct trial *t)
{
    unsigned char *bytes;
    size_t sent;

    start_draining(t, "60");
    dial_stuck(t, &bytes, &sent);
    signal_server(t, SIGTERM);
    await_closed(t);
    double begun = now();
    signal_server(t, SIGTERM);
    int status = await_end(t, STOP_SECONDS);
    expect(t, status != 0, "owed bytes were lost, and the exit status is 0");
    figure(t, "ended in %.0f ms", (now() - begun) * 1000);
}

// In a process of its own: sends for ever, and takes whatever comes back. Its end is the case's.
static void flood(int client)
{
    static char bytes[65536];

    if (fork_helper() != 0)
        return;
    for (;;) {
        struct pollfd p = {.fd = client, .events = POLLIN | POLLOUT};
        poll(&p, 1, -1);
        if (p.revents & POLLIN && recv(client, bytes, sizeof bytes, MSG_DONTWAIT) == 0)
            _exit(0);
        if (p.revents & POLLOUT &&
            send(client, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 && errno != EAGAIN)
            _exit(0);
    }
}

static void flooded(struct trial *t)
{
    unsigned n = at_once(t, 4);

    start(t, "echo", n, "--drain 1");
    for (unsigned i = 0; i < n; i++) {
        int client = dial(t);
        round_trip(t, client);
        flood(client);
        close(client);
    }
    doing(t, "waiting until the floods run");
    for (double end = now() + patience(t); processor_seconds(t) < 0.1; nap(0.01))
        expect(t, now() < end, "the floods use no processor time of the server");
    double begun = now();
    signal_server(t, SIGTERM);
    // 1 where a flood had to be cut off with bytes unanswered, 0 where not.
    int status = await_end(t, 1 + STOP_SECONDS);
    expect(t, status == 0 || status == 1, "expected exit status 0 or 1, got %d", status);
    figure(t, "%u flooding, ended in %.2f s with status %d", n, now() - begun, status);
}

#define CASE(name, promise, run)                                                                   \
    {                                                                                              \
        "stop/" name, promise, NEEDS_OPTIONS, 60, run, "--drain"                                   \
    }

const struct conform_case drain_cases[] = {
    CASE("slow-reader-in-time", "within --drain a slow reader gets every byte that was received",
         slow_reader_in_time),
    CASE("cut-off", "who does not take bytes within --drain is cut off: said so, exit 1", cut_off),
    CASE("second-signal", "a second signal ends it at once", second_signal),
    CASE("flooded", "a client that keeps sending cannot keep the server up", flooded),
};
const size_t drain_cases_count = sizeof drain_cases / sizeof *drain_cases;

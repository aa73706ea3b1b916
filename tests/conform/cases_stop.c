// cases_stop.c: SIGTERM and SIGINT, and who is owed what then.
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

enum { STOP_SECONDS = 10 };

// A stop that waits for --drain although nobody is owed anything shows with a long one.
static const char *long_drain(void)
{
    return lists_option("--drain") ? "--drain 60" : NULL;
}

// ---- Nobody is owed anything ----

static void stop_idle(struct trial *t, int signal_number, bool group)
{
    int clients[8];
    unsigned n = at_once(t, 8);

    start(t, "echo", n, long_drain());
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    double begun = now();
    if (group)
        kill(-t->server, signal_number);
    else
        signal_server(t, signal_number);
    for (unsigned i = 0; i < n; i++)
        hear_end(t, clients[i]);
    expect_status(t, await_end(t, STOP_SECONDS), 0);
    figure(t, "%u idle client%s, stopped in %.0f ms", n, n == 1 ? "" : "s", (now() - begun) * 1000);
}

static void sigterm(struct trial *t)
{
    stop_idle(t, SIGTERM, false);
}

static void sigint(struct trial *t)
{
    stop_idle(t, SIGINT, false);
}

static void interrupt_key(struct trial *t)
{
    stop_idle(t, SIGINT, true);
}

static void without_clients(struct trial *t)
{
    start(t, "echo", 1, long_drain());
    signal_server(t, SIGTERM);
    double signalled = now();
    expect_status(t, await_end(t, STOP_SECONDS), 0);
    figure(t, "stopped in %.0f ms", (now() - signalled) * 1000);
    int client = try_dial(t);
    expect(t, client == -1 && errno == ECONNREFUSED, "the port should be closed after the stop");
}

static void killed(struct trial *t)
{
    int clients[4];
    unsigned n = at_once(t, 4);

    start(t, "echo", n, NULL);
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    signal_server(t, SIGKILL);
    expect_status(t, await_end(t, STOP_SECONDS), 128 + SIGKILL);
    for (unsigned i = 0; i < n; i++)
        hear_gone(t, clients[i]);
    figure(t, "%u clients ended, no process left", n);
}

// ---- What has been received is answered ----

// The server stands still while `n` bytes arrive, of which `whole` are whole messages, and finds
// bytes and signal when it goes on.
static void stop_with_bytes(struct trial *t, const char *service, const void *bytes, size_t n,
                            const void *answer, size_t answer_n)
{
    int clients[4];
    unsigned count = at_once(t, 4);

    start(t, service, count, NULL);
    dial_many(t, clients, count);
    for (unsigned i = 0; i < count; i++)
        round_trip(t, clients[i]);
    freeze(t);
    for (unsigned i = 0; i < count; i++) {
        say(t, clients[i], bytes, n);
        await_received(t, clients[i]);
    }
    signal_server(t, SIGTERM);
    thaw(t);
    for (unsigned i = 0; i < count; i++) {
        hear(t, clients[i], answer, answer_n);
        hear_end(t, clients[i]);
    }
    expect_status(t, await_end(t, STOP_SECONDS), 0);
    figure(t, "%u x %s bytes answered by %s", count, grouped(n), grouped(answer_n));
}

static void answers_bytes(struct trial *t)
{
    static unsigned char bytes[48 << 10];

    fill_random(bytes, sizeof bytes, 1);
    stop_with_bytes(t, "echo", bytes, sizeof bytes, bytes, sizeof bytes);
}

static void answers_frames(struct trial *t)
{
    static unsigned char frames[4 * 12004], payload[12000];
    size_t n = 0;

    for (unsigned i = 0; i < 4; i++) {
        fill_random(payload, sizeof payload, i);
        n += put_frame(frames + n, payload, sizeof payload);
    }
    // The last one lacks a byte.
    stop_with_bytes(t, "frame", frames, n - 1, frames, 3 * (4 + sizeof payload));
}

static void answers_lines(struct trial *t)
{
    static const char lines[] = "x\ny\nz\nwithout an end";
    static const char answers[] = "invalid input: x\ninvalid input: y\ninvalid input: z\n";

    stop_with_bytes(t, "guess", lines, sizeof lines - 1, answers, sizeof answers - 1);
}

// ---- The race ----

enum { RACERS = 200, ROUNDS = 10 };

// In a process of its own: one client after the other connects and says something, until the
// server takes no more; then all wait for their ends.
static pid_t race(struct trial *t)
{
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons(t->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int clients[RACERS];
    char bytes[64];
    unsigned n = 0;

    pid_t pid = fork_helper();
    if (pid != 0)
        return pid;
    for (; n < RACERS; n++) {
        clients[n] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(clients[n], (struct sockaddr *)&server, sizeof server) == -1)
            break;
        (void)!send(clients[n], "hello", 5, MSG_NOSIGNAL);
    }
    for (unsigned i = 0; i < n; i++)
        while (recv(clients[i], bytes, sizeof bytes, 0) > 0)
            ;
    _exit(0);
}

static void raced(struct trial *t)
{
    double longest = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        start(t, "echo", 0, NULL);
        pid_t racers = race(t);
        expect(t, racers != -1, "the test itself can't fork: %s", strerror(errno));
        // Each round another moment of the race.
        nap(0.002 * i);
        double begun = now();
        signal_server(t, i % 2 == 0 ? SIGTERM : SIGINT);
        expect_status(t, await_end(t, 2 * STOP_SECONDS), 0);
        double took = now() - begun;
        longest = took > longest ? took : longest;
        end_helpers();
    }
    figure(t, "%u times amid %u newcomers, the longest stop %.0f ms", ROUNDS, RACERS,
           longest * 1000);
}

#define CASE(name, promise, needs, run, option)                                                    \
    {                                                                                              \
        "stop/" name, promise, needs, 60, run, option                                              \
    }

const struct conform_case stop_cases[] = {
    CASE("sigterm", "SIGTERM to the main process: all closed, no process left, exit 0", 0, sigterm,
         NULL),
    CASE("sigint", "SIGINT to the main process: all closed, no process left, exit 0", 0, sigint,
         NULL),
    CASE("interrupt-key", "SIGINT to all its processes at once, as ^C does it, is one clean stop",
         0, interrupt_key, NULL),
    CASE("without-clients", "nothing to wait for: stopped at once, the port closed", 0,
         without_clients, NULL),
    CASE("killed", "a main process that is killed leaves no process behind", 0, killed, NULL),
    CASE("answers-bytes", "every byte received before the stop is answered", 0, answers_bytes,
         NULL),
    CASE("answers-frames", "frames received are answered, a partial one is dropped", NEEDS_FRAME,
         answers_frames, NULL),
    CASE("answers-lines", "lines received are answered, a partial one is dropped", NEEDS_GUESS,
         answers_lines, NULL),
    CASE("race", "a stop amid newcomers ends in time, with status 0", 0, raced, NULL),
};
const size_t stop_cases_count = sizeof stop_cases / sizeof *stop_cases;

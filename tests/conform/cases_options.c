// cases_options.c: what each option promises, seen from outside.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/diag.h"
#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

// ---- Time ----

static void idle_silent(struct trial *t)
{
    start(t, "echo", 1, "--idle-timeout 0.5");
    double begun = now();
    int client = dial(t);
    hear_end(t, client);
    double never_spoke = now() - begun;
    close(client);
    client = dial(t);
    begun = now();
    round_trip(t, client);
    hear_end(t, client);
    double fell_silent = now() - begun;
    close(client);
    expect(t, never_spoke >= 0.45 && fell_silent >= 0.45,
           "closed after %.2f s and %.2f s, with --idle-timeout 0.5", never_spoke, fell_silent);
    figure(t, "closed after %.2f s, and %.2f s after its message", never_spoke, fell_silent);
}

static void idle_half_frame(struct trial *t)
{
    static const unsigned char half[] = {0, 0, 0, 9, 'h', 'a', 'l', 'f'};

    start(t, "frame", 1, "--idle-timeout 0.5");
    int client = dial(t);
    double begun = now();
    say(t, client, half, sizeof half);
    hear_end(t, client);
    figure(t, "closed %.2f s after half a frame", now() - begun);
}

// A machine that lets us sleep too long makes a busy client look silent: then another attempt.
enum { ATTEMPTS = 4 };

static void idle_talking(struct trial *t)
{
    start(t, "echo", 1, "--idle-timeout 1");
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        int client = dial(t);
        double begun = now(), last = begun, longest = 0;
        bool answered = true;
        while (answered && now() < begun + 3) {
            answered = answered_within(t, client, PATIENCE);
            longest = now() - last > longest ? now() - last : longest;
            last = now();
            nap(0.1);
        }
        close(client);
        if (answered) {
            figure(t, "talked for 3 s, the longest pause %.0f ms", longest * 1000);
            return;
        }
        expect(t, longest + (now() - last) > 0.8,
               "closed although no pause was longer than %.2f s, with --idle-timeout 1", longest);
    }
    skip_case(t, "this machine is too slow to talk once a second");
}

enum { MOST = 16 << 20, SMALL = 8192 };

static void idle_taking(struct trial *t)
{
    unsigned char *bytes = malloc(MOST);

    if (bytes == NULL)
        fail_case(t, "the test itself is out of memory");
    fill_random(bytes, MOST, 3);
    // Small buffers at both ends: what the client takes lets the server write soon.
    start(t, "echo", 1, "--idle-timeout 1 --sndbuf 8192");
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        int client = dial_with_rcvbuf(t, SMALL);
        size_t sent = stuff(t, client, bytes, MOST, 0.2), heard = 0;
        double begun = now(), last = begun, longest = 0;
        bool open = true;
        while (open && now() < begun + 3 && heard + SMALL < sent) {
            unsigned char some[SMALL / 2];
            open = wait_readable(client, PATIENCE);
            ssize_t n = open ? recv(client, some, sizeof some, 0) : 0;
            open = n > 0;
            if (open)
                expect(t, memcmp(some, bytes + heard, (size_t)n) == 0, "wrong bytes came back");
            heard += open ? (size_t)n : 0;
            longest = now() - last > longest ? now() - last : longest;
            last = now();
            nap(0.05);
        }
        close(client);
        if (open) {
            figure(t, "took %s bytes in %.1f s", grouped(heard), now() - begun);
            free(bytes);
            return;
        }
        expect(t, longest > 0.5,
               "closed while it was taking bytes, the longest pause %.2f s, with --idle-timeout 1",
               longest);
    }
    skip_case(t, "this machine is too slow to read once a second");
}

// Its bytes were there in time: that nobody looked is no silence.
static void idle_unseen(struct trial *t)
{
    start(t, "echo", 1, "--idle-timeout 1");
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        int client = dial(t);
        double begun = now();
        bool answered = answered_within(t, client, PATIENCE);
        freeze(t);
        if (answered) {
            (void)!send(client, "seen?", 5, MSG_NOSIGNAL);
            await_received(t, client);
        }
        double silent = now() - begun;
        if (answered && silent < 0.8)
            nap(1.5);
        thaw(t);
        if (answered && silent < 0.8) {
            hear(t, client, "seen?", 5);
            close(client);
            figure(t, "answered after 1.5 s of SIGSTOP, silent for %.0f ms", silent * 1000);
            return;
        }
        close(client);
    }
    skip_case(t, "this machine is too slow to talk once a second");
}

// In a process of its own: empty frames, the most messages that so many bytes can be.
static void flood_with_messages(int client)
{
    static unsigned char bytes[4096];

    if (fork_helper() != 0)
        return;
    for (;;) {
        struct pollfd p = {.fd = client, .events = POLLIN | POLLOUT};
        unsigned char answers[4096];
        poll(&p, 1, -1);
        if (p.revents & POLLIN && recv(client, answers, sizeof answers, MSG_DONTWAIT) == 0)
            _exit(0);
        // A multiple of 4 goes out or is refused; a part of one is as good: it is all zeros.
        if (p.revents & POLLOUT &&
            send(client, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 && errno != EAGAIN)
            _exit(0);
    }
}

static void work_shared(struct trial *t)
{
    enum { ROUNDS = 5 };
    double slowest = 0;

    if (t->candidate->serves == SERVES_ONE)
        skip_case(t, "serves one at a time, so that others wait");
    start(t, "frame", 2, "--work cpu:1ms");
    int flooding = dial(t), client = dial(t);
    round_trip(t, flooding);
    round_trip(t, client);
    double before = processor_seconds(t);
    flood_with_messages(flooding);
    doing(t, "waiting until the flood runs");
    for (double end = now() + patience(t); processor_seconds(t) < before + 0.1; nap(0.01))
        expect(t, now() < end, "the flood uses no processor time of the server");
    for (unsigned i = 0; i < ROUNDS; i++) {
        double begun = now();
        expect(t, answered_within(t, client, 1),
               "while another client floods with messages of 1 ms, no answer for a second");
        slowest = now() - begun > slowest ? now() - begun : slowest;
    }
    figure(t, "%d round trips beside the flood, the slowest %.0f ms", ROUNDS, slowest * 1000);
}

static void work_sleep(struct trial *t)
{
    unsigned char frames[3 * 14];
    size_t n = 0;

    for (unsigned i = 0; i < 3; i++)
        n += put_frame(frames + n, "ten bytes!", 10);
    start(t, "frame", 1, "--work sleep:100ms");
    int client = dial(t);
    double used = processor_seconds(t);
    double one = round_trip(t, client) / 1000;
    double begun = now();
    exchange(t, client, frames, n, frames, n);
    double three = now() - begun;
    used = processor_seconds(t) - used;
    expect(t, one >= 0.099 && three >= 0.299, "one frame took %.3f s, three %.3f s", one, three);
    expect(t, used < 0.1 * t->own->slowness, "it used %.2f s of processor time asleep", used);
    figure(t, "1 frame %.0f ms, 3 frames %.0f ms, processor %.0f ms", one * 1000, three * 1000,
           used * 1000);
}

static void work_cpu(struct trial *t)
{
    start(t, "frame", 1, "--work cpu:50ms");
    int client = dial(t);
    round_trip(t, client);
    double used = processor_seconds(t), begun = now();
    for (unsigned i = 0; i < 10; i++)
        round_trip(t, client);
    double took = now() - begun;
    used = processor_seconds(t) - used;
    // /proc counts in ticks of a hundredth of a second.
    expect(t, used >= 0.4, "10 messages of 50 ms used %.2f s of processor time", used);
    expect(t, took >= 0.45, "10 messages of 50 ms took %.2f s", took);
    figure(t, "10 messages: %.0f ms of processor time in %.0f ms", used * 1000, took * 1000);
}

// ---- How many ----

static void max_clients(struct trial *t)
{
    int clients[2];

    if (t->candidate->serves == SERVES_ONE)
        skip_case(t, "serves one at a time, so that others wait");
    start(t, "echo", 3, "--max-clients 2");
    dial_many(t, clients, 2);
    for (unsigned i = 0; i < 2; i++)
        round_trip(t, clients[i]);
    int third = try_dial(t);
    if (third != -1) {
        hear_gone(t, third);
        close(third);
    }
    for (unsigned i = 0; i < 2; i++)
        round_trip(t, clients[i]);
    close(clients[0]);
    await_service(t, PATIENCE);
    round_trip(t, clients[1]);
    figure(t, "2 served, the third refused, a newcomer served when one had left");
}

static void workers(struct trial *t)
{
    int clients[4];

    if (t->candidate->serves != SERVES_CREW)
        skip_case(t, "has no crew");
    start(t, "echo", 0, "--workers 3");
    dial_many(t, clients, 4);
    for (unsigned i = 0; i < 3; i++)
        round_trip(t, clients[i]);
    say(t, clients[3], "?", 1);
    expect(t, !wait_readable(clients[3], 0.3), "with --workers 3 a fourth client was served");
    close(clients[0]);
    hear(t, clients[3], "?", 1);
    round_trip(t, clients[1]);
    round_trip(t, clients[2]);
    figure(t, "3 served at once, the fourth when one had left");
}

// ---- What the kernel is told ----

static void buffers(struct trial *t)
{
    start(t, "echo", 1, "--sndbuf 20480 --rcvbuf 10240");
    int client = dial(t);
    round_trip(t, client);
    struct socket_facts facts = ask_kernel(t, client);
    expect(t, facts.sndbuf == 2 * 20480 && facts.rcvbuf == 2 * 10240,
           "expected twice 20480 and twice 10240, the kernel has %u and %u", (unsigned)facts.sndbuf,
           (unsigned)facts.rcvbuf);
    figure(t, "sndbuf %u, rcvbuf %u", (unsigned)facts.sndbuf, (unsigned)facts.rcvbuf);
}

static void backlog(struct trial *t)
{
    unsigned most = probe->somaxconn;

    need(t, LACKS_SOMAXCONN);
    need(t, LACKS_SOCKETS);
    start(t, "echo", 1, "--backlog 7");
    unsigned seven = ask_kernel(t, -1).backlog;
    expect(t, seven == 7, "expected a queue of 7, the kernel has %u", seven);
    signal_server(t, SIGTERM);
    await_end(t, 10);
    start(t, "echo", 1, NULL);
    unsigned usual = ask_kernel(t, -1).backlog, expected = most < SOMAXCONN ? most : SOMAXCONN;
    expect(t, usual == expected, "expected a queue of %u unless told, the kernel has %u", expected,
           usual);
    figure(t, "7, and %u unless told", usual);
}

#define CASE(name, promise, needs, run, option)                                                    \
    {                                                                                              \
        "options/" name, promise, (needs) | NEEDS_OPTIONS, 60, run, option                         \
    }

const struct conform_case option_cases[] = {
    CASE("idle-timeout", "a client that has been silent for --idle-timeout is closed", 0,
         idle_silent, "--idle-timeout"),
    CASE("idle-half-frame", "half a frame and then silence is silence", NEEDS_FRAME,
         idle_half_frame, "--idle-timeout"),
    CASE("idle-talking", "a client that talks is not idle", 0, idle_talking, "--idle-timeout"),
    CASE("idle-taking", "a client that only takes its bytes is not idle", 0, idle_taking,
         "--idle-timeout"),
    CASE("idle-unseen", "a client whose bytes came while the server was stopped is not idle", 0,
         idle_unseen, "--idle-timeout"),
    CASE("max-clients", "one more than --max-clients is refused, until one leaves", 0, max_clients,
         "--max-clients"),
    CASE("workers", "--workers N serves N at once; further ones wait in the backlog", 0, workers,
         "--workers"),
    CASE("work-sleep", "--work sleep:100ms blocks so long for each message", NEEDS_FRAME,
         work_sleep, "--work"),
    CASE("work-cpu", "--work cpu:50ms burns the processor for each message", NEEDS_FRAME, work_cpu,
         "--work"),
    CASE("work-shared", "who floods with messages that cost work leaves others their turn",
         NEEDS_FRAME | NEEDS_QUIET, work_shared, "--work"),
    CASE("buffers", "--sndbuf and --rcvbuf are those of each client's socket", 0, buffers,
         "--sndbuf"),
    CASE("backlog", "--backlog is listen(2)'s queue, SOMAXCONN unless told", 0, backlog,
         "--backlog"),
};
const size_t option_cases_count = sizeof option_cases / sizeof *option_cases;

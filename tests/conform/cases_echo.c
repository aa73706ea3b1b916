// cases_echo.c: echo: every byte comes back, in order, until the client closes its side.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

enum { MIB = 1 << 20 };

static void single_bytes(struct trial *t)
{
    enum { WRITES = 4096 };
    unsigned char bytes[WRITES];

    start(t, "echo", 1, NULL);
    fill_random(bytes, sizeof bytes, 1);
    int client = dial(t);
    for (size_t i = 0; i < WRITES; i++)
        say(t, client, &bytes[i], 1);
    hear(t, client, bytes, WRITES);
    finish_sending(client);
    hear_end(t, client);
    close(client);
    figure(t, "%s bytes back from as many writes", grouped(WRITES));
}

static void coalesced(struct trial *t)
{
    enum { LINES = 1000 };
    char *text = malloc((size_t)LINES * 16);
    size_t n = 0;

    expect(t, text != NULL, "the suite itself is out of memory");
    for (unsigned i = 0; i < LINES; i++)
        n += (size_t)sprintf(text + n, "line %u\n", i);
    start(t, "echo", 1, NULL);
    int client = dial(t);
    say(t, client, text, n);
    hear(t, client, text, n);
    close(client);
    free(text);
    figure(t, "%s lines (%s bytes) back from one write", grouped(LINES), grouped(n));
}

static void cut_anywhere(struct trial *t)
{
    static const char text[] = "The quick brown fox\njumps over\n\nthe lazy dog.";
    const size_t n = sizeof text - 1;

    start(t, "echo", 1, NULL);
    int client = dial(t);
    for (size_t cut = 1; cut < n; cut++) {
        say_part(t, client, text, cut);
        say(t, client, text + cut, n - cut);
        hear(t, client, text, n);
    }
    close(client);
    figure(t, "%zu bytes in two writes, cut at each of %zu places", n, n - 1);
}

static void mebibyte(struct trial *t)
{
    start(t, "echo", 1, NULL);
    unsigned char *bytes = random_bytes(t, MIB, 2);
    int client = dial(t);
    double began = now();
    exchange(t, client, bytes, MIB, bytes, MIB);
    double took = now() - began;
    finish_sending(client);
    hear_end(t, client);
    close(client);
    free(bytes);
    figure(t, "%s random bytes back in %.0f ms", grouped(MIB), took * 1e3);
}

static void every_value(struct trial *t)
{
    unsigned char bytes[256 + 4096] = {0};

    start(t, "echo", 1, NULL);
    int client = dial(t);
    for (unsigned i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    exchange(t, client, bytes, sizeof bytes, bytes, sizeof bytes);
    for (unsigned i = 0; i < 256; i++)
        exchange(t, client, &bytes[i], 1, &bytes[i], 1);
    close(client);
    figure(t, "256 values, together and one by one, and 4,096 NUL bytes");
}

static void late_reader(struct trial *t)
{
    enum { N = 128 * 1024 }; // what the kernel's buffers of both ends hold with ease

    start(t, "echo", 1, NULL);
    unsigned char *bytes = random_bytes(t, N, 3);
    int client = dial(t);
    say(t, client, bytes, N);
    hear(t, client, bytes, N);
    close(client);
    free(bytes);
    figure(t, "%s bytes sent before the first was read", grouped(N));
}

// Sends as much as possible, FIN included, before anything is read; the rest beside the reading.
static void check_half_close(struct trial *t, size_t n, const char *options)
{
    start(t, "echo", 1, options);
    unsigned char *bytes = random_bytes(t, n, 4);
    int bystander = bring_bystander(t), client = dial(t);

    size_t sent = stuff(t, client, bytes, n, 0.5);
    pid_t sender = start_sender(t, client, bytes + sent, n - sent);
    if (sent == n) {
        end_sender(t, sender);
        let_server_read(client);
    }
    hear(t, client, bytes, n);
    hear_end(t, client);
    if (sent < n)
        end_sender(t, sender);
    leave_to_bystander(t, client, bystander);
    free(bytes);
    figure(t, "%s bytes and a clean end; %s were sent before the first was read", grouped(n),
           grouped(sent));
}

static void half_close(struct trial *t)
{
    check_half_close(t, MIB, NULL);
}

// More than the kernel's buffers of both ends hold: the server has to keep what it can't write, or
// not to read it, and to go on where it stopped, after FIN too.
static void stuck_reader(struct trial *t)
{
    check_half_close(t, (size_t)24 * MIB, NULL);
}

// With so little room in the kernel, it is the server itself that owes bytes when FIN arrives.
static void small_sndbuf(struct trial *t)
{
    check_half_close(t, (size_t)8 * MIB, "--sndbuf 4096");
}

static void fin_at_once(struct trial *t)
{
    enum { CLIENTS = 20 };

    start(t, "echo", 1, NULL);
    int bystander = bring_bystander(t), client = dial(t);
    for (int i = 1; i < CLIENTS; i++) {
        finish_sending(client);
        hear_end(t, client);
        close(client);
        client = dial(t);
    }
    finish_sending(client);
    hear_end(t, client);
    leave_to_bystander(t, client, bystander);
    figure(t, "%d clients, each ended cleanly without a byte", CLIENTS);
}

static void data_with_fin(struct trial *t)
{
    enum { CLIENTS = 20 };
    static const char text[] = "hello and goodbye\n";

    start(t, "echo", 1, NULL);
    for (int i = 0; i < CLIENTS; i++) {
        int client = dial(t);
        say_and_finish(t, client, text, sizeof text - 1);
        hear(t, client, text, sizeof text - 1);
        hear_end(t, client);
        close(client);
    }
    figure(t, "%d clients, each answered, then a clean end", CLIENTS);
}

// The contract wants a client with urgent data answered like any other: all bytes in their order.
// A program that knows nothing of SO_OOBINLINE never sees that byte in its stream; of a foreign
// one it is only asked that nothing else is lost.
static void urgent(struct trial *t)
{
    static const char text[] = "before!after";
    const size_t n = sizeof text - 1, place = 6;
    char back[sizeof text];
    size_t got = 0;

    start(t, "echo", 1, NULL);
    int bystander = bring_bystander(t), client = dial(t);
    say(t, client, text, place);
    expect(t, send(client, text + place, 1, MSG_OOB | MSG_NOSIGNAL) == 1, "send with MSG_OOB: %s",
           strerror(errno));
    say(t, client, text + place + 1, n - place - 1);
    finish_sending(client);

    for (;;) {
        expect(t, wait_readable(client, PATIENCE), "no end within %d s; so far \"%.*s\"", PATIENCE,
               (int)got, back);
        ssize_t some = recv(client, back + got, sizeof back - got, 0);
        expect(t, some >= 0, "expected a clean end after \"%.*s\": %s", (int)got, back,
               strerror(errno));
        if (some == 0)
            break;
        got += (size_t)some;
        expect(t, got <= n, "more came back than was sent: \"%.*s\"", (int)got, back);
    }
    bool whole = got == n && memcmp(back, text, n) == 0;
    bool without = !t->candidate->strict && got == n - 1 && memcmp(back, text, place) == 0 &&
                   memcmp(back + place, text + place + 1, n - 1 - place) == 0;
    expect(t, whole || without, "expected \"%s\", saw \"%.*s\"", text, (int)got, back);
    leave_to_bystander(t, client, bystander);
    figure(t, "\"%.*s\" back, then a clean end%s", (int)got, back,
           whole ? "" : "; the urgent byte was left out");
}

static void not_held_back(struct trial *t)
{
    enum { LONG = 100000 };
    unsigned char *bytes = random_bytes(t, LONG, 6);

    start(t, "echo", 1, NULL);
    int client = dial(t);
    double worst = 0;
    // The last two are longer than what small and middling buffers of a server take at a time.
    static const size_t sizes[] = {8, 10000, LONG};
    for (size_t i = 0; i < 3; i++) {
        double ms = check_prompt(t, client, bytes, sizes[i], i == 0 ? 8 : 1, bytes, sizes[i]);
        worst = ms > worst ? ms : worst;
    }
    close(client);
    free(bytes);
    figure(t, "8 bytes in 8 writes, 10,000 and %s in one: in the median %.1f ms at most",
           grouped(LONG), worst);
}

static void long_pause(struct trial *t)
{
    const double pause = 3;

    start(t, "echo", 1, NULL);
    int client = dial(t);
    hear_nothing(t, client, "before a word was said");
    round_trip(t, client);
    expect(t, !wait_readable(client, pause),
           "the server sent or closed while the client was silent");
    round_trip(t, client);
    finish_sending(client);
    hear_end(t, client);
    close(client);
    figure(t, "answered after %.0f s of silence", pause);
}

const struct conform_case echo_cases[] = {
    {"echo/single-byte-writes", "1-byte writes: same bytes back, same order", 0, 60, single_bytes,
     NULL},
    {"echo/coalesced-messages", "coalesced messages: same bytes back, same order", 0, 60, coalesced,
     NULL},
    {"echo/cut-anywhere", "a message split anywhere: same bytes back, same order", 0, 60,
     cut_anywhere, NULL},
    {"echo/a-mebibyte", "every byte comes back, in order", 0, 60, mebibyte, NULL},
    {"echo/every-value", "every byte comes back, whatever its value", 0, 60, every_value, NULL},
    {"echo/late-reader", "answers wait for a client that first sends everything", 0, 60,
     late_reader, NULL},
    {"echo/stuck-reader", "what can't be written yet is delivered later, after FIN too", 0, 90,
     stuck_reader, NULL},
    {"echo/half-close", "half-close after sending 1 MiB: all of it back, then EOF", 0, 60,
     half_close, NULL},
    {"echo/small-sndbuf", "half-close: everything it is owed is still delivered", NEEDS_OPTIONS, 90,
     small_sndbuf, "--sndbuf"},
    {"echo/fin-at-once", "nothing at all then FIN: closed as for any other client", 0, 60,
     fin_at_once, NULL},
    {"echo/data-with-fin", "data and FIN together: answered and closed as for any other client", 0,
     60, data_with_fin, NULL},
    {"echo/urgent-data", "urgent data: answered and closed as for any other client", 0, 60, urgent,
     NULL},
    {"echo/not-held-back", "answers in a row leave at once", NEEDS_QUIET, 60, not_held_back, NULL},
    {"echo/long-pause", "a silent client is neither spoken to nor closed", 0, 60, long_pause, NULL},
};
const size_t echo_cases_count = sizeof echo_cases / sizeof *echo_cases;

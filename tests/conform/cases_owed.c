// cases_owed.c: clients that are owed bytes and do not read them. What is measured meanwhile is the
// server's own processor time, to which other work on the machine adds nothing: no quiet is needed.
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

static size_t much;

// As many random bytes as the kernel can hold between a client that does not read and a server that
// does not write, and two MiB more: the server's buffers grow to their bounds when it is slow.
static unsigned char *more_than_buffers(struct trial *t, uint64_t seed)
{
    static const char *const bounds[] = {"/proc/sys/net/ipv4/tcp_rmem",
                                         "/proc/sys/net/ipv4/tcp_wmem"};

    much = 2 << 20;
    for (unsigned i = 0; i < 2; i++) {
        size_t most;
        FILE *file = fopen(bounds[i], "r");

        expect(t, file != NULL && fscanf(file, "%*d %*d %zu", &most) == 1,
               "the suite cannot read %s", bounds[i]);
        fclose(file);
        much += most;
    }
    return random_bytes(t, much, seed);
}

// A client whose own buffers are small, so that a server that answers it soon stands still; but not
// below two segments of the loopback device: the kernel's timers would fill and empty them.
static int dial_small(struct trial *t)
{
    int client = dial(t);
    int small = 131072;

    setsockopt(client, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    setsockopt(client, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    return client;
}

// Sends until the server stands still, because it holds bytes that it cannot write. Returns how
// many went out.
static size_t fill_up(struct trial *t, int client, const unsigned char *bytes)
{
    size_t sent = stuff(t, client, bytes, much, 0.3);

    expect(t, sent < much,
           "expected a server that stops reading when it cannot write; it took %s bytes from a "
           "client that reads nothing",
           grouped(sent));
    return sent;
}

static void never_reads(struct trial *t)
{
    enum { BOUND_KIB = 256 };
    unsigned char *bytes = more_than_buffers(t, 2);

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    int client = dial_small(t);
    round_trip(t, client);
    // A process of its own is looked at alone: what it shares with its parent changes hands.
    pid_t own = holder(t, client);
    bool alone = own > 0 && own != t->server;
    expect_in_sight(t);
    long before = alone ? process_kib(own) : private_kib(t);
    size_t sent = fill_up(t, client, bytes);
    long growth = (alone ? process_kib(own) : private_kib(t)) - before;
    expect(t, growth <= BOUND_KIB,
           "expected at most %d KiB for a client that never reads, saw %ld KiB after %s bytes",
           BOUND_KIB, growth, grouped(sent));
    ask_bystander(t, bystander);
    if (bystander >= 0)
        close(bring_bystander(t));
    hear(t, client, bytes, sent);
    finish_sending(client);
    hear_end(t, client);
    close(client);
    free(bytes);
    figure(t, "%ld KiB for %s bytes, all back in the end", growth, grouped(sent));
}

// The FIN travels behind the bytes that still wait in our own kernel. Reads a little at a time,
// until the server's kernel has it too; returns how many bytes that took.
static size_t push_fin_through(struct trial *t, int client, const unsigned char *bytes, size_t sent)
{
    enum { SIP = 16384 };
    size_t heard = 0;
    double deadline = now() + PATIENCE;

    finish_sending(client);
    for (;;) {
        struct tcp_info info;
        socklen_t length = sizeof info;

        expect(t, getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &length) == 0, "TCP_INFO");
        if (info.tcpi_state == TCP_FIN_WAIT2 || heard + SIP > sent)
            return heard;
        expect(t, now() < deadline, "expected the rest of %s bytes, saw none after %s",
               grouped(sent), grouped(heard));
        if (wait_readable(client, 0.01)) {
            hear(t, client, bytes + heard, SIP);
            heard += SIP;
            nap(0.002); // for the acknowledgements; if they are late, another sip follows
        }
    }
}

static void half_close_while_owed(struct trial *t)
{
    enum { SIPS = 20 };
    unsigned char *bytes = more_than_buffers(t, 3);

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    int client = dial_small(t);
    size_t sent = fill_up(t, client, bytes);
    size_t heard = push_fin_through(t, client, bytes, sent);
    size_t owed = sent - heard;
    double load = load_over(t, 0.5);
    expect(t, load < 0.1,
           "expected a server that sleeps while a half-closed client does not read, saw it use "
           "%.0f %% of a core",
           load * 100);
    ask_bystander(t, bystander);

    // Read slowly, so that every stage of the end is stayed in: input unread, FIN unread, FIN
    // read and bytes still owed.
    double began = now(), before = processor_seconds(t);
    for (unsigned i = 0; i < SIPS; i++) {
        size_t sip = (sent - heard) / (SIPS - i);
        hear(t, client, bytes + heard, sip);
        heard += sip;
        if (heard < sent)
            nap(0.03);
    }
    load = (processor_seconds(t) - before) / (now() - began);
    expect(t, load < 0.1,
           "expected a server that sleeps while a half-closed client reads slowly, saw it use %.0f "
           "%% of a core",
           load * 100);
    hear_end(t, client);
    close(client);
    free(bytes);
    figure(t, "%s owed bytes read slowly, %.1f %% of a core", grouped(owed), load * 100);
}

// The server has read all there is, the FIN too, and holds bytes that it cannot write. How many
// bytes that takes is measured first; then each client stops a bit short of it.
static void finished_while_owed(struct trial *t)
{
    static const size_t shorts[] = {8192, 28672, 49152};
    enum { ROUNDS = sizeof shorts / sizeof *shorts };
    unsigned char *bytes = more_than_buffers(t, 3);
    double worst = 0;
    int unsent;

    start(t, "echo", 2, NULL);
    int client = dial_small(t);
    size_t taken = fill_up(t, client, bytes);
    expect(t, ioctl(client, SIOCOUTQ, &unsent) == 0, "the suite cannot ask for unsent bytes");
    taken -= (size_t)unsent + unread_by_server(t, client);
    expect(t, taken > shorts[ROUNDS - 1], "expected the server to read, saw it take %zu bytes",
           taken);
    reset_client(client);
    for (unsigned i = 0; i < ROUNDS; i++) {
        client = dial_small(t);
        size_t sent = stuff(t, client, bytes, taken - shorts[i], 0.3);
        finish_sending(client);
        let_server_read(client);
        double load = load_over(t, 0.5);
        expect(t, load < 0.1,
               "expected a server that sleeps while a client that has finished does not read, saw "
               "it use %.0f %% of a core",
               load * 100);
        worst = load > worst ? load : worst;
        hear(t, client, bytes, sent);
        hear_end(t, client);
        close(client);
    }
    free(bytes);
    figure(t, "about %s bytes, all came after the FIN; %.1f %% of a core", grouped(taken),
           worst * 100);
}

static void reset_while_owed(struct trial *t)
{
    unsigned char *bytes = more_than_buffers(t, 4);
    double load = 0;

    start(t, "echo", 2, NULL);
    size_t before = descriptors(t);
    for (unsigned round = 0; round < 2; round++) {
        int client = dial_small(t);
        size_t sent = fill_up(t, client, bytes);
        if (round == 1)
            push_fin_through(t, client, bytes, sent);
        reset_client(client);
        await_descriptors(t, before);
        double seen = load_over(t, 0.5);
        expect(t, seen < 0.1,
               "expected a server that forgets a client that reset, saw it use %.0f %% of a core",
               seen * 100);
        load = seen > load ? seen : load;
        close(bring_bystander(t));
    }
    free(bytes);
    figure(t, "%.1f %% of a core, descriptors back to %zu", load * 100, before);
}

const struct conform_case owed_cases[] = {
    {"owed/never-reads",
     "user-space memory for a client that never reads is 256 KiB at most; others are served",
     NEEDS_TRUE_MEMORY, 30, never_reads, NULL},
    {"owed/half-close",
     "no spinning while a half-closed client is owed bytes; all come, then a FIN", 0, 40,
     half_close_while_owed, NULL},
    {"owed/finished", "no spinning while bytes are owed to a client whose FIN was read; all come",
     0, 40, finished_while_owed, NULL},
    {"owed/reset", "no spinning after the reset of a client that is owed bytes; it is cleaned up",
     0, 40, reset_while_owed, NULL},
};
const size_t owed_cases_count = sizeof owed_cases / sizeof *owed_cases;

// cases_fault.c: clients that misbehave.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

enum { MIB = 1 << 20 };

// ---- Resets ----

static void reset_in_mid_write(struct trial *t)
{
    enum { RESETS = 50 };
    unsigned char *bytes = random_bytes(t, MIB, 1);
    double slowest = 0;

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    for (unsigned i = 0; i < RESETS; i++) {
        int client = dial(t);
        // Every other one is gone before it has said a word.
        if (i % 2 == 0)
            stuff(t, client, bytes, MIB, 0.05);
        reset_client(client);
        if (bystander >= 0) {
            double ms = round_trip(t, bystander);
            slowest = ms > slowest ? ms : slowest;
        }
    }
    if (bystander >= 0)
        figure(t, "%d resets, a bystander answered within %.1f ms", RESETS, slowest);
    else
        figure(t, "%d resets, %.1f ms for the next client", RESETS, round_trip(t, dial(t)));
}

static void reset_before_accept(struct trial *t)
{
    enum { RESETS = 50 };

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    freeze(t);
    for (unsigned i = 0; i < RESETS; i++) {
        int client = dial(t);
        // Half of them leave a request behind, which the server can still see or not.
        if (i % 2 == 0)
            say(t, client, "gone", 4);
        reset_client(client);
    }
    thaw(t);
    ask_bystander(t, bystander);
    figure(t, "%d resets in the queue of connections, %.1f ms for the next client", RESETS,
           round_trip(t, dial(t)));
}

// ---- Partial messages ----

static void partial_messages(struct trial *t)
{
    enum { WANTED = 200, PAYLOAD = 64, PART = 14 };
    unsigned char payload[PAYLOAD], frame[4 + PAYLOAD];
    int clients[WANTED];
    unsigned n = at_once(t, WANTED);

    fill_random(payload, sizeof payload, 5);
    put_frame(frame, payload, PAYLOAD);
    start(t, "frame", n, NULL);
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        say(t, clients[i], frame, PART);
    bool one = t->candidate->serves == SERVES_ONE;
    if (one) // the newcomer's turn comes when this one leaves
        close(clients[--n]);
    double began = now();
    int newcomer = dial(t);
    expect(t, answered_within(t, newcomer, 1),
           "expected an answer within a second beside %u clients with a partial message, saw none",
           n);
    figure(t, "%.1f ms for a newcomer %s %u of them", (now() - began) * 1000,
           one ? "after" : "beside", one ? 1 : n);
    close(newcomer);
    for (unsigned i = 0; i < n; i++) {
        say(t, clients[i], frame + PART, sizeof frame - PART);
        hear(t, clients[i], frame, sizeof frame);
    }
    hang_up_many(clients, n);
}

static void announced_frames(struct trial *t)
{
    enum { WANTED = 100, PART = 14, EACH_KIB = 8, SLACK_KIB = 128 };
    static unsigned char frame[4 + 65536], payload[65536];
    int clients[WANTED];
    unsigned n = at_once(t, WANTED);

    fill_random(payload, sizeof payload, 6);
    put_frame(frame, payload, sizeof payload);
    start(t, "frame", n, NULL);
    dial_many(t, clients, n);
    // The measure is the same clients, idle: a process or a thread for each is not held against it.
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    expect_in_sight(t);
    long before = private_kib(t);
    for (unsigned i = 0; i < n; i++)
        say(t, clients[i], frame, PART);
    for (unsigned i = 0; i < n; i++)
        let_server_read(clients[i]);
    long growth = private_kib(t) - before;
    expect(t, growth <= (long)n * EACH_KIB + SLACK_KIB,
           "expected at most %ld KiB more for %u clients that announced 65,536 bytes each and sent "
           "10, saw %ld KiB",
           (long)n * EACH_KIB + SLACK_KIB, n, growth);
    figure(t, "%ld KiB more for %u clients that announced %s bytes", growth, n,
           grouped(n * sizeof payload));
    for (unsigned i = 0; i < n; i++)
        exchange(t, clients[i], frame + PART, sizeof frame - PART, frame, sizeof frame);
    hang_up_many(clients, n);
}

// ---- Floods ----

struct flood {
    int client;
    atomic_bool over;
    atomic_ullong sent;
    pthread_t sender, reader;
};

// Two threads, so that neither direction ever waits for the other.
static void *flood_out(void *argument)
{
    static const unsigned char block[65536];
    struct flood *f = argument;

    while (!atomic_load(&f->over)) {
        ssize_t n = send(f->client, block, sizeof block, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        atomic_fetch_add(&f->sent, (unsigned long long)n);
    }
    return NULL;
}

static void *flood_in(void *argument)
{
    static unsigned char sink[1 << 18];
    struct flood *f = argument;

    while (recv(f->client, sink, sizeof sink, 0) > 0)
        ;
    return NULL;
}

static void start_flood(struct trial *t, struct flood *f)
{
    f->client = dial(t);
    expect(t,
           pthread_create(&f->sender, NULL, flood_out, f) == 0 &&
               pthread_create(&f->reader, NULL, flood_in, f) == 0,
           "the suite cannot make threads");
}

static void end_flood(struct flood *f)
{
    atomic_store(&f->over, true);
    shutdown(f->client, SHUT_RDWR);
    pthread_join(f->sender, NULL);
    pthread_join(f->reader, NULL);
    reset_client(f->client);
}

static void flooded(struct trial *t)
{
    enum { ASKED = 20 };
    struct flood f = {0};
    bool one = t->candidate->serves == SERVES_ONE;
    double slowest = 0;

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    start_flood(t, &f);
    if (one) {
        nap(0.3); // of the flood; then the next client's turn has come
        end_flood(&f);
        bystander = dial(t);
    }
    for (unsigned i = 0; i < ASKED; i++) {
        double began = now();
        expect(t, answered_within(t, bystander, 0.5),
               "expected every answer within half a second beside a flood, saw none to question %u "
               "(%s bytes of flood so far)",
               i + 1, grouped(atomic_load(&f.sent)));
        double ms = (now() - began) * 1000;
        slowest = ms > slowest ? ms : slowest;
        nap(0.01);
    }
    if (!one)
        end_flood(&f);
    figure(t, "slowest of %d answers %.1f ms, beside %s bytes", ASKED, slowest,
           grouped(atomic_load(&f.sent)));
}

static void garbage(struct trial *t)
{
    enum { WANTED = 20, EACH = 32768 };
    static unsigned char bytes[WANTED][EACH];
    int clients[WANTED];
    unsigned n = at_once(t, WANTED);

    start(t, "echo", n, NULL);
    for (unsigned i = 0; i < WANTED; i++)
        fill_random(bytes[i], EACH, 100 + i);
    for (unsigned done = 0; done < WANTED; done += n) {
        n = n < WANTED - done ? n : WANTED - done;
        dial_many(t, clients, n);
        for (unsigned i = 0; i < n; i++)
            say(t, clients[i], bytes[done + i], EACH);
        for (unsigned i = 0; i < n; i++)
            hear(t, clients[i], bytes[done + i], EACH);
        hang_up_many(clients, n);
    }
    figure(t, "%s random bytes from each of %d clients", grouped(EACH), WANTED);
}

const struct conform_case fault_cases[] = {
    {"fault/reset-in-mid-write", "a client that resets is gone, the others notice nothing", 0, 20,
     reset_in_mid_write, NULL},
    {"fault/reset-before-accept", "a client that resets before it is accepted harms nobody", 0, 20,
     reset_before_accept, NULL},
    {"fault/partial-messages",
     "beside 200 clients with a partial message a newcomer is served within a second",
     NEEDS_FRAME | NEEDS_QUIET, 30, partial_messages, NULL},
    {"fault/announced-frames", "memory follows what was received, not what was announced",
     NEEDS_FRAME | NEEDS_TRUE_MEMORY, 30, announced_frames, NULL},
    {"fault/flood", "beside a client that floods, another's round trip stays under half a second",
     NEEDS_QUIET, 30, flooded, NULL},
    {"fault/garbage", "random bytes from 20 clients at once come back", 0, 30, garbage, NULL},
};
const size_t fault_cases_count = sizeof fault_cases / sizeof *fault_cases;

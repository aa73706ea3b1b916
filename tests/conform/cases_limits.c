// cases_limits.c: how many clients: more than there are descriptors, as many as it holds, one
// that is silent.
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

static const char request[] = "is there room for one more";

// ---- Descriptors ----

// Leaves each process of the server `spare` descriptors below the limit.
static void leave_descriptors(struct trial *t, unsigned spare)
{
    pid_t pids[64];
    size_t n = processes(t, pids, sizeof pids / sizeof *pids);

    for (size_t i = 0; i < n; i++) {
        struct rlimit r;

        if (prlimit(pids[i], RLIMIT_NOFILE, NULL, &r) == 0) {
            r.rlim_cur = lowest_free_descriptor(pids[i]) + spare;
            prlimit(pids[i], RLIMIT_NOFILE, &r, NULL);
        }
    }
}

// Newcomers keep coming while there are no descriptors. A model that serves many must refuse
// them; where clients wait for their turn in the backlog, they may wait there.
static void exhaust_descriptors(struct trial *t, unsigned spare)
{
    enum { INSIDERS = 2, NEWCOMERS = 16 };
    int insiders[INSIDERS], newcomers[NEWCOMERS], others[NEWCOMERS];
    bool many = t->candidate->serves == SERVES_MANY;
    unsigned inside = t->candidate->serves == SERVES_ONE ? 0 : at_once(t, INSIDERS);
    unsigned refused = 0, waiting = 0, rest = 0;
    struct rlimit before;

    start(t, "echo", INSIDERS + 2, NULL);
    dial_many(t, insiders, inside);
    for (unsigned i = 0; i < inside; i++)
        round_trip(t, insiders[i]);
    bool alone = inside > 0 && holder(t, insiders[0]) == t->server;
    prlimit(t->server, RLIMIT_NOFILE, NULL, &before);
    leave_descriptors(t, spare);

    double began = now(), used = processor_seconds(t);
    for (unsigned i = 0; i < NEWCOMERS; i++) {
        newcomers[i] = dial(t);
        push(t, newcomers[i], request, sizeof request);
        nap(1.0 / NEWCOMERS); // a second in all, in which the server must not spin
    }
    double load = (processor_seconds(t) - used) / (now() - began);
    expect(t, load < 0.1,
           "expected a server that sleeps while it is out of descriptors, saw it use %.0f %% of a "
           "core",
           load * 100);
    for (unsigned i = 0; i < inside; i++)
        round_trip(t, insiders[i]);
    for (unsigned i = 0; i < NEWCOMERS; i++) {
        double seconds = many ? PATIENCE : 0.02;
        enum fate fate = fate_of(t, newcomers[i], request, sizeof request, seconds);
        expect(t, fate != SILENT || !many,
               "expected newcomer %u to be served or refused when descriptors ran out, saw it left "
               "hanging",
               i + 1);
        if (fate == SILENT)
            newcomers[waiting++] = newcomers[i];
        else
            others[rest++] = newcomers[i];
        refused += fate == GONE;
    }
    expect(t, refused + waiting > 0 || spare > 0,
           "expected no free descriptor to be too few for %d newcomers", NEWCOMERS);
    figure(t, "%u served, %u refused, %u waiting; %.1f %% of a core", rest - refused, refused,
           waiting, load * 100);

    // What the insiders have left is free again, for the next in line.
    hang_up_many(insiders, inside);
    unsigned served = alone && waiting > 0 ? 1 : 0;
    if (served > 0) {
        expect(t, fate_of(t, newcomers[0], request, sizeof request, PATIENCE) == SERVED,
               "expected the first who waits to be served when others have left");
        close(newcomers[0]);
    } else if (alone) {
        await_service(t, PATIENCE);
    }
    hang_up_many(others, rest);
    limit(t, RLIMIT_NOFILE, before.rlim_cur);
    for (unsigned i = served; i < waiting; i++) {
        expect(t, fate_of(t, newcomers[i], request, sizeof request, PATIENCE) != SILENT,
               "expected who waited to be served or refused when descriptors are free again, saw "
               "client %u of %u left hanging",
               i + 1, waiting);
        close(newcomers[i]);
    }
    await_service(t, PATIENCE);
}

static void no_descriptor_left(struct trial *t)
{
    exhaust_descriptors(t, 0);
}

static void few_descriptors_left(struct trial *t)
{
    exhaust_descriptors(t, 3);
}

static void beyond_1024(struct trial *t)
{
    enum { CLIENTS = 1100, EARLY = 900 };
    static int clients[CLIENTS];
    unsigned served = 0, refused = 0;

    if (t->candidate->serves != SERVES_MANY || t->candidate->holds < 1000)
        skip_case(t, "is expected to hold %u clients, not 1,000", t->candidate->holds);
    start(t, "echo", CLIENTS, NULL);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = dial(t);
        push(t, clients[i], request, sizeof request);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        switch (fate_of(t, clients[i], request, sizeof request, PATIENCE)) {
        case SERVED:
            served++;
            break;
        case GONE:
            refused++;
            expect(t, i >= EARLY,
                   "expected the first %d clients to be served, saw client %u refused", EARLY,
                   i + 1);
            break;
        case SILENT:
            fail_case(t, "expected client %u of %s to be served or refused, saw it left hanging",
                      i + 1, grouped(CLIENTS));
        }
    for (unsigned i = 0; i < EARLY; i++)
        round_trip(t, clients[i]);
    hang_up_many(clients, CLIENTS);
    await_descriptors(t, t->own->descriptors);
    figure(t, "of %s clients %u were served, %u refused", grouped(CLIENTS), served, refused);
}

// ---- A crew ----

// Stacks of 8 MiB for all of them don't fit into 300 MiB. (Processes have an address space each,
// and are all made.)
static void incomplete_crew(struct trial *t)
{
    enum { CREW = 60 };

    if (t->candidate->serves != SERVES_CREW)
        skip_case(t, "has no crew");
    if (!takes_options(t->candidate))
        skip_case(t, "the number of its crew cannot be set");
    start_under(t, "echo", CREW - 1, NULL,
                "sh -c 'ulimit -s 8192; ulimit -v 307200; exec \"$0\" \"$@\"'", 0);
    int client = dial(t);
    double took = round_trip(t, client);
    size_t there = children(t) > 0 ? children(t) : threads_of(t->server);
    close(client);
    figure(t, "%zu %s for a crew of %d; served in %.1f ms", there,
           children(t) > 0 ? "processes" : "threads", CREW, took);
}

static void crew_beyond_descriptors(struct trial *t)
{
    enum { DESCRIPTORS = 64, CLIENTS = 50 };

    t->own->nofile = (struct rlimit){DESCRIPTORS, DESCRIPTORS};
    start(t, "echo", 0, "--workers 100");
    await_service(t, PATIENCE);
    for (unsigned i = 0; i < CLIENTS; i++) {
        int client = dial(t);
        round_trip(t, client);
        close(client);
    }
    figure(t, "%d clients, one by one, served by --workers 100 with %d descriptors", CLIENTS,
           DESCRIPTORS);
}

// ---- Idle clients ----

// Each of n clients dialled; as many as our own descriptors allow.
static int *dial_idle(struct trial *t, unsigned *n)
{
    int *clients = malloc(*n * sizeof *clients);

    expect(t, clients != NULL, "the suite itself is out of memory");
    if (*n + 64 > t->own->most)
        *n = t->own->most - 64;
    dial_many(t, clients, *n);
    return clients;
}

static void holds_idle_clients(struct trial *t)
{
    enum { EACH_KIB = 6 };
    unsigned n = at_once(t, t->candidate->holds);

    start(t, "echo", n, NULL);
    // What only the first client costs is not what each one costs.
    int first = dial(t);
    round_trip(t, first);
    close(first);
    long before = resident_kib(t);
    int *clients = dial_idle(t, &n);
    unsigned held = n;
    // Accepted in their order: once the last is answered, all are held.
    round_trip(t, clients[n - 1]);
    double each = (double)(resident_kib(t) - before) / n;
    bool judged = t->candidate->serves == SERVES_MANY && children(t) == 0 &&
                  threads_of(t->server) == 1 && !t->candidate->instrumented && n >= 100;
    expect(t, !judged || each <= EACH_KIB,
           "expected at most %d KiB of memory for an idle client, saw %.1f KiB for each of %s",
           EACH_KIB, each, grouped(n));
    for (unsigned i = 0; i < n; i += 100)
        round_trip(t, clients[i]);
    if (t->candidate->serves == SERVES_ONE)
        close(clients[--n]);
    int newcomer = dial(t);
    figure(t, "%s idle clients, %.1f KiB each%s; a newcomer in %.1f ms", grouped(held), each,
           judged ? "" : " (not judged)", round_trip(t, newcomer));
    close(newcomer);
    hang_up_many(clients, n);
    free(clients);
    await_descriptors(t, t->own->descriptors);
}

static void idle_clients_cost_nothing(struct trial *t)
{
    enum { WANTED = 1000 };
    unsigned n = at_once(t, WANTED);

    start(t, "echo", n, NULL);
    int *clients = dial_idle(t, &n);
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    // Processor time of its own: what else the machine does meanwhile is not in it.
    double load = load_over(t, 3);
    expect(t, load < 0.01, "expected under 1 %% of a core for %u idle clients, saw %.1f %%", n,
           load * 100);
    hang_up_many(clients, n);
    free(clients);
    await_descriptors(t, t->own->descriptors);
    figure(t, "%.2f %% of a core for %s idle clients", load * 100, grouped(n));
}

// ---- One silent client ----

// The one (SERVES_ONE), or the whole crew, is kept busy by clients that say nothing; the next one
// waits in the backlog, unanswered and not refused, until one of them leaves.
static void next_one_waits(struct trial *t, unsigned n)
{
    int silent[2];

    dial_many(t, silent, n);
    if (n > 1) // each has somebody who looks after it
        for (unsigned i = 0; i < n; i++)
            round_trip(t, silent[i]);
    int next = dial(t);
    say(t, next, request, sizeof request);
    expect(t, !wait_readable(next, 0.3),
           "expected the next client to wait while %u %s served, saw it answered or dropped", n,
           n == 1 ? "is" : "are");
    double began = now();
    close(silent[0]);
    expect(t, fate_of(t, next, request, sizeof request, 1) == SERVED,
           "expected the next client to be served within a second of another's leaving");
    figure(t, "%u silent, the next one served %.1f ms after one of them left", n,
           (now() - began) * 1000);
    close(next);
    hang_up_many(silent + 1, n - 1);
}

static void silent_clients(struct trial *t)
{
    enum { WANTED = 50 };
    int silent[WANTED];
    unsigned n = at_once(t, WANTED + 1) - 1;

    switch (t->candidate->serves) {
    case SERVES_ONE:
        start(t, "echo", 1, NULL);
        next_one_waits(t, 1);
        return;
    case SERVES_CREW:
        if (!takes_options(t->candidate))
            skip_case(t, "the number of its crew cannot be set");
        start(t, "echo", 0, "--workers 2");
        next_one_waits(t, 2);
        return;
    case SERVES_MANY:
        break;
    }
    start(t, "echo", WANTED + 1, NULL);
    dial_many(t, silent, n);
    double began = now();
    int newcomer = dial(t);
    expect(t, answered_within(t, newcomer, 1),
           "expected a newcomer to be served beside %u silent clients, saw no answer for a second",
           n);
    figure(t, "%.1f ms for a newcomer beside %u silent clients", (now() - began) * 1000, n);
    close(newcomer);
    hang_up_many(silent, n);
}

const struct conform_case limit_cases[] = {
    {"limits/no-descriptor-left",
     "descriptors exhausted: the newcomer is refused, no spinning, service resumes", NEEDS_QUIET,
     60, no_descriptor_left, NULL},
    {"limits/few-descriptors-left",
     "some newcomers still find a descriptor, the others are refused; service resumes", 0, 60,
     few_descriptors_left, NULL},
    {"limits/descriptor-1024", "select and descriptor 1,024: refused cleanly, or served", 0, 90,
     beyond_1024, NULL},
    {"limits/incomplete-crew", "a crew that can't be made whole for want of memory serves as it is",
     NEEDS_TRUE_MEMORY, 60, incomplete_crew, NULL},
    {"limits/crew-beyond-descriptors",
     "a crew that takes more descriptors than there are leaves some to its clients", NEEDS_OPTIONS,
     60, crew_beyond_descriptors, "--workers"},
    {"limits/idle-clients", "as many idle clients as it holds, at most 6 KiB each in one process",
     0, 120, holds_idle_clients, NULL},
    {"limits/idle-costs-nothing", "under 1 % of a core with 1,000 idle clients connected", 0, 60,
     idle_clients_cost_nothing, NULL},
    {"limits/silent-clients",
     "a client that says nothing keeps nobody waiting beyond what the model implies", NEEDS_QUIET,
     30, silent_clients, NULL},
};
const size_t limit_cases_count = sizeof limit_cases / sizeof *limit_cases;

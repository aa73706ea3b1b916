// cases_children.c: the processes and threads of the server that serve its clients: one is killed,
// or can't be made.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

// The child of the server that serves this client, which has had an answer.
static pid_t child_of(struct trial *t, int client)
{
    pid_t child = holder(t, client);

    if (child == 0 || child == t->server)
        skip_case(t, "no child process serves a client");
    return child;
}

static void await_children(struct trial *t, size_t n, double seconds)
{
    double deadline = now() + seconds * t->own->slowness;

    doing(t, "waiting for %zu child processes", n);
    while (children(t) != n || zombies(t) > 0) {
        expect(t, now() < deadline,
               "expected %zu child processes and no zombie within %.0f s, saw %zu and %zu", n,
               seconds, children(t), zombies(t));
        nap(0.01);
    }
}

// How many there are once that has come to rest: some servers make more as clients come, and a
// little after them.
static size_t settled_children(struct trial *t)
{
    double deadline = now() + patience(t);
    size_t n = children(t);

    doing(t, "waiting until no more child processes come");
    for (unsigned same = 0; same < 3 && now() < deadline;) {
        nap(0.01);
        size_t again = children(t);
        same = again == n && sleeps(t) ? same + 1 : 0;
        n = again;
    }
    return n;
}

static void child_killed(struct trial *t)
{
    enum { OTHERS = 3, KILLED = 3 };
    int others[OTHERS];
    bool served_alone[OTHERS];
    double slowest = 0;

    start(t, "echo", OTHERS + 1, NULL);
    unsigned n = at_once(t, OTHERS + 1) - 1;
    dial_many(t, others, n);
    for (unsigned i = 0; i < n; i++)
        round_trip(t, others[i]);
    size_t before = settled_children(t);
    for (unsigned round = 0; round < KILLED; round++) {
        int client = dial(t);
        round_trip(t, client);
        pid_t child = child_of(t, client);
        for (unsigned i = 0; i < n; i++)
            served_alone[i] = holder(t, others[i]) != child;
        double began = now();
        kill(child, SIGKILL);
        expect(t, wait_readable(client, 1 * t->own->slowness),
               "expected the client of a killed child to see the end within a second");
        hear_gone(t, client);
        slowest = now() - began > slowest ? now() - began : slowest;
        close(client);
        for (unsigned i = 0; i < n; i++)
            if (served_alone[i])
                round_trip(t, others[i]);
        // A child for each client is not replaced, one of a crew is.
        await_children(t, before, 3);
        await_service(t, 3);
    }
    figure(t, "%d killed, their clients saw it within %.1f ms, %zu child processes again", KILLED,
           slowest * 1000, before);
    hang_up_many(others, n);
}

static void crew_killed(struct trial *t)
{
    pid_t all[256];

    if (t->candidate->serves == SERVES_MANY)
        skip_case(t, "has no crew");
    start(t, "echo", 3, NULL);
    size_t before = children(t);
    if (before == 0)
        skip_case(t, "no child processes wait for clients");
    // Twice, and at the second time all of them ended while the server could not look.
    for (unsigned round = 0; round < 2; round++) {
        if (round == 1)
            freeze(t);
        size_t n = processes(t, all, sizeof all / sizeof *all);
        for (size_t i = 1; i < n; i++)
            kill(all[i], SIGKILL);
        if (round == 1)
            thaw(t);
        await_service(t, 3);
        await_children(t, before, 3);
    }
    figure(t, "%zu of %zu child processes are back", children(t), before);
}

static void killed_at_the_limit(struct trial *t)
{
    enum { MOST = 2, KILLED = 3 };
    int clients[MOST];

    start(t, "echo", MOST, "--max-clients 2");
    dial_many(t, clients, MOST);
    for (unsigned i = 0; i < MOST; i++)
        round_trip(t, clients[i]);
    for (unsigned round = 0; round < KILLED; round++) {
        int *victim = &clients[round % MOST];
        pid_t child = child_of(t, *victim);
        int refused = dial(t);
        hear_gone(t, refused);
        close(refused);

        kill(child, SIGKILL);
        hear_gone(t, *victim);
        close(*victim);
        // The server need not know of the death as soon as the client does.
        double deadline = now() + 3 * t->own->slowness;
        for (;;) {
            *victim = dial(t);
            if (answered_within(t, *victim, 1))
                break;
            close(*victim);
            expect(t, now() < deadline,
                   "expected a newcomer in the place of client %u, whose child was killed; "
                   "--max-clients %d is still used up after 3 s",
                   round + 1, MOST);
            nap(0.02);
        }
        round_trip(t, clients[(round + 1) % MOST]);
    }
    hang_up_many(clients, MOST);
    figure(t, "%d times a newcomer took the place of a client whose child was killed", KILLED);
}

// Whoever started the server may have ignored SIGCHLD, and exec(3) keeps that: then the kernel
// buries the children, and nobody is told.
static void deaths_ignored(struct trial *t)
{
    enum { KILLED = 3 };

    // sh(1) can't be relied on to pass it on.
    need(t, LACKS_IGNORING);
    start_under(t, "echo", 2, NULL, "env --ignore-signal=CHLD", 0);
    size_t before = children(t);
    for (unsigned i = 0; i < KILLED; i++) {
        int client = dial(t);
        round_trip(t, client);
        kill(child_of(t, client), SIGKILL);
        hear_gone(t, client);
        close(client);
        await_children(t, before, 3);
        await_service(t, 3);
    }
    figure(t, "%d killed, %zu child processes again, no zombie", KILLED, before);
}

// Not a stop of the service: that is the main process's to decide.
static void one_told_to_stop(struct trial *t)
{
    enum { LATER = 5 };
    int clients[2];
    unsigned n = at_once(t, 2);
    double slowest = 0;

    // A crew is busy to the last one: who comes later needs the place of the one that was told.
    start(t, "echo", 1, NULL);
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    kill(child_of(t, clients[0]), SIGTERM);
    // It may serve its client on or not. If it does, it is at the client's end that it has room.
    wait_readable(clients[0], 0.1);
    close(clients[0]);
    for (unsigned i = 0; i < LATER; i++) {
        int later = dial(t);
        nap(0.05); // whoever accepts it and is about to end can do so before the message comes
        double took = round_trip(t, later);
        slowest = took > slowest ? took : slowest;
        close(later);
    }
    hang_up_many(clients + 1, n - 1);
    figure(t, "%d later clients served, the slowest in %.0f ms", LATER, slowest);
}

static const char births[] = "?clone,?clone3,?fork,?vfork";

static void birth_fails(struct trial *t)
{
    enum { FAILURES = 2, TRIES = 10 };
    static const char request[] = "may I come in";
    unsigned gone = 0, served = 0;

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    inject(t, births, "EAGAIN", "1..2");
    for (unsigned i = 0; i < TRIES && served == 0; i++) {
        int client = dial(t);
        push(t, client, request, sizeof request);
        switch (fate_of(t, client, request, sizeof request, PATIENCE)) {
        case SERVED:
            served++;
            break;
        case GONE:
            gone++;
            break;
        case SILENT:
            fail_case(t, "expected client %u to be refused or served, saw it left hanging", i + 1);
        }
        close(client);
        ask_bystander(t, bystander);
    }
    size_t failed = inject_end(t);
    expect(t, served > 0, "expected service after %d failures, saw %u clients refused", FAILURES,
           gone);
    expect(t, failed > 0 || gone == 0, "expected service, saw %u clients refused for nothing",
           gone);
    if (failed == 0)
        figure(t, "nothing is made for a client, so nothing could fail");
    else
        figure(t, "%zu failures, %u clients refused, the next one served", failed, gone);
}

static void crew_cannot_be_replaced(struct trial *t)
{
    if (t->candidate->serves == SERVES_MANY)
        skip_case(t, "has no crew");
    start(t, "echo", 2, NULL);
    size_t before = children(t);
    if (before == 0)
        skip_case(t, "no child processes wait for clients");
    int client = dial(t);
    round_trip(t, client);
    pid_t child = child_of(t, client);
    inject(t, births, "EAGAIN", "1..2");
    kill(child, SIGKILL);
    hear_gone(t, client);
    close(client);
    await_service(t, 3);
    await_children(t, before, 3);
    figure(t, "%zu failures, then %zu child processes again", inject_end(t), before);
}

const struct conform_case children_cases[] = {
    {"children/killed",
     "a child killed with SIGKILL: only its client is lost, within a second; no zombie stays",
     NEEDS_CHILDREN | JUDGES_LEAKS, 30, child_killed, NULL},
    {"children/whole-crew-killed", "a crew of which nobody is left is back within 3 s",
     NEEDS_CHILDREN | JUDGES_LEAKS, 30, crew_killed, NULL},
    {"children/killed-at-max-clients", "the client of a killed child no longer counts",
     NEEDS_CHILDREN, 30, killed_at_the_limit, "--max-clients"},
    {"children/deaths-ignored",
     "started with SIGCHLD ignored: a killed child is replaced all the same, no zombie stays",
     NEEDS_CHILDREN | JUDGES_LEAKS, 30, deaths_ignored, NULL},
    {"children/one-told-to-stop", "SIGTERM to one child process loses none of the later clients",
     NEEDS_CHILDREN, 60, one_told_to_stop, NULL},
    {"children/none-can-be-made",
     "fork or thread creation fails (EAGAIN): that client is refused, the server lives",
     NEEDS_STRACE, 30, birth_fails, NULL},
    {"children/crew-cannot-be-replaced",
     "a crew is back to its number although fork failed at first", NEEDS_STRACE | NEEDS_CHILDREN,
     30, crew_cannot_be_replaced, NULL},
};
const size_t children_cases_count = sizeof children_cases / sizeof *children_cases;

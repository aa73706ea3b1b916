// cases_system.c: system calls that are interrupted or fail, and memory that runs out.
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/conform/faults.h"
#include "tests/conform/own.h"
#include "tests/conform/services.h"
#include "tests/conform/tables.h"

static const char accepts[] = "?accept,?accept4";
static const char request[] = "is there anybody at home";

// ---- accept fails ----

// Clients come while the server stands still; when it goes on, its next calls of accept fail.
// Returns how many did.
static size_t fail_accept(struct trial *t, const char *error, const char *when, bool may_refuse)
{
    enum { CLIENTS = 4 };
    int clients[CLIENTS];
    bool one = t->candidate->serves == SERVES_ONE;
    unsigned n = one ? CLIENTS : at_once(t, CLIENTS);

    freeze(t);
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        say(t, clients[i], request, sizeof request);
    inject(t, accepts, error, when);
    thaw(t);
    for (unsigned i = 0; i < n; i++) {
        enum fate fate = fate_of(t, clients[i], request, sizeof request, PATIENCE);
        expect(t, fate != SILENT,
               "expected client %u to be served%s when accept fails with %s (calls %s), saw it "
               "left hanging",
               i + 1, may_refuse ? " or refused" : "", error, when);
        expect(t, fate != GONE || may_refuse,
               "expected client %u to be served when accept fails with %s (calls %s), saw it "
               "dropped",
               i + 1, error, when);
        if (one)
            close(clients[i]);
    }
    size_t failed = inject_end(t);
    if (!one)
        hang_up_many(clients, n);
    if (failed == 0)
        skip_case(t, "no call of accept was seen");
    await_service(t, PATIENCE);
    return failed;
}

static void fail_accepts(struct trial *t, const char *const errors[], size_t n, bool may_refuse)
{
    size_t failed = 0;

    start(t, "echo", 4, NULL);
    for (size_t i = 0; i < n; i++) {
        failed += fail_accept(t, errors[i], "1", may_refuse);
        failed += fail_accept(t, errors[i], "1..5", may_refuse);
    }
    figure(t, "%zu failed calls of accept, for %zu reasons; nobody left hanging", failed, n);
}

static void accept_loses_a_client(struct trial *t)
{
    // What accept(2) says of a client that is gone or not allowed; not a word about the next one.
    static const char *const errors[] = {"ECONNABORTED", "EPROTO",       "EPERM",
                                         "ENETDOWN",     "EHOSTUNREACH", "EINTR"};

    fail_accepts(t, errors, sizeof errors / sizeof *errors, false);
}

static void accept_lacks_resources(struct trial *t)
{
    static const char *const errors[] = {"ENOBUFS", "ENOMEM", "ENFILE", "EMFILE"};

    fail_accepts(t, errors, sizeof errors / sizeof *errors, true);
}

static void accept_finds_nobody(struct trial *t)
{
    int clients[2];
    unsigned n = at_once(t, 2);

    // The wait said that somebody had come, and accept finds nobody. A newcomer is a new reason
    // to look.
    start(t, "echo", 2, NULL);
    freeze(t);
    dial_many(t, clients, n);
    inject(t, accepts, "EAGAIN", "1");
    thaw(t);
    if (t->candidate->serves != SERVES_ONE)
        close(bring_bystander(t));
    for (unsigned i = 0; i < n; i++)
        round_trip(t, clients[i]);
    size_t failed = inject_end(t);
    hang_up_many(clients, n);
    if (failed == 0)
        skip_case(t, "no call of accept was seen");
    figure(t, "%zu calls of accept that found nobody", failed);
}

// Every accept fails for a while, with a client at the door.
static void accept_keeps_failing(struct trial *t)
{
    static const char *const errors[] = {"ENOMEM", "ENFILE"};
    double worst = 0;

    start(t, "echo", 3, NULL);
    int bystander = bring_bystander(t);
    for (unsigned i = 0; i < 2; i++) {
        freeze(t);
        int client = dial(t);
        say(t, client, request, sizeof request);
        inject(t, accepts, errors[i], "1+");
        thaw(t);
        double load = load_over(t, 0.5);
        ask_bystander(t, bystander);
        size_t failed = inject_end(t);
        if (failed == 0)
            skip_case(t, "no call of accept was seen");
        expect(t, load < 0.1,
               "expected a server that sleeps between its tries while accept fails with %s, saw "
               "%zu tries in half a second and %.0f %% of a core",
               errors[i], failed, load * 100);
        worst = load > worst ? load : worst;
        expect(t, fate_of(t, client, request, sizeof request, PATIENCE) != SILENT,
               "expected the client at the door to be served or refused once accept works again, "
               "saw it left hanging (%s)",
               errors[i]);
        close(client);
        await_service(t, PATIENCE);
    }
    figure(t, "%.1f %% of a core while every accept fails", worst * 100);
}

// ---- Calls that are interrupted, or fail ----

// Two clients, one there before, exchange while calls of the server are interrupted.
static void interrupt(struct trial *t, const char *calls, const char *when)
{
    enum { BYTES = 256 << 10, CALLS = 50 };
    unsigned char *bytes = random_bytes(t, BYTES, 8);

    start(t, "echo", 2, NULL);
    int early = dial(t);
    round_trip(t, early);
    inject(t, calls, "EINTR", when);
    exchange(t, early, bytes, BYTES, bytes, BYTES);
    for (unsigned i = 0; i < CALLS; i++)
        round_trip(t, early);
    finish_sending(early);
    hear_end(t, early);
    close(early);
    int late = dial(t);
    exchange(t, late, bytes, BYTES, bytes, BYTES);
    finish_sending(late);
    hear_end(t, late);
    close(late);
    free(bytes);
    size_t failed = inject_end(t);
    if (failed > 0)
        figure(t, "%zu calls interrupted, %s bytes back", failed, grouped(2 * BYTES));
    else
        figure(t, "it makes none of these calls; %s bytes back", grouped(2 * BYTES));
}

static void reads_interrupted(struct trial *t)
{
    interrupt(t, "?read,?readv,?recvfrom,?recvmsg", "1+3");
}

static void writes_interrupted(struct trial *t)
{
    interrupt(t, "?write,?writev,?sendto,?sendmsg", "1+3");
}

static void waits_interrupted(struct trial *t)
{
    interrupt(t,
              "?epoll_wait,?epoll_pwait,?epoll_pwait2,?poll,?ppoll,?select,?pselect6,"
              "?wait4,?waitid,?pause,?rt_sigsuspend,?rt_sigtimedwait",
              "1+3");
}

static void one_read_fails(struct trial *t)
{
    static const char *const calls[] = {"?read,?readv,?recvfrom,?recvmsg",
                                        "?write,?writev,?sendto,?sendmsg"};
    static const char *const errors[] = {"ETIMEDOUT", "ECONNRESET"};
    size_t failed = 0;

    start(t, "echo", 2, NULL);
    int bystander = bring_bystander(t);
    // A bystander with a process or thread of its own is struck too, since each counts its calls.
    if (bystander >= 0 && (children(t) > 0 || threads_of(t->server) > 1)) {
        close(bystander);
        bystander = -1;
    }
    for (unsigned i = 0; i < 2; i++) {
        int client = dial(t);
        round_trip(t, client);
        inject(t, calls[i], errors[i], "1");
        push(t, client, request, sizeof request);
        enum fate fate = fate_of(t, client, request, sizeof request, PATIENCE);
        size_t n = inject_end(t);
        failed += n;
        expect(t, fate != SILENT,
               "expected the connection to end whose %s failed with %s, saw it left hanging",
               i == 0 ? "read" : "write", errors[i]);
        expect(t, fate == GONE || n == 0, "expected no answer to what could not be %s",
               i == 0 ? "read" : "written");
        close(client);
        ask_bystander(t, bystander);
        await_service(t, PATIENCE);
    }
    if (failed == 0)
        skip_case(t, "none of these calls was seen");
    figure(t, "%zu calls failed, each ended one client", failed);
}

// ---- Memory runs out ----

// With so many KiB of address space left to each of the server's processes.
static void exhaust_memory(struct trial *t, long room_kib, unsigned *answered, unsigned *closed)
{
    enum { WANTED = 300, PAYLOAD = 65536, PART = 60 << 10 };
    static unsigned char payload[PAYLOAD], frame[4 + PAYLOAD];
    int clients[WANTED];
    unsigned n = at_once(t, WANTED);

    fill_random(payload, sizeof payload, 9);
    put_frame(frame, payload, sizeof payload);
    uint64_t before = limit(t, RLIMIT_AS, (uint64_t)(largest_kib(t) + room_kib) << 10);
    dial_many(t, clients, n);
    for (unsigned i = 0; i < n; i++)
        push(t, clients[i], frame, PART);
    for (unsigned i = 0; i < n; i++)
        let_server_read(clients[i]);
    limit(t, RLIMIT_AS, before);
    for (unsigned i = 0; i < n; i++) {
        push(t, clients[i], frame + PART, sizeof frame - PART);
        switch (fate_of(t, clients[i], frame, sizeof frame, PATIENCE)) {
        case SERVED:
            ++*answered;
            break;
        case GONE:
            ++*closed;
            break;
        case SILENT:
            fail_case(t, "expected client %u of %u to be answered or closed, saw it left hanging",
                      i + 1, n);
        }
    }
    hang_up_many(clients, n);
    await_service(t, PATIENCE);
}

static void memory_runs_out(struct trial *t)
{
    // A process that serves one client alone feels nothing before the last page.
    static const long rooms_kib[] = {1024, 0};
    unsigned answered = 0, closed = 0;

    start(t, "frame", at_once(t, 300), NULL);
    for (unsigned i = 0; i < 2; i++)
        exhaust_memory(t, rooms_kib[i], &answered, &closed);
    figure(t, "of %u clients with 60 KiB each %u were answered, %u closed", answered + closed,
           answered, closed);
}

const struct conform_case system_cases[] = {
    {"system/accept-loses-a-client",
     "accept fails (ECONNABORTED, EPROTO ...): nobody is left hanging, service resumes",
     NEEDS_STRACE, 60, accept_loses_a_client, NULL},
    {"system/accept-lacks-resources",
     "accept fails (ENOBUFS, ENOMEM, ENFILE, EMFILE): nobody hangs, service resumes", NEEDS_STRACE,
     60, accept_lacks_resources, NULL},
    {"system/accept-finds-nobody", "accept finds nobody (EAGAIN): nothing is lost", NEEDS_STRACE,
     30, accept_finds_nobody, NULL},
    {"system/accept-keeps-failing", "accept fails for a while: no spinning, then service resumes",
     NEEDS_STRACE | NEEDS_QUIET, 60, accept_keeps_failing, NULL},
    {"system/reads-interrupted", "nothing is lost when reads are interrupted (EINTR)", NEEDS_STRACE,
     60, reads_interrupted, NULL},
    {"system/writes-interrupted", "nothing is lost when writes are interrupted (EINTR)",
     NEEDS_STRACE, 60, writes_interrupted, NULL},
    {"system/waits-interrupted", "nothing is lost when waits are interrupted (EINTR)", NEEDS_STRACE,
     60, waits_interrupted, NULL},
    {"system/one-read-fails", "a read or a write that fails ends that client alone", NEEDS_STRACE,
     30, one_read_fails, NULL},
    {"system/memory-runs-out",
     "memory runs out (RLIMIT_AS): the server lives, nobody hangs, service resumes",
     NEEDS_FRAME | NEEDS_TRUE_MEMORY, 60, memory_runs_out, NULL},
};
const size_t system_cases_count = sizeof system_cases / sizeof *system_cases;

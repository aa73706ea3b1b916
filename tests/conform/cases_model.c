// cases_model.c: which model is it? What it does can be seen from outside, in any language: how
// many processes and threads it has with no client and with several, what kinds of descriptor they
// hold, and the call that they sleep in.
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/calls.h"
#include "base/proc.h"
#include "tests/conform/models.h"
#include "tests/conform/own.h"
#include "tests/conform/tables.h"

static const struct model *model_of(struct trial *t)
{
    const struct model *model = find_model(t->candidate->model);

    if (model == NULL)
        fail_case(t, "the suite itself knows no model '%s'", t->candidate->model);
    return model;
}

// ---- Looking ----

enum { CLIENTS = 4, MOST_PROCESSES = 4096, SETTLE_SECONDS = 5 };

static pid_t pids[MOST_PROCESSES];

struct view {
    size_t processes, threads;
};

static struct view look_once(struct trial *t)
{
    struct view view = {.processes = processes(t, pids, MOST_PROCESSES)};

    for (size_t i = 0; i < view.processes; i++)
        view.threads += threads_of(pids[i]);
    return view;
}

// Who is about to end or to begin is not counted: three looks agree, and all sleep.
static struct view look(struct trial *t)
{
    double end = now() + SETTLE_SECONDS * t->own->slowness;
    struct view view = look_once(t);

    for (unsigned same = 0; same < 3 && now() < end; nap(0.01)) {
        struct view again = look_once(t);
        bool equal = again.processes == view.processes && again.threads == view.threads;
        same = equal && sleeps(t) ? same + 1 : 0;
        view = again;
    }
    return view;
}

// Clients that are being served; one only, where one is served at a time. Returns how many.
static size_t bring_clients(struct trial *t, int clients[CLIENTS])
{
    size_t n = t->candidate->serves == SERVES_ONE ? 1 : CLIENTS;

    for (size_t i = 0; i < n; i++) {
        clients[i] = dial(t);
        round_trip(t, clients[i]);
    }
    return n;
}

static const char *first_service(struct trial *t)
{
    return offers(t->candidate, "echo")    ? "echo"
           : offers(t->candidate, "frame") ? "frame"
                                           : "guess";
}

// The server at rest, and with clients.
struct views {
    struct view rest, busy;
    size_t clients;
    int client[CLIENTS];
};

static struct views look_twice(struct trial *t)
{
    struct views v;

    start(t, first_service(t), CLIENTS, NULL);
    v.rest = look(t);
    v.clients = bring_clients(t, v.client);
    v.busy = look(t);
    expect_in_sight(t);
    figure(t, "%zu process%s with %zu thread%s; with %zu client%s %zu and %zu", v.rest.processes,
           v.rest.processes == 1 ? "" : "es", v.rest.threads, v.rest.threads == 1 ? "" : "s",
           v.clients, v.clients == 1 ? "" : "s", v.busy.processes, v.busy.threads);
    return v;
}

// ---- Processes and threads ----

static void expect_processes(struct trial *t, const struct views *v)
{
    enum shape shape = model_of(t)->shape;
    size_t rest = v->rest.processes, busy = v->busy.processes;

    if (shape == PROCESS_EACH)
        expect(t, busy >= rest + v->clients,
               "expected a process for each of %zu clients; %zu processes without them became %zu",
               v->clients, rest, busy);
    else if (shape != GROWING_PROCESSES)
        expect(t, busy == rest,
               "expected as many processes with %zu clients as without; %zu became %zu", v->clients,
               rest, busy);
    if (shape == PROCESS_CREW || shape == GROWING_PROCESSES)
        expect(
            t, rest > 1 && busy > v->clients,
            "expected a crew of processes, made before clients come; there are %zu, and %zu with "
            "%zu clients",
            rest, busy, v->clients);
}

// Each client is some process's; in a loop, and where threads serve, all are the same one's.
static void expect_holders(struct trial *t, const struct views *v)
{
    enum shape shape = model_of(t)->shape;
    bool together = shape == LOOP || shape == THREAD_EACH || shape == THREAD_CREW;
    pid_t holders[CLIENTS];

    for (size_t i = 0; i < v->clients; i++) {
        holders[i] = holder(t, v->client[i]);
        expect(t, holders[i] != 0, "no process of the server holds a client that it serves");
        for (size_t k = 0; k < i; k++) {
            bool same = holders[i] == holders[k];
            expect(t, same || !together, "expected one process to serve all clients; two do");
            expect(t, !same || together,
                   "expected a process for each client; one process serves two of them");
        }
    }
}

static void processes_are_the_models(struct trial *t)
{
    struct views v = look_twice(t);

    expect_processes(t, &v);
    expect_holders(t, &v);
}

static void expect_threads(struct trial *t, const struct views *v)
{
    enum shape shape = model_of(t)->shape;
    size_t rest = v->rest.threads, busy = v->busy.threads;

    switch (shape) {
    case THREAD_EACH:
        expect(t, busy >= rest + v->clients,
               "expected a thread for each of %zu clients; %zu threads without them became %zu",
               v->clients, rest, busy);
        break;
    case THREAD_CREW:
        expect(t, busy == rest,
               "expected as many threads with %zu clients as without; %zu became "
               "%zu",
               v->clients, rest, busy);
        expect(t, rest > v->rest.processes,
               "expected a crew of threads, made before clients come; each process has one");
        break;
    case LOOP: {
        size_t n = threads_of(holder(t, v->client[0]));
        expect(t, n == 1, "expected one thread to serve all clients; the process has %zu", n);
        expect(t, busy == rest,
               "expected as many threads with %zu clients as without; %zu became %zu", v->clients,
               rest, busy);
        break;
    }
    default:
        expect(t, busy == v->busy.processes,
               "expected one thread in each process; %zu processes have %zu threads",
               v->busy.processes, busy);
    }
}

static void threads_are_the_models(struct trial *t)
{
    struct views v = look_twice(t);

    expect_threads(t, &v);
}

// As long as a client does not read what it is owed, and others ask, somebody is at work.
static void still_so_at_work(struct trial *t)
{
    static char bytes[1 << 16];
    struct views v = look_twice(t);

    if (strcmp(t->service, "echo") == 0)
        for (unsigned i = 0; i < 256 && stuff(t, v.client[0], bytes, sizeof bytes, 0.2) > 0; i++)
            ;
    for (size_t i = 1; i < v.clients; i++)
        round_trip(t, v.client[i]);
    v.busy = look(t);
    expect_processes(t, &v);
    expect_threads(t, &v);
    reset_client(v.client[0]);
}

// ---- Descriptors ----

static size_t count_kind(struct trial *t, const char *kind)
{
    size_t n = processes(t, pids, MOST_PROCESSES), found = 0;

    for (size_t i = 0; i < n; i++) {
        char path[320], target[64];
        const struct dirent *entry;
        snprintf(path, sizeof path, "/proc/%d/fd", (int)pids[i]);
        DIR *dir = opendir(path);
        if (dir == NULL)
            check_sight();
        while (dir != NULL && (entry = readdir(dir)) != NULL) {
            snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pids[i], entry->d_name);
            ssize_t length = readlink(path, target, sizeof target - 1);
            target[length > 0 ? length : 0] = '\0';
            found += strcmp(target, kind) == 0;
        }
        if (dir != NULL)
            closedir(dir);
    }
    return found;
}

static bool is_kind(const char *kind, const char *which)
{
    return kind != NULL && strcmp(kind, which) == 0;
}

static void descriptors_are_the_models(struct trial *t)
{
    const struct model *model = model_of(t);
    static const struct {
        const char *kind, *name;
    } kinds[] = {{EVENTPOLL, "epoll"}, {URING, "io_uring"}};
    int clients[CLIENTS];

    need(t, LACKS_DESCRIPTORS);
    start(t, first_service(t), CLIENTS, NULL);
    bring_clients(t, clients);
    expect_in_sight(t);
    size_t epolls = count_kind(t, EVENTPOLL), urings = count_kind(t, URING);
    figure(t, "%zu descriptors of epoll, %zu of io_uring", epolls, urings);
    for (size_t i = 0; i < 2; i++) {
        size_t n = i == 0 ? epolls : urings;
        expect(t, n > 0 || !is_kind(model->has, kinds[i].kind),
               "expected a descriptor of %s in a server of the model %s; there is none",
               kinds[i].name, model->name);
        expect(t,
               n == 0 || is_kind(model->has, kinds[i].kind) ||
                   is_kind(model->may_have, kinds[i].kind),
               "expected no descriptor of %s in a server of the model %s; there %s %zu",
               kinds[i].name, model->name, n == 1 ? "is" : "are", n);
    }
}

// ---- The call that it sleeps in ----

// Whether `call` ("in poll") is one of the words.
static bool is_one_of(const char *call, const char *words)
{
    size_t n = strlen(call + strlen("in "));

    for (const char *at = words; (at = strstr(at, call + strlen("in "))) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

// A thread that has just been woken goes to sleep again: until it is found where it should be.
static void expect_asleep_in(struct trial *t, pid_t pid, const char *words, const char *when)
{
    double end = now() + SETTLE_SECONDS * t->own->slowness;
    char call[CALL_TEXT];
    struct proc_stat stat;

    doing(t, "looking what the server sleeps in %s", when);
    for (;; nap(0.005)) {
        expect(t, proc_stat_read(pid, &stat), "the server's process has ended %s", when);
        call_look(pid, pid, stat.state, call);
        if (strncmp(call, "in ", 3) == 0 && is_one_of(call, words))
            return;
        bool told = !call_is_function(call) && strcmp(call, "asleep") != 0;
        expect(t, told || now() < end,
               "expected a server that can be looked at %s; it has made itself unreadable "
               "(PR_SET_DUMPABLE)",
               when);
        expect(t, now() < end, "expected the server asleep in one of: %s, %s; it is found %s",
               words, when, call);
    }
}

static void sleeps_in_the_models_call(struct trial *t)
{
    const struct model *model = model_of(t);
    bool has_one = t->candidate->serves == SERVES_ONE;
    int clients[CLIENTS];

    if (model->calls == NULL)
        skip_case(t, "a server of the model %s may sleep in any call", model->name);
    need(t, LACKS_CALLS);
    start(t, first_service(t), CLIENTS, NULL);
    size_t n = bring_clients(t, clients);
    expect_in_sight(t);
    pid_t server = holder(t, clients[0]);
    expect(t, server != 0, "no process of the server holds a client that it serves");
    expect_asleep_in(t, server, model->calls, "with clients that have nothing to say");
    for (size_t i = 0; i < n; i++)
        round_trip(t, clients[i]);
    expect_asleep_in(t, server, model->calls, "after they were answered");
    hang_up_many(clients, n);
    // Who serves one at a time sleeps in accept until the next one comes.
    expect_asleep_in(t, server,
                     has_one ? "accept accept4 poll ppoll select pselect6" : model->calls,
                     "without clients");
    figure(t, "%s", model->calls);
}

// ---- The table ----

const struct conform_case model_cases[] = {
    {"model/processes", "As many processes as the model has, without clients and with several.",
     NEEDS_MODEL, 20, processes_are_the_models, NULL},
    {"model/threads", "As many threads as the model has, without clients and with several.",
     NEEDS_MODEL, 20, threads_are_the_models, NULL},
    {"model/at-work", "No others either while one client does not read and others ask.",
     NEEDS_MODEL, 30, still_so_at_work, NULL},
    {"model/descriptors", "An epoll or io_uring where the model has one, and nowhere else.",
     NEEDS_MODEL, 20, descriptors_are_the_models, NULL},
    {"model/sleeps-in", "It sleeps in the call that the model is named for.", NEEDS_MODEL, 30,
     sleeps_in_the_models_call, NULL},
};
const size_t model_cases_count = sizeof model_cases / sizeof *model_cases;

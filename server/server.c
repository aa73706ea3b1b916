// server.c: see server.h.
#include "server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/fail.h"
#include "base/units.h"
#include "server/counters.h"
#include "server/listener.h"
#include "server/stop.h"
#include "server/trace.h"

// How long to leave accept alone when the system is short of something.
static const int64_t RETRY_NS = NS_PER_SECOND / 10;

// One client's error or refusal is no reason to wait. But a loop has other clients too: after so
// many it goes back to them, and comes again after its next wait.
enum { ACCEPT_TRIES = 16 };

// A descriptor held back for the day there are no others: see accept_with_spare().
static int spare = -1;
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;

static FILE *stats;
static atomic_ulong *arrivals;     // shared by all processes: how many clients were accepted
static uint64_t ordinals[MAX_FDS]; // by descriptor

// Without 0, 1 and 2 the next sockets would become standard output and error, and a log line
// would go to a client.
static void occupy_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

// As many descriptors as the system lets us have. Returns the number.
static uint64_t raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        die_errno("getrlimit");
    struct rlimit raised = {.rlim_cur = limit.rlim_max < MAX_FDS ? limit.rlim_max : MAX_FDS,
                            .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return raised.rlim_cur;
    warn_errno("cannot raise the descriptor limit");
    return limit.rlim_cur;
}

static void open_stats(const char *path)
{
    if (path == NULL)
        return;
    // Now, not at exit: better to hear of a wrong path before the run than after it.
    stats = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (stats == NULL)
        die_errno("cannot write the counters to %s", path);
}

void server_start(struct server *s, const char *model, int argc, char **argv)
{
    fail_name(model);
    signal(SIGPIPE, SIG_IGN); // a write to a reader that has gone is an error, not our death
    occupy_standard_descriptors();
    *s = (struct server){.model = model};
    options_read(&s->options, model, argc, argv);
    fail_quiet(s->options.quiet);

    uint64_t limit = raise_descriptor_limit();
    if (s->options.verbose)
        warn("the descriptor limit is %llu: each client takes one", (unsigned long long)limit);
    counters_map();
    arrivals = mmap(NULL, sizeof *arrivals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                    0);
    if (arrivals == MAP_FAILED)
        die_errno("mmap");
    open_stats(s->options.stats);
    trace_open(s->options.trace);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    s->listener = listener_open(&s->options);
    stop_arm(s->model, s->listener, s->options.drain_ns);
    listener_announce(s->listener); // last: who reads it may stop us at once
    trace_begin();
}

// No descriptor is left. The spare one's place takes the client off the queue: else the listener
// would stay ready for ever, and a loop would spin on it. If by then another place has come free,
// the client is in luck. The lock: two threads have one spare between them.
static int accept_with_spare(int listener, int flags)
{
    pthread_mutex_lock(&spare_lock);
    close(spare);
    int fd = accept4(listener, NULL, NULL, flags);
    int error = errno;
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && spare < 0) {
        close(fd);
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
        errno = EMFILE;
        warn_errno_sometimes("a client is refused");
        count(COUNT_refused, 1);
        fd = -1;
        error = ECONNABORTED; // for the caller: that one is gone, go on to the next
    }
    pthread_mutex_unlock(&spare_lock);
    errno = error;
    return fd;
}

static void say_who_came(int fd)
{
    struct address peer = {.length = sizeof peer.storage};
    char text[ADDRESS_TEXT] = "?";

    if (getpeername(fd, (struct sockaddr *)&peer.storage, &peer.length) == 0)
        address_text(&peer, text);
    warn("client %d: %s has come", fd, text);
}

static int accept_one(struct server *s, int flags)
{
    int error = 0;

    for (int tries = 0; tries < ACCEPT_TRIES && !stop_is_on(); tries++) {
        int fd = accept4(s->listener, NULL, NULL, flags | SOCK_CLOEXEC);

        if (fd < 0 && errno == EMFILE)
            fd = accept_with_spare(s->listener, flags | SOCK_CLOEXEC);
        trace("accept", fd, 0);
        if (fd >= 0) {
            if (!clients_enter(s->options.max_clients)) {
                if (s->options.verbose)
                    warn("a client is refused: --max-clients");
                count(COUNT_refused, 1);
                close(fd);
                continue;
            }
            ordinals[fd] = atomic_fetch_add(arrivals, 1);
            if (s->options.verbose)
                say_who_came(fd);
            return fd;
        }
        switch (errno) {
        case EAGAIN:
            return ACCEPT_NONE;
        case EINVAL: // the listener has been shut down: see stop.h
            return ACCEPT_STOPPED;
        case EINTR:
            tries--;
            break;
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
        case EMFILE:
            warn_errno_sometimes("cannot accept");
            return ACCEPT_LATER;
        default: // an error of that one connection (accept(2)): on to the next
            error = errno;
        }
    }
    if (stop_is_on())
        return ACCEPT_STOPPED;
    if (error == 0)
        return ACCEPT_NONE; // all of them refused
    errno = error;
    warn_errno_sometimes("cannot accept");
    return ACCEPT_LATER;
}

int server_accept(struct server *s)
{
    int fd;

    while ((fd = accept_one(s, 0)) == ACCEPT_LATER || fd == ACCEPT_NONE)
        if (fd == ACCEPT_LATER)
            server_nap();
    return fd;
}

int server_accept_now(struct server *s)
{
    int fd = accept_one(s, SOCK_NONBLOCK);

    s->retry_ns = fd == ACCEPT_LATER ? server_clock() + RETRY_NS : 0;
    return fd;
}

void server_listen_nonblocking(struct server *s)
{
    if (fcntl(s->listener, F_SETFL, O_NONBLOCK) < 0)
        die_errno("cannot make the listener non-blocking");
}

bool server_may_accept_again(struct server *s)
{
    if (s->retry_ns == 0 || server_clock() < s->retry_ns)
        return false;
    s->retry_ns = 0;
    return true;
}

void server_refuse(int fd, const char *missing)
{
    warn_errno_sometimes("a client is refused: %s", missing);
    count(COUNT_refused, 1);
    clients_leave();
    close(fd);
}

void server_nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)RETRY_NS}, NULL);
}

// One JSON object; returns false if it could not be written.
static bool write_stats(const struct server *s)
{
    json_t *object = json_pack("{s:s, s:s}", "model", s->model, "service",
                               s->options.service->name);

#define X(name) json_object_set_new(object, #name, json_integer((json_int_t)counted(COUNT_##name)));
    COUNTERS(X)
#undef X
    bool written = json_dumpf(object, stats, JSON_INDENT(2)) == 0 && fputc('\n', stats) != EOF &&
                   fflush(stats) == 0;
    json_decref(object);
    return written;
}

int server_finish(struct server *s)
{
    uint64_t cut_off = counted(COUNT_cut_off);
    int status = EXIT_SUCCESS;

    fail_quiet(false); // what decides the exit status is said
    if (cut_off > 0) {
        warn("%llu client(s) did not take their bytes within %g s and were cut off",
             (unsigned long long)cut_off, (double)s->options.drain_ns / 1e9);
        status = EXIT_FAILURE;
    }
    if (stats != NULL && !write_stats(s)) {
        warn_errno("cannot write the counters to %s", s->options.stats);
        status = EXIT_FAILURE;
    }
    close(s->listener);
    return status;
}

int64_t server_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

uint64_t server_ordinal(int fd)
{
    return ordinals[fd];
}

// server.c: see server.h.
#include "server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/output.h"
#include "server/accept.h"
#include "server/counters.h"
#include "server/listener.h"
#include "server/stop.h"
#include "server/trace.h"

static FILE *stats;

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

static void start(struct server *s, const char *model, int argc, char **argv,
                  int (*open_listener)(const struct options *))
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
    accept_begin();
    if (s->options.stats != NULL)
        stats = output_open(s->options.stats, "the counters");
    trace_open(s->options.trace);
    s->listener = open_listener(&s->options);
    stop_arm(s->model, s->listener, s->options.drain_ns);
    if (stats != NULL)
        output_empty(stats);
    trace_begin();
    listener_announce(s->listener); // last: who reads it may stop us at once
}

void server_start(struct server *s, const char *model, int argc, char **argv)
{
    start(s, model, argc, argv, listener_open);
}

void server_start_shared(struct server *first, const char *model, int argc, char **argv)
{
    start(first, model, argc, argv, listener_open_shared);
}

bool server_join(struct server *other, const struct server *first)
{
    *other = *first;
    other->listener = listener_join(&first->options, first->listener);
    if (other->listener < 0)
        return false;
    stop_watch_listener(other->listener);
    return true;
}

void server_leave(struct server *other)
{
    stop_forget(other->listener);
    close(other->listener);
}

unsigned server_crew(const struct server *s, unsigned descriptors)
{
    struct rlimit limit;
    unsigned wanted = s->options.workers;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || wanted <= limit.rlim_cur / 2 / descriptors)
        return wanted;
    unsigned size = (unsigned)limit.rlim_cur / 2 / descriptors;
    size = size > 0 ? size : 1;
    warn("no more than %u workers: the descriptor limit is %llu", size,
         (unsigned long long)limit.rlim_cur);
    return size;
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
    if (!trace_finish(s->model)) {
        warn_errno("cannot write the trace to %s", s->options.trace);
        status = EXIT_FAILURE;
    }
    if (stats != NULL && !write_stats(s)) {
        warn_errno("cannot write the counters to %s", s->options.stats);
        status = EXIT_FAILURE;
    }
    close(s->listener);
    return status;
}

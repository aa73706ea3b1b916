// run.c: see run.h. The main thread starts the others, shows how it goes, tells who wants to know
// (--notify-fd), and listens for ^C.
#include "loadgen/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fail.h"
#include "loadgen/gather.h"
#include "loadgen/live.h"
#include "loadgen/worker.h"

// Between the last connection and the start: all threads reach it in time.
static const int64_t RUN_UP_NS = NS_PER_SECOND / 200;

void run_fail(struct run *run, int error, const char *format, ...)
{
    va_list args;

    pthread_mutex_lock(&run->lock);
    if (run->failure[0] == '\0') {
        va_start(args, format);
        int n = vsnprintf(run->failure, sizeof run->failure, format, args);
        va_end(args);
        const char *advice = dial_advice(error);
        if (error != 0 && n > 0 && (size_t)n < sizeof run->failure)
            snprintf(run->failure + n, sizeof run->failure - (size_t)n, ": %s%s%s", strerror(error),
                     advice[0] == '\0' ? "" : ": ", advice);
    }
    pthread_mutex_unlock(&run->lock);
    run->failed = true;
}

void run_end(struct run *run, int64_t now, atomic_bool *why)
{
    int64_t end = run->end;

    // Several threads may find the end at once: the earliest holds.
    while (now < end && !atomic_compare_exchange_weak(&run->end, &end, now))
        ;
    *why = true;
}

// ---- Before --------------------------------------------------------------------------------

// Whether somebody listens there. Waits as long as connect(2) does.
static bool answers(const struct address *a)
{
    int fd = socket(a->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool stands = fd >= 0 && connect(fd, (const struct sockaddr *)&a->storage, a->length) == 0;

    if (fd >= 0)
        close(fd);
    return stands;
}

// A name may stand for several addresses, such as ::1 and 127.0.0.1: the first at which somebody
// listens is meant. One address alone is not tried first, so that a server sees no connection but
// those of the load.
static void find_target(struct run *run)
{
    enum { ADDRESSES = 8 };
    struct address found[ADDRESSES];
    const char *why = "no such address";
    size_t n = address_find(run->plan->host, run->plan->port, found, ADDRESSES, &why), i = 0;

    if (n == 0)
        die("cannot find %s: %s", run->plan->host, why);
    while (n > 1 && i < n - 1 && !answers(&found[i]))
        i++;
    run->target = found[i];
}

// Each connection is a descriptor; better to say so now than after thousands of them.
static void raise_descriptor_limit(const struct plan *plan)
{
    enum { OWN = 16 }; // standard streams, result files, eventfds
    struct rlimit limit;
    // Each thread has an epoll and a timer.
    rlim_t needed = (rlim_t)plan->connections + plan->idle + (rlim_t)2 * plan->threads + OWN;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        die_errno("cannot read the limit of descriptors");
    if (limit.rlim_cur >= needed)
        return;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (limit.rlim_max < needed || setrlimit(RLIMIT_NOFILE, &limit) < 0)
        die("%u connections need %llu descriptors, and the limit is %llu: raise it with `ulimit -n "
            "%llu` "
            "(as root, or in /etc/security/limits.conf), or use fewer connections",
            plan->connections + plan->idle, (unsigned long long)needed,
            (unsigned long long)limit.rlim_max, (unsigned long long)needed);
}

// ^C and its relatives come to the main thread alone, as something to read; those that are ignored,
// as nohup(1) has it, stay so. `before`: the mask to go back to.
static int catch_signals(sigset_t *before)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, ends[i]);
    if (pthread_sigmask(SIG_BLOCK, &set, before) != 0)
        die("cannot block signals");
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd < 0)
        die_errno("cannot make a signalfd");
    return fd;
}

static struct worker *start_workers(struct run *run)
{
    unsigned n = run->plan->threads;
    struct worker *workers = calloc(n, sizeof *workers);

    if (workers == NULL)
        die("no memory for %u threads", n);
    for (unsigned i = 0; i < n; i++)
        worker_open(&workers[i], run, i);
    run->dialling = clock_now();
    for (unsigned i = 0; i < n; i++) {
        int error = pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
        if (error != 0)
            die("cannot start thread %u of %u: %s", i + 1, n, strerror(error));
    }
    return workers;
}

// ---- Meanwhile -----------------------------------------------------------------------------

// Stops all threads. A second ^C ends the program as if nobody had caught it.
static void interrupt(struct run *run, int signals, const sigset_t *before)
{
    struct signalfd_siginfo info;
    uint64_t one = 1;

    if (read(signals, &info, sizeof info) < 0)
        return;
    run_end(run, clock_now(), &run->stop);
    (void)!write(run->wake, &one, sizeof one);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

// poll(2), until something is to be shown or told.
static int wait_for_any(const struct run *run, struct pollfd *fds, nfds_t n,
                        const struct live *live)
{
    int64_t ms = live_wait_ms(live), ns = ms < 0 ? INT64_MAX : ms * (NS_PER_SECOND / 1000);

    if (run->start != 0) {
        int64_t left = notify_moment(&run->notify, run->begin, run->end) - clock_now();
        if (left < ns)
            ns = left > 0 ? left : 0;
    }
    struct timespec t = {.tv_sec = ns / NS_PER_SECOND, .tv_nsec = ns % NS_PER_SECOND};
    return ppoll(fds, n, ns < INT64_MAX ? &t : NULL, NULL);
}

// Returns when every thread has told its news and, in a run, connections may be closed.
static void await_workers(struct run *run, int signals, const sigset_t *before, struct live *live)
{
    struct pollfd fds[] = {{.fd = run->news, .events = POLLIN},
                           {.fd = signals, .events = POLLIN},
                           {.fd = -1, .events = POLLIN}};
    uint64_t news = 0, more;

    while (news < run->plan->threads || (run->start != 0 && run->notify.stage != PARTED)) {
        // poll(2) overlooks a negative descriptor.
        fds[1].fd = run->stop ? -1 : signals;
        fds[2].fd = notify_answers_on(&run->notify);
        if (wait_for_any(run, fds, 3, live) < 0 && errno != EINTR)
            die_errno("cannot wait for the threads");
        if (fds[1].revents != 0)
            interrupt(run, signals, before);
        if (fds[0].revents != 0 && read(run->news, &more, sizeof more) == sizeof more)
            news += more;
        // With --requests the window ends when the threads are through.
        if (run->start != 0)
            notify_look(&run->notify, run->begin, news < run->plan->threads ? run->end : 0,
                        clock_now());
        live_show(live);
    }
}

static void start_together(struct run *run)
{
    const struct plan *plan = run->plan;

    run->start = clock_now() + RUN_UP_NS;
    run->begin = run->start + plan->warmup_ns;
    if (plan->requests == 0 && !run->stop)
        run->end = run->begin + plan->duration_ns;
    if (run->failed || run->stop)
        notify_part(&run->notify); // no window
    pthread_barrier_wait(&run->go);
}

void run_plan(const struct plan *plan, struct result *result)
{
    struct run run = {.plan = plan, .begin = INT64_MAX, .end = INT64_MAX};
    struct live live;
    sigset_t before;

    find_target(&run);
    raise_descriptor_limit(plan);
    int signals = catch_signals(&before);
    run.wake = eventfd(0, EFD_CLOEXEC);
    run.news = eventfd(0, EFD_CLOEXEC);
    if (run.wake < 0 || run.news < 0)
        die_errno("cannot make an eventfd");
    notify_open(&run.notify, plan->notify_fd);
    pthread_mutex_init(&run.lock, NULL);
    pthread_barrier_init(&run.go, NULL, plan->threads + 1);

    struct worker *workers = start_workers(&run);
    live_open(&live, &run, workers);
    await_workers(&run, signals, &before, &live);
    start_together(&run);
    await_workers(&run, signals, &before, &live);
    live_close(&live);
    for (unsigned i = 0; i < plan->threads; i++)
        pthread_join(workers[i].thread, NULL);
    if (run.failed)
        die("%s", run.failure);
    gather(&run, workers, result);
    for (unsigned i = 0; i < plan->threads; i++)
        worker_free(&workers[i]);
    free(workers);
    pthread_barrier_destroy(&run.go);
    pthread_mutex_destroy(&run.lock);
    notify_close(&run.notify);
    close(run.wake);
    close(run.news);
    close(signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL); // ^C while results are written ends the program
}

// run.c: see run.h. The main thread starts the others, shows how it goes, listens for ^C, and adds
// up.
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
    rlim_t needed = (rlim_t)plan->connections + plan->idle + plan->threads + OWN;

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

// Returns when every thread has told its news.
static void await_workers(struct run *run, int signals, const sigset_t *before, struct live *live)
{
    struct pollfd fds[] = {{.fd = run->news, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    uint64_t news = 0, more;

    while (news < run->plan->threads) {
        // poll(2) overlooks a negative descriptor.
        fds[1].fd = run->stop ? -1 : signals;
        if (poll(fds, 2, live_wait_ms(live)) < 0 && errno != EINTR)
            die_errno("cannot wait for the threads");
        if (fds[1].revents != 0)
            interrupt(run, signals, before);
        if (fds[0].revents != 0 && read(run->news, &more, sizeof more) == sizeof more)
            news += more;
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
    pthread_barrier_wait(&run->go);
}

// ---- Afterwards ----------------------------------------------------------------------------

static void describe(struct result *r, const struct plan *plan)
{
    static const char *const services[] = {"echo", "frame", "guess"};

    snprintf(r->target, sizeof r->target, "%s", plan->target);
    snprintf(r->service_name, sizeof r->service_name, "%s", services[plan->service]);
    snprintf(r->loop, sizeof r->loop, "%s", plan->open ? "open" : "closed");
    snprintf(r->engine, sizeof r->engine, "epoll");
    if (plan->open)
        snprintf(r->arrivals, sizeof r->arrivals, "%s",
                 plan->arrivals == POISSON ? "poisson" : "uniform");
    r->connections = plan->connections;
    r->idle = plan->idle;
    r->pipeline = plan->open ? 0 : plan->pipeline;
    r->offered_rps = plan->open ? plan->rate : 0;
    r->think_ns = plan->think_ns;
    r->warmup_ns = plan->warmup_ns;
    r->requests_per_connection = plan->requests_per_connection;
    r->seed = plan->seed;
    r->interval_ns = plan->interval_ns;
    if (plan->service == SERVE_GUESS) {
        r->size_bytes = 2;
        snprintf(r->size, sizeof r->size, "2");
    } else {
        r->size_bytes = sizes_mean(&plan->sizes);
        snprintf(r->size, sizeof r->size, "%s", plan->sizes.text);
    }
}

// Where the window ended in fact.
static int64_t window_end(const struct run *run, const struct worker *workers)
{
    int64_t end = run->end;

    if (end == INT64_MAX) { // by --requests: with the last of them
        end = run->begin;
        for (unsigned i = 0; i < run->plan->threads; i++)
            if (workers[i].settled > end)
                end = workers[i].settled;
    }
    return end > run->begin ? end : run->begin;
}

static void add_usage(struct result *r, const struct worker *w)
{
    const struct usage *a = &w->before, *b = &w->after;

    if (a->at == 0 || b->at <= a->at)
        return;
    double wall = (double)(b->at - a->at), waited = (double)(b->waited_ns - a->waited_ns) / wall,
           busy = (double)(b->ran_ns - a->ran_ns) / wall + waited;
    r->generator.user_ns += b->user_ns - a->user_ns;
    r->generator.system_ns += b->system_ns - a->system_ns;
    if (busy > r->generator.busy) {
        r->generator.busy = busy < 1 ? busy : 1; // the two clocks are not read at one moment
        r->generator.waited = waited < busy ? waited : busy;
    }
}

// Was it us? A thread that was never idle could not have sent more; a schedule that was kept late
// was not the one asked for.
static void judge_generator(struct result *r)
{
    static const double points[] = {0.99, 0.9, 0.5}; // the highest that has samples enough
    char text[32], beside[96] = "and that of the response is beyond what was answered";
    int64_t lag = 0, response;
    double point = 0;

    if (r->generator.busy > 0.95) {
        r->generator.was_the_limit = true;
        snprintf(r->generator.why, sizeof r->generator.why,
                 "a thread of the generator wanted a core for %.0f%% of the time (and waited for "
                 "one %.0f%%): give it more --threads or cores of its own",
                 100 * r->generator.busy, 100 * r->generator.waited);
        return;
    }
    for (size_t i = 0; i < sizeof points / sizeof *points && point == 0; i++)
        if (histogram_percentile(r->lag, points[i], 0, &lag))
            point = points[i];
    if (point == 0 || lag < 1000000)
        return;
    if (histogram_percentile(r->response, point, result_slower(r), &response)) {
        if (lag <= response / 10)
            return;
        snprintf(beside, sizeof beside, "and that of the response was %s",
                 result_time((double)response, text));
    }
    r->generator.was_the_limit = true;
    snprintf(r->generator.why, sizeof r->generator.why,
             "p%.0f of the lag behind the schedule was %s, %s: lower --rate, or give it cores of "
             "its own",
             100 * point, result_time((double)lag, text), beside);
}

static void gather(struct run *run, struct worker *workers, struct result *r)
{
    const struct plan *plan = run->plan;

    result_init(r);
    describe(r, plan);
    r->interrupted = run->stop;
    r->gave_up = run->gave_up;
    r->duration_ns = window_end(run, workers) - run->begin;
    r->generator.threads = plan->threads;
    for (unsigned i = 0; i < plan->threads; i++) {
        struct tally *t = &workers[i].tally;
        if (t->depths > 0)
            t->result.depth_mean = t->depth_sum / (double)t->depths;
        result_add(r, &t->result);
        add_usage(r, &workers[i]);
    }
    if (!plan->open) {
        r->requests.scheduled = r->requests.sent;
        r->warmup.scheduled = r->warmup.sent;
        histogram_add(r->service, r->response); // one and the same, since no moment was intended
    }
    if (run->gave_up)
        warn("gave up: no answer came for --timeout, and every connection failed");
    judge_generator(r);
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
    close(run.wake);
    close(run.news);
    close(signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL); // ^C while results are written ends the program
}

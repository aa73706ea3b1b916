// worker.c: see worker.h.
#include "loadgen/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/fail.h"

enum { BATCH = 256, DIALS_AT_ONCE = 128 };
// How often it is seen whether a client has waited too long or should dial again, and how often
// that comes round to each of them.
static const int64_t LOOK_NS = NS_PER_SECOND / 100, LOOK_ALL_NS = NS_PER_SECOND / 10;

void worker_open(struct worker *w, struct run *run, unsigned part)
{
    const struct plan *plan = run->plan;
    struct epoll_event readable = {.events = EPOLLIN, .data.ptr = NULL};
    unsigned parts = plan->threads;
    // Share number `part` of n, so that all add up to n.
    unsigned first = (unsigned)((uint64_t)plan->connections * part / parts),
             idle_first = (unsigned)((uint64_t)plan->idle * part / parts);

    w->run = run;
    w->plan = plan;
    w->part = part;
    w->asking = (unsigned)((uint64_t)plan->connections * (part + 1) / parts) - first;
    w->count = w->asking + (unsigned)((uint64_t)plan->idle * (part + 1) / parts) - idle_first;
    w->quota = plan->requests * (part + 1) / parts - plan->requests * part / parts;
    tally_open(&w->tally, run);
    dial_open(&w->dial, &run->target, part, parts);
    w->clients = malloc(w->count * sizeof *w->clients);
    w->thoughts_size = plan->think_ns > 0 ? (size_t)w->asking * plan->pipeline : 0;
    w->thoughts = malloc((w->thoughts_size + 1) * sizeof *w->thoughts);
    if (w->clients == NULL || w->thoughts == NULL)
        die("no memory for %u connections", w->count);
    for (unsigned i = 0; i < w->count; i++)
        client_open(&w->clients[i],
                    i < w->asking ? first + i : plan->connections + idle_first + i - w->asking,
                    i >= w->asking);
    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (w->epoll < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, run->wake, &readable) < 0)
        die_errno("cannot make an epoll");
}

void worker_free(struct worker *w)
{
    for (unsigned i = 0; i < w->count; i++)
        queue_close(&w->clients[i].queue);
    free(w->clients);
    free(w->thoughts);
    result_free(&w->tally.result);
    close(w->epoll);
}

// ---- Waiting -------------------------------------------------------------------------------

// epoll_wait(2) until that moment. Its timeout in milliseconds is too coarse for an arrival each 50
// us: epoll_pwait2(2) has nanoseconds (Linux 5.11). Where the kernel lacks it, or an old seccomp
// filter forbids what it does not know (EPERM), the last part of a millisecond is spun.
static int wait_until(struct worker *w, struct epoll_event *events, int64_t moment, int64_t now)
{
    static _Thread_local bool coarse;
    int64_t ns = moment > now && !w->plan->spin ? moment - now : 0;

    if (ns > 0 && !coarse) {
        struct timespec t = {.tv_sec = ns / NS_PER_SECOND, .tv_nsec = ns % NS_PER_SECOND};
        int n = epoll_pwait2(w->epoll, events, BATCH, &t, NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        coarse = true;
    }
    return epoll_wait(w->epoll, events, BATCH, (int)(ns / 1000000));
}

static bool told_to_stop(const struct worker *w)
{
    return atomic_load_explicit(&w->run->stop, memory_order_relaxed);
}

static int64_t handle_event(struct worker *w, const struct epoll_event *event, int64_t now)
{
    uint64_t expiries;

    // The eventfd that says stop (the loop's condition looks at it), or the tick.
    if (event->data.ptr == NULL) {
        // A timerfd goes on ticking only when it is read.
        if (w->tick > 0)
            (void)!read(w->tick, &expiries, sizeof expiries);
        return clock_now();
    }
    return client_ready(w, event->data.ptr, event->events, now);
}

// As many as should be by now, if each is to be looked at every LOOK_ALL_NS: to look at 10,000 at
// once would make requests wait.
static void look_at_some(struct worker *w, int64_t now)
{
    double share = (double)(now - w->looked_at) / (double)LOOK_ALL_NS;
    unsigned n = share < 1 ? 1 + (unsigned)(share * w->count) : w->count;

    for (w->looked_at = now; n > 0; n--) {
        client_look(w, &w->clients[w->looked], now);
        w->looked = w->looked + 1 == w->count ? 0 : w->looked + 1;
    }
}

// ---- Before the start ----------------------------------------------------------------------

// Idle ones first: they are there before the load.
static struct client *to_dial(const struct worker *w, unsigned i)
{
    unsigned idle = w->count - w->asking;

    return &w->clients[i < idle ? w->asking + i : i - idle];
}

static void connect_all(struct worker *w)
{
    struct epoll_event events[BATCH];
    int64_t now = w->run->dialling, next_look = now + LOOK_NS;
    unsigned dialled = 0;

    while ((dialled < w->count || w->dialling > 0) && !told_to_stop(w) && !w->run->failed) {
        int64_t due = now + LOOK_NS;
        for (; dialled < w->count && w->dialling < DIALS_AT_ONCE; dialled++) {
            due = w->run->dialling + (int64_t)((double)w->plan->ramp_ns * dialled / w->count);
            if (due > now || w->run->failed)
                break;
            client_dial(w, to_dial(w, dialled));
        }
        if (w->dialling >= DIALS_AT_ONCE || due > next_look)
            due = next_look;
        int n = wait_until(w, events, due, now);
        w->batch++;
        for (int i = 0; i < n; i++)
            handle_event(w, &events[i], now);
        now = clock_now();
        for (unsigned i = 0; now >= next_look && i < w->count; i++)
            if (w->clients[i].state == DIALLING)
                client_look(w, &w->clients[i], now);
        if (now >= next_look)
            next_look = now + LOOK_NS;
    }
}

static void tell_news(const struct run *run)
{
    uint64_t one = 1;

    if (write(run->news, &one, sizeof one) != sizeof one)
        die_errno("cannot write to an eventfd");
}

// ---- The load ------------------------------------------------------------------------------

static void say_hopeless(struct worker *w, bool hopeless)
{
    if (hopeless != w->hopeless)
        atomic_fetch_add(&w->run->hopeless, hopeless ? 1 : -1u);
    w->hopeless = hopeless;
}

// No server any more: in each thread that is not through, no connection has brought an answer for
// --timeout, and as many new ones have failed as there are.
static void give_up_if_hopeless(struct worker *w, int64_t now)
{
    bool hopeless = worker_wants(w) && w->failures >= w->asking &&
                    now - w->answered > w->plan->timeout_ns;

    say_hopeless(w, hopeless);
    if (hopeless && w->run->hopeless == w->plan->threads)
        run_end(w->run, now, &w->run->gave_up);
}

// What has been silent for --timeout by now is lost; the rest is unfinished.
static void stop_draining(struct worker *w, int64_t now)
{
    worker_skip_due(w, now);
    w->asks = false;
    w->through = true;
    for (unsigned i = 0; i < w->asking; i++)
        client_look(w, &w->clients[i], now);
}

static bool is_over(const struct worker *w)
{
    return w->through || told_to_stop(w) ||
           atomic_load_explicit(&w->run->gave_up, memory_order_relaxed) ||
           (w->under_way == 0 && !worker_wants(w) && w->due == INT64_MAX);
}

static void begin_all(struct worker *w)
{
    struct timespec start = {.tv_sec = w->run->start / NS_PER_SECOND,
                             .tv_nsec = w->run->start % NS_PER_SECOND};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) == EINTR)
        ;
    w->started = w->asks = true;
    w->answered = w->run->start;
    w->due = INT64_MAX;
    if (w->plan->open) {
        worker_first_arrival(w);
        return;
    }
    for (unsigned i = 0; i < w->asking; i++)
        client_begin(w, &w->clients[i], clock_now());
}

// A timeout costs epoll_wait(2) as much as reading the clock four times. Where no moment is to be
// kept, a timer of ours ends the wait now and then instead, and costs a request nothing.
static int open_tick(const struct worker *w)
{
    struct itimerspec every = {.it_interval.tv_nsec = LOOK_ALL_NS, .it_value.tv_nsec = LOOK_ALL_NS};
    struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) < 0 ||
        epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &tick) < 0)
        die_errno("cannot make a timer");
    return fd;
}

// The phases, and what is seen to now and then.
static void keep_time(struct worker *w, int64_t now)
{
    int64_t end = atomic_load_explicit(&w->run->end, memory_order_relaxed);

    if (w->before.at == 0 && now >= w->run->begin)
        usage_read(&w->before, now);
    if (w->after.at == 0 && now >= end)
        usage_read(&w->after, now);
    if (now >= end && w->due == INT64_MAX)
        w->asks = false;
    if (now - w->looked_at >= LOOK_NS) {
        look_at_some(w, now);
        give_up_if_hopeless(w, now);
        if (now >= end && now - end >= w->plan->drain_ns)
            stop_draining(w, now);
    }
    atomic_store_explicit(&w->tally.live_answered,
                          w->tally.result.requests.answered + w->tally.result.warmup.answered,
                          memory_order_relaxed);
}

static void run_load(struct worker *w)
{
    enum { SENDS_BETWEEN = 2, SENDS_AT_ONCE = 64 }; // between two events; after all of them
    struct epoll_event events[BATCH];
    bool timed = w->plan->open || w->plan->think_ns > 0;
    int64_t now;

    w->tick = timed ? -1 : open_tick(w);
    begin_all(w);
    now = w->looked_at = clock_now();
    while (!is_over(w)) {
        int64_t look = w->looked_at + LOOK_NS, moment = worker_next_moment(w);
        int n = timed ? wait_until(w, events, moment < look ? moment : look, now)
                      : epoll_wait(w->epoll, events, BATCH, w->plan->spin ? 0 : -1);
        w->batch++;
        // Without a moment to keep, the clock is read once per answer and no more.
        if (timed || n <= 0)
            now = clock_now();
        for (int i = 0; i < n; i++) {
            now = handle_event(w, &events[i], now);
            if (now >= worker_next_moment(w))
                now = worker_send_due(w, now, SENDS_BETWEEN);
        }
        if (now >= worker_next_moment(w))
            now = worker_send_due(w, now, SENDS_AT_ONCE);
        keep_time(w, now);
    }
    say_hopeless(w, true); // the others need not hope for this thread's answers
    now = clock_now();
    worker_skip_due(w, now);
    if (w->after.at == 0)
        usage_read(&w->after, now);
    if (w->tick > 0)
        close(w->tick);
}

void *worker_main(void *argument)
{
    struct worker *w = argument;

    // Wakes within a microsecond of the moment asked for, where the usual slack is 50 (prctl(2)).
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    connect_all(w);
    tell_news(w->run);
    pthread_barrier_wait(&w->run->go);
    if (!w->run->failed && !told_to_stop(w))
        run_load(w);
    for (unsigned i = 0; i < w->count; i++)
        client_finish(w, &w->clients[i]);
    tell_news(w->run);
    notify_await_parting(&w->run->notify);
    for (unsigned i = 0; i < w->count; i++)
        client_hang_up(w, &w->clients[i]);
    return NULL;
}

// live.c: see live.h. It reads what the threads count while they count, and disturbs none of them.
#include "loadgen/live.h"

#include <stdio.h>

#include "base/status_line.h"
#include "loadgen/worker.h"

static const int64_t SHOW_NS = NS_PER_SECOND / 2;

void live_open(struct live *l, const struct run *run, const struct worker *workers)
{
    *l = (struct live){.run = run, .workers = workers};
    l->on = !run->plan->quiet && status_line_works();
}

int live_wait_ms(const struct live *l)
{
    return l->on ? (int)(SHOW_NS / 1000000) : -1;
}

static void sum(const struct live *l, uint64_t *answered, uint64_t *errors)
{
    *answered = *errors = 0;
    for (unsigned i = 0; i < l->run->plan->threads; i++) {
        const struct tally *t = &l->workers[i].tally;
        *answered += atomic_load_explicit(&t->live_answered, memory_order_relaxed);
        *errors += atomic_load_explicit(&t->live_errors, memory_order_relaxed);
    }
}

static void show_progress(struct live *l, int64_t now)
{
    const struct plan *plan = l->run->plan;
    uint64_t answered, errors;
    char text[200], limit[64] = "", phase[32] = "";

    sum(l, &answered, &errors);
    double rate = (double)(answered - l->answered) * NS_PER_SECOND / (double)(now - l->shown);
    if (plan->requests > 0)
        snprintf(limit, sizeof limit, " (%llu requests)", (unsigned long long)plan->requests);
    else
        snprintf(limit, sizeof limit, " of %.3g s",
                 (double)(plan->warmup_ns + plan->duration_ns) / NS_PER_SECOND);
    if (now < l->run->begin)
        snprintf(phase, sizeof phase, "  warming up");
    else if (now >= l->run->end)
        snprintf(phase, sizeof phase, "  waiting for the last answers");
    snprintf(text, sizeof text, "%.1f s%s  %.0f answers/s  %llu in all  %llu errors%s",
             (double)(now - l->run->start) / NS_PER_SECOND, limit, rate,
             (unsigned long long)answered, (unsigned long long)errors, phase);
    status_line_show(text);
    l->answered = answered;
}

void live_show(struct live *l)
{
    int64_t now = clock_now();

    if (!l->on || now - l->shown < SHOW_NS)
        return;
    if (l->run->start == 0 || now < l->run->start)
        status_line_show("connecting ...");
    else if (l->shown != 0)
        show_progress(l, now);
    l->shown = now;
}

void live_close(struct live *l)
{
    if (l->on)
        status_line_clear();
}

// due.c: when requests are due in one thread: by the schedule of the open loop, or after --think.
#include "loadgen/worker.h"

bool worker_may_ask(struct worker *w, int64_t now)
{
    if (!worker_wants(w) || now >= atomic_load_explicit(&w->run->end, memory_order_relaxed))
        return false;
    if (w->plan->requests > 0 && now >= w->run->begin)
        w->quota--;
    return true;
}

void worker_think(struct worker *w, struct client *c, int64_t due)
{
    c->thinking++;
    // All think equally long, so what comes last is due last.
    size_t last = (w->thoughts_head + w->thoughts_count++) % w->thoughts_size;
    w->thoughts[last] = (struct thought){.due = due, .client = c};
}

int64_t worker_next_moment(const struct worker *w)
{
    return w->thoughts_count > 0 ? w->thoughts[w->thoughts_head].due : w->due;
}

static void next_arrival(struct worker *w)
{
    w->due = w->run->start + schedule_next(&w->schedule);
    if (!worker_may_ask(w, w->due))
        w->due = INT64_MAX;
}

void worker_first_arrival(struct worker *w)
{
    schedule_open(&w->schedule, w->plan->arrivals, w->plan->rate, w->plan->seed, w->part,
                  w->plan->threads);
    next_arrival(w);
}

// Each connection in its turn, whether it is owed answers or not: an open loop does not wait for
// the server.
int64_t worker_send_due(struct worker *w, int64_t now, unsigned most)
{
    for (; now >= w->due && most > 0; most--) {
        client_ask(w, &w->clients[w->turn], w->due, now);
        w->turn = w->turn + 1 == w->asking ? 0 : w->turn + 1;
        next_arrival(w);
        now = clock_now();
    }
    for (; w->thoughts_count > 0 && now >= w->thoughts[w->thoughts_head].due && most > 0; most--) {
        struct client *c = w->thoughts[w->thoughts_head].client;
        w->thoughts_head = (w->thoughts_head + 1) % w->thoughts_size;
        w->thoughts_count--;
        c->thinking--;
        client_begin(w, c, now);
        now = clock_now();
    }
    return now;
}

void worker_skip_due(struct worker *w, int64_t now)
{
    for (; w->due <= now; next_arrival(w))
        tally_never_sent(&w->tally, w->due);
    w->due = INT64_MAX;
}

// worker.c: see worker.h.
#include "server/worker.h"

#include <limits.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/units.h"
#include "server/conn.h"
#include "server/counters.h"
#include "server/trace.h"

// How often to look whether the clients that the stop waits for have taken their bytes: nothing
// but asking tells.
static const int64_t DRAIN_STEP_NS = NS_PER_SECOND / 50;

void worker_init(struct worker *w, struct server *server)
{
    trace_awake();
    // Not the desk: 128 KiB that would be touched for nothing.
    w->server = server;
    w->talking = w->lingering = w->draining = (struct queue){NULL, NULL};
}

static void insert(struct queue *queue, struct conn *c, struct conn *before)
{
    c->queue = queue;
    c->before = before;
    c->after = before != NULL ? before->after : queue->first;
    if (c->before != NULL)
        c->before->after = c;
    else
        queue->first = c;
    if (c->after != NULL)
        c->after->before = c;
    else
        queue->last = c;
}

void queue_join(struct queue *queue, struct conn *c, int64_t since_ns)
{
    struct conn *before = queue->last;

    // Nearly always the end: only who was looked at late, or was away, comes with a time past.
    while (before != NULL && before->since_ns > since_ns)
        before = before->before;
    c->since_ns = since_ns;
    insert(queue, c, before);
}

void queue_append(struct queue *queue, struct conn *c)
{
    insert(queue, c, queue->last);
}

void queue_leave(struct conn *c)
{
    struct queue *queue = c->queue;

    if (queue == NULL)
        return;
    if (c->before != NULL)
        c->before->after = c->after;
    else
        queue->first = c->after;
    if (c->after != NULL)
        c->after->before = c->before;
    else
        queue->last = c->before;
    c->queue = NULL;
}

bool worker_adopt(struct worker *w, struct conn *c)
{
    trace_awake(); // the time before it was nobody's
    queue_leave(c);
    c->worker = w;
    if (c->state == LINGERING)
        queue_join(&w->lingering, c, c->since_ns);
    else if (c->state == DRAINING)
        queue_join(&w->draining, c, c->since_ns);
    else if (w->server->options.idle_ns > 0)
        queue_join(&w->talking, c, c->since_ns);
    return c->queue != NULL && c->queue->first == c;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int worker_timeout(const struct worker *w)
{
    int64_t next = INT64_MAX;

    if (w->talking.first != NULL)
        next = w->talking.first->since_ns + w->server->options.idle_ns;
    if (w->lingering.first != NULL)
        next = sooner(next,
                      w->lingering.first->since_ns + (stop_is_on() ? DRAIN_STEP_NS : LINGER_NS));
    if (w->draining.first != NULL)
        next = sooner(next, w->draining.first->since_ns + DRAIN_STEP_NS);
    if (w->server->retry_ns != 0)
        next = sooner(next, w->server->retry_ns);
    if (next == INT64_MAX)
        return -1;

    int64_t left = next - clock_now();
    if (left <= 0)
        return 0;
    // Up to the next millisecond: a wait that ends a little early would spin until the time.
    left = (left + 999999) / 1000000;
    return left < INT_MAX ? (int)left : INT_MAX;
}

// The first in the queue, if its time is up. But bytes also move without a call of ours.
static struct conn *first_expired(struct queue *queue, int64_t patience_ns)
{
    struct conn *c;

    while ((c = queue->first) != NULL && clock_now() - c->since_ns >= patience_ns) {
        int64_t moved = conn_last_moved(c);
        if (clock_now() - moved >= patience_ns)
            return c;
        queue_leave(c);
        queue_join(queue, c, moved);
    }
    return NULL;
}

// The first of those whose turn it is to be looked at that has taken all its bytes, or will not in
// time.
static struct conn *first_drained(struct queue *queue)
{
    struct conn *c;

    while ((c = queue->first) != NULL && clock_now() - c->since_ns >= DRAIN_STEP_NS) {
        if (conn_unsent(c) == 0 || stop_is_overdue())
            return c;
        queue_leave(c);
        queue_join(queue, c, clock_now());
    }
    return NULL;
}

struct conn *worker_expired(struct worker *w)
{
    struct conn *c;

    if (w->talking.first == NULL && w->lingering.first == NULL && w->draining.first == NULL)
        return NULL;
    if ((c = first_expired(&w->talking, w->server->options.idle_ns)) != NULL)
        count(COUNT_idled, 1);
    else if ((c = first_drained(&w->draining)) == NULL && stop_is_on())
        c = first_drained(&w->lingering); // a stop waits for nobody who has all its bytes
    else if (c == NULL)
        c = first_expired(&w->lingering, LINGER_NS);
    return c;
}

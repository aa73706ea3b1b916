// queue.h: the requests of one connection that have no answer yet, oldest first. It grows as far as
// it must and never shrinks; one request needs no memory beside the queue itself.
#ifndef LOADGEN_QUEUE_H
#define LOADGEN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "loadgen/tally.h"

// Requests are numbered from the queue's birth. head: the oldest; tail: the next to come.
struct queue {
    uint64_t head, tail;
    struct request *slots; // `mask` + 1, a power of two
    uint32_t mask;
    struct request only; // the slots, as long as one is enough
};

void queue_open(struct queue *); // it must not be moved from then on
void queue_close(struct queue *);

// Makes room for twice as many. False: there is no memory, and all is as it was.
bool queue_double(struct queue *);

// The rest is on the way of each request: inline.

static inline uint64_t queue_length(const struct queue *q)
{
    return q->tail - q->head;
}

// A request by its number, from head to tail: at tail it is one that was taken, or none.
static inline struct request *queue_at(struct queue *q, uint64_t number)
{
    return &q->slots[number & q->mask];
}

// Returns where the new request is, or NULL: there is no memory.
static inline struct request *queue_put(struct queue *q, struct request request)
{
    if (queue_length(q) > q->mask && !queue_double(q))
        return NULL;
    struct request *last = queue_at(q, q->tail++);
    *last = request;
    return last;
}

// The oldest. There must be one.
static inline struct request queue_take(struct queue *q)
{
    return *queue_at(q, q->head++);
}

#endif

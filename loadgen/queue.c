// queue.c: see queue.h.
#include "loadgen/queue.h"

#include <stdlib.h>

void queue_open(struct queue *q)
{
    *q = (struct queue){.slots = NULL};
    q->slots = &q->only;
}

void queue_close(struct queue *q)
{
    if (q->slots != &q->only)
        free(q->slots);
}

bool queue_double(struct queue *q)
{
    uint32_t size = (q->mask + 1) * 2;
    struct request *wider = malloc(size * sizeof *wider);

    if (wider == NULL)
        return false;
    for (uint64_t i = q->head; i < q->tail; i++)
        wider[i & (size - 1)] = *queue_at(q, i);
    queue_close(q);
    q->slots = wider;
    q->mask = size - 1;
    return true;
}

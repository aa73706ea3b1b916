// counters.h: sums that survive fork and death, because they live in shared memory.
//
// Each worker (process or thread) counts in a row of its own, so that counting neither disturbs
// what is measured nor needs a lock. A row outlives its worker: the sums are taken over all rows.
#ifndef SERVER_COUNTERS_H
#define SERVER_COUNTERS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COUNTERS(X)                                                                                \
    X(accepted) /* clients taken into service */                                                   \
    X(refused)  /* clients turned away: --max-clients, or something had run out */                 \
    X(closed)   /* clients no longer in service, however it ended */                               \
    X(broken)   /* ... of these: reset by the client, lost with a worker or for want of memory */  \
    X(violations) /* ... of these: broke the rules of the service */                               \
    X(idled)      /* ... of these: silent for --idle-timeout */                                    \
    X(cut_off)    /* ... of these: did not take their bytes within --drain */                      \
    X(messages)   /* messages answered */                                                          \
    X(bytes_in)   /* bytes received */                                                             \
    X(bytes_out)  /* bytes sent */                                                                 \
    X(reads)      /* calls of read */                                                              \
    X(writes)     /* calls of write */                                                             \
    X(waits)      /* calls of select, poll or epoll_wait */                                        \
    X(events)     /* descriptors that these waits reported */                                      \
    X(scanned)    /* descriptors that the kernel looked at for them */                             \
    X(wasted)     /* wake-ups with nothing to do: a wait or a read that brought nothing */

// A name: 15 characters at most. Every row begins with the cells, in this order.
enum counter {
#define X(name) COUNT_##name,
    COUNTERS(X)
#undef X
        COUNTER_TOTAL
};

// Maps the rows; once, before the first fork or thread. Dies if there is no memory. Takes one
// descriptor, so that bin/top can read them meanwhile (counters_layout.h); without one they count
// as well.
void counters_map(void);

struct counter_row {
    alignas(64) _Atomic uint64_t cell[COUNTER_TOTAL]; // whole cache lines: no false sharing
    atomic_int held;                                  // clients in service with this worker
    bool shared;                                      // by all workers that found no row free
};

extern _Thread_local struct counter_row *counters_mine;
struct counter_row *counters_claim(void); // this worker's row, from now on

// Adds n, from any process and any thread. Inline: it runs eight times for each request.
static inline void count(enum counter which, uint64_t n)
{
    struct counter_row *row = counters_mine != NULL ? counters_mine : counters_claim();
    _Atomic uint64_t *cell = &row->cell[which];

    // A row's only writer needs no locked instruction, just whole loads and stores.
    if (row->shared)
        atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
    else
        atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + n,
                              memory_order_relaxed);
}

// One wait of a readiness loop: how many descriptors it reported (below 0: interrupted), and how
// many the kernel looked at to find them.
void count_wait(int reported, int looked_at);

uint64_t counted(enum counter); // the sum over all workers, dead ones included

// Clients in service, over all workers. clients_enter() says whether there was room for one
// more under `max`; whoever calls it owns that client until clients_leave().
bool clients_enter(uint64_t max);
void clients_leave(void);
uint64_t clients_now(void);

// In the parent, once it has handed a client that it entered to this child: from now on the client
// is the child's, which may have left already.
void clients_pass(pid_t child);

// In a new child process: it counts in a row of its own, and holds `held` of the clients that its
// parent entered.
void counters_child(unsigned held);

// In the parent: this child is dead. Its row is free for another; clients that it still held are
// lost, and counted as `lost`. `held`: what it held at its birth, in case it died before it could
// have a row.
void counters_reap(pid_t child, unsigned held, enum counter lost);

#endif

// counters.c: see counters.h.
#include "server/counters.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/trace.h"

// More workers than rows share the last one, with atomic additions: slower, never wrong.
enum { ROWS = 16384, SHARED_ROW = ROWS };

static struct {
    _Atomic uint64_t clients;
    atomic_int rows_used;      // no row from here on was ever claimed
    _Atomic pid_t owner[ROWS]; // a thread's or process's id; 0: free to claim
    struct counter_row row[ROWS + 1];
} * shared;

_Thread_local struct counter_row *counters_mine;
static pthread_key_t at_thread_end;

static void release(void *row)
{
    atomic_store(&shared->owner[(struct counter_row *)row - shared->row], 0);
}

// The lowest free row, so that summing and finding stay short.
struct counter_row *counters_claim(void)
{
    for (int i = 0; i < ROWS; i++) {
        pid_t nobody = 0;
        if (atomic_load_explicit(&shared->owner[i], memory_order_relaxed) != 0 ||
            !atomic_compare_exchange_strong(&shared->owner[i], &nobody, gettid()))
            continue;
        int used = atomic_load(&shared->rows_used);
        while (used <= i && !atomic_compare_exchange_weak(&shared->rows_used, &used, i + 1))
            ;
        pthread_setspecific(at_thread_end, &shared->row[i]);
        return counters_mine = &shared->row[i];
    }
    return counters_mine = &shared->row[SHARED_ROW];
}

void counters_map(void)
{
    // Most of it is never touched, and so never takes memory.
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die_errno("cannot map the counters");
    pthread_key_create(&at_thread_end, release);
    shared->row[SHARED_ROW].shared = true;
    counters_claim(); // before any signal handler counts
}

void count_wait(int reported, int looked_at)
{
    trace("wait", -1, reported);
    count(COUNT_waits, 1);
    count(COUNT_scanned, (uint64_t)looked_at);
    if (reported > 0)
        count(COUNT_events, (uint64_t)reported);
    else
        count(COUNT_wasted, 1);
}

uint64_t counted(enum counter which)
{
    int used = atomic_load(&shared->rows_used);
    uint64_t sum = atomic_load(&shared->row[SHARED_ROW].cell[which]);

    for (int i = 0; i < used; i++)
        sum += atomic_load_explicit(&shared->row[i].cell[which], memory_order_relaxed);
    return sum;
}

static void hold(int n)
{
    struct counter_row *row = counters_mine != NULL ? counters_mine : counters_claim();

    atomic_fetch_add(&row->held, n);
}

bool clients_enter(uint64_t max)
{
    uint64_t now = atomic_load(&shared->clients);

    do
        if (now >= max)
            return false;
    while (!atomic_compare_exchange_weak(&shared->clients, &now, now + 1));
    hold(1);
    return true;
}

void clients_leave(void)
{
    hold(-1);
    atomic_fetch_sub(&shared->clients, 1);
}

uint64_t clients_now(void)
{
    return atomic_load(&shared->clients);
}

// The row of this child; the shared one if it found none free, or is not there yet.
static struct counter_row *row_of(pid_t child)
{
    int used = atomic_load(&shared->rows_used);

    for (int i = 0; i < used; i++)
        if (atomic_load_explicit(&shared->owner[i], memory_order_relaxed) == child)
            return &shared->row[i];
    return &shared->row[SHARED_ROW];
}

void clients_pass(pid_t child)
{
    // It may go below zero there for a moment: the child has been quicker.
    atomic_fetch_add(&row_of(child)->held, 1);
    hold(-1);
}

void counters_child(unsigned held)
{
    // The row that it inherited is its parent's.
    atomic_store(&counters_claim()->held, (int)held);
}

void counters_reap(pid_t child, unsigned held, enum counter lost)
{
    struct counter_row *row = row_of(child);
    int n = (int)held;

    if (!row->shared) {
        n = atomic_exchange(&row->held, 0);
        release(row);
    }
    if (n > 0) {
        atomic_fetch_sub(&shared->clients, (uint64_t)n);
        count(COUNT_closed, (uint64_t)n);
        count(lost, (uint64_t)n);
    }
}

// counters.c: see counters.h.
#include "server/counters.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fail.h"
#include "server/counters_layout.h"
#include "server/trace.h"

// More workers than rows share the last one, with atomic additions: slower, never wrong.
enum { ROWS = 16384, SHARED_ROW = ROWS };

static struct shared {
    struct counters_head head;
    _Atomic pid_t owner[ROWS]; // a thread's or process's id; 0: free to claim
    struct counter_row row[ROWS + 1];
} * shared;

static_assert((int)COUNTER_TOTAL <= COUNTERS_MOST, "the head has room for all names");

_Thread_local struct counter_row *counters_mine;
static pthread_key_t at_thread_end;

static void release(void *row)
{
    atomic_store(&shared->owner[(struct counter_row *)row - shared->row], 0);
}

// The lowest free row, so that summing and finding stay short.
struct counter_row *counters_claim(void)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        pid_t nobody = 0;
        if (atomic_load_explicit(&shared->owner[i], memory_order_relaxed) != 0 ||
            !atomic_compare_exchange_strong(&shared->owner[i], &nobody, gettid()))
            continue;
        uint32_t used = atomic_load(&shared->head.rows_used);
        while (used <= i && !atomic_compare_exchange_weak(&shared->head.rows_used, &used, i + 1))
            ;
        pthread_setspecific(at_thread_end, &shared->row[i]);
        return counters_mine = &shared->row[i];
    }
    return counters_mine = &shared->row[SHARED_ROW];
}

// A file of memory that others can find, as counters_layout.h says. -1: this server goes without.
// The file's descriptor stays open, or nobody could reach the memory; of few descriptors none is
// spared for that.
static int make_file(void)
{
    enum { FEW_DESCRIPTORS = 64 };
    struct rlimit descriptors, size;

    // To grow a file beyond RLIMIT_FSIZE would end us (SIGXFSZ).
    if (getrlimit(RLIMIT_NOFILE, &descriptors) < 0 || descriptors.rlim_cur < FEW_DESCRIPTORS ||
        getrlimit(RLIMIT_FSIZE, &size) < 0 || size.rlim_cur < sizeof *shared)
        return -1;
    int fd = memfd_create(COUNTERS_FILE, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, sizeof *shared) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void write_head(struct counters_head *head)
{
    static const char names[][COUNTERS_NAME] = {
#define X(name) #name,
        COUNTERS(X)
#undef X
    };

    head->rows_at = offsetof(struct shared, row);
    head->rows = ROWS + 1;
    head->row_bytes = sizeof(struct counter_row);
    head->counters = COUNTER_TOTAL;
    memcpy(head->name, names, sizeof names);
    memcpy(head->magic, COUNTERS_MAGIC, sizeof head->magic);
}

void counters_map(void)
{
    int fd = make_file();

    // Most of it is never touched, and so never takes memory.
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die_errno("cannot map the counters");
    write_head(&shared->head);
    if (fd >= 0)
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
    pthread_key_create(&at_thread_end, release);
    shared->row[SHARED_ROW].shared = true;
    counters_claim(); // before any signal handler counts
}

void count_wait(int reported, int looked_at)
{
    trace_result(TRACE_wait, -1, reported);
    count(COUNT_waits, 1);
    count(COUNT_scanned, (uint64_t)looked_at);
    if (reported > 0)
        count(COUNT_events, (uint64_t)reported);
    else
        count(COUNT_wasted, 1);
}

uint64_t counted(enum counter which)
{
    uint32_t used = atomic_load(&shared->head.rows_used);
    uint64_t sum = atomic_load(&shared->row[SHARED_ROW].cell[which]);

    for (uint32_t i = 0; i < used; i++)
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
    uint64_t now = atomic_load(&shared->head.clients);

    do
        if (now >= max)
            return false;
    while (!atomic_compare_exchange_weak(&shared->head.clients, &now, now + 1));
    hold(1);
    return true;
}

void clients_leave(void)
{
    hold(-1);
    atomic_fetch_sub(&shared->head.clients, 1);
}

uint64_t clients_now(void)
{
    return atomic_load(&shared->head.clients);
}

// The row of this child; the shared one if it found none free, or is not there yet.
static struct counter_row *row_of(pid_t child)
{
    uint32_t used = atomic_load(&shared->head.rows_used);

    for (uint32_t i = 0; i < used; i++)
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
        atomic_fetch_sub(&shared->head.clients, (uint64_t)n);
        count(COUNT_closed, (uint64_t)n);
        count(lost, (uint64_t)n);
    }
}

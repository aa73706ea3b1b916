// trace.c: see trace.h. Recording.
#include "server/trace.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/output.h"
#include "server/server.h"
#include "server/trace_ring.h"
#include "server/trace_write.h"

static_assert(sizeof(struct chunk) == CHUNK_BYTES && (int)CHUNK_EVENTS < (int)CHUNK_LOST,
              "a chunk has its size, and its tally room for the events in it");

bool trace_on;

static FILE *file;
static enum trace_format format;
static struct trace_pool *pool;

// This worker's: the chunk being written, how many are in the ring, and when its next event begins
// (0: that is not known).
static _Thread_local struct chunk *newest;
static _Thread_local unsigned length;
static _Thread_local int64_t since_ns;

void trace_open(const char *path)
{
    if (path == NULL)
        return;
    size_t n = strlen(path);
    format = n > 5 && strcmp(path + n - 5, ".json") == 0 ? TRACE_JSON : TRACE_TABLE;
    file = output_open(path, "the trace");
    pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pool == MAP_FAILED)
        die_errno("cannot map the trace");
    // A page that is touched for the first time costs as much as the events in it: no request is to
    // pay for that. Where it can't be had now (before Linux 5.14, or for want of memory), one does.
    madvise(pool, sizeof *pool, MADV_POPULATE_WRITE);
}

void trace_begin(void)
{
    if (file == NULL)
        return;
    // Not earlier: a server that could not start has spared the trace of the one before it.
    output_empty(file);
    pool->begun_ns = clock_now();
    trace_on = true;
    trace_child();
}

void trace_child(void)
{
    newest = NULL; // what was inherited is the parent's
    trace_awake();
}

void trace_note_awake(void)
{
    since_ns = clock_now();
}

// The next chunk from the pool, or NULL.
static struct chunk *take_chunk(unsigned end)
{
    // Looked at first: who comes too late, and often, must not let the number wrap around.
    if (atomic_load_explicit(&pool->taken, memory_order_relaxed) >= end)
        return NULL;
    unsigned i = atomic_fetch_add(&pool->taken, 1);
    return i < CHUNKS ? &pool->chunk[i] : NULL;
}

// This worker's first chunk, if one is left.
static struct chunk *begin_ring(void)
{
    struct chunk *c = take_chunk(CHUNKS);

    if (c == NULL)
        return NULL;
    c->process = getpid();
    c->thread = gettid();
    c->next = c->first = c;
    length = 1;
    return c;
}

// Its next one: from the pool, or else its oldest, whose events are lost.
static struct chunk *extend_ring(struct chunk *last)
{
    struct chunk *c = length < RING_CHUNKS ? take_chunk(CHUNKS - CHUNKS_FOR_NEWCOMERS) : NULL;

    if (c == NULL) {
        c = last->next;
        uint64_t tally = atomic_load_explicit(&c->tally, memory_order_relaxed);
        uint64_t lost = tally / CHUNK_LOST + tally % CHUNK_LOST;
        atomic_store_explicit(&c->tally, lost * CHUNK_LOST, memory_order_release);
        // Before any event is written over: who is killed then has none in it, not a mixed one.
        atomic_signal_fence(memory_order_seq_cst);
        return c;
    }
    c->next = last->next;
    c->first = last->first;
    c->process = last->process;
    c->thread = last->thread;
    last->next = c;
    length++;
    return c;
}

// The number of the next free place in `newest`, which has one.
static unsigned next_place(void)
{
    return (unsigned)(atomic_load_explicit(&newest->tally, memory_order_relaxed) % CHUNK_LOST);
}

void trace_record_of(enum trace_kind kind, uint64_t client, int fd, int64_t n)
{
    int64_t now = clock_now(), begun = since_ns > 0 ? since_ns : now;

    since_ns = now;
    if (newest == NULL)
        newest = begin_ring();
    else if (next_place() == CHUNK_EVENTS)
        newest = extend_ring(newest);
    if (newest == NULL) {
        atomic_fetch_add(&pool->lost, 1);
        return;
    }
    newest->event[next_place()] = (struct trace_event){.begun_ns = begun,
                                                       .over_ns = now,
                                                       .client = (uint32_t)client,
                                                       .fd = fd,
                                                       .n = (int32_t)n,
                                                       .kind = kind};
    // Last: who is killed before it leaves no half of an event. Its only writer needs no locked
    // instruction.
    atomic_store_explicit(&newest->tally,
                          atomic_load_explicit(&newest->tally, memory_order_relaxed) + 1,
                          memory_order_release);
}

void trace_record(enum trace_kind kind, int fd, int64_t n)
{
    trace_record_of(kind, fd >= 0 ? server_ordinal(fd) : 0, fd, n);
}

bool trace_finish(const char *model)
{
    if (file == NULL)
        return true;
    trace_on = false;
    bool written = trace_write(file, format, model, pool) && fflush(file) == 0;
    int error = errno;
    if (file != stdout && fclose(file) != 0 && written) {
        error = errno;
        written = false;
    }
    file = NULL;
    munmap(pool, sizeof *pool);
    errno = error;
    return written;
}

// trace_write.c: see trace_write.h.
#include "server/trace_write.h"

#include <stdlib.h>
#include <unistd.h>

#include "server/trace.h"
#include "server/trace_ring.h"

static const char *const names[] = {
#define X(name) #name,
    TRACE_KINDS(X)
#undef X
};

struct list {
    const struct trace_pool *pool;
    const struct trace_event **event; // in the order of their ends
    size_t count;
    uint64_t lost;
};

// The order of their addresses is that of one chunk.
static int by_end(const void *a, const void *b)
{
    const struct trace_event *x = *(const struct trace_event *const *)a;
    const struct trace_event *y = *(const struct trace_event *const *)b;

    if (x->over_ns != y->over_ns)
        return x->over_ns < y->over_ns ? -1 : 1;
    return (x > y) - (x < y);
}

static unsigned chunks_in(const struct trace_pool *pool)
{
    unsigned taken = atomic_load(&pool->taken);

    return taken < CHUNKS ? taken : CHUNKS;
}

static bool collect(struct list *list, const struct trace_pool *pool)
{
    *list = (struct list){.pool = pool, .lost = atomic_load(&pool->lost)};
    list->event = calloc((size_t)chunks_in(pool) * CHUNK_EVENTS + 1, sizeof *list->event);
    if (list->event == NULL)
        return false;
    for (unsigned i = 0; i < chunks_in(pool); i++) {
        uint64_t tally = atomic_load(&pool->chunk[i].tally);
        list->lost += tally / CHUNK_LOST;
        for (unsigned j = 0; j < tally % CHUNK_LOST; j++)
            list->event[list->count++] = &pool->chunk[i].event[j];
    }
    qsort(list->event, list->count, sizeof *list->event, by_end);
    return true;
}

static const struct chunk *chunk_of(const struct list *list, const struct trace_event *e)
{
    return &list->pool->chunk[((const char *)e - (const char *)list->pool->chunk) / CHUNK_BYTES];
}

// Nanoseconds in microseconds, to the last digit: for printf, as US, its two values.
#define US "%lld.%03lld"
#define US_OF(ns) (long long)(ns) / 1000, (long long)(ns) % 1000

// ---- The table ------------------------------------------------------------------------------

static bool write_line(FILE *out, const struct list *list, const struct trace_event *e)
{
    const struct chunk *c = chunk_of(list, e);
    int64_t begun = e->begun_ns - list->pool->begun_ns, over = e->over_ns - list->pool->begun_ns;

    if (fprintf(out, US "\t" US "\t%d\t%d\t%s\t", US_OF(begun), US_OF(over), c->process, c->thread,
                names[e->kind]) < 0)
        return false;
    return (e->fd < 0 ? fprintf(out, "\t\t%d\n", e->n)
                      : fprintf(out, "%u\t%d\t%d\n", e->client, e->fd, e->n)) > 0;
}

static bool write_table(FILE *out, const struct list *list)
{
    if (fputs("begin_us\tend_us\tprocess\tthread\tevent\tclient\tfd\tn\n", out) < 0)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!write_line(out, list, list->event[i]))
            return false;
    return fprintf(out, "# origin_ns: %lld\n# events: %zu, lost: %llu\n",
                   (long long)list->pool->begun_ns, list->count,
                   (unsigned long long)list->lost) > 0;
}

// ---- Chrome's format ------------------------------------------------------------------------

// What viewers write beside the lines of a process and of a thread. A comma follows.
static bool write_names(FILE *out, const struct chunk *c, const char *model)
{
    static const char shape[] = "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,"
                                "\"args\":{\"name\":\"%s%s\"}},\n";

    return fprintf(out, shape, "process_name", c->process, c->thread, model,
                   c->process == getpid() ? "" : ", child") > 0 &&
           fprintf(out, shape, "thread_name", c->process, c->thread,
                   c->process == c->thread ? "main" : "thread", "") > 0;
}

// Perfetto reads ts and dur as floating-point numbers and cuts off what is less than a nanosecond;
// and events of a thread that overlap, were it by one, it shows wrongly or not at all. So each ends
// one early.
static int64_t shown_ns(const struct trace_event *e)
{
    int64_t ns = e->over_ns - e->begun_ns;

    return ns > 0 ? ns - 1 : 0;
}

static bool write_element(FILE *out, const struct list *list, const struct trace_event *e)
{
    const struct chunk *c = chunk_of(list, e);

    if (fprintf(out,
                "{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"%s\",\"ts\":" US ",\"dur\":" US
                ",\"pid\":%d,\"tid\":%d,\"args\":{",
                names[e->kind], e->fd < 0 ? "server" : "client",
                US_OF(e->begun_ns - list->pool->begun_ns), US_OF(shown_ns(e)), c->process,
                c->thread) < 0)
        return false;
    if (e->fd >= 0 && fprintf(out, "\"client\":%u,\"fd\":%d,", e->client, e->fd) < 0)
        return false;
    return fprintf(out, "\"n\":%d}},\n", e->n) > 0;
}

static bool write_json(FILE *out, const struct list *list, const char *model)
{
    if (fputs("{\"traceEvents\":[\n", out) < 0)
        return false;
    for (unsigned i = 0; i < chunks_in(list->pool); i++) {
        const struct chunk *c = &list->pool->chunk[i];
        // Without an event: its worker was killed before it had one, perhaps before it had an id.
        bool begun = c->first == c && atomic_load(&c->tally) > 0;
        if (begun && !write_names(out, c, model))
            return false;
    }
    for (size_t i = 0; i < list->count; i++)
        if (!write_element(out, list, list->event[i]))
            return false;
    // Where the run begins; and JSON allows no comma behind the last one.
    return fprintf(out,
                   "{\"ph\":\"i\",\"name\":\"listening\",\"s\":\"g\",\"ts\":0,\"pid\":%d,"
                   "\"tid\":%d}\n],\n\"otherData\":{\"model\":\"%s\",\"origin_ns\":%lld,"
                   "\"events\":%zu,\"lost\":%llu}}\n",
                   getpid(), getpid(), model, (long long)list->pool->begun_ns, list->count,
                   (unsigned long long)list->lost) > 0;
}

bool trace_write(FILE *out, enum trace_format format, const char *model, struct trace_pool *pool)
{
    struct list list;

    if (!collect(&list, pool))
        return false;
    bool written = format == TRACE_JSON ? write_json(out, &list, model) : write_table(out, &list);
    free(list.event);
    return written;
}

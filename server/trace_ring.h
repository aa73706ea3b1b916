// trace_ring.h: how events lie in shared memory, between trace.c, which records them, and
// trace_write.c.
#ifndef SERVER_TRACE_RING_H
#define SERVER_TRACE_RING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

// Half a cache line.
struct trace_event {
    int64_t begun_ns, over_ns; // by clock_now()
    uint32_t client;           // server_ordinal(), its last 32 bits; says nothing if fd is below 0
    int32_t fd;
    int32_t n;
    uint32_t kind;
};

// Small ones: a process for each client needs just one, and leaves the rest of it empty.
enum { CHUNK_BYTES = 1024, CHUNK_HEAD = 64 };
enum { CHUNK_EVENTS = (CHUNK_BYTES - CHUNK_HEAD) / sizeof(struct trace_event) };

// 32 MiB, 983,040 events.
enum { CHUNKS = 1 << 15 };

// A ring has so many at most, 245,760 events: what is written over and over stays in the caches.
enum { RING_CHUNKS = CHUNKS / 4 };

// These are left to workers that have none yet: those with long rings must not keep them out.
enum { CHUNKS_FOR_NEWCOMERS = CHUNKS / 4 };

struct chunk {
    struct chunk *next;  // of the same worker; its newest one leads to its oldest
    struct chunk *first; // of the same worker
    pid_t process, thread;
    // How many events stand here, and CHUNK_LOST times how many more there have been. In one word,
    // so that a worker that is killed at any moment leaves a true one behind.
    _Atomic uint64_t tally;
    alignas(CHUNK_HEAD) struct trace_event event[CHUNK_EVENTS];
};

enum { CHUNK_LOST = 256 };

struct trace_pool {
    atomic_uint taken;     // may go beyond CHUNKS: those got none
    _Atomic uint64_t lost; // events of workers that got none
    int64_t begun_ns;      // by clock_now(): what times in the file are counted from
    // None of them lies in two pages: to touch a page costs a process a fault.
    alignas(CHUNK_BYTES) struct chunk chunk[CHUNKS];
};

#endif

// counters_layout.h: how a server's counters lie in its shared memory, for programs that look at a
// server that runs (bin/top). They ask nothing of the server, and cost it nothing.
//
// The memory is a memfd (memfd_create(2)): in every process of the server, one of /proc/PID/fd is a
// link to COUNTERS_LINK. Who may follow the link (proc(5): the same user, or root) may open it for
// reading, and map it. It is sealed: it never shrinks under a reader, and nobody else writes to it.
//
// It begins with the head. The rows follow at `rows_at`, each of `row_bytes`, at whose beginning
// stand `counters` numbers of 64 bits in the order of `name`. A counter's value is the sum over the
// first `rows_used` rows and the last of all `rows`. Each number grows by itself: what is read is
// not one moment's, but no number is ever half of another.
#ifndef SERVER_COUNTERS_LAYOUT_H
#define SERVER_COUNTERS_LAYOUT_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define COUNTERS_FILE "echolab-counters"
#define COUNTERS_LINK "/memfd:" COUNTERS_FILE " (deleted)"

// The head's first bytes. Another layout has another last digit.
#define COUNTERS_MAGIC "echolab counter1"

enum { COUNTERS_MAGIC_SIZE = 16, COUNTERS_MOST = 64, COUNTERS_NAME = 16 };

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): a cache line takes room.
struct counters_head {
    char magic[COUNTERS_MAGIC_SIZE]; // without a NUL
    uint64_t rows_at;
    uint32_t rows, row_bytes, counters;
    char name[COUNTERS_MOST][COUNTERS_NAME]; // with a NUL
    // These two change; on a cache line of their own.
    alignas(64) _Atomic uint64_t clients; // in service, over all workers
    _Atomic uint32_t rows_used;           // no row from here on was ever claimed
};

#endif

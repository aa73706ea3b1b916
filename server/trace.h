// trace.h: what happened when, in which process and thread (--trace FILE; docs/trace.md).
//
// While the server runs, events go to shared memory and nowhere else, so that to look does not
// change what is looked at: no system call, no lock, nothing shared between two workers. At exit
// the main process sorts them and writes the file: a table, or Chrome's trace format (JSON), which
// Perfetto and chrome://tracing show, when the name ends in .json.
//
// Each worker (process or thread) writes to a ring of its own, made of chunks that it takes from a
// common pool. When it is long enough, or the pool empty, the ring closes: the worker's oldest
// chunk is written over. What did not fit, or was written over, is counted. A ring outlives its
// worker, however it died.
#ifndef SERVER_TRACE_H
#define SERVER_TRACE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

// An event is recorded when it is over, and has lasted since the one before it in the same thread
// was over, or since trace_awake().
#define TRACE_KINDS(X)                                                                             \
    X(accept) /* n: 1; 0: the client was turned away (--max-clients) */                            \
    X(create) /* fork: n is the child's id; pthread_create: 0 */                                   \
    X(wait)   /* n: descriptors that select, poll, epoll_wait ... reported; 0: none, or it was */  \
              /* a sleep of another kind: for a child's end, before another try */                 \
    X(read)   /* n: bytes; 0: the end */                                                           \
    X(protocol) /* one message, with its --work; n: bytes that are now owed */                     \
    X(write)    /* n: bytes */                                                                     \
    X(close)    /* n: 0; below 0: it was refused after it had been accepted */
// n below 0: failed, and it is -errno.

enum trace_kind {
#define X(name) TRACE_##name,
    TRACE_KINDS(X)
#undef X
};

extern bool trace_on;

// Opens the file ("-": standard output, a table) and maps the pool; dies if that can't be done.
// NULL: no trace.
void trace_open(const char *path);

// From here on events are recorded, if a file has been opened.
void trace_begin(void);

// In a new child process: it has a ring of its own.
void trace_child(void);

// What the three below do when tracing is on.
void trace_note_awake(void);
void trace_record(enum trace_kind, int fd, int64_t n);
void trace_record_of(enum trace_kind, uint64_t client, int fd, int64_t n);

// This thread is new, or has slept for something that has no name here (a queue, a lock): its next
// event begins now.
static inline void trace_awake(void)
{
    if (trace_on)
        trace_note_awake();
}

// fd: the client's descriptor; -1: no client's business. Costs one predictable branch when tracing
// is off, and leaves errno alone when it is on.
static inline void trace(enum trace_kind kind, int fd, int64_t n)
{
    if (trace_on)
        trace_record(kind, fd, n);
}

// The same with the result of a system call: -1, and errno.
static inline void trace_result(enum trace_kind kind, int fd, int64_t result)
{
    if (trace_on)
        trace_record(kind, fd, result < 0 ? -errno : result);
}

// The same for a descriptor that is closed, so that it may be another client's by now: this one's
// number, server_ordinal(), comes along.
static inline void trace_of(enum trace_kind kind, uint64_t client, int fd, int64_t n)
{
    if (trace_on)
        trace_record_of(kind, client, fd, n);
}

// Writes the file, in the main process when all others have ended. False, with errno: it could not
// be written in full. `model`: the server's name; letters, digits, hyphens.
bool trace_finish(const char *model);

#endif

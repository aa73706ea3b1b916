// conn.h: one client, from its first byte to its last. The same for every model: a model decides
// only who waits for the client, and how.
//
//     TALKING --- the client has finished, and is owed nothing ---------------------> GONE
//        |                                                                             ^
//        +------- the service has finished --> ENDING --- all is sent, SHUT_WR --> LINGERING
//        |                                        |                                    ^
//        +------- the stop reads no more ---------+------ all is sent ---------> DRAINING
//
// To close a socket while input comes in sends a reset, which can destroy what the client has not
// yet taken of our last answers (RFC 1122, 4.2.2.13). So LINGERING reads and discards until the
// client closes too. DRAINING can't: the stop has shut the receiving side, and on Linux a socket
// shut both ways resets at the next byte. It leaves ours open and waits until all is taken.
#ifndef SERVER_CONN_H
#define SERVER_CONN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/units.h"
#include "protocol/protocol.h"
#include "server/store.h"
#include "server/worker.h"

// LINGERING ends when the client has taken nothing for so long, or has sent so many bytes.
#define LINGER_NS (2 * NS_PER_SECOND)
enum { LINGER_BYTES = 16 * 1024 * 1024 };

// WANT_TIME: nothing that a descriptor could tell; worker_expired() will say when it is over.
enum { WANT_READ = 1, WANT_WRITE = 2, WANT_TIME = 4 };

enum io {
    IO_MOVED,       // bytes moved, the end was seen, or the client is lost
    IO_WOULD_BLOCK, // nothing to be had now (or, on a blocking socket, until its timeout)
};

struct conn {
    int fd;
    enum { TALKING, ENDING, LINGERING, DRAINING, GONE } state;
    bool last_call; // the stop has begun: only `left` more bytes are read
    struct worker *worker;
    struct session session;
    struct store in;     // received, not yet a whole message
    struct store out;    // answered, not yet sent
    size_t left;         // bytes that may still be read (last_call, LINGERING)
    size_t unsent;       // bytes sent to it and not acknowledged, when last looked
    int64_t since_ns;    // clock_now() when it came to the end of:
    struct queue *queue; // the worker's queue it stands in, or NULL
    // Its neighbours there.
    struct conn *before, *after;
};

// Takes an accepted client into service. NULL: no memory; fd stays the caller's.
struct conn *conn_open(struct worker *, int fd);

// Its time is up, though it can't be closed yet: it stands in no queue any more.
void conn_leave(struct conn *);

// Closes the descriptor and frees the client.
void conn_close(struct conn *);

// How many of the bytes sent to it the client's side has not acknowledged yet; 0 once it is reset.
size_t conn_unsent(const struct conn *);

// When a byte last moved, by clock_now(), as far as can be told: the client may have taken what
// the kernel held for it (that is not noted anywhere: a change since the last call counts as of
// now, the last acknowledgement as the end of it), or have sent what we have not read.
int64_t conn_last_moved(struct conn *);

// What to wait for: WANT_WRITE while bytes are owed, else WANT_READ (or, in a stop, WANT_TIME), and
// 0 when nothing is left but to close. Never both: who does not take its answers gets no further
// questions in, and that bounds its memory (two buffers of SESSION_BUF).
static inline unsigned conn_wants(const struct conn *c)
{
    if (buf_len(&c->out.buf) > 0)
        return WANT_WRITE;
    if (c->state == GONE)
        return 0;
    return c->state == DRAINING ? WANT_TIME : WANT_READ;
}

// For the models that wait for readiness: one turn. Reads or writes once, answers, sends what it
// can of the answers, and leaves the desk to the next client. Returns conn_wants().
unsigned conn_advance(struct conn *);

// The same in single steps: as many as wanted, then conn_rest().
enum io conn_read(struct conn *);
enum io conn_write(struct conn *);
void conn_rest(struct conn *);

// What follows the system calls in the two above: n bytes have come behind those in c->in (0: the
// end); n bytes have gone from the front of c->out. Below 0: failed.
void conn_received(struct conn *, ssize_t n);
void conn_sent(struct conn *, ssize_t n);

// For the models where the kernel reads and writes by itself, and tells when it is done.

// How many bytes it may be asked to receive. 0: none, take the end instead (conn_take() with 0).
size_t conn_room(struct conn *);

// It has put n bytes at `bytes` (0: the end; below 0: failed). They need not stay there: answers
// are computed, and what is left over is copied.
void conn_take(struct conn *, unsigned char *bytes, ssize_t n);

// To come before each send: takes the answers off the desk, to `place` if `room` suffices, else to
// memory of the client's own. There they stay until conn_sent().
void conn_hold(struct conn *, unsigned char *place, size_t room);

// For the models that sleep in the client's own calls: serves it from first to last.
void conn_serve(struct server *, int fd);

#endif

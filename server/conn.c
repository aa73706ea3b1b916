// conn.c: see conn.h. read -> protocol -> write, and who is owed what.
#include "server/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "server/counters.h"
#include "server/stop.h"
#include "server/trace.h"

static const struct options *options_of(const struct conn *c)
{
    return &c->worker->server->options;
}

struct conn *conn_open(struct worker *worker, int fd)
{
    const struct options *o = &worker->server->options;
    struct conn *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->fd = fd;
    c->worker = worker;
    session_open(&c->session, o->service, o->language, o->seed, server_ordinal(fd));
    if (o->idle_ns > 0)
        queue_join(&worker->talking, c, clock_now());
    count(COUNT_accepted, 1);
    stop_watch(fd);
    return c;
}

// Left lingering or draining at the deadline, with bytes that it had not taken.
static bool was_cut_off(const struct conn *c)
{
    return stop_is_overdue() && c->queue != NULL && c->queue != &c->worker->talking &&
           conn_unsent(c) > 0;
}

// Input that nobody will read, which would turn the close into a reset.
static void discard_input(struct conn *c)
{
    for (int i = 0; i < LINGER_BYTES / SESSION_BUF; i++)
        if (recv(c->fd, c->worker->in, SESSION_BUF, MSG_DONTWAIT) <= 0)
            break;
}

void conn_leave(struct conn *c)
{
    if (was_cut_off(c))
        count(COUNT_cut_off, 1);
    queue_leave(c);
}

void conn_close(struct conn *c)
{
    uint64_t ordinal = server_ordinal(c->fd); // now: after the close the number is another's

    conn_leave(c);
    count(COUNT_closed, 1);
    if (options_of(c)->verbose)
        warn("client %d: has left", c->fd);
    if (c->state == DRAINING || c->state == LINGERING)
        discard_input(c);
    store_release(&c->in);
    store_release(&c->out);
    stop_forget(c->fd);
    clients_leave(); // before the close: whoever sees it may take this client's place at once
    close(c->fd);
    trace_of(TRACE_close, ordinal, c->fd, 0);
    free(c);
}

// ---- What happens to a client ------------------------------------------------------------

// It is gone, or cut off: nothing more can reach it.
static void give_up(struct conn *c)
{
    count(stop_is_overdue() && buf_len(&c->out.buf) > 0 ? COUNT_cut_off : COUNT_broken, 1);
    buf_drop(&c->in.buf, buf_len(&c->in.buf));
    buf_drop(&c->out.buf, buf_len(&c->out.buf));
    c->state = GONE;
}

// If all that was owed has been sent: what comes next?
static void move_on(struct conn *c)
{
    if (c->state != ENDING || buf_len(&c->out.buf) > 0)
        return;
    queue_leave(c);
    stop_let_go(c->fd); // first: a later stop leaves it alone, an earlier one is seen below
    if (stop_is_on()) {
        c->state = DRAINING;
        shutdown(c->fd, SHUT_RD); // the stop may not have come to this one yet
        queue_join(&c->worker->draining, c, clock_now());
    } else {
        shutdown(c->fd, SHUT_WR);
        c->state = LINGERING;
        c->left = LINGER_BYTES;
        c->unsent = 0;
        queue_join(&c->worker->lingering, c, clock_now());
    }
}

// Answers what has come, unless earlier answers are still to be sent: they go first.
static void answer(struct conn *c)
{
    if (c->state != TALKING || buf_len(&c->out.buf) > 0 || buf_len(&c->in.buf) == 0)
        return;
    store_lend(&c->out, c->worker->out);
    while (buf_len(&c->in.buf) > 0 && session_step(&c->session, &c->in.buf, &c->out.buf)) {
        const struct work *work = &options_of(c)->work;
        count(COUNT_messages, 1);
        if (work->kind != WORK_NONE)
            work_do(work);
        trace(TRACE_protocol, c->fd, (int64_t)buf_len(&c->out.buf));
        if (work->kind != WORK_NONE)
            break; // one a turn: the others wait meanwhile; conn_sent() goes on
    }
    if (c->session.verdict != GO_ON) {
        if (c->session.verdict == VIOLATION)
            count(COUNT_violations, 1);
        buf_drop(&c->in.buf, buf_len(&c->in.buf));
        c->state = ENDING;
    }
}

// How many bytes wait in the socket to be read.
static size_t queued(const struct conn *c)
{
    int n = 0;

    ioctl(c->fd, FIONREAD, &n);
    return (size_t)n;
}

size_t conn_unsent(const struct conn *c)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    int n = 0;

    ioctl(c->fd, TIOCOUTQ, &n); // the same as tcp(7)'s SIOCOUTQ
    if (n == 0 || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return (size_t)n;
    switch (info.tcpi_state) {
    case TCP_CLOSE: // it has been reset: nobody will take them
        return 0;
    case TCP_FIN_WAIT1:
    case TCP_CLOSING:
    case TCP_LAST_ACK: // the count has our FIN in it
        return (size_t)n - 1;
    default:
        return (size_t)n;
    }
}

int64_t conn_last_moved(struct conn *c)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    size_t before = c->unsent;

    c->unsent = conn_unsent(c);
    if (c->unsent > 0)
        return c->unsent != before ? clock_now() : c->since_ns;
    if (c->state != TALKING || getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return c->since_ns;
    if (queued(c) > 0) // it is we who are late
        return clock_now();
    int64_t taken = clock_now() - info.tcpi_last_ack_recv * (NS_PER_SECOND / 1000);
    return taken > c->since_ns ? taken : c->since_ns;
}

// The end of the input: the client has finished, or the stop takes no more. A message that is not
// whole is dropped.
static void end_input(struct conn *c)
{
    buf_drop(&c->in.buf, buf_len(&c->in.buf));
    c->state = stop_is_on() && conn_unsent(c) > 0 ? ENDING : GONE;
}

// The client is not silent.
static void note_activity(struct conn *c)
{
    if (c->queue != &c->worker->talking)
        return;
    queue_leave(c);
    queue_join(&c->worker->talking, c, clock_now());
    c->unsent = 0;
}

// ---- Reading and writing -----------------------------------------------------------------

static bool is_limited(const struct conn *c)
{
    return c->state == LINGERING || (c->state == TALKING && c->last_call);
}

// The stop promises answers to what has come up to now, and to no more: a client that goes on
// sending can't keep the server up.
static void begin_last_call(struct conn *c)
{
    c->last_call = true;
    c->left = queued(c);
}

// How many bytes the next read may take, where there is room for so many.
static size_t limit(struct conn *c, size_t room)
{
    if (stop_is_on() && c->state == TALKING && !c->last_call)
        begin_last_call(c);
    return is_limited(c) && room > c->left ? c->left : room;
}

size_t conn_room(struct conn *c)
{
    return limit(c, SESSION_BUF - buf_len(&c->in.buf));
}

enum io conn_read(struct conn *c)
{
    ssize_t n = 0;

    if (c->in.buf.bytes == NULL)
        store_lend(&c->in, c->worker->in);
    if (c->in.own && !store_grow(&c->in)) {
        warn_errno_sometimes("a client is lost");
        give_up(c);
        return IO_MOVED;
    }
    unsigned char *space = buf_space(&c->in.buf);
    size_t room = limit(c, buf_room(&c->in.buf));
    if (room > 0) { // else the last call is over: n = 0, the end
        do
            n = read(c->fd, space, room);
        while (n < 0 && errno == EINTR);
        trace_result(TRACE_read, c->fd, n);
        count(COUNT_reads, 1);
        if (n < 0 && errno == EAGAIN) {
            count(COUNT_wasted, 1);
            return IO_WOULD_BLOCK;
        }
    }
    conn_received(c, n);
    return c->state == DRAINING && n == 0 ? IO_WOULD_BLOCK : IO_MOVED;
}

void conn_received(struct conn *c, ssize_t n)
{
    if (n > 0) {
        count(COUNT_bytes_in, (uint64_t)n);
        c->left -= is_limited(c) ? (size_t)n : 0;
    }
    if (c->state == LINGERING && (n <= 0 || c->left == 0))
        c->state = GONE;
    if (c->state == DRAINING && (n < 0 || stop_is_overdue() || conn_unsent(c) == 0))
        c->state = GONE;
    if (c->state != TALKING)
        return;
    if (n < 0) {
        give_up(c);
        return;
    }
    if (n == 0) {
        end_input(c);
    } else {
        note_activity(c);
        buf_add(&c->in.buf, (size_t)n);
        answer(c);
    }
    move_on(c);
}

enum io conn_write(struct conn *c)
{
    ssize_t n;

    do
        n = write(c->fd, buf_data(&c->out.buf), buf_len(&c->out.buf));
    while (n < 0 && errno == EINTR);
    trace_result(TRACE_write, c->fd, n);
    count(COUNT_writes, 1);
    if (n < 0 && errno == EAGAIN)
        return IO_WOULD_BLOCK;
    conn_sent(c, n);
    return IO_MOVED;
}

void conn_sent(struct conn *c, ssize_t n)
{
    if (n < 0) {
        give_up(c);
        return;
    }
    count(COUNT_bytes_out, (uint64_t)n);
    note_activity(c);
    buf_drop(&c->out.buf, (size_t)n);
    answer(c); // the room made may let through what had to wait
    move_on(c);
}

void conn_rest(struct conn *c)
{
    if (store_keep(&c->in) && store_keep(&c->out))
        return;
    warn_errno_sometimes("a client is lost");
    give_up(c);
    store_release(&c->in);
    store_release(&c->out);
}

// Answers are written at once, without a second wait: the socket nearly always has room.
unsigned conn_advance(struct conn *c)
{
    if (conn_wants(c) != WANT_WRITE)
        conn_read(c);
    if (conn_wants(c) == WANT_WRITE)
        conn_write(c);
    conn_rest(c);
    return conn_wants(c);
}

// client.c: see client.h.
#include "uring/client.h"

#include "server/stop.h"

enum { HEAVY_TURNS = 8 };

enum { MOST_AWAITED = 120 }; // fewer than half of the small buffers

// Where answers lie until the call that sends them. None is on it longer: what could not be sent at
// once moves to memory of the client's own.
static unsigned char tray[65536];
static size_t laid;      // bytes on it
static unsigned at_once; // sends of them whose completion has not been seen

// The stop takes only what has come by then: it must know how much is received.
static bool is_heavy(const struct client *k)
{
    return k->heavy > 0 || stop_is_on();
}

unsigned client_awaited(void)
{
    if (at_once == 0)
        return 1;
    return at_once < MOST_AWAITED ? at_once : MOST_AWAITED;
}

void client_send(struct client *k)
{
    struct buf *out = &k->conn->out.buf;

    if (k->sending != NOTHING)
        return;
    conn_hold(k->conn, tray + laid, k->heavy > 0 ? 0 : sizeof tray - laid);
    if (buf_len(out) == 0)
        return;
    if (k->conn->out.own) {
        k->sending = SEND;
        ring_send(k->conn->fd, buf_data(out), buf_len(out));
    } else {
        k->sending = SEND_AT_ONCE;
        ring_send_at_once(k->conn->fd, buf_data(out), buf_len(out));
        laid += buf_len(out);
        at_once++;
    }
}

void client_receive(struct client *k)
{
    size_t room;

    if (k->receiving != NOTHING)
        return;
    if (!is_heavy(k) && !k->ended) {
        k->receiving = RECEIVE;
        ring_receive(k->conn->fd);
    } else if (!k->ended && (room = conn_room(k->conn)) > 0) {
        k->receiving = RECEIVE_ONCE;
        ring_receive_once(k->conn->fd, room);
    } else {
        conn_take(k->conn, NULL, 0);
    }
}

void client_cancel(struct client *k)
{
    if (!k->cancelled)
        ring_cancel(k->conn->fd);
    k->cancelled = true;
}

static void note_receive(struct client *k, const struct io_uring_cqe *done)
{
    bool was_full = done->res == BUFFER_SIZE && ring_has_more(done);

    if (!ring_goes_on(done)) {
        k->receiving = NOTHING;
        k->cancelled = false;
    }
    if (done->res == 0)
        k->ended = true;
    if (ring_operation(done) == RECEIVE && was_full)
        k->heavy = HEAVY_TURNS;
    else if (ring_operation(done) == RECEIVE_ONCE && done->res <= BUFFER_SIZE && k->heavy > 0)
        k->heavy--;
}

static void note_send(struct client *k, int n)
{
    if (k->sending == SEND_AT_ONCE && --at_once == 0)
        laid = 0;
    k->sending = NOTHING;
    if (n < 0 || (size_t)n < buf_len(&k->conn->out.buf))
        k->heavy = HEAVY_TURNS;
}

bool client_note(struct client *k, const struct io_uring_cqe *done)
{
    if (ring_operation(done) >= SEND)
        note_send(k, done->res);
    else
        note_receive(k, done);
    if (k->receiving == RECEIVE && is_heavy(k))
        client_cancel(k);
    return !ring_did_nothing(done->res);
}

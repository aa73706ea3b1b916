// conn_take.c: a client for whom the kernel reads and writes. What it has received lies where it
// has put it, in memory that others wait for; what it is to send must stay where it is until it is
// done.
#include <string.h>

#include "base/fail.h"
#include "server/conn.h"
#include "server/trace.h"

// There is no memory for its bytes.
static void lose(struct conn *c, struct store *bytes)
{
    warn_errno_sometimes("a client is lost");
    conn_sent(c, -1);
    store_release(bytes);
}

// Behind what was left over. Nearly always nothing was, and they are taken where they are.
static bool append(struct store *in, unsigned char *bytes, size_t n)
{
    if (!in->own) {
        in->buf = (struct buf){.bytes = bytes, .size = n};
        return true;
    }
    if (!store_fit(in, n))
        return false;
    memcpy(buf_space(&in->buf), bytes, n);
    return true;
}

void conn_take(struct conn *c, unsigned char *bytes, ssize_t n)
{
    trace(TRACE_read, c->fd, n);
    if (n > 0 && c->state == LINGERING && (size_t)n > c->left)
        n = (ssize_t)c->left; // asked for when there was no limit yet
    if (n > 0 && c->state == TALKING && !append(&c->in, bytes, (size_t)n)) {
        lose(c, &c->in);
        return;
    }
    conn_received(c, n);
    if (!store_keep(&c->in))
        lose(c, &c->in);
}

void conn_hold(struct conn *c, unsigned char *place, size_t room)
{
    struct buf *out = &c->out.buf;
    size_t n = buf_len(out);

    if (n > 0 && n <= room && !c->out.own) {
        memcpy(place, buf_data(out), n);
        *out = (struct buf){.bytes = place, .size = n, .tail = n};
    } else if (!store_keep(&c->out)) {
        lose(c, &c->out);
    }
}

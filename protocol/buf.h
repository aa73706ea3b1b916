// buf.h: a run of bytes with a reading end and a writing end, over memory that somebody else owns.
//
//     bytes          head              tail            size
//       |  (read)     |    unread       |     room       |
#ifndef PROTOCOL_BUF_H
#define PROTOCOL_BUF_H

#include <stddef.h>
#include <string.h>

struct buf {
    unsigned char *bytes; // the owner's; NULL while size is 0
    size_t size;
    size_t head, tail; // the unread bytes are bytes[head..tail)
};

static inline size_t buf_len(const struct buf *b)
{
    return b->tail - b->head;
}

static inline size_t buf_room(const struct buf *b)
{
    return b->size - buf_len(b);
}

static inline unsigned char *buf_data(const struct buf *b)
{
    return b->bytes + b->head;
}

// Slides the unread bytes to the front, so that all the room is behind them; returns its start.
static inline unsigned char *buf_space(struct buf *b)
{
    if (b->head > 0) {
        memmove(b->bytes, b->bytes + b->head, buf_len(b));
        b->tail -= b->head;
        b->head = 0;
    }
    return b->bytes + b->tail;
}

// n bytes have been put at buf_space().
static inline void buf_add(struct buf *b, size_t n)
{
    b->tail += n;
}

// n bytes have been read at buf_data(). An empty buffer starts again at its front for nothing.
static inline void buf_drop(struct buf *b, size_t n)
{
    b->head += n;
    if (b->head == b->tail)
        b->head = b->tail = 0;
}

// Needs buf_room() >= n.
static inline void buf_put(struct buf *b, const void *data, size_t n)
{
    memcpy(buf_space(b), data, n);
    buf_add(b, n);
}

#endif

// store.h: a client's buffer. During a turn it lies on its worker's desk; what is left over when
// the turn ends moves to memory of its own, so that a silent client costs next to nothing.
#ifndef SERVER_STORE_H
#define SERVER_STORE_H

#include <stdbool.h>

#include "protocol/protocol.h"

struct store {
    struct buf buf;
    bool own; // buf.bytes is from malloc, and this store's to free
};

// Empties it and gives back what it holds.
void store_release(struct store *);

// Lays the store, emptied, on the desk: SESSION_BUF bytes that stay the worker's.
static inline void store_lend(struct store *s, unsigned char *desk)
{
    if (s->own)
        store_release(s);
    s->buf.bytes = desk;
    s->buf.size = SESSION_BUF;
    s->buf.head = s->buf.tail = 0;
}

// Leftovers move to memory of just their size. False: there is none; the store is as before.
bool store_move(struct store *);

// Ends the turn. Nearly always nothing is left over.
static inline bool store_keep(struct store *s)
{
    if (s->own || buf_len(&s->buf) > 0)
        return store_move(s);
    s->buf = (struct buf){.bytes = NULL};
    return true;
}

// Makes room in memory of its own: as much again as is there, 4 KiB at least, SESSION_BUF in all at
// most. False: there is no memory, and no room either.
bool store_grow(struct store *);

// Makes room for n bytes more in memory of its own, however many. False: there is no memory.
bool store_fit(struct store *, size_t n);

#endif

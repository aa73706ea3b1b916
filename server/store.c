// store.c: see store.h.
#include "server/store.h"

#include <stdlib.h>

enum { LEAST_ROOM = 4096 };

bool store_move(struct store *s)
{
    size_t n = buf_len(&s->buf);

    if (n == 0)
        store_release(s);
    if (n == 0 || s->own)
        return true;
    unsigned char *bytes = malloc(n);
    if (bytes == NULL)
        return false;
    memcpy(bytes, buf_data(&s->buf), n);
    *s = (struct store){.buf = {.bytes = bytes, .size = n, .tail = n}, .own = true};
    return true;
}

static bool resize(struct store *s, size_t size)
{
    buf_space(&s->buf);
    unsigned char *bytes = realloc(s->buf.bytes, size);
    if (bytes == NULL)
        return false;
    s->buf.bytes = bytes;
    s->buf.size = size;
    return true;
}

// Doubling: a message in many pieces is not copied once for each, and memory follows what was
// received, not what was announced.
bool store_grow(struct store *s)
{
    size_t size = 2 * buf_len(&s->buf);

    if (size < LEAST_ROOM)
        size = LEAST_ROOM;
    if (size > SESSION_BUF)
        size = SESSION_BUF;
    return size <= s->buf.size || resize(s, size) || buf_room(&s->buf) > 0;
}

bool store_fit(struct store *s, size_t n)
{
    if (n > buf_room(&s->buf))
        store_grow(s);
    return n <= buf_room(&s->buf) || resize(s, buf_len(&s->buf) + n);
}

void store_release(struct store *s)
{
    if (s->own)
        free(s->buf.bytes);
    *s = (struct store){.own = false};
}

// converse.h: holds a whole conversation with a service, the bytes cut and drained in any way.
#ifndef TESTS_CONVERSE_H
#define TESTS_CONVERSE_H

#include <sanitizer/asan_interface.h>
#include <stdlib.h>

#include "protocol/protocol.h"

enum { CYCLE = 8 };

// How the bytes move. Each turn brings the next of `pieces` and takes the next of `drains`
// away, both begun again when they end. A cycle needs a number above 0 in it.
struct way {
    size_t in_size, out_size;
    size_t pieces[CYCLE], n_pieces;
    size_t drains[CYCLE], n_drains;
};

struct ending {
    enum verdict verdict;
    size_t n;        // bytes that were answered
    size_t messages; // as session_step() counted them
    size_t left;     // bytes still in `in`
};

static inline size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Needs room in `answers` for all that the service says, and for `max` bytes at most: what is
// beyond is counted but not stored.
static inline struct ending converse(struct session s, const void *input, size_t n,
                                     const struct way *way, unsigned char *answers, size_t max)
{
    struct buf in = {malloc(way->in_size), way->in_size, 0, 0};
    struct buf out = {malloc(way->out_size), way->out_size, 0, 0};
    struct ending end = {.messages = 0};
    size_t at = 0;

    if (in.bytes == NULL || out.bytes == NULL)
        abort();
    memset(in.bytes, '\n', in.size); // a service that looks beyond the end sees lines there
    for (size_t turn = 0;; turn++) {
        if (s.verdict == GO_ON) {
            size_t piece = way->pieces[turn % way->n_pieces];

            piece = lesser(piece, lesser(n - at, buf_room(&in)));
            ASAN_UNPOISON_MEMORY_REGION(in.bytes, in.size);
            if (piece > 0)
                buf_put(&in, (const unsigned char *)input + at, piece);
            at += piece;
            ASAN_POISON_MEMORY_REGION(in.bytes + in.tail, in.size - in.tail);
        }
        while (session_step(&s, &in, &out))
            end.messages++;
        // With nothing owed, it is over when nothing can come: no input, or no room for it.
        if (buf_len(&out) == 0 && (s.verdict != GO_ON || at == n || buf_room(&in) == 0))
            break;

        size_t drain = lesser(way->drains[turn % way->n_drains], buf_len(&out));
        if (end.n + drain <= max)
            memcpy(answers + end.n, buf_data(&out), drain);
        end.n += drain;
        buf_drop(&out, drain);
    }
    end.verdict = s.verdict;
    end.left = buf_len(&in) + (n - at);
    ASAN_UNPOISON_MEMORY_REGION(in.bytes, in.size);
    free(in.bytes);
    free(out.bytes);
    return end;
}

#endif

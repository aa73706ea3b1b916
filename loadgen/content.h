// content.h: the bytes of requests, computed instead of stored. Byte `at` of a message follows from
// the message's key alone, so that nothing need be kept to send the rest of a message later, nor to
// check its answer, and no two messages of a run of 8 bytes or more are alike. (Of 1 byte there are
// but 256: an answer of another connection is taken for right once in 256 times.)
//
// Word i of a message, 8 bytes with the lowest first, is key + i * CONTENT_STRIDE: two messages
// differ in every word, and so does a message from itself moved by any number of words.
#ifndef LOADGEN_CONTENT_H
#define LOADGEN_CONTENT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"

#define CONTENT_STRIDE UINT64_C(0xD1342543DE82EF95) // odd, its bits well mixed

static inline uint64_t content_key(uint64_t connection, uint64_t message)
{
    return random_at(connection, message);
}

static inline unsigned char content_byte(uint64_t key, size_t at)
{
    return (unsigned char)((key + at / 8 * CONTENT_STRIDE) >> at % 8 * 8);
}

// Writes n bytes of the message, from byte `at` on.
static inline void content_fill(uint64_t key, size_t at, unsigned char *to, size_t n)
{
    for (; n > 0 && at % 8 != 0; n--)
        *to++ = content_byte(key, at++);
    for (uint64_t next = key + at / 8 * CONTENT_STRIDE; n >= 8; n -= 8, at += 8, to += 8) {
        uint64_t word = htole64(next);
        memcpy(to, &word, 8);
        next += CONTENT_STRIDE;
    }
    for (; n > 0; n--)
        *to++ = content_byte(key, at++);
}

// How many of the n bytes are the message's, from its byte `at` on, before the first that is not.
static inline size_t content_match(uint64_t key, size_t at, const unsigned char *bytes, size_t n)
{
    size_t i = 0;

    for (; i < n && (at + i) % 8 != 0; i++)
        if (bytes[i] != content_byte(key, at + i))
            return i;
    for (uint64_t next = key + (at + i) / 8 * CONTENT_STRIDE; i + 8 <= n; i += 8) {
        uint64_t found;
        memcpy(&found, bytes + i, 8);
        if (found != htole64(next))
            break;
        next += CONTENT_STRIDE;
    }
    while (i < n && bytes[i] == content_byte(key, at + i))
        i++;
    return i;
}

#endif

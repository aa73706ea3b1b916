// bytes.c: bytes, frames, times.
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "tests/conform/own.h"

static uint64_t variation;

void vary_random(uint64_t seed)
{
    variation = seed;
}

void fill_random(void *bytes, size_t n, uint64_t seed)
{
    unsigned char *to = bytes;

    seed ^= variation;
    while (n > 0) {
        uint64_t z = random_next(&seed);
        size_t part = n < sizeof z ? n : sizeof z;
        memcpy(to, &z, part);
        to += part;
        n -= part;
    }
}

size_t put_frame(unsigned char *to, const void *payload, uint32_t n)
{
    to[0] = (unsigned char)(n >> 24);
    to[1] = (unsigned char)(n >> 16);
    to[2] = (unsigned char)(n >> 8);
    to[3] = (unsigned char)n;
    if (n > 0)
        memcpy(to + 4, payload, n);
    return 4 + (size_t)n;
}

double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void nap(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

    while (nanosleep(&left, &left) == -1 && errno == EINTR)
        ;
}

const char *grouped(uint64_t n)
{
    static char buffers[8][32];
    static unsigned next;
    char *p = buffers[next++ % 8];
    unsigned digits = 0;

    p += sizeof buffers[0] - 1;
    *p = '\0';
    do {
        if (digits > 0 && digits % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + n % 10);
        n /= 10;
        digits++;
    } while (n > 0);
    return p;
}

// sizes.h: how long requests are: one size, a range, or a mix by weight.
#ifndef LOADGEN_SIZES_H
#define LOADGEN_SIZES_H

#include <stdbool.h>
#include <stdint.h>

enum { SIZES_MAX = 16 };

// "64", "64-1k" (any of them alike often), "64:90,4096:10" (by weight; parts may be ranges too).
struct sizes {
    const char *text; // as given
    unsigned parts;   // 1 to SIZES_MAX
    struct size_part {
        uint32_t low, high; // bytes, both included
        uint32_t upto;      // the sum of the weights so far; the last is the sum of all
    } part[SIZES_MAX];
};

// Each size must lie in min..max. False: not such a text; nothing stored.
bool sizes_read(const char *text, uint32_t min, uint32_t max, struct sizes *);

double sizes_mean(const struct sizes *);

// Whether all are alike.
static inline bool sizes_fixed(const struct sizes *s)
{
    return s->parts == 1 && s->part[0].low == s->part[0].high;
}

// The size that these 64 random bits stand for.
static inline uint32_t sizes_pick(const struct sizes *s, uint64_t random)
{
    const struct size_part *p = s->part;

    if (s->parts > 1) {
        // The high half chooses the part, the low half the place in it; (r * n) >> 32 is Lemire's
        // way to a number below n without a division.
        uint32_t weight = (uint32_t)(((random >> 32) * s->part[s->parts - 1].upto) >> 32);
        while (weight >= p->upto)
            p++;
    }
    return p->low + (uint32_t)(((random & UINT32_MAX) * (p->high - p->low + 1)) >> 32);
}

#endif

// schedule.c: see schedule.h.
#include "loadgen/schedule.h"

#include <math.h>

#include "base/random.h"
#include "base/units.h"

void schedule_open(struct schedule *s, enum arrivals arrivals, double rate, uint64_t seed,
                   unsigned part, unsigned parts)
{
    s->arrivals = arrivals;
    s->gap = (double)NS_PER_SECOND / rate * parts;
    s->at = 0;
    // Mixed, since generators that start a few numbers apart run through the same ones.
    s->random = random_mix(random_at(seed, part));
    s->next = 0;
    s->part = part;
    s->parts = parts;
}

int64_t schedule_next(struct schedule *s)
{
    if (s->arrivals == UNIFORM)
        // From the number, not from the last moment: nothing adds up.
        return (int64_t)(s->gap * ((double)s->next++ + (double)s->part / s->parts));

    // A Poisson process has exponential gaps. 53 random bits give a number above 0, at most 1.
    double u = (double)((random_next(&s->random) >> 11) + 1) * 0x1p-53;
    s->at -= log(u) * s->gap;
    return (int64_t)s->at;
}

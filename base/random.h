// random.h: random numbers that a seed repeats: Sebastiano Vigna's splitmix64
// (prng.di.unimi.it/splitmix64.c). Good enough for loads and tests, never for secrets that matter.
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

#define RANDOM_STEP UINT64_C(0x9E3779B97F4A7C15)

// Scatters a number over all 64 bits; different numbers stay different.
static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

// The next number of the generator whose state began as the seed.
static inline uint64_t random_next(uint64_t *state)
{
    return random_mix(*state += RANDOM_STEP);
}

// Number `i`, counted from 0, of the generator started at `seed`, without going through the others.
static inline uint64_t random_at(uint64_t seed, uint64_t i)
{
    return random_mix(seed + RANDOM_STEP * (i + 1));
}

#endif

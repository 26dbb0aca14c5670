#ifndef FAB_TESTS_SEEDED_H
#define FAB_TESTS_SEEDED_H

#include <stdint.h>

/* Numbers for property tests: splitmix64, the same on every machine. */
static inline uint64_t seeded_next(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number of [low, high). */
static inline double seeded_between(uint64_t *seed, double low, double high)
{
    return low + (high - low) * (double)(seeded_next(seed) >> 11) * 0x1p-53;
}

/* An integer of [low, high]. */
static inline int64_t seeded_integer(uint64_t *seed, int64_t low, int64_t high)
{
    return low + (int64_t)(seeded_next(seed) % (uint64_t)(high - low + 1));
}

#endif

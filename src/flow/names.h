#ifndef FAB_FLOW_NAMES_H
#define FAB_FLOW_NAMES_H

#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/status.h>

/* Gives 64-bit keys the numbers 0, 1, 2 ... in the order in which they first come. */
typedef struct fab_names {
    fab_arena *arena;
    uint64_t *key;
    uint32_t *number; /* plus 1; 0 where the table is empty */
    uint32_t slots;   /* a power of two */
    uint32_t count;
} fab_names;

FAB_CHECKED fab_status fab_names_make(fab_arena *arena, fab_names *names_out);

/* Forgets all keys; keeps the memory. */
void fab_names_clear(fab_names *names);

/* Returns the number of a key, a new one if it is new. O(1) on average. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_names_find(fab_names *names, uint64_t key, uint32_t *number_out);

/* A bijection that spreads 64 bits well: the finalizer of splitmix64. */
static inline uint64_t fab_mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif

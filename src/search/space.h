#ifndef FAB_SEARCH_SPACE_H
#define FAB_SEARCH_SPACE_H

#include <fabricast/search.h>

/* The mappings that a search tries, in blocks that workers can take one by one. */

/* All mappings of one tp, cp, pp and ep. Sets are those of fab_search_axes; 0: the scenario's own.
 */
typedef struct fab_space_block {
    int64_t tp, cp, pp, ep;
    int64_t microbatches; /* sizes 1, 2, 4, ... */
    int64_t interleaves;  /* 1 to this */
    int64_t orders;       /* expert orders that differ, with whole experts */
    int64_t splits;       /* 2 when experts may also be split over the tensor group, else 1 */
    fab_search_axes axes; /* what differs of them here */
    int64_t domain_ranks; /* data-parallel ranks of a shard group in a domain */
    int64_t variants;     /* combinations of the axes */
    int64_t candidates;
} fab_space_block;

/* Lists the blocks by tp, cp, pp, ep, rising. FAB_E_RANGE when they hold more than
 * FAB_SEARCH_CANDIDATE_LIMIT mappings, FAB_E_NOMEM. The arena owns the list. */
FAB_CHECKED fab_status fab_space_make(const fab_scenario *scenario, fab_arena *arena,
                                      const fab_space_block **blocks_out, size_t *count_out);

/* Returns mapping `index` of a block with dp left open; fields that are not searched are those of
 * `own`. Rising indices give mappings in rising order; interleave changes first. */
fab_mapping fab_space_mapping(const fab_space_block *block, const fab_mapping *own, int64_t index);

/* Below 0, 0 or above as `a` comes before, is or comes after `b`: by tp, cp, pp, ep, etp,
 * micro-batch, expert order, recomputation, schedule, zero, cp_mode, shard group, interleave. */
int fab_space_compare(const fab_mapping *a, const fab_mapping *b);

#endif

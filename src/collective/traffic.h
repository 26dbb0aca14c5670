#ifndef FAB_COLLECTIVE_TRAFFIC_H
#define FAB_COLLECTIVE_TRAFFIC_H

#include "collective/span.h"

/* What one algorithm of a collective puts on each tier. */
typedef struct fab_load {
    const char *reason; /* why the algorithm does not apply; NULL: it does */
    bool is_pipelined;  /* its tiers always work at the same time */
    struct {
        int algorithm;   /* that runs on this tier */
        double sent_bit; /* by the busiest rank, or received where that is more */
        double steps_count;
        double own_bit; /* a rank's own share, which it moves within its memory */
    } tiers[FAB_TIER_LIMIT];
} fab_load;

/* Bits and steps on each tier for a payload of `payload_bit`; the formulas and their sources:
 * docs/models-network.md#algorithms. `can_reduce` says which tiers reduce in their switches. */
fab_load fab_load_make(fab_collective_kind kind, int algorithm, const fab_spans *spans,
                       const bool can_reduce[FAB_TIER_LIMIT], double payload_bit);

#endif

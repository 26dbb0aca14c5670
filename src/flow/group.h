#ifndef FAB_FLOW_GROUP_H
#define FAB_FLOW_GROUP_H

#include <fabricast/flow.h>

/* A smaller problem with one flow per class of flows and one link per class of links, whose rates
 * and times are those of every member. */
typedef struct fab_flow_quotient {
    fab_flow_set set; /* load_ratio: how often flows of the class cross one link of that class */
    const double *rate_bps;
    uint32_t link_count;
    const uint32_t *flow_class; /* by flow */
} fab_flow_quotient;

/* Looks for the coarsest classes such that flows of one class have the same size, start, weight and
 * cap and the same loads on links of each class and wait for the same numbers of flows of each
 * class, and links of one class have the same rate and carry the same loads of flows of each class
 * (an equitable partition). *found_out is false when there are more than half as many classes as
 * flows, or finding them takes too long. O(E) per sweep. */
FAB_CHECKED fab_status fab_flow_group(fab_arena *arena, const double *rate_bps, uint32_t link_count,
                                      const fab_flow_set *set, fab_flow_quotient *quotient_out,
                                      bool *found_out);

#endif

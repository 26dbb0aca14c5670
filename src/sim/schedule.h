#ifndef FAB_SIM_SCHEDULE_H
#define FAB_SIM_SCHEDULE_H

#include "sim/posting.h"
#include "sim/terrain.h"

/* Posts every message of the algorithm for all groups of the job; the steps are those of
 * docs/models-network.md#algorithms. Pipelined algorithms (trees, flat rings) are fluid: all
 * messages flow at once, after the latency of the whole way. `share` is what part of its buffer a
 * rank sends to each rank in a flat all-to-all; NULL: equal parts. A chain with concurrent tiers
 * begins at time 0. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_schedule_post(const fab_terrain *terrain, const fab_graph *graph,
                                         const double *share, fab_posting *posting);

#endif

#ifndef FAB_SIM_WAYS_H
#define FAB_SIM_WAYS_H

#include "sim/ground.h"
#include "sim/partners.h"

/* What the messages of a step put on the links of a graph. Messages of one kind of a stage go one
 * way: all packages of the stage send at once, and a message of 1 byte a package puts so many bytes
 * on each link. Links of equal rate that every way loads alike are one class, of which one link is
 * simulated. */

/* Links that carry alike. */
typedef struct fab_link_class {
    uint32_t link; /* the first of them */
    uint32_t count;
    double rate_bps; /* of one */
    int layer;
} fab_link_class;

typedef struct fab_way {
    fab_partners partners;
    double latency_ratio; /* of its longest way, to the latency of the tier; at least 1 */
    uint32_t begin, end;  /* its entries in fab_ways.entry_* */
} fab_way;

typedef struct fab_ways {
    fab_arena *arena;
    fab_way *ways;
    uint32_t count, room;
    bool lacks_memory;
    /* once routed */
    fab_link_class *classes;
    uint32_t class_count;
    uint32_t *entry_class; /* by way; classes in rising order */
    double *entry_load;    /* bytes on a link for each byte that a package sends */
} fab_ways;

/* Returns the number of a way, a new one where it is not listed yet. */
uint32_t fab_ways_find(fab_ways *ways, const fab_partners *partners);

/* Routes all messages of all ways and groups the links. FAB_E_INFEASIBLE: *reason_out (in the
 * arena) says between which packages there is no path, or that a way has no messages, or that it
 * was ended. FAB_E_NOMEM. O(destinations x what fab_spread_add says), then O(loaded links x ways).
 */
FAB_CHECKED fab_status fab_ways_route(fab_ways *ways, const fab_ground *ground,
                                      const fab_step_options *options, const char **reason_out);

#endif

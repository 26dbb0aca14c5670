#ifndef FAB_SIM_PARTNERS_H
#define FAB_SIM_PARTNERS_H

#include <fabricast/collective.h>
#include <fabricast/wiring.h>

#include "graph/spread.h"

/* Who sends to whom in one kind of message of a training step, on one of the two tiers that a
 * forecast knows: all groups of a stage at the same time. What a collective sends in steps is taken
 * together, as parts of what a rank sends in all. */
typedef struct fab_partners {
    int64_t stage, to_stage; /* the same but for transfers */
    int64_t stage_packages;
    fab_group group;  /* ranks that belong together */
    int64_t ranks;    /* of a group */
    int64_t local;    /* of them in a domain */
    bool is_outer;    /* messages between domains, else inside */
    bool is_by_place; /* all-to-all: between domains to the equal place alone */
    fab_collective_kind kind;
    int algorithm; /* fab_collective_algorithm */
    int wiring;    /* fab_wiring_kind of the tier */
} fab_partners;

/* Most sources that fab_partners_list lists. */
static inline int64_t fab_partners_limit(const fab_partners *partners)
{
    return 2 * partners->ranks + 2;
}

/* Lists who sends to a package of `to_stage`, with sizes that are as those of all others' lists;
 * returns how many. O(ranks). */
size_t fab_partners_list(const fab_partners *partners, uint32_t to, fab_spread_source *out);

/* Returns how many partners follow each other in a collective, one of them at a time: who sends to
 * the first package, once in each of the passes of an all-reduce. 0 when memory is out. */
int64_t fab_partners_settings(const fab_partners *partners, fab_arena *arena);

/* Returns how much of these sizes is 1 byte of what a forecast counts: what the busiest package
 * sends, which is what it gets, and of parts that are passed on what the mean one does. */
static inline double fab_partners_unit(const fab_partners *partners, double sum_byte,
                                       double most_byte)
{
    return partners->kind == FAB_SEND ? sum_byte / (double)partners->stage_packages : most_byte;
}

#endif

#ifndef FAB_COLLECTIVE_SPAN_H
#define FAB_COLLECTIVE_SPAN_H

#include <fabricast/collective.h>

/* How a group lies on all tiers of a fabric. On tier i a rank exchanges with `members` others of
 * equal index in the domains of the tier inside, or with packages on the innermost tier. `above` is
 * one over the members in such an inner domain (the emptiest), `below` one over those in a domain
 * of tier i (the fullest): a rank holds a share of that size before and after. */
typedef struct fab_span {
    int64_t members;
    int64_t crossings; /* edges of a ring over the whole group that cross this tier and no outer */
    double above;
    double below;
} fab_span;

typedef struct fab_spans {
    fab_span tiers[FAB_TIER_LIMIT];
    int64_t tier_count;
    int64_t ranks;
    fab_placement inner; /* on the innermost tier */
} fab_spans;

/* Places ranks that sit `stride` packages apart. FAB_E_RANGE as fab_group_place. */
FAB_CHECKED fab_status fab_spans_place(const fab_fabric *fabric, int64_t ranks, int64_t stride,
                                       fab_spans *out);

/* The same two tiers, inner and outer, from a placement on the inner one. */
fab_spans fab_spans_of(const fab_placement *placement);

#endif

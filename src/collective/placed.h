#ifndef FAB_COLLECTIVE_PLACED_H
#define FAB_COLLECTIVE_PLACED_H

#include <stdbool.h>

#include <fabricast/collective.h>

/* Whether some set of groups can have these counts: every number at least 1, none above the ranks,
 * and the ranks divide over the domains between the fewest and the most per domain. */
bool fab_placement_is_consistent(const fab_placement *placement);

/* Whether `kind` is one of the enum's values. */
bool fab_collective_is_kind(fab_collective_kind kind);

/* Rate of a tier for a group: a mesh lends it only the links between its members. */
double fab_collective_tier_rate(const fab_collective_tier *tier, int64_t members);

#endif

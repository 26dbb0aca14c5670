#ifndef FAB_COLLECTIVE_PLACED_H
#define FAB_COLLECTIVE_PLACED_H

#include <stdbool.h>

#include <fabricast/collective.h>

/* Whether some set of groups can have these counts: every number at least 1, none above the ranks,
 * and the ranks divide over the domains between the fewest and the most per domain. */
bool fab_placement_is_consistent(const fab_placement *placement);

/* Whether `kind` is one of the enum's values. */
bool fab_collective_is_kind(fab_collective_kind kind);

/* Members of a group that exchange on a tier at a time: those of a domain, or the domains; a send
 * has one partner. */
int64_t fab_collective_members(fab_collective_kind kind, const fab_placement *placement, int tier);

/* Rate of a tier for a group: a mesh lends it only the links between its members. */
double fab_collective_tier_rate(const fab_collective_tier *tier, int64_t members);

#endif

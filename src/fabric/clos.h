#ifndef FAB_CLOS_H
#define FAB_CLOS_H

#include <fabricast/fabric.h>

/* Levels of switches that a domain of a tier needs, 1 to FAB_CLOS_LEVELS; 0 when it is larger than
 * so many levels join, -1 when the tier names no switch or the switch's rate or radix is not
 * published, or links join packages directly. */
int64_t fab_clos_levels(const fab_tier *tier);

/* Most packages that FAB_CLOS_LEVELS levels of the tier's switches join; the switch is known. */
double fab_clos_limit_count(const fab_tier *tier);

/* Counts the switches of `installed` packages that stand in whole domains and the rest of one. */
fab_clos fab_clos_count(const fab_tier *tier, int64_t installed);

#endif

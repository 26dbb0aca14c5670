#ifndef FAB_SIM_ORBIT_H
#define FAB_SIM_ORBIT_H

#include <fabricast/flow.h>

#include "sim/terrain.h"

/* A collective that looks the same from every package: one stands for all, and links are counted by
 * class. Links of a class have, for each package, one of `rate_bps` (those of an axis together). */

#define FAB_ORBIT_CLASSES 8
#define FAB_ORBIT_LINKS   (FAB_TIER_LIMIT * FAB_ORBIT_CLASSES)

typedef struct fab_orbit {
    fab_flow_set set;
    double rate_bps[FAB_ORBIT_LINKS]; /* 1 where there is no such class */
    bool is_used[FAB_ORBIT_LINKS];
    double carried_byte[FAB_ORBIT_LINKS]; /* by the link of one package */
    uint64_t messages;                    /* of all packages */
    double energy_j;                      /* of all packages */
} fab_orbit;

/* Whether translations leave wiring and messages of the terrain as they are. */
bool fab_orbit_applies(const fab_terrain *terrain);

/* Lays one package's messages out. FAB_E_NOMEM. O(ranks). */
FAB_CHECKED fab_status fab_orbit_make(const fab_terrain *terrain, fab_arena *arena,
                                      fab_orbit *orbit_out);

/* Returns the name of a class of links: "up", "axis 1", ... */
const char *fab_orbit_name(int link);

#endif

#ifndef FAB_REGIONS_H
#define FAB_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/link_map.h>
#include <fabricast/status.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* Which technology costs least energy over distance and bandwidth of a package.
 * docs/models-link.md#over-distance-and-bandwidth. */

/* Bandwidths, evenly spaced by their logarithm, both ends among them. */
#define FAB_REGION_RATES 41

/* Nothing reaches so far with so much. */
#define FAB_REGION_NONE (-1)

/* What is asked. */
typedef struct fab_region_frame {
    double from_m, to_m;
    double from_bps, to_bps; /* of a package, one direction */
    fab_value edge_m;        /* of a package that links may leave through */
    fab_value link_power_w;  /* of a package, for its links */
} fab_region_frame;

/* The part of the map on which one technology is best. */
typedef struct fab_region {
    int curve; /* index into the map's curves */
    size_t cells;
    double least_m, most_m;
    double least_bps, most_bps;
    double least_j_per_bit, most_j_per_bit;
} fab_region;

typedef struct fab_region_map {
    fab_link_map map;
    fab_region_frame frame;
    double rates_bps[FAB_REGION_RATES];
    int best[FAB_REGION_RATES][FAB_MAP_POINTS]; /* index of a curve or FAB_REGION_NONE */
    fab_region *regions; /* those that are best somewhere, the largest first; of equals in the
                            order asked for */
    size_t region_count;
    size_t empty_cells; /* on which nothing can be built */
} fab_region_map;

/* Most bandwidth of a technology at a distance, bit/s: the least of edge x shoreline, power for
 * links / energy per bit and the frame's end; what is not known does not limit. 0 beyond its reach.
 */
FAB_API double fab_region_limit_bps(const fab_region_map *regions, const fab_link_curve *curve,
                                    size_t point);

/* Works out a map of `count` technologies. A technology stands for a cell when it reaches the
 * distance and its limit there is at least the bandwidth; of those the one that takes least energy
 * per bit, derived for the whole link at that distance, is best; of equals the first. Regions live
 * in the arena. FAB_E_RANGE unless 0 < from < to on both axes and all are finite. FAB_E_NOMEM.
 * Cost: a link map and its cells, milliseconds. */
FAB_API FAB_CHECKED fab_status fab_region_map_make(const fab_technology *const *technologies,
                                                   size_t count, const fab_region_frame *frame,
                                                   fab_arena *arena, fab_region_map *out);

FAB_END_DECLS

#endif

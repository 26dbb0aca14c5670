#ifndef FAB_LINK_MAP_H
#define FAB_LINK_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/anatomy.h>
#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* Technologies over distance: what a bit costs, how fast a lane may be, and where one overtakes
 * another. docs/models-link.md#over-distance. */

#define FAB_MAP_POINTS 61 /* distances, evenly spaced by their logarithm, both ends among them */

/* One technology. Points beyond its reach hold 0. */
typedef struct fab_link_curve {
    const fab_technology *technology;
    double energy_j_per_bit[FAB_MAP_POINTS]; /* of the whole link, hosts included, derived */
    double lane_bps[FAB_MAP_POINTS]; /* fastest lane whose budget closes; of copper alone, else
                                        the row's */
    size_t count;                    /* points within its reach */
    double reach_m;                /* the published one, else where the derived budget is used up */
    bool is_reach_derived;         /* nobody publishes it */
    bool is_reach_known;           /* neither: taken to reach everywhere */
    fab_value shoreline_bps_per_m; /* published, else derived */
} fab_link_curve;

/* A stretch of distances on which one technology costs least. */
typedef struct fab_link_stretch {
    const fab_link_curve *curve;
    double from_m;
    double to_m;
} fab_link_stretch;

typedef struct fab_link_map {
    double distances_m[FAB_MAP_POINTS];
    fab_link_curve *curves;
    size_t count;
    fab_link_stretch stretches[FAB_MAP_POINTS]; /* where nothing reaches there is none */
    size_t stretch_count;
} fab_link_map;

/* Works out a map of `count` technologies into `map_out`; curves live in the arena. Technologies
 * that carry nothing between packages by themselves (switches, circuit switches, SerDes alone) have
 * no points. A stretch ends with the
 * reach of its technology, else half way, by the logarithm, between two distances. The lane
 * rate of copper is found by bisection to 0.1 %: from 1 Gb/s to what is built at its levels.
 * FAB_E_RANGE unless 0 < from < to and both are finite. FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_link_map_make(const fab_technology *const *technologies,
                                                 size_t count, double from_m, double to_m,
                                                 fab_arena *arena, fab_link_map *map_out);

FAB_END_DECLS

#endif

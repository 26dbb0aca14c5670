#ifndef FAB_ESCAPE_H
#define FAB_ESCAPE_H

#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* How much bandwidth can leave a package: the least of what its area, its edge, its fibres and its
 * power allow. One direction. */

#define FAB_ESCAPE_LIST(X)                                                                         \
    X(FAB_ESCAPE_AREA, "area")                                                                     \
    X(FAB_ESCAPE_EDGE, "edge")                                                                     \
    X(FAB_ESCAPE_FIBRES, "fibres")                                                                 \
    X(FAB_ESCAPE_POWER, "power")

#define FAB_ESCAPE_ENUM(id, text) id,
typedef enum fab_escape_part {
    FAB_ESCAPE_LIST(FAB_ESCAPE_ENUM) FAB_ESCAPE_PART_COUNT
} fab_escape_part;
#undef FAB_ESCAPE_ENUM

/* Returns the static word for a limit. */
FAB_API const char *fab_escape_part_text(fab_escape_part part);

/* A package; an unknown value leaves its limit out. */
typedef struct fab_escape_package {
    fab_value area_m2;         /* over which transceivers may be spread */
    fab_value area_bps_per_m2; /* what a square metre of them carries */
    fab_value edge_m;          /* through which links leave */
    fab_value edge_bps_per_m;
    fab_value fibres_count;   /* attached, all together */
    fab_value fibre_rate_bps; /* of one fibre, one direction */
    fab_value power_w;        /* that links may take */
    fab_value energy_j_per_bit;
} fab_escape_package;

typedef struct fab_escape {
    fab_value limits_bps[FAB_ESCAPE_PART_COUNT]; /* unknown: left out */
    fab_value rate_bps;                          /* the least of them; unknown when none is known */
    fab_escape_part binding;                     /* which one it is, when rate_bps is known */
} fab_escape;

/* Works out the limits: area x density, edge x density, fibres x rate, power / energy. Of equal
 * limits the first binds. Thread-safe, no allocation. */
FAB_API fab_escape fab_escape_find(const fab_escape_package *package);

/* Shoreline density of parallel links of copper, one direction: lanes x lane rate / edge of a
 * module that both directions share (UCIe: 64 lanes over 388.8 um, 16 over 571.5 um). */
FAB_API double fab_escape_module_bps_per_m(double lanes_count, double lane_rate_bps, double edge_m);

/* Of fibres in one row: rate that a fibre carries in one direction / pitch; a fibre of which one
 * carries each direction counts half its rate. */
FAB_API double fab_escape_fibre_bps_per_m(double fibre_rate_bps, double pitch_m);

/* Bumps of a square grid: 1 / pitch^2. */
FAB_API double fab_escape_bumps_per_m2(double pitch_m);

/* One exposure of a scanner, 26 mm x 33 mm; high numerical aperture halves the longer side. */
#define FAB_RETICLE_SHORT_M 26e-3
#define FAB_RETICLE_LONG_M  33e-3

/* Edge that memory leaves of a die of `sides_m`: the perimeter less `stacks` of a width each, on
 * the two longer sides first; 0 when nothing is left. */
FAB_API double fab_escape_edge_left_m(const double sides_m[2], int64_t stacks, double width_m);

FAB_END_DECLS

#endif

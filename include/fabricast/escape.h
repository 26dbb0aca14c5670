#ifndef FAB_ESCAPE_H
#define FAB_ESCAPE_H

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

FAB_END_DECLS

#endif

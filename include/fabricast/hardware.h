#ifndef FAB_HARDWARE_H
#define FAB_HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/fabric.h>
#include <fabricast/value.h>

FAB_BEGIN_DECLS

/* Of which parts the links of a fabric are made, how often one of them fails, and what they cost
 * where a price is public. docs/models-network.md#parts */

#define FAB_UNIT_LIST(X)                                                                           \
    X(FAB_UNIT_CABLE, "passive cables")                                                            \
    X(FAB_UNIT_ACTIVE, "active cables")                                                            \
    X(FAB_UNIT_MODULE, "pluggable modules")                                                        \
    X(FAB_UNIT_ENGINE, "ports of optical engines")                                                 \
    X(FAB_UNIT_LANE, "optical lanes, one end")                                                     \
    X(FAB_UNIT_LASER, "lasers")                                                                    \
    X(FAB_UNIT_FIBRE, "fibres")                                                                    \
    X(FAB_UNIT_SWITCH, "switches")

#define FAB_UNIT_ENUM(id, text) id,
typedef enum fab_unit { FAB_UNIT_LIST(FAB_UNIT_ENUM) FAB_UNIT_KIND_COUNT } fab_unit;
#undef FAB_UNIT_ENUM

FAB_API const char *fab_unit_text(fab_unit unit);

/* All parts of one kind in a tier. */
typedef struct fab_parts {
    double units_count;
    fab_value mtbf_s;       /* mean time between failures of one; unknown: not published */
    fab_value events_per_s; /* failures of all of them */
    fab_value cost_usd;     /* of all of them; unknown: no price is public */
    bool is_inside;         /* built into a part that is counted with it: no failures or price of
                             * its own */
} fab_parts;

typedef struct fab_tier_hardware {
    const char *name;
    fab_parts parts[FAB_UNIT_KIND_COUNT];
    bool has_parts;         /* false: traces of a board, nothing that is replaced alone */
    fab_value events_per_s; /* of all parts whose failures are known */
    fab_value cost_usd;     /* of all parts that have a price */
    bool lacks_price;       /* some part has none */
    bool lacks_mtbf;
} fab_tier_hardware;

typedef struct fab_hardware {
    fab_tier_hardware tiers[FAB_TIER_LIMIT];
    int64_t tier_count;
    fab_value events_per_s;
    fab_value mean_time_s; /* between two link events: 1 / events_per_s; unknown without any */
    fab_value cost_usd;
    bool lacks_price;
    bool lacks_mtbf;
} fab_hardware;

/* What the links of a tier were counted to be, as on the graph of its wiring. */
typedef struct fab_counted_links {
    bool is_counted;
    double rate_bps; /* of all links, one direction of each */
    double switches_count;
} fab_counted_links;

/* Counts what stands at the links of `installed` packages (whole domains of the inner tier). A
 * link of rate R takes R / unit rate cables, or twice as many modules or engines, one at each end;
 * each end has R / lane rate lanes and lasers by the lanes that one feeds; fibres by the lanes of
 * one. Links are as `counted` says (by tier; NULL or not counted: nothing), else those of the
 * switches' ports where a switch is given, else the paths of packages.
 * Failures: sum of units / MTBF (exponential, independent); the row's MTBF, else that of the kind:
 * a pluggable module 0.75 (0.5 to 1) million hours, a laser 20 and a lane's modulator 100 million,
 * a passive cable 125 million, a switch 0.35 million. Sources in the values. Cost: price per rate
 * x rate. Rates must be known. No allocation. */
FAB_API void fab_hardware_count(const fab_fabric *fabric, int64_t installed,
                                const fab_counted_links *counted, fab_hardware *out);

/* Packages installed for a job of `packages`: whole domains of the inner tier. */
FAB_API int64_t fab_fabric_installed(const fab_fabric *fabric, int64_t packages);

FAB_END_DECLS

#endif

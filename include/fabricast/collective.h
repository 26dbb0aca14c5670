#ifndef FAB_COLLECTIVE_H
#define FAB_COLLECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/fabric.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

typedef enum fab_collective_kind {
    FAB_ALL_GATHER,
    FAB_REDUCE_SCATTER,
    FAB_ALL_REDUCE,
    FAB_ALL_TO_ALL,
    FAB_SEND,
    FAB_BROADCAST, /* from one rank to all */
    FAB_REDUCE     /* of all to one rank */
} fab_collective_kind;

/* What a collective sees of one tier. */
typedef struct fab_collective_tier {
    double rate_bps;         /* per package, one direction, as far as messages reach it */
    double latency_s;        /* one step, package to package */
    double energy_j_per_bit; /* of one link */
    int64_t links_per_path;
    int64_t mesh_peers; /* of a tier without switch: the links of a member, of which a send uses 1
                         * and another collective
                         * members - 1; 0 for a switched tier */
    const fab_messaging *messaging; /* whose channels give the times; NULL: full rate, latency_s */
    bool has_reduction;             /* its switches add up: channels may reduce in the network */
} fab_collective_tier;

/* Tiers of the closed form that training uses: the innermost and the outermost. Entries beyond
 * are 0. */
#define FAB_NETWORK_TIER_COUNT 2

typedef struct fab_collective_network {
    fab_collective_tier tiers[FAB_TIER_LIMIT]; /* inner, outer; a fabric of one tier repeats it */
    int algorithm;                             /* AUTO, RING or DIRECT */
    int tier_mode;                             /* fab_tier_mode */
} fab_collective_network;

/* Cost of one collective as the slowest rank sees it. time = latency + bytes on the wire. */
typedef struct fab_collective_cost {
    double time_s;
    double latency_s;                     /* part of time_s that does not depend on the size */
    double tier_time_s[FAB_TIER_LIMIT];   /* wire time on each tier */
    double tier_sent_bit[FAB_TIER_LIMIT]; /* sent by one rank on each tier */
    double energy_j;                      /* of the links, per rank */
    fab_collective_kind kind;             /* what fab_collective_time and _estimate were asked, */
    fab_placement placement;              /* among whom, */
    int algorithm;                        /* and by which fab_collective_algorithm it runs */
    int group; /* of a forecast: the number of its group among those of the mapping */
} fab_collective_cost;

/* Bits that the busiest rank sends on each tier.
 *
 * payload_bit is the full (gathered, unscattered) tensor for all-gather, reduce-scatter and
 * all-reduce; the local send buffer for all-to-all; the message for send. With n ranks, q members
 * of the group per domain (fab_placement), S the payload:
 *   all-gather, reduce-scatter  inner S (q - 1) / q        outer (S / n) (n - q) / q
 *   all-reduce                  inner 2 S (q - 1) / q      outer 2 (S / q) (n - q) / n
 *   all-to-all                  inner S (q - 1) / n        outer S (n - q) / n
 *   send                        inner S, or outer S when the group touches more than one domain
 * Uneven groups: the inner term takes local_max, the outer local_min. One rank sends nothing.
 * Hierarchical: docs/models-network.md#collectives. Errors: FAB_E_RANGE for a payload that is
 * negative or not finite, a placement that is inconsistent, or a broadcast or reduce, which only
 * fab_collective_lay knows. */
FAB_API FAB_CHECKED fab_status fab_collective_volume(fab_collective_kind kind,
                                                     const fab_placement *placement,
                                                     double payload_bit,
                                                     double tier_bit_out[FAB_TIER_LIMIT]);

/* Time and energy of moving given volumes, for collectives whose volumes are special (expert
 * dispatch with de-duplication). Latency: ring (q - 1) steps inside and (domains - 1) outside,
 * twice for all-reduce; direct one step on each tier that is used (two for all-reduce); send one
 * step. Steps of both tiers add up in either tier mode; concurrent tiers overlap their wire times
 * alone. A tier with no bits costs nothing, one with bits at least one step. Errors: FAB_E_RANGE
 * for rates not positive or not finite, a negative latency, energy or volume, fewer than one link
 * per path, an unknown algorithm or mode, an inconsistent placement, or a result that is not
 * finite. */
FAB_API FAB_CHECKED fab_status fab_collective_time(const fab_collective_network *network,
                                                   fab_collective_kind kind,
                                                   const fab_placement *placement,
                                                   const double tier_bit[FAB_TIER_LIMIT],
                                                   fab_collective_cost *out);

/* fab_collective_volume followed by fab_collective_time. Where a tier that carries bits has a
 * messaging layer, the time is that of the fastest algorithm through the cheapest channels of each
 * tier instead (docs/models-network.md#protocols); a tier without one keeps its full rate, and a
 * kind without a channel goes by the widest one that there is, at the smallest base time. Volumes
 * and energy stay those of the closed form. The same channels time fab_collective_time. */
FAB_API FAB_CHECKED fab_status fab_collective_estimate(const fab_collective_network *network,
                                                       fab_collective_kind kind,
                                                       const fab_placement *placement,
                                                       double payload_bit,
                                                       fab_collective_cost *out);

/* One collective to be laid on a fabric. Rank r of the group sits on package r * stride of a job of
 * ranks * stride packages; the other packages hold the other groups, which work at the same time.
 */
typedef struct fab_collective_request {
    fab_collective_kind kind;
    double size_byte; /* payload as fab_collective_volume means it; of broadcast and reduce: the
                       * whole vector */
    int64_t ranks;
    int64_t stride;
    int algorithm; /* fab_collective_algorithm */
    int tier_mode; /* fab_tier_mode */
} fab_collective_request;

/* What one algorithm makes of it. `cost` is the ideal: full rates, the latency of the tiers.
 * `calibrated` is what the communication library named by the tiers takes: on each tier the
 * cheapest of its channels for the algorithm; docs/models-network.md#protocols. Sent bits and
 * energy are the same. */
typedef struct fab_collective_way {
    const char *reason; /* why the algorithm does not apply; NULL: it does */
    fab_collective_cost cost;
    double algorithm_byte_per_s; /* size / time; 0 when nothing takes time */
    double bus_byte_per_s;       /* that times fab_collective_bus_ratio */
    bool is_calibrated;          /* some tier carries bits, and each that does names a channel */
    fab_collective_cost calibrated;
    double calibrated_bus_byte_per_s;
    const char *protocols[FAB_TIER_LIMIT]; /* of the channel taken; NULL on a tier without bits */
} fab_collective_way;

typedef struct fab_collective_answer {
    fab_collective_request request;
    const fab_fabric *fabric;
    fab_placement placement;                      /* on the innermost tier */
    fab_collective_way ways[FAB_ALGORITHM_COUNT]; /* by algorithm; AUTO is none */
    int chosen;           /* the algorithm asked for, or the fastest: by calibrated time when some
                           * way has one */
    bool is_energy_known; /* false: a tier that carries bits publishes no energy per bit */
} fab_collective_answer;

/* Lays the collective on the fabric at its full rates and times it by every algorithm that applies.
 * FAB_E_RANGE and FAB_E_INFEASIBLE: *reason_out (in the arena) says what is wrong with the request,
 * or what the fabric cannot hold or the algorithm cannot do; NULL otherwise. FAB_E_NOMEM. Cost as
 * fab_group_place. */
FAB_API FAB_CHECKED fab_status fab_collective_lay(const fab_fabric *fabric,
                                                  const fab_collective_request *request,
                                                  fab_arena *arena, fab_collective_answer *out,
                                                  const char **reason_out);

/* Bus bandwidth over algorithm bandwidth (size / time) as nccl-tests define them in
 * doc/PERFORMANCE.md: 2 (n - 1) / n for all-reduce, (n - 1) / n for all-gather, reduce-scatter and
 * all-to-all, 1 for send, broadcast and reduce. 0 for one rank. */
FAB_API double fab_collective_bus_ratio(fab_collective_kind kind, int64_t ranks);

/* Returns the field's name of a kind: "all-gather", "reduce-scatter", ... */
FAB_API const char *fab_collective_name(fab_collective_kind kind);

/* Returns the word for an algorithm: "auto", "ring", "direct", "in-network", ... */
FAB_API const char *fab_algorithm_name(int algorithm);

/* Returns what the payload of a kind is: "full tensor", "local send buffer", "message". */
FAB_API const char *fab_collective_payload_name(fab_collective_kind kind);

#define FAB_COLLECTIVE_KIND_COUNT 7

FAB_END_DECLS

#endif

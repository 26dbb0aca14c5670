#ifndef FAB_SIM_TERRAIN_H
#define FAB_SIM_TERRAIN_H

#include <fabricast/simulate.h>

/* A collective as its messages see it: rank r of group g is package g + r x stride and has one
 * digit per tier, the innermost first. */
typedef struct fab_terrain {
    fab_collective_kind kind;
    int algorithm;
    bool is_concurrent;
    bool can_reduce[FAB_TIER_LIMIT];
    double size_byte;
    double zipf_frac;
    const double *traffic_byte;
    int64_t ranks;
    int64_t stride;
    int64_t tiers;
    int64_t members[FAB_TIER_LIMIT];    /* values of the digit of a tier */
    int64_t weight[FAB_TIER_LIMIT + 1]; /* product of the members below a tier */
    int64_t crossings[FAB_TIER_LIMIT];  /* edges of a ring over all ranks on a tier */
    double other_lag_s[FAB_TIER_LIMIT]; /* latency of all other tiers together: the first piece of a
                                         * pipeline over tiers has passed them before it arrives */
    fab_graph_layer layers[FAB_TIER_LIMIT];
    double fill_s[FAB_TIER_LIMIT]; /* of tiers that work at once: before its first message */
    double beside_s; /* what the channels of a messaging layer take beside steps and links */
} fab_terrain;

/* Lists the tiers as layers, up to the first whose domains hold all packages, wired as `wirings` or
 * the fabric say; returns how many. */
int64_t fab_terrain_layers(const fab_fabric *fabric, const fab_wiring *const *wirings,
                           int64_t packages, fab_graph_layer layers[FAB_TIER_LIMIT]);

/* Reads a terrain off an answer; calibrated, its layers have the rates and latencies that the
 * channels of their messaging layers reach. FAB_E_INFEASIBLE: *reason_out says that a group lies
 * unevenly or that a tier has no channel. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_terrain_make(const fab_collective_answer *answer,
                                        const fab_simulation_options *options, fab_arena *arena,
                                        fab_terrain *out, const char **reason_out);

/* What a graph is to be besides its layers. */
typedef struct fab_terrain_wish {
    int64_t packages;
    const fab_graph *graph; /* instead of layers; NULL: none */
    const char *const *faults;
    size_t fault_count;
} fab_terrain_wish;

/* Builds the graph with its faults. FAB_E_INFEASIBLE and FAB_E_RANGE (no such fault): *reason_out
 * (in the arena). FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_terrain_graph(const fab_graph_layer *layers, int64_t count,
                                         const fab_terrain_wish *wish, fab_arena *arena,
                                         const fab_graph **graph_out, const char **reason_out);

/* Says that there is no path between two nodes. FAB_E_INFEASIBLE or FAB_E_NOMEM. */
fab_status fab_terrain_no_path(const fab_graph *graph, uint32_t from, uint32_t to, fab_arena *arena,
                               const char **reason_out);

#endif

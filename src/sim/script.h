#ifndef FAB_SIM_SCRIPT_H
#define FAB_SIM_SCRIPT_H

#include <fabricast/explain.h>
#include <fabricast/flow.h>
#include <fabricast/timeline.h>

#include "sim/ways.h"

/* A step as flows that wait for each other. Nodes of no size are work: their start is their length.
 * Appending never fails for lack of memory: lacks_memory says so. */

#define FAB_SCRIPT_ROUTE 3

typedef struct fab_script_node {
    fab_activity activity;
    double size_byte;
    double lag_s; /* after all that it waits for */
    uint32_t
        route[FAB_SCRIPT_ROUTE]; /* port out, port in, and the link that holds it to its rate */
    uint32_t route_count;
    uint32_t way;         /* on links of a graph, instead of the ports: of `ways` */
    uint32_t after_begin; /* in `after` */
    uint32_t after_count;
} fab_script_node;

typedef struct fab_script {
    fab_arena *arena;
    fab_script_node *nodes;
    uint32_t count, room;
    uint32_t *after;
    uint32_t after_count, after_room;
    double *rate_bps;      /* by link */
    uint32_t *link_holder; /* the port, or the way beyond them, whose messages a link holds */
    uint32_t link_count, link_room;
    int64_t tiers;
    const fab_ground *ground;
    fab_ways ways; /* none without a graph */
    bool lacks_memory;
} fab_script;

/* The link out of (is_down false) or into a stage's package on a tier. */
static inline uint32_t fab_script_port(const fab_script *script, int64_t stage, int64_t tier,
                                       bool is_down)
{
    return (uint32_t)((stage * script->tiers + tier) * 2 + (is_down ? 1 : 0));
}

/* Who is asked whether to go on, and how far the step has come. */
typedef struct fab_script_asking {
    const fab_step_options *options;
    double reached_s;
} fab_script_asking;

/* A watcher of flows, context: a fab_script_asking. */
bool fab_script_watch(void *context, const fab_flow_view *view);

/* Appends a link that belongs to a port or a way; returns its number. */
uint32_t fab_script_link(fab_script *script, uint32_t holder, double rate_bps);

/* Time from the end of all that a node waits for: of a message its latency, longer on a long way.
 */
static inline double fab_script_lag_s(const fab_script *script, const fab_script_node *node)
{
    const bool has_way = script->ways.count > 0 && node->route_count > 0;
    return has_way ? node->lag_s * script->ways.ways[node->way].latency_ratio : node->lag_s;
}

/* Writes the whole step down. FAB_E_INFEASIBLE: *reason_out. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_script_write(const fab_scenario *scenario,
                                        const fab_explanation *explained,
                                        const fab_step_options *options, const fab_ground *ground,
                                        fab_arena *arena, fab_script *out, const char **reason_out);

#endif

#include "sim/ground.h"

#include <assert.h>

#include "collective/placed.h"
#include "sim/costs.h"
#include "sim/terrain.h"

static bool is_wired(const fab_scenario *scenario, const fab_step_options *options)
{
    bool is_asked = options->graph || options->fault_count > 0 || options->is_general ||
                    options->routing != FAB_ROUTING_SPRAY;
    for (int64_t tier = 0; tier < scenario->fabric.tier_count; tier++) {
        is_asked = is_asked || options->wirings[tier] || scenario->fabric.tiers[tier].wiring;
    }
    return is_asked;
}

/* Packages of the graph: those of the job, and what fills wirings without empty places. */
static int64_t count_packages(const fab_graph_layer *layers, int64_t count, int64_t packages)
{
    for (int64_t i = 0; i < count; i++) {
        if (fab_wiring_is_full(&layers[i].wiring)) {
            packages = (packages + layers[i].domain - 1) / layers[i].domain * layers[i].domain;
        }
    }
    return packages;
}

/* The share of a tier's rate that a message reaches; a mesh lends a group few of its links. */
static double reached_frac(const fab_scenario *scenario, const fab_collective_cost *cost, int index)
{
    const int64_t tier = index == 0 ? 0 : scenario->fabric.tier_count - 1;
    const fab_collective_tier full = {
        .rate_bps = scenario->fabric.tiers[tier].rate_bps.value,
        .mesh_peers = fab_tier_mesh_peers(&scenario->fabric, tier),
    };
    if (!(cost->tier_time_s[index] > 0.0)) {
        return 0.0;
    }
    const double full_bps = fab_collective_tier_rate(
        &full, fab_collective_members(cost->kind, &cost->placement, index));
    return cost->tier_sent_bit[index] / cost->tier_time_s[index] / full_bps;
}

/* What is asked of each message. */
typedef struct asked {
    const fab_scenario *scenario;
    int index;
} asked;

static double reached_by(const void *context, const fab_collective_cost *cost)
{
    const asked *a = context;
    return reached_frac(a->scenario, cost, a->index);
}

/* Links have the rate that the fastest messages on the tier reach, as ports have. */
static void find_reached(const fab_scenario *scenario, const fab_explanation *e, double frac[2])
{
    for (int i = 0; i < 2; i++) {
        const asked a = {scenario, i};
        frac[i] = fab_costs_most(e, reached_by, &a);
        frac[i] = frac[i] > 0.0 ? frac[i] : 1.0;
    }
}

/* What is left of a link: of those out of and into the packages of a slow stage. */
static double left_frac(const fab_scenario *scenario, const fab_step_options *options,
                        const fab_graph *graph, uint32_t link)
{
    const int64_t packages = scenario->job.gpus / scenario->mapping.pp;
    const uint32_t ends[2] = {graph->from[link], graph->to[link]};
    double left = 1.0;
    for (size_t i = 0; i < options->slow_count; i++) {
        const fab_slow_part *slow = &options->slow[i];
        bool is_hit = false;
        for (int end = 0; end < 2; end++) {
            is_hit = is_hit || (ends[end] < graph->package_count &&
                                (int64_t)ends[end] / packages == slow->stage);
        }
        left *= is_hit && slow->tier == graph->layer[link] ? slow->ratio : 1.0;
    }
    return left;
}

static fab_status find_rates(const fab_scenario *scenario, const fab_explanation *explained,
                             const fab_step_options *options, fab_arena *arena, fab_ground *g)
{
    double frac[2];
    g->rate_bps = FAB_NEW(arena, double, g->graph->link_count);
    if (!g->rate_bps) {
        return FAB_E_NOMEM;
    }
    find_reached(scenario, explained, frac);
    const double whole_frac = frac[0] > frac[1] ? frac[0] : frac[1];
    for (uint32_t i = 0; i < g->graph->link_count; i++) {
        const double reached = options->graph ? whole_frac : frac[g->graph->layer[i] > 0 ? 1 : 0];
        g->rate_bps[i] =
            g->graph->rate_bps[i] * reached * left_frac(scenario, options, g->graph, i);
    }
    return FAB_OK;
}

fab_status fab_ground_make(const fab_scenario *scenario, const fab_explanation *explained,
                           const fab_step_options *options, fab_arena *arena, fab_ground *out,
                           const char **reason_out)
{
    assert(scenario && explained && options && arena && out && reason_out);
    fab_graph_layer layers[FAB_TIER_LIMIT];
    const fab_fabric *fabric = &scenario->fabric;
    const int64_t last = fabric->tier_count - 1;
    *out = (fab_ground){.graph = NULL};
    if (!is_wired(scenario, options)) {
        return FAB_OK;
    }
    out->layers = fab_terrain_layers(fabric, options->wirings, scenario->job.gpus, layers);
    const fab_terrain_wish wish = {
        .packages = count_packages(layers, out->layers, scenario->job.gpus),
        .graph = options->graph,
        .faults = options->faults,
        .fault_count = options->fault_count,
    };
    FAB_TRY(fab_terrain_graph(layers, out->layers, &wish, arena, &out->graph, reason_out));
    for (int i = 0; i < 2 && out->layers > 0; i++) {
        const int64_t layer = i == 0 ? 0 : out->layers - 1;
        out->wiring[i] = options->graph ? FAB_WIRING_SWITCH : layers[layer].wiring.kind;
        out->reconfigure_s[i] =
            out->wiring[i] == FAB_WIRING_OCS ? layers[layer].wiring.reconfigure_s : 0.0;
        out->tier_latency_s[i] = fabric->tiers[i == 0 ? 0 : last].latency_s.value;
    }
    return find_rates(scenario, explained, options, arena, out);
}

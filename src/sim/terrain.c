#include "sim/terrain.h"

#include <assert.h>

#include "collective/protocol.h"
#include "fabric/clos.h"

/* What a tier is as wiring when nobody says otherwise. */
static fab_wiring usual_wiring(const fab_tier *tier)
{
    fab_wiring wiring = {.kind = FAB_WIRING_SWITCH, .planes = 1, .spines = 1};
    wiring.oversubscription_ratio = 1.0;
    if (tier->is_mesh) {
        wiring.kind = FAB_WIRING_MESH;
    } else if (tier->oversubscription_ratio > 1.0 && fab_clos_levels(tier) > 1) {
        /* one spine stands for all: what is sprayed over them sees their rates together */
        const double ratio = tier->oversubscription_ratio;
        wiring.kind = FAB_WIRING_CLOS;
        wiring.leaf = (int64_t)(tier->chip->radix_count.value * ratio / (1.0 + ratio));
        wiring.oversubscription_ratio = ratio;
    }
    return wiring;
}

/* What the request says, else what the fabric says, else the usual. */
static fab_wiring wiring_of(const fab_tier *tier, const fab_wiring *asked)
{
    return asked ? *asked : tier->wiring ? *tier->wiring : usual_wiring(tier);
}

int64_t fab_terrain_layers(const fab_fabric *fabric, const fab_wiring *const *wirings,
                           int64_t packages, fab_graph_layer layers[FAB_TIER_LIMIT])
{
    int64_t inner = 1, count = 0;
    for (; count < fabric->tier_count && inner < packages; count++) {
        const fab_tier *tier = &fabric->tiers[count];
        const fab_value *energy = &tier->technology.energy_j_per_bit;
        const bool is_last = count + 1 == fabric->tier_count;
        int64_t domain = fab_tier_capacity(fabric, count);
        domain = is_last ? (domain - 1) / inner * inner + inner : domain;
        layers[count] = (fab_graph_layer){
            .wiring = wiring_of(tier, wirings[count]),
            .domain = domain,
            .mesh_links = fab_tier_mesh_peers(fabric, count),
            .rate_bps = tier->rate_bps.value,
            .latency_s = tier->latency_s.value,
            .energy_j_per_bit = energy->is_known ? energy->value : 0.0,
        };
        inner = domain;
    }
    return count;
}

/* Layers at the rate and latency of the cheapest channel of each tier; its base, the filling of its
 * pipeline and the moving of own shares come beside (docs/models-network.md#protocols). False: a
 * tier has no channel. */
static bool calibrate(const fab_fabric *fabric, const fab_spans *spans, const fab_load *load,
                      fab_terrain *t)
{
    for (int64_t i = 0; i < t->tiers; i++) {
        const fab_wire wire = fab_wire_of(fabric, i, &spans->tiers[i]);
        const double sent_bit = load->tiers[i].sent_bit;
        fab_channel_time time;
        if (!(sent_bit > 0.0)) {
            continue;
        }
        const fab_channel *channel = fab_load_cheapest(load, i, &wire, t->kind, &time);
        if (!channel) {
            return false;
        }
        const double efficiency = channel->efficiency_ratio.value;
        const double fill_s = time.wire_s - sent_bit / (efficiency * wire.rate_bps);
        t->layers[i].rate_bps *= efficiency;
        t->layers[i].latency_s = channel->hop_s.value;
        t->fill_s[i] = t->is_concurrent ? fill_s : 0.0;
        t->beside_s += channel->base_s.value + fill_s - t->fill_s[i];
    }
    return true;
}

static void find_lags(const fab_load *load, fab_terrain *t)
{
    for (int64_t i = 0; i < t->tiers; i++) {
        t->other_lag_s[i] = t->fill_s[i];
        for (int64_t other = 0; other < t->tiers; other++) {
            if (other != i && load->tiers[other].sent_bit > 0.0) {
                t->other_lag_s[i] += load->tiers[other].steps_count * t->layers[other].latency_s;
            }
        }
    }
}

static fab_status place(const fab_collective_answer *answer, bool is_calibrated, fab_arena *arena,
                        fab_terrain *t, const char **reason_out)
{
    fab_spans spans;
    int64_t product = 1;
    FAB_TRY(fab_spans_place(answer->fabric, t->ranks, t->stride, &spans));
    for (int64_t i = 0; i < t->tiers; i++) {
        t->weight[i] = product;
        t->members[i] = spans.tiers[i].members;
        t->crossings[i] = spans.tiers[i].crossings;
        product *= t->members[i];
        t->weight[i + 1] = product;
    }
    const fab_load load =
        fab_load_make(t->kind, t->algorithm, &spans, t->can_reduce, 8.0 * t->size_byte);
    if (is_calibrated && !calibrate(answer->fabric, &spans, &load, t)) {
        *reason_out = "no channel of the fabric's messaging serves the algorithm";
        return FAB_E_INFEASIBLE;
    }
    find_lags(&load, t);
    if (product != t->ranks || !spans.inner.is_even) {
        *reason_out = fab_arena_printf(
            arena,
            "groups of %lld ranks lie unevenly on the domains of %s: only groups with as "
            "many ranks in each domain are simulated",
            (long long)t->ranks, answer->fabric->tiers[0].name);
        return *reason_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
    }
    return FAB_OK;
}

fab_status fab_terrain_make(const fab_collective_answer *answer,
                            const fab_simulation_options *options, fab_arena *arena,
                            fab_terrain *out, const char **reason_out)
{
    assert(answer && options && arena && out && reason_out);
    const fab_collective_request *request = &answer->request;
    *out = (fab_terrain){
        .kind = request->kind,
        .algorithm = answer->chosen,
        .is_concurrent =
            request->tier_mode == FAB_TIERS_CONCURRENT || answer->chosen == FAB_ALGORITHM_FLAT_RING,
        .size_byte = request->size_byte,
        .zipf_frac = options->zipf_frac,
        .traffic_byte = options->traffic_byte,
        .ranks = request->ranks,
        .stride = request->stride,
    };
    out->tiers = fab_terrain_layers(answer->fabric, options->wirings,
                                    request->ranks * request->stride, out->layers);
    for (int64_t i = 0; i < out->tiers; i++) {
        out->can_reduce[i] = answer->fabric->tiers[i].has_reduction;
    }
    return place(answer, options->is_calibrated, arena, out, reason_out);
}

fab_status fab_terrain_graph(const fab_graph_layer *layers, int64_t count,
                             const fab_terrain_wish *wish, fab_arena *arena,
                             const fab_graph **graph_out, const char **reason_out)
{
    const char *message = NULL;
    fab_status status = FAB_OK;
    *graph_out = wish->graph;
    if (!wish->graph) {
        status = fab_graph_make(layers, (size_t)count, wish->packages, arena, graph_out, &message);
    }
    for (size_t i = 0; i < wish->fault_count && status == FAB_OK; i++) {
        status = fab_graph_damage(*graph_out, wish->faults[i], arena, graph_out, &message);
        status = status == FAB_E_INPUT ? FAB_E_RANGE : status;
    }
    *reason_out = message;
    return status;
}

fab_status fab_terrain_no_path(const fab_graph *graph, uint32_t from, uint32_t to, fab_arena *arena,
                               const char **reason_out)
{
    const char *a = fab_graph_node_name(graph, from, arena);
    const char *b = fab_graph_node_name(graph, to, arena);
    *reason_out = a && b ? fab_arena_printf(arena, "there is no path from %s to %s", a, b) : NULL;
    return *reason_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

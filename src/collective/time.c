#include <fabricast/collective.h>

#include <assert.h>
#include <math.h>

#include "collective/placed.h"
#include "collective/through.h"

static const char *const KIND_NAME[] = {
    [FAB_ALL_GATHER] = "all-gather",
    [FAB_REDUCE_SCATTER] = "reduce-scatter",
    [FAB_ALL_REDUCE] = "all-reduce",
    [FAB_ALL_TO_ALL] = "all-to-all",
    [FAB_SEND] = "send",
    [FAB_BROADCAST] = "broadcast",
    [FAB_REDUCE] = "reduce",
};

static const size_t KIND_COUNT = sizeof KIND_NAME / sizeof KIND_NAME[0];

bool fab_collective_is_kind(fab_collective_kind kind)
{
    return (size_t)kind < KIND_COUNT;
}

const char *fab_collective_name(fab_collective_kind kind)
{
    assert(fab_collective_is_kind(kind));
    return KIND_NAME[kind];
}

static bool is_amount(double x)
{
    return isfinite(x) && x >= 0.0;
}

static bool is_network(const fab_collective_network *network)
{
    if (network->algorithm < FAB_ALGORITHM_AUTO || network->algorithm > FAB_ALGORITHM_DIRECT ||
        network->tier_mode < FAB_TIERS_SEQUENTIAL || network->tier_mode > FAB_TIERS_CONCURRENT) {
        return false;
    }
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        const fab_collective_tier *tier = &network->tiers[i];
        if (!isfinite(tier->rate_bps) || tier->rate_bps <= 0.0 || !is_amount(tier->latency_s) ||
            !is_amount(tier->energy_j_per_bit) || tier->links_per_path < 1 ||
            tier->mesh_peers < 0) {
            return false;
        }
    }
    return true;
}

/* Messages that follow each other on a tier that carries bits: at least one. */
static double steps(fab_collective_kind kind, fab_collective_algorithm algorithm, int64_t members)
{
    if (kind == FAB_SEND) {
        return 1.0;
    }
    const double once =
        algorithm == FAB_ALGORITHM_DIRECT || members < 2 ? 1.0 : (double)(members - 1);
    return kind == FAB_ALL_REDUCE ? 2.0 * once : once;
}

static double latency_s(const fab_collective_network *network, fab_collective_kind kind,
                        fab_collective_algorithm algorithm, const fab_placement *placement,
                        const double tier_bit[FAB_TIER_LIMIT])
{
    const int64_t members[FAB_NETWORK_TIER_COUNT] = {placement->local_max, placement->domains};
    double sum_s = 0.0;
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        if (tier_bit[i] > 0.0) {
            sum_s += steps(kind, algorithm, members[i]) * network->tiers[i].latency_s;
        }
    }
    return sum_s;
}

int64_t fab_collective_members(fab_collective_kind kind, const fab_placement *placement, int tier)
{
    const int64_t members = tier == 0 ? placement->local_max : placement->domains;
    return kind == FAB_SEND && members > 2 ? 2 : members;
}

double fab_collective_tier_rate(const fab_collective_tier *tier, int64_t members)
{
    const int64_t used = members > 2 ? members - 1 : 1;
    const bool is_part = tier->mesh_peers > used;
    return is_part ? tier->rate_bps * (double)used / (double)tier->mesh_peers : tier->rate_bps;
}

/* The wire time does not depend on the algorithm, so the faster one has the smaller latency. */
static void add_latency(const fab_collective_network *network, fab_collective_cost *cost)
{
    double fastest_s[FAB_ALGORITHM_DIRECT + 1];
    for (int i = FAB_ALGORITHM_RING; i <= FAB_ALGORITHM_DIRECT; i++) {
        fastest_s[i] = latency_s(network, cost->kind, (fab_collective_algorithm)i, &cost->placement,
                                 cost->tier_sent_bit);
    }
    cost->algorithm = network->algorithm;
    if (network->algorithm == FAB_ALGORITHM_AUTO) {
        cost->algorithm = fastest_s[FAB_ALGORITHM_RING] < fastest_s[FAB_ALGORITHM_DIRECT]
                              ? FAB_ALGORITHM_RING
                              : FAB_ALGORITHM_DIRECT;
    }
    cost->latency_s = fastest_s[cost->algorithm];
}

/* The closed form: full rates and the latency of the tiers. */
static fab_status ideal_cost(const fab_collective_network *network, fab_collective_kind kind,
                             const fab_placement *placement, const double tier_bit[FAB_TIER_LIMIT],
                             fab_collective_cost *out)
{
    assert(network && placement && tier_bit && out && fab_collective_is_kind(kind));
    if (!is_network(network) || !fab_placement_is_consistent(placement) || kind > FAB_SEND ||
        !is_amount(tier_bit[0]) || !is_amount(tier_bit[1])) {
        return FAB_E_RANGE;
    }

    fab_collective_cost cost = {.kind = kind, .placement = *placement};
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        const fab_collective_tier *tier = &network->tiers[i];
        cost.tier_sent_bit[i] = tier_bit[i];
        cost.tier_time_s[i] = tier_bit[i] / fab_collective_tier_rate(
                                                tier, fab_collective_members(kind, placement, i));
        cost.energy_j += tier_bit[i] * tier->energy_j_per_bit * (double)tier->links_per_path;
    }
    const double inner_s = cost.tier_time_s[0];
    const double outer_s = cost.tier_time_s[1];
    const double longer_s = inner_s > outer_s ? inner_s : outer_s;
    add_latency(network, &cost);
    cost.time_s = cost.latency_s +
                  (network->tier_mode == FAB_TIERS_CONCURRENT ? longer_s : inner_s + outer_s);
    if (!isfinite(cost.time_s) || !isfinite(cost.energy_j)) {
        return FAB_E_RANGE;
    }
    *out = cost;
    return FAB_OK;
}

fab_status fab_collective_time(const fab_collective_network *network, fab_collective_kind kind,
                               const fab_placement *placement,
                               const double tier_bit[FAB_TIER_LIMIT], fab_collective_cost *out)
{
    fab_collective_cost cost;
    FAB_TRY(ideal_cost(network, kind, placement, tier_bit, &cost));
    if (fab_network_has_channels(network, tier_bit)) {
        fab_network_time_bits(network, kind, placement, &cost);
    }
    *out = cost;
    return isfinite(cost.time_s) ? FAB_OK : FAB_E_RANGE;
}

fab_status fab_collective_estimate(const fab_collective_network *network, fab_collective_kind kind,
                                   const fab_placement *placement, double payload_bit,
                                   fab_collective_cost *out)
{
    double tier_bit[FAB_TIER_LIMIT];
    FAB_TRY(fab_collective_volume(kind, placement, payload_bit, tier_bit));
    fab_collective_cost cost;
    FAB_TRY(ideal_cost(network, kind, placement, tier_bit, &cost));
    if (fab_network_has_channels(network, tier_bit)) {
        fab_network_time_payload(network, kind, placement, payload_bit, &cost);
    }
    *out = cost;
    return isfinite(cost.time_s) ? FAB_OK : FAB_E_RANGE;
}

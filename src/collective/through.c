#include "collective/through.h"

#include <assert.h>

#include "collective/placed.h"
#include "collective/protocol.h"

bool fab_network_has_channels(const fab_collective_network *network,
                              const double tier_bit[FAB_TIER_LIMIT])
{
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        if (tier_bit[i] > 0.0 && network->tiers[i].messaging) {
            return true;
        }
    }
    return false;
}

static void make_wires(const fab_collective_network *network, fab_collective_kind kind,
                       const fab_placement *placement, fab_wire wires[FAB_TIER_LIMIT])
{
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        const fab_collective_tier *tier = &network->tiers[i];
        wires[i] = (fab_wire){
            .rate_bps = fab_collective_tier_rate(tier, fab_collective_members(kind, placement, i)),
            .latency_s = tier->latency_s,
            .messaging = tier->messaging};
    }
}

static fab_channel_time plain_time(const fab_load *load, int tier, const fab_wire *wire)
{
    return (fab_channel_time){
        .latency_s = load->tiers[tier].steps_count * wire->latency_s,
        .wire_s = load->tiers[tier].sent_bit / wire->rate_bps,
    };
}

/* A kind that no channel serves: the widest channel and the smallest base of the layer. */
static fab_channel_time widest_time(const fab_load *load, int tier, const fab_wire *wire)
{
    const fab_messaging *messaging = wire->messaging;
    assert(messaging->channel_count > 0);
    double widest_ratio = messaging->channels[0].efficiency_ratio.value;
    double base_s = messaging->channels[0].base_s.value;
    for (int64_t i = 1; i < messaging->channel_count; i++) {
        const fab_channel *channel = &messaging->channels[i];
        if (channel->efficiency_ratio.value > widest_ratio) {
            widest_ratio = channel->efficiency_ratio.value;
        }
        if (channel->base_s.value < base_s) {
            base_s = channel->base_s.value;
        }
    }
    return (fab_channel_time){
        .latency_s = base_s,
        .wire_s = load->tiers[tier].sent_bit / (widest_ratio * wire->rate_bps),
    };
}

/* Times one load; false when a tier with a messaging layer has no channel for it, unless such a
 * tier may go by its widest. */
static bool time_load(const fab_load *load, const fab_wire wires[FAB_TIER_LIMIT],
                      fab_collective_kind kind, int tier_mode, bool allows_widest,
                      fab_collective_cost *cost)
{
    fab_collective_cost sum = *cost;
    sum.latency_s = 0.0;
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        fab_channel_time time = {0.0, 0.0};
        if (load->tiers[i].sent_bit > 0.0) {
            const bool has_layer = wires[i].messaging != NULL;
            const bool serves = has_layer && fab_load_cheapest(load, i, &wires[i], kind, &time);
            if (has_layer && !serves && !allows_widest) {
                return false;
            }
            if (!serves) {
                time = has_layer ? widest_time(load, i, &wires[i]) : plain_time(load, i, &wires[i]);
            }
        }
        sum.tier_time_s[i] = time.wire_s;
        sum.latency_s += time.latency_s;
    }
    fab_cost_close(load->is_pipelined || tier_mode == FAB_TIERS_CONCURRENT, FAB_NETWORK_TIER_COUNT,
                   &sum);
    *cost = sum;
    return true;
}

/* Whether an algorithm is among those that the network may use. */
static bool is_open(const fab_collective_network *network, int algorithm)
{
    return network->algorithm == FAB_ALGORITHM_AUTO || network->algorithm == algorithm;
}

void fab_network_time_payload(const fab_collective_network *network, fab_collective_kind kind,
                              const fab_placement *placement, double payload_bit,
                              fab_collective_cost *cost)
{
    const fab_spans spans = fab_spans_of(placement);
    const bool can_reduce[FAB_TIER_LIMIT] = {network->tiers[0].has_reduction,
                                             network->tiers[1].has_reduction};
    fab_wire wires[FAB_TIER_LIMIT];
    make_wires(network, kind, placement, wires);
    fab_collective_cost fastest = *cost;
    bool is_found = false;
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        const fab_load load = fab_load_make(kind, i, &spans, can_reduce, payload_bit);
        fab_collective_cost next = *cost;
        next.algorithm = i;
        const bool serves = load.reason == NULL &&
                            (is_open(network, i) || i == FAB_ALGORITHM_FLAT_RING) &&
                            time_load(&load, wires, kind, network->tier_mode, false, &next);
        if (serves && (!is_found || next.time_s < fastest.time_s)) {
            fastest = next;
            is_found = true;
        }
    }
    if (is_found) {
        *cost = fastest;
        return;
    }
    const fab_load load =
        fab_load_make(kind, FAB_ALGORITHM_DIRECT, &spans, can_reduce, payload_bit);
    cost->algorithm = FAB_ALGORITHM_DIRECT;
    (void)time_load(&load, wires, kind, network->tier_mode, true, cost);
}

void fab_network_time_bits(const fab_collective_network *network, fab_collective_kind kind,
                           const fab_placement *placement, fab_collective_cost *cost)
{
    fab_wire wires[FAB_TIER_LIMIT];
    make_wires(network, kind, placement, wires);
    fab_load load = {.reason = NULL};
    for (int i = 0; i < FAB_NETWORK_TIER_COUNT; i++) {
        load.tiers[i].algorithm = FAB_ALGORITHM_DIRECT;
        load.tiers[i].sent_bit = cost->tier_sent_bit[i];
        load.tiers[i].steps_count = 1.0;
    }
    cost->algorithm = FAB_ALGORITHM_DIRECT;
    (void)time_load(&load, wires, kind, network->tier_mode, true, cost);
}

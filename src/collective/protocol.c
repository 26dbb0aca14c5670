#include "collective/protocol.h"

#include <math.h>

static const double BIT_PER_BYTE = 8.0;

/* a mesh lends a group only the links between its members; an energy that is not published counts
 * as 0, and is_energy_known says so */
fab_wire fab_wire_of(const fab_fabric *fabric, int64_t index, const fab_span *span)
{
    const fab_tier *tier = &fabric->tiers[index];
    const fab_value *energy = &tier->technology.energy_j_per_bit;
    const int64_t peers = fab_tier_mesh_peers(fabric, index);
    const int64_t used = span->members > 2 ? span->members - 1 : 1;
    return (fab_wire){
        .rate_bps = peers > used ? tier->rate_bps.value * (double)used / (double)peers
                                 : tier->rate_bps.value,
        .latency_s = tier->latency_s.value,
        .energy_j_per_bit = energy->is_known ? energy->value : 0.0,
        .links_per_path = tier->links_per_path,
        .messaging = tier->messaging,
    };
}

fab_channel_time fab_channel_run(const fab_channel *channel, double rate_bps, double sent_bit,
                                 double steps_count, double own_bit)
{
    const double x_s = sent_bit / (channel->efficiency_ratio.value * rate_bps);
    const fab_value *own = &channel->own_byte_per_s;
    return (fab_channel_time){
        .latency_s = channel->base_s.value + steps_count * channel->hop_s.value,
        .wire_s = x_s + 2.0 * sqrt(channel->fill_s.value * x_s) +
                  (own->is_known ? own_bit / (BIT_PER_BYTE * own->value) : 0.0),
    };
}

void fab_cost_close(bool is_concurrent, int64_t tier_count, fab_collective_cost *cost)
{
    double sum_s = 0.0;
    double longest_s = 0.0;
    for (int64_t i = 0; i < tier_count; i++) {
        const double tier_s = cost->tier_time_s[i];
        sum_s += tier_s;
        longest_s = tier_s > longest_s ? tier_s : longest_s;
    }
    cost->time_s = cost->latency_s + (is_concurrent ? longest_s : sum_s);
}

static bool is_concurrent(const fab_load *load, int tier_mode)
{
    return load->is_pipelined || tier_mode == FAB_TIERS_CONCURRENT;
}

fab_status fab_load_time(const fab_load *load, const fab_wire wires[FAB_TIER_LIMIT],
                         int64_t tier_count, int tier_mode, fab_collective_cost *out)
{
    fab_collective_cost cost = {0};
    for (int64_t i = 0; i < tier_count; i++) {
        const fab_wire *wire = &wires[i];
        const double sent_bit = load->tiers[i].sent_bit;
        cost.tier_sent_bit[i] = sent_bit;
        cost.tier_time_s[i] = sent_bit / wire->rate_bps;
        cost.energy_j += sent_bit * wire->energy_j_per_bit * (double)wire->links_per_path;
        cost.latency_s += sent_bit > 0.0 ? load->tiers[i].steps_count * wire->latency_s : 0.0;
    }
    fab_cost_close(is_concurrent(load, tier_mode), tier_count, &cost);
    if (!isfinite(cost.time_s) || !isfinite(cost.energy_j)) {
        return FAB_E_RANGE;
    }
    *out = cost;
    return FAB_OK;
}

const fab_channel *fab_load_cheapest(const fab_load *load, int64_t tier, const fab_wire *wire,
                                     fab_collective_kind kind, fab_channel_time *out)
{
    const bool is_pairwise = kind == FAB_ALL_TO_ALL || kind == FAB_SEND;
    const fab_channel *best = NULL;
    for (int64_t i = 0; wire->messaging && i < wire->messaging->channel_count; i++) {
        const fab_channel *channel = &wire->messaging->channels[i];
        const bool serves =
            channel->algorithm == load->tiers[tier].algorithm &&
            (channel->kind == 1 + (int)kind || (channel->kind == 0 && !is_pairwise));
        if (!serves) {
            continue;
        }
        const fab_channel_time time =
            fab_channel_run(channel, wire->rate_bps, load->tiers[tier].sent_bit,
                            load->tiers[tier].steps_count, load->tiers[tier].own_bit);
        if (!best || time.latency_s + time.wire_s < out->latency_s + out->wire_s) {
            best = channel;
            *out = time;
        }
    }
    return best;
}

bool fab_load_calibrate(const fab_load *load, const fab_wire wires[FAB_TIER_LIMIT],
                        int64_t tier_count, fab_collective_kind kind, int tier_mode,
                        fab_collective_cost *out, const char *protocols[FAB_TIER_LIMIT])
{
    fab_collective_cost cost = {0};
    const char *taken[FAB_TIER_LIMIT] = {NULL};
    bool has_bits = false;
    for (int64_t i = 0; i < tier_count; i++) {
        const fab_wire *wire = &wires[i];
        const double sent_bit = load->tiers[i].sent_bit;
        if (!(sent_bit > 0.0)) {
            continue;
        }
        has_bits = true;
        fab_channel_time time;
        const fab_channel *channel = fab_load_cheapest(load, i, wire, kind, &time);
        if (!channel) {
            return false;
        }
        taken[i] = channel->protocol;
        cost.tier_sent_bit[i] = sent_bit;
        cost.tier_time_s[i] = time.wire_s;
        cost.latency_s += time.latency_s;
        cost.energy_j += sent_bit * wire->energy_j_per_bit * (double)wire->links_per_path;
    }
    fab_cost_close(is_concurrent(load, tier_mode), tier_count, &cost);
    if (!has_bits || !isfinite(cost.time_s)) {
        return false;
    }
    *out = cost;
    for (int64_t i = 0; i < tier_count; i++) {
        protocols[i] = taken[i];
    }
    return true;
}

#ifndef FAB_COLLECTIVE_PROTOCOL_H
#define FAB_COLLECTIVE_PROTOCOL_H

#include "collective/traffic.h"

/* What a collective meets on one tier: full rate, energy and, where named, the messaging layer. */
typedef struct fab_wire {
    double rate_bps;  /* that the group reaches: all of a switch, of a mesh its own links */
    double latency_s; /* one step */
    double energy_j_per_bit;
    int64_t links_per_path;
    const fab_messaging *messaging; /* NULL: none */
} fab_wire;

/* The wire of the tier at `index` as a group of that span meets it. */
fab_wire fab_wire_of(const fab_fabric *fabric, int64_t index, const fab_span *span);

/* Time of one load through one channel: what does not depend on the size, and the rest. */
typedef struct fab_channel_time {
    double latency_s;
    double wire_s;
} fab_channel_time;

/* base + steps * hop, and x + 2 sqrt(fill x) + own / own rate with x = bits / (efficiency * rate).
 * The square root is the cost of filling a pipeline of chunks at the best chunk size:
 * docs/models-network.md#protocols. */
fab_channel_time fab_channel_run(const fab_channel *channel, double rate_bps, double sent_bit,
                                 double steps_count, double own_bit);

/* Ideal cost: full rates and the latency of the tiers. FAB_E_RANGE when it is not finite. */
FAB_CHECKED fab_status fab_load_time(const fab_load *load, const fab_wire wires[FAB_TIER_LIMIT],
                                     int64_t tier_count, int tier_mode, fab_collective_cost *out);

/* Cost through the cheapest channel of each tier for the load's algorithm, whose protocols go to
 * `protocols`; false, and `out` untouched, when a tier that carries bits has none or no tier
 * carries any: no measurement says what a message of 0 byte takes. */
bool fab_load_calibrate(const fab_load *load, const fab_wire wires[FAB_TIER_LIMIT],
                        int64_t tier_count, fab_collective_kind kind, int tier_mode,
                        fab_collective_cost *out, const char *protocols[FAB_TIER_LIMIT]);

/* The cheapest channel of a wire for what a load puts on `tier`, and its time; NULL when none
 * serves. */
const fab_channel *fab_load_cheapest(const fab_load *load, int64_t tier, const fab_wire *wire,
                                     fab_collective_kind kind, fab_channel_time *out);

/* Puts tier_time_s and latency_s together: what concurrent tiers hide is the shorter wire time. */
void fab_cost_close(bool is_concurrent, int64_t tier_count, fab_collective_cost *cost);

#endif

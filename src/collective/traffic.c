#include "collective/traffic.h"

#include <assert.h>

/* One function per family of algorithms; each fills the tiers that its group spans. Symbols: S the
 * payload, m the members on a tier, `above` and `below` the shares of fab_span. */

static const char *const ALGORITHM_NAME[FAB_ALGORITHM_COUNT] = {
    [FAB_ALGORITHM_AUTO] = "auto",
    [FAB_ALGORITHM_RING] = "ring",
    [FAB_ALGORITHM_DIRECT] = "direct",
    [FAB_ALGORITHM_HALVING] = "halving",
    [FAB_ALGORITHM_DOUBLING] = "doubling",
    [FAB_ALGORITHM_TREE] = "tree",
    [FAB_ALGORITHM_IN_NETWORK] = "in-network",
    [FAB_ALGORITHM_FLAT_RING] = "flat-ring",
    [FAB_ALGORITHM_BRUCK] = "bruck",
    [FAB_ALGORITHM_FORWARD] = "forward",
};

const char *fab_algorithm_name(int algorithm)
{
    assert(algorithm >= 0 && algorithm < FAB_ALGORITHM_COUNT);
    return ALGORITHM_NAME[algorithm];
}

static int64_t log2_up(int64_t count)
{
    int64_t rounds = 0;
    while (((int64_t)1 << rounds) < count) {
        rounds++;
    }
    return rounds;
}

static bool is_power_of_two(int64_t count)
{
    return (count & (count - 1)) == 0;
}

/* whether every tier splits the group into a power of two of equal parts */
static bool can_halve(const fab_spans *spans)
{
    int64_t product = 1;
    for (int64_t i = 0; i < spans->tier_count; i++) {
        if (!is_power_of_two(spans->tiers[i].members)) {
            return false;
        }
        product *= spans->tiers[i].members;
    }
    return product == spans->ranks;
}

/* tiers on which the group has more than one member */
static int64_t count_used(const fab_spans *spans)
{
    int64_t used = 0;
    for (int64_t i = 0; i < spans->tier_count; i++) {
        used += spans->tiers[i].members > 1 ? 1 : 0;
    }
    return used;
}

static bool is_gathering(fab_collective_kind kind)
{
    return kind == FAB_ALL_GATHER || kind == FAB_REDUCE_SCATTER || kind == FAB_ALL_REDUCE;
}

static bool is_rooted(fab_collective_kind kind)
{
    return kind == FAB_BROADCAST || kind == FAB_REDUCE;
}

/* a broadcast scatters and gathers, an all-reduce scatters the sums and gathers them */
static double passes(fab_collective_kind kind)
{
    return kind == FAB_ALL_REDUCE || is_rooted(kind) ? 2.0 : 1.0;
}

/* bits of a payload spread over the tiers with every piece sent once per pass */
static double spread_bit(fab_collective_kind kind, const fab_spans *spans, const fab_span *span,
                         double payload_bit)
{
    switch (kind) {
    case FAB_ALL_TO_ALL:
        return payload_bit * (1.0 / span->below - 1.0 / span->above) / (double)spans->ranks;
    case FAB_SEND:
        return span->crossings > 0 ? payload_bit : 0.0;
    default:
        return passes(kind) * payload_bit * (span->above - span->below);
    }
}

static double ring_steps(fab_collective_kind kind, int64_t members)
{
    const double once = members < 2 ? 1.0 : (double)(members - 1);
    return is_rooted(kind) ? (double)log2_up(members) + once : passes(kind) * once;
}

static void make_ring(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                      fab_load *load)
{
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        load->tiers[i].sent_bit = spread_bit(kind, spans, span, payload_bit);
        load->tiers[i].steps_count = kind == FAB_SEND ? 1.0 : ring_steps(kind, span->members);
    }
}

static void make_direct(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                        fab_load *load)
{
    for (int64_t i = 0; i < spans->tier_count; i++) {
        load->tiers[i].sent_bit = spread_bit(kind, spans, &spans->tiers[i], payload_bit);
        load->tiers[i].steps_count = passes(kind);
    }
}

static void make_halving(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                         fab_load *load)
{
    if (!is_gathering(kind)) {
        load->reason = "is for all-gather, reduce-scatter and all-reduce";
        return;
    }
    if (kind != FAB_ALL_GATHER && !can_halve(spans)) {
        load->reason = "needs a power of two of ranks on each tier";
        return;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        load->tiers[i].sent_bit = spread_bit(kind, spans, span, payload_bit);
        load->tiers[i].steps_count = passes(kind) * (double)log2_up(span->members);
    }
}

static void make_doubling(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                          fab_load *load)
{
    if (kind != FAB_ALL_REDUCE) {
        load->reason = "is for all-reduce";
        return;
    }
    if (!can_halve(spans)) {
        load->reason = "needs a power of two of ranks on each tier";
        return;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        load->tiers[i].steps_count = (double)log2_up(spans->tiers[i].members);
        load->tiers[i].sent_bit = payload_bit * load->tiers[i].steps_count;
    }
}

/* Vectors that the busiest of m ranks sends in two trees with half the vector each: inside one it
 * has up to two ranks below, in the other none; of 3 ranks nobody has two below. */
static double tree_vectors(int64_t members)
{
    return members == 2 ? 1.0 : members == 3 ? 1.5 : 2.0;
}

/* A rooted tree sends whole vectors; of two trees with half the vector each rank is inside one and
 * a leaf of the other, and the ranks of a domain share the trees outside of it. */
static void make_tree(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                      fab_load *load)
{
    if (kind != FAB_ALL_REDUCE && !is_rooted(kind)) {
        load->reason = "is for all-reduce, broadcast and reduce";
        return;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        const double depth = (double)log2_up(span->members);
        if (is_rooted(kind)) {
            load->tiers[i].steps_count = depth;
            load->tiers[i].sent_bit = payload_bit * depth;
        } else if (span->members > 1) {
            load->tiers[i].steps_count = 2.0 * depth;
            load->tiers[i].sent_bit = tree_vectors(span->members) * payload_bit * span->above;
        }
    }
}

static void reduce_in_network(fab_collective_kind kind, const fab_spans *spans,
                              const bool can_reduce[FAB_TIER_LIMIT], double payload_bit,
                              fab_load *load)
{
    bool is_used = false;
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        const bool is_here = span->members > 1 && can_reduce[i];
        load->tiers[i].steps_count = 2.0;
        if (is_here) {
            load->tiers[i].sent_bit = payload_bit * (span->above + span->below);
        } else {
            load->tiers[i].algorithm = FAB_ALGORITHM_DIRECT;
            load->tiers[i].sent_bit = spread_bit(kind, spans, span, payload_bit);
        }
        is_used = is_used || is_here;
    }
    load->reason = is_used ? NULL : "needs a tier whose switches reduce";
}

static void make_in_network(fab_collective_kind kind, const fab_spans *spans,
                            const bool can_reduce[FAB_TIER_LIMIT], double payload_bit,
                            fab_load *load)
{
    if (kind == FAB_ALL_REDUCE) {
        reduce_in_network(kind, spans, can_reduce, payload_bit, load);
        return;
    }
    if (!is_rooted(kind)) {
        load->reason = "is for all-reduce, broadcast and reduce";
        return;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        if (spans->tiers[i].members > 1) {
            load->reason = can_reduce[i] ? load->reason : "needs every tier's switches to reduce";
            load->tiers[i].sent_bit = payload_bit;
            load->tiers[i].steps_count = 1.0;
        }
    }
}

/* whether the group goes on beyond a tier */
static bool goes_on(const fab_spans *spans, int64_t tier)
{
    for (int64_t i = tier + 1; i < spans->tier_count; i++) {
        if (spans->tiers[i].crossings > 0) {
            return true;
        }
    }
    return false;
}

/* Rings through all ranks, domain after domain, as many as a domain has ranks, so that each rank is
 * the last of its domain in one of them and sends outwards there. A rooted one is a chain. */
static void make_flat_ring(fab_collective_kind kind, const fab_spans *spans, double payload_bit,
                           fab_load *load)
{
    if (!is_gathering(kind) && !is_rooted(kind)) {
        load->reason = "is not for all-to-all and send";
        return;
    }
    if (is_gathering(kind) && count_used(spans) < 2) {
        load->reason = "is the ring when a group lies on one tier";
        return;
    }
    const double n = (double)spans->ranks;
    const double rounds = is_rooted(kind) ? 1.0 : passes(kind);
    const double turn_bit = is_rooted(kind) ? payload_bit : rounds * payload_bit * (n - 1.0) / n;
    load->is_pipelined = true;
    load->tiers[0].algorithm = FAB_ALGORITHM_RING;
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        if (span->crossings > 0) {
            load->tiers[i].sent_bit =
                turn_bit * (span->above - (goes_on(spans, i) ? span->below : 0.0));
            load->tiers[i].steps_count = rounds * (double)span->crossings;
        }
    }
}

/* blocks j of m whose distance has bit k, over all k: what Bruck's rounds send */
static double bruck_blocks(int64_t members)
{
    int64_t blocks = 0;
    for (int64_t bit = 1; bit < members; bit *= 2) {
        const int64_t over = members % (2 * bit) - bit;
        blocks += members / (2 * bit) * bit + (over > 0 ? over : 0);
    }
    return (double)blocks;
}

static void make_forwarded(fab_collective_kind kind, bool is_bruck, const fab_spans *spans,
                           double payload_bit, fab_load *load)
{
    if (kind != FAB_ALL_TO_ALL) {
        load->reason = "is for all-to-all";
        return;
    }
    if (!is_bruck && count_used(spans) < 2) {
        load->reason = "is direct when a group lies on one tier";
        return;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        const fab_span *span = &spans->tiers[i];
        const double members = (double)span->members;
        load->tiers[i].steps_count = is_bruck ? (double)log2_up(span->members) : 1.0;
        load->tiers[i].sent_bit =
            payload_bit * (is_bruck ? bruck_blocks(span->members) : members - 1.0) / members;
    }
}

static double own_bit(fab_collective_kind kind, const fab_spans *spans, const fab_span *span,
                      double payload_bit)
{
    return kind == FAB_ALL_TO_ALL ? payload_bit / (double)spans->ranks : payload_bit * span->below;
}

fab_load fab_load_make(fab_collective_kind kind, int algorithm, const fab_spans *spans,
                       const bool can_reduce[FAB_TIER_LIMIT], double payload_bit)
{
    assert(spans && algorithm > FAB_ALGORITHM_AUTO && algorithm < FAB_ALGORITHM_COUNT);
    fab_load load = {.reason = NULL};
    for (int i = 0; i < FAB_TIER_LIMIT; i++) {
        load.tiers[i].algorithm = algorithm;
    }
    switch ((fab_collective_algorithm)algorithm) {
    case FAB_ALGORITHM_RING:
        make_ring(kind, spans, payload_bit, &load);
        break;
    case FAB_ALGORITHM_HALVING:
        make_halving(kind, spans, payload_bit, &load);
        break;
    case FAB_ALGORITHM_DOUBLING:
        make_doubling(kind, spans, payload_bit, &load);
        break;
    case FAB_ALGORITHM_TREE:
        make_tree(kind, spans, payload_bit, &load);
        break;
    case FAB_ALGORITHM_IN_NETWORK:
        make_in_network(kind, spans, can_reduce, payload_bit, &load);
        break;
    case FAB_ALGORITHM_FLAT_RING:
        make_flat_ring(kind, spans, payload_bit, &load);
        break;
    case FAB_ALGORITHM_BRUCK:
    case FAB_ALGORITHM_FORWARD:
        make_forwarded(kind, algorithm == FAB_ALGORITHM_BRUCK, spans, payload_bit, &load);
        break;
    default:
        make_direct(kind, spans, payload_bit, &load);
        break;
    }
    for (int64_t i = 0; i < spans->tier_count; i++) {
        if (load.tiers[i].sent_bit > 0.0 && kind != FAB_SEND) {
            load.tiers[i].own_bit = own_bit(kind, spans, &spans->tiers[i], payload_bit);
        }
    }
    return load;
}

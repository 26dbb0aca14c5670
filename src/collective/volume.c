#include <fabricast/collective.h>

#include <assert.h>
#include <math.h>

#include "collective/placed.h"

bool fab_placement_is_consistent(const fab_placement *placement)
{
    const int64_t ranks = placement->ranks;
    const int64_t domains = placement->domains;
    if (ranks < 1 || domains < 1 || domains > ranks || placement->local_min < 1 ||
        placement->local_max > ranks || placement->local_min > placement->local_max) {
        return false;
    }
    /* the group that touches most domains must fit between the extremes */
    const int64_t mean_up = (ranks - 1) / domains + 1;
    if (placement->local_min > ranks / domains || placement->local_max < mean_up) {
        return false;
    }
    return placement->is_even == (placement->local_min == placement->local_max);
}

/* Fills the inner and outer share of the payload of one kind; see the header for the formulas. */
static void fill_shares(fab_collective_kind kind, const fab_placement *placement, double payload,
                        double out[FAB_NETWORK_TIER_COUNT])
{
    const double n = (double)placement->ranks;
    const double most = (double)placement->local_max;
    const double least = (double)placement->local_min;
    const double passes = kind == FAB_ALL_REDUCE ? 2.0 : 1.0;
    switch (kind) {
    case FAB_ALL_GATHER:
    case FAB_REDUCE_SCATTER:
    case FAB_ALL_REDUCE:
        out[0] = passes * payload * (most - 1.0) / most;
        out[1] = passes * payload / n * (n - least) / least;
        break;
    case FAB_ALL_TO_ALL:
        out[0] = payload * (most - 1.0) / n;
        out[1] = payload * (n - least) / n;
        break;
    case FAB_SEND:
        out[0] = placement->domains == 1 ? payload : 0.0;
        out[1] = placement->domains == 1 ? 0.0 : payload;
        break;
    case FAB_BROADCAST:
    case FAB_REDUCE:
        break;
    }
}

fab_status fab_collective_volume(fab_collective_kind kind, const fab_placement *placement,
                                 double payload_bit, double tier_bit_out[FAB_TIER_LIMIT])
{
    assert(placement && tier_bit_out && fab_collective_is_kind(kind));
    if (!isfinite(payload_bit) || payload_bit < 0.0 || !fab_placement_is_consistent(placement) ||
        kind > FAB_SEND) {
        return FAB_E_RANGE;
    }
    double tier_bit[FAB_NETWORK_TIER_COUNT] = {0.0, 0.0};
    if (placement->ranks > 1) {
        fill_shares(kind, placement, payload_bit, tier_bit);
    }
    if (!isfinite(tier_bit[0]) || !isfinite(tier_bit[1])) {
        return FAB_E_RANGE;
    }
    for (int i = 0; i < FAB_TIER_LIMIT; i++) {
        tier_bit_out[i] = i < FAB_NETWORK_TIER_COUNT ? tier_bit[i] : 0.0;
    }
    return FAB_OK;
}

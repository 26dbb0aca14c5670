#include <fabricast/racks.h>

#include <assert.h>
#include <math.h>

#include <fabricast/fabric.h>

#include "base/numbers.h"
#include "fabric/rounding.h"

/* Racks in their row: docs/models-network.md#reach. */

/* the way from a package to the top of its rack with the way down at the other end, and the width
 * of a rack in its row */
static const double LINK_M = 1.0;
static const double PITCH_M = 0.6;

/* more than any building holds */
#define RACKS_LIMIT 1e9

int64_t fab_rack_count(const fab_tier *tier)
{
    assert(tier && tier->domain >= 1 && tier->packages_per_rack >= 1);
    return fab_divide_up(tier->domain, tier->packages_per_rack);
}

fab_rack fab_rack_at(const fab_tier *tier, int64_t number)
{
    const int64_t racks = fab_rack_count(tier);
    assert(number >= 0 && number < racks);
    const int64_t before = number * tier->packages_per_rack;
    const double middle = 0.5 * (double)(racks - 1);
    fab_rack rack = {
        .number = number,
        .packages = fab_smaller_count(tier->domain - before, tier->packages_per_rack),
        .position_m = PITCH_M * ((double)number - middle),
    };
    rack.cable_m = racks == 1 ? LINK_M : 2.0 * LINK_M + fabs(rack.position_m);
    rack.cables_count = 0.5 * (double)rack.packages * (double)tier->links_per_path;
    return rack;
}

double fab_tier_span_m(const fab_tier *tier)
{
    return fab_rack_at(tier, 0).cable_m;
}

double fab_tier_cable_m(const fab_tier *tier)
{
    const int64_t racks = fab_rack_count(tier);
    if (racks == 1) {
        return LINK_M;
    }
    const double row = (double)racks;
    return 2.0 * LINK_M + PITCH_M * (row * row - (double)(racks % 2)) / (4.0 * row);
}

int64_t fab_reach_racks(double reach_m)
{
    if (!fab_is_within(LINK_M, reach_m)) {
        return 0;
    }
    const double row_m = reach_m * (1.0 + FAB_ROUNDING_RATIO) - 2.0 * LINK_M;
    const double racks = row_m > 0.0 ? 1.0 + floor(2.0 * row_m / PITCH_M) : 1.0;
    return racks < RACKS_LIMIT ? (int64_t)racks : (int64_t)RACKS_LIMIT;
}

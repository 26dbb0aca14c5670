#include <fabricast/link.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"

/* Reach at another lane rate. Loss budgets of cables hardly change from one generation of lanes to
 * the next, so reach goes as one over the loss of a metre. */

static bool is_copper(const fab_link_class *class)
{
    return class->medium == FAB_MEDIUM_TWINAX ||
           (class->medium == FAB_MEDIUM_BOARD && !class->is_medium_guess);
}

fab_derived fab_link_reach_at(const fab_technology *technology, double lane_rate_bps)
{
    assert(technology);
    const fab_link_class class = fab_link_classify(technology);
    const fab_value lane = fab_of_row(technology, technology->lane_rate_bps);
    const fab_value reach = fab_of_row(technology, technology->reach_m);
    fab_derived out = {.formula = "reach x lane rate / lane rate asked for; to its root"};
    const bool is_rate = isfinite(lane_rate_bps) && lane_rate_bps > 0.0;
    if (!class.carries_data || !is_copper(&class) || !lane.is_known || !is_rate) {
        return out;
    }

    /* loss per metre: b f where the dielectric rules, a sqrt(f) where the skin effect does */
    const double slower_ratio = lane.value / lane_rate_bps;
    const double root_ratio = sqrt(slower_ratio);
    out.value = fab_scale(reach, slower_ratio);
    const double other_low = reach.low * root_ratio;
    const double other_high = reach.high * root_ratio;
    if (out.value.is_known) {
        out.value.low = other_low < out.value.low ? other_low : out.value.low;
        out.value.high = other_high > out.value.high ? other_high : out.value.high;
        out.value.has_range = out.value.low < out.value.high;
    }
    return out;
}

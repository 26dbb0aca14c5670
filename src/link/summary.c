#include <fabricast/link.h>

#include <assert.h>
#include <math.h>

#include "link/defaults.h"
#include "link/derive.h"

#define BITS_PER_BYTE 8.0

/* whole lanes; what rounding leaves over a whole number is no lane */
static fab_value count_lanes(fab_value rate_bps, fab_value lane_rate_bps)
{
    fab_value lanes = fab_divide(rate_bps, lane_rate_bps);
    lanes.value = ceil(lanes.value * (1.0 - 1e-12));
    lanes.low = ceil(lanes.low * (1.0 - 1e-12));
    lanes.high = ceil(lanes.high * (1.0 - 1e-12));
    return lanes;
}

static fab_derived derive(fab_value value, const char *formula)
{
    return (fab_derived){.value = value, .formula = formula};
}

static void fill_row(const fab_technology *t, double size_byte, fab_link_summary *out)
{
    const fab_value rate = fab_of_row(t, t->rate_bps);
    const fab_value energy = fab_of_row(t, t->energy_j_per_bit);
    const fab_value lane = fab_of_row(t, t->lane_rate_bps);
    /* bits do not fly through a switch */
    const bool flies = out->link_class.carries_data;
    const fab_value flight =
        flies ? fab_default_flight_s_per_m(&out->link_class) : (fab_value){.is_known = false};
    const fab_value edge = fab_of_row(t, t->shoreline_bps_per_m);
    const fab_value bits = fab_known(size_byte * BITS_PER_BYTE);
    out->lanes_count = derive(count_lanes(rate, lane), "rate / lane rate, rounded up");
    out->power_w = derive(fab_multiply(rate, energy), "rate x energy");
    out->flight_s_per_m = derive(flight, flies ? "of the medium" : "a switch has no length");
    out->flight_at_reach_s =
        derive(fab_multiply(flight, fab_of_row(t, t->reach_m)), "reach x flight per metre");
    out->serialisation_s = derive(fab_divide(bits, rate), "size / rate");
    out->edge_m = derive(fab_divide(rate, edge), "rate / shoreline density");
}

fab_status fab_link_summarise(const fab_technology *technology, double size_byte, double rate_bps,
                              fab_link_summary *out)
{
    assert(technology && out);
    if (!isfinite(size_byte) || size_byte < 0.0 || !isfinite(rate_bps) || rate_bps < 0.0) {
        return FAB_E_RANGE;
    }
    *out =
        (fab_link_summary){.technology = technology, .link_class = fab_link_classify(technology)};
    fill_row(technology, size_byte, out);

    /* nothing is known of a rate that nobody asked for */
    const fab_value rate = rate_bps > 0.0 ? fab_known(rate_bps) : (fab_value){.is_known = false};
    const fab_value energy = fab_of_row(technology, technology->energy_j_per_bit);
    const fab_value lane = fab_of_row(technology, technology->lane_rate_bps);
    const fab_value bits = fab_known(size_byte * BITS_PER_BYTE);
    out->power_at_w = derive(fab_multiply(rate, energy), "rate asked for x energy");
    out->lanes_at_count = derive(count_lanes(rate, lane), "rate asked for / lane rate, rounded up");
    out->serialisation_at_s = derive(fab_divide(bits, rate), "size / rate asked for");
    return FAB_OK;
}

#include "link/transfer_parts.h"

#include "link/defaults.h"
#include "link/derive.h"

#define BITS_PER_BYTE 8.0

/* the smaller of two, each end of the range by itself */
static fab_value smaller(fab_value a, fab_value b)
{
    fab_value out = b.value < a.value ? b : a;
    out.is_known = a.is_known && b.is_known;
    out.low = b.low < a.low ? b.low : a.low;
    out.high = b.high < a.high ? b.high : a.high;
    out.has_range = out.is_known && out.low < out.high;
    return out;
}

static void fill_sustained(fab_parts *parts, fab_value round_trip_s)
{
    fab_credits *credits = &parts->out->credits;
    const fab_value buffer = parts->options->buffer_byte;
    if (!buffer.is_known) {
        credits->sustained_bps.formula = "no buffer given";
        return;
    }
    const fab_value returned_bps = fab_divide(fab_scale(buffer, BITS_PER_BYTE), round_trip_s);
    credits->sustained_bps = (fab_derived){
        .value = smaller(parts->rate_bps, returned_bps),
        .formula = fab_parts_printf(parts, "min(rate, %s / round trip)",
                                    fab_parts_quantity(parts, buffer, FAB_DIM_SIZE)),
    };
}

void fab_parts_credits(fab_parts *parts)
{
    fab_credits *credits = &parts->out->credits;
    const fab_value turnaround_s =
        fab_choose(parts->options->turnaround_s, fab_default_turnaround_s());
    const fab_value way_s = fab_add(parts->flight_s, parts->latency_s);
    const fab_value round_trip_s = fab_add(fab_scale(way_s, 2.0), turnaround_s);
    credits->round_trip_s = (fab_derived){
        .value = round_trip_s,
        .formula = fab_parts_printf(parts, "2 x (%s + %s) + %s",
                                    fab_parts_quantity(parts, parts->flight_s, FAB_DIM_TIME),
                                    fab_parts_quantity(parts, parts->latency_s, FAB_DIM_TIME),
                                    fab_parts_quantity(parts, turnaround_s, FAB_DIM_TIME)),
    };
    credits->in_flight_byte = (fab_derived){
        .value = fab_scale(fab_multiply(parts->rate_bps, round_trip_s), 1.0 / BITS_PER_BYTE),
        .formula = "rate x round trip",
    };
    fill_sustained(parts, round_trip_s);
}

#include <fabricast/escape.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"

#define ESCAPE_TEXT(id, text) [id] = text,
static const char *const TEXT[FAB_ESCAPE_PART_COUNT] = {FAB_ESCAPE_LIST(ESCAPE_TEXT)};

const char *fab_escape_part_text(fab_escape_part part)
{
    assert((int)part >= 0 && part < FAB_ESCAPE_PART_COUNT);
    return TEXT[part];
}

fab_escape fab_escape_find(const fab_escape_package *package)
{
    assert(package);
    fab_escape out = {.rate_bps = {.is_known = false}};
    out.limits_bps[FAB_ESCAPE_AREA] = fab_multiply(package->area_m2, package->area_bps_per_m2);
    out.limits_bps[FAB_ESCAPE_EDGE] = fab_multiply(package->edge_m, package->edge_bps_per_m);
    out.limits_bps[FAB_ESCAPE_FIBRES] =
        fab_multiply(package->fibres_count, package->fibre_rate_bps);
    out.limits_bps[FAB_ESCAPE_POWER] = fab_divide(package->power_w, package->energy_j_per_bit);
    for (int i = 0; i < FAB_ESCAPE_PART_COUNT; i++) {
        const fab_value limit = out.limits_bps[i];
        if (limit.is_known && (!out.rate_bps.is_known || limit.value < out.rate_bps.value)) {
            out.rate_bps = limit;
            out.binding = (fab_escape_part)i;
        }
    }
    return out;
}

double fab_escape_module_bps_per_m(double lanes_count, double lane_rate_bps, double edge_m)
{
    return edge_m > 0.0 ? lanes_count * lane_rate_bps / edge_m : 0.0;
}

double fab_escape_fibre_bps_per_m(double fibre_rate_bps, double pitch_m)
{
    return pitch_m > 0.0 ? fibre_rate_bps / pitch_m : 0.0;
}

double fab_escape_bumps_per_m2(double pitch_m)
{
    return pitch_m > 0.0 ? 1.0 / (pitch_m * pitch_m) : 0.0;
}

double fab_escape_edge_left_m(const double sides_m[2], int64_t stacks, double width_m)
{
    assert(sides_m);
    const double longer = sides_m[0] > sides_m[1] ? sides_m[0] : sides_m[1];
    const double shorter = sides_m[0] > sides_m[1] ? sides_m[1] : sides_m[0];
    if (!(width_m > 0.0) || stacks <= 0) {
        return 2.0 * (longer + shorter);
    }

    /* no stack goes round a corner */
    const double fit = floor(longer / width_m);
    const double of_long = (double)stacks < 2.0 * fit ? (double)stacks : 2.0 * fit;
    const double rest = 2.0 * shorter - ((double)stacks - of_long) * width_m;
    const double of_edge = 2.0 * longer - of_long * width_m;
    return rest > 0.0 ? rest + of_edge : 0.0;
}

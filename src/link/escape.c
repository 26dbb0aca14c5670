#include <fabricast/escape.h>

#include <assert.h>

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

#include <fabricast/regions.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* The technology of least energy per bit on every cell of distance and bandwidth. */

double fab_region_limit_bps(const fab_region_map *regions, const fab_link_curve *curve,
                            size_t point)
{
    assert(regions && curve && point < FAB_MAP_POINTS);
    const double energy = curve->energy_j_per_bit[point];
    if (point >= curve->count || !(energy > 0.0)) {
        return 0.0;
    }
    const fab_region_frame *frame = &regions->frame;
    double limit = frame->to_bps;
    if (frame->link_power_w.is_known) {
        limit = fmin(limit, frame->link_power_w.value / energy);
    }
    if (frame->edge_m.is_known && curve->shoreline_bps_per_m.is_known) {
        limit = fmin(limit, frame->edge_m.value * curve->shoreline_bps_per_m.value);
    }
    return limit;
}

static int best_of(const fab_region_map *regions, double rate_bps, size_t point)
{
    int best = FAB_REGION_NONE;
    for (size_t i = 0; i < regions->map.count; i++) {
        const fab_link_curve *curve = &regions->map.curves[i];
        const bool is_able = fab_region_limit_bps(regions, curve, point) >= rate_bps * (1.0 - 1e-9);
        const double energy = curve->energy_j_per_bit[point];
        if (is_able && energy > 0.0 &&
            (best == FAB_REGION_NONE ||
             energy < regions->map.curves[best].energy_j_per_bit[point])) {
            best = (int)i;
        }
    }
    return best;
}

static void add_cell(fab_region_map *regions, int curve, size_t rate, size_t point)
{
    if (curve == FAB_REGION_NONE) {
        regions->empty_cells++;
        return;
    }
    fab_region *region = NULL;
    for (size_t i = 0; i < regions->region_count && !region; i++) {
        region = regions->regions[i].curve == curve ? &regions->regions[i] : NULL;
    }
    const double distance = regions->map.distances_m[point];
    const double bandwidth = regions->rates_bps[rate];
    const double energy = regions->map.curves[curve].energy_j_per_bit[point];
    if (!region) {
        region = &regions->regions[regions->region_count++];
        *region = (fab_region){
            .curve = curve,
            .least_m = HUGE_VAL,
            .least_bps = HUGE_VAL,
            .least_j_per_bit = HUGE_VAL,
        };
    }
    region->cells++;
    region->least_m = fmin(region->least_m, distance);
    region->most_m = fmax(region->most_m, distance);
    region->least_bps = fmin(region->least_bps, bandwidth);
    region->most_bps = fmax(region->most_bps, bandwidth);
    region->least_j_per_bit = fmin(region->least_j_per_bit, energy);
    region->most_j_per_bit = fmax(region->most_j_per_bit, energy);
}

/* the largest first; of equals in the order of the curves */
static int by_size(const void *a, const void *b)
{
    const fab_region *x = a, *y = b;
    return x->cells != y->cells ? (x->cells < y->cells) - (x->cells > y->cells)
                                : (x->curve > y->curve) - (x->curve < y->curve);
}

fab_status fab_region_map_make(const fab_technology *const *technologies, size_t count,
                               const fab_region_frame *frame, fab_arena *arena, fab_region_map *out)
{
    assert(frame && arena && out);
    if (!(frame->from_bps > 0.0) || !(frame->to_bps > frame->from_bps) ||
        !isfinite(frame->to_bps)) {
        return FAB_E_RANGE;
    }
    *out = (fab_region_map){.frame = *frame, .regions = FAB_NEW(arena, fab_region, count)};
    if (!out->regions) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_link_map_make(technologies, count, frame->from_m, frame->to_m, arena, &out->map));
    const double step = log(frame->to_bps / frame->from_bps) / (FAB_REGION_RATES - 1);
    for (size_t rate = 0; rate < FAB_REGION_RATES; rate++) {
        out->rates_bps[rate] = rate + 1 < FAB_REGION_RATES
                                   ? frame->from_bps * exp(step * (double)rate)
                                   : frame->to_bps;
        for (size_t point = 0; point < FAB_MAP_POINTS; point++) {
            out->best[rate][point] = best_of(out, out->rates_bps[rate], point);
            add_cell(out, out->best[rate][point], rate, point);
        }
    }
    qsort(out->regions, out->region_count, sizeof(out->regions[0]), by_size);
    return FAB_OK;
}

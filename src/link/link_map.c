#include <fabricast/link_map.h>

#include <assert.h>
#include <math.h>

#include "link/derive.h"
#include "link/recipe.h"

#define LANE_LEAST_BPS 1e9
#define LANE_STEPS     40

static bool is_copper(fab_build build)
{
    return build <= FAB_BUILD_RETIMED;
}

static bool carries(fab_build build)
{
    return is_copper(build) || fab_build_is_optical(build);
}

static bool closes(fab_technology *technology, double lane_bps, double distance_m)
{
    fab_budget budget;
    technology->lane_rate_bps = fab_known(lane_bps);
    const fab_status status = fab_link_budget(technology, fab_known(distance_m), &budget);
    return status == FAB_OK && budget.spare_db.is_known && budget.spare_db.value >= 0.0;
}

/* The fastest lane of a copper line over a distance; 0 when not even the slowest gets through. */
static double fastest_lane(const fab_technology *technology, bool is_nrz, double distance_m)
{
    fab_technology changed = *technology;
    double low = LANE_LEAST_BPS;
    double high = FAB_SYMBOL_LIMIT_HZ * (is_nrz ? 1.0 : 2.0);
    changed.line_code = is_nrz ? "NRZ" : "PAM4";
    if (!closes(&changed, low, distance_m)) {
        return 0.0;
    }
    if (closes(&changed, high, distance_m)) {
        return high;
    }
    for (int i = 0; i < LANE_STEPS && high / low > 1.001; i++) {
        const double middle = sqrt(low * high);
        if (closes(&changed, middle, distance_m)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void settle_reach(const fab_technology *t, const fab_budget *budget, fab_link_curve *out)
{
    out->is_reach_known = t->reach_m.is_known || budget->reach_m.is_known;
    out->is_reach_derived = !t->reach_m.is_known && budget->reach_m.is_known;
    out->reach_m = t->reach_m.is_known ? t->reach_m.value : budget->reach_m.value;
}

static fab_status fill(const fab_technology *technology, const fab_link_map *map,
                       fab_link_curve *out)
{
    fab_budget budget;
    *out = (fab_link_curve){.technology = technology};
    FAB_TRY(fab_link_budget(technology, (fab_value){.is_known = false}, &budget));
    out->shoreline_bps_per_m = technology->shoreline_bps_per_m.is_known
                                   ? fab_of_row(technology, technology->shoreline_bps_per_m)
                                   : budget.shoreline_bps_per_m;
    if (!carries(budget.recipe.build)) {
        return FAB_OK;
    }
    settle_reach(technology, &budget, out);
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        const double distance_m = map->distances_m[i];
        const bool is_copper_line = is_copper(budget.recipe.build);
        out->lane_bps[i] = is_copper_line
                               ? fastest_lane(technology, budget.recipe.is_nrz, distance_m)
                               : budget.recipe.lane_rate_bps.value;
        if (out->is_reach_known && distance_m > out->reach_m * (1.0 + 1e-9)) {
            out->lane_bps[i] = is_copper_line ? out->lane_bps[i] : 0.0;
            continue;
        }
        fab_budget here;
        FAB_TRY(fab_link_budget(technology, fab_known(distance_m), &here));
        out->energy_j_per_bit[i] = here.energy_j_per_bit.value;
        out->count = i + 1;
    }
    return FAB_OK;
}

/* the curve that costs least at a distance, NULL where none gets so far; the first of equals */
static const fab_link_curve *best_at(const fab_link_map *map, size_t point)
{
    const fab_link_curve *best = NULL;
    for (size_t i = 0; i < map->count; i++) {
        const fab_link_curve *curve = &map->curves[i];
        const bool is_there = point < curve->count && curve->energy_j_per_bit[point] > 0.0;
        if (is_there && (!best || curve->energy_j_per_bit[point] < best->energy_j_per_bit[point])) {
            best = curve;
        }
    }
    return best;
}

/* where the best before a point gives way: the end of its reach, else half way */
static double edge_at(const fab_link_map *map, const fab_link_curve *before, size_t point)
{
    if (point == 0) {
        return map->distances_m[0];
    }
    const double near_m = map->distances_m[point - 1];
    const double far_m = map->distances_m[point];
    const bool is_end =
        before && before->is_reach_known && before->reach_m >= near_m && before->reach_m < far_m;
    return is_end ? before->reach_m : sqrt(near_m * far_m);
}

static void find_stretches(fab_link_map *map)
{
    const fab_link_curve *before = NULL;
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        const fab_link_curve *best = best_at(map, i);
        const double edge_m = edge_at(map, before, i);
        if (best != before && before) {
            map->stretches[map->stretch_count - 1].to_m = edge_m;
        }
        if (best != before && best) {
            map->stretches[map->stretch_count++] =
                (fab_link_stretch){best, edge_m, map->distances_m[FAB_MAP_POINTS - 1]};
        }
        before = best;
    }
}

fab_status fab_link_map_make(const fab_technology *const *technologies, size_t count, double from_m,
                             double to_m, fab_arena *arena, fab_link_map *map_out)
{
    assert((technologies || count == 0) && arena && map_out);
    if (!(from_m > 0.0) || !(to_m > from_m) || !isfinite(to_m)) {
        return FAB_E_RANGE;
    }
    *map_out = (fab_link_map){.curves = FAB_NEW(arena, fab_link_curve, count), .count = count};
    if (!map_out->curves) {
        return FAB_E_NOMEM;
    }
    const double step = log(to_m / from_m) / (FAB_MAP_POINTS - 1);
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        map_out->distances_m[i] = i + 1 < FAB_MAP_POINTS ? from_m * exp(step * (double)i) : to_m;
    }
    for (size_t i = 0; i < count; i++) {
        FAB_TRY(fill(technologies[i], map_out, &map_out->curves[i]));
    }
    find_stretches(map_out);
    return FAB_OK;
}

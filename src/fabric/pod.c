#include <fabricast/pod.h>

#include <assert.h>
#include <math.h>

#include <fabricast/anatomy.h>
#include <fabricast/fabric.h>
#include <fabricast/units.h>

#include "fabric/rounding.h"
#include "link/derive.h"

#define TEXT_SIZE 48
#define DIGITS    3

/* around 4,000 mm2, and what memory leaves of the edge of a reticle */
#define AROUND_M   253e-3
#define LEFT_RATIO (52.0 / 118.0)

#define LIMIT_TEXT(id, text) [id] = text,
static const char *const TEXT[FAB_POD_LIMIT_COUNT] = {FAB_POD_LIMIT_LIST(LIMIT_TEXT)};

const char *fab_pod_limit_text(fab_pod_limit limit)
{
    assert((int)limit >= 0 && limit < FAB_POD_LIMIT_COUNT);
    return TEXT[limit];
}

fab_pod_place fab_pod_place_default(void)
{
    return (fab_pod_place){
        .rack_power_w = fab_number(120e3, 120e3, 120e3, FAB_CONFIDENCE_SECONDARY,
                                   "arXiv 2510.15893 as quoted by a secondary source"),
        .package_power_w = fab_number(1660.0, 1660.0, 1660.0, FAB_CONFIDENCE_ESTIMATE,
                                      "120 kW of a rack over the 72 packages of a GB200 NVL72"),
        .edge_m = fab_number(AROUND_M * LEFT_RATIO, 52e-3, AROUND_M, FAB_CONFIDENCE_ASSUMPTION,
                             "around a square package of 4,000 mm2, less the share that eight "
                             "stacks of memory take of a reticle of 26 x 33 mm, both long sides; "
                             "low: that reticle alone, high: all around"),
        .link_power_w = fab_number(150.0, 50.0, 300.0, FAB_CONFIDENCE_ASSUMPTION,
                                   "about a tenth of a package of the 1.4 to 1.8 kW class"),
    };
}

static int64_t packages_of(double rack_w, double package_w)
{
    if (!(package_w > 0.0)) {
        return 0;
    }
    const double packages = fab_whole_below(rack_w / package_w);
    return packages < 1e9 ? (int64_t)packages : (int64_t)1e9;
}

int64_t fab_pod_rack_packages(const fab_pod_place *place)
{
    assert(place);
    return packages_of(place->rack_power_w.value, place->package_power_w.value);
}

fab_value fab_pod_switch_ports_count(const fab_technology *chip)
{
    assert(chip);
    const fab_value radix = fab_of_row(chip, chip->radix_count);
    fab_value thin =
        fab_divide(fab_of_row(chip, chip->rate_bps), fab_of_row(chip, chip->lane_rate_bps));
    if (!thin.is_known) {
        return radix;
    }
    thin.value = thin.low = thin.high = fab_whole_below(thin.value);
    thin.has_range = false;
    return radix.is_known && radix.value > thin.value ? radix : thin;
}

/* racks within reach x packages of a rack, over both ranges */
static fab_value by_reach(const fab_value *reach_m, const fab_pod_place *place, int64_t packages)
{
    const fab_value *rack = &place->rack_power_w;
    const fab_value *package = &place->package_power_w;
    const double low =
        (double)fab_reach_racks(reach_m->low) * (double)packages_of(rack->low, package->high);
    const double high =
        (double)fab_reach_racks(reach_m->high) * (double)packages_of(rack->high, package->low);
    const fab_value *least = reach_m->confidence > package->confidence ? reach_m : package;
    return fab_number((double)fab_reach_racks(reach_m->value) * (double)packages, low, high,
                      least->confidence, least->source);
}

/* the least limit binds; of radix and reach both where they agree */
static void bind(fab_pod *out)
{
    const fab_value *ports = &out->radix_count;
    fab_pod_limit which = FAB_POD_RADIX;
    if (!ports->is_known ||
        (out->switch_count.is_known && out->switch_count.value < ports->value)) {
        ports = &out->switch_count;
        which = FAB_POD_SWITCH;
    }
    const fab_value *reach = &out->by_reach_count;
    if (!ports->is_known || !reach->is_known) {
        return;
    }
    out->binding = ports->value < reach->value   ? which
                   : reach->value < ports->value ? FAB_POD_REACH
                   : which == FAB_POD_RADIX      ? FAB_POD_BOTH
                                                 : FAB_POD_REACH;
    out->packages_count = ports->value < reach->value ? *ports : *reach;
    out->packages_count.low = fmin(ports->low, reach->low);
    out->packages_count.high = fmin(ports->high, reach->high);
    out->packages_count.has_range = out->packages_count.low < out->packages_count.high;
}

static void find_size(const fab_technology *technology, const fab_pod_place *place,
                      const fab_budget *budget, fab_pod *out)
{
    out->radix_count = fab_of_row(technology, technology->radix_count);
    if (place->chip) {
        out->switch_count = fab_pod_switch_ports_count(place->chip);
    }
    /* links over a board stay in their box: without a published reach nothing is said of racks */
    if (technology->reach_m.is_known) {
        out->reach_m = fab_of_row(technology, technology->reach_m);
    } else if (budget->recipe.build != FAB_BUILD_BOARD) {
        out->reach_m = budget->reach_m;
    }
    if (out->reach_m.is_known) {
        out->racks = fab_reach_racks(out->reach_m.value);
        out->by_reach_count = by_reach(&out->reach_m, place, out->rack_packages);
    }
    bind(out);
}

static void find_escape(const fab_technology *technology, const fab_pod_place *place,
                        const fab_budget *budget, fab_pod *out)
{
    const fab_value shoreline = technology->shoreline_bps_per_m.is_known
                                    ? fab_of_row(technology, technology->shoreline_bps_per_m)
                                    : budget->shoreline_bps_per_m;
    const fab_value energy = technology->energy_j_per_bit.is_known
                                 ? fab_of_row(technology, technology->energy_j_per_bit)
                                 : budget->energy_j_per_bit;
    const fab_escape_package package = {
        .edge_m = place->edge_m,
        .edge_bps_per_m = shoreline,
        .power_w = place->link_power_w,
        .energy_j_per_bit = energy,
    };
    out->escape = fab_escape_find(&package);
    out->rate_bps = fab_of_row(technology, technology->rate_bps);
    out->edge_needed_m = fab_divide(out->rate_bps, shoreline);
    out->is_edge_short =
        out->edge_needed_m.is_known && out->edge_needed_m.value > place->edge_m.high;
}

fab_status fab_pod_find(const fab_technology *technology, const fab_pod_place *place, fab_pod *out)
{
    assert(technology && place && out);
    fab_budget budget;
    FAB_TRY(fab_link_budget(technology, (fab_value){.is_known = false}, &budget));
    *out = (fab_pod){.rack_packages = fab_pod_rack_packages(place)};
    if (budget.recipe.link_class.carries_data && technology->role == FAB_ROLE_LINK) {
        find_size(technology, place, &budget, out);
        find_escape(technology, place, &budget, out);
    }
    return FAB_OK;
}

const char *fab_pod_obstacle(const fab_technology *technology, const fab_pod_place *place,
                             const fab_pod *pod, fab_arena *arena)
{
    assert(technology && place && pod && arena);
    char rate[TEXT_SIZE];
    if (pod->by_reach_count.is_known && pod->racks == 0) {
        return fab_arena_printf(arena, "%s reaches %.3g m, %.3g m less than the 1 m within a rack",
                                technology->name, pod->reach_m.value, 1.0 - pod->reach_m.value);
    }
    if (!pod->is_edge_short) {
        return NULL;
    }
    fab_quantity_format(rate, sizeof rate, pod->rate_bps.value, FAB_DIM_RATE, DIGITS);
    return fab_arena_printf(arena, "%s: %s take %.3g mm of edge, %.3g mm more than the package has",
                            technology->name, rate, 1e3 * pod->edge_needed_m.value,
                            1e3 * (pod->edge_needed_m.value - place->edge_m.high));
}

fab_status fab_pod_strip(const fab_technology *technology, fab_technology *out)
{
    assert(technology && out);
    const fab_value none = {.is_known = false};
    *out = *technology;
    out->radix_count = out->rate_bps = out->energy_j_per_bit = out->shoreline_bps_per_m = none;
    out->reach_m = none;
    fab_budget budget;
    FAB_TRY(fab_link_budget(out, none, &budget));
    if (!budget.reach_m.is_known) {
        out->reach_m = technology->reach_m;
    }
    return FAB_OK;
}

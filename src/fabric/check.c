#include <fabricast/fabric.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include <fabricast/units.h>

#include "fabric/clos.h"
#include "fabric/rounding.h"

#define TEXT_SIZE   48
#define TEXT_DIGITS 4
#define CHECK_LIMIT (3 * FAB_TIER_LIMIT + 2)

/* The checks of a fabric while they are written. */
typedef struct verdicts {
    fab_fabric_check *items;
    size_t count;
    fab_arena *arena;
} verdicts;

double fab_tier_domain_rate_bps(const fab_tier *tier)
{
    assert(tier && tier->rate_bps.is_known);
    return (double)tier->domain * tier->rate_bps.value;
}

double fab_tier_power_w(const fab_tier *tier)
{
    assert(tier && tier->rate_bps.is_known && tier->technology.energy_j_per_bit.is_known);
    return tier->rate_bps.value * tier->technology.energy_j_per_bit.value;
}

/* Adds a verdict; false when the arena had no room for its reason. */
static bool add(verdicts *list, const fab_tier *tier, const char *what, bool is_known, bool is_met,
                const char *reason)
{
    if (!reason) {
        return false;
    }
    list->items[list->count++] = (fab_fabric_check){
        .tier = tier->name,
        .what = what,
        .reason = reason,
        .is_met = is_known && is_met,
        .is_known = is_known,
    };
    return true;
}

static bool check_rate(verdicts *list, const fab_tier *tier)
{
    const fab_technology *technology = &tier->technology;
    char need[TEXT_SIZE];
    char limit[TEXT_SIZE];
    if (!tier->rate_bps.is_known || !technology->rate_bps.is_known) {
        return add(list, tier, "rate", false, false,
                   fab_arena_printf(list->arena,
                                    "The rate per package of %s is not published, so tier %s "
                                    "cannot be checked against it.",
                                    technology->name, tier->name));
    }
    const double need_bps = tier->rate_bps.value;
    const double limit_bps = technology->rate_bps.value;
    const bool is_met = fab_is_within(need_bps, limit_bps);
    fab_quantity_format(need, sizeof need, need_bps, FAB_DIM_RATE, TEXT_DIGITS);
    fab_quantity_format(limit, sizeof limit, limit_bps, FAB_DIM_RATE, TEXT_DIGITS);
    return add(list, tier, "rate", true, is_met,
               fab_arena_printf(list->arena,
                                "Tier %s needs %s per package in one direction; %s gives %s%s.",
                                tier->name, need, technology->name, is_met ? "" : "only ", limit));
}

static bool check_radix(verdicts *list, const fab_tier *tier)
{
    const fab_technology *technology = &tier->technology;
    if (!technology->radix_count.is_known) {
        return add(list, tier, "radix", false, false,
                   fab_arena_printf(list->arena,
                                    "How many packages one switched tier of %s joins is not "
                                    "published, so the %" PRId64 " of tier %s cannot be checked.",
                                    technology->name, tier->domain, tier->name));
    }
    const double limit = technology->radix_count.value;
    const bool is_met = fab_is_within((double)tier->domain, limit);
    return add(list, tier, "radix", true, is_met,
               fab_arena_printf(list->arena,
                                "A domain of tier %s has %" PRId64
                                " packages; one switched tier of %s joins %s%.0f.",
                                tier->name, tier->domain, technology->name, is_met ? "" : "only ",
                                limit));
}

static bool check_reach(verdicts *list, const fab_tier *tier)
{
    const fab_technology *technology = &tier->technology;
    const double span_m = fab_tier_span_m(tier);
    char need[TEXT_SIZE];
    char limit[TEXT_SIZE];
    fab_quantity_format(need, sizeof need, span_m, FAB_DIM_LENGTH, TEXT_DIGITS);
    if (!technology->reach_m.is_known) {
        return add(list, tier, "reach", false, false,
                   fab_arena_printf(list->arena,
                                    "The reach of %s is not published, so the longest link of tier "
                                    "%s, %s, cannot be checked.",
                                    technology->name, tier->name, need));
    }
    const bool is_met = fab_is_within(span_m, technology->reach_m.value);
    fab_quantity_format(limit, sizeof limit, technology->reach_m.value, FAB_DIM_LENGTH,
                        TEXT_DIGITS);
    if (is_met) {
        return add(list, tier, "reach", true, true,
                   fab_arena_printf(list->arena,
                                    "The longest link of tier %s is %s; %s reaches %s.", tier->name,
                                    need, technology->name, limit));
    }
    char missing[TEXT_SIZE];
    fab_quantity_format(missing, sizeof missing, span_m - technology->reach_m.value, FAB_DIM_LENGTH,
                        TEXT_DIGITS);
    return add(list, tier, "reach", true, false,
               fab_arena_printf(list->arena,
                                "The longest link of tier %s is %s; %s reaches only %s, %s too "
                                "little.",
                                tier->name, need, technology->name, limit, missing));
}

/* only where the fabric says which switch it is made of */
static bool check_switch(verdicts *list, const fab_tier *tier)
{
    const int64_t levels = fab_clos_levels(tier);
    if (!tier->chip || tier->links_per_path < 2) {
        return true;
    }
    const char *chip = tier->chip->name;
    if (levels < 0) {
        return add(list, tier, "ports", false, false,
                   fab_arena_printf(list->arena,
                                    "The rate or the radix of switch %s is not published, so the "
                                    "switches of tier %s cannot be counted.",
                                    chip, tier->name));
    }
    const double ports = tier->chip->radix_count.value;
    if (levels == 0) {
        return add(list, tier, "ports", true, false,
                   fab_arena_printf(list->arena,
                                    "A domain of tier %s has %" PRId64
                                    " packages; %d levels of %s with %.0f ports join only %.0f.",
                                    tier->name, tier->domain, FAB_CLOS_LEVELS, chip, ports,
                                    fab_clos_limit_count(tier)));
    }
    const bool is_met = 2 * levels <= tier->links_per_path;
    return add(list, tier, "ports", true, is_met,
               fab_arena_printf(list->arena,
                                "A domain of tier %s needs %" PRId64 " level%s of %s with %.0f "
                                "ports, %" PRId64 " links in a path; the fabric has %s%" PRId64 ".",
                                tier->name, levels, levels == 1 ? "" : "s", chip, ports, 2 * levels,
                                is_met ? "" : "only ", tier->links_per_path));
}

static bool check_size(verdicts *list, const fab_fabric *fabric, int64_t packages)
{
    const fab_tier *outer = &fabric->tiers[fabric->tier_count - 1];
    const int64_t limit = fab_fabric_capacity(fabric);
    const bool is_met = packages <= limit;
    return add(list, outer, "size", true, is_met,
               fab_arena_printf(list->arena,
                                "The job has %" PRId64 " packages; one domain of tier %s holds "
                                "%s%" PRId64 " of a job.",
                                packages, outer->name, is_met ? "" : "only ", limit));
}

fab_status fab_fabric_check_all(const fab_fabric *fabric, int64_t packages, fab_arena *arena,
                                const fab_fabric_check **checks_out, size_t *count_out)
{
    assert(fabric && arena && checks_out && count_out);
    assert(fabric->tier_count >= 1 && fabric->tier_count <= FAB_TIER_LIMIT);

    verdicts list = {.items = FAB_NEW(arena, fab_fabric_check, CHECK_LIMIT), .arena = arena};
    bool is_written = list.items != NULL;
    for (int64_t i = 0; i < fabric->tier_count && is_written; i++) {
        const fab_tier *tier = &fabric->tiers[i];
        is_written = check_rate(&list, tier) && (i > 0 || check_radix(&list, tier)) &&
                     check_reach(&list, tier) && check_switch(&list, tier);
    }
    if (!is_written || !check_size(&list, fabric, packages)) {
        return FAB_E_NOMEM;
    }
    *checks_out = list.items;
    *count_out = list.count;
    return FAB_OK;
}

const char *fab_fabric_obstacle(const fab_fabric_check *checks, size_t count)
{
    assert(checks || count == 0);
    for (size_t i = 0; i < count; i++) {
        if (checks[i].is_known && !checks[i].is_met) {
            return checks[i].reason;
        }
    }
    return NULL;
}

#include <fabricast/fabric.h>

#include <assert.h>

#include <fabricast/racks.h>

#include "base/numbers.h"
#include "fabric/clos.h"
#include "link/derive.h"

/* products of counts below stay far inside an int64_t */
#define COUNT_LIMIT (INT64_C(1000000000000000))

int64_t fab_tier_capacity(const fab_fabric *fabric, int64_t index)
{
    assert(fabric && index >= 0 && index < fabric->tier_count);
    const fab_tier *outer = &fabric->tiers[index];
    int64_t packages = outer->domain;
    for (int64_t i = 0; i < index; i++) {
        const fab_tier *tier = &fabric->tiers[i];
        packages = packages / tier->domain * tier->used;
    }
    return outer->used < packages ? outer->used : packages;
}

int64_t fab_tier_mesh_peers(const fab_fabric *fabric, int64_t index)
{
    assert(fabric && index >= 0 && index < fabric->tier_count);
    const int64_t inner = index == 0 ? 1 : fabric->tiers[index - 1].domain;
    return fabric->tiers[index].is_mesh ? fabric->tiers[index].domain / inner - 1 : 0;
}

int64_t fab_fabric_capacity(const fab_fabric *fabric)
{
    assert(fabric && fabric->tier_count >= 1 && fabric->tier_count <= FAB_TIER_LIMIT);
    return fab_tier_capacity(fabric, fabric->tier_count - 1);
}

/* a power that follows from an energy per bit, with its range */
static fab_value power_of(const fab_tier *tier, double rate_bps)
{
    return fab_scale(tier->technology.energy_j_per_bit, rate_bps);
}

fab_value fab_tier_domain_power_w(const fab_tier *tier)
{
    assert(tier && tier->rate_bps.is_known);
    const double links = (double)tier->domain * (double)tier->links_per_path;
    return power_of(tier, tier->rate_bps.value * links);
}

/* of switches that carry all they can */
static fab_value switch_power_of(const fab_tier *tier, const fab_clos *clos)
{
    if (clos->levels < 1) {
        return (fab_value){.is_known = false};
    }
    return fab_scale(tier->chip->energy_j_per_bit,
                     tier->chip->rate_bps.value * (double)clos->total);
}

static fab_tier_bill count_tier(const fab_fabric *fabric, int64_t index, int64_t packages,
                                int64_t installed)
{
    const fab_tier *tier = &fabric->tiers[index];
    const int64_t links = installed * tier->links_per_path;
    const int64_t cables = fab_divide_up(links, 2);
    const fab_clos clos = fab_clos_count(tier, installed);
    return (fab_tier_bill){
        .tier = tier,
        .domains = fab_divide_up(packages, fab_tier_capacity(fabric, index)),
        .links = links,
        .domain_racks = fab_rack_count(tier),
        .racks = fab_divide_up(installed, tier->packages_per_rack),
        .span_m = fab_tier_span_m(tier),
        .domain_rate_bps = fab_tier_domain_rate_bps(tier),
        .package_power_w = power_of(tier, tier->rate_bps.value),
        .job_power_w = power_of(tier, tier->rate_bps.value * (double)packages),
        .rack_power_w = power_of(tier, tier->rate_bps.value * (double)tier->packages_per_rack),
        .power_w = power_of(tier, tier->rate_bps.value * (double)links),
        .clos = clos,
        .switch_power_w = switch_power_of(tier, &clos),
        .cables = cables,
        .mean_cable_m = fab_tier_cable_m(tier),
        .cable_m = (double)cables * fab_tier_cable_m(tier),
    };
}

fab_status fab_fabric_count(const fab_fabric *fabric, int64_t packages, fab_arena *arena,
                            fab_fabric_bill *out)
{
    assert(fabric && arena && out);
    const int64_t job = packages == 0 ? fab_fabric_capacity(fabric) : packages;
    if (job < 0) {
        return FAB_E_RANGE;
    }
    const int64_t inner_domains = fab_divide_up(job, fab_tier_capacity(fabric, 0));
    if (inner_domains > COUNT_LIMIT / fabric->tiers[0].domain) {
        return FAB_E_RANGE;
    }

    fab_fabric_bill bill = {.fabric = fabric, .packages = job, .is_possible = true};
    bill.installed = inner_domains * fabric->tiers[0].domain;
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        bill.tiers[i] = count_tier(fabric, i, job, bill.installed);
    }
    FAB_TRY(fab_fabric_check_all(fabric, job, arena, &bill.checks, &bill.check_count));
    for (size_t i = 0; i < bill.check_count; i++) {
        bill.is_possible &= !bill.checks[i].is_known || bill.checks[i].is_met;
    }
    *out = bill;
    return FAB_OK;
}

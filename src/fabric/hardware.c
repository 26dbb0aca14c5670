#include <fabricast/hardware.h>

#include <assert.h>
#include <math.h>

#include <fabricast/anatomy.h>

#include "base/numbers.h"
#include "fabric/clos.h"
#include "fabric/rounding.h"
#include "link/derive.h"
#include "link/recipe.h"

#define UNIT_TEXT(id, text) [id] = text,
static const char *const TEXT[FAB_UNIT_KIND_COUNT] = {FAB_UNIT_LIST(UNIT_TEXT)};

const char *fab_unit_text(fab_unit unit)
{
    assert((int)unit >= 0 && unit < FAB_UNIT_KIND_COUNT);
    return TEXT[unit];
}

/* ---- how long one of a kind lasts ---- */

#define HOURS(count) ((count)*3600.0)

static const fab_assumed MODULE = {HOURS(0.75e6), HOURS(0.5e6), HOURS(1e6),
                                   FAB_CONFIDENCE_SECONDARY,
                                   "0.5 to 1 million device hours of pluggables, "
                                   "https://www.100gmodules.com/info/"
                                   "pluggable-transceiver-benefits-why-choose-mod-103470320.html"};
static const fab_assumed LANE = {HOURS(100e6), HOURS(100e6), HOURS(100e6), FAB_CONFIDENCE_SECONDARY,
                                 "100 million hours of a modulator, for planning, "
                                 "https://wavesplitter.jp/index.php/blog/ELSFP-budget"};
static const fab_assumed LASER = {HOURS(20e6), HOURS(20e6), HOURS(20e6), FAB_CONFIDENCE_SECONDARY,
                                  "20 million hours of a laser, for planning, "
                                  "https://wavesplitter.jp/index.php/blog/ELSFP-budget"};
static const fab_assumed CABLE = {HOURS(125e6), HOURS(125e6), HOURS(125e6),
                                  FAB_CONFIDENCE_SECONDARY,
                                  "125 million hours of a passive 100G cable, a vendor's figure in "
                                  "https://www.wavesplitter.jp/index.php/191/TRNMTBF"};
static const fab_assumed ACTIVE = {
    HOURS(100e6), HOURS(0.468e6), HOURS(100e6), FAB_CONFIDENCE_VENDOR_CLAIM,
    "100 million hours, marketing: https://asteraix.com/blog/aoc-vs-dac-vs-aec-cable-comparison/; "
    "low: an active optical cable in https://www.wavesplitter.jp/index.php/191/TRNMTBF"};
static const fab_assumed SWITCH = {
    HOURS(352590.0), HOURS(109500.0), HOURS(352590.0), FAB_CONFIDENCE_SECONDARY,
    "352,590 hours of a 36-port switch in https://www.wavesplitter.jp/index.php/191/TRNMTBF; low: "
    "2 % of 180,000 switches failed within 3 months (Singh et al., ACM SIGCOMM CCR 51(2), 2021)"};

static const fab_assumed *mtbf_of(fab_unit unit)
{
    static const fab_assumed *const OF[FAB_UNIT_KIND_COUNT] = {
        [FAB_UNIT_CABLE] = &CABLE, [FAB_UNIT_ACTIVE] = &ACTIVE, [FAB_UNIT_MODULE] = &MODULE,
        [FAB_UNIT_LANE] = &LANE,   [FAB_UNIT_LASER] = &LASER,   [FAB_UNIT_SWITCH] = &SWITCH};
    return OF[unit];
}

/* ---- parts ---- */

/* a part without an own MTBF lasts as its kind does */
static void put(fab_tier_hardware *out, fab_unit unit, double units, fab_value mtbf_s,
                fab_value cost_usd)
{
    const fab_assumed *class = mtbf_of(unit);
    fab_parts *parts = &out->parts[unit];
    *parts = (fab_parts){.units_count = units, .cost_usd = cost_usd};
    parts->mtbf_s = mtbf_s.is_known || !class ? mtbf_s : fab_assume(class);
    parts->events_per_s = fab_divide(fab_known(units), parts->mtbf_s);
    out->has_parts = true;
}

static void put_inside(fab_tier_hardware *out, fab_unit unit, double units)
{
    out->parts[unit] = (fab_parts){.units_count = units, .is_inside = true};
    out->has_parts = true;
}

/* All links of a tier: as they were counted, else of its folded Clos network, else the paths. */
static fab_counted_links links_of(const fab_tier *tier, int64_t installed,
                                  const fab_counted_links *counted)
{
    if (counted && counted->is_counted) {
        return *counted;
    }
    const fab_clos clos = fab_clos_count(tier, installed);
    if (clos.levels > 0) {
        return (fab_counted_links){.rate_bps = clos.port_links_count * tier->chip->rate_bps.value /
                                               (double)clos.radix,
                                   .switches_count = (double)clos.total};
    }
    return (fab_counted_links){.rate_bps = (double)installed * (double)tier->links_per_path / 2.0 *
                                           tier->rate_bps.value};
}

/* of one module, engine or cable: of the row, else its lanes together, a module's own rate */
static double unit_rate_bps(const fab_technology *t, const fab_recipe *recipe)
{
    if (t->unit_rate_bps.is_known) {
        return t->unit_rate_bps.value;
    }
    if (recipe->build == FAB_BUILD_MODULE && t->rate_bps.is_known) {
        return t->rate_bps.value;
    }
    /* eight lanes, as cables and modules of 400G to 1.6T have */
    return 8.0 * recipe->lane_rate_bps.value;
}

static fab_value price(const fab_technology *t, double rate_bps)
{
    return fab_scale(fab_of_row(t, t->cost_usd_per_bps), rate_bps);
}

static void put_light(const fab_technology *t, const fab_recipe *recipe, double rate_bps,
                      fab_tier_hardware *out)
{
    const double lanes = fab_whole_above(rate_bps / recipe->lane_rate_bps.value);
    const double lasers = ceil(2.0 * lanes / recipe->lasers_lanes_count.value);
    const double fibres = ceil(lanes / recipe->fibre_lanes_count.value);
    const fab_value none = {.is_known = false};
    const fab_value mtbf = fab_of_row(t, t->mtbf_s);
    const double ends = 2.0 * fab_whole_above(rate_bps / unit_rate_bps(t, recipe));
    if (recipe->build == FAB_BUILD_MODULE || mtbf.is_known) {
        /* one figure for all that it holds */
        put(out, recipe->build == FAB_BUILD_MODULE ? FAB_UNIT_MODULE : FAB_UNIT_ENGINE, ends, mtbf,
            price(t, 2.0 * rate_bps));
        put_inside(out, FAB_UNIT_LANE, 2.0 * lanes);
        put_inside(out, FAB_UNIT_LASER, lasers);
    } else {
        put(out, FAB_UNIT_LANE, 2.0 * lanes, none, price(t, 2.0 * rate_bps));
        put(out, FAB_UNIT_LASER, lasers, none, none);
    }
    put(out, FAB_UNIT_FIBRE, fibres, none, none);
}

static void put_links(const fab_tier *tier, double rate_bps, fab_tier_hardware *out)
{
    const fab_technology *t = &tier->technology;
    const fab_recipe recipe = fab_link_recipe(t);
    if (fab_build_is_optical(recipe.build)) {
        put_light(t, &recipe, rate_bps, out);
    }
    if (fab_build_is_cable(recipe.build)) {
        put(out, recipe.build == FAB_BUILD_CABLE ? FAB_UNIT_CABLE : FAB_UNIT_ACTIVE,
            fab_whole_above(rate_bps / unit_rate_bps(t, &recipe)), fab_of_row(t, t->mtbf_s),
            price(t, rate_bps));
    }
}

/* Of switches that are counted but not named neither price nor MTBF is known; the kind's stands in.
 */
static void put_switches(const fab_tier *tier, double switches, fab_tier_hardware *out)
{
    const fab_technology *chip = tier->chip;
    const fab_value none = {.is_known = false};
    if (switches > 0.0 && chip) {
        put(out, FAB_UNIT_SWITCH, switches, fab_of_row(chip, chip->mtbf_s),
            price(chip, chip->rate_bps.value * switches));
    } else if (switches > 0.0) {
        put(out, FAB_UNIT_SWITCH, switches, none, none);
    }
}

/* Adds what is known; false: it is not. */
static bool add_known(fab_value *sum, fab_value part)
{
    if (part.is_known) {
        *sum = sum->is_known ? fab_add(*sum, part) : part;
    }
    return part.is_known;
}

static void sum_up(fab_tier_hardware *tier)
{
    for (int i = 0; i < FAB_UNIT_KIND_COUNT; i++) {
        const fab_parts *parts = &tier->parts[i];
        if (parts->units_count > 0.0 && !parts->is_inside) {
            tier->lacks_mtbf |= !add_known(&tier->events_per_s, parts->events_per_s);
            tier->lacks_price |= !add_known(&tier->cost_usd, parts->cost_usd);
        }
    }
}

int64_t fab_fabric_installed(const fab_fabric *fabric, int64_t packages)
{
    assert(fabric && packages >= 0);
    const fab_tier *inner = &fabric->tiers[0];
    return fab_divide_up(packages, fab_tier_capacity(fabric, 0)) * inner->domain;
}

void fab_hardware_count(const fab_fabric *fabric, int64_t installed,
                        const fab_counted_links *counted, fab_hardware *out)
{
    assert(fabric && out && installed >= 0);
    *out = (fab_hardware){.tier_count = fabric->tier_count};
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        const fab_tier *tier = &fabric->tiers[i];
        fab_tier_hardware *made = &out->tiers[i];
        const fab_counted_links links = links_of(tier, installed, counted ? &counted[i] : NULL);
        made->name = tier->name;
        put_links(tier, links.rate_bps, made);
        put_switches(tier, links.switches_count, made);
        sum_up(made);
        (void)add_known(&out->events_per_s, made->events_per_s);
        (void)add_known(&out->cost_usd, made->cost_usd);
        out->lacks_mtbf |= made->lacks_mtbf;
        out->lacks_price |= made->lacks_price;
    }
    out->mean_time_s = fab_divide(fab_known(1.0), out->events_per_s);
}

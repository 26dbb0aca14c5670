#include <check.h>

#include <fabricast/hardware.h>

#include "link_fixture.h"
#include "run_all.h"

#define HOUR_S 3600.0

/* a tier of `domain` packages of 1 Tb/s, two links in a path */
static fab_fabric fabric_of(fab_technology technology, int64_t domain)
{
    technology.name = "links";
    return (fab_fabric){
        .name = "fabric",
        .tiers = {{.name = "tier",
                   .technology = technology,
                   .rate_bps = known(1e12),
                   .domain = domain,
                   .used = domain,
                   .links_per_path = 2,
                   .packages_per_rack = 8}},
        .tier_count = 1,
    };
}

static fab_hardware count(const fab_fabric *fabric, int64_t installed)
{
    fab_hardware out;
    fab_hardware_count(fabric, installed, NULL, &out);
    return out;
}

static double units(const fab_hardware *hardware, fab_unit unit)
{
    return hardware->tiers[0].parts[unit].units_count;
}

/* Links as a graph counts them: half as many, behind 5 switches that nobody names. */
START_TEST(counted_links)
{
    fab_technology t = link_module();
    t.cost_usd_per_bps = known(0.5e-9);
    const fab_fabric fabric = fabric_of(t, 64);
    fab_counted_links links = {.rate_bps = 32e12, .switches_count = 5.0};
    fab_hardware got;
    fab_hardware_count(&fabric, 64, &links, &got);
    ck_assert_double_eq(units(&got, FAB_UNIT_MODULE), 128.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_SWITCH), 0.0);
    links.is_counted = true;
    fab_hardware_count(&fabric, 64, &links, &got);
    ck_assert_double_eq(units(&got, FAB_UNIT_MODULE), 64.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_SWITCH), 5.0);
    ck_assert(!got.tiers[0].parts[FAB_UNIT_SWITCH].cost_usd.is_known);
    ck_assert(got.tiers[0].parts[FAB_UNIT_SWITCH].events_per_s.is_known);
    ck_assert_double_eq_tol(got.cost_usd.value, 32000.0, 1e-6);
}
END_TEST

/* 64 packages of 1 Tb/s: 64 Tb/s of links, 64 connections of one module at each end; 64e12 /
 * 106.25e9 = 602.4 lanes, 603; two lanes a laser, a pair of fibres a lane. 128 modules of 750,000 h
 * fail every 5,859 h. 0.5 USD/Gbps x 128 Tb/s = 64,000 USD */
START_TEST(modules_by_hand)
{
    fab_technology t = link_module();
    t.title = "pluggable module";
    t.cost_usd_per_bps = known(0.5e-9);
    const fab_fabric fabric = fabric_of(t, 64);
    const fab_hardware got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_MODULE), 128.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_LANE), 1206.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_LASER), 603.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_FIBRE), 1206.0);
    ck_assert(got.tiers[0].parts[FAB_UNIT_LASER].is_inside);
    ck_assert(!got.tiers[0].parts[FAB_UNIT_LASER].events_per_s.is_known);
    ck_assert_double_eq_tol(got.mean_time_s.value, 750000.0 / 128.0 * HOUR_S, 1.0);
    ck_assert_double_eq_tol(got.mean_time_s.low, 500000.0 / 128.0 * HOUR_S, 1.0);
    ck_assert_double_eq_tol(got.mean_time_s.high, 1e6 / 128.0 * HOUR_S, 1.0);
    ck_assert_double_eq_tol(got.cost_usd.value, 64000.0, 1e-6);
    ck_assert(got.lacks_price); /* the fibres */
}
END_TEST

/* engines: 1,206 lanes of 100 million hours and, at four lanes each, 302 lasers of 20 million */
START_TEST(engines_by_hand)
{
    const fab_fabric fabric = fabric_of(link_optics(), 64);
    const fab_hardware got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_MODULE), 0.0);
    ck_assert_double_eq(units(&got, FAB_UNIT_LASER), 302.0);
    ck_assert_double_eq_tol(got.events_per_s.value * HOUR_S, 1206.0 / 100e6 + 302.0 / 20e6, 1e-12);
    ck_assert(!got.cost_usd.is_known && got.lacks_price && got.lacks_mtbf);
}
END_TEST

/* what a row publishes stands for all that it holds: 320 ports of 400 Gb/s at 2.6 million hours */
START_TEST(a_published_time_between_failures_is_taken)
{
    fab_technology t = link_optics();
    t.unit_rate_bps = known(400e9);
    t.mtbf_s = known(2.6e6 * HOUR_S);
    const fab_fabric fabric = fabric_of(t, 64);
    const fab_hardware got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_ENGINE), 320.0);
    ck_assert(got.tiers[0].parts[FAB_UNIT_LANE].is_inside);
    ck_assert_double_eq_tol(got.mean_time_s.value, 2.6e6 / 320.0 * HOUR_S, 1.0);
}
END_TEST

/* 64 Tb/s in cables of eight lanes of 32 Gb/s: 250 of 125 million hours; traces of a board none */
START_TEST(copper_by_hand)
{
    fab_technology t = link_pcie5();
    t.title = "cable";
    t.medium = "twinax";
    fab_fabric fabric = fabric_of(t, 64);
    fab_hardware got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_CABLE), 250.0);
    ck_assert_double_eq_tol(got.mean_time_s.value, 125e6 / 250.0 * HOUR_S, 1e3);
    fabric = fabric_of(link_pcie5(), 64);
    got = count(&fabric, 64);
    ck_assert(!got.tiers[0].has_parts);
    ck_assert(!got.mean_time_s.is_known && !got.cost_usd.is_known);
}
END_TEST

/* 16 ports of 1 Tb/s: one switch joins 16 packages with 16 links, two levels join 64: 8 + 4
 * switches, 128 links; 12 x 352,590 h */
START_TEST(switches_by_hand)
{
    const fab_technology chip = {.name = "chip",
                                 .role = FAB_ROLE_SWITCH,
                                 .rate_bps = known(16e12),
                                 .radix_count = known(16),
                                 .cost_usd_per_bps = known(1e-9)};
    fab_fabric fabric = fabric_of(link_pcie5(), 64);
    fabric.tiers[0].chip = &chip;
    fabric.tiers[0].links_per_path = 4;
    fab_hardware got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_SWITCH), 12.0);
    ck_assert_double_eq_tol(got.mean_time_s.value, 352590.0 / 12.0 * HOUR_S, 1.0);
    ck_assert_double_eq_tol(got.cost_usd.value, 12.0 * 16000.0, 1e-6);
    fabric.tiers[0].technology = link_module();
    fabric.tiers[0].technology.title = "pluggable module";
    got = count(&fabric, 64);
    ck_assert_double_eq(units(&got, FAB_UNIT_MODULE), 256.0);
}
END_TEST

/* twice the packages fail twice as often */
START_TEST(failures_are_proportional)
{
    const fab_fabric fabric = fabric_of(link_optics(), 64);
    const fab_hardware one = count(&fabric, 64);
    const fab_hardware two = count(&fabric, 128);
    ck_assert_double_eq_tol(two.events_per_s.value / one.events_per_s.value, 2.0, 0.01);
    ck_assert_int_eq(fab_fabric_installed(&fabric, 65), 128);
    ck_assert_str_eq(fab_unit_text(FAB_UNIT_LASER), "lasers");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hardware");
    TCase *tcase = tcase_create("hardware");
    tcase_add_test(tcase, counted_links);
    tcase_add_test(tcase, modules_by_hand);
    tcase_add_test(tcase, engines_by_hand);
    tcase_add_test(tcase, a_published_time_between_failures_is_taken);
    tcase_add_test(tcase, copper_by_hand);
    tcase_add_test(tcase, switches_by_hand);
    tcase_add_test(tcase, failures_are_proportional);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

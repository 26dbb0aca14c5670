#include <check.h>
#include <string.h>

#include <fabricast/pod.h>

#include "link/derive.h"

#include "link_fixture.h"
#include "run_all.h"

static const fab_value NONE = {.is_known = false};

static fab_pod pod_of(const fab_technology *t)
{
    const fab_pod_place place = fab_pod_place_default();
    fab_pod out;
    ck_assert_int_eq(fab_pod_find(t, &place, &out), FAB_OK);
    return out;
}

/* 120 / 1.66 = 72.3 packages a rack; 1 m stays within one, 1 km spans 3,327 (test_claims_package)
 */
START_TEST(sizes_by_hand)
{
    fab_technology t = link_optics();
    t.radix_count = known(512);
    fab_pod got = pod_of(&t);
    ck_assert_int_eq(got.rack_packages, 72);
    ck_assert_int_eq(got.racks, 3327);
    ck_assert_double_eq(got.by_reach_count.value, 3327.0 * 72.0);
    ck_assert_double_eq(got.packages_count.value, 512.0);
    ck_assert_int_eq(got.binding, FAB_POD_RADIX);
    t.reach_m = known(1.0);
    got = pod_of(&t);
    ck_assert_double_eq(got.packages_count.value, 72.0);
    ck_assert_int_eq(got.binding, FAB_POD_REACH);
    ck_assert_str_eq(fab_pod_limit_text(got.binding), "reach and rack power");
    t.radix_count = known(72);
    ck_assert_int_eq(pod_of(&t).binding, FAB_POD_BOTH);
    t.radix_count = NONE;
    ck_assert(!pod_of(&t).packages_count.is_known);
    ck_assert_int_eq(pod_of(&t).binding, FAB_POD_NONE);
}
END_TEST

/* 253 x 52 / 118 = 111.49 mm x 1 Tb/s/mm = 111.49 Tb/s (52 to 253); 150 W / 4.3 pJ/bit = 34.9 Tb/s
 * binds; 1 Tb/s takes 1 mm */
START_TEST(escape_by_hand)
{
    fab_technology t = link_optics();
    t.shoreline_bps_per_m = known(1e15);
    const fab_pod got = pod_of(&t);
    ck_assert_double_eq_tol(got.escape.limits_bps[FAB_ESCAPE_EDGE].value, 111.4915e12, 1e9);
    ck_assert_double_eq_tol(got.escape.limits_bps[FAB_ESCAPE_EDGE].low, 52e12, 1.0);
    ck_assert_double_eq_tol(got.escape.limits_bps[FAB_ESCAPE_EDGE].high, 253e12, 1.0);
    ck_assert_int_eq(got.escape.binding, FAB_ESCAPE_POWER);
    ck_assert_double_eq_tol(got.escape.rate_bps.value, 34.884e12, 1e9);
    ck_assert_double_eq_tol(got.edge_needed_m.value, 1e-3, 1e-9);
    ck_assert(!got.is_edge_short);
}
END_TEST

START_TEST(obstacles)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const fab_pod_place place = fab_pod_place_default();
    fab_technology t = link_optics();
    fab_pod pod = pod_of(&t);
    ck_assert_ptr_null(fab_pod_obstacle(&t, &place, &pod, arena));
    /* 200 mm are beyond the usual 111, not beyond all 253; 300 are */
    t.shoreline_bps_per_m = known(1e15);
    t.rate_bps = known(200e12);
    pod = pod_of(&t);
    ck_assert_ptr_null(fab_pod_obstacle(&t, &place, &pod, arena));
    t.rate_bps = known(300e12);
    pod = pod_of(&t);
    ck_assert_ptr_nonnull(strstr(fab_pod_obstacle(&t, &place, &pod, arena),
                                 "300 Tb/s take 300 mm of edge, 47 mm more"));
    t.reach_m = known(0.4);
    pod = pod_of(&t);
    ck_assert_ptr_nonnull(
        strstr(fab_pod_obstacle(&t, &place, &pod, arena), "0.6 m less than the 1 m within a rack"));
    t.role = FAB_ROLE_SWITCH;
    pod = pod_of(&t);
    ck_assert_ptr_null(fab_pod_obstacle(&t, &place, &pod, arena));
    fab_arena_destroy(arena);
}
END_TEST

/* 28.8 Tb/s in lanes of 200 Gb/s are 144 ports where the row has 72 of two lanes; 102.4 over 212.5
 * would be 481, the row's 512 are more. 600 kW feed 120 of 5 kW, 166 of 3.6 kW */
START_TEST(switches_and_ranges)
{
    fab_technology chip = {.name = "chip",
                           .role = FAB_ROLE_SWITCH,
                           .rate_bps = known(28.8e12),
                           .lane_rate_bps = known(200e9),
                           .radix_count = known(72)};
    ck_assert_double_eq(fab_pod_switch_ports_count(&chip).value, 144.0);
    fab_pod_place place = fab_pod_place_default();
    place.chip = &chip;
    fab_technology t = link_optics();
    fab_pod got;
    ck_assert_int_eq(fab_pod_find(&t, &place, &got), FAB_OK);
    ck_assert_double_eq(got.packages_count.value, 144.0);
    ck_assert_int_eq(got.binding, FAB_POD_SWITCH);
    t.radix_count = known(100);
    ck_assert_int_eq(fab_pod_find(&t, &place, &got), FAB_OK);
    ck_assert_int_eq(got.binding, FAB_POD_RADIX);
    chip.rate_bps = known(102.4e12);
    chip.lane_rate_bps = known(212.5e9);
    chip.radix_count = known(512);
    ck_assert_double_eq(fab_pod_switch_ports_count(&chip).value, 512.0);
    t.radix_count = NONE;
    t.reach_m = known(1.0);
    place.rack_power_w = known(600e3);
    place.package_power_w = fab_number(5e3, 3.6e3, 5e3, FAB_CONFIDENCE_ESTIMATE, "a source");
    ck_assert_int_eq(fab_pod_find(&t, &place, &got), FAB_OK);
    ck_assert_double_eq(got.packages_count.value, 120.0);
    ck_assert_double_eq(got.packages_count.low, 120.0);
    ck_assert_double_eq(got.packages_count.high, 166.0);
    ck_assert_int_eq(got.binding, FAB_POD_REACH);
}
END_TEST

/* what is derived loses what is published; a reach that no budget gives stays */
START_TEST(stripped)
{
    fab_technology t = link_optics();
    fab_technology bare;
    t.radix_count = known(512);
    ck_assert_int_eq(fab_pod_strip(&t, &bare), FAB_OK);
    ck_assert(!bare.radix_count.is_known && !bare.rate_bps.is_known);
    ck_assert(!bare.energy_j_per_bit.is_known);
    ck_assert_double_eq(bare.reach_m.value, 1000.0);
    t = link_pcie5();
    t.medium = "twinax";
    ck_assert_int_eq(fab_pod_strip(&t, &bare), FAB_OK);
    ck_assert(!bare.reach_m.is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pod");
    TCase *tcase = tcase_create("pod");
    tcase_add_test(tcase, sizes_by_hand);
    tcase_add_test(tcase, escape_by_hand);
    tcase_add_test(tcase, obstacles);
    tcase_add_test(tcase, switches_and_ranges);
    tcase_add_test(tcase, stripped);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

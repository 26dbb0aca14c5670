#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/pod.h>

#include "link_fixture.h"

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
    t.radix_count = link_known(512);
    fab_pod got = pod_of(&t);
    ck_assert_int_eq(got.rack_packages, 72);
    ck_assert_int_eq(got.racks, 3327);
    ck_assert_double_eq(got.by_reach_count.value, 3327.0 * 72.0);
    ck_assert_double_eq(got.packages_count.value, 512.0);
    ck_assert_int_eq(got.binding, FAB_POD_RADIX);
    t.reach_m = link_known(1.0);
    got = pod_of(&t);
    ck_assert_double_eq(got.packages_count.value, 72.0);
    ck_assert_int_eq(got.binding, FAB_POD_REACH);
    ck_assert_str_eq(fab_pod_limit_text(got.binding), "reach and rack power");
    t.radix_count = link_known(72);
    ck_assert_int_eq(pod_of(&t).binding, FAB_POD_BOTH);
    t.radix_count = NONE;
    ck_assert(!pod_of(&t).packages_count.is_known);
    ck_assert_int_eq(pod_of(&t).binding, FAB_POD_NONE);
}
END_TEST

/* 253 mm x 1 Tb/s/mm = 253 Tb/s; 150 W / 4.3 pJ/bit = 34.9 Tb/s binds; 1 Tb/s takes 1 mm */
START_TEST(escape_by_hand)
{
    fab_technology t = link_optics();
    t.shoreline_bps_per_m = link_known(1e15);
    const fab_pod got = pod_of(&t);
    ck_assert_double_eq_tol(got.escape.limits_bps[FAB_ESCAPE_EDGE].value, 253e12, 1.0);
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
    /* 300 Tb/s at 1 Tb/s/mm need 300 mm of 253 */
    t.shoreline_bps_per_m = link_known(1e15);
    t.rate_bps = link_known(300e12);
    pod = pod_of(&t);
    ck_assert_ptr_nonnull(strstr(fab_pod_obstacle(&t, &place, &pod, arena),
                                 "300 Tb/s take 300 mm of edge, 47 mm more"));
    t.reach_m = link_known(0.4);
    pod = pod_of(&t);
    ck_assert_ptr_nonnull(
        strstr(fab_pod_obstacle(&t, &place, &pod, arena), "0.6 m less than the 1 m within a rack"));
    t.role = FAB_ROLE_SWITCH;
    pod = pod_of(&t);
    ck_assert_ptr_null(fab_pod_obstacle(&t, &place, &pod, arena));
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pod");
    TCase *tcase = tcase_create("pod");
    tcase_add_test(tcase, sizes_by_hand);
    tcase_add_test(tcase, escape_by_hand);
    tcase_add_test(tcase, obstacles);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

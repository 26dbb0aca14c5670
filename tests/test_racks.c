#include <check.h>
#include <math.h>

#include <fabricast/fabric.h>
#include <fabricast/racks.h>

#include "run_all.h"

static fab_tier tier_of(int64_t domain, int64_t per_rack)
{
    return (fab_tier){.name = "tier",
                      .domain = domain,
                      .used = domain,
                      .links_per_path = 2,
                      .packages_per_rack = per_rack};
}

/* 512 packages in racks of 144: four racks at -0.9, -0.3, 0.3, 0.9 m, the last with 80 */
START_TEST(four_racks_by_hand)
{
    const fab_tier tier = tier_of(512, 144);
    ck_assert_int_eq(fab_rack_count(&tier), 4);
    const fab_rack first = fab_rack_at(&tier, 0);
    ck_assert_int_eq(first.packages, 144);
    ck_assert_double_eq_tol(first.position_m, -0.9, 1e-12);
    ck_assert_double_eq_tol(first.cable_m, 2.9, 1e-12);
    ck_assert_double_eq_tol(first.cables_count, 144.0, 1e-12);
    const fab_rack last = fab_rack_at(&tier, 3);
    ck_assert_int_eq(last.packages, 80);
    ck_assert_double_eq_tol(last.position_m, 0.9, 1e-12);
    ck_assert_double_eq_tol(last.cable_m, fab_tier_span_m(&tier), 1e-12);
}
END_TEST

START_TEST(one_rack)
{
    const fab_tier tier = tier_of(72, 72);
    const fab_rack rack = fab_rack_at(&tier, 0);
    ck_assert_int_eq(fab_rack_count(&tier), 1);
    ck_assert_double_eq(rack.position_m, 0.0);
    ck_assert_double_eq(rack.cable_m, 1.0);
}
END_TEST

/* of full racks: the packages add up, the mean cable and the longest are those of the bill */
START_TEST(sums_agree)
{
    const fab_tier tier = tier_of((int64_t)(_i + 1) * 16, 16);
    int64_t packages = 0;
    double cables = 0.0, length_m = 0.0, longest_m = 0.0;
    for (int64_t i = 0; i < fab_rack_count(&tier); i++) {
        const fab_rack rack = fab_rack_at(&tier, i);
        packages += rack.packages;
        cables += rack.cables_count;
        length_m += rack.cables_count * rack.cable_m;
        longest_m = fmax(longest_m, rack.cable_m);
    }
    ck_assert_int_eq(packages, tier.domain);
    ck_assert_double_eq_tol(length_m / cables, fab_tier_cable_m(&tier), 1e-9);
    ck_assert_double_eq_tol(longest_m, fab_tier_span_m(&tier), 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("racks");
    TCase *tcase = tcase_create("racks");
    tcase_add_test(tcase, four_racks_by_hand);
    tcase_add_test(tcase, one_rack);
    tcase_add_loop_test(tcase, sums_agree, 0, 100);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

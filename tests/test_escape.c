#include <check.h>
#include <stdlib.h>

#include <fabricast/escape.h>

#include "link_fixture.h"
#include "seeded.h"

#define SEEDS 1000

static const fab_value NONE = {.is_known = false};

/* the interposer of the M1000: 4,000 mm2 at 0.75 Tb/s/mm2, 256 fibres of 224 Gb/s, 150 W at 4.3
 * pJ/bit */
static fab_escape_package interposer(void)
{
    return (fab_escape_package){
        .area_m2 = link_known(4000e-6),
        .area_bps_per_m2 = link_known(0.75e18),
        .edge_m = link_known(0.253),
        .edge_bps_per_m = NONE,
        .fibres_count = link_known(256),
        .fibre_rate_bps = link_known(224e9),
        .power_w = link_known(150),
        .energy_j_per_bit = link_known(4.3e-12),
    };
}

START_TEST(by_hand)
{
    const fab_escape_package package = interposer();
    const fab_escape got = fab_escape_find(&package);
    ck_assert_double_eq_tol(got.limits_bps[FAB_ESCAPE_AREA].value, 3000e12, 1e3);
    ck_assert(!got.limits_bps[FAB_ESCAPE_EDGE].is_known);
    ck_assert_double_eq_tol(got.limits_bps[FAB_ESCAPE_FIBRES].value, 57.344e12, 1);
    ck_assert_double_eq_tol(got.limits_bps[FAB_ESCAPE_POWER].value, 34.88372093e12, 1e4);
    ck_assert_int_eq(got.binding, FAB_ESCAPE_POWER);
    ck_assert_double_eq(got.rate_bps.value, got.limits_bps[FAB_ESCAPE_POWER].value);
}
END_TEST

START_TEST(nothing_known)
{
    const fab_escape_package package = {.area_m2 = NONE};
    ck_assert(!fab_escape_find(&package).rate_bps.is_known);
}
END_TEST

START_TEST(the_least_binds)
{
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < SEEDS; i++) {
        fab_escape_package package = interposer();
        package.area_bps_per_m2 = link_known(seeded_between(&seed, 1e14, 1e17));
        package.edge_bps_per_m = link_known(seeded_between(&seed, 1e12, 1e15));
        package.fibres_count = link_known(seeded_between(&seed, 1, 1000));
        package.power_w = link_known(seeded_between(&seed, 1, 1000));
        const fab_escape got = fab_escape_find(&package);
        for (int part = 0; part < FAB_ESCAPE_PART_COUNT; part++) {
            ck_assert_double_le(got.rate_bps.value, got.limits_bps[part].value);
        }
        ck_assert_double_eq(got.rate_bps.value, got.limits_bps[got.binding].value);
    }
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(fab_escape_part_text(FAB_ESCAPE_AREA), "area");
    ck_assert_str_eq(fab_escape_part_text(FAB_ESCAPE_POWER), "power");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("escape");
    TCase *cases = tcase_create("escape");
    tcase_add_test(cases, by_hand);
    tcase_add_test(cases, nothing_known);
    tcase_add_loop_test(cases, the_least_binds, 0, 4);
    tcase_add_test(cases, words);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

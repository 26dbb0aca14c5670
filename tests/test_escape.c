#include <check.h>
#include <math.h>

#include <fabricast/escape.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 1000

static const fab_value NONE = {.is_known = false};

/* the interposer of the M1000: 4,000 mm2 at 0.75 Tb/s/mm2, 256 fibres of 224 Gb/s, 150 W at 4.3
 * pJ/bit */
static fab_escape_package interposer(void)
{
    return (fab_escape_package){
        .area_m2 = known(4000e-6),
        .area_bps_per_m2 = known(0.75e18),
        .edge_m = known(0.253),
        .edge_bps_per_m = NONE,
        .fibres_count = known(256),
        .fibre_rate_bps = known(224e9),
        .power_w = known(150),
        .energy_j_per_bit = known(4.3e-12),
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
        package.area_bps_per_m2 = known(seeded_between(&seed, 1e14, 1e17));
        package.edge_bps_per_m = known(seeded_between(&seed, 1e12, 1e15));
        package.fibres_count = known(seeded_between(&seed, 1, 1000));
        package.power_w = known(seeded_between(&seed, 1, 1000));
        const fab_escape got = fab_escape_find(&package);
        for (int part = 0; part < FAB_ESCAPE_PART_COUNT; part++) {
            ck_assert_double_le(got.rate_bps.value, got.limits_bps[part].value);
        }
        ck_assert_double_eq(got.rate_bps.value, got.limits_bps[got.binding].value);
    }
}
END_TEST

/* one direction; UCIe counts both: 224 and 1317 GB/s per mm are 0.896 and 5.27 Tb/s */
START_TEST(density_of_modules)
{
    ck_assert_double_eq_tol(fab_escape_module_bps_per_m(64, 32e9, 388.8e-6), 5.27e15, 0.01e15);
    ck_assert_double_eq_tol(fab_escape_module_bps_per_m(16, 32e9, 571.5e-6), 0.896e15, 0.001e15);
    ck_assert_double_eq(fab_escape_module_bps_per_m(16, 32e9, 0.0), 0.0);
}
END_TEST

/* 127 um apart; a pair of fibres has one for each direction and counts half */
static const struct {
    const char *what;
    double one_way_bps, want_tbps_per_mm;
} FIBRES[] = {
    {"100G pair", 50e9, 0.39},
    {"200G pair", 100e9, 0.79},
    {"400G pair", 200e9, 1.57},
    {"8 x 56G, both directions", 224e9, 1.76},
    {"16 x 112G, both directions", 800e9, 6.3},
};

START_TEST(density_of_fibres)
{
    const double got = fab_escape_fibre_bps_per_m(FIBRES[_i].one_way_bps, 127e-6) * 1e-15;
    ck_assert_msg(fabs(got / FIBRES[_i].want_tbps_per_mm - 1.0) < 0.02, "%s", FIBRES[_i].what);
    ck_assert_double_eq(fab_escape_fibre_bps_per_m(1.0, 0.0), 0.0);
}
END_TEST

/* bumps per mm2 at 130, 45, 25, 9 and 1 um */
static const struct {
    double pitch_um, want_per_mm2;
} BUMPS[] = {{130, 59}, {45, 494}, {25, 1600}, {9, 12346}, {1, 1e6}};

START_TEST(bumps)
{
    const double got = fab_escape_bumps_per_m2(BUMPS[_i].pitch_um * 1e-6) * 1e-6;
    ck_assert_double_eq_tol(got, BUMPS[_i].want_per_mm2, 0.01 * BUMPS[_i].want_per_mm2);
}
END_TEST

/* a reticle of 118 mm around; eight stacks of 8.25 mm take both long sides; of 11 mm three fit on
 * one, and two more take 22 of the short sides' 52 mm */
START_TEST(memory_takes_the_edge)
{
    const double sides[2] = {FAB_RETICLE_SHORT_M, FAB_RETICLE_LONG_M};
    ck_assert_double_eq_tol(fab_escape_edge_left_m(sides, 0, 8.25e-3), 118e-3, 1e-9);
    ck_assert_double_eq_tol(fab_escape_edge_left_m(sides, 8, 8.25e-3), 52e-3, 1e-9);
    ck_assert_double_eq_tol(fab_escape_edge_left_m(sides, 8, 11e-3), 30e-3, 1e-9);
    ck_assert_double_eq(fab_escape_edge_left_m(sides, 40, 11e-3), 0.0);
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
    tcase_add_test(cases, density_of_modules);
    tcase_add_loop_test(cases, density_of_fibres, 0, (int)(sizeof FIBRES / sizeof FIBRES[0]));
    tcase_add_loop_test(cases, bumps, 0, (int)(sizeof BUMPS / sizeof BUMPS[0]));
    tcase_add_test(cases, memory_takes_the_edge);
    tcase_add_test(cases, words);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}

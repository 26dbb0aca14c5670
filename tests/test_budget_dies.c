#include <check.h>
#include <math.h>

#include <fabricast/anatomy.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 200

static const fab_value NONE = {.is_known = false};

static fab_technology dies(double lanes, double lane_bps, double reach_m)
{
    fab_technology t = link_optics();
    t.role = FAB_ROLE_DIE_TO_DIE;
    t.title = "die to die";
    t.medium = "package copper";
    t.line_code = "NRZ";
    t.lanes_count = known(lanes);
    t.lane_rate_bps = known(lane_bps);
    t.reach_m = known(reach_m);
    return t;
}

static fab_budget budget_of(const fab_technology *t)
{
    fab_budget out;
    ck_assert_int_eq(fab_link_budget(t, NONE, &out), FAB_OK);
    return out;
}

/* terminated: 0.16 V2 / 50 ohm / 32 Gb/s = 100 fJ, and an eighth for the clock of 16 lanes;
 * charged: 2 mm x 6.14 ns/m / 50 ohm = 245.6 fF and 500 fF of pads, x 0.04 V2, and a sixteenth */
static const struct {
    double lanes, lane_bps, reach_m, want_fj;
} ROWS[] = {
    {16, 32e9, 25e-3, 112.5},
    {64, 32e9, 2e-3, 745.6 * 0.04 * 1.0625},
    /* at twice the rate the same 2 mm are long for a bit of 15.6 ps: 24.6 ps there and back */
    {64, 64e9, 2e-3, 50.0 * 1.03125},
};

START_TEST(wires_by_hand)
{
    const fab_technology t = dies(ROWS[_i].lanes, ROWS[_i].lane_bps, ROWS[_i].reach_m);
    const fab_budget b = budget_of(&t);
    ck_assert_int_eq(b.recipe.build, FAB_BUILD_PARALLEL);
    ck_assert_double_eq_tol(b.parts_j_per_bit[FAB_LINK_PART_WIRES].value * 1e15, ROWS[_i].want_fj,
                            0.001 * ROWS[_i].want_fj);
    ck_assert_double_eq_tol(b.energy_j_per_bit.value * 1e15, 180.0 + ROWS[_i].want_fj, 0.1);
}
END_TEST

/* swing counts by its square, pads in proportion */
START_TEST(own_swing_and_pads)
{
    fab_technology t = dies(64, 32e9, 2e-3);
    const double before = budget_of(&t).parts_j_per_bit[FAB_LINK_PART_WIRES].value;
    t.swing_v_count = known(0.8);
    const double wide = budget_of(&t).parts_j_per_bit[FAB_LINK_PART_WIRES].value;
    ck_assert_double_eq_tol(wide / before, 4.0, 1e-9);
    t.pad_ff_count = known(125);
    const double light = budget_of(&t).parts_j_per_bit[FAB_LINK_PART_WIRES].value;
    ck_assert_double_eq_tol(light / wide, 495.6 / 745.6, 1e-4);
}
END_TEST

START_TEST(nothing_is_invented)
{
    fab_technology t = dies(64, 32e9, 2e-3);
    t.reach_m = NONE;
    ck_assert(!budget_of(&t).energy_j_per_bit.is_known);
    t = dies(64, 32e9, 0.2);
    ck_assert(!budget_of(&t).energy_j_per_bit.is_known);
    t = dies(64, 4e9, 10e-6);
    ck_assert(!budget_of(&t).energy_j_per_bit.is_known);
}
END_TEST

/* a longer wire never costs less while it is charged, nor a wider swing ever */
START_TEST(grows)
{
    uint64_t seed = (uint64_t)_i + 1;
    fab_technology t = dies(seeded_between(&seed, 1, 128), seeded_between(&seed, 1e9, 64e9),
                            seeded_between(&seed, 0.2e-3, 1e-3));
    const fab_budget b = budget_of(&t);
    ck_assert(b.energy_j_per_bit.is_known && isfinite(b.energy_j_per_bit.high));
    ck_assert_double_le(b.energy_j_per_bit.low, b.energy_j_per_bit.value);
    ck_assert_double_le(b.energy_j_per_bit.value, b.energy_j_per_bit.high);
    t.reach_m.value *= 1.01;
    ck_assert_double_ge(budget_of(&t).energy_j_per_bit.value, b.energy_j_per_bit.value);
    t.swing_v_count = known(0.5);
    ck_assert_double_gt(budget_of(&t).energy_j_per_bit.value, b.energy_j_per_bit.value);
}
END_TEST

/* light between dies stays in its guide: no fibre, no connectors, 1 dB a centimetre */
START_TEST(light_between_dies)
{
    fab_technology t = dies(16, 32e9, 40e-3);
    t.medium = "silicon waveguide, ring modulators";
    const fab_budget b = budget_of(&t);
    ck_assert_int_eq(b.recipe.build, FAB_BUILD_STACK);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_GUIDE].value, 4.0, 1e-9);
    ck_assert(!b.losses_db[FAB_LOSS_FIBRE].is_known && !b.losses_db[FAB_LOSS_OUT].is_known);
    ck_assert(b.parts_j_per_bit[FAB_LINK_PART_LASER].is_known);
    ck_assert(!b.shoreline_bps_per_m.is_known && !b.reach_m.is_known);
    t.laser_w = known(0.01);
    const fab_budget given = budget_of(&t);
    ck_assert_double_eq_tol(given.reach_m.value, (given.spare_db.value + 4.0) / 100.0, 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget_dies");
    TCase *tests = tcase_create("dies");
    tcase_add_loop_test(tests, wires_by_hand, 0, (int)(sizeof ROWS / sizeof ROWS[0]));
    tcase_add_test(tests, own_swing_and_pads);
    tcase_add_test(tests, nothing_is_invented);
    tcase_add_loop_test(tests, grows, 0, SEEDS);
    tcase_add_test(tests, light_between_dies);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <math.h>

#include <fabricast/anatomy.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 500

static const fab_value NONE = {.is_known = false};

/* a passive cable of 212.5 Gb/s lanes, 1 m */
static fab_technology cable(void)
{
    fab_technology t = link_pcie5();
    t.name = "cable";
    t.title = "Passive cable";
    t.medium = "twinax 26 AWG";
    t.line_code = "PAM4";
    t.lane_rate_bps = known(212.5e9);
    t.reach_m = known(1.0);
    t.energy_scope = "whole link";
    return t;
}

static fab_budget budget_of(const fab_technology *t, fab_value distance_m)
{
    fab_budget out;
    ck_assert_int_eq(fab_link_budget(t, distance_m, &out), FAB_OK);
    return out;
}

/* at 53.125 GHz: wire 7.435 dB/m, connectors 2 x sqrt(4) = 4 dB, ends 24; (16 - 4) / 7.435 = 1.614
 */
START_TEST(cable_by_hand)
{
    const fab_technology t = cable();
    const fab_budget b = budget_of(&t, NONE);
    ck_assert_double_eq_tol(b.nyquist_hz, 53.125e9, 1.0);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_LINE].value, 7.435, 0.01);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_JOINTS].value, 4.0, 0.001);
    ck_assert_double_eq_tol(b.electrical_db.value, 35.435, 0.01);
    ck_assert_double_eq_tol(b.spare_db.value, 16.0 - 11.435, 0.01);
    ck_assert_double_eq_tol(b.reach_m.value, 1.614, 0.005);
    /* 0.9 x 0.9 exp(0.055 x 35.435) = 5.686 pJ/bit */
    ck_assert_double_eq_tol(b.energy_j_per_bit.value * 1e12, 5.686, 0.01);
    /* 13.07 / 2 fJ/bit launched, of which 10^-0.7435 arrives */
    ck_assert_double_eq_tol(b.wire_j_per_bit.value * 1e15, 6.536 * (1.0 - 0.1805), 0.01);
    ck_assert_double_eq_tol(b.shoreline_bps_per_m.value, 212.5e9 / 2.04e-3, 1e6);
    ck_assert(!b.optical_db.is_known && !b.launch_db.is_known);
}
END_TEST

/* 16 GHz: package 2 x 31 mm x 0.0631 dB = 3.91, connectors 2.195, board 49.6 dB/m */
START_TEST(board_by_hand)
{
    const fab_technology t = link_pcie5();
    const fab_budget b = budget_of(&t, NONE);
    ck_assert_int_eq(b.recipe.build, FAB_BUILD_BOARD);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_ENDS].value, 3.91, 0.02);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_JOINTS].value, 2.195, 0.005);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_LINE].value, 0.4 * 49.7, 0.2);
    ck_assert_double_eq_tol(b.reach_m.value, (36.0 - 3.91 - 2.195) / 49.7, 0.01);
    /* at its reach a board's SerDes are made for the budget: 0.9 exp(0.055 x 36) */
    ck_assert_double_eq_tol(b.energy_j_per_bit.value * 1e12, 6.5185, 0.001);
    const fab_budget near = budget_of(&t, known(0.1));
    ck_assert(near.energy_j_per_bit.value < b.energy_j_per_bit.value);
}
END_TEST

START_TEST(own_budget_and_wire)
{
    fab_technology t = cable();
    t.loss_budget_db = known(20.0);
    ck_assert_double_eq_tol(budget_of(&t, NONE).reach_m.value, 16.0 / 7.435, 0.01);
    t.wire_gauge_count = known(30);
    ck_assert(budget_of(&t, NONE).reach_m.value < 16.0 / 7.435);
    t.loss_budget_db = known(3.0);
    const fab_budget closed = budget_of(&t, NONE);
    ck_assert(!closed.reach_m.is_known && closed.spare_db.value < 0.0);
}
END_TEST

START_TEST(shorelines)
{
    fab_technology t = link_optics();
    t.title = "engine";
    t.fibre_lanes_count = known(8);
    t.lane_rate_bps = known(100e9);
    /* 800 Gb/s a fibre, 127 um apart */
    ck_assert_double_eq_tol(budget_of(&t, NONE).shoreline_bps_per_m.value, 6.299e15, 0.001e15);
    t.role = FAB_ROLE_DIE_TO_DIE;
    t.medium = "interposer";
    t.lanes_count = known(64);
    t.lane_rate_bps = known(32e9);
    ck_assert_double_eq_tol(budget_of(&t, NONE).shoreline_bps_per_m.value, 5.267e15, 0.001e15);
}
END_TEST

START_TEST(farther_costs_more)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        fab_technology t = _i == 0 ? cable() : link_optics();
        const double here = seeded_between(&seed, 0.01, 1.0);
        const double there = here * seeded_between(&seed, 1.1, 3.0);
        const fab_budget near = budget_of(&t, known(here));
        const fab_budget far = budget_of(&t, known(there));
        ck_assert(far.energy_j_per_bit.value > near.energy_j_per_bit.value);
        ck_assert(far.energy_j_per_bit.low <= far.energy_j_per_bit.value);
        ck_assert(far.energy_j_per_bit.high >= far.energy_j_per_bit.value);
    }
}
END_TEST

START_TEST(warnings_and_refusals)
{
    fab_technology t = cable();
    fab_budget b;
    ck_assert_int_eq(fab_link_budget(&t, known(-1.0), &b), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_budget(&t, known((double)NAN), &b), FAB_E_RANGE);
    ck_assert(!budget_of(&t, NONE).is_out_of_fit && budget_of(&t, NONE).is_built);
    ck_assert(budget_of(&t, known(3.0)).is_out_of_fit); /* above 40 dB */
    t.lane_rate_bps = known(448e9);
    ck_assert(budget_of(&t, known(0.1)).is_out_of_fit);
    t.line_code = "NRZ";
    ck_assert(!budget_of(&t, known(0.1)).is_built);
    t.lane_rate_bps = NONE;
    ck_assert(budget_of(&t, NONE).is_rate_guess);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget");
    TCase *tcase = tcase_create("budget");
    tcase_add_test(tcase, cable_by_hand);
    tcase_add_test(tcase, board_by_hand);
    tcase_add_test(tcase, own_budget_and_wire);
    tcase_add_test(tcase, shorelines);
    tcase_add_loop_test(tcase, farther_costs_more, 0, 2);
    tcase_add_test(tcase, warnings_and_refusals);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

#include <check.h>
#include <math.h>

#include <fabricast/anatomy.h>

#include "link_fixture.h"
#include "run_all.h"

static const fab_value NONE = {.is_known = false};

static fab_budget budget_of(const fab_technology *t)
{
    fab_budget out;
    ck_assert_int_eq(fab_link_budget(t, NONE, &out), FAB_OK);
    return out;
}

static double part_pj(const fab_budget *b, fab_energy_part part)
{
    return b->parts_j_per_bit[part].value * 1e12;
}

/* module with a signal processor at 100G: 0.9 exp(1.21) = 3.018 twice, 0.9 exp(1.98) = 6.519,
 * driver 2.01, amplifier 0.64; the converters lose 0.1364 of what is inside */
START_TEST(module_by_hand)
{
    const fab_technology t = link_module();
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_HOST), 3.018, 0.001);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_FACE), 3.018, 0.001);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_LINE), 6.519, 0.001);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_DRIVER), 2.01, 1e-6);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_RECEIVER), 0.64, 1e-6);
    const double inside = 3.018 + 6.519 + 2.65 + part_pj(&b, FAB_LINK_PART_LASER);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_SUPPLY), inside * (1.0 / 0.88 - 1.0), 0.001);
    /* the row counts all but the hosts; published signal processors take 7.5 to 10 pJ/bit */
    ck_assert_double_eq_tol(b.scope_j_per_bit.value,
                            b.energy_j_per_bit.value - b.parts_j_per_bit[FAB_LINK_PART_HOST].value,
                            1e-18);
    const double processor = part_pj(&b, FAB_LINK_PART_FACE) + part_pj(&b, FAB_LINK_PART_LINE);
    ck_assert(processor > 7.5 && processor < 10.0);
}
END_TEST

/* light that the lane needs / efficiency / lane rate */
START_TEST(laser_from_the_budget)
{
    fab_technology t = link_module();
    const fab_budget b = budget_of(&t);
    const double lane_w = 1e-3 * pow(10.0, b.launch_db.value / 10.0);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_LASER), 1e12 * lane_w / 0.15 / 106.25e9,
                            1e-6);
    t.laser_frac = known(0.3);
    const fab_budget better = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&better, FAB_LINK_PART_LASER),
                            0.5 * part_pj(&b, FAB_LINK_PART_LASER), 1e-6);
    t.laser_w = known(0.1);
    t.lasers_lanes_count = known(4);
    const fab_budget given = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&given, FAB_LINK_PART_LASER), 1e11 / 0.3 / 4.0 / 106.25e9,
                            1e-6);
}
END_TEST

static const struct {
    fab_electronics electronics;
    double host_pj, face_pj, line_pj;
} MODULES[] = {
    {FAB_ELECTRONICS_DSP, 3.018, 3.018, 6.519},
    {FAB_ELECTRONICS_HALF, 4.768, 1.509, 3.259},
    {FAB_ELECTRONICS_LINEAR, 6.519, 0.0, 0.0},
};

START_TEST(electronics_of_modules)
{
    fab_technology t = link_module();
    t.electronics = (int)MODULES[_i].electronics;
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_HOST), MODULES[_i].host_pj, 0.001);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_FACE), MODULES[_i].face_pj, 0.001);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_LINE), MODULES[_i].line_pj, 0.001);
}
END_TEST

/* 0.9 exp(0.22) = 1.121 beside the die, 0.9 to serialise; nothing between die and optics above it
 */
START_TEST(closer_is_cheaper)
{
    fab_technology t = link_optics();
    t.medium = "SMF, MRM";
    t.title = "engine";
    const fab_budget beside = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&beside, FAB_LINK_PART_HOST), 1.1215, 0.001);
    ck_assert_double_eq_tol(part_pj(&beside, FAB_LINK_PART_LINE), 0.9, 1e-6);
    t.medium = "3D, MRM";
    const fab_budget stacked = budget_of(&t);
    ck_assert(!stacked.parts_j_per_bit[FAB_LINK_PART_HOST].is_known);
    t.title = "pluggable module with DSP";
    t.medium = "SMF, MRM";
    const fab_budget plugged = budget_of(&t);
    ck_assert(stacked.energy_j_per_bit.value < beside.energy_j_per_bit.value);
    ck_assert(beside.energy_j_per_bit.value < plugged.energy_j_per_bit.value);
}
END_TEST

/* the sum is what moves and what burns; lanes of 200G take 0.9 of the fit */
START_TEST(sums_and_nodes)
{
    fab_technology t = link_optics();
    t.medium = "SMF, MRM";
    t.title = "engine";
    const fab_budget slow = budget_of(&t);
    ck_assert_double_eq_tol(slow.dynamic_j_per_bit.value + slow.static_j_per_bit.value,
                            slow.energy_j_per_bit.value, 1e-18);
    ck_assert_double_eq_tol(slow.static_j_per_bit.value,
                            slow.parts_j_per_bit[FAB_LINK_PART_LASER].value +
                                slow.parts_j_per_bit[FAB_LINK_PART_TUNING].value,
                            1e-20);
    t.lane_rate_bps = known(212.5e9);
    const fab_budget fast = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&fast, FAB_LINK_PART_LINE), 0.81, 1e-6);
}
END_TEST

/* VCSEL: 0.56 at 32, 0.92 at 44, 1.28 from 56 GBd up, with a warning there */
static const struct {
    double lane_bps, want_pj;
    bool is_outside;
} VCSELS[] = {{10e9, 0.56, false}, {32e9, 0.56, false}, {44e9, 0.92, false}, {60e9, 1.28, true}};

START_TEST(vcsels)
{
    fab_technology t = link_optics();
    t.line_code = "NRZ";
    t.modulator = FAB_MODULATOR_VCSEL;
    t.electronics = FAB_ELECTRONICS_LINEAR;
    t.lane_rate_bps = known(VCSELS[_i].lane_bps);
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_DRIVER), VCSELS[_i].want_pj, 1e-6);
    ck_assert(!b.parts_j_per_bit[FAB_LINK_PART_LASER].is_known);
    ck_assert(b.is_out_of_fit == VCSELS[_i].is_outside);
}
END_TEST

/* a crossbar of 64 nodes and 256 wavelengths has 1.05 million rings; 20 uW each are 21 W over
 * 163.84 Tb/s = 0.128 pJ/bit, and 10 GHz/K x 20 K / (0.3 GHz/uW) = 667 uW each 4.27 */
START_TEST(crossbar_by_hand)
{
    fab_technology t = link_optics();
    t.role = FAB_ROLE_ON_CHIP;
    t.medium = "on-chip Si waveguides";
    t.line_code = "OOK";
    t.rate_bps = known(163.84e12);
    t.lane_rate_bps = known(10e9);
    t.lanes_count = known(256);
    t.radix_count = known(64);
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(part_pj(&b, FAB_LINK_PART_TUNING), 4.267, 0.01);
    ck_assert_double_eq_tol(b.parts_j_per_bit[FAB_LINK_PART_TUNING].low * 1e12, 0.128, 0.001);
}
END_TEST

START_TEST(what_has_no_fit_is_not_derived)
{
    fab_technology t = link_pcie5();
    t.role = FAB_ROLE_DIE_TO_DIE;
    ck_assert(!budget_of(&t).energy_j_per_bit.is_known);
    t.role = FAB_ROLE_SERDES;
    t.medium = "copper";
    ck_assert(!budget_of(&t).energy_j_per_bit.is_known);
    t.medium = "copper 20 dB";
    ck_assert_double_eq_tol(budget_of(&t).energy_j_per_bit.value * 1e12, 2.7037, 0.001);
    t.energy_scope = "transmitter only";
    ck_assert(!budget_of(&t).scope_j_per_bit.is_known);
    t.role = FAB_ROLE_SWITCH;
    ck_assert(budget_of(&t).energy_j_per_bit.is_known && !budget_of(&t).scope_j_per_bit.is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget_energy");
    TCase *tcase = tcase_create("energy");
    tcase_add_test(tcase, module_by_hand);
    tcase_add_test(tcase, laser_from_the_budget);
    tcase_add_loop_test(tcase, electronics_of_modules, 0, 3);
    tcase_add_test(tcase, closer_is_cheaper);
    tcase_add_test(tcase, sums_and_nodes);
    tcase_add_loop_test(tcase, vcsels, 0, 4);
    tcase_add_test(tcase, crossbar_by_hand);
    tcase_add_test(tcase, what_has_no_fit_is_not_derived);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

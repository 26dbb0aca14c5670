#include <check.h>
#include <math.h>

#include <fabricast/anatomy.h>
#include <fabricast/light.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 300

static const fab_value NONE = {.is_known = false};

static fab_budget budget_of(const fab_technology *t)
{
    fab_budget out;
    ck_assert_int_eq(fab_link_budget(t, NONE, &out), FAB_OK);
    return out;
}

/* a lane of 200G on a ring beside the die, its laser outside, 500 m */
static fab_technology ring(void)
{
    fab_technology t = link_optics();
    t.title = "CPO engine";
    t.medium = "SMF DR, MRM";
    t.lane_rate_bps = known(212.5e9);
    t.reach_m = known(500.0);
    return t;
}

/* connector 1, splitter 0.5, in 2, guide 1, ring 4, out 2, fibre 0.2, connectors 1.4, receiver 2 =
 * 14.1 dB; eye 2, margin 1.5; 4 dB of extinction: 10 log10(2 x 1.5119 / 3.5119) = -0.650 */
START_TEST(ring_by_hand)
{
    const fab_technology t = ring();
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(b.optical_db.value, 17.6, 1e-9);
    ck_assert_double_eq_tol(b.launch_db.value, b.sensitivity_db.value + 0.650 + 17.6, 1e-3);
    ck_assert(!b.spare_db.is_known && !b.reach_m.is_known);
    ck_assert(!b.losses_db[FAB_LOSS_CROSSTALK].is_known);
}
END_TEST

/* 400 mW for four lanes are 20 dBm a lane */
START_TEST(spare_of_a_given_laser)
{
    fab_technology t = ring();
    t.laser_w = known(0.4);
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq_tol(b.spare_db.value, 20.0 - b.launch_db.value, 1e-9);
    ck_assert_double_eq_tol(b.reach_m.value, (b.spare_db.value + 0.2) / 0.4e-3, 1.0);
    t.laser_w = known(1e-3);
    ck_assert(budget_of(&t).spare_db.value < 0.0);
    ck_assert(!budget_of(&t).reach_m.is_known);
}
END_TEST

START_TEST(wavelengths_cost)
{
    fab_technology t = ring();
    const double alone = budget_of(&t).optical_db.value;
    t.fibre_lanes_count = known(8);
    const fab_budget b = budget_of(&t);
    ck_assert(b.losses_db[FAB_LOSS_CROSSTALK].value > 0.0);
    ck_assert_double_eq_tol(b.losses_db[FAB_LOSS_RINGS].value, 0.30, 1e-9);
    ck_assert_double_eq(b.losses_db[FAB_LOSS_FILTER].value, 1.0);
    ck_assert(!b.losses_db[FAB_LOSS_SPLIT].is_known); /* a laser for each wavelength */
    ck_assert(b.optical_db.value > alone);
}
END_TEST

/* lasers that are modulated themselves have no chip to go through */
START_TEST(direct_modulation)
{
    fab_technology t = ring();
    t.modulator = FAB_MODULATOR_VCSEL;
    const fab_budget b = budget_of(&t);
    ck_assert(!b.losses_db[FAB_LOSS_IN].is_known && !b.losses_db[FAB_LOSS_MODULATOR].is_known);
    ck_assert(b.losses_db[FAB_LOSS_OUT].is_known);
}
END_TEST

START_TEST(circuit_switches_have_a_loss)
{
    fab_technology t = ring();
    t.role = FAB_ROLE_OCS;
    const fab_budget b = budget_of(&t);
    ck_assert_double_eq(b.optical_db.value, 2.0);
    ck_assert(!b.launch_db.is_known && !b.energy_j_per_bit.is_known);
}
END_TEST

START_TEST(ranges_hold_their_value)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        fab_technology t = ring();
        t.modulator = 1 + (int)(seeded_between(&seed, 0.0, 4.999));
        t.lane_rate_bps = known(seeded_between(&seed, 1e9, 300e9));
        t.fibre_lanes_count = known(seeded_between(&seed, 0.5, 16.0));
        t.line_code = i % 2 == 0 ? "NRZ" : "PAM4";
        const fab_budget b = budget_of(&t);
        ck_assert(isfinite(b.launch_db.value) && isfinite(b.optical_db.value));
        ck_assert(b.launch_db.low <= b.launch_db.value && b.launch_db.value <= b.launch_db.high);
        ck_assert(b.energy_j_per_bit.is_known && b.energy_j_per_bit.value > 0.0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget_light");
    TCase *tcase = tcase_create("light");
    tcase_add_test(tcase, ring_by_hand);
    tcase_add_test(tcase, spare_of_a_given_laser);
    tcase_add_test(tcase, wavelengths_cost);
    tcase_add_test(tcase, direct_modulation);
    tcase_add_test(tcase, circuit_switches_have_a_loss);
    tcase_add_loop_test(tcase, ranges_hold_their_value, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

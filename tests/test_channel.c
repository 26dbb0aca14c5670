#include <check.h>
#include <math.h>

#include <fabricast/channel.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 1000

/* dB/m of 26 AWG twinax; skin effect alone at 53.125 GHz is 8.686 x 127.6 / 200 = 5.54, dielectric
 * 1.89. Assemblies of 26 AWG, 5 m: 18 to 22 dB at 13.28 GHz and 26 to 32 dB at 26.56 GHz. */
static const struct {
    double frequency_hz, want_db;
} LOSS[] = {{13.28e9, 3.24}, {26.56e9, 4.86}, {53.125e9, 7.435}};

START_TEST(loss_of_cable)
{
    const fab_wire wire = fab_wire_twinax();
    const fab_value got = fab_wire_loss_db_per_m(&wire, LOSS[_i].frequency_hz);
    ck_assert(got.is_known && got.has_range);
    ck_assert_double_eq_tol(got.value, LOSS[_i].want_db, 0.01);
    ck_assert_double_eq_tol(got.low, 0.8 * got.value, 1e-12);
    ck_assert_double_eq_tol(got.high, 1.2 * got.value, 1e-12);
}
END_TEST

START_TEST(loss_lies_in_measured_assemblies)
{
    const fab_wire wire = fab_wire_twinax();
    const fab_value slow = fab_wire_loss_db_per_m(&wire, 13.28e9);
    const fab_value fast = fab_wire_loss_db_per_m(&wire, 26.56e9);
    ck_assert(slow.low <= 18.0 / 5 && slow.high >= 18.0 / 5);
    ck_assert(fast.low <= 26.0 / 5 && fast.high >= 26.0 / 5);
}
END_TEST

/* skin effect grows with the root, dielectric with the frequency itself */
START_TEST(loss_grows_between_root_and_line)
{
    const fab_wire wire = fab_wire_twinax();
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < SEEDS; i++) {
        const double f = seeded_between(&seed, 1e9, 1e11);
        const double ratio =
            fab_wire_loss_db_per_m(&wire, 4.0 * f).value / fab_wire_loss_db_per_m(&wire, f).value;
        ck_assert(ratio > 2.0 && ratio < 4.0);
    }
}
END_TEST

/* 1 V peak to peak into 100 ohm: (0.5^2 + (1/6)^2) / 2 / 100 = 1.3889 mW; / 106.25 Gb/s = 13.07 fJ;
 * 10 dB leave nine tenths in the wire */
static const struct {
    double rate_bps, loss_db, want_j;
} HEAT[] = {{106.25e9, 200.0, 13.072e-15},
            {106.25e9, 10.0, 11.765e-15},
            {212.5e9, 10.0, 5.8824e-15},
            {212.5e9, 0.0, 0.0}};

START_TEST(heat_of_wire)
{
    const fab_wire wire = fab_wire_twinax();
    const fab_value got =
        fab_wire_heat_j_per_bit(&wire, 1.0, HEAT[_i].rate_bps, known(HEAT[_i].loss_db));
    ck_assert(got.is_known);
    ck_assert_double_eq_tol(got.value, HEAT[_i].want_j, 1e-18);
}
END_TEST

/* 0.9 exp(0.055 dB): 1.560 at 10, 2.704 at 20, 6.519 at 36 */
static const struct {
    double loss_db, want_pj;
} SERDES[] = {{0, 0.9}, {10, 1.5599}, {20, 2.7037}, {36, 6.5185}};

START_TEST(energy_of_serdes)
{
    const fab_value got = fab_serdes_energy_j_per_bit(known(SERDES[_i].loss_db));
    ck_assert_double_eq_tol(got.value * 1e12, SERDES[_i].want_pj, 1e-3);
    ck_assert_double_eq_tol(fab_serdes_loss_db(known(got.value)).value, SERDES[_i].loss_db, 1e-9);
}
END_TEST

START_TEST(no_loss_is_cheaper_than_the_fit_starts)
{
    ck_assert_double_eq(fab_serdes_loss_db(known(0.5e-12)).value, 0.0);
}
END_TEST

START_TEST(nyquist)
{
    ck_assert_double_eq(fab_lane_nyquist_hz(106.25e9, false), 26.5625e9);
    ck_assert_double_eq(fab_lane_nyquist_hz(32e9, true), 16e9);
}
END_TEST

/* 2 x 10 GHz/K x 20 K / 0.3 GHz/uW = 1.333 mW; / 112 Gb/s = 11.9 fJ/bit */
START_TEST(rings)
{
    const fab_value got = fab_ring_tuning_j_per_bit(20.0, known(112e9));
    ck_assert_double_eq_tol(got.value, 11.905e-15, 1e-18);
    ck_assert(got.low < got.value && got.high > got.value);
    ck_assert_double_eq(fab_ring_tuning_j_per_bit(0.0, known(112e9)).value, 0.0);
}
END_TEST

START_TEST(nothing_from_nothing)
{
    const fab_value unknown = {.is_known = false};
    const fab_wire wire = fab_wire_twinax();
    ck_assert(!fab_wire_loss_db_per_m(&wire, 0.0).is_known);
    ck_assert(!fab_wire_loss_db_per_m(&wire, (double)NAN).is_known);
    ck_assert(!fab_wire_heat_j_per_bit(&wire, 0.0, 1e9, known(1)).is_known);
    ck_assert(!fab_wire_heat_j_per_bit(&wire, 1.0, 0.0, known(1)).is_known);
    ck_assert(!fab_wire_heat_j_per_bit(&wire, 1.0, 1e9, unknown).is_known);
    ck_assert(!fab_serdes_energy_j_per_bit(unknown).is_known);
    ck_assert(!fab_serdes_energy_j_per_bit(known(1e6)).is_known);
    ck_assert(!fab_serdes_loss_db(unknown).is_known);
    ck_assert(!fab_serdes_loss_db(known(0)).is_known);
    ck_assert(!fab_ring_tuning_j_per_bit(20.0, unknown).is_known);
    ck_assert(!fab_ring_tuning_j_per_bit(-1.0, known(1e9)).is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("channel");
    TCase *cases = tcase_create("channel");
    tcase_add_loop_test(cases, loss_of_cable, 0, 3);
    tcase_add_test(cases, loss_lies_in_measured_assemblies);
    tcase_add_loop_test(cases, loss_grows_between_root_and_line, 0, 4);
    tcase_add_loop_test(cases, heat_of_wire, 0, 4);
    tcase_add_loop_test(cases, energy_of_serdes, 0, 4);
    tcase_add_test(cases, no_loss_is_cheaper_than_the_fit_starts);
    tcase_add_test(cases, nyquist);
    tcase_add_test(cases, rings);
    tcase_add_test(cases, nothing_from_nothing);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}

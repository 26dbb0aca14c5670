#include <check.h>
#include <math.h>

#include <fabricast/light.h>

#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 1000

/* 10 log10((r + 1) / (r - 1)) */
static const struct {
    double extinction_db, want_db;
} PENALTY[] = {{3.5, 4.17}, {4, 3.66}, {5, 2.84}, {6, 2.23}, {8, 1.39}, {10, 0.87}, {12, 0.55}};

START_TEST(extinction_penalty)
{
    ck_assert_double_eq_tol(fab_extinction_penalty_db(PENALTY[_i].extinction_db),
                            PENALTY[_i].want_db, 0.006);
}
END_TEST

/* at 10 dB: 10 log10(20 / 11) = 2.596, 10 log10(18 / 11) = 2.139 */
START_TEST(means_and_amplitudes)
{
    ck_assert_double_eq_tol(fab_extinction_mean_db(10.0), 2.596, 1e-3);
    ck_assert_double_eq_tol(fab_extinction_amplitude_db(10.0), 2.139, 1e-3);
    ck_assert_double_eq_tol(fab_extinction_mean_db(300.0), 3.0103, 1e-3);
    ck_assert(isinf(fab_extinction_penalty_db(0.0)));
    ck_assert_double_eq_tol(fab_levels_penalty_db(true), 4.77, 0.005);
    ck_assert_double_eq_tol(fab_levels_penalty_db(false), 9.54, 0.005);
    ck_assert_double_eq_tol(fab_dbm_of_w_db(0.1), 20.0, 1e-9);
    ck_assert_double_eq_tol(fab_w_of_dbm_w(-10.0), 1e-4, 1e-12);
}
END_TEST

/* full swing switches from dark to bright; a swing of half: (1 + 0.7071) / (1 - 0.7071) = 5.828 */
START_TEST(mach_zehnder)
{
    ck_assert_double_eq_tol(fab_mzm_transmission_frac(1.0), 1.0, 1e-12);
    ck_assert_double_eq_tol(fab_mzm_transmission_frac(-1.0), 0.0, 1e-12);
    ck_assert_double_eq_tol(fab_mzm_transmission_frac(0.0), 0.5, 1e-12);
    ck_assert_double_eq_tol(fab_mzm_extinction_db(0.5), 7.656, 1e-3);
    ck_assert(isinf(fab_mzm_extinction_db(1.0)));
}
END_TEST

/* critical coupling, Q / Qi = 1 / 2, is dark at resonance; far off all passes */
START_TEST(rings)
{
    ck_assert_double_eq_tol(fab_ring_through_frac(0.0, 0.5), 0.0, 1e-12);
    ck_assert_double_eq_tol(fab_ring_through_frac(1.0, 0.5), 0.5, 1e-12);
    ck_assert(fab_ring_through_frac(100.0, 0.5) > 0.999);
    /* x = pi: 1 - (1 - e^-pi) / pi = 0.6955 */
    ck_assert_double_eq_tol(fab_ring_cut_penalty_db(50e9, 50e9), 1.577, 2e-3);
    ck_assert(isinf(fab_ring_cut_penalty_db(0.0, 50e9)));
}
END_TEST

/* 200 GHz apart, 40 GHz wide: X = 2 / 101 + 2 / 401 = 0.02479; q = 3.52, 10 dB: 1 - 0.0124 x 3.52 x
 * 1.2222 = 0.94667 */
START_TEST(crosstalk)
{
    ck_assert_double_eq_tol(fab_crosstalk_penalty_db(200e9, 40e9, 10.0, 3.52, 2), 0.2380, 5e-4);
    ck_assert_double_eq(fab_crosstalk_penalty_db(200e9, 40e9, 10.0, 3.52, 0), 0.0);
    ck_assert(isinf(fab_crosstalk_penalty_db(20e9, 40e9, 10.0, 7.0, 2)));
    ck_assert(isinf(fab_crosstalk_penalty_db(0.0, 40e9, 10.0, 7.0, 2)));
    ck_assert(fab_crosstalk_penalty_db(200e9, 40e9, 10.0, 3.52, 1) <
              fab_crosstalk_penalty_db(200e9, 40e9, 10.0, 3.52, 2));
}
END_TEST

/* 20 dBm shared by 4 lanes of 200 Gb/s: 0.62, 1.0 and 2.1 pJ/bit at 20, 12.5 and 6 % */
static const struct {
    double efficiency, want_pj;
} LASER[] = {{0.20, 0.625}, {0.125, 1.0}, {0.06, 2.083}};

START_TEST(laser_energy)
{
    const fab_value got =
        fab_laser_j_per_bit(known(0.1), 4.0, known(LASER[_i].efficiency), known(200e9));
    ck_assert_double_eq_tol(got.value * 1e12, LASER[_i].want_pj, 1e-3);
    ck_assert(!fab_laser_j_per_bit(known(0.0), 4.0, known(0.2), known(1e9)).is_known);
    ck_assert(!fab_laser_j_per_bit(known(0.1), 0.0, known(0.2), known(1e9)).is_known);
    ck_assert(!fab_laser_j_per_bit(known(0.1), 1.0, known(0.0), known(1e9)).is_known);
}
END_TEST

/* 50 fF at 1 V: 12.5 fJ; 0.7 V rms over 50 ohm at 20 Gb/s: 0.49 pJ */
START_TEST(modulator_energy)
{
    ck_assert_double_eq_tol(fab_charge_j_per_bit(known(50e-15), known(1.0)).value, 12.5e-15, 1e-20);
    ck_assert_double_eq_tol(fab_terminated_j_per_bit(known(0.7), known(50.0), known(20e9)).value,
                            0.49e-12, 1e-18);
}
END_TEST

START_TEST(static_power_does_not_fall)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        const fab_value moves = known(seeded_between(&seed, 0.0, 5e-12));
        const fab_value burns = known(seeded_between(&seed, 1e-15, 5e-12));
        const double use = seeded_between(&seed, 0.01, 0.99);
        const double here = fab_energy_at_use_j_per_bit(moves, burns, use).value;
        ck_assert(here > fab_energy_at_use_j_per_bit(moves, burns, 1.0).value);
        ck_assert_double_eq_tol((here - moves.value) * use, burns.value, 1e-24);
    }
    ck_assert(!fab_energy_at_use_j_per_bit(known(1), known(1), 0.0).is_known);
    ck_assert(!fab_energy_at_use_j_per_bit(known(1), known(1), 1.1).is_known);
}
END_TEST

START_TEST(penalties_fall_with_extinction)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        const double er = seeded_between(&seed, 0.5, 30.0);
        ck_assert(fab_extinction_penalty_db(er + 0.5) < fab_extinction_penalty_db(er));
        ck_assert(fab_extinction_amplitude_db(er) < 3.0103);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("light");
    TCase *tcase = tcase_create("light");
    tcase_add_loop_test(tcase, extinction_penalty, 0, (int)(sizeof PENALTY / sizeof PENALTY[0]));
    tcase_add_test(tcase, means_and_amplitudes);
    tcase_add_test(tcase, mach_zehnder);
    tcase_add_test(tcase, rings);
    tcase_add_test(tcase, crosstalk);
    tcase_add_loop_test(tcase, laser_energy, 0, 3);
    tcase_add_test(tcase, modulator_energy);
    tcase_add_loop_test(tcase, static_power_does_not_fall, 0, 2);
    tcase_add_loop_test(tcase, penalties_fall_with_extinction, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

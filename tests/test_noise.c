#include <check.h>
#include <math.h>

#include <fabricast/noise.h>

#include "run_all.h"
#include "seeded.h"

#define SEEDS 1000

/* erfc(Q / sqrt 2) / 2, tables of the normal distribution; four levels have three quarters of it */
static const struct {
    double ber, want_q;
    bool is_nrz;
} NEED[] = {
    {1e-15, 7.94, true}, {1e-12, 7.034, true}, {2.2e-4, 3.515, true},
    {1e-3, 3.09, true},  {1e-8, 5.61, true},   {0.75e-12, 7.034, false},
};

START_TEST(q_of_error_rate)
{
    const double q = fab_noise_q_ratio(NEED[_i].ber, NEED[_i].is_nrz);
    ck_assert_double_eq_tol(q, NEED[_i].want_q, 0.002 * NEED[_i].want_q);
    const double back = fab_noise_ber_frac(q, NEED[_i].is_nrz);
    ck_assert_double_eq_tol(back, NEED[_i].ber, 1e-6 * NEED[_i].ber);
}
END_TEST

START_TEST(correction_saves_three_decibels_of_light)
{
    const double gain = 10.0 * log10(fab_noise_q_ratio(1e-12, true) / //
                                     fab_noise_q_ratio(2.2e-4, true));
    ck_assert_double_eq_tol(gain, 3.0, 0.06);
}
END_TEST

START_TEST(ends_of_the_scale)
{
    ck_assert_double_eq(fab_noise_q_ratio(0.5, true), 0.0);
    ck_assert_double_eq(fab_noise_q_ratio(0.9, false), 0.0);
    ck_assert_double_eq(fab_noise_q_ratio(0.0, true), 40.0);
    ck_assert_double_eq(fab_noise_q_ratio(-1.0, true), 40.0);
    ck_assert_double_eq(fab_noise_ber_frac(-3.0, true), 0.5);
    ck_assert_double_eq(fab_noise_ber_frac(0.0, false), 0.375);
}
END_TEST

START_TEST(errors_fall_with_q)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        const double q = seeded_between(&seed, 0.0, 8.0);
        ck_assert(fab_noise_ber_frac(q + 0.1, true) < fab_noise_ber_frac(q, true));
        const double ber = fab_noise_ber_frac(q, false);
        ck_assert_double_eq_tol(fab_noise_q_ratio(ber, false), q, 1e-6 * (1.0 + q));
    }
}
END_TEST

static const fab_receiver RECEIVER = {
    .responsivity_count = 1.0,
    .dark_count = 0.0,
    .bandwidth_hz = 10e9,
    .load_ohm_count = 50.0,
    .noise_figure_ratio = 1.0,
    .rin_count = 1e-14,
    .temperature_k = 300.0,
};

/* by hand: thermal 4 k T B / R = 3.3136e-12 A2; shot of 1 mW 3.2044e-12; intensity 1e-10 */
START_TEST(noise_by_hand)
{
    ck_assert_double_eq_tol(fab_receiver_noise_count(&RECEIVER, 0.0), sqrt(3.31356e-12), 1e-10);
    ck_assert_double_eq_tol(fab_receiver_noise_count(&RECEIVER, 1e-3),
                            sqrt(3.31356e-12 + 3.20435e-12 + 1e-10), 1e-10);
    const double want = 1e-3 / (sqrt(3.31356e-12) + sqrt(1.0651791e-10));
    ck_assert_double_eq_tol(fab_receiver_q_ratio(&RECEIVER, 1e-3, 0.0), want, 1e-3 * want);
    ck_assert_double_eq(fab_receiver_q_ratio(&RECEIVER, 1e-3, 1e-3), 0.0);
}
END_TEST

/* no power beats intensity noise: Q stays below 1 / sqrt(RIN B) */
START_TEST(intensity_noise_bounds_q)
{
    const double bound = 1.0 / sqrt(RECEIVER.rin_count * RECEIVER.bandwidth_hz);
    ck_assert(fab_receiver_q_ratio(&RECEIVER, 10.0, 0.0) < bound);
}
END_TEST

/* mean power at 12 dB of extinction and Q = 7.03 from the same fit: 25 Gb/s -13.1, 50 -9.8 and 100
 * -5.2 dBm; the amplitude is 10 log10(2 (r - 1) / (r + 1)) = 2.46 dB above it */
static const struct {
    double rate_bps, want_mean_db;
} SENSITIVITY[] = {{25e9, -13.1}, {50e9, -9.8}, {100e9, -5.2}};

START_TEST(sensitivity_by_rate)
{
    const double q = fab_noise_q_ratio(1e-12, true);
    const fab_value got = fab_sensitivity_oma_db(SENSITIVITY[_i].rate_bps, true, q);
    ck_assert_double_eq_tol(got.value - 2.46, SENSITIVITY[_i].want_mean_db, 0.1);
    ck_assert(got.has_range && got.low < got.value && got.high > got.value);
}
END_TEST

/* data sheets of 100G lanes (DR4, FR4): -4.4 and -4.6 dBm before correction */
START_TEST(sensitivity_near_data_sheets)
{
    const fab_value got = fab_sensitivity_oma_db(106.25e9, false, fab_noise_q_ratio(2.2e-4, false));
    ck_assert(got.low <= -4.6 && got.high >= -4.4);
    ck_assert(!fab_sensitivity_oma_db(0.0, true, 7.0).is_known);
    ck_assert(!fab_sensitivity_oma_db(1e9, true, 0.0).is_known);
    ck_assert(!fab_sensitivity_oma_db(HUGE_VAL, true, 7.0).is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("noise");
    TCase *errors = tcase_create("errors");
    tcase_add_loop_test(errors, q_of_error_rate, 0, (int)(sizeof NEED / sizeof NEED[0]));
    tcase_add_test(errors, correction_saves_three_decibels_of_light);
    tcase_add_test(errors, ends_of_the_scale);
    tcase_add_loop_test(errors, errors_fall_with_q, 0, 4);
    suite_add_tcase(suite, errors);
    TCase *receiver = tcase_create("receiver");
    tcase_add_test(receiver, noise_by_hand);
    tcase_add_test(receiver, intensity_noise_bounds_q);
    tcase_add_loop_test(receiver, sensitivity_by_rate, 0, 3);
    tcase_add_test(receiver, sensitivity_near_data_sheets);
    suite_add_tcase(suite, receiver);
    return run_all(suite);
}

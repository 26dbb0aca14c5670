#include <check.h>
#include <math.h>

#include <fabricast/correction.h>

#include "run_all.h"
#include "seeded.h"

#define SEEDS 200

/* random errors; printed values are rounded: 15 % */
static const struct {
    fab_correction_kind kind;
    double ber, want_word, want_ber;
} ROWS[] = {
    {FAB_CORRECTION_KP4, 2.4e-4, 8e-13, 4e-15}, {FAB_CORRECTION_KP4, 2.2e-4, 2.2e-13, 1e-15},
    {FAB_CORRECTION_KP4, 1e-3, 1.5e-4, 7e-7},   {FAB_CORRECTION_KR4, 2.1e-5, 5e-13, 1e-15},
    {FAB_CORRECTION_KR4, 5e-5, 4e-10, 1e-12},   {FAB_CORRECTION_LOW, 5e-5, 2e-12, 1e-14},
    {FAB_CORRECTION_LOW, 2.2e-4, 2e-7, 1e-9},
};

START_TEST(golden_rates)
{
    const fab_corrected got = fab_correction_apply(ROWS[_i].kind, ROWS[_i].ber);
    const double word = got.word_frac / ROWS[_i].want_word;
    const double ber = got.ber_frac / ROWS[_i].want_ber;
    /* one printed digit may be half a unit off */
    /* a single printed digit may be half of itself off */
    ck_assert_msg(fabs(word - 1.0) < 0.25, "%g", got.word_frac);
    ck_assert_msg(fabs(ber - 1.0) < 0.15, "%g", got.ber_frac);
}
END_TEST

START_TEST(threshold_of_kp4)
{
    const fab_corrected got = fab_correction_apply(FAB_CORRECTION_KP4, 2.2e-4);
    ck_assert_double_eq_tol(got.ber_frac, 1e-15, 0.15e-15);
    const double input = fab_correction_input_frac(FAB_CORRECTION_KP4, 1e-15);
    ck_assert_double_eq_tol(input, 2.2e-4, 0.15 * 2.2e-4);
}
END_TEST

/* brute force over a small code: the tail of a binomial */
START_TEST(tail_by_brute_force)
{
    const double p = 3e-3;
    const double ps = 1.0 - pow(1.0 - p, 10.0);
    double below = 0.0;
    double ways = 1.0;
    for (int i = 0; i <= 7; i++) {
        below += ways * pow(ps, i) * pow(1.0 - ps, 272 - i);
        ways = ways * (272 - i) / (i + 1);
    }
    const fab_corrected got = fab_correction_apply(FAB_CORRECTION_LOW, p);
    ck_assert_double_eq_tol(got.word_frac, 1.0 - below, 1e-9);
    ck_assert_double_eq_tol(got.symbol_frac, ps, 1e-12);
}
END_TEST

static const struct {
    fab_correction_kind kind;
    int64_t interleave;
    double rate_bps, want_ns;
} BLOCKS[] = {
    {FAB_CORRECTION_KP4, 1, 106.25e9, 51.2}, {FAB_CORRECTION_KP4, 1, 212.5e9, 25.6},
    {FAB_CORRECTION_KP4, 2, 425e9, 25.6},    {FAB_CORRECTION_LOW, 1, 106.25e9, 25.6},
    {FAB_CORRECTION_NONE, 1, 106.25e9, 0.0}, {FAB_CORRECTION_KP4, 0, 106.25e9, 0.0},
    {FAB_CORRECTION_KP4, 1, 0.0, 0.0},
};

START_TEST(wait_for_the_block)
{
    const double got =
        fab_correction_block_s(BLOCKS[_i].kind, BLOCKS[_i].interleave, BLOCKS[_i].rate_bps);
    ck_assert_double_eq_tol(got * 1e9, BLOCKS[_i].want_ns, 1e-9 + 0.001 * BLOCKS[_i].want_ns);
}
END_TEST

/* overheads as published: 5.84, 2.72 and 5.4 %; the inner code adds 6.7 % */
START_TEST(overheads)
{
    ck_assert_double_eq_tol(fab_correction_get(FAB_CORRECTION_KP4)->overhead_frac, 0.0584, 1e-4);
    ck_assert_double_eq_tol(fab_correction_get(FAB_CORRECTION_KR4)->overhead_frac, 0.0272, 1e-4);
    ck_assert_double_eq_tol(fab_correction_get(FAB_CORRECTION_LOW)->overhead_frac, 0.0543, 1e-4);
    ck_assert_double_eq_tol(fab_correction_get(FAB_CORRECTION_INNER)->inner_ratio, 1.067, 1e-3);
}
END_TEST

START_TEST(never_worse_than_nothing)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        const double ber = pow(10.0, seeded_between(&seed, -14.0, -0.31));
        for (int kind = 0; kind < FAB_CORRECTION_COUNT; kind++) {
            const fab_corrected got = fab_correction_apply((fab_correction_kind)kind, ber);
            const fab_corrected more = fab_correction_apply((fab_correction_kind)kind, 1.1 * ber);
            ck_assert(isfinite(got.ber_frac) && got.ber_frac >= 0.0 && got.ber_frac <= ber);
            ck_assert(more.word_frac >= got.word_frac * (1.0 - 1e-9));
        }
    }
}
END_TEST

START_TEST(shares_outside_are_cut)
{
    ck_assert_double_eq(fab_correction_apply(FAB_CORRECTION_KP4, -1.0).ber_frac, 0.0);
    ck_assert_double_eq(fab_correction_apply(FAB_CORRECTION_KP4, 2.0).ber_frac, 1.0);
    ck_assert_double_eq(fab_correction_apply(FAB_CORRECTION_NONE, 1e-9).ber_frac, 1e-9);
}
END_TEST

/* 1 % of flits lost, 2048 bit, 100 ns there and back at 1 Tb/s: w = 1 + 1e5 / 2048 = 49.83 */
START_TEST(retries)
{
    const fab_retry got = fab_retry_find(0.01, 2048.0, 100e-9, 1e12);
    ck_assert_double_eq_tol(got.goodput_frac, 0.99 / (0.99 + 0.01 * 49.828), 1e-5);
    ck_assert_double_eq_tol(got.delay_s, 0.01 / 0.99 * 100e-9, 1e-15);
    ck_assert_double_eq(fab_retry_find(0.0, 2048.0, 1e-6, 1e12).goodput_frac, 1.0);
    ck_assert_double_eq(fab_retry_find(1.0, 2048.0, 1e-6, 1e12).goodput_frac, 0.0);
    ck_assert_double_eq(fab_retry_find(0.1, 0.0, 1e-6, 1e12).goodput_frac, 0.0);
}
END_TEST

/* at 1e-6 a byte is wrong with 8e-6; two of 85.3 with 3599 x 6.4e-11 = 2.3e-7; of three
 * codes 6.9e-7 */
START_TEST(flits)
{
    ck_assert_double_eq_tol(fab_flit_error_frac(1e-6), 6.9e-7, 0.02 * 6.9e-7);
    ck_assert_double_eq(fab_flit_error_frac(0.0), 0.0);
    ck_assert_double_eq(fab_flit_error_frac(1.0), 1.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("correction");
    TCase *codes = tcase_create("codes");
    tcase_add_loop_test(codes, golden_rates, 0, (int)(sizeof ROWS / sizeof ROWS[0]));
    tcase_add_test(codes, threshold_of_kp4);
    tcase_add_test(codes, tail_by_brute_force);
    tcase_add_loop_test(codes, wait_for_the_block, 0, (int)(sizeof BLOCKS / sizeof BLOCKS[0]));
    tcase_add_test(codes, overheads);
    tcase_add_loop_test(codes, never_worse_than_nothing, 0, 4);
    tcase_add_test(codes, shares_outside_are_cut);
    suite_add_tcase(suite, codes);
    TCase *retry = tcase_create("retry");
    tcase_add_test(retry, retries);
    tcase_add_test(retry, flits);
    suite_add_tcase(suite, retry);
    return run_all(suite);
}

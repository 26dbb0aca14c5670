#include <check.h>
#include <math.h>

#include <fabricast/correction.h>

#include "run_all.h"
#include "seeded.h"

#define SEEDS 200

/* 85,344 words of weight 4: C(128, 3) / 4; hard: two wrong bits stay, three become four */
START_TEST(inner_code_by_hand)
{
    const double p = 1e-5;
    const double pairs = 2.0 * 8128.0 * p * p * pow(1.0 - p, 126.0);
    const double threes = 4.0 * 341376.0 * p * p * p * pow(1.0 - p, 125.0);
    ck_assert_double_eq_tol(fab_inner_hard_frac(p), (pairs + threes) / 128.0, 1e-6 * pairs / 128.0);
    /* soft: weight 4 alone, Q of p = 3/8 erfc(Q / sqrt 2) is 4.2002 */
    const double nearest = 4.0 * 85344.0 * pow(0.75, 4.0) * 0.5 * erfc(4.2002 * sqrt(2.0)) / 128.0;
    ck_assert_double_eq_tol(fab_inner_soft_frac(p) / nearest, 1.0, 0.01);
}
END_TEST

/* the standard's 4.8e-3 as quoted lies above the union bound's; the decoder's own is between hard
 * decision and it */
START_TEST(threshold_of_the_inner_code)
{
    const fab_correction *code = fab_correction_get(FAB_CORRECTION_INNER);
    const double outer = fab_correction_get(FAB_CORRECTION_KP4)->threshold_frac;
    const double soft = fab_inner_input_frac(true, outer);
    ck_assert_double_eq_tol(code->threshold_frac, soft, 0.002 * soft);
    ck_assert_double_eq_tol(code->threshold_frac / code->published_frac, 0.825, 0.005);
    ck_assert_double_eq_tol(fab_inner_input_frac(false, outer), 1.355e-3, 2e-6);
    ck_assert_double_eq_tol(fab_correction_input_frac(FAB_CORRECTION_INNER, 1e-15) / soft, 1.0,
                            0.02);
}
END_TEST

START_TEST(inner_code_bounds)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int i = 0; i < SEEDS; i++) {
        const double ber = pow(10.0, seeded_between(&seed, -12.0, 0.0));
        const double hard = fab_inner_hard_frac(ber);
        const double soft = fab_inner_soft_frac(ber);
        ck_assert(hard >= 0.0 && hard <= ber && soft >= 0.0 && soft <= ber);
        ck_assert(fab_inner_hard_frac(1.1 * ber) >= hard * (1.0 - 1e-9));
        ck_assert(fab_inner_soft_frac(1.1 * ber) >= soft * (1.0 - 1e-6));
    }
    ck_assert_double_eq(fab_inner_hard_frac(0.0), 0.0);
    ck_assert_double_eq(fab_inner_soft_frac(-1.0), 0.0);
    ck_assert_double_eq(fab_inner_hard_frac(2.0), 1.0);
}
END_TEST

/* the columns of the code's check matrix: bit and parity */
static unsigned syndrome_of(int bit)
{
    return (unsigned)bit | 128U;
}

/* bits that are wrong after three wrong ones were decoded */
static int left_of_three(int a, int b, int c)
{
    const int moved = (int)((syndrome_of(a) ^ syndrome_of(b) ^ syndrome_of(c)) & 127U);
    return moved == a || moved == b || moved == c ? 2 : 4;
}

/* brute force: all patterns of two to four wrong bits, decoded by syndrome; two and four stay. Five
 * are a relative 1e5 p^3. */
START_TEST(hard_decision_of_every_pattern)
{
    const double p = 1e-4;
    double pairs = 0.0, threes = 0.0, fours = 0.0;
    for (int a = 0; a < 128; a++) {
        for (int b = a + 1; b < 128; b++) {
            pairs += 2.0;
            for (int c = b + 1; c < 128; c++) {
                threes += left_of_three(a, b, c);
                fours += 4.0 * (127 - c);
            }
        }
    }
    const double want =
        (pairs * pow(p, 2.0) * pow(1.0 - p, 126.0) + threes * pow(p, 3.0) * pow(1.0 - p, 125.0) +
         fours * pow(p, 4.0) * pow(1.0 - p, 124.0)) /
        128.0;
    ck_assert_double_eq_tol(fab_inner_hard_frac(p) / want, 1.0, 2e-7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inner_code");
    TCase *tests = tcase_create("inner_code");
    tcase_add_test(tests, inner_code_by_hand);
    tcase_add_test(tests, threshold_of_the_inner_code);
    tcase_add_loop_test(tests, inner_code_bounds, 0, 4);
    tcase_add_test(tests, hard_decision_of_every_pattern);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

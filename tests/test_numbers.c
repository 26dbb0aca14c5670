#include "base/numbers.h"

#include <check.h>
#include <math.h>

#include "run_all.h"
#include "seeded.h"

#define LIMIT 40

START_TEST(parts_hold_all)
{
    ck_assert_int_eq(fab_divide_up(0, 7), 0);
    ck_assert_int_eq(fab_divide_up(1, 7), 1);
    ck_assert_int_eq(fab_divide_up(7, 7), 1);
    ck_assert_int_eq(fab_divide_up(8, 7), 2);
    ck_assert_int_eq(fab_divide_up(INT64_MAX, 1), INT64_MAX);
    ck_assert_int_eq(fab_divide_up(INT64_MAX, 2), INT64_C(1) << 62);
}
END_TEST

/* the first pair that differs decides */
START_TEST(pairs_compare_in_order)
{
    const int64_t pairs[][2] = {{3, 3}, {1, 2}, {9, 4}};
    const int64_t turned[][2] = {{9, 4}, {1, 2}};
    ck_assert_int_eq(fab_compare_pairs(pairs, 0), 0);
    ck_assert_int_eq(fab_compare_pairs(pairs, 1), 0);
    ck_assert_int_lt(fab_compare_pairs(pairs, 3), 0);
    ck_assert_int_gt(fab_compare_pairs(turned, 2), 0);
}
END_TEST

START_TEST(divisors)
{
    ck_assert_int_eq(fab_common_divisor(12, 18), 6);
    ck_assert_int_eq(fab_common_divisor(18, 12), 6);
    ck_assert_int_eq(fab_common_divisor(35, 64), 1);
    ck_assert_int_eq(fab_common_divisor(0, 5), 5);
    ck_assert_int_eq(fab_common_divisor(5, 0), 5);
}
END_TEST

/* No larger number divides both. */
START_TEST(divisors_are_the_greatest)
{
    uint64_t seed = (uint64_t)_i;
    const int64_t a = 1 + (int64_t)seeded_between(&seed, 0.0, 200.0);
    const int64_t b = 1 + (int64_t)seeded_between(&seed, 0.0, 200.0);
    const int64_t divisor = fab_common_divisor(a, b);
    ck_assert_int_eq(a % divisor + b % divisor, 0);
    for (int64_t larger = divisor + 1; larger <= a; larger++) {
        ck_assert(a % larger != 0 || b % larger != 0);
    }
}
END_TEST

START_TEST(medians)
{
    double odd[] = {9, 1, 5}, even[] = {8, 1, 2, 4}, one[] = {7};
    ck_assert_double_eq(fab_median(odd, 3), 5.0);
    ck_assert_double_eq(fab_median(even, 4), 3.0);
    ck_assert_double_eq(fab_median(one, 1), 7.0);
    ck_assert_double_eq(fab_median(one, 0), 0.0);
    ck_assert_double_eq(even[0], 1.0);
    ck_assert_double_eq(even[3], 8.0);
}
END_TEST

/* nearest rank: ceil(0.9 n) of n */
START_TEST(percentiles)
{
    static const double NUMBER[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    ck_assert_double_eq(fab_percentile(NUMBER, 0, 90), 0.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 1, 90), 1.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 9, 90), 9.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 10, 90), 9.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 11, 90), 10.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 10, 100), 10.0);
    ck_assert_double_eq(fab_percentile(NUMBER, 10, 1), 1.0);
}
END_TEST

/* At least the share lies at or below a percentile, and less of it lies below. */
START_TEST(percentiles_cut_where_they_say)
{
    uint64_t seed = (uint64_t)_i;
    double number[LIMIT];
    const size_t count = 1 + (size_t)seeded_between(&seed, 0.0, LIMIT - 1.0);
    const size_t percent = 1 + (size_t)seeded_between(&seed, 0.0, 99.0);
    for (size_t i = 0; i < count; i++) {
        number[i] = seeded_between(&seed, -1.0, 1.0);
    }
    (void)fab_median(number, count);
    const double cut = fab_percentile(number, count, percent);
    size_t below = 0, within = 0;
    for (size_t i = 0; i < count; i++) {
        below += number[i] < cut;
        within += number[i] <= cut;
    }
    ck_assert(within * 100 >= count * percent);
    ck_assert(below * 100 < count * percent);
}
END_TEST

/* By integration of x d(F(x)^n), F the normal distribution. */
static double integrated_largest(double count)
{
    const double step = 1e-3, half = sqrt(0.5);
    double sum = 0.0;
    for (double x = -9.0; x < 9.0; x += step) {
        const double below = pow(0.5 * erfc(-x * half), count);
        const double upper = pow(0.5 * erfc(-(x + step) * half), count);
        sum += (x + 0.5 * step) * (upper - below);
    }
    return sum;
}

START_TEST(largest_of_normals)
{
    ck_assert_double_eq(fab_largest_of_normals(1.0), 0.0);
    for (double count = 2.0; count < 6.0; count += 1.0) {
        ck_assert_double_eq_tol(fab_largest_of_normals(count), integrated_largest(count), 1e-5);
    }
    for (double count = 6.0; count < 1e7; count = floor(1.7 * count)) {
        const double want = integrated_largest(count);
        ck_assert_double_eq_tol(fab_largest_of_normals(count), want, 0.008 * want);
    }
}
END_TEST

START_TEST(largest_grows_with_the_count)
{
    double before = -1.0;
    for (double count = 1.0; count < 1e5; count += count < 1000.0 ? 1.0 : 97.0) {
        const double largest = fab_largest_of_normals(count);
        ck_assert_double_gt(largest, before);
        before = largest;
    }
    ck_assert(isfinite(fab_largest_of_normals(1e15)));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("numbers");
    TCase *t = tcase_create("numbers");
    tcase_add_test(t, parts_hold_all);
    tcase_add_test(t, pairs_compare_in_order);
    tcase_add_test(t, divisors);
    tcase_add_loop_test(t, divisors_are_the_greatest, 0, 200);
    tcase_add_test(t, medians);
    tcase_add_test(t, percentiles);
    tcase_add_loop_test(t, percentiles_cut_where_they_say, 0, 200);
    tcase_add_test(t, largest_of_normals);
    tcase_add_test(t, largest_grows_with_the_count);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_all(suite());
}

#include "validate/sweeps.h"

#include <check.h>
#include <math.h>

#include "run_all.h"
#include "seeded.h"

#define LIMIT 64

/* Ranks and their correlation by hand. */
static const struct {
    const char *what;
    double a[5], b[5];
    size_t count;
    bool is_known;
    double want;
} RANKS[] = {
    {"same order", {1, 2, 3, 4}, {10, 20, 25, 90}, 4, true, 1.0},
    {"opposite order", {1, 2, 3, 4}, {9, 8, 7, 1}, 4, true, -1.0},
    /* ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 x 4 / (5 x 24) */
    {"two swaps", {1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}, 5, true, 0.8},
    /* ranks 1.5 1.5 3 4 and 1 2 3 4: 4.5 / sqrt(4.5 x 5) */
    {"a tie", {7, 7, 8, 9}, {1, 2, 3, 4}, 4, true, 0.94868329805051381},
    {"a side all equal", {1, 1, 1, 1}, {1, 2, 3, 4}, 4, false, 0.0},
    {"one pair", {1}, {1}, 1, false, 0.0},
};

START_TEST(ranks)
{
    double out = -9.0;
    const bool is_known = fab_rank_correlation(RANKS[_i].a, RANKS[_i].b, RANKS[_i].count, &out);
    ck_assert_msg(is_known == RANKS[_i].is_known, "%s", RANKS[_i].what);
    if (is_known) {
        ck_assert_double_eq_tol(out, RANKS[_i].want, 1e-14);
    }
}
END_TEST

/* Any growing function of the values keeps the ranks. */
START_TEST(only_order_counts)
{
    uint64_t seed = (uint64_t)_i;
    double a[LIMIT], b[LIMIT], c[LIMIT];
    const size_t count = 2 + (size_t)(seeded_between(&seed, 0.0, LIMIT - 2.0));
    for (size_t i = 0; i < count; i++) {
        a[i] = floor(seeded_between(&seed, 0.0, 20.0));
        b[i] = seeded_between(&seed, 0.1, 20.0);
        c[i] = exp(b[i]);
    }
    double first = 0.0, second = 0.0, turned = 0.0;
    const bool is_known = fab_rank_correlation(a, b, count, &first);
    ck_assert(fab_rank_correlation(a, c, count, &second) == is_known);
    ck_assert(fab_rank_correlation(b, a, count, &turned) == is_known);
    ck_assert(!is_known || fabs(first) <= 1.0 + 1e-12);
    ck_assert(!is_known || fabs(first - second) < 1e-12);
    ck_assert(!is_known || fabs(first - turned) < 1e-12);
}
END_TEST

START_TEST(slopes)
{
    const double x[] = {3, 5, 7, 9};
    const double y[] = {1, 2, 3, 4};
    const double equal[] = {3, 3, 3, 3};
    double out = -9.0;
    ck_assert(fab_line_slope(x, y, 4, &out));
    ck_assert_double_eq_tol(out, 0.5, 1e-14);
    /* (0 0), (1 3), (2 0): the line is flat */
    ck_assert(fab_line_slope((double[]){0, 1, 2}, (double[]){0, 3, 0}, 3, &out));
    ck_assert_double_eq_tol(out, 0.0, 1e-14);
    ck_assert(!fab_line_slope(equal, y, 4, &out));
    ck_assert(!fab_line_slope(x, y, 1, &out));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sweeps");
    TCase *tcase = tcase_create("sweeps");
    tcase_add_loop_test(tcase, ranks, 0, sizeof RANKS / sizeof RANKS[0]);
    tcase_add_loop_test(tcase, only_order_counts, 0, 1000);
    tcase_add_test(tcase, slopes);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

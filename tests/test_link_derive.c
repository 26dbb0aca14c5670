#include <check.h>
#include <math.h>

#include "link/derive.h"
#include "link_fixture.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 1000

static fab_value ranged(double value, double low, double high, fab_confidence confidence)
{
    return (fab_value){.value = value,
                       .low = low,
                       .high = high,
                       .is_known = true,
                       .has_range = low < high,
                       .confidence = confidence,
                       .has_confidence = true,
                       .source = fab_confidence_text(confidence)};
}

static const fab_value UNKNOWN = {.is_known = false};

START_TEST(by_hand)
{
    const fab_value a = ranged(4, 2, 6, FAB_CONFIDENCE_DATASHEET);
    const fab_value b = ranged(2, 1, 4, FAB_CONFIDENCE_ESTIMATE);
    const fab_value sum = fab_add(a, b);
    ck_assert_double_eq(sum.value, 6);
    ck_assert_double_eq(sum.low, 3);
    ck_assert_double_eq(sum.high, 10);
    const fab_value product = fab_multiply(a, b);
    ck_assert_double_eq(product.value, 8);
    ck_assert_double_eq(product.low, 2);
    ck_assert_double_eq(product.high, 24);
    const fab_value quotient = fab_divide(a, b);
    ck_assert_double_eq(quotient.value, 2);
    ck_assert_double_eq(quotient.low, 0.5);
    ck_assert_double_eq(quotient.high, 6);
    const fab_value scaled = fab_scale(a, 3);
    ck_assert_double_eq(scaled.value, 12);
    ck_assert_double_eq(scaled.high, 18);
}
END_TEST

START_TEST(the_worse_provenance_counts)
{
    const fab_value good = ranged(1, 1, 1, FAB_CONFIDENCE_DATASHEET);
    const fab_value bad = ranged(1, 1, 1, FAB_CONFIDENCE_ESTIMATE);
    ck_assert_int_eq(fab_add(good, bad).confidence, FAB_CONFIDENCE_ESTIMATE);
    ck_assert_int_eq(fab_add(bad, good).confidence, FAB_CONFIDENCE_ESTIMATE);
    ck_assert_str_eq(fab_multiply(good, bad).source, "estimate");
    /* a plain number takes nothing away */
    ck_assert_int_eq(fab_scale(good, 2).confidence, FAB_CONFIDENCE_DATASHEET);
    ck_assert_str_eq(fab_divide(fab_known(1), good).source, "datasheet");
}
END_TEST

START_TEST(unknown_stays_unknown)
{
    const fab_value a = ranged(4, 2, 6, FAB_CONFIDENCE_DATASHEET);
    ck_assert(!fab_add(a, UNKNOWN).is_known);
    ck_assert(!fab_add(UNKNOWN, a).is_known);
    ck_assert(!fab_multiply(a, UNKNOWN).is_known);
    ck_assert(!fab_divide(a, UNKNOWN).is_known);
    ck_assert(!fab_divide(UNKNOWN, a).is_known);
    ck_assert(!fab_divide(a, fab_known(0)).is_known);
    ck_assert(!fab_divide(a, ranged(1, 0, 2, FAB_CONFIDENCE_PAPER)).is_known);
    ck_assert(!fab_multiply(fab_known(1e300), fab_known(1e300)).is_known);
    ck_assert_double_eq(fab_multiply(fab_known(1e300), fab_known(1e300)).value, 0);
}
END_TEST

START_TEST(choices)
{
    ck_assert_double_eq(fab_choose(fab_known(1), fab_known(2)).value, 1);
    ck_assert_double_eq(fab_choose(UNKNOWN, fab_known(2)).value, 2);
    fab_technology t = link_optics();
    fab_value own = ranged(1, 0.5, 2, FAB_CONFIDENCE_ESTIMATE);
    ck_assert_str_eq(fab_of_row(&t, own).source, "estimate");
    ck_assert_int_eq(fab_of_row(&t, own).confidence, FAB_CONFIDENCE_ESTIMATE);
    ck_assert_str_eq(fab_of_row(&t, fab_known(1)).source, "a source");
    ck_assert_int_eq(fab_of_row(&t, fab_known(1)).confidence, FAB_CONFIDENCE_PAPER);
}
END_TEST

START_TEST(ranges_hold_their_value)
{
    uint64_t seed = (uint64_t)_i;
    fab_value v[2];
    for (int i = 0; i < 2; i++) {
        const double low = seeded_between(&seed, 1e-3, 1);
        const double value = low + seeded_between(&seed, 0, 1);
        v[i] = ranged(value, low, value + seeded_between(&seed, 0, 1), FAB_CONFIDENCE_PAPER);
    }
    const fab_value made[] = {fab_add(v[0], v[1]), fab_multiply(v[0], v[1]),
                              fab_divide(v[0], v[1])};
    for (int i = 0; i < 3; i++) {
        ck_assert(made[i].is_known);
        ck_assert_double_le(made[i].low, made[i].value);
        ck_assert_double_le(made[i].value, made[i].high);
        ck_assert(isfinite(made[i].high));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_derive");
    TCase *tests = tcase_create("derive");
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, the_worse_provenance_counts);
    tcase_add_test(tests, unknown_stays_unknown);
    tcase_add_test(tests, choices);
    tcase_add_loop_test(tests, ranges_hold_their_value, 0, SEEDS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

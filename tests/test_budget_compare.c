#include <check.h>
#include <math.h>
#include <string.h>

#include <fabricast/anatomy.h>

#include "catalog_fixture.h"
#include "link_fixture.h"
#include "run_all.h"

#define ALL_LIMIT 200

static const fab_value NONE = {.is_known = false};

static const fab_technology *technologies[ALL_LIMIT];
static fab_budget budgets[ALL_LIMIT];

static size_t take_all(void)
{
    const size_t count = fab_catalog_count(catalog, FAB_CATALOG_TECHNOLOGY);
    ck_assert(count <= ALL_LIMIT);
    for (size_t i = 0; i < count; i++) {
        technologies[i] = fab_catalog_technology(
            catalog, fab_catalog_row_name(catalog, FAB_CATALOG_TECHNOLOGY, i));
        ck_assert_int_eq(fab_link_budget(technologies[i], NONE, &budgets[i]), FAB_OK);
    }
    return count;
}

/* over all technologies whose energy is published the middle error is at most a fifth */
START_TEST(energies_of_the_catalog)
{
    const size_t count = take_all();
    const fab_error_spread spread = fab_budget_spread(technologies, budgets, count);
    ck_assert_uint_ge(spread.count, 12);
    ck_assert_double_le(spread.median_ratio, 0.20);
}
END_TEST

/* nothing is invented: a row without a published value is never marked as if it had one */
START_TEST(marks_of_the_catalog)
{
    const size_t count = take_all();
    for (size_t i = 0; i < count; i++) {
        fab_pair pairs[FAB_PAIRS_COUNT];
        fab_budget_compare(technologies[i], &budgets[i], pairs);
        const bool is_published = technologies[i]->energy_j_per_bit.is_known;
        const bool is_marked =
            pairs[0].mark == FAB_MARK_PUBLISHED || pairs[0].mark == FAB_MARK_BOTH;
        ck_assert_msg(is_marked == is_published, "%s", technologies[i]->name);
        for (size_t k = 0; k < FAB_PAIRS_COUNT; k++) {
            ck_assert(isfinite(pairs[k].error_ratio));
            ck_assert(pairs[k].mark == FAB_MARK_BOTH || !pairs[k].is_measure);
        }
    }
}
END_TEST

/* estimates and assumptions measure nothing, nor does a SerDes that the fit goes through */
START_TEST(what_is_a_measure)
{
    fab_technology t = link_pcie5();
    fab_budget b;
    fab_pair pairs[FAB_PAIRS_COUNT];
    ck_assert_int_eq(fab_link_budget(&t, NONE, &b), FAB_OK);
    fab_budget_compare(&t, &b, pairs);
    ck_assert(pairs[0].is_measure && pairs[0].mark == FAB_MARK_BOTH);
    ck_assert_double_eq_tol(pairs[0].error_ratio, 6.5185 / 5.5 - 1.0, 1e-4);
    t.energy_j_per_bit.confidence = FAB_CONFIDENCE_ESTIMATE;
    t.energy_j_per_bit.has_confidence = true;
    fab_budget_compare(&t, &b, pairs);
    ck_assert(!pairs[0].is_measure);
    t.energy_j_per_bit = NONE;
    fab_budget_compare(&t, &b, pairs);
    ck_assert_int_eq(pairs[0].mark, FAB_MARK_DERIVED);
    ck_assert_str_eq(fab_mark_text(pairs[0].mark), "derived");
}
END_TEST

/* errors of 0.1, 0.2 and 0.4 have a middle of 0.2; without the last one of 0.15 */
START_TEST(middle_of_errors)
{
    fab_technology rows[3] = {link_pcie5(), link_pcie5(), link_pcie5()};
    const fab_technology *list[3] = {&rows[0], &rows[1], &rows[2]};
    fab_budget all[3];
    const double error[3] = {0.4, 0.1, 0.2};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(fab_link_budget(&rows[i], NONE, &all[i]), FAB_OK);
        rows[i].energy_j_per_bit = known(all[i].scope_j_per_bit.value / (1.0 + error[i]));
    }
    fab_error_spread got = fab_budget_spread(list, all, 3);
    ck_assert_uint_eq(got.count, 3);
    ck_assert_double_eq_tol(got.median_ratio, 0.2, 1e-9);
    got = fab_budget_spread(&list[1], &all[1], 2);
    ck_assert_double_eq_tol(got.median_ratio, 0.15, 1e-9);
    got = fab_budget_spread(list, all, 0);
    ck_assert_uint_eq(got.count, 0);
    ck_assert_double_eq(got.median_ratio, 0.0);
    /* equal errors count as often as they are there */
    rows[0].energy_j_per_bit = rows[1].energy_j_per_bit;
    got = fab_budget_spread(list, all, 3);
    ck_assert_double_eq_tol(got.median_ratio, 0.1, 1e-9);
}
END_TEST

START_TEST(obstacles)
{
    fab_technology t = link_pcie5();
    fab_budget b;
    ck_assert_int_eq(fab_link_budget(&t, known(0.3), &b), FAB_OK);
    ck_assert_ptr_null(fab_budget_obstacle(&t, &b, arena));
    ck_assert_int_eq(fab_link_budget(&t, known(1.0), &b), FAB_OK);
    const char *text = fab_budget_obstacle(&t, &b, arena);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "pcie5: over 1 m the budget is short by"));
    ck_assert_ptr_nonnull(strstr(text, "dB; it reaches 60"));
    t.lane_rate_bps = known(200e9);
    ck_assert_int_eq(fab_link_budget(&t, known(0.3), &b), FAB_OK);
    ck_assert_ptr_nonnull(strstr(fab_budget_obstacle(&t, &b, arena), "200 GBd; up to 125"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget_compare");
    TCase *tcase = tcase_create("compare");
    tcase_add_checked_fixture(tcase, catalog_setup, catalog_teardown);
    tcase_add_test(tcase, energies_of_the_catalog);
    tcase_add_test(tcase, marks_of_the_catalog);
    tcase_add_test(tcase, what_is_a_measure);
    tcase_add_test(tcase, middle_of_errors);
    tcase_add_test(tcase, obstacles);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

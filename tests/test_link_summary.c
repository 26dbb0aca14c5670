#include <check.h>
#include <math.h>

#include "link_fixture.h"
#include "run_all.h"

START_TEST(pcie5_by_hand)
{
    const fab_technology t = link_pcie5();
    fab_link_summary s;
    ck_assert_int_eq(fab_link_summarise(&t, 1024, 1e12, &s), FAB_OK);
    ck_assert_ptr_eq(s.technology, &t);
    ck_assert_double_eq(s.lanes_count.value.value, 16);                          /* 15.75 */
    ck_assert_double_eq_tol(s.power_w.value.value, 2.772, 1e-12);                /* 504 x 5.5 mW */
    ck_assert_double_eq_tol(s.serialisation_s.value.value, 16.253968e-9, 1e-15); /* 8192 / 504 */
    ck_assert_double_eq(s.flight_s_per_m.value.value, 6.19e-9);
    ck_assert_double_eq_tol(s.flight_at_reach_s.value.value, 2.476e-9, 1e-18); /* 0.4 x 6.19 */
    ck_assert_double_eq(s.lanes_at_count.value.value, 32);                     /* 31.25 */
    ck_assert_double_eq_tol(s.power_at_w.value.value, 5.5, 1e-12);
    ck_assert_double_eq_tol(s.serialisation_at_s.value.value, 8.192e-9, 1e-18);
    ck_assert(!s.edge_m.value.is_known); /* no density published */
    ck_assert_str_eq(s.power_w.formula, "rate x energy");
    ck_assert_str_eq(s.power_w.value.source, "a source");
}
END_TEST

START_TEST(edge_by_hand)
{
    fab_technology t = link_optics();
    t.shoreline_bps_per_m = known(0.5e15); /* 0.5 Tb/s/mm */
    fab_link_summary s;
    ck_assert_int_eq(fab_link_summarise(&t, 0, 0, &s), FAB_OK);
    ck_assert_double_eq_tol(s.edge_m.value.value, 2e-3, 1e-12);
    ck_assert_double_eq(s.serialisation_s.value.value, 0);
}
END_TEST

START_TEST(whole_lanes_stay_whole)
{
    fab_technology t = link_optics();
    for (int lanes = 1; lanes <= 1000; lanes++) {
        t.rate_bps = known(0.1e9 * lanes);
        t.lane_rate_bps = known(0.1e9);
        fab_link_summary s;
        ck_assert_int_eq(fab_link_summarise(&t, 1, 0, &s), FAB_OK);
        ck_assert_double_eq(s.lanes_count.value.value, lanes);
    }
}
END_TEST

START_TEST(nothing_is_invented)
{
    fab_technology t = {.name = "x", .source = "a source"};
    fab_link_summary s;
    ck_assert_int_eq(fab_link_summarise(&t, 1024, 0, &s), FAB_OK);
    const fab_derived *const derived[] = {
        &s.lanes_count,       &s.power_w,         &s.power_at_w,
        &s.lanes_at_count,    &s.serialisation_s, &s.serialisation_at_s,
        &s.flight_at_reach_s, &s.edge_m,
    };
    for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
        ck_assert(!derived[i]->value.is_known);
        ck_assert_double_eq(derived[i]->value.value, 0);
        ck_assert_ptr_nonnull(derived[i]->formula);
    }
    ck_assert(s.flight_s_per_m.value.is_known);
    ck_assert(s.link_class.is_medium_guess);
}
END_TEST

START_TEST(switches_have_a_summary_too)
{
    fab_technology t = link_optics();
    t.role = FAB_ROLE_SWITCH;
    fab_link_summary s;
    ck_assert_int_eq(fab_link_summarise(&t, 1024, 0, &s), FAB_OK);
    ck_assert_double_eq_tol(s.power_w.value.value, 4.3, 1e-12);
    ck_assert(!s.flight_s_per_m.value.is_known);
    ck_assert(!s.flight_at_reach_s.value.is_known);
}
END_TEST

START_TEST(refuses)
{
    const fab_technology t = link_optics();
    fab_link_summary s;
    ck_assert_int_eq(fab_link_summarise(&t, -1, 0, &s), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_summarise(&t, (double)NAN, 0, &s), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_summarise(&t, 1, -1, &s), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_summarise(&t, 1, (double)INFINITY, &s), FAB_E_RANGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_summary");
    TCase *tests = tcase_create("summary");
    tcase_add_test(tests, pcie5_by_hand);
    tcase_add_test(tests, edge_by_hand);
    tcase_add_test(tests, whole_lanes_stay_whole);
    tcase_add_test(tests, nothing_is_invented);
    tcase_add_test(tests, switches_have_a_summary_too);
    tcase_add_test(tests, refuses);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <math.h>

#include "link_fixture.h"
#include "run_all.h"

/* a passive cable: 1 m at 212.5 Gb/s per lane */
static fab_technology cable(void)
{
    fab_technology t = link_pcie5();
    t.name = "cable";
    t.title = "Passive DAC 200G PAM4/lane";
    t.medium = "twinax 26-28 AWG";
    t.line_code = "PAM4";
    t.lane_rate_bps = known(212.5e9);
    t.reach_m = known(1.0);
    return t;
}

/* lane rate asked for; loss as frequency, and as its root */
static const struct {
    double lane_bps, value_m, low_m, high_m;
} ROW[] = {
    {212.5e9, 1.0, 1.0, 1.0},
    {425e9, 0.5, 0.5, 0.70710678118654752},
    {850e9, 0.25, 0.25, 0.5},
    {53.125e9, 4.0, 2.0, 4.0},
    {224e9, 0.94866071428571430, 0.94866071428571430, 0.97399215309247463},
};

START_TEST(by_hand)
{
    const fab_technology t = cable();
    const fab_derived reach = fab_link_reach_at(&t, ROW[_i].lane_bps);
    ck_assert(reach.value.is_known);
    ck_assert_double_eq_tol(reach.value.value, ROW[_i].value_m, 1e-14);
    ck_assert_double_eq_tol(reach.value.low, ROW[_i].low_m, 1e-14);
    ck_assert_double_eq_tol(reach.value.high, ROW[_i].high_m, 1e-14);
    ck_assert(reach.value.has_range == (ROW[_i].low_m < ROW[_i].high_m));
    ck_assert_str_eq(reach.value.source, "a source");
    ck_assert_ptr_nonnull(reach.formula);
}
END_TEST

/* the range of the row goes on top */
START_TEST(ranges_add_up)
{
    fab_technology t = cable();
    t.reach_m.low = 0.8;
    t.reach_m.high = 2.0;
    t.reach_m.has_range = true;
    const fab_derived reach = fab_link_reach_at(&t, 850e9);
    ck_assert_double_eq_tol(reach.value.low, 0.2, 1e-14);
    ck_assert_double_eq_tol(reach.value.high, 1.0, 1e-14);
}
END_TEST

/* faster lanes never reach farther */
START_TEST(falls_with_the_rate)
{
    const fab_technology t = cable();
    fab_value before = fab_link_reach_at(&t, 1e9).value;
    for (double lane_bps = 2e9; lane_bps < 2e12; lane_bps *= 1.5) {
        const fab_value now = fab_link_reach_at(&t, lane_bps).value;
        ck_assert(now.value < before.value && now.low < before.low && now.high < before.high);
        ck_assert(now.low <= now.value && now.value <= now.high);
        before = now;
    }
}
END_TEST

START_TEST(what_cannot_be_said_is_not)
{
    fab_technology rows[6];
    for (int i = 0; i < 6; i++) {
        rows[i] = cable();
    }
    rows[0].reach_m.is_known = false;
    rows[1].lane_rate_bps.is_known = false;
    rows[2].medium = "single-mode fibre";
    rows[3].medium = "interposer / bridge copper";
    rows[4].role = FAB_ROLE_SWITCH;
    rows[5].medium = "something else";
    for (int i = 0; i < 6; i++) {
        const fab_derived reach = fab_link_reach_at(&rows[i], 425e9);
        ck_assert_msg(!reach.value.is_known, "row %d reaches %g m", i, reach.value.value);
        ck_assert_ptr_nonnull(reach.formula);
    }
    const fab_technology t = cable();
    ck_assert(!fab_link_reach_at(&t, 0.0).value.is_known);
    ck_assert(!fab_link_reach_at(&t, -1e9).value.is_known);
    ck_assert(!fab_link_reach_at(&t, (double)NAN).value.is_known);
    ck_assert(!fab_link_reach_at(&t, (double)INFINITY).value.is_known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_reach");
    TCase *tests = tcase_create("reach");
    tcase_add_loop_test(tests, by_hand, 0, sizeof(ROW) / sizeof(ROW[0]));
    tcase_add_test(tests, ranges_add_up);
    tcase_add_test(tests, falls_with_the_rate);
    tcase_add_test(tests, what_cannot_be_said_is_not);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

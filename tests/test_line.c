#include <check.h>
#include <math.h>

#include <fabricast/channel.h>

#include "link_fixture.h"
#include "run_all.h"

#define INCH_M 0.0254

/* dB per inch: 8.686 x 25.4 x (a1 sqrt f + a2 f), constants of the channel operating margin model
 */
static const struct {
    fab_trace trace;
    double ghz, want_db;
} TRACES[] = {
    {FAB_TRACE_BOARD, 8, 0.71},      {FAB_TRACE_BOARD, 16, 1.26},
    {FAB_TRACE_BOARD, 26.56, 1.96},  {FAB_TRACE_BOARD, 32, 2.31},
    {FAB_TRACE_BOARD, 53.125, 3.65}, {FAB_TRACE_BOARD_LOW, 8, 0.41},
    {FAB_TRACE_BOARD_LOW, 16, 0.68}, {FAB_TRACE_BOARD_LOW, 26.56, 1.00},
    {FAB_TRACE_BOARD_LOW, 32, 1.15}, {FAB_TRACE_BOARD_LOW, 53.125, 1.74},
};

START_TEST(board_loss)
{
    const fab_value got = fab_trace_loss_db_per_m(TRACES[_i].trace, TRACES[_i].ghz * 1e9);
    ck_assert_double_eq_tol(got.value * INCH_M, TRACES[_i].want_db, 0.02 * TRACES[_i].want_db);
}
END_TEST

/* 8.686 x (5e-4 + 8.9e-4 x 7.2887 + 2e-4 x 53.125) = 0.15297 dB/mm; a trace of 31 mm loses 4.7 dB
 */
START_TEST(package_loss)
{
    const fab_value got = fab_trace_loss_db_per_m(FAB_TRACE_PACKAGE, 53.125e9);
    ck_assert_double_eq_tol(got.value * 31e-3, 4.742, 0.01);
    ck_assert(!fab_trace_loss_db_per_m(FAB_TRACE_BOARD, 0.0).is_known);
    ck_assert(!fab_trace_loss_db_per_m(FAB_TRACE_BOARD, HUGE_VAL).is_known);
    ck_assert_str_eq(fab_trace_text(FAB_TRACE_PACKAGE), "package");
}
END_TEST

/* dB/m of bare wire and m of reach for the budget of the lane, connectors taken off; by hand */
static const struct {
    int64_t gauge;
    double lane_bps, want_db, want_m;
} CABLES[] = {
    {26, 53.125e9, 3.2, 4.7}, {26, 106.25e9, 4.9, 3.5}, {26, 212.5e9, 7.4, 1.6},
    {28, 53.125e9, 4.0, 3.8}, {28, 106.25e9, 5.9, 2.8}, {28, 212.5e9, 8.9, 1.4},
    {30, 53.125e9, 4.9, 3.1}, {30, 106.25e9, 7.2, 2.3}, {30, 212.5e9, 10.7, 1.1},
};

static fab_value reach(int64_t gauge, double lane_bps)
{
    const double f = fab_lane_nyquist_hz(lane_bps, false);
    const fab_wire wire = fab_wire_of_gauge(gauge);
    const fab_value pair = fab_connector_loss_db(f);
    const fab_value both = known(2.0 * pair.value);
    return fab_line_reach_m(fab_cable_budget_db(lane_bps), both, fab_wire_loss_db_per_m(&wire, f));
}

START_TEST(cable_reach)
{
    const fab_wire wire = fab_wire_of_gauge(CABLES[_i].gauge);
    const fab_value loss =
        fab_wire_loss_db_per_m(&wire, fab_lane_nyquist_hz(CABLES[_i].lane_bps, false));
    ck_assert_double_eq_tol(loss.value, CABLES[_i].want_db, 0.02 * CABLES[_i].want_db);
    const fab_value got = reach(CABLES[_i].gauge, CABLES[_i].lane_bps);
    ck_assert_double_eq_tol(got.value, CABLES[_i].want_m, 0.04 * CABLES[_i].want_m);
    ck_assert(got.low < got.value && got.high > got.value);
}
END_TEST

/* objectives hold for the thinnest wire that is sold: 30 AWG; 3, 2 and 1 m within 20 % */
static const struct {
    double lane_bps, want_m;
} OBJECTIVES[] = {{53.125e9, 3.0}, {106.25e9, 2.0}, {212.5e9, 1.0}};

START_TEST(objectives_of_passive_cables)
{
    const fab_value got = reach(30, OBJECTIVES[_i].lane_bps);
    ck_assert_double_eq_tol(got.value, OBJECTIVES[_i].want_m, 0.2 * OBJECTIVES[_i].want_m);
}
END_TEST

START_TEST(budgets_between_rates)
{
    ck_assert_double_eq(fab_cable_budget_db(10e9).value, 17.2);
    ck_assert_double_eq(fab_cable_budget_db(106.25e9).value, 19.75);
    ck_assert_double_eq(fab_cable_budget_db(448e9).value, 16.0);
    const double half = fab_cable_budget_db(106.25e9 * sqrt(2.0)).value;
    ck_assert_double_eq_tol(half, 0.5 * (19.75 + 16.0), 1e-9);
    ck_assert(!fab_cable_budget_db(0.0).is_known);
}
END_TEST

START_TEST(nothing_left)
{
    ck_assert(!fab_line_reach_m(known(4.0), known(4.0), known(5.0)).is_known);
    ck_assert(!fab_line_reach_m(known(4.0), known(2.0), known(0.0)).is_known);
    ck_assert(!fab_connector_loss_db(0.0).is_known);
    const fab_value got = fab_line_reach_m(known(9.0), known(4.0), known(10.0));
    ck_assert_double_eq_tol(got.value, 0.5, 1e-12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("line");
    TCase *tcase = tcase_create("line");
    tcase_add_loop_test(tcase, board_loss, 0, (int)(sizeof TRACES / sizeof TRACES[0]));
    tcase_add_test(tcase, package_loss);
    tcase_add_loop_test(tcase, cable_reach, 0, (int)(sizeof CABLES / sizeof CABLES[0]));
    tcase_add_loop_test(tcase, objectives_of_passive_cables, 0, 3);
    tcase_add_test(tcase, budgets_between_rates);
    tcase_add_test(tcase, nothing_left);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

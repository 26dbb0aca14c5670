#include "study_fixture.h"

#include <math.h>

/* half a unit of the last digit printed, either way */
static const struct {
    const char *printed;
    double low, high;
    const char *unit;
} READ[] = {
    {"8X", 7.5, 8.5, ""},          {"2.7X", 2.65, 2.75, ""},     {"1.4x", 1.35, 1.45, ""},
    {"2.73X", 2.725, 2.735, ""},   {"10X", 9.5, 10.5, ""},       {"0.6X", 0.55, 0.65, ""},
    {"1.5 kW", 1450, 1550, "W"},   {"1.54 kW", 1535, 1545, "W"}, {"20 kW", 19500, 20500, "W"},
    {"700 W", 699.5, 700.5, "W"},  {"1.50 kW", 1495, 1505, "W"}, {"1.2 MW", 1.15e6, 1.25e6, "W"},
    {"2.70X", 2.695, 2.705, ""},   {"1.5kW", 1450, 1550, "W"},   {"1 m", 0.5, 1.5, "m"},
    {"1.0 m", 0.95, 1.05, "m"},    {"50 cm", 0.495, 0.505, "m"}, {"tens of cm", 0.1, 1.0, "m"},
    {"tens of kW", 1e4, 1e5, "W"},
};

START_TEST(printed_numbers_have_their_rounding)
{
    double low, high;
    bool has_high;
    const char *unit;
    ck_assert(fab_study_published_read(READ[_i].printed, arena, &low, &high, &has_high, &unit));
    ck_assert(has_high);
    ck_assert_double_eq_tol(low, READ[_i].low, 1e-9 * READ[_i].low);
    ck_assert_double_eq_tol(high, READ[_i].high, 1e-9 * READ[_i].high);
    ck_assert_str_eq(unit, READ[_i].unit);
}
END_TEST

START_TEST(monotone_is_at_least_one)
{
    double low, high;
    bool has_high;
    const char *unit;
    ck_assert(fab_study_published_read("monotone", arena, &low, &high, &has_high, &unit));
    ck_assert(!has_high);
    ck_assert_double_eq(low, 1.0);
    ck_assert_str_eq(unit, "");
}
END_TEST

static const char *const REFUSED[] = {
    "",       "X",          "about 2",     "2.7",      "-2X",       "0X",           "2.7XX",
    "1.5 kV", "1..5X",      "1.5 kN",      "kW",       "monotonic", "Monotone",     "2,7X",
    "1.2.3X", "+2X",        "nan",         "infX",     "0 W",       "1.5 pJ/bit",   "1.5 kW s",
    "2.7 X!", "monotone 2", "2.7X faster", "tens of ", "tens of X", "tens of 5 cm", "tens",
    "1 s",    "0 m",        "tens of pJ",
};

START_TEST(other_texts_are_refused)
{
    double low, high;
    bool has_high;
    const char *unit;
    ck_assert_msg(!fab_study_published_read(REFUSED[_i], arena, &low, &high, &has_high, &unit),
                  "`%s` gives %g .. %g %s", REFUSED[_i], low, high, unit);
}
END_TEST

/* times by variant (copper, optics), then sweep value (few, many) */
static const struct {
    double time_s[4];
    size_t goal;
    bool is_known;
    double want;
} TIMES[] = {
    {{30, 60, 20, 15}, 0, true, 4.0},
    {{0, 60, 0, 15}, 0, true, 4.0},
    {{30, 0, 20, 15}, 0, false, 0},
    {{30, 60, 20, 0}, 0, false, 0},
    /* growth from 1.5 to 4 */
    {{30, 60, 20, 15}, 1, true, 4.0 / 1.5},
    {{60, 30, 15, 20}, 1, true, 1.5 / 4.0},
    {{0, 60, 20, 15}, 1, false, 0},
    {{30, 60, 20, 0}, 1, false, 0},
    /* the power of links takes no time: 200 Tb/s x (12 - 4.3) pJ/bit */
    {{0, 0, 0, 0}, 3, true, 1540.0},
};

START_TEST(targets_are_worked_out_from_times)
{
    const fab_study *study = good_study(SMALL_STUDY);
    const fab_study_times times = {TIMES[_i].time_s, 2, 2};
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    ck_assert_uint_eq(count, 4);
    double got = -1.0;
    ck_assert(fab_study_goal_value(study, &goals[TIMES[_i].goal], &times, &got) ==
              TIMES[_i].is_known);
    if (TIMES[_i].is_known) {
        ck_assert_double_eq_tol(got, TIMES[_i].want, 1e-9 * TIMES[_i].want);
    }
}
END_TEST

/* the least growth counts, and one value grows nowhere */
START_TEST(growth_is_the_least_step)
{
    const fab_study *three = good_study(
        replaced(SMALL_STUDY, "    - {label: few,", "    - {label: none}\n    - {label: few,"));
    size_t count;
    const fab_study_goal *goals = fab_study_goals(three, &count);
    const double time_s[] = {10, 30, 36, 10, 10, 10}; /* ratios 1, 3, 3.6 */
    double got;
    ck_assert(fab_study_goal_value(three, &goals[1], &(fab_study_times){time_s, 2, 3}, &got));
    ck_assert_double_eq_tol(got, 1.2, 1e-12);

    const char *one = replaced(
        SMALL_STUDY, "    - {label: few, title: Few experts, set: {model: moe-4.7t-c2}}\n", "");
    const double two_s[] = {30, 10};
    goals = fab_study_goals(good_study(one), &count);
    ck_assert(
        fab_study_goal_value(good_study(one), &goals[1], &(fab_study_times){two_s, 2, 1}, &got));
    ck_assert_double_eq(got, 1.0);
}
END_TEST

/* which of [variant][value] each target needs; nothing for pods and links */
START_TEST(targets_need_their_times_alone)
{
    static const bool NEED[4][2][2] = {
        {{false, true}, {false, true}}, {{true, true}, {true, true}}, {{false}}, {{false}}};
    const fab_study *study = good_study(SMALL_STUDY);
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    for (size_t goal = 0; goal < 4; goal++) {
        ck_assert(fab_study_goal_is_ranged(&goals[goal]) == (goal < 2));
        for (size_t variant = 0; variant < 2; variant++) {
            for (size_t value = 0; value < 2; value++) {
                ck_assert(fab_study_goal_needs(study, &goals[goal], variant, value) ==
                          NEED[goal][variant][value]);
            }
        }
    }
}
END_TEST

/* 16 to 21 pJ/bit against 4.3: 200e12 x 11.7e-12 .. 200e12 x 16.7e-12 W */
START_TEST(link_power_has_the_catalogs_range)
{
    const fab_study *study =
        good_study(replaced(SMALL_STUDY, "more: study_cpo_25d", "more: study_pluggable_dsp"));
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    double low = -1.0, high = -1.0;
    fab_study_goal_catalog_range(study, &goals[0], &low, &high);
    ck_assert(low < 0.0 && high < 0.0);
    fab_study_goal_catalog_range(study, &goals[3], &low, &high);
    ck_assert_double_eq_tol(low, 2340.0, 1e-9);
    ck_assert_double_eq_tol(high, 3340.0, 1e-9);
}
END_TEST

#define POWER_TARGET                                                                               \
    "metric: link_power_difference, more: study_cpo_25d, less: study_cpo_3d,\n     rate: 200 Tbps"

/* metrics that the catalog's rows give; dac_200g reaches 1 m at 212.5 Gb/s, a domain of gb200_nvl72
 * has 72 packages of 7.2 Tb/s and paths of two links */
static const struct {
    const char *metric;
    double value, low, high;
} FROM_CATALOG[] = {
    {"metric: reach, technology: dac_200g, lane_rate: 212.5 Gbps", 1.0, 1.0, 1.0},
    {"metric: reach, technology: dac_200g, lane_rate: 425 Gbps", 0.5, 0.5, 0.70710678118654752},
    {"metric: reach, technology: dac_100g, lane_rate: 212.5 Gbps", 1.0, 1.0, 1.4142135623730951},
    /* 72 x 2 x 7.2 Tb/s x 18.75 (17.5 to 20) pJ/bit: 1,296 modules of 15 W */
    {"metric: domain_link_power, fabric: gb200_nvl72, technology: plug_800g_dr8", 19440.0, 18144.0,
     20736.0},
    {"metric: domain_link_power, fabric: gb200_nvl72, technology: study_pluggable_dsp", 21772.8,
     16588.8, 21772.8},
    /* 144 x 2 x 14.4 Tb/s x 5 pJ/bit */
    {"metric: domain_link_power, fabric: study_copper_pod, technology: study_copper", 20736.0,
     20736.0, 20736.0},
};

START_TEST(the_catalog_answers)
{
    const fab_study *study =
        good_study(replaced(SMALL_STUDY, POWER_TARGET, FROM_CATALOG[_i].metric));
    const fab_study_times none = {(const double[4]){0}, 2, 2};
    size_t count;
    const fab_study_goal *goal = &fab_study_goals(study, &count)[3];
    double value = -1.0, low = -1.0, high = -1.0;
    ck_assert(!fab_study_goal_is_ranged(goal));
    ck_assert(fab_study_goal_value(study, goal, &none, &value));
    fab_study_goal_catalog_range(study, goal, &low, &high);
    ck_assert_double_eq_tol(value, FROM_CATALOG[_i].value, 1e-9 * value);
    ck_assert_double_eq_tol(low, FROM_CATALOG[_i].low, 1e-9 * low);
    ck_assert_double_eq_tol(high, FROM_CATALOG[_i].high, 1e-9 * high);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("goal");
    tcase_add_loop_test(tests, printed_numbers_have_their_rounding, 0, (int)FAB_TABLE_SIZE(READ));
    tcase_add_test(tests, monotone_is_at_least_one);
    tcase_add_loop_test(tests, other_texts_are_refused, 0, (int)FAB_TABLE_SIZE(REFUSED));
    tcase_add_loop_test(tests, targets_are_worked_out_from_times, 0, (int)FAB_TABLE_SIZE(TIMES));
    tcase_add_test(tests, growth_is_the_least_step);
    tcase_add_test(tests, targets_need_their_times_alone);
    tcase_add_test(tests, link_power_has_the_catalogs_range);
    tcase_add_loop_test(tests, the_catalog_answers, 0, (int)FAB_TABLE_SIZE(FROM_CATALOG));
    return run_suite("goal", tests);
}

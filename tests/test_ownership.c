#include <check.h>
#include <math.h>

#include <fabricast/ownership.h>

#include "random_scenario.h"
#include "run_all.h"

/* a step of 2 s over 8 sequences of 100 tokens on 4 packages */
static fab_scenario scenario_of(int64_t tokens, double goodput_frac)
{
    return (fab_scenario){
        .job = {.gpus = 4, .tokens = tokens, .batch = 8, .sequence = 100},
        .assumptions = {.goodput_frac = goodput_frac},
    };
}

/* 3 J and 5 J of links a step, 7 W and 11 W at full rate */
static const fab_forecast FORECAST = {
    .step_s = 2.0,
    .tier_count = 2,
    .tiers = {{.energy_j = 3, .full_rate_power_w = 7}, {.energy_j = 5, .full_rate_power_w = 11}},
};

static const struct {
    const char *what;
    int64_t tokens;
    double goodput_frac;
    int64_t steps;
    double time_s;
} ROW[] = {
    {"whole steps", 8000, 1.0, 10, 20},
    {"a last step in part", 8001, 1.0, 11, 22},
    {"one token short of a step", 7999, 1.0, 10, 20},
    {"less than a step", 1, 1.0, 1, 2},
    {"a tenth of the time lost", 8000, 0.9, 10, 20 / 0.9},
    {"the longest run", INT64_C(9000000000000000), 1.0, INT64_C(11250000000000), 22.5e12},
};

START_TEST(rows_agree)
{
    const fab_scenario s = scenario_of(ROW[_i].tokens, ROW[_i].goodput_frac);
    const fab_ownership got = fab_ownership_forecast(&s, &FORECAST);
    const double steps = (double)ROW[_i].steps;
    ck_assert_int_eq(got.steps, ROW[_i].steps);
    ck_assert_double_eq_tol(got.time_to_train_s, ROW[_i].time_s, 1e-12 * ROW[_i].time_s);
    ck_assert_double_eq_tol(got.gpu_time_s, 4 * ROW[_i].time_s, 1e-11 * ROW[_i].time_s);
    /* what is lost to failures is not counted as energy */
    ck_assert(!got.lacks_link_energy);
    ck_assert_double_eq_tol(got.link_energy_j, steps * 4 * 8, 1e-12 * steps * 32);
    ck_assert_double_eq_tol(got.link_power_w, 4 * 18, 1e-12);
}
END_TEST

/* energy counts the time that goodput loses: 90 W of the facility */
START_TEST(energy_of_the_run)
{
    const fab_scenario s = scenario_of(8000, 0.9);
    fab_forecast forecast = FORECAST;
    fab_ownership got = fab_ownership_forecast(&s, &forecast);
    ck_assert(!got.has_energy);
    ck_assert_double_eq(got.energy_j, 0.0);
    forecast.energy = (fab_energy_forecast){.is_known = true, .facility_power_w = 90};
    got = fab_ownership_forecast(&s, &forecast);
    ck_assert(got.has_energy);
    ck_assert_double_eq_tol(got.energy_j, 90 * 20 / 0.9, 1e-9);
    ck_assert_double_eq_tol(got.energy_j_per_token, 0.25, 1e-12);
}
END_TEST

START_TEST(only_the_tiers_that_are_there_count)
{
    const fab_scenario s = scenario_of(8000, 1.0);
    fab_forecast forecast = FORECAST;
    forecast.tier_count = 1;
    forecast.lacks_link_energy = true;
    const fab_ownership got = fab_ownership_forecast(&s, &forecast);
    ck_assert(got.lacks_link_energy);
    ck_assert_double_eq_tol(got.link_energy_j, 10 * 4 * 3, 1e-9);
    ck_assert_double_eq_tol(got.link_power_w, 28, 1e-9);
}
END_TEST

/* a run holds all its tokens, and not a step more */
START_TEST(steps_hold_the_tokens)
{
    fab_arena *arena = fab_arena_create((size_t)16 << 20);
    for (int seed = 0; seed < 500; seed++) {
        const fab_scenario s = random_scenario(seed, arena);
        fab_forecast f;
        ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_OK);
        const fab_ownership got = fab_ownership_forecast(&s, &f);
        const int64_t step = fab_scenario_tokens_per_step(&s);
        ck_assert_int_ge(got.steps * step, s.job.tokens);
        ck_assert_int_lt((got.steps - 1) * step, s.job.tokens);
        const double fastest_s = (double)got.steps * f.step_s;
        ck_assert(got.time_to_train_s >= fastest_s && isfinite(got.link_energy_j));
    }
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ownership");
    TCase *tests = tcase_create("ownership");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, rows_agree, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(tests, energy_of_the_run);
    tcase_add_test(tests, only_the_tiers_that_are_there_count);
    tcase_add_test(tests, steps_hold_the_tokens);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

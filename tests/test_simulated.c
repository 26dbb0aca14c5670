#include "run_all.h"
#include "study_fixture.h"

#include <fabricast/timeline.h>

/* Each point with its step simulated. */

#define SIMULATED                                                                                  \
    "name: simulated\n"                                                                            \
    "title: A simulated study\n"                                                                   \
    "question: What waits?\n"                                                                      \
    "base:\n"                                                                                      \
    "  name: small base\n"                                                                         \
    "  gpu: study_package\n"                                                                       \
    "  fabric: study_copper_pod\n"                                                                 \
    "  model: {base: moe-4.7t-c4, layers: 16}\n"                                                   \
    "  job: {gpus: 2048, tokens: 1T, batch: 512, sequence: 8192}\n"                                \
    "  mapping: {tp: 16, pp: 4, ep: 32, expert_order: strided}\n"                                  \
    "sweep: {name: schedule, values: [{label: plain}, {label: zero, set: {mapping: {schedule: "    \
    "zb_h1}}}]}\n"                                                                                 \
    "compare:\n"                                                                                   \
    "  - {label: copper, set: {fabric: study_copper_pod}}\n"                                       \
    "  - {label: optics, set: {fabric: study_optics_pod}}\n"                                       \
    "simulate: true\n"

/* what `simulate` says of the point's scenario; pictures for the last value alone */
START_TEST(points_carry_what_a_simulation_finds)
{
    const fab_study_result *result = good_result(SIMULATED);
    ck_assert_uint_eq(result->point_count, 4);
    for (size_t i = 0; i < result->point_count; i++) {
        const fab_study_point *point = &result->points[i];
        const fab_study_simulated *simulated = point->simulated;
        const fab_step_options options = {.slow = NULL};
        fab_step_simulation step;
        const char *reason = NULL;
        ck_assert_int_eq(fab_step_simulate(point->scenario, &options, arena, &step, &reason),
                         FAB_OK);
        ck_assert(simulated != NULL && simulated->is_simulated);
        ck_assert_double_eq(simulated->simulated_s, step.simulated_s);
        ck_assert_double_eq(simulated->difference_frac, step.difference_frac);
        ck_assert_str_eq(simulated->cause, step.cause);
        ck_assert_str_eq(simulated->hot_tier, step.tier_names[step.hot_tier]);
        ck_assert_double_eq(point->forecast.step_s, step.closed_form_s);
        ck_assert_int_eq(simulated->step != NULL, point->value == 1);
        if (simulated->step) {
            ck_assert_uint_eq(simulated->step->activity_count, step.activity_count);
            ck_assert_mem_eq(simulated->step->out_frac, step.out_frac,
                             sizeof(double) * (size_t)(step.stages * step.tier_count));
        }
    }
}
END_TEST

START_TEST(nothing_unless_asked)
{
    const fab_study_result *result = good_result(replaced(SIMULATED, "simulate: true\n", ""));
    for (size_t i = 0; i < result->point_count; i++) {
        ck_assert_ptr_null(result->points[i].simulated);
    }
}
END_TEST

START_TEST(what_is_refused)
{
    const fab_study *study;
    const char *text = replaced(SIMULATED, "simulate: true", "simulate: perhaps");
    ck_assert_int_eq(read_study(text, &study), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("simulated");
    TCase *t = tcase_create("simulated");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, catalog_setup, catalog_teardown);
    tcase_add_test(t, points_carry_what_a_simulation_finds);
    tcase_add_test(t, nothing_unless_asked);
    tcase_add_test(t, what_is_refused);
    suite_add_tcase(s, t);
    return run_all(s);
}

#include "study_fixture.h"

#include <math.h>

/* step times of the small study's T1 with the first `rows` rows of settings, the slow way */
static void step_times(const fab_study *study, size_t rows, double step_s[2])
{
    const fab_study_waterfall *w = &study->file.waterfall;
    const fab_study_setting *steps = w->steps.items, *beyond = w->beyond.items;
    for (size_t variant = 0; variant < 2; variant++) {
        fab_study_layers layers = fab_study_point_layers(study, variant, 1);
        fab_study_layer_add(&layers, w->start.set);
        for (size_t i = 1; i < rows; i++) {
            const size_t count = w->steps.count;
            fab_study_layer_add(&layers, i <= count ? steps[i - 1].set : beyond[i - 1 - count].set);
        }
        fab_scenario scenario;
        fab_forecast forecast;
        ck_assert_int_eq(fab_study_compose(study, &layers, arena, &diagnostics, &scenario), FAB_OK);
        ck_assert_int_eq(fab_train_forecast(&scenario, arena, &forecast), FAB_OK);
        step_s[variant] = forecast.step_s;
    }
}

START_TEST(settings_add_up_row_by_row)
{
    const fab_study *study = good_study(SMALL_STUDY);
    const fab_study_result *result = good_result(SMALL_STUDY);
    static const char *const LABEL[] = {"bare", "with latency", "with optimizer", "hidden"};
    ck_assert_uint_eq(result->waterfall_count, 4);
    ck_assert_uint_eq(result->waterfall_target, 0);
    for (size_t i = 0; i < 4; i++) {
        const fab_waterfall_row *row = &result->waterfall[i];
        double step_s[2];
        step_times(study, i + 1, step_s);
        ck_assert_str_eq(row->label, LABEL[i]);
        ck_assert_double_eq_tol(row->ratio, step_s[0] / step_s[1], 1e-12);
        ck_assert(row->is_default == (i == 2));
        ck_assert(row->is_beyond == (i == 3));
        /* per token and layer: 16 micro-batches of 8192 tokens, 15 layers a stage */
        ck_assert_double_eq_tol(row->slow_s * 16 * 8192 * 15, step_s[0], 1e-9 * step_s[0]);
        ck_assert_double_eq_tol(row->fast_s * 16 * 8192 * 15, step_s[1], 1e-9 * step_s[1]);
        const double before = i > 0 ? result->waterfall[i - 1].ratio : row->ratio;
        ck_assert_double_eq_tol(row->change_ratio, row->ratio - before, 1e-12);
    }
    ck_assert_str_eq(result->waterfall[1].why, "w1");
    ck_assert_ptr_null(result->waterfall[2].why);
}
END_TEST

START_TEST(the_last_step_is_the_study)
{
    const fab_study_result *result = good_result(SMALL_STUDY);
    ck_assert_double_eq_tol(result->waterfall[2].ratio, result->targets[0].value_count, 1e-12);
}
END_TEST

/* a walk that ends elsewhere explains something else */
static const struct {
    const char *from, *to;
} ASTRAY[] = {
    {"    - {label: with optimizer, set: {assumptions: {effects: {optimizer: true}}}}\n", ""},
    {"    - {label: with latency, why: w1, set: {assumptions: {effects: {latency: true}}}}\n", ""},
    {"{effects: {optimizer: true}}", "{effects: {optimizer: true, attention_core: false}}"},
};

START_TEST(a_walk_that_does_not_arrive_is_refused)
{
    const fab_study_result *result = NULL;
    const fab_study *study = good_study(replaced(SMALL_STUDY, ASTRAY[_i].from, ASTRAY[_i].to));
    ck_assert_int_eq(fab_study_run(study, arena, &diagnostics, &result), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, "the last step of the waterfall gives a ratio");
    assert_contains(diagnostics.items[0].hint, "settings that are missing");
    assert_contains(text_at(diagnostics.items[0].position), "- {label: with");
}
END_TEST

START_TEST(a_row_that_cannot_exist_is_refused)
{
    const fab_study *study = NULL;
    const char *text =
        replaced(SMALL_STUDY, "{overlap: {expert: 1.0}}", "{overlap: {expert: 2.0}}");
    ck_assert_int_eq(read_study(text, &study), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, "expert");
    ck_assert(strncmp(text_at(diagnostics.items[0].position), "2.0", 3) == 0);
}
END_TEST

START_TEST(a_study_may_have_no_waterfall)
{
    const char *start = strstr(SMALL_STUDY, "waterfall:\n");
    const char *end = strstr(SMALL_STUDY, "remarks:\n");
    const fab_study_result *result = good_result(
        fab_arena_printf(arena, "%.*s%s", (int)(start - SMALL_STUDY), SMALL_STUDY, end));
    ck_assert_uint_eq(result->waterfall_count, 0);
    ck_assert_uint_eq(result->target_count, 4);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("waterfall");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, settings_add_up_row_by_row);
    tcase_add_test(tests, the_last_step_is_the_study);
    tcase_add_loop_test(tests, a_walk_that_does_not_arrive_is_refused, 0,
                        (int)FAB_TABLE_SIZE(ASTRAY));
    tcase_add_test(tests, a_row_that_cannot_exist_is_refused);
    tcase_add_test(tests, a_study_may_have_no_waterfall);
    return run_suite("waterfall", tests);
}

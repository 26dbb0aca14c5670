#include "study_fixture.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Low and high of the small study's two ranged targets by trying every combination. */
typedef struct extremes {
    double low[2], high[2];
    size_t points[2];
} extremes;

static void widen(extremes *all, size_t target, double value)
{
    const bool is_first = all->points[target]++ == 0;
    all->low[target] = is_first || value < all->low[target] ? value : all->low[target];
    all->high[target] = is_first || value > all->high[target] ? value : all->high[target];
}

/* one time, with the choice of each of the three stated ranges: 0 is the study's own */
static double time_at(const fab_study *study, const size_t choice[3], size_t variant, size_t value)
{
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    fab_study_layers layers = {.count = 0};
    fab_study_layer_add(&layers, fab_study_sweep_values(study, &count)[value].set);
    fab_study_layer_add(&layers, fab_study_variants(study, &count)[variant].set);
    for (size_t i = 0; i < 3; i++) {
        const fab_study_setting *settings = ranges[i].values.items;
        const fab_study_setting *sweep = fab_study_sweep_values(study, &count);
        const bool applies = ranges[i].at == NULL || strcmp(ranges[i].at, sweep[value].label) == 0;
        if (choice[i] > 0 && applies) {
            fab_study_layer_add(&layers, settings[choice[i] - 1].set);
        }
    }
    return time_of_layers(study, &layers);
}

static void try_choice(const fab_study *study, const size_t choice[3], extremes *all)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    double t[2][2];
    for (size_t variant = 0; variant < 2; variant++) {
        for (size_t value = 0; value < 2; value++) {
            t[variant][value] = time_at(study, choice, variant, value);
        }
    }
    fab_arena_reset(arena, mark);
    const bool few = t[0][0] > 0.0 && t[1][0] > 0.0, many = t[0][1] > 0.0 && t[1][1] > 0.0;
    if (many) {
        widen(all, 0, t[0][1] / t[1][1]);
    }
    /* a range that holds at one sweep value does not count for the growth */
    if (few && many && choice[1] == 0) {
        widen(all, 1, t[0][1] / t[1][1] / (t[0][0] / t[1][0]));
    }
}

static extremes brute_force(const fab_study *study)
{
    extremes all = {.points = {0}};
    for (size_t a = 0; a <= 2; a++) {
        for (size_t b = 0; b <= 1; b++) {
            for (size_t c = 0; c <= 1; c++) {
                try_choice(study, (const size_t[]){a, b, c}, &all);
            }
        }
    }
    return all;
}

START_TEST(ranges_equal_brute_force)
{
    const fab_study *study = good_study(SMALL_STUDY);
    const extremes want = brute_force(study);
    fab_study_target targets[4] = {
        {.low_count = -1}, {.low_count = -1}, {.low_count = -1}, {.low_count = -1}};
    size_t evaluations = 0;
    ck_assert_int_eq(fab_study_ranges_run(study, NULL, arena, targets, &evaluations), FAB_OK);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(targets[i].range_points, want.points[i]);
        ck_assert_double_eq_tol(targets[i].low_count, want.low[i], 1e-12);
        ck_assert_double_eq_tol(targets[i].high_count, want.high[i], 1e-12);
        ck_assert_double_lt(targets[i].low_count, targets[i].high_count);
    }
    /* the package with too little memory counts in no combination */
    ck_assert_uint_eq(want.points[0], 6);
    ck_assert_uint_eq(want.points[1], 3);
    /* 12 combinations: all four points, or for the uneven load only the two of T1 */
    ck_assert_uint_eq(evaluations, 6 * 4 + 6 * 2);

    /* targets without a range stay as they are */
    ck_assert_uint_eq(targets[2].range_points + targets[3].range_points, 0);
    ck_assert_double_eq(targets[2].low_count, -1.0);
}
END_TEST

/* a range at another sweep value does not move T1, whatever it does there */
START_TEST(a_range_holds_where_it_says)
{
    const fab_study *study = good_study(replaced(SMALL_STUDY, "    at: many\n", "    at: few\n"));
    const extremes want = brute_force(study);
    fab_study_target targets[4] = {{.id = NULL}};
    size_t evaluations = 0;
    ck_assert_int_eq(fab_study_ranges_run(study, NULL, arena, targets, &evaluations), FAB_OK);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(targets[i].range_points, want.points[i]);
        ck_assert_double_eq_tol(targets[i].low_count, want.low[i], 1e-12);
        ck_assert_double_eq_tol(targets[i].high_count, want.high[i], 1e-12);
    }
    fab_study_target moved[4] = {{.id = NULL}};
    ck_assert_int_eq(
        fab_study_ranges_run(good_study(SMALL_STUDY), NULL, arena, moved, &evaluations), FAB_OK);
    ck_assert(moved[0].low_count != targets[0].low_count ||
              moved[0].high_count != targets[0].high_count);
}
END_TEST

/* Half of the stages make 512 data-parallel ranks, too many for a batch of 256: each is possible
 * alone, both together are not. */
START_TEST(impossible_combinations_are_left_out)
{
    const char *text = replaced(SMALL_STUDY, "set: {assumptions: {overlap: {tensor: 0.5}}}",
                                "set: {mapping: {pp: 4}}");
    text = replaced(text, "set: {gpu: {base: study_package, memory: 90 GB}}",
                    "set: {job: {batch: 256}}");
    const fab_study *study = good_study(text);
    const extremes want = brute_force(study);
    fab_study_target targets[4] = {{.id = NULL}};
    size_t evaluations = 0;
    ck_assert_int_eq(fab_study_ranges_run(study, NULL, arena, targets, &evaluations), FAB_OK);
    ck_assert_uint_eq(targets[0].range_points, 12 - 2);
    ck_assert_uint_eq(targets[1].range_points, 6 - 1);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(targets[i].range_points, want.points[i]);
        ck_assert_double_eq_tol(targets[i].low_count, want.low[i], 1e-12);
        ck_assert_double_eq_tol(targets[i].high_count, want.high[i], 1e-12);
    }
    ck_assert_uint_eq(diagnostics.count, 0);
}
END_TEST

/* a value that is impossible alone is a mistake of the file, told once */
START_TEST(an_impossible_value_is_refused)
{
    const fab_study *study = NULL;
    const char *text = replaced(SMALL_STUDY, "set: {gpu: {base: study_package, memory: 90 GB}}",
                                "set: {mapping: {expert_order: strided, ep: 24}}");
    ck_assert_int_eq(read_study(text, &study), FAB_E_INPUT);
    assert_contains(diagnostics.items[0].message, "ep 24 does not divide");
    for (size_t i = 1; i < diagnostics.count; i++) {
        ck_assert_str_ne(diagnostics.items[i].message, diagnostics.items[i - 1].message);
    }
}
END_TEST

START_TEST(a_study_without_ranges_has_none)
{
    const char *start = strstr(SMALL_STUDY, "ranges:\n"), *end = strstr(SMALL_STUDY, "targets:\n");
    const char *text =
        fab_arena_printf(arena, "%.*s%s", (int)(start - SMALL_STUDY), SMALL_STUDY, end);
    const fab_study_result *result = good_result(text);
    for (size_t i = 0; i < result->target_count; i++) {
        const fab_study_target *t = &result->targets[i];
        ck_assert_uint_eq(t->range_points, 0);
        ck_assert_double_eq(t->low_count, t->value_count);
        ck_assert_double_eq(t->high_count, t->value_count);
    }
    ck_assert_uint_eq(result->sensitivity_count, 0);
}
END_TEST

/* The first study has many blocks of combinations, so that threads share them out. */
#ifdef _OPENMP
START_TEST(threads_change_nothing)
{
    const fab_study *study = NULL;
    ck_assert_int_eq(fab_study_load(catalog, FAB_SOURCE_DIR "/studies/moe-3d-optics.yaml", arena,
                                    &diagnostics, &study),
                     FAB_OK);
    size_t count;
    (void)fab_study_goals(study, &count);
    fab_study_target got[3][64];
    size_t evaluations[3] = {0};
    memset(got, 0, sizeof got);
    for (int i = 0; i < 3; i++) {
        omp_set_num_threads(1 << i);
        ck_assert_int_eq(fab_study_ranges_run(study, NULL, arena, got[i], &evaluations[i]), FAB_OK);
    }
    ck_assert(evaluations[0] > 1000 && got[0][1].range_points > 64);
    for (int i = 1; i < 3; i++) {
        ck_assert_uint_eq(evaluations[i], evaluations[0]);
        for (size_t t = 0; t < count; t++) {
            ck_assert_uint_eq(got[i][t].range_points, got[0][t].range_points);
            ck_assert(got[i][t].low_count == got[0][t].low_count);
            ck_assert(got[i][t].high_count == got[0][t].high_count);
        }
    }
}
END_TEST
#endif

/* the widest first; each row says what one range does alone */
START_TEST(each_range_is_shown_alone)
{
    const fab_study *study = good_study(SMALL_STUDY);
    const fab_study_result *result = good_result(SMALL_STUDY);
    /* all four for T1; the growth of T2 is not shown */
    ck_assert_uint_eq(result->sensitivity_count, 4);
    double last = 1e300;
    for (size_t i = 0; i < 4; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        ck_assert_uint_eq(row->target, 0);
        ck_assert(row->in_range == (strcmp(row->name, "order") != 0));
        ck_assert_str_eq(row->labels[0], "as studied");
        ck_assert_double_eq_tol(row->values_count[0], result->targets[0].value_count, 1e-12);
        const double swing = row->high_count - row->low_count;
        ck_assert_double_le(swing, last);
        last = swing;
        if (strcmp(row->name, "tensor hidden") == 0) {
            ck_assert_uint_eq(row->count, 3);
            ck_assert_str_eq(row->labels[2], "full");
            const size_t full[3] = {2, 0, 0};
            ck_assert_double_eq_tol(row->values_count[2],
                                    time_at(study, full, 0, 1) / time_at(study, full, 1, 1), 1e-12);
        } else if (strcmp(row->name, "memory") == 0) {
            ck_assert_uint_eq(row->count, 1); /* what does not fit has no entry */
            ck_assert_double_eq(swing, 0.0);
        } else {
            ck_assert_uint_eq(row->count, 2);
            ck_assert_double_gt(swing, 0.0);
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("ranges");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, ranges_equal_brute_force);
    tcase_add_test(tests, a_range_holds_where_it_says);
    tcase_add_test(tests, impossible_combinations_are_left_out);
    tcase_add_test(tests, an_impossible_value_is_refused);
    tcase_add_test(tests, a_study_without_ranges_has_none);
#ifdef _OPENMP
    tcase_add_test(tests, threads_change_nothing);
#endif
    tcase_add_test(tests, each_range_is_shown_alone);
    return run_suite("ranges", tests);
}

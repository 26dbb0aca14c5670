#include "study_fixture.h"

#include <math.h>

#include "search/space.h"

#ifdef _OPENMP
#include <omp.h>
#endif

/* Each point with its own best mapping. */

/* a job that is searched in a moment, on which the pods of 128 and 512 differ */
#define SEARCHED                                                                                   \
    "name: searched\n"                                                                             \
    "title: A searched study\n"                                                                    \
    "question: What is left?\n"                                                                    \
    "base:\n"                                                                                      \
    "  name: small base\n"                                                                         \
    "  gpu: study_package\n"                                                                       \
    "  fabric: study_copper_pod\n"                                                                 \
    "  model: {base: moe-4.7t-c4, layers: 12}\n"                                                   \
    "  job: {gpus: 2048, tokens: 1T, batch: 512, sequence: 8192}\n"                                \
    "  mapping: {tp: 16, pp: 1, ep: 32, expert_order: strided}\n"                                  \
    "sweep: {name: model, values: [{label: one}]}\n"                                               \
    "compare:\n"                                                                                   \
    "  - {label: copper, set: {fabric: study_copper_pod}}\n"                                       \
    "  - {label: optics, set: {fabric: study_optics_pod}}\n"                                       \
    "targets:\n"                                                                                   \
    "  - {id: T1, what: ratio, published: 2.7X, tag: P, source: paper, metric: time_ratio,\n"      \
    "     slow: copper, fast: optics, at: one}\n"                                                  \
    "  - {id: T2, what: pod, published: 8X, tag: P, source: paper, metric: domain_rate_ratio,\n"   \
    "     slow: copper, fast: optics}\n"                                                           \
    "best_mapping: true\n"

/* what a search of the point's scenario says, said again with nothing lost */
START_TEST(points_carry_what_a_search_finds)
{
    const fab_study_result *result = good_result(SEARCHED);
    size_t forecasts = result->point_count;
    for (size_t i = 0; i < result->point_count; i++) {
        const fab_study_point *point = &result->points[i];
        fab_search_result found;
        ck_assert_int_eq(fab_search_run(point->scenario, 3, arena, &found), FAB_OK);
        const fab_study_best *best = point->best;
        ck_assert(best != NULL && best->is_found);
        ck_assert_int_eq(fab_space_compare(&best->mapping, &found.rows[0].mapping), 0);
        ck_assert_mem_eq(&best->counts, &found.counts, sizeof(best->counts));
        ck_assert_int_eq(best->own_rank, found.own.rank);
        ck_assert_double_eq(best->forecast.step_s, found.rows[0].forecast.step_s);
        ck_assert_double_eq(best->ownership.time_to_train_s,
                            found.rows[0].ownership.time_to_train_s);
        /* the study's own is in the space */
        ck_assert_double_le(best->forecast.step_s, point->forecast.step_s);
        ck_assert_int_ge(best->own_rank, 1);
        forecasts += (size_t)best->counts.forecast;
    }
    ck_assert_uint_eq(result->evaluations, forecasts);
}
END_TEST

START_TEST(targets_have_the_ratio_of_the_best)
{
    const fab_study_result *result = good_result(SEARCHED);
    const double copper_s = result->points[0].best->ownership.time_to_train_s;
    const double optics_s = result->points[1].best->ownership.time_to_train_s;
    ck_assert(result->targets[0].has_best);
    ck_assert_double_eq_tol(result->targets[0].best_count, copper_s / optics_s, 1e-15);
    ck_assert_double_le(result->targets[0].best_count, result->targets[0].value_count);
    ck_assert(!result->targets[0].best_meets);
    /* pods do not depend on mappings */
    ck_assert(!result->targets[1].has_best && !result->targets[1].best_meets);

    const char *printed = fab_arena_printf(arena, "published: %.3fX", copper_s / optics_s);
    result = good_result(replaced(SEARCHED, "published: 2.7X", printed));
    ck_assert(result->targets[0].best_meets);
}
END_TEST

START_TEST(nothing_is_searched_unasked)
{
    for (int i = 0; i < 2; i++) {
        const fab_study_result *result = good_result(
            replaced(SEARCHED, "best_mapping: true\n", i == 0 ? "" : "best_mapping: false\n"));
        for (size_t p = 0; p < result->point_count; p++) {
            ck_assert_ptr_null(result->points[p].best);
            ck_assert_int_eq(result->points[p].groups[FAB_STUDY_GROUP_TENSOR].ranks, 16);
        }
        ck_assert(!result->targets[0].has_best);
        ck_assert_uint_eq(result->evaluations, result->point_count);
    }
}
END_TEST

/* 2,048 packages: tensor 16; expert 32 ranks 16 apart are 512 packages, four pods of 128 with 8 in
 * each or one of 512; data 128 ranks 16 apart, all 16 pods of 128 or 4 of 512; no pipeline */
START_TEST(groups_by_hand)
{
    static const int64_t WANT[2][FAB_STUDY_GROUP_COUNT][3] = {
        {{16, 1, 16}, {32, 4, 8}, {1, 1, 1}, {128, 16, 8}},
        {{16, 1, 16}, {32, 1, 32}, {1, 1, 1}, {128, 4, 32}},
    };
    const fab_study_result *result = good_result(replaced(SEARCHED, "best_mapping: true\n", ""));
    for (size_t p = 0; p < 2; p++) {
        for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
            const fab_placement *got = &result->points[p].groups[i];
            ck_assert_int_eq(got->ranks, WANT[p][i][0]);
            ck_assert_int_eq(got->domains, WANT[p][i][1]);
            ck_assert_int_eq(got->local_max, WANT[p][i][2]);
        }
    }
    ck_assert_str_eq(fab_study_group_text(FAB_STUDY_GROUP_TENSOR), "TP");
    ck_assert_str_eq(fab_study_group_text(FAB_STUDY_GROUP_DATA), "DP");
}
END_TEST

/* no mapping fits 1 GB: the search says so, and the target has no value with it */
START_TEST(nothing_may_be_found)
{
    const char *text = replaced(SEARCHED, "set: {fabric: study_optics_pod}",
                                "set: {fabric: study_optics_pod, gpu: {base: study_package, "
                                "memory: 1 GB}}");
    const fab_study_result *result = good_result(text);
    ck_assert(result->points[0].best->is_found);
    const fab_study_best *none = result->points[1].best;
    ck_assert(!none->is_found);
    ck_assert_int_eq(none->counts.feasible, 0);
    ck_assert_int_eq(none->own_rank, 0);
    ck_assert_int_gt(none->counts.forecast, 0);
    ck_assert(!result->targets[0].has_best);
}
END_TEST

/* 2^24 packages and sequences, and 30,000 layers: more than 20 million mappings */
START_TEST(too_many_mappings_are_refused)
{
    const fab_study_result *result = NULL;
    const fab_study *study = good_study(replaced(
        replaced(SEARCHED, "layers: 12}", "layers: 30000}"), "gpus: 2048, tokens: 1T, batch: 512",
        "gpus: 16777216, tokens: 1T, batch: 16777216"));
    ck_assert_int_eq(fab_study_run(study, arena, &diagnostics, &result), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 1);
    assert_contains(diagnostics.items[0].message, "`copper` at `one` has more than 20000000");
    ck_assert_int_eq(strncmp(text_at(diagnostics.items[0].position), "true", 4), 0);
}
END_TEST

#ifdef _OPENMP
START_TEST(threads_do_not_matter)
{
    const fab_study_result *one = NULL;
    for (int threads = 1; threads <= 4; threads++) {
        omp_set_num_threads(threads);
        const fab_study_result *result = good_result(SEARCHED);
        one = one == NULL ? result : one;
        for (size_t i = 0; i < result->point_count; i++) {
            const fab_study_best *got = result->points[i].best, *want = one->points[i].best;
            ck_assert_int_eq(fab_space_compare(&got->mapping, &want->mapping), 0);
            ck_assert_mem_eq(&got->counts, &want->counts, sizeof(got->counts));
            ck_assert_mem_eq(got->groups, want->groups, sizeof(got->groups));
            ck_assert_mem_eq(got->forecast.part_s, want->forecast.part_s,
                             sizeof(got->forecast.part_s));
        }
        ck_assert_mem_eq(&result->targets[0].best_count, &one->targets[0].best_count,
                         sizeof(double));
    }
}
END_TEST
#endif

int main(void)
{
    TCase *tests = tcase_create("best");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, points_carry_what_a_search_finds);
    tcase_add_test(tests, targets_have_the_ratio_of_the_best);
    tcase_add_test(tests, nothing_is_searched_unasked);
    tcase_add_test(tests, groups_by_hand);
    tcase_add_test(tests, nothing_may_be_found);
    tcase_add_test(tests, too_many_mappings_are_refused);
#ifdef _OPENMP
    tcase_add_test(tests, threads_do_not_matter);
#endif
    return run_suite("best", tests);
}

#include "study/evaluate.h"
#include "study/keep.h"

#include <assert.h>

#include "workload/workload.h"

/* Each point with its own best mapping beside the study's. */

#define GROUP_TEXT(id, text) text,

const char *fab_study_group_text(fab_study_group group)
{
    static const char *const TEXT[] = {FAB_STUDY_GROUP_LIST(GROUP_TEXT)};
    assert((int)group >= 0 && group < FAB_STUDY_GROUP_COUNT);
    return TEXT[group];
}

fab_status fab_study_place(const fab_scenario *scenario, fab_arena *arena,
                           fab_placement groups[FAB_STUDY_GROUP_COUNT])
{
    static const fab_group_kind KIND[FAB_STUDY_GROUP_COUNT] = {
        [FAB_STUDY_GROUP_TENSOR] = FAB_GROUP_TENSOR,
        [FAB_STUDY_GROUP_EXPERT] = FAB_GROUP_EXPERT,
        [FAB_STUDY_GROUP_PIPELINE] = FAB_GROUP_PIPELINE,
        [FAB_STUDY_GROUP_DATA] = FAB_GROUP_DATA,
    };
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_workload *workload = FAB_NEW(arena, fab_workload, 1);
    if (workload == NULL) {
        return FAB_E_NOMEM;
    }
    const fab_status status = fab_workload_place(scenario, workload);
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT && status == FAB_OK; i++) {
        groups[i] = workload->groups[KIND[i]];
    }
    fab_arena_reset(arena, mark);
    return status;
}

fab_status fab_study_best_find(const fab_scenario *scenario, fab_arena *arena, fab_study_best *out)
{
    assert(scenario && arena && out);
    *out = (fab_study_best){0};
    fab_search_result found;
    FAB_TRY(fab_search_run(scenario, 1, arena, &found));
    out->counts = found.counts;
    out->own_rank = found.own.rank;
    out->is_found = found.row_count > 0;
    if (!out->is_found) {
        return FAB_OK;
    }
    out->mapping = found.rows[0].mapping;
    out->forecast = found.rows[0].forecast;
    out->ownership = found.rows[0].ownership;
    fab_scenario mapped = *scenario;
    mapped.mapping = out->mapping;
    return fab_study_place(&mapped, arena, out->groups);
}

/* A point's best mapping from the store; its groups are counted again, which takes no time. */
static fab_status take_best(fab_study_store *keep, const fab_study_point *point, fab_arena *arena,
                            fab_study_best *best, bool *is_found_out)
{
    const int64_t variant = (int64_t)point->variant, value = (int64_t)point->value;
    fab_search_store_row search = {.variant = variant, .value = value};
    FAB_TRY(fab_keep_take_search(keep, &search, is_found_out));
    if (!*is_found_out) {
        return FAB_OK;
    }
    *best = search.best;
    if (!best->is_found) {
        return FAB_OK;
    }
    fab_point_row row = {.role = FAB_ROLE_BEST, .variant = variant, .value = value};
    FAB_TRY(fab_keep_take_point(keep, &row, is_found_out));
    if (!*is_found_out) {
        return FAB_OK;
    }
    best->mapping = row.mapping;
    best->forecast = row.forecast;
    best->ownership = row.ownership;
    fab_scenario mapped = *point->scenario;
    mapped.mapping = best->mapping;
    return fab_study_place(&mapped, arena, best->groups);
}

/* The point before the search that says whether there is one. */
static fab_status keep_best(fab_study_store *keep, const fab_study_point *point,
                            const fab_study_best *best)
{
    const int64_t variant = (int64_t)point->variant, value = (int64_t)point->value;
    if (best->is_found) {
        fab_scenario mapped = *point->scenario;
        mapped.mapping = best->mapping;
        fab_point_row row = {.role = FAB_ROLE_BEST,
                             .variant = variant,
                             .value = value,
                             .forecast = best->forecast,
                             .ownership = best->ownership};
        FAB_TRY(fab_keep_point(keep, &mapped, &row));
    }
    const fab_search_store_row search = {.variant = variant, .value = value, .best = *best};
    return fab_keep_search(keep, &search);
}

static fab_status refuse_space(const fab_study *study, fab_diagnostics *diagnostics,
                               const fab_study_point *point)
{
    size_t count;
    const char *variant = fab_study_variants(study, &count)[point->variant].label;
    const char *value = fab_study_sweep_values(study, &count)[point->value].label;
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                 fab_node_get(study->root, "best_mapping")->position,
                 "leave `best_mapping` out, or study a smaller job or model",
                 "`%s` at `%s` has more than %lld mappings to search", variant, value,
                 (long long)FAB_SEARCH_CANDIDATE_LIMIT);
    return FAB_E_INPUT;
}

fab_status fab_study_point_map(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                               fab_diagnostics *diagnostics, fab_study_point *point,
                               size_t *evaluations)
{
    FAB_TRY(fab_study_place(point->scenario, arena, point->groups));
    if (!study->file.best_mapping) {
        return FAB_OK;
    }
    fab_study_best *best = FAB_NEW(arena, fab_study_best, 1);
    if (best == NULL) {
        return FAB_E_NOMEM;
    }
    bool is_taken;
    FAB_TRY(take_best(keep, point, arena, best, &is_taken));
    if (!is_taken) {
        const fab_status status = fab_study_best_find(point->scenario, arena, best);
        if (status == FAB_E_RANGE) {
            return refuse_space(study, diagnostics, point);
        }
        FAB_TRY(status);
        FAB_TRY(keep_best(keep, point, best));
    }
    fab_keep_count(keep, is_taken, (size_t)best->counts.forecast);
    *evaluations += (size_t)best->counts.forecast;
    point->best = best;
    return FAB_OK;
}

fab_status fab_study_best_targets(const fab_study *study, const fab_study_result *result,
                                  fab_arena *arena, fab_study_target *targets)
{
    if (!study->file.best_mapping) {
        return FAB_OK;
    }
    const fab_arena_mark mark = fab_arena_save(arena);
    double *time_s = FAB_NEW(arena, double, result->point_count);
    if (time_s == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < result->point_count; i++) {
        const fab_study_best *best = result->points[i].best;
        time_s[i] = best->is_found ? best->ownership.time_to_train_s : 0.0;
    }
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    const fab_study_times times = {time_s, result->variant_count, result->sweep_count};
    for (size_t i = 0; i < count; i++) {
        targets[i].has_best =
            fab_study_goal_is_ranged(&goals[i]) &&
            fab_study_goal_value(study, &goals[i], &times, &targets[i].best_count);
    }
    fab_arena_reset(arena, mark);
    return FAB_OK;
}

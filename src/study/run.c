#include "study/evaluate.h"
#include "study/keep.h"

#include <assert.h>

#include <fabricast/fabric.h>

/* Evaluates a study: its points, then what the targets, ranges and waterfall make of them. */

fab_study_layers fab_study_point_layers(const fab_study *study, size_t variant, size_t value)
{
    size_t count;
    fab_study_layers layers = {.count = 0};
    fab_study_layer_add(&layers, fab_study_sweep_values(study, &count)[value].set);
    fab_study_layer_add(&layers, fab_study_variants(study, &count)[variant].set);
    return layers;
}

fab_status fab_study_evaluate(const fab_study *study, const fab_study_layers *layers,
                              fab_arena *arena, fab_diagnostics *diagnostics, fab_evaluation *out)
{
    FAB_TRY(fab_study_compose(study, layers, arena, diagnostics, &out->scenario));
    FAB_TRY(fab_train_forecast(&out->scenario, arena, &out->forecast));
    out->ownership = fab_ownership_forecast(&out->scenario, &out->forecast);
    return FAB_OK;
}

/* One point from the store, or worked out and kept there. */
static fab_status run_point(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                            fab_diagnostics *diagnostics, fab_study_point *point)
{
    const fab_study_layers layers = fab_study_point_layers(study, point->variant, point->value);
    fab_scenario *scenario = FAB_NEW(arena, fab_scenario, 1);
    if (scenario == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_study_compose(study, &layers, arena, diagnostics, scenario));
    point->scenario = scenario;
    bool is_found;
    fab_point_row row = {.role = FAB_ROLE_STUDIED,
                         .variant = (int64_t)point->variant,
                         .value = (int64_t)point->value};
    FAB_TRY(fab_keep_take_point(keep, &row, &is_found));
    if (!is_found) {
        FAB_TRY(fab_train_forecast(scenario, arena, &row.forecast));
        row.ownership = fab_ownership_forecast(scenario, &row.forecast);
        FAB_TRY(fab_keep_point(keep, scenario, &row));
    }
    fab_keep_count(keep, is_found, 1);
    point->forecast = row.forecast;
    point->ownership = row.ownership;
    return fab_keep_pause(keep);
}

static fab_status run_points(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                             fab_diagnostics *diagnostics, fab_study_result *result)
{
    fab_study_point *points =
        FAB_NEW(arena, fab_study_point, result->variant_count * result->sweep_count);
    if (points == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t variant = 0; variant < result->variant_count; variant++) {
        for (size_t value = 0; value < result->sweep_count; value++) {
            fab_study_point *point = &points[result->point_count++];
            *point = (fab_study_point){.variant = variant, .value = value};
            FAB_TRY(run_point(study, keep, arena, diagnostics, point));
            result->evaluations++;
            FAB_TRY(
                fab_study_point_map(study, keep, arena, diagnostics, point, &result->evaluations));
            FAB_TRY(fab_study_point_simulate(study, keep, arena, point));
            FAB_TRY(fab_keep_pause(keep));
        }
    }
    result->points = points;
    return FAB_OK;
}

static const char *title_of(const fab_study_setting *setting)
{
    return setting->title != NULL ? setting->title : setting->label;
}

static fab_status name_parts(const fab_study *study, fab_arena *arena, fab_study_result *result)
{
    const fab_study_setting *variants = fab_study_variants(study, &result->variant_count);
    const fab_study_setting *values = fab_study_sweep_values(study, &result->sweep_count);
    result->remark_count = study->file.remarks.count;
    fab_study_variant *variant = FAB_NEW(arena, fab_study_variant, result->variant_count);
    const char **label = FAB_NEW(arena, const char *, result->sweep_count);
    const char **title = FAB_NEW(arena, const char *, result->sweep_count);
    result->remarks = fab_study_remarks(study->file.remarks, arena);
    if (variant == NULL || label == NULL || title == NULL || result->remarks == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < result->variant_count; i++) {
        variant[i] = (fab_study_variant){variants[i].label, title_of(&variants[i])};
    }
    for (size_t i = 0; i < result->sweep_count; i++) {
        label[i] = values[i].label;
        title[i] = title_of(&values[i]);
    }
    result->variants = variant;
    result->sweep_labels = label;
    result->sweep_titles = title;
    return FAB_OK;
}

/* Aggregate bandwidth of one inner domain, the fast variant's over the slow one's. */
static double domain_rate_ratio(const fab_study *study, const fab_study_goal *goal,
                                const fab_study_result *result)
{
    size_t count;
    const fab_study_setting *variants = fab_study_variants(study, &count);
    const size_t slow = fab_study_find(variants, count, goal->slow);
    const size_t fast = fab_study_find(variants, count, goal->fast);
    const fab_study_point *slow_point = &result->points[slow * result->sweep_count];
    const fab_study_point *fast_point = &result->points[fast * result->sweep_count];
    return fab_tier_domain_rate_bps(&fast_point->scenario->fabric.tiers[0]) /
           fab_tier_domain_rate_bps(&slow_point->scenario->fabric.tiers[0]);
}

static fab_status fill_target(const fab_study *study, const fab_study_goal *goal, size_t index,
                              const fab_study_times *times, const fab_study_result *result,
                              fab_arena *arena, fab_diagnostics *diagnostics,
                              fab_study_target *target)
{
    *target = (fab_study_target){.id = goal->id,
                                 .what = goal->what,
                                 .published = goal->published,
                                 .tag = goal->tag,
                                 .source = goal->source};
    if (!fab_study_published_read(goal->published, arena, &target->published_low_count,
                                  &target->published_high_count, &target->has_published_high,
                                  &target->unit)) {
        const fab_node *list = fab_node_get(study->root, "targets");
        const fab_node *node = fab_node_get(list->items[index], "published");
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, node->position,
                     "write it as printed: 2.7X, 1.5 kW, or monotone",
                     "`%s` is not a published result that can be compared", goal->published);
        return FAB_E_INPUT;
    }
    if (goal->metric == FAB_METRIC_DOMAIN_RATE_RATIO) {
        target->value_count = domain_rate_ratio(study, goal, result);
    } else {
        const bool is_known = fab_study_goal_value(study, goal, times, &target->value_count);
        assert(is_known);
        (void)is_known;
    }
    target->low_count = target->value_count;
    target->high_count = target->value_count;
    fab_study_goal_catalog_range(study, goal, &target->low_count, &target->high_count);
    return FAB_OK;
}

static bool meets(const fab_study_target *target, double value_count)
{
    return value_count >= target->published_low_count &&
           (!target->has_published_high || value_count <= target->published_high_count);
}

static void judge(fab_study_target *target)
{
    const double high =
        target->has_published_high ? target->published_high_count : target->high_count;
    target->value_meets = meets(target, target->value_count);
    target->best_meets = target->has_best && meets(target, target->best_count);
    target->ok = target->high_count >= target->published_low_count && target->low_count <= high;
}

/* Rows come by target, the one that moves it most first; one that moves nothing is no answer. */
static void name_movers(const fab_study_result *result, fab_study_target *targets)
{
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        fab_study_target *target = &targets[row->target];
        if (!target->has_mover && row->high_count > row->low_count) {
            target->has_mover = true;
            target->mover = i;
        }
    }
}

static fab_status run_targets(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                              fab_diagnostics *diagnostics, fab_study_result *result)
{
    const fab_study_goal *goals = fab_study_goals(study, &result->target_count);
    fab_study_target *targets = FAB_NEW(arena, fab_study_target, result->target_count);
    double *time_s = FAB_NEW(arena, double, result->point_count);
    if (targets == NULL || time_s == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < result->point_count; i++) {
        time_s[i] = result->points[i].ownership.time_to_train_s;
    }
    const fab_study_times times = {time_s, result->variant_count, result->sweep_count};
    fab_status status = FAB_OK;
    for (size_t i = 0; i < result->target_count; i++) {
        const fab_status one =
            fill_target(study, &goals[i], i, &times, result, arena, diagnostics, &targets[i]);
        status = status == FAB_OK ? one : status;
    }
    FAB_TRY(status);
    FAB_TRY(fab_study_best_targets(study, result, arena, targets));
    FAB_TRY(fab_study_ranges_run(study, keep, arena, targets, &result->evaluations));
    for (size_t i = 0; i < result->target_count; i++) {
        judge(&targets[i]);
    }
    result->targets = targets;
    FAB_TRY(fab_study_sensitivity_run(study, keep, arena, diagnostics, targets, result));
    name_movers(result, targets);
    return FAB_OK;
}

static fab_status run_all(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                          fab_diagnostics *diagnostics, const fab_study_result **result_out)
{
    assert(study && arena && diagnostics && result_out);
    fab_study_result *result = FAB_NEW(arena, fab_study_result, 1);
    if (result == NULL) {
        return FAB_E_NOMEM;
    }
    result->file_name = study->file_name;
    result->name = study->file.name;
    result->title = study->file.title;
    result->question = study->file.question;
    result->sweep_name = study->file.sweep.name;
    FAB_TRY(name_parts(study, arena, result));
    FAB_TRY(run_points(study, keep, arena, diagnostics, result));
    FAB_TRY(run_targets(study, keep, arena, diagnostics, result));
    FAB_TRY(fab_study_waterfall_run(study, keep, arena, diagnostics, result));
    FAB_TRY(fab_study_pods_run(study, arena, result));
    *result_out = result;
    return fab_keep_result(keep, result);
}

fab_status fab_study_run(const fab_study *study, fab_arena *arena, fab_diagnostics *diagnostics,
                         const fab_study_result **result_out)
{
    return run_all(study, NULL, arena, diagnostics, result_out);
}

fab_status fab_study_run_stored(const fab_study *study, fab_study_store *store,
                                fab_study_wants_stop wants_stop, void *context, fab_arena *arena,
                                fab_diagnostics *diagnostics, const fab_study_result **result_out)
{
    assert(store);
    store->wants_stop = wants_stop;
    store->context = context;
    return run_all(study, store, arena, diagnostics, result_out);
}

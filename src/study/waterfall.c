#include "study/evaluate.h"
#include "study/keep.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* One target's ratio, from the first row's simple model to the study's own settings and beyond. */

typedef struct fab_walk {
    const fab_study *study;
    fab_study_store *keep;
    size_t slow, fast, value; /* the target's variants and sweep value */
    fab_study_layers added;   /* settings of the rows so far */
    fab_arena *arena;
    fab_diagnostics *diagnostics;
    fab_study_result *result;
    fab_waterfall_row *rows;
} fab_walk;

/* Step time, and the same per token and layer of a pipeline stage. */
static fab_status evaluate(fab_walk *walk, fab_trial *trial)
{
    const fab_arena_mark mark = fab_arena_save(walk->arena);
    fab_study_layers layers =
        fab_study_point_layers(walk->study, (size_t)trial->variant, walk->value);
    for (size_t i = 0; i < walk->added.count; i++) {
        fab_study_layer_add(&layers, walk->added.sets[i]);
    }
    fab_evaluation evaluation;
    const size_t errors = walk->diagnostics->errors;
    const fab_status status =
        fab_study_evaluate(walk->study, &layers, walk->arena, walk->diagnostics, &evaluation);
    if (status != FAB_OK) {
        return status;
    }
    assert(walk->diagnostics->errors == errors);
    const fab_scenario *scenario = &evaluation.scenario;
    const double stage_tokens =
        (double)(fab_scenario_tokens_per_step(scenario) / scenario->mapping.dp) /
        (double)scenario->mapping.cp;
    const double stage_layers = (double)scenario->model.layers / (double)scenario->mapping.pp;
    trial->is_feasible = evaluation.forecast.is_feasible;
    trial->step_s = evaluation.forecast.step_s;
    trial->layer_token_s = trial->step_s / (stage_tokens * stage_layers);
    trial->time_to_train_s = trial->is_feasible ? evaluation.ownership.time_to_train_s : 0.0;
    fab_arena_reset(walk->arena, mark);
    return FAB_OK;
}

static fab_status walk_time(fab_walk *walk, size_t variant, double *layer_token_s, double *step_s)
{
    fab_trial trial = {.kind = FAB_TRIAL_WATERFALL,
                       .number = (int64_t)walk->result->waterfall_count,
                       .variant = (int64_t)variant,
                       .value = (int64_t)walk->value};
    FAB_TRY(fab_keep_take_trial(walk->keep, &trial));
    if (!trial.is_known) {
        FAB_TRY(evaluate(walk, &trial));
        FAB_TRY(fab_keep_trial(walk->keep, &trial));
    }
    walk->result->evaluations++;
    *layer_token_s = trial.layer_token_s;
    *step_s = trial.step_s;
    return FAB_OK;
}

static fab_status walk_row(fab_walk *walk, const fab_study_setting *setting, bool is_default,
                           bool is_beyond)
{
    double slow_step_s, fast_step_s;
    fab_study_layer_add(&walk->added, setting->set);
    fab_waterfall_row *row = &walk->rows[walk->result->waterfall_count];
    *row = (fab_waterfall_row){.label = setting->label,
                               .why = setting->why,
                               .is_default = is_default,
                               .is_beyond = is_beyond};
    FAB_TRY(fab_keep_setting(walk->keep, FAB_TRIAL_WATERFALL,
                             (int64_t)walk->result->waterfall_count, setting->label));
    FAB_TRY(walk_time(walk, walk->slow, &row->slow_s, &slow_step_s));
    FAB_TRY(walk_time(walk, walk->fast, &row->fast_s, &fast_step_s));
    row->ratio = slow_step_s / fast_step_s;
    row->change_ratio = walk->result->waterfall_count == 0 ? 0.0 : row->ratio - row[-1].ratio;
    walk->result->waterfall_count++;
    return fab_keep_pause(walk->keep);
}

/* The last step must be the study itself, or the walk explains something else. */
static fab_status check_arrival(const fab_walk *walk, double target)
{
    const fab_waterfall_row *last = &walk->rows[walk->result->waterfall_count - 1];
    if (fabs(last->ratio - target) <= 1e-9 * target) {
        return FAB_OK;
    }
    const fab_node *node = fab_node_get(fab_node_get(walk->study->root, "waterfall"), "steps");
    fab_diagnose(walk->diagnostics, FAB_SEVERITY_ERROR,
                 node != NULL ? node->position : walk->study->root->position,
                 "add the settings that are missing, or take out those that the study has not",
                 "the last step of the waterfall gives a ratio of %.4f, the study itself %.4f",
                 last->ratio, target);
    return FAB_E_INPUT;
}

static fab_status walk_all(fab_walk *walk, double target)
{
    const fab_study_waterfall *file = &walk->study->file.waterfall;
    const fab_study_setting *steps = file->steps.items;
    const fab_study_setting *beyond = file->beyond.items;
    FAB_TRY(walk_row(walk, &file->start, false, false));
    for (size_t i = 0; i < file->steps.count; i++) {
        FAB_TRY(walk_row(walk, &steps[i], i + 1 == file->steps.count, false));
    }
    FAB_TRY(check_arrival(walk, target));
    for (size_t i = 0; i < file->beyond.count; i++) {
        FAB_TRY(walk_row(walk, &beyond[i], false, true));
    }
    return FAB_OK;
}

fab_status fab_study_waterfall_run(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                                   fab_diagnostics *diagnostics, fab_study_result *result)
{
    const fab_study_waterfall *file = &study->file.waterfall;
    if (file->target == NULL) {
        return FAB_OK;
    }
    size_t goals, variants, values;
    const fab_study_goal *goal = fab_study_goals(study, &goals);
    const fab_study_setting *variant = fab_study_variants(study, &variants);
    const fab_study_setting *value = fab_study_sweep_values(study, &values);
    size_t index = 0;
    while (strcmp(goal[index].id, file->target) != 0) {
        index++;
    }
    fab_walk walk = {.study = study,
                     .keep = keep,
                     .slow = fab_study_find(variant, variants, goal[index].slow),
                     .fast = fab_study_find(variant, variants, goal[index].fast),
                     .value = fab_study_find(value, values, goal[index].at),
                     .arena = arena,
                     .diagnostics = diagnostics,
                     .result = result};
    walk.rows = FAB_NEW(arena, fab_waterfall_row, 1 + file->steps.count + file->beyond.count);
    if (walk.rows == NULL) {
        return FAB_E_NOMEM;
    }
    result->waterfall = walk.rows;
    result->waterfall_target = index;
    return walk_all(&walk, result->targets[index].value_count);
}

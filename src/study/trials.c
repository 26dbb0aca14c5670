#include "study/trials.h"

#include <string.h>

#include "config/echo.h"
#include "study/evaluate.h"

/* One choice of a study's ranges at every point that a target needs. */

bool fab_choice_is_partial(const fab_study *study, const fab_choice *choice)
{
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].at != NULL && choice->digits[i] > 0) {
            return true;
        }
    }
    return false;
}

static fab_study_layers layers_of(const fab_study *study, const fab_choice *choice, size_t variant,
                                  size_t value)
{
    size_t count, values;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    const fab_study_setting *sweep = fab_study_sweep_values(study, &values);
    fab_study_layers layers = fab_study_point_layers(study, variant, value);
    for (size_t i = 0; i < count; i++) {
        const bool applies = ranges[i].at == NULL || strcmp(ranges[i].at, sweep[value].label) == 0;
        if (choice->digits[i] > 0 && applies) {
            const fab_study_setting *settings = ranges[i].values.items;
            fab_study_layer_add(&layers, settings[choice->digits[i] - 1].set);
        }
    }
    return layers;
}

static bool is_needed(const fab_study *study, bool is_partial, size_t variant, size_t value)
{
    size_t count;
    const fab_study_goal *goals = fab_study_goals(study, &count);
    for (size_t i = 0; i < count; i++) {
        const bool counts = goals[i].metric != FAB_METRIC_GAIN_GROWS || !is_partial;
        if (counts && fab_study_goal_needs(study, &goals[i], variant, value)) {
            return true;
        }
    }
    return false;
}

/* Works out one trial; its times stay 0 when the scenario cannot be made or does not fit its memory
 * or fabric. What is wrong with a scenario is kept in `diagnostics`, if there are any; they live in
 * the arena, which is then not reset. */
static fab_status evaluate(const fab_study *study, const fab_study_layers *layers, fab_arena *arena,
                           fab_diagnostics *diagnostics, fab_trial *trial)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_diagnostics unheard = fab_diagnostics_make(arena);
    fab_diagnostics *list = diagnostics != NULL ? diagnostics : &unheard;
    fab_evaluation evaluation;
    const fab_status status = fab_study_evaluate(study, layers, arena, list, &evaluation);
    if (status == FAB_OK) {
        trial->is_feasible = evaluation.forecast.is_feasible;
        trial->step_s = evaluation.forecast.step_s;
        trial->time_to_train_s = trial->is_feasible ? evaluation.ownership.time_to_train_s : 0.0;
    }
    if (status == FAB_OK || diagnostics == NULL) {
        fab_arena_reset(arena, mark);
    }
    return status == FAB_E_NOMEM ? status : FAB_OK;
}

fab_trials fab_trials_of(const fab_study *study, fab_study_store *keep, const char *kind,
                         size_t *evaluations)
{
    fab_trials trials = {.study = study, .keep = keep, .kind = kind, .evaluations = evaluations};
    (void)fab_study_variants(study, &trials.variants);
    (void)fab_study_sweep_values(study, &trials.values);
    return trials;
}

typedef struct fab_named_choice {
    const fab_trials *trials;
    const fab_choice *choice;
} fab_named_choice;

/* What is set, for readers: range and label. */
static void write_choice(fab_echo *echo, const void *what)
{
    const fab_trials *trials = ((const fab_named_choice *)what)->trials;
    const fab_choice *choice = ((const fab_named_choice *)what)->choice;
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(trials->study, &count);
    fab_echo_open(echo, '{');
    for (size_t i = 0; i < count; i++) {
        const fab_study_setting *settings = ranges[i].values.items;
        if (choice->digits[i] > 0) {
            fab_echo_key(echo, ranges[i].name);
            fab_echo_text(echo, settings[choice->digits[i] - 1].label);
        }
    }
    fab_echo_close(echo, '}');
}

/* Takes what the store has of one choice. */
fab_status fab_trials_take(const fab_trials *trials, const fab_choice *choice, size_t number,
                           fab_trial *trial)
{
    const bool is_partial = fab_choice_is_partial(trials->study, choice);
    for (size_t variant = 0; variant < trials->variants; variant++) {
        for (size_t value = 0; value < trials->values; value++, trial++) {
            *trial = (fab_trial){.kind = trials->kind,
                                 .number = (int64_t)number,
                                 .variant = (int64_t)variant,
                                 .value = (int64_t)value};
            trial->is_needed = is_needed(trials->study, is_partial, variant, value);
            if (trial->is_needed) {
                FAB_TRY(fab_keep_take_trial(trials->keep, trial));
                *trials->evaluations += 1;
            }
        }
    }
    return FAB_OK;
}

/* Works out what is missing of one choice. A setting that is wrong is wrong at every point: said
 * once, it is enough. */
fab_status fab_trials_fill(const fab_trials *trials, const fab_choice *choice, fab_arena *arena,
                           fab_diagnostics *diagnostics, fab_trial *trial)
{
    const size_t errors = diagnostics != NULL ? diagnostics->errors : 0;
    for (size_t i = 0; i < trials->variants * trials->values; i++, trial++) {
        if (!trial->is_needed || trial->is_known) {
            continue;
        }
        const fab_study_layers layers =
            layers_of(trials->study, choice, (size_t)trial->variant, (size_t)trial->value);
        FAB_TRY(evaluate(trials->study, &layers, arena, diagnostics, trial));
        if (diagnostics != NULL && diagnostics->errors > errors) {
            return FAB_OK;
        }
    }
    return FAB_OK;
}

/* Keeps what was missing of one choice, the setting first. */
fab_status fab_trials_keep(const fab_trials *trials, const fab_choice *choice, fab_arena *arena,
                           const fab_trial *trial)
{
    bool is_told = false;
    for (size_t i = 0; i < trials->variants * trials->values && trials->keep != NULL;
         i++, trial++) {
        if (!trial->is_needed || trial->is_known) {
            continue;
        }
        if (!is_told) {
            const fab_arena_mark mark = fab_arena_save(arena);
            const fab_named_choice named = {trials, choice};
            const char *text = NULL;
            FAB_TRY(fab_echo_make(write_choice, &named, arena, &text));
            FAB_TRY(fab_keep_setting(trials->keep, trials->kind, trial->number, text));
            fab_arena_reset(arena, mark);
            is_told = true;
        }
        FAB_TRY(fab_keep_trial(trials->keep, trial));
    }
    return FAB_OK;
}

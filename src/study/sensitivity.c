#include "study/evaluate.h"
#include "study/trials.h"

#include <string.h>

/* Each range alone: what moves a target most. */

/* Numbers of a range's trials alone: its own as studied, then its alternatives. */
static size_t first_number(const fab_study_range *ranges, size_t range_index)
{
    size_t number = 0;
    for (size_t i = 0; i < range_index; i++) {
        number += 1 + ranges[i].values.count;
    }
    return number;
}

/* The study's own setting of one range and each alternative; times by alternative, then point. */
static fab_status run_alone(const fab_trials *trials, size_t range_index, fab_arena *arena,
                            fab_diagnostics *diagnostics, double *time_s)
{
    size_t range_count;
    const fab_study_range *ranges = fab_study_ranges(trials->study, &range_count);
    const size_t points = trials->variants * trials->values;
    fab_trial *trial = FAB_NEW(arena, fab_trial, points);
    if (trial == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i <= ranges[range_index].values.count; i++) {
        fab_choice choice = {{0}};
        choice.digits[range_index] = i;
        const size_t errors = diagnostics->errors;
        FAB_TRY(fab_trials_take(trials, &choice, first_number(ranges, range_index) + i, trial));
        FAB_TRY(fab_trials_fill(trials, &choice, arena, diagnostics, trial));
        if (diagnostics->errors == errors) {
            FAB_TRY(fab_trials_keep(trials, &choice, arena, trial));
        }
        for (size_t point = 0; point < points; point++) {
            time_s[i * points + point] = trial[point].time_to_train_s;
        }
    }
    return fab_keep_pause(trials->keep);
}

/* Fills one row per target that the range moves. */
static fab_status one_range(const fab_trials *trials, size_t range_index, fab_arena *arena,
                            fab_diagnostics *diagnostics, const fab_study_target *targets,
                            fab_sensitivity_row *rows, size_t *row_count)
{
    const fab_study *study = trials->study;
    const size_t variants = trials->variants, value_count = trials->values;
    size_t goal_count, range_count;
    const fab_study_goal *goals = fab_study_goals(study, &goal_count);
    const fab_study_range *range = &fab_study_ranges(study, &range_count)[range_index];
    const fab_study_setting *settings = range->values.items;
    const size_t alternatives = range->values.count;
    double *time_s = FAB_NEW(arena, double, (alternatives + 1) * variants * value_count);
    if (time_s == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(run_alone(trials, range_index, arena, diagnostics, time_s));
    for (size_t goal = 0; goal < goal_count; goal++) {
        if (goals[goal].metric != FAB_METRIC_TIME_RATIO ||
            (range->at != NULL && strcmp(range->at, goals[goal].at) != 0)) {
            continue;
        }
        const char **labels = FAB_NEW(arena, const char *, alternatives + 1);
        double *values = FAB_NEW(arena, double, alternatives + 1);
        if (labels == NULL || values == NULL) {
            return FAB_E_NOMEM;
        }
        fab_sensitivity_row row = {.target = goal,
                                   .name = range->name,
                                   .why = range->why,
                                   .labels = labels,
                                   .values_count = values,
                                   .low_count = targets[goal].value_count,
                                   .high_count = targets[goal].value_count,
                                   .in_range = range->is_stated};
        for (size_t i = 0; i <= alternatives; i++) {
            const fab_study_times times = {time_s + i * variants * value_count, variants,
                                           value_count};
            double value;
            if (!fab_study_goal_value(study, &goals[goal], &times, &value)) {
                continue; /* an alternative that cannot be built has no row entry */
            }
            labels[row.count] = i == 0 ? "as studied" : settings[i - 1].label;
            values[row.count++] = value;
            row.low_count = value < row.low_count ? value : row.low_count;
            row.high_count = value > row.high_count ? value : row.high_count;
        }
        rows[(*row_count)++] = row;
    }
    return FAB_OK;
}

/* By target, then the widest swing first, then the order of the file (the rows come in it). */
static void sort_rows(fab_sensitivity_row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const fab_sensitivity_row row = rows[i];
        const double swing = row.high_count - row.low_count;
        size_t place = i;
        while (place > 0 && (rows[place - 1].target > row.target ||
                             (rows[place - 1].target == row.target &&
                              rows[place - 1].high_count - rows[place - 1].low_count < swing))) {
            rows[place] = rows[place - 1];
            place--;
        }
        rows[place] = row;
    }
}

fab_status fab_study_sensitivity_run(const fab_study *study, fab_study_store *keep,
                                     fab_arena *arena, fab_diagnostics *diagnostics,
                                     const fab_study_target *targets, fab_study_result *result)
{
    size_t goal_count, range_count;
    (void)fab_study_goals(study, &goal_count);
    (void)fab_study_ranges(study, &range_count);
    fab_sensitivity_row *rows = FAB_NEW(arena, fab_sensitivity_row, goal_count * range_count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    const fab_trials trials = fab_trials_of(study, keep, FAB_TRIAL_ALONE, &result->evaluations);
    const size_t errors = diagnostics->errors;
    size_t count = 0;
    for (size_t i = 0; i < range_count; i++) {
        FAB_TRY(one_range(&trials, i, arena, diagnostics, targets, rows, &count));
    }
    sort_rows(rows, count);
    result->sensitivities = rows;
    result->sensitivity_count = count;
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}

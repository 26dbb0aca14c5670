#include "study/evaluate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Combinations of the stated ranges, and each range alone. */

/* Enough for a factorial of a dozen assumptions; more is a mistake of the study file. */
#define COMBINATION_LIMIT    1000000u
#define WORKER_ARENA_BYTE    ((size_t)64 << 20)
#define COMBINATIONS_A_BLOCK 64u

/* The choice of each range: 0 is the study's own setting, i the i-th alternative. */
typedef struct fab_choice {
    size_t digits[64];
} fab_choice;

static size_t combination_count(const fab_study *study)
{
    size_t count, total = 1;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    for (size_t i = 0; i < count; i++) {
        total *= ranges[i].is_stated ? 1 + ranges[i].values.count : 1;
        if (total > COMBINATION_LIMIT) {
            return COMBINATION_LIMIT + 1;
        }
    }
    return total;
}

static fab_choice choice_of(const fab_study *study, size_t combination)
{
    size_t count;
    const fab_study_range *ranges = fab_study_ranges(study, &count);
    fab_choice choice = {{0}};
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].is_stated) {
            choice.digits[i] = combination % (1 + ranges[i].values.count);
            combination /= 1 + ranges[i].values.count;
        }
    }
    return choice;
}

/* A range that holds at one sweep value alone makes a sweep uneven. */
static bool choice_is_partial(const fab_study *study, const fab_choice *choice)
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

/* The time to train of one point under one choice, 0 when its scenario cannot be made or does not
 * fit its memory or fabric. What is wrong with a scenario is kept in `diagnostics`, if there are
 * any; they live in the arena, which is then not reset. */
static fab_status point_time(const fab_study *study, const fab_study_layers *layers,
                             fab_arena *arena, fab_diagnostics *diagnostics, double *time_s)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_diagnostics unheard = fab_diagnostics_make(arena);
    fab_diagnostics *list = diagnostics != NULL ? diagnostics : &unheard;
    fab_evaluation evaluation;
    const fab_status status = fab_study_evaluate(study, layers, arena, list, &evaluation);
    if (status == FAB_OK && evaluation.forecast.is_feasible) {
        *time_s = evaluation.ownership.time_to_train_s;
    }
    if (status == FAB_OK || diagnostics == NULL) {
        fab_arena_reset(arena, mark);
    }
    return status == FAB_E_NOMEM ? status : FAB_OK;
}

/* Forecasts what the targets need under one choice. */
static fab_status times_of(const fab_study *study, const fab_choice *choice, fab_arena *arena,
                           fab_diagnostics *diagnostics, double *time_s, size_t *evaluations)
{
    size_t variants, values;
    (void)fab_study_variants(study, &variants);
    (void)fab_study_sweep_values(study, &values);
    const bool is_partial = choice_is_partial(study, choice);
    const size_t errors = diagnostics != NULL ? diagnostics->errors : 0;
    for (size_t variant = 0; variant < variants; variant++) {
        for (size_t value = 0; value < values; value++) {
            double *out = &time_s[variant * values + value];
            *out = 0.0;
            if (!is_needed(study, is_partial, variant, value)) {
                continue;
            }
            const fab_study_layers layers = layers_of(study, choice, variant, value);
            FAB_TRY(point_time(study, &layers, arena, diagnostics, out));
            *evaluations += 1;
            /* a setting that is wrong is wrong at every point: said once, it is enough */
            if (diagnostics != NULL && diagnostics->errors > errors) {
                return FAB_OK;
            }
        }
    }
    return FAB_OK;
}

/* What one worker has found; extremes merge in any order to the same result. */
typedef struct fab_extremes {
    double low, high;
    size_t points;
} fab_extremes;

static void widen(fab_extremes *extremes, double value)
{
    if (extremes->points == 0 || value < extremes->low) {
        extremes->low = value;
    }
    if (extremes->points == 0 || value > extremes->high) {
        extremes->high = value;
    }
    extremes->points++;
}

static void merge(fab_extremes *into, const fab_extremes *from)
{
    if (from->points == 0) {
        return;
    }
    const size_t points = into->points + from->points;
    widen(into, from->low);
    widen(into, from->high);
    into->points = points;
}

/* One block of combinations on its own arena. */
static fab_status run_block(const fab_study *study, size_t first, size_t end,
                            fab_extremes *extremes, size_t *evaluations)
{
    size_t goal_count, variants, values;
    const fab_study_goal *goals = fab_study_goals(study, &goal_count);
    (void)fab_study_variants(study, &variants);
    (void)fab_study_sweep_values(study, &values);
    fab_arena *arena = fab_arena_create(WORKER_ARENA_BYTE);
    double *time_s = arena == NULL ? NULL : FAB_NEW(arena, double, variants *values);
    fab_status status = time_s == NULL ? FAB_E_NOMEM : FAB_OK;
    for (size_t combination = first; combination < end && status == FAB_OK; combination++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        const fab_choice choice = choice_of(study, combination);
        status = times_of(study, &choice, arena, NULL, time_s, evaluations);
        const fab_study_times times = {time_s, variants, values};
        for (size_t i = 0; i < goal_count && status == FAB_OK; i++) {
            double value;
            const bool counts =
                fab_study_goal_is_ranged(&goals[i]) &&
                (goals[i].metric != FAB_METRIC_GAIN_GROWS || !choice_is_partial(study, &choice));
            if (counts && fab_study_goal_value(study, &goals[i], &times, &value)) {
                widen(&extremes[i], value);
            }
        }
        fab_arena_reset(arena, mark);
    }
    fab_arena_destroy(arena);
    return status;
}

/* What came of one block. */
typedef struct fab_block_result {
    fab_extremes *extremes; /* by target */
    size_t evaluations;
    fab_status status;
} fab_block_result;

static fab_block_result *make_results(fab_arena *arena, size_t blocks, size_t goals)
{
    fab_block_result *results = FAB_NEW(arena, fab_block_result, blocks);
    fab_extremes *extremes = FAB_NEW(arena, fab_extremes, blocks * goals);
    if (results == NULL || extremes == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < blocks; i++) {
        results[i].extremes = extremes + i * goals;
    }
    return results;
}

/* Blocks in any order on all cores, each with its own place for what it finds. */
static void run_blocks(const fab_study *study, fab_block_result *results, size_t blocks,
                       size_t total)
{
    const long count = (long)blocks;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic)
#endif
    for (long block = 0; block < count; block++) {
        fab_block_result *result = &results[block];
        const size_t first = (size_t)block * COMBINATIONS_A_BLOCK;
        const size_t end =
            first + COMBINATIONS_A_BLOCK < total ? first + COMBINATIONS_A_BLOCK : total;
        result->status = run_block(study, first, end, result->extremes, &result->evaluations);
    }
}

static void fill_ranges(const fab_block_result *results, size_t blocks, size_t goals,
                        fab_study_target *targets)
{
    for (size_t goal = 0; goal < goals; goal++) {
        fab_extremes all = {0};
        for (size_t block = 0; block < blocks; block++) {
            merge(&all, &results[block].extremes[goal]);
        }
        if (all.points > 0) {
            targets[goal].low_count = all.low;
            targets[goal].high_count = all.high;
            targets[goal].range_points = all.points;
        }
    }
}

fab_status fab_study_ranges_run(const fab_study *study, fab_arena *arena, fab_study_target *targets,
                                size_t *evaluations)
{
    size_t goals;
    (void)fab_study_goals(study, &goals);
    const size_t total = combination_count(study);
    if (total > COMBINATION_LIMIT) {
        return FAB_E_RANGE;
    }
    if (total == 1) {
        return FAB_OK; /* nothing is varied: no range to speak of */
    }
    const size_t blocks = (total + COMBINATIONS_A_BLOCK - 1) / COMBINATIONS_A_BLOCK;
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_block_result *results = make_results(arena, blocks, goals);
    if (results == NULL) {
        return FAB_E_NOMEM;
    }
    run_blocks(study, results, blocks, total);
    fab_status status = FAB_OK;
    for (size_t block = 0; block < blocks; block++) {
        *evaluations += results[block].evaluations;
        status = status == FAB_OK ? results[block].status : status;
    }
    fill_ranges(results, blocks, goals, targets);
    fab_arena_reset(arena, mark);
    return status;
}

/* Fills one row per target that the range moves. */
static fab_status one_range(const fab_study *study, size_t range_index, fab_arena *arena,
                            fab_diagnostics *diagnostics, const fab_study_target *targets,
                            fab_sensitivity_row *rows, size_t *row_count, size_t *evaluations)
{
    size_t goal_count, variants, value_count, range_count;
    const fab_study_goal *goals = fab_study_goals(study, &goal_count);
    const fab_study_range *range = &fab_study_ranges(study, &range_count)[range_index];
    const fab_study_setting *settings = range->values.items;
    (void)fab_study_variants(study, &variants);
    (void)fab_study_sweep_values(study, &value_count);
    const size_t alternatives = range->values.count;
    double *time_s = FAB_NEW(arena, double, (alternatives + 1) * variants * value_count);
    if (time_s == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i <= alternatives; i++) {
        fab_choice choice = {{0}};
        choice.digits[range_index] = i;
        FAB_TRY(times_of(study, &choice, arena, diagnostics, time_s + i * variants * value_count,
                         evaluations));
    }
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

fab_status fab_study_sensitivity_run(const fab_study *study, fab_arena *arena,
                                     fab_diagnostics *diagnostics, const fab_study_target *targets,
                                     fab_study_result *result)
{
    size_t goal_count, range_count;
    (void)fab_study_goals(study, &goal_count);
    (void)fab_study_ranges(study, &range_count);
    fab_sensitivity_row *rows = FAB_NEW(arena, fab_sensitivity_row, goal_count * range_count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    const size_t errors = diagnostics->errors;
    size_t count = 0;
    for (size_t i = 0; i < range_count; i++) {
        FAB_TRY(
            one_range(study, i, arena, diagnostics, targets, rows, &count, &result->evaluations));
    }
    sort_rows(rows, count);
    result->sensitivities = rows;
    result->sensitivity_count = count;
    return diagnostics->errors == errors ? FAB_OK : FAB_E_INPUT;
}

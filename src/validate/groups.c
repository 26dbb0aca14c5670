#include "validate/groups.h"

#include <math.h>
#include <string.h>

#include "base/numbers.h"
#include "validate/lineage.h"
#include "validate/sweeps.h"

#define WAY_COUNT    5           /* of grouping all rows */
#define GROUP_LIMIT  256         /* groups of one way */
#define SERIES_LEAST ((size_t)3) /* rows of a series whose slope means something */

/* What a row is called in one way of grouping. */
typedef const char *(*fab_group_name)(const fab_run_score *row);

static const char *source_of(const fab_run_score *row)
{
    return row->source_key;
}

static const char *tier_of(const fab_run_score *row)
{
    return strcmp(row->tier, "A") == 0 ? "tier A" : strcmp(row->tier, "B") == 0 ? "tier B" : "";
}

static const char *gpu_of(const fab_run_score *row)
{
    return row->gpu;
}

static const char *family_of(const fab_run_score *row)
{
    return row->is_moe ? "mixture of experts" : "dense";
}

static const char *all_of(const fab_run_score *row)
{
    (void)row;
    return "all";
}

/* Mean, median, bias and largest of signed errors; sorts them by size. */
typedef struct fab_error_sum {
    double mean_frac, median_frac, p90_frac, bias_frac, largest_frac;
} fab_error_sum;

static fab_error_sum sum_errors(double *errors, size_t count)
{
    fab_error_sum sum = {0};
    for (size_t i = 0; i < count; i++) {
        sum.bias_frac += errors[i] / (double)count;
        errors[i] = fabs(errors[i]);
        sum.mean_frac += errors[i] / (double)count;
    }
    if (count > 0) {
        sum.median_frac = fab_median(errors, count);
        sum.p90_frac = fab_percentile(errors, count, 90);
        sum.largest_frac = errors[count - 1];
    }
    return sum;
}

static bool has_error(const fab_run_score *row)
{
    return row->forecast_s > 0.0 && row->measured_s > 0.0;
}

static void measure_times(const fab_row_set *set, double *errors, fab_score_group *group)
{
    for (size_t i = 0; i < set->count; i++) {
        if (has_error(set->rows[i])) {
            errors[group->scored_count++] = set->rows[i]->error_frac;
            group->infeasible_count += set->rows[i]->status == FAB_RUN_INFEASIBLE;
        }
    }
    const fab_error_sum sum = sum_errors(errors, group->scored_count);
    group->median_frac = sum.median_frac;
    group->p90_frac = sum.p90_frac;
    group->mean_frac = sum.mean_frac;
    group->bias_frac = sum.bias_frac;
    group->largest_frac = sum.largest_frac;
}

static void measure_memory(const fab_row_set *set, double *errors, fab_score_group *group)
{
    for (size_t i = 0; i < set->count; i++) {
        const fab_run_score *row = set->rows[i];
        if (row->measured_byte > 0.0 && row->forecast_byte > 0.0) {
            errors[group->memory_count++] = row->forecast_byte / row->measured_byte - 1.0;
        }
    }
    const fab_error_sum sum = sum_errors(errors, group->memory_count);
    group->memory_median_frac = sum.median_frac;
    group->memory_mean_frac = sum.mean_frac;
    group->memory_bias_frac = sum.bias_frac;
    group->memory_largest_frac = sum.largest_frac;
}

/* Numbers that are worked in: one of each for every row. */
typedef struct fab_pairs {
    double *x;
    double *y;
    double *results; /* of the sweeps or series */
    bool *is_done;
} fab_pairs;

static bool is_ranked(const fab_run_score *row)
{
    return row->rank_s > 0.0 && row->forecast_s > 0.0;
}

/* Adds the mean of all measurements of the layout of row `first`, which no earlier row has. */
static void add_layout(const fab_row_set *set, size_t first, fab_pairs *pairs, size_t *count)
{
    const fab_run_score *layout = set->rows[first];
    double measured_s = 0.0, forecast_s = 0.0, repeats = 0.0;
    for (size_t i = first; i < set->count; i++) {
        const fab_run_score *row = set->rows[i];
        if (is_ranked(row) && strcmp(row->sweep, layout->sweep) == 0 &&
            strcmp(row->layout, layout->layout) == 0) {
            pairs->is_done[i] = true;
            measured_s += row->rank_s;
            forecast_s += row->forecast_s;
            repeats += 1.0;
        }
    }
    pairs->x[*count] = measured_s / repeats;
    pairs->y[(*count)++] = forecast_s / repeats;
}

/* Rank correlations of the sweeps of some rows; returns how many there are. */
static size_t rank_sweeps(const fab_row_set *set, fab_pairs *pairs)
{
    size_t sweeps = 0;
    memset(pairs->is_done, 0, set->count * sizeof(pairs->is_done[0]));
    for (size_t i = 0; i < set->count; i++) {
        size_t count = 0;
        if (pairs->is_done[i] || !is_ranked(set->rows[i])) {
            continue;
        }
        for (size_t j = i; j < set->count; j++) {
            const fab_run_score *row = set->rows[j];
            if (!pairs->is_done[j] && is_ranked(row) &&
                strcmp(row->sweep, set->rows[i]->sweep) == 0) {
                add_layout(set, j, pairs, &count);
            }
        }
        sweeps += count >= FAB_SWEEP_LEAST &&
                  fab_rank_correlation(pairs->x, pairs->y, count, &pairs->results[sweeps]);
    }
    return sweeps;
}

/* Growth of the error with each doubling of the packages, by series; returns how many there are. */
static size_t slope_series(const fab_row_set *set, fab_pairs *pairs)
{
    size_t series = 0;
    memset(pairs->is_done, 0, set->count * sizeof(pairs->is_done[0]));
    for (size_t i = 0; i < set->count; i++) {
        size_t count = 0;
        for (size_t j = i; j < set->count && !pairs->is_done[i]; j++) {
            const fab_run_score *row = set->rows[j];
            if (has_error(row) && row->packages > 0 &&
                strcmp(row->series, set->rows[i]->series) == 0) {
                pairs->is_done[j] = j > i;
                pairs->x[count] = log2((double)row->packages);
                pairs->y[count++] = log(row->forecast_s / row->measured_s);
            }
        }
        if (count >= SERIES_LEAST &&
            fab_line_slope(pairs->x, pairs->y, count, &pairs->results[series])) {
            pairs->results[series] = expm1(pairs->results[series]);
            series++;
        }
    }
    return series;
}

fab_status fab_score_measure(const fab_row_set *set, fab_arena *arena, fab_score_group *group)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_pairs pairs = {.x = FAB_NEW(arena, double, set->count),
                       .y = FAB_NEW(arena, double, set->count),
                       .results = FAB_NEW(arena, double, set->count),
                       .is_done = FAB_NEW(arena, bool, set->count)};
    if (!pairs.x || !pairs.y || !pairs.results || !pairs.is_done) {
        return FAB_E_NOMEM;
    }
    *group = (fab_score_group){.name = group->name, .row_count = set->count};
    measure_times(set, pairs.x, group);
    measure_memory(set, pairs.x, group);
    group->sweep_count = rank_sweeps(set, &pairs);
    if (group->sweep_count > 0) {
        group->rank_ratio = fab_median(pairs.results, group->sweep_count);
    }
    group->series_count = slope_series(set, &pairs);
    if (group->series_count > 0) {
        group->slope_frac = fab_median(pairs.results, group->series_count);
    }
    fab_arena_reset(arena, mark);
    return FAB_OK;
}

/* The rows that one way of grouping gives a name; `set` has room for all rows. */
static void select_rows(const fab_validation *validation, fab_group_name name_of, const char *name,
                        fab_row_set *set)
{
    set->count = 0;
    for (size_t i = 0; i < validation->row_count; i++) {
        if (strcmp(name_of(&validation->rows[i]), name) == 0) {
            set->rows[set->count++] = &validation->rows[i];
        }
    }
}

/* Adds the groups of one way of naming rows, in order of first appearance. */
static fab_status add_groups(const fab_validation *validation, fab_group_name name_of,
                             fab_row_set *set, fab_arena *arena, fab_score_group *groups,
                             size_t *count)
{
    const size_t first = *count;
    for (size_t i = 0; i < validation->row_count && *count - first < GROUP_LIMIT; i++) {
        const char *name = name_of(&validation->rows[i]);
        bool is_known = name[0] == '\0';
        for (size_t g = first; g < *count; g++) {
            is_known = is_known || strcmp(groups[g].name, name) == 0;
        }
        if (!is_known) {
            select_rows(validation, name_of, name, set);
            groups[*count].name = name;
            FAB_TRY(fab_score_measure(set, arena, &groups[(*count)++]));
        }
    }
    return FAB_OK;
}

static fab_fit_score count_fits(const fab_validation *validation)
{
    fab_fit_score fits = {0};
    for (size_t i = 0; i < validation->row_count; i++) {
        const fab_run_score *row = &validation->rows[i];
        const bool is_told = row->status == FAB_RUN_SCORED && row->outcome != FAB_FIT_UNSAID;
        const bool ran = row->outcome == FAB_FIT_RAN;
        const bool fits_in = row->forecast_byte <= row->capacity_byte;
        fits.ran_fits_count += is_told && ran && fits_in;
        fits.ran_out_count += is_told && ran && !fits_in;
        fits.out_fits_count += is_told && !ran && fits_in;
        fits.out_out_count += is_told && !ran && !fits_in;
    }
    const double ran_count = (double)(fits.ran_fits_count + fits.ran_out_count);
    const double out_count = (double)(fits.out_fits_count + fits.out_out_count);
    if (ran_count > 0.0 && out_count > 0.0) {
        fits.balanced_frac = 0.5 * ((double)fits.ran_fits_count / ran_count +
                                    (double)fits.out_out_count / out_count);
    }
    return fits;
}

fab_status fab_score_groups(fab_validation *validation, fab_arena *arena)
{
    static const fab_group_name WAYS[WAY_COUNT] = {tier_of, gpu_of, fab_run_precision_group,
                                                   family_of, all_of};
    fab_row_set set = {.rows = FAB_NEW(arena, const fab_run_score *, validation->row_count)};
    fab_score_group *sources = FAB_NEW(arena, fab_score_group, GROUP_LIMIT);
    fab_score_group *totals = FAB_NEW(arena, fab_score_group, WAY_COUNT * GROUP_LIMIT);
    if (set.rows == NULL || sources == NULL || totals == NULL) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(add_groups(validation, source_of, &set, arena, sources, &validation->source_count));
    for (size_t i = 0; i < WAY_COUNT; i++) {
        FAB_TRY(add_groups(validation, WAYS[i], &set, arena, totals, &validation->total_count));
    }
    validation->sources = sources;
    validation->totals = totals;
    validation->fits = count_fits(validation);
    return FAB_OK;
}

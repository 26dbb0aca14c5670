#include "validate/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_LIMIT 256

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

static const char *precision_of(const fab_run_score *row)
{
    return strstr(row->precision, "fp8") != NULL ? "FP8" : "BF16 or FP16";
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

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static fab_score_group measure(const fab_validation *validation, fab_group_name name_of,
                               const char *name, double *errors)
{
    fab_score_group group = {.name = name};
    for (size_t i = 0; i < validation->row_count; i++) {
        const fab_run_score *row = &validation->rows[i];
        if (strcmp(name_of(row), name) != 0) {
            continue;
        }
        group.row_count++;
        if (row->status == FAB_RUN_SCORED && row->measured_s > 0.0) {
            errors[group.scored_count++] = fabs(row->error_frac);
            group.mean_frac += fabs(row->error_frac);
            group.bias_frac += row->error_frac;
        }
    }
    const size_t count = group.scored_count;
    if (count > 0) {
        qsort(errors, count, sizeof(errors[0]), by_size);
        group.mean_frac /= (double)count;
        group.bias_frac /= (double)count;
        group.median_frac = 0.5 * (errors[(count - 1) / 2] + errors[count / 2]);
        group.p90_frac = errors[(count * 9 - 1) / 10];
        group.largest_frac = errors[count - 1];
    }
    return group;
}

/* Adds the groups of one way of naming rows, in order of first appearance. */
static size_t add_groups(const fab_validation *validation, fab_group_name name_of, double *errors,
                         fab_score_group *groups, size_t count)
{
    const size_t first = count;
    for (size_t i = 0; i < validation->row_count && count < GROUP_LIMIT; i++) {
        const char *name = name_of(&validation->rows[i]);
        bool is_known = name[0] == '\0';
        for (size_t g = first; g < count; g++) {
            is_known = is_known || strcmp(groups[g].name, name) == 0;
        }
        if (!is_known) {
            groups[count++] = measure(validation, name_of, name, errors);
        }
    }
    return count;
}

fab_status fab_score_groups(fab_validation *validation, fab_arena *arena)
{
    static const fab_group_name WAYS[] = {tier_of, gpu_of, precision_of, family_of, all_of};
    double *errors = FAB_NEW(arena, double, validation->row_count);
    fab_score_group *sources = FAB_NEW(arena, fab_score_group, GROUP_LIMIT);
    fab_score_group *totals = FAB_NEW(arena, fab_score_group, GROUP_LIMIT);
    if (errors == NULL || sources == NULL || totals == NULL) {
        return FAB_E_NOMEM;
    }
    validation->source_count = add_groups(validation, source_of, errors, sources, 0);
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
        validation->total_count =
            add_groups(validation, WAYS[i], errors, totals, validation->total_count);
    }
    validation->sources = sources;
    validation->totals = totals;
    return FAB_OK;
}

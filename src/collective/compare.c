#include <fabricast/measured.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/numbers.h"

/* The calibrated model beside measurements, and the statistics of its errors. */

static const double LARGE_BYTE = 1e6;

static fab_status compare_row(const fab_catalog *catalog, const fab_measured_collective *row,
                              fab_arena *arena, fab_measured_result *out, const char **reason_out)
{
    const fab_fabric *fabric = fab_catalog_fabric(catalog, row->on);
    const char *reason = "is not in the catalog";
    fab_status status = FAB_E_INPUT;
    fab_collective_answer answer;
    if (fabric) {
        const fab_collective_request request = {row->kind, row->size_byte, row->ranks,
                                                1,         row->algorithm, FAB_TIERS_CONCURRENT};
        status = fab_collective_lay(fabric, &request, arena, &answer, &reason);
        reason = reason ? reason : "has no channel for it";
    }
    if (status == FAB_E_NOMEM) {
        return status;
    }
    if (status != FAB_OK || !answer.ways[answer.chosen].is_calibrated) {
        *reason_out =
            fab_arena_printf(arena, "line %d: fabric `%s`: %s", row->line, row->on, reason);
        return *reason_out ? FAB_E_INPUT : FAB_E_NOMEM;
    }
    const fab_collective_way *way = &answer.ways[answer.chosen];
    *out = (fab_measured_result){
        .row = row,
        .ideal_s = way->cost.time_s,
        .calibrated_s = way->calibrated.time_s,
        .error_frac = way->calibrated.time_s / row->time_s - 1.0,
    };
    return FAB_OK;
}

fab_status fab_measured_compare(const fab_catalog *catalog, const fab_measured_collective *rows,
                                size_t count, fab_arena *arena,
                                const fab_measured_result **results_out, size_t *result_count_out,
                                const char **reason_out)
{
    assert(catalog && (rows || count == 0) && arena && results_out && result_count_out);
    assert(reason_out);
    *reason_out = NULL;
    fab_measured_result *results = FAB_NEW(arena, fab_measured_result, count);
    if (!results) {
        return FAB_E_NOMEM;
    }
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].on) {
            FAB_TRY(compare_row(catalog, &rows[i], arena, &results[made], reason_out));
            made++;
        }
    }
    *results_out = results;
    *result_count_out = made;
    return FAB_OK;
}

/* fills the statistics of the results that belong to the group */
static void fill_group(const fab_measured_result *results, size_t count, double *errors,
                       fab_measured_group *group)
{
    for (int pass = 0; pass < 2; pass++) {
        size_t found = 0;
        for (size_t i = 0; i < count; i++) {
            const fab_measured_collective *row = results[i].row;
            const bool belongs =
                (!group->on || strcmp(group->on, row->on) == 0) &&
                (!group->collective || strcmp(group->collective, row->collective) == 0) &&
                (pass == 0 || row->size_byte >= LARGE_BYTE);
            if (belongs) {
                errors[found++] = fabs(results[i].error_frac);
            }
        }
        *(pass == 0 ? &group->count : &group->large_count) = found;
        *(pass == 0 ? &group->median_frac : &group->large_median_frac) = fab_median(errors, found);
        *(pass == 0 ? &group->p90_frac : &group->large_p90_frac) =
            fab_percentile(errors, found, 90);
    }
}

/* the place of a group among the first `count`, or `count` */
static size_t find_group(const fab_measured_group *groups, size_t count, const char *on,
                         const char *collective)
{
    for (size_t i = 0; i < count; i++) {
        const bool is_kind = groups[i].collective == NULL
                                 ? collective == NULL
                                 : collective && strcmp(groups[i].collective, collective) == 0;
        if (is_kind && strcmp(groups[i].on, on) == 0) {
            return i;
        }
    }
    return count;
}

fab_status fab_measured_summarise(const fab_measured_result *results, size_t count,
                                  fab_arena *arena, const fab_measured_group **groups_out,
                                  size_t *group_count_out)
{
    assert((results || count == 0) && arena && groups_out && group_count_out);
    fab_measured_group *groups = FAB_NEW(arena, fab_measured_group, 2 * count + 1);
    double *errors = FAB_NEW(arena, double, count);
    if (!groups || !errors) {
        return FAB_E_NOMEM;
    }
    size_t made = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            const fab_measured_collective *row = results[i].row;
            const char *collective = pass == 0 ? row->collective : NULL;
            if (find_group(groups, made, row->on, collective) == made) {
                groups[made++] = (fab_measured_group){.on = row->on, .collective = collective};
            }
        }
    }
    groups[made++] = (fab_measured_group){.on = NULL};
    for (size_t i = 0; i < made; i++) {
        fill_group(results, count, errors, &groups[i]);
    }
    *groups_out = groups;
    *group_count_out = made;
    return FAB_OK;
}

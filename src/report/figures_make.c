#include "report/figures.h"

#include <assert.h>

#include "report/study_mappings.h"

/* those of claims come first */
static const char *const NAMES[] = {
    "claim_1",   "claim_2",       "claim_3",    "claim_4", "claim_5",
    "claim_6",   "time_to_train", "step_parts", "gain",    "best_mapping",
    "waterfall", "sensitivity",   "link_power",
};

const char *fab_figure_claim_name(size_t number)
{
    assert(number < FAB_CLAIM_FIGURE_LIMIT);
    return NAMES[number];
}

const char *const *fab_figures_names(size_t *count_out)
{
    *count_out = sizeof NAMES / sizeof NAMES[0];
    return NAMES;
}

static bool has_sensitivity(const fab_study_result *result)
{
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        if (result->sensitivities[i].target == result->waterfall_target) {
            return true;
        }
    }
    return false;
}

size_t fab_figures_make(fab_scratch *scratch, const fab_study_result *result,
                        fab_figure figures[FAB_FIGURE_LIMIT])
{
    size_t count = 0;
    if (result->point_count > 0) {
        fab_figure_time(scratch, result, &figures[count++]);
    }
    if (result->point_count > 0 && result->variant_count > 1) {
        fab_figure_ratio(scratch, result, &figures[count++]);
    }
    if (fab_study_has_best(result) && result->variant_count > 1) {
        fab_figure_best(scratch, result, &figures[count++]);
    }
    if (result->point_count > 0) {
        fab_figure_parts(scratch, result, &figures[count++]);
    }
    if (result->waterfall_count > 0) {
        fab_figure_waterfall(scratch, result, &figures[count++]);
    }
    if (has_sensitivity(result)) {
        fab_figure_tornado(scratch, result, &figures[count++]);
    }
    if (result->point_count > 0) {
        fab_figure_power(scratch, result, &figures[count++]);
    }
    return count;
}

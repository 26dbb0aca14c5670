#include "study/evaluate.h"
#include "study/keep.h"

#include <string.h>

/* The step of each point of a study, event by event, beside the closed form. */

/* of one step; what `simulate` takes without --memory */
#define SCRATCH_BYTE ((size_t)8 << 30)

static const char *copy(fab_arena *arena, const char *text)
{
    return fab_arena_copy(arena, text, strlen(text));
}

/* What the page draws: the activities and the use of the links outlive the simulation's scratch. */
static fab_status keep_step(const fab_step_simulation *step, fab_arena *arena,
                            const fab_step_simulation **out)
{
    const size_t links = (size_t)(step->stages * step->tier_count);
    fab_step_simulation *kept = FAB_NEW(arena, fab_step_simulation, 1);
    fab_activity *activities = FAB_NEW(arena, fab_activity, step->activity_count + 1);
    double *out_frac = FAB_NEW(arena, double, links), *in_frac = FAB_NEW(arena, double, links);
    if (!kept || !activities || !out_frac || !in_frac) {
        return FAB_E_NOMEM;
    }
    *kept = *step;
    if (step->activity_count > 0) {
        memcpy(activities, step->activities, step->activity_count * sizeof(*activities));
    }
    memcpy(out_frac, step->out_frac, links * sizeof(*out_frac));
    memcpy(in_frac, step->in_frac, links * sizeof(*in_frac));
    kept->activities = activities;
    kept->out_frac = out_frac;
    kept->in_frac = in_frac;
    kept->cause = copy(arena, step->cause);
    for (size_t i = 0; i < step->link_count; i++) {
        kept->links[i].from = copy(arena, step->links[i].from);
        kept->links[i].to = copy(arena, step->links[i].to);
        if (!kept->links[i].from || !kept->links[i].to) {
            return FAB_E_NOMEM;
        }
    }
    *out = kept;
    return kept->cause ? FAB_OK : FAB_E_NOMEM;
}

static fab_status fill(const fab_scenario *scenario, const fab_step_simulation *step,
                       bool wants_picture, fab_arena *arena, fab_study_simulated *out)
{
    *out = (fab_study_simulated){
        .is_simulated = true,
        .simulated_s = step->simulated_s,
        .difference_frac = step->difference_frac,
        .hot_tier = scenario->fabric.tiers[step->hot_tier].name,
        .hot_stage = step->hot_stage,
        .hot_frac = step->hot_frac,
        .cause = copy(arena, step->cause),
    };
    FAB_TRY(wants_picture ? keep_step(step, arena, &out->step) : FAB_OK);
    return out->cause ? FAB_OK : FAB_E_NOMEM;
}

/* A step that is not simulated has its reason as the cause. */
static fab_status simulate(const fab_study_point *point, bool wants_picture, fab_arena *arena,
                           fab_study_simulated *out)
{
    fab_arena *scratch = fab_arena_create(SCRATCH_BYTE);
    const fab_step_options options = {.slow = NULL};
    fab_step_simulation step;
    const char *reason = NULL;
    if (scratch == NULL) {
        return FAB_E_NOMEM;
    }
    fab_status status = fab_step_simulate(point->scenario, &options, scratch, &step, &reason);
    if (status == FAB_OK) {
        status = fill(point->scenario, &step, wants_picture, arena, out);
    } else if (status == FAB_E_INFEASIBLE) {
        *out = (fab_study_simulated){.cause = copy(arena, reason)};
        status = out->cause ? FAB_OK : FAB_E_NOMEM;
    }
    fab_arena_destroy(scratch);
    return status;
}

fab_status fab_study_point_simulate(const fab_study *study, fab_study_store *keep, fab_arena *arena,
                                    fab_study_point *point)
{
    if (!study->file.simulate) {
        return FAB_OK;
    }
    size_t values;
    (void)fab_study_sweep_values(study, &values);
    const bool wants_picture = point->value + 1 == values;
    fab_simulated_row row = {.variant = (int64_t)point->variant, .value = (int64_t)point->value};
    fab_study_simulated *out = FAB_NEW(arena, fab_study_simulated, 1);
    if (out == NULL) {
        return FAB_E_NOMEM;
    }
    /* pictures are not kept: what is drawn is simulated once more */
    bool is_found = false;
    FAB_TRY(wants_picture ? FAB_OK : fab_keep_take_simulated(keep, &row, &is_found));
    if (!is_found) {
        FAB_TRY(simulate(point, wants_picture, arena, &row.simulated));
        FAB_TRY(fab_keep_simulated(keep, &row));
    }
    *out = row.simulated;
    point->simulated = out;
    return FAB_OK;
}

#include "report/study_mappings.h"

#include <stdint.h>

#include "report/search_words.h"

bool fab_study_has_best(const fab_study_result *result)
{
    return result->point_count > 0 && result->points[0].best != NULL;
}

const char *fab_groups_inside_text(fab_scratch *scratch, const fab_placement *groups)
{
    const char *text = "";
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
        if (groups[i].ranks > 1 && groups[i].domains == 1) {
            text = fab_text_printf(scratch, "%s%s%s", text, *text ? " " : "",
                                   fab_study_group_text((fab_study_group)i));
        }
    }
    return *text ? text : "none";
}

const char *fab_groups_beyond_text(fab_scratch *scratch, const fab_placement *groups)
{
    const char *text = "";
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
        if (groups[i].domains > 1) {
            text = fab_text_printf(scratch, "%s%s%s over %s", text, *text ? ", " : "",
                                   fab_study_group_text((fab_study_group)i),
                                   fab_text_count(scratch, groups[i].domains));
        }
    }
    return *text ? text : "none";
}

/* ---- the mappings side by side ---- */

static const fab_sheet_column COLUMNS[] = {
    {"system", false, 0, FAB_SHEET_ALL},       {"case", false, 0, FAB_SHEET_PAGE},
    {"mapping", false, 0, FAB_SHEET_ALL},      {"its sizes", false, 0, FAB_SHEET_PAGE},
    {"tp", true, 0, FAB_SHEET_NOT_PAGE},       {"pp", true, 0, FAB_SHEET_NOT_PAGE},
    {"dp", true, 0, FAB_SHEET_NOT_PAGE},       {"ep", true, 0, FAB_SHEET_NOT_PAGE},
    {"etp", true, 0, FAB_SHEET_NOT_PAGE},      {"batch", true, 0, FAB_SHEET_NOT_PAGE},
    {"inter", true, 0, FAB_SHEET_NOT_PAGE},    {"order", false, 0, FAB_SHEET_NOT_PAGE},
    {"step, s", true, 0, FAB_SHEET_ALL},       {"train, d", true, 0, FAB_SHEET_PAGE},
    {"MFU, %", true, 0, FAB_SHEET_PAGE},       {"memory", true, 0, FAB_SHEET_PAGE},
    {"inside a pod", false, 0, FAB_SHEET_ALL}, {"spread over pods", false, 20, FAB_SHEET_ALL},
};

/* a mapping as a scenario file writes it; dp follows from the others */
static const char *sizes_text(fab_scratch *scratch, const fab_mapping *m)
{
    char recompute[FAB_RECOMPUTE_SIZE];
    return fab_text_printf(
        scratch,
        "tp %lld, %spp %lld, dp %lld, ep %lld, etp %lld, microbatch %lld, interleave %lld, %s, "
        "recompute %s",
        (long long)m->tp, m->cp > 1 ? fab_text_printf(scratch, "cp %lld, ", (long long)m->cp) : "",
        (long long)m->pp, (long long)m->dp, (long long)m->ep, (long long)m->etp,
        (long long)m->microbatch, (long long)m->interleave, fab_order_word(m),
        fab_recompute_word(m, recompute));
}

static const char *number(fab_scratch *scratch, int64_t count)
{
    return fab_text_printf(scratch, "%lld", (long long)count);
}

static void add_mapping(fab_sheet *sheet, const fab_study_result *result,
                        const fab_study_point *point, bool is_best)
{
    fab_scratch *s = sheet->scratch;
    const fab_mapping *m = is_best ? &point->best->mapping : &point->scenario->mapping;
    const fab_forecast *f = is_best ? &point->best->forecast : &point->forecast;
    const fab_ownership *o = is_best ? &point->best->ownership : &point->ownership;
    const fab_placement *groups = is_best ? point->best->groups : point->groups;
    fab_sheet_add(sheet, (const char *const[]){
                             fab_text_short(s, result->variants[point->variant].name, 16),
                             fab_text_short(s, result->sweep_labels[point->value], 12),
                             is_best ? "own best" : "study's",
                             sizes_text(s, m),
                             number(s, m->tp),
                             number(s, m->pp),
                             number(s, m->dp),
                             number(s, m->ep),
                             number(s, m->etp),
                             number(s, m->microbatch),
                             number(s, m->interleave),
                             fab_order_word(m),
                             fab_text_digits(s, f->step_s, 3),
                             fab_text_digits(s, o->time_to_train_s / FAB_DAY_S, 3),
                             fab_text_percent(s, f->mfu_frac),
                             fab_text_quantity(s, f->memory.total_byte, FAB_DIM_SIZE),
                             fab_groups_inside_text(s, groups),
                             fab_groups_beyond_text(s, groups),
                         });
}

/* no mapping of the space fits memory and fabric */
static void add_nothing(fab_sheet *sheet, const fab_study_result *result,
                        const fab_study_point *point)
{
    fab_scratch *s = sheet->scratch;
    const char *cells[FAB_COLUMN_COUNT(COLUMNS)] = {
        fab_text_short(s, result->variants[point->variant].name, 16),
        fab_text_short(s, result->sweep_labels[point->value], 12), "none feasible"};
    fab_sheet_add(sheet, cells);
}

fab_sheet fab_sheet_mappings(fab_scratch *scratch, const fab_study_result *result, size_t value)
{
    fab_sheet sheet =
        fab_sheet_make(scratch, COLUMNS, FAB_COLUMN_COUNT(COLUMNS), 2 * result->point_count);
    for (size_t i = 0; i < result->sweep_count; i++) {
        for (size_t v = 0; v < result->variant_count && (value == SIZE_MAX || value == i); v++) {
            const fab_study_point *point = &result->points[v * result->sweep_count + i];
            add_mapping(&sheet, result, point, false);
            if (point->best->is_found) {
                add_mapping(&sheet, result, point, true);
                fab_sheet_mark(&sheet);
            } else {
                add_nothing(&sheet, result, point);
            }
        }
    }
    return sheet;
}

/* ---- sentences ---- */

const char *fab_best_value_text(fab_scratch *scratch, const fab_study_target *target)
{
    return target->has_best ? fab_text_in_unit(scratch, target->best_count, target->unit) : "";
}

const char *fab_best_answer_text(fab_scratch *scratch, const fab_study_target *target)
{
    if (!target->has_best) {
        return "";
    }
    const char *value = fab_best_value_text(scratch, target);
    if (target->best_meets) {
        return fab_text_printf(scratch,
                               " With each system on its own best mapping it is %s, which agrees "
                               "with what is published.",
                               value);
    }
    return fab_text_printf(scratch,
                           " With each system on its own best mapping it is %s, %s than published: "
                           "the published ratio needs a mapping that favours one side.",
                           value,
                           target->best_count < target->published_low_count ? "less" : "more");
}

const char *fab_best_cost_text(fab_scratch *scratch, const fab_study_result *result, size_t value)
{
    const char *text =
        fab_text_printf(scratch, "At %s the study's mapping takes this many times the best step:",
                        result->sweep_labels[value]);
    for (size_t v = 0; v < result->variant_count; v++) {
        const fab_study_point *point = &result->points[v * result->sweep_count + value];
        const fab_study_best *best = point->best;
        const bool is_known = best->is_found && point->forecast.is_feasible;
        const char *slower =
            is_known ? fab_text_digits(scratch, point->forecast.step_s / best->forecast.step_s, 3)
                     : "not feasible";
        text = fab_text_printf(scratch, "%s%s %s on %s", text, v > 0 ? "," : "", slower,
                               result->variants[v].name);
    }
    return fab_text_printf(scratch, "%s.", text);
}

const char *fab_mover_text(fab_scratch *scratch, const fab_study_result *result,
                           const fab_study_target *target)
{
    if (!target->has_mover) {
        const bool is_catalog = target->range_points == 0 && target->low_count < target->high_count;
        return is_catalog ? "the link's own range" : "";
    }
    const fab_sensitivity_row *row = &result->sensitivities[target->mover];
    return fab_text_printf(scratch, "%s: %s .. %s", row->name,
                           fab_text_in_unit(scratch, row->low_count, target->unit),
                           fab_text_in_unit(scratch, row->high_count, target->unit));
}

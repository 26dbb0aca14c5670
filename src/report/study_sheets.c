#include "report/study_sheets.h"

#include <stdint.h>

#include "report/keys.h"
#include "report/study_mappings.h"

double fab_study_link_power_w(const fab_forecast *forecast)
{
    double power_w = 0.0;
    for (int64_t i = 0; i < forecast->tier_count; i++) {
        power_w += forecast->tiers[i].full_rate_power_w;
    }
    return power_w;
}

static const char *feasible_text(const fab_forecast *forecast)
{
    if (forecast->is_feasible) {
        return "yes";
    }
    if (forecast->memory.fits) {
        return "no: the fabric cannot be built";
    }
    return forecast->is_buildable ? "no: memory is too small"
                                  : "no: memory is too small, the fabric cannot be built";
}

static const fab_sheet_column POINT_COLUMNS[] = {
    {"system", false, 0, FAB_SHEET_ALL},       {"case", false, 0, FAB_SHEET_ALL},
    {"train, d", true, 0, FAB_SHEET_ALL},      {"step, s", true, 0, FAB_SHEET_ALL},
    {"MFU, %", true, 0, FAB_SHEET_ALL},        {"tensor, s", true, 0, FAB_SHEET_ALL},
    {"expert, s", true, 0, FAB_SHEET_ALL},     {"bubble, s", true, 0, FAB_SHEET_ALL},
    {"data, s", true, 0, FAB_SHEET_ALL},       {"pipeline, s", true, 0, FAB_SHEET_PAGE},
    {"computing, s", true, 0, FAB_SHEET_PAGE}, {"memory", true, 0, FAB_SHEET_ALL},
    {"links", true, 0, FAB_SHEET_ALL},         {"energy/step", true, 0, FAB_SHEET_PAGE},
    {"package", true, 0, FAB_SHEET_PAGE},      {"fits", false, 0, FAB_SHEET_NOT_PAGE},
    {"fits", false, 0, FAB_SHEET_PAGE},
};

/* per package, with hosts, switches and facility; what it draws by itself */
static const char *energy_text(fab_scratch *s, const fab_forecast *forecast, double number_count,
                               fab_dimension dimension)
{
    return forecast->energy.is_known ? fab_text_quantity(s, number_count, dimension)
                                     : "not published";
}

static void add_point(fab_sheet *sheet, const fab_study_result *result,
                      const fab_study_point *point)
{
    fab_scratch *s = sheet->scratch;
    const fab_forecast *f = &point->forecast;
    const double own_s = f->part_s[FAB_STEP_GEMM] + f->part_s[FAB_STEP_ATTENTION] +
                         f->part_s[FAB_STEP_MEMORY] + f->part_s[FAB_STEP_HOST] +
                         f->part_s[FAB_STEP_BESIDE] + f->part_s[FAB_STEP_OPTIMIZER];
    fab_sheet_add(sheet, (const char *const[]){
                             fab_text_short(s, result->variants[point->variant].name, 16),
                             fab_text_short(s, result->sweep_labels[point->value], 12),
                             fab_text_digits(s, point->ownership.time_to_train_s / FAB_DAY_S, 3),
                             fab_text_digits(s, f->step_s, 3),
                             fab_text_percent(s, f->mfu_frac),
                             fab_text_digits(s, f->part_s[FAB_STEP_TENSOR], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_EXPERT], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_BUBBLE], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_DATA], 3),
                             fab_text_digits(s, f->part_s[FAB_STEP_PIPELINE], 3),
                             fab_text_digits(s, own_s, 3),
                             fab_text_quantity(s, f->memory.total_byte, FAB_DIM_SIZE),
                             fab_text_known(s, !f->lacks_link_energy, fab_study_link_power_w(f),
                                            FAB_DIM_POWER),
                             energy_text(s, f, f->energy.total_j, FAB_DIM_ENERGY),
                             energy_text(s, f, f->energy.package_power_w, FAB_DIM_POWER),
                             f->is_feasible ? "yes" : "no",
                             feasible_text(f),
                         });
}

fab_sheet fab_sheet_points(fab_scratch *scratch, const fab_study_result *result)
{
    fab_sheet sheet = fab_sheet_make(scratch, POINT_COLUMNS, FAB_COLUMN_COUNT(POINT_COLUMNS),
                                     result->point_count);
    /* systems of one case stand together, so that they compare */
    for (size_t value = 0; value < result->sweep_count; value++) {
        for (size_t i = 0; i < result->point_count; i++) {
            if (result->points[i].value == value) {
                add_point(&sheet, result, &result->points[i]);
            }
        }
    }
    return sheet;
}

bool fab_study_has_simulated(const fab_study_result *result)
{
    return result->point_count > 0 && result->points[0].simulated != NULL;
}

static const fab_sheet_column SIMULATED_COLUMNS[] = {
    {"system", false, 0, FAB_SHEET_ALL},        {"case", false, 0, FAB_SHEET_ALL},
    {"closed form, s", true, 0, FAB_SHEET_ALL}, {"simulated, s", true, 0, FAB_SHEET_ALL},
    {"difference", true, 0, FAB_SHEET_ALL},     {"fullest link", false, 0, FAB_SHEET_PAGE},
    {"in use, %", true, 0, FAB_SHEET_PAGE},     {"cause", false, 44, FAB_SHEET_ALL},
};

static void add_simulated(fab_sheet *sheet, const fab_study_result *result,
                          const fab_study_point *point)
{
    fab_scratch *s = sheet->scratch;
    const fab_study_simulated *step = point->simulated;
    const bool is_there = step->is_simulated;
    fab_sheet_add(
        sheet,
        (const char *const[]){
            fab_text_short(s, result->variants[point->variant].name, 16),
            fab_text_short(s, result->sweep_labels[point->value], 12),
            fab_text_digits(s, point->forecast.step_s, 4),
            is_there ? fab_text_digits(s, step->simulated_s, 4) : "-",
            is_there
                ? fab_text_printf(s, "%s %%", fab_text_signed(s, 100.0 * step->difference_frac, 2))
                : "-",
            is_there ? fab_text_printf(s, "stage %s, %s", fab_text_count(s, step->hot_stage + 1),
                                       step->hot_tier)
                     : "-",
            is_there ? fab_text_fixed(s, 100.0 * step->hot_frac, 1) : "-",
            step->cause,
        });
}

fab_sheet fab_sheet_simulated(fab_scratch *scratch, const fab_study_result *result)
{
    fab_sheet sheet = fab_sheet_make(scratch, SIMULATED_COLUMNS,
                                     FAB_COLUMN_COUNT(SIMULATED_COLUMNS), result->point_count);
    for (size_t value = 0; value < result->sweep_count; value++) {
        for (size_t i = 0; i < result->point_count; i++) {
            if (result->points[i].value == value) {
                add_simulated(&sheet, result, &result->points[i]);
            }
        }
    }
    return sheet;
}

const char *fab_study_range_text(fab_scratch *scratch, const fab_study_target *target)
{
    if (target->range_points == 0 && !(target->low_count < target->high_count)) {
        return "no range";
    }
    return fab_text_printf(scratch, "%s .. %s",
                           fab_text_in_unit(scratch, target->low_count, target->unit),
                           fab_text_in_unit(scratch, target->high_count, target->unit));
}

static const fab_sheet_column TARGET_COLUMNS[] = {
    {"id", false, 0, FAB_SHEET_ALL},         {"result", false, 30, FAB_SHEET_ALL},
    {"published", false, 10, FAB_SHEET_ALL}, {"tag", false, 0, FAB_SHEET_ALL},
    {"ours", true, 0, FAB_SHEET_ALL},        {"our range", false, 12, FAB_SHEET_ALL},
    {"verdict", false, 10, FAB_SHEET_ALL},   {"moved most by", false, 17, FAB_SHEET_ALL},
    {"source", false, 0, FAB_SHEET_PAGE},
};

/* The same with one column more, and less room for the others. */
static const fab_sheet_column SEARCHED_COLUMNS[] = {
    {"id", false, 0, FAB_SHEET_ALL},
    {"result", false, 26, FAB_SHEET_ALL},
    {"published", false, 9, FAB_SHEET_ALL},
    {"tag", false, 0, FAB_SHEET_ALL},
    {"ours", true, 0, FAB_SHEET_ALL},
    {"our range", false, 12, FAB_SHEET_ALL},
    {"own best", true, 0, FAB_SHEET_ALL},
    {"verdict", false, 9, FAB_SHEET_ALL},
    {"moved most by", false, 15, FAB_SHEET_ALL},
    {"source", false, 0, FAB_SHEET_PAGE},
};

static void add_target(fab_sheet *sheet, const fab_study_result *result,
                       const fab_study_target *target)
{
    fab_scratch *s = sheet->scratch;
    const bool is_searched = sheet->columns == SEARCHED_COLUMNS;
    const char *cells[FAB_COLUMN_COUNT(SEARCHED_COLUMNS)] = {
        target->id,
        target->what,
        target->published,
        target->tag,
        fab_text_in_unit(s, target->value_count, target->unit),
        fab_study_range_text(s, target),
    };
    size_t count = 6;
    if (is_searched) {
        cells[count++] = fab_best_value_text(s, target);
    }
    cells[count++] = fab_verdict_text(target->value_meets, target->ok);
    cells[count++] = fab_mover_text(s, result, target);
    cells[count++] = target->source;
    fab_sheet_add(sheet, cells);
}

fab_sheet fab_sheet_targets(fab_scratch *scratch, const fab_study_result *result)
{
    const bool is_searched = fab_study_has_best(result);
    const fab_sheet_column *columns = is_searched ? SEARCHED_COLUMNS : TARGET_COLUMNS;
    const size_t count =
        is_searched ? FAB_COLUMN_COUNT(SEARCHED_COLUMNS) : FAB_COLUMN_COUNT(TARGET_COLUMNS);
    fab_sheet sheet = fab_sheet_make(scratch, columns, count, result->target_count);
    for (size_t i = 0; i < result->target_count; i++) {
        add_target(&sheet, result, &result->targets[i]);
    }
    return sheet;
}

static const fab_sheet_column WATERFALL_COLUMNS[] = {
    {"settings, added one after the other", false, 50, FAB_SHEET_ALL},
    {"slower", true, 0, FAB_SHEET_ALL},
    {"faster", true, 0, FAB_SHEET_ALL},
    {"ratio", true, 0, FAB_SHEET_ALL},
    {"change", true, 0, FAB_SHEET_ALL},
    {"why", false, 0, FAB_SHEET_PAGE},
};

fab_sheet fab_sheet_waterfall(fab_scratch *scratch, const fab_study_result *result)
{
    fab_sheet sheet = fab_sheet_make(scratch, WATERFALL_COLUMNS,
                                     FAB_COLUMN_COUNT(WATERFALL_COLUMNS), result->waterfall_count);
    for (size_t i = 0; i < result->waterfall_count; i++) {
        const fab_waterfall_row *row = &result->waterfall[i];
        const char *change = fab_text_fixed(scratch, row->change_ratio, 3);
        fab_sheet_add(
            &sheet, (const char *const[]){
                        fab_text_printf(scratch, "%s%s", row->is_beyond ? "or: " : "", row->label),
                        fab_text_quantity(scratch, row->slow_s, FAB_DIM_TIME),
                        fab_text_quantity(scratch, row->fast_s, FAB_DIM_TIME),
                        fab_text_fixed(scratch, row->ratio, 3),
                        i == 0 ? ""
                               : fab_text_printf(scratch, "%s%s",
                                                 row->change_ratio > 0.0 ? "+" : "", change),
                        row->why,
                    });
        if (row->is_default) {
            fab_sheet_mark(&sheet);
        }
    }
    return sheet;
}

static const fab_sheet_column SENSITIVITY_COLUMNS[] = {
    {"target", false, 0, FAB_SHEET_ALL},          {"assumption", false, 30, FAB_SHEET_ALL},
    {"lowest", true, 0, FAB_SHEET_ALL},           {"highest", true, 0, FAB_SHEET_ALL},
    {"in our range", false, 0, FAB_SHEET_ALL},    {"at each setting", false, 40, FAB_SHEET_ALL},
    {"why this range", false, 0, FAB_SHEET_PAGE},
};

/* "1: 2.41; 1.5: 2.93" */
static const char *settings_text(fab_scratch *scratch, const fab_sensitivity_row *row,
                                 const char *unit)
{
    const char *text = "";
    for (size_t i = 0; i < row->count; i++) {
        text = fab_text_printf(scratch, "%s%s%s: %s", text, i ? "; " : "", row->labels[i],
                               fab_text_in_unit(scratch, row->values_count[i], unit));
    }
    return text;
}

fab_sheet fab_sheet_sensitivity(fab_scratch *scratch, const fab_study_result *result, size_t target,
                                size_t limit)
{
    fab_sheet sheet =
        fab_sheet_make(scratch, SENSITIVITY_COLUMNS, FAB_COLUMN_COUNT(SENSITIVITY_COLUMNS),
                       result->sensitivity_count);
    for (size_t i = 0; i < result->sensitivity_count && sheet.row_count < limit; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        const fab_study_target *about = &result->targets[row->target];
        if (target != SIZE_MAX && row->target != target) {
            continue;
        }
        fab_sheet_add(&sheet, (const char *const[]){
                                  about->id,
                                  row->name,
                                  fab_text_in_unit(scratch, row->low_count, about->unit),
                                  fab_text_in_unit(scratch, row->high_count, about->unit),
                                  row->in_range ? "yes" : "no",
                                  settings_text(scratch, row, about->unit),
                                  row->why,
                              });
    }
    return sheet;
}

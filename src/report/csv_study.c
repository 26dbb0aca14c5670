#include "report/csv.h"

#include "report/keys.h"

static void points_head(fab_csv *csv)
{
    FAB_CSV_NAMES(csv, "variant", "sweep_value", "step_s", "time_to_train_s", "tokens_per_s",
                  "tokens_per_s_per_gpu", "mfu_frac");
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        fab_csv_text(csv,
                     fab_text_printf(csv->scratch, "part_%s_s", fab_step_key((fab_step_class)i)));
    }
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        const char *name = fab_message_class_text((fab_message_class)i);
        fab_csv_text(csv, fab_text_printf(csv->scratch, "message_%s_total_s", name));
        fab_csv_text(csv, fab_text_printf(csv->scratch, "message_%s_exposed_s", name));
    }
    FAB_CSV_NAMES(csv, "memory_total_byte", "memory_capacity_byte", "link_energy_j_per_token",
                  "link_full_rate_power_w", "link_mean_power_w", "fits", "is_buildable",
                  "is_feasible", "package_energy_j", "total_energy_j", "package_power_w",
                  "rack_power_w", "facility_power_w", "run_energy_j", "total_energy_j_per_token",
                  "simulated_step_s", "simulated_difference_frac", "simulated_cause");
    fab_csv_end(csv);
}

/* empty cells where the package's power is not published */
static void energy_cells(fab_csv *csv, const fab_study_point *point)
{
    const fab_energy_forecast *energy = &point->forecast.energy;
    const double numbers[] = {energy->package_j,
                              energy->total_j,
                              energy->package_power_w,
                              energy->rack_power_w,
                              energy->facility_power_w,
                              point->ownership.energy_j,
                              energy->total_energy_j_per_token};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        fab_csv_known(csv, energy->is_known, numbers[i]);
    }
}

/* empty cells where the study does not ask for it or the step is not simulated */
static void simulated_cells(fab_csv *csv, const fab_study_point *point)
{
    const fab_study_simulated *step = point->simulated;
    const bool is_known = step && step->is_simulated;
    fab_csv_known(csv, is_known, is_known ? step->simulated_s : 0.0);
    fab_csv_known(csv, is_known, is_known ? step->difference_frac : 0.0);
    fab_csv_text(csv, step ? step->cause : NULL);
}

static void point_row(fab_csv *csv, const fab_study_result *result, const fab_study_point *point)
{
    const fab_forecast *forecast = &point->forecast;
    fab_csv_text(csv, result->variants[point->variant].name);
    fab_csv_text(csv, result->sweep_labels[point->value]);
    fab_csv_number(csv, forecast->step_s);
    fab_csv_number(csv, point->ownership.time_to_train_s);
    fab_csv_number(csv, forecast->tokens_per_s);
    fab_csv_number(csv, forecast->tokens_per_s_per_gpu);
    fab_csv_number(csv, forecast->mfu_frac);
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        fab_csv_number(csv, forecast->part_s[i]);
    }
    for (int i = 0; i < FAB_MESSAGE_CLASS_COUNT; i++) {
        fab_csv_number(csv, forecast->messages[i].total_s);
        fab_csv_number(csv, forecast->messages[i].exposed_s);
    }
    double full_rate_w = 0.0;
    double mean_w = 0.0;
    for (int64_t i = 0; i < forecast->tier_count; i++) {
        full_rate_w += forecast->tiers[i].full_rate_power_w;
        mean_w += forecast->tiers[i].mean_power_w;
    }
    fab_csv_number(csv, forecast->memory.total_byte);
    fab_csv_number(csv, forecast->memory.capacity_byte);
    const double energies[] = {forecast->link_energy_j_per_token, full_rate_w, mean_w};
    for (size_t i = 0; i < sizeof(energies) / sizeof(energies[0]); i++) {
        fab_csv_known(csv, !forecast->lacks_link_energy, energies[i]);
    }
    fab_csv_flag(csv, forecast->memory.fits);
    fab_csv_flag(csv, forecast->is_buildable);
    fab_csv_flag(csv, forecast->is_feasible);
    energy_cells(csv, point);
    simulated_cells(csv, point);
    fab_csv_end(csv);
}

void fab_csv_points(fab_csv *csv, const fab_study_result *result)
{
    points_head(csv);
    for (size_t i = 0; i < result->point_count; i++) {
        point_row(csv, result, &result->points[i]);
    }
}

static void best_cells(fab_csv *csv, const fab_study_target *target)
{
    if (target->has_best) {
        fab_csv_number(csv, target->best_count);
        fab_csv_flag(csv, target->best_meets);
    } else {
        fab_csv_text(csv, NULL);
        fab_csv_text(csv, NULL);
    }
}

static void mover_cells(fab_csv *csv, const fab_study_result *result,
                        const fab_study_target *target)
{
    const fab_sensitivity_row *row =
        target->has_mover ? &result->sensitivities[target->mover] : NULL;
    fab_csv_text(csv, row ? row->name : NULL);
    fab_csv_known(csv, row, row ? row->low_count : 0.0);
    fab_csv_known(csv, row, row ? row->high_count : 0.0);
}

void fab_csv_targets(fab_csv *csv, const fab_study_result *result)
{
    FAB_CSV_NAMES(csv, "id", "what", "published", "published_low", "published_high", "tag",
                  "source", "value", "low", "high", "unit", "range_points", "value_meets", "ok",
                  "best_value", "best_meets", "mover", "mover_low", "mover_high");
    fab_csv_end(csv);
    for (size_t i = 0; i < result->target_count; i++) {
        const fab_study_target *target = &result->targets[i];
        fab_csv_text(csv, target->id);
        fab_csv_text(csv, target->what);
        fab_csv_text(csv, target->published);
        fab_csv_number(csv, target->published_low_count);
        fab_csv_known(csv, target->has_published_high, target->published_high_count);
        fab_csv_text(csv, target->tag);
        fab_csv_text(csv, target->source);
        fab_csv_number(csv, target->value_count);
        fab_csv_number(csv, target->low_count);
        fab_csv_number(csv, target->high_count);
        fab_csv_text(csv, target->unit);
        fab_csv_integer(csv, (int64_t)target->range_points);
        fab_csv_flag(csv, target->value_meets);
        fab_csv_flag(csv, target->ok);
        best_cells(csv, target);
        mover_cells(csv, result, target);
        fab_csv_end(csv);
    }
}

void fab_csv_waterfall(fab_csv *csv, const fab_study_result *result)
{
    FAB_CSV_NAMES(csv, "row", "label", "slow_s", "fast_s", "ratio", "change_ratio", "is_default",
                  "is_beyond", "why");
    fab_csv_end(csv);
    for (size_t i = 0; i < result->waterfall_count; i++) {
        const fab_waterfall_row *row = &result->waterfall[i];
        fab_csv_integer(csv, (int64_t)i + 1);
        fab_csv_text(csv, row->label);
        fab_csv_number(csv, row->slow_s);
        fab_csv_number(csv, row->fast_s);
        fab_csv_number(csv, row->ratio);
        fab_csv_number(csv, row->change_ratio);
        fab_csv_flag(csv, row->is_default);
        fab_csv_flag(csv, row->is_beyond);
        fab_csv_text(csv, row->why);
        fab_csv_end(csv);
    }
}

void fab_csv_sensitivity(fab_csv *csv, const fab_study_result *result)
{
    FAB_CSV_NAMES(csv, "target", "assumption", "setting", "value", "unit", "is_in_range", "why");
    fab_csv_end(csv);
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        for (size_t j = 0; j < row->count; j++) {
            fab_csv_text(csv, result->targets[row->target].id);
            fab_csv_text(csv, row->name);
            fab_csv_text(csv, row->labels[j]);
            fab_csv_number(csv, row->values_count[j]);
            fab_csv_text(csv, result->targets[row->target].unit);
            fab_csv_flag(csv, row->in_range);
            fab_csv_text(csv, row->why);
            fab_csv_end(csv);
        }
    }
}

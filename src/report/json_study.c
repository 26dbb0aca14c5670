#include "report/json_document.h"

#include "report/pod_sheets.h"

static void add_study(fab_json *json, json_t *root, const fab_study_result *result)
{
    json_t *study = fab_json_object(json, root, "study");
    fab_json_text(json, study, "name", result->name);
    fab_json_text(json, study, "title", result->title);
    fab_json_text(json, study, "question", result->question);
    fab_json_text(json, study, "sweep", result->sweep_name);
    json_t *values = fab_json_array(json, study, "values");
    for (size_t i = 0; i < result->sweep_count; i++) {
        fab_json_text(json, values, NULL, result->sweep_labels[i]);
    }
    json_t *variants = fab_json_array(json, study, "variants");
    for (size_t i = 0; i < result->variant_count; i++) {
        json_t *made = fab_json_object(json, variants, NULL);
        fab_json_text(json, made, "name", result->variants[i].name);
        fab_json_text(json, made, "title", result->variants[i].title);
    }
    fab_json_integer(json, study, "evaluations", (int64_t)result->evaluations);
    fab_json_text(json, study, "waterfall_target",
                  result->waterfall_count ? result->targets[result->waterfall_target].id : NULL);
}

static void add_simulated(fab_json *json, json_t *point, const fab_study_simulated *step)
{
    if (step == NULL) {
        fab_json_null(json, point, "simulation");
        return;
    }
    json_t *made = fab_json_object(json, point, "simulation");
    fab_json_known(json, made, "simulated_s", step->is_simulated, step->simulated_s);
    fab_json_known(json, made, "difference_frac", step->is_simulated, step->difference_frac);
    fab_json_text(json, made, "cause", step->cause);
    fab_json_text(json, made, "hot_tier", step->hot_tier);
    fab_json_integer(json, made, "hot_stage", step->hot_stage);
    fab_json_known(json, made, "hot_frac", step->is_simulated, step->hot_frac);
}

static void add_points(fab_json *json, json_t *root, const fab_study_result *result)
{
    json_t *points = fab_json_array(json, root, "points");
    for (size_t i = 0; i < result->point_count; i++) {
        const fab_study_point *point = &result->points[i];
        json_t *made = fab_json_object(json, points, NULL);
        fab_json_text(json, made, "variant", result->variants[point->variant].name);
        fab_json_text(json, made, "value", result->sweep_labels[point->value]);
        fab_json_scenario(json, fab_json_object(json, made, "scenario"), point->scenario);
        fab_json_forecast(json, fab_json_object(json, made, "forecast"), &point->forecast);
        fab_json_ownership(json, fab_json_object(json, made, "ownership"), &point->ownership);
        fab_json_point_mappings(json, made, point);
        add_simulated(json, made, point->simulated);
    }
}

static void add_mover(fab_json *json, json_t *object, const fab_study_result *result,
                      const fab_study_target *target)
{
    if (!target->has_mover) {
        fab_json_null(json, object, "mover");
        return;
    }
    const fab_sensitivity_row *row = &result->sensitivities[target->mover];
    json_t *made = fab_json_object(json, object, "mover");
    fab_json_text(json, made, "name", row->name);
    fab_json_real(json, made, "low", row->low_count);
    fab_json_real(json, made, "high", row->high_count);
}

static void add_target(fab_json *json, json_t *targets, const fab_study_result *result,
                       const fab_study_target *target)
{
    json_t *made = fab_json_object(json, targets, NULL);
    fab_json_text(json, made, "id", target->id);
    fab_json_text(json, made, "what", target->what);
    fab_json_text(json, made, "published", target->published);
    fab_json_real(json, made, "published_low", target->published_low_count);
    if (target->has_published_high) {
        fab_json_real(json, made, "published_high", target->published_high_count);
    } else {
        fab_json_null(json, made, "published_high");
    }
    fab_json_text(json, made, "tag", target->tag);
    fab_json_text(json, made, "source", target->source);
    fab_json_text(json, made, "unit", target->unit);
    fab_json_real(json, made, "value", target->value_count);
    fab_json_real(json, made, "low", target->low_count);
    fab_json_real(json, made, "high", target->high_count);
    fab_json_integer(json, made, "range_points", (int64_t)target->range_points);
    fab_json_boolean(json, made, "value_meets", target->value_meets);
    fab_json_boolean(json, made, "ok", target->ok);
    if (target->has_best) {
        fab_json_real(json, made, "best_value", target->best_count);
        fab_json_boolean(json, made, "best_meets", target->best_meets);
    } else {
        fab_json_null(json, made, "best_value");
        fab_json_null(json, made, "best_meets");
    }
    add_mover(json, made, result, target);
}

static void add_waterfall(fab_json *json, json_t *root, const fab_study_result *result)
{
    json_t *rows = fab_json_array(json, root, "waterfall");
    for (size_t i = 0; i < result->waterfall_count; i++) {
        const fab_waterfall_row *row = &result->waterfall[i];
        json_t *made = fab_json_object(json, rows, NULL);
        fab_json_text(json, made, "label", row->label);
        fab_json_text(json, made, "why", row->why);
        fab_json_real(json, made, "slow_s", row->slow_s);
        fab_json_real(json, made, "fast_s", row->fast_s);
        fab_json_real(json, made, "ratio", row->ratio);
        fab_json_real(json, made, "change_ratio", row->change_ratio);
        fab_json_boolean(json, made, "is_default", row->is_default);
        fab_json_boolean(json, made, "is_beyond", row->is_beyond);
    }
}

static void add_sensitivities(fab_json *json, json_t *root, const fab_study_result *result)
{
    json_t *rows = fab_json_array(json, root, "sensitivities");
    for (size_t i = 0; i < result->sensitivity_count; i++) {
        const fab_sensitivity_row *row = &result->sensitivities[i];
        json_t *made = fab_json_object(json, rows, NULL);
        fab_json_text(json, made, "target", result->targets[row->target].id);
        fab_json_text(json, made, "name", row->name);
        fab_json_text(json, made, "why", row->why);
        fab_json_real(json, made, "low", row->low_count);
        fab_json_real(json, made, "high", row->high_count);
        fab_json_text(json, made, "unit", result->targets[row->target].unit);
        fab_json_boolean(json, made, "in_range", row->in_range);
        json_t *settings = fab_json_array(json, made, "settings");
        for (size_t j = 0; j < row->count; j++) {
            json_t *setting = fab_json_object(json, settings, NULL);
            fab_json_text(json, setting, "label", row->labels[j]);
            fab_json_real(json, setting, "value", row->values_count[j]);
        }
    }
}

static void add_pods(fab_json *json, json_t *root, const fab_study_result *result)
{
    json_t *list = fab_json_array(json, root, "pods");
    for (size_t i = 0; i < result->pod_count; i++) {
        const fab_study_pod *pod = &result->pods[i];
        json_t *object = fab_json_object(json, list, NULL);
        fab_json_text(json, object, "system", result->variants[pod->variant].name);
        fab_json_text(json, object, "link", pod->link);
        fab_json_text(json, object, "switch", pod->chip);
        fab_json_integer(json, object, "used", pod->used);
        json_t *facts = fab_json_array(json, object, "facts");
        for (int k = 0; k < FAB_STUDY_FACT_COUNT; k++) {
            const fab_study_fact *fact = &pod->facts[k];
            json_t *one = fab_json_object(json, facts, NULL);
            fab_json_text(json, one, "what", fab_study_fact_text((fab_study_fact_kind)k));
            fab_json_text(json, one, "unit",
                          fab_dimension_unit(fab_pod_fact_dimension((fab_study_fact_kind)k)));
            const fab_value *made = &fact->derived_count;
            fab_json_known(json, one, "published", fact->published_count.is_known,
                           fact->published_count.value);
            fab_json_known(json, one, "derived", made->is_known, made->value);
            fab_json_known(json, one, "low", made->is_known,
                           made->has_range ? made->low : made->value);
            fab_json_known(json, one, "high", made->is_known,
                           made->has_range ? made->high : made->value);
            fab_json_text(json, one, "why", fact->why);
        }
    }
}

void fab_json_study(fab_json *json, json_t *root, const fab_study_result *result,
                    const fab_run_meter *meter)
{
    add_study(json, root, result);
    add_points(json, root, result);
    json_t *targets = fab_json_array(json, root, "targets");
    for (size_t i = 0; i < result->target_count; i++) {
        add_target(json, targets, result, &result->targets[i]);
    }
    add_waterfall(json, root, result);
    add_sensitivities(json, root, result);
    add_pods(json, root, result);
    fab_json_texts(json, root, "remarks", result->remarks, result->remark_count);
    if (result->point_count > 0) {
        fab_json_settings(json, root, result->points[0].scenario);
    }
    fab_json_run(json, root, meter);
}

fab_status fab_report_study_json(const fab_study_result *result, const fab_run_meter *meter,
                                 fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_study(&json, root, result, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static FILE *stream;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

/* what was written, read back; the caller releases it */
static json_t *parsed(void)
{
    json_error_t error;
    json_t *root = json_loads(fixture_contents(arena, stream), JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "format_version")), 2);
    return root;
}

static double real(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    ck_assert_msg(json_is_real(value), "%s is no real number", key);
    return json_real_value(value);
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    ck_assert_msg(value != NULL, "%s is no text", key);
    return value;
}

static void check_targets(const json_t *list, const fab_study_result *study)
{
    ck_assert_uint_eq(json_array_size(list), study->target_count);
    for (size_t i = 0; i < study->target_count; i++) {
        const fab_study_target *want = &study->targets[i];
        const json_t *target = json_array_get(list, i);
        ck_assert_str_eq(text(target, "id"), want->id);
        ck_assert_str_eq(text(target, "what"), want->what);
        ck_assert_str_eq(text(target, "published"), want->published);
        ck_assert_double_eq(real(target, "published_low"), want->published_low_count);
        if (want->has_published_high) {
            ck_assert_double_eq(real(target, "published_high"), want->published_high_count);
        } else {
            ck_assert(json_is_null(json_object_get(target, "published_high")));
        }
        ck_assert_str_eq(text(target, "tag"), want->tag);
        ck_assert_str_eq(text(target, "unit"), want->unit);
        ck_assert_double_eq(real(target, "value"), want->value_count);
        ck_assert_double_eq(real(target, "low"), want->low_count);
        ck_assert_double_eq(real(target, "high"), want->high_count);
        ck_assert_int_eq(json_is_true(json_object_get(target, "value_meets")), want->value_meets);
        ck_assert_int_eq(json_is_true(json_object_get(target, "ok")), want->ok);
        const json_t *best = json_object_get(target, "best_value");
        const json_t *mover = json_object_get(target, "mover");
        ck_assert(want->has_best ? json_real_value(best) == want->best_count : json_is_null(best));
        ck_assert(want->has_mover || json_is_null(mover));
        if (want->has_mover) {
            const fab_sensitivity_row *row = &study->sensitivities[want->mover];
            ck_assert_str_eq(text(mover, "name"), row->name);
            ck_assert_double_eq(real(mover, "high"), row->high_count);
        }
    }
}

static void check_best(const json_t *point, const fab_study_best *want)
{
    const json_t *best = json_object_get(point, "best");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(best, "mappings"), "forecast")),
        want->counts.forecast);
    ck_assert_int_eq(json_integer_value(json_object_get(best, "own_rank")), want->own_rank);
    ck_assert_int_eq(json_is_true(json_object_get(best, "is_found")), want->is_found);
    ck_assert_int_eq(json_object_get(best, "mapping") != NULL, want->is_found);
    if (want->is_found) {
        const json_t *groups = json_object_get(best, "groups");
        ck_assert_double_eq(real(json_object_get(best, "forecast"), "step_s"),
                            want->forecast.step_s);
        ck_assert_uint_eq(json_object_size(groups), FAB_STUDY_GROUP_COUNT);
        ck_assert_int_eq(
            json_integer_value(json_object_get(json_object_get(groups, "pp"), "domains")),
            want->groups[FAB_STUDY_GROUP_PIPELINE].domains);
    }
}

static void check_points(const json_t *list, const fab_study_result *study)
{
    ck_assert_uint_eq(json_array_size(list), study->point_count);
    for (size_t i = 0; i < study->point_count; i++) {
        const fab_study_point *want = &study->points[i];
        const json_t *point = json_array_get(list, i);
        const json_t *forecast = json_object_get(point, "forecast");
        ck_assert_str_eq(text(point, "variant"), study->variants[want->variant].name);
        ck_assert_str_eq(text(point, "value"), study->sweep_labels[want->value]);
        ck_assert_double_eq(real(forecast, "step_s"), want->forecast.step_s);
        ck_assert_uint_eq(json_object_size(json_object_get(forecast, "part_s")),
                          FAB_STEP_CLASS_COUNT);
        ck_assert_double_eq(real(json_object_get(forecast, "part_s"), "expert"),
                            want->forecast.part_s[FAB_STEP_EXPERT]);
        ck_assert_double_eq(real(json_object_get(point, "ownership"), "time_to_train_s"),
                            want->ownership.time_to_train_s);
        check_best(point, want->best);
    }
}

START_TEST(study_reads_back)
{
    const fab_study_result *study = fixture_study(arena, _i == 1);
    const fab_run_meter meter = fixture_meter();
    ck_assert_int_eq(fab_report_study_json(study, &meter, arena, stream), FAB_OK);
    json_t *root = parsed();
    ck_assert_str_eq(text(json_object_get(root, "study"), "title"), study->title);
    check_targets(json_object_get(root, "targets"), study);
    check_points(json_object_get(root, "points"), study);
    const json_t *waterfall = json_object_get(root, "waterfall");
    ck_assert_uint_eq(json_array_size(waterfall), study->waterfall_count);
    ck_assert_double_eq(real(json_array_get(waterfall, 0), "ratio"), study->waterfall[0].ratio);
    const json_t *movers = json_object_get(root, "sensitivities");
    ck_assert_uint_eq(json_array_size(movers), study->sensitivity_count);
    ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(movers, 0), "settings")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "remarks")), study->remark_count);
    const json_t *run = json_object_get(root, "run");
    ck_assert_double_eq(real(run, "elapsed_s"), meter.elapsed_s);
    ck_assert_double_eq(real(run, "rate_per_s"), meter.rate_per_s);
    ck_assert_int_eq(json_integer_value(json_object_get(run, "peak_rss_bytes")),
                     meter.peak_rss_byte);
    ck_assert_str_eq(text(run, "date"), meter.date);
    json_decref(root);
}
END_TEST

START_TEST(no_meter_no_run)
{
    ck_assert_int_eq(fab_report_study_json(fixture_study(arena, false), NULL, arena, stream),
                     FAB_OK);
    json_t *root = parsed();
    ck_assert_ptr_null(json_object_get(root, "run"));
    json_decref(root);
}
END_TEST

START_TEST(forecast_reads_back)
{
    const fab_study_point *point = &fixture_study(arena, false)->points[0];
    ck_assert_int_eq(fab_report_forecast_json(point->scenario, &point->forecast, &point->ownership,
                                              NULL, NULL, NULL, arena, stream),
                     FAB_OK);
    json_t *root = parsed();
    const json_t *forecast = json_object_get(root, "forecast");
    ck_assert_double_eq(real(forecast, "step_s"), 5.0);
    ck_assert_double_eq(real(json_object_get(forecast, "memory"), "total_byte"), 640e9);
    ck_assert_uint_eq(json_array_size(json_object_get(forecast, "tiers")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(forecast, "checks")), 3);
    const json_t *scenario = json_object_get(root, "scenario");
    const json_t *fabric = json_object_get(scenario, "fabric");
    const json_t *tier = json_array_get(json_object_get(fabric, "tiers"), 0);
    ck_assert_double_eq(real(json_object_get(tier, "rate_bps"), "value"), 14.4e12);
    /* what is not published is null, not zero */
    ck_assert(json_is_null(json_object_get(tier, "reach_m")));
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(scenario, "job"), "gpus")),
                     32768);
    ck_assert_uint_gt(json_array_size(json_object_get(root, "settings")), 20);
    json_decref(root);
}
END_TEST

START_TEST(energy_reads_back)
{
    const fab_study_result *study = fixture_study(arena, false);
    ck_assert_int_eq(fab_report_study_json(study, NULL, arena, stream), FAB_OK);
    json_t *root = parsed();
    for (size_t v = 0; v < 2; v++) {
        const json_t *point = json_array_get(json_object_get(root, "points"), v * 4);
        const json_t *energy = json_object_get(json_object_get(point, "forecast"), "energy");
        const json_t *parts = json_object_get(energy, "part_j");
        const json_t *run = json_object_get(point, "ownership");
        ck_assert_uint_eq(json_object_size(parts), FAB_ENERGY_CLASS_COUNT);
        ck_assert(json_is_null(json_object_get(energy, "power_limit_ratio")));
        if (v == 0) {
            ck_assert_double_eq(real(parts, "gemm_fp8"), 64.0);
            ck_assert_double_eq(real(parts, "facility"), 768.0);
            ck_assert_double_eq(real(energy, "package_power_w"), 2048.0);
            ck_assert_double_eq(real(run, "energy_j"), 1.4976e14);
        } else {
            ck_assert(json_is_null(json_object_get(parts, "gemm_fp8")));
            ck_assert(json_is_null(json_object_get(energy, "package_power_w")));
            ck_assert(json_is_null(json_object_get(run, "energy_j")));
        }
    }
    json_decref(root);
}
END_TEST

START_TEST(bytes_that_are_no_text_become_marks)
{
    fab_study_result study = *fixture_study(arena, false);
    study.title = "a\xff";
    ck_assert_int_eq(fab_report_study_json(&study, NULL, arena, stream), FAB_OK);
    json_t *root = parsed();
    ck_assert_str_eq(text(json_object_get(root, "study"), "title"), "a?");
    json_decref(root);
}
END_TEST

START_TEST(catalog_reads_back)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_catalog *catalog = NULL;
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
    ck_assert_int_eq(
        fab_report_catalog_json(catalog, FAB_CATALOG_KIND_COUNT, SIZE_MAX, arena, stream), FAB_OK);
    json_t *root = parsed();
    for (int i = 0; i < FAB_CATALOG_KIND_COUNT; i++) {
        const json_t *rows = json_object_get(root, fab_catalog_kind_name((fab_catalog_kind)i));
        ck_assert_uint_eq(json_array_size(rows), fab_catalog_count(catalog, (fab_catalog_kind)i));
        ck_assert_uint_gt(json_object_size(json_object_get(json_array_get(rows, 0), "facts")), 3);
    }
    json_decref(root);
    rewind(stream);
    FILE *one = tmpfile();
    ck_assert_int_eq(fab_report_catalog_json(catalog, FAB_CATALOG_GPU, 0, arena, one), FAB_OK);
    root = json_loads(fixture_contents(arena, one), 0, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "gpu")), 1);
    json_decref(root);
    fclose(one);
}
END_TEST

START_TEST(full_disk_is_an_error)
{
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    ck_assert_int_eq(fab_report_study_json(fixture_study(arena, false), NULL, arena, full),
                     FAB_E_IO);
    fclose(full);
}
END_TEST

START_TEST(little_memory_is_an_error)
{
    const fab_study_result *study = fixture_study(arena, true);
    fab_arena *small = fab_arena_create(64);
    ck_assert_int_eq(fab_report_study_json(study, NULL, small, stream), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_json");
    TCase *json = tcase_create("json");
    tcase_add_checked_fixture(json, setup, teardown);
    tcase_add_loop_test(json, study_reads_back, 0, 2);
    tcase_add_test(json, no_meter_no_run);
    tcase_add_test(json, forecast_reads_back);
    tcase_add_test(json, energy_reads_back);
    tcase_add_test(json, bytes_that_are_no_text_become_marks);
    tcase_add_test(json, catalog_reads_back);
    tcase_add_test(json, full_disk_is_an_error);
    tcase_add_test(json, little_memory_is_an_error);
    suite_add_tcase(suite, json);
    return run_all(suite);
}

#include "report/json_document.h"

#include "report/keys.h"

/* The rank of a mapping that is not feasible is null. */
static void add_row(fab_json *json, json_t *object, const fab_search_row *row)
{
    const fab_forecast *forecast = &row->forecast;
    if (row->rank > 0) {
        fab_json_integer(json, object, "rank", row->rank);
    } else {
        fab_json_null(json, object, "rank");
    }
    fab_json_mapping(json, object, &row->mapping);
    fab_json_real(json, object, "step_s", forecast->step_s);
    json_t *parts = fab_json_object(json, object, "part_s");
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        fab_json_real(json, parts, fab_step_key((fab_step_class)i), forecast->part_s[i]);
    }
    fab_json_real(json, object, "time_to_train_s", row->ownership.time_to_train_s);
    fab_json_real(json, object, "mfu_frac", forecast->mfu_frac);
    fab_json_real(json, object, "memory_byte", forecast->memory.total_byte);
    fab_json_boolean(json, object, "is_feasible", forecast->is_feasible);
}

fab_status fab_report_search_json(const fab_search_result *result, const fab_run_meter *meter,
                                  fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_scenario(&json, fab_json_object(&json, root, "scenario"), result->scenario);
    fab_json_counts(&json, root, &result->counts);
    json_t *own = fab_json_object(&json, root, "own");
    add_row(&json, own, &result->own);
    if (result->own.rank > 0 && result->row_count > 0) {
        fab_json_real(&json, own, "slowdown_ratio",
                      result->own.forecast.step_s / result->rows[0].forecast.step_s);
    } else {
        fab_json_null(&json, own, "slowdown_ratio");
    }
    json_t *rows = fab_json_array(&json, root, "best");
    for (size_t i = 0; i < result->row_count; i++) {
        add_row(&json, fab_json_object(&json, rows, NULL), &result->rows[i]);
    }
    fab_json_real(&json, root, "least_memory_byte", result->least_memory_byte);
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

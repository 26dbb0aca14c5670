#include "report/json_document.h"

#include "report/keys.h"
#include "report/search_words.h"

static void add_mapping(fab_json *json, json_t *object, const fab_mapping *mapping)
{
    json_t *made = fab_json_object(json, object, "mapping");
    fab_json_integer(json, made, "tp", mapping->tp);
    fab_json_integer(json, made, "pp", mapping->pp);
    fab_json_integer(json, made, "dp", mapping->dp);
    fab_json_integer(json, made, "ep", mapping->ep);
    fab_json_integer(json, made, "etp", mapping->etp);
    fab_json_integer(json, made, "microbatch", mapping->microbatch);
    fab_json_integer(json, made, "interleave", mapping->interleave);
    fab_json_text(json, made, "expert_order", fab_order_word(mapping));
    fab_json_text(json, made, "recompute", fab_recompute_word(mapping));
}

/* The rank of a mapping that is not feasible is null. */
static void add_row(fab_json *json, json_t *object, const fab_search_row *row)
{
    const fab_forecast *forecast = &row->forecast;
    if (row->rank > 0) {
        fab_json_integer(json, object, "rank", row->rank);
    } else {
        fab_json_null(json, object, "rank");
    }
    add_mapping(json, object, &row->mapping);
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

static void add_counts(fab_json *json, json_t *object, const fab_search_counts *counts)
{
    json_t *made = fab_json_object(json, object, "mappings");
    fab_json_integer(json, made, "enumerated", counts->enumerated);
    fab_json_integer(json, made, "refused", counts->refused);
    fab_json_integer(json, made, "forecast", counts->forecast);
    fab_json_integer(json, made, "infeasible", counts->infeasible);
    fab_json_integer(json, made, "feasible", counts->feasible);
}

fab_status fab_report_search_json(const fab_search_result *result, const fab_run_meter *meter,
                                  fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_scenario(&json, fab_json_object(&json, root, "scenario"), result->scenario);
    add_counts(&json, root, &result->counts);
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

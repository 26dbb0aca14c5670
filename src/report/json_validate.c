#include "report/json_document.h"

#include "report/validate_words.h"

static void add_groups(fab_json *json, json_t *root, const char *key, const fab_score_group *groups,
                       size_t count)
{
    json_t *array = fab_json_array(json, root, key);
    for (size_t i = 0; i < count; i++) {
        const fab_score_group *group = &groups[i];
        const bool is_scored = group->scored_count > 0;
        json_t *object = fab_json_object(json, array, NULL);
        fab_json_text(json, object, "name", group->name);
        fab_json_integer(json, object, "rows", (int64_t)group->row_count);
        fab_json_integer(json, object, "scored", (int64_t)group->scored_count);
        fab_json_known(json, object, "median_frac", is_scored, group->median_frac);
        fab_json_known(json, object, "p90_frac", is_scored, group->p90_frac);
        fab_json_known(json, object, "mean_frac", is_scored, group->mean_frac);
        fab_json_known(json, object, "bias_frac", is_scored, group->bias_frac);
        fab_json_known(json, object, "largest_frac", is_scored, group->largest_frac);
    }
}

static void add_row(fab_json *json, json_t *array, const fab_run_score *row)
{
    const bool is_compared = row->forecast_s > 0.0 && row->measured_s > 0.0;
    json_t *object = fab_json_object(json, array, NULL);
    fab_json_text(json, object, "id", row->id);
    fab_json_text(json, object, "source_key", row->source_key);
    fab_json_text(json, object, "status", fab_run_status_word(row->status));
    fab_json_text(json, object, "reason", row->reason);
    fab_json_known(json, object, "measured_s", row->measured_s > 0.0, row->measured_s);
    fab_json_known(json, object, "forecast_s", row->forecast_s > 0.0, row->forecast_s);
    fab_json_known(json, object, "error_frac", is_compared, row->error_frac);
    fab_json_known(json, object, "measured_byte", row->measured_byte > 0.0, row->measured_byte);
    fab_json_known(json, object, "forecast_byte", row->forecast_byte > 0.0, row->forecast_byte);
    fab_json_text(json, object, "assumed", row->assumed);
    fab_json_text(json, object, "scenario", row->scenario);
}

fab_status fab_report_validation_json(const fab_validation *validation, const fab_run_meter *meter,
                                      fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_text(&json, root, "file", validation->file);
    add_groups(&json, root, "sources", validation->sources, validation->source_count);
    add_groups(&json, root, "totals", validation->totals, validation->total_count);
    json_t *rows = fab_json_array(&json, root, "rows");
    for (size_t i = 0; i < validation->row_count; i++) {
        add_row(&json, rows, &validation->rows[i]);
    }
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

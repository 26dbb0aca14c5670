#include "report/json_document.h"

#include "report/keys.h"

static void add_side(fab_json *json, json_t *root, const char *key, const fab_compared *side)
{
    json_t *object = fab_json_object(json, root, key);
    fab_json_text(json, object, "label", side->label);
    fab_json_scenario(json, fab_json_object(json, object, "scenario"), side->scenario);
    fab_json_forecast(json, fab_json_object(json, object, "forecast"), &side->forecast);
    fab_json_ownership(json, fab_json_object(json, object, "ownership"), &side->ownership);
}

fab_status fab_report_comparison_json(const fab_comparison *comparison, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_real(&json, root, "speedup_ratio", comparison->speedup_ratio);
    json_t *parts = fab_json_array(&json, root, "parts");
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        const fab_compared_part *part = &comparison->parts[i];
        json_t *object = fab_json_object(&json, parts, NULL);
        fab_json_text(&json, object, "part", fab_step_key(part->part));
        fab_json_real(&json, object, "first_s", part->first_s);
        fab_json_real(&json, object, "second_s", part->second_s);
        fab_json_real(&json, object, "change_s", part->change_s);
        fab_json_real(&json, object, "change_frac", part->change_frac);
    }
    json_t *settings = fab_json_array(&json, root, "settings");
    for (size_t i = 0; i < comparison->setting_count; i++) {
        const fab_compared_setting *row = &comparison->settings[i];
        json_t *object = fab_json_object(&json, settings, NULL);
        fab_json_text(&json, object, "section", row->section);
        fab_json_text(&json, object, "field", row->field);
        fab_json_text(&json, object, "first", row->first);
        fab_json_text(&json, object, "second", row->second);
    }
    add_side(&json, root, "first", &comparison->first);
    add_side(&json, root, "second", &comparison->second);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

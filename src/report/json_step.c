#include "report/json_document.h"
#include "report/keys.h"

static void add_parts(fab_json *json, json_t *root, const fab_step_simulation *step)
{
    json_t *parts = fab_json_array(json, root, "parts");
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        json_t *made = fab_json_object(json, parts, NULL);
        fab_json_text(json, made, "name", fab_step_class_text((fab_step_class)part));
        fab_json_real(json, made, "closed_form_s", step->closed_part_s[part]);
        fab_json_real(json, made, "simulated_s", step->part_s[part]);
    }
}

static void add_tiers(fab_json *json, json_t *root, const fab_step_simulation *step)
{
    json_t *tiers = fab_json_array(json, root, "tiers");
    for (int64_t tier = 0; tier < step->tier_count; tier++) {
        json_t *made = fab_json_object(json, tiers, NULL);
        fab_json_text(json, made, "name", step->tier_names[tier]);
        fab_json_real(json, made, "busy_frac", step->tier_busy_frac[tier]);
        json_t *bins = fab_json_array(json, made, "busy_over_time_frac");
        for (int i = 0; i < FAB_TIMELINE_BINS; i++) {
            fab_json_real(json, bins, NULL, step->tier_bin_frac[tier][i]);
        }
    }
}

static void add_shared(fab_json *json, json_t *root, const fab_step_simulation *step)
{
    json_t *list = fab_json_array(json, root, "shared");
    for (size_t i = 0; i < step->shared_count; i++) {
        const fab_shared_time *shared = &step->shared[i];
        json_t *made = fab_json_object(json, list, NULL);
        fab_json_text(json, made, "first", fab_step_key(shared->first));
        fab_json_text(json, made, "second", fab_step_key(shared->second));
        fab_json_text(json, made, "tier", step->tier_names[shared->tier]);
        fab_json_real(json, made, "time_s", shared->time_s);
    }
}

static void add_graph(fab_json *json, json_t *root, const fab_step_simulation *step)
{
    json_t *links = fab_json_array(json, root, "links");
    for (size_t i = 0; i < step->link_count; i++) {
        const fab_step_link *link = &step->links[i];
        json_t *made = fab_json_object(json, links, NULL);
        fab_json_text(json, made, "from", link->from);
        fab_json_text(json, made, "to", link->to);
        fab_json_text(json, made, "tier", step->tier_names[link->tier]);
        fab_json_integer(json, made, "alike", (int64_t)link->count);
        fab_json_real(json, made, "carried_byte", link->carried_byte);
        fab_json_real(json, made, "busy_frac", link->busy_frac);
    }
}

fab_status fab_report_step_json(const fab_scenario *scenario, const fab_step_simulation *step,
                                const fab_run_meter *meter, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_text(&json, root, "scenario", scenario->name);
    fab_json_real(&json, root, "closed_form_s", step->closed_form_s);
    fab_json_real(&json, root, "simulated_s", step->simulated_s);
    fab_json_real(&json, root, "difference_frac", step->difference_frac);
    fab_json_text(&json, root, "cause", step->cause);
    fab_json_integer(&json, root, "busiest_stage", step->busiest_stage);
    fab_json_integer(&json, root, "stages", step->stages);
    fab_json_integer(&json, root, "microbatches", step->microbatches);
    fab_json_integer(&json, root, "flows", (int64_t)step->flows);
    fab_json_integer(&json, root, "events", (int64_t)step->events);
    add_parts(&json, root, step);
    add_tiers(&json, root, step);
    json_t *hot = fab_json_object(&json, root, "hot_link");
    fab_json_integer(&json, hot, "stage", step->hot_stage);
    fab_json_text(&json, hot, "tier", step->tier_names[step->hot_tier]);
    fab_json_real(&json, hot, "busy_frac", step->hot_frac);
    add_graph(&json, root, step);
    add_shared(&json, root, step);
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

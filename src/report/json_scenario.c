#include "report/json_document.h"

static void add_tier(fab_json *json, json_t *tiers, const fab_tier *tier)
{
    json_t *made = fab_json_object(json, tiers, NULL);
    fab_json_text(json, made, "name", tier->name);
    fab_json_text(json, made, "technology", tier->technology.name);
    fab_json_value(json, made, "rate_bps", &tier->rate_bps);
    fab_json_value(json, made, "latency_s", &tier->latency_s);
    fab_json_value(json, made, "energy_j_per_bit", &tier->technology.energy_j_per_bit);
    fab_json_value(json, made, "reach_m", &tier->technology.reach_m);
    fab_json_integer(json, made, "domain", tier->domain);
    fab_json_integer(json, made, "used", tier->used);
    fab_json_integer(json, made, "links_per_path", tier->links_per_path);
}

void fab_json_scenario(fab_json *json, json_t *object, const fab_scenario *scenario)
{
    fab_json_text(json, object, "name", scenario->name);
    fab_json_text(json, object, "model", scenario->model.name);
    fab_json_text(json, object, "gpu", scenario->gpu.name);
    json_t *fabric = fab_json_object(json, object, "fabric");
    fab_json_text(json, fabric, "name", scenario->fabric.name);
    json_t *tiers = fab_json_array(json, fabric, "tiers");
    for (int64_t i = 0; i < scenario->fabric.tier_count; i++) {
        add_tier(json, tiers, &scenario->fabric.tiers[i]);
    }
    json_t *job = fab_json_object(json, object, "job");
    fab_json_integer(json, job, "gpus", scenario->job.gpus);
    fab_json_integer(json, job, "tokens", scenario->job.tokens);
    fab_json_integer(json, job, "batch", scenario->job.batch);
    fab_json_integer(json, job, "sequence", scenario->job.sequence);
    fab_json_mapping(json, object, &scenario->mapping);
}

void fab_json_settings(fab_json *json, json_t *object, const fab_scenario *scenario)
{
    if (json->scratch->status != FAB_OK) {
        return;
    }
    const fab_setting *settings;
    size_t count;
    const fab_status status =
        fab_scenario_settings(scenario, json->scratch->arena, &settings, &count);
    if (status != FAB_OK) {
        json->scratch->status = status;
        return;
    }
    json_t *list = fab_json_array(json, object, "settings");
    for (size_t i = 0; i < count; i++) {
        json_t *made = fab_json_object(json, list, NULL);
        fab_json_text(json, made, "section", settings[i].section);
        fab_json_text(json, made, "field", settings[i].field);
        fab_json_text(json, made, "text", settings[i].text);
        fab_json_text(json, made, "source", settings[i].source);
        fab_json_boolean(json, made, "is_default", settings[i].is_default);
    }
}

void fab_json_run(fab_json *json, json_t *object, const fab_run_meter *meter)
{
    if (!meter) {
        return;
    }
    json_t *made = fab_json_object(json, object, "run");
    fab_json_real(json, made, "elapsed_s", meter->elapsed_s);
    fab_json_real(json, made, "rate_per_s", meter->rate_per_s);
    fab_json_integer(json, made, "peak_rss_bytes", meter->peak_rss_byte);
    if (meter->evaluated + meter->taken > 0) {
        fab_json_integer(json, made, "evaluated", meter->evaluated);
        fab_json_integer(json, made, "taken", meter->taken);
    }
    fab_json_text(json, made, "date", meter->date);
}

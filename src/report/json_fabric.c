#include <fabricast/report.h>

#include "report/json_document.h"

/* null where switches cannot be counted */
static void add_switches(fab_json *json, json_t *made, const fab_tier_bill *bill)
{
    const fab_clos *clos = &bill->clos;
    fab_json_text(json, made, "switch", bill->tier->chip ? bill->tier->chip->name : NULL);
    if (clos->levels < 1) {
        fab_json_null(json, made, "switches");
        return;
    }
    json_t *object = fab_json_object(json, made, "switches");
    fab_json_integer(json, object, "total", clos->total);
    fab_json_integer(json, object, "planes", clos->planes);
    fab_json_integer(json, object, "radix", clos->radix);
    fab_json_real(json, object, "port_links_count", clos->port_links_count);
    json_t *levels = fab_json_array(json, object, "levels");
    for (int64_t i = 0; i < clos->levels; i++) {
        fab_json_integer(json, levels, NULL, clos->switches[i]);
    }
    fab_json_value(json, object, "power_w", &bill->switch_power_w);
}

static void add_tier(fab_json *json, json_t *list, const fab_tier_bill *bill)
{
    const fab_tier *tier = bill->tier;
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", tier->name);
    fab_json_text(json, made, "technology", tier->technology.name);
    fab_json_integer(json, made, "domain_packages", tier->domain);
    fab_json_integer(json, made, "used_packages", tier->used);
    fab_json_integer(json, made, "domains", bill->domains);
    fab_json_value(json, made, "rate_bps", &tier->rate_bps);
    fab_json_real(json, made, "domain_rate_bps", bill->domain_rate_bps);
    fab_json_value(json, made, "latency_s", &tier->latency_s);
    fab_json_integer(json, made, "links_per_path", tier->links_per_path);
    fab_json_integer(json, made, "links", bill->links);
    fab_json_integer(json, made, "domain_racks", bill->domain_racks);
    fab_json_integer(json, made, "racks", bill->racks);
    fab_json_real(json, made, "longest_link_m", bill->span_m);
    fab_json_integer(json, made, "cables", bill->cables);
    fab_json_real(json, made, "mean_cable_m", bill->mean_cable_m);
    fab_json_real(json, made, "cable_m", bill->cable_m);
    add_switches(json, made, bill);
    fab_json_value(json, made, "package_power_w", &bill->package_power_w);
    fab_json_value(json, made, "rack_power_w", &bill->rack_power_w);
    fab_json_value(json, made, "job_power_w", &bill->job_power_w);
    fab_json_value(json, made, "power_w", &bill->power_w);
    fab_json_text(json, made, "energy_scope", tier->technology.energy_scope);
}

static void add_check(fab_json *json, json_t *list, const fab_fabric_check *check)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "tier", check->tier);
    fab_json_text(json, made, "what", check->what);
    fab_json_boolean(json, made, "is_known", check->is_known);
    fab_json_boolean(json, made, "is_met", check->is_met);
    fab_json_text(json, made, "reason", check->reason);
}

fab_status fab_report_fabric_json(const fab_fabric_bill *bill, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_text(&json, root, "fabric", bill->fabric->name);
    fab_json_text(&json, root, "title", bill->fabric->title);
    fab_json_integer(&json, root, "packages", bill->packages);
    fab_json_integer(&json, root, "installed_packages", bill->installed);
    fab_json_boolean(&json, root, "is_possible", bill->is_possible);
    json_t *tiers = fab_json_array(&json, root, "tiers");
    for (int64_t i = 0; i < bill->fabric->tier_count; i++) {
        add_tier(&json, tiers, &bill->tiers[i]);
    }
    json_t *checks = fab_json_array(&json, root, "checks");
    for (size_t i = 0; i < bill->check_count; i++) {
        add_check(&json, checks, &bill->checks[i]);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

#include <fabricast/report.h>

#include "report/json_document.h"

static const char *name_of(const fab_region_map *regions, int curve)
{
    return curve == FAB_REGION_NONE ? NULL : regions->map.curves[curve].technology->name;
}

static void add_region(fab_json *json, json_t *list, const fab_region_map *regions,
                       const fab_region *region)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", name_of(regions, region->curve));
    fab_json_integer(json, made, "cells", (int64_t)region->cells);
    fab_json_real(json, made, "least_m", region->least_m);
    fab_json_real(json, made, "most_m", region->most_m);
    fab_json_real(json, made, "least_bps", region->least_bps);
    fab_json_real(json, made, "most_bps", region->most_bps);
    fab_json_real(json, made, "least_j_per_bit", region->least_j_per_bit);
    fab_json_real(json, made, "most_j_per_bit", region->most_j_per_bit);
}

static void add_row(fab_json *json, json_t *list, const fab_region_map *regions, size_t rate)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_real(json, made, "rate_bps", regions->rates_bps[rate]);
    json_t *best = fab_json_array(json, made, "best");
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        fab_json_text(json, best, NULL, name_of(regions, regions->best[rate][i]));
    }
}

fab_status fab_report_regions_json(const fab_map_study *study, const fab_region_map *regions,
                                   const fab_run_meter *meter, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    fab_json_text(&json, root, "name", study->name);
    fab_json_text(&json, root, "title", study->title);
    fab_json_text(&json, root, "question", study->question);
    fab_json_value(&json, root, "edge_m", &regions->frame.edge_m);
    fab_json_value(&json, root, "link_power_w", &regions->frame.link_power_w);
    fab_json_integer(&json, root, "empty_cells", (int64_t)regions->empty_cells);
    json_t *list = fab_json_array(&json, root, "regions");
    for (size_t i = 0; i < regions->region_count; i++) {
        add_region(&json, list, regions, &regions->regions[i]);
    }
    json_t *distances = fab_json_array(&json, root, "distances_m");
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        fab_json_real(&json, distances, NULL, regions->map.distances_m[i]);
    }
    json_t *rows = fab_json_array(&json, root, "rows");
    for (size_t i = 0; i < FAB_REGION_RATES; i++) {
        add_row(&json, rows, regions, i);
    }
    fab_json_texts(&json, root, "remarks", study->remarks, study->remark_count);
    fab_json_run(&json, root, meter);
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

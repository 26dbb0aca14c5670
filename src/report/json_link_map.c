#include <fabricast/report.h>

#include "report/json_document.h"

static void add_curve(fab_json *json, json_t *list, const fab_link_map *map,
                      const fab_link_curve *curve)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", curve->technology->name);
    fab_json_known(json, made, "reach_m", curve->is_reach_known, curve->reach_m);
    fab_json_boolean(json, made, "reach_is_derived", curve->is_reach_derived);
    fab_json_known(json, made, "shoreline_bps_per_m", curve->shoreline_bps_per_m.is_known,
                   curve->shoreline_bps_per_m.value);
    json_t *points = fab_json_array(json, made, "points");
    for (size_t i = 0; i < FAB_MAP_POINTS; i++) {
        json_t *point = fab_json_object(json, points, NULL);
        fab_json_real(json, point, "distance_m", map->distances_m[i]);
        fab_json_known(json, point, "energy_j_per_bit", curve->energy_j_per_bit[i] > 0.0,
                       curve->energy_j_per_bit[i]);
        fab_json_known(json, point, "lane_rate_bps", curve->lane_bps[i] > 0.0, curve->lane_bps[i]);
    }
}

fab_status fab_report_link_map_json(const fab_link_map *map, fab_arena *arena, FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    json_t *root = fab_json_root(&json);
    json_t *curves = fab_json_array(&json, root, "curves");
    for (size_t i = 0; i < map->count; i++) {
        add_curve(&json, curves, map, &map->curves[i]);
    }
    json_t *stretches = fab_json_array(&json, root, "stretches");
    for (size_t i = 0; i < map->stretch_count; i++) {
        json_t *made = fab_json_object(&json, stretches, NULL);
        fab_json_text(&json, made, "name", map->stretches[i].curve->technology->name);
        fab_json_real(&json, made, "from_m", map->stretches[i].from_m);
        fab_json_real(&json, made, "to_m", map->stretches[i].to_m);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

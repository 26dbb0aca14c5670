#include <fabricast/report.h>

#include "report/json_document.h"

static const double BIT_PER_BYTE = 8.0;

static void add_rate(fab_json *json, json_t *object, const char *key, double rate_byte_per_s)
{
    if (rate_byte_per_s > 0.0) {
        fab_json_real(json, object, key, rate_byte_per_s);
    } else {
        fab_json_null(json, object, key);
    }
}

static void add_tiers(fab_json *json, json_t *made, const fab_collective_answer *answer,
                      const fab_collective_cost *cost)
{
    json_t *tiers = fab_json_array(json, made, "tiers");
    for (int64_t i = 0; i < answer->fabric->tier_count; i++) {
        json_t *tier = fab_json_object(json, tiers, NULL);
        fab_json_text(json, tier, "name", answer->fabric->tiers[i].name);
        fab_json_real(json, tier, "sent_byte", cost->tier_sent_bit[i] / BIT_PER_BYTE);
        fab_json_real(json, tier, "wire_time_s", cost->tier_time_s[i]);
    }
}

/* null without a messaging layer that has a channel for the algorithm */
static void add_calibrated(fab_json *json, json_t *made, const fab_collective_answer *answer,
                           const fab_collective_way *way)
{
    if (!way->is_calibrated) {
        fab_json_null(json, made, "calibrated");
        return;
    }
    json_t *calibrated = fab_json_object(json, made, "calibrated");
    json_t *protocols = fab_json_array(json, calibrated, "protocols");
    for (int64_t i = 0; i < answer->fabric->tier_count; i++) {
        json_t *tier = fab_json_object(json, protocols, NULL);
        fab_json_text(json, tier, "tier", answer->fabric->tiers[i].name);
        if (way->protocols[i]) {
            fab_json_text(json, tier, "protocol", way->protocols[i]);
        } else {
            fab_json_null(json, tier, "protocol");
        }
        fab_json_real(json, tier, "wire_time_s", way->calibrated.tier_time_s[i]);
    }
    fab_json_real(json, calibrated, "latency_s", way->calibrated.latency_s);
    fab_json_real(json, calibrated, "time_s", way->calibrated.time_s);
    add_rate(json, calibrated, "bus_byte_per_s", way->calibrated_bus_byte_per_s);
    fab_json_real(json, calibrated, "time_over_ideal_ratio",
                  way->calibrated.time_s / way->cost.time_s);
}

static void add_way(fab_json *json, json_t *ways, int algorithm,
                    const fab_collective_answer *answer)
{
    const fab_collective_way *way = &answer->ways[algorithm];
    json_t *made = fab_json_object(json, ways, NULL);
    fab_json_text(json, made, "algorithm", fab_algorithm_name(algorithm));
    fab_json_boolean(json, made, "applies", way->reason == NULL);
    if (way->reason) {
        fab_json_text(json, made, "reason", way->reason);
        return;
    }
    add_tiers(json, made, answer, &way->cost);
    fab_json_real(json, made, "latency_s", way->cost.latency_s);
    fab_json_real(json, made, "time_s", way->cost.time_s);
    add_rate(json, made, "algorithm_byte_per_s", way->algorithm_byte_per_s);
    add_rate(json, made, "bus_byte_per_s", way->bus_byte_per_s);
    if (answer->is_energy_known) {
        fab_json_real(json, made, "rank_energy_j", way->cost.energy_j);
    } else {
        fab_json_null(json, made, "rank_energy_j");
    }
    add_calibrated(json, made, answer, way);
}

static void add_placement(fab_json *json, json_t *root, const fab_placement *placement)
{
    json_t *made = fab_json_object(json, root, "placement");
    fab_json_integer(json, made, "domains", placement->domains);
    fab_json_integer(json, made, "local_ranks_min", placement->local_min);
    fab_json_integer(json, made, "local_ranks_max", placement->local_max);
    fab_json_boolean(json, made, "is_even", placement->is_even);
}

fab_status fab_report_collective_json(const fab_collective_answer *answer, fab_arena *arena,
                                      FILE *stream)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scratch scratch = {.arena = arena};
    fab_json json = {&scratch};
    const fab_collective_request *request = &answer->request;
    json_t *root = fab_json_root(&json);
    fab_json_text(&json, root, "kind", fab_collective_name(request->kind));
    fab_json_text(&json, root, "fabric", answer->fabric->name);
    fab_json_real(&json, root, "size_byte", request->size_byte);
    fab_json_text(&json, root, "size_is", fab_collective_payload_name(request->kind));
    fab_json_integer(&json, root, "ranks", request->ranks);
    fab_json_integer(&json, root, "stride", request->stride);
    fab_json_text(&json, root, "tier_mode",
                  request->tier_mode == FAB_TIERS_CONCURRENT ? "concurrent" : "sequential");
    add_placement(&json, root, &answer->placement);
    fab_json_text(&json, root, "chosen", fab_algorithm_name(answer->chosen));
    fab_json_real(&json, root, "bus_ratio",
                  fab_collective_bus_ratio(request->kind, request->ranks));
    json_t *ways = fab_json_array(&json, root, "ways");
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        add_way(&json, ways, i, answer);
    }
    const fab_status status = fab_json_finish(&json, root, stream);
    fab_arena_reset(arena, mark);
    return status;
}

#include <fabricast/flow.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "flow/columns.h"
#include "flow/group.h"

/* What numbers may be, so that products and quotients of a few of them stay inside a double. */
#define LEAST 1e-60
#define MOST  1e60

struct fab_flow_network {
    fab_arena *arena;
    double *rate_bps;
    uint32_t link_count;
};

static bool is_positive(double x)
{
    return x >= LEAST && x <= MOST;
}

static bool is_amount(double x)
{
    return x == 0.0 || is_positive(x);
}

fab_status fab_flow_network_create(fab_arena *arena, const double *rate_bps, uint32_t link_count,
                                   fab_flow_network **network_out)
{
    assert(arena && (rate_bps || link_count == 0) && network_out);
    for (uint32_t i = 0; i < link_count; i++) {
        if (!is_positive(rate_bps[i])) {
            return FAB_E_RANGE;
        }
    }
    fab_flow_network *network = FAB_NEW(arena, fab_flow_network, 1);
    double *copy = FAB_NEW(arena, double, link_count);
    if (!network || !copy) {
        return FAB_E_NOMEM;
    }
    if (link_count > 0) {
        memcpy(copy, rate_bps, link_count * sizeof(*copy));
    }
    *network = (fab_flow_network){.arena = arena, .rate_bps = copy, .link_count = link_count};
    *network_out = network;
    return FAB_OK;
}

static bool are_routes_valid(const fab_flow_network *network, const fab_flow_set *set)
{
    if (set->route_begin[0] != 0) {
        return false;
    }
    for (uint32_t i = 0; i < set->flow_count; i++) {
        if (set->route_begin[i + 1] < set->route_begin[i]) {
            return false;
        }
    }
    for (uint32_t i = 0; i < set->route_begin[set->flow_count]; i++) {
        if (set->route_link[i] >= network->link_count ||
            (set->load_ratio && !is_positive(set->load_ratio[i]))) {
            return false;
        }
    }
    return true;
}

/* whether every flow waits for earlier ones alone, so that none waits for itself */
static bool are_waits_valid(const fab_flow_set *set)
{
    if (!set->after_begin) {
        return true;
    }
    if (set->after_begin[0] != 0) {
        return false;
    }
    for (uint32_t flow = 0; flow < set->flow_count; flow++) {
        if (set->after_begin[flow + 1] < set->after_begin[flow]) {
            return false;
        }
        for (uint32_t i = set->after_begin[flow]; i < set->after_begin[flow + 1]; i++) {
            if (set->after_flow[i] >= flow) {
                return false;
            }
        }
    }
    return true;
}

static bool are_flows_valid(const fab_flow_set *set)
{
    for (uint32_t i = 0; i < set->flow_count; i++) {
        if (!is_amount(set->size_byte[i]) || (set->start_s && !is_amount(set->start_s[i])) ||
            (set->weight_ratio && !is_positive(set->weight_ratio[i])) ||
            (set->cap_bps && set->cap_bps[i] != HUGE_VAL && !is_positive(set->cap_bps[i]))) {
            return false;
        }
    }
    return true;
}

/* Solves classes and gives every flow the time of its class. */
static fab_status run_grouped(fab_flow_network *network, const fab_flow_quotient *quotient,
                              const fab_flow_options *options, uint32_t flow_count,
                              double *finish_s, fab_flow_result *result)
{
    fab_flow_state state;
    double *class_finish_s = FAB_NEW(network->arena, double, quotient->set.flow_count);
    if (!class_finish_s) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_flow_state_make(network->arena, quotient->rate_bps, quotient->link_count,
                                &quotient->set, class_finish_s, &state));
    result->class_count = quotient->set.flow_count;
    result->link_classes = quotient->link_count;
    FAB_TRY(fab_flow_simulate(&state, options, quotient->flow_class, result));
    for (uint32_t i = 0; i < flow_count; i++) {
        finish_s[i] = class_finish_s[quotient->flow_class[i]];
    }
    return FAB_OK;
}

static fab_status run(fab_flow_network *network, const fab_flow_set *set,
                      const fab_flow_options *options, double *finish_s, fab_flow_result *result)
{
    if (!options->is_general) {
        const fab_arena_mark mark = fab_arena_save(network->arena);
        fab_flow_quotient quotient;
        bool is_found = false;
        FAB_TRY(fab_flow_group(network->arena, network->rate_bps, network->link_count, set,
                               &quotient, &is_found));
        if (is_found) {
            return run_grouped(network, &quotient, options, set->flow_count, finish_s, result);
        }
        fab_arena_reset(network->arena, mark);
    }
    fab_flow_state state;
    FAB_TRY(fab_flow_state_make(network->arena, network->rate_bps, network->link_count, set,
                                finish_s, &state));
    result->class_count = set->flow_count;
    result->link_classes = network->link_count;
    return fab_flow_simulate(&state, options, NULL, result);
}

fab_status fab_flow_run(fab_flow_network *network, const fab_flow_set *flows,
                        const fab_flow_options *options, double *finish_s,
                        fab_flow_result *result_out)
{
    assert(network && flows && flows->route_begin && result_out);
    assert(flows->flow_count == 0 || (flows->size_byte && finish_s));
    if (flows->flow_count == UINT32_MAX || !are_routes_valid(network, flows) ||
        !are_flows_valid(flows) || !are_waits_valid(flows)) {
        return FAB_E_RANGE;
    }
    const fab_flow_options plain = {0};
    const fab_arena_mark mark = fab_arena_save(network->arena);
    fab_flow_result result = {0};
    const fab_status status = run(network, flows, options ? options : &plain, finish_s, &result);
    fab_arena_reset(network->arena, mark);
    if (status == FAB_OK) {
        *result_out = result;
    }
    return status;
}

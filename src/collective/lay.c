#include <fabricast/collective.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "collective/placed.h"
#include "collective/protocol.h"

static const double BIT_PER_BYTE = 8.0;

#define PACKAGE_LIMIT 1000000000

const char *fab_collective_payload_name(fab_collective_kind kind)
{
    assert(fab_collective_is_kind(kind));
    switch (kind) {
    case FAB_ALL_GATHER:
    case FAB_REDUCE_SCATTER:
    case FAB_ALL_REDUCE:
        return "full tensor";
    case FAB_ALL_TO_ALL:
        return "local send buffer";
    case FAB_BROADCAST:
    case FAB_REDUCE:
        return "whole vector";
    case FAB_SEND:
        break;
    }
    return "message";
}

double fab_collective_bus_ratio(fab_collective_kind kind, int64_t ranks)
{
    assert(fab_collective_is_kind(kind) && ranks >= 1);
    if (ranks == 1) {
        return 0.0;
    }
    const double n = (double)ranks;
    switch (kind) {
    case FAB_ALL_REDUCE:
        return 2.0 * (n - 1.0) / n;
    case FAB_ALL_GATHER:
    case FAB_REDUCE_SCATTER:
    case FAB_ALL_TO_ALL:
        return (n - 1.0) / n;
    case FAB_SEND:
    case FAB_BROADCAST:
    case FAB_REDUCE:
        break;
    }
    return 1.0;
}

static bool is_request(const fab_collective_request *request)
{
    return isfinite(request->size_byte) && request->size_byte >= 0.0 &&
           request->algorithm >= FAB_ALGORITHM_AUTO && request->algorithm < FAB_ALGORITHM_COUNT &&
           request->tier_mode >= FAB_TIERS_SEQUENTIAL && request->tier_mode <= FAB_TIERS_CONCURRENT;
}

/* what is wrong with the numbers of a request, or NULL */
static const char *wrong_request(const fab_collective_request *request)
{
    if (request->ranks < 1 || request->stride < 1) {
        return "ranks and stride are at least 1";
    }
    if (request->kind == FAB_SEND && request->ranks != 2) {
        return "a send has 2 ranks, the sender and the receiver";
    }
    if (request->ranks > PACKAGE_LIMIT / request->stride) {
        return "so many ranks so far apart make a job of more than a billion packages";
    }
    return is_request(request) ? NULL : "the size, algorithm or tier mode is out of its range";
}

/* the reason why the fabric does not hold the packages, NULL when it does */
static fab_status find_lack(const fab_fabric *fabric, int64_t packages, fab_arena *arena,
                            const char **reason_out)
{
    const fab_fabric_check *checks = NULL;
    size_t count = 0;
    FAB_TRY(fab_fabric_check_all(fabric, packages, arena, &checks, &count));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(checks[i].what, "size") == 0 && !checks[i].is_met) {
            *reason_out = checks[i].reason;
            return FAB_E_INFEASIBLE;
        }
    }
    return FAB_OK;
}

static double rate(const fab_collective_request *request, double time_s)
{
    return time_s > 0.0 ? request->size_byte / time_s : 0.0;
}

static fab_status time_way(const fab_collective_answer *answer, const fab_load *load,
                           const fab_wire *wires, fab_collective_way *out)
{
    const fab_collective_request *request = &answer->request;
    const int64_t tiers = answer->fabric->tier_count;
    const double bus_ratio = fab_collective_bus_ratio(request->kind, request->ranks);
    *out = (fab_collective_way){.reason = load->reason};
    if (load->reason) {
        return FAB_OK;
    }
    FAB_TRY(fab_load_time(load, wires, tiers, request->tier_mode, &out->cost));
    out->algorithm_byte_per_s = rate(request, out->cost.time_s);
    out->bus_byte_per_s = out->algorithm_byte_per_s * bus_ratio;
    out->is_calibrated = request->ranks > 1 && request->size_byte > 0.0 &&
                         fab_load_calibrate(load, wires, tiers, request->kind, request->tier_mode,
                                            &out->calibrated, out->protocols);
    if (out->is_calibrated) {
        out->calibrated_bus_byte_per_s = rate(request, out->calibrated.time_s) * bus_ratio;
    }
    return isfinite(out->bus_byte_per_s) && isfinite(out->calibrated_bus_byte_per_s) ? FAB_OK
                                                                                     : FAB_E_RANGE;
}

/* of two ways that apply; what is calibrated comes before what is not */
static bool is_faster(const fab_collective_way *a, const fab_collective_way *b)
{
    if (a->is_calibrated != b->is_calibrated) {
        return a->is_calibrated;
    }
    return a->is_calibrated ? a->calibrated.time_s < b->calibrated.time_s
                            : a->cost.time_s < b->cost.time_s;
}

/* direct applies to every kind and wins a draw */
static int choose(const fab_collective_answer *answer)
{
    if (answer->request.algorithm != FAB_ALGORITHM_AUTO) {
        return answer->request.algorithm;
    }
    int best = FAB_ALGORITHM_DIRECT;
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        if (!answer->ways[i].reason && is_faster(&answer->ways[i], &answer->ways[best])) {
            best = i;
        }
    }
    return best;
}

static fab_status time_all(const fab_fabric *fabric, const fab_spans *spans,
                           fab_collective_answer *answer)
{
    fab_wire wires[FAB_TIER_LIMIT];
    bool can_reduce[FAB_TIER_LIMIT] = {false};
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        wires[i] = fab_wire_of(fabric, i, &spans->tiers[i]);
        can_reduce[i] = fabric->tiers[i].has_reduction;
    }
    const fab_collective_request *request = &answer->request;
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        const fab_load load =
            fab_load_make(request->kind, i, spans, can_reduce, request->size_byte * BIT_PER_BYTE);
        FAB_TRY(time_way(answer, &load, wires, &answer->ways[i]));
    }
    answer->chosen = choose(answer);
    return FAB_OK;
}

static bool is_energy_known(const fab_fabric *fabric, const fab_collective_cost *cost)
{
    for (int64_t i = 0; i < fabric->tier_count; i++) {
        if (cost->tier_sent_bit[i] > 0.0 &&
            !fabric->tiers[i].technology.energy_j_per_bit.is_known) {
            return false;
        }
    }
    return true;
}

/* places and times the group; NULL or a reason in *reason_out */
static fab_status lay(const fab_fabric *fabric, fab_arena *arena, fab_collective_answer *answer,
                      const char **reason_out)
{
    const fab_collective_request *request = &answer->request;
    fab_spans spans;
    fab_status status = fab_spans_place(fabric, request->ranks, request->stride, &spans);
    if (status == FAB_OK) {
        answer->placement = spans.inner;
        status = time_all(fabric, &spans, answer);
    }
    if (status == FAB_E_RANGE) {
        *reason_out = "the rates of the fabric and this size give no time that can be computed";
    }
    FAB_TRY(status);
    const char *lack = answer->ways[answer->chosen].reason;
    if (lack) {
        *reason_out = fab_arena_printf(arena, "%s %s", fab_algorithm_name(answer->chosen), lack);
        return *reason_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
    }
    return FAB_OK;
}

fab_status fab_collective_lay(const fab_fabric *fabric, const fab_collective_request *request,
                              fab_arena *arena, fab_collective_answer *out, const char **reason_out)
{
    assert(fabric && request && arena && out && reason_out);
    assert(fabric->tier_count >= 1 && fab_collective_is_kind(request->kind));
    *reason_out = wrong_request(request);
    if (*reason_out) {
        return FAB_E_RANGE;
    }
    const int64_t packages = request->ranks * request->stride;
    FAB_TRY(find_lack(fabric, packages, arena, reason_out));
    *out = (fab_collective_answer){.request = *request, .fabric = fabric};
    FAB_TRY(lay(fabric, arena, out, reason_out));
    out->is_energy_known = is_energy_known(fabric, &out->ways[FAB_ALGORITHM_DIRECT].cost);
    return FAB_OK;
}

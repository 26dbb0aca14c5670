#include <fabricast/collective.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "collective/placed.h"

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
        break;
    }
    return 1.0;
}

/* a number that is not published counts as 0; is_energy_known says so */
static fab_collective_tier tier_of(const fab_tier *tier)
{
    const fab_value *energy = &tier->technology.energy_j_per_bit;
    return (fab_collective_tier){
        .rate_bps = tier->rate_bps.value,
        .latency_s = tier->latency_s.value,
        .energy_j_per_bit = energy->is_known ? energy->value : 0.0,
        .links_per_path = tier->links_per_path,
    };
}

static bool is_request(const fab_collective_request *request)
{
    return isfinite(request->size_byte) && request->size_byte >= 0.0 &&
           request->algorithm >= FAB_ALGORITHM_AUTO && request->algorithm <= FAB_ALGORITHM_DIRECT &&
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

static fab_status time_way(const fab_collective_network *network, int algorithm,
                           const fab_collective_answer *answer, fab_collective_way *out)
{
    const fab_collective_request *request = &answer->request;
    fab_collective_network one = *network;
    one.algorithm = algorithm;
    FAB_TRY(fab_collective_estimate(&one, request->kind, &answer->placement,
                                    request->size_byte * BIT_PER_BYTE, &out->cost));
    out->algorithm_byte_per_s =
        out->cost.time_s > 0.0 ? request->size_byte / out->cost.time_s : 0.0;
    out->bus_byte_per_s =
        out->algorithm_byte_per_s * fab_collective_bus_ratio(request->kind, request->ranks);
    return isfinite(out->bus_byte_per_s) ? FAB_OK : FAB_E_RANGE;
}

static int choose(const fab_collective_answer *answer)
{
    if (answer->request.algorithm != FAB_ALGORITHM_AUTO) {
        return answer->request.algorithm;
    }
    return answer->ring.cost.time_s < answer->direct.cost.time_s ? FAB_ALGORITHM_RING
                                                                 : FAB_ALGORITHM_DIRECT;
}

static fab_status time_both(const fab_collective_network *network, fab_collective_answer *answer)
{
    FAB_TRY(time_way(network, FAB_ALGORITHM_RING, answer, &answer->ring));
    FAB_TRY(time_way(network, FAB_ALGORITHM_DIRECT, answer, &answer->direct));
    answer->chosen = choose(answer);
    return FAB_OK;
}

static bool is_energy_known(const fab_fabric *fabric, const fab_collective_cost *cost)
{
    const int64_t tiers[FAB_TIER_LIMIT] = {0, fabric->tier_count - 1};
    for (int i = 0; i < FAB_TIER_LIMIT; i++) {
        const fab_value *energy = &fabric->tiers[tiers[i]].technology.energy_j_per_bit;
        if (cost->tier_sent_bit[i] > 0.0 && !energy->is_known) {
            return false;
        }
    }
    return true;
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
    const fab_group group = fab_group_make(request->ranks, request->stride);
    const fab_collective_network network = {
        .tiers = {tier_of(&fabric->tiers[0]), tier_of(&fabric->tiers[fabric->tier_count - 1])},
        .tier_mode = request->tier_mode,
    };
    fab_status status = fab_group_place(&group, packages, fabric->tiers[0].used, &out->placement);
    if (status == FAB_OK) {
        status = time_both(&network, out);
    }
    if (status == FAB_E_RANGE) {
        *reason_out = "the rates of the fabric and this size give no time that can be computed";
    }
    FAB_TRY(status);
    out->is_energy_known = is_energy_known(fabric, &out->ring.cost);
    return FAB_OK;
}

#ifndef FAB_TESTS_SIM_FIXTURE_H
#define FAB_TESTS_SIM_FIXTURE_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <fabricast/simulate.h>

#include "known.h"

#define SIM_ARENA_BYTE ((size_t)1 << 30)

static inline fab_tier sim_tier(const char *name, int64_t domain, double rate_bps, double latency_s)
{
    return (fab_tier){.name = name,
                      .technology = {.name = name, .energy_j_per_bit = known(1e-12)},
                      .rate_bps = known(rate_bps),
                      .latency_s = known(latency_s),
                      .domain = domain,
                      .used = domain,
                      .links_per_path = 2,
                      .packages_per_rack = 32,
                      .oversubscription_ratio = 1.0};
}

/* Domains of `inner` at 3.2 Tb/s and 0.5 us; of `outer` packages at 0.4 Tb/s and 4 us, which 0
 * leaves out; their switches reduce. */
static inline fab_fabric sim_fabric(int64_t inner, int64_t outer)
{
    fab_fabric fabric = {
        .name = "example",
        .tiers = {sim_tier("inner", inner, 3.2e12, 0.5e-6), sim_tier("outer", outer, 0.4e12, 4e-6)},
        .tier_count = outer > 0 ? 2 : 1,
    };
    fabric.tiers[0].has_reduction = fabric.tiers[1].has_reduction = true;
    return fabric;
}

static inline fab_collective_request sim_request(fab_collective_kind kind, int64_t ranks,
                                                 int algorithm, int tier_mode)
{
    return (fab_collective_request){
        .kind = kind,
        .size_byte = 64.0 * 1048576.0,
        .ranks = ranks,
        .stride = 1,
        .algorithm = algorithm,
        .tier_mode = tier_mode,
    };
}

/* Lays and simulates; FAB_E_INFEASIBLE when the algorithm does not apply. */
static inline fab_status sim_run(const fab_fabric *fabric, const fab_collective_request *request,
                                 const fab_simulation_options *options, fab_arena *arena,
                                 fab_simulation *out, const char **reason)
{
    fab_collective_answer answer;
    const fab_status status = fab_collective_lay(fabric, request, arena, &answer, reason);
    return status == FAB_OK ? fab_collective_simulate(&answer, options, arena, out, reason)
                            : status;
}

#endif

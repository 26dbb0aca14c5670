#ifndef FAB_TESTS_OPERATORS_FIXTURE_H
#define FAB_TESTS_OPERATORS_FIXTURE_H

#include "scenario_fixture.h"

#include "workload/workload.h"

/* A model small enough to count by hand. T = 8 tokens, T1 = 4 of them on each of t = 2 ranks, h =
 * 16, 4 heads and 2 key/value heads of 4, f = 32, gated, V = 100 padded to 256, 4 experts, 2
 * active, width 8, shared width 8, 2 expert ranks, load 1.5: R = 4 x 2 x 1.5 = 12 rows over 2
 * experts. */
static inline fab_scenario small_scenario(void)
{
    return (fab_scenario){
        .model = {.layers = 2,
                  .dense_layers = 1,
                  .hidden = 16,
                  .dense_width = 32,
                  .heads = 4,
                  .kv_heads = 2,
                  .head_dim = 4,
                  .is_gated = true,
                  .experts = 4,
                  .experts_per_token = 2,
                  .expert_width = 8,
                  .shared_width = 8,
                  .vocabulary = 100,
                  .mtp_layers = 1},
        .job = {.gpus = 4, .sequence = 4},
        .mapping = {.tp = 2,
                    .cp = 1,
                    .pp = 1,
                    .dp = 2,
                    .ep = 2,
                    .etp = 1,
                    .microbatch = 2,
                    .is_sequence_parallel = true},
        .assumptions = {.expert_load_ratio = 1.5,
                        .has_fused_loss = true,
                        .has_fused_latents = true},
    };
}

static inline fab_workload small_workload(const fab_scenario *scenario)
{
    fab_workload w = {.tokens_count = 8.0,
                      .shard_tokens_count = 4.0,
                      .routed_rows_count = 12.0,
                      .padded_vocabulary_count = 256.0};
    fab_workload_operators(scenario, &w);
    return w;
}

#endif

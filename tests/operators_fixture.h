#ifndef FAB_TESTS_OPERATORS_FIXTURE_H
#define FAB_TESTS_OPERATORS_FIXTURE_H

#include "scenario_fixture.h"

#include "small_model.h"
#include "workload/workload.h"

/* The small model with a shared expert of width 8. T = 8 tokens, T1 = 4 of them on each of t = 2
 * ranks, V padded to 256, 2 expert ranks, load 1.5: R = 4 x 2 x 1.5 = 12 rows over 2 experts. */
static inline fab_scenario small_scenario(void)
{
    fab_scenario s = {
        .model = small_model(2),
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
    s.model.shared_width = 8;
    s.model.mtp_layers = 1;
    return s;
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

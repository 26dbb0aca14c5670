#include "state_fixture.h"

#include <math.h>

#include "small_model.h"

/* The small model: 4 layers over 2 stages, 2 tensor and 2 data
 * ranks, 2 expert ranks. Attention 16 x (16 + 8 + 8 + 16) = 768, norms 32, dense block 3 x 16 x 32
 * = 1536, router 64, experts 4 x 3 x 16 x 8 = 1536, vocabulary 100 x 16 = 1600. */
static fab_scenario hand_scenario(void)
{
    fab_scenario s = {
        .model = small_model(4),
        .job = {.gpus = 8, .tokens = 1000, .batch = 8, .sequence = 4},
        .mapping = {.tp = 2,
                    .cp = 1,
                    .zero = 1,
                    .pp = 2,
                    .dp = 2,
                    .ep = 2,
                    .etp = 1,
                    .microbatch = 1,
                    .interleave = 1,
                    .is_sequence_parallel = true},
        .assumptions = fab_assumptions_default(),
        .gpu = {.bf16_flops = {.value = 1e15, .is_known = true},
                .fp8_flops = {.value = 2e15, .is_known = true},
                .memory_byte = {.value = 1e12, .is_known = true},
                .memory_rate_byte_per_s = {.value = 1e12, .is_known = true}},
        .fabric = {.tier_count = 1},
    };
    s.fabric.tiers[0] = (fab_tier){.rate_bps = {.value = 1e12, .is_known = true},
                                   .latency_s = {.value = 1e-6, .is_known = true},
                                   .domain = 8,
                                   .used = 8,
                                   .links_per_path = 2};
    return s;
}

static void assert_held(const fab_scenario *s, int64_t stage, double dense, double expert)
{
    const fab_stage_parameters held = held_by(s, stage);
    ck_assert_double_eq_tol(held.dense_count, dense, 1e-9);
    ck_assert_double_eq_tol(held.expert_count, expert, 1e-9);
}

START_TEST(parameters_by_hand)
{
    fab_scenario s = hand_scenario();
    /* dense layer (768 + 1536) / 2 + 32, expert layer 768 / 2 + 32 + 64, embedding 1600 / 2 */
    assert_held(&s, 0, 1184 + 480 + 800, 768);
    /* two expert layers, head 1600 / 2, final norm 16; 2 of 4 experts of two layers */
    assert_held(&s, 1, 480 + 480 + 800 + 16, 1536);

    /* a tied head on another stage is a copy; on the same it is not */
    s.model.is_tied = true;
    assert_held(&s, 1, 480 + 480 + 800 + 16, 1536);
    s.mapping.pp = 1;
    s.mapping.dp = 4;
    assert_held(&s, 0, 1184 + 3 * 480 + 800 + 16, 3 * 768);
    s.model.is_tied = false;
    assert_held(&s, 0, 1184 + 3 * 480 + 2 * 800 + 16, 3 * 768);
}
END_TEST

START_TEST(copies_by_hand)
{
    fab_scenario s = hand_scenario();
    /* a prediction module: an expert layer, 2 h h, and the embedding that its stage lacks */
    s.model.mtp_layers = 1;
    assert_held(&s, 1, 3 * 480 + 2 * 800 + 16 + 512, 3 * 768);
    s.model.is_tied = true;
    assert_held(&s, 1, 3 * 480 + 800 + 16 + 512, 3 * 768);

    /* learned positions on the first stage, on every tensor rank */
    s = hand_scenario();
    s.model.learned_positions = 10;
    assert_held(&s, 0, 1184 + 480 + 800 + 160, 768);

    /* 4 tensor ranks on 2 key/value heads: 2 x 16 x 4 x 2 = 256 copied elements over 4 ranks */
    s = hand_scenario();
    s.mapping.tp = 4;
    s.mapping.dp = 1;
    assert_held(&s, 0, (2304.0 + 256) / 4 + 32 + (768.0 + 256) / 4 + 96 + 400, 768);
}
END_TEST

/* BF16 gradients of each shape, 2 bytes: attention 768 / 2, a dense block 1536 / 2, one expert 384.
 * Of R = 4 rows gradients of 3 x 8 inner elements and of 3 vectors of 16; of T = 4 tokens of 3 x 32
 * / 2 inner ones. */
#define SCRATCH_0 (2.0 * (384 + 768 + 384))
#define SCRATCH_1 (2.0 * (384 + 384))
#define ROUTED    (2.0 * 4 * (24 + 48))
#define DENSE     (2.0 * 4 * 48)

START_TEST(memory_by_hand)
{
    const fab_scenario s = hand_scenario();
    const fab_workload w = workload_of(&s);
    const double dense_byte = w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte;
    const double moe_byte = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    const struct {
        double weights, gradients, optimizer, activations, logits, temporary;
    } want[] = {
        /* 3232 parameters, half of the dense 2464 and half of the experts' 768 with their state;
         * 2 micro-batches in flight */
        {2 * 3232, 4 * 3232, 12 * 1616, 2 * (dense_byte + moe_byte), 0, SCRATCH_0 + ROUTED},
        /* 3312 parameters; logits 6 T V / t = 6 x 4 x 256 / 2, which are more than what a layer has
         * for a moment; the gradient of the head has 2 x 1600 / 2 bytes */
        {2 * 3312, 4 * 3312, 12 * 1656, 2 * moe_byte, 3072, SCRATCH_1 + 1600},
    };
    for (int64_t i = 0; i < 2; i++) {
        const fab_stage stage = fab_stage_make(&s, i);
        const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, i);
        ck_assert_double_eq_tol(got.weights_byte, want[i].weights, 1e-9);
        ck_assert_double_eq_tol(got.gradients_byte, want[i].gradients, 1e-9);
        ck_assert_double_eq_tol(got.optimizer_byte, want[i].optimizer, 1e-9);
        ck_assert_double_eq_tol(got.activations_byte, want[i].activations, 1e-9);
        ck_assert_double_eq_tol(got.logits_byte, want[i].logits, 1e-9);
        ck_assert_double_eq_tol(got.temporary_byte, want[i].temporary, 1e-9);
        ck_assert_double_eq_tol(got.fixed_byte, 2e9, 1e-3);
        ck_assert_double_eq_tol(got.reserve_byte, 0.03e12, 1e-3);
        ck_assert_double_eq_tol(got.total_byte,
                                want[i].weights + want[i].gradients + want[i].optimizer +
                                    want[i].activations + want[i].logits + want[i].temporary + 32e9,
                                1e-3);
        ck_assert_int_eq(got.stage, i);
        ck_assert(got.fits);
    }
}
END_TEST

/* ZeRO shares out optimizer state, then gradients, then weights, over 2 ranks: 1616 of 3232. On
 * their way are gradients (4 bytes) of the largest layer, 480 + 768, and with 3 two such layers of
 * 2 bytes, gathered. */
START_TEST(zero_by_hand)
{
    static const double WANT[4][4] = {
        {2 * 3232, 4 * 3232, 12 * 3232, 0},
        {2 * 3232, 4 * 3232, 12 * 1616, 0},
        {2 * 3232, 4 * 1616, 12 * 1616, 4 * 1248},
        {2 * 1616, 4 * 1616, 12 * 1616, (4 + 2 * 2) * 1248},
    };
    fab_scenario s = hand_scenario();
    s.mapping.zero = _i;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.weights_byte, WANT[_i][0], 1e-9);
    ck_assert_double_eq_tol(got.gradients_byte, WANT[_i][1], 1e-9);
    ck_assert_double_eq_tol(got.optimizer_byte, WANT[_i][2], 1e-9);
    ck_assert_double_eq_tol(got.exchange_byte, WANT[_i][3], 1e-9);
    ck_assert_double_eq_tol(got.total_byte,
                            got.weights_byte + got.gradients_byte + got.optimizer_byte +
                                got.exchange_byte + got.activations_byte +
                                (_i < 2 ? SCRATCH_0 : 0) + ROUTED + 32e9,
                            1e-3);
    const double updated = _i == 0 ? 3232 : 1616, zeroed = _i >= 2 ? 1616 : 3232;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage), 34 * updated + 4 * zeroed,
                            1e-9);
    /* BF16 gradients on the way are half */
    s.assumptions.gradient_precision = FAB_GRADIENT_BF16;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).exchange_byte,
                            _i >= 2 ? WANT[_i][3] - 2 * 1248 : 0.0, 1e-9);
}
END_TEST

/* context ranks are replicas too: 4 of 2 x 2 */
START_TEST(context_ranks_share_the_optimizer)
{
    fab_scenario s = hand_scenario();
    s.job.gpus = 16;
    s.mapping.cp = 2;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.optimizer_byte, 12 * 808, 1e-9);
    ck_assert_double_eq_tol(got.weights_byte, 2 * 3232, 1e-9);
}
END_TEST

/* DeepSeek-V3 in BF16 over 256 packages, 4 stages of 16 layers less one, 64 expert ranks: published
 * are 36.4 GB of weights and gradients, 32.1 GB of optimizer state (arXiv 2603.07685, table 3) for
 * 15 expert layers; experts have no replicas, so that only dense parameters are shared out. */
START_TEST(deepseek_v3_on_256)
{
    const fab_scenario s = good_scenario("name: v3\ngpu: h100_sxm\nfabric: h100_ib\n"
                                         "model: deepseek-v3\n"
                                         "job: {gpus: 256, tokens: 1T, batch: 1024}\n"
                                         "mapping: {pp: 4, ep: 64, interleave: 4}\n",
                                         NULL);
    const fab_workload w = workload_of(&s);
    const fab_stage stage = {.layers = {[FAB_BLOCK_MOE_LAYER] = {15, 0}}};
    const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, 1);
    ck_assert_double_eq_tol(got.weights_byte + got.gradients_byte, 36.8e9, 0.05e9);
    ck_assert_double_eq_tol(got.optimizer_byte, 32.4e9, 0.05e9);
    /* 131.0 GB of activations published, for 56 layers' worth in flight */
    ck_assert_double_eq_tol(56 * w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte, 131.4e9, 0.1e9);
}
END_TEST

/* T1 = 2 tokens of what the transformer module says of one */
START_TEST(saved_activations_are_the_models)
{
    fab_scenario s = hand_scenario();
    s.assumptions.expert_load_ratio = 1.5;
    const fab_workload w = workload_of(&s);
    const fab_activation_rule rule = {.tensor_ranks = 2,
                                      .expert_tensor_ranks = 1,
                                      .element_byte = 2.0,
                                      .is_sequence_parallel = true};
    const fab_activation_bytes dense = fab_model_activation_bytes(&s.model, false, &rule);
    const fab_activation_bytes moe = fab_model_activation_bytes(&s.model, true, &rule);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte, 2 * dense.sharded_byte,
                            1e-9);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte,
                            2 * (moe.sharded_byte + 1.5 * moe.routed_byte), 1e-9);
    ck_assert_double_gt(moe.routed_byte, 0.0);
}
END_TEST

/* recomputed: the input of each layer, 2 T1 h = 64, and the rest of one layer */
START_TEST(recomputation_keeps_inputs)
{
    fab_scenario s = hand_scenario();
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const double dense_byte = w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte;
    const double moe_byte = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).activations_byte, 2 * 2 * 64, 1e-9);
    const double dense_back = DENSE + dense_byte - 64, moe_back = ROUTED + moe_byte - 64;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).temporary_byte,
                            SCRATCH_0 + (dense_back > moe_back ? dense_back : moe_back), 1e-9);
}
END_TEST

/* with one layer of each chunk, the other keeps all; parts bring back what they did not keep */
START_TEST(recomputation_of_some_layers)
{
    fab_scenario s = hand_scenario();
    s.mapping.recompute = FAB_PART_NORMS;
    s.mapping.recompute_layers = 1;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    ck_assert_int_eq(stage.layers[FAB_BLOCK_DENSE_LAYER].again, 1);
    ck_assert_int_eq(stage.layers[FAB_BLOCK_MOE_LAYER].again, 0);
    const fab_block *dense = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    /* two outputs of norms, 2 x 2 T1 h */
    ck_assert_double_eq_tol(dense->saved_byte - dense->kept_byte, 128, 1e-9);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).activations_byte,
                            2 * (dense->kept_byte + w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte),
                            1e-9);
    /* 384 and 128 brought back are less than what the expert layer has for a moment */
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).temporary_byte, SCRATCH_0 + ROUTED,
                            1e-9);
}
END_TEST

/* precision of sums and moments, and who holds which logits: 16 T V, 2 T V / t */
START_TEST(recipes_by_hand)
{
    fab_scenario s = hand_scenario();
    s.assumptions.main_gradient = FAB_GRADIENT_BF16;
    s.assumptions.moments = FAB_GRADIENT_BF16;
    s.assumptions.loss = FAB_LOSS_GATHERED;
    const fab_workload w = workload_of(&s);
    const fab_stage first = fab_stage_make(&s, 0), last = fab_stage_make(&s, 1);
    const fab_memory_forecast got = fab_stage_memory(&s, &w, &first, 0);
    ck_assert_double_eq_tol(got.gradients_byte, 2 * 3232, 1e-9);
    ck_assert_double_eq_tol(got.optimizer_byte, 8 * 1616, 1e-9);
    /* the sums are BF16 themselves */
    ck_assert_double_eq_tol(got.temporary_byte, ROUTED, 1e-9);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &last, 1).logits_byte, 16.0 * 4 * 256, 1e-9);
    /* gradient 2 + 2, state 2 x 8, weight 2; set to zero 2 */
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &first), 22 * 1616 + 2 * 3232, 1e-9);
    s.assumptions.loss = FAB_LOSS_IN_PLACE;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &last, 1).logits_byte, 2.0 * 4 * 256 / 2,
                            1e-9);
    s = hand_scenario();
    s.assumptions.has_gradient_scratch = false;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &first, 0).temporary_byte, ROUTED, 1e-9);
}
END_TEST

/* Stage 0 holds 3232 parameters, and the state of half: three passes more read or write 4 bytes, or
 * 2, of each; gradients that were sent at once have no such pass. */
START_TEST(gradient_passes_by_hand)
{
    fab_scenario s = hand_scenario();
    fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const double without_byte = fab_stage_optimizer_byte(&s, &w, &stage);
    s.assumptions.gradient_passes = 3;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage), without_byte + 3 * 4 * 3232.0,
                            1e-9);
    s.assumptions.main_gradient = FAB_GRADIENT_BF16;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage),
                            without_byte - 2 * (2 * 1616.0 + 3232.0) + 3 * 2 * 3232.0, 1e-9);
    s.mapping.zero = 2;
    w = workload_of(&s);
    const double shared_byte = fab_stage_optimizer_byte(&s, &w, &stage);
    s.assumptions.gradient_passes = 0;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage), shared_byte, 1e-9);
}
END_TEST

/* Stage 0 holds 1184 + 480 + 800 dense parameters, 1152 + 384 of them of products, and 768 of an
 * expert: FP8 keeps these in one byte, or in two with a transposed copy */
START_TEST(fp8_weights_by_hand)
{
    fab_scenario s = hand_scenario();
    s.job.precision = FAB_PRECISION_FP8;
    s.assumptions.weights = FAB_WEIGHTS_FP8;
    fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const double plain = 2464 - 1536, products = 1536 + 768;
    fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.weights_byte, 2 * plain + products, 1e-9);
    /* gradient 4 + 4, state 2 x 12, weight 2 or 1, of half; set to zero 4 */
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage),
                            32 * 1616 + (2 * plain + products) / 2 + 4 * 3232, 1e-9);
    s.assumptions.weights = FAB_WEIGHTS_FP8_TRANSPOSED;
    got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.weights_byte, 2 * plain + 2 * products, 1e-9);

    /* shared out, a shard is one copy; two gathered layers of the larger kind have both. The
     * expert layer: 384 + 768 weights of products, 96 others; gradients of 4 bytes on their way */
    s.mapping.zero = 3;
    w = workload_of(&s);
    got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.weights_byte, (2 * plain + products) / 2, 1e-9);
    ck_assert_double_eq_tol(got.exchange_byte, 1248 * 4.0 + 2 * 2 * 1248.0, 1e-9);

    /* the last layer of two expert layers keeps its products in BF16 */
    s.mapping.zero = 1;
    s.assumptions.weights = FAB_WEIGHTS_FP8;
    s.assumptions.bf16_layers = 1;
    w = workload_of(&s);
    const fab_stage last = fab_stage_make(&s, 1);
    ck_assert_int_eq(fab_stage_layers_of(&last, FAB_BLOCK_MOE_LAYER_BF16), 1);
    got = fab_stage_memory(&s, &w, &last, 1);
    ck_assert_double_eq_tol(got.weights_byte, 2 * (480 + 480 + 816 + 1536.0) - (384 + 768), 1e-9);
    s.mapping.zero = 3;
    s.assumptions.bf16_layers = 0;
    w = workload_of(&s);

    /* shards in BF16, gathered in FP8 */
    s.assumptions.weights = FAB_WEIGHTS_BF16;
    s.assumptions.parameter_precision = FAB_PARAMETERS_FP8;
    got = fab_stage_memory(&s, &w, &stage, 0);
    ck_assert_double_eq_tol(got.weights_byte, 3232, 1e-9);
    ck_assert_double_eq_tol(got.exchange_byte, 1248 * 4.0 + 2 * (2 * 96 + 1152), 1e-9);
}
END_TEST

/* 4 data ranks in 2 groups that shard hold what 2 data ranks do */
START_TEST(shard_groups_hold_replicas)
{
    for (int64_t zero = 1; zero <= 3; zero++) {
        fab_scenario s = hand_scenario();
        s.mapping.zero = zero;
        const fab_stage stage = fab_stage_make(&s, 0);
        const fab_workload few = workload_of(&s);
        const fab_memory_forecast want = fab_stage_memory(&s, &few, &stage, 0);
        s.job.gpus *= 2;
        s.job.batch *= 2;
        s.mapping.dp = 4;
        s.mapping.ep = 2;
        s.mapping.shard_group = 2;
        const fab_workload many = workload_of(&s);
        const fab_memory_forecast got = fab_stage_memory(&s, &many, &stage, 0);
        ck_assert_double_eq_tol(got.total_byte, want.total_byte, 1e-9);
        ck_assert_double_eq_tol(got.exchange_byte, want.exchange_byte, 1e-9);
        ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &many, &stage),
                                fab_stage_optimizer_byte(&s, &few, &stage), 1e-9);
    }
}
END_TEST

/* The host keeps the activations of layers of stage 0, a dense and an expert layer with 2
 * micro-batches in flight; two layers' worth stays on the package */
START_TEST(host_keeps_activations)
{
    fab_scenario s = hand_scenario();
    fab_workload w = workload_of(&s);
    const double dense = w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte;
    const double moe = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    const fab_stage plain = fab_stage_make(&s, 0);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &plain, 0).activations_byte, 2 * (dense + moe),
                            1e-9);
    ck_assert_double_eq(fab_stage_memory(&s, &w, &plain, 0).host_byte, 0.0);

    /* of two dense layers' worth nothing is won */
    s.mapping.offload_layers = 1;
    const fab_stage first = fab_stage_make(&s, 0);
    ck_assert_int_eq(first.offloaded[FAB_BLOCK_DENSE_LAYER].once, 1);
    ck_assert_int_eq(first.offloaded[FAB_BLOCK_MOE_LAYER].once, 0);
    fab_memory_forecast got = fab_stage_memory(&s, &w, &first, 0);
    ck_assert_double_eq_tol(got.activations_byte, 2 * (dense + moe), 1e-9);
    ck_assert_double_eq_tol(got.host_byte, 2 * dense, 1e-9);

    s.mapping.offload_layers = 2;
    const fab_stage both = fab_stage_make(&s, 0);
    const double most = dense > moe ? dense : moe;
    got = fab_stage_memory(&s, &w, &both, 0);
    ck_assert_double_eq_tol(got.activations_byte, 2 * most, 1e-9);
    ck_assert_double_eq_tol(got.host_byte, 2 * (dense + moe), 1e-9);

    /* of a layer that runs again only its input goes there */
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    s.mapping.recompute_layers = 1;
    w = workload_of(&s);
    const fab_stage again = fab_stage_make(&s, 0);
    ck_assert_int_eq(again.offloaded[FAB_BLOCK_DENSE_LAYER].again, 1);
    ck_assert_int_eq(again.offloaded[FAB_BLOCK_MOE_LAYER].once, 1);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &again, 0).host_byte,
                            2 * (w.blocks[FAB_BLOCK_DENSE_LAYER].kept_byte + moe), 1e-9);
}
END_TEST

/* with FP8 products the last layer, of stage 1, stays in BF16: there it keeps more, and so does the
 * host; where nothing of it runs again it brings nothing back */
START_TEST(layers_in_bf16_keep_what_they_are)
{
    fab_scenario s = hand_scenario();
    s.job.precision = FAB_PRECISION_FP8;
    s.assumptions.bf16_layers = 1;
    s.mapping.offload_layers = 2;
    fab_workload w = workload_of(&s);
    const fab_block *narrow = &w.blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *wide = &w.blocks[FAB_BLOCK_MOE_LAYER_BF16];
    ck_assert_double_gt(wide->saved_byte, narrow->saved_byte);
    fab_stage last = fab_stage_make(&s, 1);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &last, 1).host_byte,
                            narrow->saved_byte + wide->saved_byte, 1e-9);

    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    s.mapping.recompute_layers = 1;
    s.mapping.offload_layers = 0;
    w = workload_of(&s);
    last = fab_stage_make(&s, 1);
    last.has_head = false;
    const double without_byte = fab_stage_memory(&s, &w, &last, 1).temporary_byte;
    s.mapping.recompute_layers = 2;
    last = fab_stage_make(&s, 1);
    last.has_head = false;
    ck_assert_double_eq_tol(
        fab_stage_memory(&s, &w, &last, 1).temporary_byte - without_byte,
        (wide->saved_byte - wide->kept_byte) - (narrow->saved_byte - narrow->kept_byte), 1e-9);
}
END_TEST

/* a stage without layers has no gradients of their weights */
START_TEST(stages_without_layers_need_no_scratch)
{
    const fab_scenario s = hand_scenario();
    const fab_workload w = workload_of(&s);
    const fab_stage stage = {.has_embedding = true, .parts = 1};
    ck_assert_double_eq(fab_stage_memory(&s, &w, &stage, 0).temporary_byte, 0.0);
}
END_TEST

/* DeepSeek-V3 on 2,048 H800 of 80 GB as arXiv 2412.19437, sections 3.1 to 3.3, says that it was
 * trained: it fitted. What the report does not say and is assumed: weights of products in FP8 and
 * expert outputs weighted inside. */
#define AS_TRAINED                                                                                 \
    "name: as trained\ngpu: h800_sxm\nfabric: h100_ib\nmodel: deepseek-v3\n"                       \
    "job: {gpus: 2048, tokens: 14.8T, batch: 15360, sequence: 4096, precision: fp8}\n"             \
    "mapping: {pp: 16, ep: 64, schedule: dualpipe, recompute: [layernorm, mla_up_proj, "           \
    "moe_act]}\n"
static const struct {
    const char *assumed;
    bool fits;
} DEEPSEEK[] = {
    {"moments: bf16, expert_weighting: activations, kept_inputs: compact, weights: fp8", true},
    {"moments: bf16, expert_weighting: activations, kept_inputs: job, weights: fp8", false},
    {"moments: bf16, expert_weighting: outputs, kept_inputs: compact, weights: fp8", false},
};

START_TEST(deepseek_as_trained)
{
    char text[900];
    snprintf(text, sizeof text, AS_TRAINED "assumptions: {%s}\n", DEEPSEEK[_i].assumed);
    const fab_scenario s = good_scenario(text, NULL);
    const fab_workload w = workload_of(&s);
    bool fits = true;
    for (int64_t i = 0; i < s.mapping.pp; i++) {
        const fab_stage stage = fab_stage_make(&s, i);
        fits = fits && fab_stage_memory(&s, &w, &stage, i).fits;
    }
    ck_assert(fits == DEEPSEEK[_i].fits);
}
END_TEST

/* Peak of allocated memory that Megatron-LM reported on 8 B200, GiB by stage (SimuMax repository,
 * docs/b200/b200_release_v1.2_summary.md: first layers of Llama 3 and DeepSeek-V2 at their full
 * width, BF16, one sequence of 4,096 tokens). Context and fragmentation are not in it. */
#define LLAMA_70B  "{base: llama3-70b, layers: 12}"
#define LLAMA_405B "{base: llama3-405b, layers: 4}"
#define V2         "{base: deepseek-v2, layers: 4}"
static const struct {
    const char *model, *mapping;
    int64_t stage;
    double peak_gib;
} PEAK[] = {
    {LLAMA_70B, "pp: 2", 0, 66.55},  {LLAMA_70B, "pp: 2", 1, 62.97},
    {LLAMA_70B, "tp: 2", 0, 60.68},  {LLAMA_70B, "tp: 4", 0, 39.07},
    {LLAMA_70B, "tp: 8", 0, 28.29},  {V2, "ep: 8", 0, 45.63},
    {V2, "pp: 2, ep: 4", 0, 31.58},  {V2, "pp: 2, ep: 4", 1, 44.70},
    {LLAMA_405B, "pp: 2", 0, 86.61}, {LLAMA_405B, "pp: 2", 1, 87.08},
    {LLAMA_405B, "tp: 2", 0, 81.59}, {LLAMA_405B, "tp: 4", 0, 52.89},
    {LLAMA_405B, "tp: 8", 0, 38.57},
};

START_TEST(peaks_on_b200)
{
    double sum = 0.0;
    for (size_t i = 0; i < FAB_TABLE_SIZE(PEAK); i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "name: peak\ngpu: b200_sxm\nfabric: hgx_b200\nmodel: %s\n"
                 "job: {gpus: 8, tokens: 1T, batch: 32, sequence: 4096}\nmapping: {%s}\n"
                 "assumptions: {expert_weighting: activations}\n",
                 PEAK[i].model, PEAK[i].mapping);
        const fab_scenario s = good_scenario(text, NULL);
        const fab_workload w = workload_of(&s);
        const fab_stage stage = fab_stage_make(&s, PEAK[i].stage);
        const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, PEAK[i].stage);
        const double gib = (got.total_byte - got.fixed_byte - got.reserve_byte) / 1073741824.0;
        const double error = fabs(gib / PEAK[i].peak_gib - 1.0);
        ck_assert_msg(error < 0.035, "%s, %s: %g GiB", PEAK[i].model, PEAK[i].mapping, gib);
        sum += error;
    }
    ck_assert_double_lt(sum / (double)FAB_TABLE_SIZE(PEAK), 0.015);
}
END_TEST

/* Activations of the first stage, GiB, Korthikanti et al. 2022, figure 1 and table 3: GPT with
 * unfused attention and dropout, 8 tensor ranks. Without recomputation 0.5 %, else 4 %. */
#define GPT_22B                                                                                    \
    "{base: gpt3-175b, layers: 48, hidden: 6144, heads: 64, kv_heads: 64, head_dim: 96, "          \
    "dense_width: 24576}"
#define GPT_530B                                                                                   \
    "{base: gpt3-175b, layers: 105, hidden: 20480, heads: 128, kv_heads: 128, head_dim: 160, "     \
    "dense_width: 81920}"
#define GPT_1T                                                                                     \
    "{base: gpt3-175b, layers: 128, hidden: 25600, heads: 160, kv_heads: 160, head_dim: 160, "     \
    "dense_width: 102400}"
#define ON_22B  "job: {gpus: 8, batch: 4}", "pp: 1, microbatch: 4"
#define ON_175B "job: {gpus: 64, batch: 64}", "pp: 8, interleave: 3"
#define ON_530B "job: {gpus: 280, batch: 280}", "pp: 35, interleave: 3"
#define ON_1T   "job: {gpus: 512, batch: 512}", "pp: 64"
static const struct {
    const char *model, *job, *mapping, *more;
    double activations_gib, tolerance_frac;
} GPT[] = {
    {GPT_22B, ON_22B, "sequence_parallel: false", 59.25, 0.005},
    {"gpt3-175b", ON_175B, "sequence_parallel: false", 66.84, 0.005},
    {GPT_530B, ON_530B, "sequence_parallel: false", 114.02, 0.005},
    {GPT_1T, ON_1T, "sequence_parallel: false", 131.25, 0.005},
    {GPT_22B, ON_22B, "recompute: none", 39.603, 0.005},
    {"gpt3-175b", ON_175B, "recompute: none", 41.468, 0.005},
    {GPT_530B, ON_530B, "recompute: none", 66.485, 0.005},
    {GPT_1T, ON_1T, "recompute: none", 76.532, 0.005},
    {GPT_22B, ON_22B, "recompute: selective", 9.562, 0.04},
    {"gpt3-175b", ON_175B, "recompute: selective", 12.35, 0.04},
    {GPT_530B, ON_530B, "recompute: selective", 23.08, 0.04},
    {GPT_1T, ON_1T, "recompute: selective", 26.56, 0.04},
    {GPT_22B, ON_22B, "sequence_parallel: false, recompute: full", 4.527, 0.04},
    {"gpt3-175b", ON_175B, "sequence_parallel: false, recompute: full", 5.822, 0.04},
    {GPT_530B, ON_530B, "sequence_parallel: false, recompute: full", 10.741, 0.04},
    {GPT_1T, ON_1T, "sequence_parallel: false, recompute: full", 12.364, 0.04},
};

START_TEST(activations_of_gpt)
{
    char text[600];
    snprintf(text, sizeof text,
             "name: gpt\ngpu: a100_sxm\nfabric: hgx_a100\nmodel: %s\njob: {tokens: 1T, %s\n"
             "mapping: {tp: 8, %s, %s}\nassumptions: {attention: unfused, dropout: true}\n",
             GPT[_i].model, strchr(GPT[_i].job, '{') + 1, GPT[_i].mapping, GPT[_i].more);
    const fab_scenario s = good_scenario(text, NULL);
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const double gib = fab_stage_memory(&s, &w, &stage, 0).activations_byte / 1073741824.0;
    ck_assert_msg(fabs(gib / GPT[_i].activations_gib - 1.0) < GPT[_i].tolerance_frac,
                  "%g GiB instead of %g", gib, GPT[_i].activations_gib);
}
END_TEST

START_TEST(a_package_that_is_too_small_is_told)
{
    fab_scenario s = hand_scenario();
    s.assumptions.memory_reserve_frac = 0.0;
    s.assumptions.memory_fixed_byte = 0.0;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 1);
    const double need = fab_stage_memory(&s, &w, &stage, 1).total_byte;
    s.gpu.memory_byte.value = need;
    ck_assert(fab_stage_memory(&s, &w, &stage, 1).fits);
    s.gpu.memory_byte.value = need * (1 - 1e-12);
    ck_assert(!fab_stage_memory(&s, &w, &stage, 1).fits);
}
END_TEST

/* 34 bytes per sharded and 4 per local parameter */
START_TEST(optimizer_by_hand)
{
    fab_scenario s = hand_scenario();
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage), 34 * 1616 + 4 * 3232, 1e-9);
    /* in buckets: all 3232 local gradients copied three times and read, scaled: 36 bytes in FP32 */
    s.assumptions.gradient_sum = FAB_GRADIENT_SUM_ALL_REDUCE;
    const double shared_byte = 34 * 1616 + 4 * 3232;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage), shared_byte + 36 * 3232,
                            1e-9);
    /* summed in BF16, 28 bytes of state and 2 of zeros: 18, and 12 to FP32 and back */
    s.assumptions.main_gradient = FAB_GRADIENT_BF16;
    ck_assert_double_eq_tol(fab_stage_optimizer_byte(&s, &w, &stage),
                            30 * 1616 + 2 * 3232 + (18 + 12) * 3232, 1e-9);
    s.assumptions.effects.optimizer = false;
    ck_assert_double_eq(fab_stage_optimizer_byte(&s, &w, &stage), 0.0);
}
END_TEST

/* each stage keeps the activations of its own layers: of 4 layers 2 linear, the first and the third
 */
START_TEST(stages_keep_linear_layers)
{
    fab_scenario s = hand_scenario();
    s.model.linear_attention = FAB_LINEAR_LIGHTNING;
    s.model.linear_layers = 2;
    s.model.linear_key_heads = s.model.linear_heads = 2;
    s.model.linear_key_dim = s.model.linear_dim = 8;
    const fab_workload w = workload_of(&s);
    const fab_stage first = fab_stage_make(&s, 0), second = fab_stage_make(&s, 1);
    ck_assert_int_eq(fab_stage_layers_of(&first, FAB_BLOCK_DENSE_LAYER_LINEAR), 1);
    ck_assert_int_eq(fab_stage_layers_of(&first, FAB_BLOCK_MOE_LAYER_LINEAR), 0);
    ck_assert_int_eq(fab_stage_layers_of(&second, FAB_BLOCK_MOE_LAYER_LINEAR), 1);
    ck_assert_int_eq(fab_stage_block_count(&s, &first, FAB_BLOCK_DENSE_LAYER), 0);
    ck_assert_int_eq(fab_stage_block_count(&s, &first, FAB_BLOCK_MOE_LAYER), 1);
    ck_assert_int_eq(fab_stage_block_count(&s, &second, FAB_BLOCK_MOE_LAYER_LINEAR), 1);
    /* two micro-batches in flight, then one */
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &first, 0).activations_byte,
                            2.0 * (w.blocks[FAB_BLOCK_DENSE_LAYER_LINEAR].saved_byte +
                                   w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte),
                            1e-9);
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &second, 1).activations_byte,
                            w.blocks[FAB_BLOCK_MOE_LAYER_LINEAR].saved_byte +
                                w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte,
                            1e-9);
    s.mapping.recompute = FAB_PART_LAYER;
    s.mapping.offload_layers = 1;
    const fab_stage away = fab_stage_make(&s, 1);
    ck_assert_int_eq(away.offloaded[FAB_BLOCK_MOE_LAYER_LINEAR].again, 1);
    ck_assert_int_eq(away.offloaded[FAB_BLOCK_MOE_LAYER].again, 0);
    const fab_workload again = workload_of(&s);
    ck_assert_double_eq(fab_stage_offloaded_byte(&again, &away),
                        again.blocks[FAB_BLOCK_MOE_LAYER_LINEAR].kept_byte);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, parameters_by_hand);
    tcase_add_test(tests, copies_by_hand);
    tcase_add_test(tests, memory_by_hand);
    tcase_add_loop_test(tests, zero_by_hand, 0, 4);
    tcase_add_test(tests, context_ranks_share_the_optimizer);
    tcase_add_test(tests, deepseek_v3_on_256);
    tcase_add_test(tests, saved_activations_are_the_models);
    tcase_add_test(tests, recomputation_keeps_inputs);
    tcase_add_test(tests, recomputation_of_some_layers);
    tcase_add_test(tests, recipes_by_hand);
    tcase_add_test(tests, gradient_passes_by_hand);
    tcase_add_test(tests, fp8_weights_by_hand);
    tcase_add_test(tests, host_keeps_activations);
    tcase_add_test(tests, layers_in_bf16_keep_what_they_are);
    tcase_add_test(tests, stages_without_layers_need_no_scratch);
    tcase_add_test(tests, shard_groups_hold_replicas);
    tcase_add_loop_test(tests, deepseek_as_trained, 0, (int)FAB_TABLE_SIZE(DEEPSEEK));
    tcase_add_test(tests, peaks_on_b200);
    tcase_add_loop_test(tests, activations_of_gpt, 0, (int)FAB_TABLE_SIZE(GPT));
    tcase_add_test(tests, a_package_that_is_too_small_is_told);
    tcase_add_test(tests, optimizer_by_hand);
    tcase_add_test(tests, stages_keep_linear_layers);
    return run_suite("state", tests);
}

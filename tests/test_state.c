#include "scenario_fixture.h"

#include <math.h>

#include "random_scenario.h"
#include "train/stage.h"

/* Small enough for a pocket calculator: 4 layers (1 dense) over 2 stages, 2 tensor and 2 data
 * ranks, 2 expert ranks. Attention 16 x (16 + 8 + 8 + 16) = 768, norms 32, dense block 3 x 16 x 32
 * = 1536, router 64, experts 4 x 3 x 16 x 8 = 1536, vocabulary 100 x 16 = 1600. */
static fab_scenario hand_scenario(void)
{
    fab_scenario s = {
        .model = {.name = "hand",
                  .layers = 4,
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
                  .vocabulary = 100,
                  .sequence = 4},
        .job = {.gpus = 8, .tokens = 1000, .batch = 8, .sequence = 4},
        .mapping = {.tp = 2, .pp = 2, .dp = 2, .ep = 2, .etp = 1, .microbatch = 1, .interleave = 1},
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

static fab_workload workload_of(const fab_scenario *s)
{
    fab_workload w;
    ck_assert_int_eq(fab_workload_build(s, &w), FAB_OK);
    return w;
}

static fab_stage_parameters held_by(const fab_scenario *s, int64_t index)
{
    const fab_workload w = workload_of(s);
    const fab_stage stage = fab_stage_make(s, index);
    return fab_stage_count_parameters(s, &w, &stage);
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

START_TEST(memory_by_hand)
{
    const fab_scenario s = hand_scenario();
    const fab_workload w = workload_of(&s);
    const double dense_byte = w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte;
    const double moe_byte = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    const struct {
        double weights, gradients, optimizer, activations, logits;
    } want[] = {
        /* 3232 parameters, half of the dense 2464 and half of the experts' 768 with their state;
         * 2 micro-batches in flight */
        {2 * 3232, 4 * 3232, 12 * 1616, 2 * (dense_byte + moe_byte), 0},
        /* 3312 parameters; logits 6 T V / t = 6 x 4 x 256 / 2 */
        {2 * 3312, 4 * 3312, 12 * 1656, 2 * moe_byte, 3072},
    };
    for (int64_t i = 0; i < 2; i++) {
        const fab_stage stage = fab_stage_make(&s, i);
        const fab_memory_forecast got = fab_stage_memory(&s, &w, &stage, i);
        ck_assert_double_eq_tol(got.weights_byte, want[i].weights, 1e-9);
        ck_assert_double_eq_tol(got.gradients_byte, want[i].gradients, 1e-9);
        ck_assert_double_eq_tol(got.optimizer_byte, want[i].optimizer, 1e-9);
        ck_assert_double_eq_tol(got.activations_byte, want[i].activations, 1e-9);
        ck_assert_double_eq_tol(got.logits_byte, want[i].logits, 1e-9);
        ck_assert_double_eq_tol(got.fixed_byte, 2e9, 1e-3);
        ck_assert_double_eq_tol(got.reserve_byte, 0.03e12, 1e-3);
        ck_assert_double_eq_tol(got.total_byte,
                                want[i].weights + want[i].gradients + want[i].optimizer +
                                    want[i].activations + want[i].logits + 32e9,
                                1e-3);
        ck_assert_int_eq(got.stage, i);
        ck_assert(got.fits);
    }
}
END_TEST

/* T1 = 2 tokens of what the transformer module says of one */
START_TEST(saved_activations_are_the_models)
{
    fab_scenario s = hand_scenario();
    s.assumptions.expert_load_ratio = 1.5;
    const fab_workload w = workload_of(&s);
    const fab_activation_bytes dense = fab_model_activation_bytes(&s.model, false, 2, 2.0);
    const fab_activation_bytes moe = fab_model_activation_bytes(&s.model, true, 2, 2.0);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte, 2 * dense.sharded_byte,
                            1e-9);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte,
                            2 * (moe.sharded_byte + 1.5 * moe.routed_byte), 1e-9);
    ck_assert_double_gt(moe.routed_byte, 0.0);
}
END_TEST

/* recomputed: the input of each layer, 2 T1 h = 64, and one layer in full */
START_TEST(recomputation_keeps_inputs)
{
    fab_scenario s = hand_scenario();
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    const fab_workload w = workload_of(&s);
    const fab_stage stage = fab_stage_make(&s, 0);
    const double dense_byte = w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte;
    const double moe_byte = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    ck_assert_double_eq_tol(fab_stage_memory(&s, &w, &stage, 0).activations_byte,
                            2 * 2 * 64 + (dense_byte > moe_byte ? dense_byte : moe_byte), 1e-9);
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
    s.assumptions.effects.optimizer = false;
    ck_assert_double_eq(fab_stage_optimizer_byte(&s, &w, &stage), 0.0);
}
END_TEST

/* parameters of one layer on all ranks that hold it once: what is replicated, t times */
static double layer_on_all_ranks(const fab_model *model, const fab_layer_parameters *layer,
                                 double tensor)
{
    const double copied = (double)(layer->attention_replicated + layer->norms + layer->router);
    const double missing = tensor - (double)model->kv_heads;
    const double heads = model->attention == FAB_ATTENTION_GQA && missing > 0.0
                             ? 2.0 * (double)(model->hidden * model->head_dim) * missing
                             : 0.0;
    return (double)fab_layer_parameters_total(layer) + (tensor - 1.0) * copied + heads;
}

/* total of the model, plus what the mapping copies */
static double expected_total(const fab_scenario *s)
{
    const fab_model *model = &s->model;
    const fab_model_parameters p = fab_model_count_parameters(model);
    const double tensor = (double)s->mapping.tp, hidden = (double)model->hidden;
    const double dense_layers =
        model->experts > 0 ? (double)model->dense_layers : (double)model->layers;
    const double moe_layers = (double)model->layers - dense_layers;
    const double modules = (double)model->mtp_layers;
    const fab_layer_parameters *module = model->experts > 0 ? &p.moe_layer : &p.dense_layer;
    const double dense_sum = (double)fab_layer_parameters_total(&p.dense_layer);
    const double moe_sum = (double)fab_layer_parameters_total(&p.moe_layer);

    double sum = (double)p.total + (tensor - 1.0) * (double)(p.positions + p.final_norm);
    sum += dense_layers * (layer_on_all_ranks(model, &p.dense_layer, tensor) - dense_sum);
    sum += moe_layers > 0.0
               ? moe_layers * (layer_on_all_ranks(model, &p.moe_layer, tensor) - moe_sum)
               : 0.0;
    sum += modules * (layer_on_all_ranks(model, module, tensor) + 2.0 * tensor * hidden * hidden);
    sum += model->is_tied && s->mapping.pp > 1 ? (double)p.embedding : 0.0;
    sum += !model->is_tied && modules > 0.0 && s->mapping.pp > 1 ? (double)p.embedding : 0.0;
    return sum;
}

START_TEST(stages_hold_the_whole_model)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        const fab_scenario s = random_scenario(number, arena);
        const double tensor = (double)s.mapping.tp;
        const double experts = (double)(s.mapping.ep * s.mapping.etp);
        double sum = 0.0;
        for (int64_t i = 0; i < s.mapping.pp; i++) {
            const fab_stage_parameters held = held_by(&s, i);
            sum += tensor * held.dense_count + experts * held.expert_count;
        }
        const double want = expected_total(&s);
        ck_assert_msg(fabs(sum / want - 1.0) < 1e-12, "seed %d: %.17g instead of %.17g", number,
                      sum, want);
    }
}
END_TEST

/* a larger micro-batch never needs less memory: twice the tokens, half of the micro-batches */
START_TEST(memory_grows_with_the_microbatch)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        s.job.batch *= 4;
        double before[8] = {0.0};
        for (int doubling = 0; doubling < 3; doubling++) {
            const fab_workload w = workload_of(&s);
            for (int64_t i = 0; i < s.mapping.pp; i++) {
                const fab_stage stage = fab_stage_make(&s, i);
                const double now = fab_stage_memory(&s, &w, &stage, i).total_byte;
                ck_assert_msg(now >= before[i] * (1 - 1e-14), "seed %d, stage %d", number, (int)i);
                before[i] = now;
            }
            s.mapping.microbatch *= 2;
        }
    }
}
END_TEST

/* sharding the optimizer over more data ranks never needs more memory */
START_TEST(memory_shrinks_with_data_ranks)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        const fab_stage stage = fab_stage_make(&s, 0);
        const fab_workload few = workload_of(&s);
        const double before = fab_stage_memory(&s, &few, &stage, 0).total_byte;
        s.job.gpus *= 2;
        s.job.batch *= 2;
        s.mapping.dp *= 2;
        const fab_workload many = workload_of(&s);
        ck_assert_double_le(fab_stage_memory(&s, &many, &stage, 0).total_byte, before);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, parameters_by_hand);
    tcase_add_test(tests, copies_by_hand);
    tcase_add_test(tests, memory_by_hand);
    tcase_add_test(tests, saved_activations_are_the_models);
    tcase_add_test(tests, recomputation_keeps_inputs);
    tcase_add_test(tests, a_package_that_is_too_small_is_told);
    tcase_add_test(tests, optimizer_by_hand);
    tcase_add_loop_test(tests, stages_hold_the_whole_model, 0, 20);
    tcase_add_loop_test(tests, memory_grows_with_the_microbatch, 0, 20);
    tcase_add_loop_test(tests, memory_shrinks_with_data_ranks, 0, 20);
    return run_suite("state", tests);
}

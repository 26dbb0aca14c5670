#include "operators_fixture.h"

#include <math.h>
#include <string.h>

/* A product of m x k by k x n: 2mkn FLOPs; 2(mk + mn) + 2kn bytes, weight gradients 8kn instead. */
/* what is checked of an operator's work */
typedef struct work {
    double flop;
    double byte;
} work;

static const struct {
    fab_block_kind block;
    size_t index;
    const char *name;
    fab_operator_kind kind;
    work forward, backward, weight;
} ROW[] = {
    /* norm 4 / 6 x T1 h, T1 h = 64 */
    {FAB_BLOCK_DENSE_LAYER, 0, "attention norm", FAB_OPERATOR_MEMORY, {0, 256}, {0, 384}, {0, 0}},
    /* 8 x 16 by 16 x (4/2 + 2 x 2/2) 4 = 16 */
    {FAB_BLOCK_DENSE_LAYER,
     1,
     "query, key, value",
     FAB_OPERATOR_GEMM,
     {4096, 1024},
     {4096, 1024},
     {4096, 2560}},
    /* 4 T (heads + kv heads of a rank) d = 4 x 8 x 3 x 4 */
    {FAB_BLOCK_DENSE_LAYER,
     2,
     "rotary, query and key",
     FAB_OPERATOR_MEMORY,
     {0, 384},
     {0, 384},
     {0, 0}},
    /* s T heads (dq + dv) = 4 x 8 x 2 x 8; 3 dq + 2 dv = 20; Q, K, V, O = 2 x 8 x 3 x 8 bytes */
    {FAB_BLOCK_DENSE_LAYER,
     3,
     "attention core",
     FAB_OPERATOR_ATTENTION,
     {512, 384},
     {1280, 768},
     {0, 0}},
    /* 8 x 8 by 8 x 16 */
    {FAB_BLOCK_DENSE_LAYER,
     4,
     "attention output",
     FAB_OPERATOR_GEMM,
     {2048, 640},
     {2048, 640},
     {2048, 1408}},
    /* residual 6 / 5 x T1 h */
    {FAB_BLOCK_DENSE_LAYER,
     5,
     "attention residual",
     FAB_OPERATOR_MEMORY,
     {0, 384},
     {0, 320},
     {0, 0}},
    {FAB_BLOCK_DENSE_LAYER,
     6,
     "feed-forward norm",
     FAB_OPERATOR_MEMORY,
     {0, 256},
     {0, 384},
     {0, 0}},
    /* 8 x 16 by 16 x 2 x 16 */
    {FAB_BLOCK_DENSE_LAYER,
     7,
     "feed-forward in",
     FAB_OPERATOR_GEMM,
     {8192, 1792},
     {8192, 1792},
     {8192, 4864}},
    /* 2 G / (4 G - 2) x T f / t = 6 / 10 x 128 */
    {FAB_BLOCK_DENSE_LAYER, 8, "activation", FAB_OPERATOR_MEMORY, {0, 768}, {0, 1280}, {0, 0}},
    /* 8 x 16 by 16 x 16 */
    {FAB_BLOCK_DENSE_LAYER,
     9,
     "feed-forward out",
     FAB_OPERATOR_GEMM,
     {4096, 1024},
     {4096, 1024},
     {4096, 2560}},
    {FAB_BLOCK_DENSE_LAYER,
     10,
     "feed-forward residual",
     FAB_OPERATOR_MEMORY,
     {0, 384},
     {0, 320},
     {0, 0}},

    {FAB_BLOCK_MOE_LAYER, 6, "expert norm", FAB_OPERATOR_MEMORY, {0, 256}, {0, 384}, {0, 0}},
    /* 4 x 16 by 16 x 4 */
    {FAB_BLOCK_MOE_LAYER, 7, "router", FAB_OPERATOR_GEMM_BF16, {512, 288}, {512, 288}, {512, 672}},
    /* 24 T1 E */
    {FAB_BLOCK_MOE_LAYER, 8, "top-k and index", FAB_OPERATOR_MEMORY, {0, 384}, {0, 384}, {0, 0}},
    /* 2 (k + 1) T1 h, as the weighted sum */
    {FAB_BLOCK_MOE_LAYER, 9, "permute to send", FAB_OPERATOR_MEMORY, {0, 384}, {0, 384}, {0, 0}},
    /* 4 R h = 4 x 12 x 16 */
    {FAB_BLOCK_MOE_LAYER, 10, "permute", FAB_OPERATOR_MEMORY, {0, 768}, {0, 768}, {0, 0}},
    /* two experts, each 6 x 16 by 16 x 2 x 8 */
    {FAB_BLOCK_MOE_LAYER,
     11,
     "experts in",
     FAB_OPERATOR_GEMM,
     {6144, 1792},
     {6144, 1792},
     {6144, 4864}},
    /* 6 / 10 x R f_e = 96 */
    {FAB_BLOCK_MOE_LAYER, 12, "expert activation", FAB_OPERATOR_MEMORY, {0, 576}, {0, 960}, {0, 0}},
    /* two experts, each 6 x 8 by 8 x 16 */
    {FAB_BLOCK_MOE_LAYER,
     13,
     "experts out",
     FAB_OPERATOR_GEMM,
     {3072, 1088},
     {3072, 1088},
     {3072, 2624}},
    {FAB_BLOCK_MOE_LAYER, 14, "unpermute", FAB_OPERATOR_MEMORY, {0, 768}, {0, 768}, {0, 0}},
    /* 2 T1 h (k + 1) */
    {FAB_BLOCK_MOE_LAYER, 15, "weighted sum", FAB_OPERATOR_MEMORY, {0, 384}, {0, 384}, {0, 0}},
    /* 8 x 16 by 16 x 2 x 4 */
    {FAB_BLOCK_MOE_LAYER,
     16,
     "shared expert in",
     FAB_OPERATOR_GEMM,
     {2048, 640},
     {2048, 640},
     {2048, 1408}},
    {FAB_BLOCK_MOE_LAYER, 17, "shared activation", FAB_OPERATOR_MEMORY, {0, 192}, {0, 320}, {0, 0}},
    /* 8 x 4 by 4 x 16 */
    {FAB_BLOCK_MOE_LAYER,
     18,
     "shared expert out",
     FAB_OPERATOR_GEMM,
     {1024, 448},
     {1024, 448},
     {1024, 832}},
    {FAB_BLOCK_MOE_LAYER, 19, "expert residual", FAB_OPERATOR_MEMORY, {0, 384}, {0, 320}, {0, 0}},

    /* 4 / 8 x T h */
    {FAB_BLOCK_EMBEDDING, 0, "embedding", FAB_OPERATOR_MEMORY, {0, 512}, {0, 1024}, {0, 0}},
    {FAB_BLOCK_HEAD, 0, "final norm", FAB_OPERATOR_MEMORY, {0, 256}, {0, 384}, {0, 0}},
    /* 8 x 16 by 16 x 128 */
    {FAB_BLOCK_HEAD,
     1,
     "output head",
     FAB_OPERATOR_GEMM_BF16,
     {32768, 6400},
     {32768, 6400},
     {32768, 18688}},
    /* 3 / 3 x T V / t */
    {FAB_BLOCK_HEAD, 2, "cross entropy", FAB_OPERATOR_MEMORY, {0, 3072}, {0, 3072}, {0, 0}},
    {FAB_BLOCK_MTP_PROJECTION,
     0,
     "prediction norm",
     FAB_OPERATOR_MEMORY,
     {0, 256},
     {0, 384},
     {0, 0}},
    {FAB_BLOCK_MTP_PROJECTION,
     1,
     "prediction embedding norm",
     FAB_OPERATOR_MEMORY,
     {0, 256},
     {0, 384},
     {0, 0}},
    /* 4 x 32 by 32 x 16 */
    {FAB_BLOCK_MTP_PROJECTION,
     2,
     "prediction projection",
     FAB_OPERATOR_GEMM,
     {4096, 1408},
     {4096, 1408},
     {4096, 4480}},
};

static const size_t LENGTH[FAB_BLOCK_KIND_COUNT] = {11, 20, 1, 3, 3};

START_TEST(small_rows_agree)
{
    const fab_scenario scenario = small_scenario();
    const fab_workload w = small_workload(&scenario);
    const fab_operator *got = &w.blocks[ROW[_i].block].operators[ROW[_i].index];
    ck_assert_str_eq(got->name, ROW[_i].name);
    ck_assert_int_eq(got->kind, ROW[_i].kind);
    const struct {
        fab_operator_work got;
        work want;
    } pass[] = {{got->forward, ROW[_i].forward},
                {got->backward, ROW[_i].backward},
                {got->weight, ROW[_i].weight}};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_double_eq_tol(pass[i].got.flop, pass[i].want.flop, 1e-9);
        ck_assert_double_eq_tol(pass[i].got.byte, pass[i].want.byte, 1e-9);
    }
}
END_TEST

START_TEST(blocks_hold_nothing_else)
{
    const fab_scenario scenario = small_scenario();
    const fab_workload w = small_workload(&scenario);
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        ck_assert_uint_eq(w.blocks[kind].operator_count, LENGTH[kind]);
    }
}
END_TEST

/* 4 bytes per input of a product forward, per output gradient backward; not of router and head.
 * Dense: inputs 8 (16 + 8 + 16 + 16), gradients 8 (16 + 16 + 32 + 16). MoE adds to the attention's
 * 192 and 256: experts 12 (16 + 8) and 12 (16 + 16), shared 8 (16 + 4) and 8 (8 + 16). Prediction:
 * 4 x 32 and 4 x 16. */
START_TEST(fp8_products_are_quantised)
{
    fab_scenario scenario = small_scenario();
    scenario.job.precision = FAB_PRECISION_FP8;
    const fab_workload w = small_workload(&scenario);
    const struct {
        fab_block_kind block;
        double forward_count, backward_count;
    } want[] = {
        {FAB_BLOCK_DENSE_LAYER, 448, 640},
        {FAB_BLOCK_MOE_LAYER, 192 + 288 + 160, 256 + 384 + 192},
        {FAB_BLOCK_MTP_PROJECTION, 128, 64},
    };
    for (size_t i = 0; i < FAB_TABLE_SIZE(want); i++) {
        const fab_block *block = &w.blocks[want[i].block];
        ck_assert_uint_eq(block->operator_count, LENGTH[want[i].block] + 1);
        const fab_operator *last = &block->operators[block->operator_count - 1];
        ck_assert_str_eq(last->name, "quantise");
        ck_assert_double_eq_tol(last->forward.byte, 4.0 * want[i].forward_count, 1e-9);
        ck_assert_double_eq_tol(last->backward.byte, 4.0 * want[i].backward_count, 1e-9);
    }
    ck_assert_uint_eq(w.blocks[FAB_BLOCK_HEAD].operator_count, LENGTH[FAB_BLOCK_HEAD]);
}
END_TEST

/* Bytes of a factor, and of making both copies of it: passes over BF16 and what is written twice.
 */
static const struct {
    int precision, scaling;
    double element_byte, quantise_byte;
} FORMAT[] = {
    {FAB_PRECISION_FP8, FAB_SCALING_DELAYED, 1.0, 2.0 + 2.0},
    {FAB_PRECISION_FP8, FAB_SCALING_CURRENT, 1.0, 2.0 + 2.0 + 2.0},
    {FAB_PRECISION_FP8, FAB_SCALING_BLOCK, 1.03125, 2.0 + 2.0625},
    {FAB_PRECISION_FP8, FAB_SCALING_MXFP8, 1.03125, 2.0 + 2.0625},
    {FAB_PRECISION_FP8, FAB_SCALING_ROWWISE, 1.0, 12.0 + 2.0},
    {FAB_PRECISION_NVFP4, FAB_SCALING_DELAYED, 0.5625, 2.0 + 2.0 + 1.125},
    {FAB_PRECISION_NVFP4, FAB_SCALING_MXFP8, 0.5625, 2.0 + 2.0 + 1.125},
};

START_TEST(formats_have_their_bytes)
{
    fab_scenario scenario = small_scenario();
    scenario.job.precision = FORMAT[_i].precision;
    scenario.assumptions.fp8_scaling = FORMAT[_i].scaling;
    scenario.gpu.fp4_flops = scenario.gpu.fp8_flops;
    const fab_workload w = small_workload(&scenario);
    const fab_block *dense = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    const fab_operator *in = &dense->operators[7]; /* 8 x 16 by 16 x 32 */
    const fab_operator *last = &dense->operators[dense->operator_count - 1];
    const double byte = FORMAT[_i].element_byte;
    ck_assert_double_eq_tol(in->forward.byte, byte * (128 + 512) + 2 * 256, 1e-9);
    ck_assert_double_eq_tol(in->weight.byte, byte * (128 + 256) + 8 * 512, 1e-9);
    ck_assert_str_eq(last->name, "quantise");
    ck_assert_double_eq_tol(last->forward.byte, FORMAT[_i].quantise_byte * 448, 1e-9);
    ck_assert_double_eq_tol(last->backward.byte, FORMAT[_i].quantise_byte * 640, 1e-9);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_HEAD].operators[1].forward.byte, 6400, 1e-9);
}
END_TEST

/* FP8 operands are one byte, results two, gradients of weights the same 8: a product gives
 * (mk + kn) + 2 mn, (mn + kn) + 2 mk and (mk + mn) + 8 kn; the head stays in BF16 */
START_TEST(fp8_operands_are_bytes)
{
    fab_scenario scenario = small_scenario();
    scenario.job.precision = FAB_PRECISION_FP8;
    const fab_workload w = small_workload(&scenario);
    const fab_operator *in = &w.blocks[FAB_BLOCK_DENSE_LAYER].operators[7]; /* 8 x 16 by 16 x 32 */
    ck_assert_double_eq_tol(in->forward.byte, 128 + 512 + 2 * 256, 1e-9);
    ck_assert_double_eq_tol(in->backward.byte, 256 + 512 + 2 * 128, 1e-9);
    ck_assert_double_eq_tol(in->weight.byte, 128 + 256 + 8 * 512, 1e-9);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_HEAD].operators[1].forward.byte, 6400, 1e-9);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_MOE_LAYER].operators[7].forward.byte, 288, 1e-9);
}
END_TEST

/* more tensor ranks than key/value heads: each keeps a whole one, so n = (1 + 2) 4 instead of 8 */
START_TEST(key_value_heads_are_replicated)
{
    fab_scenario scenario = small_scenario();
    scenario.mapping.tp = 4;
    const fab_workload w = small_workload(&scenario);
    const fab_operator *projection = &w.blocks[FAB_BLOCK_DENSE_LAYER].operators[1];
    ck_assert_double_eq_tol(projection->forward.flop, 2.0 * 8 * 16 * 12, 1e-9);
}
END_TEST

/* Products of a block per token of the tensor group, all ranks together. */
typedef struct block_flops {
    double forward, backward, core_forward, core_backward;
} block_flops;

static block_flops sum_block(const fab_workload *w, fab_block_kind kind, int64_t tensor)
{
    block_flops sum = {0};
    const fab_block *block = &w->blocks[kind];
    const double scale = (double)tensor / w->tokens_count;
    for (size_t i = 0; i < block->operator_count; i++) {
        const fab_operator *one = &block->operators[i];
        if (one->kind == FAB_OPERATOR_ATTENTION) {
            sum.core_forward += scale * one->forward.flop;
            sum.core_backward += scale * one->backward.flop;
        } else {
            sum.forward += scale * one->forward.flop;
            sum.backward += scale * (one->backward.flop + one->weight.flop);
        }
    }
    return sum;
}

static const struct {
    const char *model;
    int64_t tp, ep, etp;
} COUNTED[] = {
    {"llama3-405b", 1, 1, 1},  {"llama3-405b", 2, 1, 1},   {"llama3-405b", 8, 1, 1},
    {"gpt3-175b", 1, 1, 1},    {"gpt3-175b", 8, 1, 1},     {"moe-4.7t-c1", 16, 32, 1},
    {"moe-4.7t-c4", 1, 32, 1}, {"moe-4.7t-c4", 16, 32, 1}, {"moe-4.7t-c4", 16, 32, 16},
    {"deepseek-v3", 1, 64, 1}, {"deepseek-v3", 4, 32, 1},  {"deepseek-v3", 16, 8, 4},
};

static fab_workload count_model(const fab_model *model, int64_t tp, int64_t ep, int64_t etp)
{
    const fab_scenario scenario = {
        .model = *model,
        .job = {.sequence = model->sequence},
        .mapping = {.tp = tp,
                    .cp = 1,
                    .ep = ep,
                    .etp = etp,
                    .microbatch = 2,
                    .is_sequence_parallel = true},
    };
    const double tokens = 2.0 * (double)model->sequence;
    const double shard = tokens / (double)tp;
    fab_workload w = {
        .tokens_count = tokens,
        .shard_tokens_count = shard,
        .routed_rows_count = (double)etp * shard * (double)model->experts_per_token,
        .padded_vocabulary_count = (double)model->vocabulary,
    };
    fab_workload_operators(&scenario, &w);
    return w;
}

static void assert_near(double got, double want)
{
    ck_assert_msg(fabs(got - want) <= 1e-12 * want, "%.17g instead of %.17g", got, want);
}

/* The operators of all layers and the head do the FLOPs that the model's shape says, however they
 * are cut: linear products once forward and twice backward, attention core exactly. */
START_TEST(flops_are_the_models)
{
    const fab_model *model = fab_catalog_model(catalog, COUNTED[_i].model);
    const int64_t tp = COUNTED[_i].tp;
    const fab_workload w = count_model(model, tp, COUNTED[_i].ep, COUNTED[_i].etp);
    const fab_model_flops want = fab_model_count_flops(model, model->sequence, false);
    const block_flops dense = sum_block(&w, FAB_BLOCK_DENSE_LAYER, tp);
    const block_flops moe = sum_block(&w, FAB_BLOCK_MOE_LAYER, tp);
    const block_flops head = sum_block(&w, FAB_BLOCK_HEAD, tp);
    const double dense_layers = (double)model->dense_layers;
    const double moe_layers = (double)(model->layers - model->dense_layers);
    assert_near(dense_layers * dense.forward + moe_layers * moe.forward + head.forward,
                want.linear_forward_flop);
    assert_near(dense_layers * dense.backward + moe_layers * moe.backward + head.backward,
                2.0 * want.linear_forward_flop);
    assert_near(dense_layers * dense.core_forward + moe_layers * moe.core_forward,
                want.core_forward_flop);

    /* the backward pass computes the scores again: 3 dq + 2 dv instead of dq + dv */
    const double qk = (double)fab_model_qk_dim(model), v = (double)fab_model_v_dim(model);
    assert_near(dense_layers * dense.core_backward + moe_layers * moe.core_backward,
                want.core_forward_flop * (3.0 * qk + 2.0 * v) / (qk + v));
}
END_TEST

/* The same where layers of both kinds follow each other; the gate of shared experts, one column,
 * has no product of its own. */
START_TEST(linear_flops_are_the_models)
{
    static const struct {
        const char *model;
        int64_t tp;
    } count[] = {
        {"qwen3-next-80b-a3b", 1}, {"qwen3-next-80b-a3b", 2}, {"minimax-m1", 1}, {"minimax-m1", 8}};
    const fab_model *model = fab_catalog_model(catalog, count[_i].model);
    const fab_workload w = count_model(model, count[_i].tp, 8, 1);
    const fab_model_flops want = fab_model_count_flops(model, model->sequence, false);
    const block_flops softmax = sum_block(&w, FAB_BLOCK_MOE_LAYER, count[_i].tp);
    const block_flops linear = sum_block(&w, FAB_BLOCK_MOE_LAYER_LINEAR, count[_i].tp);
    const block_flops head = sum_block(&w, FAB_BLOCK_HEAD, count[_i].tp);
    const double linear_layers = (double)model->linear_layers;
    const double layers = (double)model->layers;
    const double gate = model->has_shared_gate ? 2.0 * layers * (double)model->hidden : 0.0;
    const double softmax_layers = layers - linear_layers;
    assert_near(softmax_layers * softmax.forward + linear_layers * linear.forward + head.forward,
                want.linear_forward_flop - gate);
    assert_near(softmax_layers * softmax.backward + linear_layers * linear.backward + head.backward,
                2.0 * (want.linear_forward_flop - gate));
}
END_TEST

/* a prediction module is one more layer, one more head and a product of 2h by h */
START_TEST(prediction_flops_are_the_models)
{
    const fab_model *model = fab_catalog_model(catalog, "deepseek-v3");
    const fab_workload w = count_model(model, 4, 32, 1);
    const double with = fab_model_count_flops(model, model->sequence, true).total_flop;
    const double without = fab_model_count_flops(model, model->sequence, false).total_flop;
    const block_flops moe = sum_block(&w, FAB_BLOCK_MOE_LAYER, 4);
    const block_flops head = sum_block(&w, FAB_BLOCK_HEAD, 4);
    const block_flops projection = sum_block(&w, FAB_BLOCK_MTP_PROJECTION, 4);
    const double forward = moe.forward + moe.core_forward + head.forward + projection.forward;
    ck_assert_msg(fabs(3.0 * forward / (with - without) - 1.0) < 1e-9, "%g", with - without);
}
END_TEST

/* 16 tensor ranks on 8 key/value heads: h x 2 x (16 - 8) x d more to multiply in each layer */
START_TEST(replicated_heads_cost_their_flops)
{
    const fab_model *model = fab_catalog_model(catalog, "llama3-405b");
    const fab_workload few = count_model(model, 8, 1, 1);
    const fab_workload many = count_model(model, 16, 1, 1);
    const double more = sum_block(&many, FAB_BLOCK_DENSE_LAYER, 16).forward -
                        sum_block(&few, FAB_BLOCK_DENSE_LAYER, 8).forward;
    ck_assert_double_eq_tol(more, 2.0 * 16384 * 2 * 8 * 128, 1e-3);
}
END_TEST

/* step by step: 36 and 72 bytes for each of 64 elements of a norm, 10 and 18 of a gate's 128, 22 of
 * rotations, 20 for both passes of the loss */
START_TEST(eager_operators_move_more)
{
    static const struct {
        int elementwise;
        double norm, norm_back, gate, gate_back, rotation_ratio;
    } ROWS[] = {{FAB_ELEMENTWISE_FUSED, 256, 384, 768, 1280, 1.0},
                {FAB_ELEMENTWISE_FUSED_NORMS, 256, 384, 1280, 2304, 5.5},
                {FAB_ELEMENTWISE_EAGER, 2304, 4608, 1280, 2304, 5.5}};
    fab_scenario scenario = small_scenario();
    double rotation = 0.0;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        scenario.assumptions.elementwise = ROWS[i].elementwise;
        const fab_workload w = small_workload(&scenario);
        const fab_operator *list = w.blocks[FAB_BLOCK_DENSE_LAYER].operators;
        rotation = i == 0 ? list[2].forward.byte : rotation;
        ck_assert_double_eq_tol(list[0].forward.byte, ROWS[i].norm, 1e-9);
        ck_assert_double_eq_tol(list[0].backward.byte, ROWS[i].norm_back, 1e-9);
        ck_assert_double_eq_tol(list[8].forward.byte, ROWS[i].gate, 1e-9);
        ck_assert_double_eq_tol(list[8].backward.byte, ROWS[i].gate_back, 1e-9);
        ck_assert_double_eq_tol(list[2].forward.byte, ROWS[i].rotation_ratio * rotation, 1e-9);
    }
    scenario.assumptions.has_fused_loss = false;
    const fab_workload w = small_workload(&scenario);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_HEAD].operators[2].forward.byte, 10240, 1e-9);
}
END_TEST

/* Unfused: 2 heads of 2 sequences of 4 tokens: scores 4 x 4 by 4 x 4 and values the same; of 64
 * pairs softmax moves 4 / 6 bytes, dropout 5 more; the residual one more for each of 64 elements */
START_TEST(unfused_attention_moves_its_scores)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.attention = FAB_ATTENTION_UNFUSED;
    scenario.assumptions.effects.attention_core = true;
    scenario.assumptions.has_dropout = true;
    const fab_workload w = small_workload(&scenario);
    const fab_block *block = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    ck_assert_uint_eq(block->operator_count, LENGTH[FAB_BLOCK_DENSE_LAYER] + 2);
    const fab_operator *softmax = &block->operators[4];
    for (size_t i = 3; i <= 5; i += 2) {
        const fab_operator *product = &block->operators[i];
        ck_assert_str_eq(product->name, i == 3 ? "attention scores" : "attention values");
        ck_assert_int_eq(product->parts, FAB_PART_CORE_ATTENTION);
        const fab_operator_work pass[] = {product->forward, product->backward, product->weight};
        for (size_t j = 0; j < 3; j++) {
            ck_assert_double_eq_tol(pass[j].flop, 2.0 * 4 * 4 * 4 * 4, 1e-9);
            ck_assert_double_eq_tol(pass[j].byte, 2.0 * 4 * (16 + 16 + 16), 1e-9);
            ck_assert(!pass[j].product.accumulates);
        }
    }
    ck_assert_str_eq(softmax->name, "softmax");
    ck_assert_double_eq_tol(softmax->forward.byte, (4 + 5) * 64, 1e-9);
    ck_assert_double_eq_tol(softmax->backward.byte, (6 + 5) * 64, 1e-9);
    ck_assert_double_eq_tol(block->operators[7].forward.byte, 384 + 64, 1e-9);

    scenario.assumptions.has_dropout = false;
    const fab_workload without = small_workload(&scenario);
    ck_assert_double_eq_tol(without.blocks[FAB_BLOCK_DENSE_LAYER].operators[4].forward.byte, 4 * 64,
                            1e-9);
    scenario.assumptions.effects.attention_core = false;
    const fab_workload none = small_workload(&scenario);
    ck_assert_uint_eq(none.blocks[FAB_BLOCK_DENSE_LAYER].operator_count,
                      LENGTH[FAB_BLOCK_DENSE_LAYER] - 1);
}
END_TEST

/* a gathered loss takes all 256 columns step by step: 18 bytes and 8 of copies forward, 22
 * backward, of each of 8 x 256; BF16 sums halve the traffic of weight gradients, 8 to 4 bytes */
START_TEST(software_moves_more_or_less)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.loss = FAB_LOSS_GATHERED;
    scenario.assumptions.main_gradient = FAB_GRADIENT_BF16;
    const fab_workload w = small_workload(&scenario);
    const fab_operator *dense = w.blocks[FAB_BLOCK_DENSE_LAYER].operators;
    ck_assert_double_eq_tol(dense[7].weight.byte, 4864 - 4 * 512, 1e-9);
    const fab_operator *loss = &w.blocks[FAB_BLOCK_HEAD].operators[2];
    ck_assert_str_eq(loss->name, "cross entropy");
    ck_assert_double_eq_tol(loss->forward.byte, 26 * 8 * 256, 1e-9);
    ck_assert_double_eq_tol(loss->backward.byte, 22 * 8 * 256, 1e-9);
    for (size_t i = 0; i < w.blocks[FAB_BLOCK_HEAD].operator_count; i++) {
        const fab_operator *op = &w.blocks[FAB_BLOCK_HEAD].operators[i];
        ck_assert_msg(op->is_loss == (op == loss), "%s is the loss", op->name);
    }
}
END_TEST

static void assert_bytes(const fab_block *block, const char *name, double forward, double backward)
{
    for (size_t i = 0; i < block->operator_count; i++) {
        const fab_operator *op = &block->operators[i];
        if (strcmp(op->name, name) == 0) {
            ck_assert_int_eq(op->kind, FAB_OPERATOR_MEMORY);
            ck_assert_double_eq_tol(op->forward.byte, forward, 1e-9);
            ck_assert_double_eq_tol(op->backward.byte, backward, 1e-9);
            return;
        }
    }
    ck_abort_msg("no %s", name);
}

/* 8 x 16 elements of 2 bytes read and written, 512; of what three or two matrices gather apart as
 * often, and once more for weight gradients; the last one brings nothing that a gradient reads.
 * What is gathered in FP8 has half of the bytes, what is scattered has not, nor has a BF16 layer or
 * the head. */
START_TEST(sequences_are_joined_and_cut)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.copies_sequences = true;
    fab_workload w = small_workload(&scenario);
    const fab_block *dense = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    ck_assert_uint_eq(dense->operator_count, LENGTH[FAB_BLOCK_DENSE_LAYER] + 4);
    assert_bytes(dense, "attention input, joined", 512, 512);
    assert_bytes(dense, "attention output, cut", 512, 512);
    assert_bytes(dense, "feed-forward input, joined", 512, 512);
    assert_bytes(dense, "feed-forward output, cut", 512, 512);
    assert_bytes(&w.blocks[FAB_BLOCK_HEAD], "head input, joined", 512, 512);
    assert_bytes(&w.blocks[FAB_BLOCK_EMBEDDING], "embedding, cut", 512, 512);
    ck_assert(dense->operators[LENGTH[FAB_BLOCK_DENSE_LAYER] + 2].is_last);
    scenario.assumptions.gathered_inputs = FAB_GATHERED_APART;
    scenario.assumptions.gather_precision = FAB_PRECISION_FP8;
    scenario.assumptions.effects.weight_gradient_gather = true;
    w = small_workload(&scenario);
    assert_bytes(dense, "attention input, joined", 3 * 256, 3 * 512 + 3 * 256);
    assert_bytes(dense, "attention output, cut", 512, 256);
    assert_bytes(dense, "feed-forward input, joined", 2 * 256, 2 * 512 + 2 * 256);
    assert_bytes(dense, "feed-forward output, cut", 512, 256);
    assert_bytes(&w.blocks[FAB_BLOCK_HEAD], "head input, joined", 512, 2 * 512);
    assert_bytes(&w.blocks[FAB_BLOCK_EMBEDDING], "embedding, cut", 512, 512);
    scenario.assumptions.bf16_layers = 2;
    w = small_workload(&scenario);
    assert_bytes(&w.blocks[FAB_BLOCK_DENSE_LAYER_BF16], "attention input, joined", 3 * 512,
                 6 * 512);
    assert_bytes(&w.blocks[FAB_BLOCK_DENSE_LAYER_BF16], "attention output, cut", 512, 512);
    scenario.assumptions.bf16_layers = 0;
    scenario.mapping.is_sequence_parallel = false;
    w = small_workload(&scenario);
    ck_assert_uint_eq(dense->operator_count, LENGTH[FAB_BLOCK_DENSE_LAYER]);
}
END_TEST

/* All that a layer can have at once: 14 operators of MLA with a gate and unfused scores, 18 of
 * experts with all that moves copies and shards. They fill a block's list. */
START_TEST(the_fullest_block_fits)
{
    fab_scenario scenario = small_scenario();
    scenario.model.attention = FAB_ATTENTION_MLA;
    scenario.model.q_rank = scenario.model.kv_rank = 8;
    scenario.model.qk_nope_dim = scenario.model.qk_rope_dim = scenario.model.v_dim = 4;
    scenario.model.has_attention_gate = true;
    scenario.model.bias = FAB_BIAS_ALL;
    scenario.job.precision = FAB_PRECISION_FP8;
    scenario.mapping.zero = 3;
    scenario.assumptions.attention = FAB_ATTENTION_UNFUSED;
    scenario.assumptions.effects.attention_core = true;
    scenario.assumptions.experts = FAB_EXPERTS_PADDED;
    scenario.assumptions.copies_sequences = true;
    scenario.assumptions.copies_shards = true;
    fab_workload w = {.tokens_count = 8.0, .shard_tokens_count = 4.0, .routed_rows_count = 12.0};
    w.groups[FAB_GROUP_DATA].ranks = 2;
    fab_workload_operators(&scenario, &w);
    const fab_block *moe = &w.blocks[FAB_BLOCK_MOE_LAYER];
    ck_assert_str_eq(moe->operators[moe->operator_count - 1].name, "copies of shards");
    ck_assert_uint_eq(moe->operator_count, FAB_OPERATOR_LIMIT);
}
END_TEST

/* 256 + 128 + 512 + 256 weights of a dense layer, 128 x 16 of the embedding: 4 bytes for each
 * gather, 2 and 4 for FP32 gradients; never again, of one rank never */
START_TEST(shards_are_copied)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.copies_shards = true;
    scenario.mapping.zero = 3;
    fab_workload w = {.tokens_count = 8.0, .shard_tokens_count = 4.0, .routed_rows_count = 12.0};
    w.padded_vocabulary_count = 256.0;
    w.groups[FAB_GROUP_DATA].ranks = 2;
    fab_workload_operators(&scenario, &w);
    const fab_block *dense = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    assert_bytes(dense, "copies of shards", 4 * 1152, 10 * 1152);
    assert_bytes(&w.blocks[FAB_BLOCK_EMBEDDING], "copies of shards", 4 * 2048, 10 * 2048);
    assert_bytes(&w.blocks[FAB_BLOCK_HEAD], "copies of shards", 4 * 2048, 10 * 2048);
    const fab_operator *copies = &dense->operators[dense->operator_count - 1];
    ck_assert(!fab_operator_runs_again(&scenario, FAB_PART_LAYER, copies));
    scenario.assumptions.gradient_precision = FAB_GRADIENT_BF16;
    scenario.model.is_tied = true;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        w.blocks[kind].operator_count = 0;
    }
    fab_workload_operators(&scenario, &w);
    assert_bytes(dense, "copies of shards", 4 * 1152, 8 * 1152);
    ck_assert_uint_eq(w.blocks[FAB_BLOCK_HEAD].operator_count, LENGTH[FAB_BLOCK_HEAD]);
    const fab_workload alone = small_workload(&scenario);
    ck_assert_uint_eq(alone.blocks[FAB_BLOCK_DENSE_LAYER].operator_count,
                      LENGTH[FAB_BLOCK_DENSE_LAYER]);
}
END_TEST

/* which operators run again with which part */
static const struct {
    fab_block_kind block;
    size_t index;
    int parts;
} TAGGED[] = {
    {FAB_BLOCK_DENSE_LAYER, 0, FAB_PART_NORMS},
    {FAB_BLOCK_DENSE_LAYER, 1, 0},
    {FAB_BLOCK_DENSE_LAYER, 2, 0},
    {FAB_BLOCK_DENSE_LAYER, 3, FAB_PART_CORE_ATTENTION},
    {FAB_BLOCK_DENSE_LAYER, 4, 0},
    {FAB_BLOCK_DENSE_LAYER, 5, 0},
    {FAB_BLOCK_DENSE_LAYER, 6, FAB_PART_NORMS},
    {FAB_BLOCK_DENSE_LAYER, 7, FAB_PART_FEED_FORWARD},
    {FAB_BLOCK_DENSE_LAYER, 8, FAB_PART_FEED_FORWARD | FAB_PART_ACTIVATION},
    {FAB_BLOCK_DENSE_LAYER, 9, FAB_PART_FEED_FORWARD},
    {FAB_BLOCK_DENSE_LAYER, 10, 0},
    {FAB_BLOCK_MOE_LAYER, 6, FAB_PART_NORMS},
    {FAB_BLOCK_MOE_LAYER, 7, FAB_PART_EXPERTS},
    {FAB_BLOCK_MOE_LAYER, 10, FAB_PART_EXPERTS},
    {FAB_BLOCK_MOE_LAYER, 12, FAB_PART_EXPERTS | FAB_PART_EXPERT_ACTIVATION},
    {FAB_BLOCK_MOE_LAYER, 15, FAB_PART_EXPERTS},
    {FAB_BLOCK_MOE_LAYER, 16, FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS},
    {FAB_BLOCK_MOE_LAYER, 17, FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS | FAB_PART_ACTIVATION},
    {FAB_BLOCK_MOE_LAYER, 19, 0},
};

START_TEST(operators_belong_to_parts)
{
    const fab_scenario scenario = small_scenario();
    const fab_workload w = small_workload(&scenario);
    const fab_operator *got = &w.blocks[TAGGED[_i].block].operators[TAGGED[_i].index];
    ck_assert_msg(got->parts == TAGGED[_i].parts, "%s: %d", got->name, got->parts);
}
END_TEST

/* from latents to queries, keys and values: norms, both up-projections and the rotary part */
START_TEST(latent_operators_belong_to_parts)
{
    const fab_workload w = count_model(fab_catalog_model(catalog, "deepseek-v3"), 4, 32, 1);
    const fab_block *block = &w.blocks[FAB_BLOCK_MOE_LAYER];
    static const char *const AGAIN[] = {"query up", "key, value up", "latent norms",
                                        "rotary, query and key"};
    size_t found = 0;
    for (size_t i = 0; i < block->operator_count; i++) {
        if ((block->operators[i].parts & (int)FAB_PART_LATENTS) != 0) {
            ck_assert_uint_lt(found, FAB_TABLE_SIZE(AGAIN));
            ck_assert_str_eq(block->operators[i].name, AGAIN[found]);
            found++;
        }
    }
    ck_assert_uint_eq(found, 4);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("operators");
    tcase_add_loop_test(tests, small_rows_agree, 0, (int)FAB_TABLE_SIZE(ROW));
    tcase_add_test(tests, blocks_hold_nothing_else);
    tcase_add_test(tests, fp8_products_are_quantised);
    tcase_add_loop_test(tests, formats_have_their_bytes, 0, (int)FAB_TABLE_SIZE(FORMAT));
    tcase_add_test(tests, fp8_operands_are_bytes);
    tcase_add_test(tests, key_value_heads_are_replicated);
    tcase_add_loop_test(tests, flops_are_the_models, 0, (int)FAB_TABLE_SIZE(COUNTED));
    tcase_add_test(tests, prediction_flops_are_the_models);
    tcase_add_test(tests, replicated_heads_cost_their_flops);
    tcase_add_test(tests, eager_operators_move_more);
    tcase_add_test(tests, unfused_attention_moves_its_scores);
    tcase_add_test(tests, software_moves_more_or_less);
    tcase_add_test(tests, sequences_are_joined_and_cut);
    tcase_add_test(tests, shards_are_copied);
    tcase_add_test(tests, the_fullest_block_fits);
    tcase_add_loop_test(tests, operators_belong_to_parts, 0, (int)FAB_TABLE_SIZE(TAGGED));
    tcase_add_test(tests, latent_operators_belong_to_parts);
    tcase_add_loop_test(tests, linear_flops_are_the_models, 0, 4);
    return run_suite("operators", tests);
}

#include <fabricast/transformer.h>

#include <assert.h>
#include <math.h>

#include "transformer/linear.h"

/* What a layer keeps for its backward pass: docs/models-transformer.md#activations. */

/* what the softmax of attention and the router keep in single precision, per token */
#define SOFTMAX_BYTE_PER_HEAD  4.0
#define ROUTER_BYTE_PER_EXPERT 12.0
#define MASK_BYTE              1.0 /* of an element that dropout may set to zero */
#define FP32_BYTE              4.0 /* of the input of an unfused norm */

typedef struct fab_keeping {
    const fab_model *model;
    const fab_activation_rule *rule;
    fab_activation_bytes bytes;
} fab_keeping;

/* What is made by a part that runs again is not kept; a whole layer has all the parts in it. */
static bool is_kept(const fab_keeping *k, int parts)
{
    return (k->rule->recomputed & (parts | (int)FAB_PART_LAYER)) == 0;
}

/* Of an element that only a product reads again. */
static double input_byte(const fab_keeping *k)
{
    return k->rule->input_byte > 0.0 ? k->rule->input_byte : k->rule->element_byte;
}

/* Of an element that enters the activation of an expert. */
static double gate_byte(const fab_keeping *k)
{
    return k->rule->gate_byte > 0.0 ? k->rule->gate_byte : k->rule->element_byte;
}

/* Hidden vectors between the blocks that tensor ranks cut. */
static void keep_row(fab_keeping *k, int parts, double byte)
{
    if (is_kept(k, parts)) {
        *(k->rule->is_sequence_parallel ? &k->bytes.sharded_byte : &k->bytes.whole_byte) += byte;
    }
}

static void keep_sharded(fab_keeping *k, int parts, double byte)
{
    k->bytes.sharded_byte += is_kept(k, parts) ? byte : 0.0;
}

static void keep_routed(fab_keeping *k, int parts, double byte)
{
    k->bytes.routed_byte += is_kept(k, parts) ? byte : 0.0;
}

/* The residual branch and its norm; the input of the layer is kept whatever runs again. A router
 * takes what the norm gives in BF16. */
static void keep_norm(fab_keeping *k, bool is_first, bool feeds_router)
{
    const double hidden = (double)k->model->hidden;
    const double vector_byte = k->rule->element_byte * hidden;
    double *input = k->rule->is_sequence_parallel ? &k->bytes.sharded_byte : &k->bytes.whole_byte;
    if (is_first) {
        *input += vector_byte;
    } else {
        keep_row(k, 0, vector_byte);
    }
    keep_row(k, FAB_PART_NORMS, feeds_router ? vector_byte : input_byte(k) * hidden);
    if (k->rule->has_unfused_norms) {
        keep_row(k, FAB_PART_NORMS, FP32_BYTE * hidden + vector_byte);
    }
    keep_row(k, 0, k->rule->has_dropout ? MASK_BYTE * hidden : 0.0);
}

/* Queries, their gate where there is one, keys and values; key and value heads that several ranks
 * need are on each of them. */
static void keep_gqa(fab_keeping *k)
{
    const fab_model *model = k->model;
    const int64_t ranks = k->rule->tensor_ranks;
    const int64_t kv_heads = ranks * fab_model_rank_kv_heads(model, ranks);
    const int64_t query_heads = model->has_attention_gate ? 2 * model->heads : model->heads;
    keep_sharded(k, 0,
                 k->rule->element_byte * (double)((query_heads + 2 * kv_heads) * model->head_dim));
}

/* Both latents before and after their norms, the shared rotary key, then full queries, keys and
 * values. The norms run again with the projections that they feed. */
static void keep_mla(fab_keeping *k)
{
    const fab_model *model = k->model;
    const int64_t latents = model->q_rank + model->kv_rank;
    const int64_t heads = model->heads * (2 * fab_model_qk_dim(model) + fab_model_v_dim(model));
    keep_row(k, 0, k->rule->element_byte * (double)(latents + model->qk_rope_dim));
    keep_row(k, FAB_PART_LATENTS, input_byte(k) * (double)latents);
    keep_sharded(k, FAB_PART_LATENTS, k->rule->element_byte * (double)heads);
}

/* A fused core keeps its statistics. An unfused one keeps the probabilities of all pairs of tokens
 * and, with dropout, what it leaves of them and its mask. */
static void keep_core(fab_keeping *k)
{
    const fab_activation_rule *rule = k->rule;
    const double heads = (double)k->model->heads;
    double byte = SOFTMAX_BYTE_PER_HEAD;
    if (rule->is_unfused) {
        byte = rule->element_byte * (double)rule->sequence;
        byte += rule->has_dropout ? (rule->element_byte + MASK_BYTE) * (double)rule->sequence : 0.0;
    }
    keep_sharded(k, FAB_PART_CORE_ATTENTION, byte * heads);
    /* the output, and what the next product takes: another format of it, or what a gate leaves */
    const bool is_compact = rule->output_byte > 0.0;
    const double output_byte = is_compact ? rule->output_byte : rule->element_byte;
    const bool has_copy =
        k->model->has_attention_gate || (!is_compact && input_byte(k) < rule->element_byte);
    keep_sharded(k, 0,
                 (output_byte + (has_copy ? input_byte(k) : 0.0)) * heads *
                     (double)fab_model_v_dim(k->model));
}

/* Linear attention: queries, keys and values before and after what is done to each element, the
 * gate, the output before and after its norm and gate, statistics of the norm; of the delta rule
 * the step and decay of each head, in single precision, and the inverse of each chunk. */
static void keep_linear(fab_keeping *k)
{
    const fab_model *model = k->model;
    const double element_byte = k->rule->element_byte;
    const double values = fab_model_linear_values_count(model);
    const double all = fab_model_linear_keys_count(model) + values;
    const double heads = (double)model->linear_heads;
    const bool is_delta = model->linear_attention == FAB_LINEAR_DELTA;
    const fab_linear_kernel kernel = fab_model_linear_kernel(model);
    keep_sharded(k, 0, element_byte * (all + values));
    keep_sharded(k, FAB_PART_CORE_ATTENTION, element_byte * (all + kernel.kept_element_count));
    keep_sharded(k, 0, (is_delta ? 2.0 * FP32_BYTE : 0.0) * heads);
    keep_sharded(k, 0, (element_byte + input_byte(k)) * values + FP32_BYTE * heads);
}

/* What the function of a gated block gives before the product, when these are not fused. */
static double unfused_steps(const fab_keeping *k)
{
    return k->rule->has_unfused_activations && k->model->is_gated ? 1.0 : 0.0;
}

/* What enters the activation function (twice the width when gated) and what leaves it. */
static void keep_ffn(fab_keeping *k, int parts, double entering_byte, int64_t width)
{
    const double byte = entering_byte * (double)width;
    keep_sharded(k, parts, (double)(fab_model_ffn_matrices(k->model) - 1) * byte);
    keep_sharded(k, parts | (int)FAB_PART_ACTIVATION,
                 (unfused_steps(k) * k->rule->element_byte + input_byte(k)) * (double)width);
}

/* An expert's input and output stay for the gradients of its weights and of the router; ranks that
 * share an expert each keep the input that they gathered. */
static void keep_experts(fab_keeping *k)
{
    const fab_model *model = k->model;
    const double copies = (double)model->experts_per_token;
    const double inner = copies * (double)model->expert_width;
    const double element = k->rule->element_byte;
    const double output_byte = k->rule->keeps_no_expert_outputs ? 0.0 : element;
    const double vector_byte = output_byte + (double)k->rule->expert_tensor_ranks * input_byte(k);
    keep_row(k, FAB_PART_EXPERTS, ROUTER_BYTE_PER_EXPERT * (double)model->experts);
    keep_routed(k, FAB_PART_EXPERTS, copies * vector_byte * (double)model->hidden);
    keep_routed(k, FAB_PART_EXPERTS,
                (double)(fab_model_ffn_matrices(model) - 1) * gate_byte(k) * inner);
    const double unlimited = k->rule->keeps_unlimited && model->has_clamped_experts ? 2.0 : 0.0;
    keep_routed(k, FAB_PART_EXPERTS | FAB_PART_EXPERT_ACTIVATION,
                ((unfused_steps(k) + unlimited) * element + input_byte(k)) * inner);
    keep_ffn(k, FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS, gate_byte(k), model->shared_width);
}

fab_activation_bytes fab_model_activation_bytes(const fab_model *model, bool is_moe_layer,
                                                const fab_activation_rule *rule)
{
    assert(model && rule && rule->tensor_ranks >= 1 && rule->expert_tensor_ranks >= 1);
    assert(isfinite(rule->element_byte) && rule->element_byte > 0.0);
    fab_keeping k = {.model = model, .rule = rule};
    keep_norm(&k, true, false);
    if (rule->is_linear) {
        keep_linear(&k);
    } else {
        model->attention == FAB_ATTENTION_MLA ? keep_mla(&k) : keep_gqa(&k);
        keep_core(&k);
    }
    keep_norm(&k, false, is_moe_layer);
    if (is_moe_layer) {
        keep_experts(&k);
    } else {
        keep_ffn(&k, FAB_PART_FEED_FORWARD, rule->element_byte, model->dense_width);
    }
    return k.bytes;
}

#include "transformer/linear.h"
#include "workload/building.h"

/* Attention of a layer: projections, what turns and weighs, the core, or linear attention. */

/* A rotation of MLA step by step, reads and writes of an element: half of it turned (1), both
 * halves joined (2), two products (4), their sum (3), with an empty rest (2); backward two products
 * (4), a half turned (1), halves joined (2), both uses added (3), and of its two slices one copied
 * into zeros (3) and one of zeros alone added (4). Kernels: of queries and key, and what joins,
 * splits and copies. `_apply_rotary_pos_emb_bshd` in
 * megatron/core/models/common/embeddings/rope_utils.py, `qkv_up_proj_and_rope_apply` in
 * megatron/core/transformer/multi_latent_attention.py. */
#define LATENT_TURN         12.0
#define LATENT_TURN_BACK    17.0
#define LATENT_KERNELS      15.0
#define LATENT_KERNELS_BACK 21.0

/* Dropout of unfused attention, bytes of a pair of tokens and head: reads, writes and makes or uses
 * a mask. */
#define DROPOUT_BYTE (2.0 * FAB_ELEMENT_BYTE + FAB_MASK_BYTE)

/* Key and value heads of a rank. */
static double local_kv_heads(const fab_building *b)
{
    return (double)fab_model_rank_kv_heads(b->model, b->scenario->mapping.tp);
}

static void add_gqa_projection(fab_building *b)
{
    const double query_heads = (double)b->model->heads / b->tensor;
    const double kv_heads = local_kv_heads(b);
    const double dim = (double)b->model->head_dim;
    fab_building_add_input_copies(b, "attention input, joined", 3.0);
    fab_building_add_gemm(
        b, "query, key, value", FAB_OPERATOR_GEMM, 1.0, b->tokens, b->hidden,
        ((b->model->has_attention_gate ? 2.0 : 1.0) * query_heads + 2.0 * kv_heads) * dim);
    if (b->model->has_qk_norm) {
        const double *bytes = fab_building_steps(b)->norm;
        const double elements = b->tokens * (query_heads + kv_heads) * dim;
        fab_building_add_memory(b, "query and key norms", bytes[0] * elements, bytes[1] * elements);
    }
}

/* Down-projections run on each rank's own tokens; up-projections are split over the heads. */
static void add_mla_projection(fab_building *b)
{
    const fab_model *model = b->model;
    const double query_width = (double)(model->heads * fab_model_qk_dim(model)) / b->tensor;
    const double q_rank = (double)model->q_rank;
    if (model->q_rank > 0) {
        fab_building_add_gemm(b, "query down", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens, b->hidden,
                              q_rank);
        b->parts = FAB_PART_LATENTS;
        fab_building_add_gemm(b, "query up", FAB_OPERATOR_GEMM, 1.0, b->tokens, q_rank,
                              query_width);
    } else {
        fab_building_add_gemm(b, "query", FAB_OPERATOR_GEMM, 1.0, b->tokens, b->hidden,
                              query_width);
    }
    const double kv_rank = (double)model->kv_rank;
    const double kv_width =
        (double)(model->heads * (model->qk_nope_dim + model->v_dim)) / b->tensor;
    b->parts = 0;
    fab_building_add_gemm(b, "key, value down", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens, b->hidden,
                          kv_rank + (double)model->qk_rope_dim);
    b->parts = FAB_PART_LATENTS;
    fab_building_add_gemm(b, "key, value up", FAB_OPERATOR_GEMM, 1.0, b->tokens, kv_rank, kv_width);
    const double latents = b->shard_tokens * (q_rank + kv_rank);
    fab_building_add_memory(b, "latent norms", 4.0 * latents, 6.0 * latents);
    b->parts = 0;
}

/* MLA turns the rotary part of its queries and the one rotary key that all heads share, joins that
 * to each head's key, and takes keys and values apart. */
static void add_latent_rotary(fab_building *b, const char *name)
{
    const fab_model *model = b->model;
    const double heads = (double)model->heads / b->tensor;
    const double rotary = (double)model->qk_rope_dim;
    const double turned = (heads + 1.0) * rotary;
    const double parts = (double)model->qk_nope_dim + (double)model->v_dim;
    const double token_byte = FAB_ELEMENT_BYTE * b->tokens;
    if (b->scenario->assumptions.has_fused_latents) {
        const double byte = token_byte * (2.0 * turned + heads * (2.0 * parts + rotary));
        fab_building_add_memory(b, name, byte, byte);
        return;
    }
    /* queries are joined again, keys are made, values are copied; backward both are joined */
    const double joined = 2.0 * (double)model->qk_nope_dim + 2.0 * parts;
    fab_building_add_memory(
        b, name, token_byte * (LATENT_TURN * turned + heads * (joined + 3.0 * rotary)),
        token_byte * (LATENT_TURN_BACK * turned + heads * (joined + 3.0 * rotary)));
    fab_building_last(b)->forward.kernel_count = LATENT_KERNELS;
    fab_building_last(b)->backward.kernel_count = LATENT_KERNELS_BACK;
}

/* Grouped attention turns all queries and keys. */
static void add_rotary(fab_building *b)
{
    static const char NAME[] = "rotary, query and key";
    const fab_model *model = b->model;
    const double heads = (double)model->heads / b->tensor + local_kv_heads(b);
    const double byte =
        fab_building_steps(b)->rotation * b->tokens * heads * (double)fab_model_qk_dim(model);
    if (model->attention == FAB_ATTENTION_MLA) {
        add_latent_rotary(b, NAME);
    } else {
        fab_building_add_memory(b, NAME, byte, byte);
    }
}

/* Bytes of Q, K, V and O that the core moves once. With context ranks, parts of the sequence come
 * by one after the other, or gathered: a rank reads the keys and values of all. */
static double core_byte(const fab_building *b)
{
    const fab_mapping *m = &b->scenario->mapping;
    const double widths = (double)(fab_model_qk_dim(b->model) + fab_model_v_dim(b->model));
    const double heads = (double)b->model->heads / b->tensor;
    double kv_heads = local_kv_heads(b);
    const double dealing = (double)fab_scenario_dealing_ranks(b->scenario);
    kv_heads = kv_heads > dealing ? kv_heads : dealing;
    kv_heads *= (double)m->cp / dealing;
    return FAB_ELEMENT_BYTE * b->tokens * (heads + kv_heads) * widths;
}

/* A product of activations alone, one for each head and sequence: its weight gradients are those of
 * its second factor. */
static void add_batched(fab_building *b, const char *name, double count, double m, double k,
                        double n)
{
    fab_building_add_gemm(b, name, FAB_OPERATOR_GEMM_BF16, count, m, k, n);
    b->weight_count -= count * k * n;
    fab_operator_work *second = &fab_building_last(b)->weight;
    second->byte = FAB_ELEMENT_BYTE * count * (m * k + m * n + k * n);
    second->product.output_byte = FAB_ELEMENT_BYTE;
    second->product.accumulates = false;
}

/* Scores of all pairs of tokens, their softmax, and the values that they weigh. */
static void add_unfused_core(fab_building *b, double heads)
{
    const fab_mapping *m = &b->scenario->mapping;
    const double count = heads * (double)m->microbatch;
    const double keys = (double)b->scenario->job.sequence;
    const double queries = b->tokens / (double)m->microbatch;
    const double pairs = count * queries * keys;
    const double dropout_byte = b->scenario->assumptions.has_dropout ? DROPOUT_BYTE : 0.0;
    if (!b->scenario->assumptions.effects.attention_core) {
        return;
    }
    add_batched(b, "attention scores", count, queries, (double)fab_model_qk_dim(b->model), keys);
    const fab_step_bytes *bytes = fab_building_steps(b);
    fab_building_add_memory(b, "softmax", (bytes->softmax[0] + dropout_byte) * pairs,
                            (bytes->softmax[1] + dropout_byte) * pairs);
    add_batched(b, "attention values", count, queries, keys, (double)fab_model_v_dim(b->model));
}

/* Tokens that a kernel of the core sees at once: around a ring, parts of the sequence. A window of
 * w works like a sequence of about 2 w; over layers with and without one the mean counts
 * (docs/models-kernels.md#attention-core). */
static double core_sequence(const fab_building *b)
{
    const double seen = fab_model_attended_count(b->model, b->scenario->job.sequence);
    return seen / (double)fab_scenario_ring_ranks(b->scenario);
}

/* Fused attention: causal half of the scores; backward recomputes them, hence 3 dq + 2 dv. */
static void add_fused_core(fab_building *b, double heads)
{
    const fab_model *model = b->model;
    const double qk_dim = (double)fab_model_qk_dim(model);
    const double v_dim = (double)fab_model_v_dim(model);
    /* 2 x the keys that a query sees */
    const double pairs = fab_model_attended_count(model, b->scenario->job.sequence) * b->tokens;
    const double tensors = core_byte(b);
    const fab_attention_shape shape = {.query_count = b->tokens * heads,
                                       .sequence_count = core_sequence(b),
                                       .head_dim_count = qk_dim};
    fab_building_add(b, "attention core", FAB_OPERATOR_ATTENTION,
                     (fab_operator_work){.flop = pairs * heads * (qk_dim + v_dim),
                                         .byte = tensors,
                                         .attention = shape},
                     (fab_operator_work){.flop = pairs * heads * (3.0 * qk_dim + 2.0 * v_dim),
                                         .byte = 2.0 * tensors,
                                         .attention = shape});
    fab_building_last(b)->backward.attention.is_backward = true;
}

static void add_attention_core(fab_building *b)
{
    const double heads = (double)b->model->heads / b->tensor;
    b->parts = b->model->attention == FAB_ATTENTION_MLA ? FAB_PART_LATENTS : 0;
    add_rotary(b);
    b->parts = FAB_PART_CORE_ATTENTION;
    if (b->scenario->assumptions.attention == FAB_ATTENTION_UNFUSED) {
        add_unfused_core(b, heads);
    } else {
        add_fused_core(b, heads);
    }
    b->parts = 0;
    if (b->model->has_attention_gate) {
        const double *gate = fab_building_steps(b)->gate;
        const double elements = b->tokens * heads * (double)fab_model_v_dim(b->model);
        fab_building_add_memory(b, "attention gate", gate[0] * elements, gate[1] * elements);
    }
    fab_building_add_gemm(b, "attention output", FAB_OPERATOR_GEMM, 1.0, b->tokens,
                          heads * (double)fab_model_v_dim(b->model), b->hidden);
    fab_building_add_output_copies(b, "attention output, cut");
}

/* The kernel of linear attention. It runs like softmax attention over sequences of one chunk; its
 * steps hand states and factors to each other through memory, in both passes. */
static void add_linear_core(fab_building *b)
{
    const fab_linear_kernel kernel = fab_model_linear_kernel(b->model);
    const double tokens = b->tokens / b->tensor; /* times all heads: those of a rank */
    const double byte = FAB_ELEMENT_BYTE * tokens *
                        (kernel.tensor_element_count + 2.0 * kernel.between_element_count +
                         kernel.kept_element_count);
    const fab_attention_shape shape = {.query_count = tokens * (double)b->model->linear_heads,
                                       .sequence_count = kernel.chunk_count,
                                       .head_dim_count = (double)b->model->linear_key_dim};
    fab_building_add(
        b, "linear attention core", FAB_OPERATOR_ATTENTION,
        (fab_operator_work){.flop = tokens * kernel.forward_flop, .byte = byte, .attention = shape},
        (fab_operator_work){
            .flop = tokens * kernel.backward_flop, .byte = 2.0 * byte, .attention = shape});
    fab_building_last(b)->backward.attention.is_backward = true;
}

/* Queries, keys, values and gate; what is done to each element of the first three (convolution and
 * norms, or an activation); the kernel; the norm of its output, gated; the output. */
static void add_linear(fab_building *b)
{
    const fab_model *model = b->model;
    const bool is_delta = model->linear_attention == FAB_LINEAR_DELTA;
    const double values = fab_model_linear_values_count(model) / b->tensor;
    const double keys = fab_model_linear_keys_count(model) / b->tensor;
    const double *norm = fab_building_steps(b)->norm;
    const double *gate = fab_building_steps(b)->gate;
    fab_building_add_gemm(b, "linear query, key, value, gate", FAB_OPERATOR_GEMM, 1.0, b->tokens,
                          b->hidden, keys + 2.0 * values);
    if (is_delta) {
        fab_building_add_gemm(b, "linear step and decay", FAB_OPERATOR_GEMM_BF16, 1.0, b->tokens,
                              b->hidden, 2.0 * (double)model->linear_heads / b->tensor);
    }
    b->parts = FAB_PART_CORE_ATTENTION;
    fab_building_add_memory(b, is_delta ? "linear convolution" : "linear activation",
                            2.0 * FAB_ELEMENT_BYTE * b->tokens * (keys + values),
                            3.0 * FAB_ELEMENT_BYTE * b->tokens * (keys + values));
    if (is_delta) {
        fab_building_add_memory(b, "linear query and key norms", norm[0] * b->tokens * keys,
                                norm[1] * b->tokens * keys);
    }
    add_linear_core(b);
    b->parts = 0;
    /* with fused steps one kernel does both */
    const bool is_fused = b->scenario->assumptions.elementwise == FAB_ELEMENTWISE_FUSED;
    const double norm_share = is_fused ? 0.0 : 1.0;
    fab_building_add_memory(b, "linear norm and gate",
                            (gate[0] + norm_share * norm[0]) * b->tokens * values,
                            (gate[1] + norm_share * norm[1]) * b->tokens * values);
    fab_building_add_gemm(b, "linear output", FAB_OPERATOR_GEMM, 1.0, b->tokens, values, b->hidden);
}

static void add_softmax(fab_building *b)
{
    if (b->model->attention == FAB_ATTENTION_MLA) {
        add_mla_projection(b);
    } else {
        add_gqa_projection(b);
    }
    add_attention_core(b);
}

void fab_building_add_attention(fab_building *b)
{
    fab_building_add_norm(b, "attention norm");
    if (b->is_linear) {
        add_linear(b);
    } else {
        add_softmax(b);
    }
    fab_building_add_residual(b, "attention residual");
}

#include "workload/workload.h"

#include <assert.h>

#include "transformer/linear.h"
#include "workload/format.h"

/* The operators of each block, in the order in which a forward pass runs them. Symbols of
 * docs/models-training.md#operators: T tokens of a tensor group, T1 = T / t tokens of a rank where
 * the sequence is sharded, R token copies of a rank's experts, h hidden, a heads, g key/value
 * heads, dq and dv head sizes, t tensor ranks, x expert-tensor ranks. Activations have 2 bytes. */

#define ELEMENT_BYTE       2.0 /* BF16 activations and weights */
#define GRADIENT_FP32_BYTE 8.0 /* a main gradient is read and written once */
#define GRADIENT_BF16_BYTE 4.0
#define ROUTER_PASSES      6.0 /* softmax, top-k, auxiliary loss, index building: a kernel each */
#define ROUTER_BYTE        4.0 /* router scores are FP32 */
#define MASK_BYTE          1.0 /* dropout: what stays and what goes, per element */

/* Kernels that a loop over experts launches for each product: with FP8 also two that convert its
 * input and lay out scales (Transformer Engine, grouped_linear.py). */
#define BF16_LOOP_KERNELS 1.0
#define FP8_LOOP_KERNELS  3.0

/* The bias of experts' results times the weight of the token, which PyTorch adds step by step
 * through FP32 (Megatron-Core, moe/experts.py, _apply_bias), bytes of an element. Forward: product,
 * sum, joining of experts, conversion. Backward: conversions, a product and a sum for bias and
 * weight each, joining. The bias of the first product is added by it; its gradient is a sum. */
#define BIAS_BYTE             28.0
#define BIAS_GRADIENT_BYTE    40.0
#define BIAS_KERNELS          2.0 /* of each expert */
#define BIAS_GRADIENT_KERNELS 7.0
#define BIAS_FUSED_BYTE       4.0 /* one kernel, in either pass */

/* The limits of a gate's inputs, which PyTorch applies before it (Megatron-Core,
 * fused_bias_geglu.py), bytes of an element of the gated result, which has two inputs. Forward:
 * each is limited, both are joined. Backward: both parts of the gradient go through the limits and
 * are joined. */
#define CLAMP_BYTE          16.0
#define CLAMP_GRADIENT_BYTE 20.0
#define CLAMP_KERNELS       3.0 /* in either pass */

/* Adding a copy to its token by indices, element by element, as bytes that take as long: */
#define SCATTER_BYTE 20.0

/* In a fused product of experts, per element of the gated result. Forward it is written, converted;
 * backward its input is read, and its gradient written. */
#define FUSED_GATE_BYTE          2.0
#define FUSED_GATE_GRADIENT_BYTE 8.0

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

/* Unfused attention, bytes of a pair of tokens and head beside the two products: softmax reads and
 * writes; backward it reads two and writes one. Dropout reads, writes and makes or uses a mask. */
#define SOFTMAX_BYTE          (2.0 * ELEMENT_BYTE)
#define SOFTMAX_GRADIENT_BYTE (3.0 * ELEMENT_BYTE)
#define DROPOUT_BYTE          (2.0 * ELEMENT_BYTE + MASK_BYTE)

/* A loss of gathered logits, bytes of one in both passes: in FP32 (6), their log-softmax (8), the
 * largest for the accuracy (4), gradients of the chosen ones (4), of log-softmax (12), in BF16 (6);
 * with several tensor ranks gathered apart (4) and joined (4). `losses/cross_entropy.py` and
 * `linear/utils.py` in src/scaling of github.com/Aleph-Alpha/scaling. */
#define GATHERED_LOSS_BYTE          18.0
#define GATHERED_LOSS_GRADIENT_BYTE 22.0
#define GATHERED_COPIES_BYTE        8.0

/* Bytes of an element where an operator is one kernel, and where PyTorch runs it step by step in a
 * kernel for each operation: a norm goes through FP32 (cast, square, mean, scale, cast, weight), a
 * gate is two products, a rotation four, softmax is scaled, masked and cast, the loss is taken of
 * FP32 logits. Logits: written, read, overwritten by their gradient. */
typedef struct fab_step_bytes {
    double norm[2]; /* forward, backward */
    double gate[2]; /* per element of the gated result */
    double rotation;
    double softmax[2];
    double loss; /* both passes */
} fab_step_bytes;

static const fab_step_bytes FUSED = {
    {4.0, 6.0}, {6.0, 10.0}, 4.0, {SOFTMAX_BYTE, SOFTMAX_GRADIENT_BYTE}, 6.0};
static const fab_step_bytes EAGER = {{36.0, 72.0}, {10.0, 18.0}, 22.0, {29.0, 25.0}, 20.0};

/* FSDP2's copies of a parameter: read and written after each gather; of a gradient read in BF16. */
#define SHARD_COPY_PASSES 2.0

typedef struct fab_building {
    const fab_scenario *scenario;
    const fab_model *model;
    fab_block *block;
    double tokens, shard_tokens, rows; /* T, T1, R */
    double hidden, tensor;             /* h, t */
    fab_product_format format;
    bool is_wide;                    /* products stay in BF16 */
    bool is_linear;                  /* linear attention instead of softmax */
    bool is_sharded;                 /* several ranks share out the parameters */
    int parts;                       /* of the layer, that the next operators belong to */
    double quantised_element_count;  /* GEMM inputs of the block, forward */
    double quantised_gradient_count; /* GEMM output gradients of the block, backward */
    double weight_count;             /* of its products, those of this rank */
} fab_building;

static void add(fab_building *b, const char *name, fab_operator_kind kind,
                fab_operator_work forward, fab_operator_work backward)
{
    assert(b->block->operator_count < FAB_OPERATOR_LIMIT);
    b->block->operators[b->block->operator_count++] = (fab_operator){.name = name,
                                                                     .kind = kind,
                                                                     .forward = forward,
                                                                     .backward = backward,
                                                                     .parts = b->parts,
                                                                     .issued_count = 1.0};
}

static fab_operator *last_operator(fab_building *b)
{
    return &b->block->operators[b->block->operator_count - 1];
}

static void add_memory(fab_building *b, const char *name, double forward_byte, double backward_byte)
{
    add(b, name, FAB_OPERATOR_MEMORY, (fab_operator_work){.byte = forward_byte},
        (fab_operator_work){.byte = backward_byte});
}

/* `groups` products of m x k by k x n. Forward and input gradients read both factors and write the
 * result; weight gradients are added to an FP32 buffer that is read and written. */
static void add_gemm(fab_building *b, const char *name, fab_operator_kind wanted, double groups,
                     double m, double k, double n)
{
    const fab_operator_kind kind = b->is_wide ? FAB_OPERATOR_GEMM_BF16 : wanted;
    const double input_byte = kind == FAB_OPERATOR_GEMM ? b->format.element_byte : ELEMENT_BYTE;
    const bool has_fp32_sums = b->scenario->assumptions.main_gradient == FAB_GRADIENT_FP32;
    const double gradient_byte = has_fp32_sums ? GRADIENT_FP32_BYTE : GRADIENT_BF16_BYTE;
    const double flop = 2.0 * groups * m * k * n;
    const double inputs = groups * m * k, outputs = groups * m * n, weights = groups * k * n;
    add(b, name, kind,
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (inputs + weights) + ELEMENT_BYTE * outputs,
                            .product = {groups, m, n, k, input_byte, ELEMENT_BYTE, false}},
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (outputs + weights) + ELEMENT_BYTE * inputs,
                            .product = {groups, m, k, n, input_byte, ELEMENT_BYTE, false}});
    b->block->operators[b->block->operator_count - 1].weight =
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (inputs + outputs) + gradient_byte * weights,
                            .product = {groups, k, n, m, input_byte, gradient_byte, true}};
    b->weight_count += weights;
    if (kind == FAB_OPERATOR_GEMM) {
        b->quantised_element_count += inputs;
        b->quantised_gradient_count += outputs;
    }
}

/* Every input of a product below 16 bits is converted first. */
static void add_quantisation(fab_building *b)
{
    if (b->format.is_narrow) {
        add_memory(b, "quantise", b->format.quantise_byte * b->quantised_element_count,
                   b->format.quantise_byte * b->quantised_gradient_count);
    }
}

/* A copy of all tokens, in the format of the message that brings or takes them. */
static double copied_byte(const fab_building *b, int precision)
{
    const double element_byte = precision == FAB_PRECISION_FP8 ? 1.0 : ELEMENT_BYTE;
    return 2.0 * element_byte * b->tokens * b->hidden;
}

/* What messages of products gather, and what they scatter. */
static double gathered_byte(const fab_building *b)
{
    return copied_byte(b, fab_workload_gather_precision(b->scenario, b->is_wide));
}

static double scattered_byte(const fab_building *b)
{
    return copied_byte(b, b->scenario->assumptions.tensor_precision);
}

/* Messages of tensor ranks along the sequence, joined from parts or cut into parts by a copy
 * (`all_gather_tensor`, `reduce_scatter_tensor` in torch/distributed/_functional_collectives.py).
 */
static void add_sequence_copies(fab_building *b, const char *name, double forward_byte,
                                double backward_byte)
{
    const fab_scenario *scenario = b->scenario;
    if (scenario->assumptions.copies_sequences && scenario->mapping.is_sequence_parallel &&
        b->tensor > 1.0) {
        add_memory(b, name, forward_byte, backward_byte);
    }
}

/* Around products of one input: it is gathered, its gradients are scattered. */
static void add_input_copies(fab_building *b, const char *name, double products)
{
    const fab_assumptions *assumed = &b->scenario->assumptions;
    const double inputs = assumed->gathered_inputs == FAB_GATHERED_APART ? products : 1.0;
    const double again = assumed->effects.weight_gradient_gather ? inputs : 0.0;
    add_sequence_copies(b, name, inputs * gathered_byte(b),
                        inputs * scattered_byte(b) + again * gathered_byte(b));
}

/* Behind products: their sum is scattered, its gradient is gathered. */
static void add_output_copies(fab_building *b, const char *name)
{
    add_sequence_copies(b, name, scattered_byte(b), gathered_byte(b));
}

/* What a message of FSDP2 brings lies rank by rank and is copied to where its parameters lie, in
 * either pass; gradients are copied to where they are sent from, in the format of the message. */
static void add_shard_copies(fab_building *b, double other_count)
{
    const fab_assumptions *assumed = &b->scenario->assumptions;
    if (!assumed->copies_shards || b->scenario->mapping.zero != 3 || !b->is_sharded) {
        return;
    }
    const bool is_narrow =
        b->format.is_narrow && assumed->parameter_precision == FAB_PARAMETERS_FP8;
    const double count = b->weight_count + other_count;
    const double gathered = SHARD_COPY_PASSES * (is_narrow ? 1.0 : ELEMENT_BYTE) * count;
    const double sent_byte = assumed->gradient_precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
    b->parts = 0;
    add_memory(b, "copies of shards", gathered, gathered + (ELEMENT_BYTE + sent_byte) * count);
    last_operator(b)->is_once = true;
}

static const fab_step_bytes *step_bytes(const fab_building *b)
{
    return b->scenario->assumptions.elementwise == FAB_ELEMENTWISE_FUSED ? &FUSED : &EAGER;
}

static void add_norm(fab_building *b, const char *name)
{
    const double elements = b->shard_tokens * b->hidden;
    const bool is_fused = b->scenario->assumptions.elementwise != FAB_ELEMENTWISE_EAGER;
    const fab_step_bytes *bytes = is_fused ? &FUSED : &EAGER;
    b->parts = FAB_PART_NORMS;
    add_memory(b, name, bytes->norm[0] * elements, bytes->norm[1] * elements);
    b->parts = 0;
}

static void add_residual(fab_building *b, const char *name)
{
    const double elements = b->shard_tokens * b->hidden;
    const double mask_byte = b->scenario->assumptions.has_dropout ? MASK_BYTE : 0.0;
    b->parts = 0;
    add_memory(b, name, (6.0 + mask_byte) * elements, 5.0 * elements);
}

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
    add_input_copies(b, "attention input, joined", 3.0);
    add_gemm(b, "query, key, value", FAB_OPERATOR_GEMM, 1.0, b->tokens, b->hidden,
             ((b->model->has_attention_gate ? 2.0 : 1.0) * query_heads + 2.0 * kv_heads) * dim);
    if (b->model->has_qk_norm) {
        const double *bytes = step_bytes(b)->norm;
        const double elements = b->tokens * (query_heads + kv_heads) * dim;
        add_memory(b, "query and key norms", bytes[0] * elements, bytes[1] * elements);
    }
}

/* Down-projections run on each rank's own tokens; up-projections are split over the heads. */
static void add_mla_projection(fab_building *b)
{
    const fab_model *model = b->model;
    const double query_width = (double)(model->heads * fab_model_qk_dim(model)) / b->tensor;
    const double q_rank = (double)model->q_rank;
    if (model->q_rank > 0) {
        add_gemm(b, "query down", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens, b->hidden, q_rank);
        b->parts = FAB_PART_LATENTS;
        add_gemm(b, "query up", FAB_OPERATOR_GEMM, 1.0, b->tokens, q_rank, query_width);
    } else {
        add_gemm(b, "query", FAB_OPERATOR_GEMM, 1.0, b->tokens, b->hidden, query_width);
    }
    const double kv_rank = (double)model->kv_rank;
    const double kv_width =
        (double)(model->heads * (model->qk_nope_dim + model->v_dim)) / b->tensor;
    b->parts = 0;
    add_gemm(b, "key, value down", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens, b->hidden,
             kv_rank + (double)model->qk_rope_dim);
    b->parts = FAB_PART_LATENTS;
    add_gemm(b, "key, value up", FAB_OPERATOR_GEMM, 1.0, b->tokens, kv_rank, kv_width);
    const double latents = b->shard_tokens * (q_rank + kv_rank);
    add_memory(b, "latent norms", 4.0 * latents, 6.0 * latents);
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
    const double token_byte = ELEMENT_BYTE * b->tokens;
    if (b->scenario->assumptions.has_fused_latents) {
        const double byte = token_byte * (2.0 * turned + heads * (2.0 * parts + rotary));
        add_memory(b, name, byte, byte);
        return;
    }
    /* queries are joined again, keys are made, values are copied; backward both are joined */
    const double joined = 2.0 * (double)model->qk_nope_dim + 2.0 * parts;
    add_memory(b, name, token_byte * (LATENT_TURN * turned + heads * (joined + 3.0 * rotary)),
               token_byte * (LATENT_TURN_BACK * turned + heads * (joined + 3.0 * rotary)));
    last_operator(b)->forward.kernel_count = LATENT_KERNELS;
    last_operator(b)->backward.kernel_count = LATENT_KERNELS_BACK;
}

/* Grouped attention turns all queries and keys. */
static void add_rotary(fab_building *b)
{
    static const char NAME[] = "rotary, query and key";
    const fab_model *model = b->model;
    const double heads = (double)model->heads / b->tensor + local_kv_heads(b);
    const double byte =
        step_bytes(b)->rotation * b->tokens * heads * (double)fab_model_qk_dim(model);
    if (model->attention == FAB_ATTENTION_MLA) {
        add_latent_rotary(b, NAME);
    } else {
        add_memory(b, NAME, byte, byte);
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
    return ELEMENT_BYTE * b->tokens * (heads + kv_heads) * widths;
}

/* A product of activations alone, one for each head and sequence: its weight gradients are those of
 * its second factor. */
static void add_batched(fab_building *b, const char *name, double count, double m, double k,
                        double n)
{
    add_gemm(b, name, FAB_OPERATOR_GEMM_BF16, count, m, k, n);
    b->weight_count -= count * k * n;
    fab_operator_work *second = &b->block->operators[b->block->operator_count - 1].weight;
    second->byte = ELEMENT_BYTE * count * (m * k + m * n + k * n);
    second->product.output_byte = ELEMENT_BYTE;
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
    const fab_step_bytes *bytes = step_bytes(b);
    add_memory(b, "softmax", (bytes->softmax[0] + dropout_byte) * pairs,
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
    add(b, "attention core", FAB_OPERATOR_ATTENTION,
        (fab_operator_work){
            .flop = pairs * heads * (qk_dim + v_dim), .byte = tensors, .attention = shape},
        (fab_operator_work){.flop = pairs * heads * (3.0 * qk_dim + 2.0 * v_dim),
                            .byte = 2.0 * tensors,
                            .attention = shape});
    b->block->operators[b->block->operator_count - 1].backward.attention.is_backward = true;
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
        const double *gate = step_bytes(b)->gate;
        const double elements = b->tokens * heads * (double)fab_model_v_dim(b->model);
        add_memory(b, "attention gate", gate[0] * elements, gate[1] * elements);
    }
    add_gemm(b, "attention output", FAB_OPERATOR_GEMM, 1.0, b->tokens,
             heads * (double)fab_model_v_dim(b->model), b->hidden);
    add_output_copies(b, "attention output, cut");
}

/* The kernel of linear attention. It runs like softmax attention over sequences of one chunk; its
 * steps hand states and factors to each other through memory, in both passes. */
static void add_linear_core(fab_building *b)
{
    const fab_linear_kernel kernel = fab_model_linear_kernel(b->model);
    const double tokens = b->tokens / b->tensor; /* times all heads: those of a rank */
    const double byte = ELEMENT_BYTE * tokens *
                        (kernel.tensor_element_count + 2.0 * kernel.between_element_count +
                         kernel.kept_element_count);
    const fab_attention_shape shape = {.query_count = tokens * (double)b->model->linear_heads,
                                       .sequence_count = kernel.chunk_count,
                                       .head_dim_count = (double)b->model->linear_key_dim};
    add(b, "linear attention core", FAB_OPERATOR_ATTENTION,
        (fab_operator_work){.flop = tokens * kernel.forward_flop, .byte = byte, .attention = shape},
        (fab_operator_work){
            .flop = tokens * kernel.backward_flop, .byte = 2.0 * byte, .attention = shape});
    last_operator(b)->backward.attention.is_backward = true;
}

/* Queries, keys, values and gate; what is done to each element of the first three (convolution and
 * norms, or an activation); the kernel; the norm of its output, gated; the output. */
static void add_linear(fab_building *b)
{
    const fab_model *model = b->model;
    const bool is_delta = model->linear_attention == FAB_LINEAR_DELTA;
    const double values = fab_model_linear_values_count(model) / b->tensor;
    const double keys = fab_model_linear_keys_count(model) / b->tensor;
    const double *norm = step_bytes(b)->norm;
    const double *gate = step_bytes(b)->gate;
    add_gemm(b, "linear query, key, value, gate", FAB_OPERATOR_GEMM, 1.0, b->tokens, b->hidden,
             keys + 2.0 * values);
    if (is_delta) {
        add_gemm(b, "linear step and decay", FAB_OPERATOR_GEMM_BF16, 1.0, b->tokens, b->hidden,
                 2.0 * (double)model->linear_heads / b->tensor);
    }
    b->parts = FAB_PART_CORE_ATTENTION;
    add_memory(b, is_delta ? "linear convolution" : "linear activation",
               2.0 * ELEMENT_BYTE * b->tokens * (keys + values),
               3.0 * ELEMENT_BYTE * b->tokens * (keys + values));
    if (is_delta) {
        add_memory(b, "linear query and key norms", norm[0] * b->tokens * keys,
                   norm[1] * b->tokens * keys);
    }
    add_linear_core(b);
    b->parts = 0;
    /* with fused steps one kernel does both */
    const double norm_share = step_bytes(b) == &EAGER ? 1.0 : 0.0;
    add_memory(b, "linear norm and gate", (gate[0] + norm_share * norm[0]) * b->tokens * values,
               (gate[1] + norm_share * norm[1]) * b->tokens * values);
    add_gemm(b, "linear output", FAB_OPERATOR_GEMM, 1.0, b->tokens, values, b->hidden);
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

static void add_attention(fab_building *b)
{
    add_norm(b, "attention norm");
    if (b->is_linear) {
        add_linear(b);
    } else {
        add_softmax(b);
    }
    add_residual(b, "attention residual");
}

/* `elements` of what the function gives. */
static void add_activation(fab_building *b, const char *name, double elements)
{
    const double *gate = step_bytes(b)->gate;
    const bool is_gated = b->model->is_gated;
    add_memory(b, name, (is_gated ? gate[0] : 2.0 * ELEMENT_BYTE) * elements,
               (is_gated ? gate[1] : 3.0 * ELEMENT_BYTE) * elements);
}

/* Feed-forward products on `rows` rows; the first makes two widths when gated. */
static void add_ffn(fab_building *b, const char *first, const char *activation, const char *second,
                    double rows, double width)
{
    const double inputs = (double)(fab_model_ffn_matrices(b->model) - 1);
    add_gemm(b, first, FAB_OPERATOR_GEMM, 1.0, rows, b->hidden, inputs * width);
    b->parts |= (int)FAB_PART_ACTIVATION;
    add_activation(b, activation, rows * width);
    b->parts &= ~(int)FAB_PART_ACTIVATION;
    add_gemm(b, second, FAB_OPERATOR_GEMM, 1.0, rows, width, b->hidden);
}

static void build_dense_layer(fab_building *b)
{
    add_attention(b);
    add_norm(b, "feed-forward norm");
    b->parts = FAB_PART_FEED_FORWARD;
    add_input_copies(b, "feed-forward input, joined", b->model->is_gated ? 2.0 : 1.0);
    add_ffn(b, "feed-forward in", "activation", "feed-forward out", b->tokens,
            (double)b->model->dense_width / b->tensor);
    last_operator(b)->is_last = true;
    add_output_copies(b, "feed-forward output, cut");
    last_operator(b)->is_last = true;
    add_residual(b, "feed-forward residual");
    add_quantisation(b);
    add_shard_copies(b, 0.0);
}

static void add_router(fab_building *b)
{
    const double scores = b->shard_tokens * (double)b->model->experts;
    add_gemm(b, "router", FAB_OPERATOR_GEMM_BF16, 1.0, b->shard_tokens, b->hidden,
             (double)b->model->experts);
    add_memory(b, "top-k and index", ROUTER_PASSES * ROUTER_BYTE * scores,
               ROUTER_PASSES * ROUTER_BYTE * scores);
    last_operator(b)->forward.kernel_count = ROUTER_PASSES;
    last_operator(b)->backward.kernel_count = ROUTER_PASSES;
}

/* A plain all-to-all carries a copy to each expert; else one goes to all of a rank or domain. */
static bool sends_each_copy(const fab_building *b)
{
    return b->scenario->assumptions.dispatch == FAB_DISPATCH_PER_EXPERT;
}

/* Hidden vectors that arrive at a rank's experts: one for each copy, or one for each token that any
 * of them takes. */
static double arriving_rows(const fab_building *b)
{
    const double copies = (double)b->model->experts_per_token;
    const double ranks = fab_model_distinct_groups_count(b->model, b->scenario->mapping.ep);
    return sends_each_copy(b) ? b->rows : b->rows * ranks / copies;
}

/* The operator added last is a product of `experts` one after the other. */
static void mark_looped(fab_building *b, double experts)
{
    fab_operator *last = last_operator(b);
    const bool is_narrow = b->format.is_narrow;
    const double kernels = experts * (is_narrow ? FP8_LOOP_KERNELS : BF16_LOOP_KERNELS);
    last->issued_count = experts;
    last->forward.kernel_count = kernels;
    last->backward.kernel_count = kernels;
    last->weight.kernel_count = kernels;
}

bool fab_workload_loops_experts(const fab_scenario *scenario)
{
    const int choice = scenario->assumptions.experts;
    return choice == FAB_EXPERTS_LOOPED || choice == FAB_EXPERTS_PADDED;
}

/* The operator added last, an activation of `elements`, has its inputs limited first. */
static void limit_inputs(fab_building *b, double elements)
{
    fab_operator *last = last_operator(b);
    last->issued_count += CLAMP_KERNELS;
    last->forward.byte += CLAMP_BYTE * elements;
    last->forward.kernel_count = 1.0 + CLAMP_KERNELS;
    last->backward.byte += CLAMP_GRADIENT_BYTE * elements;
    last->backward.kernel_count = 1.0 + CLAMP_KERNELS;
}

/* Biases of the experts: step by step where experts run one by one, else by a kernel. */
static void add_expert_bias(fab_building *b, double experts, double width)
{
    const bool is_looped = fab_workload_loops_experts(b->scenario);
    const double inputs = (double)(fab_model_ffn_matrices(b->model) - 1);
    const double outputs = b->rows * b->hidden;
    const double first_byte = ELEMENT_BYTE * b->rows * inputs * width;
    if (b->model->bias != FAB_BIAS_ALL) {
        return;
    }
    add_memory(b, "expert biases", (is_looped ? BIAS_BYTE : BIAS_FUSED_BYTE) * outputs,
               first_byte + (is_looped ? BIAS_GRADIENT_BYTE : BIAS_FUSED_BYTE) * outputs);
    if (is_looped) {
        last_operator(b)->issued_count = experts;
        last_operator(b)->forward.kernel_count = experts * BIAS_KERNELS;
        last_operator(b)->backward.kernel_count = experts * BIAS_GRADIENT_KERNELS;
    }
}

static void add_experts(fab_building *b)
{
    const fab_mapping *m = &b->scenario->mapping;
    const double experts = (double)(b->model->experts / m->ep);
    const double width = (double)b->model->expert_width / (double)m->etp;
    const double inputs = (double)(fab_model_ffn_matrices(b->model) - 1);
    const double elements = b->rows * width;
    const int choice = b->scenario->assumptions.experts;
    add_gemm(b, "experts in", FAB_OPERATOR_GEMM, experts, b->rows / experts, b->hidden,
             inputs * width);
    if (fab_workload_loops_experts(b->scenario)) {
        mark_looped(b, experts);
    }
    b->parts |= (int)FAB_PART_EXPERT_ACTIVATION;
    if (choice == FAB_EXPERTS_FUSED) {
        add_memory(b, "expert activation", FUSED_GATE_BYTE * elements,
                   FUSED_GATE_GRADIENT_BYTE * elements);
    } else {
        add_activation(b, "expert activation", elements);
    }
    if (b->model->has_clamped_experts && fab_workload_loops_experts(b->scenario)) {
        limit_inputs(b, elements);
    }
    b->parts &= ~(int)FAB_PART_EXPERT_ACTIVATION;
    add_gemm(b, "experts out", FAB_OPERATOR_GEMM, experts, b->rows / experts, width, b->hidden);
    if (fab_workload_loops_experts(b->scenario)) {
        mark_looped(b, experts);
    }
    if (choice == FAB_EXPERTS_FUSED) {
        b->quantised_element_count -= elements;
        b->quantised_gradient_count -= inputs * elements;
    }
    add_expert_bias(b, experts, width);
}

/* What adding up copies element by element takes beyond their bytes. */
static double indexed_byte(const fab_building *b)
{
    const double copies = b->shard_tokens * (double)b->model->experts_per_token;
    const bool is_indexed = b->scenario->assumptions.permutation == FAB_PERMUTATION_INDEXED;
    return is_indexed ? SCATTER_BYTE * copies * b->hidden : 0.0;
}

/* Narrow products take whole blocks of rows: each expert's are copied to such, and back
 * (Transformer Engine, Fp8Padding). */
static void add_padding(fab_building *b)
{
    const double byte = 4.0 * ELEMENT_BYTE * b->rows * b->hidden;
    if (b->format.is_narrow && b->scenario->assumptions.experts == FAB_EXPERTS_PADDED) {
        add_memory(b, "pad and unpad", byte, byte);
    }
}

/* To the experts and back. Messages that carry one vector for several copies read and add up tokens
 * themselves. */
static void add_routed(fab_building *b)
{
    const double sent = b->shard_tokens * b->hidden * ((double)b->model->experts_per_token + 1.0);
    const double moved = (arriving_rows(b) + b->rows) * b->hidden;
    if (sends_each_copy(b)) {
        add_memory(b, "permute to send", ELEMENT_BYTE * sent,
                   ELEMENT_BYTE * sent + indexed_byte(b));
    }
    add_memory(b, "permute", ELEMENT_BYTE * moved, ELEMENT_BYTE * moved);
    add_padding(b);
    add_experts(b);
    add_memory(b, "unpermute", ELEMENT_BYTE * moved, ELEMENT_BYTE * moved);
    if (sends_each_copy(b)) {
        add_memory(b, "weighted sum", ELEMENT_BYTE * sent + indexed_byte(b), ELEMENT_BYTE * sent);
    }
}

static void build_moe_layer(fab_building *b)
{
    add_attention(b);
    add_norm(b, "expert norm");
    b->parts = FAB_PART_EXPERTS;
    add_router(b);
    add_routed(b);
    if (b->model->shared_width > 0) {
        b->parts = FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS;
        add_ffn(b, "shared expert in", "shared activation", "shared expert out", b->tokens,
                (double)b->model->shared_width / b->tensor);
    }
    add_residual(b, "expert residual");
    add_quantisation(b);
    add_shard_copies(b, 0.0);
}

/* Look-up reads and writes a row per token; its gradient is scattered in FP32. */
static void build_embedding(fab_building *b, double vocabulary)
{
    const double elements = b->tokens * b->hidden;
    add_memory(b, "embedding", 4.0 * elements, 8.0 * elements);
    add_sequence_copies(b, "embedding, cut", scattered_byte(b), scattered_byte(b));
    add_shard_copies(b, vocabulary * b->hidden / b->tensor);
}

static void build_head(fab_building *b, double vocabulary)
{
    const bool is_gathered = b->scenario->assumptions.loss == FAB_LOSS_GATHERED;
    const double logits = b->tokens * vocabulary / b->tensor;
    add_norm(b, "final norm");
    const double again = b->scenario->assumptions.effects.weight_gradient_gather ? 1.0 : 0.0;
    add_sequence_copies(b, "head input, joined", scattered_byte(b),
                        (1.0 + again) * scattered_byte(b));
    add_gemm(b, "output head", FAB_OPERATOR_GEMM_BF16, 1.0, b->tokens, b->hidden,
             vocabulary / b->tensor);
    /* a loss that is gathered takes all columns on each rank */
    if (is_gathered) {
        const double columns = b->tokens * vocabulary;
        const double copies_byte = b->tensor > 1.0 ? GATHERED_COPIES_BYTE : 0.0;
        add_memory(b, "cross entropy", (GATHERED_LOSS_BYTE + copies_byte) * columns,
                   GATHERED_LOSS_GRADIENT_BYTE * columns);
    } else {
        const double bytes = b->scenario->assumptions.has_fused_loss ? FUSED.loss : EAGER.loss;
        add_memory(b, "cross entropy", 0.5 * bytes * logits, 0.5 * bytes * logits);
    }
    last_operator(b)->is_once = true;
    last_operator(b)->is_loss = true;
    if (!b->model->is_tied) {
        add_shard_copies(b, 0.0);
    }
}

/* A multi-token-prediction module joins two hidden vectors before its own layer. */
static void build_mtp_projection(fab_building *b)
{
    add_norm(b, "prediction norm");
    add_norm(b, "prediction embedding norm");
    add_gemm(b, "prediction projection", FAB_OPERATOR_GEMM, 1.0, b->shard_tokens, 2.0 * b->hidden,
             b->hidden);
    add_quantisation(b);
    add_shard_copies(b, 0.0);
}

void fab_workload_operators(const fab_scenario *scenario, fab_workload *workload)
{
    const fab_model *model = &scenario->model;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        const bool is_wide = fab_block_is_wide(kind);
        fab_building b = {
            .scenario = scenario,
            .model = model,
            .block = &workload->blocks[kind],
            .tokens = workload->tokens_count,
            .shard_tokens = workload->shard_tokens_count,
            .rows = workload->routed_rows_count,
            .hidden = (double)model->hidden,
            .tensor = (double)scenario->mapping.tp,
            .format = is_wide ? fab_product_format_wide() : fab_product_format_of(scenario),
            .is_wide = is_wide,
            .is_linear = fab_block_is_linear(kind),
            .is_sharded = workload->groups[FAB_GROUP_DATA].ranks > 1,
        };
        if (fab_workload_has_layers(scenario, kind)) {
            fab_block_is_moe(kind) ? build_moe_layer(&b) : build_dense_layer(&b);
        } else if (kind == FAB_BLOCK_EMBEDDING) {
            build_embedding(&b, workload->padded_vocabulary_count);
        } else if (kind == FAB_BLOCK_HEAD) {
            build_head(&b, workload->padded_vocabulary_count);
        } else if (kind == FAB_BLOCK_MTP_PROJECTION && model->mtp_layers > 0) {
            build_mtp_projection(&b);
        }
    }
}

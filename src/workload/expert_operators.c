#include "workload/building.h"

/* The experts of a layer: router, what moves token copies, products, shared experts. */

#define ROUTER_PASSES 6.0 /* softmax, top-k, auxiliary loss, index building: a kernel each */
#define ROUTER_BYTE   4.0 /* router scores are FP32 */

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

static void add_router(fab_building *b)
{
    const double scores = b->shard_tokens * (double)b->model->experts;
    fab_building_add_gemm(b, "router", FAB_OPERATOR_GEMM_BF16, 1.0, b->shard_tokens, b->hidden,
                          (double)b->model->experts);
    fab_building_add_memory(b, "top-k and index", ROUTER_PASSES * ROUTER_BYTE * scores,
                            ROUTER_PASSES * ROUTER_BYTE * scores);
    fab_building_last(b)->forward.kernel_count = ROUTER_PASSES;
    fab_building_last(b)->backward.kernel_count = ROUTER_PASSES;
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
    fab_operator *last = fab_building_last(b);
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
    fab_operator *last = fab_building_last(b);
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
    const double first_byte = FAB_ELEMENT_BYTE * b->rows * inputs * width;
    if (b->model->bias != FAB_BIAS_ALL) {
        return;
    }
    fab_building_add_memory(b, "expert biases", (is_looped ? BIAS_BYTE : BIAS_FUSED_BYTE) * outputs,
                            first_byte +
                                (is_looped ? BIAS_GRADIENT_BYTE : BIAS_FUSED_BYTE) * outputs);
    if (is_looped) {
        fab_building_last(b)->issued_count = experts;
        fab_building_last(b)->forward.kernel_count = experts * BIAS_KERNELS;
        fab_building_last(b)->backward.kernel_count = experts * BIAS_GRADIENT_KERNELS;
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
    fab_building_add_gemm(b, "experts in", FAB_OPERATOR_GEMM, experts, b->rows / experts, b->hidden,
                          inputs * width);
    if (fab_workload_loops_experts(b->scenario)) {
        mark_looped(b, experts);
    }
    b->parts |= (int)FAB_PART_EXPERT_ACTIVATION;
    if (choice == FAB_EXPERTS_FUSED) {
        fab_building_add_memory(b, "expert activation", FUSED_GATE_BYTE * elements,
                                FUSED_GATE_GRADIENT_BYTE * elements);
    } else {
        fab_building_add_activation(b, "expert activation", elements);
    }
    if (b->model->has_clamped_experts && fab_workload_loops_experts(b->scenario)) {
        limit_inputs(b, elements);
    }
    b->parts &= ~(int)FAB_PART_EXPERT_ACTIVATION;
    fab_building_add_gemm(b, "experts out", FAB_OPERATOR_GEMM, experts, b->rows / experts, width,
                          b->hidden);
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
    const double byte = 4.0 * FAB_ELEMENT_BYTE * b->rows * b->hidden;
    if (b->format.is_narrow && b->scenario->assumptions.experts == FAB_EXPERTS_PADDED) {
        fab_building_add_memory(b, "pad and unpad", byte, byte);
    }
}

/* To the experts and back. Messages that carry one vector for several copies read and add up tokens
 * themselves. */
static void add_routed(fab_building *b)
{
    const double sent = b->shard_tokens * b->hidden * ((double)b->model->experts_per_token + 1.0);
    const double moved = (arriving_rows(b) + b->rows) * b->hidden;
    if (sends_each_copy(b)) {
        fab_building_add_memory(b, "permute to send", FAB_ELEMENT_BYTE * sent,
                                FAB_ELEMENT_BYTE * sent + indexed_byte(b));
    }
    fab_building_add_memory(b, "permute", FAB_ELEMENT_BYTE * moved, FAB_ELEMENT_BYTE * moved);
    add_padding(b);
    add_experts(b);
    fab_building_add_memory(b, "unpermute", FAB_ELEMENT_BYTE * moved, FAB_ELEMENT_BYTE * moved);
    if (sends_each_copy(b)) {
        fab_building_add_memory(b, "weighted sum", FAB_ELEMENT_BYTE * sent + indexed_byte(b),
                                FAB_ELEMENT_BYTE * sent);
    }
}

void fab_building_add_experts(fab_building *b)
{
    b->parts = FAB_PART_EXPERTS;
    add_router(b);
    add_routed(b);
    if (b->model->shared_width > 0) {
        b->parts = FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS;
        fab_building_add_ffn(b, "shared expert in", "shared activation", "shared expert out",
                             b->tokens, (double)b->model->shared_width / b->tensor);
    }
}

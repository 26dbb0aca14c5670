#include "workload/building.h"

#include <assert.h>

/* What all blocks are made of: products, passes through memory and copies beside messages. */

#define GRADIENT_FP32_BYTE 8.0 /* a main gradient is read and written once */
#define GRADIENT_BF16_BYTE 4.0

/* FSDP2's copies of a parameter: read and written after each gather; of a gradient read in BF16
 * (`foreach_all_gather_copy_out`, `foreach_reduce_scatter_copy_in` in
 * torch/distributed/fsdp/_fully_shard/_fsdp_collectives.py). */
#define SHARD_COPY_PASSES 2.0

/* A kernel of a norm or softmax reads and writes; backward it reads two and writes one. */
static const fab_step_bytes FUSED_STEPS = {{4.0, 6.0}, {6.0, 10.0}, 4.0, {4.0, 6.0}};
static const fab_step_bytes EAGER_STEPS = {{36.0, 72.0}, {10.0, 18.0}, 22.0, {29.0, 25.0}};

void fab_building_add(fab_building *b, const char *name, fab_operator_kind kind,
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

fab_operator *fab_building_last(fab_building *b)
{
    return &b->block->operators[b->block->operator_count - 1];
}

void fab_building_add_memory(fab_building *b, const char *name, double forward_byte,
                             double backward_byte)
{
    fab_building_add(b, name, FAB_OPERATOR_MEMORY, (fab_operator_work){.byte = forward_byte},
                     (fab_operator_work){.byte = backward_byte});
}

void fab_building_add_gemm(fab_building *b, const char *name, fab_operator_kind wanted,
                           double groups, double m, double k, double n)
{
    const fab_operator_kind kind = b->is_wide ? FAB_OPERATOR_GEMM_BF16 : wanted;
    const double input_byte = kind == FAB_OPERATOR_GEMM ? b->format.element_byte : FAB_ELEMENT_BYTE;
    const bool has_fp32_sums = b->scenario->assumptions.main_gradient == FAB_GRADIENT_FP32;
    const double gradient_byte = has_fp32_sums ? GRADIENT_FP32_BYTE : GRADIENT_BF16_BYTE;
    const double flop = 2.0 * groups * m * k * n;
    const double inputs = groups * m * k, outputs = groups * m * n, weights = groups * k * n;
    fab_building_add(
        b, name, kind,
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (inputs + weights) + FAB_ELEMENT_BYTE * outputs,
                            .product = {groups, m, n, k, input_byte, FAB_ELEMENT_BYTE, false}},
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (outputs + weights) + FAB_ELEMENT_BYTE * inputs,
                            .product = {groups, m, k, n, input_byte, FAB_ELEMENT_BYTE, false}});
    fab_building_last(b)->weight =
        (fab_operator_work){.flop = flop,
                            .byte = input_byte * (inputs + outputs) + gradient_byte * weights,
                            .product = {groups, k, n, m, input_byte, gradient_byte, true}};
    b->weight_count += weights;
    if (kind == FAB_OPERATOR_GEMM) {
        b->quantised_element_count += inputs;
        b->quantised_gradient_count += outputs;
    }
}

void fab_building_add_quantisation(fab_building *b)
{
    if (b->format.is_narrow) {
        fab_building_add_memory(b, "quantise", b->format.quantise_byte * b->quantised_element_count,
                                b->format.quantise_byte * b->quantised_gradient_count);
    }
}

/* A copy of all tokens, in the format of the message that brings or takes them. */
static double copied_byte(const fab_building *b, int precision)
{
    const double element_byte = precision == FAB_PRECISION_FP8 ? 1.0 : FAB_ELEMENT_BYTE;
    return 2.0 * element_byte * b->tokens * b->hidden;
}

/* The same of what messages gather for products. */
static double gathered_byte(const fab_building *b)
{
    return copied_byte(b, fab_workload_gather_precision(b->scenario, b->is_wide));
}

double fab_building_scattered_byte(const fab_building *b)
{
    return copied_byte(b, b->scenario->assumptions.tensor_precision);
}

void fab_building_add_sequence_copies(fab_building *b, const char *name, double forward_byte,
                                      double backward_byte)
{
    const fab_scenario *scenario = b->scenario;
    if (scenario->assumptions.copies_sequences && scenario->mapping.is_sequence_parallel &&
        b->tensor > 1.0) {
        fab_building_add_memory(b, name, forward_byte, backward_byte);
    }
}

void fab_building_add_input_copies(fab_building *b, const char *name, double products)
{
    const fab_assumptions *assumed = &b->scenario->assumptions;
    const double inputs = assumed->gathered_inputs == FAB_GATHERED_APART ? products : 1.0;
    const double again = assumed->effects.weight_gradient_gather ? inputs : 0.0;
    fab_building_add_sequence_copies(b, name, inputs * gathered_byte(b),
                                     inputs * fab_building_scattered_byte(b) +
                                         again * gathered_byte(b));
}

void fab_building_add_output_copies(fab_building *b, const char *name)
{
    fab_building_add_sequence_copies(b, name, fab_building_scattered_byte(b), gathered_byte(b));
}

void fab_building_add_shard_copies(fab_building *b, double other_count)
{
    const fab_assumptions *assumed = &b->scenario->assumptions;
    if (!assumed->copies_shards || b->scenario->mapping.zero != 3 || !b->is_sharded) {
        return;
    }
    const bool is_narrow =
        b->format.is_narrow && assumed->parameter_precision == FAB_PARAMETERS_FP8;
    const double count = b->weight_count + other_count;
    const double gathered = SHARD_COPY_PASSES * (is_narrow ? 1.0 : FAB_ELEMENT_BYTE) * count;
    const double sent_byte = assumed->gradient_precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
    b->parts = 0;
    fab_building_add_memory(b, "copies of shards", gathered,
                            gathered + (FAB_ELEMENT_BYTE + sent_byte) * count);
    fab_building_last(b)->is_once = true;
}

const fab_step_bytes *fab_building_steps(const fab_building *b)
{
    return b->scenario->assumptions.elementwise == FAB_ELEMENTWISE_FUSED ? &FUSED_STEPS
                                                                         : &EAGER_STEPS;
}

void fab_building_add_norm(fab_building *b, const char *name)
{
    const double elements = b->shard_tokens * b->hidden;
    const bool is_fused = b->scenario->assumptions.elementwise != FAB_ELEMENTWISE_EAGER;
    const fab_step_bytes *bytes = is_fused ? &FUSED_STEPS : &EAGER_STEPS;
    b->parts = FAB_PART_NORMS;
    fab_building_add_memory(b, name, bytes->norm[0] * elements, bytes->norm[1] * elements);
    b->parts = 0;
}

void fab_building_add_residual(fab_building *b, const char *name)
{
    const double elements = b->shard_tokens * b->hidden;
    const double mask_byte = b->scenario->assumptions.has_dropout ? FAB_MASK_BYTE : 0.0;
    b->parts = 0;
    fab_building_add_memory(b, name, (6.0 + mask_byte) * elements, 5.0 * elements);
}

void fab_building_add_activation(fab_building *b, const char *name, double elements)
{
    const double *gate = fab_building_steps(b)->gate;
    const bool is_gated = b->model->is_gated;
    fab_building_add_memory(b, name, (is_gated ? gate[0] : 2.0 * FAB_ELEMENT_BYTE) * elements,
                            (is_gated ? gate[1] : 3.0 * FAB_ELEMENT_BYTE) * elements);
}

void fab_building_add_ffn(fab_building *b, const char *first, const char *activation,
                          const char *second, double rows, double width)
{
    const double inputs = (double)(fab_model_ffn_matrices(b->model) - 1);
    fab_building_add_gemm(b, first, FAB_OPERATOR_GEMM, 1.0, rows, b->hidden, inputs * width);
    b->parts |= (int)FAB_PART_ACTIVATION;
    fab_building_add_activation(b, activation, rows * width);
    b->parts &= ~(int)FAB_PART_ACTIVATION;
    fab_building_add_gemm(b, second, FAB_OPERATOR_GEMM, 1.0, rows, width, b->hidden);
}

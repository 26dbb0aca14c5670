#include "gpu/speed.h"

#include <assert.h>
#include <stddef.h>

#include "base/numbers.h"

static double roofline_s(const fab_gpu_speed *speed, fab_operator_kind kind, fab_operator_work work)
{
    assert(speed && work.flop >= 0.0 && work.byte >= 0.0);
    const double memory_s = work.byte / speed->memory_byte_per_s;
    const double operand_s = speed->has_product_traffic ? memory_s : 0.0;
    switch (kind) {
    case FAB_OPERATOR_GEMM:
        return fab_larger(work.flop / speed->gemm_flops, operand_s);
    case FAB_OPERATOR_GEMM_BF16:
        return fab_larger(work.flop / speed->gemm_bf16_flops, operand_s);
    case FAB_OPERATOR_ATTENTION:
        return speed->has_attention_core
                   ? fab_larger(work.flop / (speed->attention_ratio * speed->attention_flops),
                                operand_s)
                   : 0.0;
    case FAB_OPERATOR_MEMORY:
        return speed->has_memory_traffic ? memory_s : 0.0;
    }
    assert(false && "unknown kind of operator");
    return 0.0;
}

/* A loop over groups launches kernels one after the other: each takes the time of a group as it was
 * measured, or else that of a launch, of which every product has one. */
static double loop_s(const fab_kernels *kernels, const fab_product_kernel *kernel,
                     const fab_operator_work *work)
{
    const bool is_measured = kernels->grouped.product.peak_frac > 0.0;
    const double first = kernel == &kernels->grouped.product ? 0.0 : 1.0;
    const double more = work->kernel_count - first;
    return more > 0.0 ? more * (is_measured ? kernels->grouped.group_s : kernel->launch_s) : 0.0;
}

/* Time of a product as measured kernels have it; below 0 when they were not measured. */
static double product_s(const fab_gpu_speed *speed, bool is_narrow, const fab_operator_work *work)
{
    const fab_kernels *kernels = speed->kernels;
    const fab_product_shape *shape = &work->product;
    const bool is_grouped =
        !is_narrow && shape->groups > 1.0 && kernels->grouped.product.peak_frac > 0.0;
    const fab_product_kernel *kernel = is_narrow    ? &kernels->fp8
                                       : is_grouped ? &kernels->grouped.product
                                                    : &kernels->bf16;
    fab_kernel_chip chip = speed->chip;
    chip.peak_flops = is_narrow ? chip.peak_flops : speed->bf16_peak_flops;
    /* products in FP4 reach as much of their peak as those in FP8 do of theirs, and fill their
     * pipeline in the same time */
    fab_product_kernel scaled = *kernel;
    scaled.depth_count *= is_narrow ? speed->fp8_peak_ratio : 1.0;
    return kernel->peak_frac > 0.0
               ? fab_kernel_product_s(&scaled, &chip, shape) + loop_s(kernels, kernel, work)
               : -1.0;
}

/* Kernels that only move bytes, after the first each with its launch. */
static double memory_s(const fab_gpu_speed *speed, const fab_operator_work *work)
{
    const fab_memory_kernel *kernel = &speed->kernels->memory;
    const double more = work->kernel_count > 1.0 ? work->kernel_count - 1.0 : 0.0;
    return fab_kernel_memory_s(kernel, &speed->chip, work->byte) + more * kernel->launch_s;
}

static double attention_s(const fab_gpu_speed *speed, const fab_operator_work *work)
{
    const fab_attention_kernel *kernel = work->attention.is_backward
                                             ? &speed->kernels->attention_backward
                                             : &speed->kernels->attention_forward;
    fab_kernel_chip chip = speed->chip;
    chip.peak_flops = speed->bf16_peak_flops;
    return kernel->peak_frac > 0.0
               ? fab_kernel_attention_s(kernel, &chip, &work->attention, work->flop) /
                     speed->attention_ratio
               : -1.0;
}

/* Below 0 where nothing was measured or the speed leaves the operator out. */
static double measured_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                         const fab_operator_work *work)
{
    switch (kind) {
    case FAB_OPERATOR_GEMM:
    case FAB_OPERATOR_GEMM_BF16:
        return work->product.groups > 0.0 && work->flop > 0.0
                   ? product_s(speed,
                               kind == FAB_OPERATOR_GEMM && speed->precision != FAB_PRECISION_BF16,
                               work)
                   : -1.0;
    case FAB_OPERATOR_ATTENTION:
        return speed->has_attention_core && work->flop > 0.0 ? attention_s(speed, work) : -1.0;
    case FAB_OPERATOR_MEMORY:
        return speed->has_memory_traffic && speed->kernels->memory.peak_frac > 0.0
                   ? memory_s(speed, work)
                   : -1.0;
    }
    return -1.0;
}

static double unlimited_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work)
{
    const double time_s = speed->kernels != NULL ? measured_s(speed, kind, &work) : -1.0;
    return time_s >= 0.0 ? time_s : roofline_s(speed, kind, work);
}

fab_kernel_row fab_gpu_operator_shape(const fab_gpu_speed *speed, fab_operator_kind kind,
                                      const fab_operator_work *work)
{
    const fab_attention_shape *core = &work->attention;
    const fab_product_shape *product = &work->product;
    if (kind == FAB_OPERATOR_MEMORY || work->flop <= 0.0) {
        return (fab_kernel_row){0};
    }
    if (kind == FAB_OPERATOR_ATTENTION) {
        return (fab_kernel_row){.is_attention = true,
                                .is_backward = core->is_backward,
                                .queries = (int64_t)core->query_count,
                                .sequence = (int64_t)core->sequence_count,
                                .head_dim = (int64_t)core->head_dim_count};
    }
    return (fab_kernel_row){.precision = kind == FAB_OPERATOR_GEMM ? (int)speed->precision
                                                                   : FAB_PRECISION_BF16,
                            .batch = (int64_t)product->groups,
                            .m = (int64_t)product->m,
                            .n = (int64_t)product->n,
                            .k = (int64_t)product->k};
}

const fab_kernel_row *fab_gpu_operator_row(const fab_gpu_speed *speed, fab_operator_kind kind,
                                           const fab_operator_work *work)
{
    if (speed->table == NULL || kind == FAB_OPERATOR_MEMORY || work->flop <= 0.0) {
        return NULL;
    }
    const fab_kernel_row shape = fab_gpu_operator_shape(speed, kind, work);
    return fab_kernel_table_find(speed->table, &shape);
}

static double limited_s(const fab_gpu_speed *speed, fab_operator_kind kind, fab_operator_work work)
{
    const fab_kernel_row *row = fab_gpu_operator_row(speed, kind, &work);
    if (row != NULL && (kind != FAB_OPERATOR_ATTENTION || speed->has_attention_core)) {
        return row->time_s;
    }
    const double time_s = unlimited_s(speed, kind, work);
    if (time_s <= 0.0 || speed->dynamic_limit_w <= 0.0) {
        return time_s;
    }
    return fab_larger(time_s,
                      fab_gpu_operator_j(&speed->energy, kind, work) / speed->dynamic_limit_w);
}

double fab_gpu_operator_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work)
{
    return (1.0 + speed->added_frac) * limited_s(speed, kind, work);
}

double fab_gpu_pass_s(const fab_gpu_speed *speed, double byte)
{
    const double time_s = byte / speed->memory_byte_per_s;
    return speed->dynamic_limit_w > 0.0
               ? fab_larger(time_s,
                            fab_gpu_traffic_j(&speed->energy, byte) / speed->dynamic_limit_w)
               : time_s;
}

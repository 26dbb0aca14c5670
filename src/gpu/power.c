#include "gpu/power.h"

#include <assert.h>

#define BIT_PER_BYTE 8.0

/* A value that the description gives, or else the one of the rule. */
static double given_or(const fab_value *given, double otherwise, bool has_rule, fab_gpu_energy *out)
{
    if (given->is_known) {
        return given->value;
    }
    out->is_known = out->is_known && has_rule;
    out->is_assumed = true;
    return has_rule ? otherwise : 0.0;
}

static double flop_energy(const fab_gpu *gpu, const fab_value *given, const fab_value *peak,
                          const fab_gpu_energy_rule *rule, fab_gpu_energy *out)
{
    const double dynamic_w = gpu->power_w.value - out->static_w;
    const bool has_rule = out->is_known && gpu->power_w.is_known && peak->is_known &&
                          peak->value > 0.0 && dynamic_w > 0.0;
    return given_or(given, dynamic_w / (rule->full_rate_frac * peak->value), has_rule, out);
}

/* Of FP4 products: as given, else so that they draw as much at their peak as those in FP8 at
 * theirs, else by the rule. */
static double fp4_energy(const fab_gpu *gpu, const fab_gpu_energy_rule *rule, fab_gpu_energy *out)
{
    const fab_value *fp8 = &gpu->fp8_energy_j_per_flop;
    const bool is_derived = !gpu->fp4_energy_j_per_flop.is_known && fp8->is_known &&
                            gpu->fp8_flops.is_known && gpu->fp4_flops.is_known &&
                            gpu->fp4_flops.value > 0.0;
    if (!is_derived) {
        return flop_energy(gpu, &gpu->fp4_energy_j_per_flop, &gpu->fp4_flops, rule, out);
    }
    out->is_assumed = true;
    return fp8->value * gpu->fp8_flops.value / gpu->fp4_flops.value;
}

/* Of the products of a job in `precision`. */
static double gemm_energy(const fab_gpu *gpu, fab_precision precision,
                          const fab_gpu_energy_rule *rule, fab_gpu_energy *out)
{
    switch (precision) {
    case FAB_PRECISION_BF16:
        return out->bf16_j_per_flop;
    case FAB_PRECISION_FP8:
        return flop_energy(gpu, &gpu->fp8_energy_j_per_flop, &gpu->fp8_flops, rule, out);
    case FAB_PRECISION_NVFP4:
        return fp4_energy(gpu, rule, out);
    }
    assert(false && "unknown precision");
    return 0.0;
}

fab_gpu_energy fab_gpu_energy_of(const fab_gpu *gpu, fab_precision precision,
                                 const fab_gpu_energy_rule *rule)
{
    assert(gpu && rule);
    fab_gpu_energy out = {.is_known = true};
    out.static_w = given_or(&gpu->static_power_w, rule->static_frac * gpu->power_w.value,
                            gpu->power_w.is_known, &out);
    out.bf16_j_per_flop =
        flop_energy(gpu, &gpu->bf16_energy_j_per_flop, &gpu->bf16_flops, rule, &out);
    out.gemm_j_per_flop = gemm_energy(gpu, precision, rule, &out);
    out.memory_j_per_bit =
        given_or(&gpu->memory_energy_j_per_bit, rule->memory_j_per_bit, true, &out);
    return out.is_known ? out : (fab_gpu_energy){0};
}

double fab_gpu_product_j(const fab_gpu_energy *energy, fab_operator_kind kind, double flop)
{
    switch (kind) {
    case FAB_OPERATOR_GEMM:
        return energy->gemm_j_per_flop * flop;
    case FAB_OPERATOR_GEMM_BF16:
    case FAB_OPERATOR_ATTENTION:
        return energy->bf16_j_per_flop * flop;
    case FAB_OPERATOR_MEMORY:
        return 0.0;
    }
    assert(false && "unknown kind of operator");
    return 0.0;
}

double fab_gpu_traffic_j(const fab_gpu_energy *energy, double byte)
{
    return energy->memory_j_per_bit * BIT_PER_BYTE * byte;
}

double fab_gpu_operator_j(const fab_gpu_energy *energy, fab_operator_kind kind,
                          fab_operator_work work)
{
    return fab_gpu_product_j(energy, kind, work.flop) + fab_gpu_traffic_j(energy, work.byte);
}

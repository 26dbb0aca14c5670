#include "gpu/speed.h"

#include <assert.h>
#include <stdbool.h>

static double longer(double a, double b)
{
    return a > b ? a : b;
}

static double roofline_s(const fab_gpu_speed *speed, fab_operator_kind kind, fab_operator_work work)
{
    assert(speed && work.flop >= 0.0 && work.byte >= 0.0);
    const double memory_s = work.byte / speed->memory_byte_per_s;
    const double operand_s = speed->has_product_traffic ? memory_s : 0.0;
    switch (kind) {
    case FAB_OPERATOR_GEMM:
        return longer(work.flop / speed->gemm_flops, operand_s);
    case FAB_OPERATOR_GEMM_BF16:
        return longer(work.flop / speed->gemm_bf16_flops, operand_s);
    case FAB_OPERATOR_ATTENTION:
        return speed->has_attention_core ? longer(work.flop / speed->attention_flops, operand_s)
                                         : 0.0;
    case FAB_OPERATOR_MEMORY:
        return speed->has_memory_traffic ? memory_s : 0.0;
    }
    assert(false && "unknown kind of operator");
    return 0.0;
}

double fab_gpu_operator_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work)
{
    const double time_s = roofline_s(speed, kind, work);
    if (time_s <= 0.0 || speed->dynamic_limit_w <= 0.0) {
        return time_s;
    }
    return longer(time_s, fab_gpu_operator_j(&speed->energy, kind, work) / speed->dynamic_limit_w);
}

double fab_gpu_pass_s(const fab_gpu_speed *speed, double byte)
{
    const double time_s = byte / speed->memory_byte_per_s;
    return speed->dynamic_limit_w > 0.0
               ? longer(time_s, fab_gpu_traffic_j(&speed->energy, byte) / speed->dynamic_limit_w)
               : time_s;
}

#include "gpu/limit.h"

#include <math.h>

/* How much faster: little enough to stay on the same side of a roofline's ridge. */
#define FASTER_RATIO 1.0001

static fab_gpu_speed faster_compute(const fab_gpu_speed *speed)
{
    fab_gpu_speed faster = *speed;
    faster.gemm_flops *= FASTER_RATIO;
    faster.gemm_bf16_flops *= FASTER_RATIO;
    faster.attention_flops *= FASTER_RATIO;
    faster.chip.peak_flops *= FASTER_RATIO;
    faster.bf16_peak_flops *= FASTER_RATIO;
    return faster;
}

static fab_gpu_speed faster_memory(const fab_gpu_speed *speed)
{
    fab_gpu_speed faster = *speed;
    faster.memory_byte_per_s *= FASTER_RATIO;
    faster.chip.memory_byte_per_s *= FASTER_RATIO;
    return faster;
}

/* Share of `time_s` that the faster package saves in full. */
static double share(double time_s, const fab_gpu_speed *faster, fab_operator_kind kind,
                    fab_operator_work work)
{
    const double saved = log(time_s / fab_gpu_operator_s(faster, kind, work));
    const double found_frac = saved / log(FASTER_RATIO);
    return found_frac < 0.0 ? 0.0 : found_frac > 1.0 ? 1.0 : found_frac;
}

fab_gpu_shares fab_gpu_operator_shares(const fab_gpu_speed *speed, fab_operator_kind kind,
                                       fab_operator_work work)
{
    const double time_s = fab_gpu_operator_s(speed, kind, work);
    if (time_s <= 0.0) {
        return (fab_gpu_shares){0};
    }
    fab_gpu_speed unlimited = *speed;
    unlimited.dynamic_limit_w = 0.0;
    if (fab_gpu_operator_s(&unlimited, kind, work) < time_s) {
        return (fab_gpu_shares){.power_frac = 1.0};
    }
    const fab_gpu_speed computing = faster_compute(speed), moving = faster_memory(speed);
    return (fab_gpu_shares){
        .compute_frac = share(time_s, &computing, kind, work),
        .memory_frac = share(time_s, &moving, kind, work),
    };
}

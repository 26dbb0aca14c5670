#ifndef FAB_SPEED_H
#define FAB_SPEED_H

#include <fabricast/catalog.h>

#include "gpu/kernel_time.h"
#include "gpu/operator.h"
#include "gpu/power.h"

/* Rates that operators reach on a package, efficiencies applied. */
typedef struct fab_gpu_speed {
    double gemm_flops;
    double gemm_bf16_flops;
    double attention_flops;
    double memory_byte_per_s;
    bool has_memory_traffic;  /* of operators that do nothing else */
    bool has_product_traffic; /* of products and the attention core */
    bool has_attention_core;
    const fab_kernel_table *table; /* times of exact shapes, before all else; NULL: none */
    const fab_kernels *kernels;    /* measured, NULL: the rates above; what it lacks, too */
    fab_kernel_chip chip;          /* its peak that of the job's precision */
    double bf16_peak_flops;
    fab_precision precision; /* of the job's products */
    double fp8_peak_ratio;   /* the peak of that over that of FP8; 1 but for NVFP4 */
    double attention_ratio;  /* rate of the attention core over that of today's kernels */
    fab_gpu_energy energy;
    double dynamic_limit_w; /* that operators may draw beyond the static power, 0 for no limit */
    double added_frac;      /* by which every operator takes longer; above -1 */
} fab_gpu_speed;

/* Time of an operator: as a user's table has it for its exact shape, which no limit of power
 * changes and which need not rise with the shape; or as measured kernels of its shape
 * (docs/models-kernels.md), or the longer of computing and moving bytes (roofline, Williams et al.
 * 2009), and, with a limit of power, at least its energy over that limit (Choi, Dukhan, Liu, Vuduc
 * 2014): the clock falls by the factor limit / dynamic power. All that times 1 + added_frac. What
 * the speed leaves out takes no time. */
double fab_gpu_operator_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work);

/* The exact shape of a product or an attention core, without a time; all 0 for what only moves
 * bytes. */
fab_kernel_row fab_gpu_operator_shape(const fab_gpu_speed *speed, fab_operator_kind kind,
                                      const fab_operator_work *work);

/* The row of a user's table that an operator's time is, or NULL. */
const fab_kernel_row *fab_gpu_operator_row(const fab_gpu_speed *speed, fab_operator_kind kind,
                                           const fab_operator_work *work);

/* Time of a pass over memory that nothing leaves out (the optimizer's). */
double fab_gpu_pass_s(const fab_gpu_speed *speed, double byte);

#endif

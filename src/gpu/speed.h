#ifndef FAB_SPEED_H
#define FAB_SPEED_H

#include <fabricast/catalog.h>

/* What limits an operator. GEMM runs in the job's precision, GEMM_BF16 stays in BF16 (output head,
 * router), ATTENTION is the fused core, MEMORY has no product worth counting. */
typedef enum fab_operator_kind {
    FAB_OPERATOR_GEMM,
    FAB_OPERATOR_GEMM_BF16,
    FAB_OPERATOR_ATTENTION,
    FAB_OPERATOR_MEMORY
} fab_operator_kind;

/* Work of one operator in one pass on one package. */
typedef struct fab_operator_work {
    double flop;
    double byte; /* read and written in memory */
} fab_operator_work;

/* Rates that operators reach on a package, efficiencies applied. */
typedef struct fab_gpu_speed {
    double gemm_flops;
    double gemm_bf16_flops;
    double attention_flops;
    double memory_byte_per_s;
    bool has_memory_traffic;  /* of operators that do nothing else */
    bool has_product_traffic; /* of products and the attention core */
    bool has_attention_core;
} fab_gpu_speed;

/* Time of an operator: the longer of computing and moving bytes (roofline, Williams et al. 2009).
 * What the speed leaves out takes no time. */
double fab_gpu_operator_s(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work);

#endif

#ifndef FAB_OPERATOR_H
#define FAB_OPERATOR_H

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

#endif

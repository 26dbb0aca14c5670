#ifndef FAB_KERNEL_TIME_H
#define FAB_KERNEL_TIME_H

#include <stdbool.h>

#include <fabricast/kernels.h>

/* Times of single kernels on one chip, from measured constants (docs/models-kernels.md). */

/* What a kernel runs on. */
typedef struct fab_kernel_chip {
    double multiprocessors;
    double peak_flops; /* dense, of the kernel's precision */
    double memory_byte_per_s;
} fab_kernel_chip;

/* `groups` products of m x k by k x n. */
typedef struct fab_product_shape {
    double groups;
    double m, n, k;
    double input_byte;  /* of an element of the factors */
    double output_byte; /* of an element of the result, read and written counted */
    bool accumulates;   /* adds to an FP32 result that is in memory already */
} fab_product_shape;

/* Time of a product: the fastest of a menu of tiles and of splits of the depth. Never falls when a
 * size grows; jumps only where a wave of tiles begins. All sizes at least 1. */
double fab_kernel_product_s(const fab_product_kernel *kernel, const fab_kernel_chip *chip,
                            const fab_product_shape *shape);

/* The same for products of many groups in one call. */
double fab_kernel_grouped_s(const fab_grouped_kernel *kernel, const fab_kernel_chip *chip,
                            const fab_product_shape *shape);

/* One attention core: `flop` counted causally, `waves` of query tiles over all multiprocessors. */
typedef struct fab_attention_shape {
    double flop;
    double batch_heads_count; /* sequences times heads */
    double sequence_count;    /* tokens that attend to each other */
    double head_dim_count;    /* of queries and keys */
} fab_attention_shape;

double fab_kernel_attention_s(const fab_attention_kernel *kernel, const fab_kernel_chip *chip,
                              const fab_attention_shape *shape);

/* Time of an operator that only moves bytes; nothing to move takes no time. */
double fab_kernel_memory_s(const fab_memory_kernel *kernel, const fab_kernel_chip *chip,
                           double byte);

#endif

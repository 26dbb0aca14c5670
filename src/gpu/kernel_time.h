#ifndef FAB_KERNEL_TIME_H
#define FAB_KERNEL_TIME_H

#include <fabricast/kernels.h>

#include "gpu/operator.h"

/* Times of single kernels on one chip, from measured constants (docs/models-kernels.md). */

/* What a kernel runs on. */
typedef struct fab_kernel_chip {
    double multiprocessors;
    double peak_flops; /* dense, of the kernel's precision */
    double memory_byte_per_s;
} fab_kernel_chip;

/* Time of a product: the fastest of a menu of tiles and of splits of the depth. Never falls when a
 * size grows; jumps only where a wave of tiles begins. All sizes at least 1. */
double fab_kernel_product_s(const fab_product_kernel *kernel, const fab_kernel_chip *chip,
                            const fab_product_shape *shape);

/* The same for products of many groups in one call. */
double fab_kernel_grouped_s(const fab_grouped_kernel *kernel, const fab_kernel_chip *chip,
                            const fab_product_shape *shape);

/* Time of an attention core whose FLOPs are counted causally. */
double fab_kernel_attention_s(const fab_attention_kernel *kernel, const fab_kernel_chip *chip,
                              const fab_attention_shape *shape, double flop);

/* Time of an operator that only moves bytes; nothing to move takes no time. */
double fab_kernel_memory_s(const fab_memory_kernel *kernel, const fab_kernel_chip *chip,
                           double byte);

#endif

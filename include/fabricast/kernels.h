#ifndef FAB_KERNELS_H
#define FAB_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/base.h>

FAB_BEGIN_DECLS

/* Number format of the factors of matrix products, and of messages. NVFP4: 4-bit numbers (E2M1) in
 * blocks of 16 with an FP8 scale each (arXiv 2509.25149); of the job's products alone. */
#define FAB_PRECISION_LIST(X)                                                                      \
    X(FAB_PRECISION_BF16, "bf16")                                                                  \
    X(FAB_PRECISION_FP8, "fp8")                                                                    \
    X(FAB_PRECISION_NVFP4, "nvfp4")

#define FAB_PRECISION_ENUM(id, text) id,
typedef enum fab_precision { FAB_PRECISION_LIST(FAB_PRECISION_ENUM) } fab_precision;
#undef FAB_PRECISION_ENUM

/* What was measured of a chip's kernels, as the few constants of the models in
 * docs/models-kernels.md. Fitted by `fabricast calibrate` from measured kernels; each row of the
 * catalog names its measurements. */

/* Dense matrix products in one precision. A wave of tiles A x C, one per multiprocessor, over a
 * depth k takes 2 A C n (k + depth) / (peak (A C / 65536)^tile P), P the dense peak and n the
 * multiprocessors. */
typedef struct fab_product_kernel {
    double peak_frac;   /* of the dense peak, by tiles of 256 x 256 at great depth; 0: not
                           measured */
    double depth_count; /* filling the pipeline of a tile, in steps of k */
    double wave_frac;   /* 1: a wave that is not full takes as long as a full one; 0: its share */
    double tile_count;  /* exponent: larger tiles reach more */
    double accumulate_frac; /* rate of adding to an FP32 result, of plain products */
    double memory_frac;     /* of the memory bandwidth while operands are moved */
    double sustain_frac;    /* of the rate of short bursts that holds in a long run */
    double launch_s;        /* of a kernel */
} fab_product_kernel;

/* Products of many groups in one call: constants of their own, and a time for each group. */
typedef struct fab_grouped_kernel {
    fab_product_kernel product; /* peak_frac 0: not measured */
    double group_s;
} fab_grouped_kernel;

/* A fused attention core, causal FLOPs counted: rate = peak (w / f) (s / (s + sequence)) with
 * w = batch heads s / (128 n) waves of query tiles and f = (w^power + wave^power)^(1 / power): a
 * power of 1 adds a constant to the waves, a great one is a least number of waves. */
typedef struct fab_attention_kernel {
    double peak_frac; /* of the dense BF16 peak; 0: not measured */
    double wave_count;
    double power_count;
    double sequence_count;
    double wide_frac;   /* rate with heads wider than 128, of the rate at 128 */
    double narrow_frac; /* rate with heads of 64 or less, of the rate at 128 */
    double launch_s;
} fab_attention_kernel;

/* Operators bound by memory. */
typedef struct fab_memory_kernel {
    double peak_frac; /* of the memory bandwidth; 0: not measured */
    double launch_s;
} fab_memory_kernel;

/* All kernels of one chip. */
typedef struct fab_kernels {
    const char *name;
    const char *title;
    int64_t multiprocessors;
    fab_product_kernel bf16;
    fab_product_kernel fp8;
    fab_grouped_kernel grouped;
    fab_attention_kernel attention_forward;
    fab_attention_kernel attention_backward;
    double attention_v2_frac; /* rate of FlashAttention-2's kernels over those of both passes */
    fab_memory_kernel memory;
    const char *source;
    int confidence; /* fab_confidence */
    const char *notes;
} fab_kernels;

/* One kernel whose time was measured, known by its exact shape: `batch` products of m x k by k x n,
 * or an attention core over `queries` (tokens times heads) that see `sequence` tokens with heads of
 * `head_dim`. */
typedef struct fab_kernel_row {
    bool is_attention;
    bool is_backward; /* of an attention core */
    int precision;    /* fab_precision of a product's factors */
    int64_t batch, m, n, k;
    int64_t queries, sequence, head_dim;
    double time_s;
} fab_kernel_row;

/* A user's table of measured kernels, sorted; const once read. */
typedef struct fab_kernel_table {
    const char *path;
    const fab_kernel_row *rows;
    size_t count;
} fab_kernel_table;

/* Orders rows by their shape; 0 for equal shapes, whatever their times. */
FAB_API int fab_kernel_row_compare(const fab_kernel_row *a, const fab_kernel_row *b);

/* Returns the row of the same shape as `key`, or NULL. Cost O(log count). */
FAB_API const fab_kernel_row *fab_kernel_table_find(const fab_kernel_table *table,
                                                    const fab_kernel_row *key);

FAB_END_DECLS

#endif

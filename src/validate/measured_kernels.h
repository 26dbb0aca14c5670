#ifndef FAB_MEASURED_KERNELS_H
#define FAB_MEASURED_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/diagnostic.h>
#include <fabricast/status.h>

/* Measured kernels from a CSV file (columns: validation/README.md). */

typedef enum fab_measured_kind {
    FAB_MEASURED_PRODUCT,
    FAB_MEASURED_GROUPED,
    FAB_MEASURED_ATTENTION,
    FAB_MEASURED_OTHER
} fab_measured_kind;

typedef struct fab_measured_kernel {
    fab_measured_kind kind;
    const char *source; /* source_key */
    const char *chip;   /* gpu, as the source calls it */
    const char *pass;   /* layout of a product, or pass of attention or groups */
    bool is_fp8;
    bool accumulates; /* the result is added to FP32 */
    bool is_causal;
    double groups, m, n, k;
    double heads, head_dim, value_dim, sequence, batch;
    double flops; /* reached */
    double peak_flops;
    double time_s;
} fab_measured_kernel;

typedef struct fab_measured_kernels {
    const fab_measured_kernel *rows;
    size_t count;
} fab_measured_kernels;

/* Reads the rows that say a time or a rate and are marked usable; others are passed over. Mistakes:
 * a missing column, a size or rate that is no number above 0. FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_measured_kernels_load(const char *path, fab_arena *arena,
                                                 fab_diagnostics *diagnostics,
                                                 fab_measured_kernels *out);

/* FLOPs of the row as its time counts them: causal attention half. */
double fab_measured_flop(const fab_measured_kernel *row);

#endif

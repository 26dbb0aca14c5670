#ifndef FAB_CALIBRATE_H
#define FAB_CALIBRATE_H

#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/kernels.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* Relative errors |forecast / measured - 1| of measured kernels. Held out: the constants that
 * forecast a row were fitted without its fifth of the shapes. */
typedef struct fab_kernel_error {
    size_t count;
    double mean_frac;
    double median_frac;
    double p90_frac; /* 90th percentile */
    double largest_frac;
} fab_kernel_error;

/* How well one part of a row of kernels fits what it was fitted on. */
typedef struct fab_kernel_fit {
    const char *kernels;    /* row of the catalog: "h100" */
    const char *part;       /* "bf16 products", "attention forward", ... */
    const char *measured;   /* which rows: source, chip, precision */
    fab_kernel_error large; /* held out, at least 20 GFLOP; attention and groups: all */
    fab_kernel_error small; /* held out, below */
} fab_kernel_fit;

typedef struct fab_kernel_calibration {
    const char *file;           /* the measurements */
    const fab_kernels *kernels; /* rows for the catalog */
    size_t kernel_count;
    const fab_kernel_fit *fits; /* by row, then part */
    size_t fit_count;
} fab_kernel_calibration;

/* Fits the constants of fab_kernels to the measured kernels of a CSV file (columns as
 * validation/README.md says) by robust least squares (Levenberg-Marquardt of MINPACK on
 * sign-preserving roots of the log error, from several fixed starts), and measures the error on
 * held-out shapes. Deterministic. Peaks are those of the file, memory bandwidths those of the
 * catalog. FAB_E_INPUT with diagnostics, FAB_E_NOMEM. The arena owns the result. */
FAB_API FAB_CHECKED fab_status fab_calibrate_kernels(const fab_catalog *catalog, const char *path,
                                                     fab_arena *arena, fab_diagnostics *diagnostics,
                                                     const fab_kernel_calibration **out);

FAB_END_DECLS

#endif

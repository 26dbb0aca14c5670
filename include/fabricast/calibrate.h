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

/* One end-to-end constant: how many times as long as its kernels every operator takes
 * (assumptions.computation_scale) on one GPU, in one precision, with one generation of software. */
typedef struct fab_scale_fit {
    const char *gpu;        /* as the table calls it */
    const char *precision;  /* "BF16 or FP16", "FP8" */
    const char *generation; /* "to 2022", "from 2023" */
    const char *lineages;   /* whose runs, ", " between two */
    const char *rule;       /* what the constant is: fitted, pooled over the GPU, the default */
    size_t row_count;
    size_t lineage_count;
    double scale_ratio;
    double plain_frac;    /* median |error| with a scale of 1 */
    double fitted_frac;   /* with the constant */
    double held_out_frac; /* with constants that were fitted without the row's lineage */
} fab_scale_fit;

/* A row that took no part. */
typedef struct fab_scale_rest {
    const char *id;
    const char *reason;
} fab_scale_rest;

/* A run beside its forecasts, each as forecast / measured - 1. */
typedef struct fab_scale_row {
    const char *id;
    const char *lineage;
    size_t fit; /* of the list of fits */
    double plain_frac;
    double fitted_frac;
    double held_out_ratio; /* the constant without its lineage */
    double held_out_frac;
} fab_scale_row;

typedef struct fab_run_calibration {
    const char *file;
    const fab_scale_fit *fits; /* in order of first appearance */
    size_t fit_count;
    const fab_scale_row *rows; /* those with a measured and a forecast time */
    size_t row_count;
    const fab_scale_rest *rest; /* the other rows of the table */
    size_t rest_count;
    fab_scale_fit all; /* errors over all rows */
} fab_run_calibration;

/* Whether a CSV file is a table of runs (else of kernels): it has a column `layers`. FAB_E_INPUT,
 * FAB_E_NOMEM. */
FAB_API FAB_CHECKED fab_status fab_calibrate_is_runs(const char *path, fab_arena *arena,
                                                     fab_diagnostics *diagnostics,
                                                     bool *is_runs_out);

/* Fits the constants to the runs of a CSV file and measures the error with each lineage left out.
 *
 * The scale that a run wants is 1 + (measured - T(1)) / (dT/ds), its slope from forecasts at 1 and
 * at 1.25; a lineage's is the median over its runs, a constant the geometric mean over lineages. A
 * lineage is a laboratory and its software (docs/validation.md#calibration). Rows that share a
 * leak_group are never on both sides. A constant with one lineage is the one pooled over its GPU,
 * or 1 where that has one lineage, too. Deterministic. FAB_E_INPUT with diagnostics, FAB_E_NOMEM.
 * The arena owns the result. */
FAB_API FAB_CHECKED fab_status fab_calibrate_runs(const fab_catalog *catalog, const char *path,
                                                  fab_arena *arena, fab_diagnostics *diagnostics,
                                                  const fab_run_calibration **out);

FAB_END_DECLS

#endif

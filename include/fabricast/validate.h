#ifndef FAB_VALIDATE_H
#define FAB_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/catalog.h>
#include <fabricast/diagnostic.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

typedef enum fab_run_status {
    FAB_RUN_SCORED,     /* forecast and compared */
    FAB_RUN_SKIPPED,    /* says too little, or something that is not forecast: `reason` */
    FAB_RUN_INFEASIBLE, /* the forecast says that it does not fit or cannot be built */
    FAB_RUN_WRONG       /* the row contradicts itself or cannot be read */
} fab_run_status;

/* A measured run beside its forecast. */
typedef struct fab_run_score {
    const char *id;
    const char *source_key;
    const char *tier; /* how good the measurement is, as the file says */
    const char *gpu;
    const char *precision;
    bool is_moe;
    int64_t packages;
    int status;           /* fab_run_status */
    const char *reason;   /* why it was not scored; NULL when it was */
    const char *assumed;  /* what the row does not say and was assumed or searched; may be "" */
    const char *scenario; /* YAML text of the scenario that was forecast; NULL when none was */
    double measured_s;    /* of an iteration; 0: not measured */
    double forecast_s;    /* 0: not forecast */
    double error_frac;    /* forecast / measured - 1 */
    double measured_byte; /* memory of a package; 0: not measured */
    double forecast_byte;
} fab_run_score;

/* Errors of the scored rows of one group. */
typedef struct fab_score_group {
    const char *name;
    size_t row_count;
    size_t scored_count;
    double median_frac; /* of |error| */
    double p90_frac;
    double mean_frac;
    double bias_frac; /* mean of the error with its sign */
    double largest_frac;
} fab_score_group;

typedef struct fab_validation {
    const char *file;
    const fab_run_score *rows; /* in the order of the file */
    size_t row_count;
    const fab_score_group *sources; /* in order of first appearance */
    size_t source_count;
    const fab_score_group *totals; /* by tier, GPU, precision, kind of model; then all */
    size_t total_count;
} fab_validation;

/* Forecasts every row of a table of measured runs (columns: validation/README.md), from the file at
 * `path` or, when it is NULL, from the copy built into the library; only rows of `source_key`
 * unless it is NULL. What a row leaves open follows the rules of docs/validation.md. A row that is
 * wrong is scored as such and the others go on. FAB_E_INPUT: the table itself is broken, or no row
 * has that source. FAB_E_NOMEM. Uses all cores; the same result for any number of them. */
FAB_API FAB_CHECKED fab_status fab_validate_runs(const fab_catalog *catalog, const char *path,
                                                 const char *source_key, fab_arena *arena,
                                                 fab_diagnostics *diagnostics,
                                                 const fab_validation **out);

FAB_END_DECLS

#endif

#ifndef FAB_FIT_H
#define FAB_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/arena.h>
#include <fabricast/status.h>

/* Robust fitting of a few bounded parameters to measured times. */

#define FAB_FIT_PARAMETER_LIMIT 8

/* One parameter between its bounds; a fixed one has low == high. */
typedef struct fab_fit_parameter {
    double low, high;
    double start[3];
} fab_fit_parameter;

typedef struct fab_fit_problem {
    fab_fit_parameter parameters[FAB_FIT_PARAMETER_LIMIT];
    size_t parameter_count;
    size_t row_count;
    const bool *is_used; /* which rows are fitted */
    /* forecast over measured time of a row; above 0 and finite for parameters within bounds */
    double (*ratio)(const void *context, const double *parameters, size_t row);
    const void *context;
} fab_fit_problem;

/* Parameters that are not fixed. */
size_t fab_fit_free_count(const fab_fit_problem *problem);

/* Fits all parameters from each of three starts and keeps the best: MINPACK's lmdif on
 * r / (d^2 + r^2)^(1/4), r the log of the ratio and d = 0.05, which grows as the root of large
 * errors, so that a few outliers decide nothing. Deterministic. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_fit(const fab_fit_problem *problem, fab_arena *arena,
                               double *parameters_out);

#endif

#ifndef FAB_RUN_GRADIENTS_H
#define FAB_RUN_GRADIENTS_H

#include "validate/measured_runs.h"

/* How a run checks losses and gradients and sums gradients over its data-parallel ranks.
 * docs/validation.md has the rules. */
typedef struct fab_run_gradients {
    bool sums_in_bf16; /* gradients are summed up, and unless sends_in_fp32 sent, in BF16 */
    bool sends_in_fp32;
    bool sums_all;          /* every rank receives all gradients */
    bool sends_each_matrix; /* gradients and parameters, a message each */
    int64_t passes;         /* over all gradients of a package before they are summed */
    int64_t loss_checks;    /* waits for the loss of a micro-batch */
} fab_run_gradients;

fab_run_gradients fab_run_gradients_of(const fab_run_row *row);

#endif

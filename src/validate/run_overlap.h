#ifndef FAB_RUN_OVERLAP_H
#define FAB_RUN_OVERLAP_H

#include "validate/measured_runs.h"

/* What messages of a run may hide, but those of experts: shares as in the scenario's
 * `assumptions: overlap`. docs/validation.md has the rules. */
typedef struct fab_run_overlap {
    double tensor_frac;           /* of tensor messages, cut into t pieces behind products */
    double tensor_gradients_frac; /* of those beside which products of gradients run */
    double pipeline_frac;         /* transfers of interleaved stages */
    double data_frac;             /* gradients behind the backward pass */
    double server_loss_frac;      /* what that adds to the loss, on the inner tier */
} fab_run_overlap;

fab_run_overlap fab_run_overlap_of(const fab_run_row *row);

#endif

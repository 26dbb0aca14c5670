#ifndef FAB_RUN_EXPERTS_H
#define FAB_RUN_EXPERTS_H

#include "validate/measured_runs.h"

/* What the software of a run does with experts, read from its words and, for Megatron-Bridge, from
 * its release, model and GPU. docs/validation.md has the rules and where they come from. */
typedef struct fab_run_experts {
    const char *products; /* words of the scenario's assumptions */
    const char *permutation;
    const char *dispatch;
    const char *dispatch_precision;
    const char *schedule; /* word of the mapping */
    double overlap_frac;  /* of dispatch and combine, beside another micro-batch */
    bool is_graphed;      /* a whole iteration is one graph: the host issues nothing */
    bool believes_graphs; /* graphs that the row names were in use in this release */
    bool hides_no_tensor; /* its configuration switches the overlap of tensor messages off */
    bool sums_in_bf16;    /* gradients are summed and sent in BF16 */
} fab_run_experts;

fab_run_experts fab_run_experts_of(const fab_run_row *row);

/* Whether a row that leaves out the chunks of a stage has one: the tables of Megatron-Bridge write
 * `n/a` there, and the only schedule of DeepSpeed's pipeline that trains is plain 1F1B
 * (TrainSchedule, deepspeed/runtime/pipe/schedule.py of github.com/deepspeedai/DeepSpeed); DualPipe
 * has one in each direction. */
bool fab_run_has_no_chunks(const fab_run_row *row);

/* Fields of a model that its name implies and no column holds, such as `bias: all`; or "". */
const char *fab_run_features(const fab_run_row *row);

#endif

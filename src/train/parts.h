#ifndef FAB_PARTS_H
#define FAB_PARTS_H

#include <fabricast/pipeline.h>

#include "train/stage.h"

/* Times of the parts into which a pipeline cuts the model, for schedules that run them one by one.
 */

typedef struct fab_parts {
    fab_pipeline pipeline;
    int64_t count;
    double *forward_s; /* by part, as fab_pipeline_times */
    double *input_s;
    double *weight_s;
    double *pair_s;
    fab_pass_messages *sent; /* expert messages of its forward pass, */
    fab_pass_messages *back; /* ... of its backward pass */
} fab_parts;

/* Measures each part by itself, without what data-parallel ranks exchange in every pass; `times` as
 * for fab_stage_measure. The arena owns the lists. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_parts_measure(const fab_scenario *scenario, const fab_workload *workload,
                                         fab_block_times *times, fab_arena *arena, fab_parts *out);

/* Spreads what the passes of a device take beyond those of its parts evenly over these, works out
 * its pairs, and returns what these hide of the device's expert messages in a step. For each
 * device once.
 *
 * A pair is the forward of one part beside the backward of another: with C what both take but for
 * expert messages, K all of these and e = overlap.loss,
 *   F&B = min(F + B, max(C, K) + e min(C, K)). */
double fab_parts_close_device(const fab_scenario *scenario, fab_parts *parts, int64_t device,
                              const fab_stage_time *time);

/* The lists as the pipeline takes them. */
fab_pipeline_times fab_parts_times(const fab_parts *parts);

#endif

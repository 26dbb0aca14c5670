#ifndef FAB_PIPELINE_H
#define FAB_PIPELINE_H

#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* A pipeline of `stages` devices that run `microbatches` micro-batches, each device holding
 * `chunks` model chunks: 1 is one-forward-one-backward (1F1B), more is interleaved 1F1B. */
typedef struct fab_pipeline {
    int64_t stages;       /* p */
    int64_t microbatches; /* m */
    int64_t chunks;       /* v */
} fab_pipeline;

/* Time until the last backward of a step ends. forward_s[i] and backward_s[i] are those of one
 * micro-batch through stage i, all chunks, exposed communication included; tau their sum. For v = 1
 * the longest over the stages k of
 *   sum of tau before k + m tau_k + min(after, (after - w F_k)+ + (after - w B_k)+)
 * where `after` is the sum of tau behind k and w = min(p - k - 1, m - 1) the forwards that stage k
 * runs while its first comes back; for v > 1 m max(tau) + (sum(tau) - max(tau)) / v;
 * docs/models-network.md#pipeline, which says how far both are from simulation.
 *
 * Exact for equal stages, and for v = 1 when the last stage has the longest forward and backward.
 * Errors: FAB_E_RANGE if a count is below 1, a time is negative or not finite, or v > 1 and m is
 * not a multiple of p. */
FAB_API FAB_CHECKED fab_status fab_pipeline_makespan(const fab_pipeline *pipeline,
                                                     const double *forward_s,
                                                     const double *backward_s,
                                                     double *makespan_s_out);

/* The same for one step-by-step simulation of the schedule in which every stage has the forward and
 * backward times given (all chunks of a stage together; one chunk takes 1/v of them) and a message
 * takes no time. Each stage follows a fixed order: warm-up forwards (p - r - 1, interleaved
 * 2 (p - r - 1) + (v - 1) p), one forward and one backward in turn, cool-down backwards. The oracle
 * of fab_pipeline_makespan. scratch_s holds at least 2 * stages * (chunks * microbatches + 1)
 * doubles. Errors as above. Cost O(p v m). */
FAB_API FAB_CHECKED fab_status fab_pipeline_simulate(const fab_pipeline *pipeline,
                                                     const double *forward_s,
                                                     const double *backward_s, double *scratch_s,
                                                     double *makespan_s_out);

/* Peak number of stage-equivalents of saved activations on stage `stage` (0-based):
 * 1F1B min(m, p - r); interleaved min(m v, 2 (p - r - 1) + (v - 1) p + 1) / v. */
FAB_API double fab_pipeline_in_flight_count(const fab_pipeline *pipeline, int64_t stage);

FAB_END_DECLS

#endif

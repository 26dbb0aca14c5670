#ifndef FAB_PIPELINE_H
#define FAB_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/status.h>

FAB_BEGIN_DECLS

/* Orders in which the devices of a pipeline run forwards and backwards. A backward pass B is the
 * gradients of inputs, which the part before waits for, and those of weights, W, which nobody waits
 * for and which some orders put where a device would idle.
 *   AUTO         1F1B, or INTERLEAVED with more than one chunk
 *   GPIPE        all forwards, then all backwards (Huang et al. 2018, arXiv 1811.06965)
 *   1F1B         warm-up, one forward and one backward in turn (Narayanan et al., arXiv 2104.04473)
 *   INTERLEAVED  the same with several chunks a device (the same, section 2.2)
 *   ZB_H1        1F1B with W late, at the memory of 1F1B (Qi et al. 2023, arXiv 2401.10241)
 *   ZB_V         two chunks a device, placed as a V (the same, section 6)
 *   DUALPIPE     two directions at once, a forward of one beside a backward of the other; a device
 *                holds a part for each (DeepSeek-AI 2024, arXiv 2412.19437, section 3.2.1)
 *   DUALPIPEV    DualPipe folded on half the devices (github.com/deepseek-ai/DualPipe)
 *   ZB_H2        ZB_H1 with twice the forwards before the first backward: the devices wait for the
 *                first forward alone, at up to twice the memory (arXiv 2401.10241, section 2.2) */
#define FAB_SCHEDULE_LIST(X)                                                                       \
    X(FAB_SCHEDULE_AUTO, "auto")                                                                   \
    X(FAB_SCHEDULE_GPIPE, "gpipe")                                                                 \
    X(FAB_SCHEDULE_1F1B, "1f1b")                                                                   \
    X(FAB_SCHEDULE_INTERLEAVED, "interleaved")                                                     \
    X(FAB_SCHEDULE_ZB_H1, "zb_h1")                                                                 \
    X(FAB_SCHEDULE_ZB_V, "zb_v")                                                                   \
    X(FAB_SCHEDULE_DUALPIPE, "dualpipe")                                                           \
    X(FAB_SCHEDULE_DUALPIPEV, "dualpipev")                                                         \
    X(FAB_SCHEDULE_ZB_H2, "zb_h2")

#define FAB_SCHEDULE_ENUM(id, text) id,
typedef enum fab_schedule { FAB_SCHEDULE_LIST(FAB_SCHEDULE_ENUM) FAB_SCHEDULE_COUNT } fab_schedule;
#undef FAB_SCHEDULE_ENUM

/* A pipeline of `stages` devices that run `microbatches` micro-batches. The model is cut into
 * stages x chunks parts. Device r holds part r and each p-th after it; with ZB_V and DUALPIPEV
 * parts r and 2 p - 1 - r; with DUALPIPE parts r and p - 1 - r of p, half of the micro-batches
 * passing each way. */
typedef struct fab_pipeline {
    int64_t stages;       /* p */
    int64_t microbatches; /* m, of both directions together */
    int64_t chunks;       /* v: 1 but for INTERLEAVED (any) and the Vs (2) */
    fab_schedule schedule;
} fab_pipeline;

/* What a schedule asks of the counts. */
typedef enum fab_pipeline_rule {
    FAB_PIPELINE_GOOD,
    FAB_PIPELINE_NEEDS_COUNTS,            /* all at least 1 */
    FAB_PIPELINE_NEEDS_ONE_CHUNK,         /* v = 1 */
    FAB_PIPELINE_NEEDS_TWO_CHUNKS,        /* v = 2 */
    FAB_PIPELINE_NEEDS_CHUNKS,            /* v > 1 */
    FAB_PIPELINE_NEEDS_GROUPS,            /* m a multiple of p */
    FAB_PIPELINE_NEEDS_EVEN_STAGES,       /* p even */
    FAB_PIPELINE_NEEDS_EVEN_MICROBATCHES, /* m even */
    FAB_PIPELINE_NEEDS_MICROBATCHES       /* m >= 2 p */
} fab_pipeline_rule;

/* Returns the first rule that the counts break, FAB_PIPELINE_GOOD when they break none. */
FAB_API fab_pipeline_rule fab_pipeline_check(const fab_pipeline *pipeline);

/* Returns the schedule that runs: AUTO resolved. */
FAB_API fab_schedule fab_pipeline_schedule(const fab_pipeline *pipeline);

/* Returns the word of a schedule, "1f1b"; never NULL. */
FAB_API const char *fab_schedule_text(fab_schedule schedule);

/* Parts that the model is cut into: p v. Of DUALPIPE p, each held by two devices. */
FAB_API int64_t fab_pipeline_part_count(const fab_pipeline *pipeline);

/* Devices that hold each part: 1, of DUALPIPE 2. */
FAB_API int64_t fab_pipeline_copy_count(const fab_pipeline *pipeline);

/* Chunks that a device holds: v, of DUALPIPE 2. */
FAB_API int64_t fab_pipeline_held_count(const fab_pipeline *pipeline);

/* The part of the model that `chunk` (0 to held - 1) of a device is. */
FAB_API int64_t fab_pipeline_part(const fab_pipeline *pipeline, int64_t device, int64_t chunk);

/* Time until the last backward of a step ends, for one-forward-one-backward (v = 1) and interleaved
 * pipelines, in closed form. forward_s[i] and backward_s[i] are those of one
 * micro-batch through stage i, all chunks, exposed communication included; tau their sum. For v = 1
 * the longest over the stages k of
 *   sum of tau before k + m tau_k + min(after, (after - w F_k)+ + (after - w B_k)+)
 * where `after` is the sum of tau behind k and w = min(p - k - 1, m - 1) the forwards that stage k
 * runs while its first comes back; for v > 1 m max(tau) + (sum(tau) - max(tau)) / v;
 * docs/models-network.md#pipeline, which says how far both are from simulation.
 *
 * Exact for equal stages, and for v = 1 when the last stage has the longest forward and backward.
 * Errors: FAB_E_RANGE if a count is below 1, a time is negative or not finite, v > 1 and m is
 * not a multiple of p, or the schedule is another. */
FAB_API FAB_CHECKED fab_status fab_pipeline_makespan(const fab_pipeline *pipeline,
                                                     const double *forward_s,
                                                     const double *backward_s,
                                                     double *makespan_s_out);

/* Times of one micro-batch in each part of the model, exposed communication included. A backward
 * pass takes input_s + weight_s. */
typedef struct fab_pipeline_times {
    const double *forward_s;
    const double *input_s;  /* gradients of inputs, and all else of the backward pass but ... */
    const double *weight_s; /* ... gradients of weights, that an order may put off */
    const double *pair_s;   /* forward of part q with backward of part P - 1 - q of P, overlapped;
                               only for DUALPIPE and DUALPIPEV, else NULL */
} fab_pipeline_times;

/* What one simulated step came to; by device, owned by the arena. */
typedef struct fab_pipeline_run {
    double makespan_s;         /* from the first start to the last end of all devices */
    const double *busy_s;      /* that a device works */
    const int64_t *peak_count; /* chunks of saved activations at most, forward run, W not yet */
    const int64_t *pair_count; /* forwards of chunk 0, then of chunk 1, beside a backward */
} fab_pipeline_run;

/* Runs a step event by event: each device goes through the order of its schedule and waits for the
 * inputs of each pass; messages take no time of their own. The oracle of all closed forms here.
 * Exact for any times.
 *
 * Errors: FAB_E_RANGE if the counts break a rule, a time is negative or not finite, a number of
 * passes or an end leaves its range; FAB_E_NOMEM. Cost O(p v m) time and memory. */
FAB_API FAB_CHECKED fab_status fab_pipeline_simulate(const fab_pipeline *pipeline,
                                                     const fab_pipeline_times *times,
                                                     fab_arena *arena, fab_pipeline_run *out);

/* Makespan of any schedule. With F, I, W the times of a part, B = I + W, equal for all parts:
 *   GPIPE        (m + p - 1) (F + B), and for any parts
 *                sum(F) + sum(B) + (m - 1) (max(F) + max(B))
 *   1F1B         (m + p - 1) (F + B)                                     (arXiv 2104.04473)
 *   INTERLEAVED  (m v + p - 1) (F + B)                                   (arXiv 2104.04473)
 *   ZB_H1        m (F + B) + (p - 1) (F + I) - min(p - 1, m - 1) min(F, I, W), which for m >= p and
 *                W <= F, I is m (F + B) + (p - 1) (F + I - W)            (arXiv 2401.10241)
 *   ZB_H2        m (F + B) + (p - 1) (F + I) - floor(k / 2) min(2 F, 2 W, I)
 *                - (k mod 2) min(F, I, W), k = min(m - 1, 2 p - 2)       (arXiv 2401.10241)
 *
 * With m >= 2 p - 1, ZB_H2 leaves for F = I = W only the (p - 1) F that the first forward takes to
 * the last device, and where 2 W is the least the published bubble (p - 1) (F + I - 2 W). All these
 * are exact. Everything else is simulated for `m` micro-batches, or for as many as settle the
 * order, and goes on at the pace of the last ones: exact for equal parts,
 * docs/models-network.md#pipeline says how near for others. Of that, with R = p and M = m for
 * DUALPIPE, R = 2 p and M = 2 m for DUALPIPEV, and F = I = W (DeepSeek's DualPipe):
 *
 *   (M - R - 1) F&B + (R + 1) (F + B) + (R/2 - 1) (F&B + B - 3 W)
 *
 * Errors as of fab_pipeline_simulate. Cost O(p v) closed, else O(p^2 v) at most. */
FAB_API FAB_CHECKED fab_status fab_pipeline_span(const fab_pipeline *pipeline,
                                                 const fab_pipeline_times *times, fab_arena *arena,
                                                 double *makespan_s_out);

/* Peak number of stage-equivalents of saved activations on device `stage` (0-based), where a
 * stage is all that a device holds:
 *   GPIPE m; 1F1B min(m, p - r); INTERLEAVED min(m v, 2 (p - r - 1) + (v - 1) p + 1) / v;
 *   ZB_H1 min(m, p); ZB_H2 min(m, 2 p - 1); ZB_V min(2 p, 2 m, m + 1 + r) / 2;
 *   DUALPIPE (p + 1) / 2; DUALPIPEV (2 p + 1) / 2. */
FAB_API double fab_pipeline_in_flight_count(const fab_pipeline *pipeline, int64_t stage);

/* Micro-batches that pass each part on a device: m, of DUALPIPE m / 2. */
FAB_API int64_t fab_pipeline_passes(const fab_pipeline *pipeline);

/* Whether the schedule runs forwards beside backwards. */
FAB_API bool fab_pipeline_has_pairs(const fab_pipeline *pipeline);

/* Forwards of `chunk` (0 or 1) that device `stage` runs beside a backward of its other chunk in a
 * step. With h = min(r, p - 1 - r), M = m / 2 and H = p / 2 of DUALPIPE, h = r, M = m and H = p of
 * DUALPIPEV: M - 2 H + h + 1 of chunk 0, one less on the device where the directions meet
 * (h = H - 1), and M - H of chunk 1; 0 of all other schedules. */
FAB_API int64_t fab_pipeline_pair_count(const fab_pipeline *pipeline, int64_t stage, int64_t chunk);

FAB_END_DECLS

#endif

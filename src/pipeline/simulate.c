#include <fabricast/pipeline.h>

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "pipeline/shape.h"

/* One forward or backward of one chunk on one stage. */
typedef struct step {
    int64_t stage;
    int64_t chunk;
    int64_t microbatch;
    bool is_backward;
} step;

/* Views into the caller's scratch: when each step ended (negative: not yet), and of each stage the
 * time until which it is busy and how many of its steps are done. */
typedef struct progress {
    const fab_pipeline *pipeline;
    const double *forward_s;
    const double *backward_s;
    double *end_s;
    double *busy_s;
    double *done_count;
} progress;

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Forwards that a stage runs before its first backward. */
static int64_t warm_up(const fab_pipeline *pipeline, int64_t stage)
{
    const int64_t after = pipeline->stages - stage - 1;
    const int64_t all = pipeline->microbatches * pipeline->chunks;
    if (pipeline->chunks == 1) {
        return smaller(after, all);
    }
    return smaller(2 * after + (pipeline->chunks - 1) * pipeline->stages, all);
}

/* The rank-th forward or backward of a stage: groups of p micro-batches pass through one chunk
 * after the other, forwards from the first chunk, backwards from the last. */
static step nth_of_kind(const fab_pipeline *pipeline, int64_t stage, int64_t rank, bool is_backward)
{
    const int64_t group = pipeline->stages * pipeline->chunks;
    const int64_t chunk = rank % group / pipeline->stages;
    return (step){
        .stage = stage,
        .chunk = is_backward ? pipeline->chunks - 1 - chunk : chunk,
        .microbatch = rank / group * pipeline->stages + rank % pipeline->stages,
        .is_backward = is_backward,
    };
}

/* The index-th step of a stage: warm-up, one forward and one backward in turn, cool-down. */
static step nth_step(const fab_pipeline *pipeline, int64_t stage, int64_t index)
{
    const int64_t all = pipeline->microbatches * pipeline->chunks;
    const int64_t warm = warm_up(pipeline, stage);
    if (index < warm) {
        return nth_of_kind(pipeline, stage, index, false);
    }
    if (index >= 2 * all - warm) {
        return nth_of_kind(pipeline, stage, index - all, true);
    }
    const int64_t pair = (index - warm) / 2;
    const bool is_backward = (index - warm) % 2 == 1;
    return nth_of_kind(pipeline, stage, is_backward ? pair : warm + pair, is_backward);
}

static double *end_of(const progress *now, step at)
{
    const fab_pipeline *p = now->pipeline;
    const int64_t chunk = (at.is_backward ? p->chunks : 0) + at.chunk;
    return &now->end_s[(chunk * p->stages + at.stage) * p->microbatches + at.microbatch];
}

/* When the input of a step is there: the end of the step it waits for, negative when that has not
 * run yet, 0 when it waits for nothing. */
static double ready_s(const progress *now, step at)
{
    const fab_pipeline *p = now->pipeline;
    const int64_t last = p->stages - 1;
    step from = at;
    if (at.is_backward && at.stage == last && at.chunk == p->chunks - 1) {
        from.is_backward = false; /* the loss turns the last forward into the first backward */
    } else if (at.is_backward) {
        from.stage = at.stage == last ? 0 : at.stage + 1;
        from.chunk += at.stage == last;
    } else if (at.stage == 0 && at.chunk == 0) {
        return 0.0;
    } else {
        from.stage = at.stage == 0 ? last : at.stage - 1;
        from.chunk -= at.stage == 0;
    }
    return *end_of(now, from);
}

/* Runs the steps of one stage until one has to wait; returns how many ran. */
static int64_t advance(const progress *now, int64_t stage)
{
    const fab_pipeline *p = now->pipeline;
    const int64_t count = 2 * p->microbatches * p->chunks;
    const int64_t first = (int64_t)now->done_count[stage];
    int64_t index = first;
    for (; index < count; index++) {
        const step at = nth_step(p, stage, index);
        const double input_s = ready_s(now, at);
        if (input_s < 0.0) {
            break;
        }
        const double busy_s = now->busy_s[stage];
        const double whole_s = at.is_backward ? now->backward_s[stage] : now->forward_s[stage];
        const double start_s = busy_s > input_s ? busy_s : input_s;
        now->busy_s[stage] = start_s + whole_s / (double)p->chunks;
        *end_of(now, at) = now->busy_s[stage];
    }
    now->done_count[stage] = (double)index;
    return index - first;
}

static progress lay_out(const fab_pipeline *pipeline, double *scratch_s)
{
    const int64_t steps = 2 * pipeline->stages * pipeline->chunks * pipeline->microbatches;
    for (int64_t i = 0; i < steps; i++) {
        scratch_s[i] = -1.0;
    }
    for (int64_t i = 0; i < 2 * pipeline->stages; i++) {
        scratch_s[steps + i] = 0.0;
    }
    return (progress){
        .pipeline = pipeline,
        .end_s = scratch_s,
        .busy_s = scratch_s + steps,
        .done_count = scratch_s + steps + pipeline->stages,
    };
}

fab_status fab_pipeline_simulate(const fab_pipeline *pipeline, const double *forward_s,
                                 const double *backward_s, double *scratch_s,
                                 double *makespan_s_out)
{
    assert(pipeline && forward_s && backward_s && scratch_s && makespan_s_out);
    if (!fab_pipeline_is_valid(pipeline) ||
        !fab_pipeline_are_durations(forward_s, pipeline->stages) ||
        !fab_pipeline_are_durations(backward_s, pipeline->stages)) {
        return FAB_E_RANGE;
    }

    progress now = lay_out(pipeline, scratch_s);
    now.forward_s = forward_s;
    now.backward_s = backward_s;

    /* sweep over the stages until every step has run; each sweep runs at least one */
    int64_t left = 2 * pipeline->stages * pipeline->chunks * pipeline->microbatches;
    while (left > 0) {
        int64_t ran = 0;
        for (int64_t stage = 0; stage < pipeline->stages; stage++) {
            ran += advance(&now, stage);
        }
        assert(ran > 0);
        left -= ran;
    }

    double makespan_s = 0.0;
    for (int64_t stage = 0; stage < pipeline->stages; stage++) {
        makespan_s = now.busy_s[stage] > makespan_s ? now.busy_s[stage] : makespan_s;
    }
    if (!isfinite(makespan_s)) {
        return FAB_E_RANGE;
    }
    *makespan_s_out = makespan_s;
    return FAB_OK;
}

#include <fabricast/pipeline.h>

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "pipeline/shape.h"

bool fab_pipeline_is_valid(const fab_pipeline *pipeline)
{
    if (pipeline->stages < 1 || pipeline->microbatches < 1 || pipeline->chunks < 1) {
        return false;
    }
    /* the interleaved order runs micro-batches in whole groups of p */
    return pipeline->chunks == 1 || pipeline->microbatches % pipeline->stages == 0;
}

static bool is_duration(double time_s)
{
    return isfinite(time_s) && time_s >= 0.0;
}

bool fab_pipeline_are_durations(const double *time_s, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!is_duration(time_s[i])) {
            return false;
        }
    }
    return true;
}

static double positive_part(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* What the stages behind stage k add to m tau_k in 1F1B. `after_s` passes between a forward of k
 * and its backward; before the first one k has w forwards to run meanwhile, after its last forward
 * as many backwards. It never waits longer than the stages behind it take. */
static double wait_s(const fab_pipeline *pipeline, int64_t k, double forward_s, double backward_s,
                     double after_s)
{
    const int64_t behind = pipeline->stages - k - 1;
    const int64_t others = pipeline->microbatches - 1;
    const double warm = (double)(behind < others ? behind : others);
    const double waits_s =
        positive_part(after_s - warm * forward_s) + positive_part(after_s - warm * backward_s);
    return waits_s < after_s ? waits_s : after_s;
}

fab_status fab_pipeline_makespan(const fab_pipeline *pipeline, const double *forward_s,
                                 const double *backward_s, double *makespan_s_out)
{
    assert(pipeline && forward_s && backward_s && makespan_s_out);
    if (!fab_pipeline_is_valid(pipeline) ||
        !fab_pipeline_are_durations(forward_s, pipeline->stages) ||
        !fab_pipeline_are_durations(backward_s, pipeline->stages)) {
        return FAB_E_RANGE;
    }

    double sum_s = 0.0;
    for (int64_t i = 0; i < pipeline->stages; i++) {
        sum_s += forward_s[i] + backward_s[i];
    }

    /* each stage works, and waits for the others to fill and drain; the longest decides */
    double makespan_s = 0.0;
    double before_s = 0.0;
    for (int64_t i = 0; i < pipeline->stages; i++) {
        const double stage_s = forward_s[i] + backward_s[i];
        const double after_s = positive_part(sum_s - before_s - stage_s);
        const double hidden_s = pipeline->chunks > 1 ? 0.0
                                                     : after_s - wait_s(pipeline, i, forward_s[i],
                                                                        backward_s[i], after_s);
        const double end_s = (double)pipeline->microbatches * stage_s +
                             ((sum_s - stage_s) / (double)pipeline->chunks - hidden_s);
        makespan_s = end_s > makespan_s ? end_s : makespan_s;
        before_s += stage_s;
    }
    if (!isfinite(makespan_s)) {
        return FAB_E_RANGE;
    }
    *makespan_s_out = makespan_s;
    return FAB_OK;
}

double fab_pipeline_in_flight_count(const fab_pipeline *pipeline, int64_t stage)
{
    assert(pipeline && fab_pipeline_is_valid(pipeline));
    assert(stage >= 0 && stage < pipeline->stages);

    /* what the warm-up lets in, and the forward that follows it */
    const double p = (double)pipeline->stages;
    const double m = (double)pipeline->microbatches;
    const double v = (double)pipeline->chunks;
    const double after = p - (double)stage - 1.0;
    if (pipeline->chunks == 1) {
        return m < after + 1.0 ? m : after + 1.0;
    }
    const double admitted = 2.0 * after + (v - 1.0) * p + 1.0;
    return (m * v < admitted ? m * v : admitted) / v;
}

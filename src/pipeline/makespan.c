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

fab_status fab_pipeline_makespan(const fab_pipeline *pipeline, const double *stage_s,
                                 double *makespan_s_out)
{
    assert(pipeline && stage_s && makespan_s_out);
    if (!fab_pipeline_is_valid(pipeline) ||
        !fab_pipeline_are_durations(stage_s, pipeline->stages)) {
        return FAB_E_RANGE;
    }

    double slowest_s = 0.0;
    double sum_s = 0.0;
    for (int64_t i = 0; i < pipeline->stages; i++) {
        slowest_s = stage_s[i] > slowest_s ? stage_s[i] : slowest_s;
        sum_s += stage_s[i];
    }

    /* the slowest stage works without a pause; the others fill and drain it once */
    const double makespan_s =
        (double)pipeline->microbatches * slowest_s + (sum_s - slowest_s) / (double)pipeline->chunks;
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

#include "train/parts.h"

#include "base/numbers.h"

fab_status fab_parts_measure(const fab_scenario *scenario, const fab_workload *workload,
                             fab_block_times *times, fab_arena *arena, fab_parts *out)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    const size_t count = (size_t)fab_pipeline_part_count(&pipeline);
    *out = (fab_parts){.pipeline = pipeline,
                       .count = (int64_t)count,
                       .forward_s = FAB_NEW(arena, double, count),
                       .input_s = FAB_NEW(arena, double, count),
                       .weight_s = FAB_NEW(arena, double, count),
                       .pair_s = FAB_NEW(arena, double, count),
                       .sent = FAB_NEW(arena, fab_pass_messages, count),
                       .back = FAB_NEW(arena, fab_pass_messages, count)};
    if (!out->forward_s || !out->input_s || !out->weight_s || !out->pair_s || !out->sent ||
        !out->back) {
        return FAB_E_NOMEM;
    }
    for (int64_t i = 0; i < out->count; i++) {
        const fab_stage part = fab_stage_make_part(scenario, i);
        const fab_stage_time time = fab_stage_measure(scenario, workload, &part, times, NULL);
        out->forward_s[i] = time.forward_s;
        out->weight_s[i] = time.weight_s;
        out->input_s[i] = time.backward_s - time.weight_s;
        out->sent[i] = time.expert[0];
        out->back[i] = time.expert[1];
    }
    return FAB_OK;
}

/* Adds what a device takes beyond its parts; they never take less than nothing for it. */
static void spread(fab_parts *parts, int64_t device, const fab_stage_time *time)
{
    const int64_t held = fab_pipeline_held_count(&parts->pipeline);
    double forward_s = time->forward_s, backward_s = time->backward_s;
    for (int64_t chunk = 0; chunk < held; chunk++) {
        const int64_t part = fab_pipeline_part(&parts->pipeline, device, chunk);
        forward_s -= parts->forward_s[part];
        backward_s -= parts->input_s[part] + parts->weight_s[part];
    }
    for (int64_t chunk = 0; chunk < held; chunk++) {
        const int64_t part = fab_pipeline_part(&parts->pipeline, device, chunk);
        parts->forward_s[part] += forward_s > 0.0 ? forward_s / (double)held : 0.0;
        parts->input_s[part] += backward_s > 0.0 ? backward_s / (double)held : 0.0;
    }
}

/* The forward of one part beside the backward of another. */
static double pair_s(const fab_scenario *scenario, const fab_parts *parts, int64_t forward,
                     int64_t backward)
{
    const fab_pass_messages *sent = &parts->sent[forward];
    const fab_pass_messages *back = &parts->back[backward];
    const double apart_s =
        parts->forward_s[forward] + parts->input_s[backward] + parts->weight_s[backward];
    const double messages_s = sent->total_s + back->total_s;
    const double compute_s = apart_s - sent->exposed_s - back->exposed_s;
    const double shorter_s = fab_smaller(compute_s, messages_s);
    const double longer_s = compute_s + messages_s - shorter_s;
    return fab_smaller(apart_s, longer_s + scenario->assumptions.overlap.loss_frac * shorter_s);
}

static double close_pairs(const fab_scenario *scenario, fab_parts *parts, int64_t device)
{
    double hidden_s = 0.0;
    for (int64_t chunk = 0; chunk < 2; chunk++) {
        const int64_t forward = fab_pipeline_part(&parts->pipeline, device, chunk);
        const int64_t backward = fab_pipeline_part(&parts->pipeline, device, 1 - chunk);
        const double apart_s =
            parts->forward_s[forward] + parts->input_s[backward] + parts->weight_s[backward];
        parts->pair_s[forward] = pair_s(scenario, parts, forward, backward);
        hidden_s += (double)fab_pipeline_pair_count(&parts->pipeline, device, chunk) *
                    (apart_s - parts->pair_s[forward]);
    }
    return hidden_s;
}

double fab_parts_close_device(const fab_scenario *scenario, fab_parts *parts, int64_t device,
                              const fab_stage_time *time)
{
    /* both devices that hold the parts of DualPipe's device find the same */
    spread(parts, device, time);
    return fab_pipeline_has_pairs(&parts->pipeline) ? close_pairs(scenario, parts, device) : 0.0;
}

fab_pipeline_times fab_parts_times(const fab_parts *parts)
{
    return (fab_pipeline_times){parts->forward_s, parts->input_s, parts->weight_s, parts->pair_s};
}

#include "train/stage.h"

/* Gradients and parameters between data-parallel ranks, once per step. */

#define BIT_PER_BYTE   8.0
#define PARAMETER_BYTE 2.0 /* BF16 */

/* One direction of the exchange: reduce-scatter of gradients or all-gather of parameters. */
typedef struct fab_exchange {
    double time_s;
    double energy_j;
    double sent_bit[FAB_TIER_LIMIT];
    double tier_s[FAB_TIER_LIMIT];
} fab_exchange;

static fab_status add_collective(const fab_workload *workload, fab_collective_kind kind,
                                 fab_group_kind group, double payload_byte, fab_exchange *sum)
{
    fab_collective_cost cost;
    FAB_TRY(fab_collective_estimate(&workload->network, kind, &workload->groups[group],
                                    BIT_PER_BYTE * payload_byte, &cost));
    sum->time_s += cost.time_s;
    sum->energy_j += cost.energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_bit[tier] += cost.tier_sent_bit[tier];
        sum->tier_s[tier] += cost.tier_time_s[tier];
    }
    return FAB_OK;
}

static fab_status exchange(const fab_workload *workload, fab_collective_kind kind,
                           const fab_stage_parameters *held, double element_byte, fab_exchange *out)
{
    *out = (fab_exchange){0};
    FAB_TRY(add_collective(workload, kind, FAB_GROUP_DATA, element_byte * held->dense_count, out));
    if (held->expert_count > 0.0) {
        FAB_TRY(add_collective(workload, kind, FAB_GROUP_EXPERT_DATA,
                               element_byte * held->expert_count, out));
    }
    return FAB_OK;
}

static double positive_part(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* What is left of an exchange of `total_s` that may run behind `pass_s` of one micro-batch's pass
 * over the stage and, for stages that idle meanwhile, behind `slack_s` more. Chunk by chunk: each
 * chunk but the last to finish has p chunk passes to hide behind; of the last, all layers but one
 * (or the first, for parameters) hide behind the pass over its other layers; one layer's bucket
 * never hides. */
static double exposed_s(double total_s, double pass_s, double slack_s, double share, double chunks,
                        double stages, double layers)
{
    const double bucket_s = total_s / layers;
    const double chunk_s = total_s / chunks;
    const double chunk_pass_s = share * pass_s / chunks;
    const double backlog_s = (chunks - 1.0) * positive_part(chunk_s - stages * chunk_pass_s);
    const double chunk_layers = layers / chunks > 1.0 ? layers / chunks : 1.0;
    const double window_s = chunk_pass_s * (chunk_layers - 1.0) / chunk_layers + share * slack_s;
    const double late_s = positive_part(backlog_s + chunk_s - bucket_s - window_s);
    const double exposed = late_s + bucket_s;
    return exposed < total_s ? exposed : total_s;
}

fab_status fab_stage_data_exchange(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage *stage, const fab_stage_time *time,
                                   int64_t stage_index, fab_data_exchange *out)
{
    *out = (fab_data_exchange){0};
    if (!scenario->assumptions.effects.data_parallel) {
        return FAB_OK;
    }
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    const double gradient_byte =
        scenario->assumptions.gradient_precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
    fab_exchange scatter, gather;
    FAB_TRY(exchange(workload, FAB_REDUCE_SCATTER, &held, gradient_byte, &scatter));
    FAB_TRY(exchange(workload, FAB_ALL_GATHER, &held, PARAMETER_BYTE, &gather));

    /* later stages finish earlier and start later, so that they have time to spare */
    const double share = scenario->assumptions.overlap.data_frac;
    const double chunks = (double)scenario->mapping.interleave;
    const double stages = (double)scenario->mapping.pp;
    const double layers = (double)(stage->dense_layers + stage->moe_layers);
    const double later = (double)stage_index / chunks;
    const double scatter_exposed_s = exposed_s(
        scatter.time_s, time->backward_s, later * time->backward_s, share, chunks, stages, layers);
    const double gather_exposed_s = exposed_s(
        gather.time_s, time->forward_s, later * time->forward_s, share, chunks, stages, layers);
    out->message.total_s = scatter.time_s + gather.time_s;
    out->message.exposed_s =
        share > 0.0 ? scatter_exposed_s + gather_exposed_s : out->message.total_s;
    out->message.link_energy_j = scatter.energy_j + gather.energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        out->message.sent_byte[tier] =
            (scatter.sent_bit[tier] + gather.sent_bit[tier]) / BIT_PER_BYTE;
        out->tier_s[tier] = scatter.tier_s[tier] + gather.tier_s[tier];
    }
    return FAB_OK;
}

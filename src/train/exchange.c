#include "train/stage.h"

#include <assert.h>

/* Gradients and parameters between data-parallel ranks: once per step, or in every pass of a
 * micro-batch where ranks keep only their share (ZeRO, Rajbhandari et al. 2020). */

#define BIT_PER_BYTE   8.0
#define PARAMETER_BYTE 2.0 /* BF16 */

/* One exchange of all parameters that a package holds, or of their gradients. */
typedef struct fab_exchange {
    double time_s;
    double energy_j;
    double sent_bit[FAB_TIER_LIMIT];
    double tier_s[FAB_TIER_LIMIT];
    fab_exchange_list list;
} fab_exchange;

/* Adds what was exchanged, with `share` of its time exposed. */
static void add_items(fab_exchange_list *list, const fab_exchange_list *more, double share)
{
    for (size_t i = 0; i < more->count; i++) {
        assert(list->count < FAB_EXCHANGED_LIMIT);
        fab_exchanged *item = &list->items[list->count++];
        *item = more->items[i];
        item->exposed_s = share * item->cost.time_s;
    }
}

static void add_to(fab_exchange *sum, const fab_exchange *part)
{
    sum->time_s += part->time_s;
    sum->energy_j += part->energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_bit[tier] += part->sent_bit[tier];
        sum->tier_s[tier] += part->tier_s[tier];
    }
    add_items(&sum->list, &part->list, 0.0);
}

static fab_status add_collective(const fab_workload *workload, fab_collective_kind kind,
                                 fab_group_kind group, double payload_byte, fab_exchange *sum)
{
    fab_collective_cost cost;
    FAB_TRY(fab_collective_estimate(&workload->network, kind, &workload->groups[group],
                                    BIT_PER_BYTE * payload_byte, &cost));
    fab_exchange part = {.time_s = cost.time_s, .energy_j = cost.energy_j};
    part.list = (fab_exchange_list){.items = {{.group = group, .cost = cost}}, .count = 1};
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        part.sent_bit[tier] = cost.tier_sent_bit[tier];
        part.tier_s[tier] = cost.tier_time_s[tier];
    }
    add_to(sum, &part);
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

static void add_exchange(const fab_exchange *exchange, double exposed, fab_data_exchange *out)
{
    out->message.total_s += exchange->time_s;
    out->message.exposed_s += exposed;
    out->message.link_energy_j += exchange->energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        out->message.sent_byte[tier] += exchange->sent_bit[tier] / BIT_PER_BYTE;
        out->tier_s[tier] += exchange->tier_s[tier];
    }
    add_items(&out->list, &exchange->list,
              exchange->time_s > 0.0 ? exposed / exchange->time_s : 0.0);
}

static double gradient_byte(const fab_scenario *scenario)
{
    return scenario->assumptions.gradient_precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
}

static double stage_layers(const fab_stage *stage)
{
    const double layers = (double)(stage->dense_layers + stage->moe_layers);
    return layers > 1.0 ? layers : 1.0;
}

/* An exchange once per step behind the pass of `pass_s` of the last or first micro-batch. Later
 * stages finish earlier and start later, so that they have time to spare. */
static void add_once(const fab_scenario *scenario, const fab_stage *stage, int64_t stage_index,
                     const fab_exchange *exchange, double pass_s, fab_data_exchange *out)
{
    const double share = scenario->assumptions.overlap.data_frac;
    const double chunks = (double)scenario->mapping.interleave;
    const double slack_s = (double)stage_index / chunks * pass_s;
    const double late_s = exposed_s(exchange->time_s, pass_s, slack_s, share, chunks,
                                    (double)scenario->mapping.pp, stage_layers(stage));
    add_exchange(exchange, share > 0.0 ? late_s : exchange->time_s, out);
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
    const int64_t zero = scenario->mapping.zero;
    fab_exchange once;
    if (zero <= 1) {
        const fab_collective_kind kind = zero == 0 ? FAB_ALL_REDUCE : FAB_REDUCE_SCATTER;
        FAB_TRY(exchange(workload, kind, &held, gradient_byte(scenario), &once));
        add_once(scenario, stage, stage_index, &once, time->backward_s, out);
    }
    if (zero == 1 || zero == 2) {
        FAB_TRY(exchange(workload, FAB_ALL_GATHER, &held, PARAMETER_BYTE, &once));
        add_once(scenario, stage, stage_index, &once, time->forward_s, out);
    }
    return FAB_OK;
}

/* An exchange of every pass over a chunk: layer by layer, each behind the layers beside it; the
 * first layer's gather, or the last one's scatter, has nothing to hide behind. */
static void add_pass(const fab_scenario *scenario, const fab_stage *stage,
                     const fab_exchange *exchange, double *pass_s, fab_stage_time *time)
{
    const fab_mapping *m = &scenario->mapping;
    const double share = scenario->assumptions.overlap.data_frac;
    const double chunks = m->pp > 1 ? (double)m->interleave : 1.0;
    const double late_s = share > 0.0
                              ? chunks * exposed_s(exchange->time_s / chunks, *pass_s / chunks, 0.0,
                                                   share, 1.0, 1.0, stage_layers(stage) / chunks)
                              : exchange->time_s;
    fab_data_exchange sum = {.message = time->messages[FAB_MESSAGE_DATA], .list = time->exchanges};
    add_exchange(exchange, late_s, &sum);
    time->messages[FAB_MESSAGE_DATA] = sum.message;
    time->exchanges = sum.list;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        time->tier_s[tier] += sum.tier_s[tier];
    }
    time->part_s[FAB_STEP_DATA] += late_s;
    *pass_s += late_s;
}

fab_status fab_stage_exchange_passes(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, fab_stage_time *time)
{
    const int64_t zero = scenario->mapping.zero;
    if (!scenario->assumptions.effects.data_parallel || zero < 2) {
        return FAB_OK;
    }
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    fab_exchange backward;
    FAB_TRY(exchange(workload, FAB_REDUCE_SCATTER, &held, gradient_byte(scenario), &backward));
    if (zero == 3) {
        fab_exchange forward;
        FAB_TRY(exchange(workload, FAB_ALL_GATHER, &held, PARAMETER_BYTE, &forward));
        add_pass(scenario, stage, &forward, &time->forward_s, time);
        add_to(&backward, &forward);
    }
    add_pass(scenario, stage, &backward, &time->backward_s, time);
    return FAB_OK;
}

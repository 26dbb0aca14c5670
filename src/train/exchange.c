#include "base/numbers.h"
#include "train/stage.h"

#include <assert.h>

/* Gradients and parameters between data-parallel ranks: once per step, or in every pass of a
 * micro-batch where ranks keep only their share (ZeRO, Rajbhandari et al. 2020). */

#define BIT_PER_BYTE   8.0
#define PARAMETER_BYTE 2.0 /* BF16, but of products as assumptions.weights say */

static void add_to(fab_exchange *sum, const fab_exchange *part)
{
    sum->time_s += part->time_s;
    sum->energy_j += part->energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_bit[tier] += part->sent_bit[tier];
        sum->tier_s[tier] += part->tier_s[tier];
    }
    for (size_t i = 0; i < part->part_count; i++) {
        assert(sum->part_count < FAB_EXCHANGE_PART_LIMIT);
        sum->parts[sum->part_count++] = part->parts[i];
    }
}

/* The cost of `part`: all its messages one after the other. */
static fab_status price(const fab_workload *workload, const fab_exchange_part *part,
                        fab_collective_cost *out)
{
    FAB_TRY(fab_workload_estimate(workload, part->kind, &workload->groups[part->group],
                                  part->payload_bit / part->messages_count, out));
    out->time_s *= part->messages_count;
    out->latency_s *= part->messages_count;
    out->energy_j *= part->messages_count;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        out->tier_time_s[tier] *= part->messages_count;
        out->tier_sent_bit[tier] *= part->messages_count;
    }
    return FAB_OK;
}

static fab_status add_collective(const fab_workload *workload, fab_collective_kind kind,
                                 fab_group_kind group, double payload_byte, double messages,
                                 fab_exchange *sum)
{
    fab_collective_cost cost;
    fab_exchange part = {.parts = {{kind, group, BIT_PER_BYTE * payload_byte, messages}},
                         .part_count = 1};
    FAB_TRY(price(workload, &part.parts[0], &cost));
    part.time_s = cost.time_s;
    part.energy_j = cost.energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        part.sent_bit[tier] = cost.tier_sent_bit[tier];
        part.tier_s[tier] = cost.tier_time_s[tier];
    }
    add_to(sum, &part);
    return FAB_OK;
}

/* `product_byte` of each weight of the layers' products, `plain_byte` of the others. */
static fab_status exchange(const fab_workload *workload, fab_collective_kind kind,
                           const fab_stage_parameters *held, double plain_byte, double product_byte,
                           double messages, fab_exchange *out)
{
    *out = (fab_exchange){0};
    FAB_TRY(add_collective(workload, kind, FAB_GROUP_DATA,
                           fab_dense_byte(held, plain_byte, product_byte), messages, out));
    if (held->expert_count > 0.0) {
        FAB_TRY(add_collective(workload, kind, FAB_GROUP_EXPERT_DATA,
                               fab_expert_byte(held, plain_byte, product_byte), messages, out));
    }
    return FAB_OK;
}

/* Messages of a layer: one, or one for each of attention's four matrices and the two or three of a
 * feed-forward block. */
static double layer_messages(const fab_scenario *scenario)
{
    const double matrices = scenario->model.is_gated ? 4.0 + 3.0 : 4.0 + 2.0;
    return scenario->assumptions.exchange_messages == FAB_EXCHANGE_PER_MATRIX ? matrices : 1.0;
}

static double gradient_byte(const fab_scenario *scenario)
{
    return scenario->assumptions.gradient_precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
}

static fab_status reduce_gradients(const fab_scenario *scenario, const fab_workload *workload,
                                   fab_collective_kind kind, const fab_stage_parameters *held,
                                   double messages, fab_exchange *out)
{
    const double byte = gradient_byte(scenario);
    return exchange(workload, kind, held, byte, byte, messages, out);
}

static fab_status gather_parameters(const fab_scenario *scenario, const fab_workload *workload,
                                    const fab_stage_parameters *held, double messages,
                                    fab_exchange *out)
{
    return exchange(workload, FAB_ALL_GATHER, held, PARAMETER_BYTE,
                    fab_weight_bytes_of(scenario).sent_byte, messages, out);
}

/* Once per step, groups that hold replicas of the same shards sum their gradients: the shard of
 * each rank with its equals (HSDP: Zhao et al. 2023, arXiv 2304.11277, section 3.2.2). */
static fab_status sum_replicas(const fab_scenario *scenario, const fab_workload *workload,
                               const fab_stage_parameters *held, double messages, fab_exchange *sum)
{
    const fab_placement *groups = workload->groups;
    if (groups[FAB_GROUP_REPLICA].ranks == 1) {
        return FAB_OK;
    }
    const double byte = gradient_byte(scenario);
    const double dense_byte = byte * held->dense_count / (double)groups[FAB_GROUP_DATA].ranks;
    const double expert_byte =
        byte * held->expert_count / (double)groups[FAB_GROUP_EXPERT_DATA].ranks;
    FAB_TRY(add_collective(workload, FAB_ALL_REDUCE, FAB_GROUP_REPLICA, dense_byte, messages, sum));
    return held->expert_count > 0.0
               ? add_collective(workload, FAB_ALL_REDUCE, FAB_GROUP_EXPERT_REPLICA, expert_byte,
                                messages, sum)
               : FAB_OK;
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
    const double backlog_s = (chunks - 1.0) * fab_positive_part(chunk_s - stages * chunk_pass_s);
    const double chunk_layers = layers / chunks > 1.0 ? layers / chunks : 1.0;
    const double window_s = chunk_pass_s * (chunk_layers - 1.0) / chunk_layers + share * slack_s;
    const double late_s = fab_positive_part(backlog_s + chunk_s - bucket_s - window_s);
    const double exposed = late_s + bucket_s;
    return exposed < total_s ? exposed : total_s;
}

/* How much longer computation takes beside what hides of an exchange: messages inside a server
 * take more of a package than those that wait for a slower tier. */
static double slowed_s(const fab_scenario *scenario, const fab_exchange *exchange, double exposed)
{
    const fab_overlap *overlap = &scenario->assumptions.overlap;
    const double hidden_s = exchange->time_s - exposed;
    const double inner_s = fab_smaller(exchange->tier_s[0], exchange->time_s);
    const double inner_share = exchange->time_s > 0.0 ? inner_s / exchange->time_s : 0.0;
    return (overlap->loss_frac + overlap->server_loss_frac * inner_share) * hidden_s;
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
}

/* Notes the collectives of an exchange, each with its share of what is exposed. Asking once more
 * what one costs is cheaper than to carry it along where nobody asks. */
static fab_status note_exchange(const fab_workload *workload, const fab_exchange *exchange,
                                double exposed, bool is_per_step, fab_exchange_list *notes)
{
    const double share = exchange->time_s > 0.0 ? exposed / exchange->time_s : 0.0;
    for (size_t i = 0; notes != NULL && i < exchange->part_count; i++) {
        const fab_exchange_part *part = &exchange->parts[i];
        assert(notes->count < FAB_EXCHANGED_LIMIT);
        fab_exchanged *item = &notes->items[notes->count++];
        *item = (fab_exchanged){.group = part->group, .is_per_step = is_per_step};
        FAB_TRY(price(workload, part, &item->cost));
        item->exposed_s = share * item->cost.time_s;
    }
    return FAB_OK;
}

static double stage_layers(const fab_stage *stage)
{
    const double layers = (double)fab_stage_layers(stage);
    return layers > 1.0 ? layers : 1.0;
}

/* Messages of what is exchanged once a step. */
static double step_messages(const fab_scenario *scenario, const fab_stage *stage)
{
    const bool is_joined = scenario->assumptions.exchange_messages == FAB_EXCHANGE_JOINED;
    return is_joined ? 1.0 : layer_messages(scenario) * stage_layers(stage);
}

/* Time in which an exchange meets exposed messages of the stage's layers in one pass: on each tier
 * the shorter of the two. Parameters that were there before the pass began meet nothing. */
static double shared_s(const fab_scenario *scenario, const fab_stage_time *time, bool is_backward,
                       const fab_exchange *exchange, double slack_s)
{
    double total_s = 0.0, exposed_s = 0.0, sum_s = 0.0;
    for (int i = FAB_MESSAGE_TENSOR; i <= FAB_MESSAGE_EXPERT; i++) {
        total_s += time->messages[i].total_s;
        exposed_s += time->messages[i].exposed_s;
    }
    const double exposed_frac = total_s > 0.0 ? exposed_s / total_s : 0.0;
    const double late_frac =
        exchange->time_s > 0.0 ? fab_positive_part(1.0 - slack_s / exchange->time_s) : 0.0;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        const double layer_s = exposed_frac * time->layer_tier_s[is_backward][tier];
        const double data_s =
            scenario->assumptions.overlap.data_frac * late_frac * exchange->tier_s[tier];
        sum_s += fab_smaller(layer_s, data_s);
    }
    return sum_s;
}

/* An exchange once per step behind the pass of `pass_s` of the last or first micro-batch. Later
 * stages finish earlier and start later, so that they have time to spare. Returns what is exposed.
 */
static double add_once(const fab_scenario *scenario, const fab_stage *stage, int64_t stage_index,
                       const fab_exchange *exchange, double pass_s, fab_data_exchange *out)
{
    const double share = scenario->assumptions.overlap.data_frac;
    const fab_mapping *m = &scenario->mapping;
    const double chunks = m->pp > 1 ? (double)m->interleave : 1.0;
    const double slack_s = (double)stage_index / chunks * pass_s;
    const double late_s = exposed_s(exchange->time_s, pass_s, slack_s, share, chunks, (double)m->pp,
                                    stage_layers(stage));
    const double exposed = share > 0.0 ? late_s : exchange->time_s;
    add_exchange(exchange, exposed, out);
    out->beside_s += slowed_s(scenario, exchange, exposed);
    return exposed;
}

fab_status fab_stage_price_exchanges(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, fab_stage_exchanges *out)
{
    *out = (fab_stage_exchanges){.has_gradients = false};
    if (!scenario->assumptions.effects.data_parallel) {
        return FAB_OK;
    }
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    const int64_t zero = scenario->mapping.zero;
    const double messages = step_messages(scenario, stage);
    out->has_gradients = zero <= 1 || workload->groups[FAB_GROUP_REPLICA].ranks > 1;
    if (out->has_gradients) {
        const bool sums_all = scenario->assumptions.gradient_sum == FAB_GRADIENT_SUM_ALL_REDUCE;
        const fab_collective_kind kind =
            zero == 0 || sums_all ? FAB_ALL_REDUCE : FAB_REDUCE_SCATTER;
        fab_exchange *sum = &out->gradients;
        FAB_TRY(zero <= 1 ? reduce_gradients(scenario, workload, kind, &held, messages, sum)
                          : FAB_OK);
        FAB_TRY(sum_replicas(scenario, workload, &held, messages, sum));
    }
    out->has_parameters = zero == 1 || zero == 2;
    return out->has_parameters
               ? gather_parameters(scenario, workload, &held, messages, &out->parameters)
               : FAB_OK;
}

fab_status fab_stage_data_exchange(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage *stage, const fab_stage_time *time,
                                   const fab_stage_exchanges *exchanges, int64_t stage_index,
                                   fab_data_exchange *out)
{
    *out = (fab_data_exchange){0};
    if (exchanges->has_gradients) {
        const fab_exchange *sum = &exchanges->gradients;
        const double late_s = add_once(scenario, stage, stage_index, sum, time->backward_s, out);
        out->shared_s += shared_s(scenario, time, true, sum, 0.0);
        FAB_TRY(note_exchange(workload, sum, late_s, true, time->exchanges));
    }
    if (exchanges->has_parameters) {
        const fab_exchange *gather = &exchanges->parameters;
        const double late_s = add_once(scenario, stage, stage_index, gather, time->forward_s, out);
        const double slack_s = (double)stage_index * time->forward_s;
        out->shared_s += shared_s(scenario, time, false, gather, slack_s);
        FAB_TRY(note_exchange(workload, gather, late_s, true, time->exchanges));
    }
    return FAB_OK;
}

/* An exchange of every pass over a chunk: layer by layer, each behind the layers beside it; the
 * first layer's gather, or the last one's scatter, has nothing to hide behind. Returns what is
 * exposed. */
static double add_pass(const fab_scenario *scenario, const fab_stage *stage,
                       const fab_exchange *exchange, double *pass_s, fab_stage_time *time)
{
    const fab_mapping *m = &scenario->mapping;
    const double share = scenario->assumptions.overlap.data_frac;
    const double chunks = m->pp > 1 ? (double)m->interleave : 1.0;
    const double late_s = share > 0.0
                              ? chunks * exposed_s(exchange->time_s / chunks, *pass_s / chunks, 0.0,
                                                   share, 1.0, 1.0, stage_layers(stage) / chunks)
                              : exchange->time_s;
    fab_data_exchange sum = {.message = time->messages[FAB_MESSAGE_DATA]};
    add_exchange(exchange, late_s, &sum);
    time->messages[FAB_MESSAGE_DATA] = sum.message;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        time->tier_s[tier] += sum.tier_s[tier];
    }
    const double beside_s = slowed_s(scenario, exchange, late_s);
    time->part_s[FAB_STEP_DATA] += late_s;
    time->part_s[FAB_STEP_BESIDE] += beside_s;
    *pass_s += late_s + beside_s;
    return late_s;
}

fab_status fab_stage_exchange_passes(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, fab_stage_time *time)
{
    const int64_t zero = scenario->mapping.zero;
    if (!scenario->assumptions.effects.data_parallel || zero < 2) {
        return FAB_OK;
    }
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    /* each layer with messages of its own */
    const double layers = stage_layers(stage) * layer_messages(scenario);
    fab_exchange backward;
    FAB_TRY(reduce_gradients(scenario, workload, FAB_REDUCE_SCATTER, &held, layers, &backward));
    if (zero == 3) {
        fab_exchange forward;
        FAB_TRY(gather_parameters(scenario, workload, &held, layers, &forward));
        const double late_s = add_pass(scenario, stage, &forward, &time->forward_s, time);
        FAB_TRY(note_exchange(workload, &forward, late_s, false, time->exchanges));
        add_to(&backward, &forward);
    }
    const double late_s = add_pass(scenario, stage, &backward, &time->backward_s, time);
    return note_exchange(workload, &backward, late_s, false, time->exchanges);
}

#include "train/stage.h"

#include <assert.h>

#include "base/numbers.h"
#include "train/record.h"

/* A pass over a block; full recomputation runs the forward once more in the backward pass. */
typedef struct fab_pass {
    const fab_scenario *scenario;
    fab_explained_block *record; /* NULL: nobody asks */
    bool is_backward;
    double compute_s;
    double part_s[FAB_STEP_CLASS_COUNT];
    double message_s[FAB_MESSAGE_CLASS_COUNT];
    double issued_count; /* operators and messages that the host issues */
    double waited_count; /* those that it issues with nothing left to do for the package */
    double beside_s;     /* of tensor messages, beside which products of gradients can run */
    double ring_s;       /* of context messages, those that go round in parts */
    double weight_s;     /* part of compute_s */
} fab_pass;

/* Layers with a dense block among the first `layers`: the first ones, or all but every n-th. */
static int64_t dense_before(const fab_model *model, int64_t layers)
{
    if (model->moe_every > 1) {
        return layers - layers / model->moe_every;
    }
    return layers < model->dense_layers ? layers : model->dense_layers;
}

/* Layers of a chunk and before it. */
typedef struct fab_chunk {
    int64_t layers;
    int64_t first;
} fab_chunk;

static fab_chunk chunk_of(const fab_scenario *scenario, int64_t index)
{
    const fab_mapping *m = &scenario->mapping;
    fab_chunk chunk = {0};
    if (scenario->chunk_layers != NULL) {
        for (int64_t i = 0; i < index; i++) {
            chunk.first += scenario->chunk_layers[i];
        }
        chunk.layers = scenario->chunk_layers[index];
        return chunk;
    }
    /* the end chunks carry embedding and head, so the layers left over go after the first */
    const int64_t chunks = m->pp * m->interleave;
    const int64_t base = scenario->model.layers / chunks;
    const int64_t extra = scenario->model.layers % chunks;
    const int64_t longer_before = index - 1 < extra ? index - 1 : extra;
    chunk.layers = base + (index >= 1 && index <= extra ? 1 : 0);
    chunk.first = index * base + (longer_before > 0 ? longer_before : 0);
    return chunk;
}

/* The first `limit` of a chunk's layers, at most all. `before` is of the same stage: without a
 * pipeline its chunks are one. */
static int64_t first_layers(const fab_mapping *m, int64_t limit, int64_t layers, int64_t before)
{
    const int64_t left = m->pp == 1 ? limit - before : limit;
    return fab_smaller_count(fab_positive_count(left), layers);
}

/* Layers of a chunk, from its first on, in which parts run again. */
static int64_t recomputed_layers(const fab_mapping *m, int64_t layers, int64_t before)
{
    if (m->recompute == FAB_RECOMPUTE_NONE) {
        return 0;
    }
    return m->recompute_layers == 0 ? layers : first_layers(m, m->recompute_layers, layers, before);
}

/* Layers `first` to `end` - 1, with a dense block and with experts. */
typedef struct fab_kinds {
    int64_t dense, moe;
} fab_kinds;

static fab_kinds count_kinds(const fab_model *model, int64_t first, int64_t end)
{
    const int64_t dense = dense_before(model, end) - dense_before(model, first);
    return (fab_kinds){dense, end - first - dense};
}

/* Those of them with linear attention. */
static fab_kinds count_linear(const fab_model *model, int64_t first, int64_t end)
{
    fab_kinds sum = {0, 0};
    for (int64_t i = first; model->linear_layers > 0 && i < end; i++) {
        const int64_t is_linear =
            fab_model_linear_before(model, i + 1) - fab_model_linear_before(model, i);
        const int64_t is_dense = dense_before(model, i + 1) - dense_before(model, i);
        sum.dense += is_linear * is_dense;
        sum.moe += is_linear * (1 - is_dense);
    }
    return sum;
}

static void add_count(fab_layer_count *sum, bool is_again, int64_t layers)
{
    *(is_again ? &sum->again : &sum->once) += layers;
}

/* Adds layers `first` to `end` - 1 to those of their kinds; no model that has layers in BF16 has
 * linear attention. */
static void add_layers(const fab_scenario *scenario, int64_t first, int64_t end, bool is_again,
                       fab_layer_count sums[FAB_BLOCK_KIND_COUNT])
{
    if (first == end) {
        return;
    }
    const fab_model *model = &scenario->model;
    const int64_t from = model->layers - scenario->assumptions.bf16_layers;
    const int64_t wide_from = from < first ? first : fab_smaller_count(from, end);
    const fab_kinds narrow = count_kinds(model, first, wide_from);
    const fab_kinds wide = count_kinds(model, wide_from, end);
    const fab_kinds linear = count_linear(model, first, end);
    add_count(&sums[FAB_BLOCK_DENSE_LAYER], is_again, narrow.dense - linear.dense);
    add_count(&sums[FAB_BLOCK_MOE_LAYER], is_again, narrow.moe - linear.moe);
    add_count(&sums[FAB_BLOCK_DENSE_LAYER_BF16], is_again, wide.dense);
    add_count(&sums[FAB_BLOCK_MOE_LAYER_BF16], is_again, wide.moe);
    add_count(&sums[FAB_BLOCK_DENSE_LAYER_LINEAR], is_again, linear.dense);
    add_count(&sums[FAB_BLOCK_MOE_LAYER_LINEAR], is_again, linear.moe);
}

/* Adds `layers` from `first` on; parts run again in the first `again` of them. */
static void add_first(const fab_scenario *scenario, int64_t first, int64_t layers, int64_t again,
                      fab_layer_count sums[FAB_BLOCK_KIND_COUNT])
{
    const int64_t both = fab_smaller_count(again, layers);
    add_layers(scenario, first, first + both, true, sums);
    add_layers(scenario, first + both, first + layers, false, sums);
}

static void add_part(const fab_scenario *scenario, int64_t index, fab_stage *out)
{
    const fab_mapping *m = &scenario->mapping;
    const int64_t last = m->pp * m->interleave - 1;
    const fab_chunk part = chunk_of(scenario, index);
    const int64_t again = recomputed_layers(m, part.layers, part.first);
    const int64_t away = first_layers(m, m->offload_layers, part.layers, part.first);
    add_first(scenario, part.first, part.layers, again, out->layers);
    add_first(scenario, part.first, away, again, out->offloaded);
    out->has_embedding |= index == 0;
    out->has_head |= index == last;
    out->mtp_modules += index == last ? scenario->model.mtp_layers : 0;
    out->parts++;
}

fab_stage fab_stage_make_part(const fab_scenario *scenario, int64_t part)
{
    fab_stage out = {0};
    add_part(scenario, part, &out);
    return out;
}

fab_stage fab_stage_make(const fab_scenario *scenario, int64_t stage)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    fab_stage out = {0};
    for (int64_t chunk = 0; chunk < fab_pipeline_held_count(&pipeline); chunk++) {
        add_part(scenario, fab_pipeline_part(&pipeline, stage, chunk), &out);
    }
    return out;
}

static fab_step_class part_of(fab_operator_kind kind)
{
    switch (kind) {
    case FAB_OPERATOR_GEMM:
    case FAB_OPERATOR_GEMM_BF16:
        return FAB_STEP_GEMM;
    case FAB_OPERATOR_ATTENTION:
        return FAB_STEP_ATTENTION;
    case FAB_OPERATOR_MEMORY:
        return FAB_STEP_MEMORY;
    }
    assert(false && "unknown kind of operator");
    return FAB_STEP_MEMORY;
}

/* What a pass does with a block: the forward pass in a backward one runs once more. */
static fab_phase phase_of(const fab_pass *pass, bool is_forward)
{
    return !is_forward         ? FAB_PHASE_BACKWARD
           : pass->is_backward ? FAB_PHASE_AGAIN
                               : FAB_PHASE_FORWARD;
}

static double run_operator(const fab_pass *pass, const fab_gpu_speed *speed, const fab_block *block,
                           size_t index, fab_phase phase)
{
    const fab_operator *operator= & block->operators[index];
    const fab_operator_work *work =
        phase == FAB_PHASE_WEIGHT ? &operator->weight : phase == FAB_PHASE_BACKWARD
        ? &operator->backward : & operator->forward;
    const double time_s = fab_gpu_operator_s(speed, operator->kind, *work);
    if (pass->record != NULL) {
        fab_record_work(speed, operator->kind, *work, time_s,
                        &pass->record->operators[index].phases[phase]);
        pass->record->operators[index].part = part_of(operator->kind);
    }
    return time_s;
}

/* Of what runs again only the operators of `recomputed`. */
static void add_operators(fab_pass *pass, const fab_gpu_speed *speed, const fab_block *block,
                          bool is_forward, int recomputed)
{
    const fab_phase phase = phase_of(pass, is_forward);
    for (size_t i = 0; i < block->operator_count; i++) {
        const fab_operator *op = &block->operators[i];
        if (phase == FAB_PHASE_AGAIN && !fab_operator_runs_again(pass->scenario, recomputed, op)) {
            continue;
        }
        double time_s = run_operator(pass, speed, block, i, phase);
        if (!is_forward) {
            const double weight_s = run_operator(pass, speed, block, i, FAB_PHASE_WEIGHT);
            pass->weight_s += weight_s;
            time_s += weight_s;
        }
        pass->compute_s += time_s;
        pass->issued_count += op->issued_count;
        pass->waited_count += op->is_loss && phase == FAB_PHASE_FORWARD
                                  ? (double)pass->scenario->assumptions.loss_checks
                                  : 0.0;
        pass->part_s[part_of(op->kind)] += time_s;
    }
}

static void add_messages(fab_pass *pass, fab_stage_time *time, const fab_block *block,
                         bool is_forward, int recomputed)
{
    const fab_phase phase = phase_of(pass, is_forward);
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_message *message = &block->messages[i];
        if (phase == FAB_PHASE_AGAIN &&
            !fab_message_runs_again(pass->scenario, recomputed, message)) {
            continue;
        }
        const double count =
            (double)(is_forward ? message->forward_count : message->backward_count);
        fab_message_forecast *sum = &time->messages[message->message_class];
        if (pass->record != NULL) {
            fab_record_message(pass->record, i, phase, (int64_t)count);
        }
        pass->message_s[message->message_class] += count * message->cost.time_s;
        pass->issued_count += message->cost.time_s > 0.0 ? count : 0.0;
        pass->beside_s += is_forward ? 0.0 : (double)message->beside_count * message->cost.time_s;
        pass->ring_s += message->is_ring ? count * message->cost.time_s : 0.0;
        sum->total_s += count * message->cost.time_s;
        sum->link_energy_j += count * message->cost.energy_j;
        for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
            sum->sent_byte[tier] += count * message->cost.tier_sent_bit[tier] / 8.0;
            const double tier_s = count * message->cost.tier_time_s[tier];
            time->tier_s[tier] += tier_s;
            time->layer_tier_s[pass->is_backward][tier] += tier_s;
        }
    }
}

/* A ring sends each of c - 1 parts on while the core works on it, so that they hide behind c - 1 of
 * its c turns. What is exchanged as a whole can only be cut by heads and hide behind all of it. */
static double hidden_context_s(const fab_scenario *scenario, const fab_pass *pass, double context_s)
{
    const double said = scenario->assumptions.overlap.context_frac;
    const double ranks = (double)fab_scenario_ring_ranks(scenario);
    const double core_s = pass->part_s[FAB_STEP_ATTENTION];
    const double ring_s =
        fab_smaller((said >= 0.0 ? said : 1.0) * pass->ring_s, core_s * (ranks - 1.0) / ranks);
    const double whole_s = (said >= 0.0 ? said : 0.0) * (context_s - pass->ring_s);
    return ring_s + fab_smaller(whole_s, core_s - ring_s);
}

/* Messages beside products of gradients hide by a share of their own. */
static double hidden_tensor_s(const fab_overlap *overlap, const fab_pass *pass, double free_s)
{
    const double said = overlap->tensor_gradient_frac;
    const double share = said >= 0.0 ? said : overlap->tensor_frac;
    const double other_s = pass->message_s[FAB_MESSAGE_TENSOR] - pass->beside_s;
    return fab_smaller(overlap->tensor_frac * other_s + share * pass->beside_s, free_s);
}

/* Gradients of weights that the schedule puts off: nothing of this pass can hide behind them. */
static double put_off_s(const fab_scenario *scenario, double weight_s)
{
    const bool is_put_off = scenario->mapping.schedule == FAB_SCHEDULE_ZB_H1 ||
                            scenario->mapping.schedule == FAB_SCHEDULE_ZB_H2 ||
                            scenario->mapping.schedule == FAB_SCHEDULE_ZB_V;
    return is_put_off ? weight_s : 0.0;
}

/* Hides what may be hidden behind the computation of the pass, and waits where the host takes
 * longer to issue it all; returns the pass's length. Context messages come first, because they can
 * hide behind the attention core alone. */
static double close_pass(const fab_scenario *scenario, fab_pass *pass, fab_stage_time *time)
{
    const fab_overlap *overlap = &scenario->assumptions.overlap;
    const double tensor_s = pass->message_s[FAB_MESSAGE_TENSOR];
    const double context_s = pass->message_s[FAB_MESSAGE_CONTEXT];
    const double expert_s = pass->message_s[FAB_MESSAGE_EXPERT];
    const double context_hidden_s = hidden_context_s(scenario, pass, context_s);
    const double free_s = pass->compute_s - put_off_s(scenario, pass->weight_s) - context_hidden_s;
    const double tensor_hidden_s = hidden_tensor_s(overlap, pass, free_s);
    const double expert_hidden_s =
        fab_smaller(overlap->expert_frac * expert_s, free_s - tensor_hidden_s);
    const double context_exposed_s = context_s - context_hidden_s;
    const double tensor_exposed_s = tensor_s - tensor_hidden_s;
    const double expert_exposed_s = expert_s - expert_hidden_s;
    const double beside_s =
        overlap->loss_frac * (context_hidden_s + tensor_hidden_s + expert_hidden_s);
    const double worked_s =
        pass->compute_s + beside_s + tensor_exposed_s + expert_exposed_s + context_exposed_s;
    const double host_s = scenario->assumptions.launch_s * pass->issued_count;
    const double longer_s = host_s > worked_s ? host_s - worked_s : 0.0;
    const double waited_s = scenario->assumptions.launch_s * pass->waited_count;
    pass->part_s[FAB_STEP_HOST] =
        waited_s + (scenario->assumptions.launch_waits ? host_s : longer_s);
    pass->part_s[FAB_STEP_BESIDE] = beside_s;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        time->part_s[part] += pass->part_s[part];
    }
    time->part_s[FAB_STEP_TENSOR] += tensor_exposed_s;
    time->part_s[FAB_STEP_CONTEXT] += context_exposed_s;
    time->part_s[FAB_STEP_EXPERT] += expert_exposed_s;
    time->messages[FAB_MESSAGE_TENSOR].exposed_s += tensor_exposed_s;
    time->messages[FAB_MESSAGE_CONTEXT].exposed_s += context_exposed_s;
    time->messages[FAB_MESSAGE_EXPERT].exposed_s += expert_exposed_s;
    time->weight_s += pass->weight_s;
    time->expert[pass->is_backward].total_s += expert_s;
    time->expert[pass->is_backward].exposed_s += expert_exposed_s;
    const double pass_s = worked_s + pass->part_s[FAB_STEP_HOST];
    if (pass->record != NULL) {
        const double exposed_s[FAB_MESSAGE_CLASS_COUNT] = {
            [FAB_MESSAGE_TENSOR] = tensor_exposed_s,
            [FAB_MESSAGE_CONTEXT] = context_exposed_s,
            [FAB_MESSAGE_EXPERT] = expert_exposed_s,
        };
        fab_record_pass(pass->record, pass->is_backward, pass->part_s, exposed_s, pass_s);
    }
    return pass_s;
}

/* One block, in which the `recomputed` parts run again. */
static fab_stage_time measure_block(const fab_scenario *scenario, const fab_workload *workload,
                                    const fab_block *block, int recomputed,
                                    fab_explained_block *record)
{
    fab_stage_time time = {0};
    fab_pass forward = {.scenario = scenario, .record = record};
    fab_pass backward = {.scenario = scenario, .record = record, .is_backward = true};
    add_operators(&forward, &workload->speed, block, true, FAB_PART_LAYER);
    add_messages(&forward, &time, block, true, FAB_PART_LAYER);
    if (recomputed != FAB_RECOMPUTE_NONE) {
        add_operators(&backward, &workload->speed, block, true, recomputed);
        add_messages(&backward, &time, block, true, recomputed);
    }
    add_operators(&backward, &workload->speed, block, false, FAB_RECOMPUTE_NONE);
    add_messages(&backward, &time, block, false, FAB_RECOMPUTE_NONE);
    time.forward_s = close_pass(scenario, &forward, &time);
    time.backward_s = close_pass(scenario, &backward, &time);
    return time;
}

static void add_message(fab_message_forecast *sum, double repeats, const fab_message_forecast *one)
{
    sum->total_s += repeats * one->total_s;
    sum->exposed_s += repeats * one->exposed_s;
    sum->link_energy_j += repeats * one->link_energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_byte[tier] += repeats * one->sent_byte[tier];
    }
}

static void add_time(fab_stage_time *sum, double repeats, const fab_stage_time *one)
{
    sum->forward_s += repeats * one->forward_s;
    sum->backward_s += repeats * one->backward_s;
    sum->weight_s += repeats * one->weight_s;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        sum->part_s[part] += repeats * one->part_s[part];
    }
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        add_message(&sum->messages[class], repeats, &one->messages[class]);
    }
    for (int pass = 0; pass < 2; pass++) {
        sum->expert[pass].total_s += repeats * one->expert[pass].total_s;
        sum->expert[pass].exposed_s += repeats * one->expert[pass].exposed_s;
        for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
            sum->layer_tier_s[pass][tier] += repeats * one->layer_tier_s[pass][tier];
        }
    }
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->tier_s[tier] += repeats * one->tier_s[tier];
    }
}

/* `count` blocks; one that was not measured before, or that is to be noted, is measured now. */
static void add_blocks(const fab_scenario *scenario, const fab_workload *workload,
                       fab_block_kind kind, int64_t count, int recomputed, fab_block_times *times,
                       fab_recorder *recorder, fab_stage_time *time)
{
    const fab_block *block = &workload->blocks[kind];
    const bool is_again = recomputed != FAB_RECOMPUTE_NONE;
    if (count == 0) {
        return;
    }
    fab_explained_block *record = fab_record_block(recorder, kind, is_again, block, count);
    if (record != NULL || !times->is_known[kind][is_again]) {
        times->of[kind][is_again] = measure_block(scenario, workload, block, recomputed, record);
        times->is_known[kind][is_again] = true;
    }
    add_time(time, (double)count, &times->of[kind][is_again]);
}

/* Every chunk passes its activations on and its gradients back; a blocking transfer costs the stage
 * one send in each pass and the wait for the neighbour's in the other direction is the bubble's.
 * In turn, a part with neighbours on both sides receives before it sends. */
static void add_transfers(const fab_scenario *scenario, const fab_workload *workload,
                          const fab_stage *stage, fab_recorder *recorder, fab_stage_time *time)
{
    const int64_t parts = stage->parts;
    if (!scenario->assumptions.effects.pipeline_transfers || scenario->mapping.pp == 1) {
        return;
    }
    const double count = (double)parts;
    const fab_collective_cost *cost = &workload->transfer;
    const int64_t ends = (stage->has_embedding ? 1 : 0) + (stage->has_head ? 1 : 0);
    const bool receives_first = scenario->assumptions.transfers == FAB_TRANSFERS_IN_TURN;
    const int64_t waits = receives_first ? 2 * parts - ends : parts;
    const double pass_s = (double)waits * cost->time_s;
    fab_record_transfers(recorder, cost, parts, waits);
    const double share_s = scenario->assumptions.overlap.pipeline_frac * pass_s;
    const double forward_exposed_s = pass_s - fab_smaller(share_s, time->forward_s);
    const double behind_s = time->backward_s - put_off_s(scenario, time->weight_s);
    const double backward_exposed_s = pass_s - fab_smaller(share_s, behind_s);
    const double loss = scenario->assumptions.overlap.loss_frac;
    const double forward_beside_s = loss * (pass_s - forward_exposed_s);
    const double backward_beside_s = loss * (pass_s - backward_exposed_s);
    fab_message_forecast *sum = &time->messages[FAB_MESSAGE_PIPELINE];
    sum->total_s += 2.0 * pass_s;
    sum->exposed_s += forward_exposed_s + backward_exposed_s;
    sum->link_energy_j += 2.0 * count * cost->energy_j;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        sum->sent_byte[tier] += 2.0 * count * cost->tier_sent_bit[tier] / 8.0;
        time->tier_s[tier] += 2.0 * count * cost->tier_time_s[tier];
    }
    time->part_s[FAB_STEP_PIPELINE] += forward_exposed_s + backward_exposed_s;
    time->part_s[FAB_STEP_BESIDE] += forward_beside_s + backward_beside_s;
    time->forward_s += forward_exposed_s + forward_beside_s;
    time->backward_s += backward_exposed_s + backward_beside_s;
}

double fab_stage_offloaded_byte(const fab_workload *workload, const fab_stage *stage)
{
    double sum_byte = 0.0;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        const fab_block *block = &workload->blocks[kind];
        sum_byte += (double)stage->offloaded[kind].once * block->saved_byte +
                    (double)stage->offloaded[kind].again * block->kept_byte;
    }
    return sum_byte;
}

void fab_stage_offload_passes(const fab_scenario *scenario, const fab_workload *workload,
                              const fab_stage *stage, fab_stage_time *time)
{
    const double byte = fab_stage_offloaded_byte(workload, stage);
    if (byte <= 0.0) {
        return;
    }
    const double rate_bps =
        scenario->gpu.host_rate_bps.value * scenario->assumptions.host_efficiency_frac;
    const double total_s = 8.0 * byte / rate_bps;
    const int64_t parts = scenario->mapping.pp > 1 ? stage->parts : 1;
    const double layers = (double)fab_stage_layers(stage) / (double)parts;
    const double others = layers > 1.0 ? (layers - 1.0) / layers : 0.0;
    double *const passes_s[] = {&time->forward_s, &time->backward_s};
    for (int pass = 0; pass < 2; pass++) {
        const double hidden_s = fab_smaller(scenario->assumptions.overlap.offload_frac * total_s,
                                            others * *passes_s[pass]);
        time->offload[pass] = (fab_offload_forecast){total_s, total_s - hidden_s, byte};
        time->part_s[FAB_STEP_OFFLOAD] += total_s - hidden_s;
        *passes_s[pass] += total_s - hidden_s;
    }
}

int64_t fab_stage_layers_of(const fab_stage *stage, fab_block_kind kind)
{
    return stage->layers[kind].once + stage->layers[kind].again;
}

int64_t fab_stage_layers(const fab_stage *stage)
{
    int64_t sum = 0;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        sum += fab_stage_layers_of(stage, (fab_block_kind)kind);
    }
    return sum;
}

fab_block_kind fab_stage_module_kind(const fab_scenario *scenario)
{
    return scenario->model.experts > 0 ? FAB_BLOCK_MOE_LAYER : FAB_BLOCK_DENSE_LAYER;
}

int64_t fab_stage_block_count(const fab_scenario *scenario, const fab_stage *stage,
                              fab_block_kind kind)
{
    const bool has_ends = scenario->assumptions.effects.embedding_head;
    const int64_t modules = has_ends ? stage->mtp_modules : 0;
    switch (kind) {
    case FAB_BLOCK_EMBEDDING:
        return has_ends && stage->has_embedding ? 1 : 0;
    case FAB_BLOCK_HEAD:
        return has_ends && stage->has_head ? 1 + modules : 0;
    case FAB_BLOCK_MTP_PROJECTION:
        return modules;
    default:
        return fab_stage_layers_of(stage, kind) +
               (kind == fab_stage_module_kind(scenario) ? modules : 0);
    }
}

int64_t fab_stage_recomputed_count(const fab_scenario *scenario, const fab_stage *stage,
                                   fab_block_kind kind)
{
    const bool is_end = kind == FAB_BLOCK_EMBEDDING || kind == FAB_BLOCK_HEAD;
    if (is_end) {
        return scenario->assumptions.reruns_ends &&
                       scenario->mapping.recompute == FAB_RECOMPUTE_FULL
                   ? fab_stage_block_count(scenario, stage, kind)
                   : 0;
    }
    const bool has_modules = scenario->mapping.recompute != FAB_RECOMPUTE_NONE &&
                             scenario->assumptions.effects.embedding_head &&
                             kind == fab_stage_module_kind(scenario);
    return stage->layers[kind].again + (has_modules ? stage->mtp_modules : 0);
}

fab_stage_time fab_stage_measure(const fab_scenario *scenario, const fab_workload *workload,
                                 const fab_stage *stage, fab_block_times *times,
                                 fab_recorder *recorder)
{
    fab_stage_time time = {0};
    fab_record_begin(recorder);
    time.exchanges = recorder != NULL ? &recorder->exchanges : NULL;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        const int64_t again = fab_stage_recomputed_count(scenario, stage, kind);
        const int64_t once = fab_stage_block_count(scenario, stage, kind) - again;
        add_blocks(scenario, workload, kind, once, FAB_RECOMPUTE_NONE, times, recorder, &time);
        add_blocks(scenario, workload, kind, again, scenario->mapping.recompute, times, recorder,
                   &time);
    }
    add_transfers(scenario, workload, stage, recorder, &time);
    return time;
}

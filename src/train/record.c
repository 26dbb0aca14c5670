#include "train/record.h"

#include <assert.h>

#include "gpu/limit.h"

static const char *const BLOCK_NAME[FAB_BLOCK_KIND_COUNT] = {
    [FAB_BLOCK_DENSE_LAYER] = "dense layer",
    [FAB_BLOCK_MOE_LAYER] = "expert layer",
    [FAB_BLOCK_EMBEDDING] = "embedding",
    [FAB_BLOCK_HEAD] = "output head",
    [FAB_BLOCK_MTP_PROJECTION] = "prediction module",
    [FAB_BLOCK_DENSE_LAYER_BF16] = "dense layer in BF16",
    [FAB_BLOCK_MOE_LAYER_BF16] = "expert layer in BF16",
    [FAB_BLOCK_DENSE_LAYER_LINEAR] = "dense layer, linear",
    [FAB_BLOCK_MOE_LAYER_LINEAR] = "expert layer, linear",
};

fab_recorder fab_recorder_make(const fab_scenario *scenario, fab_arena *arena)
{
    const size_t stages = (size_t)scenario->mapping.pp;
    fab_recorder recorder = {
        .scenario = scenario,
        .arena = arena,
        .blocks = FAB_NEW(arena, fab_explained_block, FAB_EXPLAINED_BLOCK_LIMIT),
        .stages = FAB_NEW(arena, fab_explained_stage, stages),
    };
    if (recorder.blocks == NULL || recorder.stages == NULL) {
        recorder.status = FAB_E_NOMEM;
    }
    return recorder;
}

void fab_record_begin(fab_recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    recorder->exchanges.count = 0;
    recorder->waits = 0;
    for (size_t i = 0; i < FAB_EXPLAINED_BLOCK_LIMIT; i++) {
        recorder->counts[i] = 0;
    }
}

static size_t find(const fab_recorder *recorder, fab_block_kind kind, bool is_recomputed)
{
    size_t i = 0;
    while (i < recorder->block_count &&
           (recorder->kinds[i] != kind || recorder->blocks[i].is_recomputed != is_recomputed)) {
        i++;
    }
    return i;
}

/* A fabric of one tier is seen twice by the collectives. */
static fab_collective_cost booked(const fab_recorder *recorder, fab_collective_cost cost)
{
    if (recorder->scenario->fabric.tier_count == 1) {
        cost.tier_sent_bit[0] += cost.tier_sent_bit[1];
        cost.tier_time_s[0] += cost.tier_time_s[1];
        cost.tier_sent_bit[1] = cost.tier_time_s[1] = 0.0;
    }
    return cost;
}

/* The block with its operators and messages by name. */
static fab_status describe(const fab_recorder *recorder, fab_block_kind kind, bool is_recomputed,
                           const fab_block *block, fab_explained_block *out)
{
    fab_arena *arena = recorder->arena;
    *out = (fab_explained_block){
        .name = BLOCK_NAME[kind],
        .is_recomputed = is_recomputed,
        .operators = FAB_NEW(arena, fab_explained_operator, block->operator_count + 1),
        .operator_count = block->operator_count,
        .messages = FAB_NEW(arena, fab_explained_message, block->message_count + 1),
        .message_count = block->message_count,
        .saved_byte = is_recomputed ? block->kept_byte : block->saved_byte,
    };
    if (out->operators == NULL || out->messages == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < block->operator_count; i++) {
        out->operators[i] = (fab_explained_operator){.name = block->operators[i].name};
    }
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_message *message = &block->messages[i];
        out->messages[i] = (fab_explained_message){.name = message->name,
                                                   .message_class = message->message_class,
                                                   .cost = booked(recorder, message->cost)};
    }
    return FAB_OK;
}

fab_explained_block *fab_record_block(fab_recorder *recorder, fab_block_kind kind,
                                      bool is_recomputed, const fab_block *block, int64_t count)
{
    if (recorder == NULL || recorder->status != FAB_OK) {
        return NULL;
    }
    const size_t index = find(recorder, kind, is_recomputed);
    assert(index < FAB_EXPLAINED_BLOCK_LIMIT);
    recorder->counts[index] += count;
    if (index < recorder->block_count) {
        return NULL;
    }
    fab_explained_block *out = &recorder->blocks[index];
    recorder->kinds[index] = kind;
    recorder->status = describe(recorder, kind, is_recomputed, block, out);
    recorder->block_count++;
    return recorder->status == FAB_OK ? out : NULL;
}

static fab_limit limit_of(const fab_gpu_speed *speed, fab_operator_kind kind,
                          fab_operator_work work, double time_s)
{
    if (time_s <= 0.0) {
        return FAB_LIMIT_NONE;
    }
    if (fab_gpu_operator_row(speed, kind, &work) != NULL) {
        return FAB_LIMIT_TABLE;
    }
    const fab_gpu_shares shares = fab_gpu_operator_shares(speed, kind, work);
    if (shares.power_frac > 0.0) {
        return FAB_LIMIT_POWER;
    }
    /* what is booked beside the operator's own time is launch, as is what no rate shortens */
    const double own_frac = fab_gpu_operator_s(speed, kind, work) / time_s;
    const double compute_frac = own_frac * shares.compute_frac;
    const double memory_frac = own_frac * shares.memory_frac;
    const double rest_frac = 1.0 - compute_frac - memory_frac;
    if (rest_frac > compute_frac && rest_frac > memory_frac) {
        return FAB_LIMIT_LAUNCH;
    }
    return compute_frac >= memory_frac ? FAB_LIMIT_COMPUTE : FAB_LIMIT_MEMORY;
}

void fab_record_work(const fab_gpu_speed *speed, fab_operator_kind kind, fab_operator_work work,
                     double time_s, fab_explained_work *out)
{
    const double peak_flops =
        kind == FAB_OPERATOR_GEMM ? speed->chip.peak_flops : speed->bf16_peak_flops;
    *out = (fab_explained_work){.work_flop = work.flop,
                                .moved_byte = work.byte,
                                .time_s = time_s,
                                .limit = limit_of(speed, kind, work, time_s),
                                .shape = fab_gpu_operator_shape(speed, kind, &work)};
    if (time_s > 0.0) {
        out->peak_frac = work.flop / time_s / peak_flops;
        out->memory_frac = work.byte / time_s / speed->chip.memory_byte_per_s;
    }
}

void fab_record_message(fab_explained_block *block, size_t index, fab_phase phase, int64_t count)
{
    fab_explained_message *message = &block->messages[index];
    message->counts[phase] += count;
    message->time_s[phase] += (double)count * message->cost.time_s;
}

/* Shares out what a pass exposes of a class of messages. */
static void spread(fab_explained_block *block, bool is_backward,
                   const double total_s[FAB_MESSAGE_CLASS_COUNT],
                   const double exposed_s[FAB_MESSAGE_CLASS_COUNT])
{
    for (size_t i = 0; i < block->message_count; i++) {
        fab_explained_message *message = &block->messages[i];
        const fab_message_class class = message->message_class;
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            if ((phase != FAB_PHASE_FORWARD) == is_backward && message->time_s[phase] > 0.0) {
                message->exposed_s[phase] =
                    message->time_s[phase] / total_s[class] * exposed_s[class];
            }
        }
    }
}

fab_step_class fab_step_of_message(fab_message_class message_class)
{
    switch (message_class) {
    case FAB_MESSAGE_TENSOR:
        return FAB_STEP_TENSOR;
    case FAB_MESSAGE_CONTEXT:
        return FAB_STEP_CONTEXT;
    case FAB_MESSAGE_EXPERT:
        return FAB_STEP_EXPERT;
    case FAB_MESSAGE_PIPELINE:
        return FAB_STEP_PIPELINE;
    case FAB_MESSAGE_DATA:
    case FAB_MESSAGE_CLASS_COUNT:
        break;
    }
    return FAB_STEP_DATA;
}

void fab_record_pass(fab_explained_block *block, bool is_backward,
                     const double part_s[FAB_STEP_CLASS_COUNT],
                     const double exposed_s[FAB_MESSAGE_CLASS_COUNT], double pass_s)
{
    double total_s[FAB_MESSAGE_CLASS_COUNT] = {0};
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_explained_message *message = &block->messages[i];
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            if ((phase != FAB_PHASE_FORWARD) == is_backward) {
                total_s[message->message_class] += message->time_s[phase];
            }
        }
    }
    spread(block, is_backward, total_s, exposed_s);
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        block->part_s[part] += part_s[part];
    }
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        block->part_s[fab_step_of_message((fab_message_class) class)] += exposed_s[class];
    }
    *(is_backward ? &block->backward_s : &block->forward_s) = pass_s;
}

void fab_record_transfers(fab_recorder *recorder, const fab_collective_cost *cost, int64_t count,
                          int64_t waits)
{
    if (recorder != NULL) {
        recorder->transfer = booked(recorder, *cost);
        recorder->transfers = count;
        recorder->waits = waits;
    }
}

static const char *exchange_name(const fab_exchanged *item)
{
    const bool is_gather = item->cost.kind == FAB_ALL_GATHER;
    if (item->group == FAB_GROUP_REPLICA) {
        return "sum gradients of replicas";
    }
    if (item->group == FAB_GROUP_EXPERT_REPLICA) {
        return "sum expert gradients of replicas";
    }
    if (item->group == FAB_GROUP_EXPERT_DATA) {
        return is_gather ? "gather expert parameters" : "reduce expert gradients";
    }
    return is_gather ? "gather parameters" : "reduce gradients";
}

/* Those of the passes hold for all stages that are alike, those of the step for one of them. */
static void take_exchanges(fab_recorder *recorder, fab_explained_stage *out)
{
    size_t in_passes = 0;
    for (size_t i = 0; i < recorder->exchanges.count; i++) {
        const fab_exchanged *item = &recorder->exchanges.items[i];
        in_passes += item->is_per_step ? 0 : 1;
        out->exchanges[out->exchange_count++] =
            (fab_explained_exchange){.name = exchange_name(item),
                                     .is_per_step = item->is_per_step,
                                     .cost = booked(recorder, item->cost),
                                     .exposed_s = item->exposed_s};
    }
    recorder->exchanges.count = in_passes;
}

void fab_record_stage(fab_recorder *recorder, int64_t index, const fab_stage_time *time,
                      const fab_data_exchange *data, double optimizer_s,
                      const fab_memory_forecast *memory)
{
    if (recorder == NULL) {
        return;
    }
    if (recorder->status != FAB_OK) {
        recorder->exchanges.count = 0;
        return;
    }
    fab_explained_stage *out = &recorder->stages[index];
    *out = (fab_explained_stage){
        .forward_s = time->forward_s,
        .backward_s = time->backward_s,
        .data_s = data->message.total_s,
        .data_exposed_s = data->message.exposed_s,
        .data_beside_s = data->beside_s,
        .optimizer_s = optimizer_s,
        .offload = {time->offload[0], time->offload[1]},
        .transfers = recorder->waits,
        .in_flight_count = fab_stage_in_flight_count(recorder->scenario, index),
        .memory = *memory,
    };
    take_exchanges(recorder, out);
    for (size_t i = 0; i < recorder->block_count; i++) {
        out->block_counts[i] = recorder->counts[i];
    }
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        out->part_s[part] = time->part_s[part];
    }
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        fab_message_forecast *message = &out->messages[class];
        *message = time->messages[class];
        if (recorder->scenario->fabric.tier_count == 1) {
            message->sent_byte[0] += message->sent_byte[1];
            message->sent_byte[1] = 0.0;
        }
    }
}

static void add_run(const fab_recorder *recorder, fab_block_kind kind, bool is_recomputed,
                    int64_t count, fab_explained_part *out)
{
    const size_t index = find(recorder, kind, is_recomputed);
    const bool is_layer = fab_block_is_layer(kind);
    if (count > 0) {
        assert(index < recorder->block_count && out->run_count < FAB_EXPLAINED_BLOCK_LIMIT);
        out->runs[out->run_count++] = (fab_explained_run){index, count, is_layer};
        out->layers += is_layer ? count : 0;
    }
}

const fab_explained_part *fab_record_parts(fab_recorder *recorder, int64_t count)
{
    static const fab_block_kind ORDER[] = {
        FAB_BLOCK_EMBEDDING,      FAB_BLOCK_DENSE_LAYER,      FAB_BLOCK_DENSE_LAYER_LINEAR,
        FAB_BLOCK_MOE_LAYER,      FAB_BLOCK_MOE_LAYER_LINEAR, FAB_BLOCK_DENSE_LAYER_BF16,
        FAB_BLOCK_MOE_LAYER_BF16, FAB_BLOCK_MTP_PROJECTION,   FAB_BLOCK_HEAD};
    fab_explained_part *parts = FAB_NEW(recorder->arena, fab_explained_part, (size_t)count);
    recorder->status = parts != NULL ? recorder->status : FAB_E_NOMEM;
    for (int64_t part = 0; part < count && recorder->status == FAB_OK; part++) {
        const fab_stage held = fab_stage_make_part(recorder->scenario, part);
        for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++) {
            const int64_t again = fab_stage_recomputed_count(recorder->scenario, &held, ORDER[i]);
            const int64_t all = fab_stage_block_count(recorder->scenario, &held, ORDER[i]);
            add_run(recorder, ORDER[i], true, again, &parts[part]);
            add_run(recorder, ORDER[i], false, all - again, &parts[part]);
        }
    }
    return parts;
}

void fab_record_step(fab_recorder *recorder, int64_t slowest_stage, int64_t data_stage,
                     int64_t optimizer_stage)
{
    if (recorder != NULL) {
        recorder->slowest_stage = slowest_stage;
        recorder->data_stage = data_stage;
        recorder->optimizer_stage = optimizer_stage;
    }
}

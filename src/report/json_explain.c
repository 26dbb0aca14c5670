#include "report/json_document.h"

#include "report/keys.h"

static void add_work(fab_json *json, json_t *object, const fab_explained_work *work)
{
    fab_json_real(json, object, "work_flop", work->work_flop);
    fab_json_real(json, object, "moved_byte", work->moved_byte);
    fab_json_real(json, object, "time_s", work->time_s);
    fab_json_real(json, object, "peak_frac", work->peak_frac);
    fab_json_real(json, object, "memory_frac", work->memory_frac);
    fab_json_text(json, object, "limit", fab_limit_text(work->limit));
    const fab_kernel_row *shape = &work->shape;
    if (shape->is_attention) {
        fab_json_integer(json, object, "queries", shape->queries);
        fab_json_integer(json, object, "sequence", shape->sequence);
        fab_json_integer(json, object, "head_dim", shape->head_dim);
    } else if (shape->batch > 0) {
        fab_json_integer(json, object, "batch", shape->batch);
        fab_json_integer(json, object, "m", shape->m);
        fab_json_integer(json, object, "n", shape->n);
        fab_json_integer(json, object, "k", shape->k);
    }
}

static void add_operator(fab_json *json, json_t *list, const fab_explained_operator *operator)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", operator->name);
    fab_json_text(json, made, "part", fab_step_key(operator->part));
    for (int i = 0; i < FAB_PHASE_COUNT; i++) {
        add_work(json, fab_json_object(json, made, fab_phase_text((fab_phase)i)),
                 &operator->phases[i]);
    }
}

static void add_cost(fab_json *json, json_t *parent, const char *key,
                     const fab_collective_cost *cost, int64_t tiers)
{
    json_t *object = fab_json_object(json, parent, key);
    fab_json_text(json, object, "collective", fab_collective_name(cost->kind));
    fab_json_text(json, object, "algorithm", fab_algorithm_name(cost->algorithm));
    fab_json_integer(json, object, "ranks", cost->placement.ranks);
    fab_json_integer(json, object, "domains", cost->placement.domains);
    fab_json_integer(json, object, "local_max", cost->placement.local_max);
    fab_json_real(json, object, "time_s", cost->time_s);
    fab_json_real(json, object, "latency_s", cost->latency_s);
    json_t *sent = fab_json_array(json, object, "sent_byte");
    for (int64_t t = 0; t < tiers; t++) {
        fab_json_real(json, sent, NULL, cost->tier_sent_bit[t] / 8.0);
    }
    json_t *wire = fab_json_array(json, object, "tier_s");
    for (int64_t t = 0; t < tiers; t++) {
        fab_json_real(json, wire, NULL, cost->tier_time_s[t]);
    }
}

static void add_message(fab_json *json, json_t *list, const fab_explained_message *message,
                        int64_t tiers)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", message->name);
    fab_json_text(json, made, "class", fab_message_class_text(message->message_class));
    add_cost(json, made, "cost", &message->cost, tiers);
    for (int i = 0; i < FAB_PHASE_COUNT; i++) {
        if (i == FAB_PHASE_WEIGHT) {
            continue; /* messages know one backward pass */
        }
        json_t *phase = fab_json_object(json, made, fab_phase_text((fab_phase)i));
        fab_json_integer(json, phase, "runs", message->counts[i]);
        fab_json_real(json, phase, "total_s", message->time_s[i]);
        fab_json_real(json, phase, "exposed_s", message->exposed_s[i]);
    }
}

static void add_block(fab_json *json, json_t *list, const fab_explained_block *block, int64_t tiers)
{
    json_t *made = fab_json_object(json, list, NULL);
    fab_json_text(json, made, "name", block->name);
    fab_json_boolean(json, made, "is_recomputed", block->is_recomputed);
    fab_json_real(json, made, "forward_s", block->forward_s);
    fab_json_real(json, made, "backward_s", block->backward_s);
    fab_json_real(json, made, "saved_byte", block->saved_byte);
    fab_json_parts(json, made, block->part_s);
    json_t *operators = fab_json_array(json, made, "operators");
    for (size_t i = 0; i < block->operator_count; i++) {
        add_operator(json, operators, &block->operators[i]);
    }
    json_t *messages = fab_json_array(json, made, "messages");
    for (size_t i = 0; i < block->message_count; i++) {
        add_message(json, messages, &block->messages[i], tiers);
    }
}

static void add_stage(fab_json *json, json_t *list, const fab_explanation *explanation,
                      const fab_explained_stage *stage)
{
    json_t *made = fab_json_object(json, list, NULL);
    json_t *counts = fab_json_array(json, made, "block_counts");
    for (size_t i = 0; i < explanation->block_count; i++) {
        fab_json_integer(json, counts, NULL, stage->block_counts[i]);
    }
    fab_json_real(json, made, "forward_s", stage->forward_s);
    fab_json_real(json, made, "backward_s", stage->backward_s);
    fab_json_parts(json, made, stage->part_s);
    json_t *offload = fab_json_array(json, made, "offload");
    for (int pass = 0; pass < 2; pass++) {
        fab_json_offload(json, fab_json_object(json, offload, NULL), &stage->offload[pass]);
    }
    fab_json_integer(json, made, "transfers", stage->transfers);
    fab_json_real(json, made, "data_s", stage->data_s);
    fab_json_real(json, made, "data_exposed_s", stage->data_exposed_s);
    fab_json_real(json, made, "data_beside_s", stage->data_beside_s);
    json_t *exchanges = fab_json_array(json, made, "exchanges");
    for (size_t i = 0; i < stage->exchange_count; i++) {
        const fab_explained_exchange *exchange = &stage->exchanges[i];
        json_t *item = fab_json_object(json, exchanges, NULL);
        fab_json_text(json, item, "name", exchange->name);
        fab_json_boolean(json, item, "is_per_step", exchange->is_per_step);
        fab_json_real(json, item, "exposed_s", exchange->exposed_s);
        add_cost(json, item, "cost", &exchange->cost, explanation->forecast.tier_count);
    }
    fab_json_real(json, made, "optimizer_s", stage->optimizer_s);
    fab_json_real(json, made, "in_flight_count", stage->in_flight_count);
    fab_json_memory(json, made, &stage->memory);
}

void fab_json_explanation(fab_json *json, json_t *object, const fab_explanation *explanation)
{
    const int64_t tiers = explanation->forecast.tier_count;
    json_t *blocks = fab_json_array(json, object, "blocks");
    for (size_t i = 0; i < explanation->block_count; i++) {
        add_block(json, blocks, &explanation->blocks[i], tiers);
    }
    json_t *stages = fab_json_array(json, object, "stages");
    for (size_t i = 0; i < explanation->stage_count; i++) {
        add_stage(json, stages, explanation, &explanation->stages[i]);
    }
    fab_json_integer(json, object, "slowest_stage", explanation->slowest_stage);
    fab_json_integer(json, object, "data_stage", explanation->data_stage);
    fab_json_integer(json, object, "optimizer_stage", explanation->optimizer_stage);
    json_t *load = fab_json_object(json, object, "expert_load");
    fab_json_real(json, load, "expert_ratio", explanation->expert_load.expert_ratio);
    fab_json_real(json, load, "rank_ratio", explanation->expert_load.rank_ratio);
    fab_json_integer(json, object, "transfers", explanation->transfers);
    if (explanation->transfers > 0) {
        add_cost(json, object, "transfer", &explanation->transfer, tiers);
    } else {
        fab_json_null(json, object, "transfer");
    }
}

#include "workload/workload.h"

#include <assert.h>

#include "transformer/linear.h"

/* The messages of ranks that share a sequence. Symbols: c context ranks, T tokens of a rank, a
 * heads and g key/value heads of a tensor rank, dq and dv head sizes; elements have 2 bytes.
 * docs/models-training.md#context-parallel. */

#define ELEMENT_BIT 16.0
#define STATE_BIT   32.0

/* A rank has one part from the front of a sequence and one from its back. */
#define PARTS 2.0

typedef struct fab_attention_bits {
    double queries, keys, values, outputs; /* of a rank's tokens */
} fab_attention_bits;

/* Ranks that deal heads have whole ones: with fewer key and value heads than ranks, copies. */
static fab_attention_bits attention_bits(const fab_scenario *scenario, const fab_workload *w)
{
    const fab_model *model = &scenario->model;
    const fab_mapping *m = &scenario->mapping;
    const double token_bit = ELEMENT_BIT * w->tokens_count;
    const double heads = (double)model->heads / (double)m->tp;
    double kv_heads = (double)fab_model_rank_kv_heads(model, m->tp);
    const double dealing = (double)fab_scenario_dealing_ranks(scenario);
    kv_heads = kv_heads < dealing ? dealing : kv_heads;
    return (fab_attention_bits){
        .queries = token_bit * heads * (double)fab_model_qk_dim(model),
        .keys = token_bit * kv_heads * (double)fab_model_qk_dim(model),
        .values = token_bit * kv_heads * (double)fab_model_v_dim(model),
        .outputs = token_bit * heads * (double)fab_model_v_dim(model),
    };
}

/* Time of one hop of the ring: all ranks send at once, and the slowest link holds up the ring. */
static fab_status hop_time(const fab_workload *w, double hop_bit, double *time_s, double *latency_s)
{
    const fab_placement *place = &w->groups[FAB_GROUP_CONTEXT_OUTER];
    *time_s = *latency_s = 0.0;
    for (int tier = 0; tier < FAB_NETWORK_TIER_COUNT; tier++) {
        const bool is_used = tier == 0 ? place->local_max > 1 : place->domains > 1;
        double bits[FAB_TIER_LIMIT] = {0.0, 0.0};
        fab_collective_cost cost;
        bits[tier] = hop_bit;
        FAB_TRY(fab_workload_time(w, FAB_SEND, place, bits, &cost));
        if (is_used && cost.time_s > *time_s) {
            *time_s = cost.time_s;
            *latency_s = cost.latency_s;
        }
    }
    return FAB_OK;
}

/* `hops` one after the other, of which each rank sends `sent_bit` in the mean. Of c neighbours, as
 * many lie across domains as the group touches domains; bytes and energy are of the mean rank. */
static fab_status ring_cost(const fab_workload *w, double hop_bit, double hops, double sent_bit,
                            fab_collective_cost *out)
{
    const fab_placement *place = &w->groups[FAB_GROUP_CONTEXT_OUTER];
    const double ranks = (double)place->ranks;
    const double crossing = place->domains > 1 ? (double)place->domains / ranks : 0.0;
    const double bits[FAB_TIER_LIMIT] = {sent_bit * (1.0 - crossing), sent_bit * crossing};
    double hop_s, latency_s;
    FAB_TRY(fab_workload_time(w, FAB_SEND, place, bits, out));
    FAB_TRY(hop_time(w, hop_bit, &hop_s, &latency_s));
    out->time_s = hops * hop_s;
    out->latency_s = hops * latency_s;
    return FAB_OK;
}

/* Backward, keys and values go round once more, and their gradients with them. */
static fab_status add_ring(const fab_workload *w, const fab_attention_bits *bits, fab_block *block)
{
    const double hops = (double)w->groups[FAB_GROUP_CONTEXT_OUTER].ranks - 1.0;
    const double hop_bit = bits->keys + bits->values;
    fab_collective_cost cost;
    FAB_TRY(ring_cost(w, hop_bit, hops, hops * hop_bit, &cost));
    fab_block_add_message(block, "pass keys and values on", FAB_MESSAGE_CONTEXT, &cost, 1, 2);
    block->messages[block->message_count - 1].is_ring = true;
    return FAB_OK;
}

/* What was gathered is not kept: it is gathered again for the backward pass. */
static fab_status add_all_gather(const fab_workload *w, const fab_attention_bits *bits,
                                 fab_block *block)
{
    const fab_placement *place = &w->groups[FAB_GROUP_CONTEXT];
    const double whole_bit = (double)place->ranks * (bits->keys + bits->values);
    fab_collective_cost gather, scatter;
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, whole_bit, &gather));
    FAB_TRY(fab_workload_estimate(w, FAB_REDUCE_SCATTER, place, whole_bit, &scatter));
    fab_block_add_message(block, "gather keys and values", FAB_MESSAGE_CONTEXT, &gather, 1, 1);
    fab_block_add_message(block, "scatter their gradients", FAB_MESSAGE_CONTEXT, &scatter, 0, 1);
    return FAB_OK;
}

/* Queries, keys and values go to the ranks of their heads, outputs back; gradients the same way. */
static fab_status add_ulysses(const fab_workload *w, const fab_attention_bits *bits,
                              fab_block *block)
{
    const struct {
        const char *name;
        double sent_bit;
    } parts[] = {
        {"exchange queries", bits->queries},
        {"exchange keys", bits->keys},
        {"exchange values", bits->values},
        {"exchange attention outputs", bits->outputs},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        fab_collective_cost cost;
        FAB_TRY(fab_workload_estimate(w, FAB_ALL_TO_ALL, &w->groups[FAB_GROUP_CONTEXT_INNER],
                                      parts[i].sent_bit, &cost));
        fab_block_add_message(block, parts[i].name, FAB_MESSAGE_CONTEXT, &cost, 1, 1);
    }
    return FAB_OK;
}

/* Of the tokens of a rank in a layer with linear attention; the gate stays where it is. */
static fab_attention_bits linear_bits(const fab_scenario *scenario, const fab_workload *w)
{
    const fab_model *model = &scenario->model;
    const double token_bit = ELEMENT_BIT * w->tokens_count / (double)scenario->mapping.tp;
    const double keys = token_bit * fab_model_linear_keys_count(model) / 2.0;
    const double values = token_bit * fab_model_linear_values_count(model);
    return (fab_attention_bits){keys, keys, values, values};
}

/* State of all heads of a rank behind one part of its sequences. */
static double state_bit(const fab_scenario *scenario)
{
    const fab_model *model = &scenario->model;
    const fab_mapping *m = &scenario->mapping;
    const double heads = fab_model_linear_values_count(model) / (double)m->tp /
                         (double)fab_scenario_dealing_ranks(scenario);
    return STATE_BIT * (double)m->microbatch * heads * (double)model->linear_key_dim;
}

/* The state goes from part to part: up to the last rank's and back, for each has two; gradients
 * take the way back. Each waits for the one before (Sun et al. 2024, arXiv 2404.02882). */
static fab_status add_states(const fab_scenario *scenario, const fab_workload *w, fab_block *block)
{
    const double ranks = (double)w->groups[FAB_GROUP_CONTEXT_OUTER].ranks;
    const double hops = PARTS * (ranks - 1.0);
    const double hop_bit = state_bit(scenario);
    fab_collective_cost cost;
    FAB_TRY(ring_cost(w, hop_bit, hops, hops / ranks * hop_bit, &cost));
    fab_block_add_message(block, "pass states on", FAB_MESSAGE_CONTEXT, &cost, 1, 1);
    return FAB_OK;
}

/* What each part adds to a state, and with the delta rule what it does to one, d_k x d_k, gathered
 * by all at once; so are gradients (Sun et al. 2025, arXiv 2502.07563). */
static fab_status add_gathered_states(const fab_scenario *scenario, const fab_workload *w,
                                      fab_block *block)
{
    const fab_model *model = &scenario->model;
    const fab_placement *place = &w->groups[FAB_GROUP_CONTEXT];
    const double turned = model->linear_attention == FAB_LINEAR_DELTA
                              ? (double)model->linear_key_dim / (double)model->linear_dim
                              : 0.0;
    const double whole_bit = (double)place->ranks * PARTS * state_bit(scenario) * (1.0 + turned);
    fab_collective_cost cost;
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, whole_bit, &cost));
    fab_block_add_message(block, "gather states", FAB_MESSAGE_CONTEXT, &cost, 1, 1);
    return FAB_OK;
}

static fab_status add_linear(const fab_scenario *scenario, const fab_workload *w, fab_block *block)
{
    const fab_attention_bits bits = linear_bits(scenario, w);
    if (scenario->mapping.cp_mode == FAB_CONTEXT_ALL_GATHER) {
        return add_gathered_states(scenario, w, block);
    }
    FAB_TRY(fab_scenario_dealing_ranks(scenario) > 1 ? add_ulysses(w, &bits, block) : FAB_OK);
    return fab_scenario_ring_ranks(scenario) > 1 ? add_states(scenario, w, block) : FAB_OK;
}

fab_status fab_workload_context_messages(const fab_scenario *scenario, fab_workload *w,
                                         fab_block_kind kind)
{
    fab_block *block = &w->blocks[kind];
    if (scenario->mapping.cp == 1) {
        return FAB_OK;
    }
    if (fab_block_is_linear(kind)) {
        return add_linear(scenario, w, block);
    }
    const fab_attention_bits bits = attention_bits(scenario, w);
    switch ((fab_context_mode)scenario->mapping.cp_mode) {
    case FAB_CONTEXT_RING:
        return add_ring(w, &bits, block);
    case FAB_CONTEXT_ALL_GATHER:
        return add_all_gather(w, &bits, block);
    case FAB_CONTEXT_ULYSSES:
        return add_ulysses(w, &bits, block);
    case FAB_CONTEXT_HIERARCHICAL:
        /* with heads dealt, a rank has more tokens of fewer heads: hops are as large as before */
        FAB_TRY(fab_scenario_dealing_ranks(scenario) > 1 ? add_ulysses(w, &bits, block) : FAB_OK);
        return fab_scenario_ring_ranks(scenario) > 1 ? add_ring(w, &bits, block) : FAB_OK;
    }
    assert(false && "unknown mode of context parallelism");
    return FAB_E_RANGE;
}

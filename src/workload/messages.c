#include "workload/workload.h"

#include <assert.h>

/* The messages of each block. Symbols as in building.h; docs/models-training.md#messages. */

#define BIT_PER_BYTE     8.0
#define SCALE_BYTE       4.0   /* FP32 scale of a block of FP8 values */
#define SCALE_BLOCK      128.0 /* values that share a scale (arXiv 2412.19437) */
#define COPY_META_BYTE   8.0   /* expert index and weight that go with a token copy */
#define LOSS_TOKEN_BYTE  4.0   /* one FP32 per token */
#define LOSS_ALL_REDUCES 3     /* maximum, sum of exponentials, target logit */

static double element_byte(int precision)
{
    return precision == FAB_PRECISION_FP8 ? 1.0 : 2.0;
}

void fab_block_add_message(fab_block *block, const char *name, fab_message_class message_class,
                           const fab_collective_cost *cost, int64_t forward_count,
                           int64_t backward_count)
{
    assert(block->message_count < FAB_MESSAGE_LIMIT);
    block->messages[block->message_count++] = (fab_message){.name = name,
                                                            .message_class = message_class,
                                                            .cost = *cost,
                                                            .forward_count = forward_count,
                                                            .backward_count = backward_count};
}

/* Says to which parts of a layer the messages from `first` on belong. */
static void tag(fab_block *block, size_t first, int parts)
{
    for (size_t i = first; i < block->message_count; i++) {
        block->messages[i].parts |= parts;
    }
}

/* The message added last: products of gradients wait for none of `count` of it in a backward pass.
 */
static void mark_beside(fab_block *block, int64_t count)
{
    block->messages[block->message_count - 1].beside_count = count;
}

/* Tensor-parallel messages of one hidden vector per token; `whole` gathers what no product in FP8
 * takes. */
typedef struct fab_tensor_costs {
    fab_collective_cost gather, whole, scatter, sum;
} fab_tensor_costs;

/* What the messages around one block are called. */
typedef struct fab_tensor_names {
    const char *gather, *scatter;       /* with sequence parallelism */
    const char *sum, *sum_of_gradients; /* without */
} fab_tensor_names;

static fab_status tensor_costs(const fab_scenario *scenario, const fab_workload *w,
                               fab_tensor_costs *out)
{
    const double payload_bit = BIT_PER_BYTE * element_byte(scenario->assumptions.tensor_precision) *
                               w->tokens_count * (double)scenario->model.hidden;
    const double gathered_bit = BIT_PER_BYTE *
                                element_byte(fab_workload_gather_precision(scenario, false)) *
                                w->tokens_count * (double)scenario->model.hidden;
    const fab_placement *place = &w->groups[FAB_GROUP_TENSOR];
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, payload_bit, &out->whole));
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, gathered_bit, &out->gather));
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_REDUCE, place, payload_bit, &out->sum));
    return fab_workload_estimate(w, FAB_REDUCE_SCATTER, place, payload_bit, &out->scatter);
}

/* Sequence parallelism around one block: gather its input and scatter its output, mirrored in the
 * backward pass, which gathers the input once more for the weight gradients
 * (Korthikanti et al. 2022): beside the product of the input's gradients, as these are scattered
 * beside that of the weights'. */
static void add_sequence_parallel(fab_block *block, const fab_tensor_costs *costs,
                                  const char *gather, const char *scatter, int64_t inputs,
                                  bool regathers)
{
    fab_block_add_message(block, gather, FAB_MESSAGE_TENSOR, &costs->gather, inputs,
                          regathers ? 2 * inputs : inputs);
    mark_beside(block, regathers ? inputs : 0);
    fab_block_add_message(block, scatter, FAB_MESSAGE_TENSOR, &costs->scatter, 1, 1);
    mark_beside(block, 1);
}

/* Around one block. Without sequence parallelism every rank has its whole input: the partial
 * outputs are summed, and so are the gradients of the input (Shoeybi et al. 2019, arXiv
 * 1909.08053), once for each of the `products` that it enters. With it the input is gathered once,
 * or for each of its `matrices`. */
static void add_tensor(const fab_scenario *scenario, fab_block *block,
                       const fab_tensor_costs *costs, const fab_tensor_names *names,
                       int64_t matrices, int64_t products)
{
    if (scenario->mapping.is_sequence_parallel) {
        const bool is_apart = scenario->assumptions.gathered_inputs == FAB_GATHERED_APART;
        add_sequence_parallel(block, costs, names->gather, names->scatter, is_apart ? matrices : 1,
                              scenario->assumptions.effects.weight_gradient_gather);
        return;
    }
    fab_block_add_message(block, names->sum, FAB_MESSAGE_TENSOR, &costs->sum, 1, 0);
    fab_block_add_message(block, names->sum_of_gradients, FAB_MESSAGE_TENSOR, &costs->sum, 0,
                          products);
    mark_beside(block, products);
}

/* The latents of MLA are made of a rank's own tokens and gathered small: queries and keys are cut
 * from them afterwards by heads. The rotary key has no weights, so only the latents come again for
 * weight gradients. Without a latent of the queries those need the hidden vectors. */
static fab_status add_latents(const fab_scenario *scenario, const fab_workload *w, fab_block *block,
                              bool regathers)
{
    const fab_model *model = &scenario->model;
    const double element_bit =
        BIT_PER_BYTE * element_byte(scenario->assumptions.tensor_precision) * w->tokens_count;
    const int64_t queries = model->q_rank > 0 ? model->q_rank : model->hidden;
    const double latents_bit = element_bit * (double)(queries + model->kv_rank);
    const double all_bit = latents_bit + element_bit * (double)model->qk_rope_dim;
    const fab_placement *place = &w->groups[FAB_GROUP_TENSOR];
    fab_collective_cost gather, again, scatter;
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, all_bit, &gather));
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, latents_bit, &again));
    FAB_TRY(fab_workload_estimate(w, FAB_REDUCE_SCATTER, place, all_bit, &scatter));
    fab_block_add_message(block, "gather latents", FAB_MESSAGE_TENSOR, &gather, 1, 0);
    tag(block, block->message_count - 1, FAB_PART_LATENTS);
    if (regathers) {
        fab_block_add_message(block, "gather latents again", FAB_MESSAGE_TENSOR, &again, 0, 1);
    }
    fab_block_add_message(block, "scatter latent gradients", FAB_MESSAGE_TENSOR, &scatter, 0, 1);
    return FAB_OK;
}

/* Without sequence parallelism each rank makes all latents, and their gradients, to which each has
 * the part of its heads, are summed. */
static fab_status add_whole_latents(const fab_scenario *scenario, const fab_workload *w,
                                    const fab_tensor_costs *costs, fab_block *block)
{
    const fab_model *model = &scenario->model;
    const int64_t queries = model->q_rank > 0 ? model->q_rank : model->hidden;
    const int64_t elements = queries + model->kv_rank + model->qk_rope_dim;
    const double all_bit = BIT_PER_BYTE * element_byte(scenario->assumptions.tensor_precision) *
                           w->tokens_count * (double)elements;
    fab_collective_cost sum;
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_REDUCE, &w->groups[FAB_GROUP_TENSOR], all_bit, &sum));
    fab_block_add_message(block, "sum attention output", FAB_MESSAGE_TENSOR, &costs->sum, 1, 0);
    fab_block_add_message(block, "sum latent gradients", FAB_MESSAGE_TENSOR, &sum, 0, 1);
    return FAB_OK;
}

static fab_status add_latent_attention(const fab_scenario *scenario, const fab_workload *w,
                                       const fab_tensor_costs *costs, fab_block *block)
{
    if (!scenario->mapping.is_sequence_parallel) {
        return add_whole_latents(scenario, w, costs, block);
    }
    FAB_TRY(add_latents(scenario, w, block, scenario->assumptions.effects.weight_gradient_gather));
    fab_block_add_message(block, "scatter attention output", FAB_MESSAGE_TENSOR, &costs->scatter, 1,
                          0);
    fab_block_add_message(block, "gather attention output gradient", FAB_MESSAGE_TENSOR,
                          &costs->gather, 0, 1);
    return FAB_OK;
}

/* Messages of the attention part of a layer. */
static fab_status add_attention(const fab_scenario *scenario, const fab_tensor_costs *costs,
                                fab_block_kind kind, fab_workload *w)
{
    static const fab_tensor_names NAMES = {"gather attention input", "scatter attention output",
                                           "sum attention output", "sum attention input gradient"};
    fab_block *block = &w->blocks[kind];
    if (scenario->model.attention == FAB_ATTENTION_MLA && !fab_block_is_linear(kind)) {
        FAB_TRY(add_latent_attention(scenario, w, costs, block));
    } else {
        add_tensor(scenario, block, costs, &NAMES, fab_block_is_linear(kind) ? 1 : 3, 1);
    }
    const size_t first = block->message_count;
    FAB_TRY(fab_workload_context_messages(scenario, w, kind));
    tag(block, first, FAB_PART_CORE_ATTENTION);
    return FAB_OK;
}

/* Bits that the busiest rank moves for one pass of its tokens through the expert ranks, by tier;
 * `bits` is one token copy. Copies per token: docs/models-training.md#dispatch. */
static fab_status dispatch_bits(const fab_scenario *scenario, const fab_workload *w, double bits,
                                double tier_bit[FAB_TIER_LIMIT])
{
    const fab_placement *place = &w->groups[FAB_GROUP_EXPERT];
    const fab_model *model = &scenario->model;
    const int mode = scenario->assumptions.dispatch;
    const double sent_bit = w->shard_tokens_count * w->expert_load_ratio * bits;
    const double ranks_hit = fab_model_distinct_groups_count(model, place->ranks);
    if (mode == FAB_DISPATCH_PER_DOMAIN && place->domains > 1) {
        const double domains = (double)place->domains;
        const double local = (double)place->local_max;
        tier_bit[0] = sent_bit * ranks_hit * (1.0 - 1.0 / local);
        tier_bit[1] = sent_bit * fab_model_distinct_groups_count(model, place->domains) *
                      (1.0 - 1.0 / domains);
        return FAB_OK;
    }
    const double copies =
        mode == FAB_DISPATCH_PER_EXPERT ? (double)model->experts_per_token : ranks_hit;
    return fab_collective_volume(FAB_ALL_TO_ALL, place, sent_bit * copies, tier_bit);
}

/* All wait for the busiest rank, but a package on average sends and pays for the mean load. */
static void spread_load(const fab_workload *w, fab_collective_cost *cost)
{
    const double load = w->expert_load_ratio / w->mean_load_ratio;
    cost->energy_j /= load;
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        cost->tier_sent_bit[tier] /= load;
        cost->tier_time_s[tier] /= load;
    }
}

static fab_status add_dispatch(const fab_scenario *scenario, const fab_workload *w,
                               fab_block *block, const char *name, int precision)
{
    const double hidden = (double)scenario->model.hidden;
    const double scales = precision == FAB_PRECISION_FP8 ? SCALE_BYTE * hidden / SCALE_BLOCK : 0.0;
    const double copy_bit =
        BIT_PER_BYTE * (element_byte(precision) * hidden + scales + COPY_META_BYTE);
    double tier_bit[FAB_TIER_LIMIT];
    FAB_TRY(dispatch_bits(scenario, w, copy_bit, tier_bit));
    fab_collective_cost cost;
    FAB_TRY(fab_workload_time(w, FAB_ALL_TO_ALL, &w->groups[FAB_GROUP_EXPERT], tier_bit, &cost));

    spread_load(w, &cost);
    fab_block_add_message(block, name, FAB_MESSAGE_EXPERT, &cost, 1, 1);
    return FAB_OK;
}

/* Ranks that share an expert gather the copies of all of them and scatter the partial results. */
static fab_status add_expert_tensor(const fab_scenario *scenario, const fab_workload *w,
                                    fab_block *block)
{
    const fab_placement *place = &w->groups[FAB_GROUP_EXPERT_TENSOR];
    if (place->ranks == 1) {
        return FAB_OK;
    }
    const double payload_bit = BIT_PER_BYTE * element_byte(scenario->assumptions.tensor_precision) *
                               w->routed_rows_count * (double)scenario->model.hidden;
    fab_tensor_costs costs;
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_GATHER, place, payload_bit, &costs.gather));
    FAB_TRY(fab_workload_estimate(w, FAB_REDUCE_SCATTER, place, payload_bit, &costs.scatter));
    spread_load(w, &costs.gather);
    spread_load(w, &costs.scatter);
    add_sequence_parallel(block, &costs, "gather token copies", "scatter expert sums", 1, false);
    return FAB_OK;
}

static fab_status dense_messages(const fab_scenario *scenario, const fab_tensor_costs *costs,
                                 fab_block_kind kind, fab_workload *w)
{
    static const fab_tensor_names NAMES = {"gather feed-forward input",
                                           "scatter feed-forward output", "sum feed-forward output",
                                           "sum feed-forward input gradient"};
    fab_block *dense = &w->blocks[kind];
    FAB_TRY(add_attention(scenario, costs, kind, w));
    const size_t first = dense->message_count;
    const bool is_separate =
        scenario->model.is_gated && scenario->assumptions.gate_product == FAB_GATE_PRODUCT_SEPARATE;
    add_tensor(scenario, dense, costs, &NAMES, scenario->model.is_gated ? 2 : 1,
               is_separate ? 2 : 1);
    tag(dense, first, FAB_PART_FEED_FORWARD);
    /* scattered with sequence parallelism, else summed first and its gradients afterwards */
    const size_t out = scenario->mapping.is_sequence_parallel ? first + 1 : first;
    dense->messages[out].is_last = true;
    return FAB_OK;
}

static fab_status moe_messages(const fab_scenario *scenario, const fab_tensor_costs *costs,
                               fab_block_kind kind, fab_workload *w)
{
    static const fab_tensor_names NAMES = {"gather expert input", "scatter expert output",
                                           "sum expert output", "sum expert input gradient"};
    const fab_assumptions *assumed = &scenario->assumptions;
    fab_block *block = &w->blocks[kind];
    FAB_TRY(add_attention(scenario, costs, kind, w));
    const size_t first = block->message_count;
    if (assumed->effects.expert_layer_gathers || scenario->model.shared_width > 0) {
        add_tensor(scenario, block, costs, &NAMES, 1, 1);
        tag(block, first, FAB_PART_SHARED_EXPERTS);
    }
    FAB_TRY(add_dispatch(scenario, w, block, "dispatch tokens", assumed->dispatch_precision));
    FAB_TRY(add_expert_tensor(scenario, w, block));
    FAB_TRY(add_dispatch(scenario, w, block, "combine results", assumed->combine_precision));
    tag(block, first, FAB_PART_EXPERTS);
    return FAB_OK;
}

/* Messages of the head's input and of its gradient. */
static void add_head_input(const fab_scenario *scenario, const fab_tensor_costs *costs,
                           fab_block *head)
{
    if (!scenario->mapping.is_sequence_parallel) {
        fab_block_add_message(head, "sum head input gradient", FAB_MESSAGE_TENSOR, &costs->sum, 0,
                              1);
        return;
    }
    const bool regathers = scenario->assumptions.effects.weight_gradient_gather;
    fab_block_add_message(head, "gather head input", FAB_MESSAGE_TENSOR, &costs->whole, 1,
                          regathers ? 1 : 0);
    fab_block_add_message(head, "scatter head input gradient", FAB_MESSAGE_TENSOR, &costs->scatter,
                          0, 1);
}

static fab_status head_messages(const fab_scenario *scenario, const fab_tensor_costs *costs,
                                fab_workload *w)
{
    fab_block *head = &w->blocks[FAB_BLOCK_HEAD];
    fab_collective_cost loss;
    if (scenario->assumptions.loss == FAB_LOSS_GATHERED) {
        add_head_input(scenario, costs, head);
        FAB_TRY(fab_workload_estimate(
            w, FAB_ALL_GATHER, &w->groups[FAB_GROUP_TENSOR],
            BIT_PER_BYTE * 2.0 * w->tokens_count * w->padded_vocabulary_count, &loss));
        fab_block_add_message(head, "gather logits", FAB_MESSAGE_TENSOR, &loss, 1, 0);
        return FAB_OK;
    }
    FAB_TRY(fab_workload_estimate(w, FAB_ALL_REDUCE, &w->groups[FAB_GROUP_TENSOR],
                                  BIT_PER_BYTE * LOSS_TOKEN_BYTE * w->tokens_count, &loss));
    add_head_input(scenario, costs, head);
    fab_block_add_message(head, "loss over the vocabulary", FAB_MESSAGE_TENSOR, &loss,
                          LOSS_ALL_REDUCES, 0);
    head->messages[head->message_count - 1].is_once = true;
    return FAB_OK;
}

/* The look-up of a rank's part of the vocabulary, summed over the ranks. */
static void embedding_messages(const fab_scenario *scenario, const fab_tensor_costs *costs,
                               fab_block *embedding)
{
    if (!scenario->mapping.is_sequence_parallel) {
        fab_block_add_message(embedding, "sum embedding", FAB_MESSAGE_TENSOR, &costs->sum, 1, 0);
        return;
    }
    fab_block_add_message(embedding, "scatter embedding", FAB_MESSAGE_TENSOR, &costs->scatter, 1,
                          0);
    fab_block_add_message(embedding, "gather embedding gradient", FAB_MESSAGE_TENSOR, &costs->whole,
                          0, 1);
}

/* A rank sends what it has of the hidden vectors on to the same rank of the next stage: its share
 * of the sequence, or all; or a share of all, which the next stage's ranks gather. */
static fab_status set_transfer(const fab_scenario *scenario, const fab_tensor_costs *costs,
                               fab_workload *w)
{
    const bool is_whole = !scenario->mapping.is_sequence_parallel;
    const bool is_gathered = is_whole && scenario->assumptions.has_scatter_gather;
    const double tokens =
        is_gathered ? w->tokens_count / (double)scenario->mapping.tp : w->shard_tokens_count;
    const double payload_bit = BIT_PER_BYTE * 2.0 * tokens * (double)scenario->model.hidden;
    FAB_TRY(fab_workload_estimate(w, FAB_SEND, &w->groups[FAB_GROUP_PIPELINE], payload_bit,
                                  &w->transfer));
    if (is_gathered) {
        w->transfer.time_s += costs->whole.time_s;
        w->transfer.latency_s += costs->whole.latency_s;
        w->transfer.energy_j += costs->whole.energy_j;
        for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
            w->transfer.tier_sent_bit[tier] += costs->whole.tier_sent_bit[tier];
            w->transfer.tier_time_s[tier] += costs->whole.tier_time_s[tier];
        }
    }
    return FAB_OK;
}

fab_status fab_workload_layer_messages(const fab_scenario *scenario, fab_workload *w)
{
    fab_tensor_costs costs;
    FAB_TRY(tensor_costs(scenario, w, &costs));
    /* in a layer that stays in BF16 products take what is gathered in BF16 */
    fab_tensor_costs wide = costs;
    wide.gather = costs.whole;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        const fab_tensor_costs *own = fab_block_is_wide(kind) ? &wide : &costs;
        if (fab_workload_has_layers(scenario, kind)) {
            FAB_TRY(fab_block_is_moe(kind) ? moe_messages(scenario, own, kind, w)
                                           : dense_messages(scenario, own, kind, w));
        }
    }
    embedding_messages(scenario, &costs, &w->blocks[FAB_BLOCK_EMBEDDING]);
    FAB_TRY(head_messages(scenario, &costs, w));
    return set_transfer(scenario, &costs, w);
}

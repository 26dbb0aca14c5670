#include "base/numbers.h"
#include "train/stage.h"

#include <fabricast/pipeline.h>

/* What a stage's packages hold: parameters, their gradients and optimizer state, activations. */

#define WEIGHT_BYTE     2.0 /* BF16 */
#define FP8_BYTE        1.0
#define MASTER_BYTE     4.0 /* FP32 weight of the optimizer */
#define GATHERED_LAYERS 2.0 /* one in use, one on its way */
#define OFFLOAD_LAYERS  2.0 /* the same */
#define LOGIT_BYTE      6.0 /* BF16 logits and their FP32 softmax */
#define IN_PLACE_BYTE   2.0 /* BF16 logits */
#define ELEMENT_BYTE    2.0 /* BF16 gradients of activations */

/* Logits that are gathered, and the steps of a loss that is not fused: BF16 logits, in FP32, their
 * log-softmax, its gradient, and that in BF16. */
#define GATHERED_LOGIT_BYTE 16.0

static double sum_byte(int precision)
{
    return precision == FAB_GRADIENT_FP32 ? 4.0 : 2.0;
}

/* Accumulated over micro-batches. */
static double main_gradient_byte(const fab_scenario *scenario)
{
    return sum_byte(scenario->assumptions.main_gradient);
}

/* Master weight and two moments. */
static double optimizer_byte(const fab_scenario *scenario)
{
    return MASTER_BYTE + 2.0 * sum_byte(scenario->assumptions.moments);
}

fab_weight_bytes fab_weight_bytes_of(const fab_scenario *scenario)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const bool is_fp8 = assumed->weights != FAB_WEIGHTS_BF16;
    const double shard_byte = is_fp8 ? FP8_BYTE : WEIGHT_BYTE;
    const double copies = assumed->weights == FAB_WEIGHTS_FP8_TRANSPOSED ? 2.0 : 1.0;
    const double sent_byte = assumed->parameter_precision == FAB_PARAMETERS_KEPT   ? shard_byte
                             : assumed->parameter_precision == FAB_PARAMETERS_BF16 ? WEIGHT_BYTE
                                                                                   : FP8_BYTE;
    const double kept_byte = copies * shard_byte;
    return (fab_weight_bytes){
        .kept_byte = kept_byte,
        .shard_byte = shard_byte,
        .sent_byte = sent_byte,
        .used_byte = is_fp8 && kept_byte > sent_byte ? kept_byte : sent_byte,
    };
}

/* Key and value projections that several tensor ranks hold, beyond the first copy of each. */
static double copied_kv_count(const fab_model *model, int64_t tensor_ranks)
{
    if (model->attention == FAB_ATTENTION_MLA) {
        return 0.0;
    }
    const int64_t copies =
        tensor_ranks * fab_model_rank_kv_heads(model, tensor_ranks) - model->kv_heads;
    return 2.0 * (double)(model->hidden * model->head_dim) * (double)copies;
}

/* Of a layer. The few parameters of biases, latent norms and the norms of queries and keys count
 * with the projections that they belong to. */
static fab_stage_parameters layer_parameters(const fab_scenario *scenario,
                                             const fab_workload *workload, fab_block_kind kind)
{
    const fab_mapping *m = &scenario->mapping;
    const fab_model_parameters *p = &workload->parameters;
    const fab_layer_parameters *layer = fab_block_is_moe(kind) ? &p->moe_layer : &p->dense_layer;
    const bool is_linear = fab_block_is_linear(kind), is_wide = fab_block_is_wide(kind);
    const double copied_count = is_linear ? 0.0 : copied_kv_count(&scenario->model, m->tp);
    const double sharded_count =
        (double)((is_linear ? p->linear_sharded : layer->attention_sharded) + layer->dense_ffn +
                 layer->shared_experts) +
        copied_count;
    const double product_count =
        sharded_count / (double)m->tp +
        (double)(is_linear ? p->linear_replicated : layer->attention_replicated);
    const double expert_count = (double)layer->routed_experts / (double)(m->ep * m->etp);
    return (fab_stage_parameters){
        .dense_count = product_count + (double)(layer->norms + layer->router),
        .expert_count = expert_count,
        .product_count = is_wide ? 0.0 : product_count,
        .bf16_expert_count = is_wide ? expert_count : 0.0,
    };
}

static void add_layers(const fab_scenario *scenario, const fab_workload *workload,
                       const fab_stage *stage, fab_block_kind kind, fab_stage_parameters *sum)
{
    const int64_t modules = kind == fab_stage_module_kind(scenario) ? stage->mtp_modules : 0;
    const double layers = (double)(fab_stage_layers_of(stage, kind) + modules);
    if (layers > 0.0) {
        const fab_stage_parameters one = layer_parameters(scenario, workload, kind);
        sum->dense_count += layers * one.dense_count;
        sum->expert_count += layers * one.expert_count;
        sum->product_count += layers * one.product_count;
        sum->bf16_expert_count += layers * one.bf16_expert_count;
    }
}

fab_stage_parameters fab_stage_count_parameters(const fab_scenario *scenario,
                                                const fab_workload *workload,
                                                const fab_stage *stage)
{
    const fab_model_parameters *p = &workload->parameters;
    fab_stage_parameters out = {0};
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        add_layers(scenario, workload, stage, (fab_block_kind)kind, &out);
    }
    /* a tied head on another stage than the embedding keeps a copy of it */
    const double vocabulary_count = (double)p->embedding / (double)scenario->mapping.tp;
    if (stage->has_embedding) {
        out.dense_count += vocabulary_count + (double)p->positions;
    }
    if (stage->has_head) {
        const bool shares = scenario->model.is_tied && stage->has_embedding;
        out.dense_count += (shares ? 0.0 : vocabulary_count) + (double)p->final_norm;
    }
    /* a prediction module looks its tokens up again, on a stage that may have no embedding yet */
    const double hidden = (double)scenario->model.hidden;
    const bool copies_embedding =
        stage->mtp_modules > 0 && !stage->has_embedding && !scenario->model.is_tied;
    const double joined_count = (double)stage->mtp_modules * 2.0 * hidden * hidden;
    out.dense_count += joined_count + (copies_embedding ? vocabulary_count : 0.0);
    out.product_count += joined_count;
    return out;
}

double fab_stage_in_flight_count(const fab_scenario *scenario, int64_t stage_index)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    return fab_pipeline_in_flight_count(&pipeline, stage_index);
}

/* What of `away_byte` of activations that the host keeps is not on the package: all but those of
 * two layers, one in use, one on its way. */
static double released_byte(const fab_workload *workload, const fab_stage *stage, double away_byte)
{
    double most_byte = 0.0;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        const fab_block *block = &workload->blocks[kind];
        const fab_layer_count *layers = &stage->offloaded[kind];
        most_byte = fab_larger(most_byte, layers->once > 0    ? block->saved_byte
                                          : layers->again > 0 ? block->kept_byte
                                                              : 0.0);
    }
    return fab_positive_part(away_byte - OFFLOAD_LAYERS * most_byte);
}

/* Of a micro-batch. */
static double kept_byte(const fab_scenario *scenario, const fab_workload *workload,
                        const fab_stage *stage)
{
    double sum_byte = 0.0;
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        const fab_block *block = &workload->blocks[kind];
        sum_byte += (double)stage->layers[kind].once * block->saved_byte +
                    (double)stage->layers[kind].again * block->kept_byte;
    }
    const fab_block *module = &workload->blocks[fab_stage_module_kind(scenario)];
    return sum_byte + (double)stage->mtp_modules * module->kept_byte;
}

/* While the backward pass is in one layer: what running parts again brings back, and the gradients
 * of what a feed-forward block keeps of its inside; of routed tokens also those of the vectors in
 * order of experts, before and after the block, and in the dispatch. */
static double layer_temporary_byte(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage *stage, fab_block_kind kind)
{
    const fab_model *model = &scenario->model;
    const fab_mapping *m = &scenario->mapping;
    const fab_block *block = &workload->blocks[kind];
    const double matrices = (double)fab_model_ffn_matrices(model);
    const double width = (double)model->dense_width / (double)m->tp;
    const double inner = matrices * (double)model->expert_width / (double)m->etp;
    const double elements =
        fab_block_is_moe(kind) ? workload->routed_rows_count * (inner + 3.0 * (double)model->hidden)
                               : workload->tokens_count * matrices * width;
    const double back_byte =
        stage->layers[kind].again > 0 ? block->saved_byte - block->kept_byte : 0.0;
    return ELEMENT_BYTE * elements + back_byte;
}

/* In the layer that has most. */
static double layers_temporary_byte(const fab_scenario *scenario, const fab_workload *workload,
                                    const fab_stage *stage)
{
    double most_byte = 0.0;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        if (fab_stage_layers_of(stage, kind) > 0) {
            most_byte =
                fab_larger(most_byte, layer_temporary_byte(scenario, workload, stage, kind));
        }
    }
    return most_byte;
}

/* One BF16 gradient of each shape of weight in the layers: of attention of each kind, of a dense
 * block, of one expert and of the shared ones. */
static double layer_scratch_byte(const fab_scenario *scenario, const fab_workload *workload,
                                 const fab_stage *stage)
{
    const fab_model_parameters *p = &workload->parameters;
    const double tensor = (double)scenario->mapping.tp;
    double softmax_count = 0.0, linear_count = 0.0, dense_count = 0.0, moe_count = 0.0;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        const fab_layer_parameters *layer =
            fab_block_is_moe(kind) ? &p->moe_layer : &p->dense_layer;
        if (fab_stage_layers_of(stage, kind) == 0) {
            continue;
        }
        if (fab_block_is_linear(kind)) {
            linear_count = (double)p->linear_sharded / tensor + (double)p->linear_replicated;
        } else {
            softmax_count =
                (double)layer->attention_sharded / tensor + (double)layer->attention_replicated;
        }
        if (fab_block_is_moe(kind)) {
            moe_count = (double)layer->routed_experts /
                            (double)(scenario->model.experts * scenario->mapping.etp) +
                        (double)layer->shared_experts / tensor;
        } else {
            dense_count = (double)layer->dense_ffn / tensor;
        }
    }
    return WEIGHT_BYTE * (softmax_count + linear_count + dense_count + moe_count);
}

/* The fuller of two moments: the backward pass of the head, with the gradient of its weight, and
 * that of a layer, when the logits are gone again. */
static double temporary_byte(const fab_scenario *scenario, const fab_workload *workload,
                             const fab_stage *stage, double logits_byte)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const bool has_scratch = assumed->has_gradient_scratch && scenario->mapping.zero < 2 &&
                             assumed->main_gradient == FAB_GRADIENT_FP32;
    const double layer_byte = layers_temporary_byte(scenario, workload, stage);
    const double head_count = (double)workload->parameters.embedding / (double)scenario->mapping.tp;
    const double head_byte = stage->has_head && has_scratch ? WEIGHT_BYTE * head_count : 0.0;
    return fab_larger(head_byte, layer_byte - logits_byte) +
           (has_scratch ? layer_scratch_byte(scenario, workload, stage) : 0.0);
}

static double logits_byte(const fab_scenario *scenario, const fab_workload *workload,
                          const fab_stage *stage)
{
    const double logits = workload->tokens_count * workload->padded_vocabulary_count;
    const double one_byte =
        scenario->assumptions.loss == FAB_LOSS_IN_PLACE ? IN_PLACE_BYTE : LOGIT_BYTE;
    const double held_byte = scenario->assumptions.loss == FAB_LOSS_GATHERED
                                 ? GATHERED_LOGIT_BYTE * logits
                                 : one_byte * logits / (double)scenario->mapping.tp;
    return stage->has_head ? held_byte * (double)(1 + stage->mtp_modules) : 0.0;
}

double fab_stage_sharded_count(const fab_scenario *scenario, const fab_workload *workload,
                               const fab_stage_parameters *held)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    const double copies = (double)fab_pipeline_copy_count(&pipeline);
    return held->dense_count / (copies * (double)workload->groups[FAB_GROUP_DATA].ranks) +
           held->expert_count / (copies * (double)workload->groups[FAB_GROUP_EXPERT_DATA].ranks);
}

/* Of the largest layer that other ranks hold parts of; `product_byte` for weights of products. */
static double exchanged_layer_byte(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage *stage, double plain_byte, double product_byte)
{
    const bool has_replicas = workload->groups[FAB_GROUP_DATA].ranks > 1;
    const bool has_expert_replicas = workload->groups[FAB_GROUP_EXPERT_DATA].ranks > 1;
    double most_byte = 0.0;
    for (int i = 0; i < FAB_BLOCK_KIND_COUNT; i++) {
        const fab_block_kind kind = (fab_block_kind)i;
        if (fab_stage_layers_of(stage, kind) > 0) {
            const fab_stage_parameters layer = layer_parameters(scenario, workload, kind);
            const double dense_byte = fab_dense_byte(&layer, plain_byte, product_byte);
            const double expert_byte = fab_expert_byte(&layer, plain_byte, product_byte);
            most_byte = fab_larger(most_byte, (has_replicas ? dense_byte : 0.0) +
                                                  (has_expert_replicas ? expert_byte : 0.0));
        }
    }
    return most_byte;
}

/* Gradients of one layer on the way to their owner; with ZeRO 3, two layers gathered. */
static double exchange_byte(const fab_scenario *scenario, const fab_workload *workload,
                            const fab_stage *stage)
{
    const int64_t zero = scenario->mapping.zero;
    if (zero < 2) {
        return 0.0;
    }
    const double gradient_byte = sum_byte(scenario->assumptions.gradient_precision);
    const double gathered = zero == 3 ? GATHERED_LAYERS : 0.0;
    const double used_byte = fab_weight_bytes_of(scenario).used_byte;
    return exchanged_layer_byte(scenario, workload, stage, gradient_byte + gathered * WEIGHT_BYTE,
                                gradient_byte + gathered * used_byte);
}

/* Weights with `product_byte` for those of products: all, or the share of a data-parallel rank. */
static double held_byte(const fab_scenario *scenario, const fab_workload *workload,
                        const fab_stage_parameters *held, double product_byte, bool is_share)
{
    const fab_stage_parameters bytes = {
        .dense_count = fab_dense_byte(held, WEIGHT_BYTE, product_byte),
        .expert_count = fab_expert_byte(held, WEIGHT_BYTE, product_byte),
    };
    return is_share ? fab_stage_sharded_count(scenario, workload, &bytes)
                    : bytes.dense_count + bytes.expert_count;
}

/* Weights that stay on a package. */
static double weights_byte(const fab_scenario *scenario, const fab_workload *workload,
                           const fab_stage_parameters *held)
{
    const fab_weight_bytes bytes = fab_weight_bytes_of(scenario);
    const bool is_share = scenario->mapping.zero >= 3;
    return held_byte(scenario, workload, held, is_share ? bytes.shard_byte : bytes.kept_byte,
                     is_share);
}

fab_memory_forecast fab_stage_memory(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, int64_t stage_index)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    const int64_t zero = scenario->mapping.zero;
    const double total_count = held.dense_count + held.expert_count;
    const double sharded_count = fab_stage_sharded_count(scenario, workload, &held);
    const double in_flight = fab_stage_in_flight_count(scenario, stage_index);
    const double away_byte = in_flight * fab_stage_offloaded_byte(workload, stage);
    fab_memory_forecast out = {
        .weights_byte = weights_byte(scenario, workload, &held),
        .gradients_byte = main_gradient_byte(scenario) * (zero >= 2 ? sharded_count : total_count),
        .optimizer_byte = optimizer_byte(scenario) * (zero >= 1 ? sharded_count : total_count),
        .activations_byte = in_flight * kept_byte(scenario, workload, stage) -
                            (away_byte > 0.0 ? released_byte(workload, stage, away_byte) : 0.0),
        .logits_byte = logits_byte(scenario, workload, stage),
        .exchange_byte = exchange_byte(scenario, workload, stage),
        .fixed_byte = assumed->memory_fixed_byte,
        .capacity_byte = scenario->gpu.memory_byte.value,
        .host_byte = away_byte,
        .stage = stage_index,
    };
    out.temporary_byte = temporary_byte(scenario, workload, stage, out.logits_byte);
    out.reserve_byte = assumed->memory_reserve_frac * out.capacity_byte;
    out.total_byte = out.weights_byte + out.gradients_byte + out.optimizer_byte +
                     out.activations_byte + out.logits_byte + out.temporary_byte + out.fixed_byte +
                     out.reserve_byte + out.exchange_byte;
    out.fits = out.total_byte <= out.capacity_byte;
    return out;
}

/* Weights as the optimizer writes them, by those who own their state; transposed copies are made of
 * what was gathered when it is used. */
static double written_weights_byte(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage_parameters *held)
{
    return held_byte(scenario, workload, held, fab_weight_bytes_of(scenario).shard_byte,
                     scenario->mapping.zero >= 1);
}

/* With ZeRO-1 and gradients that every rank receives: PyTorch joins them into a bucket, divides it,
 * copies it back, converts it when messages have another format, and scales and reads all for the
 * norm (`allreduce_no_retain` and `scale_grads_and_get_grad_norm_squared` in
 * src/scaling/core/optimizer of github.com/Aleph-Alpha/scaling). */
static double bucket_byte(const fab_scenario *scenario, double total_count)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    if (scenario->mapping.zero != 1 || assumed->gradient_sum != FAB_GRADIENT_SUM_ALL_REDUCE) {
        return 0.0;
    }
    const double kept_byte = main_gradient_byte(scenario);
    const double sent_byte = sum_byte(assumed->gradient_precision);
    const double copied_byte = 3.0 * 2.0 * kept_byte;
    const double converted_byte =
        assumed->gradient_precision != assumed->main_gradient ? 2.0 * (kept_byte + sent_byte) : 0.0;
    return (copied_byte + converted_byte + 3.0 * kept_byte) * total_count;
}

/* What software does with all gradients that a package summed before they are sent: Megatron-LM
 * divides them by the number of replicas and takes their norm, which is no number when one of them
 * is none (`start_grad_sync` in megatron/core/distributed/param_and_grad_buffer.py). */
static double passes_byte(const fab_scenario *scenario, double total_count)
{
    return scenario->mapping.zero <= 1 ? (double)scenario->assumptions.gradient_passes *
                                             main_gradient_byte(scenario) * total_count
                                       : 0.0;
}

double fab_stage_optimizer_byte(const fab_scenario *scenario, const fab_workload *workload,
                                const fab_stage *stage)
{
    if (!scenario->assumptions.effects.optimizer) {
        return 0.0;
    }
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    const int64_t zero = scenario->mapping.zero;
    const double total_count = held.dense_count + held.expert_count;
    const double sharded_count = fab_stage_sharded_count(scenario, workload, &held);
    /* gradient read for its norm and once more, state read and written, weight written, sums set
     * to zero */
    const double gradient_byte = main_gradient_byte(scenario);
    const double update_byte = 2.0 * gradient_byte + 2.0 * optimizer_byte(scenario);
    const double written_byte = written_weights_byte(scenario, workload, &held);
    return update_byte * (zero >= 1 ? sharded_count : total_count) + written_byte +
           gradient_byte * (zero >= 2 ? sharded_count : total_count) +
           bucket_byte(scenario, total_count) + passes_byte(scenario, total_count);
}

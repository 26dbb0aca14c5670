#include "train/stage.h"

#include <fabricast/pipeline.h>

/* What a stage's packages hold: parameters, their gradients and optimizer state, activations. */

#define WEIGHT_BYTE     2.0 /* BF16 */
#define MASTER_BYTE     4.0 /* FP32 weight of the optimizer */
#define GATHERED_LAYERS 2.0 /* one in use, one on its way */
#define LOGIT_BYTE      6.0 /* BF16 logits and their FP32 softmax */
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

static double layer_dense_count(const fab_model *model, const fab_layer_parameters *layer,
                                int64_t tensor_ranks)
{
    const double sharded =
        (double)(layer->attention_sharded + layer->dense_ffn + layer->shared_experts);
    const double replicated = (double)(layer->attention_replicated + layer->norms + layer->router);
    return (sharded + copied_kv_count(model, tensor_ranks)) / (double)tensor_ranks + replicated;
}

fab_stage_parameters fab_layer_count_parameters(const fab_scenario *scenario,
                                                const fab_workload *workload, bool is_moe_layer)
{
    const fab_mapping *m = &scenario->mapping;
    const fab_model_parameters *p = &workload->parameters;
    const fab_layer_parameters *layer = is_moe_layer ? &p->moe_layer : &p->dense_layer;
    return (fab_stage_parameters){
        .dense_count = layer_dense_count(&scenario->model, layer, m->tp),
        .expert_count = (double)layer->routed_experts / (double)(m->ep * m->etp),
    };
}

fab_stage_parameters fab_stage_count_parameters(const fab_scenario *scenario,
                                                const fab_workload *workload,
                                                const fab_stage *stage)
{
    const fab_mapping *m = &scenario->mapping;
    const fab_model_parameters *p = &workload->parameters;
    const double tensor = (double)m->tp;
    const bool mtp_is_moe = scenario->model.experts > 0;
    const double moe_layers = (double)(stage->moe_layers + (mtp_is_moe ? stage->mtp_modules : 0));
    const double dense_layers =
        (double)(stage->dense_layers + (mtp_is_moe ? 0 : stage->mtp_modules));
    fab_stage_parameters out = {
        .dense_count = dense_layers * layer_dense_count(&scenario->model, &p->dense_layer, m->tp) +
                       moe_layers * layer_dense_count(&scenario->model, &p->moe_layer, m->tp),
        .expert_count = moe_layers * (double)p->moe_layer.routed_experts / (double)(m->ep * m->etp),
    };
    /* a tied head on another stage than the embedding keeps a copy of it */
    const double vocabulary_count = (double)p->embedding / tensor;
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
    out.dense_count += (double)stage->mtp_modules * 2.0 * hidden * hidden +
                       (copies_embedding ? vocabulary_count : 0.0);
    return out;
}

/* `layers` of a kind, in `again` of which parts run again. */
static double layers_byte(const fab_block *block, int64_t layers, int64_t again)
{
    return (double)(layers - again) * block->saved_byte + (double)again * block->kept_byte;
}

double fab_stage_in_flight_count(const fab_scenario *scenario, int64_t stage_index)
{
    const fab_pipeline pipeline = fab_scenario_pipeline(scenario);
    return fab_pipeline_in_flight_count(&pipeline, stage_index);
}

static double activations_byte(const fab_scenario *scenario, const fab_workload *workload,
                               const fab_stage *stage, int64_t stage_index)
{
    const double in_flight = fab_stage_in_flight_count(scenario, stage_index);
    const fab_block *dense = &workload->blocks[FAB_BLOCK_DENSE_LAYER];
    const fab_block *moe = &workload->blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *mtp = scenario->model.experts > 0 ? moe : dense;
    const double modules = (double)stage->mtp_modules;
    return in_flight * (layers_byte(dense, stage->dense_layers, stage->recomputed_dense_layers) +
                        layers_byte(moe, stage->moe_layers, stage->recomputed_moe_layers) +
                        modules * mtp->kept_byte);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* While the backward pass is in one layer: what running parts again brings back, and the gradients
 * of what a feed-forward block keeps of its inside; of routed tokens also those of the vectors in
 * order of experts, before and after the block, and in the dispatch. */
static double layer_temporary_byte(const fab_scenario *scenario, const fab_workload *workload,
                                   const fab_stage *stage, bool is_moe)
{
    const fab_model *model = &scenario->model;
    const fab_mapping *m = &scenario->mapping;
    const fab_block *block =
        &workload->blocks[is_moe ? FAB_BLOCK_MOE_LAYER : FAB_BLOCK_DENSE_LAYER];
    const int64_t layers = is_moe ? stage->moe_layers : stage->dense_layers;
    const int64_t again = is_moe ? stage->recomputed_moe_layers : stage->recomputed_dense_layers;
    const double matrices = (double)fab_model_ffn_matrices(model);
    const double width = (double)model->dense_width / (double)m->tp;
    const double inner = matrices * (double)model->expert_width / (double)m->etp;
    if (layers == 0) {
        return 0.0;
    }
    const double elements =
        is_moe ? workload->routed_rows_count * (inner + 3.0 * (double)model->hidden)
               : workload->tokens_count * matrices * width;
    return ELEMENT_BYTE * elements + (again > 0 ? block->saved_byte - block->kept_byte : 0.0);
}

/* One BF16 gradient of each shape of weight in the layers: of attention, of a dense block, of one
 * expert and of the shared ones. */
static double layer_scratch_byte(const fab_scenario *scenario, const fab_workload *workload,
                                 const fab_stage *stage)
{
    const fab_model_parameters *p = &workload->parameters;
    const double tensor = (double)scenario->mapping.tp;
    const fab_layer_parameters *any = stage->dense_layers > 0 ? &p->dense_layer : &p->moe_layer;
    double count = (double)any->attention_sharded / tensor + (double)any->attention_replicated;
    if (stage->dense_layers > 0) {
        count += (double)p->dense_layer.dense_ffn / tensor;
    }
    if (stage->moe_layers > 0) {
        count += (double)p->moe_layer.routed_experts /
                     (double)(scenario->model.experts * scenario->mapping.etp) +
                 (double)p->moe_layer.shared_experts / tensor;
    }
    return WEIGHT_BYTE * count;
}

/* The fuller of two moments: the backward pass of the head, with the gradient of its weight, and
 * that of a layer, when the logits are gone again. */
static double temporary_byte(const fab_scenario *scenario, const fab_workload *workload,
                             const fab_stage *stage, double logits_byte)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const bool has_scratch = assumed->has_gradient_scratch && scenario->mapping.zero < 2 &&
                             assumed->main_gradient == FAB_GRADIENT_FP32;
    const double layer_byte = larger(layer_temporary_byte(scenario, workload, stage, false),
                                     layer_temporary_byte(scenario, workload, stage, true));
    const double head_count = (double)workload->parameters.embedding / (double)scenario->mapping.tp;
    const double head_byte = stage->has_head && has_scratch ? WEIGHT_BYTE * head_count : 0.0;
    return larger(head_byte, layer_byte - logits_byte) +
           (has_scratch ? layer_scratch_byte(scenario, workload, stage) : 0.0);
}

static double logits_byte(const fab_scenario *scenario, const fab_workload *workload,
                          const fab_stage *stage)
{
    const double logits = workload->tokens_count * workload->padded_vocabulary_count;
    const double held_byte = scenario->assumptions.loss == FAB_LOSS_GATHERED
                                 ? GATHERED_LOGIT_BYTE * logits
                                 : LOGIT_BYTE * logits / (double)scenario->mapping.tp;
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

/* Parameters of the largest layer that other ranks hold parts of. */
static double exchanged_layer_count(const fab_scenario *scenario, const fab_workload *workload,
                                    const fab_stage *stage)
{
    const bool has_layer[] = {stage->dense_layers > 0, stage->moe_layers > 0};
    double most = 0.0;
    for (int is_moe = 0; is_moe <= 1; is_moe++) {
        if (has_layer[is_moe]) {
            const fab_stage_parameters layer =
                fab_layer_count_parameters(scenario, workload, is_moe != 0);
            const double count =
                (workload->groups[FAB_GROUP_DATA].ranks > 1 ? layer.dense_count : 0.0) +
                (workload->groups[FAB_GROUP_EXPERT_DATA].ranks > 1 ? layer.expert_count : 0.0);
            most = count > most ? count : most;
        }
    }
    return most;
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
    const double gathered_byte = zero == 3 ? GATHERED_LAYERS * WEIGHT_BYTE : 0.0;
    return (gradient_byte + gathered_byte) * exchanged_layer_count(scenario, workload, stage);
}

fab_memory_forecast fab_stage_memory(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage, int64_t stage_index)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const fab_stage_parameters held = fab_stage_count_parameters(scenario, workload, stage);
    const int64_t zero = scenario->mapping.zero;
    const double total_count = held.dense_count + held.expert_count;
    const double sharded_count = fab_stage_sharded_count(scenario, workload, &held);
    fab_memory_forecast out = {
        .weights_byte = WEIGHT_BYTE * (zero >= 3 ? sharded_count : total_count),
        .gradients_byte = main_gradient_byte(scenario) * (zero >= 2 ? sharded_count : total_count),
        .optimizer_byte = optimizer_byte(scenario) * (zero >= 1 ? sharded_count : total_count),
        .activations_byte = activations_byte(scenario, workload, stage, stage_index),
        .logits_byte = logits_byte(scenario, workload, stage),
        .exchange_byte = exchange_byte(scenario, workload, stage),
        .fixed_byte = assumed->memory_fixed_byte,
        .capacity_byte = scenario->gpu.memory_byte.value,
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
    const double update_byte = 2.0 * gradient_byte + 2.0 * optimizer_byte(scenario) + WEIGHT_BYTE;
    return update_byte * (zero >= 1 ? sharded_count : total_count) +
           gradient_byte * (zero >= 2 ? sharded_count : total_count);
}

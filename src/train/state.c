#include "train/stage.h"

#include <fabricast/pipeline.h>

/* What a stage's packages hold: parameters, their gradients and optimizer state, activations. */

#define WEIGHT_BYTE        2.0  /* BF16 */
#define MAIN_GRADIENT_BYTE 4.0  /* FP32, accumulated over micro-batches */
#define OPTIMIZER_BYTE     12.0 /* FP32 master weight and two moments */
#define GATHERED_LAYERS    2.0  /* one in use, one on its way */
#define ADAM_TRAFFIC_BYTE  30.0 /* read and write gradient, master, moments; write BF16 weight */
#define NORM_TRAFFIC_BYTE  4.0  /* gradient norm reads the sharded gradient */
#define ZERO_TRAFFIC_BYTE  4.0  /* gradient buffer set to zero */
#define LOGIT_BYTE         6.0  /* BF16 logits and their FP32 softmax */

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

/* What running parts of one layer again brings back at once. */
static double one_layer_byte(const fab_workload *workload, const fab_stage *stage)
{
    const fab_block *dense = &workload->blocks[FAB_BLOCK_DENSE_LAYER];
    const fab_block *moe = &workload->blocks[FAB_BLOCK_MOE_LAYER];
    const double dense_byte =
        stage->recomputed_dense_layers > 0 ? dense->saved_byte - dense->kept_byte : 0.0;
    const double moe_byte =
        stage->recomputed_moe_layers > 0 ? moe->saved_byte - moe->kept_byte : 0.0;
    return dense_byte > moe_byte ? dense_byte : moe_byte;
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
                        modules * mtp->kept_byte) +
           one_layer_byte(workload, stage);
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
    const bool is_fp32 = scenario->assumptions.gradient_precision == FAB_GRADIENT_FP32;
    const double gradient_byte = is_fp32 ? MAIN_GRADIENT_BYTE : WEIGHT_BYTE;
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
    const double logits =
        workload->tokens_count * workload->padded_vocabulary_count / (double)scenario->mapping.tp;
    fab_memory_forecast out = {
        .weights_byte = WEIGHT_BYTE * (zero >= 3 ? sharded_count : total_count),
        .gradients_byte = MAIN_GRADIENT_BYTE * (zero >= 2 ? sharded_count : total_count),
        .optimizer_byte = OPTIMIZER_BYTE * (zero >= 1 ? sharded_count : total_count),
        .activations_byte = activations_byte(scenario, workload, stage, stage_index),
        .logits_byte =
            stage->has_head ? LOGIT_BYTE * logits * (double)(1 + stage->mtp_modules) : 0.0,
        .exchange_byte = exchange_byte(scenario, workload, stage),
        .fixed_byte = assumed->memory_fixed_byte,
        .capacity_byte = scenario->gpu.memory_byte.value,
        .stage = stage_index,
    };
    out.reserve_byte = assumed->memory_reserve_frac * out.capacity_byte;
    out.total_byte = out.weights_byte + out.gradients_byte + out.optimizer_byte +
                     out.activations_byte + out.logits_byte + out.fixed_byte + out.reserve_byte +
                     out.exchange_byte;
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
    return (ADAM_TRAFFIC_BYTE + NORM_TRAFFIC_BYTE) * (zero >= 1 ? sharded_count : total_count) +
           ZERO_TRAFFIC_BYTE * (zero >= 2 ? sharded_count : total_count);
}

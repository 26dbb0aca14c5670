#include "catalog/kinds.h"
#include "catalog/model_check.h"
#include "catalog/resolve.h"
#include "catalog/table_macros.h"

#define FAB_STRUCT fab_model

/* limits that keep every product of two counts exact in 64 bits */
#define WIDTH_LIMIT  1e7
#define LAYER_LIMIT  1e5
#define EXPERT_LIMIT 1e5

static const char *const ATTENTIONS[] = {"gqa", "mla", NULL};
static const char *const LINEARS[] = {"none", "delta", "lightning", NULL};
static const char *const NORMS[] = {"rms", "layer", NULL};
static const char *const BIASES[] = {"none", "all", "qkv", NULL};

static const fab_field FIELDS[] = {
    FAB_ENTRIES_NAME,
    FAB_ENTRY_COUNT("layers", layers, true, 1, LAYER_LIMIT, "transformer layers"),
    FAB_ENTRY_COUNT("dense_layers", dense_layers, false, 0, LAYER_LIMIT,
                    "layers with a dense feed-forward block, the first ones; left out: all of them "
                    "without experts, none with experts, what `moe_every` leaves"),
    FAB_ENTRY_COUNT("moe_every", moe_every, false, 1, LAYER_LIMIT,
                    "of so many layers the last has experts; 1: all behind the dense ones"),
    FAB_ENTRY_COUNT("encoder_layers", encoder_layers, false, 0, LAYER_LIMIT,
                    "layers of an encoder; the others attend to it too"),
    FAB_ENTRY_COUNT("hidden", hidden, true, 1, WIDTH_LIMIT, "hidden size"),
    FAB_ENTRY_COUNT("dense_width", dense_width, false, 0, WIDTH_LIMIT,
                    "inner width of the dense feed-forward block"),
    FAB_ENTRY_COUNT("heads", heads, true, 1, WIDTH_LIMIT, "attention heads"),
    FAB_ENTRY_COUNT("kv_heads", kv_heads, false, 1, WIDTH_LIMIT,
                    "key and value heads; left out: as many as heads"),
    FAB_ENTRY_COUNT("head_dim", head_dim, false, 1, WIDTH_LIMIT,
                    "dimension of a head; left out: hidden / heads"),
    FAB_ENTRY_CHOICE("attention", attention, ATTENTIONS,
                     "grouped-query (also multi-head) or multi-head latent attention"),
    FAB_ENTRY_COUNT("q_rank", q_rank, false, 0, WIDTH_LIMIT,
                    "query latent of mla; 0: full query projection"),
    FAB_ENTRY_COUNT("kv_rank", kv_rank, false, 0, WIDTH_LIMIT, "key and value latent of mla"),
    FAB_ENTRY_COUNT("qk_nope_dim", qk_nope_dim, false, 0, WIDTH_LIMIT,
                    "query and key dimension of mla without position"),
    FAB_ENTRY_COUNT("qk_rope_dim", qk_rope_dim, false, 0, WIDTH_LIMIT,
                    "query and key dimension of mla with rotary position"),
    FAB_ENTRY_COUNT("v_dim", v_dim, false, 0, WIDTH_LIMIT, "value dimension of mla"),
    FAB_ENTRY_FLAG("attention_gate", has_attention_gate,
                   "the projection of the queries makes a gate of the output too"),
    FAB_ENTRY_FLAG("attention_sinks", has_attention_sinks,
                   "a learned score per head beside the keys"),
    FAB_ENTRY_COUNT("window", window, false, 0, WIDTH_LIMIT,
                    "tokens that a sliding window looks back; 0 for none"),
    FAB_ENTRY_COUNT("window_layers", window_layers, false, 0, LAYER_LIMIT,
                    "layers whose attention has that window"),
    FAB_ENTRY_CHOICE("linear_attention", linear_attention, LINEARS,
                     "kind of the layers whose attention has no softmax"),
    FAB_ENTRY_COUNT("linear_layers", linear_layers, false, 0, LAYER_LIMIT,
                    "layers with linear attention"),
    FAB_ENTRY_COUNT("linear_key_heads", linear_key_heads, false, 0, WIDTH_LIMIT,
                    "heads of queries and keys in linear attention"),
    FAB_ENTRY_COUNT("linear_key_dim", linear_key_dim, false, 0, WIDTH_LIMIT,
                    "dimension of such a head"),
    FAB_ENTRY_COUNT("linear_heads", linear_heads, false, 0, WIDTH_LIMIT,
                    "heads of values, gate and output in linear attention"),
    FAB_ENTRY_COUNT("linear_dim", linear_dim, false, 0, WIDTH_LIMIT, "dimension of such a head"),
    FAB_ENTRY_COUNT("linear_taps", linear_taps, false, 0, 1024,
                    "taps of the convolution before linear attention; 0: none"),
    FAB_ENTRY_FLAG("gated", is_gated,
                   "three matrices in a feed-forward block (SwiGLU) instead of two"),
    FAB_ENTRY_COUNT("experts", experts, false, 0, EXPERT_LIMIT,
                    "routed experts of a layer; 0: a dense model"),
    FAB_ENTRY_COUNT("experts_per_token", experts_per_token, false, 0, EXPERT_LIMIT,
                    "routed experts that a token visits"),
    FAB_ENTRY_COUNT("expert_width", expert_width, false, 0, WIDTH_LIMIT,
                    "inner width of an expert"),
    FAB_ENTRY_COUNT("shared_width", shared_width, false, 0, WIDTH_LIMIT,
                    "inner width of the shared experts together"),
    FAB_ENTRY_FLAG("shared_gate", has_shared_gate, "a score per token weighs the shared experts"),
    FAB_ENTRY_COUNT("router_groups", router_groups, false, 0, EXPERT_LIMIT,
                    "groups of experts for group-limited routing; 0: none"),
    FAB_ENTRY_COUNT("groups_per_token", groups_per_token, false, 0, EXPERT_LIMIT,
                    "groups that a token may go to"),
    FAB_ENTRY_FLAG("expert_bias", has_expert_bias, "a correction per expert in the router"),
    FAB_ENTRY_FLAG("clamped_experts", has_clamped_experts,
                   "what enters the gate of an expert is limited to a range"),
    FAB_ENTRY_COUNT("vocabulary", vocabulary, true, 1, 1e8, "tokens of the vocabulary"),
    FAB_ENTRY_FLAG("tied", is_tied, "the head shares the weights of the embedding"),
    FAB_ENTRY_COUNT("learned_positions", learned_positions, false, 0, 1e8,
                    "positions with a learned embedding; 0: rotary"),
    FAB_ENTRY_CHOICE("norm", norm, NORMS, "root-mean-square or layer normalisation"),
    FAB_ENTRY_CHOICE("bias", bias, BIASES, "linear layers with a bias"),
    FAB_ENTRY_FLAG("qk_norm", has_qk_norm, "normalised queries and keys"),
    FAB_ENTRY_COUNT("extra_parameters", extra_parameters, false, 0, 1e15,
                    "parameters outside the layers, such as an encoder of pictures"),
    FAB_ENTRY_COUNT("mtp_layers", mtp_layers, false, 0, 100, "multi-token-prediction modules"),
    FAB_ENTRY_COUNT("sequence", sequence, true, 1, 1e9,
                    "tokens of a training sequence in the publication"),
    FAB_ENTRY_SOURCED("total_parameters", published_total_count, false, FAB_DIM_COUNT, 0, 1e18,
                      "parameters as published"),
    FAB_ENTRY_SOURCED("active_parameters", published_active_count, false, FAB_DIM_COUNT, 0, 1e18,
                      "parameters that one token uses, as published"),
    FAB_ENTRIES_PROVENANCE,
};

/* dense_layers below 0 means left out; the checks replace it */
static const fab_model DEFAULTS = {
    .name = "custom",
    .dense_layers = -1,
    .moe_every = 1,
    .is_gated = true,
    .attention = FAB_ATTENTION_GQA,
    .norm = FAB_NORM_RMS,
    .bias = FAB_BIAS_NONE,
    .confidence = FAB_CONFIDENCE_ASSUMPTION,
};

const fab_table FAB_MODEL_TABLE = {
    .kind = "model",
    .fields = FIELDS,
    .count = FAB_TABLE_SIZE(FIELDS),
    .size = sizeof(fab_model),
    .defaults = &DEFAULTS,
};

/* what follows another field in the base row goes on following it when the map is silent */
static void release_followers(const fab_node *node, fab_model *model)
{
    const bool follows =
        model->experts == 0 || model->moe_every > 1 || fab_node_get(node, "moe_every");
    if (follows && !fab_node_get(node, "dense_layers")) {
        model->dense_layers = -1;
    }
    if (model->kv_heads == model->heads && !fab_node_get(node, "kv_heads")) {
        model->kv_heads = 0;
    }
}

static int64_t usual_dense_layers(const fab_model *model)
{
    if (model->experts == 0) {
        return model->layers;
    }
    return model->moe_every > 1 ? model->layers - model->layers / model->moe_every : 0;
}

static void fill_in(fab_model *model)
{
    if (model->dense_layers < 0) {
        model->dense_layers = usual_dense_layers(model);
    }
    if (model->kv_heads == 0) {
        model->kv_heads = model->heads;
    }
    if (model->head_dim == 0 && model->hidden % model->heads == 0) {
        model->head_dim = model->hidden / model->heads;
    }
}

fab_status fab_model_read(const fab_reading *reading, const fab_node *node, const void *base,
                          void *out)
{
    fab_model *model = out;
    if (base) {
        *model = *(const fab_model *)base;
        release_followers(node, model);
    }
    FAB_TRY(fab_row_read(reading, &FAB_MODEL_TABLE, node, base != NULL, model));
    fill_in(model);
    return fab_model_check(reading->diagnostics, node, model);
}

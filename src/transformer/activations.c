#include <fabricast/transformer.h>

#include <assert.h>
#include <math.h>

/* what the softmax of attention and the router keep in single precision, per token */
#define SOFTMAX_BYTE_PER_HEAD  4.0
#define ROUTER_BYTE_PER_EXPERT 12.0

/* elements saved around the two residual branches: each norm's input and output */
static int64_t norm_elements(const fab_model *model)
{
    return 4 * model->hidden;
}

/* queries, their gate where there is one, keys and values; key and value heads that several ranks
 * need are on each of them */
static int64_t gqa_elements(const fab_model *model, int64_t tensor_ranks)
{
    const int64_t kv_heads = tensor_ranks * fab_model_rank_kv_heads(model, tensor_ranks);
    const int64_t query_heads = model->has_attention_gate ? 2 * model->heads : model->heads;
    return (query_heads + 2 * kv_heads) * model->head_dim;
}

/* both latents before and after their norms, the shared rotary key, then full queries, keys and
 * values */
static int64_t mla_elements(const fab_model *model)
{
    const int64_t latents = 2 * model->q_rank + 2 * model->kv_rank + model->qk_rope_dim;
    return latents + model->heads * (2 * fab_model_qk_dim(model) + fab_model_v_dim(model));
}

static int64_t attention_elements(const fab_model *model, int64_t tensor_ranks)
{
    const int64_t output = model->heads * fab_model_v_dim(model);
    return output + (model->attention == FAB_ATTENTION_MLA ? mla_elements(model)
                                                           : gqa_elements(model, tensor_ranks));
}

/* what enters the activation function (twice the width when gated) and what leaves it */
static int64_t ffn_elements(const fab_model *model, int64_t width)
{
    return fab_model_ffn_matrices(model) * width;
}

fab_activation_bytes fab_model_activation_bytes(const fab_model *model, bool is_moe_layer,
                                                int64_t tensor_ranks, int64_t expert_tensor_ranks,
                                                double element_byte)
{
    assert(model && tensor_ranks >= 1 && expert_tensor_ranks >= 1);
    assert(isfinite(element_byte) && element_byte > 0.0);
    int64_t elements = norm_elements(model) + attention_elements(model, tensor_ranks);
    fab_activation_bytes bytes = {
        .sharded_byte = SOFTMAX_BYTE_PER_HEAD * (double)model->heads,
    };

    if (is_moe_layer) {
        /* an expert's input and output stay for the gradients of its weights and of the router;
         * ranks that share an expert each keep the input that they gathered */
        const int64_t copy =
            (1 + expert_tensor_ranks) * model->hidden + ffn_elements(model, model->expert_width);
        elements += ffn_elements(model, model->shared_width);
        bytes.sharded_byte += ROUTER_BYTE_PER_EXPERT * (double)model->experts;
        bytes.routed_byte = element_byte * (double)model->experts_per_token * (double)copy;
    } else {
        elements += ffn_elements(model, model->dense_width);
    }
    bytes.sharded_byte += element_byte * (double)elements;
    return bytes;
}

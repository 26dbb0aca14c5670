#ifndef FAB_WEIGHTS_H
#define FAB_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/catalog.h>

/* Matrices of a model without biases and norms: what parameters and FLOPs have in common. */

/* Adds factor x count to `sum`, none of them negative; the sum stays at INT64_MAX once it does not
 * fit. */
void fab_count_add(int64_t *sum, int64_t factor, int64_t count);

/* Layers with experts: all but `dense_layers`, none when the model has no experts. */
int64_t fab_model_moe_layers(const fab_model *model);

/* True when the last layer has experts; modules of multi-token prediction are built alike. */
bool fab_model_ends_with_experts(const fab_model *model);

/* Elements of the attention projections that tensor parallelism cuts, and of those that every
 * tensor rank holds (the down-projections of MLA). */
int64_t fab_model_attention_sharded_weights(const fab_model *model);
int64_t fab_model_attention_replicated_weights(const fab_model *model);

/* Elements of the projections of linear attention, and of a decoder's look at the encoder. */
int64_t fab_model_linear_weights(const fab_model *model);
int64_t fab_model_cross_weights(const fab_model *model);

/* Layers with linear attention instead of softmax, and layers that look at an encoder. */
int64_t fab_model_linear_layers(const fab_model *model);
int64_t fab_model_decoder_layers(const fab_model *model);

/* Elements of a feed-forward block of inner width `width`: G h width. */
int64_t fab_model_ffn_weights(const fab_model *model, int64_t width);

#endif

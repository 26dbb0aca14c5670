#ifndef FAB_TESTS_SMALL_MODEL_H
#define FAB_TESTS_SMALL_MODEL_H

#include <fabricast/catalog.h>

/* A model small enough for a pocket calculator: h = 16, 4 heads and 2 key/value heads of 4, f = 32,
 * gated, V = 100, one dense layer, then 4 experts of width 8, 2 active. */
static inline fab_model small_model(int64_t layers)
{
    return (fab_model){.name = "hand",
                       .layers = layers,
                       .dense_layers = 1,
                       .hidden = 16,
                       .dense_width = 32,
                       .heads = 4,
                       .kv_heads = 2,
                       .head_dim = 4,
                       .is_gated = true,
                       .experts = 4,
                       .experts_per_token = 2,
                       .expert_width = 8,
                       .vocabulary = 100,
                       .sequence = 4};
}

#endif

#ifndef FAB_TRANSFORMER_H
#define FAB_TRANSFORMER_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/catalog.h>

FAB_BEGIN_DECLS

/* Functions of a model's shape alone: nothing allocated, no state, thread-safe. A model is one that
 * the catalog or a scenario has checked: no member is negative or above 1e9, and a token uses at
 * most as many experts as there are. A model without experts has only dense layers, whatever
 * `dense_layers` says. */

/* Parameters of one layer with softmax attention, split by how a mapping shards them. Whole-layer
 * counts, unsharded. A decoder's look at the encoder is in the totals of the model alone; what
 * layers with linear attention have instead is in fab_model_parameters. */
typedef struct fab_layer_parameters {
    int64_t attention_sharded;    /* divided by the tensor-parallel size */
    int64_t attention_replicated; /* MLA down-projections and latent norms, q/k norms, the bias of
                                     the output projection: on every tensor rank */
    int64_t norms;                /* the two block norms, replicated */
    int64_t dense_ffn;            /* dense feed-forward block with its biases */
    int64_t router; /* replicated, with the gate of the shared experts; without the correction bias
                       per expert, which has no gradient */
    int64_t routed_experts; /* all experts together */
    int64_t shared_experts; /* sharded like a dense block */
} fab_layer_parameters;

/* Parameters of a model. */
typedef struct fab_model_parameters {
    fab_layer_parameters dense_layer; /* of one layer with a dense block; zero if there are none */
    fab_layer_parameters moe_layer;   /* of one layer with experts; zero if there are none */
    int64_t linear_sharded;    /* of a layer with linear attention, in place of attention_sharded */
    int64_t linear_replicated; /* and in place of attention_replicated: a norm of one head */
    int64_t embedding;         /* token embedding, V h */
    int64_t positions;         /* learned position embedding */
    int64_t head;              /* output head when not tied, V h */
    int64_t final_norm;
    int64_t mtp;                   /* multi-token-prediction modules, not part of `total` */
    int64_t total;                 /* without multi-token-prediction modules */
    int64_t active;                /* used by one token: total - (E - k) experts per layer */
    int64_t active_less_embedding; /* active - embedding - positions; a tied head goes with them */
} fab_model_parameters;

/* Counts parameters exactly; a count that does not fit is INT64_MAX.
 * Formula: docs/models-transformer.md#parameters (sum over layers of attention, norms,
 * feed-forward; embedding, head, positions, final norm). */
FAB_API fab_model_parameters fab_model_count_parameters(const fab_model *model);

/* Sum of all the members of one layer; INT64_MAX when it does not fit. */
FAB_API int64_t fab_layer_parameters_total(const fab_layer_parameters *layer);

/* Floating-point operations of one token, in the convention of model FLOPs: every matrix product
 * once forward and twice backward, attention core with the causal half only, output head included,
 * nothing for embedding look-up, norms, activations or recomputation. */
typedef struct fab_model_flops {
    double linear_forward_flop; /* all products with weights, forward, without MTP */
    double core_forward_flop;   /* attention scores and values, forward, causal, and the states and
                                   convolutions of linear attention, without MTP */
    double total_flop;          /* 3 x (linear + core), with MTP modules when asked for */
} fab_model_flops;

/* Twice the keys that a query sees on average in a softmax layer, the mean over these layers: s
 * without a window, for it sees half of the sequence; with a sliding window of w < s tokens
 * 2 w - w^2 / s. */
FAB_API double fab_model_attended_count(const fab_model *model, int64_t sequence);

/* Counts the FLOPs of one token at sequence length `sequence`.
 * linear = 2 (active - untied input embedding - positions - norms - biases); core = sum over layers
 * a (dq + dv) s, or with linear attention 8 a_v d_k d_v + 2 taps (2 a_k d_k + a_v d_v) of the delta
 * rule (four products of a state and a vector per head and token, Yang et al. 2024, arXiv
 * 2412.06464, equation 10, as Megatron-LM counts them) and 4 a_v d_k d_v of lightning attention
 * (two, MiniMax-01, arXiv 2501.08313). Narayanan et al. 2021 eq. 3 without recomputation, with the
 * causal half. docs/models-transformer.md#flops. */
FAB_API fab_model_flops fab_model_count_flops(const fab_model *model, int64_t sequence,
                                              bool with_mtp);

/* Layers with linear attention among the first `layers` (0 to model->layers): those with softmax
 * are spread evenly, the last of each run of layers, as in Qwen3-Next (each fourth) and MiniMax-01
 * (each eighth). */
FAB_API int64_t fab_model_linear_before(const fab_model *model, int64_t layers);

/* Dimension of a query/key head and of a value head, whichever attention the model has. */
FAB_API int64_t fab_model_qk_dim(const fab_model *model);
FAB_API int64_t fab_model_v_dim(const fab_model *model);

/* Matrices of a feed-forward block: 3 when gated, else 2. */
FAB_API int64_t fab_model_ffn_matrices(const fab_model *model);

/* Expected number of distinct groups that the k experts of a token fall into when E experts are
 * dealt in order and equally to `groups` (>= 1) groups and the k are drawn without replacement:
 * groups (1 - C(E - E/groups, k) / C(E, k)). Group-limited routing (router_groups,
 * groups_per_token) draws from only that many groups first. Exact where one of `groups` and
 * router_groups divides the other. 0 without experts. Cost O(k), times groups_per_token^2 for fewer
 * groups than the router's. docs/models-transformer.md#dispatch. */
FAB_API double fab_model_distinct_groups_count(const fab_model *model, int64_t groups);

/* Tokens of the busiest over the mean, in the mean over micro-batches. */
typedef struct fab_expert_load {
    double expert_ratio;
    double rank_ratio; /* of ranks that hold as many experts each, dealt at random */
} fab_expert_load;

/* Expected loads when `tokens_count` > 0 tokens choose k of E experts each, independently, and the
 * experts lie on `ranks` >= 1 ranks. Expert i is drawn with a probability in proportion to
 * i^-skew_count, without replacement.
 *
 * skew 0 (multinomial): 1 + A(n) sqrt((1 - k / E) / mean), n experts or ranks, mean their tokens,
 * A(n) the expected maximum of n standard normals. Else with shares pi_i = 1 - exp(-tau i^-skew),
 * sum pi_i = k: the largest of pi_j T + A(j) sqrt(pi_j (1 - pi_j) T) over j, and for ranks of the
 * normal maximum and of the rank of the j-th expert. Within 5 % of drawing at random
 * (tests/test_expert_load.c). Ratios are 1 where all experts are chosen. Cost O(E), times 100 with
 * a skew. docs/models-transformer.md#load. */
FAB_API fab_expert_load fab_model_expert_load(const fab_model *model, double tokens_count,
                                              int64_t ranks, double skew_count);

/* How a layer runs, as far as it decides what is kept for the backward pass. */
typedef struct fab_activation_rule {
    int64_t tensor_ranks; /* >= 1: key and value heads that several ranks need are kept by each
                             (fab_model_rank_kv_heads) */
    int64_t expert_tensor_ranks; /* >= 1, of one expert: each keeps the tokens of all of them as its
                                    input, and its part of everything else */
    int64_t sequence;            /* tokens that attend to each other, of unfused attention */
    double element_byte; /* > 0, of a kept element; softmax statistics and router scores stay
                            in single precision, masks have one byte */
    double input_byte;   /* of an element kept as input of a product alone; 0: as others */
    double gate_byte;    /* of an element that enters an expert's activation; 0: as others */
    double output_byte;  /* of an element of attention's output, kept once; 0: as others, and where
                            input_byte differs as input of the next product too */
    int recomputed;      /* set of fab_layer_part that run again and keep nothing */
    bool is_linear;      /* the layer has linear attention instead of softmax */
    bool is_sequence_parallel;
    bool is_unfused; /* attention keeps its probabilities */
    bool has_dropout;
    bool has_unfused_norms;       /* the input in FP32 and what is scaled are kept too */
    bool has_unfused_activations; /* gated: what the function gives is kept too */
    bool keeps_no_expert_outputs; /* weighted before the second matrix */
    bool keeps_unlimited;         /* what enters an expert's gate is kept before its limits, too */
} fab_activation_rule;

/* Activation bytes that one layer keeps for its backward pass, per token of a tensor group, by how
 * they are cut. Experts keep their inputs and outputs. docs/models-transformer.md#activations
 * (Korthikanti et al. 2022, table 2, extended to GQA, MLA and experts). */
typedef struct fab_activation_bytes {
    double sharded_byte; /* divide by the tensor-parallel size */
    double routed_byte;  /* divide by the tensor-parallel size, times the load factor */
    double whole_byte;   /* on every tensor rank; 0 with sequence parallelism */
} fab_activation_bytes;

/* Counts them for a layer with experts or a dense one. With FAB_PART_LAYER recomputed only the
 * layer's input is left. */
FAB_API fab_activation_bytes fab_model_activation_bytes(const fab_model *model, bool is_moe_layer,
                                                        const fab_activation_rule *rule);

FAB_END_DECLS

#endif

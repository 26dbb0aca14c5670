#ifndef FAB_WORKLOAD_H
#define FAB_WORKLOAD_H

#include <stddef.h>

#include <fabricast/collective.h>
#include <fabricast/fabric.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>
#include <fabricast/transformer.h>

#include "gpu/speed.h"

/* What one package does for one micro-batch, as lists of operators and messages per block of the
 * model, and how the groups that exchange messages lie on the fabric. */

typedef enum fab_group_kind {
    FAB_GROUP_TENSOR,
    FAB_GROUP_CONTEXT,       /* ranks that share sequences */
    FAB_GROUP_CONTEXT_INNER, /* those of them that deal heads among each other */
    FAB_GROUP_CONTEXT_OUTER, /* those of them that pass keys and values on */
    FAB_GROUP_PIPELINE,
    FAB_GROUP_DATA,    /* context and data ranks that share out a dense parameter's replicas */
    FAB_GROUP_REPLICA, /* equal members of such groups, with HSDP */
    FAB_GROUP_EXPERT,  /* ranks over which experts are dealt */
    FAB_GROUP_EXPERT_TENSOR,  /* ranks that share an expert */
    FAB_GROUP_EXPERT_DATA,    /* ranks that share out the replicas of an expert's parameters */
    FAB_GROUP_EXPERT_REPLICA, /* equal members of such groups */
    FAB_GROUP_KIND_COUNT
} fab_group_kind;

typedef struct fab_operator {
    const char *name;
    fab_operator_kind kind;
    fab_operator_work forward;
    fab_operator_work backward; /* all of it, or the input gradients of a product */
    fab_operator_work weight;   /* the weight gradients of a product: an operator of its own */
    int parts;                  /* set of fab_layer_part that it belongs to */
    bool is_last;               /* its result only leaves the layer: no gradient reads it */
    bool is_once;               /* never runs again: a loss, copies of what was gathered */
    bool is_loss;               /* its result is what the model is trained for */
    double issued_count;        /* what the host issues in a pass, in operators */
} fab_operator;

/* A collective and how often a micro-batch's pass needs it. */
typedef struct fab_message {
    const char *name;
    fab_message_class message_class;
    fab_collective_cost cost; /* of one */
    int64_t forward_count;
    int64_t backward_count;
    int64_t beside_count; /* of those, the ones beside which products of gradients can run */
    int parts;            /* set of fab_layer_part that it belongs to */
    bool is_ring;         /* parts of keys and values on their way around */
    bool is_last;         /* forward, what it brings only leaves the layer */
    bool is_once;         /* never runs again */
} fab_message;

/* Lists the groups of a scenario's mapping as lattices of ranks. */
void fab_workload_groups(const fab_scenario *scenario, fab_group groups[FAB_GROUP_KIND_COUNT]);

/* Whether what belongs to `parts` runs again in the backward pass where `recomputed` does. */
static inline bool fab_runs_again(int recomputed, int parts)
{
    return (recomputed & (parts | (int)FAB_PART_LAYER)) != 0;
}

/* The same of an operator or a message: a compiler that sees both passes, or a checkpoint that
 * stops early, leaves out what nothing reads. */
static inline bool fab_operator_runs_again(const fab_scenario *scenario, int recomputed,
                                           const fab_operator *op)
{
    const bool is_unread = op->is_last && !scenario->assumptions.reruns_last;
    return !is_unread && !op->is_once && fab_runs_again(recomputed, op->parts);
}

static inline bool fab_message_runs_again(const fab_scenario *scenario, int recomputed,
                                          const fab_message *message)
{
    const bool is_unread = message->is_last && !scenario->assumptions.reruns_last;
    return !is_unread && !message->is_once && fab_runs_again(recomputed, message->parts);
}

typedef enum fab_block_kind {
    FAB_BLOCK_DENSE_LAYER,
    FAB_BLOCK_MOE_LAYER,
    FAB_BLOCK_EMBEDDING,
    FAB_BLOCK_HEAD,
    FAB_BLOCK_MTP_PROJECTION,
    FAB_BLOCK_DENSE_LAYER_BF16, /* the same with products in BF16; empty where no layer is so */
    FAB_BLOCK_MOE_LAYER_BF16,
    FAB_BLOCK_DENSE_LAYER_LINEAR, /* with linear attention instead of softmax */
    FAB_BLOCK_MOE_LAYER_LINEAR,
    FAB_BLOCK_KIND_COUNT
} fab_block_kind;

#define FAB_OPERATOR_LIMIT 32
#define FAB_MESSAGE_LIMIT  16

typedef struct fab_block {
    fab_operator operators[FAB_OPERATOR_LIMIT];
    size_t operator_count;
    fab_message messages[FAB_MESSAGE_LIMIT];
    size_t message_count;
    double saved_byte; /* activations kept for the backward pass when nothing runs again */
    double kept_byte;  /* kept where mapping.recompute holds */
} fab_block;

typedef struct fab_workload {
    fab_placement groups[FAB_GROUP_KIND_COUNT];
    fab_collective_network network;
    fab_gpu_speed speed;
    fab_model_parameters parameters;
    double tokens_count;       /* T = s b / c: tokens of a micro-batch in a tensor group */
    double shard_tokens_count; /* T1 = T / t: tokens of a rank where sequences are sharded; T
                                  without sequence parallelism */
    double routed_rows_count;  /* R: token copies that a rank's experts process */
    double expert_load_ratio;  /* of the busiest rank over an even share of all tokens */
    double mean_load_ratio;    /* of the mean rank: 1, or the capacity that all are padded to */
    double padded_vocabulary_count;
    fab_block blocks[FAB_BLOCK_KIND_COUNT];
    fab_collective_cost transfer; /* activations of a micro-batch to the next stage */
} fab_workload;

/* Builds the lists for a scenario. FAB_E_RANGE when a group cannot be laid on the fabric. */
FAB_CHECKED fab_status fab_workload_build(const fab_scenario *scenario, fab_workload *out);

/* fab_collective_estimate and fab_collective_time on the workload's network; `place` is one of its
 * groups, whose number goes with the cost. */
FAB_CHECKED fab_status fab_workload_estimate(const fab_workload *workload, fab_collective_kind kind,
                                             const fab_placement *place, double payload_bit,
                                             fab_collective_cost *out);
FAB_CHECKED fab_status fab_workload_time(const fab_workload *workload, fab_collective_kind kind,
                                         const fab_placement *place,
                                         const double tier_bit[FAB_TIER_LIMIT],
                                         fab_collective_cost *out);

static inline bool fab_block_is_dense(fab_block_kind kind)
{
    return kind == FAB_BLOCK_DENSE_LAYER || kind == FAB_BLOCK_DENSE_LAYER_BF16 ||
           kind == FAB_BLOCK_DENSE_LAYER_LINEAR;
}

static inline bool fab_block_is_moe(fab_block_kind kind)
{
    return kind == FAB_BLOCK_MOE_LAYER || kind == FAB_BLOCK_MOE_LAYER_BF16 ||
           kind == FAB_BLOCK_MOE_LAYER_LINEAR;
}

static inline bool fab_block_is_layer(fab_block_kind kind)
{
    return fab_block_is_dense(kind) || fab_block_is_moe(kind);
}

static inline bool fab_block_is_linear(fab_block_kind kind)
{
    return kind == FAB_BLOCK_DENSE_LAYER_LINEAR || kind == FAB_BLOCK_MOE_LAYER_LINEAR;
}

/* Whether products of a layer's block stay in BF16 in a job of fewer bits. */
static inline bool fab_block_is_wide(fab_block_kind kind)
{
    return kind == FAB_BLOCK_DENSE_LAYER_BF16 || kind == FAB_BLOCK_MOE_LAYER_BF16;
}

/* Whether a scenario has layers of a kind. */
bool fab_workload_has_layers(const fab_scenario *scenario, fab_block_kind kind);

/* Load of the busiest expert and of the busiest rank that the scenario's mapping leads to; 0
 * without experts. */
fab_expert_load fab_workload_expert_load(const fab_scenario *scenario);

/* Adds a message to a block's list. */
void fab_block_add_message(fab_block *block, const char *name, fab_message_class message_class,
                           const fab_collective_cost *cost, int64_t forward_count,
                           int64_t backward_count);

/* Parts of the build, each in its own file. */
FAB_CHECKED fab_status fab_workload_place(const fab_scenario *scenario, fab_workload *workload);
FAB_CHECKED fab_status fab_workload_layer_messages(const fab_scenario *scenario,
                                                   fab_workload *workload);
FAB_CHECKED fab_status fab_workload_context_messages(const fab_scenario *scenario,
                                                     fab_workload *workload, fab_block_kind kind);
void fab_workload_operators(const fab_scenario *scenario, fab_workload *workload);

/* fab_precision of what tensor ranks gather for products: FP8 where these take it, unless they stay
 * in BF16 (`is_wide`). Head and embedding gather as `tensor_precision` says. */
static inline int fab_workload_gather_precision(const fab_scenario *scenario, bool is_wide)
{
    const fab_assumptions *assumed = &scenario->assumptions;
    const bool is_fp8 = assumed->gather_precision == FAB_PRECISION_FP8 && !is_wide;
    return is_fp8 ? FAB_PRECISION_FP8 : assumed->tensor_precision;
}

/* Whether the products of a rank's experts run one after the other, with PyTorch's operators around
 * them. */
bool fab_workload_loops_experts(const fab_scenario *scenario);

#endif

#ifndef FAB_RUN_SOFTWARE_H
#define FAB_RUN_SOFTWARE_H

#include "validate/measured_runs.h"
#include "validate/run_experts.h"

/* What the software of a run does, read from the words of its row: the columns `software`,
 * `overlap_and_extras`, `dp_sharding` and `year`. docs/validation.md has the rules. */
typedef struct fab_run_software {
    double tensor_overlap_frac;   /* of tensor messages, cut into t pieces behind products */
    double tensor_gradient_frac;  /* of those beside which products of gradients run */
    double pipeline_overlap_frac; /* transfers of interleaved stages */
    double data_overlap_frac;     /* gradients behind the backward pass */
    double server_loss_frac;      /* what that adds to the loss, on the inner tier */
    fab_run_experts experts;
    bool shards_experts;   /* unsaid expert-tensor ranks are the tensor ranks */
    const char *attention; /* words of the scenario's assumptions */
    const char *elementwise;
    const char *context; /* how context ranks see keys and values of others: a cp_mode */
    bool has_fused_loss;
    bool has_fused_latents; /* MLA's rotary part is one kernel */
    bool gathers_fp8;       /* shards in BF16 are converted before they are gathered */
    bool launch_waits;
    double launch_s;     /* host time of an operator or message */
    int64_t loss_checks; /* waits for the loss of a micro-batch */
    bool has_dropout;
    bool has_scatter_gather;
    bool splits_sequences; /* over tensor ranks, where the row does not say */
    bool sums_in_bf16;     /* gradients are summed up, and unless sends_in_fp32 sent, in BF16 */
    bool sends_in_fp32;
    int64_t gradient_passes; /* over all gradients of a package before they are summed */
    bool sends_each_matrix;  /* gradients and parameters, a message each */
    bool keeps_gathered;     /* gathered inputs are kept and not gathered again */
    bool copies_messages;    /* of shards, and of tensor ranks along the sequence */
    bool gathers_apart;      /* each matrix gathers its input */
    const char *kept_inputs; /* words of the scenario's assumptions */
    const char *moments;
    bool gathers_tensor_fp8;  /* what FP8 products take is gathered in FP8 by tensor ranks */
    bool cuts_by_parameters;  /* stages hold modules of about as many parameters */
    bool transfers_in_turn;   /* a stage sends and receives one message after the other */
    bool has_separate_gate;   /* both matrices before a gate are modules of their own */
    bool sums_all;            /* every rank receives all gradients */
    const char *loss;         /* `gathered`: tensor ranks have the logits of all the vocabulary */
    bool weights_inside;      /* experts' results are weighted before their second matrix */
    bool runs_one_microbatch; /* a step takes all sequences of a rank at once */
    bool reruns_ends;         /* embedding and head are checkpoints as layers are */
    bool skips_last;          /* products whose results no gradient reads do not run again */
} fab_run_software;

fab_run_software fab_run_software_of(const fab_run_row *row);

/* Ranks that shard with each other, where the row says so ("shard group 64"); 0 where it does not.
 */
int64_t fab_run_shard_group(const fab_run_row *row);

/* Layers whose activations the host keeps ("cpu_offload_layers 20"); 0 where the row does not say
 * so.
 */
int64_t fab_run_offload_layers(const fab_run_row *row);

/* What runs again in the backward pass, from the words of the column `recompute`: a field of the
 * mapping, and the layers of each chunk that it holds for, "all" or a number. `chunk_layers` is
 * what a chunk has. Lives in the arena; NULL when memory is out. */
const char *fab_run_recompute(const fab_run_row *row, int64_t chunk_layers, fab_arena *arena);

/* Parts of a layer that run again by the recipe that a row leaves to its script; NULL when there is
 * none. */
const char *fab_run_recipe(const fab_run_row *row);

/* Whether a row leaves open what runs again and its software, with attention that writes its scores
 * out, may have kept them or run them again (`--recompute-activations`: Megatron from 2022 on). */
bool fab_run_may_keep_scores(const fab_run_row *row);

/* Whether a row leaves open what runs again and its software runs whole layers by default. */
bool fab_run_assumes_full(const fab_run_row *row);

#endif

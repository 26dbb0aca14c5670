#ifndef FAB_RUN_SOFTWARE_H
#define FAB_RUN_SOFTWARE_H

#include "validate/measured_runs.h"
#include "validate/run_experts.h"
#include "validate/run_gradients.h"
#include "validate/run_kernels.h"
#include "validate/run_overlap.h"

/* What the software of a run does, read from the words of its row: the columns `software`,
 * `overlap_and_extras`, `dp_sharding` and `year`. docs/validation.md has the rules. Texts are words
 * of the scenario's assumptions. */
typedef struct fab_run_software {
    fab_run_overlap overlap;
    fab_run_experts experts;
    fab_run_gradients gradients;
    fab_run_kernels kernels;

    /* tensor and context ranks */
    const char *context;     /* how context ranks see keys and values of others: a cp_mode */
    bool splits_sequences;   /* over tensor ranks, where the row does not say */
    bool has_scatter_gather; /* stages send each other tensor ranks' shares and gather them */
    bool has_separate_gate;  /* both matrices before a gate are modules of their own */
    bool gathers_apart;      /* each matrix gathers its input */
    bool keeps_gathered;     /* gathered inputs are kept and not gathered again */
    bool gathers_tensor_fp8; /* what FP8 products take is gathered in FP8 by tensor ranks */
    bool copies_messages;    /* of shards, and of tensor ranks along the sequence */

    /* stages */
    bool cuts_by_parameters;  /* stages hold modules of about as many parameters */
    bool transfers_in_turn;   /* a stage sends and receives one message after the other */
    bool runs_one_microbatch; /* a step takes all sequences of a rank at once */

    /* experts */
    bool shards_experts; /* unsaid expert-tensor ranks are the tensor ranks */
    bool weights_inside; /* experts' results are weighted before their second matrix */

    /* what is kept, and in which format */
    bool gathers_fp8; /* shards in BF16 are converted before they are gathered */
    const char *kept_inputs;
    const char *moments;
    bool reruns_ends; /* embedding and head are checkpoints as layers are */
} fab_run_software;

fab_run_software fab_run_software_of(const fab_run_row *row);

/* Ranks that shard with each other, where the row says so ("shard group 64"); 0 where it does not.
 */
int64_t fab_run_shard_group(const fab_run_row *row);

/* Layers whose activations the host keeps ("cpu_offload_layers 20"); 0 where the row does not say
 * so.
 */
int64_t fab_run_offload_layers(const fab_run_row *row);

#endif

#include "validate/run_software.h"

#include <string.h>

#include "validate/run_framework.h"

/* year of sequence parallelism */
#define SPLIT_YEAR 2022

/* year from which Megatron-Core weights experts inside (0.14) */
#define INSIDE_YEAR 2025

/* Megatron's `cp_comm_type`; its default is a ring (p2p). */
static const char *context_of(const fab_run_row *row)
{
    static const char *const HEADS[] = {"CP a2a", "cp_comm_type a2a", "cp_comm_type=a2a", "Ulysses",
                                        NULL};
    static const char *const GATHERED[] = {"CP all-gather", "cp_comm_type all_gather",
                                           "cp_comm_type=all_gather", NULL};
    return fab_run_has_any(row, HEADS)      ? "ulysses"
           : fab_run_has_any(row, GATHERED) ? "all_gather"
                                            : "ring";
}

/* Sequences are split over tensor ranks since arXiv 2205.05198, but in DeepSpeed's fork. */
static bool splits_sequences(const fab_run_row *row)
{
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    return !fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED) && !(year > 0.0 && year < SPLIT_YEAR);
}

/* Transformer Engine gathers inputs of FP8 products and gradients of their outputs as bytes
 * (_all_gather_fp8, _all_gather_mxfp8 in transformer_engine/pytorch/distributed.py), torchao those
 * with one scale for a tensor (github.com/meta-pytorch/float8_experimental, pull request 275). */
static bool gathers_tensor_fp8(const fab_run_row *row)
{
    const char *precision = row->cells[FAB_RUN_PRECISION];
    const bool has_one =
        fab_run_is(row, FAB_FRAMEWORK_TORCHTITAN) && strstr(precision, "tensorwise") != NULL;
    return strstr(precision, "fp8") != NULL && (fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || has_one);
}

/* Both run a list of instructions of the same origin, each to its end: receive activations, send
 * gradients; send activations, receive gradients (deepspeed/runtime/pipe/schedule.py and engine.py;
 * src/scaling/core/nn/pipeline_schedule/train.py of github.com/Aleph-Alpha/scaling). */
static bool transfers_in_turn(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA) || fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED);
}

/* MaxText's gradient_accumulation_steps is 1 (src/MaxText/configs/base.yml of
 * github.com/AI-Hypercomputer/maxtext). */
static bool runs_one_microbatch(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) || fab_run_is_single_buffered(row);
}

/* Aleph Alpha's library has both matrices before a gate as modules of their own, and keeps what is
 * gathered for a product for its gradients (github.com/Aleph-Alpha/scaling, src/scaling/core:
 * nn/mlp.py, nn/linear). FSDP2 and the tensor parallelism that goes with it keep what they gather
 * for the gradients of weights, and copy what messages bring: _fsdp_collectives.py in
 * torch/distributed/fsdp/_fully_shard, _functional_collectives.py in torch/distributed. In
 * KempnerForge each matrix is a ColwiseParallel with input_layouts=Shard(1): _build_block_tp_plan
 * in kempnerforge/distributed/tensor_parallel.py of github.com/KempnerInstitute/KempnerForge, whose
 * profile has 12 gathers for each layer and micro-batch: forward 5, again 5, of gradients 2. */
fab_run_software fab_run_software_of(const fab_run_row *row)
{
    static const char *const FP8_SHARDS[] = {"fp8 all-gather", NULL};
    const bool is_megatron = fab_run_is(row, FAB_FRAMEWORK_MEGATRON);
    const bool is_aleph_alpha = fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA);
    const bool is_fsdp2 = fab_run_is(row, FAB_FRAMEWORK_FSDP2);
    return (fab_run_software){
        .overlap = fab_run_overlap_of(row),
        .experts = fab_run_experts_of(row),
        .gradients = fab_run_gradients_of(row),
        .kernels = fab_run_kernels_of(row),
        .context = context_of(row),
        .splits_sequences = splits_sequences(row),
        .has_scatter_gather = is_megatron,
        .has_separate_gate = is_aleph_alpha,
        .gathers_apart = fab_run_is(row, FAB_FRAMEWORK_KEMPNER_FORGE),
        .keeps_gathered = is_aleph_alpha || is_fsdp2,
        .gathers_tensor_fp8 = gathers_tensor_fp8(row),
        .copies_messages = is_fsdp2,
        .cuts_by_parameters = is_aleph_alpha,
        .transfers_in_turn = transfers_in_turn(row),
        .runs_one_microbatch = runs_one_microbatch(row),
        .shards_experts = is_megatron,
        .weights_inside = is_megatron && fab_run_number(row, FAB_RUN_YEAR) >= INSIDE_YEAR,
        .gathers_fp8 = fab_text_has_any(row->cells[FAB_RUN_SHARDING], FP8_SHARDS),
        .kept_inputs = fab_run_has_word(row, "inputs kept in FP8") ? "compact" : "job",
        .moments = fab_run_has_word(row, "moments in BF16") ? "bf16" : "fp32",
        .reruns_ends = is_aleph_alpha,
    };
}

int64_t fab_run_shard_group(const fab_run_row *row)
{
    return fab_run_number_behind(row, FAB_RUN_SHARDING, "shard group ");
}

int64_t fab_run_offload_layers(const fab_run_row *row)
{
    return fab_run_number_behind(row, FAB_RUN_OVERLAP, "cpu_offload_layers ");
}

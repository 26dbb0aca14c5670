#include "validate/run_gradients.h"

#include "validate/run_experts.h"
#include "validate/run_framework.h"

/* year from which DeepSpeed's ZeRO-3 gathers parameters together */
#define COALESCED_YEAR 2022

/* year from which scripts of Paxml join messages */
#define JOINED_YEAR 2024

/* years from which Megatron looks for losses and gradients that are no number, and for infinite
 * ones (0.10) */
#define CHECK_YEAR    2024
#define INFINITE_YEAR 2025

/* NeMo 1: `grad_sync_dtype: bf16` */
static bool syncs_in_bf16(const fab_run_row *row)
{
    static const char *const MODELS[] = {"GPT3-175B", "Nemotron-340B", "Nemotron4-340B", NULL};
    return fab_run_is_nemo_1(row) && fab_text_has_any(row->cells[FAB_RUN_MODEL], MODELS);
}

/* JAX converts weights before products, so that gradients are summed over ranks as products write
 * them (github.com/jax-ml/jax, issue 27496, on GPUs). */
static bool sums_as_written(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_JAX) && !fab_run_is_on_tpu(row);
}

/* Aleph Alpha's library keeps gradients in BF16 and all-reduces them in FP32
 * (github.com/Aleph-Alpha/scaling, src/scaling/core/optimizer). InternLM's are in BF16
 * (internlm/solver/optimizer/hybrid_zero_optim.py of github.com/InternLM/InternLM, July 2023), as
 * are parameters, sums and messages of fms-fsdp: bfSixteen in fms_fsdp/policies/mixed_precision.py
 * of github.com/foundation-model-stack/fms-fsdp. */
static bool sums_in_bf16(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA) || fab_run_is(row, FAB_FRAMEWORK_INTERNLM) ||
           fab_run_is(row, FAB_FRAMEWORK_FMS) || syncs_in_bf16(row) || sums_as_written(row) ||
           fab_run_experts_of(row).sums_in_bf16;
}

/* Both all-reduce in buckets whatever shards the state: sources above. */
static bool sums_all(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA) || fab_run_is(row, FAB_FRAMEWORK_INTERNLM);
}

/* Scripts of Paxml's first year join all-reduces up to 50 KiB alone
 * (xla_gpu_all_reduce_combine_threshold_bytes, rosetta/rosetta/projects/pax/README.md of
 * github.com/NVIDIA/JAX-Toolbox) and leave gathers at XLA's 30 MiB; later ones join half a GiB.
 * DeepSpeed's ZeRO-3 gathered parameter by parameter at first (_allgather_param,
 * deepspeed/runtime/zero/partition_parameters.py). */
static bool sends_each_matrix(const fab_run_row *row)
{
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    const bool is_paxml = fab_run_is(row, FAB_FRAMEWORK_PAXML) && year < JOINED_YEAR;
    const bool is_zero_3 = fab_run_has_word(row, "DeepSpeed ZeRO-3") && year < COALESCED_YEAR;
    return year > 0.0 && (is_paxml || is_zero_3);
}

/* Megatron's command line looks for what is no number (check_for_nan_in_loss_and_grad). So do the
 * recipes of NeMo 2, but not NeMo 1, whose optimizers' `check_for_nan_in_grad` is false unless
 * recipes set it, nor the scripts behind published figures of Megatron-Bridge
 * (set_basic_perf_overrides; its pull request 543). */
static bool checks_gradients(const fab_run_row *row)
{
    return fab_run_number(row, FAB_RUN_YEAR) >= CHECK_YEAR &&
           !fab_run_is(row, FAB_FRAMEWORK_BRIDGE) && !fab_run_is_nemo_1(row) &&
           !fab_run_experts_of(row).is_graphed;
}

/* NeMo's own loss functions do not. */
static int64_t loss_checks(const fab_run_row *row)
{
    const bool is_other =
        fab_run_is(row, FAB_FRAMEWORK_NEMO) || fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED);
    if (!fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || is_other || !checks_gradients(row)) {
        return 0;
    }
    return fab_run_number(row, FAB_RUN_YEAR) >= INFINITE_YEAR ? 2 : 1;
}

/* Megatron takes the norm of all gradients before they are sent where it checks them, and
 * Megatron-LM divides them by the replicas, which NeMo's recipes leave to the collective
 * (check_for_nan_in_grad, average_in_collective: DistributedDataParallelConfig). */
static int64_t count_passes(const fab_run_row *row)
{
    const double ranks = fab_run_number(row, FAB_RUN_TP) * fab_run_number(row, FAB_RUN_PP);
    const bool has_replicas = fab_run_number(row, FAB_RUN_GPUS) > ranks;
    if (!fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED)) {
        return 0;
    }
    return (checks_gradients(row) ? 1 : 0) + (has_replicas && !fab_run_is_tuned(row) ? 2 : 0);
}

fab_run_gradients fab_run_gradients_of(const fab_run_row *row)
{
    return (fab_run_gradients){
        .sums_in_bf16 = sums_in_bf16(row),
        .sends_in_fp32 = fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA),
        .sums_all = sums_all(row),
        .sends_each_matrix = sends_each_matrix(row),
        .passes = count_passes(row),
        .loss_checks = loss_checks(row),
    };
}

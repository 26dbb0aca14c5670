#include "validate/run_overlap.h"

#include <string.h>

#include "validate/run_experts.h"
#include "validate/run_framework.h"

/* What hides slows what it hides behind by overlap.loss of its time, 0.1: measured gains are nine
 * tenths of what hides. */
#define HIDDEN(gained) ((gained) / 0.9)

/* Of what pieces could hide, pairs of runs with and without such an overlap gained 0.24 to 0.45
 * (torchtitan: TP and AsyncTP at the same configuration). */
#define PIECES_HIDDEN_FRAC HIDDEN(0.4)

/* year from which libraries hide gradients, and transfers between stages */
#define OVERLAP_YEAR 2024

/* year of messages beside products of gradients */
#define BESIDE_YEAR        2022
#define BESIDE_HIDDEN_FRAC HIDDEN(0.5)

/* NCCL's kernels in a server beside those of PyTorch's FSDP: on 4 A100 or H100 computing takes 0.6
 * of the time of messages longer (arXiv 2507.03114), 0.1 of which is overlap.loss. What XLA and
 * Megatron do with such messages was not measured there. */
#define FSDP_SERVER_LOSS_FRAC 0.5

static double tensor_overlap(const fab_run_row *row)
{
    static const char *const WORDS[] = {"TP comm overlap", "AsyncTP", NULL};
    const double ranks = fab_run_number(row, FAB_RUN_TP);
    const bool overlaps = fab_run_is_tuned(row) || fab_run_has_any(row, WORDS);
    if (fab_run_experts_of(row).hides_no_tensor) {
        return 0.0;
    }
    return overlaps && ranks > 1.0 ? PIECES_HIDDEN_FRAC * (1.0 - 1.0 / ranks) : 0.0;
}

/* Products on GPUs after A100 are persistent kernels: one block on each multiprocessor with a fixed
 * share of the tiles. The blocks whose multiprocessors a collective holds start when it ends, so
 * that nothing is gained, unless software leaves multiprocessors free for it, as recipes do that
 * are tuned for it (NVTE_EXT_MARGIN_SM, 0 by default: Transformer Engine pull request 713; blocks
 * of NCCL share a multiprocessor with no others: NCCL issue 689). */
static bool yields_to_messages(const fab_run_row *row)
{
    return strncmp(row->cells[FAB_RUN_GPU], "A100", strlen("A100")) == 0 || fab_run_is_tuned(row);
}

/* Megatron starts sums of input gradients, and inputs gathered again, beside products since 2022
 * (DeepSpeed's fork is older); about half of them hides: table 4 of arXiv 2205.05198 has 11.9 ms
 * for a backward pass of 10.9 ms of computing and 2.0 ms of messages. */
static double tensor_gradients(const fab_run_row *row)
{
    const bool overlaps = fab_run_is(row, FAB_FRAMEWORK_MEGATRON) &&
                          !fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED) && yields_to_messages(row) &&
                          fab_run_number(row, FAB_RUN_YEAR) >= BESIDE_YEAR;
    const double others = tensor_overlap(row);
    return overlaps && others < BESIDE_HIDDEN_FRAC ? BESIDE_HIDDEN_FRAC : others;
}

static double pipeline_overlap(const fab_run_row *row)
{
    const bool is_interleaved = fab_run_number(row, FAB_RUN_VPP) > 1.0;
    return is_interleaved && fab_run_number(row, FAB_RUN_YEAR) >= OVERLAP_YEAR ? 1.0 : 0.0;
}

/* On TPUs products take in what is gathered (xla_tpu_enable_async_collective_fusion); on GPUs XLA's
 * scheduler moves messages apart (xla_gpu_enable_latency_hiding_scheduler, in MaxText's recipes).
 */
static bool waits_for_data(const fab_run_row *row)
{
    return fab_run_has_word(row, "CUDA_LAUNCH_BLOCKING") ||
           fab_run_is(row, FAB_FRAMEWORK_MEGATRON_LM) || fab_run_is_single_buffered(row) ||
           (fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) && fab_run_is_on_tpu(row));
}

static bool hides_data(const fab_run_row *row)
{
    return fab_run_is_tuned(row) || fab_run_has_word(row, "DP overlap") ||
           fab_run_is(row, FAB_FRAMEWORK_FSDP) || fab_run_is(row, FAB_FRAMEWORK_TORCHTITAN) ||
           fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) || fab_run_is(row, FAB_FRAMEWORK_LLM_FOUNDRY);
}

static double data_overlap(const fab_run_row *row)
{
    if (waits_for_data(row)) {
        return 0.0;
    }
    return hides_data(row) || fab_run_number(row, FAB_RUN_YEAR) >= OVERLAP_YEAR ? 1.0 : 0.0;
}

static double server_loss(const fab_run_row *row)
{
    const bool is_other = fab_run_is(row, FAB_FRAMEWORK_MEGATRON) ||
                          fab_run_is(row, FAB_FRAMEWORK_JAX) || fab_run_is_on_tpu(row);
    return fab_run_is(row, FAB_FRAMEWORK_FSDP) && !is_other ? FSDP_SERVER_LOSS_FRAC : 0.0;
}

fab_run_overlap fab_run_overlap_of(const fab_run_row *row)
{
    return (fab_run_overlap){
        .tensor_frac = tensor_overlap(row),
        .tensor_gradients_frac = tensor_gradients(row),
        .pipeline_frac = pipeline_overlap(row),
        .data_frac = data_overlap(row),
        .server_loss_frac = server_loss(row),
    };
}

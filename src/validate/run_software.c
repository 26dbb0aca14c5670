#include "validate/run_software.h"

#include <stdlib.h>
#include <string.h>

/* What hides slows what it hides behind by overlap.loss of its time, 0.1: measured gains are nine
 * tenths of what hides. */
#define HIDDEN(gained) ((gained) / 0.9)

/* Of what pieces could hide, pairs of runs with and without such an overlap gained 0.24 to 0.45
 * (torchtitan: TP and AsyncTP at the same configuration). */
#define PIECES_HIDDEN_FRAC HIDDEN(0.4)

/* year from which libraries hide gradients, take the loss in one pass and drop nothing out */
#define OVERLAP_YEAR 2024

/* A layer of the smallest models on one node of A100 takes 3.5 ms for its three passes whatever its
 * size (validation/single_node_a100.csv): 39 operators. That compilers join about half of them is
 * an assumption. */
#define EAGER_LAUNCH_S    85e-6
#define COMPILED_LAUNCH_S 40e-6

/* year of sequence parallelism, and of messages beside products of gradients */
#define BESIDE_YEAR        2022
#define BESIDE_HIDDEN_FRAC HIDDEN(0.5)

/* year from which DeepSpeed's ZeRO-3 gathers parameters together */
#define COALESCED_YEAR 2022

/* year from which scripts of Paxml join messages */
#define JOINED_YEAR 2024

/* years from which Megatron looks for losses and gradients that are no number, and for infinite
 * ones (0.10) */
#define CHECK_YEAR    2024
#define INFINITE_YEAR 2025

/* year from which Megatron-Core weights experts inside (0.14) */
#define INSIDE_YEAR 2025

/* year from which attention is fused unless a row says otherwise (FlashAttention, 2022) */
#define FUSED_YEAR 2023

/* and of Megatron-LM, whose scripts had to ask for it (`--use-flash-attn`, off by default in
 * megatron/arguments.py) until its layers became Transformer Engine's (`--transformer-impl`) */
#define SCRIPTS_FUSED_YEAR 2024

static bool says_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strstr(text, *words) != NULL) {
            return true;
        }
    }
    return false;
}

static bool row_says(const fab_run_row *row, const char *const *words)
{
    return says_any(row->cells[FAB_RUN_SOFTWARE], words) ||
           says_any(row->cells[FAB_RUN_OVERLAP], words);
}

/* Libraries whose published recipes switch on the overlap of tensor and data messages. */
static bool is_tuned(const fab_run_row *row)
{
    static const char *const WORDS[] = {"NeMo", "nemo", "Megatron-Bridge",
                                        "communication overlap flags on", NULL};
    return row_says(row, WORDS);
}

static bool is_megatron(const fab_run_row *row)
{
    static const char *const WORDS[] = {"Megatron", "NeMo", "nemo", NULL};
    return row_says(row, WORDS);
}

/* NeMo 1: launcher_scripts/conf/training of github.com/NVIDIA/NeMo-Framework-Launcher and recipes
 * of github.com/NVIDIA/dgxc-benchmarking, which fine-tunes with NeMo 2. Its optimizers do not look
 * for what is no number: `check_for_nan_in_grad` is false unless recipes set it. */
static bool is_nemo_1(const fab_run_row *row)
{
    static const char *const WORDS[] = {"NeMo 24.", NULL};
    return row_says(row, WORDS) && strstr(row->cells[FAB_RUN_MODEL], "SFT") == NULL;
}

/* `grad_sync_dtype: bf16` */
static bool sums_in_bf16(const fab_run_row *row)
{
    static const char *const MODELS[] = {"GPT3-175B", "Nemotron-340B", "Nemotron4-340B", NULL};
    return is_nemo_1(row) && says_any(row->cells[FAB_RUN_MODEL], MODELS);
}

/* `hidden_dropout: 0.1` */
static bool has_dropout(const fab_run_row *row)
{
    return is_nemo_1(row) && strstr(row->cells[FAB_RUN_MODEL], "GPT3") != NULL;
}

/* src/MaxText/configs/base.yml of github.com/AI-Hypercomputer/maxtext: remat_policy `full`,
 * gradient_accumulation_steps 1 */
static bool is_maxtext(const fab_run_row *row)
{
    static const char *const WORDS[] = {"MaxText", "maxtext", NULL};
    return row_says(row, WORDS);
}

/* the formula of Korthikanti et al. (arXiv 2205.05198, equation 1) counts the masks of dropout */
static bool is_memory_formula(const fab_run_row *row)
{
    return strcmp(row->cells[FAB_RUN_MEASURE], "memory_model") == 0;
}

/* Its library keeps gradients in BF16 and all-reduces them in FP32; both matrices before a gate are
 * modules of their own; what is gathered for a product is kept for its gradients
 * (github.com/Aleph-Alpha/scaling, src/scaling/core: optimizer, nn/mlp.py, nn/linear). Its logits
 * run out of memory by the tokens of a micro-batch alone, however many tensor ranks share them. */
static bool is_aleph_alpha(const fab_run_row *row)
{
    static const char *const WORDS[] = {"Aleph Alpha", NULL};
    return row_says(row, WORDS);
}

/* Flash-Attention v1.0.5 and Apex's norms (doc/en/install.md); a gate step by step
 * (internlm/model/linear.py); gradients in BF16, all-reduced in buckets whatever shards the state
 * (internlm/solver/optimizer/hybrid_zero_optim.py): github.com/InternLM/InternLM, July 2023. */
static bool is_internlm(const fab_run_row *row)
{
    static const char *const WORDS[] = {"InternLM", NULL};
    return row_says(row, WORDS);
}

/* parameters, sums and messages in BF16: bfSixteen in fms_fsdp/policies/mixed_precision.py of
 * github.com/foundation-model-stack/fms-fsdp */
static bool is_fms(const fab_run_row *row)
{
    static const char *const WORDS[] = {"fms-fsdp", NULL};
    return row_says(row, WORDS);
}

/* FSDP2 and the tensor parallelism of PyTorch that goes with it (DTensor) keep what they gather for
 * the gradients of weights, and copy what messages bring: _fsdp_collectives.py in
 * torch/distributed/fsdp/_fully_shard, _functional_collectives.py in torch/distributed. */
static bool is_fsdp2(const fab_run_row *row)
{
    static const char *const WORDS[] = {"FSDP2", NULL};
    return says_any(row->cells[FAB_RUN_SHARDING], WORDS) || row_says(row, WORDS);
}

/* PyTorch's checkpoints that are not re-entrant stop when all that gradients read is there again
 * (set_checkpoint_early_stop in torch/utils/checkpoint.py, since 2.1 of October 2023): before the
 * product that ends a layer. FSDP2 and fms-fsdp wrap layers so; a profile of FSDP2 with tensor
 * ranks has 8 sums for each layer and micro-batch, of forward 2, again 1, backward 5
 * (benchmarks/profiling/13b_24gpu_profiling.md of github.com/KempnerInstitute/KempnerForge). */
static bool stops_early(const fab_run_row *row)
{
    return is_fsdp2(row) || is_fms(row);
}

/* Each matrix is a ColwiseParallel with input_layouts=Shard(1): _build_block_tp_plan in
 * kempnerforge/distributed/tensor_parallel.py of github.com/KempnerInstitute/KempnerForge, and its
 * profile has 12 gathers for each layer and micro-batch: forward 5, again 5, of gradients 2. */
static bool gathers_apart(const fab_run_row *row)
{
    static const char *const WORDS[] = {"KempnerForge", NULL};
    return row_says(row, WORDS);
}

static double tensor_overlap(const fab_run_row *row)
{
    static const char *const WORDS[] = {"TP comm overlap", "AsyncTP", NULL};
    const double ranks = fab_run_number(row, FAB_RUN_TP);
    const bool overlaps = is_tuned(row) || row_says(row, WORDS);
    if (fab_run_experts_of(row).hides_no_tensor) {
        return 0.0;
    }
    return overlaps && ranks > 1.0 ? PIECES_HIDDEN_FRAC * (1.0 - 1.0 / ranks) : 0.0;
}

/* Transformer Engine gathers inputs of FP8 products and gradients of their outputs as bytes
 * (_all_gather_fp8, _all_gather_mxfp8 in transformer_engine/pytorch/distributed.py), torchao those
 * with one scale for a tensor (github.com/meta-pytorch/float8_experimental, pull request 275). */
static bool gathers_tensor_fp8(const fab_run_row *row)
{
    static const char *const ONE_SCALE[] = {"torchtitan", NULL};
    const char *precision = row->cells[FAB_RUN_PRECISION];
    const bool has_one = row_says(row, ONE_SCALE) && strstr(precision, "tensorwise") != NULL;
    return strstr(precision, "fp8") != NULL && (is_megatron(row) || has_one);
}

/* Products on GPUs after A100 are persistent kernels: one block on each multiprocessor with a fixed
 * share of the tiles. The blocks whose multiprocessors a collective holds start when it ends, so
 * that nothing is gained, unless software leaves multiprocessors free for it, as recipes do that
 * are tuned for it (NVTE_EXT_MARGIN_SM, 0 by default: Transformer Engine pull request 713; blocks
 * of NCCL share a multiprocessor with no others: NCCL issue 689). */
static bool yields_to_messages(const fab_run_row *row)
{
    return strncmp(row->cells[FAB_RUN_GPU], "A100", strlen("A100")) == 0 || is_tuned(row);
}

/* Megatron starts sums of input gradients, and inputs gathered again, beside products since 2022
 * (DeepSpeed's fork is older);
 * about half of them hides: table 4 of arXiv 2205.05198 has 11.9 ms for a backward pass of 10.9 ms
 * of computing and 2.0 ms of messages. */
static double tensor_gradients(const fab_run_row *row)
{
    static const char *const FORK[] = {"DeepSpeed", NULL};
    const bool overlaps = is_megatron(row) && !row_says(row, FORK) && yields_to_messages(row) &&
                          fab_run_number(row, FAB_RUN_YEAR) >= BESIDE_YEAR;
    const double others = tensor_overlap(row);
    return overlaps && others < BESIDE_HIDDEN_FRAC ? BESIDE_HIDDEN_FRAC : others;
}

/* On TPUs products take in what is gathered (xla_tpu_enable_async_collective_fusion); on GPUs XLA's
 * scheduler moves messages apart (xla_gpu_enable_latency_hiding_scheduler, in MaxText's recipes).
 */
static bool is_on_tpu(const fab_run_row *row)
{
    return strncmp(row->cells[FAB_RUN_GPU], "TPU", strlen("TPU")) == 0;
}

/* Paxml and T5X run layers as a loop whose body waits for what it gathers: collectives of a next
 * round need two buffers, which their scripts leave off (xla_gpu_enable_while_loop_double_buffering
 * in paxml/configure.sh of github.com/NVIDIA/dgxc-benchmarking and by default), and where layers
 * are partly recomputed they ran on the stream of the products (github.com/openxla/xla, issue
 * 14397). */
static bool is_single_buffered(const fab_run_row *row)
{
    static const char *const WORDS[] = {"Paxml", "T5X", NULL};
    return row_says(row, WORDS);
}

/* JAX converts weights before products, so that gradients are summed over ranks as products write
 * them (github.com/jax-ml/jax, issue 27496, on GPUs). */
static bool sums_as_written(const fab_run_row *row)
{
    return (is_single_buffered(row) || is_maxtext(row)) && !is_on_tpu(row);
}

/* Scripts of Paxml's first year join all-reduces up to 50 KiB alone
 * (xla_gpu_all_reduce_combine_threshold_bytes, rosetta/rosetta/projects/pax/README.md of
 * github.com/NVIDIA/JAX-Toolbox) and leave gathers at XLA's 30 MiB; later ones join half a GiB.
 * DeepSpeed's ZeRO-3 gathered parameter by parameter at first (_allgather_param,
 * deepspeed/runtime/zero/partition_parameters.py). */
static bool sends_each_matrix(const fab_run_row *row)
{
    static const char *const WORDS[] = {"Paxml", NULL};
    static const char *const FIRST[] = {"DeepSpeed ZeRO-3", NULL};
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    return year > 0.0 && ((row_says(row, WORDS) && year < JOINED_YEAR) ||
                          (row_says(row, FIRST) && year < COALESCED_YEAR));
}

static double data_overlap(const fab_run_row *row)
{
    static const char *const NEVER[] = {"CUDA_LAUNCH_BLOCKING", "Megatron-LM", NULL};
    static const char *const ALWAYS[] = {"DP overlap", "FSDP",        "torchtitan",
                                         "MaxText",    "llm-foundry", NULL};
    if (row_says(row, NEVER) || is_single_buffered(row) || (is_maxtext(row) && is_on_tpu(row))) {
        return 0.0;
    }
    if (is_tuned(row) || row_says(row, ALWAYS) || says_any(row->cells[FAB_RUN_SHARDING], ALWAYS)) {
        return 1.0;
    }
    return fab_run_number(row, FAB_RUN_YEAR) < OVERLAP_YEAR ? 0.0 : 1.0;
}

/* NCCL's kernels in a server beside those of PyTorch's FSDP: on 4 A100 or H100 computing takes 0.6
 * of the time of messages longer (arXiv 2507.03114), 0.1 of which is overlap.loss. What XLA and
 * Megatron do with such messages was not measured there. */
#define FSDP_SERVER_LOSS_FRAC 0.5

static double server_loss(const fab_run_row *row)
{
    static const char *const WORDS[] = {"FSDP", NULL};
    static const char *const XLA[] = {"JAX", "Pax", "pax", NULL};
    const bool is_fsdp = says_any(row->cells[FAB_RUN_SHARDING], WORDS) || row_says(row, WORDS);
    const bool is_other = is_maxtext(row) || is_megatron(row) || row_says(row, XLA);
    return is_fsdp && !is_other && !is_on_tpu(row) ? FSDP_SERVER_LOSS_FRAC : 0.0;
}

/* Megatron's command line looks for what is no number (check_for_nan_in_loss_and_grad). So do the
 * recipes of NeMo 2, but not NeMo 1, nor the scripts behind published figures of Megatron-Bridge
 * (set_basic_perf_overrides; its pull request 543). */
static bool checks_gradients(const fab_run_row *row)
{
    static const char *const NEVER[] = {"Megatron-Bridge", NULL};
    return fab_run_number(row, FAB_RUN_YEAR) >= CHECK_YEAR && !row_says(row, NEVER) &&
           !is_nemo_1(row) && !fab_run_experts_of(row).is_graphed;
}

/* NeMo's own loss functions do not. */
static int64_t loss_checks(const fab_run_row *row)
{
    static const char *const OTHERS[] = {"NeMo", "nemo", "DeepSpeed", NULL};
    if (!is_megatron(row) || row_says(row, OTHERS) || !checks_gradients(row)) {
        return 0;
    }
    return fab_run_number(row, FAB_RUN_YEAR) >= INFINITE_YEAR ? 2 : 1;
}

/* Megatron takes the norm of all gradients before they are sent where it checks them, and
 * Megatron-LM divides them by the replicas, which NeMo's recipes leave to the collective
 * (check_for_nan_in_grad, average_in_collective: DistributedDataParallelConfig). */
static int64_t gradient_passes(const fab_run_row *row)
{
    static const char *const FORK[] = {"DeepSpeed", NULL};
    const double ranks = fab_run_number(row, FAB_RUN_TP) * fab_run_number(row, FAB_RUN_PP);
    const bool has_replicas = fab_run_number(row, FAB_RUN_GPUS) > ranks;
    if (!is_megatron(row) || row_says(row, FORK)) {
        return 0;
    }
    return (checks_gradients(row) ? 1 : 0) + (has_replicas && !is_tuned(row) ? 2 : 0);
}

/* Scores were written out and read again before fused kernels came into use. PyTorch's own fused
 * attention, which torchtitan takes, is FlashAttention-2. */
static const char *attention_of(const fab_run_row *row)
{
    static const char *const FIRST[] = {"flash_attentionv1", "triton", NULL};
    static const char *const SECOND[] = {"torchtitan", "SDPA", NULL};
    static const char *const FUSED[] = {"flash", "Flash", "TE ", NULL};
    static const char *const UNFUSED[] = {
        "kernels: torch", "kernels: fused", "Megatron-DeepSpeed", "Paxml", "T5X", NULL};
    static const char *const SCRIPTS[] = {"Megatron-LM", NULL};
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    const int fused_year = row_says(row, SCRIPTS) ? SCRIPTS_FUSED_YEAR : FUSED_YEAR;
    if (row_says(row, FIRST) || is_internlm(row)) {
        return "fused_v1";
    }
    if (row_says(row, SECOND)) {
        return "fused_v2";
    }
    if (row_says(row, FUSED)) {
        return "fused";
    }
    return row_says(row, UNFUSED) || (year > 0.0 && year < fused_year) ? "unfused" : "fused";
}

/* Megatron's `cp_comm_type`; its default is a ring (p2p). */
static const char *context_of(const fab_run_row *row)
{
    static const char *const HEADS[] = {"CP a2a", "cp_comm_type a2a", "cp_comm_type=a2a", "Ulysses",
                                        NULL};
    static const char *const GATHERED[] = {"CP all-gather", "cp_comm_type all_gather",
                                           "cp_comm_type=all_gather", NULL};
    return row_says(row, HEADS) ? "ulysses" : row_says(row, GATHERED) ? "all_gather" : "ring";
}

/* Libraries that name their kernels have no others: of norms alone, or of attention. */
static const char *elementwise_of(const fab_run_row *row)
{
    static const char *const EAGER[] = {"kernels: ", "torch.eager", NULL};
    static const char *const NORMS[] = {"RMS kernel", NULL};
    return row_says(row, NORMS) || is_internlm(row) ? "fused_norms"
           : row_says(row, EAGER)                   ? "eager"
                                                    : "fused";
}

/* Hosts that run step by step. */
static double launch_of(const fab_run_row *row)
{
    static const char *const GRAPHS[] = {"cuda_graph", "CUDA graph", NULL};
    static const char *const COMPILED[] = {"torch.compile", "MaxText", "Paxml", "T5X", NULL};
    const fab_run_experts experts = fab_run_experts_of(row);
    if (experts.is_graphed || (experts.believes_graphs && row_says(row, GRAPHS))) {
        return 0.0;
    }
    return row_says(row, COMPILED) ? COMPILED_LAUNCH_S : EAGER_LAUNCH_S;
}

/* Both run a list of instructions of the same origin, each to its end: receive activations, send
 * gradients; send activations, receive gradients (deepspeed/runtime/pipe/schedule.py and engine.py;
 * src/scaling/core/nn/pipeline_schedule/train.py of github.com/Aleph-Alpha/scaling). */
static bool transfers_in_turn(const fab_run_row *row)
{
    static const char *const FORK[] = {"DeepSpeed", NULL};
    return is_aleph_alpha(row) || row_says(row, FORK);
}

/* Sequences are split over tensor ranks since arXiv 2205.05198, but in DeepSpeed's fork. */
static bool splits_sequences(const fab_run_row *row)
{
    static const char *const FORK[] = {"DeepSpeed", NULL};
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    return !row_says(row, FORK) && !(year > 0.0 && year < BESIDE_YEAR);
}

/* Recipes of Llama in Megatron-Bridge take Transformer Engine's kernel (`cross_entropy_fusion_impl`
 * of recipes/llama/llama3.py), which writes gradients over the logits; torchtitan compiles the loss
 * with its conversion to FP32 (pull requests 551 and 1033). */
static const char *loss_of(const fab_run_row *row)
{
    static const char *const BRIDGE[] = {"Megatron-Bridge", NULL};
    static const char *const TITAN[] = {"torchtitan 2025", NULL};
    static const char *const COMPILED[] = {"torch.compile", NULL};
    const bool is_llama = strncmp(row->cells[FAB_RUN_MODEL], "LLAMA", strlen("LLAMA")) == 0;
    const bool is_compiled = row_says(row, TITAN) && row_says(row, COMPILED);
    if (is_aleph_alpha(row)) {
        return "gathered";
    }
    return is_compiled || (is_llama && row_says(row, BRIDGE)) ? "in_place" : "sharded";
}

fab_run_software fab_run_software_of(const fab_run_row *row)
{
    static const char *const BLOCKING[] = {"CUDA_LAUNCH_BLOCKING", NULL};
    static const char *const COMPACT[] = {"inputs kept in FP8", NULL};
    static const char *const HALF_MOMENTS[] = {"moments in BF16", NULL};
    static const char *const FP8_SHARDS[] = {"fp8 all-gather", NULL};
    const bool is_interleaved = fab_run_number(row, FAB_RUN_VPP) > 1.0;
    const fab_run_experts experts = fab_run_experts_of(row);
    return (fab_run_software){
        .tensor_overlap_frac = tensor_overlap(row),
        .tensor_gradient_frac = tensor_gradients(row),
        .experts = experts,
        .pipeline_overlap_frac =
            is_interleaved && fab_run_number(row, FAB_RUN_YEAR) >= OVERLAP_YEAR ? 1.0 : 0.0,
        .data_overlap_frac = data_overlap(row),
        .server_loss_frac = server_loss(row),
        .shards_experts = is_megatron(row),
        .gathers_fp8 = says_any(row->cells[FAB_RUN_SHARDING], FP8_SHARDS),
        .attention = attention_of(row),
        .elementwise = elementwise_of(row),
        .context = context_of(row),
        .launch_waits = row_says(row, BLOCKING),
        .launch_s = launch_of(row),
        .loss_checks = loss_checks(row),
        .has_fused_loss = fab_run_number(row, FAB_RUN_YEAR) >= OVERLAP_YEAR,
        /* Megatron's kernel is an experiment that its command line switches on
         * (`experimental_fn` in megatron/core/fusions/fused_mla_yarn_rope_apply.py), and recipes do
         */
        .has_fused_latents = !is_megatron(row) || is_tuned(row),
        .has_dropout = has_dropout(row) || ((is_megatron(row) || is_memory_formula(row)) &&
                                            fab_run_number(row, FAB_RUN_YEAR) < OVERLAP_YEAR),
        .has_scatter_gather = is_megatron(row),
        .splits_sequences = splits_sequences(row),
        .sums_in_bf16 = is_aleph_alpha(row) || is_internlm(row) || is_fms(row) ||
                        sums_in_bf16(row) || sums_as_written(row) || experts.sums_in_bf16,
        .sends_in_fp32 = is_aleph_alpha(row),
        .gradient_passes = gradient_passes(row),
        .sends_each_matrix = sends_each_matrix(row),
        .keeps_gathered = is_aleph_alpha(row) || is_fsdp2(row),
        .copies_messages = is_fsdp2(row),
        .gathers_apart = gathers_apart(row),
        .kept_inputs = row_says(row, COMPACT) ? "compact" : "job",
        .moments = row_says(row, HALF_MOMENTS) ? "bf16" : "fp32",
        .gathers_tensor_fp8 = gathers_tensor_fp8(row),
        .cuts_by_parameters = is_aleph_alpha(row),
        .transfers_in_turn = transfers_in_turn(row),
        .has_separate_gate = is_aleph_alpha(row),
        .sums_all = is_aleph_alpha(row) || is_internlm(row),
        .loss = loss_of(row),
        .weights_inside = is_megatron(row) && fab_run_number(row, FAB_RUN_YEAR) >= INSIDE_YEAR,
        .runs_one_microbatch = is_maxtext(row) || is_single_buffered(row),
        .reruns_ends = is_aleph_alpha(row),
        .skips_last = is_maxtext(row) || stops_early(row),
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

/* Parts of a layer, and words that stand for them. */
typedef struct fab_recompute_word {
    const char *words[5]; /* ended by NULL */
    const char *part;
} fab_recompute_word;

static const fab_recompute_word PARTS[] = {
    {{"attention core", "core attention", "core_attn"}, "core_attention"},
    {{"norm"}, "layernorm"},
    {{"act,", "act]", "act\"", "norm, act"}, "act"},
    {{"act,", "act]", "act\"", "norm, act"}, "moe_act"},
    {{"mla_up_proj"}, "mla_up_proj"},
    {{"mlp"}, "mlp"},
    {{"shared_experts"}, "shared_experts"},
};

/* Recipes name parts that not every model of a family has. */
static bool has_part(const fab_run_row *row, const char *part)
{
    const bool has_experts = fab_run_number(row, FAB_RUN_EXPERTS) > 0.0;
    const bool has_shared = fab_run_number(row, FAB_RUN_SHARED) > 0.0;
    if (strcmp(part, "mla_up_proj") == 0) {
        return fab_run_says(row, FAB_RUN_MLA);
    }
    if (strcmp(part, "moe_act") == 0 || strcmp(part, "shared_experts") == 0) {
        return has_experts && (has_shared || part[0] == 'm');
    }
    /* of a model with experts the word `act` means theirs */
    return strcmp(part, "act") == 0 ? !has_experts
                                    : strcmp(part, "mlp") != 0 || fab_run_has_dense(row);
}

static const char *list_parts(const fab_run_row *row, fab_arena *arena)
{
    const char *text = row->cells[FAB_RUN_RECOMPUTE];
    const char *list = "";
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]) && list != NULL; i++) {
        if (says_any(text, PARTS[i].words) && has_part(row, PARTS[i].part)) {
            list =
                fab_arena_printf(arena, "%s%s%s", list, list[0] != '\0' ? ", " : "", PARTS[i].part);
        }
    }
    return list;
}

/* Layers that a text names: `"full" x5` has 5; 0 when it names none. */
static int64_t named_layers(const char *text)
{
    const char *times = strstr(text, " x");
    return times != NULL ? strtoll(times + 2, NULL, 10) : 0;
}

/* Recipes for TPU v6e whose `remat_policy` keeps more than the inputs of layers: queries, keys and
 * values (with the output of attention but for those of 70B), in the host's memory. The others say
 * `full`, or keep inputs alone. README.md of the models in training/trillium of
 * github.com/AI-Hypercomputer/tpu-recipes. */
static const struct {
    const char *model;
    const char *parts;
} RECIPES[] = {
    {"Llama2-70B", "layernorm, core_attention, mlp"},
    {"Llama3.1-8B", "layernorm, core_attention, mlp"},
    {"Llama3.1-70B", "layernorm, core_attention, mlp"},
    {"Mistral-7B", "layernorm, core_attention, mlp"},
    {"Mixtral-8x7B", "layernorm, core_attention, moe"},
    {"Mixtral-8x22B", "layernorm, core_attention, moe"},
};

static bool leaves_policy_open(const fab_run_row *row)
{
    const char *text = row->cells[FAB_RUN_RECOMPUTE];
    return is_maxtext(row) && (text[0] == '\0' || strstr(text, "remat policy (see") != NULL);
}

const char *fab_run_recipe(const fab_run_row *row)
{
    if (!leaves_policy_open(row) || strcmp(row->cells[FAB_RUN_GPU], "TPUv6e") != 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(RECIPES) / sizeof(RECIPES[0]); i++) {
        if (strcmp(row->cells[FAB_RUN_MODEL], RECIPES[i].model) == 0) {
            return RECIPES[i].parts;
        }
    }
    return NULL;
}

bool fab_run_assumes_full(const fab_run_row *row)
{
    return leaves_policy_open(row) && fab_run_recipe(row) == NULL;
}

bool fab_run_may_keep_scores(const fab_run_row *row)
{
    return row->cells[FAB_RUN_RECOMPUTE][0] == '\0' && is_megatron(row) &&
           fab_run_number(row, FAB_RUN_YEAR) >= BESIDE_YEAR &&
           strcmp(attention_of(row), "unfused") == 0;
}

const char *fab_run_recompute(const fab_run_row *row, int64_t chunk_layers, fab_arena *arena)
{
    static const char *const SECOND_PRODUCTS[] = {"op-level", "per-op", "selective op", NULL};
    const char *text = row->cells[FAB_RUN_RECOMPUTE];
    const int64_t half = chunk_layers / 2 > 0 ? chunk_layers / 2 : 1;
    if (fab_run_assumes_full(row)) {
        return "recompute: full";
    }
    if (fab_run_recipe(row) != NULL) {
        return fab_arena_printf(arena, "recompute: [%s]", fab_run_recipe(row));
    }
    if (strncmp(text, "full", 4) == 0 || strncmp(text, "\"full\"", 6) == 0) {
        const int64_t layers = named_layers(text);
        return layers > 0 ? fab_arena_printf(arena, "recompute: full, recompute_layers: %lld",
                                             (long long)layers)
                          : "recompute: full";
    }
    if (strstr(text, "every 2nd") != NULL) {
        return fab_arena_printf(arena, "recompute: full, recompute_layers: %lld", (long long)half);
    }
    /* every second product and all that is cheap: the feed-forward blocks of half the layers */
    if (says_any(text, SECOND_PRODUCTS)) {
        return fab_arena_printf(arena, "recompute: [layernorm%s], recompute_layers: %lld",
                                has_part(row, "mlp") ? ", mlp" : "", (long long)half);
    }
    if (strncmp(text, "none", 4) == 0 || strncmp(text, "not set", 7) == 0) {
        return "recompute: none";
    }
    if (strcmp(text, "selective") == 0) {
        return "recompute: selective";
    }
    const char *list = list_parts(row, arena);
    return list == NULL      ? NULL
           : list[0] != '\0' ? fab_arena_printf(arena, "recompute: [%s]", list)
                             : "recompute: none";
}

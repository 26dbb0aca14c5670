#include "validate/run_experts.h"

#include <stdio.h>
#include <string.h>

#include "validate/run_framework.h"

/* Of dispatch and combine beside another micro-batch: one pair of runs with and without (Qwen3-235B
 * on 256 H100, 19.7 and 17.6 s) gained 0.28 of what was exposed, which is nine tenths of what
 * hides: what hides slows the passes by overlap.loss of its time, 0.1. */
#define HIDDEN_FRAC (0.3 / 0.9)

/* Megatron-Core has a kernel for permutations since 0.11, of 2025 */
#define PERMUTATION_YEAR 2025

/* Releases of the container, year, month and patch: presets in scripts/performance of
 * github.com/NVIDIA-NeMo/Megatron-Bridge and the notes of its releases 0.5.0 and 0.5.1. */
#define PRESETS_RELEASE 260200 /* presets as the recipes have them now */
#define SERVERS_RELEASE 260201 /* servers of 8 B200: HybridEP, four sequences a micro-batch */
#define GRAPHS_RELEASE  260400 /* graphs of parts of a layer, as the recipes name them now */
#define FUSED_RELEASE   260600 /* MXFP8: fused products of experts, graphs of whole iterations */

static bool says(const fab_run_row *row, fab_run_column column, const char *word)
{
    return strstr(row->cells[column], word) != NULL;
}

/* 26.02.01 is 260201; 0 where no container is named. */
static int release_of(const fab_run_row *row)
{
    const char *word = "container ";
    const char *at = strstr(row->cells[FAB_RUN_SOFTWARE], word);
    int year = 0, month = 0, patch = 0;
    if (at == NULL || sscanf(at + strlen(word), "%d.%d.%d", &year, &month, &patch) < 2) {
        return 0;
    }
    return 10000 * year + 100 * month + patch;
}

static bool is_bridge(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_BRIDGE) && release_of(row) > 0;
}

/* a domain of 72 */
static bool is_rack(const fab_run_row *row)
{
    return strncmp(row->cells[FAB_RUN_GPU], "GB", 2) == 0;
}

static bool is_model(const fab_run_row *row, const char *name)
{
    return strstr(row->cells[FAB_RUN_MODEL], name) != NULL;
}

/* MXFP8 in racks: one preset from that release on, whatever the model. */
static bool is_fused(const fab_run_row *row)
{
    return is_bridge(row) && release_of(row) >= FUSED_RELEASE && is_rack(row) &&
           says(row, FAB_RUN_PRECISION, "mxfp8");
}

/* Presets with HybridEP: Qwen3 in racks; the small one on servers of B200 too, and on two of H100,
 * which share out its experts as one (recipes/qwen/h100/qwen3_moe.py). */
static bool is_hybrid(const fab_run_row *row)
{
    const bool is_b200 = strcmp(row->cells[FAB_RUN_GPU], "B200") == 0;
    const bool is_h100 =
        strcmp(row->cells[FAB_RUN_GPU], "H100") == 0 && fab_run_number(row, FAB_RUN_EP) == 16.0;
    const bool is_server = is_model(row, "Qwen3_30B") && (is_b200 || is_h100);
    const int since = is_rack(row) ? PRESETS_RELEASE : SERVERS_RELEASE;
    return is_fused(row) || (is_bridge(row) && is_model(row, "Qwen3") &&
                             (is_rack(row) || is_server) && release_of(row) >= since);
}

/* Experts of a fixed capacity make graphs of a whole iteration possible, which early presets of
 * the small model on Blackwell have. */
static bool is_graphed_early(const fab_run_row *row)
{
    return is_bridge(row) && release_of(row) < PRESETS_RELEASE && is_model(row, "Qwen3_30B") &&
           says(row, FAB_RUN_ROUTING, "capacity") && says(row, FAB_RUN_GPU, "B200");
}

/* NeMo 24.12, grok1/grok1_314b.yaml of github.com/NVIDIA/dgxc-benchmarking: ub_tp_comm_overlap
 * false, gradients sent in BF16. */
static bool is_grok(const fab_run_row *row)
{
    return is_model(row, "Grok-1") && fab_run_is(row, FAB_FRAMEWORK_NEMO);
}

/* `grad_reduce_in_fp32` is false in its presets of all models that runs name, dense or not. */
static bool sums_in_bf16(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_BRIDGE) || is_grok(row);
}

static const char *dispatch_of(const fab_run_row *row)
{
    const bool is_named = fab_run_has_word(row, "DeepEP") || fab_run_has_word(row, "HybridEP");
    return is_named || is_hybrid(row) ? "per_domain" : "per_expert";
}

/* Without HybridEP or a fixed capacity the rows of an expert do not come in whole blocks. */
static bool is_padded(const fab_run_row *row)
{
    return says(row, FAB_RUN_PRECISION, "fp8") && says(row, FAB_RUN_ROUTING, "dropless") &&
           strcmp(dispatch_of(row), "per_expert") == 0;
}

/* Other libraries than Megatron's run one kernel: MaxText takes Megablox. */
static const char *products_of(const fab_run_row *row)
{
    const bool is_megatron =
        fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || fab_run_has_word(row, "MCore");
    return is_fused(row) ? "fused" : is_padded(row) ? "padded" : is_megatron ? "looped" : "grouped";
}

static const char *permutation_of(const fab_run_row *row)
{
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    const bool is_old = year > 0.0 && year < PERMUTATION_YEAR;
    return is_old || is_grok(row) || fab_run_has_word(row, "permute fusion off") ? "indexed"
                                                                                 : "fused";
}

/* Presets with `moe_a2a_overlap` false, whatever the words of a row say: Qwen3 30B, and 235B on
 * B200 (configs/qwen/qwen3_workload_base_configs.py). */
static bool overlaps_nothing(const fab_run_row *row)
{
    const bool is_b200 = strcmp(row->cells[FAB_RUN_GPU], "B200") == 0;
    return is_bridge(row) &&
           (is_model(row, "Qwen3_30B") || (is_model(row, "Qwen3_235B") && is_b200));
}

/* Pairs of passes in opposite directions hide each other's messages (arXiv 2412.19437, section
 * 3.2.1), as the schedule of that name does. */
static bool is_paired(const fab_run_row *row)
{
    return fab_run_has_word(row, "DualPipe");
}

static double overlap_of(const fab_run_row *row)
{
    if (is_paired(row)) {
        return 0.0;
    }
    const bool is_named =
        fab_run_has_word(row, "EP overlap on") || fab_run_has_word(row, "1F1B EP overlap");
    return is_fused(row) || (is_named && !overlaps_nothing(row)) ? HIDDEN_FRAC : 0.0;
}

fab_run_experts fab_run_experts_of(const fab_run_row *row)
{
    const bool has_experts = fab_run_number(row, FAB_RUN_EXPERTS) > 0.0;
    return (fab_run_experts){
        .products = products_of(row),
        .permutation = permutation_of(row),
        .dispatch = dispatch_of(row),
        .dispatch_precision = fab_run_has_word(row, "dispatch in FP8") ? "fp8" : "bf16",
        .schedule = is_paired(row) ? "dualpipe" : "auto",
        .overlap_frac = overlap_of(row),
        .is_graphed = has_experts && (is_fused(row) || is_graphed_early(row)),
        .believes_graphs = !has_experts || !is_bridge(row) || release_of(row) >= GRAPHS_RELEASE,
        .hides_no_tensor = is_grok(row),
        .sums_in_bf16 = sums_in_bf16(row),
    };
}

bool fab_run_has_no_chunks(const fab_run_row *row)
{
    const bool has_one =
        is_bridge(row) || is_paired(row) || fab_run_is(row, FAB_FRAMEWORK_DEEPSPEED);
    return has_one && !fab_run_says(row, FAB_RUN_VPP);
}

const char *fab_run_features(const fab_run_row *row)
{
    /* V3: n_group and topk_group in config.json of huggingface.co/deepseek-ai/DeepSeek-V3 */
    return is_model(row, "GPT OSS") ? "bias: all, attention_sinks: true, clamped_experts: true"
           : is_model(row, "Qwen3") ? "qk_norm: true"
           : is_model(row, "V3")    ? "router_groups: 8, groups_per_token: 4"
                                    : "";
}

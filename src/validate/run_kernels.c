#include "validate/run_kernels.h"

#include <string.h>

#include "validate/run_experts.h"
#include "validate/run_framework.h"

/* A layer of the smallest models on one node of A100 takes 3.5 ms for its three passes whatever its
 * size (validation/single_node_a100.csv): 39 operators. That compilers join about half of them is
 * an assumption. */
#define EAGER_LAUNCH_S    85e-6
#define COMPILED_LAUNCH_S 40e-6

/* year from which attention is fused unless a row says otherwise (FlashAttention, 2022) */
#define FUSED_YEAR 2023

/* and of Megatron-LM, whose scripts had to ask for it (`--use-flash-attn`, off by default in
 * megatron/arguments.py) until its layers became Transformer Engine's (`--transformer-impl`) */
#define SCRIPTS_FUSED_YEAR 2024

/* year from which libraries take the loss in one pass and drop nothing out */
#define FUSED_LOSS_YEAR 2024

/* Scores were written out and read again before fused kernels came into use. PyTorch's own fused
 * attention, which torchtitan takes, is FlashAttention-2; InternLM's is Flash-Attention v1.0.5
 * (doc/en/install.md of github.com/InternLM/InternLM, July 2023). */
static const char *attention_of(const fab_run_row *row)
{
    static const char *const FIRST[] = {"flash_attentionv1", "triton", NULL};
    static const char *const FUSED[] = {"flash", "Flash", "TE ", NULL};
    static const char *const UNFUSED[] = {"kernels: torch", "kernels: fused", "Megatron-DeepSpeed",
                                          NULL};
    const double year = fab_run_number(row, FAB_RUN_YEAR);
    const bool is_script = fab_run_is(row, FAB_FRAMEWORK_MEGATRON_LM);
    const int fused_year = is_script ? SCRIPTS_FUSED_YEAR : FUSED_YEAR;
    if (fab_run_has_any(row, FIRST) || fab_run_is(row, FAB_FRAMEWORK_INTERNLM)) {
        return "fused_v1";
    }
    if (fab_run_is(row, FAB_FRAMEWORK_TORCHTITAN) || fab_run_has_word(row, "SDPA")) {
        return "fused_v2";
    }
    if (fab_run_has_any(row, FUSED)) {
        return "fused";
    }
    const bool is_old = year > 0.0 && year < fused_year;
    return fab_run_has_any(row, UNFUSED) || fab_run_is_single_buffered(row) || is_old ? "unfused"
                                                                                      : "fused";
}

/* Libraries that name their kernels have no others: of norms alone, or of attention. InternLM has
 * Apex's norms, and a gate step by step (internlm/model/linear.py). */
static const char *elementwise_of(const fab_run_row *row)
{
    static const char *const EAGER[] = {"kernels: ", "torch.eager", NULL};
    if (fab_run_has_word(row, "RMS kernel") || fab_run_is(row, FAB_FRAMEWORK_INTERNLM)) {
        return "fused_norms";
    }
    return fab_run_has_any(row, EAGER) ? "eager" : "fused";
}

/* Recipes of Llama in Megatron-Bridge take Transformer Engine's kernel (`cross_entropy_fusion_impl`
 * of recipes/llama/llama3.py), which writes gradients over the logits; torchtitan compiles the loss
 * with its conversion to FP32 (pull requests 551 and 1033). Logits of Aleph Alpha's library run out
 * of memory by the tokens of a micro-batch alone, however many tensor ranks share them. */
static const char *loss_of(const fab_run_row *row)
{
    const bool is_llama = strncmp(row->cells[FAB_RUN_MODEL], "LLAMA", strlen("LLAMA")) == 0;
    const bool is_compiled =
        fab_run_has_word(row, "torchtitan 2025") && fab_run_has_word(row, "torch.compile");
    if (fab_run_is(row, FAB_FRAMEWORK_ALEPH_ALPHA)) {
        return "gathered";
    }
    return is_compiled || (is_llama && fab_run_is(row, FAB_FRAMEWORK_BRIDGE)) ? "in_place"
                                                                              : "sharded";
}

/* Megatron's kernel is an experiment that its command line switches on (`experimental_fn` in
 * megatron/core/fusions/fused_mla_yarn_rope_apply.py), and recipes do. */
static bool has_fused_latents(const fab_run_row *row)
{
    return !fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || fab_run_is_tuned(row);
}

/* Before 2024, Megatron; the formula of Korthikanti et al. (arXiv 2205.05198, equation 1) counts
 * its masks. Recipes of NeMo 1 for GPT-3 say `hidden_dropout: 0.1`. */
static bool has_dropout(const fab_run_row *row)
{
    const bool is_formula = strcmp(row->cells[FAB_RUN_MEASURE], "memory_model") == 0;
    const bool is_recipe =
        fab_run_is_nemo_1(row) && strstr(row->cells[FAB_RUN_MODEL], "GPT3") != NULL;
    return is_recipe || ((fab_run_is(row, FAB_FRAMEWORK_MEGATRON) || is_formula) &&
                         fab_run_number(row, FAB_RUN_YEAR) < FUSED_LOSS_YEAR);
}

/* Hosts that run step by step. */
static double launch_of(const fab_run_row *row)
{
    static const char *const GRAPHS[] = {"cuda_graph", "CUDA graph", NULL};
    const fab_run_experts experts = fab_run_experts_of(row);
    if (experts.is_graphed || (experts.believes_graphs && fab_run_has_any(row, GRAPHS))) {
        return 0.0;
    }
    const bool is_compiled = fab_run_has_word(row, "torch.compile") ||
                             fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) ||
                             fab_run_is_single_buffered(row);
    return is_compiled ? COMPILED_LAUNCH_S : EAGER_LAUNCH_S;
}

fab_run_kernels fab_run_kernels_of(const fab_run_row *row)
{
    return (fab_run_kernels){
        .attention = attention_of(row),
        .elementwise = elementwise_of(row),
        .loss = loss_of(row),
        .has_fused_loss = fab_run_number(row, FAB_RUN_YEAR) >= FUSED_LOSS_YEAR,
        .has_fused_latents = has_fused_latents(row),
        .has_dropout = has_dropout(row),
        .launch_waits = fab_run_has_word(row, "CUDA_LAUNCH_BLOCKING"),
        .launch_s = launch_of(row),
    };
}

#include "validate/run_recompute.h"

#include <stdlib.h>
#include <string.h>

#include "validate/run_framework.h"
#include "validate/run_kernels.h"

/* year from which Megatron can run attention alone again */
#define SELECTIVE_YEAR 2022

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
        if (fab_text_has_any(text, PARTS[i].words) && has_part(row, PARTS[i].part)) {
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

/* MaxText's `remat_policy` is `full` unless a script says otherwise (src/MaxText/configs/base.yml
 * of github.com/AI-Hypercomputer/maxtext). */
static bool leaves_policy_open(const fab_run_row *row)
{
    const char *text = row->cells[FAB_RUN_RECOMPUTE];
    return fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) &&
           (text[0] == '\0' || strstr(text, "remat policy (see") != NULL);
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
    return row->cells[FAB_RUN_RECOMPUTE][0] == '\0' && fab_run_is(row, FAB_FRAMEWORK_MEGATRON) &&
           fab_run_number(row, FAB_RUN_YEAR) >= SELECTIVE_YEAR &&
           strcmp(fab_run_kernels_of(row).attention, "unfused") == 0;
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
    if (fab_text_has_any(text, SECOND_PRODUCTS)) {
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

/* PyTorch's checkpoints that are not re-entrant stop when all that gradients read is there again
 * (set_checkpoint_early_stop in torch/utils/checkpoint.py, since 2.1 of October 2023): before the
 * product that ends a layer. FSDP2 and fms-fsdp wrap layers so; a profile of FSDP2 with tensor
 * ranks has 8 sums for each layer and micro-batch, of forward 2, again 1, backward 5
 * (benchmarks/profiling/13b_24gpu_profiling.md of github.com/KempnerInstitute/KempnerForge). XLA
 * sees both passes. */
bool fab_run_skips_last(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_MAXTEXT) || fab_run_is(row, FAB_FRAMEWORK_FSDP2) ||
           fab_run_is(row, FAB_FRAMEWORK_FMS);
}

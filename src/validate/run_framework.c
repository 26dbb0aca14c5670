#include "validate/run_framework.h"

#include <assert.h>
#include <string.h>

/* How rows name software. */
typedef struct fab_framework_name {
    const char *words[7]; /* ended by NULL */
    bool is_layout;       /* `dp_sharding` may have them, too */
} fab_framework_name;

static const fab_framework_name NAMES[FAB_FRAMEWORK_COUNT] = {
    [FAB_FRAMEWORK_MEGATRON] = {{"Megatron", "NeMo", "nemo"}, false},
    [FAB_FRAMEWORK_MEGATRON_LM] = {{"Megatron-LM"}, false},
    [FAB_FRAMEWORK_NEMO] = {{"NeMo", "nemo"}, false},
    [FAB_FRAMEWORK_BRIDGE] = {{"Megatron-Bridge"}, false},
    [FAB_FRAMEWORK_DEEPSPEED] = {{"DeepSpeed"}, false},
    [FAB_FRAMEWORK_ALEPH_ALPHA] = {{"Aleph Alpha"}, false},
    [FAB_FRAMEWORK_INTERNLM] = {{"InternLM"}, false},
    [FAB_FRAMEWORK_FSDP] = {{"FSDP"}, true},
    [FAB_FRAMEWORK_FSDP2] = {{"FSDP2"}, true},
    [FAB_FRAMEWORK_FMS] = {{"fms-fsdp"}, false},
    [FAB_FRAMEWORK_KEMPNER_FORGE] = {{"KempnerForge"}, false},
    [FAB_FRAMEWORK_LLM_FOUNDRY] = {{"llm-foundry"}, false},
    [FAB_FRAMEWORK_TORCHTITAN] = {{"torchtitan"}, false},
    [FAB_FRAMEWORK_JAX] = {{"JAX", "MaxText", "maxtext", "Pax", "pax", "T5X"}, false},
    [FAB_FRAMEWORK_MAXTEXT] = {{"MaxText", "maxtext"}, false},
    [FAB_FRAMEWORK_PAXML] = {{"Paxml"}, false},
    [FAB_FRAMEWORK_T5X] = {{"T5X"}, false},
};

bool fab_text_has_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strstr(text, *words) != NULL) {
            return true;
        }
    }
    return false;
}

bool fab_run_has_any(const fab_run_row *row, const char *const *words)
{
    return fab_text_has_any(row->cells[FAB_RUN_SOFTWARE], words) ||
           fab_text_has_any(row->cells[FAB_RUN_OVERLAP], words);
}

bool fab_run_has_word(const fab_run_row *row, const char *word)
{
    const char *const words[] = {word, NULL};
    return fab_run_has_any(row, words);
}

bool fab_run_is(const fab_run_row *row, fab_framework framework)
{
    assert(framework < FAB_FRAMEWORK_COUNT);
    const fab_framework_name *name = &NAMES[framework];
    return fab_run_has_any(row, name->words) ||
           (name->is_layout && fab_text_has_any(row->cells[FAB_RUN_SHARDING], name->words));
}

bool fab_run_is_nemo_1(const fab_run_row *row)
{
    return fab_run_has_word(row, "NeMo 24.") && strstr(row->cells[FAB_RUN_MODEL], "SFT") == NULL;
}

bool fab_run_is_tuned(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_NEMO) || fab_run_is(row, FAB_FRAMEWORK_BRIDGE) ||
           fab_run_has_word(row, "communication overlap flags on");
}

bool fab_run_is_single_buffered(const fab_run_row *row)
{
    return fab_run_is(row, FAB_FRAMEWORK_PAXML) || fab_run_is(row, FAB_FRAMEWORK_T5X);
}

bool fab_run_is_on_tpu(const fab_run_row *row)
{
    return strncmp(row->cells[FAB_RUN_GPU], "TPU", strlen("TPU")) == 0;
}

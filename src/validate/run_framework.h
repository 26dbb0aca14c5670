#ifndef FAB_RUN_FRAMEWORK_H
#define FAB_RUN_FRAMEWORK_H

#include "validate/measured_runs.h"

/* Software that rows name. A row can name several: Megatron-Bridge is Megatron, too. */
typedef enum fab_framework {
    FAB_FRAMEWORK_MEGATRON, /* and all that is made of it */
    FAB_FRAMEWORK_MEGATRON_LM,
    FAB_FRAMEWORK_NEMO,
    FAB_FRAMEWORK_BRIDGE,
    FAB_FRAMEWORK_DEEPSPEED, /* and its fork of Megatron */
    FAB_FRAMEWORK_ALEPH_ALPHA,
    FAB_FRAMEWORK_INTERNLM,
    FAB_FRAMEWORK_FSDP,  /* PyTorch's, or a layout that is called so */
    FAB_FRAMEWORK_FSDP2, /* and the tensor parallelism that goes with it (DTensor) */
    FAB_FRAMEWORK_FMS,
    FAB_FRAMEWORK_KEMPNER_FORGE,
    FAB_FRAMEWORK_LLM_FOUNDRY,
    FAB_FRAMEWORK_TORCHTITAN,
    FAB_FRAMEWORK_JAX, /* and all that is made of it */
    FAB_FRAMEWORK_MAXTEXT,
    FAB_FRAMEWORK_PAXML,
    FAB_FRAMEWORK_T5X,
    FAB_FRAMEWORK_COUNT
} fab_framework;

/* Whether the row names this software: in its columns `software` and `overlap_and_extras`, layouts
 * of PyTorch also in `dp_sharding`. */
bool fab_run_is(const fab_run_row *row, fab_framework framework);

/* Whether the row's software is NeMo 1, by its release: launcher_scripts/conf/training of
 * github.com/NVIDIA/NeMo-Framework-Launcher and recipes of github.com/NVIDIA/dgxc-benchmarking,
 * which fine-tunes with NeMo 2. */
bool fab_run_is_nemo_1(const fab_run_row *row);

/* Whether published recipes of the row's software switch on the overlap of tensor and data
 * messages. */
bool fab_run_is_tuned(const fab_run_row *row);

/* Whether XLA runs layers as a loop with one buffer: Paxml and T5X, whose body waits for what it
 * gathers. Collectives of a next round need two buffers, which their scripts leave off
 * (xla_gpu_enable_while_loop_double_buffering in paxml/configure.sh of
 * github.com/NVIDIA/dgxc-benchmarking and by default), and where layers are partly recomputed they
 * ran on the stream of the products (github.com/openxla/xla, issue 14397). */
bool fab_run_is_single_buffered(const fab_run_row *row);

bool fab_run_is_on_tpu(const fab_run_row *row);

/* Whether `text` has one of these words; NULL ends them. */
bool fab_text_has_any(const char *text, const char *const *words);

/* Whether `software` or `overlap_and_extras` has the word, or one of the words that NULL ends. */
bool fab_run_has_word(const fab_run_row *row, const char *word);
bool fab_run_has_any(const fab_run_row *row, const char *const *words);

#endif

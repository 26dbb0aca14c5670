#ifndef FAB_LINEAGE_H
#define FAB_LINEAGE_H

#include <fabricast/validate.h>

/* Where a run comes from, for constants that are fitted to runs. */

/* The laboratory and its software: NVIDIA's recipes (megatron_*, nemo_*, dgxc_*, moe_folding*) are
 * one, else the source_key up to its first underscore. NULL: memory is out. */
const char *fab_run_lineage(const fab_run_score *row, fab_arena *arena);

/* "FP8" or "BF16 or FP16". */
const char *fab_run_precision_group(const fab_run_score *row);

/* "to 2022" or "from 2023", when fused attention (FlashAttention-2, arXiv 2307.08691) had reached
 * the libraries; a row without a year counts as the latter. */
const char *fab_run_generation(const fab_run_score *row);

#endif

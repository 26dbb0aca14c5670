#include "validate/run_software.h"

#include <string.h>

/* Of what pieces could hide, pairs of runs with and without such an overlap hid 0.24 to 0.45
 * (torchtitan: TP and AsyncTP at the same configuration). */
#define PIECES_HIDDEN_FRAC 0.4

/* year in which the libraries of Megatron and DeepSpeed learnt to hide gradients by default */
#define OVERLAP_YEAR 2024

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

static double tensor_overlap(const fab_run_row *row)
{
    static const char *const WORDS[] = {"TP comm overlap", "AsyncTP", NULL};
    const double ranks = fab_run_number(row, FAB_RUN_TP);
    const bool overlaps = is_tuned(row) || row_says(row, WORDS);
    return overlaps && ranks > 1.0 ? PIECES_HIDDEN_FRAC * (1.0 - 1.0 / ranks) : 0.0;
}

static double data_overlap(const fab_run_row *row)
{
    static const char *const NEVER[] = {"CUDA_LAUNCH_BLOCKING", NULL};
    static const char *const ALWAYS[] = {"DP overlap", "FSDP",        "torchtitan",
                                         "MaxText",    "llm-foundry", NULL};
    if (row_says(row, NEVER)) {
        return 0.0;
    }
    if (is_tuned(row) || row_says(row, ALWAYS) || says_any(row->cells[FAB_RUN_SHARDING], ALWAYS)) {
        return 1.0;
    }
    return is_megatron(row) && fab_run_number(row, FAB_RUN_YEAR) < OVERLAP_YEAR ? 0.0 : 1.0;
}

fab_run_software fab_run_software_of(const fab_run_row *row)
{
    static const char *const EXPERT[] = {"EP overlap on", "1F1B EP overlap", NULL};
    static const char *const PER_DOMAIN[] = {"DeepEP", "HybridEP", NULL};
    const bool is_interleaved = fab_run_number(row, FAB_RUN_VPP) > 1.0;
    return (fab_run_software){
        .tensor_overlap_frac = tensor_overlap(row),
        .expert_overlap_frac = row_says(row, EXPERT) ? 1.0 : 0.0,
        .pipeline_overlap_frac =
            is_interleaved && fab_run_number(row, FAB_RUN_YEAR) >= OVERLAP_YEAR ? 1.0 : 0.0,
        .data_overlap_frac = data_overlap(row),
        .sends_per_domain = row_says(row, PER_DOMAIN),
        .shards_experts = is_megatron(row),
    };
}

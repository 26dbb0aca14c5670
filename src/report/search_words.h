#ifndef FAB_REPORT_SEARCH_WORDS_H
#define FAB_REPORT_SEARCH_WORDS_H

#include <fabricast/scenario.h>

/* What a scenario file writes for the choices of a mapping. */

static inline const char *fab_order_word(const fab_mapping *mapping)
{
    return mapping->expert_order == FAB_EXPERTS_STRIDED ? "strided" : "folded";
}

static inline const char *fab_context_word(const fab_mapping *mapping)
{
    if (mapping->cp_mode == FAB_CONTEXT_RING) {
        return "ring";
    }
    return mapping->cp_mode == FAB_CONTEXT_ULYSSES ? "ulysses" : "all_gather";
}

static inline const char *fab_recompute_word(const fab_mapping *mapping)
{
    return mapping->recompute == FAB_RECOMPUTE_FULL ? "full" : "none";
}

#endif

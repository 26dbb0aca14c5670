#ifndef FAB_RUN_RECOMPUTE_H
#define FAB_RUN_RECOMPUTE_H

#include "validate/measured_runs.h"

/* What runs again in the backward pass, from the words of the column `recompute`: a field of the
 * mapping, and the layers of each chunk that it holds for, "all" or a number. `chunk_layers` is
 * what a chunk has. Lives in the arena; NULL when memory is out. */
const char *fab_run_recompute(const fab_run_row *row, int64_t chunk_layers, fab_arena *arena);

/* Parts of a layer that run again by the recipe that a row leaves to its script; NULL when there is
 * none. */
const char *fab_run_recipe(const fab_run_row *row);

/* Whether a row leaves open what runs again and its software, with attention that writes its scores
 * out, may have kept them or run them again (`--recompute-activations`: Megatron from 2022 on). */
bool fab_run_may_keep_scores(const fab_run_row *row);

/* Whether a row leaves open what runs again and its software runs whole layers by default. */
bool fab_run_assumes_full(const fab_run_row *row);

/* Whether products whose results no gradient reads do not run again. */
bool fab_run_skips_last(const fab_run_row *row);

#endif

#ifndef FAB_RUN_LAYOUT_H
#define FAB_RUN_LAYOUT_H

#include "validate/measured_runs.h"

/* How many of embedding and head count as layers, so that chunks of one size hold all: 0, where the
 * layers divide, where two chunks or fewer hold them or where nothing makes them divide, 1 or 2. */
int64_t fab_run_end_layers(int64_t layers, int64_t chunks);

/* Layers of each chunk as the software of a row deals them, a `layout` of the mapping; NULL when
 * memory is out. Cost O(layers). */
const char *fab_run_layout(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena);

#endif

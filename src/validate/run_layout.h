#ifndef FAB_RUN_LAYOUT_H
#define FAB_RUN_LAYOUT_H

#include "validate/measured_runs.h"

/* Layers of each chunk as the software of a row deals them, a `layout` of the mapping; NULL when
 * memory is out. Cost O(layers). */
const char *fab_run_layout(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena);

#endif

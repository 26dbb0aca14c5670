#ifndef FAB_SIM_USAGE_H
#define FAB_SIM_USAGE_H

#include "sim/exposed.h"

/* Notes what a script that was run put on links: use by tier over the step and over time, the
 * fullest links, and for how long messages of two classes shared a port. FAB_E_NOMEM.
 * O(nodes x links of a way). */
FAB_CHECKED fab_status fab_usage_sum(const fab_script_run *run, fab_arena *arena,
                                     fab_step_simulation *out);

#endif

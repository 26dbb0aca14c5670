#ifndef FAB_SIM_UNFOLD_H
#define FAB_SIM_UNFOLD_H

#include "sim/script.h"

/* Runs a script on links of a graph with every package by itself: its own computation, and a flow
 * for each message to each of its partners, by its own route over single links. A package sends
 * what comes next when all that it sent and got before has arrived. finish_s: of each node, the
 * last of its packages. FAB_E_INFEASIBLE: *reason_out (in the arena), also when it was ended.
 * FAB_E_NOMEM. O(nodes x packages of a stage x partners) flows. */
FAB_CHECKED fab_status fab_unfold_run(const fab_script *script, fab_script_asking *asking,
                                      fab_arena *arena, double *finish_s,
                                      fab_flow_result *result_out, const char **reason_out);

#endif

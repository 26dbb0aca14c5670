#ifndef FAB_SIM_GROUND_H
#define FAB_SIM_GROUND_H

#include <fabricast/explain.h>
#include <fabricast/graph.h>
#include <fabricast/timeline.h>

/* The links on which a step runs: the graph of its fabric at the rates that messages reach. */
typedef struct fab_ground {
    const fab_graph *graph; /* NULL: ports of stages alone */
    double *rate_bps;       /* by link, with what is left of slow parts */
    int64_t layers;
    int wiring[2]; /* fab_wiring_kind of the inner and the outer tier */
    double tier_latency_s[2];
    double reconfigure_s[2]; /* of optical circuit switches, before each other partner */
} fab_ground;

/* Builds the graph where the fabric says how it is wired or the options ask for one. A wiring
 * without empty places is built whole, the job is on its first packages. FAB_E_INFEASIBLE and
 * FAB_E_RANGE: *reason_out (in the arena) says what does not fit or is no fault. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_ground_make(const fab_scenario *scenario,
                                       const fab_explanation *explained,
                                       const fab_step_options *options, fab_arena *arena,
                                       fab_ground *out, const char **reason_out);

#endif

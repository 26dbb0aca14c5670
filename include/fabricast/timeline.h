#ifndef FAB_TIMELINE_H
#define FAB_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fabricast/arena.h>
#include <fabricast/base.h>
#include <fabricast/graph.h>
#include <fabricast/scenario.h>
#include <fabricast/status.h>
#include <fabricast/train.h>

FAB_BEGIN_DECLS

/* A whole training step, event by event: one package of each pipeline stage stands for all of the
 * stage, its computation and its messages run as streams, and messages of all classes share its
 * links max-min fairly; docs/models-flow.md#step. */

#define FAB_STREAM_LIST(X)                                                                         \
    X(FAB_STREAM_COMPUTE, "computation")                                                           \
    X(FAB_STREAM_LAYER, "messages of layers")                                                      \
    X(FAB_STREAM_PIPELINE, "pipeline transfers")                                                   \
    X(FAB_STREAM_DATA, "data-parallel messages")

#define FAB_STREAM_ENUM(id, text) id,
typedef enum fab_stream { FAB_STREAM_LIST(FAB_STREAM_ENUM) FAB_STREAM_COUNT } fab_stream;
#undef FAB_STREAM_ENUM

/* Returns the static name of a stream; never NULL. */
FAB_API const char *fab_stream_text(fab_stream stream);

/* What one stream does for a while. */
typedef struct fab_activity {
    const char *name; /* of the block or message; static or in the arena */
    fab_stream stream;
    fab_step_class part;
    int64_t stage;
    int64_t microbatch; /* -1: once per step */
    bool is_backward;
    double start_s;
    double end_s;
} fab_activity;

typedef struct fab_slow_part {
    int64_t stage; /* 0-based */
    int64_t tier;  /* -1: the package's computation */
    double ratio;  /* of its speed that is left, 0 < ratio <= 1 */
} fab_slow_part;

#define FAB_SLOW_PART_LIMIT 64

typedef struct fab_step_options {
    const fab_slow_part *slow; /* stragglers and degraded links */
    size_t slow_count;
    int64_t pieces; /* a run of equal blocks in a pass is cut into at most so many; 0: as many as
                       blocks, or 1 where that were more than 100,000 in all */
    /* links of the fabric instead of ports of stages; without any of these as the fabric's tiers
     * say how they are wired (fab_tier.wiring), ports where none does */
    const fab_wiring *wirings[FAB_TIER_LIMIT]; /* by tier; NULL: fab_tier.wiring, else as
                                                  fab_simulation_options.wirings */
    const fab_graph *graph;                    /* all tiers instead; NULL: as above */
    const char *const *faults;                 /* each as fab_graph_damage reads it */
    size_t fault_count;
    int routing; /* fab_routing */
    uint64_t seed;
    bool is_general; /* on links: every message of every package by itself */
    /* Asked while messages are routed and after every event; false ends the simulation. NULL:
     * nobody is asked. */
    bool (*goes_on)(void *context);
    void *context;
} fab_step_options;

#define FAB_TIMELINE_BINS 100

/* For how long messages of two classes are on the same link out at once. */
typedef struct fab_shared_time {
    fab_step_class first, second;
    int64_t tier;
    double time_s; /* mean over the stages */
} fab_shared_time;

#define FAB_SHARED_LIMIT 6

/* Links of the graph that carry alike. */
typedef struct fab_step_link {
    const char *from; /* nodes of the first of them */
    const char *to;
    uint32_t number; /* of it in the graph */
    uint32_t count;
    int64_t tier;
    double carried_byte; /* by one */
    double busy_frac;    /* of the step, at the link's rate */
} fab_step_link;

#define FAB_STEP_LINK_LIMIT 16

typedef struct fab_step_simulation {
    double closed_form_s; /* fab_forecast.step_s */
    double simulated_s;
    double difference_frac; /* simulated over closed form, less 1 */
    const char *cause;      /* why they differ, one sentence */
    double closed_part_s[FAB_STEP_CLASS_COUNT];
    double part_s[FAB_STEP_CLASS_COUNT]; /* of the stage that is busiest; adds up to simulated_s,
                                            what the stage waits is the bubble */
    int64_t busiest_stage;
    int64_t last_stage; /* that ends last */
    int64_t stages;
    int64_t microbatches;
    uint64_t flows;
    uint64_t events;
    const fab_activity *activities; /* those that take time, by stage in order of their making */
    size_t activity_count;
    const char *tier_names[FAB_TIER_LIMIT];
    int64_t tier_count;
    double tier_busy_frac[FAB_TIER_LIMIT]; /* mean over stages and the step, of links out */
    double tier_bin_frac[FAB_TIER_LIMIT][FAB_TIMELINE_BINS]; /* the same in each of equal parts of
                                                                the step */
    int64_t hot_stage;                                       /* with the fullest link out */
    int64_t hot_tier;
    double hot_frac;
    const double *out_frac; /* of the step in which the link out of a stage is in use, and ... */
    const double *in_frac;  /* ... the link in; by stage, then tier; of several the fullest */
    bool is_wired;          /* messages went over the links of a graph; tier_* are then the mean
                               over all of them */
    fab_step_link links[FAB_STEP_LINK_LIMIT]; /* of the graph, the fullest first */
    size_t link_count;
    fab_shared_time shared[FAB_SHARED_LIMIT]; /* longest first */
    size_t shared_count;
} fab_step_simulation;

/* Simulates the step of a scenario. FAB_E_INFEASIBLE: *reason_out (in the arena) says what is not
 * simulated. FAB_E_RANGE as fab_train_forecast, or a slow part that is not there: *reason_out says
 * so. FAB_E_NOMEM. Cost: about passes x blocks x messages events. */
FAB_API FAB_CHECKED fab_status fab_step_simulate(const fab_scenario *scenario,
                                                 const fab_step_options *options, fab_arena *arena,
                                                 fab_step_simulation *out, const char **reason_out);

FAB_END_DECLS

#endif

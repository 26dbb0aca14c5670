#ifndef FAB_SIM_WRITER_H
#define FAB_SIM_WRITER_H

#include <fabricast/pipeline.h>

#include "sim/script.h"
#include "workload/workload.h"

/* What writes a step down, from its nodes (script.c) over the passes (pass.c) and what is exchanged
 * once per step (bucket.c) to the order of the devices (order.c). */

/* A node plus 1; 0 for none. */
typedef uint32_t fab_node_after;

/* Data-parallel messages of a stage once per step. Buckets of parameters are gathered from the
 * start on, each before the layers that need it; those of gradients follow the last backward of
 * their layers. */
typedef struct fab_script_exchange {
    double layers_count; /* over which all is dealt evenly */
    double gather_frac;  /* of the parameters in buckets; the others come before the first pass */
    double reduce_frac;  /* of the gradients in buckets; the others follow the last pass */
    fab_node_after gathered; /* end of the last bucket of parameters so far, */
    fab_node_after reduced;  /* ... of gradients */
} fab_script_exchange;

typedef struct fab_script_writer {
    const fab_scenario *scenario;
    const fab_explanation *explained;
    const fab_step_options *options;
    fab_script *script;
    fab_pipeline pipeline;
    int64_t parts;
    int64_t held; /* parts on a device */
    int64_t each; /* micro-batches that pass a part in a direction */
    int64_t pieces;
    uint32_t port_count;
    const int64_t *device_of;       /* by direction and part */
    fab_script_exchange *exchanges; /* by stage */
    fab_group groups[FAB_GROUP_KIND_COUNT];
    const char *refusal; /* why a message cannot be put on links; NULL */
} fab_script_writer;

typedef enum fab_pass_kind {
    FAB_PASS_FORWARD,
    FAB_PASS_BACKWARD, /* gradients of inputs and of weights */
    FAB_PASS_INPUT,    /* gradients of inputs alone */
    FAB_PASS_WEIGHT    /* gradients of weights that were put off */
} fab_pass_kind;

/* One pass of one stage over a part of the model for one micro-batch. */
typedef struct fab_script_pass {
    fab_pass_kind kind;
    int64_t stage, held, part, direction, microbatch; /* `held`: which of the stage's parts */
    bool gathers; /* the first that reads the part's weights in the step */
    bool reduces; /* the last that makes gradients of them */
} fab_script_pass;

static inline bool fab_pass_is_forward(const fab_script_pass *pass)
{
    return pass->kind == FAB_PASS_FORWARD;
}

/* Appends work that takes so long after all of `after`; returns its node. */
uint32_t fab_script_work(fab_script_writer *writer, const fab_activity *what, double time_s,
                         const uint32_t *after, uint32_t count);

/* Appends a message `times` over: its latency, then its tiers one after the other or at once.
 * Returns the node at whose end it has arrived. */
uint32_t fab_script_send(fab_script_writer *writer, const fab_activity *what,
                         const fab_collective_cost *cost, double times, int64_t to_stage,
                         const uint32_t *after, uint32_t count);

/* What is left of a stage's speed: of computation with tier -1. */
double fab_script_speed_frac(const fab_script_writer *writer, int64_t stage, int64_t tier);

/* Makes the ports of all stages. */
void fab_script_make_ports(fab_script_writer *writer);

/* Writes a pass that begins after `begin`; returns its end. */
uint32_t fab_script_pass_write(fab_script_writer *writer, const fab_script_pass *pass,
                               uint32_t begin);

/* The same of a forward beside a backward of other parts. */
uint32_t fab_script_pair_write(fab_script_writer *writer, const fab_script_pass *forward,
                               const fab_script_pass *backward, uint32_t begin);

/* Notes over how many layers each stage deals what it exchanges, and how much of it hides.
 * FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_script_make_exchanges(fab_script_writer *writer);

/* Gathers the parameters of `layers` layers of the stage. Returns the node after which both these
 * and `before` are there. */
uint32_t fab_script_gather(fab_script_writer *writer, int64_t stage, double layers_count,
                           uint32_t before);

/* Time that the buckets of so many layers take by themselves, of parameters or of gradients. */
double fab_script_bucket_s(const fab_script_writer *writer, int64_t stage, bool gathers,
                           double layers_count);

/* Begins to reduce the gradients of `layers` layers, which are there after `ready`. */
void fab_script_reduce(fab_script_writer *writer, int64_t stage, double layers_count,
                       uint32_t ready);

/* What is left of all gradients after `end`, and the optimizer. */
void fab_script_close(fab_script_writer *writer, int64_t stage, uint32_t end);

#endif

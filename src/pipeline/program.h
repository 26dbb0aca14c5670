#ifndef FAB_PROGRAM_H
#define FAB_PROGRAM_H

#include <stdint.h>

#include <fabricast/pipeline.h>

/* The order in which one device runs its passes: phases, each of which repeats a few slots. */

typedef enum fab_slot_kind {
    FAB_SLOT_FORWARD,
    FAB_SLOT_BACKWARD, /* gradients of inputs and of weights */
    FAB_SLOT_INPUT,    /* gradients of inputs; those of weights are put off */
    FAB_SLOT_WEIGHT,   /* the oldest gradients of weights that were put off; nothing if none were */
    FAB_SLOT_PAIR      /* a forward of `chunk` beside a backward of the other chunk */
} fab_slot_kind;

/* The chunk of an interleaved device's next pass of a kind follows from their number. */
#define FAB_SLOT_IN_TURN (-1)

typedef struct fab_slot {
    fab_slot_kind kind;
    int chunk; /* 0 or 1, or FAB_SLOT_IN_TURN */
} fab_slot;

#define FAB_PHASE_SLOTS    6
#define FAB_PROGRAM_PHASES 12

typedef struct fab_program_phase {
    int64_t repeats;
    int slot_count;
    fab_slot slots[FAB_PHASE_SLOTS];
} fab_program_phase;

typedef struct fab_program {
    int phase_count;
    fab_program_phase phases[FAB_PROGRAM_PHASES];
} fab_program;

/* Returns the order of a device. The counts of the pipeline break no rule. Each pass of a kind and
 * chunk takes the next micro-batch; ZB_V may name micro-batches that are not there, to be left out.
 */
fab_program fab_program_make(const fab_pipeline *pipeline, int64_t device);

/* Which way the micro-batches pass `chunk` of a device: 0, or 1 for those of DUALPIPE that start on
 * the last device. */
int64_t fab_program_direction(const fab_pipeline *pipeline, int64_t device, int64_t chunk);

#endif

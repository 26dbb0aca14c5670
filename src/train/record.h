#ifndef FAB_RECORD_H
#define FAB_RECORD_H

#include <fabricast/explain.h>

#include "train/stage.h"

/* Notes of a forecast beside its sums, for those who ask what it is made of. They change nothing;
 * a recorder that is NULL takes none. */

typedef struct fab_recorder {
    const fab_scenario *scenario;
    fab_arena *arena;
    fab_status status; /* the first failure; from then on nothing is noted */
    fab_explained_block *blocks;
    fab_block_kind kinds[FAB_EXPLAINED_BLOCK_LIMIT]; /* of the blocks */
    size_t block_count;
    fab_explained_stage *stages;
    int64_t counts[FAB_EXPLAINED_BLOCK_LIMIT]; /* of blocks in the stage measured last */
    fab_collective_cost transfer;              /* from a stage to the next */
    int64_t transfers;                         /* ... in each pass */
    int64_t waits;                             /* for such, in each pass of the stage at hand */
    fab_exchange_list exchanges;               /* of the stage measured last */
    int64_t slowest_stage, data_stage, optimizer_stage;
} fab_recorder;

/* Returns a recorder with room for the stages of the pipeline; failures stay in its status. */
fab_recorder fab_recorder_make(const fab_scenario *scenario, fab_arena *arena);

/* The part of a step that exposed messages of a class are. */
fab_step_class fab_step_of_message(fab_message_class message_class);

/* Begins the measurement of a stage. */
void fab_record_begin(fab_recorder *recorder);

/* Notes that the stage holds `count` such blocks. Returns where to note what one of them does, or
 * NULL when that is known already. */
fab_explained_block *fab_record_block(fab_recorder *recorder, fab_block_kind kind,
                                      bool is_recomputed, const fab_block *block, int64_t count);

/* What an operator does in one phase, and the time booked for it. */
void fab_record_work(const fab_gpu_speed *speed, fab_operator_kind kind, fab_operator_work work,
                     double time_s, fab_explained_work *out);

/* A message of the block that a phase needs `count` times. */
void fab_record_message(fab_explained_block *block, size_t index, fab_phase phase, int64_t count);

/* The end of a pass over the block: its parts without messages, what of these is exposed, and how
 * long all of it takes. */
void fab_record_pass(fab_explained_block *block, bool is_backward,
                     const double part_s[FAB_STEP_CLASS_COUNT],
                     const double exposed_s[FAB_MESSAGE_CLASS_COUNT], double pass_s);

/* What a stage sends to the next in each pass, `count` times the same, and how many such it waits
 * for, sent or received. */
void fab_record_transfers(fab_recorder *recorder, const fab_collective_cost *cost, int64_t count,
                          int64_t waits);

/* A stage as the forecast sees it. */
void fab_record_stage(fab_recorder *recorder, int64_t index, const fab_stage_time *time,
                      const fab_data_exchange *data, double optimizer_s,
                      const fab_memory_forecast *memory);

/* Lists what each part of the model holds of the blocks that were noted; `count` parts. NULL and
 * FAB_E_NOMEM in the recorder's status. */
const fab_explained_part *fab_record_parts(fab_recorder *recorder, int64_t count);

/* The stages that decide: the slowest, that with most of the exchange once per step exposed, that
 * with the longest optimizer. */
void fab_record_step(fab_recorder *recorder, int64_t slowest_stage, int64_t data_stage,
                     int64_t optimizer_stage);

#endif

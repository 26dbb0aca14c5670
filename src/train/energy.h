#ifndef FAB_TRAIN_ENERGY_H
#define FAB_TRAIN_ENERGY_H

#include <fabricast/train.h>

#include "train/stage.h"

/* What all stages together do in a step; one package of each stage. */
typedef struct fab_step_work {
    double blocks_count[FAB_BLOCK_KIND_COUNT];     /* that a micro-batch passes */
    double recomputed_count[FAB_BLOCK_KIND_COUNT]; /* of them, those with parts that run again */
    double optimizer_byte;
} fab_step_work;

/* `optimizer_byte` is what the optimizer's pass moves on a package of the stage. */
void fab_energy_add_stage(const fab_scenario *scenario, const fab_stage *stage,
                          double optimizer_byte, fab_step_work *work);

/* Fills out->energy from the work of the step, its length and the energy of its tiers, which must
 * be there already. Every operator is counted as often as it runs, the forward pass of what is
 * recomputed twice; what the effects leave out of the time is left out of the energy. Routed tokens
 * are counted at the mean load, not at that of the busiest rank. `arena` is scratch. FAB_E_NOMEM,
 * FAB_E_RANGE. */
FAB_CHECKED fab_status fab_energy_fill(const fab_scenario *scenario, const fab_workload *workload,
                                       const fab_step_work *work, fab_arena *arena,
                                       fab_forecast *out);

#endif

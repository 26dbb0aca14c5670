#ifndef FAB_STAGE_FIXTURE_H
#define FAB_STAGE_FIXTURE_H

#include "train/stage.h"

/* A stage measured by itself. */
static inline fab_stage_time measure(const fab_scenario *scenario, const fab_workload *workload,
                                     const fab_stage *stage)
{
    fab_block_times times = {.is_known = {{false}}};
    return fab_stage_measure(scenario, workload, stage, &times, NULL);
}

#endif

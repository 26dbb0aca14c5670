#ifndef FAB_TESTS_STATE_FIXTURE_H
#define FAB_TESTS_STATE_FIXTURE_H

#include "scenario_fixture.h"

#include "train/stage.h"

static inline fab_workload workload_of(const fab_scenario *s)
{
    fab_workload w;
    ck_assert_int_eq(fab_workload_build(s, &w), FAB_OK);
    return w;
}

static inline fab_stage_parameters held_by(const fab_scenario *s, int64_t index)
{
    const fab_workload w = workload_of(s);
    const fab_stage stage = fab_stage_make(s, index);
    return fab_stage_count_parameters(s, &w, &stage);
}

#endif

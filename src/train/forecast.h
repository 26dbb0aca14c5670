#ifndef FAB_TRAIN_FORECAST_H
#define FAB_TRAIN_FORECAST_H

#include <fabricast/train.h>

#include "train/stage.h"

/* What fab_fabric_check_all says of a fabric and a number of packages. */
typedef struct fab_train_checks {
    const fab_fabric_check *items;
    size_t count;
    bool skips_energy; /* the forecast's energy is left unknown: nobody reads it */
} fab_train_checks;

FAB_CHECKED fab_status fab_train_check(const fab_scenario *scenario, fab_arena *arena,
                                       fab_train_checks *out);

/* What forecasts leave for those of scenarios that differ in mapping.interleave alone. */
typedef struct fab_train_memo {
    bool is_filled; /* false at first; the rest need not be set */
    fab_workload workload;
    fab_block_times times;
} fab_train_memo;

/* fab_train_forecast for scenarios that share fabric and packages: `checks` are of any of them.
 * With a memo (NULL: none) it takes what is there and leaves what it works out. */
FAB_CHECKED fab_status fab_train_forecast_checked(const fab_scenario *scenario,
                                                  const fab_train_checks *checks,
                                                  fab_train_memo *memo, fab_arena *arena,
                                                  fab_forecast *out);

/* The same with notes of what it adds up; the arena keeps what was worked out. */
struct fab_recorder;
FAB_CHECKED fab_status fab_train_forecast_recorded(const fab_scenario *scenario,
                                                   const fab_train_checks *checks,
                                                   struct fab_recorder *recorder, fab_arena *arena,
                                                   fab_forecast *out);

#endif

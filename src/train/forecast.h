#ifndef FAB_TRAIN_FORECAST_H
#define FAB_TRAIN_FORECAST_H

#include <fabricast/train.h>

/* What fab_fabric_check_all says of a fabric and a number of packages. */
typedef struct fab_train_checks {
    const fab_fabric_check *items;
    size_t count;
    bool skips_energy; /* the forecast's energy is left unknown: nobody reads it */
} fab_train_checks;

FAB_CHECKED fab_status fab_train_check(const fab_scenario *scenario, fab_arena *arena,
                                       fab_train_checks *out);

/* fab_train_forecast for scenarios that share fabric and packages: `checks` are of any of them. */
FAB_CHECKED fab_status fab_train_forecast_checked(const fab_scenario *scenario,
                                                  const fab_train_checks *checks, fab_arena *arena,
                                                  fab_forecast *out);

/* The same with notes of what it adds up; the arena keeps what was worked out. */
struct fab_recorder;
FAB_CHECKED fab_status fab_train_forecast_recorded(const fab_scenario *scenario,
                                                   const fab_train_checks *checks,
                                                   struct fab_recorder *recorder, fab_arena *arena,
                                                   fab_forecast *out);

#endif

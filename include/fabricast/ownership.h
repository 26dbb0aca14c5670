#ifndef FAB_OWNERSHIP_H
#define FAB_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>

#include <fabricast/base.h>
#include <fabricast/scenario.h>
#include <fabricast/train.h>

FAB_BEGIN_DECLS

/* A whole run made of equal steps. */
typedef struct fab_ownership {
    int64_t steps;          /* tokens / tokens per step, rounded up */
    double time_to_train_s; /* steps x step time / goodput */
    double gpu_time_s;      /* packages x time to train */
    double link_energy_j;   /* links of all packages */
    double link_power_w;    /* links of all packages at full rate, all tiers */
    bool lacks_link_energy; /* of the forecast: both numbers above mean nothing then */
    bool has_energy;        /* the forecast's energy is known; else the next two are 0 */
    double energy_j;        /* of the whole run, with hosts, switches and facility */
    double energy_j_per_token;
} fab_ownership;

/* Goes from a step to the run: steps = ceil(tokens / (B s)), time = steps step_s / goodput, link
 * energy = steps x packages x sum over tiers. Energy = facility power x time to train, and thus
 * counts the time that goodput loses, which the energy of the links does not. Errors: none; the
 * forecast is of the same scenario.
 */
FAB_API fab_ownership fab_ownership_forecast(const fab_scenario *scenario,
                                             const fab_forecast *forecast);

FAB_END_DECLS

#endif

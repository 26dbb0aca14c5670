#ifndef FAB_LIMIT_H
#define FAB_LIMIT_H

#include "gpu/speed.h"

/* What an operator's time hangs on: shares of it that fall away where the package computes, or
 * moves bytes, a little faster. The rest is launch and what else no rate shortens. */
typedef struct fab_gpu_shares {
    double compute_frac;
    double memory_frac;
    double power_frac; /* 1 where the limit of power sets the time, and then alone */
} fab_gpu_shares;

/* Asks fab_gpu_operator_s itself: share = d ln(time) / d ln(1 / rate), so that it holds for every
 * way in which that finds its time. All 0 for what takes no time. */
fab_gpu_shares fab_gpu_operator_shares(const fab_gpu_speed *speed, fab_operator_kind kind,
                                       fab_operator_work work);

#endif

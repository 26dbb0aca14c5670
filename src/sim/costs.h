#ifndef FAB_SIM_COSTS_H
#define FAB_SIM_COSTS_H

#include <fabricast/explain.h>

/* Returns the most that `of` gives for any message of a step: those of blocks, transfers and what
 * data-parallel ranks exchange. 0 without messages. */
double fab_costs_most(const fab_explanation *explained,
                      double (*of)(const void *context, const fab_collective_cost *cost),
                      const void *context);

#endif

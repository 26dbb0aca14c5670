#include "sim/costs.h"

static void keep_most(double *most, double here)
{
    *most = here > *most ? here : *most;
}

double fab_costs_most(const fab_explanation *e,
                      double (*of)(const void *context, const fab_collective_cost *cost),
                      const void *context)
{
    double most = 0.0;
    keep_most(&most, of(context, &e->transfer));
    for (size_t b = 0; b < e->block_count; b++) {
        for (size_t i = 0; i < e->blocks[b].message_count; i++) {
            keep_most(&most, of(context, &e->blocks[b].messages[i].cost));
        }
    }
    for (size_t s = 0; s < e->stage_count; s++) {
        for (size_t i = 0; i < e->stages[s].exchange_count; i++) {
            keep_most(&most, of(context, &e->stages[s].exchanges[i].cost));
        }
    }
    return most;
}

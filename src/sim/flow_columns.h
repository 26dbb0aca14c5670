#ifndef FAB_SIM_FLOW_COLUMNS_H
#define FAB_SIM_FLOW_COLUMNS_H

#include <fabricast/flow.h>

/* Flows in the making, as columns that a writer fills; the optional ones may be NULL. */
typedef struct fab_flow_columns {
    double *size_byte, *start_s, *load_ratio, *weight_ratio;
    uint32_t *route_begin, *route_link, *after_begin, *after;
    uint32_t count;
} fab_flow_columns;

static inline fab_flow_set fab_flow_columns_set(const fab_flow_columns *columns)
{
    return (fab_flow_set){
        .flow_count = columns->count,
        .size_byte = columns->size_byte,
        .route_begin = columns->route_begin,
        .route_link = columns->route_link,
        .load_ratio = columns->load_ratio,
        .start_s = columns->start_s,
        .weight_ratio = columns->weight_ratio,
        .after_begin = columns->after_begin,
        .after_flow = columns->after,
    };
}

#endif

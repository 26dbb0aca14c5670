#ifndef FAB_GRAPH_DRAFT_H
#define FAB_GRAPH_DRAFT_H

#include <fabricast/graph.h>

/* A graph in the making. Adding never fails for lack of memory: fab_draft_finish says so. */
typedef struct fab_draft_link {
    uint32_t from;
    uint32_t to;
    double rate_bps;
    double latency_s;
    double energy_j_per_bit;
    uint8_t layer;
    uint8_t hops; /* 0: 1 + layer */
} fab_draft_link;

typedef struct fab_draft {
    fab_arena *arena;
    fab_draft_link *links;
    uint32_t link_count;
    uint32_t room;
    uint32_t package_count;
    uint32_t node_count;
    bool lacks_memory;
    const char *const *names;  /* of the graph in the end; NULL */
    const fab_position *where; /* the same */
} fab_draft;

fab_draft fab_draft_make(fab_arena *arena, uint32_t packages);

/* Returns the new switch. */
uint32_t fab_draft_switch(fab_draft *draft);

/* Adds a link of one direction. */
void fab_draft_link_add(fab_draft *draft, const fab_draft_link *link);

/* Adds a link each way. */
void fab_draft_join(fab_draft *draft, fab_draft_link link);

/* Lays the columns out; links keep the order in which they came. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_draft_finish(const fab_draft *draft, const fab_graph **graph_out);

#endif

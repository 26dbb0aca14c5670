#ifndef FAB_GRAPH_LEVEL_H
#define FAB_GRAPH_LEVEL_H

#include <fabricast/graph.h>

/* Levels of nodes for up-down routing: links from the nearest package. A node that no package
 * reaches has UINT32_MAX. NULL when memory is out. O(links). */
const uint32_t *fab_levels_make(const fab_graph *graph, fab_arena *arena);

/* Finds a link between two nodes of one level, which is neither up nor down: routing over it could
 * loop. Over a link that no package reaches nothing is routed. false: there is none. */
bool fab_levels_find_tie(const fab_graph *graph, const uint32_t *level, uint32_t *link_out);

#endif

#ifndef FAB_GRAPH_SPREAD_H
#define FAB_GRAPH_SPREAD_H

#include <fabricast/graph.h>

/* What many messages put on the links of a graph, destination by destination. */

/* A number for each link, 0 until something is added; only parts that are in use take memory. */
typedef struct fab_link_sums {
    fab_arena *arena;
    double **pages;
    uint32_t page_count;
} fab_link_sums;

#define FAB_LINK_PAGE 256

/* NULL pages when memory is out. */
fab_link_sums fab_link_sums_make(const fab_graph *graph, fab_arena *arena);

static inline double fab_link_sums_at(const fab_link_sums *sums, uint32_t link)
{
    const double *page = sums->pages[link / FAB_LINK_PAGE];
    return page ? page[link % FAB_LINK_PAGE] : 0.0;
}

typedef struct fab_spread_source {
    uint32_t from;
    double size_byte;
} fab_spread_source;

typedef struct fab_spread fab_spread;

/* Routes as fab_router_create, whose errors it has. Sprayed messages need no memory for each
 * destination, the others that of a router. */
FAB_CHECKED fab_status fab_spread_create(const fab_graph *graph, int routing, uint64_t seed,
                                         fab_arena *arena, fab_spread **spread_out,
                                         const char **message_out);

/* Adds what goes to package `to` to the sums, and raises *latency_s to that of the longest way. A
 * source that is the destination sends nothing. FAB_E_INFEASIBLE: there is no path from *lost_out.
 * FAB_E_NOMEM. O(links nearer than the furthest source), once for destinations in a row that hang
 * on the same switches, and O(links on the ways). */
FAB_CHECKED fab_status fab_spread_add(fab_spread *spread, uint32_t to,
                                      const fab_spread_source *sources, size_t count,
                                      fab_link_sums *sums, double *latency_s, uint32_t *lost_out);

#endif

#include "graph/level.h"

#include <assert.h>

/* Levels of up-down routing (Autonet: Schroeder et al., IEEE JSAC 9(8), 1991), and the links on
 * which a way could turn for ever. */

#define FAR UINT32_MAX

const uint32_t *fab_levels_make(const fab_graph *graph, fab_arena *arena)
{
    uint32_t *level = FAB_NEW(arena, uint32_t, graph->node_count);
    uint32_t *queue = FAB_NEW(arena, uint32_t, graph->node_count);
    uint32_t head = 0, tail = 0;
    if (!level || !queue) {
        return NULL;
    }
    for (uint32_t node = 0; node < graph->node_count; node++) {
        level[node] = node < graph->package_count ? 0 : FAR;
        if (node < graph->package_count) {
            queue[tail++] = node;
        }
    }
    while (head < tail) {
        const uint32_t node = queue[head++];
        for (uint32_t i = graph->out_begin[node]; i < graph->out_begin[node + 1]; i++) {
            const uint32_t next = graph->to[graph->out_link[i]];
            if (level[next] == FAR) {
                level[next] = level[node] + 1;
                queue[tail++] = next;
            }
        }
    }
    return level;
}

bool fab_levels_find_tie(const fab_graph *graph, const uint32_t *level, uint32_t *link_out)
{
    for (uint32_t i = 0; i < graph->link_count; i++) {
        const uint32_t here = level[graph->from[i]];
        if (here == level[graph->to[i]] && here != FAR) {
            *link_out = i;
            return true;
        }
    }
    return false;
}

fab_status fab_graph_check_up_down(const fab_graph *graph, fab_arena *arena,
                                   fab_diagnostics *diagnostics)
{
    assert(graph && arena && diagnostics);
    uint32_t link = 0;
    const uint32_t *level = fab_levels_make(graph, arena);
    if (!level) {
        return FAB_E_NOMEM;
    }
    if (!fab_levels_find_tie(graph, level, &link)) {
        return FAB_OK;
    }
    const char *from = fab_graph_node_name(graph, graph->from[link], arena);
    const char *to = fab_graph_node_name(graph, graph->to[link], arena);
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                 graph->where ? graph->where[link] : (fab_position){.source = NULL},
                 "no cable joins two nodes as many links from the nearest package; the other "
                 "routings have no such rule",
                 "up-down routing could loop: %s and %s are joined and stand on one level",
                 from ? from : "a node", to ? to : "another");
    return FAB_E_INPUT;
}

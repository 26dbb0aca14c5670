#include "graph/draft.h"

#include <assert.h>
#include <string.h>

/* Links in the order in which they come, then as columns with lists by node. */

enum { FIRST_ROOM = 256 };

/* nodes and links are counted in 32 bits */
#define MOST (UINT32_MAX / 2)

fab_draft fab_draft_make(fab_arena *arena, uint32_t packages)
{
    return (fab_draft){.arena = arena, .package_count = packages, .node_count = packages};
}

uint32_t fab_draft_switch(fab_draft *draft)
{
    draft->lacks_memory = draft->lacks_memory || draft->node_count >= MOST;
    return draft->node_count++;
}

static bool grow(fab_draft *draft)
{
    const uint32_t room = draft->room == 0 ? FIRST_ROOM : 2 * draft->room;
    fab_draft_link *links = room < MOST ? FAB_NEW(draft->arena, fab_draft_link, room) : NULL;
    if (!links) {
        return false;
    }
    if (draft->link_count > 0) {
        memcpy(links, draft->links, draft->link_count * sizeof(*links));
    }
    draft->links = links;
    draft->room = room;
    return true;
}

void fab_draft_link_add(fab_draft *draft, const fab_draft_link *link)
{
    if (draft->link_count == draft->room && (draft->lacks_memory || !grow(draft))) {
        draft->lacks_memory = true;
        return;
    }
    draft->links[draft->link_count++] = *link;
}

void fab_draft_join(fab_draft *draft, fab_draft_link link)
{
    fab_draft_link_add(draft, &link);
    const uint32_t from = link.from;
    link.from = link.to;
    link.to = from;
    fab_draft_link_add(draft, &link);
}

typedef struct columns {
    uint32_t *from, *to;
    double *rate_bps, *latency_s, *energy_j_per_bit;
    uint8_t *layer, *hops;
} columns;

static bool make_columns(fab_arena *arena, uint32_t links, columns *c)
{
    *c = (columns){
        .from = FAB_NEW(arena, uint32_t, links),
        .to = FAB_NEW(arena, uint32_t, links),
        .rate_bps = FAB_NEW(arena, double, links),
        .latency_s = FAB_NEW(arena, double, links),
        .energy_j_per_bit = FAB_NEW(arena, double, links),
        .layer = FAB_NEW(arena, uint8_t, links),
        .hops = FAB_NEW(arena, uint8_t, links),
    };
    return c->from && c->to && c->rate_bps && c->latency_s && c->energy_j_per_bit && c->layer &&
           c->hops;
}

/* Lists the links of every node, by the node that `end` names. */
static bool list_links(fab_arena *arena, const uint32_t *end, uint32_t links, uint32_t nodes,
                       const uint32_t **begin_out, const uint32_t **list_out)
{
    uint32_t *begin = FAB_NEW(arena, uint32_t, (size_t)nodes + 2);
    uint32_t *list = FAB_NEW(arena, uint32_t, links);
    if (!begin || !list) {
        return false;
    }
    for (uint32_t i = 0; i < links; i++) {
        begin[end[i] + 2]++;
    }
    for (uint32_t node = 0; node < nodes; node++) {
        begin[node + 2] += begin[node + 1];
    }
    for (uint32_t i = 0; i < links; i++) {
        list[begin[end[i] + 1]++] = i;
    }
    *begin_out = begin;
    *list_out = list;
    return true;
}

fab_status fab_draft_finish(const fab_draft *draft, const fab_graph **graph_out)
{
    const uint32_t links = draft->link_count, nodes = draft->node_count;
    fab_graph *graph = FAB_NEW(draft->arena, fab_graph, 1);
    columns c;
    if (draft->lacks_memory || !graph || !make_columns(draft->arena, links, &c)) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < links; i++) {
        const fab_draft_link *link = &draft->links[i];
        assert(link->from < nodes && link->to < nodes && link->from != link->to);
        c.from[i] = link->from;
        c.to[i] = link->to;
        c.rate_bps[i] = link->rate_bps;
        c.latency_s[i] = link->latency_s;
        c.energy_j_per_bit[i] = link->energy_j_per_bit;
        c.layer[i] = link->layer;
        c.hops[i] = link->hops > 0 ? link->hops : (uint8_t)(1 + link->layer);
    }
    *graph = (fab_graph){
        .package_count = draft->package_count,
        .node_count = nodes,
        .link_count = links,
        .from = c.from,
        .to = c.to,
        .rate_bps = c.rate_bps,
        .latency_s = c.latency_s,
        .energy_j_per_bit = c.energy_j_per_bit,
        .layer = c.layer,
        .hops = c.hops,
        .names = draft->names,
        .where = draft->where,
    };
    if (!list_links(draft->arena, c.from, links, nodes, &graph->out_begin, &graph->out_link) ||
        !list_links(draft->arena, c.to, links, nodes, &graph->in_begin, &graph->in_link)) {
        return FAB_E_NOMEM;
    }
    *graph_out = graph;
    return FAB_OK;
}

static bool is_counted(const fab_graph *graph, uint32_t node, uint8_t first_layer)
{
    const uint32_t first = graph->out_begin[node];
    return first < graph->out_begin[node + 1] ? graph->layer[graph->out_link[first]] >= first_layer
                                              : first_layer == 0;
}

fab_graph_bill fab_graph_count(const fab_graph *graph, uint8_t first_layer)
{
    assert(graph);
    fab_graph_bill bill = {0};
    int64_t ends = 0;
    for (uint32_t node = graph->package_count; node < graph->node_count; node++) {
        bill.switches += is_counted(graph, node, first_layer) ? 1 : 0;
    }
    for (uint32_t i = 0; i < graph->link_count; i++) {
        if (graph->layer[i] < first_layer) {
            continue;
        }
        const int packages = (graph->from[i] < graph->package_count ? 1 : 0) +
                             (graph->to[i] < graph->package_count ? 1 : 0);
        ends += 2 - packages;
        bill.package_links += packages > 0 ? 1 : 0;
        bill.switch_links += packages > 0 ? 0 : 1;
        bill.rate_bps += graph->rate_bps[i];
    }
    bill.switch_ports = ends / 2;
    return bill;
}

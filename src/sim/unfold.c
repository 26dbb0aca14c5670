#include "sim/unfold.h"

#include <assert.h>
#include <string.h>

#include "sim/flow_columns.h"
#include "sim/terrain.h"

#define MOST (UINT32_MAX / 4)

/* The messages of a way: places of both ends in their stages, and what each is of what a package
 * sends in the mean. */
typedef struct crowd {
    uint32_t count;
    uint32_t *from, *to;
    double *part_ratio;
    double *sent_ratio; /* by place, of all its messages together */
    uint32_t *route_begin, *route_link;
    double *load_ratio;
    uint32_t *touch_begin, *touching; /* messages from or to a place */
} crowd;

typedef struct unfolding {
    const fab_script *s;
    fab_script_asking *asking;
    fab_arena *arena;
    crowd *crowds; /* by way */
    uint32_t places;
    uint32_t *end; /* by node: its flow at place 0, the others follow */
    /* columns of flows */
    fab_flow_columns flow;
    uint32_t entries, waits;
} unfolding;

static int64_t packages_of(const fab_script *s)
{
    return s->ways.ways[0].partners.stage_packages;
}

/* Lists the messages to all places; the first time they are counted alone. */
static size_t list_messages(const fab_partners *p, fab_spread_source *sources, crowd *c)
{
    size_t count = 0;
    for (int64_t to = 0; to < p->stage_packages; to++) {
        const int64_t package = p->to_stage * p->stage_packages + to;
        const size_t here = fab_partners_list(p, (uint32_t)package, sources);
        for (size_t i = 0; i < here && c; i++) {
            c->from[count + i] = (uint32_t)(sources[i].from - p->stage * p->stage_packages);
            c->to[count + i] = (uint32_t)to;
            c->part_ratio[count + i] = sources[i].size_byte;
        }
        count += here;
    }
    return count;
}

static void scale(const fab_partners *p, crowd *c)
{
    double sum = 0.0, here = 0.0, most = 0.0;
    for (uint32_t i = 0; i < c->count; i++) {
        const bool is_next = i == 0 || c->to[i] != c->to[i - 1];
        here = (is_next ? 0.0 : here) + c->part_ratio[i];
        most = here > most ? here : most;
        sum += c->part_ratio[i];
    }
    const double unit = fab_partners_unit(p, sum, most);
    for (uint32_t i = 0; i < c->count; i++) {
        c->part_ratio[i] /= unit;
        c->sent_ratio[c->from[i]] += c->part_ratio[i];
    }
}

/* Messages by place; in a transfer both ends are the same place. */
static bool list_touching(crowd *c, uint32_t places, fab_arena *arena)
{
    c->touch_begin = FAB_NEW(arena, uint32_t, (size_t)places + 2);
    c->touching = FAB_NEW(arena, uint32_t, 2 * (size_t)c->count);
    if (!c->touch_begin || !c->touching) {
        return false;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        c->touch_begin[c->from[i] + 2]++;
        c->touch_begin[c->to[i] + 2] += c->from[i] != c->to[i] ? 1 : 0;
    }
    for (uint32_t place = 0; place < places; place++) {
        c->touch_begin[place + 2] += c->touch_begin[place + 1];
    }
    for (uint32_t i = 0; i < c->count; i++) {
        c->touching[c->touch_begin[c->from[i] + 1]++] = i;
        if (c->from[i] != c->to[i]) {
            c->touching[c->touch_begin[c->to[i] + 1]++] = i;
        }
    }
    return true;
}

/* Routes each message by itself; `entries` fit, or the routes are counted alone. */
static fab_status route(const fab_partners *p, fab_router *router, const fab_graph *graph,
                        fab_arena *arena, crowd *c, size_t *entries, const char **reason_out)
{
    *entries = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const uint32_t from = (uint32_t)(p->stage * p->stage_packages + c->from[i]);
        const uint32_t to = (uint32_t)(p->to_stage * p->stage_packages + c->to[i]);
        fab_route found;
        const fab_status status = fab_router_find(router, from, to, &found);
        if (status == FAB_E_INFEASIBLE) {
            return fab_terrain_no_path(graph, from, to, arena, reason_out);
        }
        FAB_TRY(status);
        for (uint32_t k = 0; k < found.count && c->route_link; k++) {
            c->route_link[*entries + k] = found.link[k];
            c->load_ratio[*entries + k] = found.load_ratio[k];
        }
        *entries += found.count;
        c->route_begin[i + 1] = (uint32_t)*entries;
    }
    return *entries < MOST ? FAB_OK : FAB_E_NOMEM;
}

static fab_status gather(const unfolding *u, const fab_partners *p, fab_router *router, crowd *c,
                         const char **reason_out)
{
    fab_arena *arena = u->arena;
    size_t entries = 0;
    fab_spread_source *sources = FAB_NEW(arena, fab_spread_source, (size_t)fab_partners_limit(p));
    const size_t count = sources ? list_messages(p, sources, NULL) : MOST;
    if (count >= MOST) {
        return FAB_E_NOMEM;
    }
    c->count = (uint32_t)count;
    c->from = FAB_NEW(arena, uint32_t, count);
    c->to = FAB_NEW(arena, uint32_t, count);
    c->part_ratio = FAB_NEW(arena, double, count);
    c->sent_ratio = FAB_NEW(arena, double, u->places);
    c->route_begin = FAB_NEW(arena, uint32_t, count + 1);
    if (!c->from || !c->to || !c->part_ratio || !c->sent_ratio || !c->route_begin) {
        return FAB_E_NOMEM;
    }
    (void)list_messages(p, sources, c);
    scale(p, c);
    FAB_TRY(route(p, router, u->s->ground->graph, arena, c, &entries, reason_out));
    c->route_link = FAB_NEW(arena, uint32_t, entries);
    c->load_ratio = FAB_NEW(arena, double, entries);
    if (!c->route_link || !c->load_ratio || !list_touching(c, u->places, arena)) {
        return FAB_E_NOMEM;
    }
    return route(p, router, u->s->ground->graph, arena, c, &entries, reason_out);
}

static const crowd *crowd_of(const unfolding *u, const fab_script_node *node)
{
    return node->route_count > 0 ? &u->crowds[node->way] : NULL;
}

/* Room for the flows of all nodes. */
static bool make_columns(unfolding *u)
{
    const fab_script *s = u->s;
    size_t flows = 0, entries = 0, waits = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const crowd *c = crowd_of(u, &s->nodes[i]);
        flows += (size_t)u->places * 2 + (c ? c->count : 0);
        entries += c ? (size_t)c->route_begin[c->count] + c->count : 0;
        waits += (size_t)u->places * (s->nodes[i].after_count + 1) + (c ? 3 * (size_t)c->count : 0);
    }
    if (flows >= MOST || entries >= MOST || waits >= MOST) {
        return false;
    }
    u->flow.size_byte = FAB_NEW(u->arena, double, flows);
    u->flow.start_s = FAB_NEW(u->arena, double, flows);
    u->flow.weight_ratio = FAB_NEW(u->arena, double, flows);
    u->flow.route_begin = FAB_NEW(u->arena, uint32_t, flows + 1);
    u->flow.after_begin = FAB_NEW(u->arena, uint32_t, flows + 1);
    u->flow.route_link = FAB_NEW(u->arena, uint32_t, entries);
    u->flow.load_ratio = FAB_NEW(u->arena, double, entries);
    u->flow.after = FAB_NEW(u->arena, uint32_t, waits);
    u->end = FAB_NEW(u->arena, uint32_t, s->count);
    return u->flow.size_byte && u->flow.start_s && u->flow.weight_ratio && u->flow.route_begin &&
           u->flow.after_begin && u->flow.route_link && u->flow.load_ratio && u->flow.after &&
           u->end;
}

/* Closes the flow whose links and waits were just listed; returns its number. */
static uint32_t close_flow(unfolding *u, double size_byte, double start_s, double weight_ratio)
{
    const uint32_t flow = u->flow.count++;
    u->flow.size_byte[flow] = size_byte;
    u->flow.start_s[flow] = start_s;
    u->flow.weight_ratio[flow] = weight_ratio;
    u->flow.route_begin[flow + 1] = u->entries;
    u->flow.after_begin[flow + 1] = u->waits;
    return flow;
}

static void wait_for(unfolding *u, uint32_t flow)
{
    u->flow.after[u->waits++] = flow;
}

static void wait_for_nodes(unfolding *u, const fab_script_node *node, uint32_t place)
{
    for (uint32_t a = 0; a < node->after_count; a++) {
        wait_for(u, u->end[u->s->after[node->after_begin + a]] + place);
    }
}

/* A flow at each place; returns the first. */
static uint32_t write_work(unfolding *u, const fab_script_node *node, double start_s)
{
    const uint32_t first = u->flow.count;
    for (uint32_t place = 0; place < u->places; place++) {
        wait_for_nodes(u, node, place);
        (void)close_flow(u, 0.0, start_s, 1.0);
    }
    return first;
}

/* A gate at each place, the messages, and an end at each place, for all that it sent and got. */
static uint32_t write_messages(unfolding *u, const fab_script_node *node)
{
    const crowd *c = crowd_of(u, node);
    const uint32_t gates = write_work(u, node, 0.0), first = u->flow.count;
    const uint32_t links = u->s->ground->graph->link_count;
    for (uint32_t i = 0; i < c->count; i++) {
        for (uint32_t k = c->route_begin[i]; k < c->route_begin[i + 1]; k++) {
            u->flow.route_link[u->entries] = c->route_link[k];
            u->flow.load_ratio[u->entries++] = c->load_ratio[k];
        }
        if (node->route_count > 2) {
            /* what holds the stage's messages to their rate gives each place as much time */
            u->flow.route_link[u->entries] = links + node->route[2] * u->places + c->from[i];
            u->flow.load_ratio[u->entries++] = 1.0 / c->sent_ratio[c->from[i]];
        }
        wait_for(u, gates + c->from[i]);
        (void)close_flow(u, node->size_byte * c->part_ratio[i], fab_script_lag_s(u->s, node),
                         c->part_ratio[i]);
    }
    const uint32_t ends = u->flow.count;
    for (uint32_t place = 0; place < u->places; place++) {
        wait_for(u, gates + place);
        for (uint32_t k = c->touch_begin[place]; k < c->touch_begin[place + 1]; k++) {
            wait_for(u, first + c->touching[k]);
        }
        (void)close_flow(u, 0.0, 0.0, 1.0);
    }
    return ends;
}

static fab_status run(const unfolding *u, double *flow_s, fab_flow_result *result)
{
    const fab_script *s = u->s;
    const uint32_t graph_links = s->ground->graph->link_count;
    const size_t links = (size_t)graph_links + (size_t)s->link_count * u->places;
    double *rate_bps = links < MOST ? FAB_NEW(u->arena, double, links) : NULL;
    fab_flow_network *network = NULL;
    if (!rate_bps) {
        return FAB_E_NOMEM;
    }
    memcpy(rate_bps, s->ground->rate_bps, graph_links * sizeof(*rate_bps));
    for (size_t i = graph_links; i < links; i++) {
        rate_bps[i] = s->rate_bps[(i - graph_links) / u->places];
    }
    const fab_flow_set set = fab_flow_columns_set(&u->flow);
    const fab_flow_options how = {
        .is_general = true, .watch = fab_script_watch, .context = u->asking};
    FAB_TRY(fab_flow_network_create(u->arena, rate_bps, (uint32_t)links, &network));
    return fab_flow_run(network, &set, &how, flow_s, result);
}

fab_status fab_unfold_run(const fab_script *s, fab_script_asking *asking, fab_arena *arena,
                          double *finish_s, fab_flow_result *result_out, const char **reason_out)
{
    assert(s && asking && arena && finish_s && result_out && reason_out && s->ways.count > 0);
    unfolding u = {.s = s, .asking = asking, .arena = arena};
    fab_router *router = NULL;
    u.places = (uint32_t)packages_of(s);
    u.crowds = FAB_NEW(arena, crowd, s->ways.count);
    if (!u.crowds) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(fab_router_create(s->ground->graph, asking->options->routing, asking->options->seed,
                              arena, &router, reason_out));
    for (uint32_t i = 0; i < s->ways.count; i++) {
        FAB_TRY(gather(&u, &s->ways.ways[i].partners, router, &u.crowds[i], reason_out));
    }
    if (!make_columns(&u)) {
        return FAB_E_NOMEM;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        const fab_script_node *node = &s->nodes[i];
        u.end[i] =
            node->route_count > 0 ? write_messages(&u, node) : write_work(&u, node, node->lag_s);
    }
    double *flow_s = FAB_NEW(arena, double, u.flow.count);
    if (!flow_s) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(run(&u, flow_s, result_out));
    for (uint32_t i = 0; i < s->count; i++) {
        for (uint32_t place = 0; place < u.places; place++) {
            const double here_s = flow_s[u.end[i] + place];
            finish_s[i] = here_s > finish_s[i] ? here_s : finish_s[i];
        }
    }
    return FAB_OK;
}

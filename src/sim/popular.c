#include "sim/popular.h"

#include <assert.h>

#include "sim/flow_columns.h"

/* Symbols: D the ranks of a domain of the tier, g the sources of a group, u the sources behind one
 * link up out of a leaf. */

enum { LINK_DOWN, LINK_UP, LINK_LEAF_UP, LINK_LEAF_DOWN, LINK_KINDS };

static const char *const NAME[LINK_KINDS] = {"down to", "up from domain", "up from leaf",
                                             "down to leaf"};

/* rounding that a full link may be over its rate */
#define SAME 1e-9

/* flows are worth laying out alike when there are so many times fewer than messages */
enum { WORTH = 2 };

const char *fab_popular_name(int kind)
{
    assert(kind >= 0 && kind < LINK_KINDS);
    return NAME[kind];
}

/* How sources of a tier stand together. */
typedef struct grouping {
    bool is_first; /* the innermost tier: groups stand under a leaf, else they are domains inside */
    bool is_clos;
    int64_t domain, group, groups; /* D, g, groups in a domain */
    int64_t leaf, unit;            /* packages of a leaf, u */
} grouping;

static grouping group_tier(const fab_terrain *t, int64_t tier)
{
    const fab_wiring *w = &t->layers[tier].wiring;
    grouping g = {
        .is_first = t->weight[tier] == 1,
        .is_clos = w->kind == FAB_WIRING_CLOS,
        .domain = t->weight[tier + 1],
    };
    g.leaf = g.is_clos ? w->leaf : g.domain;
    g.group = g.is_first ? g.leaf : t->weight[tier];
    g.groups = g.domain / g.group;
    g.unit = g.leaf > g.group ? g.leaf : g.group;
    return g;
}

static bool is_grouped(const fab_terrain *t, int64_t tier)
{
    const fab_wiring *w = &t->layers[tier].wiring;
    const int64_t inner = t->weight[tier], domain = t->weight[tier + 1];
    if (w->kind == FAB_WIRING_SWITCH) {
        return true;
    }
    return w->kind == FAB_WIRING_CLOS && w->pod == 0 && w->leaf > 0 && domain % w->leaf == 0 &&
           (w->leaf % inner == 0 || inner % w->leaf == 0);
}

static uint64_t count_flows(const fab_terrain *t)
{
    uint64_t flows = 0;
    for (int64_t i = 0; i < t->tiers; i++) {
        if (t->members[i] > 1) {
            flows += (uint64_t)t->ranks * (uint64_t)group_tier(t, i).groups;
        }
    }
    return flows;
}

bool fab_popular_applies(const fab_terrain *t)
{
    int active = 0;
    bool is_clos_inside = false; /* else a tier ends everywhere together */
    if (t->kind != FAB_ALL_TO_ALL || t->algorithm != FAB_ALGORITHM_DIRECT || t->stride != 1 ||
        !(t->zipf_frac > 0.0)) {
        return false;
    }
    for (int64_t i = 0; i < t->tiers; i++) {
        if (t->members[i] == 1) {
            continue;
        }
        if (!is_grouped(t, i) || (i + 1 < t->tiers && t->layers[i].domain != t->weight[i + 1])) {
            return false;
        }
        is_clos_inside = is_clos_inside || (active == 0 && group_tier(t, i).is_clos);
        active++;
    }
    const uint64_t ranks = (uint64_t)t->ranks;
    return active > 0 && (t->is_concurrent || active == 1 || (active == 2 && !is_clos_inside)) &&
           count_flows(t) <= ranks * ranks / WORTH;
}

typedef struct writer {
    const fab_terrain *t;
    const double *share;
    fab_popular *p;
    fab_flow_columns flow;
    double *rate_bps;
    uint32_t *unit;
    uint8_t *layer, *kind;
    uint32_t entries, waits, links;
    uint32_t first[LINK_KINDS]; /* link of the present tier */
    uint32_t gate;              /* first flow that only waits, one by domain of the tier inside */
    bool has_gates;
} writer;

static fab_status make_columns(writer *w, fab_arena *arena)
{
    const uint64_t ranks = (uint64_t)w->t->ranks, flows = count_flows(w->t) + ranks;
    const uint64_t links = 4 * ranks * (uint64_t)w->t->tiers;
    w->flow.size_byte = FAB_NEW(arena, double, flows);
    w->flow.start_s = FAB_NEW(arena, double, flows);
    w->flow.route_begin = FAB_NEW(arena, uint32_t, flows + 1);
    w->flow.route_link = FAB_NEW(arena, uint32_t, 4 * flows);
    w->flow.load_ratio = FAB_NEW(arena, double, 4 * flows);
    w->flow.after_begin = FAB_NEW(arena, uint32_t, flows + 1);
    w->flow.after = FAB_NEW(arena, uint32_t, flows + ranks);
    w->rate_bps = FAB_NEW(arena, double, links);
    w->p->carried_byte = FAB_NEW(arena, double, links);
    w->layer = FAB_NEW(arena, uint8_t, links);
    w->kind = FAB_NEW(arena, uint8_t, links);
    w->unit = FAB_NEW(arena, uint32_t, links);
    const bool is_made = w->flow.size_byte && w->flow.start_s && w->flow.route_begin &&
                         w->flow.route_link && w->flow.load_ratio && w->flow.after_begin &&
                         w->flow.after && w->rate_bps && w->p->carried_byte && w->layer &&
                         w->kind && w->unit;
    return is_made ? FAB_OK : FAB_E_NOMEM;
}

static void add_links(writer *w, int64_t tier, int kind, int64_t count, double rate_bps)
{
    w->first[kind] = w->links;
    for (int64_t i = 0; i < count; i++) {
        w->rate_bps[w->links] = rate_bps;
        w->layer[w->links] = (uint8_t)tier;
        w->kind[w->links] = (uint8_t)kind;
        w->unit[w->links++] = (uint32_t)i;
    }
}

static void make_links(writer *w, int64_t tier, const grouping *g)
{
    const fab_graph_layer *layer = &w->t->layers[tier];
    const int64_t ranks = w->t->ranks;
    add_links(w, tier, LINK_DOWN, ranks, layer->rate_bps);
    add_links(w, tier, LINK_UP, ranks / g->group, (double)g->group * layer->rate_bps);
    if (g->is_clos) {
        const double out_bps = layer->rate_bps / layer->wiring.oversubscription_ratio;
        add_links(w, tier, LINK_LEAF_UP, ranks / g->unit, (double)g->unit * out_bps);
        add_links(w, tier, LINK_LEAF_DOWN, ranks / g->leaf, (double)g->leaf * out_bps);
    }
}

static void cross(writer *w, int kind, int64_t unit, double sources)
{
    const uint32_t link = w->first[kind] + (uint32_t)unit;
    w->flow.route_link[w->entries] = link;
    w->flow.load_ratio[w->entries++] = sources;
    w->p->carried_byte[link] += sources * w->flow.size_byte[w->flow.count];
}

/* Ends a flow; one after a gate waits for it. */
static void end_flow(writer *w, int64_t gate)
{
    if (gate >= 0) {
        w->flow.after[w->waits++] = w->gate + (uint32_t)gate;
    }
    w->flow.count++;
    w->flow.route_begin[w->flow.count] = w->entries;
    w->flow.after_begin[w->flow.count] = w->waits;
}

/* From the sources of a group, the first of them `source`, to one destination. */
static void send(writer *w, int64_t tier, const grouping *g, int64_t source, int64_t to)
{
    const fab_graph_layer *layer = &w->t->layers[tier];
    const bool is_own = source / g->group == to / g->group;
    const bool is_crossing = g->is_clos && (g->leaf <= g->group ? !(g->is_first && is_own)
                                                                : source / g->leaf != to / g->leaf);
    const double sources = (double)(is_own ? g->group - 1 : g->group);
    const double size_byte = w->t->size_byte * w->share[to];
    if ((is_own && !g->is_first) || sources == 0.0) {
        w->flow.size_byte[w->flow.count] = 0.0;
        end_flow(w, -1);
        return;
    }
    w->flow.size_byte[w->flow.count] = size_byte;
    w->flow.start_s[w->flow.count] =
        layer->latency_s + (w->t->is_concurrent ? w->t->other_lag_s[tier] : 0.0);
    cross(w, LINK_DOWN, to, sources);
    cross(w, LINK_UP, source / g->group, sources);
    if (g->is_first) {
        w->entries--; /* the watcher sees to it */
    }
    if (is_crossing) {
        cross(w, LINK_LEAF_UP, source / g->unit, sources);
        cross(w, LINK_LEAF_DOWN, to / g->leaf, sources);
    }
    w->p->messages += (uint64_t)sources;
    w->p->energy_j +=
        (is_crossing ? 4.0 : 2.0) * 8.0 * sources * size_byte * layer->energy_j_per_bit;
    end_flow(w, w->has_gates ? source / g->group : -1);
}

static void write_tier(writer *w, int64_t tier, const grouping *g)
{
    const int64_t ranks = w->t->ranks;
    make_links(w, tier, g);
    if (g->is_first) {
        w->p->first_own = w->flow.count;
        w->p->group = g->group;
        w->p->groups = g->groups;
        w->p->out_bps = w->t->layers[tier].rate_bps;
    }
    for (int64_t to = 0; to < ranks; to++) {
        const int64_t first = to / g->domain * g->domain;
        for (int64_t i = 0; i < g->groups; i++) {
            send(w, tier, g, first + i * g->group, to);
        }
    }
}

/* What ends with the last message of the tier in each of its domains, which touches every rank. */
static void write_gates(writer *w, const grouping *g)
{
    const uint32_t before = w->flow.count;
    w->gate = before;
    for (int64_t domain = 0; domain < w->t->ranks / g->domain; domain++) {
        for (int64_t to = domain * g->domain; to < (domain + 1) * g->domain; to++) {
            w->flow.after[w->waits++] = w->p->first_own + (uint32_t)to;
        }
        end_flow(w, -1);
    }
    w->has_gates = true;
}

fab_status fab_popular_make(const fab_terrain *t, const double *share, fab_arena *arena,
                            fab_popular *popular_out)
{
    *popular_out = (fab_popular){.ranks = t->ranks, .is_right = true};
    writer w = {.t = t, .share = share, .p = popular_out};
    FAB_TRY(make_columns(&w, arena));
    for (int64_t tier = 0; tier < t->tiers; tier++) {
        const grouping g = group_tier(t, tier);
        if (t->members[tier] == 1) {
            continue;
        }
        write_tier(&w, tier, &g);
        if (!t->is_concurrent && g.is_first && t->ranks > g.domain) {
            write_gates(&w, &g);
        }
    }
    popular_out->set = fab_flow_columns_set(&w.flow);
    if (!w.has_gates) {
        popular_out->set.after_begin = popular_out->set.after_flow = NULL;
    }
    popular_out->rate_bps = w.rate_bps;
    popular_out->layer = w.layer;
    popular_out->kind = w.kind;
    popular_out->unit = w.unit;
    popular_out->link_count = w.links;
    return FAB_OK;
}

/* A package sends to every rank of its domain but itself: the fullest link out of a group is that
 * of the rank whose own messages come slowest. */
bool fab_popular_watch(void *context, const fab_flow_view *view)
{
    fab_popular *p = context;
    const int64_t domain = p->group * p->groups;
    for (int64_t first = 0; first < p->ranks && p->is_right; first += domain) {
        const double *rate_bps = view->class_rate_bps + p->first_own + first * p->groups;
        for (int64_t i = 0; i < p->groups; i++) {
            double sum_bps = 0.0, least_bps = p->out_bps;
            for (int64_t to = 0; to < domain; to++) {
                const double here_bps = rate_bps[to * p->groups + i];
                const bool is_own = to / p->group == i;
                sum_bps += here_bps;
                least_bps = is_own && here_bps < least_bps ? here_bps : least_bps;
            }
            p->is_right = p->is_right && sum_bps - least_bps <= p->out_bps * (1.0 + SAME);
        }
    }
    return p->is_right;
}

#include "graph/spread.h"

#include <assert.h>
#include <string.h>

/* Sprayed messages to one destination are sent together: distances are searched from the
 * destination outwards, no further than its sources, and what is at a node goes on in equal parts
 * over the links that lead on. Packages that hang on the same switches are twins: who changes two
 * of them changes nothing else, so that the distances to one serve for all. */

#define FAR UINT32_MAX

/* links count fewer hops */
#define BUCKETS 256

struct fab_spread {
    fab_arena *arena;
    const fab_graph *graph;
    fab_router *router;   /* NULL: sprayed */
    const uint32_t *twin; /* by package: the first of its twins */
    /* the search from `root`; FAR: none yet */
    uint32_t root;
    uint32_t reached;   /* distance up to which nodes are settled */
    uint32_t waiting;   /* entries in the buckets */
    uint32_t *distance; /* by node */
    uint8_t *is_settled;
    uint32_t *lead;      /* by node: a link on a shortest way, plus 1; others follow in next_lead */
    uint32_t *next_lead; /* by link */
    uint32_t *leads;     /* by node: how many */
    uint32_t *seen;      /* nodes with a distance */
    uint32_t seen_count;
    uint32_t bucket[BUCKETS]; /* by distance: an entry there, plus 1 */
    uint32_t *entry_node, *entry_next;
    uint32_t entry_count;
    /* what is under way, by node, and nodes by distance */
    double *size_byte, *latency_s;
    uint32_t *next_near, *at;
    uint32_t at_room;
};

fab_link_sums fab_link_sums_make(const fab_graph *graph, fab_arena *arena)
{
    const uint32_t pages = graph->link_count / FAB_LINK_PAGE + 1;
    return (fab_link_sums){
        .arena = arena, .pages = FAB_NEW(arena, double *, pages), .page_count = pages};
}

static bool put(fab_link_sums *sums, uint32_t link, double size_byte)
{
    double **page = &sums->pages[link / FAB_LINK_PAGE];
    if (!*page) {
        *page = FAB_NEW(sums->arena, double, FAB_LINK_PAGE);
    }
    if (*page) {
        (*page)[link % FAB_LINK_PAGE] += size_byte;
    }
    return *page != NULL;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(const fab_graph *graph, uint32_t package)
{
    uint64_t hash = 1;
    for (uint32_t i = graph->out_begin[package]; i < graph->out_begin[package + 1]; i++) {
        hash = mix(hash, graph->to[graph->out_link[i]]);
    }
    return hash;
}

/* Whether both packages have the same links to the same switches, in one order. */
static bool are_twins(const fab_graph *graph, uint32_t a, uint32_t b)
{
    const uint32_t *out_a = graph->out_link + graph->out_begin[a];
    const uint32_t *out_b = graph->out_link + graph->out_begin[b];
    const uint32_t *in_a = graph->in_link + graph->in_begin[a];
    const uint32_t *in_b = graph->in_link + graph->in_begin[b];
    const uint32_t outs = graph->out_begin[a + 1] - graph->out_begin[a];
    const uint32_t ins = graph->in_begin[a + 1] - graph->in_begin[a];
    bool is_same = outs == graph->out_begin[b + 1] - graph->out_begin[b] &&
                   ins == graph->in_begin[b + 1] - graph->in_begin[b];
    for (uint32_t i = 0; i < outs && is_same; i++) {
        is_same = graph->to[out_a[i]] == graph->to[out_b[i]] &&
                  graph->hops[out_a[i]] == graph->hops[out_b[i]] &&
                  graph->latency_s[out_a[i]] == graph->latency_s[out_b[i]];
    }
    for (uint32_t i = 0; i < ins && is_same; i++) {
        is_same = graph->from[in_a[i]] == graph->from[in_b[i]] &&
                  graph->hops[in_a[i]] == graph->hops[in_b[i]] &&
                  graph->latency_s[in_a[i]] == graph->latency_s[in_b[i]];
    }
    return is_same;
}

/* The first of each package's twins, by a hash table of first ones. */
static const uint32_t *find_twins(const fab_graph *graph, fab_arena *arena)
{
    uint64_t slots = 1;
    while (slots < 2 * (uint64_t)graph->package_count) {
        slots *= 2;
    }
    uint32_t *twin = FAB_NEW(arena, uint32_t, graph->package_count);
    const fab_arena_mark mark = fab_arena_save(arena);
    uint32_t *slot = FAB_NEW(arena, uint32_t, slots);
    if (!twin || !slot) {
        return NULL;
    }
    for (uint32_t package = 0; package < graph->package_count; package++) {
        uint64_t at = hash_of(graph, package) % slots;
        while (slot[at] != 0 && !are_twins(graph, package, slot[at] - 1)) {
            at = (at + 1) % slots;
        }
        slot[at] = slot[at] == 0 ? package + 1 : slot[at];
        twin[package] = slot[at] - 1;
    }
    fab_arena_reset(arena, mark);
    return twin;
}

static bool make_columns(fab_spread *s)
{
    const uint32_t nodes = s->graph->node_count;
    s->twin = find_twins(s->graph, s->arena);
    s->distance = FAB_NEW(s->arena, uint32_t, nodes);
    s->is_settled = FAB_NEW(s->arena, uint8_t, nodes);
    s->lead = FAB_NEW(s->arena, uint32_t, nodes);
    s->next_lead = FAB_NEW(s->arena, uint32_t, s->graph->link_count);
    s->leads = FAB_NEW(s->arena, uint32_t, nodes);
    s->seen = FAB_NEW(s->arena, uint32_t, nodes);
    s->entry_node = FAB_NEW(s->arena, uint32_t, (size_t)s->graph->link_count + 1);
    s->entry_next = FAB_NEW(s->arena, uint32_t, (size_t)s->graph->link_count + 1);
    s->size_byte = FAB_NEW(s->arena, double, nodes);
    s->latency_s = FAB_NEW(s->arena, double, nodes);
    s->next_near = FAB_NEW(s->arena, uint32_t, nodes);
    if (!s->twin || !s->distance || !s->is_settled || !s->lead || !s->next_lead || !s->leads ||
        !s->seen || !s->entry_node || !s->entry_next || !s->size_byte || !s->latency_s ||
        !s->next_near) {
        return false;
    }
    memset(s->distance, 0xff, nodes * sizeof(*s->distance));
    return true;
}

fab_status fab_spread_create(const fab_graph *graph, int routing, uint64_t seed, fab_arena *arena,
                             fab_spread **spread_out, const char **message_out)
{
    assert(graph && arena && spread_out && message_out);
    fab_spread *s = FAB_NEW(arena, fab_spread, 1);
    *message_out = NULL;
    if (!s) {
        return FAB_E_NOMEM;
    }
    *s = (fab_spread){.arena = arena, .graph = graph, .root = FAR};
    *spread_out = s;
    if (routing != FAB_ROUTING_SPRAY) {
        return fab_router_create(graph, routing, seed, arena, &s->router, message_out);
    }
    return make_columns(s) ? FAB_OK : FAB_E_NOMEM;
}

static void reach(fab_spread *s, uint32_t node, uint32_t distance)
{
    const uint32_t entry = s->entry_count++;
    uint32_t *bucket = &s->bucket[distance % BUCKETS];
    if (s->distance[node] == FAR) {
        s->seen[s->seen_count++] = node;
    }
    s->distance[node] = distance;
    s->entry_node[entry] = node;
    s->entry_next[entry] = *bucket;
    *bucket = entry + 1;
    s->waiting++;
}

static void begin_search(fab_spread *s, uint32_t root)
{
    for (uint32_t i = 0; i < s->seen_count; i++) {
        s->distance[s->seen[i]] = FAR;
        s->is_settled[s->seen[i]] = 0;
    }
    memset(s->bucket, 0, sizeof(s->bucket));
    s->seen_count = s->entry_count = s->waiting = s->reached = 0;
    s->root = root;
    reach(s, root, 0);
}

/* Settles the next entry, if nothing nearer to its node came up meanwhile. */
static void settle_next(fab_spread *s)
{
    const fab_graph *graph = s->graph;
    while (s->bucket[s->reached % BUCKETS] == 0) {
        s->reached++;
    }
    uint32_t *bucket = &s->bucket[s->reached % BUCKETS];
    const uint32_t entry = *bucket - 1, node = s->entry_node[entry];
    *bucket = s->entry_next[entry];
    s->waiting--;
    if (s->is_settled[node]) {
        return;
    }
    s->is_settled[node] = 1;
    for (uint32_t i = graph->in_begin[node]; i < graph->in_begin[node + 1]; i++) {
        const uint32_t link = graph->in_link[i], before = graph->from[link];
        const uint32_t distance = s->reached + graph->hops[link];
        if (s->distance[before] > distance) {
            reach(s, before, distance);
            s->leads[before] = s->lead[before] = 0;
        }
        if (s->distance[before] == distance) {
            s->next_lead[link] = s->lead[before];
            s->lead[before] = link + 1;
            s->leads[before]++;
        }
    }
}

/* Searches until the distance of a node is known; false: there is no way from it. */
static bool find_distance(fab_spread *s, uint32_t node)
{
    while (!s->is_settled[node] && s->waiting > 0) {
        settle_next(s);
    }
    return s->is_settled[node] != 0;
}

static bool make_room(fab_spread *s)
{
    if (s->reached >= s->at_room) {
        s->at_room = 2 * s->reached + BUCKETS;
        s->at = FAB_NEW(s->arena, uint32_t, s->at_room);
    }
    return s->at != NULL;
}

static void arrive(fab_spread *s, uint32_t node, double size_byte, double latency_s)
{
    if (s->size_byte[node] <= 0.0) {
        s->latency_s[node] = 0.0;
        s->next_near[node] = s->at[s->distance[node]];
        s->at[s->distance[node]] = node + 1;
    }
    s->size_byte[node] += size_byte;
    s->latency_s[node] = latency_s > s->latency_s[node] ? latency_s : s->latency_s[node];
}

/* The place of a link in a list. */
static uint32_t place_in(const uint32_t *list, uint32_t link)
{
    uint32_t place = 0;
    while (list[place] != link) {
        place++;
    }
    return place;
}

/* The link that stands for this one when the root and its twin `to` change places. */
static uint32_t turned(const fab_spread *s, uint32_t to, uint32_t link)
{
    const fab_graph *graph = s->graph;
    if (to == s->root) {
        return link;
    }
    if (graph->to[link] == s->root) {
        const uint32_t place = place_in(graph->in_link + graph->in_begin[s->root], link);
        return graph->in_link[graph->in_begin[to] + place];
    }
    if (graph->from[link] == to) {
        const uint32_t place = place_in(graph->out_link + graph->out_begin[to], link);
        return graph->out_link[graph->out_begin[s->root] + place];
    }
    return link;
}

/* Sends what is at a node on. */
static bool pass_on(fab_spread *s, uint32_t node, uint32_t to, fab_link_sums *sums)
{
    const fab_graph *graph = s->graph;
    const double part_byte = s->size_byte[node] / (double)s->leads[node];
    for (uint32_t at = s->lead[node]; at != 0; at = s->next_lead[at - 1]) {
        const uint32_t link = at - 1;
        if (!put(sums, turned(s, to, link), part_byte)) {
            return false;
        }
        arrive(s, graph->to[link], part_byte, s->latency_s[node] + graph->latency_s[link]);
    }
    s->size_byte[node] = 0.0;
    return true;
}

/* Sends all that has arrived on to the root, the furthest first. */
static bool flow_in(fab_spread *s, uint32_t to, fab_link_sums *sums, double *latency_s)
{
    for (uint32_t left = s->reached; left > 0; left--) {
        for (uint32_t at = s->at[left]; at != 0; at = s->next_near[at - 1]) {
            if (!pass_on(s, at - 1, to, sums)) {
                return false;
            }
        }
        s->at[left] = 0;
    }
    if (s->at[0] != 0) {
        const double here_s = s->latency_s[s->root];
        *latency_s = here_s > *latency_s ? here_s : *latency_s;
        s->size_byte[s->root] = 0.0;
        s->at[0] = 0;
    }
    return true;
}

static fab_status add_sprayed(fab_spread *s, uint32_t to, const fab_spread_source *sources,
                              size_t count, fab_link_sums *sums, double *latency_s,
                              uint32_t *lost_out)
{
    if (s->root != s->twin[to]) {
        begin_search(s, s->twin[to]);
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t from = sources[i].from == s->root ? to : sources[i].from;
        if (sources[i].from != to && !find_distance(s, from)) {
            *lost_out = sources[i].from;
            return FAB_E_INFEASIBLE;
        }
    }
    if (!make_room(s)) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t from = sources[i].from == s->root ? to : sources[i].from;
        if (sources[i].from != to && sources[i].size_byte > 0.0) {
            arrive(s, from, sources[i].size_byte, 0.0);
        }
    }
    return flow_in(s, to, sums, latency_s) ? FAB_OK : FAB_E_NOMEM;
}

static fab_status add_routed(fab_spread *s, uint32_t to, const fab_spread_source *source,
                             fab_link_sums *sums, double *latency_s, uint32_t *lost_out)
{
    fab_route route;
    const fab_status status = fab_router_find(s->router, source->from, to, &route);
    *lost_out = source->from;
    FAB_TRY(status);
    for (uint32_t i = 0; i < route.count; i++) {
        if (!put(sums, route.link[i], route.load_ratio[i] * source->size_byte)) {
            return FAB_E_NOMEM;
        }
    }
    *latency_s = route.latency_s > *latency_s ? route.latency_s : *latency_s;
    return FAB_OK;
}

fab_status fab_spread_add(fab_spread *spread, uint32_t to, const fab_spread_source *sources,
                          size_t count, fab_link_sums *sums, double *latency_s, uint32_t *lost_out)
{
    assert(spread && (sources || count == 0) && sums && sums->pages && latency_s && lost_out);
    assert(to < spread->graph->package_count);
    if (!spread->router) {
        return add_sprayed(spread, to, sources, count, sums, latency_s, lost_out);
    }
    for (size_t i = 0; i < count; i++) {
        if (sources[i].from != to) {
            FAB_TRY(add_routed(spread, to, &sources[i], sums, latency_s, lost_out));
        }
    }
    return FAB_OK;
}

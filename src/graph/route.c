#include <assert.h>
#include <string.h>

#include "graph/level.h"

/* Routes by distance. A state is a node, and with up-down routing a node and whether the way has
 * turned down. The distances of all states to a destination are found once, from its end; a route
 * then leads from state to state over links on which the distance falls by what they count. */

#define FAR UINT32_MAX

/* of a first next link: there are others. Links are fewer: fab_draft counts in 31 bits. */
#define MANY (UINT32_C(1) << 31)

/* All ways to one destination, by state. */
typedef struct field {
    uint32_t *distance;
    uint32_t *next; /* first link of a shortest way, with MANY when there are more */
} field;

/* what a message sprayed over paths leaves at a state until the states further away are done */
typedef struct spray {
    double *share;       /* by state */
    double *latency_s;   /* by state: of the longest way to it */
    uint32_t *next_near; /* by state: another at its distance, plus 1 */
    uint32_t *at;        /* by distance: a state there, plus 1 */
    uint32_t distances;  /* that `at` has room for */
} spray;

struct fab_router {
    fab_arena *arena;
    const fab_graph *graph;
    int routing;
    uint64_t seed;
    uint32_t phases;       /* 2 with up-down routing */
    const uint32_t *level; /* by node, of up-down routing: links from the nearest package */
    field *fields;         /* by destination; NULL members until asked for */
    uint32_t *queue;       /* scratch of the search */
    uint32_t *middles;     /* of Valiant's routing: switches by way of which messages go ... */
    uint32_t middle_count;
    uint8_t top_layer; /* ... that cross this layer */
    uint8_t *is_queued;
    spray spray;
    uint32_t *link; /* the present route */
    double *load_ratio;
    uint32_t count, room;
    double latency_s;
};

static const char *const NAME[FAB_ROUTING_COUNT] = {
    [FAB_ROUTING_SPRAY] = "spray",     [FAB_ROUTING_MINIMAL] = "minimal",
    [FAB_ROUTING_ECMP] = "ecmp",       [FAB_ROUTING_VALIANT] = "valiant",
    [FAB_ROUTING_UP_DOWN] = "up-down",
};

const char *fab_routing_name(int routing)
{
    assert(routing >= 0 && routing < FAB_ROUTING_COUNT);
    return NAME[routing];
}

/* A link between switches of one level is neither up nor down. */
static fab_status find_levels(fab_router *router, const char **message_out)
{
    const fab_graph *graph = router->graph;
    uint32_t link = 0;
    router->level = fab_levels_make(graph, router->arena);
    if (!router->level || !fab_levels_find_tie(graph, router->level, &link)) {
        return router->level ? FAB_OK : FAB_E_NOMEM;
    }
    const char *a = fab_graph_node_name(graph, graph->from[link], router->arena);
    const char *b = fab_graph_node_name(graph, graph->to[link], router->arena);
    *message_out = a && b ? fab_arena_printf(router->arena,
                                             "up-down routing could loop: %s and %s are joined and "
                                             "stand on one level",
                                             a, b)
                          : NULL;
    return *message_out ? FAB_E_INFEASIBLE : FAB_E_NOMEM;
}

/* Lists the switches of the outermost layer. */
static bool find_middles(fab_router *router)
{
    const fab_graph *graph = router->graph;
    const uint32_t switches = graph->node_count - graph->package_count;
    router->middles = FAB_NEW(router->arena, uint32_t, switches);
    if (!router->middles) {
        return false;
    }
    for (uint32_t i = 0; i < graph->link_count; i++) {
        const uint8_t layer = graph->layer[i];
        router->top_layer = layer > router->top_layer ? layer : router->top_layer;
    }
    for (uint32_t node = graph->package_count; node < graph->node_count; node++) {
        const uint32_t begin = graph->out_begin[node];
        if (begin < graph->out_begin[node + 1] &&
            graph->layer[graph->out_link[begin]] == router->top_layer) {
            router->middles[router->middle_count++] = node;
        }
    }
    return true;
}

fab_status fab_router_create(const fab_graph *graph, int routing, uint64_t seed, fab_arena *arena,
                             fab_router **router_out, const char **message_out)
{
    assert(graph && arena && router_out && message_out);
    assert(routing >= 0 && routing < FAB_ROUTING_COUNT);
    *message_out = NULL;
    const uint32_t phases = routing == FAB_ROUTING_UP_DOWN ? 2 : 1;
    const size_t states = (size_t)graph->node_count * phases;
    fab_router *router = FAB_NEW(arena, fab_router, 1);
    if (!router) {
        return FAB_E_NOMEM;
    }
    *router = (fab_router){
        .arena = arena,
        .graph = graph,
        .routing = routing,
        .seed = seed,
        .phases = phases,
        .fields = FAB_NEW(arena, field, graph->node_count),
        .queue = FAB_NEW(arena, uint32_t, states + 1),
        .is_queued = FAB_NEW(arena, uint8_t, states),
        .spray = {.share = FAB_NEW(arena, double, states),
                  .latency_s = FAB_NEW(arena, double, states),
                  .next_near = FAB_NEW(arena, uint32_t, states)},
    };
    if (!router->fields || !router->queue || !router->is_queued || !router->spray.share ||
        !router->spray.latency_s || !router->spray.next_near) {
        return FAB_E_NOMEM;
    }
    if (routing == FAB_ROUTING_VALIANT && !find_middles(router)) {
        return FAB_E_NOMEM;
    }
    *router_out = router;
    return phases == 1 ? FAB_OK : find_levels(router, message_out);
}

static uint32_t hops_of(const fab_router *router, uint32_t link)
{
    return router->graph->hops[link];
}

/* The state after a link from `state`; FAR when the way may not go there. */
static uint32_t step_over(const fab_router *router, uint32_t state, uint32_t link)
{
    const uint32_t to = router->graph->to[link];
    if (router->phases == 1) {
        return to;
    }
    const bool is_up = router->level[to] > router->level[router->graph->from[link]];
    const bool is_turned = (state & 1) != 0;
    return is_up ? (is_turned ? FAR : 2 * to) : 2 * to + 1;
}

/* Lowers the distances of the states from which a link leads to `state`. */
static void relax(fab_router *router, uint32_t *distance, uint32_t state, uint32_t *tail)
{
    const fab_graph *graph = router->graph;
    const uint32_t node = state / router->phases;
    const uint32_t room = graph->node_count * router->phases + 1;
    for (uint32_t i = graph->in_begin[node]; i < graph->in_begin[node + 1]; i++) {
        const uint32_t link = graph->in_link[i];
        for (uint32_t phase = 0; phase < router->phases; phase++) {
            const uint32_t before = graph->from[link] * router->phases + phase;
            const uint32_t length = distance[state] + hops_of(router, link);
            if (step_over(router, before, link) != state || distance[before] <= length) {
                continue;
            }
            distance[before] = length;
            if (!router->is_queued[before]) {
                router->is_queued[before] = 1;
                router->queue[*tail] = before;
                *tail = (*tail + 1) % room;
            }
        }
    }
}

/* Whether the link is on a shortest way from `state`, and where it leads. */
static bool leads_on(const fab_router *router, const uint32_t *distance, uint32_t state,
                     uint32_t link, uint32_t *next_out)
{
    const uint32_t next = step_over(router, state, link);
    *next_out = next;
    return next != FAR && distance[next] != FAR &&
           distance[next] + hops_of(router, link) == distance[state];
}

/* Notes the first link of a shortest way from every state. */
static void find_next(const fab_router *router, field *f)
{
    const fab_graph *graph = router->graph;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        for (uint32_t phase = 0; phase < router->phases; phase++) {
            const uint32_t state = node * router->phases + phase;
            uint32_t next;
            f->next[state] = FAR;
            for (uint32_t i = graph->out_begin[node]; i < graph->out_begin[node + 1]; i++) {
                const uint32_t link = graph->out_link[i];
                if (!leads_on(router, f->distance, state, link, &next)) {
                    continue;
                }
                f->next[state] = f->next[state] == FAR ? link : f->next[state] | MANY;
            }
        }
    }
}

/* Searches from the destination; links count few hops, so states seldom come up twice. */
static fab_status search(fab_router *router, uint32_t to, const field **field_out)
{
    const uint32_t states = router->graph->node_count * router->phases;
    field *f = &router->fields[to];
    uint32_t head = 0, tail = 0;
    *field_out = f;
    if (f->next) {
        return FAB_OK;
    }
    f->distance = FAB_NEW(router->arena, uint32_t, states);
    f->next = FAB_NEW(router->arena, uint32_t, states);
    if (!f->distance || !f->next) {
        return FAB_E_NOMEM;
    }
    memset(f->distance, 0xff, states * sizeof(*f->distance));
    for (uint32_t phase = 0; phase < router->phases; phase++) {
        const uint32_t state = to * router->phases + phase;
        f->distance[state] = 0;
        router->is_queued[state] = 1;
        router->queue[tail++] = state;
    }
    while (head != tail) {
        const uint32_t state = router->queue[head];
        head = (head + 1) % (states + 1);
        router->is_queued[state] = 0;
        relax(router, f->distance, state, &tail);
    }
    find_next(router, f);
    return FAB_OK;
}

static bool put(fab_router *router, uint32_t link, double load_ratio)
{
    if (router->count == router->room) {
        const uint32_t room = 2 * router->room + 64;
        uint32_t *links = FAB_NEW(router->arena, uint32_t, room);
        double *loads = FAB_NEW(router->arena, double, room);
        if (!links || !loads) {
            return false;
        }
        if (router->count > 0) {
            memcpy(links, router->link, router->count * sizeof(*links));
            memcpy(loads, router->load_ratio, router->count * sizeof(*loads));
        }
        router->link = links;
        router->load_ratio = loads;
        router->room = room;
    }
    router->link[router->count] = link;
    router->load_ratio[router->count++] = load_ratio;
    return true;
}

static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t hash_of(const fab_router *router, uint32_t from, uint32_t to)
{
    return mix(router->seed ^ mix(((uint64_t)from << 32) | to));
}

static uint32_t count_next(const fab_router *router, const field *f, uint32_t state)
{
    const fab_graph *graph = router->graph;
    const uint32_t node = state / router->phases;
    uint32_t count = 0, next;
    if ((f->next[state] & MANY) == 0) {
        return 1;
    }
    for (uint32_t i = graph->out_begin[node]; i < graph->out_begin[node + 1]; i++) {
        count += leads_on(router, f->distance, state, graph->out_link[i], &next) ? 1 : 0;
    }
    return count;
}

/* The shortest way on that has so many before it. */
static uint32_t pick_next(const fab_router *router, const field *f, uint32_t state,
                          uint32_t skipped)
{
    const fab_graph *graph = router->graph;
    uint32_t next;
    if (skipped == 0) {
        return f->next[state] & ~MANY;
    }
    for (uint32_t i = graph->out_begin[state];; i++) {
        assert(i < graph->out_begin[state + 1]);
        if (leads_on(router, f->distance, state, graph->out_link[i], &next) && skipped-- == 0) {
            return graph->out_link[i];
        }
    }
}

/* One path: at every node the next hop that `hash` picks, or the first. */
static bool walk(fab_router *router, const field *f, uint32_t from, uint32_t to, bool is_hashed,
                 uint64_t hash)
{
    const fab_graph *graph = router->graph;
    for (uint32_t state = from; state != to;) {
        uint32_t skipped = 0;
        if (is_hashed) {
            skipped = (uint32_t)(mix(hash ^ state) % count_next(router, f, state));
        }
        const uint32_t link = pick_next(router, f, state, skipped);
        if (!put(router, link, 1.0)) {
            return false;
        }
        router->latency_s += graph->latency_s[link];
        state = graph->to[link];
    }
    return true;
}

/* Books what arrives at a state, which waits by its distance. */
static void arrive(spray *s, const uint32_t *distance, uint32_t state, double share,
                   double latency_s)
{
    if (s->share[state] <= 0.0) {
        s->latency_s[state] = 0.0;
        s->next_near[state] = s->at[distance[state]];
        s->at[distance[state]] = state + 1;
    }
    s->share[state] += share;
    s->latency_s[state] = latency_s > s->latency_s[state] ? latency_s : s->latency_s[state];
}

/* Sends what is at a state on, in equal parts over the links that lead on. */
static bool pass_on(fab_router *router, const field *f, uint32_t state)
{
    const fab_graph *graph = router->graph;
    spray *s = &router->spray;
    const double share = s->share[state] / (double)count_next(router, f, state);
    if ((f->next[state] & MANY) == 0) {
        const uint32_t only = f->next[state];
        const double latency_s = s->latency_s[state] + graph->latency_s[only];
        s->share[state] = 0.0;
        arrive(s, f->distance, step_over(router, state, only), share, latency_s);
        return put(router, only, share);
    }
    const uint32_t node = state / router->phases;
    for (uint32_t i = graph->out_begin[node]; i < graph->out_begin[node + 1]; i++) {
        const uint32_t link = graph->out_link[i];
        uint32_t next;
        if (!leads_on(router, f->distance, state, link, &next)) {
            continue;
        }
        if (!put(router, link, share)) {
            return false;
        }
        arrive(s, f->distance, next, share, s->latency_s[state] + graph->latency_s[link]);
    }
    s->share[state] = 0.0;
    return true;
}

static bool make_room(fab_router *router, uint32_t distances)
{
    spray *s = &router->spray;
    if (distances > s->distances) {
        s->at = FAB_NEW(router->arena, uint32_t, 2 * (size_t)distances);
        s->distances = s->at ? 2 * distances : 0;
    }
    return s->at != NULL;
}

/* All shortest paths: states by falling distance, so that all of a share is there to be sent on. */
static bool spray_out(fab_router *router, const field *f, uint32_t from)
{
    spray *s = &router->spray;
    const double before_s = router->latency_s;
    if (!make_room(router, f->distance[from] + 1)) {
        return false;
    }
    arrive(s, f->distance, from, 1.0, before_s);
    for (uint32_t left = f->distance[from]; left > 0; left--) {
        for (uint32_t at = s->at[left]; at != 0; at = s->next_near[at - 1]) {
            if (!pass_on(router, f, at - 1)) {
                return false;
            }
        }
        s->at[left] = 0;
    }
    for (uint32_t at = s->at[0]; at != 0; at = s->next_near[at - 1]) {
        const double latency_s = s->latency_s[at - 1];
        router->latency_s = latency_s > router->latency_s ? latency_s : router->latency_s;
        s->share[at - 1] = 0.0;
    }
    s->at[0] = 0;
    return true;
}

static fab_status find_sprayed(fab_router *router, uint32_t from, uint32_t to)
{
    const field *f = NULL;
    FAB_TRY(search(router, to, &f));
    if (f->distance[from * router->phases] == FAR) {
        return FAB_E_INFEASIBLE;
    }
    return spray_out(router, f, from * router->phases) ? FAB_OK : FAB_E_NOMEM;
}

/* The node in between: a switch, or a package where there is none, but none that a fault or a file
 * of cables leaves apart; `f` leads to the destination. Links lead both ways. */
static uint32_t pick_middle(const fab_router *router, const field *f, uint32_t from, uint32_t to)
{
    const bool has_switches = router->middle_count > 0;
    const uint32_t count = has_switches ? router->middle_count : router->graph->package_count;
    const uint32_t first = (uint32_t)(hash_of(router, from, to) % count);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = (first + i) % count;
        const uint32_t middle = has_switches ? router->middles[index] : index;
        if (f->distance[middle] != FAR) {
            return middle;
        }
    }
    return to;
}

/* Whether a shortest way crosses the outermost layer. */
static bool goes_outside(const fab_router *router, const field *f, uint32_t from, uint32_t to)
{
    for (uint32_t node = from; node != to;) {
        const uint32_t link = f->next[node] & ~MANY;
        if (router->graph->layer[link] == router->top_layer) {
            return true;
        }
        node = router->graph->to[link];
    }
    return false;
}

/* By way of another node, but for what stays inside a domain. */
static fab_status find_detour(fab_router *router, uint32_t from, uint32_t to)
{
    const field *f = NULL;
    FAB_TRY(search(router, to, &f));
    if (f->distance[from] == FAR) {
        return FAB_E_INFEASIBLE;
    }
    if (!goes_outside(router, f, from, to)) {
        return find_sprayed(router, from, to);
    }
    const uint32_t middle = pick_middle(router, f, from, to);
    FAB_TRY(find_sprayed(router, from, middle));
    return find_sprayed(router, middle, to);
}

static fab_status find(fab_router *router, uint32_t from, uint32_t to)
{
    const field *f = NULL;
    if (router->routing == FAB_ROUTING_SPRAY || router->routing == FAB_ROUTING_UP_DOWN) {
        return find_sprayed(router, from, to);
    }
    if (router->routing == FAB_ROUTING_VALIANT) {
        return find_detour(router, from, to);
    }
    FAB_TRY(search(router, to, &f));
    if (f->distance[from] == FAR) {
        return FAB_E_INFEASIBLE;
    }
    const bool is_hashed = router->routing == FAB_ROUTING_ECMP;
    return walk(router, f, from, to, is_hashed, hash_of(router, from, to)) ? FAB_OK : FAB_E_NOMEM;
}

fab_status fab_router_find(fab_router *router, uint32_t from, uint32_t to, fab_route *route_out)
{
    assert(router && route_out);
    assert(from < router->graph->node_count && to < router->graph->node_count);
    router->count = 0;
    router->latency_s = 0.0;
    if (from != to) {
        FAB_TRY(find(router, from, to));
    }
    *route_out = (fab_route){
        .link = router->link,
        .load_ratio = router->load_ratio,
        .count = router->count,
        .latency_s = router->latency_s,
    };
    return FAB_OK;
}

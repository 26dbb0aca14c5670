#include "graph_fixture.h"

#include "run_all.h"
#include "seeded.h"

/* Routes: what leaves arrives, on shortest ways, for every routing, wiring and pair. */

static const struct {
    const char *text;
    int64_t packages;
} WIRING[] = {
    {"switch planes=2", 6},
    {"clos leaf=4 spines=3", 18},
    {"clos leaf=2 spines=2 pod=2 tops=2", 16},
    {"mesh", 7},
    {"torus 4x3", 12},
    {"torus 2x2x3", 12},
    {"hyperx 3x4", 12},
    {"dragonfly groups=5 routers=2 packages=2 global=2", 20},
    {"dragonfly+ groups=5 leaves=2 spines=2 packages=2 global=2", 20},
};

enum { WIRINGS = sizeof(WIRING) / sizeof(WIRING[0]) };

/* Books a route at both ends of its links: 1 leaves, 1 arrives, nothing stays in between. */
static void assert_conserved(const fab_graph *graph, const fab_route *route, uint32_t from,
                             uint32_t to, double *balance)
{
    memset(balance, 0, graph->node_count * sizeof(double));
    for (uint32_t i = 0; i < route->count; i++) {
        ck_assert(route->load_ratio[i] > 0.0 && route->load_ratio[i] <= 1.0 + 1e-12);
        balance[graph->from[route->link[i]]] -= route->load_ratio[i];
        balance[graph->to[route->link[i]]] += route->load_ratio[i];
    }
    for (uint32_t node = 0; node < graph->node_count; node++) {
        const double want = (node == to ? 1.0 : 0.0) - (node == from ? 1.0 : 0.0);
        ck_assert_double_eq_tol(balance[node], want, 1e-12);
    }
}

static double hops(const fab_route *route)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < route->count; i++) {
        sum += route->load_ratio[i];
    }
    return sum;
}

START_TEST(what_leaves_arrives)
{
    const int wiring = _i / FAB_ROUTING_COUNT, routing = _i % FAB_ROUTING_COUNT;
    const bool has_levels = wiring <= 2;
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, WIRING[wiring].text, WIRING[wiring].packages);
    fab_router *router = NULL;
    const char *message = NULL;
    const fab_status status = fab_router_create(graph, routing, 3, arena, &router, &message);
    if (routing == FAB_ROUTING_UP_DOWN && !has_levels) {
        ck_assert_int_eq(status, FAB_E_INFEASIBLE);
        ck_assert_ptr_nonnull(strstr(message, "loop"));
        fab_arena_destroy(arena);
        return;
    }
    ck_assert_int_eq(status, FAB_OK);
    fab_router *shortest = router_of(arena, graph, FAB_ROUTING_MINIMAL);
    double *balance = calloc(graph->node_count, sizeof(double));
    for (uint32_t from = 0; from < graph->package_count; from++) {
        for (uint32_t to = 0; to < graph->package_count; to++) {
            fab_route route, least;
            ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
            assert_conserved(graph, &route, from, to, balance);
            ck_assert_int_eq(fab_router_find(shortest, from, to, &least), FAB_OK);
            ck_assert_double_le(hops(&least), hops(&route) + 1e-9);
            if (routing != FAB_ROUTING_VALIANT) {
                ck_assert_double_eq_tol(hops(&least), hops(&route), 1e-9);
            }
        }
    }
    free(balance);
    fab_arena_destroy(arena);
}
END_TEST

/* Two ways round half a ring; one of them with minimal routing, the same for all that ask. */
START_TEST(ties)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, "ring", 8);
    fab_route route;
    ck_assert_int_eq(fab_router_find(router_of(arena, graph, FAB_ROUTING_SPRAY), 1, 5, &route),
                     FAB_OK);
    ck_assert_uint_eq(route.count, 8);
    ck_assert_double_eq(route.load_ratio[0], 0.5);
    ck_assert_double_eq_tol(route.latency_s, 8.0, 1e-12);
    ck_assert_int_eq(fab_router_find(router_of(arena, graph, FAB_ROUTING_MINIMAL), 1, 5, &route),
                     FAB_OK);
    ck_assert_uint_eq(route.count, 4);
    ck_assert_int_eq(fab_router_find(router_of(arena, graph, FAB_ROUTING_MINIMAL), 3, 3, &route),
                     FAB_OK);
    ck_assert_uint_eq(route.count, 0);
    fab_arena_destroy(arena);
}
END_TEST

/* Hashing leaves some spine with more than its share, spraying none. */
START_TEST(hashing_is_uneven_and_repeats)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, "clos leaf=8 spines=8", 64);
    const double even_s = busiest_s(graph, router_of(arena, graph, FAB_ROUTING_SPRAY));
    const double hashed_s = busiest_s(graph, router_of(arena, graph, FAB_ROUTING_ECMP));
    ck_assert_double_eq_tol(even_s, 63.0, 1e-9);
    ck_assert_double_gt(hashed_s, even_s);
    ck_assert_double_lt(hashed_s, 3.0 * even_s);
    ck_assert_double_eq(busiest_s(graph, router_of(arena, graph, FAB_ROUTING_ECMP)), hashed_s);
    fab_arena_destroy(arena);
}
END_TEST

/* Every package of a group to one of the next: minimal routing has one link for all, Valiant many.
 */
START_TEST(valiant_spreads_what_is_adverse)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph =
        graph_of(arena, "dragonfly groups=9 routers=8 packages=4 global=1", 9 * 32);
    double most[2] = {0.0, 0.0};
    for (int v = 0; v < 2; v++) {
        fab_router *router =
            router_of(arena, graph, v == 0 ? FAB_ROUTING_MINIMAL : FAB_ROUTING_VALIANT);
        double *load = calloc(graph->link_count, sizeof(double));
        for (uint32_t from = 0; from < graph->package_count; from++) {
            fab_route route;
            const uint32_t to = (from + 32) % graph->package_count;
            ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
            for (uint32_t i = 0; i < route.count; i++) {
                load[route.link[i]] += route.load_ratio[i];
                most[v] = fmax(most[v], load[route.link[i]]);
            }
        }
        free(load);
    }
    ck_assert_double_eq_tol(most[0], 32.0, 1e-9);
    ck_assert_double_lt(most[1], 20.0);
    fab_arena_destroy(arena);
}
END_TEST

/* A second search by plain relaxation over a random graph agrees with every route's length. */
START_TEST(random_graphs)
{
    uint64_t seed = (uint64_t)_i;
    const int64_t packages = seeded_integer(&seed, 2, 9), switches = seeded_integer(&seed, 1, 5);
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    char text[4096] = "from,to,rate\n";
    for (int64_t i = 0; i < packages; i++) {
        sprintf(text + strlen(text), "%d,w%d,1 Gbps\n", (int)i,
                (int)seeded_integer(&seed, 0, switches - 1));
    }
    for (int64_t i = 1; i < switches; i++) {
        sprintf(text + strlen(text), "w%d,w%d,2 Gbps\n", (int)i,
                (int)seeded_integer(&seed, 0, i - 1));
    }
    for (int64_t i = seeded_integer(&seed, 0, 8); i > 0; i--) {
        const int64_t a = seeded_integer(&seed, 0, packages - 1);
        sprintf(text + strlen(text), "%d,w%d,1 Gbps\n", (int)a,
                (int)seeded_integer(&seed, 0, switches - 1));
    }
    const fab_graph *graph = NULL;
    const fab_status status =
        fab_graph_parse("<test>", text, strlen(text), packages, arena, &diagnostics, &graph);
    ck_assert_int_eq(status, FAB_OK);
    for (int routing = 0; routing < FAB_ROUTING_UP_DOWN; routing++) {
        fab_router *router = router_of(arena, graph, routing);
        double *balance = calloc(graph->node_count, sizeof(double));
        for (uint32_t to = 0; to < graph->package_count; to++) {
            uint32_t length[16];
            memset(length, 0x7f, sizeof(length));
            length[to] = 0;
            for (uint32_t round = 0; round < graph->node_count; round++) {
                for (uint32_t i = 0; i < graph->link_count; i++) {
                    const uint32_t way = length[graph->to[i]] + 1;
                    uint32_t *here = &length[graph->from[i]];
                    *here = way < *here ? way : *here;
                }
            }
            for (uint32_t from = 0; from < graph->package_count; from++) {
                fab_route route;
                ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
                assert_conserved(graph, &route, from, to, balance);
                if (routing != FAB_ROUTING_VALIANT) {
                    ck_assert_double_eq_tol(hops(&route), length[from], 1e-9);
                }
            }
        }
        free(balance);
    }
    fab_arena_destroy(arena);
}
END_TEST

/* Inside a domain Valiant's routing stays there, whatever the layers outside are; between domains
 * it goes by way of one of their switches. */
START_TEST(valiant_stays_inside)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph_layer layers[] = {layer_of(arena, "switch", 4),
                                      layer_of(arena, "clos leaf=4 spines=2", 16)};
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_graph_make(layers, 2, 16, arena, &graph, &message), FAB_OK);
    fab_router *router = router_of(arena, graph, FAB_ROUTING_VALIANT);
    fab_route route;
    for (uint32_t from = 0; from < 16; from++) {
        for (uint32_t to = 0; to < 16; to++) {
            ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
            bool is_outside = false;
            for (uint32_t i = 0; i < route.count; i++) {
                is_outside = is_outside || graph->layer[route.link[i]] == 1;
            }
            ck_assert(is_outside == (from / 4 != to / 4));
            ck_assert(is_outside || from == to || route.count == 2);
        }
    }
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("route");
    TCase *t = tcase_create("route");
    tcase_add_loop_test(t, what_leaves_arrives, 0, WIRINGS * FAB_ROUTING_COUNT);
    tcase_add_test(t, ties);
    tcase_add_test(t, hashing_is_uneven_and_repeats);
    tcase_add_test(t, valiant_spreads_what_is_adverse);
    tcase_add_test(t, valiant_stays_inside);
    tcase_add_loop_test(t, random_graphs, 0, 300);
    suite_add_tcase(s, t);
    return run_all(s);
}

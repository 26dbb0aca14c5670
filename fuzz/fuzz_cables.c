#include <assert.h>
#include <math.h>
#include <stdint.h>

#include <fabricast/graph.h>

/* Reads any text as the cables of three packages: what is read leads from each to every other, by
 * every routing that takes it. */

enum { PACKAGES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_route(const fab_graph *graph, const fab_route *route)
{
    assert(isfinite(route->latency_s) && route->latency_s >= 0.0);
    for (uint32_t i = 0; i < route->count; i++) {
        assert(route->link[i] < graph->link_count);
        assert(route->load_ratio[i] > 0.0 && isfinite(route->load_ratio[i]));
    }
}

static void check_routing(const fab_graph *graph, int routing, fab_arena *arena)
{
    fab_router *router = NULL;
    const char *message = NULL;
    if (fab_router_create(graph, routing, 1, arena, &router, &message) != FAB_OK) {
        return;
    }
    for (uint32_t pair = 0; pair < PACKAGES * PACKAGES; pair++) {
        const uint32_t from = pair / PACKAGES, to = pair % PACKAGES;
        fab_route route;
        const fab_status status =
            from == to ? FAB_E_RANGE : fab_router_find(router, from, to, &route);
        /* up-down alone may find no way where there is one */
        assert(status != FAB_E_INFEASIBLE || routing == FAB_ROUTING_UP_DOWN);
        if (status == FAB_OK) {
            check_route(graph, &route);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_graph *graph = NULL;
    const fab_status status = fab_graph_parse("fuzz.csv", (const char *)data, size, PACKAGES, arena,
                                              &diagnostics, &graph);
    assert(status != FAB_E_INPUT || diagnostics.errors > 0);
    if (status == FAB_OK) {
        assert(graph->package_count == PACKAGES && graph->node_count >= PACKAGES);
        for (uint32_t i = 0; i < graph->link_count; i++) {
            assert(isfinite(graph->rate_bps[i]) && graph->rate_bps[i] > 0.0);
        }
        for (int routing = 0; routing < FAB_ROUTING_COUNT; routing++) {
            check_routing(graph, routing, arena);
        }
    }
    fab_arena_destroy(arena);
    return 0;
}

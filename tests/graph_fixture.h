#ifndef FAB_TESTS_GRAPH_FIXTURE_H
#define FAB_TESTS_GRAPH_FIXTURE_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/graph.h>

#define GRAPH_ARENA_BYTE ((size_t)1 << 28)

/* One layer of 1 bit/s and a latency of 2 s, wired as the text says. */
static inline fab_graph_layer layer_of(fab_arena *arena, const char *text, int64_t domain)
{
    fab_graph_layer layer = {.domain = domain, .rate_bps = 1.0, .latency_s = 2.0};
    const char *message = NULL;
    ck_assert_msg(fab_wiring_parse(text, arena, &layer.wiring, &message) == FAB_OK, "%s: %s", text,
                  message ? message : "");
    return layer;
}

static inline const fab_graph *graph_of(fab_arena *arena, const char *text, int64_t packages)
{
    const fab_graph_layer layer = layer_of(arena, text, packages);
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_msg(fab_graph_make(&layer, 1, packages, arena, &graph, &message) == FAB_OK, "%s: %s",
                  text, message ? message : "");
    return graph;
}

static inline fab_router *router_of(fab_arena *arena, const fab_graph *graph, int routing)
{
    fab_router *router = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_router_create(graph, routing, 7, arena, &router, &message), FAB_OK);
    return router;
}

/* What every link carries when each package sends 1 to every other; free it. */
static inline double *loads_of(const fab_graph *graph, fab_router *router)
{
    double *load = calloc(graph->link_count + 1, sizeof(double));
    for (uint32_t from = 0; from < graph->package_count; from++) {
        for (uint32_t to = 0; to < graph->package_count; to++) {
            fab_route route;
            ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
            for (uint32_t i = 0; i < route.count; i++) {
                load[route.link[i]] += route.load_ratio[i];
            }
        }
    }
    return load;
}

/* Time of the fullest link in that traffic, at 1 bit a message. */
static inline double busiest_s(const fab_graph *graph, fab_router *router)
{
    double *load = loads_of(graph, router), most_s = 0.0;
    for (uint32_t i = 0; i < graph->link_count; i++) {
        most_s = fmax(most_s, load[i] / graph->rate_bps[i]);
    }
    free(load);
    return most_s;
}

#endif

#include "graph/spread.h"
#include "graph_fixture.h"
#include "run_all.h"

/* What many messages put on links, sent together, is the sum of what each puts there by its own
 * route: on every wiring, with layers inside each other, and where links and switches are gone. */

static const struct {
    const char *inner, *outer; /* NULL: one layer */
    int64_t domain, packages;
    const char *fault; /* NULL: none */
} GRAPH[] = {
    {"switch", NULL, 12, 12, NULL},
    {"switch planes=3", NULL, 12, 12, "3-s1=0"},
    {"clos leaf=4 spines=3", NULL, 16, 16, NULL},
    {"clos leaf=4 spines=3", NULL, 16, 16, "s1-s5=0"},
    {"clos leaf=2 spines=2 pod=2 tops=2", NULL, 16, 16, "s1-s9=0"},
    {"mesh", NULL, 6, 6, "0-4=0"},
    {"ring", NULL, 7, 7, NULL},
    {"torus 4x3x2", NULL, 24, 24, NULL},
    {"torus 4x4", NULL, 16, 16, "5-6=0"},
    {"hyperx 3x4", NULL, 12, 12, NULL},
    {"dragonfly groups=3 routers=2 packages=3 global=1", NULL, 18, 18, "s0-s1=0"},
    {"dragonfly+ groups=3 leaves=2 spines=2 packages=3 global=1", NULL, 18, 18, NULL},
    {"switch", "clos leaf=8 spines=2", 4, 32, NULL},
    {"switch", "rail", 4, 16, "5=0.5"},
    {"mesh", "clos leaf=4 spines=2", 4, 16, "2-s0=0"},
    {"mesh", "torus 2x4", 2, 16, NULL},
};

static const fab_graph *make(fab_arena *arena, int index)
{
    const char *texts[] = {GRAPH[index].inner, GRAPH[index].outer};
    const int64_t domains[] = {GRAPH[index].domain, GRAPH[index].packages};
    const size_t count = texts[1] ? 2 : 1;
    fab_graph_layer layers[2];
    const fab_graph *graph = NULL;
    const char *message = NULL;
    for (size_t i = 0; i < count; i++) {
        layers[i] = (fab_graph_layer){.domain = domains[i], .rate_bps = 8e11, .latency_s = 1e-6};
        ck_assert_int_eq(fab_wiring_parse(texts[i], arena, &layers[i].wiring, &message), FAB_OK);
    }
    const fab_status made =
        fab_graph_make(layers, count, GRAPH[index].packages, arena, &graph, &message);
    ck_assert_msg(made == FAB_OK, "%s", message);
    if (GRAPH[index].fault) {
        const fab_status hit = fab_graph_damage(graph, GRAPH[index].fault, arena, &graph, &message);
        ck_assert_msg(hit == FAB_OK, "%s", message);
    }
    return graph;
}

/* Sources of a destination: some of the packages, not in order, each with another size. */
static size_t list_sources(const fab_graph *graph, uint32_t to, fab_spread_source *sources)
{
    size_t count = 0;
    for (uint32_t i = 0; i < graph->package_count; i++) {
        const uint32_t from = (i * 7 + to * 3) % graph->package_count;
        bool is_new = (from + to) % 3 != 0;
        for (size_t k = 0; k < count; k++) {
            is_new = is_new && sources[k].from != from;
        }
        if (is_new) {
            sources[count++] = (fab_spread_source){from, 1.0 + i};
        }
    }
    return count;
}

static void sum_routes(fab_router *router, uint32_t to, const fab_spread_source *sources,
                       size_t count, double *sum_byte, double *latency_s)
{
    for (size_t i = 0; i < count; i++) {
        fab_route route;
        ck_assert_int_eq(fab_router_find(router, sources[i].from, to, &route), FAB_OK);
        for (uint32_t k = 0; k < route.count; k++) {
            sum_byte[route.link[k]] += route.load_ratio[k] * sources[i].size_byte;
        }
        *latency_s = route.latency_s > *latency_s ? route.latency_s : *latency_s;
    }
}

START_TEST(the_sum_of_routes)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = make(arena, _i);
    fab_spread_source sources[64];
    for (int routing = 0; routing < FAB_ROUTING_UP_DOWN; routing++) {
        fab_router *router = router_of(arena, graph, routing);
        fab_spread *spread = NULL;
        const char *message = NULL;
        ck_assert_int_eq(fab_spread_create(graph, routing, 7, arena, &spread, &message), FAB_OK);
        fab_link_sums sums = fab_link_sums_make(graph, arena);
        double *want_byte = FAB_NEW(arena, double, graph->link_count);
        double latency_s = 0.0, want_s = 0.0;
        uint32_t lost = 0;
        for (uint32_t to = 0; to < graph->package_count; to++) {
            const size_t count = list_sources(graph, to, sources);
            ck_assert_int_eq(fab_spread_add(spread, to, sources, count, &sums, &latency_s, &lost),
                             FAB_OK);
            sum_routes(router, to, sources, count, want_byte, &want_s);
        }
        for (uint32_t link = 0; link < graph->link_count; link++) {
            ck_assert_double_eq_tol(fab_link_sums_at(&sums, link), want_byte[link], 1e-9);
        }
        ck_assert_double_eq_tol(latency_s, want_s, 1e-15);
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(without_a_path)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, "clos leaf=2 spines=1", 4);
    const char *message = NULL;
    ck_assert_int_eq(fab_graph_damage(graph, "s2=0", arena, &graph, &message), FAB_OK);
    for (int routing = 0; routing < FAB_ROUTING_COUNT; routing++) {
        fab_spread *spread = NULL;
        ck_assert_int_eq(fab_spread_create(graph, routing, 7, arena, &spread, &message), FAB_OK);
        fab_link_sums sums = fab_link_sums_make(graph, arena);
        const fab_spread_source sources[] = {{1, 1.0}, {2, 1.0}};
        double latency_s = 0.0;
        uint32_t lost = 0;
        ck_assert_int_eq(fab_spread_add(spread, 0, sources, 2, &sums, &latency_s, &lost),
                         FAB_E_INFEASIBLE);
        if (routing != FAB_ROUTING_VALIANT) {
            ck_assert_uint_eq(lost, 2);
        }
    }
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("spread");
    TCase *t = tcase_create("spread");
    tcase_add_loop_test(t, the_sum_of_routes, 0, sizeof(GRAPH) / sizeof(GRAPH[0]));
    tcase_add_test(t, without_a_path);
    suite_add_tcase(s, t);
    return run_all(s);
}

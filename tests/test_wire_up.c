#include "graph_fixture.h"
#include "run_all.h"

/* Counts of switches and links by hand, and the busiest link of an all-to-all by the closed forms
 * of each wiring: N packages of rate 1, each sending 1 to every other. */

static const struct {
    const char *text;
    int64_t packages, switches, package_links, switch_links;
    double busiest_s;
} ROW[] = {
    /* N - 1 messages out of each port */
    {"switch", 8, 1, 16, 0, 7.0},
    {"switch planes=4", 8, 4, 64, 0, 7.0},
    /* h (N - h) / (u B_up) = 4 * 12 / 4, and N - 1 where that is more */
    {"clos leaf=4 spines=4", 16, 8, 32, 32, 15.0},
    {"clos leaf=4 spines=2 oversubscription=2", 16, 6, 32, 16, 24.0},
    {"clos leaf=4 spines=4 planes=2", 16, 16, 64, 64, 15.0},
    /* pods of two leaves: k = 4, 16 packages, 8 leaves of 2, 8 middles, 4 tops: k^3 / 4 packages */
    {"clos leaf=2 spines=2 pod=2 tops=2", 16, 20, 32, 64, 15.0},
    /* a link of 1 / (N - 1) for one message */
    {"mesh", 6, 0, 30, 0, 5.0},
    /* N k / 8 messages over links of 1 / 2 per axis: 8 * 8 / 8 / (1 / 2) */
    {"ring", 8, 0, 16, 0, 16.0},
    {"torus 8", 8, 0, 16, 0, 16.0},
    /* N (k^2 - 1) / (8 k) for odd k, on links of 1 / 4 */
    {"torus 5x5", 25, 0, 100, 0, 60.0},
    {"torus 4x4x4", 64, 0, 384, 0, 192.0},
    /* the longest axis: 32 * 8 / 8 on links of 1 / 4 */
    {"torus 8x4", 32, 0, 128, 0, 128.0},
    /* a link of an axis carries the messages of N / k pairs of coordinates, at 1 / sum (k - 1) */
    {"hyperx 4x4", 16, 0, 96, 0, 24.0},
    {"hyperx 3x5", 15, 0, 90, 0, 30.0},
    /* a^2 / g with a = 8 hosts in a group: 64 over the only link between two groups */
    {"dragonfly groups=5 routers=4 packages=2 global=1", 40, 20, 80, 80, 64.0},
    /* 128 hosts in 4 groups of 4 x 8, two links between groups of 32 hosts: 32^2 / 2 */
    {"dragonfly groups=3 routers=4 packages=8 global=1", 96, 12, 192, 48, 512.0},
    /* groups of 4 leaves x 4, each to 4 spines, one link of a spine to each of 4 groups: 16^2 / 4
     */
    {"dragonfly+ groups=5 leaves=4 spines=4 packages=4 global=4", 80, 40, 160, 240, 79.0},
    /* one link between two groups of 8: 8^2 */
    {"dragonfly+ groups=3 leaves=2 spines=2 packages=4 global=1", 24, 12, 48, 30, 64.0},
    {"ocs reconfigure=10ms", 8, 1, 16, 0, 7.0},
    {"switch", 1, 0, 0, 0, 0.0},
};

enum { ROWS = sizeof(ROW) / sizeof(ROW[0]) };

START_TEST(counts_and_busiest_link)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, ROW[_i].text, ROW[_i].packages);
    const fab_graph_bill bill = fab_graph_count(graph, 0);
    ck_assert_msg(bill.switches == ROW[_i].switches, "%s: %d switches", ROW[_i].text,
                  (int)bill.switches);
    ck_assert_msg(bill.package_links == ROW[_i].package_links, "%s: %d links of packages",
                  ROW[_i].text, (int)bill.package_links);
    ck_assert_msg(bill.switch_links == ROW[_i].switch_links, "%s: %d links between switches",
                  ROW[_i].text, (int)bill.switch_links);
    const double found_s = busiest_s(graph, router_of(arena, graph, FAB_ROUTING_SPRAY));
    ck_assert_msg(fabs(found_s - ROW[_i].busiest_s) <= 1e-9 * ROW[_i].busiest_s, "%s: %.17g s",
                  ROW[_i].text, found_s);
    fab_arena_destroy(arena);
}
END_TEST

/* No package has more than its rate on a layer, in or out. */
START_TEST(packages_have_their_rate)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, ROW[_i].text, ROW[_i].packages);
    for (uint32_t package = 0; package < graph->package_count && ROW[_i].packages > 1; package++) {
        double out_bps = 0.0, in_bps = 0.0;
        for (uint32_t i = graph->out_begin[package]; i < graph->out_begin[package + 1]; i++) {
            ck_assert_uint_eq(graph->from[graph->out_link[i]], package);
            out_bps += graph->rate_bps[graph->out_link[i]];
        }
        for (uint32_t i = graph->in_begin[package]; i < graph->in_begin[package + 1]; i++) {
            ck_assert_uint_eq(graph->to[graph->in_link[i]], package);
            in_bps += graph->rate_bps[graph->in_link[i]];
        }
        ck_assert_double_eq_tol(out_bps, 1.0, 1e-12);
        ck_assert_double_eq_tol(in_bps, 1.0, 1e-12);
    }
    fab_arena_destroy(arena);
}
END_TEST

/* Two layers: domains of 4 on a switch; outside a switch, rails or a torus of domains. */
static const struct {
    const char *outer;
    int64_t switches, links;
} LAYERED[] = {{"switch", 5, 64}, {"rail", 8, 64}, {"torus 2x2", 4, 32 + 64}, {"mesh", 4, 32 + 48}};

START_TEST(layers)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph_layer layer[] = {layer_of(arena, "switch", 4),
                                     layer_of(arena, LAYERED[_i].outer, 16)};
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_graph_make(layer, 2, 16, arena, &graph, &message), FAB_OK);
    ck_assert_int_eq(fab_graph_count(graph, 0).switches, LAYERED[_i].switches);
    ck_assert_int_eq((int64_t)graph->link_count, LAYERED[_i].links);

    /* what stays in a domain does not leave it */
    fab_router *router = router_of(arena, graph, FAB_ROUTING_SPRAY);
    fab_route route;
    ck_assert_int_eq(fab_router_find(router, 5, 6, &route), FAB_OK);
    for (uint32_t i = 0; i < route.count; i++) {
        ck_assert_int_eq(graph->layer[route.link[i]], 0);
    }
    ck_assert_double_eq_tol(route.latency_s, 2.0, 1e-15);
    fab_arena_destroy(arena);
}
END_TEST

static const struct {
    const char *text;
    int64_t domain, packages;
} MISFIT[] = {
    {"torus 4x4", 17, 17},
    {"torus 4x4", 16, 24},
    {"hyperx 3x3", 16, 16},
    {"dragonfly groups=4 routers=4 packages=2 global=1", 32, 32},
    {"dragonfly groups=5 routers=4 packages=2", 41, 41},
    {"dragonfly+ groups=4 leaves=4 spines=4 packages=2 global=1", 32, 32},
};

START_TEST(what_does_not_fit_says_why)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph_layer layer = layer_of(arena, MISFIT[_i].text, MISFIT[_i].domain);
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_graph_make(&layer, 1, MISFIT[_i].packages, arena, &graph, &message),
                     FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(message);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(numbers_out_of_range)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_graph_layer layer[] = {layer_of(arena, "switch", 6), layer_of(arena, "switch", 15)};
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_graph_make(layer, 2, 15, arena, &graph, &message), FAB_E_INFEASIBLE);
    ck_assert_int_eq(fab_graph_make(layer, 1, 0, arena, &graph, &message), FAB_E_RANGE);
    ck_assert_int_eq(fab_graph_make(layer, 5, 4, arena, &graph, &message), FAB_E_RANGE);
    layer[0].rate_bps = 0.0;
    ck_assert_int_eq(fab_graph_make(layer, 1, 4, arena, &graph, &message), FAB_E_RANGE);
    layer[0].rate_bps = 1.0;
    layer[0].latency_s = (double)NAN;
    ck_assert_int_eq(fab_graph_make(layer, 1, 4, arena, &graph, &message), FAB_E_RANGE);
    fab_arena_destroy(arena);

    fab_arena *small = fab_arena_create(20000);
    const fab_graph_layer mesh = layer_of(small, "mesh", 100);
    ck_assert_int_eq(fab_graph_make(&mesh, 1, 100, small, &graph, &message), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("wire_up");
    TCase *t = tcase_create("wire_up");
    tcase_add_loop_test(t, counts_and_busiest_link, 0, ROWS);
    tcase_add_loop_test(t, packages_have_their_rate, 0, ROWS);
    tcase_add_loop_test(t, layers, 0, 4);
    tcase_add_loop_test(t, what_does_not_fit_says_why, 0, 5);
    tcase_add_test(t, numbers_out_of_range);
    suite_add_tcase(s, t);
    return run_all(s);
}

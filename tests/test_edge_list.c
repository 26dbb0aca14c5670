#include "graph_fixture.h"
#include "run_all.h"

/* Files of cables: a good one, every mistake with its line, and faults. */

static const char GOOD[] = "# two packages on each of two switches\n"
                           "from,to,rate,latency\n"
                           "0,left,50GB/s,500 ns\n"
                           "1,left,50GB/s,500 ns\n"
                           "2,right,50GB/s,500 ns\n"
                           "3,right,50GB/s,500 ns\n"
                           "left,right,40 Gbps,0 s\n";

static fab_status parse(fab_arena *arena, const char *text, int64_t packages,
                        fab_diagnostics *diagnostics, const fab_graph **graph)
{
    *diagnostics = fab_diagnostics_make(arena);
    return fab_graph_parse("cables.csv", text, strlen(text), packages, arena, diagnostics, graph);
}

START_TEST(a_file)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics;
    const fab_graph *graph = NULL;
    ck_assert_int_eq(parse(arena, GOOD, 4, &diagnostics, &graph), FAB_OK);
    ck_assert_uint_eq(graph->node_count, 6);
    ck_assert_uint_eq(graph->link_count, 10);
    ck_assert_str_eq(fab_graph_node_name(graph, 5, arena), "right");
    fab_route route;
    ck_assert_int_eq(fab_router_find(router_of(arena, graph, FAB_ROUTING_SPRAY), 0, 3, &route),
                     FAB_OK);
    ck_assert_uint_eq(route.count, 3);
    ck_assert_double_eq_tol(route.latency_s, 1e-6, 1e-18);
    ck_assert_double_eq_tol(graph->rate_bps[0], 4e11, 1.0);
    ck_assert_double_eq_tol(graph->rate_bps[9], 4e10, 1.0);
    fab_arena_destroy(arena);
}
END_TEST

static const struct {
    const char *text;
    const char *says;
    int line;
} BAD[] = {
    {"from,to,rate\n0,0,1 Gbps\n", "joined to itself", 2},
    {"from,to,rate\n0,s,1 Gbps\ns,s,1 Gbps\n", "joined to itself", 3},
    {"from,to,rate\n0,s,0 Gbps\n", "not above 0", 2},
    {"from,to,rate\n0,s,-1 Gbps\n", "not above 0", 2},
    {"from,to,rate\n0,s,fast\n", "not understood", 2},
    {"from,to,rate\n0,s,1 GB\n", "not understood", 2},
    {"from,to,rate,latency\n0,s,1 Gbps,-1 s\n", "below 0", 2},
    {"from,to,rate\n0,s,1 Gbps\n7,s,1 Gbps\n", "no package here", 3},
    {"from,to,rate\n0,99999999999999999999,1 Gbps\n", "no package here", 2},
    {"from,to,rate\n0,,1 Gbps\n", "names no node", 2},
    {"from,to\n0,1\n", "no column `rate`", 1},
    {"from,to,rate\n0,s,1 Gbps\n1,t,1 Gbps\n", "package 1 has no path to package 0", 3},
    {"from,to,rate\n0,s,1 Gbps\nu,t,1 Gbps\nt,1,1 Gbps\n", "package 1 has no path", 4},
    {"from,to,rate\n", "package 1 is in no row", 0},
    {"", "", 0},
};

START_TEST(mistakes)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics;
    const fab_graph *graph = NULL;
    ck_assert_int_eq(parse(arena, BAD[_i].text, 2, &diagnostics, &graph), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.count, 1);
    ck_assert_msg(strstr(diagnostics.items[0].message, BAD[_i].says) != NULL, "%s",
                  diagnostics.items[0].message);
    if (BAD[_i].line > 0) {
        ck_assert_int_eq(diagnostics.items[0].position.line, BAD[_i].line);
    }
    fab_arena_destroy(arena);
}
END_TEST

static const struct {
    const char *fault;
    uint32_t links; /* 0: refused */
    double first_bps, last_bps;
} FAULT[] = {
    {"left-right=0.5", 10, 4e11, 2e10},
    {"right-left=0", 8, 4e11, 4e11},
    {"0=0.25", 10, 1e11, 4e10},
    {"0-left=0", 8, 4e11, 4e10},
    {"left=0", 4, 4e11, 4e11},
    {"left=1", 10, 4e11, 4e10},
    {"0-1=0", 0, 0, 0},
    {"middle=0", 0, 0, 0},
    {"0", 0, 0, 0},
    {"0=2", 0, 0, 0},
    {"0=-1", 0, 0, 0},
    {"0=x", 0, 0, 0},
    {"=0", 0, 0, 0},
    {"9=0", 0, 0, 0},
    {"99999999999=0", 0, 0, 0},
};

START_TEST(faults)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics;
    const fab_graph *graph = NULL, *damaged = NULL;
    const char *message = NULL;
    ck_assert_int_eq(parse(arena, GOOD, 4, &diagnostics, &graph), FAB_OK);
    const fab_status status = fab_graph_damage(graph, FAULT[_i].fault, arena, &damaged, &message);
    if (FAULT[_i].links == 0) {
        ck_assert_int_eq(status, FAB_E_INPUT);
        ck_assert_ptr_nonnull(message);
    } else {
        ck_assert_int_eq(status, FAB_OK);
        ck_assert_uint_eq(damaged->link_count, FAULT[_i].links);
        ck_assert_double_eq_tol(damaged->rate_bps[0], FAULT[_i].first_bps, 1.0);
        ck_assert_double_eq_tol(damaged->rate_bps[damaged->link_count - 1], FAULT[_i].last_bps,
                                1.0);
    }
    fab_arena_destroy(arena);
}
END_TEST

/* Two switches of one level: the row that joins them is named, also where another link has gone;
 * a switch above both is no loop. */
START_TEST(loops)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics;
    const fab_graph *graph = NULL;
    const char *message = NULL;
    ck_assert_int_eq(parse(arena, GOOD, 4, &diagnostics, &graph), FAB_OK);
    for (int i = 0; i < 2; i++) {
        diagnostics = fab_diagnostics_make(arena);
        ck_assert_int_eq(fab_graph_check_up_down(graph, arena, &diagnostics), FAB_E_INPUT);
        ck_assert_uint_eq(diagnostics.count, 1);
        ck_assert_int_eq(diagnostics.items[0].position.line, 7);
        ck_assert_int_eq(diagnostics.items[0].position.column, 1);
        ck_assert_ptr_nonnull(strstr(diagnostics.items[0].message, "left and right"));
        const char *fault = i == 0 ? "0=0" : "1=0";
        ck_assert_int_eq(fab_graph_damage(graph, fault, arena, &graph, &message), FAB_OK);
    }
    static const char ABOVE[] = "from,to,rate\n0,left,1 Gbps\n1,right,1 Gbps\nleft,top,1 "
                                "Gbps\ntop,right,1 Gbps\n";
    ck_assert_int_eq(parse(arena, ABOVE, 2, &diagnostics, &graph), FAB_OK);
    ck_assert_int_eq(fab_graph_check_up_down(graph, arena, &diagnostics), FAB_OK);
    ck_assert_uint_eq(diagnostics.count, 0);
    /* nor are two that no package reaches: nothing is routed there */
    static const char APART[] = "from,to,rate\n0,left,1 Gbps\n1,left,1 Gbps\nx,y,1 Gbps\n";
    ck_assert_int_eq(parse(arena, APART, 2, &diagnostics, &graph), FAB_OK);
    ck_assert_int_eq(fab_graph_check_up_down(graph, arena, &diagnostics), FAB_OK);
    /* a graph of no file has no rows */
    const fab_graph *mesh = graph_of(arena, "mesh", 3);
    ck_assert_int_eq(fab_graph_check_up_down(mesh, arena, &diagnostics), FAB_E_INPUT);
    ck_assert_ptr_null(diagnostics.items[0].position.source);
    fab_arena_destroy(arena);
}
END_TEST

/* A broken spine is gone around; with all of them broken there is no path. */
START_TEST(ways_around)
{
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    const fab_graph *graph = graph_of(arena, "clos leaf=2 spines=2", 4);
    const char *message = NULL;
    fab_route route;
    /* switches: leaves s0 s1, spines s2 s3 */
    ck_assert_int_eq(fab_graph_damage(graph, "s2=0", arena, &graph, &message), FAB_OK);
    ck_assert_int_eq(fab_router_find(router_of(arena, graph, FAB_ROUTING_SPRAY), 0, 3, &route),
                     FAB_OK);
    ck_assert_uint_eq(route.count, 4);
    ck_assert_int_eq(fab_graph_damage(graph, "s1-s3=0", arena, &graph, &message), FAB_OK);
    for (int routing = 0; routing < FAB_ROUTING_COUNT; routing++) {
        const fab_status status = fab_router_find(router_of(arena, graph, routing), 0, 3, &route);
        ck_assert_int_eq(status, FAB_E_INFEASIBLE);
    }
    fab_arena_destroy(arena);
}
END_TEST

/* Switches to which no way leads are no way between packages, by no routing. */
START_TEST(switches_apart)
{
    static const char TEXT[] = "from,to,rate\n"
                               "0,s0,50GB/s\n1,s0,50GB/s\n2,s0,50GB/s\nx,y,50GB/s\n";
    fab_arena *arena = fab_arena_create(GRAPH_ARENA_BYTE);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_graph *graph = NULL;
    ck_assert_int_eq(
        fab_graph_parse("apart.csv", TEXT, strlen(TEXT), 3, arena, &diagnostics, &graph), FAB_OK);
    for (int routing = 0; routing < FAB_ROUTING_COUNT; routing++) {
        fab_router *router = router_of(arena, graph, routing);
        for (uint32_t from = 0; from < 3; from++) {
            for (uint32_t to = 0; to < 3; to++) {
                fab_route route;
                ck_assert_int_eq(fab_router_find(router, from, to, &route), FAB_OK);
                ck_assert_uint_eq(route.count, from == to ? 0 : 2);
            }
        }
    }
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("edge_list");
    TCase *t = tcase_create("edge_list");
    tcase_add_test(t, a_file);
    tcase_add_loop_test(t, mistakes, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_loop_test(t, faults, 0, sizeof(FAULT) / sizeof(FAULT[0]));
    tcase_add_test(t, loops);
    tcase_add_test(t, ways_around);
    tcase_add_test(t, switches_apart);
    suite_add_tcase(s, t);
    return run_all(s);
}

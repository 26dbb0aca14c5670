#include "run_all.h"
#include "sim/terrain.h"
#include "sim/ways.h"
#include "sim_fixture.h"

/* What collectives put on links as ways of a step: the fullest link carries what it carries when
 * the messages are posted one by one, for every algorithm on every wiring; symmetric links are one
 * class each; what is told. */

static const struct {
    const char *inner, *outer; /* NULL: one tier */
    int64_t domain, packages;
    uint32_t classes; /* most that an even direct all-gather needs; 0: not asked */
} WIRED[] = {
    {"switch", NULL, 8, 8, 2},
    {"switch planes=2", "switch", 4, 16, 4},
    {"mesh", NULL, 8, 8, 1},
    {"ring", NULL, 8, 8, 2},
    {"torus 4x4", NULL, 16, 16, 0},
    {"torus 3x5", NULL, 15, 15, 0},
    {"hyperx 2x4", NULL, 8, 8, 0},
    {"switch", "torus 2x4", 4, 32, 0},
    {"switch", "mesh", 4, 20, 3},
    {"clos leaf=4 spines=2 oversubscription=2", NULL, 16, 16, 4},
    {"switch", "clos leaf=8 spines=3 oversubscription=1.5", 4, 32, 6},
    {"switch", "rail", 4, 16, 4},
    {"dragonfly groups=3 routers=2 packages=3 global=1", NULL, 18, 18, 0},
    {"switch", "dragonfly groups=2 routers=2 packages=4 global=1", 4, 16, 0},
};

enum { WIRED_COUNT = sizeof(WIRED) / sizeof(WIRED[0]) };

typedef struct bench {
    fab_arena *arena;
    fab_fabric fabric;
    fab_wiring inner, outer;
    fab_simulation_options options;
    fab_ground ground;
} bench;

static fab_wiring wiring_of(const char *text, fab_arena *arena)
{
    fab_wiring wiring;
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(text, arena, &wiring, &message), FAB_OK);
    return wiring;
}

static bench make(int index)
{
    bench b = {.arena = fab_arena_create(SIM_ARENA_BYTE),
               .fabric =
                   sim_fabric(WIRED[index].domain, WIRED[index].outer ? WIRED[index].packages : 0)};
    b.inner = wiring_of(WIRED[index].inner, b.arena);
    b.outer = wiring_of(WIRED[index].outer ? WIRED[index].outer : "switch", b.arena);
    return b;
}

static void lay_ground(bench *b, int64_t packages)
{
    fab_graph_layer layers[FAB_TIER_LIMIT];
    const char *reason = NULL;
    const fab_terrain_wish wish = {.packages = packages};
    b->options = (fab_simulation_options){.wirings = {&b->inner, &b->outer}, .is_general = true};
    b->ground.layers = fab_terrain_layers(&b->fabric, b->options.wirings, packages, layers);
    ck_assert_int_eq(
        fab_terrain_graph(layers, b->ground.layers, &wish, b->arena, &b->ground.graph, &reason),
        FAB_OK);
    b->ground.rate_bps = (double *)b->ground.graph->rate_bps;
    b->ground.wiring[0] = b->inner.kind;
    b->ground.wiring[1] = b->outer.kind;
}

static fab_partners partners_of(const bench *b, const fab_collective_request *request, int64_t tier)
{
    const int64_t local = b->fabric.tiers[0].domain;
    return (fab_partners){
        .stage_packages = request->ranks,
        .group = fab_group_make(request->ranks, 1),
        .ranks = request->ranks,
        .local = local < request->ranks ? local : request->ranks,
        .is_outer = tier > 0,
        .kind = request->kind,
        .algorithm = request->algorithm,
        .wiring = b->ground.wiring[tier],
    };
}

/* Time of the fullest link for what each tier's messages carry. */
static double fullest_s(const fab_ways *ways, const double *sent_byte)
{
    double most_s = 0.0;
    double *carried_byte = calloc(ways->class_count + 1, sizeof(double));
    for (uint32_t i = 0; i < ways->count; i++) {
        for (uint32_t k = ways->ways[i].begin; k < ways->ways[i].end; k++) {
            carried_byte[ways->entry_class[k]] += ways->entry_load[k] * sent_byte[i];
        }
    }
    for (uint32_t i = 0; i < ways->class_count; i++) {
        most_s = fmax(most_s, 8.0 * carried_byte[i] / ways->classes[i].rate_bps);
    }
    free(carried_byte);
    return most_s;
}

/* Ways of both tiers, routed. */
static fab_ways route_all(bench *b, const fab_collective_answer *answer, bool is_general,
                          double *sent_byte)
{
    fab_ways ways = {.arena = b->arena};
    const fab_step_options options = {.is_general = is_general};
    const char *reason = NULL;
    for (int64_t tier = 0; tier < b->fabric.tier_count; tier++) {
        const double bit = answer->ways[answer->chosen].cost.tier_sent_bit[tier];
        if (bit > 0.0) {
            const fab_partners p = partners_of(b, &answer->request, tier);
            sent_byte[fab_ways_find(&ways, &p)] = bit / 8.0;
            ck_assert_uint_eq(fab_ways_find(&ways, &p), ways.count - 1);
        }
    }
    const fab_status status = fab_ways_route(&ways, &b->ground, &options, &reason);
    ck_assert_msg(status == FAB_OK, "%s", reason ? reason : "no reason");
    return ways;
}

/* Rings over a mesh of an odd number inside leave it elsewhere than the posted ones. */
START_TEST(the_fullest_link_of_posted_messages)
{
    int compared = 0;
    for (int kind = 0; kind <= FAB_ALL_TO_ALL; kind++) {
        for (int a = FAB_ALGORITHM_AUTO + 1; a < FAB_ALGORITHM_COUNT; a++) {
            bench b = make(_i);
            const fab_collective_request request =
                sim_request((fab_collective_kind)kind, WIRED[_i].packages, a, 0);
            fab_collective_answer answer;
            fab_simulation s;
            const char *reason = NULL;
            double sent_byte[2] = {0.0};
            lay_ground(&b, request.ranks);
            if (fab_collective_lay(&b.fabric, &request, b.arena, &answer, &reason) == FAB_OK &&
                fab_collective_simulate(&answer, &b.options, b.arena, &s, &reason) == FAB_OK) {
                for (int is_general = 0; is_general < 2; is_general++) {
                    const fab_ways ways = route_all(&b, &answer, is_general != 0, sent_byte);
                    const double link_s = fullest_s(&ways, sent_byte);
                    ck_assert_msg(fabs(link_s / s.bound_s - 1.0) <= 1e-9,
                                  "%s %s: %s by %s: %.9g s, posted %.9g s", WIRED[_i].inner,
                                  WIRED[_i].outer ? WIRED[_i].outer : "",
                                  fab_collective_name(request.kind), fab_algorithm_name(a), link_s,
                                  s.bound_s);
                }
                compared++;
            }
            fab_arena_destroy(b.arena);
        }
    }
    ck_assert_int_ge(compared, 8);
}
END_TEST

START_TEST(one_link_stands_for_all_alike)
{
    bench b = make(_i);
    const fab_collective_request request =
        sim_request(FAB_ALL_GATHER, WIRED[_i].packages, FAB_ALGORITHM_DIRECT, 0);
    fab_collective_answer answer;
    const char *reason = NULL;
    double sent_byte[2] = {0.0};
    lay_ground(&b, request.ranks);
    ck_assert_int_eq(fab_collective_lay(&b.fabric, &request, b.arena, &answer, &reason), FAB_OK);
    const fab_ways ways = route_all(&b, &answer, false, sent_byte);
    uint32_t links = 0;
    for (uint32_t i = 0; i < ways.class_count; i++) {
        links += ways.classes[i].count;
    }
    ck_assert_uint_le(links, b.ground.graph->link_count);
    if (WIRED[_i].classes > 0) {
        ck_assert_uint_le(ways.class_count, WIRED[_i].classes);
    }
    fab_arena_destroy(b.arena);
}
END_TEST

static bool never(void *context)
{
    (void)context;
    return false;
}

/* Packages that nothing joins, and whoever asks to end. */
START_TEST(refusals)
{
    bench b = make(0);
    lay_ground(&b, 8);
    const char *reason = NULL;
    const fab_collective_request request = sim_request(FAB_ALL_GATHER, 8, FAB_ALGORITHM_RING, 0);
    const fab_partners p = partners_of(&b, &request, 0);
    fab_ways ways = {.arena = b.arena};
    (void)fab_ways_find(&ways, &p);
    fab_step_options options = {.goes_on = never};
    ck_assert_int_eq(fab_ways_route(&ways, &b.ground, &options, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "ended"));
    ck_assert_int_eq(fab_graph_damage(b.ground.graph, "3=0", b.arena, &b.ground.graph, &reason),
                     FAB_OK);
    options.goes_on = NULL;
    ck_assert_int_eq(fab_ways_route(&ways, &b.ground, &options, &reason), FAB_E_INFEASIBLE);
    ck_assert_str_eq(reason, "there is no path from 2 to 3");
    fab_arena_destroy(b.arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ways");
    TCase *t = tcase_create("ways");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, the_fullest_link_of_posted_messages, 0, WIRED_COUNT);
    tcase_add_loop_test(t, one_link_stands_for_all_alike, 0, WIRED_COUNT);
    tcase_add_test(t, refusals);
    suite_add_tcase(s, t);
    return run_all(s);
}

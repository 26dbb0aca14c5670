#include "run_all.h"
#include "sim_fixture.h"

/* The closed forms against messages, for every kind, algorithm and way of sharing tiers, on fabrics
 * without contention; symmetric against message by message; what is refused. */

static const struct {
    const char *what;
    int64_t inner, outer, ranks;
    bool is_mesh;
} FABRIC[] = {
    {"a switch of 8", 8, 0, 8, false},
    {"a switch of 7", 7, 0, 7, false},
    {"2 of a switch of 16", 16, 0, 2, false},
    {"4 domains of 4", 4, 16, 16, false},
    {"3 domains of 5", 5, 15, 15, false},
    {"8 alone outside", 1, 8, 8, false},
    {"a mesh of 8", 8, 0, 8, true},
    {"a mesh of 5", 5, 0, 5, true},
    {"2 domains of 8 of a mesh", 8, 16, 16, true},
};

enum { FABRICS = sizeof(FABRIC) / sizeof(FABRIC[0]) };

/* What the closed form of a mesh does not say: one partner at a time has one of its links, and the
 * root of a tree likewise. */
static bool is_beyond(int fabric, fab_collective_kind kind, int algorithm)
{
    const bool is_single = algorithm == FAB_ALGORITHM_HALVING ||
                           algorithm == FAB_ALGORITHM_DOUBLING || algorithm == FAB_ALGORITHM_TREE ||
                           algorithm == FAB_ALGORITHM_BRUCK ||
                           algorithm == FAB_ALGORITHM_IN_NETWORK ||
                           (algorithm == FAB_ALGORITHM_FLAT_RING && FABRIC[fabric].outer == 0);
    const bool is_pairwise = algorithm == FAB_ALGORITHM_RING && kind == FAB_ALL_TO_ALL;
    const bool is_rooted = kind == FAB_BROADCAST || kind == FAB_REDUCE || kind == FAB_SEND;
    return FABRIC[fabric].is_mesh && (is_single || is_pairwise || is_rooted);
}

static fab_fabric fabric_of(int i)
{
    fab_fabric fabric = sim_fabric(FABRIC[i].inner, FABRIC[i].outer);
    fabric.tiers[0].is_mesh = FABRIC[i].is_mesh;
    return fabric;
}

START_TEST(closed_form_and_messages_agree)
{
    const fab_fabric fabric = fabric_of(_i);
    int compared = 0;
    for (int kind = 0; kind < FAB_COLLECTIVE_KIND_COUNT; kind++) {
        for (int a = FAB_ALGORITHM_AUTO + 1; a < FAB_ALGORITHM_COUNT; a++) {
            for (int mode = 0; mode < 2; mode++) {
                fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
                const int64_t ranks = kind == FAB_SEND ? 2 : FABRIC[_i].ranks;
                const fab_collective_request request =
                    sim_request((fab_collective_kind)kind, ranks, a, mode);
                const fab_simulation_options options = {.is_general = true};
                fab_simulation s;
                const char *reason = NULL;
                const fab_status status = sim_run(&fabric, &request, &options, arena, &s, &reason);
                if (status == FAB_OK && !is_beyond(_i, request.kind, a)) {
                    ck_assert_msg(fabs(s.difference_frac) <= 0.02,
                                  "%s, %s by %s, %s: closed %.6g s, simulated %.6g s (%s)",
                                  FABRIC[_i].what, fab_collective_name(request.kind),
                                  fab_algorithm_name(a), mode ? "concurrent" : "sequential",
                                  s.closed_form_s, s.simulated_s, s.cause);
                    compared++;
                } else if (status != FAB_OK) {
                    ck_assert_msg(status == FAB_E_INFEASIBLE, "%s: %d", FABRIC[_i].what, status);
                }
                fab_arena_destroy(arena);
            }
        }
    }
    ck_assert_int_ge(compared, 14);
}
END_TEST

/* One package for all, or every message by itself. */
static const struct {
    const char *inner, *outer;
    int64_t domain, packages;
} WIRED[] = {
    {"switch", NULL, 16, 16},
    {"switch planes=2", "switch", 4, 16},
    {"mesh", NULL, 7, 7},
    {"mesh", "switch", 4, 12},
    {"ring", NULL, 8, 8},
    {"ring", NULL, 7, 7},
    {"torus 4x4", NULL, 16, 16},
    {"torus 3x5x2", NULL, 30, 30},
    {"torus 4x2x3", NULL, 24, 24},
    {"hyperx 3x4", NULL, 12, 12},
    {"switch", "torus 3x3", 4, 36},
    {"switch", "mesh", 4, 20},
    {"clos leaf=4 spines=2 oversubscription=2", NULL, 16, 16},
    {"switch", "clos leaf=8 spines=3 oversubscription=1.5", 4, 32},
    {"ocs reconfigure=1ms", NULL, 6, 6},
};

enum { WIRED_COUNT = sizeof(WIRED) / sizeof(WIRED[0]) };

static fab_wiring wiring_of(const char *text, fab_arena *arena)
{
    fab_wiring wiring;
    const char *message = NULL;
    ck_assert_int_eq(fab_wiring_parse(text, arena, &wiring, &message), FAB_OK);
    return wiring;
}

START_TEST(one_package_stands_for_all)
{
    static const struct {
        fab_collective_kind kind;
        int algorithm;
    } MESSAGES[] = {
        {FAB_ALL_TO_ALL, FAB_ALGORITHM_DIRECT},  {FAB_ALL_TO_ALL, FAB_ALGORITHM_RING},
        {FAB_ALL_TO_ALL, FAB_ALGORITHM_FORWARD}, {FAB_ALL_REDUCE, FAB_ALGORITHM_DIRECT},
        {FAB_ALL_GATHER, FAB_ALGORITHM_RING},    {FAB_REDUCE_SCATTER, FAB_ALGORITHM_DIRECT},
    };
    int symmetric = 0;
    for (int m = 0; m < 12; m++) {
        fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
        const fab_wiring inner = wiring_of(WIRED[_i].inner, arena);
        const fab_wiring outer = wiring_of(WIRED[_i].outer ? WIRED[_i].outer : "switch", arena);
        fab_fabric fabric = sim_fabric(WIRED[_i].domain, WIRED[_i].outer ? WIRED[_i].packages : 0);
        fab_simulation_options options = {.wirings = {&inner, &outer}};
        const fab_collective_request request =
            sim_request(MESSAGES[m / 2].kind, WIRED[_i].packages, MESSAGES[m / 2].algorithm, m % 2);
        fab_simulation one, all;
        const char *reason = NULL;
        if (sim_run(&fabric, &request, &options, arena, &one, &reason) == FAB_OK) {
            options.is_general = true;
            ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &all, &reason), FAB_OK);
            ck_assert(!all.is_symmetric);
            ck_assert_msg(fabs(one.simulated_s / all.simulated_s - 1.0) <= 1e-9,
                          "%s, %s: %s by %s: %.12g s for all, %.12g s by message", WIRED[_i].inner,
                          WIRED[_i].outer ? WIRED[_i].outer : "-",
                          fab_collective_name(request.kind), fab_algorithm_name(request.algorithm),
                          one.simulated_s, all.simulated_s);
            ck_assert_double_eq_tol(one.bound_s / all.bound_s, 1.0, 1e-9);
            ck_assert_double_eq_tol(one.energy_j / all.energy_j, 1.0, 1e-9);
            ck_assert_double_le(all.bound_s, all.simulated_s * (1.0 + 1e-12));
            for (int64_t i = 0; i < one.layer_count; i++) {
                ck_assert_double_le(one.layer_busy_frac[i], 1.0 + 1e-9);
            }
            symmetric += one.is_symmetric ? 1 : 0;
        }
        fab_arena_destroy(arena);
    }
    ck_assert_int_ge(symmetric, 4);
}
END_TEST

/* All-to-alls whose time is that of the fullest link: N k / 8 messages on half of a port's rate. */
START_TEST(by_hand)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_wiring torus = wiring_of("torus 8x8x8", arena);
    const fab_fabric fabric = sim_fabric(512, 0);
    const fab_simulation_options options = {.wirings = {&torus}};
    const fab_collective_request request =
        sim_request(FAB_ALL_TO_ALL, 512, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation s;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_OK);
    const double message_bit = 8.0 * request.size_byte / 512.0;
    ck_assert_double_eq_tol(s.bound_s, 512.0 * message_bit / (3.2e12 / 6.0), 1e-12);
    ck_assert_double_ge(s.simulated_s, s.bound_s);
    ck_assert_double_le(s.simulated_s, s.bound_s + 12 * 0.5e-6 + 1e-12);
    ck_assert_uint_eq(s.flows, 512 * 511);
    ck_assert_ptr_nonnull(strstr(s.cause, "contention: axis"));
    fab_arena_destroy(arena);
}
END_TEST

/* A slow link slows what crosses it; a skew the ports of the popular. */
START_TEST(faults_and_skew)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_fabric fabric = sim_fabric(16, 0);
    const char *faults[] = {"3-s0=0.5"};
    fab_simulation_options options = {.faults = faults, .fault_count = 1};
    const fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 16, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation s;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_OK);
    const double message_s = 8.0 * request.size_byte / 16.0 / 3.2e12;
    ck_assert_double_eq_tol(s.simulated_s, 30.0 * message_s + 0.5e-6, 1e-12);
    ck_assert_ptr_nonnull(strstr(s.cause, "contention"));
    ck_assert(strcmp(s.hot_links[0].from, "3") == 0 || strcmp(s.hot_links[0].to, "3") == 0);

    options = (fab_simulation_options){.zipf_frac = 1.0};
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_OK);
    /* the most popular gets 1 / H(16) of each buffer from 15 others */
    double sum = 0.0;
    for (int k = 1; k <= 16; k++) {
        sum += 1.0 / k;
    }
    ck_assert_double_eq_tol(s.bound_s, 15.0 * 16.0 * message_s / sum, 1e-12);
    ck_assert_double_ge(s.simulated_s, s.bound_s);

    faults[0] = "s0=0";
    options = (fab_simulation_options){.faults = faults, .fault_count = 1};
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "no path"));
    fab_arena_destroy(arena);
}
END_TEST

/* An optical switch joins one pair at a time: N - 1 settings. */
START_TEST(settings_of_an_optical_switch)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_wiring ocs = wiring_of("ocs reconfigure=10ms", arena);
    const fab_fabric fabric = sim_fabric(8, 0);
    const fab_simulation_options options = {.wirings = {&ocs}};
    const fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 8, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation s;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_OK);
    const double message_s = 8.0 * request.size_byte / 8.0 / 3.2e12;
    ck_assert_double_eq_tol(s.simulated_s, 7.0 * (message_s + 0.5e-6 + 0.01), 1e-12);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(what_is_refused)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_fabric fabric = sim_fabric(8, 64);
    const fab_wiring torus = wiring_of("torus 3x3", arena);
    fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 12, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation_options options = {.wirings = {NULL}};
    fab_simulation s;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "unevenly"));
    request.ranks = 16;
    options.wirings[0] = &torus;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "9 places"));
    options = (fab_simulation_options){.zipf_frac = -1.0};
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_RANGE);
    request.algorithm = FAB_ALGORITHM_BRUCK;
    options.zipf_frac = 1.0;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    fab_arena_destroy(arena);

    fab_arena *small = fab_arena_create(100000);
    request = sim_request(FAB_ALL_TO_ALL, 64, FAB_ALGORITHM_DIRECT, 0);
    options = (fab_simulation_options){.is_general = true};
    ck_assert_int_eq(sim_run(&fabric, &request, &options, small, &s, &reason), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("collide");
    TCase *t = tcase_create("collide");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, closed_form_and_messages_agree, 0, FABRICS);
    tcase_add_loop_test(t, one_package_stands_for_all, 0, WIRED_COUNT);
    tcase_add_test(t, by_hand);
    tcase_add_test(t, faults_and_skew);
    tcase_add_test(t, settings_of_an_optical_switch);
    tcase_add_test(t, what_is_refused);
    suite_add_tcase(s, t);
    return run_all(s);
}

#include <check.h>

#include "run_all.h"
#include "seeded.h"
#include "sim_fixture.h"

/* A skewed all-to-all by groups of sources beside all of its messages. */

#define AGREES 1e-9

static const struct {
    const char *what;
    int64_t inner, outer; /* domains; 0: one tier */
    int64_t ranks;
    const char *wirings[2];
    bool is_grouped; /* else every message is solved by itself */
} ROW[] = {
    {"one switch", 16, 0, 16, {NULL}, true},
    {"switches with planes", 8, 64, 32, {"switch planes=2", "switch planes=4"}, true},
    {"pods and a switch", 8, 64, 32, {NULL}, true},
    {"leaves of two pods", 4, 64, 32, {NULL, "clos leaf=8 spines=2 oversubscription=2"}, true},
    {"a leaf to a pod", 8, 64, 48, {NULL, "clos leaf=8 oversubscription=3"}, true},
    {"leaves of half a pod", 8, 64, 32, {NULL, "clos leaf=4 spines=4 oversubscription=2"}, true},
    {"leaves of one tier", 32, 0, 32, {"clos leaf=8 oversubscription=4"}, true},
    {"slow leaves of one tier", 48, 0, 48, {"clos leaf=12 spines=3 oversubscription=12"}, true},
    {"a leaf that holds all", 16, 0, 16, {"clos leaf=16 oversubscription=4"}, true},
    {"a torus has no groups", 16, 0, 16, {"torus 4x4"}, false},
    {"leaves that are not full", 36, 0, 36, {"clos leaf=8 oversubscription=4"}, false},
};

enum { ROWS = sizeof(ROW) / sizeof(ROW[0]), MODES = 2, SEEDS = 3 };

static void agree(double grouped, double general)
{
    ck_assert_double_le(fabs(grouped - general), AGREES * fabs(general));
}

START_TEST(groups_are_their_messages)
{
    uint64_t seed = (uint64_t)_i;
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const int row = _i % ROWS, mode = _i / ROWS % MODES;
    const fab_fabric fabric = sim_fabric(ROW[row].inner, ROW[row].outer);
    const fab_collective_request request =
        sim_request(FAB_ALL_TO_ALL, ROW[row].ranks, FAB_ALGORITHM_DIRECT, mode);
    fab_simulation_options options = {.zipf_frac = seeded_between(&seed, 0.1, 2.5)};
    fab_simulation grouped, general;
    const char *reason = NULL;
    for (int i = 0; i < 2; i++) {
        fab_wiring *wiring = FAB_NEW(arena, fab_wiring, 1);
        if (ROW[row].wirings[i]) {
            ck_assert_int_eq(fab_wiring_parse(ROW[row].wirings[i], arena, wiring, &reason), FAB_OK);
            options.wirings[i] = wiring;
        }
    }
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &grouped, &reason), FAB_OK);
    options.is_general = true;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &general, &reason), FAB_OK);
    agree(grouped.simulated_s, general.simulated_s);
    agree(grouped.first_s, general.first_s);
    agree(grouped.bound_s, general.bound_s);
    agree(grouped.energy_j, general.energy_j);
    ck_assert_uint_eq(grouped.flows, general.flows);
    for (int64_t i = 0; i < grouped.layer_count; i++) {
        agree(grouped.layer_busy_frac[i], general.layer_busy_frac[i]);
    }
    /* what a group's link is called has blanks, a node of the graph none */
    const bool is_grouped = strchr(grouped.hot_links[0].from, ' ') != NULL;
    ck_assert_msg(is_grouped == ROW[row].is_grouped, "%s, mode %d", ROW[row].what, mode);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("popular");
    TCase *t = tcase_create("popular");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, groups_are_their_messages, 0, ROWS * MODES * SEEDS);
    suite_add_tcase(s, t);
    return run_all(s);
}

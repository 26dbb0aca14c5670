#include <check.h>
#include <math.h>

#include <fabricast/channel.h>
#include <fabricast/link_map.h>

#include "link_fixture.h"
#include "run_all.h"

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)8 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_technology cable(void)
{
    fab_technology t = link_pcie5();
    t.name = "cable";
    t.title = "Passive cable";
    t.medium = "twinax 26 AWG";
    t.line_code = "PAM4";
    t.lane_rate_bps = known(106.25e9);
    t.reach_m = known(3.0);
    return t;
}

static fab_link_map map_of(const fab_technology *a, const fab_technology *b, double from, double to)
{
    const fab_technology *list[2] = {a, b};
    fab_link_map map;
    ck_assert_int_eq(fab_link_map_make(list, 2, from, to, arena, &map), FAB_OK);
    return map;
}

START_TEST(distances)
{
    const fab_technology a = cable();
    const fab_technology b = link_module();
    const fab_link_map map = map_of(&a, &b, 0.5, 500.0);
    ck_assert_double_eq(map.distances_m[0], 0.5);
    ck_assert_double_eq(map.distances_m[FAB_MAP_POINTS - 1], 500.0);
    ck_assert_double_eq_tol(map.distances_m[20], 5.0, 1e-9);
}
END_TEST

/* copper is cheaper as far as it reaches, then the module is all that is left, then nothing */
START_TEST(overtaking)
{
    const fab_technology a = cable();
    const fab_technology b = link_module();
    const fab_link_map map = map_of(&a, &b, 0.5, 5000.0);
    ck_assert_uint_eq(map.stretch_count, 2);
    ck_assert_ptr_eq(map.stretches[0].curve->technology, &a);
    ck_assert_double_eq(map.stretches[0].to_m, 3.0);
    ck_assert_ptr_eq(map.stretches[1].curve->technology, &b);
    ck_assert_double_eq(map.stretches[1].from_m, map.stretches[0].to_m);
    ck_assert_double_eq(map.stretches[1].to_m, 1000.0);
}
END_TEST

/* copper pays for length, and its lane slows; glass hardly */
START_TEST(curves)
{
    const fab_technology a = cable();
    const fab_technology b = link_module();
    const fab_link_map map = map_of(&a, &b, 0.5, 500.0);
    const fab_link_curve *copper = &map.curves[0];
    ck_assert(copper->count > 5 && copper->count < FAB_MAP_POINTS);
    for (size_t i = 1; i < copper->count; i++) {
        ck_assert(copper->energy_j_per_bit[i] > copper->energy_j_per_bit[i - 1]);
        ck_assert(copper->lane_bps[i] <= copper->lane_bps[i - 1]);
    }
    ck_assert_double_eq(copper->energy_j_per_bit[copper->count], 0.0);
    ck_assert(map.curves[1].energy_j_per_bit[60] < 1.1 * map.curves[1].energy_j_per_bit[0]);
    ck_assert_double_eq(map.curves[1].lane_bps[0], 106.25e9);
}
END_TEST

/* the lane that just closes over the reach of a rate is that rate */
START_TEST(lane_of_a_reach)
{
    fab_technology a = cable();
    fab_budget budget;
    ck_assert_int_eq(fab_link_budget(&a, known(1.0), &budget), FAB_OK);
    const double reach_m = budget.reach_m.value;
    const fab_link_map map = map_of(&a, &a, reach_m, 10.0 * reach_m);
    ck_assert_double_eq_tol(map.curves[0].lane_bps[0], 106.25e9, 0.002 * 106.25e9);
}
END_TEST

START_TEST(what_carries_nothing)
{
    fab_technology a = cable();
    fab_technology b = link_optics();
    a.role = FAB_ROLE_SWITCH;
    b.role = FAB_ROLE_OCS;
    const fab_link_map map = map_of(&a, &b, 1.0, 10.0);
    ck_assert_uint_eq(map.stretch_count, 0);
    ck_assert_uint_eq(map.curves[0].count + map.curves[1].count, 0);
}
END_TEST

START_TEST(reach_that_is_not_published)
{
    fab_technology a = cable();
    fab_technology b = link_optics();
    a.reach_m.is_known = b.reach_m.is_known = false;
    const fab_link_map map = map_of(&a, &b, 0.5, 500.0);
    ck_assert(map.curves[0].is_reach_derived && map.curves[0].reach_m > 3.0);
    ck_assert(!map.curves[1].is_reach_known);
    ck_assert_uint_eq(map.curves[1].count, FAB_MAP_POINTS);
}
END_TEST

START_TEST(bad_ends)
{
    const fab_technology a = cable();
    const fab_technology *list[1] = {&a};
    fab_link_map map;
    ck_assert_int_eq(fab_link_map_make(list, 1, 0.0, 1.0, arena, &map), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_map_make(list, 1, 2.0, 1.0, arena, &map), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_map_make(list, 1, 1.0, HUGE_VAL, arena, &map), FAB_E_RANGE);
    ck_assert_int_eq(fab_link_map_make(list, 1, (double)NAN, 1.0, arena, &map), FAB_E_RANGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link_map");
    TCase *tcase = tcase_create("map");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, distances);
    tcase_add_test(tcase, overtaking);
    tcase_add_test(tcase, curves);
    tcase_add_test(tcase, lane_of_a_reach);
    tcase_add_test(tcase, what_carries_nothing);
    tcase_add_test(tcase, reach_that_is_not_published);
    tcase_add_test(tcase, bad_ends);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

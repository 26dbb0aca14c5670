#include <check.h>

#include <fabricast/regions.h>

#include "link_fixture.h"
#include "run_all.h"

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)4 << 20);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_region_frame frame_of(double from_m, double to_m)
{
    return (fab_region_frame){.from_m = from_m,
                              .to_m = to_m,
                              .from_bps = 100e9,
                              .to_bps = 100e12,
                              .edge_m = known(0.1),
                              .link_power_w = known(150.0)};
}

static fab_region_map *make(const fab_technology *const *links, size_t count,
                            const fab_region_frame *frame)
{
    fab_region_map *out = FAB_NEW(arena, fab_region_map, 1);
    ck_assert_int_eq(fab_region_map_make(links, count, frame, arena, out), FAB_OK);
    return out;
}

/* a module that reaches 500 m and a board that reaches 0.4: the board costs less where it reaches
 */
START_TEST(the_lesser_energy_wins_within_its_reach)
{
    fab_technology board = link_pcie5();
    fab_technology module = link_module();
    module.title = "pluggable module with DSP";
    module.reach_m = known(500.0);
    const fab_technology *const links[] = {&module, &board};
    const fab_region_frame frame = frame_of(0.1, 2000.0);
    const fab_region_map *got = make(links, 2, &frame);
    for (size_t rate = 0; rate < FAB_REGION_RATES; rate++) {
        for (size_t point = 0; point < FAB_MAP_POINTS; point++) {
            const double distance = got->map.distances_m[point];
            const double limit = fab_region_limit_bps(got, &got->map.curves[1], point);
            const bool is_board = distance <= 0.4 && got->rates_bps[rate] <= limit * (1 + 1e-9);
            ck_assert(!is_board || got->best[rate][point] == 1);
            ck_assert(distance <= 500.0 || got->best[rate][point] == FAB_REGION_NONE);
        }
    }
    ck_assert_uint_eq(got->region_count, 2);
    ck_assert_int_eq(got->regions[0].curve, 0); /* the larger first */
}
END_TEST

/* 100 mm x 1 Tb/s/mm = 100 Tb/s; 150 W / derived energy is less and binds; without both the frame
 */
START_TEST(limits_by_hand)
{
    fab_technology optics = link_optics();
    optics.shoreline_bps_per_m = known(1e15);
    const fab_technology *const links[] = {&optics};
    fab_region_frame frame = frame_of(1.0, 10.0);
    const fab_region_map *got = make(links, 1, &frame);
    const double energy = got->map.curves[0].energy_j_per_bit[0];
    ck_assert_double_eq_tol(fab_region_limit_bps(got, &got->map.curves[0], 0), 150.0 / energy, 1.0);
    optics.shoreline_bps_per_m = known(1e13);
    got = make(links, 1, &frame);
    ck_assert_double_eq_tol(fab_region_limit_bps(got, &got->map.curves[0], 0), 1e12, 1.0);
    frame.edge_m.is_known = frame.link_power_w.is_known = false;
    got = make(links, 1, &frame);
    ck_assert_double_eq(fab_region_limit_bps(got, &got->map.curves[0], 0), 100e12);
    ck_assert_uint_eq(got->empty_cells, 0);
    ck_assert_uint_eq(got->regions[0].cells, FAB_REGION_RATES * FAB_MAP_POINTS);
}
END_TEST

/* every cell is counted once; more power never takes a cell away */
START_TEST(cells_add_up)
{
    const fab_technology board = link_pcie5(), module = link_module(), optics = link_optics();
    const fab_technology *const links[] = {&board, &module, &optics};
    fab_region_frame frame = frame_of(0.1, 3000.0);
    size_t empty = FAB_REGION_RATES * FAB_MAP_POINTS;
    for (double power_w = 10.0; power_w < 2000.0; power_w *= 2.0) {
        frame.link_power_w = known(power_w);
        const fab_region_map *got = make(links, 3, &frame);
        size_t cells = got->empty_cells;
        for (size_t i = 0; i < got->region_count; i++) {
            cells += got->regions[i].cells;
            ck_assert(i == 0 || got->regions[i].cells <= got->regions[i - 1].cells);
        }
        ck_assert_uint_eq(cells, FAB_REGION_RATES * FAB_MAP_POINTS);
        ck_assert_uint_le(got->empty_cells, empty);
        empty = got->empty_cells;
    }
}
END_TEST

START_TEST(what_is_no_frame_is_refused)
{
    const fab_technology board = link_pcie5();
    const fab_technology *const links[] = {&board};
    fab_region_map *out = FAB_NEW(arena, fab_region_map, 1);
    fab_region_frame frame = frame_of(2.0, 1.0);
    ck_assert_int_eq(fab_region_map_make(links, 1, &frame, arena, out), FAB_E_RANGE);
    frame = frame_of(1.0, 2.0);
    frame.from_bps = frame.to_bps;
    ck_assert_int_eq(fab_region_map_make(links, 1, &frame, arena, out), FAB_E_RANGE);
    frame.from_bps = 0.0;
    ck_assert_int_eq(fab_region_map_make(links, 1, &frame, arena, out), FAB_E_RANGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regions");
    TCase *tcase = tcase_create("regions");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_lesser_energy_wins_within_its_reach);
    tcase_add_test(tcase, limits_by_hand);
    tcase_add_test(tcase, cells_add_up);
    tcase_add_test(tcase, what_is_no_frame_is_refused);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

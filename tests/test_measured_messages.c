#include <check.h>
#include <math.h>

#include <fabricast/simulate.h>

#include "run_all.h"

/* Measured collectives, message by message: near the measurements, and where nothing shares links
 * the same as the calibrated closed form. */

static fab_arena *arena;
static fab_diagnostics diagnostics;
static const fab_catalog *catalog;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 30);
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const struct {
    const char *path;
    size_t large_rows;
} FILES[] = {
    {FAB_SOURCE_DIR "/validation/collectives.csv", 150},
    {FAB_SOURCE_DIR "/validation/collectives_by_size.csv", 1300},
};

START_TEST(near_the_measurements)
{
    const fab_measured_collective *rows;
    const fab_measured_result *results;
    const fab_measured_group *groups;
    const char *reason = NULL;
    size_t count, made, lost, group_count;
    ck_assert_int_eq(fab_measured_load(FILES[_i].path, arena, &diagnostics, &rows, &count), FAB_OK);
    ck_assert_int_eq(
        fab_measured_simulate(catalog, rows, count, arena, &results, &made, &lost, &reason),
        FAB_OK);
    ck_assert_uint_eq(lost, 0);
    for (size_t i = 0; i < made; i++) {
        const double ratio = results[i].calibrated_s / results[i].ideal_s;
        ck_assert_msg(fabs(ratio - 1.0) <= 0.02, "line %d: simulated %.6g s, closed form %.6g s",
                      results[i].row->line, results[i].calibrated_s, results[i].ideal_s);
    }
    ck_assert_int_eq(fab_measured_summarise(results, made, arena, &groups, &group_count), FAB_OK);
    const fab_measured_group *all = &groups[group_count - 1];
    ck_assert_uint_ge(all->large_count, FILES[_i].large_rows);
    ck_assert_double_le(all->large_median_frac, 0.10);
}
END_TEST

START_TEST(what_is_refused)
{
    const fab_measured_collective row = {.on = "nowhere",
                                         .kind = FAB_ALL_REDUCE,
                                         .ranks = 8,
                                         .size_byte = 1e6,
                                         .time_s = 1e-3,
                                         .line = 7};
    const fab_measured_result *results;
    const char *reason = NULL;
    size_t made, lost;
    ck_assert_int_eq(
        fab_measured_simulate(catalog, &row, 1, arena, &results, &made, &lost, &reason),
        FAB_E_INPUT);
    ck_assert_str_eq(reason, "line 7: fabric `nowhere`: is not in the catalog");
    /* 12 ranks lie unevenly on servers of 8: left out, not guessed */
    const fab_measured_collective uneven = {.on = "p4de_a100",
                                            .kind = FAB_ALL_REDUCE,
                                            .ranks = 12,
                                            .size_byte = 1e6,
                                            .time_s = 1e-3,
                                            .line = 8};
    ck_assert_int_eq(
        fab_measured_simulate(catalog, &uneven, 1, arena, &results, &made, &lost, &reason), FAB_OK);
    ck_assert_uint_eq(made, 0);
    ck_assert_uint_eq(lost, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("measured_messages");
    TCase *t = tcase_create("measured_messages");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, near_the_measurements, 0, 2);
    tcase_add_test(t, what_is_refused);
    suite_add_tcase(s, t);
    return run_all(s);
}

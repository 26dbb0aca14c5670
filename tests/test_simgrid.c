#include <check.h>
#include <stdio.h>

#include "flow_fixture.h"
#include "run_all.h"

/* Results of SimGrid 3.32: finish times of every flow of the files in tests/golden/simgrid_flows,
 * and makespan, first and mean finish and number of finish times of the all-to-all rows of
 * tests/golden/simgrid.csv, whose routes are made here. */

/* SimGrid's own precision in the all-to-all rows: in torus:8,8,4 two of our 224 finish times are
 * nearer than that, and it has 223 */
#define SIMGRID_APART_S 1e-9

#define GOLDEN FAB_SOURCE_DIR "/tests/golden/"

static const struct {
    const char *name;
    uint32_t flows;
} FILES[] = {
    {"ft64_2to1_rand8", 512}, {"star64_rand8", 512},    {"torus444_a2a", 4032},
    {"torus444_rand8", 512},  {"torus888_rand4", 2048},
};

START_TEST(finish_times_of_every_flow)
{
    char path[4096];
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    fab_flow_file file;
    const int row = _i / 2;
    snprintf(path, sizeof(path), GOLDEN "simgrid_flows/%s.csv", FILES[row].name);
    ck_assert_int_eq(fab_flow_file_load(path, arena, &diagnostics, &file), FAB_OK);
    ck_assert_uint_eq(file.set.flow_count, FILES[row].flows);

    fab_flow_result result;
    shape s;
    shape_begin(&s, file.link_count, 8.0 * 5e10);
    free(s.route_begin);
    s.route_begin = NULL;
    s.set = file.set;
    double *finish_s = fixture_times(&s);
    ck_assert(run_certified(&s, _i % 2, finish_s, &result));
    ck_assert_double_le(largest_difference(finish_s, file.reference_s, s.set.flow_count), 1e-12);
    free(finish_s);
    shape_end(&s);
    fab_arena_destroy(arena);
}
END_TEST

/* Makes the flows of an all-to-all row; false when the fabric is not one of ours. */
static bool make_fabric(shape *s, const char *line)
{
    const double size_byte = 1048576.0, rate_bps = 8.0 * 5e10;
    torus_shape torus = {{1, 1, 1}, SHAPE_TIE_SIMGRID};
    tree_shape tree;
    uint32_t hosts;
    if (sscanf(line, "star:%u,a2a", &hosts) == 1 && strstr(line, ",a2a,")) {
        shape_star(s, hosts, size_byte, rate_bps);
    } else if (sscanf(line, "\"fattree:%u,%u;1,%u;1,1\",a2a", &tree.leaf_hosts, &tree.leaves,
                      &tree.spines) == 3 &&
               strstr(line, ",a2a,")) {
        shape_tree(s, &tree, size_byte, rate_bps);
    } else if (sscanf(line, "\"torus:%u,%u,%u\"", &torus.size[0], &torus.size[1], &torus.size[2]) >=
                   2 &&
               strstr(line, ",a2a,")) {
        shape_torus(s, &torus, size_byte, rate_bps);
    } else {
        return false;
    }
    return true;
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_row(const shape *s, const char *line, bool is_general)
{
    double makespan_s, first_s, mean_s, sum_s = 0.0;
    uint32_t hosts, flows, distinct, apart = 0, found = 0;
    fab_flow_result result;
    const char *at = strstr(line, ",a2a,");
    ck_assert_int_eq(sscanf(at, ",a2a,%u,%u,1048576,5e+10,%lf,%lf,%lf,%u", &hosts, &flows,
                            &makespan_s, &first_s, &mean_s, &distinct),
                     6);
    ck_assert_uint_eq(s->set.flow_count, flows);
    double *finish_s = fixture_times(s);
    ck_assert_int_eq(run_shape(s, is_general, finish_s, &result), FAB_OK);
    qsort(finish_s, flows, sizeof(*finish_s), by_time);
    for (uint32_t i = 0; i < flows; i++) {
        sum_s += finish_s[i];
        apart += i == 0 || finish_s[i] > finish_s[i - 1] + SIMGRID_APART_S;
        found += i == 0 || finish_s[i] > finish_s[i - 1] * (1 + 1e-12);
    }
    ck_assert_double_eq_tol(result.makespan_s / makespan_s, 1.0, 1e-9);
    ck_assert_double_eq_tol(finish_s[0] / first_s, 1.0, 1e-9);
    ck_assert_double_eq_tol(sum_s / flows / mean_s, 1.0, 1e-9);
    ck_assert_uint_eq(apart, distinct);
    ck_assert_uint_eq(result.events, found);
    free(finish_s);
}

START_TEST(all_to_all)
{
    char line[512];
    int rows = 0;
    FILE *stream = fopen(GOLDEN "simgrid.csv", "r");
    ck_assert_ptr_nonnull(stream);
    while (fgets(line, sizeof(line), stream)) {
        shape s;
        if (make_fabric(&s, line)) {
            check_row(&s, line, _i != 0);
            shape_end(&s);
            rows++;
        }
    }
    fclose(stream);
    ck_assert_int_ge(rows, 17);
}
END_TEST

/* With ties split, the busiest links of a torus with n hosts and even k carry n k / 8 flows. */
START_TEST(torus_with_split_ties)
{
    static const torus_shape TORUS[] = {
        {{8, 8, 1}, SHAPE_TIE_SPLIT}, {{4, 4, 4}, SHAPE_TIE_SPLIT}, {{8, 4, 2}, SHAPE_TIE_SPLIT}};
    const uint32_t hosts = torus_hosts(&TORUS[_i]);
    shape s;
    fab_flow_result result;
    shape_torus(&s, &TORUS[_i], 1e6, 1e9);
    double *finish_s = fixture_times(&s), *general_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, false, finish_s, &result), FAB_OK);
    ck_assert_double_eq_tol(result.makespan_s / (8e6 * hosts * TORUS[_i].size[0] / 8 / 1e9), 1.0,
                            1e-12);
    ck_assert_uint_lt(result.class_count, 64);
    ck_assert_int_eq(run_shape(&s, true, general_s, &result), FAB_OK);
    ck_assert_double_le(largest_difference(finish_s, general_s, s.set.flow_count), 1e-12);
    free(finish_s);
    free(general_s);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("simgrid");
    TCase *t = tcase_create("simgrid");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, finish_times_of_every_flow, 0, 2 * sizeof(FILES) / sizeof(FILES[0]));
    tcase_add_loop_test(t, all_to_all, 0, 2);
    tcase_add_loop_test(t, torus_with_split_ties, 0, 3);
    suite_add_tcase(s, t);
    return run_all(s);
}

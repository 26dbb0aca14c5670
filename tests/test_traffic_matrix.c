#include <check.h>

#include "run_all.h"
#include "sim_fixture.h"

/* Bytes between all ranks from a text, and what is wrong with a text. */

static const struct {
    const char *what, *text;
    int64_t ranks;
    size_t errors;
    int line, column; /* of the first mistake */
} BAD[] = {
    {"no lines", "", 2, 1, 1, 1},
    {"a line too few", "0,1\n", 2, 1, 2, 1},
    {"a line too many", "0,1\n1,0\n# more\n1,1\n", 2, 1, 4, 1},
    {"a size too few", "0,1,2\n0,1\n1,1,1\n", 3, 1, 2, 1},
    {"a size too many", "0,1\n1,0,5\n", 2, 1, 2, 1},
    {"below 0", "0,-1\n1,0\n", 2, 1, 1, 3},
    {"no number", "0,1\n one ,0\n", 2, 1, 2, 1},
    {"a unit", "0,1MB\n1,0\n", 2, 1, 1, 3},
    {"nothing", "0,\n1,0\n", 2, 1, 1, 3},
    {"infinite", "0,1e999\n1,0\n", 2, 1, 1, 3},
    {"not a number", "0,nan\n1,0\n", 2, 1, 1, 3},
    {"every mistake", "x,1\n1,y\n1,2\n", 2, 3, 1, 1},
};

START_TEST(mistakes)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const double *size_byte = NULL;
    ck_assert_int_eq(fab_traffic_parse("matrix", BAD[_i].text, strlen(BAD[_i].text), BAD[_i].ranks,
                                       arena, &diagnostics, &size_byte),
                     FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, BAD[_i].errors);
    const fab_position at = diagnostics.items[0].position;
    ck_assert_msg(at.line == BAD[_i].line && at.column == BAD[_i].column, "%s: line %d column %d",
                  BAD[_i].what, at.line, at.column);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(a_matrix_is_read)
{
    static const char TEXT[] = "# bytes\n0, 1.5 ,2e3\r\n\n3,0,4\n5,6,7";
    static const double WANT[] = {0, 1.5, 2000, 3, 0, 4, 5, 6, 7};
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const double *size_byte = NULL;
    ck_assert_int_eq(
        fab_traffic_parse("matrix", TEXT, strlen(TEXT), 3, arena, &diagnostics, &size_byte),
        FAB_OK);
    for (int i = 0; i < 9; i++) {
        ck_assert(size_byte[i] == WANT[i]);
    }
    /* 2,019.5 byte are sent; to oneself goes nothing over links */
    ck_assert_double_eq_tol(fab_traffic_buffer_byte(size_byte, 3), 2019.5 / 2.0, 1e-9);
    fab_arena_destroy(arena);
}
END_TEST

/* On a switch the fullest port bounds the time: here the one into rank 2, with 7 of 13 MB. */
START_TEST(traffic_is_sent)
{
    static const double TRAFFIC[16] = {9e6, 1e6, 2e6, 0,   0, 0,   1e6, 1e6,
                                       1e6, 1e6, 0,   1e6, 0, 1e6, 4e6};
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_fabric fabric = sim_fabric(4, 0);
    const fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 4, FAB_ALGORITHM_DIRECT, 0);
    const fab_simulation_options options = {.traffic_byte = TRAFFIC};
    fab_simulation out;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &out, &reason), FAB_OK);
    ck_assert(out.is_complete);
    ck_assert_uint_eq(out.flows, 9);
    ck_assert_double_eq_tol(out.bound_s, 8.0 * 7e6 / 3.2e12, 1e-15);
    ck_assert_double_ge(out.simulated_s, out.bound_s + 0.5e-6 - 1e-15);
    fab_arena_destroy(arena);
}
END_TEST

static bool goes_on_twice(void *context)
{
    return ++*(int *)context < 3;
}

/* Popular ranks end one after the other; who ends the run after three events learns that. */
START_TEST(a_simulation_is_ended)
{
    int asked = 0;
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_fabric fabric = sim_fabric(8, 0);
    const fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 8, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation_options options = {.zipf_frac = 1.0, .is_general = _i == 1};
    fab_simulation whole, ended;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &whole, &reason), FAB_OK);
    options.goes_on = goes_on_twice;
    options.context = &asked;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &ended, &reason), FAB_OK);
    ck_assert(whole.is_complete && !ended.is_complete);
    ck_assert_double_lt(ended.simulated_s, whole.simulated_s);
    ck_assert_double_gt(ended.simulated_s, 0.0);
    ck_assert_int_eq(asked, 3);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("traffic_matrix");
    TCase *t = tcase_create("traffic_matrix");
    tcase_add_loop_test(t, mistakes, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(t, a_matrix_is_read);
    tcase_add_test(t, traffic_is_sent);
    tcase_add_loop_test(t, a_simulation_is_ended, 0, 2);
    suite_add_tcase(s, t);
    return run_all(s);
}

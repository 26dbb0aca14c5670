#include "run_all.h"
#include "sim_fixture.h"

/* Tokens to experts and back: what each link carries, by hand, and the time between its bounds. */

/* top-1 of 16 experts over 4 domains of 4 ranks: a copy goes to 1 of 16 ranks and 1 of 4 domains */
static const fab_model ONE = {.experts = 16, .experts_per_token = 1};
/* all of 16: every rank gets every token, every domain one copy */
static const fab_model ALL = {.experts = 16, .experts_per_token = 16};

static fab_simulation simulate(const fab_model *model, bool is_combine, int mode, fab_arena *arena)
{
    const fab_fabric fabric = sim_fabric(4, 16);
    const fab_token_routing routing = {model, is_combine};
    const fab_simulation_options options = {.experts = &routing};
    const fab_collective_request request =
        sim_request(FAB_ALL_TO_ALL, 16, FAB_ALGORITHM_DIRECT, mode);
    fab_simulation s;
    const char *reason = NULL;
    const fab_status status = sim_run(&fabric, &request, &options, arena, &s, &reason);
    ck_assert_msg(status == FAB_OK, "%s", reason ? reason : "no reason");
    return s;
}

/* S = 64 MiB: of one copy of one expert 3 S / 16 goes in, 3 S / 4 out; of all 4 x 3 S in, 3 S out.
 */
static const struct {
    const fab_model *model;
    double inner_ratio, outer_ratio; /* of S, sent by a rank */
} ROW[] = {{&ONE, 4.0 * 3.0 / 16.0, 3.0 / 4.0}, {&ALL, 4.0 * 3.0, 3.0}};

START_TEST(volumes_and_times)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const int row = _i / 4, mode = _i / 2 % 2;
    const bool is_combine = _i % 2;
    const fab_simulation s = simulate(ROW[row].model, is_combine, mode, arena);
    const double size_byte = 64.0 * 1048576.0;
    const double inner_s = 8.0 * ROW[row].inner_ratio * size_byte / 3.2e12;
    const double outer_s = 8.0 * ROW[row].outer_ratio * size_byte / 0.4e12;
    const double longer_s = inner_s > outer_s ? inner_s : outer_s;
    const double closed_s = mode ? longer_s : inner_s + outer_s;
    ck_assert_double_eq_tol(s.closed_form_s / (closed_s + 4.5e-6), 1.0, 1e-9);
    ck_assert_double_eq_tol(s.bound_s / longer_s, 1.0, 1e-9);
    ck_assert_double_ge(s.simulated_s, s.bound_s);
    /* pieces of an eighth: never longer than one tier after the other and their latencies */
    ck_assert_double_le(s.simulated_s, inner_s + outer_s + 16 * 4.5e-6);
    ck_assert_double_le(s.simulated_s, longer_s + (3.0 * inner_s + outer_s) / 8.0 + 72e-6);
    ck_assert_str_eq(s.kind, is_combine ? "combine" : "dispatch");
    fab_arena_destroy(arena);
}
END_TEST

/* Every token is counted once on each tier whichever way it goes: bits over all links. */
START_TEST(there_and_back_carry_the_same)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_simulation there = simulate(&ONE, false, 1, arena);
    const fab_simulation back = simulate(&ONE, true, 1, arena);
    ck_assert_double_eq_tol(there.energy_j / back.energy_j, 1.0, 1e-12);
    ck_assert_uint_eq(there.flows, back.flows);
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(what_is_refused)
{
    fab_arena *arena = fab_arena_create(SIM_ARENA_BYTE);
    const fab_fabric fabric = sim_fabric(4, 16);
    const fab_token_routing routing = {&ONE, false};
    fab_simulation_options options = {.experts = &routing, .zipf_frac = 1.0};
    fab_collective_request request = sim_request(FAB_ALL_TO_ALL, 16, FAB_ALGORITHM_DIRECT, 0);
    fab_simulation s;
    const char *reason = NULL;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(reason);
    options.zipf_frac = 0.0;
    request.kind = FAB_ALL_REDUCE;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    request = sim_request(FAB_ALL_TO_ALL, 8, FAB_ALGORITHM_DIRECT, 0);
    request.stride = 2;
    ck_assert_int_eq(sim_run(&fabric, &request, &options, arena, &s, &reason), FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "side by side"));
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("experts");
    TCase *t = tcase_create("experts");
    tcase_add_loop_test(t, volumes_and_times, 0, 8);
    tcase_add_test(t, there_and_back_carry_the_same);
    tcase_add_test(t, what_is_refused);
    suite_add_tcase(s, t);
    return run_all(s);
}

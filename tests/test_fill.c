#include <check.h>

#include "flow_fixture.h"
#include "run_all.h"

/* Rates against the textbook's filling on small random cases, and the certificate on all. */

enum { CASES = 32 };

START_TEST(agrees_with_the_slow_solver_and_is_fair)
{
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < CASES; i++) {
        shape s;
        random_shape(&s, &seed, i);
        check_against_slow(&s);
        shape_end(&s);
    }
}
END_TEST

/* Flows of unlike weights whose levels differ by rounding: one was not let go with its link. */
START_TEST(levels_that_differ_by_rounding)
{
    static const struct {
        uint64_t seed;
        int with;
    } FOUND[] = {{72526, 31}, {70589, 18}};
    uint64_t seed = FOUND[_i].seed;
    shape s;
    random_shape(&s, &seed, FOUND[_i].with);
    check_against_slow(&s);
    shape_end(&s);
}
END_TEST

/* Unlike destinations on a switch: every port into one is full from begin to end, so that the
 * flows to it end after all their bytes at the rate of its port. */
START_TEST(popular_destinations_end_in_turn)
{
    enum { HOSTS = 48 };
    uint64_t seed = (uint64_t)_i;
    double size_byte[HOSTS];
    shape s;
    fab_flow_result result;
    shape_begin(&s, 2 * HOSTS, 7.0);
    for (uint32_t to = 0; to < HOSTS; to++) {
        size_byte[to] = seeded_between(&seed, 0.1, 9.0);
    }
    for (uint32_t from = 0; from < HOSTS; from++) {
        for (uint32_t to = 0; to < HOSTS; to++) {
            if (from != to) {
                shape_flow(&s, size_byte[to]);
                shape_cross(&s, from);
                shape_cross(&s, HOSTS + to);
            }
        }
    }
    double *finish_s = fixture_times(&s);
    ck_assert(run_certified(&s, true, finish_s, &result));
    ck_assert_uint_eq(result.events, HOSTS);
    for (uint32_t f = 0; f < s.set.flow_count; f++) {
        const double want_s = 8.0 * s.size_byte[f] * (HOSTS - 1) / 7.0;
        ck_assert_double_eq_tol(finish_s[f] / want_s, 1.0, 1e-13);
    }
    free(finish_s);
    shape_end(&s);
}
END_TEST

START_TEST(larger_cases_are_fair)
{
    uint64_t seed = (uint64_t)_i + 1000;
    const tree_shape tree = {4, 6, (uint32_t)seeded_integer(&seed, 1, 5)};
    shape s;
    fab_flow_result result;
    shape_begin(&s, shape_tree_links(&tree), 1.0);
    for (int i = 0; i < 200; i++) {
        shape_tree_flow(&s, &tree, (uint32_t)seeded_integer(&seed, 0, 23),
                        (uint32_t)seeded_integer(&seed, 0, 23), seeded_between(&seed, 0.5, 1.5));
    }
    random_columns(&s, &seed, _i);
    double *finish_s = fixture_times(&s);
    ck_assert(run_certified(&s, true, finish_s, &result));
    free(finish_s);
    shape_end(&s);
}
END_TEST

/* Capacity C of one link for n flows: each has C/n, and 4,095 of them end at one time. */
START_TEST(links_that_fill_together_are_one_event)
{
    static const uint32_t HOSTS[] = {2, 3, 7, 49, 101, 257};
    shape s;
    fab_flow_result result;
    shape_star(&s, HOSTS[_i], 3.0, 0.1);
    double *finish_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, true, finish_s, &result), FAB_OK);
    ck_assert_uint_eq(result.events, 1);
    ck_assert_double_eq_tol(result.makespan_s / (24.0 * (HOSTS[_i] - 1) / 0.1), 1.0, 1e-14);
    free(finish_s);
    shape_end(&s);
}
END_TEST

/* Three flows on links A (rate 3) and B (rate 8): x on A, y on both, z on B. With weight w of y,
 * A gives x 3/(1+w) and y 3w/(1+w), and z has what is left of B. */
static const struct {
    const char *what;
    double weight, cap, x, y, z;
} ROW[] = {
    {"equal shares", 1.0, HUGE_VAL, 1.5, 1.5, 6.5},
    {"twice the weight, twice the rate", 2.0, HUGE_VAL, 1.0, 2.0, 6.0},
    {"a cap leaves the rest to others", 1.0, 0.5, 2.5, 0.5, 7.5},
    {"a cap above the share changes nothing", 1.0, 1.75, 1.5, 1.5, 6.5},
    {"a cap below the share of its weight", 2.0, 1.75, 1.25, 1.75, 6.25},
};

static bool keep_first(void *context, const fab_flow_view *view)
{
    memcpy(context, view->class_rate_bps, 3 * sizeof(double));
    return false;
}

START_TEST(table)
{
    const double links[] = {3.0, 8.0}, sizes[] = {1.0, 1.0, 1.0};
    const double weights[] = {1.0, ROW[_i].weight, 1.0};
    const double caps[] = {HUGE_VAL, ROW[_i].cap, HUGE_VAL};
    const uint32_t begin[] = {0, 1, 3, 4}, route[] = {0, 0, 1, 1};
    const fab_flow_set set = {.flow_count = 3,
                              .size_byte = sizes,
                              .route_begin = begin,
                              .route_link = route,
                              .weight_ratio = weights,
                              .cap_bps = caps};
    double rate[3] = {0}, finish_s[3];
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    fab_flow_result result;
    const fab_flow_options options = {.is_general = true, .watch = keep_first, .context = rate};
    ck_assert_int_eq(fab_flow_network_create(arena, links, 2, &network), FAB_OK);
    ck_assert_int_eq(fab_flow_run(network, &set, &options, finish_s, &result), FAB_OK);
    ck_assert_double_eq_tol(rate[0], ROW[_i].x, 1e-14);
    ck_assert_double_eq_tol(rate[1], ROW[_i].y, 1e-14);
    ck_assert_double_eq_tol(rate[2], ROW[_i].z, 1e-14);
    ck_assert(!result.is_complete);
    ck_assert_double_eq(finish_s[0], -1.0);
    fab_arena_destroy(arena);
}
END_TEST

/* With one shared link nobody ends later when the link is faster; with more than one link that is
 * not true of every flow. */
START_TEST(a_faster_single_link_is_never_later)
{
    uint64_t seed = (uint64_t)_i;
    shape s;
    fab_flow_result result;
    shape_begin(&s, 1, 1.0);
    for (int i = 0; i < 20; i++) {
        shape_flow(&s, seeded_between(&seed, 0.1, 5.0));
        shape_cross(&s, 0);
    }
    random_columns(&s, &seed, _i % 8);
    double *slow_s = fixture_times(&s), *fast_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, true, slow_s, &result), FAB_OK);
    s.rate_bps[0] = seeded_between(&seed, 1.0, 3.0);
    ck_assert_int_eq(run_shape(&s, true, fast_s, &result), FAB_OK);
    for (uint32_t f = 0; f < s.set.flow_count; f++) {
        ck_assert_double_le(fast_s[f], slow_s[f] * (1 + 1e-12));
    }
    free(slow_s);
    free(fast_s);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fill");
    TCase *t = tcase_create("fill");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, agrees_with_the_slow_solver_and_is_fair, 0, 200);
    tcase_add_loop_test(t, levels_that_differ_by_rounding, 0, 2);
    tcase_add_loop_test(t, popular_destinations_end_in_turn, 0, 4);
    tcase_add_loop_test(t, larger_cases_are_fair, 0, 32);
    tcase_add_loop_test(t, links_that_fill_together_are_one_event, 0, 6);
    tcase_add_loop_test(t, table, 0, sizeof(ROW) / sizeof(ROW[0]));
    tcase_add_loop_test(t, a_faster_single_link_is_never_later, 0, 100);
    suite_add_tcase(s, t);
    return run_all(s);
}

#include <check.h>

#include "flow_fixture.h"
#include "run_all.h"

/* Starts and ends in time: hand-computed cases, few small flows among many, the same bytes twice.
 */

/* Flows of 1 byte on one link of 8 bit/s: alone a flow takes 1 s. */
static const struct {
    const char *what;
    uint32_t flows;
    double size_byte[3], start_s[3], finish_s[3];
    uint32_t events;
} ROW[] = {
    {"one flow", 1, {1}, {0}, {1}, 1},
    {"one flow starts later", 1, {1}, {5}, {6}, 1},
    {"two share", 2, {1, 1}, {0, 0}, {2, 2}, 1},
    {"the small one ends first", 2, {1, 2}, {0, 0}, {2, 3}, 2},
    {"the second starts half-way", 2, {1, 1}, {0, 0.5}, {1.5, 2}, 2},
    {"the second starts when the first ends", 2, {1, 1}, {0, 1}, {1, 2}, 2},
    {"a gap between two", 2, {1, 1}, {0, 3}, {1, 4}, 2},
    {"a flow of no size ends when it starts", 2, {1, 0}, {0, 0.25}, {1, 0.25}, 1},
    {"three in a row", 3, {1, 1, 1}, {0, 0.5, 1.5}, {1.5, 2.5, 3}, 3},
    {"all together later", 3, {1, 2, 3}, {7, 7, 7}, {10, 12, 13}, 3},
};

START_TEST(table)
{
    for (int is_general = 0; is_general < 2; is_general++) {
        shape s;
        fab_flow_result result;
        shape_begin(&s, 1, 8.0);
        for (uint32_t i = 0; i < ROW[_i].flows; i++) {
            shape_flow(&s, ROW[_i].size_byte[i]);
            shape_cross(&s, 0);
        }
        s.set.start_s = ROW[_i].start_s;
        double *finish_s = fixture_times(&s);
        ck_assert(run_certified(&s, is_general, finish_s, &result));
        for (uint32_t i = 0; i < ROW[_i].flows; i++) {
            ck_assert_double_eq_tol(finish_s[i], ROW[_i].finish_s[i], 1e-13);
        }
        ck_assert_uint_eq(result.events, ROW[_i].events);
        free(finish_s);
        shape_end(&s);
    }
}
END_TEST

/* Where there is no link, there is no time: unless a cap says how fast. */
START_TEST(flows_without_links)
{
    const double cap_bps[] = {HUGE_VAL, 16.0}, start_s[] = {3.0, 3.0};
    shape s;
    fab_flow_result result;
    shape_begin(&s, 0, 1.0);
    shape_flow(&s, 10.0);
    shape_flow(&s, 10.0);
    s.set.cap_bps = cap_bps;
    s.set.start_s = start_s;
    double *finish_s = fixture_times(&s);
    ck_assert(run_certified(&s, true, finish_s, &result));
    ck_assert_double_eq(finish_s[0], 3.0);
    ck_assert_double_eq(finish_s[1], 8.0);
    ck_assert_double_eq(result.makespan_s, 8.0);
    free(finish_s);
    shape_end(&s);
}
END_TEST

START_TEST(no_flows)
{
    shape s;
    fab_flow_result result;
    shape_begin(&s, 3, 1.0);
    ck_assert_int_eq(run_shape(&s, false, NULL, &result), FAB_OK);
    ck_assert_uint_eq(result.events, 0);
    ck_assert_double_eq(result.makespan_s, 0.0);
    ck_assert(result.is_complete);
    shape_end(&s);
}
END_TEST

/* A link crossed twice carries the flow twice. */
START_TEST(a_link_named_twice)
{
    shape s;
    fab_flow_result result;
    shape_begin(&s, 1, 8.0);
    shape_flow(&s, 1.0);
    shape_cross(&s, 0);
    shape_cross(&s, 0);
    double *finish_s = fixture_times(&s);
    ck_assert(run_certified(&s, true, finish_s, &result));
    ck_assert_double_eq(finish_s[0], 2.0);
    free(finish_s);
    shape_end(&s);
}
END_TEST

/* Hundreds of starts on a tree: most events change few rates, so the short ways are taken. */
START_TEST(many_starts_are_fair_and_right)
{
    const tree_shape tree = {4, 4, 2};
    uint64_t seed = (uint64_t)_i;
    shape s;
    shape_begin(&s, shape_tree_links(&tree), 1.0);
    for (int i = 0; i < 150; i++) {
        shape_tree_flow(&s, &tree, (uint32_t)seeded_integer(&seed, 0, 15),
                        (uint32_t)seeded_integer(&seed, 0, 15), seeded_between(&seed, 0.01, 1.0));
    }
    random_columns(&s, &seed, WITH_STARTS | _i);
    for (uint32_t f = 0; f < s.set.flow_count; f++) {
        s.start_s[f] *= 20.0;
    }
    check_against_slow(&s);
    shape_end(&s);
}
END_TEST

START_TEST(the_same_input_gives_the_same_bytes)
{
    uint64_t seed = 99;
    shape s;
    fab_flow_result first, second;
    shape_begin(&s, 40, 3.0);
    for (int i = 0; i < 300; i++) {
        shape_flow(&s, seeded_between(&seed, 0.5, 1.0));
        for (int j = 0; j < 3; j++) {
            shape_cross(&s, (uint32_t)seeded_integer(&seed, 0, 39));
        }
    }
    random_columns(&s, &seed, WITH_STARTS | WITH_WEIGHTS | WITH_CAPS);
    double *first_s = fixture_times(&s), *second_s = fixture_times(&s);
    ck_assert_int_eq(run_shape(&s, true, first_s, &first), FAB_OK);
    ck_assert_int_eq(run_shape(&s, true, second_s, &second), FAB_OK);
    ck_assert_int_eq(memcmp(first_s, second_s, s.set.flow_count * sizeof(double)), 0);
    ck_assert_uint_eq(first.fills, second.fills);
    free(first_s);
    free(second_s);
    shape_end(&s);
}
END_TEST

static bool stop_at(void *context, const fab_flow_view *view)
{
    const double *stop_s = context;
    return view->time_s < *stop_s;
}

START_TEST(a_watcher_ends_the_run)
{
    double stop_s = 2.5;
    shape s;
    fab_flow_result result;
    shape_begin(&s, 1, 8.0);
    for (int i = 1; i <= 3; i++) {
        shape_flow(&s, i);
        shape_cross(&s, 0);
    }
    double *finish_s = fixture_times(&s);
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_network *network = NULL;
    const fab_flow_options options = {.is_general = true, .watch = stop_at, .context = &stop_s};
    ck_assert_int_eq(fab_flow_network_create(arena, s.rate_bps, 1, &network), FAB_OK);
    ck_assert_int_eq(fab_flow_run(network, &s.set, &options, finish_s, &result), FAB_OK);
    /* ends are at 3, 5 and 6 s */
    ck_assert(!result.is_complete);
    ck_assert_double_eq(finish_s[0], 3.0);
    ck_assert_double_eq(finish_s[1], -1.0);
    ck_assert_double_eq(finish_s[2], -1.0);
    fab_arena_destroy(arena);
    free(finish_s);
    shape_end(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("events");
    TCase *t = tcase_create("events");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, table, 0, sizeof(ROW) / sizeof(ROW[0]));
    tcase_add_test(t, flows_without_links);
    tcase_add_test(t, no_flows);
    tcase_add_test(t, a_link_named_twice);
    tcase_add_loop_test(t, many_starts_are_fair_and_right, 0, 16);
    tcase_add_test(t, the_same_input_gives_the_same_bytes);
    tcase_add_test(t, a_watcher_ends_the_run);
    suite_add_tcase(s, t);
    return run_all(s);
}

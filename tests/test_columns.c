#include <check.h>

#include "flow/columns.h"
#include "flow_fixture.h"
#include "run_all.h"

START_TEST(links_list_their_flows)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_state state;
    shape s;
    shape_begin(&s, 3, 1.0);
    for (uint32_t f = 0; f < 4; f++) {
        shape_flow(&s, 1.0);
        shape_cross(&s, 2);
        shape_cross(&s, f % 2);
    }
    double finish_s[4];
    ck_assert_int_eq(fab_flow_state_make(arena, s.rate_bps, s.link_count, &s.set, finish_s, &state),
                     FAB_OK);
    static const uint32_t WANT[] = {0, 2, 1, 3, 0, 1, 2, 3};
    static const uint32_t BEGIN[] = {0, 2, 4}, END[] = {2, 4, 8};
    ck_assert_int_eq(memcmp(state.member, WANT, sizeof(WANT)), 0);
    ck_assert_int_eq(memcmp(state.member_begin, BEGIN, sizeof(BEGIN)), 0);
    ck_assert_int_eq(memcmp(state.member_end, END, sizeof(END)), 0);
    ck_assert(state.is_plain);
    fab_arena_destroy(arena);
    shape_end(&s);
}
END_TEST

/* The level of a cap is the cap per weight. */
START_TEST(caps_have_levels)
{
    const double cap_bps[] = {6.0, HUGE_VAL, 1.0, 4.0, 3.0, 2.0};
    const double weight[] = {1.0, 1.0, 1.0, 4.0, 1.0, 0.25};
    double finish_s[6];
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_flow_state state;
    shape s;
    shape_begin(&s, 1, 1.0);
    for (int f = 0; f < 6; f++) {
        shape_flow(&s, 1.0);
    }
    s.set.cap_bps = cap_bps;
    s.set.weight_ratio = weight;
    ck_assert_int_eq(fab_flow_state_make(arena, s.rate_bps, s.link_count, &s.set, finish_s, &state),
                     FAB_OK);
    static const double WANT[] = {6.0, HUGE_VAL, 1.0, 1.0, 3.0, 8.0};
    for (int f = 0; f < 6; f++) {
        ck_assert(state.cap_level[f] == WANT[f]);
    }
    ck_assert(!state.is_plain);
    fab_arena_destroy(arena);
    shape_end(&s);
}
END_TEST

/* What is added and taken away again leaves nothing, whatever stood between. */
START_TEST(sums_forget_nothing)
{
    enum { TERMS = 1000 };
    double high = 0.0, low = 0.0, term[TERMS];
    const fab_sums sums = {&high, &low};
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < TERMS; i++) {
        term[i] = seeded_between(&seed, 0.0, 1.0) * pow(10.0, (double)seeded_integer(&seed, -6, 6));
        fab_sum_add(sums, 0, term[i]);
    }
    for (int i = TERMS - 1; i > 0; i--) {
        fab_sum_add(sums, 0, -term[i]);
    }
    ck_assert_double_eq_tol((high + low) / term[0], 1.0, 1e-13);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("columns");
    TCase *t = tcase_create("columns");
    tcase_add_test(t, links_list_their_flows);
    tcase_add_test(t, caps_have_levels);
    tcase_add_loop_test(t, sums_forget_nothing, 0, 50);
    suite_add_tcase(s, t);
    return run_all(s);
}

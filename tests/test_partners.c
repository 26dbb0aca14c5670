#include "run_all.h"
#include "sim/partners.h"

#include <math.h>

/* Who sends to a package, by hand; and for every algorithm and group that what is sent is got. */

#define NONE UINT32_MAX

/* 8 packages of a stage, groups of 4 in domains of 2: ranks 0 1 | 2 3 are packages 0 1 | 2 3. */
static const struct {
    const char *what;
    fab_collective_kind kind;
    int algorithm, wiring;
    bool is_outer, is_by_place;
    uint32_t to;
    fab_spread_source want[4]; /* ends with NONE */
} ROW[] = {
    {"ring inside",
     FAB_ALL_GATHER,
     FAB_ALGORITHM_RING,
     FAB_WIRING_SWITCH,
     false,
     false,
     5,
     {{4, 1.0}, {NONE, 0}}},
    {"ring between",
     FAB_ALL_GATHER,
     FAB_ALGORITHM_RING,
     FAB_WIRING_SWITCH,
     true,
     false,
     5,
     {{7, 1.0}, {NONE, 0}}},
    {"direct between",
     FAB_ALL_REDUCE,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     true,
     false,
     0,
     {{2, 1.0}, {NONE, 0}}},
    {"halving between",
     FAB_REDUCE_SCATTER,
     FAB_ALGORITHM_HALVING,
     FAB_WIRING_SWITCH,
     true,
     false,
     1,
     {{3, 1.0}, {NONE, 0}}},
    {"all to all inside",
     FAB_ALL_TO_ALL,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     false,
     false,
     2,
     {{3, 1.0}, {NONE, 0}}},
    {"all to all between",
     FAB_ALL_TO_ALL,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     true,
     false,
     2,
     {{0, 1.0}, {1, 1.0}, {NONE, 0}}},
    {"one copy for a domain",
     FAB_ALL_TO_ALL,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     true,
     true,
     2,
     {{0, 1.0}, {NONE, 0}}},
    {"parts passed on inside",
     FAB_SEND,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     false,
     false,
     7,
     {{6, 1.0}, {NONE, 0}}},
    {"parts passed on between",
     FAB_SEND,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     true,
     false,
     6,
     {{5, 1.0}, {NONE, 0}}},
    {"not the first of a domain",
     FAB_SEND,
     FAB_ALGORITHM_DIRECT,
     FAB_WIRING_SWITCH,
     true,
     false,
     7,
     {{NONE, 0}}},
};

static fab_partners partners_of(int row)
{
    return (fab_partners){.stage_packages = 8,
                          .group = fab_group_make(4, 1),
                          .ranks = 4,
                          .local = 2,
                          .is_outer = ROW[row].is_outer,
                          .is_by_place = ROW[row].is_by_place,
                          .kind = ROW[row].kind,
                          .algorithm = ROW[row].algorithm,
                          .wiring = ROW[row].wiring};
}

START_TEST(by_hand)
{
    const fab_partners p = partners_of(_i);
    fab_spread_source got[16];
    const size_t count = fab_partners_list(&p, ROW[_i].to, got);
    size_t wanted = 0;
    for (; ROW[_i].want[wanted].from != NONE; wanted++) {
        ck_assert_msg(wanted < count && got[wanted].from == ROW[_i].want[wanted].from, "%s",
                      ROW[_i].what);
        ck_assert_double_eq_tol(got[wanted].size_byte, ROW[_i].want[wanted].size_byte, 1e-15);
    }
    ck_assert_uint_eq(count, wanted);
    if (ROW[_i].to == 0) {
        fab_arena *arena = fab_arena_create((size_t)1 << 16);
        const int64_t passes = ROW[_i].kind == FAB_ALL_REDUCE ? 2 : 1;
        ck_assert_int_eq(fab_partners_settings(&p, arena), passes * (int64_t)count);
        fab_arena_destroy(arena);
    }
}
END_TEST

/* A transfer comes from the equal place of the stage before, a gradient from the one behind. */
START_TEST(transfers)
{
    fab_partners p = {.stage = 1, .to_stage = 2, .stage_packages = 8, .kind = FAB_SEND};
    fab_spread_source got[4];
    ck_assert_uint_eq(fab_partners_list(&p, 19, got), 1);
    ck_assert_uint_eq(got[0].from, 11);
    p.stage = 3;
    ck_assert_uint_eq(fab_partners_list(&p, 19, got), 1);
    ck_assert_uint_eq(got[0].from, 27);
}
END_TEST

/* Groups of two axes: 2 neighbours in each of 3 sets 8 apart, 4 in a domain of 24 packages. */
START_TEST(two_axes)
{
    const fab_partners p = {.stage_packages = 48,
                            .group = {.axes = {{2, 1}, {3, 8}}, .axis_count = 2},
                            .ranks = 6,
                            .local = 6,
                            .kind = FAB_ALL_GATHER,
                            .algorithm = FAB_ALGORITHM_DIRECT};
    fab_spread_source got[16];
    static const uint32_t WANT[] = {26, 27, 34, 42, 43};
    ck_assert_uint_eq(fab_partners_list(&p, 35, got), 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(got[i].from, WANT[i]);
        ck_assert_double_eq_tol(got[i].size_byte, 0.2, 1e-15);
    }
}
END_TEST

/* Whatever is sent arrives inside the group, not at its sender, within the limit of a list; even
 * kinds give every package as much as it gets. */
START_TEST(what_is_sent_is_got)
{
    for (int kind = 0; kind <= FAB_SEND; kind++) {
        for (int a = FAB_ALGORITHM_AUTO + 1; a < FAB_ALGORITHM_COUNT; a++) {
            for (int outer = 0; outer < 2; outer++) {
                const fab_partners p = {.stage_packages = 24,
                                        .group = fab_group_make(12, 2),
                                        .ranks = 12,
                                        .local = 4,
                                        .is_outer = outer != 0,
                                        .kind = (fab_collective_kind)kind,
                                        .algorithm = a,
                                        .wiring = _i};
                double sent[24] = {0.0}, got[24] = {0.0};
                for (uint32_t to = 0; to < 24; to++) {
                    fab_spread_source list[64];
                    const size_t count = fab_partners_list(&p, to, list);
                    ck_assert_int_le((int64_t)count, fab_partners_limit(&p));
                    for (size_t i = 0; i < count; i++) {
                        ck_assert(list[i].from % 2 == to % 2 && list[i].from != to);
                        ck_assert((list[i].from / 8 == to / 8) == !p.is_outer);
                        sent[list[i].from] += list[i].size_byte;
                        got[to] += list[i].size_byte;
                    }
                }
                for (int i = 0; i < 24 && kind != FAB_SEND; i++) {
                    ck_assert_msg(fabs(sent[i] - got[i]) < 1e-12, "%s by %s, %d: %g, %g",
                                  fab_collective_name((fab_collective_kind)kind),
                                  fab_algorithm_name(a), outer, sent[i], got[i]);
                }
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("partners");
    TCase *t = tcase_create("partners");
    tcase_add_loop_test(t, by_hand, 0, sizeof(ROW) / sizeof(ROW[0]));
    tcase_add_test(t, transfers);
    tcase_add_test(t, two_axes);
    tcase_add_loop_test(t, what_is_sent_is_got, 0, FAB_WIRING_KIND_COUNT);
    suite_add_tcase(s, t);
    return run_all(s);
}

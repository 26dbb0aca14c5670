#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/collective.h>

#include "known.h"
#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

#define GIB 1073741824.0

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 20);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* Domains of 8 at 3.6 Tb/s, 0.4 us, 1 pJ/bit, two links; 32 of them at 0.4 Tb/s, 4 us, 10 pJ/bit,
 * six links. */
static fab_fabric example(void)
{
    return (fab_fabric){
        .name = "example",
        .tiers = {{.name = "inner",
                   .technology = {.name = "near", .energy_j_per_bit = known(1e-12)},
                   .rate_bps = known(3.6e12),
                   .latency_s = known(0.4e-6),
                   .domain = 8,
                   .used = 8,
                   .links_per_path = 2,
                   .packages_per_rack = 32},
                  {.name = "outer",
                   .technology = {.name = "far", .energy_j_per_bit = known(10e-12)},
                   .rate_bps = known(0.4e12),
                   .latency_s = known(4e-6),
                   .domain = 256,
                   .used = 256,
                   .links_per_path = 6,
                   .packages_per_rack = 32}},
        .tier_count = 2,
    };
}

/* By hand. S = 1 GiB is 8.589934592e9 bit: 2.386092942 ms inside, 21.47483648 ms outside. */
static const struct {
    const char *what;
    fab_collective_request request;
    int64_t domains;
    double inner_bit;
    double outer_bit;
    double ring_latency_s;
    double direct_latency_s;
    double energy_j;
    double ratio;
} ROW[] = {
    {"all-reduce of 8 in a domain sends 2 x 7/8",
     {FAB_ALL_REDUCE, GIB, 8, 1, 0, 0},
     1,
     1.75 * 8 * GIB,
     0,
     5.6e-6,
     0.8e-6,
     1.75 * 8 * GIB * 2e-12,
     1.75},
    {"all-gather of 16 in two domains",
     {FAB_ALL_GATHER, GIB, 16, 1, 0, 0},
     2,
     7 * GIB,
     GIB / 2,
     6.8e-6,
     4.4e-6,
     7 * GIB * 2e-12 + GIB / 2 * 60e-12,
     0.9375},
    {"reduce-scatter of 16 as the all-gather",
     {FAB_REDUCE_SCATTER, GIB, 16, 1, 0, 0},
     2,
     7 * GIB,
     GIB / 2,
     6.8e-6,
     4.4e-6,
     7 * GIB * 2e-12 + GIB / 2 * 60e-12,
     0.9375},
    {"all-to-all of 16: 7 of 16 parts stay inside",
     {FAB_ALL_TO_ALL, GIB, 16, 1, 0, 0},
     2,
     3.5 * GIB,
     4 * GIB,
     6.8e-6,
     4.4e-6,
     3.5 * GIB * 2e-12 + 4 * GIB * 60e-12,
     0.9375},
    {"a stride of 8 leaves the domain",
     {FAB_ALL_GATHER, GIB, 4, 8, 0, 0},
     4,
     0,
     6 * GIB,
     12e-6,
     4e-6,
     6 * GIB * 60e-12,
     0.75},
    {"a send to the neighbour",
     {FAB_SEND, GIB, 2, 1, 0, 0},
     1,
     8 * GIB,
     0,
     0.4e-6,
     0.4e-6,
     8 * GIB * 2e-12,
     1},
    {"a send to the next domain",
     {FAB_SEND, GIB, 2, 8, 0, 0},
     2,
     0,
     8 * GIB,
     4e-6,
     4e-6,
     8 * GIB * 60e-12,
     1},
    {"one rank is free", {FAB_ALL_REDUCE, GIB, 1, 1, 0, 0}, 1, 0, 0, 0, 0, 0, 0},
};

#define ROWS ((int)(sizeof(ROW) / sizeof(ROW)[0]))

static void assert_near(double got, double want, const char *what)
{
    ck_assert_msg(fabs(got - want) <= 1e-12 * fabs(want), "%s: %.17g, not %.17g", what, got, want);
}

static void assert_way(const fab_collective_way *way, int row, double latency_s)
{
    const double inner_s = ROW[row].inner_bit / 3.6e12;
    const double outer_s = ROW[row].outer_bit / 0.4e12;
    const double time_s = latency_s + inner_s + outer_s;
    assert_near(way->cost.tier_sent_bit[0], ROW[row].inner_bit, ROW[row].what);
    assert_near(way->cost.tier_sent_bit[1], ROW[row].outer_bit, ROW[row].what);
    assert_near(way->cost.tier_time_s[0], inner_s, ROW[row].what);
    assert_near(way->cost.tier_time_s[1], outer_s, ROW[row].what);
    assert_near(way->cost.latency_s, latency_s, ROW[row].what);
    assert_near(way->cost.time_s, time_s, ROW[row].what);
    assert_near(way->cost.energy_j, ROW[row].energy_j, ROW[row].what);
    const double rate = time_s > 0 ? GIB / time_s : 0;
    assert_near(way->algorithm_byte_per_s, rate, ROW[row].what);
    assert_near(way->bus_byte_per_s, rate * ROW[row].ratio, ROW[row].what);
}

START_TEST(by_hand)
{
    const fab_fabric fabric = example();
    fab_collective_answer answer;
    const char *reason = "unset";
    ck_assert_int_eq(fab_collective_lay(&fabric, &ROW[_i].request, arena, &answer, &reason),
                     FAB_OK);
    ck_assert_ptr_null(reason);
    ck_assert_int_eq(answer.placement.domains, ROW[_i].domains);
    ck_assert(answer.is_energy_known);
    assert_way(&answer.ways[FAB_ALGORITHM_RING], _i, ROW[_i].ring_latency_s);
    assert_way(&answer.ways[FAB_ALGORITHM_DIRECT], _i, ROW[_i].direct_latency_s);
}
END_TEST

START_TEST(the_algorithm_asked_for_is_chosen)
{
    const fab_fabric fabric = example();
    fab_collective_request request = {FAB_ALL_GATHER,      GIB, 16, 1, FAB_ALGORITHM_RING,
                                      FAB_TIERS_CONCURRENT};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert_int_eq(answer.chosen, FAB_ALGORITHM_RING);
    /* 7 GiB-bit / 3.6 Tb/s hide behind nothing: they are longer than 0.5 / 0.4 */
    assert_near(answer.ways[FAB_ALGORITHM_RING].cost.time_s, 6.8e-6 + 7 * GIB / 3.6e12,
                "concurrent");
}
END_TEST

START_TEST(an_uneven_group_says_so)
{
    const fab_fabric fabric = example();
    const fab_collective_request request = {FAB_ALL_GATHER, GIB, 12, 1, 0, 0};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert(!answer.placement.is_even);
    ck_assert_int_eq(answer.placement.local_min, 4);
    ck_assert_int_eq(answer.placement.local_max, 8);
}
END_TEST

/* only a tier that carries bits must know its energy */
START_TEST(energy_not_published)
{
    fab_fabric fabric = example();
    fabric.tiers[1].technology.energy_j_per_bit.is_known = false;
    fab_collective_request request = {FAB_ALL_GATHER, GIB, 8, 1, 0, 0};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert(answer.is_energy_known);
    request.ranks = 16;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert(!answer.is_energy_known);
}
END_TEST

START_TEST(one_tier)
{
    fab_fabric fabric = example();
    fabric.tier_count = 1;
    fab_collective_request request = {FAB_ALL_REDUCE, GIB, 8, 1, 0, 0};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    assert_way(&answer.ways[FAB_ALGORITHM_RING], 0, 5.6e-6);
    request.ranks = 9;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason),
                     FAB_E_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(reason, "The job has 9 packages"));
}
END_TEST

/* Three tiers: 64 ranks on domains of 8, 32 and 256 send S (1 - 1/8), S (1/8 - 1/32) and
 * S (1/32 - 1/64) of an all-gather. */
START_TEST(three_tiers)
{
    fab_fabric fabric = example();
    fabric.tiers[2] = fabric.tiers[1];
    fabric.tiers[1].domain = 32;
    fabric.tiers[1].used = 32;
    fabric.tiers[1].rate_bps = known(0.8e12);
    fabric.tier_count = 3;
    const fab_collective_request request = {FAB_ALL_GATHER, GIB, 64, 1, 0, FAB_TIERS_CONCURRENT};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    const fab_collective_cost *ring = &answer.ways[FAB_ALGORITHM_RING].cost;
    assert_near(ring->tier_sent_bit[0], 7.0 * GIB, "inner");
    assert_near(ring->tier_sent_bit[1], 0.75 * GIB, "middle");
    assert_near(ring->tier_sent_bit[2], 0.125 * GIB, "outer");
    /* 7 steps of 0.4 us, 3 and 1 of 4 us; the inner tier is the slowest */
    assert_near(ring->time_s, 18.8e-6 + 7.0 * GIB / 3.6e12, "time");
}
END_TEST

/* A tier that the group does not need, around or inside, changes nothing. */
static void an_unused_tier_changes_nothing_for(uint64_t seed)
{
    const fab_fabric two = example();
    fab_fabric one = two;
    one.tier_count = 1;
    fab_collective_request request = {
        (fab_collective_kind)seeded_integer(&seed, 0, FAB_COLLECTIVE_KIND_COUNT - 1),
        seeded_between(&seed, 1, 1e10),
        seeded_integer(&seed, 2, 8),
        1,
        0,
        (int)seeded_integer(&seed, 0, 1)};
    request.ranks = request.kind == FAB_SEND ? 2 : request.ranks;
    fab_collective_answer a, b;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&one, &request, arena, &a, &reason), FAB_OK);
    ck_assert_int_eq(fab_collective_lay(&two, &request, arena, &b, &reason), FAB_OK);
    ck_assert_int_eq(a.chosen, b.chosen);
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        ck_assert_int_eq(a.ways[i].reason == NULL, b.ways[i].reason == NULL);
        ck_assert_double_eq(a.ways[i].cost.time_s, b.ways[i].cost.time_s);
        ck_assert_double_eq(a.ways[i].cost.energy_j, b.ways[i].cost.energy_j);
    }
}

START_TEST(an_unused_tier_changes_nothing)
{
    for (int i = 0; i < SEEDS; i++) {
        an_unused_tier_changes_nothing_for((uint64_t)(_i * SEEDS + i + 1));
    }
}
END_TEST

/* Over all algorithms: more payload is never faster, more rate never slower, and automatic takes
 * the fastest. */
static void monotone_for(uint64_t seed)
{
    fab_fabric fabric = example();
    fabric.tiers[0].has_reduction = seeded_integer(&seed, 0, 1) == 1;
    fabric.tiers[1].is_mesh = seeded_integer(&seed, 0, 1) == 1;
    fab_collective_request request = {
        (fab_collective_kind)seeded_integer(&seed, 0, FAB_COLLECTIVE_KIND_COUNT - 1),
        seeded_between(&seed, 1, 1e9),
        seeded_integer(&seed, 2, 64),
        seeded_integer(&seed, 1, 4),
        0,
        (int)seeded_integer(&seed, 0, 1)};
    request.ranks = request.kind == FAB_SEND ? 2 : request.ranks;
    fab_collective_answer base, larger, faster;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &base, &reason), FAB_OK);
    request.size_byte *= 1.5;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &larger, &reason), FAB_OK);
    request.size_byte /= 1.5;
    fabric.tiers[seeded_integer(&seed, 0, 1)].rate_bps.value *= 2.0;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &faster, &reason), FAB_OK);
    for (int i = FAB_ALGORITHM_AUTO + 1; i < FAB_ALGORITHM_COUNT; i++) {
        if (!base.ways[i].reason) {
            ck_assert_double_ge(larger.ways[i].cost.time_s, base.ways[i].cost.time_s);
            ck_assert_double_le(faster.ways[i].cost.time_s,
                                base.ways[i].cost.time_s * (1.0 + 1e-12));
            ck_assert_double_le(base.ways[base.chosen].cost.time_s, base.ways[i].cost.time_s);
        }
    }
}

START_TEST(monotone)
{
    for (int i = 0; i < SEEDS; i++) {
        monotone_for((uint64_t)(_i * SEEDS + i + 1));
    }
}
END_TEST

/* Ring and tree of 8 cross where 14 a + 1.75 x = 6 a + 2 x: x = 32 a = 12.8 us on the wire. */
START_TEST(tree_and_ring_cross)
{
    const fab_fabric fabric = example();
    const double crossing_byte = 12.8e-6 * 3.6e12 / 8.0;
    for (int side = 0; side < 2; side++) {
        const fab_collective_request request = {
            FAB_ALL_REDUCE, crossing_byte * (side == 0 ? 0.99 : 1.01), 8, 1, 0, 0};
        fab_collective_answer answer;
        const char *reason;
        ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
        const double ring_s = answer.ways[FAB_ALGORITHM_RING].cost.time_s;
        const double tree_s = answer.ways[FAB_ALGORITHM_TREE].cost.time_s;
        ck_assert_int_eq(tree_s < ring_s, side == 0);
    }
}
END_TEST

/* the fastest by hand: two direct steps of 2 x 7/8, or 9/8 through a switch that reduces */
START_TEST(automatic_takes_the_fastest)
{
    fab_fabric fabric = example();
    fab_collective_request request = {FAB_ALL_REDUCE, GIB, 8, 1, 0, 0};
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert_int_eq(answer.chosen, FAB_ALGORITHM_DIRECT);
    fabric.tiers[0].has_reduction = true;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
    ck_assert_int_eq(answer.chosen, FAB_ALGORITHM_IN_NETWORK);
    request.algorithm = FAB_ALGORITHM_BRUCK;
    ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason),
                     FAB_E_INFEASIBLE);
    ck_assert_str_eq(reason, "bruck is for all-to-all");
}
END_TEST

static const struct {
    fab_collective_request request;
    fab_status status;
    const char *reason;
} REFUSED[] = {
    {{FAB_ALL_REDUCE, 1, 0, 1, 0, 0}, FAB_E_RANGE, "at least 1"},
    {{FAB_ALL_REDUCE, 1, 8, 0, 0, 0}, FAB_E_RANGE, "at least 1"},
    {{FAB_SEND, 1, 3, 1, 0, 0}, FAB_E_RANGE, "a send has 2 ranks"},
    {{FAB_ALL_REDUCE, -1, 8, 1, 0, 0}, FAB_E_RANGE, "size"},
    {{FAB_ALL_REDUCE, (double)INFINITY, 8, 1, 0, 0}, FAB_E_RANGE, "size"},
    {{FAB_ALL_REDUCE, 1, 8, 1, FAB_ALGORITHM_COUNT, 0}, FAB_E_RANGE, "algorithm"},
    {{FAB_ALL_REDUCE, 1, 8, 1, 0, 2}, FAB_E_RANGE, "tier mode"},
    {{FAB_ALL_REDUCE, 1, INT64_MAX, 2, 0, 0}, FAB_E_RANGE, "more than a billion"},
    {{FAB_ALL_REDUCE, 1e308, 8, 1, 0, 0}, FAB_E_RANGE, "no time"},
    {{FAB_ALL_REDUCE, 1, 257, 1, 0, 0}, FAB_E_INFEASIBLE, "holds only 256"},
    {{FAB_ALL_REDUCE, 1, 64, 5, 0, 0}, FAB_E_INFEASIBLE, "has 320 packages"},
};

#define REFUSALS ((int)(sizeof(REFUSED) / sizeof(REFUSED)[0]))

START_TEST(refusals)
{
    const fab_fabric fabric = example();
    fab_collective_answer answer;
    const char *reason = NULL;
    ck_assert_int_eq(fab_collective_lay(&fabric, &REFUSED[_i].request, arena, &answer, &reason),
                     REFUSED[_i].status);
    ck_assert_ptr_nonnull(reason);
    ck_assert_msg(strstr(reason, REFUSED[_i].reason) != NULL, "%s", reason);
}
END_TEST

START_TEST(memory_is_out)
{
    const fab_fabric fabric = example();
    fab_arena *small = fab_arena_create(64);
    fab_collective_answer answer;
    const char *reason;
    ck_assert_int_eq(fab_collective_lay(&fabric, &ROW[0].request, small, &answer, &reason),
                     FAB_E_NOMEM);
    ck_assert_ptr_null(reason);
    fab_arena_destroy(small);
}
END_TEST

/* within one domain the bus bandwidth never exceeds the rate of a package, and nears it */
START_TEST(bus_bandwidth_is_bounded_by_the_rate)
{
    const fab_fabric fabric = example();
    for (int i = 0; i < SEEDS; i++) {
        uint64_t seed = (uint64_t)(_i * SEEDS + i + 1);
        const fab_collective_kind kind =
            (fab_collective_kind)seeded_integer(&seed, 0, FAB_SEND - 1);
        const fab_collective_request request = {
            kind, seeded_between(&seed, 1e9, 1e12), seeded_integer(&seed, 2, 8), 1, 0, 0};
        fab_collective_answer answer;
        const char *reason;
        ck_assert_int_eq(fab_collective_lay(&fabric, &request, arena, &answer, &reason), FAB_OK);
        ck_assert_double_le(answer.ways[FAB_ALGORITHM_RING].bus_byte_per_s,
                            answer.ways[FAB_ALGORITHM_DIRECT].bus_byte_per_s);
        ck_assert_double_le(answer.ways[FAB_ALGORITHM_DIRECT].bus_byte_per_s, 450e9 * (1 + 1e-12));
        ck_assert_double_ge(answer.ways[FAB_ALGORITHM_RING].bus_byte_per_s, 0.95 * 450e9);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lay");
    TCase *tests = tcase_create("lay");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, by_hand, 0, ROWS);
    tcase_add_loop_test(tests, refusals, 0, REFUSALS);
    tcase_add_test(tests, the_algorithm_asked_for_is_chosen);
    tcase_add_test(tests, an_uneven_group_says_so);
    tcase_add_test(tests, energy_not_published);
    tcase_add_test(tests, one_tier);
    tcase_add_test(tests, memory_is_out);
    tcase_add_test(tests, three_tiers);
    tcase_add_test(tests, tree_and_ring_cross);
    tcase_add_test(tests, automatic_takes_the_fastest);
    tcase_add_loop_test(tests, an_unused_tier_changes_nothing, 0, BLOCKS);
    tcase_add_loop_test(tests, monotone, 0, BLOCKS);
    tcase_add_loop_test(tests, bus_bandwidth_is_bounded_by_the_rate, 0, BLOCKS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <fabricast/collective.h>

#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

/* Inner tier 32 Tb/s, 1 us, 4 pJ/bit; outer 1.6 Tb/s, 4 us, 20 pJ/bit over two links. */
static fab_collective_network example(fab_collective_algorithm algorithm, fab_tier_mode mode)
{
    return (fab_collective_network){
        .tiers = {{32e12, 1e-6, 4e-12, 1, 0, NULL, false},
                  {1.6e12, 4e-6, 20e-12, 2, 0, NULL, false}},
        .algorithm = (int)algorithm,
        .tier_mode = (int)mode,
    };
}

/* By hand, payload 32 Tbit: 1 s inside, 20 s outside for the whole payload. */
static const struct {
    const char *what;
    fab_collective_kind kind;
    fab_placement placement;
    fab_collective_algorithm algorithm;
    fab_tier_mode mode;
    double latency_s;
    double inner_s;
    double outer_s;
    double time_s;
    double energy_j;
} ROW[] = {
    {"one rank is free",
     FAB_ALL_REDUCE,
     {1, 1, 1, 1, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     0,
     0,
     0,
     0,
     0},
    {"ring of 16 in a domain",
     FAB_ALL_GATHER,
     {16, 1, 16, 16, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     15e-6,
     0.9375,
     0,
     0.937515,
     120},
    {"direct takes one step",
     FAB_ALL_GATHER,
     {16, 1, 16, 16, true},
     FAB_ALGORITHM_DIRECT,
     FAB_TIERS_SEQUENTIAL,
     1e-6,
     0.9375,
     0,
     0.937501,
     120},
    {"automatic takes the faster",
     FAB_ALL_GATHER,
     {16, 1, 16, 16, true},
     FAB_ALGORITHM_AUTO,
     FAB_TIERS_SEQUENTIAL,
     1e-6,
     0.9375,
     0,
     0.937501,
     120},
    {"all-reduce passes twice",
     FAB_ALL_REDUCE,
     {16, 1, 16, 16, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     30e-6,
     1.875,
     0,
     1.87503,
     240},
    {"direct all-reduce: two steps",
     FAB_ALL_REDUCE,
     {16, 1, 16, 16, true},
     FAB_ALGORITHM_DIRECT,
     FAB_TIERS_SEQUENTIAL,
     2e-6,
     1.875,
     0,
     1.875002,
     240},
    /* 7 inner and 3 outer steps; 28 Tbit inside, 3 Tbit outside over two links */
    {"ring on two tiers",
     FAB_ALL_GATHER,
     {32, 4, 8, 8, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     19e-6,
     0.875,
     1.875,
     2.750019,
     232},
    {"tiers at the same time",
     FAB_ALL_GATHER,
     {32, 4, 8, 8, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_CONCURRENT,
     19e-6,
     0.875,
     1.875,
     1.875019,
     232},
    {"direct on two tiers",
     FAB_ALL_TO_ALL,
     {32, 4, 8, 8, true},
     FAB_ALGORITHM_DIRECT,
     FAB_TIERS_CONCURRENT,
     5e-6,
     0.21875,
     15,
     15.000005,
     988},
    {"one member per domain",
     FAB_REDUCE_SCATTER,
     {16, 16, 1, 1, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     60e-6,
     0,
     18.75,
     18.75006,
     1200},
    {"send inside",
     FAB_SEND,
     {8, 1, 8, 8, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     1e-6,
     1,
     0,
     1.000001,
     128},
    {"send outside",
     FAB_SEND,
     {8, 8, 1, 1, true},
     FAB_ALGORITHM_RING,
     FAB_TIERS_SEQUENTIAL,
     4e-6,
     0,
     20,
     20.000004,
     1280},
};

START_TEST(table)
{
    const fab_collective_network network = example(ROW[_i].algorithm, ROW[_i].mode);
    fab_collective_cost got;
    ck_assert_int_eq(
        fab_collective_estimate(&network, ROW[_i].kind, &ROW[_i].placement, 32e12, &got), FAB_OK);
    ck_assert_double_eq_tol(got.latency_s, ROW[_i].latency_s, 1e-15);
    ck_assert_double_eq_tol(got.tier_time_s[0], ROW[_i].inner_s, 1e-12);
    ck_assert_double_eq_tol(got.tier_time_s[1], ROW[_i].outer_s, 1e-12);
    ck_assert_double_eq_tol(got.time_s, ROW[_i].time_s, 1e-12);
    ck_assert_double_eq_tol(got.energy_j, ROW[_i].energy_j, 1e-9);
}
END_TEST

/* Per token and layer, no latency: 184320 B of tensor messages, and 4 expert passes of 8 rows of
 * 12288 BF16 / 16 of which 75 % leave a pod of 128. On 512 x 32 Tb/s all stays inside. */
START_TEST(study_times)
{
    fab_collective_network network = {
        .tiers = {{32e12, 0.0, 0.0, 1, 0, NULL, false}, {1.6e12, 0.0, 0.0, 1, 0, NULL, false}},
        .algorithm = FAB_ALGORITHM_AUTO,
        .tier_mode = FAB_TIERS_CONCURRENT,
    };
    const double row_bit = 12288.0 * 16.0;
    const fab_placement tensor = {16, 1, 16, 16, true};
    const fab_placement whole = {32, 1, 32, 32, true};
    const fab_placement split = {32, 4, 8, 8, true};
    fab_collective_cost cost;
    ck_assert_int_eq(fab_collective_estimate(&network, FAB_REDUCE_SCATTER, &tensor, row_bit, &cost),
                     FAB_OK);
    ck_assert_double_eq_tol(8.0 * cost.time_s, 184320.0 * 8.0 / 32e12, 1e-18);
    ck_assert_int_eq(
        fab_collective_estimate(&network, FAB_ALL_TO_ALL, &whole, 2.0 * row_bit, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 2.0 * row_bit * 31.0 / 32.0 / 32e12, 1e-18);

    network.tiers[0].rate_bps = 14.4e12;
    ck_assert_int_eq(
        fab_collective_estimate(&network, FAB_ALL_TO_ALL, &split, 2.0 * row_bit, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 2.0 * row_bit * 0.75 / 1.6e12, 1e-18);
}
END_TEST

static fab_collective_network draw_network(uint64_t *seed)
{
    fab_collective_network network = {
        .algorithm = (int)seeded_integer(seed, FAB_ALGORITHM_AUTO, FAB_ALGORITHM_DIRECT),
        .tier_mode = (int)seeded_integer(seed, FAB_TIERS_SEQUENTIAL, FAB_TIERS_CONCURRENT),
    };
    for (int i = 0; i < FAB_TIER_LIMIT; i++) {
        network.tiers[i] = (fab_collective_tier){
            .rate_bps = seeded_between(seed, 1e9, 1e14),
            .latency_s = seeded_between(seed, 0.0, 1e-4),
            .energy_j_per_bit = seeded_between(seed, 0.0, 1e-10),
            .links_per_path = seeded_integer(seed, 1, 6),
        };
    }
    return network;
}

static fab_placement draw_placement(uint64_t *seed)
{
    const int64_t domains = seeded_integer(seed, 1, 300);
    const int64_t local = seeded_integer(seed, 1, 300);
    return (fab_placement){domains * local, domains, local, local, true};
}

static fab_collective_kind draw_kind(uint64_t *seed)
{
    return (fab_collective_kind)seeded_integer(seed, FAB_ALL_GATHER, FAB_SEND);
}

/* More rate is never slower and costs the same energy; more payload is never faster or cheaper. */
static void monotone_for(uint64_t seed)
{
    fab_collective_network network = draw_network(&seed);
    const fab_placement placement = draw_placement(&seed);
    const fab_collective_kind kind = draw_kind(&seed);
    const double payload_bit = seeded_between(&seed, 0.0, 1e13);
    fab_collective_cost base;
    fab_collective_cost other;
    ck_assert_int_eq(fab_collective_estimate(&network, kind, &placement, payload_bit, &base),
                     FAB_OK);
    ck_assert_int_eq(fab_collective_estimate(&network, kind, &placement, 1.5 * payload_bit, &other),
                     FAB_OK);
    ck_assert_double_ge(other.time_s, base.time_s);
    ck_assert_double_ge(other.energy_j, base.energy_j);
    ck_assert_double_eq(other.latency_s, base.latency_s);

    const int tier = (int)seeded_integer(&seed, 0, 1);
    network.tiers[tier].rate_bps *= seeded_between(&seed, 1.0, 10.0);
    ck_assert_int_eq(fab_collective_estimate(&network, kind, &placement, payload_bit, &other),
                     FAB_OK);
    ck_assert_double_le(other.time_s, base.time_s);
    ck_assert_double_eq(other.energy_j, base.energy_j);
    ck_assert_double_eq(other.tier_sent_bit[0], base.tier_sent_bit[0]);
    ck_assert_double_eq(other.tier_sent_bit[1], base.tier_sent_bit[1]);
}

START_TEST(monotone)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        monotone_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* Pipelined tiers are never slower than one after the other, nor faster than half of it; automatic
 * is the faster of the two algorithms. */
static void modes_and_algorithms_for(uint64_t seed)
{
    fab_collective_network network = draw_network(&seed);
    const fab_placement placement = draw_placement(&seed);
    const fab_collective_kind kind = draw_kind(&seed);
    const double payload_bit = seeded_between(&seed, 0.0, 1e13);
    double time_s[2][3];
    for (int mode = 0; mode < 2; mode++) {
        for (int algorithm = 0; algorithm < 3; algorithm++) {
            fab_collective_cost cost;
            network.tier_mode = mode;
            network.algorithm = algorithm;
            ck_assert_int_eq(
                fab_collective_estimate(&network, kind, &placement, payload_bit, &cost), FAB_OK);
            time_s[mode][algorithm] = cost.time_s;
        }
        ck_assert_double_eq(
            time_s[mode][FAB_ALGORITHM_AUTO],
            fmin(time_s[mode][FAB_ALGORITHM_RING], time_s[mode][FAB_ALGORITHM_DIRECT]));
    }
    ck_assert_double_le(time_s[FAB_TIERS_CONCURRENT][0], time_s[FAB_TIERS_SEQUENTIAL][0]);
    ck_assert_double_ge(2.0 * time_s[FAB_TIERS_CONCURRENT][0],
                        time_s[FAB_TIERS_SEQUENTIAL][0] * (1.0 - 1e-12));
}

START_TEST(modes_and_algorithms)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        modes_and_algorithms_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

static void nothing_costs_nothing_for(uint64_t seed)
{
    const fab_collective_network network = draw_network(&seed);
    const fab_placement alone = {1, 1, 1, 1, true};
    const fab_placement many = draw_placement(&seed);
    const fab_collective_kind kind = draw_kind(&seed);
    fab_collective_cost cost;
    ck_assert_int_eq(fab_collective_estimate(&network, kind, &alone, 1e12, &cost), FAB_OK);
    ck_assert(cost.time_s == 0.0 && cost.energy_j == 0.0 && cost.latency_s == 0.0);
    ck_assert_int_eq(fab_collective_estimate(&network, kind, &many, 0.0, &cost), FAB_OK);
    ck_assert(cost.time_s == 0.0 && cost.energy_j == 0.0 && cost.latency_s == 0.0);
}

START_TEST(nothing_costs_nothing)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        nothing_costs_nothing_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* A volume on a tier that the placement does not use still takes one step. */
START_TEST(special_volumes)
{
    const fab_collective_network network = example(FAB_ALGORITHM_RING, FAB_TIERS_SEQUENTIAL);
    const fab_placement placement = {4, 4, 1, 1, true};
    const double tier_bit[FAB_TIER_LIMIT] = {32e12, 0.0};
    fab_collective_cost cost;
    ck_assert_int_eq(fab_collective_time(&network, FAB_ALL_TO_ALL, &placement, tier_bit, &cost),
                     FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 1.000001, 1e-12);
    ck_assert_double_eq(cost.tier_sent_bit[0], 32e12);
}
END_TEST

/* 3 of 7 links serve a group of 4; a pair has one, and so has a send within any group */
START_TEST(a_mesh_lends_its_own_links)
{
    fab_collective_network network = example(FAB_ALGORITHM_DIRECT, FAB_TIERS_SEQUENTIAL);
    network.tiers[0].mesh_peers = 7;
    const double tier_bit[FAB_TIER_LIMIT] = {32e12, 0.0};
    const fab_placement four = {4, 1, 4, 4, true};
    const fab_placement two = {2, 1, 2, 2, true};
    const fab_placement eight = {8, 1, 8, 8, true};
    fab_collective_cost cost;
    ck_assert_int_eq(fab_collective_time(&network, FAB_ALL_GATHER, &four, tier_bit, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.tier_time_s[0], 7.0 / 3.0, 1e-12);
    ck_assert_int_eq(fab_collective_time(&network, FAB_SEND, &two, tier_bit, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.tier_time_s[0], 7.0, 1e-12);
    ck_assert_int_eq(fab_collective_time(&network, FAB_SEND, &eight, tier_bit, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.tier_time_s[0], 7.0, 1e-12);
    ck_assert_int_eq(fab_collective_time(&network, FAB_ALL_GATHER, &eight, tier_bit, &cost),
                     FAB_OK);
    ck_assert_double_eq_tol(cost.tier_time_s[0], 1.0, 1e-12);
    network.tiers[0].mesh_peers = -1;
    ck_assert_int_eq(fab_collective_time(&network, FAB_ALL_GATHER, &four, tier_bit, &cost),
                     FAB_E_RANGE);
}
END_TEST

START_TEST(names)
{
    static const char *const WANT[] = {"all-gather", "reduce-scatter", "all-reduce", "all-to-all",
                                       "send",       "broadcast",      "reduce"};
    for (int kind = FAB_ALL_GATHER; kind < FAB_COLLECTIVE_KIND_COUNT; kind++) {
        ck_assert_str_eq(fab_collective_name((fab_collective_kind)kind), WANT[kind]);
    }
}
END_TEST

static void assert_refused(const fab_collective_network *network, const fab_placement *placement,
                           double inner_bit, double outer_bit)
{
    const double tier_bit[FAB_TIER_LIMIT] = {inner_bit, outer_bit};
    fab_collective_cost cost = {.time_s = 42.0};
    ck_assert_int_eq(fab_collective_time(network, FAB_ALL_GATHER, placement, tier_bit, &cost),
                     FAB_E_RANGE);
    ck_assert_double_eq(cost.time_s, 42.0);
}

START_TEST(bad_networks)
{
    const fab_placement placement = {8, 2, 4, 4, true};
    const fab_collective_network good = example(FAB_ALGORITHM_RING, FAB_TIERS_SEQUENTIAL);
    const double bad[4] = {-1.0, (double)NAN, (double)INFINITY, 0.0};
    for (int tier = 0; tier < FAB_NETWORK_TIER_COUNT; tier++) {
        fab_collective_network network = good;
        for (int i = 0; i < 4; i++) {
            network = good;
            network.tiers[tier].rate_bps = bad[i];
            assert_refused(&network, &placement, 1.0, 1.0);
        }
        for (int i = 0; i < 3; i++) {
            network = good;
            network.tiers[tier].latency_s = bad[i];
            assert_refused(&network, &placement, 1.0, 1.0);
            network = good;
            network.tiers[tier].energy_j_per_bit = bad[i];
            assert_refused(&network, &placement, 1.0, 1.0);
        }
        network = good;
        network.tiers[tier].links_per_path = 0;
        assert_refused(&network, &placement, 1.0, 1.0);
    }
    fab_collective_network network = good;
    network.algorithm = FAB_ALGORITHM_DIRECT + 1;
    assert_refused(&network, &placement, 1.0, 1.0);
    network = good;
    network.tier_mode = -1;
    assert_refused(&network, &placement, 1.0, 1.0);
}
END_TEST

START_TEST(bad_volumes)
{
    const fab_collective_network good = example(FAB_ALGORITHM_RING, FAB_TIERS_SEQUENTIAL);
    const fab_placement placement = {8, 2, 4, 4, true};
    const fab_placement wrong = {8, 2, 4, 3, false};
    assert_refused(&good, &placement, -1.0, 0.0);
    assert_refused(&good, &placement, 0.0, (double)NAN);
    assert_refused(&good, &placement, (double)INFINITY, 0.0);
    assert_refused(&good, &wrong, 1.0, 1.0);
    fab_collective_network slow = good;
    slow.tiers[0].rate_bps = 1e-300;
    assert_refused(&slow, &placement, 1e300, 0.0);
    fab_collective_cost cost = {.time_s = 42.0};
    ck_assert_int_eq(fab_collective_estimate(&good, FAB_SEND, &wrong, 1.0, &cost), FAB_E_RANGE);
    ck_assert_double_eq(cost.time_s, 42.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time");
    TCase *cases = tcase_create("time");
    tcase_add_loop_test(cases, table, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(cases, study_times);
    tcase_add_loop_test(cases, monotone, 0, BLOCKS);
    tcase_add_loop_test(cases, modes_and_algorithms, 0, BLOCKS);
    tcase_add_loop_test(cases, nothing_costs_nothing, 0, BLOCKS);
    tcase_add_test(cases, special_volumes);
    tcase_add_test(cases, names);
    tcase_add_test(cases, a_mesh_lends_its_own_links);
    tcase_add_test(cases, bad_networks);
    tcase_add_test(cases, bad_volumes);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}

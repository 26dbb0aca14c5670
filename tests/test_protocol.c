#include <check.h>
#include <math.h>

#include "collective/protocol.h"
#include "known.h"
#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

static fab_channel channel(const char *protocol, double base_s, double hop_s, double efficiency,
                           double fill_s)
{
    return (fab_channel){
        .algorithm = FAB_ALGORITHM_RING,
        .protocol = protocol,
        .base_s = known(base_s),
        .hop_s = known(hop_s),
        .efficiency_ratio = known(efficiency),
        .fill_s = known(fill_s),
    };
}

/* 1 Gbit at 80 % of 1 Tb/s is 1.25 ms; 4 us of fill add 2 sqrt(4 us x 1.25 ms) = 141.42 us; a share
 * of 80 Mbit at 1 TB/s adds 10 us */
START_TEST(a_channel_by_hand)
{
    fab_channel c = channel("Simple", 10e-6, 2e-6, 0.8, 4e-6);
    fab_channel_time time = fab_channel_run(&c, 1e12, 1e9, 7.0, 80e6);
    ck_assert_double_eq_tol(time.latency_s, 24e-6, 1e-15);
    ck_assert_double_eq_tol(time.wire_s, 1.25e-3 + 1.4142135623730951e-4, 1e-15);
    c.own_byte_per_s = known(1e12);
    time = fab_channel_run(&c, 1e12, 1e9, 7.0, 80e6);
    ck_assert_double_eq_tol(time.wire_s, 1.25e-3 + 1.4142135623730951e-4 + 1e-5, 1e-15);
}
END_TEST

static const fab_wire PLAIN = {
    .rate_bps = 1e12, .latency_s = 1e-6, .energy_j_per_bit = 2e-12, .links_per_path = 3};

static fab_load load_of(double sent_bit)
{
    fab_load load = {.reason = NULL};
    for (int i = 0; i < 2; i++) {
        load.tiers[i].algorithm = FAB_ALGORITHM_RING;
        load.tiers[i].steps_count = 3.0;
        load.tiers[i].sent_bit = sent_bit * (i + 1);
    }
    return load;
}

/* 1 Gbit and 2 Gbit at 1 Tb/s: 1 ms and 2 ms, 3 steps of 1 us on each tier */
START_TEST(tiers_add_up_or_hide)
{
    const fab_wire wires[FAB_TIER_LIMIT] = {PLAIN, PLAIN};
    fab_load load = load_of(1e9);
    fab_collective_cost cost;
    ck_assert_int_eq(fab_load_time(&load, wires, 2, FAB_TIERS_SEQUENTIAL, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 3.006e-3, 1e-15);
    ck_assert_double_eq_tol(cost.energy_j, 3e9 * 6e-12, 1e-15);
    ck_assert_int_eq(fab_load_time(&load, wires, 2, FAB_TIERS_CONCURRENT, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 2.006e-3, 1e-15);
    load.is_pipelined = true;
    ck_assert_int_eq(fab_load_time(&load, wires, 2, FAB_TIERS_SEQUENTIAL, &cost), FAB_OK);
    ck_assert_double_eq_tol(cost.time_s, 2.006e-3, 1e-15);
    load.tiers[0].sent_bit = 1e300 * 1e300;
    ck_assert_int_eq(fab_load_time(&load, wires, 2, FAB_TIERS_SEQUENTIAL, &cost), FAB_E_RANGE);
}
END_TEST

/* the small one is cheaper below the crossing: 5 us + 5 x against 20 us + 1.25 x, x = 4 us */
START_TEST(the_cheapest_protocol_is_taken)
{
    fab_messaging set = {
        .channels = {channel("LL", 5e-6, 0, 0.2, 0), channel("Simple", 20e-6, 0, 0.8, 0)},
        .channel_count = 2};
    fab_wire wires[FAB_TIER_LIMIT] = {PLAIN};
    wires[0].messaging = &set;
    fab_collective_cost cost;
    const char *protocols[FAB_TIER_LIMIT];
    fab_load load = load_of(3.9e6);
    ck_assert(fab_load_calibrate(&load, wires, 1, FAB_ALL_REDUCE, 0, &cost, protocols));
    ck_assert_str_eq(protocols[0], "LL");
    ck_assert_double_eq_tol(cost.time_s, 5e-6 + 5 * 3.9e-6, 1e-15);
    load = load_of(4.1e6);
    ck_assert(fab_load_calibrate(&load, wires, 1, FAB_ALL_REDUCE, 0, &cost, protocols));
    ck_assert_str_eq(protocols[0], "Simple");
    ck_assert_double_eq_tol(cost.time_s, 20e-6 + 1.25 * 4.1e-6, 1e-15);

    /* a channel for collectives serves no pairs, one for a kind serves that alone */
    ck_assert(!fab_load_calibrate(&load, wires, 1, FAB_ALL_TO_ALL, 0, &cost, protocols));
    ck_assert(!fab_load_calibrate(&load, wires, 1, FAB_SEND, 0, &cost, protocols));
    set.channels[0].kind = 1 + FAB_SEND;
    ck_assert(fab_load_calibrate(&load, wires, 1, FAB_SEND, 0, &cost, protocols));
    ck_assert_str_eq(protocols[0], "LL");
    load.tiers[0].algorithm = FAB_ALGORITHM_TREE;
    ck_assert(!fab_load_calibrate(&load, wires, 1, FAB_ALL_REDUCE, 0, &cost, protocols));

    /* a tier with bits and no messaging */
    load = load_of(1e6);
    wires[1] = PLAIN;
    ck_assert(!fab_load_calibrate(&load, wires, 2, FAB_ALL_REDUCE, 0, &cost, protocols));
    load.tiers[1].sent_bit = 0.0;
    ck_assert(fab_load_calibrate(&load, wires, 2, FAB_ALL_REDUCE, 0, &cost, protocols));
    ck_assert_ptr_null(protocols[1]);
}
END_TEST

/* more bits are never faster, more rate never slower */
START_TEST(monotone)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        uint64_t seed = (uint64_t)_i * SEEDS + i;
        fab_messaging set = {.channel_count = 3};
        for (int k = 0; k < 3; k++) {
            set.channels[k] =
                channel("p", seeded_between(&seed, 0, 1e-4), seeded_between(&seed, 0, 1e-5),
                        seeded_between(&seed, 0.01, 1), seeded_between(&seed, 0, 1e-4));
        }
        fab_wire wires[FAB_TIER_LIMIT] = {PLAIN};
        wires[0].messaging = &set;
        const double bits = seeded_between(&seed, 1, 1e12);
        const fab_load small = load_of(bits);
        const fab_load large = load_of(bits * seeded_between(&seed, 1, 3));
        fab_collective_cost less, more, faster;
        const char *protocols[FAB_TIER_LIMIT];
        ck_assert(fab_load_calibrate(&small, wires, 1, FAB_REDUCE, 0, &less, protocols));
        ck_assert(fab_load_calibrate(&large, wires, 1, FAB_REDUCE, 0, &more, protocols));
        ck_assert_double_ge(more.time_s, less.time_s);
        wires[0].rate_bps *= seeded_between(&seed, 1, 10);
        ck_assert(fab_load_calibrate(&small, wires, 1, FAB_REDUCE, 0, &faster, protocols));
        ck_assert_double_le(faster.time_s, less.time_s);
    }
}
END_TEST

/* of 7 links per package 3 serve a group of 4; a switch serves all of the rate */
START_TEST(a_mesh_lends_its_own_links)
{
    fab_fabric fabric = {.tier_count = 1};
    fabric.tiers[0] = (fab_tier){.rate_bps = known(7e12),
                                 .latency_s = known(1e-6),
                                 .domain = 8,
                                 .used = 8,
                                 .links_per_path = 1,
                                 .is_mesh = true};
    for (int64_t members = 1; members <= 8; members++) {
        const fab_span span = {.members = members};
        const double links = members < 2 ? 1.0 : (double)(members - 1);
        ck_assert_double_eq_tol(fab_wire_of(&fabric, 0, &span).rate_bps, 1e12 * links, 1e-3);
    }
    fabric.tiers[0].is_mesh = false;
    const fab_span pair = {.members = 2};
    ck_assert_double_eq(fab_wire_of(&fabric, 0, &pair).rate_bps, 7e12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("protocol");
    TCase *tests = tcase_create("protocol");
    tcase_add_test(tests, a_channel_by_hand);
    tcase_add_test(tests, tiers_add_up_or_hide);
    tcase_add_test(tests, the_cheapest_protocol_is_taken);
    tcase_add_test(tests, a_mesh_lends_its_own_links);
    tcase_add_loop_test(tests, monotone, 0, BLOCKS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

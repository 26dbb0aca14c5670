#include <check.h>
#include <math.h>

#include <fabricast/collective.h>

#include "known.h"
#include "run_all.h"
#include "seeded.h"

#define SEEDS 200

/* A layer with a ring inside, flat rings across, and pairs in both. */
static fab_channel channel(int algorithm, int kind, double base_s, double hop_s, double efficiency)
{
    return (fab_channel){.algorithm = algorithm,
                         .kind = kind,
                         .protocol = "Simple",
                         .base_s = known(base_s),
                         .hop_s = known(hop_s),
                         .efficiency_ratio = known(efficiency),
                         .fill_s = known(0.0)};
}

static fab_collective_network network(const fab_messaging *inner, const fab_messaging *outer)
{
    return (fab_collective_network){
        .tiers = {{.rate_bps = 3.6e12,
                   .latency_s = 1e-6,
                   .energy_j_per_bit = 1e-12,
                   .links_per_path = 2,
                   .messaging = inner},
                  {.rate_bps = 0.4e12,
                   .latency_s = 4e-6,
                   .energy_j_per_bit = 10e-12,
                   .links_per_path = 6,
                   .messaging = outer}},
        .algorithm = FAB_ALGORITHM_AUTO,
        .tier_mode = FAB_TIERS_SEQUENTIAL,
    };
}

static fab_collective_cost estimate(const fab_collective_network *n, fab_collective_kind kind,
                                    const fab_placement *place, double bits)
{
    fab_collective_cost cost;
    ck_assert_int_eq(fab_collective_estimate(n, kind, place, bits, &cost), FAB_OK);
    return cost;
}

static const fab_placement ONE_DOMAIN = {8, 1, 8, 8, true};
static const fab_placement TWO_DOMAINS = {16, 2, 8, 8, true};

/* 8 Gb gathered by 8 ranks: 7 Gb at 0.8 of 3.6 Tb/s, 10 us and 7 hops of 2 us */
START_TEST(a_ring_inside_by_hand)
{
    const fab_messaging inner = {.channels = {channel(FAB_ALGORITHM_RING, 0, 10e-6, 2e-6, 0.8)},
                                 .channel_count = 1};
    const fab_collective_network n = network(&inner, NULL);
    const fab_collective_cost cost = estimate(&n, FAB_ALL_GATHER, &ONE_DOMAIN, 8e9);
    ck_assert_double_eq_tol(cost.latency_s, 24e-6, 1e-12);
    ck_assert_double_eq_tol(cost.time_s, 24e-6 + 7e9 / (0.8 * 3.6e12), 1e-12);
    ck_assert_double_eq_tol(cost.tier_sent_bit[0], 7e9, 1e-3);
}
END_TEST

/* a kind without a channel: the widest efficiency, the smallest base; a tier without a layer: its
 * rate and latency */
START_TEST(what_is_not_measured_goes_by_the_widest)
{
    const fab_messaging inner = {.channels = {channel(FAB_ALGORITHM_RING, 0, 10e-6, 2e-6, 0.8),
                                              channel(FAB_ALGORITHM_TREE, 0, 5e-6, 2e-6, 0.3)},
                                 .channel_count = 2};
    const fab_collective_network n = network(&inner, NULL);
    const fab_collective_cost near = estimate(&n, FAB_ALL_TO_ALL, &ONE_DOMAIN, 8e9);
    ck_assert_double_eq_tol(near.time_s, 5e-6 + 7e9 / (0.8 * 3.6e12), 1e-12);
    const fab_collective_cost far = estimate(&n, FAB_ALL_TO_ALL, &TWO_DOMAINS, 16e9);
    ck_assert_double_eq_tol(far.tier_time_s[1], 8e9 / 0.4e12, 1e-12);
    ck_assert_double_eq_tol(far.time_s, 5e-6 + 7e9 / (0.8 * 3.6e12) + 4e-6 + 8e9 / 0.4e12, 1e-12);
}
END_TEST

/* the faster of two channels at each size */
START_TEST(the_faster_channel_is_taken)
{
    const fab_messaging inner = {.channels = {channel(FAB_ALGORITHM_RING, 0, 1e-6, 0.0, 0.2),
                                              channel(FAB_ALGORITHM_RING, 0, 50e-6, 0.0, 0.9)},
                                 .channel_count = 2};
    const fab_collective_network n = network(&inner, NULL);
    ck_assert_double_eq_tol(estimate(&n, FAB_ALL_GATHER, &ONE_DOMAIN, 8e3).latency_s, 1e-6, 1e-15);
    ck_assert_double_eq_tol(estimate(&n, FAB_ALL_GATHER, &ONE_DOMAIN, 8e9).latency_s, 50e-6, 1e-15);
}
END_TEST

/* volumes and energy are those of the closed form; time rises with the size and is never shorter
 * than the wire at full rate */
START_TEST(only_times_change)
{
    const fab_messaging layer = {
        .channels = {channel(FAB_ALGORITHM_RING, 0, 9e-6, 2e-6, 0.8),
                     channel(FAB_ALGORITHM_FLAT_RING, 0, 8e-6, 14e-6, 0.9),
                     channel(FAB_ALGORITHM_DIRECT, 1 + FAB_ALL_TO_ALL, 9e-6, 0, 0.7)},
        .channel_count = 3};
    const fab_collective_network measured = network(&layer, &layer);
    const fab_collective_network ideal = network(NULL, NULL);
    uint64_t seed = 7;
    for (int i = 0; i < SEEDS; i++) {
        const fab_collective_kind kind = (fab_collective_kind)(i % (FAB_SEND + 1));
        const fab_placement *place = i % 2 ? &ONE_DOMAIN : &TWO_DOMAINS;
        const double bits = 1e6 + 1e9 * seeded_between(&seed, 0.0, 1.0);
        const fab_collective_cost a = estimate(&ideal, kind, place, bits);
        const fab_collective_cost b = estimate(&measured, kind, place, bits);
        const fab_collective_cost more = estimate(&measured, kind, place, 2.0 * bits);
        ck_assert_double_eq_tol(a.energy_j, b.energy_j, 1e-12 * a.energy_j);
        ck_assert_double_eq_tol(a.tier_sent_bit[0], b.tier_sent_bit[0], 1e-6);
        ck_assert_double_eq_tol(a.tier_sent_bit[1], b.tier_sent_bit[1], 1e-6);
        ck_assert_double_ge(b.time_s * (1 + 1e-12), a.tier_time_s[1]);
        ck_assert_double_gt(more.time_s, b.time_s);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("through");
    tcase_add_test(tests, a_ring_inside_by_hand);
    tcase_add_test(tests, what_is_not_measured_goes_by_the_widest);
    tcase_add_test(tests, the_faster_channel_is_taken);
    tcase_add_test(tests, only_times_change);
    Suite *suite = suite_create("through");
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <math.h>
#include <string.h>

#include <fabricast/fabric.h>

#include "known.h"
#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 24);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* Pods of 144 (128 used) at 14.4 Tb/s and 5 pJ/bit, two links; 4,096 packages around them at
 * 1.6 Tb/s and 20 pJ/bit, four links; racks of 72. */
static fab_fabric example(void)
{
    return (fab_fabric){
        .name = "example",
        .tiers = {{.name = "pod",
                   .technology = {.name = "copper",
                                  .rate_bps = known(14.4e12),
                                  .energy_j_per_bit = {.value = 5e-12,
                                                       .low = 4e-12,
                                                       .high = 6e-12,
                                                       .is_known = true,
                                                       .has_range = true},
                                  .reach_m = known(3),
                                  .radix_count = known(144)},
                   .rate_bps = known(14.4e12),
                   .latency_s = known(1e-6),
                   .domain = 144,
                   .used = 128,
                   .links_per_path = 2,
                   .packages_per_rack = 72},
                  {.name = "network",
                   .technology = {.name = "fibre",
                                  .rate_bps = known(1.6e12),
                                  .energy_j_per_bit = known(20e-12),
                                  .reach_m = known(500)},
                   .rate_bps = known(1.6e12),
                   .latency_s = known(4e-6),
                   .domain = 4096,
                   .used = 4096,
                   .links_per_path = 4,
                   .packages_per_rack = 72}},
        .tier_count = 2,
    };
}

static void assert_near(double got, double want)
{
    ck_assert_msg(fabs(got - want) <= 1e-12 * fabs(want), "%.17g, not %.17g", got, want);
}

/* 28 pods fit into 4,096 packages: 28 x 128 of a job */
START_TEST(capacity)
{
    fab_fabric fabric = example();
    ck_assert_int_eq(fab_fabric_capacity(&fabric), 3584);
    fabric.tiers[1].used = 1000;
    ck_assert_int_eq(fab_fabric_capacity(&fabric), 1000);
    fabric.tier_count = 1;
    ck_assert_int_eq(fab_fabric_capacity(&fabric), 128);
}
END_TEST

/* 300 packages take three pods, 432 packages installed in six racks */
START_TEST(by_hand)
{
    const fab_fabric fabric = example();
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, 300, arena, &bill), FAB_OK);
    ck_assert_int_eq(bill.packages, 300);
    ck_assert_int_eq(bill.installed, 432);
    ck_assert(bill.is_possible);
    const fab_tier_bill *pod = &bill.tiers[0];
    ck_assert_int_eq(pod->domains, 3);
    ck_assert_int_eq(pod->links, 864);
    ck_assert_int_eq(pod->domain_racks, 2);
    ck_assert_int_eq(pod->racks, 6);
    assert_near(pod->span_m, 2.3);
    assert_near(pod->domain_rate_bps, 144 * 14.4e12);
    assert_near(pod->package_power_w.value, 72);
    assert_near(pod->package_power_w.low, 57.6);
    assert_near(pod->package_power_w.high, 86.4);
    assert_near(pod->job_power_w.value, 72 * 300);
    assert_near(pod->power_w.value, 72 * 864);
    const fab_value domain = fab_tier_domain_power_w(pod->tier); /* 144 x 2 links */
    assert_near(domain.value, 72 * 288);
    assert_near(domain.low, 57.6 * 288);
    assert_near(domain.high, 86.4 * 288);
    const fab_tier_bill *network = &bill.tiers[1];
    ck_assert_int_eq(network->domains, 1);
    ck_assert_int_eq(network->links, 1728);
    ck_assert_int_eq(network->domain_racks, 57);
    ck_assert_int_eq(network->racks, 6);
    assert_near(network->package_power_w.value, 32);
    assert_near(network->power_w.value, 32 * 1728);
}
END_TEST

START_TEST(without_a_number_the_whole_fabric)
{
    const fab_fabric fabric = example();
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, 0, arena, &bill), FAB_OK);
    ck_assert_int_eq(bill.packages, 3584);
    ck_assert_int_eq(bill.installed, 28 * 144);
    ck_assert(bill.is_possible);
}
END_TEST

START_TEST(too_large_a_job)
{
    const fab_fabric fabric = example();
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, 3585, arena, &bill), FAB_OK);
    ck_assert(!bill.is_possible);
    ck_assert_int_eq(bill.tiers[1].domains, 2);
}
END_TEST

/* a broken check makes it impossible, an unknown one does not */
START_TEST(verdicts)
{
    fab_fabric fabric = example();
    fab_fabric_bill bill;
    fabric.tiers[0].technology.reach_m.is_known = false;
    ck_assert_int_eq(fab_fabric_count(&fabric, 300, arena, &bill), FAB_OK);
    ck_assert(bill.is_possible);
    fabric.tiers[0].technology.reach_m = known(2);
    ck_assert_int_eq(fab_fabric_count(&fabric, 300, arena, &bill), FAB_OK);
    ck_assert(!bill.is_possible);
}
END_TEST

START_TEST(energy_not_published)
{
    fab_fabric fabric = example();
    fabric.tiers[1].technology.energy_j_per_bit.is_known = false;
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, 300, arena, &bill), FAB_OK);
    ck_assert(bill.tiers[0].power_w.is_known);
    ck_assert(!bill.tiers[1].package_power_w.is_known);
    ck_assert(!bill.tiers[1].power_w.is_known);
}
END_TEST

START_TEST(failures)
{
    fab_fabric fabric = example();
    fab_fabric_bill bill;
    ck_assert_int_eq(fab_fabric_count(&fabric, -1, arena, &bill), FAB_E_RANGE);
    ck_assert_int_eq(fab_fabric_count(&fabric, INT64_MAX, arena, &bill), FAB_E_RANGE);
    fab_arena *small = fab_arena_create(64);
    ck_assert_int_eq(fab_fabric_count(&fabric, 300, small, &bill), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

/* domains hold the job and one fewer would not; the capacity is the largest job that passes */
START_TEST(just_enough_domains)
{
    for (int i = 0; i < SEEDS; i++) {
        uint64_t seed = (uint64_t)(_i * SEEDS + i + 1);
        fab_fabric fabric = example();
        fab_tier *pod = &fabric.tiers[0];
        pod->domain = seeded_integer(&seed, 1, 144);
        pod->used = seeded_integer(&seed, 1, pod->domain);
        pod->packages_per_rack = pod->domain;
        const int64_t packages = seeded_integer(&seed, 1, 5000);
        const fab_arena_mark mark = fab_arena_save(arena);
        fab_fabric_bill bill;
        ck_assert_int_eq(fab_fabric_count(&fabric, packages, arena, &bill), FAB_OK);
        ck_assert_int_ge(bill.tiers[0].domains * pod->used, packages);
        ck_assert_int_lt((bill.tiers[0].domains - 1) * pod->used, packages);
        ck_assert_int_eq(bill.installed, bill.tiers[0].domains * pod->domain);
        ck_assert_int_eq(bill.is_possible, packages <= fab_fabric_capacity(&fabric));
        fab_arena_reset(arena, mark);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("count");
    TCase *tests = tcase_create("count");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, capacity);
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, without_a_number_the_whole_fabric);
    tcase_add_test(tests, too_large_a_job);
    tcase_add_test(tests, verdicts);
    tcase_add_test(tests, energy_not_published);
    tcase_add_test(tests, failures);
    tcase_add_loop_test(tests, just_enough_domains, 0, BLOCKS);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

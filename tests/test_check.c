#include <check.h>
#include <stdbool.h>
#include <string.h>

#include <fabricast/arena.h>
#include <fabricast/fabric.h>

#include "known.h"
#include "run_all.h"

#define ARENA_BYTE 65536

/* A pod of 512 packages with optics at 32 Tb/s under a network of 64 pods at 1.6 Tb/s. */
static fab_fabric example(void)
{
    return (fab_fabric){
        .name = "example",
        .tiers = {{.name = "pod",
                   .technology = {.name = "optics",
                                  .rate_bps = known(32e12),
                                  .energy_j_per_bit = known(4.3e-12),
                                  .reach_m = known(100.0),
                                  .radix_count = known(512)},
                   .rate_bps = known(32e12),
                   .domain = 512,
                   .used = 512,
                   .links_per_path = 2,
                   .packages_per_rack = 64},
                  {.name = "network",
                   .technology = {.name = "pluggable",
                                  .rate_bps = known(1.6e12),
                                  .energy_j_per_bit = known(21e-12),
                                  .reach_m = known(500.0)},
                   .rate_bps = known(1.6e12),
                   .domain = 32768,
                   .used = 32768,
                   .links_per_path = 4,
                   .packages_per_rack = 64}},
        .tier_count = 2,
    };
}

/* Runs the checks and returns the one asked for; its texts live in the arena. */
static fab_fabric_check check_of(const fab_fabric *fabric, int64_t packages, fab_arena *arena,
                                 const char *tier, const char *what)
{
    const fab_fabric_check *checks = NULL;
    size_t count = 0;
    ck_assert_int_eq(fab_fabric_check_all(fabric, packages, arena, &checks, &count), FAB_OK);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(checks[i].tier, tier) == 0 && strcmp(checks[i].what, what) == 0) {
            return checks[i];
        }
    }
    ck_abort_msg("no check of %s of tier %s", what, tier);
    return (fab_fabric_check){0};
}

/* arXiv 2510.15893: 512 packages of 32 Tb/s against 144 of 14.4 Tb/s, "8X". */
START_TEST(pod_bandwidth)
{
    const fab_tier optics = {.domain = 512, .rate_bps = known(32e12)};
    const fab_tier copper = {.domain = 144, .rate_bps = known(14.4e12)};
    ck_assert_double_eq_tol(fab_tier_domain_rate_bps(&optics) / fab_tier_domain_rate_bps(&copper),
                            7.901, 5e-4);
}
END_TEST

/* 32 Tb/s at 4.3, 12, 13 and 21 pJ/bit, 14.4 Tb/s at 5 pJ/bit. */
static const struct {
    double rate_bps;
    double energy_j_per_bit;
    double want_w;
} POWER[] = {
    {32e12, 4.3e-12, 137.6}, {32e12, 12e-12, 384.0}, {32e12, 13e-12, 416.0},
    {32e12, 21e-12, 672.0},  {14.4e12, 5e-12, 72.0}, {0.0, 5e-12, 0.0},
};

START_TEST(power)
{
    const fab_tier tier = {.rate_bps = known(POWER[_i].rate_bps),
                           .technology.energy_j_per_bit = known(POWER[_i].energy_j_per_bit)};
    ck_assert_double_eq_tol(fab_tier_power_w(&tier), POWER[_i].want_w, 1e-9);
}
END_TEST

START_TEST(sound_fabric)
{
    static const char *const WANT[][2] = {{"pod", "rate"},      {"pod", "radix"},
                                          {"pod", "reach"},     {"network", "rate"},
                                          {"network", "reach"}, {"network", "size"}};
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    const fab_fabric fabric = example();
    const fab_fabric_check *checks = NULL;
    size_t count = 0;
    ck_assert_int_eq(fab_fabric_check_all(&fabric, 32768, arena, &checks, &count), FAB_OK);
    ck_assert_uint_eq(count, sizeof WANT / sizeof WANT[0]);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(checks[i].tier, WANT[i][0]);
        ck_assert_str_eq(checks[i].what, WANT[i][1]);
        ck_assert(checks[i].is_met && checks[i].is_known);
        ck_assert_ptr_null(strstr(checks[i].reason, "only"));
    }
    fab_arena_destroy(arena);
}
END_TEST

START_TEST(one_tier_is_inner_and_outermost)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_fabric fabric = example();
    fabric.tier_count = 1;
    ck_assert(check_of(&fabric, 512, arena, "pod", "radix").is_met);
    ck_assert(check_of(&fabric, 512, arena, "pod", "size").is_met);
    ck_assert(!check_of(&fabric, 513, arena, "pod", "size").is_met);
    fab_arena_destroy(arena);
}
END_TEST

/* Each change breaks one requirement; the reason names both numbers with their units. */
START_TEST(broken_requirements)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);

    fab_fabric fabric = example();
    fabric.tiers[0].rate_bps = known(64e12);
    fab_fabric_check check = check_of(&fabric, 512, arena, "pod", "rate");
    ck_assert(!check.is_met && check.is_known);
    ck_assert_str_eq(check.reason, "Tier pod needs 64 Tb/s per package in one direction; optics "
                                   "gives only 32 Tb/s.");

    fabric = example();
    fabric.tiers[0].domain = 513;
    check = check_of(&fabric, 512, arena, "pod", "radix");
    ck_assert(!check.is_met && check.is_known);
    ck_assert_str_eq(check.reason, "A domain of tier pod has 513 packages; one switched tier of "
                                   "optics joins only 512.");

    fabric = example();
    fabric.tiers[0].technology.reach_m = known(1.0);
    check = check_of(&fabric, 512, arena, "pod", "reach");
    ck_assert(!check.is_met && check.is_known);
    ck_assert_str_eq(
        check.reason,
        "The longest link of tier pod is 4.1 m; optics reaches only 1 m, 3.1 m too little.");

    fabric = example();
    check = check_of(&fabric, 32769, arena, "network", "size");
    ck_assert(!check.is_met && check.is_known);
    ck_assert_str_eq(check.reason, "The job has 32769 packages; one domain of tier network holds "
                                   "only 32768 of a job.");
    fab_arena_destroy(arena);
}
END_TEST

/* the obstacle is the first that is broken; what is not known is none */
START_TEST(first_obstacle)
{
    const fab_fabric_check checks[] = {
        {"pod", "rate", "not published", false, false},
        {"pod", "radix", "fine", true, true},
        {"pod", "reach", "too far", false, true},
        {"pod", "size", "too many", false, true},
    };
    ck_assert_str_eq(fab_fabric_obstacle(checks, 4), "too far");
    ck_assert_ptr_null(fab_fabric_obstacle(checks, 2));
    ck_assert_ptr_null(fab_fabric_obstacle(NULL, 0));
}
END_TEST

/* What is not published is neither met nor broken. */
START_TEST(unpublished_numbers)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_fabric fabric = example();
    fabric.tiers[0].technology.rate_bps.is_known = false;
    fabric.tiers[0].technology.radix_count.is_known = false;
    fabric.tiers[0].technology.reach_m.is_known = false;
    static const char *const WHAT[] = {"rate", "radix", "reach"};
    for (size_t i = 0; i < sizeof WHAT / sizeof WHAT[0]; i++) {
        const fab_fabric_check check = check_of(&fabric, 512, arena, "pod", WHAT[i]);
        ck_assert(!check.is_known && !check.is_met);
        ck_assert_ptr_nonnull(strstr(check.reason, "not published"));
    }
    fab_arena_destroy(arena);
}
END_TEST

/* 256 pods of 144 packages, 128 of each in use, hold 32768 packages and not one more. */
START_TEST(pods_used_in_part)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_fabric fabric = example();
    fabric.tiers[0].domain = 144;
    fabric.tiers[0].used = 128;
    fabric.tiers[1].domain = 36864;
    fabric.tiers[1].used = 36864;
    ck_assert(check_of(&fabric, 32768, arena, "network", "size").is_met);
    ck_assert(!check_of(&fabric, 32769, arena, "network", "size").is_met);
    fabric.tiers[1].used = 20000;
    ck_assert(check_of(&fabric, 20000, arena, "network", "size").is_met);
    ck_assert(!check_of(&fabric, 20001, arena, "network", "size").is_met);
    fab_arena_destroy(arena);
}
END_TEST

/* The same rate written as 1800 GB/s and as 14.4 Tbps may differ in its last bit. */
START_TEST(rounding_is_forgiven)
{
    fab_arena *arena = fab_arena_create(ARENA_BYTE);
    fab_fabric fabric = example();
    fabric.tiers[0].rate_bps = known(32e12 * (1.0 + 1e-15));
    ck_assert(check_of(&fabric, 512, arena, "pod", "rate").is_met);
    fabric.tiers[0].rate_bps = known(32e12 * (1.0 + 1e-6));
    ck_assert(!check_of(&fabric, 512, arena, "pod", "rate").is_met);
    fab_arena_destroy(arena);
}
END_TEST

/* Whatever the limit, the answer is success or memory exhaustion, and both occur. */
START_TEST(memory_exhaustion)
{
    const fab_fabric fabric = example();
    int failed = 0;
    int done = 0;
    for (size_t limit_byte = 1; limit_byte < ARENA_BYTE; limit_byte = limit_byte * 5 / 4 + 1) {
        fab_arena *arena = fab_arena_create(limit_byte);
        if (!arena) {
            failed++;
            continue;
        }
        const fab_fabric_check *checks = NULL;
        size_t count = 0;
        const fab_status status = fab_fabric_check_all(&fabric, 512, arena, &checks, &count);
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        failed += status == FAB_E_NOMEM;
        done += status == FAB_OK;
        fab_arena_destroy(arena);
    }
    ck_assert_int_gt(failed, 0);
    ck_assert_int_gt(done, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *cases = tcase_create("check");
    tcase_add_test(cases, pod_bandwidth);
    tcase_add_loop_test(cases, power, 0, (int)(sizeof POWER / sizeof POWER[0]));
    tcase_add_test(cases, sound_fabric);
    tcase_add_test(cases, one_tier_is_inner_and_outermost);
    tcase_add_test(cases, broken_requirements);
    tcase_add_test(cases, first_obstacle);
    tcase_add_test(cases, unpublished_numbers);
    tcase_add_test(cases, pods_used_in_part);
    tcase_add_test(cases, rounding_is_forgiven);
    tcase_add_test(cases, memory_exhaustion);
    suite_add_tcase(suite, cases);
    return run_all(suite);
}

#include <check.h>
#include <math.h>

#include <fabricast/fabric.h>
#include <fabricast/racks.h>

#include "run_all.h"
#include "seeded.h"

/* properties hold for 1000 seeds, run in blocks because each test is a process */
#define BLOCKS 10
#define SEEDS  100

static fab_tier tier_of(int64_t domain, int64_t per_rack)
{
    return (fab_tier){.name = "tier",
                      .domain = domain,
                      .used = domain,
                      .links_per_path = 2,
                      .packages_per_rack = per_rack};
}

/* 512 packages in racks of 144: four racks at -0.9, -0.3, 0.3, 0.9 m, the last with 80 */
START_TEST(four_racks_by_hand)
{
    const fab_tier tier = tier_of(512, 144);
    ck_assert_int_eq(fab_rack_count(&tier), 4);
    const fab_rack first = fab_rack_at(&tier, 0);
    ck_assert_int_eq(first.packages, 144);
    ck_assert_double_eq_tol(first.position_m, -0.9, 1e-12);
    ck_assert_double_eq_tol(first.cable_m, 2.9, 1e-12);
    ck_assert_double_eq_tol(first.cables_count, 144.0, 1e-12);
    const fab_rack last = fab_rack_at(&tier, 3);
    ck_assert_int_eq(last.packages, 80);
    ck_assert_double_eq_tol(last.position_m, 0.9, 1e-12);
    ck_assert_double_eq_tol(last.cable_m, fab_tier_span_m(&tier), 1e-12);
}
END_TEST

START_TEST(one_rack)
{
    const fab_tier tier = tier_of(72, 72);
    const fab_rack rack = fab_rack_at(&tier, 0);
    ck_assert_int_eq(fab_rack_count(&tier), 1);
    ck_assert_double_eq(rack.position_m, 0.0);
    ck_assert_double_eq(rack.cable_m, 1.0);
}
END_TEST

/* of full racks: the packages add up, the mean cable and the longest are those of the bill */
START_TEST(sums_agree)
{
    const fab_tier tier = tier_of((int64_t)(_i + 1) * 16, 16);
    int64_t packages = 0;
    double cables = 0.0, length_m = 0.0, longest_m = 0.0;
    for (int64_t i = 0; i < fab_rack_count(&tier); i++) {
        const fab_rack rack = fab_rack_at(&tier, i);
        packages += rack.packages;
        cables += rack.cables_count;
        length_m += rack.cables_count * rack.cable_m;
        longest_m = fmax(longest_m, rack.cable_m);
    }
    ck_assert_int_eq(packages, tier.domain);
    ck_assert_double_eq_tol(length_m / cables, fab_tier_cable_m(&tier), 1e-9);
    ck_assert_double_eq_tol(longest_m, fab_tier_span_m(&tier), 1e-9);
}
END_TEST

static const struct {
    const char *what;
    int64_t domain;
    int64_t packages_per_rack;
    double want_m;
} SPAN[] = {
    {"one package", 1, 72, 1.0},
    {"exactly one rack", 72, 72, 1.0},
    {"one package in the second rack", 73, 72, 2.3},
    {"144 packages in one rack", 144, 144, 1.0},
    {"512 packages in 8 racks", 512, 64, 4.1},
    {"512 packages in 4 racks of 144", 512, 144, 2.9},
    {"32768 packages in 512 racks", 32768, 64, 155.3},
};

START_TEST(span)
{
    const fab_tier tier = {.domain = SPAN[_i].domain,
                           .packages_per_rack = SPAN[_i].packages_per_rack};
    ck_assert_double_eq_tol(fab_tier_span_m(&tier), SPAN[_i].want_m, 1e-12);
}
END_TEST

static void span_grows_with_domain_for(uint64_t seed)
{
    fab_tier tier = {.domain = seeded_integer(&seed, 1, 100000),
                     .packages_per_rack = seeded_integer(&seed, 1, 200)};
    const double before_m = fab_tier_span_m(&tier);
    tier.domain += seeded_integer(&seed, 1, 1000);
    ck_assert_double_ge(fab_tier_span_m(&tier), before_m);
    ck_assert_double_ge(before_m, 1.0);
}

START_TEST(span_grows_with_domain)
{
    for (uint64_t i = 0; i < SEEDS; i++) {
        span_grows_with_domain_for((uint64_t)_i * SEEDS + i);
    }
}
END_TEST

/* by the layout: 1 m in a rack, else 2 m and 0.3 m for each further rack */
static const struct {
    double reach_m;
    int64_t want_racks;
} REACH[] = {
    {0.4, 0}, {1.0, 1},     {2.29, 1},      {2.3, 2},  {2.9, 4},
    {4.1, 8}, {155.3, 512}, {1000.0, 3327}, {-1.0, 0}, {1e300, 1000000000},
};

START_TEST(racks_within_reach)
{
    ck_assert_int_eq(fab_reach_racks(REACH[_i].reach_m), REACH[_i].want_racks);
}
END_TEST

START_TEST(racks_are_the_inverse_of_the_span)
{
    uint64_t seed = (uint64_t)_i;
    for (int i = 0; i < SEEDS; i++) {
        const fab_tier tier = {.domain = seeded_integer(&seed, 1, 1000000),
                               .packages_per_rack = seeded_integer(&seed, 1, 200)};
        const int64_t racks = (tier.domain - 1) / tier.packages_per_rack + 1;
        ck_assert_int_eq(fab_reach_racks(fab_tier_span_m(&tier)), racks);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("racks");
    TCase *tcase = tcase_create("racks");
    tcase_add_test(tcase, four_racks_by_hand);
    tcase_add_test(tcase, one_rack);
    tcase_add_loop_test(tcase, sums_agree, 0, 100);
    tcase_add_loop_test(tcase, span, 0, (int)(sizeof SPAN / sizeof SPAN[0]));
    tcase_add_loop_test(tcase, racks_within_reach, 0, (int)(sizeof REACH / sizeof REACH[0]));
    tcase_add_loop_test(tcase, racks_are_the_inverse_of_the_span, 0, BLOCKS);
    tcase_add_loop_test(tcase, span_grows_with_domain, 0, BLOCKS);
    suite_add_tcase(suite, tcase);
    return run_all(suite);
}

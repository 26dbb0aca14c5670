#include <check.h>
#include <string.h>

#include <fabricast/anatomy.h>

#include "link_fixture.h"
#include "run_all.h"

#define ARENA_BYTE ((size_t)1 << 20)

static const fab_value NONE = {.is_known = false};
static const fab_position NOWHERE = {.source = NULL};
static fab_arena *arena;
static fab_diagnostics list;

static void set_up(void)
{
    arena = fab_arena_create(ARENA_BYTE);
    ck_assert_ptr_nonnull(arena);
    list = fab_diagnostics_make(arena);
}

static void tear_down(void)
{
    fab_arena_destroy(arena);
}

static fab_fabric fabric_of(fab_technology technology, int numbers)
{
    fab_fabric out = {.name = "pod", .tier_count = 2};
    technology.numbers = numbers;
    out.tiers[0] = (fab_tier){.name = "inner", .technology = technology};
    out.tiers[1] = (fab_tier){.name = "outer", .technology = link_optics()};
    return out;
}

static fab_status settle(fab_fabric *fabric)
{
    return fab_link_settle(NOWHERE, arena, &list, fabric);
}

START_TEST(published_stays)
{
    fab_fabric fabric = fabric_of(link_module(), FAB_NUMBERS_PUBLISHED);
    ck_assert_int_eq(settle(&fabric), FAB_OK);
    ck_assert_double_eq(fabric.tiers[0].technology.energy_j_per_bit.value, 18.75e-12);
    ck_assert_str_eq(fabric.tiers[0].technology.energy_scope,
                     "one full module; host SerDes excluded");
}
END_TEST

/* the whole link, and only of the tier that asks; twice the laser's efficiency halves its part */
START_TEST(derived_follows_the_parts)
{
    fab_technology t = link_module();
    fab_budget b;
    ck_assert_int_eq(fab_link_budget(&t, NONE, &b), FAB_OK);
    fab_fabric fabric = fabric_of(t, FAB_NUMBERS_DERIVED);
    ck_assert_int_eq(settle(&fabric), FAB_OK);
    const double before = fabric.tiers[0].technology.energy_j_per_bit.value;
    ck_assert_double_eq(before, b.energy_j_per_bit.value);
    ck_assert_double_eq(fabric.tiers[0].technology.reach_m.value, 1000.0);
    ck_assert_double_eq(fabric.tiers[1].technology.energy_j_per_bit.value, 4.3e-12);
    t.laser_frac = known(2.0 * b.recipe.laser_frac.value);
    fabric = fabric_of(t, FAB_NUMBERS_DERIVED);
    ck_assert_int_eq(settle(&fabric), FAB_OK);
    /* the converters' share of it goes too: 12 % */
    const double saved = 0.5 * b.parts_j_per_bit[FAB_LINK_PART_LASER].value / 0.88;
    ck_assert_double_eq_tol(before - fabric.tiers[0].technology.energy_j_per_bit.value, saved,
                            1e-4 * saved);
}
END_TEST

/* where a budget gives a reach it is taken: a board's, 60 cm where 40 are published */
START_TEST(reach_and_edge)
{
    fab_fabric fabric = fabric_of(link_pcie5(), FAB_NUMBERS_DERIVED);
    ck_assert_int_eq(settle(&fabric), FAB_OK);
    ck_assert_double_eq_tol(fabric.tiers[0].technology.reach_m.value, 0.602, 0.002);
    ck_assert_double_eq_tol(fabric.tiers[0].technology.shoreline_bps_per_m.value, 15.7e12, 0.1e12);
    /* taking them again changes nothing but the energy's distance */
    const double reach = fabric.tiers[0].technology.reach_m.value;
    ck_assert_int_eq(settle(&fabric), FAB_OK);
    ck_assert_double_eq(fabric.tiers[0].technology.reach_m.value, reach);
}
END_TEST

START_TEST(a_budget_that_does_not_close)
{
    fab_technology t = link_optics();
    t.laser_w = known(1e-5);
    fab_fabric fabric = fabric_of(t, FAB_NUMBERS_DERIVED);
    ck_assert_int_eq(settle(&fabric), FAB_E_INPUT);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0].severity, FAB_SEVERITY_INFEASIBLE);
    ck_assert_ptr_nonnull(strstr(list.items[0].message, "tier `inner`: optics: over 1 km"));
    ck_assert_ptr_nonnull(strstr(list.items[0].message, "dB"));
    ck_assert_double_eq(fabric.tiers[0].technology.energy_j_per_bit.value, 4.3e-12);
}
END_TEST

START_TEST(what_cannot_be_derived)
{
    fab_technology t = link_pcie5();
    t.role = FAB_ROLE_DIE_TO_DIE;
    t.reach_m = NONE;
    fab_fabric fabric = fabric_of(t, FAB_NUMBERS_DERIVED);
    ck_assert_int_eq(settle(&fabric), FAB_E_INPUT);
    ck_assert_int_eq(list.items[0].severity, FAB_SEVERITY_ERROR);
    ck_assert_ptr_nonnull(strstr(list.items[0].message, "cannot be derived"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("own_numbers");
    TCase *tests = tcase_create("numbers");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, published_stays);
    tcase_add_test(tests, derived_follows_the_parts);
    tcase_add_test(tests, reach_and_edge);
    tcase_add_test(tests, a_budget_that_does_not_close);
    tcase_add_test(tests, what_cannot_be_derived);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

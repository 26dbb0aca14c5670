#include <check.h>

#include <math.h>
#include <string.h>

#include <fabricast/compare.h>

#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;
static const fab_catalog *catalog;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 28);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_compared load(const char *file)
{
    const fab_scenario *scenario = NULL;
    fab_compared side;
    const char *path = fab_arena_printf(arena, "%s/examples/%s", FAB_SOURCE_DIR, file);
    ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &scenario), FAB_OK);
    ck_assert_int_eq(fab_compared_make(file, scenario, arena, &side), FAB_OK);
    return side;
}

START_TEST(changes_lead_from_one_step_to_the_other)
{
    const fab_compared first = load("moe-4.7t-copper.yaml"), second = load("moe-4.7t-optics.yaml");
    fab_comparison c;
    ck_assert_int_eq(fab_compare(&first, &second, arena, &c), FAB_OK);
    double step_s = first.forecast.step_s, seen = 0.0;
    for (int i = 0; i < FAB_STEP_CLASS_COUNT; i++) {
        const fab_compared_part *part = &c.parts[i];
        ck_assert_double_eq(part->first_s, first.forecast.part_s[part->part]);
        ck_assert_double_eq(part->second_s, second.forecast.part_s[part->part]);
        ck_assert_double_eq(part->change_frac, part->change_s / first.forecast.step_s);
        ck_assert(i == 0 || fabs(c.parts[i - 1].change_s) >= fabs(part->change_s));
        step_s += part->change_s;
        seen += (double)part->part;
    }
    ck_assert_double_eq_tol(step_s, second.forecast.step_s, 1e-12);
    ck_assert_double_eq(seen, FAB_STEP_CLASS_COUNT * (FAB_STEP_CLASS_COUNT - 1) / 2.0);
    ck_assert_double_eq(c.speedup_ratio,
                        first.ownership.time_to_train_s / second.ownership.time_to_train_s);
}
END_TEST

static bool differs(const fab_comparison *c, const char *section, const char *field)
{
    for (size_t i = 0; i < c->setting_count; i++) {
        if (strcmp(c->settings[i].section, section) == 0 &&
            strcmp(c->settings[i].field, field) == 0) {
            ck_assert_str_ne(c->settings[i].first, c->settings[i].second);
            return true;
        }
    }
    return false;
}

START_TEST(only_what_differs_is_listed)
{
    const fab_compared first = load("moe-4.7t-copper.yaml"), second = load("moe-4.7t-optics.yaml");
    fab_comparison c;
    ck_assert_int_eq(fab_compare(&first, &second, arena, &c), FAB_OK);
    ck_assert(differs(&c, "fabric", "name"));
    ck_assert(differs(&c, "fabric.tiers[0]", "rate"));
    ck_assert(!differs(&c, "model", "name"));
    ck_assert(!differs(&c, "job", "batch"));
    ck_assert_int_eq(fab_compare(&first, &first, arena, &c), FAB_OK);
    ck_assert_uint_eq(c.setting_count, 0);
    ck_assert_double_eq(c.speedup_ratio, 1.0);
    const fab_compared other = load("llama3-405b-h100.yaml");
    ck_assert_int_eq(fab_compare(&first, &other, arena, &c), FAB_OK);
    ck_assert(differs(&c, "model", "name"));
    ck_assert(differs(&c, "job", "gpus"));
    ck_assert(differs(&c, "gpu", "name"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("comparison");
    TCase *tests = tcase_create("comparison");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, changes_lead_from_one_step_to_the_other);
    tcase_add_test(tests, only_what_differs_is_listed);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include "catalog_fixture.h"
#include "run_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIERS                                                                                      \
    "tiers:\n  - {technology: study_copper, latency: 1 us, domain: 8, packages_per_rack: 8}\n"

/* writes a file of its own and loads it; the file is gone afterwards */
static fab_status load_text(const char *text, fab_fabric *out)
{
    char path[] = "./fabric_XXXXXX";
    const int handle = mkstemp(path);
    ck_assert_int_ge(handle, 0);
    FILE *file = fdopen(handle, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    diagnostics = fab_diagnostics_make(arena);
    const fab_status status = fab_fabric_load(catalog, path, arena, &diagnostics, out);
    ck_assert_int_eq(unlink(path), 0);
    return status;
}

START_TEST(a_name_is_a_row)
{
    fab_fabric fabric;
    ck_assert_int_eq(fab_fabric_load(catalog, "h100_ib", arena, &diagnostics, &fabric), FAB_OK);
    ck_assert_str_eq(fabric.name, "h100_ib");
    ck_assert_int_eq(fabric.tier_count, 2);
}
END_TEST

static const char *const GOOD[] = {
    TIERS,
    "fabric:\n  tiers:\n    - {technology: study_copper, latency: 1 us, domain: 8, "
    "packages_per_rack: 8}\n",
};

START_TEST(both_forms_of_a_file)
{
    fab_fabric fabric;
    ck_assert_int_eq(load_text(GOOD[_i], &fabric), FAB_OK);
    ck_assert_int_eq(fabric.tier_count, 1);
    ck_assert_int_eq(fabric.tiers[0].domain, 8);
    ck_assert_double_eq(fabric.tiers[0].rate_bps.value, 14.4e12);
}
END_TEST

START_TEST(a_file_may_overlay_a_row)
{
    fab_fabric fabric;
    ck_assert_int_eq(load_text("fabric: {base: h100_ib, tiers: [{rate: 7.2 Tbps}]}\n", &fabric),
                     FAB_OK);
    ck_assert_double_eq(fabric.tiers[0].rate_bps.value, 7.2e12);
    ck_assert_double_eq(fabric.tiers[1].rate_bps.value, 0.4e12);
}
END_TEST

static const struct {
    const char *text;
    size_t errors;
    const char *message;
} BAD[] = {
    {"- a\n", 1, "a fabric cannot be a list"},
    {"fabric: h100_bi\n", 1, "unknown fabric `h100_bi`"},
    {"fabric: h100_ib\ngpu: x\n", 1, "unknown field `gpu` beside `fabric`"},
    {"fabric: h100_bi\ngpu: x\n", 2, "unknown field `gpu` beside `fabric`"},
    {"title: no tiers\n", 1, "tiers"},
    {"\xff\n", 1, "UTF-8"},
    {"", 1, ""},
};

START_TEST(mistakes)
{
    fab_fabric fabric;
    ck_assert_int_eq(load_text(BAD[_i].text, &fabric), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, BAD[_i].errors);
    assert_contains(diagnostics.items[0].message, BAD[_i].message);
    ck_assert_ptr_nonnull(diagnostics.items[0].position.source);
}
END_TEST

/* what is no row and does not look like a file is a name that was mistyped */
START_TEST(a_wrong_name)
{
    fab_fabric fabric;
    ck_assert_int_eq(fab_fabric_load(catalog, "h100_bi", arena, &diagnostics, &fabric),
                     FAB_E_INPUT);
    assert_contains(diagnostics.items[0].message, "unknown fabric `h100_bi`");
    assert_contains(diagnostics.items[0].hint, "did you mean `h100_ib`?");
    ck_assert_int_eq(fab_fabric_load(catalog, "", arena, &diagnostics, &fabric), FAB_E_INPUT);
    assert_contains(diagnostics.items[1].hint, "ends in .yaml");
    ck_assert_int_eq(fab_fabric_load(catalog, "./none.yml", arena, &diagnostics, &fabric),
                     FAB_E_INPUT);
    assert_contains(diagnostics.items[2].position.source->name, "none.yml");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fabric_load");
    TCase *tests = tcase_create("fabric_load");
    tcase_add_checked_fixture(tests, catalog_setup, catalog_teardown);
    tcase_add_test(tests, a_name_is_a_row);
    tcase_add_loop_test(tests, both_forms_of_a_file, 0, sizeof GOOD / sizeof GOOD[0]);
    tcase_add_test(tests, a_file_may_overlay_a_row);
    tcase_add_loop_test(tests, mistakes, 0, sizeof BAD / sizeof BAD[0]);
    tcase_add_test(tests, a_wrong_name);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

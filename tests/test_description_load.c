#include "catalog_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* writes a file of its own and loads it; the file is gone afterwards */
static fab_status load_text(fab_catalog_kind kind, const char *text, const fab_catalog **out)
{
    char path[] = "./description_XXXXXX";
    const int handle = mkstemp(path);
    ck_assert_int_ge(handle, 0);
    FILE *file = fdopen(handle, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    diagnostics = fab_diagnostics_make(arena);
    const fab_status status = fab_catalog_load_file(catalog, kind, path, arena, &diagnostics, out);
    ck_assert_int_eq(unlink(path), 0);
    return status;
}

static const struct {
    fab_catalog_kind kind;
    const char *text, *name;
} GOOD[] = {
    {FAB_CATALOG_GPU, "base: h100_sxm\nmemory: 96 GB\n", "h100_sxm"},
    {FAB_CATALOG_GPU, "gpu: {base: h100_sxm, name: mine}\n", "mine"},
    {FAB_CATALOG_GPU, "gb200\n", "gb200"},
    {FAB_CATALOG_TECHNOLOGY, "rate: 1 Tbps\nenergy: 1 pJ/bit\n", "custom"},
    {FAB_CATALOG_MODEL, "model: mixtral-8x7b\n", "mixtral-8x7b"},
    {FAB_CATALOG_FABRIC, "base: h100_ib\nname: my_ib\n", "my_ib"},
};

START_TEST(a_file_is_a_catalog_of_one_row)
{
    const fab_catalog *made = NULL;
    ck_assert_int_eq(load_text(GOOD[_i].kind, GOOD[_i].text, &made), FAB_OK);
    for (int k = 0; k < FAB_CATALOG_KIND_COUNT; k++) {
        ck_assert_uint_eq(fab_catalog_count(made, (fab_catalog_kind)k),
                          k == (int)GOOD[_i].kind ? 1 : 0);
    }
    ck_assert_str_eq(fab_catalog_row_name(made, GOOD[_i].kind, 0), GOOD[_i].name);
    const fab_catalog_fact *facts;
    size_t count;
    ck_assert_int_eq(fab_catalog_facts(made, GOOD[_i].kind, 0, arena, &facts, &count), FAB_OK);
    ck_assert_uint_gt(count, 3);
}
END_TEST

static const struct {
    fab_catalog_kind kind;
    const char *text, *message;
    size_t errors;
} BAD[] = {
    {FAB_CATALOG_GPU, "gpu: h100_sxm\nmemory: 96 GB\n", "unknown field `memory` beside `gpu`", 1},
    {FAB_CATALOG_GPU, "gpu: h100_sxn\nmodel: x\n", "unknown field `model` beside `gpu`", 2},
    {FAB_CATALOG_GPU, "h100_ib\n", "unknown gpu `h100_ib`", 1},
    {FAB_CATALOG_MODEL, "[a]\n", "a model cannot be a list", 1},
    {FAB_CATALOG_TECHNOLOGY, "rate: 1 TB\nenergy: 1 pJ/bit\n", "`TB` is a size in bytes", 1},
    {FAB_CATALOG_TECHNOLOGY, "technology: {rate: 1 Tbps}\n", "missing field `energy`", 1},
    {FAB_CATALOG_FABRIC, "a: [\n", "", 1},
};

START_TEST(mistakes)
{
    const fab_catalog *made = NULL;
    ck_assert_int_eq(load_text(BAD[_i].kind, BAD[_i].text, &made), FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, BAD[_i].errors);
    assert_contains(diagnostics.items[0].message, BAD[_i].message);
    ck_assert_ptr_null(made);
}
END_TEST

START_TEST(no_file)
{
    const fab_catalog *made = NULL;
    ck_assert_int_eq(
        fab_catalog_load_file(catalog, FAB_CATALOG_GPU, "./none.yaml", arena, &diagnostics, &made),
        FAB_E_INPUT);
    assert_contains(diagnostics.items[0].message, "no such file");
}
END_TEST

START_TEST(words_that_mean_files)
{
    ck_assert(fab_catalog_is_file("a.yaml") && fab_catalog_is_file("a.yml"));
    ck_assert(fab_catalog_is_file("./a") && fab_catalog_is_file("a/b"));
    ck_assert(!fab_catalog_is_file("h100_sxm") && !fab_catalog_is_file("yaml"));
    ck_assert(!fab_catalog_is_file("a.yaml.old") && !fab_catalog_is_file(""));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("description_load");
    tcase_add_loop_test(tests, a_file_is_a_catalog_of_one_row, 0, sizeof GOOD / sizeof GOOD[0]);
    tcase_add_loop_test(tests, mistakes, 0, sizeof BAD / sizeof BAD[0]);
    tcase_add_test(tests, no_file);
    tcase_add_test(tests, words_that_mean_files);
    return run_suite("description_load", tests);
}

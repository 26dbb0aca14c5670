#include "catalog_fixture.h"
#include "run_all.h"

#include "scenario/kernel_table.h"

static const fab_kernel_table *table;

static fab_status parse(const char *text, const char *gpu)
{
    table = NULL;
    diagnostics = fab_diagnostics_make(arena);
    return fab_kernel_table_parse("times.csv", text, strlen(text), gpu, arena, &diagnostics,
                                  &table);
}

static const char GOOD[] = "gpu,precision,m,n,k,batch,queries,sequence,head_dim,pass,time_s\n"
                           "h100,fp8,8,16,32,4,,,,,0.5\n"
                           ",,8,16,32,,,,,,0.25\n"
                           "h100,,,,,,64,32,128,backward,2\n"
                           "b200,nvfp4,8,16,32,,,,,,0.125\n";

START_TEST(rows_are_found_by_their_shape)
{
    ck_assert_int_eq(parse(GOOD, "h100"), FAB_OK);
    ck_assert_uint_eq(diagnostics.count, 0);
    ck_assert_uint_eq(table->count, 3);
    const fab_kernel_row product = {.precision = 1, .batch = 4, .m = 8, .n = 16, .k = 32};
    ck_assert_double_eq(fab_kernel_table_find(table, &product)->time_s, 0.5);
    const fab_kernel_row plain = {.batch = 1, .m = 8, .n = 16, .k = 32};
    ck_assert_double_eq(fab_kernel_table_find(table, &plain)->time_s, 0.25);
    const fab_kernel_row core = {
        .is_attention = true, .is_backward = true, .queries = 64, .sequence = 32, .head_dim = 128};
    ck_assert_double_eq(fab_kernel_table_find(table, &core)->time_s, 2.0);
    /* of another pass, of another precision, of another package */
    const fab_kernel_row forward = {
        .is_attention = true, .queries = 64, .sequence = 32, .head_dim = 128};
    ck_assert_ptr_null(fab_kernel_table_find(table, &forward));
    const fab_kernel_row other = {.precision = 2, .batch = 1, .m = 8, .n = 16, .k = 32};
    ck_assert_ptr_null(fab_kernel_table_find(table, &other));
    ck_assert_int_eq(parse(GOOD, "b200"), FAB_OK);
    ck_assert_double_eq(fab_kernel_table_find(table, &other)->time_s, 0.125);
    /* a package without a name takes the rows of any */
    ck_assert_int_eq(parse(GOOD, NULL), FAB_OK);
    ck_assert_uint_eq(table->count, 1);
}
END_TEST

/* a wrong table, where it is wrong and what is said */
static const struct {
    const char *text;
    int line, column;
    const char *message;
} WRONG[] = {
    {"m,n,k\n1,2,3\n", 1, 1, "the column `time_s` is missing"},
    {"m,n,k,time\n1,2,3,4\n", 1, 7, "a table of kernels has no column `time`"},
    {"m,n,k,time_s\n1.5,2,3,4\n", 2, 1, "`m` is `1.5`; wanted is a whole number from 1"},
    {"m,n,k,time_s\n1,0,3,4\n", 2, 3, "`n` is `0`"},
    {"m,n,k,time_s\n1,2,-3,4\n", 2, 5, "`k` is `-3`"},
    {"m,n,k,time_s\n1,2,1e16,4\n", 2, 5, "`k` is `1e16`"},
    {"m,n,k,time_s\n1,2,,4\n", 2, 5, "`k` is ``"},
    {"m,n,k,time_s\n1,2,3,\n", 2, 7, "`time_s` is ``; wanted are seconds above 0"},
    {"m,n,k,time_s\n1,2,3,0\n", 2, 7, "`time_s` is `0`"},
    {"m,n,k,time_s\n1,2,3,-1\n", 2, 7, "`time_s` is `-1`"},
    {"m,n,k,time_s\n1,2,3,nan\n", 2, 7, "`time_s` is `nan`"},
    {"m,n,k,time_s\n1,2,3,1e7\n", 2, 7, "`time_s` is `1e7`"},
    {"m,n,time_s\n1,2,4\n", 2, 1, "`k` is ``"},
    {"precision,m,n,k,time_s\nfp9,1,2,3,4\n", 2, 1, "`precision` is `fp9`"},
    {"m,n,k,pass,time_s\n1,2,3,forward,4\n", 2, 7, "a product has no `pass`"},
    {"m,queries,sequence,head_dim,pass,time_s\n1,2,3,4,forward,5\n", 2, 1,
     "an attention core has no `m`"},
    {"queries,sequence,head_dim,time_s\n2,3,4,5\n", 2, 1, "`pass` of an attention core is ``"},
    {"queries,sequence,head_dim,pass,time_s\n2,3,4,up,5\n", 2, 7, "`pass` of an attention core is"},
    {"queries,sequence,head_dim,pass,time_s\n2,,4,forward,5\n", 2, 3, "`sequence` is ``"},
    {"m,n,k,time_s\n1,2,3,4\n5,6,7,8\n1,2,3,9\n", 4, 7, "an earlier row has the same shape: `9`"},
    {"m,n,k,time_s\n1,2,3\n", 2, 0, "cells"},
    {"", 0, 0, ""},
};

START_TEST(mistakes_are_told_where_they_stand)
{
    ck_assert_int_eq(parse(WRONG[_i].text, "h100"), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 1);
    const fab_diagnostic *first = &diagnostics.items[0];
    ck_assert_msg(strstr(first->message, WRONG[_i].message) != NULL, "%s", first->message);
    if (WRONG[_i].column > 0) {
        ck_assert_int_eq(first->position.line, WRONG[_i].line);
        ck_assert_int_eq(first->position.column, WRONG[_i].column);
    }
}
END_TEST

START_TEST(a_table_of_other_packages_is_warned_of)
{
    ck_assert_int_eq(parse("gpu,m,n,k,time_s\nb200,1,2,3,4\n", "h100"), FAB_OK);
    ck_assert_uint_eq(diagnostics.warnings, 1);
    ck_assert_uint_eq(table->count, 0);
    ck_assert_int_eq(parse("m,n,k,time_s\n", "h100"), FAB_OK);
    ck_assert_uint_eq(diagnostics.count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_table");
    TCase *tests = tcase_create("kernel_table");
    tcase_add_checked_fixture(tests, catalog_setup, catalog_teardown);
    tcase_add_test(tests, rows_are_found_by_their_shape);
    tcase_add_loop_test(tests, mistakes_are_told_where_they_stand, 0,
                        (int)(sizeof(WRONG) / sizeof(WRONG[0])));
    tcase_add_test(tests, a_table_of_other_packages_is_warned_of);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/measured.h>

#include "run_all.h"

#define HEAD "hardware,on,collective,algorithm,ranks,size_byte,time_us,bus_GBps,source\n"

static fab_arena *arena;
static fab_diagnostics diagnostics;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 24);
    diagnostics = fab_diagnostics_make(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static fab_status load(const char *text, const fab_measured_collective **rows, size_t *count)
{
    char path[] = "/tmp/test_measured.XXXXXX";
    const int file = mkstemp(path);
    FILE *stream = fdopen(file, "w");
    ck_assert_ptr_nonnull(stream);
    fputs(text, stream);
    fclose(stream);
    const fab_status status = fab_measured_load(path, arena, &diagnostics, rows, count);
    remove(path);
    return status;
}

START_TEST(rows_are_read)
{
    const fab_measured_collective *rows;
    size_t count;
    ck_assert_int_eq(load(HEAD "box,hgx_h100,all-reduce,ring,8,1024,12.5,0.1,https://a\r\n"
                               "\"a \"\"b\"\", c\",hgx_h100,all-gather,,4,7000000,,350,x\n"
                               "\n"
                               "d,hgx_h100,send,,2,8,,0.5,x\n"
                               "e,,moe_dispatch,,,,,,\n",
                          &rows, &count),
                     FAB_OK);
    ck_assert_uint_eq(count, 4);
    ck_assert_str_eq(rows[0].hardware, "box");
    ck_assert_str_eq(rows[0].on, "hgx_h100");
    ck_assert_int_eq(rows[0].kind, FAB_ALL_REDUCE);
    ck_assert_int_eq(rows[0].algorithm, FAB_ALGORITHM_RING);
    ck_assert_int_eq(rows[0].ranks, 8);
    ck_assert_double_eq_tol(rows[0].time_s, 12.5e-6, 1e-18);
    ck_assert_str_eq(rows[0].source, "https://a");
    ck_assert_int_eq(rows[0].line, 2);

    /* 7 MB x 3/4 at 350 GB/s */
    ck_assert_str_eq(rows[1].hardware, "a \"b\", c");
    ck_assert_double_eq_tol(rows[1].time_s, 15e-6, 1e-18);
    ck_assert_int_eq(rows[1].algorithm, FAB_ALGORITHM_AUTO);

    /* too few digits to say a time; nothing to compare with */
    ck_assert_ptr_null(rows[2].on);
    ck_assert_ptr_null(rows[3].on);
    ck_assert_str_eq(rows[3].collective, "moe_dispatch");
}
END_TEST

static const struct {
    const char *text, *message;
    int line, column;
} BAD[] = {
    {"hardware,on\n", "no column `collective`", 1, 1},
    {HEAD "a,f,gossip,,8,1,1,1,s\n", "unknown collective `gossip`", 2, 5},
    {HEAD "a,f,send,rng,8,1,1,1,s\n", "unknown algorithm `rng`", 2, 10},
    {HEAD "a,f,send,,1,1,1,1,s\n", "`1` ranks", 2, 11},
    {HEAD "a,f,send,,2.5,1,1,1,s\n", "`2.5` ranks", 2, 11},
    {HEAD "a,f,send,,x,1,1,1,s\n", "`x` is not a number", 2, 11},
    {HEAD "a,f,send,,2,0,1,1,s\n", "a size `0`", 2, 13},
    {HEAD "a,f,send,,2,,1,1,s\n", "a size ``", 2, 13},
    {HEAD "a,f,send,,2,8,-1,1,s\n", "`-1` is not a number", 2, 15},
    {HEAD "a,f,send,,2,8,nan,1,s\n", "`nan` is not a number", 2, 15},
    {HEAD "\n\na,f,send,,2,8,inf,1,s\n", "`inf` is not a number", 4, 15},
    {HEAD "a,f,send\n", "too few cells", 2, 1},
    {"", "the file has no header", 0, 0},
};

START_TEST(mistakes_have_a_place)
{
    const fab_measured_collective *rows;
    size_t count;
    ck_assert_int_eq(load(BAD[_i].text, &rows, &count), FAB_E_INPUT);
    ck_assert_uint_ge(diagnostics.errors, 1);
    const fab_diagnostic *first = &diagnostics.items[0];
    ck_assert_msg(strstr(first->message, BAD[_i].message) != NULL, "%s", first->message);
    ck_assert_int_eq(first->position.line, BAD[_i].line);
    ck_assert_int_eq(first->position.column, BAD[_i].column);
}
END_TEST

START_TEST(every_mistake_is_reported)
{
    const fab_measured_collective *rows;
    size_t count;
    ck_assert_int_eq(load(HEAD "a,f,gossip,,8,1,1,1,s\na,f,send,,x,1,1,1,s\n", &rows, &count),
                     FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 2);
    ck_assert_int_eq(fab_measured_load("/nowhere.csv", arena, &diagnostics, &rows, &count),
                     FAB_E_INPUT);
}
END_TEST

START_TEST(memory_is_out)
{
    fab_arena *small = fab_arena_create(64);
    fab_diagnostics list = fab_diagnostics_make(small);
    const fab_measured_collective *rows;
    size_t count;
    ck_assert_int_eq(fab_measured_load(FAB_SOURCE_DIR "/validation/collectives.csv", small, &list,
                                       &rows, &count),
                     FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("measured");
    TCase *tests = tcase_create("measured");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_are_read);
    tcase_add_loop_test(tests, mistakes_have_a_place, 0, (int)(sizeof BAD / sizeof BAD[0]));
    tcase_add_test(tests, every_mistake_is_reported);
    tcase_add_test(tests, memory_is_out);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

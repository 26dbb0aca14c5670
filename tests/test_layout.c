#include <check.h>
#include <string.h>

#include "run_all.h"
#include "scenario/layout.h"

#define ROOM 64

static const struct {
    const char *text;
    int64_t chunks, layers;
    int64_t want[ROOM];
} ROW[] = {
    {"1", 1, 1, {1}},
    {"3 4 2", 3, 9, {3, 4, 2}},
    {"3 4*4 2", 6, 21, {3, 4, 4, 4, 4, 2}},
    {"2*3", 3, 6, {2, 2, 2}},
    {" \t1  7*2\t", 3, 15, {1, 7, 7}},
    {"1*1 2*1", 2, 3, {1, 2}},
    {"60 1", 2, 61, {60, 1}},
    {"0 2*2 0", 4, 4, {0, 2, 2, 0}},
    {"3 0", 2, 3, {3, 0}},
    {"1*61", 61, 61, {1, 1, 1}},
};

START_TEST(rows_agree)
{
    int64_t got[ROOM] = {0};
    fab_layout_size size, counted;
    ck_assert(fab_layout_read(ROW[_i].text, 61, NULL, &counted));
    ck_assert(fab_layout_read(ROW[_i].text, 61, got, &size));
    ck_assert_int_eq(size.chunks, ROW[_i].chunks);
    ck_assert_int_eq(size.layers, ROW[_i].layers);
    ck_assert_int_eq(counted.chunks, size.chunks);
    ck_assert_int_eq(counted.layers, size.layers);
    int64_t sum = 0;
    for (int64_t i = 0; i < size.chunks; i++) {
        ck_assert(i >= 3 || got[i] == ROW[_i].want[i]);
        sum += got[i];
    }
    ck_assert_int_eq(sum, size.layers);
}
END_TEST

/* what is no layout, or more than 61 layers or chunks */
static const char *const BAD[] = {
    "",
    " ",
    "even",
    "0",
    "-1",
    "0 0",
    "1 0 1",
    "0*2 1",
    "1.5",
    "a",
    "1 a",
    "1a",
    "1*",
    "*2",
    "1*0",
    "1**2",
    "1*2*3",
    "1 *2",
    "1* 2",
    "62",
    "1*62",
    "31*2",
    "60 2",
    "30*2 2",
    "99999999999999999999",
    "9999999*9999999",
    "1,2",
    "[1, 2]",
    "1\n2",
};

START_TEST(bad_ones_are_refused)
{
    fab_layout_size size;
    ck_assert_msg(!fab_layout_read(BAD[_i], 61, NULL, &size), "`%s` was read", BAD[_i]);
}
END_TEST

START_TEST(even_is_a_word_or_nothing)
{
    ck_assert(fab_layout_is_even(NULL) && fab_layout_is_even("even"));
    ck_assert(!fab_layout_is_even("") && !fab_layout_is_even("Even") && !fab_layout_is_even("4*2"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");
    tcase_add_loop_test(tests, rows_agree, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_loop_test(tests, bad_ones_are_refused, 0, (int)(sizeof BAD / sizeof BAD[0]));
    tcase_add_test(tests, even_is_a_word_or_nothing);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

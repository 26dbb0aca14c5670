#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/scratch.h"
#include "run_all.h"

static fab_arena *arena;
static fab_scratch scratch;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 20);
    scratch = (fab_scratch){.arena = arena};
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const struct {
    double number;
    int digits;
    const char *want;
} DIGITS[] = {
    {0.0, 3, "0"},         {2.4567, 3, "2.46"},     {9.996, 3, "10.0"},
    {-0.125, 3, "-0.125"}, {123456.0, 3, "123456"}, {0.00031, 2, "0.00031"},
    {1e-9, 3, "1.00e-09"}, {1.5e12, 3, "1.50e+12"},
};

START_TEST(digits)
{
    ck_assert_str_eq(fab_text_digits(&scratch, DIGITS[_i].number, DIGITS[_i].digits),
                     DIGITS[_i].want);
}
END_TEST

static const struct {
    int64_t number;
    const char *want;
} COUNT[] = {
    {0, "0"}, {999, "999"}, {1000, "1,000"}, {-1234567, "-1,234,567"}, {32768, "32,768"},
};

START_TEST(count)
{
    ck_assert_str_eq(fab_text_count(&scratch, COUNT[_i].number), COUNT[_i].want);
}
END_TEST

START_TEST(exact_reads_back)
{
    /* numbers of every size, by a multiplicative step */
    double number = 1e-15 * (1.0 + _i / 7.0);
    for (int i = 0; i < 60; i++) {
        ck_assert_double_eq(strtod(fab_text_exact(&scratch, number), NULL), number);
        number *= 3.7;
    }
    ck_assert_str_eq(fab_text_exact(&scratch, 4.3e-12), "4.3e-12");
    ck_assert_str_eq(fab_text_exact(&scratch, 0.1), "0.1");
}
END_TEST

START_TEST(fixed_has_no_negative_zero)
{
    ck_assert_str_eq(fab_text_fixed(&scratch, -0.0001, 2), "0.00");
    ck_assert_str_eq(fab_text_fixed(&scratch, -0.01, 2), "-0.01");
    ck_assert_str_eq(fab_text_signed(&scratch, -0.0001, 2), "+0.00");
    ck_assert_str_eq(fab_text_signed(&scratch, -0.01, 2), "-0.01");
    ck_assert_str_eq(fab_text_signed(&scratch, 12.345, 1), "+12.3");
}
END_TEST

static const struct {
    const char *text, *want;
} CLEAN[] = {
    {NULL, ""},
    {"plain", "plain"},
    {"a\nb\tc\x1b[31md\x7f", "a b c [31md "},
    {"\xc3\xa9", "\xc3\xa9"},
    {"\xff\xc3", "??"},
    {"\xc0\xaf", "??"},      /* overlong */
    {"\xed\xa0\x80", "???"}, /* surrogate */
    {"\xc2\x9b"
     "31m",
     " 31m"}, /* a control character beyond ASCII */
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
};

START_TEST(clean)
{
    ck_assert_str_eq(fab_text_clean(&scratch, CLEAN[_i].text), CLEAN[_i].want);
}
END_TEST

START_TEST(short_cuts_between_characters)
{
    ck_assert_str_eq(fab_text_short(&scratch, "abcdef", 6), "abcdef");
    ck_assert_str_eq(fab_text_short(&scratch, "abcdefg", 6), "abc...");
    ck_assert_str_eq(fab_text_short(&scratch, "ab\xc3\xa9xyz", 6), "ab...");
}
END_TEST

static const struct {
    const char *text;
    size_t width;
    const char *want;
} WRAP[] = {
    {"", 5, ""},
    {"short", 10, "short"},
    {"one two three", 7, "one two|three"},
    {"one two three", 3, "one|two|three"},
    {"unbreakable word", 4, "unbreakable|word"},
    {"a unbreakable", 4, "a|unbreakable"},
};

START_TEST(wrap)
{
    ck_assert_str_eq(fab_text_wrap(&scratch, WRAP[_i].text, WRAP[_i].width, "|"), WRAP[_i].want);
}
END_TEST

START_TEST(in_unit)
{
    ck_assert_str_eq(fab_text_in_unit(&scratch, 2.456, ""), "2.46");
    ck_assert_str_eq(fab_text_in_unit(&scratch, 2.456, NULL), "2.46");
    ck_assert_str_eq(fab_text_in_unit(&scratch, 1540.0, "W"), "1.54 kW");
    ck_assert_str_eq(fab_text_in_unit(&scratch, 3.0, "bananas"), "3.00 bananas");
}
END_TEST

START_TEST(first_failure_stays)
{
    fab_arena *small = fab_arena_create(64);
    fab_scratch none = {.arena = small};
    for (int i = 0; i < 100; i++) {
        ck_assert_ptr_nonnull(fab_text_printf(&none, "some text of number %d", i));
    }
    ck_assert_int_eq(none.status, FAB_E_NOMEM);
    ck_assert_str_eq(fab_text_count(&none, 5), "");
    ck_assert_str_eq(fab_text_clean(&none, "x"), "");
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_scratch");
    TCase *texts = tcase_create("texts");
    tcase_add_checked_fixture(texts, setup, teardown);
    tcase_add_loop_test(texts, digits, 0, sizeof(DIGITS) / sizeof(DIGITS[0]));
    tcase_add_loop_test(texts, count, 0, sizeof(COUNT) / sizeof(COUNT[0]));
    tcase_add_loop_test(texts, exact_reads_back, 0, 20);
    tcase_add_test(texts, fixed_has_no_negative_zero);
    tcase_add_loop_test(texts, clean, 0, sizeof(CLEAN) / sizeof(CLEAN[0]));
    tcase_add_test(texts, short_cuts_between_characters);
    tcase_add_loop_test(texts, wrap, 0, sizeof(WRAP) / sizeof(WRAP[0]));
    tcase_add_test(texts, in_unit);
    tcase_add_test(texts, first_failure_stays);
    suite_add_tcase(suite, texts);
    return run_all(suite);
}

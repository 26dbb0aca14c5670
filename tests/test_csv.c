#include <check.h>

#include <stdint.h>
#include <string.h>

#include "config/csv.h"
#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 26);
    ck_assert_ptr_nonnull(arena);
    diagnostics = fab_diagnostics_make(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

static const fab_csv_table *parse(const char *text, fab_status wanted)
{
    const fab_csv_table *csv = NULL;
    ck_assert_int_eq(fab_csv_parse("t.csv", text, strlen(text), arena, &diagnostics, &csv), wanted);
    return csv;
}

START_TEST(cells_are_what_the_text_says)
{
    const fab_csv_table *csv = parse("# measured\n\n"
                                     "id, name ,note\r\n"
                                     "1,\"a, b\",\"say \"\"c\"\"\"\r\n"
                                     "\n"
                                     "2,  x y ,\"two\nlines\"\n"
                                     "3,,",
                                     FAB_OK);
    ck_assert_uint_eq(csv->column_count, 3);
    ck_assert_uint_eq(csv->row_count, 3);
    ck_assert_str_eq(csv->header[1].text, "name");
    ck_assert_str_eq(fab_csv_at(csv, 0, 1)->text, "a, b");
    ck_assert_str_eq(fab_csv_at(csv, 0, 2)->text, "say \"c\"");
    ck_assert_str_eq(fab_csv_at(csv, 1, 1)->text, "x y");
    ck_assert_str_eq(fab_csv_at(csv, 1, 2)->text, "two\nlines");
    ck_assert_str_eq(fab_csv_at(csv, 2, 0)->text, "3");
    ck_assert_str_eq(fab_csv_at(csv, 2, 1)->text, "");
    ck_assert_str_eq(fab_csv_at(csv, 2, 2)->text, "");
    ck_assert_uint_eq(fab_csv_find(csv, "note"), 2);
    ck_assert_uint_eq(fab_csv_find(csv, "Note"), SIZE_MAX);
}
END_TEST

START_TEST(cells_know_where_they_stand)
{
    const fab_csv_table *csv = parse("a,b\n1,  \"xy\"\n\"p\nq\",4\n", FAB_OK);
    const fab_position quoted = fab_csv_position(csv, fab_csv_at(csv, 0, 1));
    ck_assert_int_eq(quoted.line, 2);
    ck_assert_int_eq(quoted.column, 5);
    ck_assert_int_eq(quoted.width, 4);
    const fab_position behind = fab_csv_position(csv, fab_csv_at(csv, 1, 1));
    ck_assert_int_eq(behind.line, 4);
    ck_assert_int_eq(behind.column, 4);
    ck_assert_str_eq(behind.source->name, "t.csv");
}
END_TEST

static const struct {
    const char *text;
    const char *message;
    int line, column;
} MISTAKES[] = {
    {"", "the file has no header", 0, 0},
    {"# only a comment\n \n", "the file has no header", 0, 0},
    {"a,b,a\n", "`a` names a second column", 1, 5},
    {"a,,b\n", "`` names no column", 1, 3},
    {"a,b\n1\n", "`1` begins a row with too few cells", 2, 1},
    {"a,b\n1,2,3\n", "`1` begins a row with too many cells", 2, 1},
    {"a,b\n1,\"2\n", "begins with a quote that does not end", 2, 3},
    {"a,b\n1,\"2\"x\n", "`2` has text behind its closing quote", 2, 3},
    {"a,b\n1,\xff\n", "UTF-8", 2, 3},
};

START_TEST(mistakes_are_told_with_their_place)
{
    (void)parse(MISTAKES[_i].text, FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_ptr_nonnull(strstr(diagnostics.items[0].message, MISTAKES[_i].message));
    ck_assert_int_eq(diagnostics.items[0].position.line, MISTAKES[_i].line);
    ck_assert_int_eq(diagnostics.items[0].position.column, MISTAKES[_i].column);
}
END_TEST

START_TEST(every_mistake_of_a_file_is_told)
{
    (void)parse("a,b\n1\n2,3\n4,5,6\n7\n", FAB_E_INPUT);
    ck_assert_uint_eq(diagnostics.errors, 3);
}
END_TEST

START_TEST(too_many_columns_are_refused)
{
    char text[1200];
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        text[i] = i % 2 ? ',' : 'a';
    }
    text[sizeof(text) - 1] = '\0';
    (void)parse(text, FAB_E_INPUT);
    ck_assert_ptr_nonnull(strstr(diagnostics.items[0].message, "more than 256 columns"));
}
END_TEST

static const struct {
    const char *text;
    bool is_number;
    double number;
} NUMBERS[] = {
    {"0", true, 0.0},         {"-1.5e3", true, -1500.0}, {".5", true, 0.5},
    {"1e999", false, 0.0},    {"0x10", false, 0.0},      {"nan", false, 0.0},
    {"infinity", false, 0.0}, {"1 2", false, 0.0},       {"", false, 0.0},
    {"12a", false, 0.0},      {"1e", false, 0.0},        {"--1", false, 0.0},
};

START_TEST(numbers_fill_their_cell)
{
    const fab_csv_cell cell = {NUMBERS[_i].text, 1, 1, 1};
    double number = -7.0;
    ck_assert(fab_csv_cell_number(&cell, &number) == NUMBERS[_i].is_number);
    ck_assert_double_eq(number, NUMBERS[_i].is_number ? NUMBERS[_i].number : -7.0);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_told)
{
    const fab_csv_table *csv = NULL;
    ck_assert_int_eq(fab_csv_load("/nowhere/x.csv", arena, &diagnostics, &csv), FAB_E_INPUT);
    ck_assert_str_eq(diagnostics.items[0].message, "no such file");
    ck_assert_int_eq(fab_csv_load("/", arena, &diagnostics, &csv), FAB_E_INPUT);
    ck_assert_str_eq(diagnostics.items[1].message, "this is a folder, not a file");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("csv");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, cells_are_what_the_text_says);
    tcase_add_test(tests, cells_know_where_they_stand);
    tcase_add_loop_test(tests, mistakes_are_told_with_their_place, 0,
                        sizeof(MISTAKES) / sizeof(MISTAKES[0]));
    tcase_add_test(tests, every_mistake_of_a_file_is_told);
    tcase_add_test(tests, too_many_columns_are_refused);
    tcase_add_loop_test(tests, numbers_fill_their_cell, 0, sizeof(NUMBERS) / sizeof(NUMBERS[0]));
    tcase_add_test(tests, files_that_cannot_be_read_are_told);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report/csv.h"
#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static fab_scratch scratch;
static FILE *stream;
static fab_csv csv;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    scratch = (fab_scratch){.arena = arena};
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    csv = (fab_csv){.stream = stream, .scratch = &scratch};
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

static const struct {
    const char *text, *want;
} CELL[] = {
    {"plain", "plain"},
    {"", ""},
    {NULL, ""},
    {"a,b", "\"a,b\""},
    {"say \"no\"", "\"say \"\"no\"\"\""},
    {"two\nlines", "\"two\nlines\""},
    {"=1+1", "'=1+1"},
    {"+1", "'+1"},
    {"-1", "'-1"},
    {"@sum", "'@sum"},
    {"\tx", "'\tx"},
    {"\rx", "\"'\rx\""},
    {"=a,b", "\"'=a,b\""},
    {"a=b", "a=b"},
    {"</script>`id`", "</script>`id`"},
};

START_TEST(cells)
{
    fab_csv_text(&csv, CELL[_i].text);
    fab_csv_text(&csv, "next");
    fab_csv_end(&csv);
    const char *want = fab_arena_printf(arena, "%s,next\r\n", CELL[_i].want);
    ck_assert_str_eq(fixture_contents(arena, stream), want);
}
END_TEST

START_TEST(numbers_stay_numbers)
{
    fab_csv_number(&csv, -0.25);
    fab_csv_integer(&csv, -7);
    fab_csv_end(&csv);
    ck_assert_str_eq(fixture_contents(arena, stream), "-0.25,-7\r\n");
}
END_TEST

START_TEST(what_is_not_known_is_an_empty_cell)
{
    FAB_CSV_NAMES(&csv, "x_m", "=y");
    fab_csv_end(&csv);
    fab_csv_known(&csv, false, 1.0);
    fab_csv_known(&csv, true, 0.5);
    fab_csv_flag(&csv, true);
    fab_csv_flag(&csv, false);
    fab_csv_end(&csv);
    ck_assert_str_eq(fixture_contents(arena, stream), "x_m,'=y\r\n,0.5,true,false\r\n");
}
END_TEST

/* splits CSV text into cells the slow way, looks at how each begins and counts the rows */
static size_t rows_of(const char *text, size_t columns)
{
    size_t rows = 0;
    size_t cell_count = 1;
    bool is_quoted = false;
    for (const char *c = text; *c; c++) {
        if (*c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && *c == ',') {
            cell_count++;
        } else if (!is_quoted && *c == '\n') {
            ck_assert_int_eq(c[-1], '\r');
            ck_assert_uint_eq(cell_count, columns);
            cell_count = 1;
            rows++;
        }
        if (!is_quoted && (*c == ',' || *c == '\n')) {
            /* no sign that a spreadsheet runs */
            ck_assert_int_ne(c[1], '=');
            ck_assert(c[1] != '"' || c[2] != '=');
        }
    }
    ck_assert(!is_quoted);
    return rows;
}

static const struct {
    void (*write)(fab_csv *, const fab_study_result *);
    size_t columns, rows;
} TABLE[] = {
    /* 7 + 13 parts + 2 x 5 messages + 8 + 7 + 3 columns; 3 x 4 points and the head */
    {fab_csv_points, 48, 13},
    {fab_csv_targets, 19, 5},
    /* 19 + 2 x 4 groups; 12 points, 11 of which have a best, and the head */
    {fab_csv_mappings, 27, 24},
    {fab_csv_waterfall, 9, 6},
    /* 4 assumptions of 2 settings each */
    {fab_csv_sensitivity, 7, 9},
};

START_TEST(tables_are_whole)
{
    const bool is_hostile = _i % 2;
    const fab_study_result *study = fixture_study(arena, is_hostile);
    TABLE[_i / 2].write(&csv, study);
    ck_assert_int_eq(scratch.status, FAB_OK);
    const char *text = fixture_contents(arena, stream);
    ck_assert_uint_eq(rows_of(text, TABLE[_i / 2].columns), TABLE[_i / 2].rows);
}
END_TEST

/* energies of the first system and none of the second, whose power is not published */
START_TEST(energy_that_is_not_known_is_empty)
{
    fab_csv_points(&csv, fixture_study(arena, false));
    const char *text = fixture_contents(arena, stream);
    ck_assert_ptr_nonnull(
        strstr(text, ",2304,4992,2048,196608,98304000,149760000000000,11.5,,,\r\n"));
    ck_assert_ptr_nonnull(strstr(text, ",false,false,,,,,,,,,,\r\n"));
}
END_TEST

START_TEST(open_end_is_empty)
{
    fab_csv_targets(&csv, fixture_study(arena, false));
    const char *text = fixture_contents(arena, stream);
    ck_assert_ptr_nonnull(strstr(text, ",monotone,0,,S,a secondary source,-0.125,-0.25,-0.0625,,"));
    ck_assert_ptr_nonnull(strstr(text, ",1.5 kW,1450,1550,S,a secondary source,1540,1540,1540,W,0,"
                                       "true,true,,,,,\r\n"));
}
END_TEST

START_TEST(best_and_mover_stand_in_targets)
{
    fab_csv_targets(&csv, fixture_study(arena, false));
    const char *text = fixture_contents(arena, stream);
    ck_assert_ptr_nonnull(
        strstr(text, ",512,false,true,1.8947,false,precision of messages,2.5263,3.25\r\n"));
}
END_TEST

/* a point without a search has one row */
START_TEST(mappings_have_study_and_best)
{
    fab_csv_mappings(&csv, fixture_study(arena, false));
    const char *text = fixture_contents(arena, stream);
    ck_assert_ptr_nonnull(strstr(text, "\r\ncopper,Config1,study,16,1,8,256,32,"));
    ck_assert_ptr_nonnull(strstr(text, "\r\ncopper,Config1,best,16,1,8,256,32,"));
    ck_assert_ptr_nonnull(strstr(text, ",16,1,32,4,8,8,1,1\r\n"));
    ck_assert_ptr_nonnull(strstr(text, "\r\nsame_radix,Config1,study,"));
    ck_assert_ptr_null(strstr(text, "\r\nsame_radix,Config1,best,"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_csv");
    TCase *rows = tcase_create("csv");
    tcase_add_checked_fixture(rows, setup, teardown);
    tcase_add_loop_test(rows, cells, 0, sizeof(CELL) / sizeof(CELL[0]));
    tcase_add_test(rows, numbers_stay_numbers);
    tcase_add_test(rows, what_is_not_known_is_an_empty_cell);
    tcase_add_loop_test(rows, tables_are_whole, 0, 2 * sizeof(TABLE) / sizeof(TABLE[0]));
    tcase_add_test(rows, energy_that_is_not_known_is_empty);
    tcase_add_test(rows, open_end_is_empty);
    tcase_add_test(rows, best_and_mover_stand_in_targets);
    tcase_add_test(rows, mappings_have_study_and_best);
    suite_add_tcase(suite, rows);
    return run_all(suite);
}

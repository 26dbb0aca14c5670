#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "report_fixture.h"
#include "run_all.h"

static fab_arena *arena;
static FILE *stream;

static void setup(void)
{
    arena = fab_arena_create(FIXTURE_ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

static const char *golden(const char *name)
{
    const char *path = fab_arena_printf(arena, "%s/tests/golden/%s", FAB_SOURCE_DIR, name);
    const char *text = fixture_file(arena, path);
    ck_assert_msg(text != NULL, "cannot read %s", path);
    return text;
}

static fab_status print_forecast(const fab_study_result *study, fab_arena *memory, FILE *to)
{
    const fab_study_point *point = &study->points[study->sweep_count - 1];
    return fab_report_forecast_text(point->scenario, &point->forecast, &point->ownership, memory,
                                    to);
}

START_TEST(study_is_as_kept)
{
    ck_assert_int_eq(fab_report_study_text(fixture_study(arena, false), arena, stream), FAB_OK);
    ck_assert_str_eq(fixture_contents(arena, stream), golden("report_study.txt"));
}
END_TEST

START_TEST(forecast_is_as_kept)
{
    ck_assert_int_eq(print_forecast(fixture_study(arena, false), arena, stream), FAB_OK);
    ck_assert_str_eq(fixture_contents(arena, stream), golden("report_forecast.txt"));
}
END_TEST

/* the same without a search of mappings */
static const fab_study_result *unsearched(void)
{
    fab_study_result *study = FAB_NEW(arena, fab_study_result, 1);
    *study = *fixture_study(arena, false);
    fab_study_point *points = FAB_NEW(arena, fab_study_point, study->point_count);
    for (size_t i = 0; i < study->point_count; i++) {
        points[i] = study->points[i];
        points[i].best = NULL;
    }
    study->points = points;
    return study;
}

START_TEST(fits_a_terminal)
{
    const fab_study_result *study = _i == 0 ? fixture_study(arena, false) : unsearched();
    ck_assert_int_eq(fab_report_study_text(study, arena, stream), FAB_OK);
    ck_assert_int_eq(print_forecast(study, arena, stream), FAB_OK);
    for (const char *line = fixture_contents(arena, stream); *line;) {
        const size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 100, "%zu columns: %.*s", length, (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}
END_TEST

START_TEST(nothing_is_said_of_a_search_that_was_not)
{
    ck_assert_int_eq(fab_report_study_text(unsearched(), arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    ck_assert_ptr_null(strstr(text, "own best"));
    ck_assert_ptr_null(strstr(text, "best mapping"));
    ck_assert_ptr_nonnull(strstr(text, "moved most by"));
}
END_TEST

START_TEST(width_does_not_depend_on_the_terminal)
{
    setenv("COLUMNS", "20", 1);
    ck_assert_int_eq(fab_report_study_text(fixture_study(arena, false), arena, stream), FAB_OK);
    ck_assert_str_eq(fixture_contents(arena, stream), golden("report_study.txt"));
}
END_TEST

START_TEST(hostile_names_print_no_control_characters)
{
    const fab_study_result *study = fixture_study(arena, true);
    ck_assert_int_eq(fab_report_study_text(study, arena, stream), FAB_OK);
    ck_assert_int_eq(print_forecast(study, arena, stream), FAB_OK);
    for (const char *c = fixture_contents(arena, stream); *c; c++) {
        ck_assert(*c == '\n' || (unsigned char)*c >= 0x20);
    }
}
END_TEST

START_TEST(full_disk_is_an_error)
{
    const fab_study_result *study = fixture_study(arena, false);
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    ck_assert_int_eq(fab_report_study_text(study, arena, full), FAB_E_IO);
    fclose(full);
    full = fopen("/dev/full", "w");
    ck_assert_int_eq(print_forecast(study, arena, full), FAB_E_IO);
    fclose(full);
}
END_TEST

START_TEST(little_memory_is_an_error)
{
    const fab_study_result *study = fixture_study(arena, false);
    fab_arena *small = fab_arena_create((size_t)1 << (6 + _i));
    const fab_status status =
        _i % 2 ? fab_report_study_text(study, small, stream) : print_forecast(study, small, stream);
    ck_assert_int_eq(status, FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

static const fab_catalog *load_catalog(void)
{
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_catalog *catalog = NULL;
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
    return catalog;
}

START_TEST(catalog_lists_every_row)
{
    const fab_catalog *catalog = load_catalog();
    const fab_catalog_kind kind = (fab_catalog_kind)_i;
    ck_assert_int_eq(fab_report_catalog_list(catalog, kind, arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    ck_assert_uint_gt(fab_catalog_count(catalog, kind), 0);
    for (size_t i = 0; i < fab_catalog_count(catalog, kind); i++) {
        ck_assert_ptr_nonnull(strstr(text, fab_catalog_row_name(catalog, kind, i)));
    }
}
END_TEST

START_TEST(catalog_row_shows_every_field)
{
    const fab_catalog *catalog = load_catalog();
    const fab_catalog_kind kind = (fab_catalog_kind)_i;
    const fab_catalog_fact *facts = NULL;
    size_t count = 0;
    ck_assert_int_eq(fab_catalog_facts(catalog, kind, 0, arena, &facts, &count), FAB_OK);
    ck_assert_int_eq(fab_report_catalog_row(catalog, kind, 0, arena, stream), FAB_OK);
    const char *text = fixture_contents(arena, stream);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(strstr(text, facts[i].field) != NULL, "%s is missing", facts[i].field);
    }
    ck_assert_int_eq(fab_report_catalog_row(catalog, kind, 100000, arena, stream), FAB_E_NOTFOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_text");
    TCase *text = tcase_create("text");
    tcase_add_checked_fixture(text, setup, teardown);
    tcase_add_test(text, study_is_as_kept);
    tcase_add_test(text, forecast_is_as_kept);
    tcase_add_loop_test(text, fits_a_terminal, 0, 2);
    tcase_add_test(text, nothing_is_said_of_a_search_that_was_not);
    tcase_add_test(text, width_does_not_depend_on_the_terminal);
    tcase_add_test(text, hostile_names_print_no_control_characters);
    tcase_add_test(text, full_disk_is_an_error);
    tcase_add_loop_test(text, little_memory_is_an_error, 0, 7);
    tcase_add_loop_test(text, catalog_lists_every_row, 0, FAB_CATALOG_KIND_COUNT);
    tcase_add_loop_test(text, catalog_row_shows_every_field, 0, FAB_CATALOG_KIND_COUNT);
    suite_add_tcase(suite, text);
    return run_all(suite);
}

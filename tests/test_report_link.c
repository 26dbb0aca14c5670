#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <fabricast/report.h>

#include "link_fixture.h"
#include "run_all.h"

#define ARENA_BYTE ((size_t)1 << 24)
#define MANY       6

static fab_arena *arena;
static FILE *stream;

static void setup(void)
{
    arena = fab_arena_create(ARENA_BYTE);
    stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
}

static void teardown(void)
{
    fclose(stream);
    fab_arena_destroy(arena);
}

static char *contents(void)
{
    const long size = ftell(stream);
    ck_assert_int_gt(size, 0);
    char *text = fab_arena_alloc(arena, 1, (size_t)size + 1, 1);
    rewind(stream);
    ck_assert_uint_eq(fread(text, 1, (size_t)size, stream), (size_t)size);
    rewind(stream);
    return text;
}

static void want(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is missing in:\n%.3000s", part, text);
}

static fab_technology technologies[MANY];

/* the first and second by hand, one without a rate, and one with a hostile name */
static void fill_technologies(void)
{
    technologies[0] = link_pcie5();
    technologies[1] = link_optics();
    technologies[2] = link_module();
    technologies[3] = link_optics();
    technologies[3].name = "dark";
    technologies[3].rate_bps.is_known = false;
    technologies[4] = link_optics();
    technologies[4].name = "\x1b[31m`x`";
    technologies[5] = link_pcie5();
}

static void send_all(fab_transfer *transfers, size_t count)
{
    fill_technologies();
    fab_transfer_options options = fab_transfer_options_default();
    options.buffer_byte = known(65536);
    for (size_t i = 0; i < count; i++) {
        const char *message;
        ck_assert_int_eq(
            fab_transfer_send(&technologies[i], &options, arena, &transfers[i], &message), FAB_OK);
    }
}

static void summarise_all(fab_link_summary *summaries, size_t count, double rate_bps)
{
    fill_technologies();
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(fab_link_summarise(&technologies[i], 1024, rate_bps, &summaries[i]),
                         FAB_OK);
    }
}

START_TEST(transfer_side_by_side)
{
    fab_transfer transfers[4];
    send_all(transfers, 4);
    ck_assert_int_eq(fab_report_transfer_text(transfers, 4, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "1024 byte over 1 hop\n");
    want(text, "serialisation 16.25   8.19   8.19 not published\n");
    want(text, "serdes        10.00  40.00  40.00         40.00\n");
    want(text, "fec            0.00  96.20  96.20         96.20\n");
    want(text, "propagation    1.86   1.47   1.47          1.47\n");
    want(text, "total         29.63 145.86 165.86 not published\n");
    want(text, "link          45056.00 35225.60 153600.00 35225.60\n");
    want(text, "serdes         in link  in link  24576.00  in link\n");
    want(text, "rate not published: give one as NAME@RATE");
    want(text, "serialisation = 8192 bit / 504 Gb/s = 16.25 ns; a source (datasheet)");
}
END_TEST

START_TEST(transfer_in_rows)
{
    fab_transfer transfers[MANY];
    send_all(transfers, MANY);
    ck_assert_int_eq(fab_report_transfer_text(transfers, MANY, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "over     serial. serdes   fec   dsp link propag. switch headers  total\n");
    want(text, "module      8.19  40.00 96.20 20.00 0.00    1.47   0.00    0.00 165.86\n");
    want(text, "dark           -  40.00 96.20  0.00 0.00    1.47   0.00    0.00      -\n");
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(transfer_as_json)
{
    fab_transfer transfers[MANY];
    send_all(transfers, MANY);
    ck_assert_int_eq(fab_report_transfer_json(transfers, MANY, arena, stream), FAB_OK);
    json_t *root = json_loads(contents(), 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(json_integer_value(json_object_get(root, "format_version")), 2);
    json_t *list = json_object_get(root, "transfers");
    ck_assert_uint_eq(json_array_size(list), MANY);
    json_t *first = json_array_get(list, 0);
    json_t *terms = json_object_get(first, "terms");
    ck_assert_uint_eq(json_object_size(terms), FAB_TERM_COUNT);
    json_t *time = json_object_get(json_object_get(terms, "serialisation"), "time_s");
    ck_assert_double_eq_tol(json_real_value(json_object_get(time, "value")), 8192 / 504e9, 1e-20);
    ck_assert_str_eq(json_string_value(json_object_get(time, "formula")), "8192 bit / 504 Gb/s");
    json_t *credits = json_object_get(first, "credits");
    json_t *bytes = json_object_get(credits, "in_flight_byte");
    ck_assert_double_eq_tol(json_real_value(json_object_get(bytes, "value")), 4643.982, 1e-3);
    json_t *dark = json_object_get(json_array_get(list, 3), "time_s");
    ck_assert(json_is_null(json_object_get(dark, "value")));
    json_decref(root);
}
END_TEST

START_TEST(links_side_by_side)
{
    fab_link_summary summaries[4];
    summarise_all(summaries, 4, 2e12);
    ck_assert_int_eq(fab_report_link_text(summaries, 4, 1024, 2e12, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "power at its rate");
    want(text, "2.77 W");
    want(text, "not published");
    want(text, "rate x energy");
    want(text, "6.19 ns/m");
    want(text, "11 W"); /* 2 Tb/s x 5.5 pJ/bit */
    want(text, "The rate R asked for is 2 Tb/s.");
    for (const char *line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 100, "%zu columns: %.*s", length, (int)length, line);
        line += length + (line[length] == '\n' ? 1 : 0);
    }
}
END_TEST

START_TEST(links_in_rows)
{
    fab_link_summary summaries[MANY];
    summarise_all(summaries, MANY, 0);
    ck_assert_int_eq(fab_report_link_text(summaries, MANY, 1024, 0, arena, stream), FAB_OK);
    const char *text = contents();
    want(text, "504 Gb/s    16  5.5 pJ/bit 2.77 W  6.19 ns   16.3 ns 400 mm\n");
    want(text, "-: not published");
    ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

/* bits do not fly through a switch: nothing is printed for it, in any output */
START_TEST(a_switch)
{
    fill_technologies();
    technologies[1].role = FAB_ROLE_SWITCH;
    fab_link_summary summary;
    ck_assert_int_eq(fab_link_summarise(&technologies[1], 1024, 0, &summary), FAB_OK);
    ck_assert_int_eq(fab_report_link_text(&summary, 1, 1024, 0, arena, stream), FAB_OK);
    want(contents(), "a switch has no length");
    ck_assert_int_eq(fab_report_link_json(&summary, 1, 1024, 0, arena, stream), FAB_OK);
}
END_TEST

START_TEST(links_as_json)
{
    fab_link_summary summaries[MANY];
    summarise_all(summaries, MANY, 2e12);
    ck_assert_int_eq(fab_report_link_json(summaries, MANY, 1024, 2e12, arena, stream), FAB_OK);
    json_t *root = json_loads(contents(), 0, NULL);
    ck_assert_ptr_nonnull(root);
    json_t *list = json_object_get(root, "links");
    ck_assert_uint_eq(json_array_size(list), MANY);
    json_t *lanes = json_object_get(json_array_get(list, 0), "lanes_at_count");
    ck_assert_double_eq(json_real_value(json_object_get(lanes, "value")), 63); /* 62.5 */
    json_t *dark = json_array_get(list, 3);
    ck_assert(json_is_null(json_object_get(dark, "rate_bps")));
    ck_assert(json_is_null(json_object_get(json_object_get(dark, "power_w"), "value")));
    json_decref(root);
}
END_TEST

START_TEST(failures)
{
    fab_transfer transfers[2];
    send_all(transfers, 2);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        ck_assert_int_eq(fab_report_transfer_text(transfers, 2, arena, full), FAB_E_IO);
        ck_assert_int_eq(fab_report_transfer_json(transfers, 2, arena, full), FAB_E_IO);
        fclose(full);
    }
    fab_arena *small = fab_arena_create(64);
    fab_link_summary summaries[2];
    summarise_all(summaries, 2, 0);
    ck_assert_int_eq(fab_report_transfer_text(transfers, 2, small, stream), FAB_E_NOMEM);
    ck_assert_int_eq(fab_report_link_text(summaries, 2, 1024, 0, small, stream), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_link");
    TCase *tests = tcase_create("report_link");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, transfer_side_by_side);
    tcase_add_test(tests, transfer_in_rows);
    tcase_add_test(tests, transfer_as_json);
    tcase_add_test(tests, links_side_by_side);
    tcase_add_test(tests, links_in_rows);
    tcase_add_test(tests, a_switch);
    tcase_add_test(tests, links_as_json);
    tcase_add_test(tests, failures);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/measured.h>

#include "run_all.h"

static fab_arena *arena;
static fab_diagnostics diagnostics;
static const fab_catalog *catalog;

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 26);
    diagnostics = fab_diagnostics_make(arena);
    ck_assert_int_eq(fab_catalog_load(arena, &diagnostics, &catalog), FAB_OK);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* the rows of both files */
static size_t load_all(const fab_measured_collective **rows_out)
{
    const fab_measured_collective *parts[2];
    size_t counts[2];
    static const char *const FILES[] = {FAB_SOURCE_DIR "/validation/collectives.csv",
                                        FAB_SOURCE_DIR "/validation/collectives_by_size.csv"};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(fab_measured_load(FILES[i], arena, &diagnostics, &parts[i], &counts[i]),
                         FAB_OK);
    }
    fab_measured_collective *rows = FAB_NEW(arena, fab_measured_collective, counts[0] + counts[1]);
    memcpy(rows, parts[0], counts[0] * sizeof(*rows));
    memcpy(rows + counts[0], parts[1], counts[1] * sizeof(*rows));
    *rows_out = rows;
    return counts[0] + counts[1];
}

/* Fabrics whose rows count together, and the bar for the median error. */
static const struct {
    const char *what;
    const char *prefix;
    double least_byte;
    double median_frac;
    size_t rows;
} BAR[] = {
    {"servers of 8 H100 or H200, 1 MB and more", "hgx_h100", 1e6, 0.10, 200},
    {"GB200 racks, 1 MB and more", "gb200", 1e6, 0.10, 700},
    {"all hardware, 1 MB and more", "", 1e6, 0.08, 1500},
    {"all hardware, all sizes", "", 0.0, 0.15, 2600},
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* counted here anew, apart from fab_measured_summarise */
START_TEST(the_medians_hold)
{
    const fab_measured_collective *rows;
    const size_t count = load_all(&rows);
    const fab_measured_result *results;
    size_t made;
    const char *reason;
    ck_assert_int_eq(fab_measured_compare(catalog, rows, count, arena, &results, &made, &reason),
                     FAB_OK);
    double *errors = FAB_NEW(arena, double, made);
    size_t found = 0;
    for (size_t i = 0; i < made; i++) {
        const fab_measured_collective *row = results[i].row;
        if (strncmp(row->on, BAR[_i].prefix, strlen(BAR[_i].prefix)) == 0 &&
            row->size_byte >= BAR[_i].least_byte) {
            errors[found++] = fabs(results[i].calibrated_s / row->time_s - 1.0);
        }
    }
    ck_assert_uint_ge(found, BAR[_i].rows);
    qsort(errors, found, sizeof(*errors), by_value);
    ck_assert_msg(errors[found / 2] <= BAR[_i].median_frac, "%s: median %g of %zu rows",
                  BAR[_i].what, errors[found / 2], found);
}
END_TEST

static fab_measured_result result(const fab_measured_collective *row, double error_frac)
{
    return (fab_measured_result){.row = row, .error_frac = error_frac};
}

START_TEST(statistics_by_hand)
{
    const fab_measured_collective rows[] = {
        {.on = "a", .collective = "send", .size_byte = 1e6},
        {.on = "a", .collective = "send", .size_byte = 10},
        {.on = "b", .collective = "send", .size_byte = 10},
        {.on = "a", .collective = "all-reduce", .size_byte = 2e6},
    };
    const fab_measured_result results[] = {result(&rows[0], -0.4), result(&rows[1], 0.1),
                                           result(&rows[2], 0.2), result(&rows[3], 0.3)};
    const fab_measured_group *groups;
    size_t count;
    ck_assert_int_eq(fab_measured_summarise(results, 4, arena, &groups, &count), FAB_OK);
    ck_assert_uint_eq(count, 6);
    ck_assert_str_eq(groups[0].on, "a");
    ck_assert_str_eq(groups[0].collective, "send");
    ck_assert_uint_eq(groups[0].count, 2);
    ck_assert_double_eq_tol(groups[0].median_frac, 0.25, 1e-15);
    ck_assert_double_eq_tol(groups[0].p90_frac, 0.4, 1e-15);
    ck_assert_uint_eq(groups[0].large_count, 1);
    ck_assert_double_eq_tol(groups[0].large_median_frac, 0.4, 1e-15);
    ck_assert_uint_eq(groups[1].large_count, 0);
    ck_assert_str_eq(groups[3].on, "a");
    ck_assert_ptr_null(groups[3].collective);
    ck_assert_uint_eq(groups[3].count, 3);
    ck_assert_ptr_null(groups[5].on);
    ck_assert_uint_eq(groups[5].count, 4);
    ck_assert_double_eq_tol(groups[5].median_frac, 0.25, 1e-15);

    ck_assert_int_eq(fab_measured_summarise(NULL, 0, arena, &groups, &count), FAB_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(groups[0].count, 0);
}
END_TEST

static const struct {
    fab_measured_collective row;
    const char *reason;
} REFUSED[] = {
    {{.on = "h100_bi", .kind = FAB_ALL_REDUCE, .ranks = 8, .size_byte = 8, .time_s = 1, .line = 7},
     "line 7: fabric `h100_bi`: is not in the catalog"},
    {{.on = "hgx_h100", .kind = FAB_ALL_REDUCE, .ranks = 99999, .size_byte = 8, .time_s = 1},
     "holds only 32768"},
    {{.on = "h100_ib", .kind = FAB_ALL_REDUCE, .ranks = 8, .size_byte = 8, .time_s = 1},
     "has no channel"},
    {{.on = "hgx_h100", .kind = FAB_SEND, .ranks = 2, .size_byte = 8, .time_s = 1},
     "has no channel"},
};

START_TEST(rows_that_cannot_be_computed)
{
    const fab_measured_result *results;
    size_t made;
    const char *reason = NULL;
    ck_assert_int_eq(
        fab_measured_compare(catalog, &REFUSED[_i].row, 1, arena, &results, &made, &reason),
        FAB_E_INPUT);
    ck_assert_ptr_nonnull(reason);
    ck_assert_msg(strstr(reason, REFUSED[_i].reason) != NULL, "%s", reason);
}
END_TEST

/* on every calibrated fabric: a larger message is never faster, and the bus of one tier never
 * carries more than the rate, or with reduction in the switch 2 (n - 1) / (n + 1) of it */
START_TEST(calibrated_times_are_sane)
{
    for (size_t f = 0; f < fab_catalog_count(catalog, FAB_CATALOG_FABRIC); f++) {
        const fab_fabric *fabric =
            fab_catalog_fabric(catalog, fab_catalog_row_name(catalog, FAB_CATALOG_FABRIC, f));
        const double rate_byte_per_s = fabric->tiers[0].rate_bps.value / 8.0;
        for (int64_t n = 2; n <= fabric->tiers[0].used; n *= 2) {
            double last_s = 0.0;
            for (double size = 8.0; size < 1e11; size *= 2.0) {
                const fab_collective_request request = {(fab_collective_kind)_i, size, n, 1, 0, 1};
                fab_collective_answer answer;
                const char *reason;
                if (_i == FAB_SEND && n != 2) {
                    continue;
                }
                ck_assert_int_eq(fab_collective_lay(fabric, &request, arena, &answer, &reason),
                                 FAB_OK);
                const fab_collective_way *way = &answer.ways[answer.chosen];
                const double gain =
                    fabric->tiers[0].has_reduction ? 2.0 * (double)(n - 1) / (double)(n + 1) : 1.0;
                ck_assert_double_le(way->bus_byte_per_s,
                                    (gain > 1.0 ? gain : 1.0) * rate_byte_per_s * (1.0 + 1e-12));
                if (way->is_calibrated) {
                    ck_assert_double_ge(way->calibrated.time_s, last_s);
                    ck_assert_double_ge(way->calibrated.time_s,
                                        way->cost.time_s - way->cost.latency_s);
                    last_s = way->calibrated.time_s;
                }
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compare");
    TCase *tests = tcase_create("compare");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, the_medians_hold, 0, (int)(sizeof BAR / sizeof BAR[0]));
    tcase_add_test(tests, statistics_by_hand);
    tcase_add_loop_test(tests, rows_that_cannot_be_computed, 0,
                        (int)(sizeof REFUSED / sizeof REFUSED[0]));
    tcase_add_loop_test(tests, calibrated_times_are_sane, 0, FAB_COLLECTIVE_KIND_COUNT);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include "run_all.h"
#include "validate/groups.h"

#include <check.h>
#include <math.h>
#include <string.h>

#include "validate/bars.h"

static fab_arena *arena;

static const char *const LAYOUTS[] = {"tp 1", "tp 2", "tp 4", "tp 8"};

static void setup(void)
{
    arena = fab_arena_create((size_t)1 << 24);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* A run of 10 s on 8 packages that the forecast misses by `error`. */
static fab_run_score run_of(const char *source, const char *sweep, double error)
{
    return (fab_run_score){.id = "run",
                           .source_key = source,
                           .tier = "A",
                           .leak_group = "",
                           .gpu = "H100",
                           .precision = "bf16",
                           .recompute = "none",
                           .sweep = sweep,
                           .layout = "",
                           .series = source,
                           .packages = 8,
                           .measured_s = 10.0,
                           .forecast_s = 10.0 * (1.0 + error),
                           .error_frac = error,
                           .rank_s = 10.0};
}

static const fab_score_group *score(fab_validation *table)
{
    ck_assert_int_eq(fab_score_groups(table, arena), FAB_OK);
    return &table->totals[table->total_count - 1];
}

/* errors -10, +20, +30, -40 and 0 %: median of the sizes 20, 90th percentile the 5th of 5, mean 20,
 * bias 0; a row without a forecast counts as a row alone */
START_TEST(errors_of_time)
{
    const double errors[] = {-0.1, 0.2, 0.3, -0.4, 0.0};
    fab_run_score rows[6];
    for (size_t i = 0; i < 5; i++) {
        rows[i] = run_of("a", i < 2 ? "x" : "y", errors[i]);
    }
    rows[4].status = FAB_RUN_INFEASIBLE;
    rows[5] = run_of("b", "z", 0.0);
    rows[5].status = FAB_RUN_SKIPPED;
    rows[5].forecast_s = 0.0;
    fab_validation table = {.rows = rows, .row_count = 6};
    const fab_score_group *all = score(&table);
    ck_assert_str_eq(all->name, "all");
    ck_assert_uint_eq(all->row_count, 6);
    ck_assert_uint_eq(all->scored_count, 5);
    ck_assert_uint_eq(all->infeasible_count, 1);
    ck_assert_double_eq_tol(all->median_frac, 0.2, 1e-15);
    ck_assert_double_eq_tol(all->p90_frac, 0.4, 1e-15);
    ck_assert_double_eq_tol(all->mean_frac, 0.2, 1e-15);
    ck_assert_double_eq_tol(all->bias_frac, 0.0, 1e-15);
    ck_assert_double_eq_tol(all->largest_frac, 0.4, 1e-15);
    ck_assert_uint_eq(table.source_count, 2);
    ck_assert_str_eq(table.sources[1].name, "b");
    ck_assert_uint_eq(table.sources[1].scored_count, 0);
}
END_TEST

/* two sweeps of four, told in order and against it, and one of three that does not count: the
 * median of 1 and -1; repeated on twice the packages with an error that grew from 0 to 10 % */
START_TEST(ranks_and_slopes)
{
    fab_run_score rows[11];
    for (size_t i = 0; i < 11; i++) {
        const size_t sweep = i / 4;
        static const char *const NAMES[] = {"x", "y", "z"};
        rows[i] = run_of("a", NAMES[sweep], 0.0);
        rows[i].layout = LAYOUTS[i % 4];
        rows[i].rank_s = 10.0 + (double)i;
        rows[i].forecast_s = sweep == 1 ? 100.0 - (double)i : 20.0 + (double)i;
        rows[i].measured_s = 0.0; /* ranked alone */
    }
    fab_validation table = {.rows = rows, .row_count = 11};
    const fab_score_group *all = score(&table);
    ck_assert_uint_eq(all->sweep_count, 2);
    ck_assert_double_eq_tol(all->rank_ratio, 0.0, 1e-14);
    ck_assert_uint_eq(all->scored_count, 0);
    ck_assert_uint_eq(all->series_count, 0);

    fab_run_score scaled[3];
    for (size_t i = 0; i < 3; i++) {
        scaled[i] = run_of("a", "x", pow(1.1, (double)i) - 1.0);
        scaled[i].packages = 8 << i;
    }
    fab_validation series = {.rows = scaled, .row_count = 3};
    const fab_score_group *grown = score(&series);
    ck_assert_uint_eq(grown->series_count, 1);
    ck_assert_double_eq_tol(grown->slope_frac, 0.1, 1e-12);
    /* two rows say nothing */
    series.row_count = 2;
    series.source_count = series.total_count = 0;
    ck_assert_uint_eq(score(&series)->series_count, 0);
}
END_TEST

/* a sweep whose first row was not forecast, told in order but for one layout measured three times,
 * at 9, 30 and 36 s: 25 s on average, which is the last of four; a sweep of as many rows with three
 * layouts counts for nothing */
START_TEST(repeats_are_one_layout)
{
    static const struct {
        const char *sweep, *layout;
        double measured_s, forecast_s;
    } RUNS[] = {{"x", "p", 1.0, 0.0},  {"x", "q", 20.0, 1.0}, {"x", "t", 9.0, 4.0},
                {"x", "r", 22.0, 2.0}, {"x", "t", 30.0, 4.0}, {"x", "s", 24.0, 3.0},
                {"x", "t", 36.0, 4.0}, {"x", "u", 0.0, 9.0},  {"y", "p", 1.0, 4.0},
                {"y", "p", 2.0, 4.0},  {"y", "q", 3.0, 3.0},  {"y", "r", 4.0, 2.0}};
    fab_run_score rows[12];
    for (size_t i = 0; i < 12; i++) {
        rows[i] = run_of("a", RUNS[i].sweep, 0.0);
        rows[i].layout = RUNS[i].layout;
        rows[i].rank_s = RUNS[i].measured_s;
        rows[i].forecast_s = RUNS[i].forecast_s;
    }
    fab_validation table = {.rows = rows, .row_count = 12};
    const fab_score_group *all = score(&table);
    ck_assert_uint_eq(all->sweep_count, 1);
    ck_assert_double_eq_tol(all->rank_ratio, 1.0, 1e-14);
}
END_TEST

/* memory 10 % too much and 30 % too little */
START_TEST(errors_of_memory)
{
    fab_run_score rows[2] = {run_of("a", "x", 0.0), run_of("a", "y", 0.0)};
    rows[0].measured_byte = rows[1].measured_byte = 1e9;
    rows[0].forecast_byte = 1.1e9;
    rows[1].forecast_byte = 0.7e9;
    fab_validation table = {.rows = rows, .row_count = 2};
    const fab_score_group *all = score(&table);
    ck_assert_uint_eq(all->memory_count, 2);
    ck_assert_double_eq_tol(all->memory_mean_frac, 0.2, 1e-14);
    ck_assert_double_eq_tol(all->memory_median_frac, 0.2, 1e-14);
    ck_assert_double_eq_tol(all->memory_bias_frac, -0.1, 1e-14);
    ck_assert_double_eq_tol(all->memory_largest_frac, 0.3, 1e-14);
}
END_TEST

/* four ran, of which three were told to; two ran out, of which one was told to: (3/4 + 1/2) / 2 */
START_TEST(labels)
{
    static const struct {
        int outcome;
        double need;
    } LABELS[] = {{FAB_FIT_RAN, 0.5}, {FAB_FIT_RAN, 0.9}, {FAB_FIT_RAN, 1.0},
                  {FAB_FIT_RAN, 1.1}, {FAB_FIT_OUT, 0.9}, {FAB_FIT_OUT, 1.2}};
    fab_run_score rows[6];
    for (size_t i = 0; i < 6; i++) {
        rows[i] = run_of("a", "x", 0.0);
        rows[i].outcome = LABELS[i].outcome;
        rows[i].capacity_byte = 80e9;
        rows[i].forecast_byte = LABELS[i].need * 80e9;
    }
    fab_validation table = {.kind = FAB_TABLE_FITS, .rows = rows, .row_count = 6};
    (void)score(&table);
    ck_assert_uint_eq(table.fits.ran_fits_count, 3);
    ck_assert_uint_eq(table.fits.ran_out_count, 1);
    ck_assert_uint_eq(table.fits.out_fits_count, 1);
    ck_assert_uint_eq(table.fits.out_out_count, 1);
    ck_assert_double_eq_tol(table.fits.balanced_frac, 0.625, 1e-15);

    fab_validations all = {.tables = &table, .table_count = 1};
    ck_assert_int_eq(fab_bars_measure(&all, arena), FAB_OK);
    ck_assert_uint_eq(all.bar_count, 1);
    ck_assert_uint_eq(all.bars[0].count, 6);
    ck_assert(all.bars[0].is_least && !all.bars[0].is_met);
    ck_assert_double_eq_tol(all.bars[0].value_frac, 0.625, 1e-15);
}
END_TEST

/* only rows of table 5 count for it, and a bar is met at its value */
START_TEST(bars)
{
    fab_run_score rows[3] = {run_of("korthikanti2022", "x", 0.02),
                             run_of("korthikanti2022", "y", -0.02),
                             run_of("korthikanti2022", "z", 0.9)};
    rows[2].packages = 2240;
    fab_validation table = {.kind = FAB_TABLE_RUNS, .rows = rows, .row_count = 3};
    (void)score(&table);
    fab_validations all = {.tables = &table, .table_count = 1};
    ck_assert_int_eq(fab_bars_measure(&all, arena), FAB_OK);
    size_t met = 0;
    for (size_t i = 0; i < all.bar_count; i++) {
        const fab_validation_bar *bar = &all.bars[i];
        if (strcmp(bar->set, "Korthikanti, table 5") == 0) {
            ck_assert_uint_eq(bar->count, 2);
            ck_assert_double_eq_tol(bar->value_frac, 0.02, 1e-15);
            met += bar->is_met;
        } else {
            ck_assert_str_eq(bar->set, "tier A");
            ck_assert_uint_eq(bar->count, 3);
        }
    }
    ck_assert_uint_eq(met, 2);
    ck_assert_uint_eq(all.bar_count, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("groups");
    TCase *tests = tcase_create("groups");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, errors_of_time);
    tcase_add_test(tests, ranks_and_slopes);
    tcase_add_test(tests, repeats_are_one_layout);
    tcase_add_test(tests, errors_of_memory);
    tcase_add_test(tests, labels);
    tcase_add_test(tests, bars);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

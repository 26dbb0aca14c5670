#include "run_all.h"
#include "study_fixture.h"

#include <stdlib.h>
#include <unistd.h>

#include "study/keep.h"

/* What a study keeps comes back to the bit, and every member of a forecast has its column. */

static char folder[64], path[128];

static void make_folder(void)
{
    catalog_setup();
    (void)snprintf(folder, sizeof(folder), "/tmp/test_keep.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/results.db", folder);
}

static void remove_folder(void)
{
    (void)remove(path);
    ck_assert_int_eq(rmdir(folder), 0);
    catalog_teardown();
}

static fab_study_store *open_store(const fab_study *study)
{
    fab_study_store *store = NULL;
    const char *message = NULL;
    const fab_status status = fab_study_store_open(study, path, false, arena, &store, &message);
    ck_assert_msg(status == FAB_OK, "%s", message != NULL ? message : "");
    return store;
}

static size_t size_of(fab_cell cell)
{
    static const size_t SIZE[] = {
        [FAB_CELL_REAL] = sizeof(double),      [FAB_CELL_POSITIVE] = sizeof(double),
        [FAB_CELL_INTEGER] = sizeof(int64_t),  [FAB_CELL_SIZE] = sizeof(size_t),
        [FAB_CELL_INT] = sizeof(int),          [FAB_CELL_FLAG] = sizeof(bool),
        [FAB_CELL_TEXT] = sizeof(const char *)};
    return SIZE[cell];
}

/* Every word of a point's row has a column that begins or lies in it; the list of checks, which has
 * a table of its own, is the only one without. */
START_TEST(nothing_is_forgotten)
{
    const fab_store_table *table = &FAB_KEEP_TABLES[FAB_KEEP_POINT];
    bool covered[sizeof(fab_point_row)] = {false};
    for (size_t i = 0; i < table->count; i++) {
        const fab_store_column *column = &table->columns[i];
        for (size_t k = 0; k < size_of(column->cell); k++) {
            ck_assert_msg(!covered[column->offset + k], "%s stands twice", column->name);
            covered[column->offset + k] = true;
        }
        for (size_t k = 0; k < i; k++) {
            ck_assert_str_ne(column->name, table->columns[k].name);
        }
    }
    const size_t checks = offsetof(fab_point_row, forecast.checks);
    for (size_t word = 0; word < sizeof(fab_point_row); word += sizeof(double)) {
        bool is_covered = false;
        for (size_t k = 0; k < sizeof(double); k++) {
            is_covered = is_covered || covered[word + k];
        }
        ck_assert_msg(is_covered == (word != checks), "byte %zu of a point has no column", word);
    }
}
END_TEST

/* every column of two points; the key, the text of the scenario and the mapping stand before */
static void assert_same_columns(const fab_point_row *a, const fab_point_row *b)
{
    const fab_store_table *table = &FAB_KEEP_TABLES[FAB_KEEP_POINT];
    for (size_t i = 0; i < table->count; i++) {
        const fab_store_column *column = &table->columns[i];
        const void *x = (const char *)a + column->offset, *y = (const char *)b + column->offset;
        if (column->offset < offsetof(fab_point_row, forecast)) {
            continue;
        }
        if (column->cell != FAB_CELL_TEXT) {
            ck_assert_msg(memcmp(x, y, size_of(column->cell)) == 0, "%s differs", column->name);
            continue;
        }
        const char *s = *(const char *const *)x, *t = *(const char *const *)y;
        ck_assert_msg(s == t || (s && t && strcmp(s, t) == 0), "%s differs", column->name);
    }
}

static void assert_same_forecast(const fab_study_point *a, const fab_study_point *b)
{
    const fab_point_row x = {.forecast = a->forecast, .ownership = a->ownership};
    const fab_point_row y = {.forecast = b->forecast, .ownership = b->ownership};
    assert_same_columns(&x, &y);
    for (size_t i = 0; i < a->forecast.check_count; i++) {
        const fab_fabric_check *c = &a->forecast.checks[i], *d = &b->forecast.checks[i];
        ck_assert_str_eq(c->tier, d->tier);
        ck_assert_str_eq(c->what, d->what);
        ck_assert_str_eq(c->reason, d->reason);
        ck_assert(c->is_met == d->is_met && c->is_known == d->is_known);
    }
}

static void assert_same_best(const fab_study_best *a, const fab_study_best *b)
{
    ck_assert_mem_eq(&a->counts, &b->counts, sizeof(a->counts));
    ck_assert_mem_eq(&a->mapping, &b->mapping, offsetof(fab_mapping, layout));
    ck_assert_str_eq(a->mapping.layout, b->mapping.layout);
    ck_assert(a->mapping.cp_mode == b->mapping.cp_mode);
    ck_assert(a->mapping.expert_order == b->mapping.expert_order);
    ck_assert(a->mapping.recompute == b->mapping.recompute);
    ck_assert(a->mapping.is_sequence_parallel == b->mapping.is_sequence_parallel);
    ck_assert(a->mapping.schedule == b->mapping.schedule);
    for (int i = 0; i < FAB_STUDY_GROUP_COUNT; i++) {
        ck_assert_int_eq(a->groups[i].domains, b->groups[i].domains);
    }
    ck_assert(a->is_found && b->is_found && a->own_rank == b->own_rank);
    ck_assert(a->forecast.step_s == b->forecast.step_s);
    ck_assert(a->ownership.time_to_train_s == b->ownership.time_to_train_s);
}

static void assert_same_result(const fab_study_result *a, const fab_study_result *b)
{
    ck_assert_uint_eq(a->evaluations, b->evaluations);
    for (size_t i = 0; i < a->point_count; i++) {
        assert_same_forecast(&a->points[i], &b->points[i]);
        ck_assert((a->points[i].best == NULL) == (b->points[i].best == NULL));
        if (a->points[i].best != NULL) {
            assert_same_best(a->points[i].best, b->points[i].best);
        }
    }
    for (size_t i = 0; i < a->target_count; i++) {
        ck_assert(a->targets[i].value_count == b->targets[i].value_count);
        ck_assert(a->targets[i].low_count == b->targets[i].low_count);
        ck_assert(a->targets[i].high_count == b->targets[i].high_count);
        ck_assert_uint_eq(a->targets[i].range_points, b->targets[i].range_points);
    }
    for (size_t i = 0; i < a->waterfall_count; i++) {
        ck_assert(a->waterfall[i].ratio == b->waterfall[i].ratio);
        ck_assert(a->waterfall[i].slow_s == b->waterfall[i].slow_s);
    }
    for (size_t i = 0; i < a->sensitivity_count; i++) {
        ck_assert_mem_eq(a->sensitivities[i].values_count, b->sensitivities[i].values_count,
                         a->sensitivities[i].count * sizeof(double));
    }
}

/* asks for an end when it has been asked `*context` times */
static bool stops(void *context)
{
    int *left = context;
    *left -= 1;
    return *left < 0;
}

/* a run stopped at its n-th pause and gone on with gives what a run without a store gives */
START_TEST(stopped_anywhere)
{
    const fab_study *study = good_study(SMALL_STUDY);
    const fab_study_result *want = NULL, *have = NULL;
    ck_assert_int_eq(fab_study_run(study, arena, &diagnostics, &want), FAB_OK);
    int left;
    size_t before = 0;
    for (int runs = 0; runs < 100; runs++) {
        fab_study_store *store = open_store(study);
        left = _i + runs; /* what was taken pauses too: one batch further each time */
        const fab_status status =
            fab_study_run_stored(study, store, stops, &left, arena, &diagnostics, &have);
        ck_assert_uint_le(fab_study_store_taken(store), before);
        before += fab_study_store_evaluated(store);
        const size_t all = fab_study_store_taken(store) + fab_study_store_evaluated(store);
        ck_assert_int_eq(fab_study_store_close(store), FAB_OK);
        if (status == FAB_OK) {
            assert_same_result(want, have);
            ck_assert_uint_eq(all, want->evaluations);
            ck_assert_uint_eq(before, want->evaluations); /* nothing was done twice */
            return;
        }
        ck_assert_int_eq(status, FAB_E_STOPPED);
    }
    ck_abort_msg("the study is never done");
}
END_TEST

/* the second time with searches for best mappings */
START_TEST(all_is_taken)
{
    const fab_study *study =
        good_study(_i == 0 ? SMALL_STUDY : "best_mapping: true\nsimulate: true\n" SMALL_STUDY);
    const fab_study_result *first = NULL, *second = NULL;
    fab_study_store *store = open_store(study);
    ck_assert_int_eq(fab_study_run_stored(study, store, NULL, NULL, arena, &diagnostics, &first),
                     FAB_OK);
    ck_assert_uint_eq(fab_study_store_evaluated(store), first->evaluations);
    ck_assert_int_eq(fab_study_store_close(store), FAB_OK);
    store = open_store(study);
    ck_assert_int_eq(fab_study_run_stored(study, store, NULL, NULL, arena, &diagnostics, &second),
                     FAB_OK);
    ck_assert_uint_eq(fab_study_store_evaluated(store), 0);
    ck_assert_uint_eq(fab_study_store_taken(store), first->evaluations);
    ck_assert_int_eq(fab_study_store_close(store), FAB_OK);
    assert_same_result(first, second);
}
END_TEST

START_TEST(another_study_is_refused)
{
    ck_assert_int_eq(fab_study_store_close(open_store(good_study(SMALL_STUDY))), FAB_OK);
    const fab_study *other = good_study(replaced(SMALL_STUDY, "label: half,", "label: Half,"));
    fab_study_store *store = NULL;
    const char *message = NULL;
    ck_assert_int_eq(fab_study_store_open(other, path, false, arena, &store, &message),
                     FAB_E_INPUT);
    assert_contains(message, "another study");
    ck_assert_int_eq(fab_study_store_open(other, path, true, arena, &store, &message), FAB_OK);
    ck_assert_int_eq(fab_study_store_close(store), FAB_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("keep");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, nothing_is_forgotten);
    tcase_add_loop_test(tests, stopped_anywhere, 0, 14);
    tcase_add_loop_test(tests, all_is_taken, 0, 2);
    tcase_add_test(tests, another_study_is_refused);
    Suite *suite = suite_create("keep");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

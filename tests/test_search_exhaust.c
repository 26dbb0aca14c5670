#include <fabricast/search.h>

#include <string.h>

#include "random_scenario.h"
#include "run_all.h"
#include "search/space.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#define TOP 20

static fab_arena *arena;

static void setup(void)
{
    arena = fab_arena_create((size_t)256 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    fab_arena_destroy(arena);
}

/* The oracle: every number that could be meant, through the rules of scenario files. */
typedef struct brute {
    double best_s, least_memory_byte;
    int64_t feasible, faster; /* of those that the space keeps; than the scenario's own */
    bool is_any;
} brute;

/* whether the space has a mapping under this name or under another */
static bool is_kept(const fab_scenario *scenario, const fab_mapping *m)
{
    const bool has_order = scenario->model.experts > 0 && m->tp > 1 && m->ep > 1 && m->etp == 1;
    return (has_order || m->expert_order == FAB_EXPERTS_FOLDED) &&
           (m->pp > 1 || m->interleave == 1);
}

static void try_one(const fab_scenario *scenario, const fab_mapping *mapping, double own_s,
                    brute *all)
{
    static const fab_node NOWHERE = {.kind = FAB_NODE_MAP};
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_scenario candidate = *scenario;
    fab_diagnostics unheard = fab_diagnostics_make(arena);
    fab_forecast forecast;
    candidate.mapping = *mapping;
    if (fab_scenario_settle(&NOWHERE, arena, &unheard, &candidate) == FAB_OK) {
        ck_assert_int_eq(fab_train_forecast(&candidate, arena, &forecast), FAB_OK);
        const double memory_byte = forecast.memory.total_byte;
        if (all->least_memory_byte == 0.0 || memory_byte < all->least_memory_byte) {
            all->least_memory_byte = memory_byte;
        }
        if (forecast.is_feasible) {
            all->best_s =
                !all->is_any || forecast.step_s < all->best_s ? forecast.step_s : all->best_s;
            all->is_any = true;
            const bool counts = is_kept(scenario, mapping);
            all->feasible += counts;
            all->faster += counts && forecast.step_s < own_s;
        }
    }
    fab_arena_reset(arena, mark);
}

static void try_shapes(const fab_scenario *scenario, fab_mapping m, double own_s, brute *all)
{
    const int64_t whole = m.etp;
    const int own = scenario->mapping.recompute;
    const bool has_parts = own != FAB_RECOMPUTE_NONE && own != FAB_RECOMPUTE_FULL;
    for (int shape = 0; shape < (has_parts ? 12 : 8); shape++) {
        m.etp = (shape & 1) != 0 ? m.tp : whole;
        m.expert_order = (shape & 2) != 0;
        m.recompute = shape >= 8 ? own : (shape & 4) != 0 ? FAB_RECOMPUTE_FULL : FAB_RECOMPUTE_NONE;
        m.recompute_layers =
            m.recompute == scenario->mapping.recompute ? scenario->mapping.recompute_layers : 0;
        if ((shape & 1) != 0 && m.tp == 1) {
            continue;
        }
        for (m.interleave = 1; m.interleave <= scenario->model.layers; m.interleave++) {
            try_one(scenario, &m, own_s, all);
        }
    }
}

/* 1; with a long sequence or a cut of its own also powers of two that leave 4,096 tokens; its own
 */
static bool is_context_tried(const fab_scenario *scenario, int64_t cp)
{
    const int64_t sequence = scenario->job.sequence, own = scenario->mapping.cp;
    const bool is_power = (cp & (cp - 1)) == 0;
    const bool is_cut = sequence >= 16384 || own > 1;
    return cp == 1 || cp == own || (is_cut && is_power && sequence / cp >= 4096);
}

static void try_sizes(const fab_scenario *scenario, fab_mapping m, double own_s, brute *all)
{
    for (m.ep = 1; m.ep <= (scenario->model.experts > 0 ? scenario->job.gpus : 1); m.ep++) {
        for (m.microbatch = 1; m.microbatch <= scenario->job.batch; m.microbatch *= 2) {
            try_shapes(scenario, m, own_s, all);
        }
    }
}

static brute brute_force(const fab_scenario *scenario, double own_s)
{
    brute all = {0};
    const int64_t gpus = scenario->job.gpus;
    fab_mapping m = scenario->mapping;
    m.etp = m.interleave = 1;
    m.dp = 0;
    for (m.tp = 1; m.tp <= gpus; m.tp++) {
        for (m.pp = 1; m.tp * m.pp <= gpus; m.pp++) {
            for (m.cp = 1; m.tp * m.pp * m.cp <= gpus; m.cp++) {
                /* others are refused whatever else they say */
                if (gpus % (m.tp * m.pp * m.cp) == 0 && is_context_tried(scenario, m.cp)) {
                    try_sizes(scenario, m, own_s, &all);
                }
            }
        }
    }
    return all;
}

static double step_of(const fab_scenario *scenario, const fab_mapping *mapping)
{
    fab_scenario candidate = *scenario;
    fab_forecast forecast;
    candidate.mapping = *mapping;
    ck_assert_int_eq(fab_train_forecast(&candidate, arena, &forecast), FAB_OK);
    return forecast.step_s;
}

static void check_result(const fab_scenario *scenario, const fab_search_result *result, size_t top)
{
    const fab_search_counts *c = &result->counts;
    ck_assert_ptr_eq(result->scenario, scenario);
    ck_assert_int_eq(c->enumerated, c->refused + c->forecast);
    ck_assert_int_eq(c->forecast, c->infeasible + c->feasible);
    ck_assert_uint_eq(result->row_count, c->feasible < (int64_t)top ? (size_t)c->feasible : top);
    ck_assert_int_eq(result->own.rank > 0, result->own.forecast.is_feasible);
    for (size_t i = 0; i < result->row_count; i++) {
        const fab_search_row *row = &result->rows[i];
        ck_assert(row->forecast.is_feasible);
        ck_assert_double_eq(row->forecast.step_s, step_of(scenario, &row->mapping));
        ck_assert_int_eq(row->mapping.tp * row->mapping.cp * row->mapping.pp * row->mapping.dp,
                         scenario->job.gpus);
        if (i > 0) {
            const double before_s = result->rows[i - 1].forecast.step_s;
            ck_assert_double_le(before_s, row->forecast.step_s);
            ck_assert_int_eq(row->rank, before_s == row->forecast.step_s ? result->rows[i - 1].rank
                                                                         : (int64_t)i + 1);
        } else {
            ck_assert_int_eq(row->rank, 1);
        }
    }
}

START_TEST(best_equals_brute_force)
{
    const fab_scenario scenario = random_scenario(_i, arena);
    if (scenario.job.gpus > 24 || scenario.model.layers > 12 || scenario.job.batch > 512) {
        return;
    }
    fab_search_result result;
    ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &result), FAB_OK);
    check_result(&scenario, &result, TOP);
    const brute all = brute_force(&scenario, result.own.forecast.step_s);
    ck_assert_int_eq(result.row_count > 0, all.is_any);
    ck_assert_int_eq(result.counts.feasible, all.feasible);
    ck_assert_double_eq_tol(result.least_memory_byte, all.least_memory_byte,
                            1e-9 * all.least_memory_byte);
    if (all.is_any) {
        ck_assert_double_eq_tol(result.rows[0].forecast.step_s, all.best_s, 1e-9 * all.best_s);
    }
    if (result.own.rank > 0) {
        ck_assert_int_eq(result.own.rank - 1, all.faster);
    }
}
END_TEST

static bool is_same_row(const fab_search_row *a, const fab_search_row *b)
{
    return fab_space_compare(&a->mapping, &b->mapping) == 0 && a->mapping.dp == b->mapping.dp &&
           a->rank == b->rank &&
           memcmp(&a->forecast.step_s, &b->forecast.step_s, sizeof(double)) == 0;
}

static void check_same(const fab_search_result *a, const fab_search_result *b)
{
    ck_assert_mem_eq(&a->counts, &b->counts, sizeof(a->counts));
    ck_assert_mem_eq(&a->least_memory_byte, &b->least_memory_byte, sizeof(double));
    ck_assert(is_same_row(&a->own, &b->own));
    ck_assert_uint_eq(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        ck_assert(is_same_row(&a->rows[i], &b->rows[i]));
    }
}

#ifdef _OPENMP
START_TEST(threads_change_nothing)
{
    const fab_scenario scenario = random_scenario(_i, arena);
    fab_search_result one, many;
    omp_set_num_threads(1);
    ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &one), FAB_OK);
    check_result(&scenario, &one, TOP);
    for (int threads = 2; threads <= 7; threads += 5) {
        omp_set_num_threads(threads);
        ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &many), FAB_OK);
        check_same(&one, &many);
    }
}
END_TEST
#endif

/* the space deals layers evenly, whatever the scenario's own mapping does */
START_TEST(own_layout_stays_its_own)
{
    for (int number = 0; number < 40; number++) {
        fab_scenario scenario = random_scenario(number, arena);
        const int64_t chunks = scenario.mapping.pp * scenario.mapping.interleave;
        if (chunks < 2 || scenario.model.layers <= chunks) {
            continue;
        }
        fab_search_result even, uneven;
        ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &even), FAB_OK);
        char layout[64];
        snprintf(layout, sizeof layout, "1*%d %d", (int)chunks - 1,
                 (int)(scenario.model.layers - chunks) + 1);
        static const fab_node NOWHERE = {.kind = FAB_NODE_MAP};
        scenario.mapping.layout = layout;
        ck_assert_int_eq(fab_scenario_settle(&NOWHERE, arena, NULL, &scenario), FAB_OK);
        ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &uneven), FAB_OK);
        ck_assert_uint_eq(even.row_count, uneven.row_count);
        for (size_t i = 0; i < even.row_count; i++) {
            ck_assert(is_same_row(&even.rows[i], &uneven.rows[i]));
        }
        ck_assert_double_eq(uneven.own.forecast.step_s, step_of(&scenario, &scenario.mapping));
    }
}
END_TEST

/* the shorter list is the head of the longer one */
START_TEST(top_cuts_the_list)
{
    const fab_scenario scenario = random_scenario(_i, arena);
    fab_search_result all, some;
    ck_assert_int_eq(fab_search_run(&scenario, FAB_SEARCH_TOP_LIMIT, arena, &all), FAB_OK);
    check_result(&scenario, &all, FAB_SEARCH_TOP_LIMIT);
    ck_assert_int_eq(fab_search_run(&scenario, 3, arena, &some), FAB_OK);
    ck_assert_uint_eq(some.row_count, all.row_count < 3 ? all.row_count : 3);
    all.row_count = some.row_count;
    check_same(&all, &some);
}
END_TEST

START_TEST(nothing_fits_a_package_without_memory)
{
    fab_scenario scenario = random_scenario(_i, arena);
    scenario.gpu.memory_byte.value = 1.0;
    fab_search_result result;
    ck_assert_int_eq(fab_search_run(&scenario, TOP, arena, &result), FAB_OK);
    ck_assert_uint_eq(result.row_count, 0);
    ck_assert_int_eq(result.counts.feasible, 0);
    ck_assert_int_eq(result.own.rank, 0);
    ck_assert_double_gt(result.least_memory_byte, 1.0);
}
END_TEST

START_TEST(failures)
{
    const fab_scenario scenario = random_scenario(3, arena);
    fab_search_result result;
    ck_assert_int_eq(fab_search_run(&scenario, 0, arena, &result), FAB_E_RANGE);
    ck_assert_int_eq(fab_search_run(&scenario, FAB_SEARCH_TOP_LIMIT + 1, arena, &result),
                     FAB_E_RANGE);
    fab_arena *small = fab_arena_create(256);
    ck_assert_int_eq(fab_search_run(&scenario, TOP, small, &result), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search_exhaust");
    TCase *tests = tcase_create("exhaust");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60.0);
    tcase_add_loop_test(tests, best_equals_brute_force, 0, 300);
#ifdef _OPENMP
    tcase_add_loop_test(tests, threads_change_nothing, 0, 20);
#endif
    tcase_add_test(tests, own_layout_stays_its_own);
    tcase_add_loop_test(tests, top_cuts_the_list, 20, 40);
    tcase_add_loop_test(tests, nothing_fits_a_package_without_memory, 40, 60);
    tcase_add_test(tests, failures);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

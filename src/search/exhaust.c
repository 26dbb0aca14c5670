#include <fabricast/search.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/layout.h"
#include "scenario/read.h"
#include "search/space.h"
#include "train/forecast.h"

/* Tries every mapping of the space: blocks in any order on all cores, each on an arena of its own
 * and with its own place for what it finds. */

#define BLOCK_ARENA_BYTE ((size_t)64 << 20)

/* A feasible mapping, to be forecast again if it is among the best of all. */
typedef struct fab_find {
    double step_s;
    fab_mapping mapping;
} fab_find;

/* What all mappings share. */
typedef struct fab_common {
    const fab_scenario *scenario;
    fab_train_checks checks; /* of the fabric */
    double own_step_s;       /* of the scenario's own mapping */
} fab_common;

/* What came of one block, or of all. */
typedef struct fab_findings {
    fab_find *items; /* the fastest, fastest first */
    size_t count;
    size_t limit;
    fab_search_counts counts;
    int64_t faster; /* than the scenario's own mapping */
    double least_memory_byte;
    fab_status status;
} fab_findings;

static int compare_finds(const void *left, const void *right)
{
    const fab_find *a = left, *b = right;
    if (a->step_s != b->step_s) {
        return a->step_s < b->step_s ? -1 : 1;
    }
    return fab_space_compare(&a->mapping, &b->mapping);
}

/* Keeps the fastest in order; the slowest falls out when there is no room. */
static void keep(fab_findings *findings, const fab_find *find)
{
    size_t place = findings->count;
    if (place == findings->limit) {
        place--;
        if (compare_finds(find, &findings->items[place]) > 0) {
            return;
        }
    } else {
        findings->count++;
    }
    while (place > 0 && compare_finds(find, &findings->items[place - 1]) < 0) {
        findings->items[place] = findings->items[place - 1];
        place--;
    }
    findings->items[place] = *find;
}

static void note(fab_findings *findings, const fab_scenario *scenario, const fab_forecast *forecast,
                 double own_step_s)
{
    const double memory_byte = forecast->memory.total_byte;
    if (findings->least_memory_byte == 0.0 || memory_byte < findings->least_memory_byte) {
        findings->least_memory_byte = memory_byte;
    }
    if (!forecast->is_feasible) {
        findings->counts.infeasible++;
        return;
    }
    findings->counts.feasible++;
    findings->faster += forecast->step_s < own_step_s;
    const fab_find find = {forecast->step_s, scenario->mapping};
    keep(findings, &find);
}

/* The rules of scenario files decide what is forecast; nobody reads why a mapping is refused. */
static fab_status try_mapping(fab_scenario *scenario, const fab_common *common,
                              fab_train_memo *memo, fab_arena *arena, fab_findings *findings)
{
    static const fab_node NOWHERE = {.kind = FAB_NODE_MAP};
    findings->counts.enumerated++;
    fab_status status = fab_scenario_settle(&NOWHERE, arena, NULL, scenario);
    if (status != FAB_OK) {
        findings->counts.refused++;
        return status == FAB_E_INPUT ? FAB_OK : status;
    }
    fab_forecast forecast;
    findings->counts.forecast++;
    status = fab_train_forecast_checked(scenario, &common->checks, memo, arena, &forecast);
    if (status == FAB_OK) {
        note(findings, scenario, &forecast, common->own_step_s);
    } else if (status == FAB_E_RANGE) {
        findings->counts.infeasible++;
        status = FAB_OK;
    }
    return status;
}

static fab_status run_block(const fab_common *common, const fab_space_block *block,
                            fab_findings *findings)
{
    const fab_scenario *scenario = common->scenario;
    fab_arena *arena = fab_arena_create(BLOCK_ARENA_BYTE);
    fab_scenario candidate = *scenario;
    fab_train_memo *memo = arena != NULL ? FAB_TAKE(arena, fab_train_memo, 1) : NULL;
    fab_status status = memo == NULL ? FAB_E_NOMEM : FAB_OK;
    for (int64_t index = 0; index < block->candidates && status == FAB_OK; index++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        candidate.mapping = fab_space_mapping(block, &scenario->mapping, index);
        /* interleave changes first and begins with 1 */
        if (candidate.mapping.interleave == 1) {
            memo->is_filled = false;
        }
        status = try_mapping(&candidate, common, memo, arena, findings);
        fab_arena_reset(arena, mark);
    }
    fab_arena_destroy(arena);
    return status;
}

static void run_blocks(const fab_common *common, const fab_space_block *blocks, size_t count,
                       fab_findings *findings)
{
    const long end = (long)count;
#ifdef _OPENMP
#pragma omp parallel for schedule(dynamic)
#endif
    for (long block = 0; block < end; block++) {
        findings[block].status = run_block(common, &blocks[block], &findings[block]);
    }
}

/* Room for what each block finds, and for all of it together behind one another. */
static fab_findings *make_findings(fab_arena *arena, const fab_space_block *blocks, size_t count,
                                   size_t top)
{
    fab_findings *findings = FAB_NEW(arena, fab_findings, count);
    size_t total = 0;
    for (size_t i = 0; i < count && findings != NULL; i++) {
        const size_t candidates = (size_t)blocks[i].candidates;
        findings[i].limit = candidates < top ? candidates : top;
        total += findings[i].limit;
    }
    fab_find *items = FAB_NEW(arena, fab_find, total);
    if (findings == NULL || items == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        findings[i].items = items;
        items += findings[i].limit;
    }
    return findings;
}

static void add_counts(fab_search_counts *sum, const fab_search_counts *part)
{
    sum->enumerated += part->enumerated;
    sum->refused += part->refused;
    sum->forecast += part->forecast;
    sum->infeasible += part->infeasible;
    sum->feasible += part->feasible;
}

/* Moves all finds to the front of the first block's, in the order of the blocks, and sorts. */
static fab_findings merge(const fab_findings *findings, size_t count)
{
    fab_findings all = {.items = count > 0 ? findings[0].items : NULL};
    for (size_t i = 0; i < count; i++) {
        const fab_findings *part = &findings[i];
        all.status = all.status == FAB_OK ? part->status : all.status;
        memmove(all.items + all.count, part->items, part->count * sizeof(*part->items));
        all.count += part->count;
        add_counts(&all.counts, &part->counts);
        all.faster += part->faster;
        const double memory_byte = part->least_memory_byte;
        if (memory_byte > 0.0 &&
            (all.least_memory_byte == 0.0 || memory_byte < all.least_memory_byte)) {
            all.least_memory_byte = memory_byte;
        }
    }
    if (all.count > 1) {
        qsort(all.items, all.count, sizeof(*all.items), compare_finds);
    }
    return all;
}

static fab_status make_row(const fab_scenario *scenario, const fab_mapping *mapping,
                           fab_arena *arena, fab_search_row *row)
{
    fab_scenario candidate = *scenario;
    candidate.mapping = *mapping;
    candidate.chunk_layers = fab_layout_is_even(mapping->layout) ? NULL : scenario->chunk_layers;
    row->mapping = *mapping;
    FAB_TRY(fab_train_forecast(&candidate, arena, &row->forecast));
    row->ownership = fab_ownership_forecast(&candidate, &row->forecast);
    return FAB_OK;
}

/* Equal step times share a rank. */
static fab_status make_rows(const fab_scenario *scenario, const fab_findings *all, size_t top,
                            fab_arena *arena, fab_search_result *out)
{
    const size_t count = all->count < top ? all->count : top;
    fab_search_row *rows = FAB_NEW(arena, fab_search_row, count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const bool is_equal = i > 0 && all->items[i].step_s == all->items[i - 1].step_s;
        FAB_TRY(make_row(scenario, &all->items[i].mapping, arena, &rows[i]));
        rows[i].rank = is_equal ? rows[i - 1].rank : (int64_t)i + 1;
    }
    out->rows = rows;
    out->row_count = count;
    return FAB_OK;
}

fab_status fab_search_run(const fab_scenario *scenario, size_t top, fab_arena *arena,
                          fab_search_result *out)
{
    assert(scenario && arena && out);
    if (top < 1 || top > FAB_SEARCH_TOP_LIMIT) {
        return FAB_E_RANGE;
    }
    *out = (fab_search_result){.scenario = scenario};
    FAB_TRY(make_row(scenario, &scenario->mapping, arena, &out->own));
    const fab_space_block *blocks;
    size_t count;
    FAB_TRY(fab_space_make(scenario, arena, &blocks, &count));
    fab_findings *findings = make_findings(arena, blocks, count, top);
    if (findings == NULL) {
        return FAB_E_NOMEM;
    }
    fab_common common = {.scenario = scenario, .own_step_s = out->own.forecast.step_s};
    FAB_TRY(fab_train_check(scenario, arena, &common.checks));
    common.checks.skips_energy = true;
    run_blocks(&common, blocks, count, findings);
    const fab_findings all = merge(findings, count);
    FAB_TRY(all.status);
    out->counts = all.counts;
    out->least_memory_byte = all.least_memory_byte;
    out->own.rank = out->own.forecast.is_feasible ? 1 + all.faster : 0;
    return make_rows(scenario, &all, top, arena, out);
}

#include <fabricast/validate.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/scenario.h>
#include <fabricast/train.h>

#include "config/tree.h"
#include "scenario/read.h"
#include "validate/groups.h"
#include "validate/measured_runs.h"

#define SCRATCH_BYTE     ((size_t)64 << 20)
#define GIB_BYTE         1073741824.0
#define MICROBATCH_LIMIT 16

/* What one try of a row gave. */
typedef struct fab_run_try {
    fab_run_status status;
    const char *reason;
    const char *scenario;
    double step_s;
    double memory_byte;
} fab_run_try;

static const char *first_message(const fab_diagnostics *diagnostics, fab_arena *arena)
{
    return diagnostics->count > 0 ? fab_arena_printf(arena, "%s", diagnostics->items[0].message)
                                  : "cannot be read";
}

/* Forecasts a row with one choice of what it leaves open. Texts go into `arena`. */
static fab_status try_choice(const fab_catalog *catalog, const fab_run_row *row,
                             const fab_run_choice *choice, fab_arena *arena, fab_run_try *out)
{
    *out = (fab_run_try){.status = FAB_RUN_WRONG};
    const fab_node *root = NULL;
    fab_scenario *scenario = FAB_NEW(arena, fab_scenario, 1);
    out->scenario = fab_run_compose(row, choice, arena);
    if (out->scenario == NULL || scenario == NULL) {
        return FAB_E_NOMEM;
    }
    fab_diagnostics heard = fab_diagnostics_make(arena);
    fab_status status =
        fab_tree_parse("row", out->scenario, strlen(out->scenario), arena, &heard, &root);
    if (status == FAB_OK) {
        status = fab_scenario_read(catalog, root, arena, &heard, scenario);
    }
    if (status == FAB_E_INPUT) {
        out->reason = first_message(&heard, arena);
        return FAB_OK;
    }
    fab_forecast forecast;
    if (status == FAB_OK) {
        status = fab_train_forecast(scenario, arena, &forecast);
    }
    if (status == FAB_E_RANGE) {
        out->reason = "numbers leave their range";
        return FAB_OK;
    }
    FAB_TRY(status);
    out->step_s = forecast.step_s;
    out->memory_byte = forecast.memory.total_byte;
    out->status =
        forecast.is_buildable && forecast.memory.fits ? FAB_RUN_SCORED : FAB_RUN_INFEASIBLE;
    out->reason = out->status == FAB_RUN_SCORED ? NULL
                  : forecast.is_buildable ? "the forecast needs more memory than a package has"
                                          : "the forecast says that the fabric cannot be built";
    return FAB_OK;
}

/* Whether `a` is the better try: one that fits before one that does not, then the faster. */
static bool is_better(const fab_run_try *a, const fab_run_try *b)
{
    if (a->status != b->status) {
        return a->status < b->status;
    }
    return a->status != FAB_RUN_WRONG && a->step_s < b->step_s;
}

static fab_status try_row(const fab_catalog *catalog, const fab_run_row *row,
                          const fab_run_reading *reading, fab_arena *arena, fab_run_try *best)
{
    const int64_t layers = (int64_t)fab_run_number(row, FAB_RUN_LAYERS);
    const int64_t stages = (int64_t)fab_run_number(row, FAB_RUN_PP);
    const int64_t most = reading->searches_interleave ? layers / stages : 1;
    const int64_t said = (int64_t)fab_run_number(row, FAB_RUN_MICROBATCH);
    const int64_t interleave = (int64_t)fab_run_number(row, FAB_RUN_VPP);
    *best = (fab_run_try){.status = FAB_RUN_WRONG, .reason = "no interleave divides its layers"};
    bool is_first = true;
    for (int64_t microbatch = 1; microbatch <= MICROBATCH_LIMIT; microbatch *= 2) {
        for (int64_t chunks = 1; chunks <= (most > 1 ? most : 1); chunks++) {
            const fab_run_choice choice = {.microbatch =
                                               reading->searches_microbatch ? microbatch : said,
                                           .interleave = reading->searches_interleave ? chunks
                                                         : interleave > 1             ? interleave
                                                                                      : 1};
            fab_run_try next;
            if (reading->searches_interleave && layers % (stages * chunks) != 0) {
                continue;
            }
            FAB_TRY(try_choice(catalog, row, &choice, arena, &next));
            if (is_first || is_better(&next, best)) {
                *best = next;
                is_first = false;
            }
        }
        if (!reading->searches_microbatch) {
            break;
        }
    }
    return FAB_OK;
}

/* Seconds of an iteration: as measured, or from tokens per second and package. */
static double measured_s(const fab_run_row *row)
{
    const double tokens_s = fab_run_number(row, FAB_RUN_TOKENS_S);
    const double iteration_s = fab_run_number(row, FAB_RUN_ITERATION);
    if (iteration_s > 0.0 || tokens_s <= 0.0) {
        return iteration_s;
    }
    return fab_run_number(row, FAB_RUN_BATCH) * fab_run_number(row, FAB_RUN_SEQUENCE) /
           (tokens_s * fab_run_number(row, FAB_RUN_GPUS));
}

static const char *keep(const char *text, fab_arena *arena, bool *is_short)
{
    const char *copy = text != NULL ? fab_arena_copy(arena, text, strlen(text)) : NULL;
    *is_short = *is_short || (text != NULL && copy == NULL);
    return copy;
}

static fab_status score_row(const fab_catalog *catalog, const fab_run_row *row, fab_arena *arena,
                            fab_arena *scratch, fab_run_score *out)
{
    const fab_run_reading reading = fab_run_read(row, arena);
    if (reading.assumed == NULL) {
        return FAB_E_NOMEM;
    }
    *out = (fab_run_score){.id = row->cells[FAB_RUN_ID],
                           .source_key = row->cells[FAB_RUN_SOURCE],
                           .tier = row->cells[FAB_RUN_TIER],
                           .gpu = row->cells[FAB_RUN_GPU],
                           .precision = row->cells[FAB_RUN_PRECISION],
                           .is_moe = strcmp(row->cells[FAB_RUN_FAMILY], "moe") == 0,
                           .packages = (int64_t)fab_run_number(row, FAB_RUN_GPUS),
                           .status = FAB_RUN_SKIPPED,
                           .reason = reading.reason,
                           .assumed = reading.assumed,
                           .measured_s = measured_s(row),
                           .measured_byte = GIB_BYTE * fab_run_number(row, FAB_RUN_MEMORY)};
    if (reading.reason != NULL) {
        return FAB_OK;
    }
    fab_run_try best;
    FAB_TRY(try_row(catalog, row, &reading, scratch, &best));
    bool is_short = false;
    out->status = (int)best.status;
    out->reason = keep(best.reason, arena, &is_short);
    out->scenario = keep(best.scenario, arena, &is_short);
    if (is_short) {
        return FAB_E_NOMEM;
    }
    out->forecast_byte = best.memory_byte;
    out->forecast_s = best.step_s;
    if (best.step_s > 0.0 && out->measured_s > 0.0) {
        out->error_frac = best.step_s / out->measured_s - 1.0;
    }
    return FAB_OK;
}

static bool is_wanted(const fab_run_row *row, const char *source_key)
{
    return source_key == NULL || strcmp(row->cells[FAB_RUN_SOURCE], source_key) == 0;
}

static fab_status score_all(const fab_catalog *catalog, const fab_run_table *table,
                            const char *source_key, fab_arena *arena, fab_validation *out)
{
    fab_run_score *rows = FAB_NEW(arena, fab_run_score, table->csv->row_count);
    fab_arena *scratch = fab_arena_create(SCRATCH_BYTE);
    fab_status status = rows != NULL && scratch != NULL ? FAB_OK : FAB_E_NOMEM;
    for (size_t i = 0; i < table->csv->row_count && status == FAB_OK; i++) {
        const fab_run_row row = fab_run_table_row(table, i);
        if (is_wanted(&row, source_key)) {
            const fab_arena_mark mark = fab_arena_save(scratch);
            status = score_row(catalog, &row, arena, scratch, &rows[out->row_count++]);
            fab_arena_reset(scratch, mark);
        }
    }
    fab_arena_destroy(scratch);
    out->rows = rows;
    return status;
}

fab_status fab_validate_runs(const fab_catalog *catalog, const char *path, const char *source_key,
                             fab_arena *arena, fab_diagnostics *diagnostics,
                             const fab_validation **out)
{
    assert(catalog && arena && diagnostics && out);
    fab_run_table table;
    FAB_TRY(fab_run_table_load(path, arena, diagnostics, &table));
    fab_validation *result = FAB_NEW(arena, fab_validation, 1);
    if (result == NULL) {
        return FAB_E_NOMEM;
    }
    result->file = table.csv->source->name;
    FAB_TRY(score_all(catalog, &table, source_key, arena, result));
    if (result->row_count == 0) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, (fab_position){.source = table.csv->source},
                     NULL, "no row of the source `%s`", source_key != NULL ? source_key : "any");
        return FAB_E_INPUT;
    }
    FAB_TRY(fab_score_groups(result, arena));
    *out = result;
    return FAB_OK;
}

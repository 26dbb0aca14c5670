#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "validate/groups.h"
#include "validate/score.h"

/* Reads any text as a table of runs, of one node or of labels, and forecasts its first rows. What
 * comes out is finite, and every row says why when it is not scored. */

#define ROW_LIMIT ((size_t)4)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const fab_validation *scores)
{
    for (size_t i = 0; i < scores->row_count; i++) {
        const fab_run_score *row = &scores->rows[i];
        assert(row->status == FAB_RUN_SCORED || row->reason != NULL);
        assert(isfinite(row->forecast_s) && isfinite(row->error_frac));
        assert(isfinite(row->forecast_byte) && isfinite(row->capacity_byte));
        assert(isfinite(row->measured_s) && isfinite(row->rank_s));
    }
    for (size_t i = 0; i < scores->total_count; i++) {
        assert(isfinite(scores->totals[i].mean_frac) && isfinite(scores->totals[i].slope_frac));
        assert(fabs(scores->totals[i].rank_ratio) <= 1.0 + 1e-9);
    }
}

static void score(fab_run_table *table, fab_arena *arena, fab_diagnostics *diagnostics)
{
    const fab_catalog *catalog = NULL;
    fab_validation scores = {.kind = (int)table->kind};
    table->row_count = table->row_count < ROW_LIMIT ? table->row_count : ROW_LIMIT;
    if (fab_catalog_load(arena, diagnostics, &catalog) == FAB_OK &&
        fab_score_table(catalog, table, NULL, NULL, arena, &scores) == FAB_OK &&
        fab_score_groups(&scores, arena) == FAB_OK) {
        check_rows(&scores);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)256 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    fab_table_text text;
    fab_run_table table;
    const char *collectives = NULL;
    const bool is_read =
        fab_table_parse("fuzz.csv", (const char *)data, size, arena, &diagnostics, &text) == FAB_OK;
    if (is_read && text.kind != FAB_TABLE_COLLECTIVES &&
        fab_run_table_read(&text, arena, &diagnostics, &table) == FAB_OK) {
        score(&table, arena, &diagnostics);
    }
    if (is_read && fab_sister_is_foreign(text.csv) &&
        fab_sister_collectives(text.csv, arena, &diagnostics, &collectives) == FAB_OK) {
        assert(strchr(collectives, '\n') != NULL);
    }
    fab_arena_destroy(arena);
    return 0;
}

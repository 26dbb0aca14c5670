#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "scenario/kernel_table.h"

/* Reads any text as a table of measured kernels: rows are in order, each shape stands once and is
 * found. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fab_arena *arena = fab_arena_create((size_t)64 << 20);
    fab_diagnostics diagnostics = fab_diagnostics_make(arena);
    const fab_kernel_table *table = NULL;
    const fab_status status = fab_kernel_table_parse("fuzz.csv", (const char *)data, size, "h100",
                                                     arena, &diagnostics, &table);
    assert(status != FAB_E_INPUT || diagnostics.errors > 0);
    for (size_t i = 0; status == FAB_OK && i < table->count; i++) {
        const fab_kernel_row *row = &table->rows[i];
        assert(isfinite(row->time_s) && row->time_s > 0.0);
        assert(i == 0 || fab_kernel_row_compare(row - 1, row) < 0);
        assert(fab_kernel_table_find(table, row) == row);
    }
    fab_arena_destroy(arena);
    return 0;
}

#include "validate/measured_runs.h"

#include <stdint.h>
#include <string.h>

#include "catalog/embedded.h"

#define COLUMN_TEXT(id, text) text,
static const char *const COLUMNS[] = {FAB_RUN_COLUMN_LIST(COLUMN_TEXT)};

const char *fab_run_column_name(fab_run_column column)
{
    return COLUMNS[column];
}

static fab_status find_columns(fab_run_table *table, fab_diagnostics *diagnostics)
{
    fab_status status = FAB_OK;
    for (size_t i = 0; i < FAB_RUN_COLUMN_COUNT; i++) {
        table->columns[i] = fab_csv_find(table->csv, COLUMNS[i]);
        if (table->columns[i] == SIZE_MAX) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                         fab_csv_position(table->csv, &table->csv->header[0]), NULL,
                         "the column `%s` is missing", COLUMNS[i]);
            status = FAB_E_INPUT;
        }
    }
    return status;
}

fab_status fab_run_table_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                              fab_run_table *out)
{
    if (path != NULL) {
        FAB_TRY(fab_csv_load(path, arena, diagnostics, &out->csv));
    } else {
        const fab_embedded_file *file = &fab_validate_files[0];
        FAB_TRY(fab_csv_parse(file->name, file->text, file->length_byte, arena, diagnostics,
                              &out->csv));
    }
    return find_columns(out, diagnostics);
}

fab_run_row fab_run_table_row(const fab_run_table *table, size_t row)
{
    fab_run_row out;
    for (size_t i = 0; i < FAB_RUN_COLUMN_COUNT; i++) {
        out.cells[i] = fab_csv_at(table->csv, row, table->columns[i])->text;
    }
    return out;
}

double fab_run_number(const fab_run_row *row, fab_run_column column)
{
    const fab_csv_cell cell = {.text = row->cells[column]};
    double number = 0.0;
    return fab_csv_cell_number(&cell, &number) ? number : 0.0;
}

bool fab_run_says(const fab_run_row *row, fab_run_column column)
{
    return row->cells[column][0] != '\0';
}

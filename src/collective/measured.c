#include <fabricast/measured.h>

#include <assert.h>
#include <math.h>
#include <string.h>

#include "config/csv.h"

/* Reads measured collectives from a table. */

typedef enum measured_column {
    COLUMN_HARDWARE,
    COLUMN_ON,
    COLUMN_COLLECTIVE,
    COLUMN_ALGORITHM,
    COLUMN_RANKS,
    COLUMN_SIZE,
    COLUMN_TIME,
    COLUMN_BUS,
    COLUMN_SOURCE,
    COLUMN_COUNT
} measured_column;

static const char *const COLUMN_NAME[COLUMN_COUNT] = {"hardware",  "on",       "collective",
                                                      "algorithm", "ranks",    "size_byte",
                                                      "time_us",   "bus_GBps", "source"};

/* a bus bandwidth is printed with two decimals: below this its rounding is more than 0.5 % */
static const double LEAST_BUS_GBPS = 1.0;

typedef struct reader {
    const fab_csv_table *csv;
    fab_diagnostics *diagnostics;
    size_t place[COLUMN_COUNT]; /* of a column in the table */
    size_t row;
} reader;

static const fab_csv_cell *cell(const reader *r, measured_column which)
{
    return fab_csv_at(r->csv, r->row, r->place[which]);
}

static fab_status mistake(const reader *r, measured_column which, const char *message,
                          const char *hint)
{
    const fab_csv_cell *at = cell(r, which);
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(r->csv, at), hint, message,
                 at->text);
    return FAB_E_INPUT;
}

static fab_status find_columns(reader *r)
{
    fab_status status = FAB_OK;
    for (int c = 0; c < COLUMN_COUNT; c++) {
        r->place[c] = fab_csv_find(r->csv, COLUMN_NAME[c]);
        if (r->place[c] == SIZE_MAX) {
            fab_diagnose(
                r->diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(r->csv, &r->csv->header[0]),
                "validation/README.md lists the columns", "no column `%s`", COLUMN_NAME[c]);
            status = FAB_E_INPUT;
        }
    }
    return status;
}

/* a number from 0; an empty cell leaves what was there */
static fab_status read_number(const reader *r, measured_column which, double *out)
{
    double number;
    if (cell(r, which)->text[0] == '\0') {
        return FAB_OK;
    }
    if (!fab_csv_cell_number(cell(r, which), &number) || number < 0.0) {
        return mistake(r, which, "`%s` is not a number from 0 upwards", NULL);
    }
    *out = number;
    return FAB_OK;
}

static fab_status read_kind(const reader *r, fab_measured_collective *row)
{
    for (int i = 0; i < FAB_COLLECTIVE_KIND_COUNT; i++) {
        if (strcmp(row->collective, fab_collective_name((fab_collective_kind)i)) == 0) {
            row->kind = (fab_collective_kind)i;
            return FAB_OK;
        }
    }
    return mistake(r, COLUMN_COLLECTIVE, "unknown collective `%s`",
                   "a row with `on` has all-gather, reduce-scatter, all-reduce, all-to-all, send, "
                   "broadcast or reduce");
}

static fab_status read_algorithm(const reader *r, fab_measured_collective *row)
{
    const char *text = cell(r, COLUMN_ALGORITHM)->text;
    for (int i = 0; i < FAB_ALGORITHM_COUNT; i++) {
        if (strcmp(text[0] ? text : "auto", fab_algorithm_name(i)) == 0) {
            row->algorithm = i;
            return FAB_OK;
        }
    }
    return mistake(r, COLUMN_ALGORITHM, "unknown algorithm `%s`", NULL);
}

/* what a comparable row must know */
static fab_status read_numbers(const reader *r, fab_measured_collective *row)
{
    double ranks = 0.0;
    double time_us = 0.0;
    double bus_gbps = 0.0;
    FAB_TRY(read_number(r, COLUMN_RANKS, &ranks));
    FAB_TRY(read_number(r, COLUMN_SIZE, &row->size_byte));
    FAB_TRY(read_number(r, COLUMN_TIME, &time_us));
    FAB_TRY(read_number(r, COLUMN_BUS, &bus_gbps));
    if (!(ranks >= 2.0) || ranks > 1e9 || ranks != floor(ranks)) {
        return mistake(r, COLUMN_RANKS, "`%s` ranks: a whole number from 2", NULL);
    }
    if (!(row->size_byte > 0.0)) {
        return mistake(r, COLUMN_SIZE, "a size `%s`: at least a byte", NULL);
    }
    row->ranks = (int64_t)ranks;
    row->time_s = 1e-6 * time_us;
    if (!(time_us > 0.0) && bus_gbps >= LEAST_BUS_GBPS) {
        row->time_s =
            row->size_byte * fab_collective_bus_ratio(row->kind, row->ranks) / (1e9 * bus_gbps);
    }
    row->on = isfinite(row->time_s) && row->time_s > 0.0 ? row->on : NULL;
    return FAB_OK;
}

static fab_status read_row(const reader *r, fab_measured_collective *row)
{
    const char *on = cell(r, COLUMN_ON)->text;
    *row = (fab_measured_collective){
        .hardware = cell(r, COLUMN_HARDWARE)->text,
        .on = on[0] ? on : NULL,
        .collective = cell(r, COLUMN_COLLECTIVE)->text,
        .source = cell(r, COLUMN_SOURCE)->text,
        .line = cell(r, COLUMN_ON)->line,
    };
    if (!row->on) {
        return FAB_OK;
    }
    FAB_TRY(read_kind(r, row));
    FAB_TRY(read_algorithm(r, row));
    return read_numbers(r, row);
}

static fab_status read_rows(const fab_csv_table *csv, fab_arena *arena,
                            fab_diagnostics *diagnostics, const fab_measured_collective **rows_out,
                            size_t *count_out)
{
    reader r = {.csv = csv, .diagnostics = diagnostics};
    fab_measured_collective *rows = FAB_NEW(arena, fab_measured_collective, csv->row_count);
    if (!rows) {
        return FAB_E_NOMEM;
    }
    FAB_TRY(find_columns(&r));
    fab_status status = FAB_OK;
    for (r.row = 0; r.row < csv->row_count; r.row++) {
        if (read_row(&r, &rows[r.row]) != FAB_OK) {
            status = FAB_E_INPUT;
        }
    }
    *rows_out = rows;
    *count_out = csv->row_count;
    return status;
}

fab_status fab_measured_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                             const fab_measured_collective **rows_out, size_t *count_out)
{
    assert(path && arena && diagnostics && rows_out && count_out);
    const fab_csv_table *csv = NULL;
    FAB_TRY(fab_csv_load(path, arena, diagnostics, &csv));
    return read_rows(csv, arena, diagnostics, rows_out, count_out);
}

fab_status fab_measured_parse(const char *name, const char *text, size_t length_byte,
                              fab_arena *arena, fab_diagnostics *diagnostics,
                              const fab_measured_collective **rows_out, size_t *count_out)
{
    assert(name && (text || length_byte == 0) && arena && diagnostics && rows_out && count_out);
    const fab_csv_table *csv = NULL;
    FAB_TRY(fab_csv_parse(name, text, length_byte, arena, diagnostics, &csv));
    return read_rows(csv, arena, diagnostics, rows_out, count_out);
}

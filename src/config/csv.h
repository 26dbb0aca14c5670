#ifndef FAB_CONFIG_CSV_H
#define FAB_CONFIG_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include <fabricast/diagnostic.h>
#include <fabricast/status.h>

/* A table from a CSV file (RFC 4180): the first line names the columns, cells may be quoted and
 * then hold commas, quotes (doubled) and line ends. Lines of blanks are passed over, and lines that
 * begin with # before the header. Const once read. */

typedef struct fab_csv_cell {
    const char *text; /* without the quotes and the blanks around it; "" when empty */
    int line;
    int column;
    int width;
} fab_csv_cell;

typedef struct fab_csv_table {
    const fab_source *source;
    const fab_csv_cell *header; /* column_count */
    size_t column_count;
    const fab_csv_cell *cells; /* row_count x column_count, by row */
    size_t row_count;
} fab_csv_table;

#define FAB_CSV_SIZE_LIMIT_BYTE ((size_t)64 << 20)
#define FAB_CSV_COLUMN_LIMIT    ((size_t)256)

/* Reads a table. Mistakes, each with its position: no header, a column named twice or not at all,
 * a row with too few or too many cells, a quote that does not end, text behind a closing quote,
 * a text that is not UTF-8. FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_csv_parse(const char *name, const char *text, size_t length_byte,
                                     fab_arena *arena, fab_diagnostics *diagnostics,
                                     const fab_csv_table **csv_out);
FAB_CHECKED fab_status fab_csv_load(const char *path, fab_arena *arena,
                                    fab_diagnostics *diagnostics, const fab_csv_table **csv_out);

/* Returns the index of a column, or SIZE_MAX. */
size_t fab_csv_find(const fab_csv_table *csv, const char *column);

/* Returns the cell; both indices must exist. */
const fab_csv_cell *fab_csv_at(const fab_csv_table *csv, size_t row, size_t column);

fab_position fab_csv_position(const fab_csv_table *csv, const fab_csv_cell *cell);

/* Reads a decimal number that fills the cell; false when it does not, or is not finite. */
bool fab_csv_cell_number(const fab_csv_cell *cell, double *number_out);

#endif

#ifndef FAB_REPORT_SHEET_H
#define FAB_REPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "report/scratch.h"

/* Which outputs show a column. */
typedef enum fab_sheet_place {
    FAB_SHEET_ALL,
    FAB_SHEET_PAGE,    /* only the HTML page, which has room */
    FAB_SHEET_NOT_PAGE /* terminal and data files */
} fab_sheet_place;

typedef struct fab_sheet_column {
    const char *head;
    bool is_number;
    size_t wrap; /* bytes of a line on a terminal, 0: never broken */
    fab_sheet_place place;
} fab_sheet_column;

/* A table of texts: printed on a terminal, in the page and in data files by one writer each. */
typedef struct fab_sheet {
    fab_scratch *scratch;
    const fab_sheet_column *columns;
    size_t column_count;
    const char **cells; /* row after row */
    bool *marks;        /* rows to be shown as the main ones */
    size_t row_count;
    size_t row_limit;
} fab_sheet;

/* Returns an empty sheet with room for `row_limit` rows; a failure stays in the scratch. */
fab_sheet fab_sheet_make(fab_scratch *scratch, const fab_sheet_column *columns, size_t column_count,
                         size_t row_limit);

/* Adds a row of column_count cells; NULL cells are empty. Texts are cleaned here. */
void fab_sheet_add(fab_sheet *sheet, const char *const *cells);

/* Marks the row added last. */
void fab_sheet_mark(fab_sheet *sheet);

/* Returns a cell. */
const char *fab_sheet_cell(const fab_sheet *sheet, size_t row, size_t column);

#define FAB_COLUMN_COUNT(columns) (sizeof(columns) / sizeof(columns)[0])

#endif

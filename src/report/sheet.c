#include "report/sheet.h"

#include <assert.h>

fab_sheet fab_sheet_make(fab_scratch *scratch, const fab_sheet_column *columns, size_t column_count,
                         size_t row_limit)
{
    fab_sheet sheet = {.scratch = scratch, .columns = columns, .column_count = column_count};
    if (scratch->status != FAB_OK) {
        return sheet;
    }
    sheet.cells =
        fab_arena_alloc(scratch->arena, row_limit, column_count * sizeof(char *), _Alignof(char *));
    sheet.marks = FAB_NEW(scratch->arena, bool, row_limit);
    if (!sheet.cells || !sheet.marks) {
        scratch->status = FAB_E_NOMEM;
        return sheet;
    }
    sheet.row_limit = row_limit;
    return sheet;
}

void fab_sheet_add(fab_sheet *sheet, const char *const *cells)
{
    if (sheet->scratch->status != FAB_OK) {
        return;
    }
    assert(sheet->row_count < sheet->row_limit);
    const char **row = sheet->cells + sheet->row_count * sheet->column_count;
    for (size_t i = 0; i < sheet->column_count; i++) {
        row[i] = fab_text_clean(sheet->scratch, cells[i]);
    }
    sheet->row_count++;
}

void fab_sheet_mark(fab_sheet *sheet)
{
    if (sheet->row_count > 0) {
        sheet->marks[sheet->row_count - 1] = true;
    }
}

const char *fab_sheet_cell(const fab_sheet *sheet, size_t row, size_t column)
{
    assert(row < sheet->row_count && column < sheet->column_count);
    return sheet->cells[row * sheet->column_count + column];
}

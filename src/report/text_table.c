#include "report/text_table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

/* adds the columns that a terminal shows */
static int add_columns(struct libscols_table *table, const fab_sheet *sheet)
{
    for (size_t i = 0; i < sheet->column_count; i++) {
        const fab_sheet_column *column = &sheet->columns[i];
        if (column->place == FAB_SHEET_PAGE) {
            continue;
        }
        const int flags = column->is_number ? SCOLS_FL_RIGHT : column->wrap ? SCOLS_FL_WRAP : 0;
        struct libscols_column *made = scols_table_new_column(table, column->head, 0, flags);
        if (!made) {
            return -1;
        }
        if (column->wrap && (scols_column_set_safechars(made, "\n") != 0 ||
                             scols_column_set_wrapfunc(made, scols_wrapnl_chunksize,
                                                       scols_wrapnl_nextchunk, NULL) != 0)) {
            return -1;
        }
    }
    return 0;
}

/* In a locale of single bytes libsmartcols never comes to the end of a UTF-8 character that it has
 * to break: there, what is not ASCII becomes a question mark. */
static const char *printable(fab_scratch *scratch, const char *cell)
{
    if (MB_CUR_MAX > 1) {
        return cell;
    }
    char *copy = fab_arena_copy(scratch->arena, cell, strlen(cell));
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    }
    return copy != NULL ? copy : "";
}

static int add_row(struct libscols_table *table, const fab_sheet *sheet, size_t row)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    size_t shown = 0;
    for (size_t i = 0; line && i < sheet->column_count; i++) {
        const fab_sheet_column *column = &sheet->columns[i];
        if (column->place == FAB_SHEET_PAGE) {
            continue;
        }
        const char *cell = fab_sheet_cell(sheet, row, i);
        if (shown == 0 && sheet->marks[row]) {
            cell = fab_text_printf(sheet->scratch, "* %s", cell);
        }
        if (column->wrap) {
            cell = fab_text_wrap(sheet->scratch, cell, column->wrap, "\n");
        }
        if (scols_line_set_data(line, shown++, printable(sheet->scratch, cell)) != 0) {
            return -1;
        }
    }
    return line ? 0 : -1;
}

void fab_text_sheet(const fab_sheet *sheet, FILE *stream)
{
    fab_scratch *scratch = sheet->scratch;
    if (scratch->status != FAB_OK) {
        return;
    }
    struct libscols_table *table = scols_new_table();
    if (!table) {
        scratch->status = FAB_E_NOMEM;
        return;
    }
    /* as for a pipe: the width of the terminal plays no part */
    scols_table_set_stream(table, stream);
    scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
    scols_table_enable_colors(table, 0);
    scols_table_enable_noencoding(table, 1);
    int failed = add_columns(table, sheet);
    for (size_t r = 0; !failed && r < sheet->row_count; r++) {
        failed = add_row(table, sheet, r);
    }
    if (failed || scols_print_table(table) != 0) {
        scratch->status = FAB_E_NOMEM;
    }
    scols_unref_table(table);
}

void fab_text_heading(FILE *stream, const char *text)
{
    fprintf(stream, "\n%s\n", text);
}

void fab_text_paragraph(fab_scratch *scratch, FILE *stream, const char *text, const char *indent)
{
    const char *mark = fab_text_printf(scratch, "\n%s", indent);
    const char *clean = fab_text_clean(scratch, text);
    fprintf(stream, "%s\n", fab_text_wrap(scratch, clean, FAB_TEXT_WIDTH - strlen(indent), mark));
}

void fab_text_remarks(fab_scratch *scratch, FILE *stream, const char *const *remarks, size_t count)
{
    if (count > 0) {
        fab_text_heading(stream, "Remarks");
    }
    for (size_t i = 0; i < count; i++) {
        fab_text_paragraph(scratch, stream, fab_text_printf(scratch, "- %s", remarks[i]), "  ");
    }
}

fab_status fab_text_finish(const fab_scratch *scratch, FILE *stream)
{
    if (fflush(stream) != 0 || ferror(stream)) {
        return FAB_E_IO;
    }
    return scratch->status;
}

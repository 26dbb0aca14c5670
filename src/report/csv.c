#include "report/csv.h"

#include <inttypes.h>
#include <string.h>

#include "report/plot.h"

/* label of a figure without a width of its own */
#define LABEL_WIDTH 80

static void begin_cell(fab_csv *csv)
{
    if (csv->is_inside) {
        fputc(',', csv->stream);
    }
    csv->is_inside = true;
}

void fab_csv_text(fab_csv *csv, const char *text)
{
    begin_cell(csv);
    if (!text) {
        return;
    }
    const bool is_dangerous = *text && strchr("=+-@\t\r\n", *text);
    const bool is_quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (is_quoted) {
        fputc('"', csv->stream);
    }
    if (is_dangerous) {
        fputc('\'', csv->stream);
    }
    for (const char *c = text; *c; c++) {
        if (*c == '"') {
            fputc('"', csv->stream);
        }
        /* bytes that a terminal obeys */
        const bool is_control = ((unsigned char)*c < ' ' && !strchr("\t\r\n", *c)) || *c == 0x7f;
        fputc(is_control ? ' ' : *c, csv->stream);
    }
    if (is_quoted) {
        fputc('"', csv->stream);
    }
}

void fab_csv_number(fab_csv *csv, double number_count)
{
    begin_cell(csv);
    fputs(fab_text_exact(csv->scratch, number_count), csv->stream);
}

void fab_csv_integer(fab_csv *csv, int64_t number)
{
    begin_cell(csv);
    fprintf(csv->stream, "%" PRId64, number);
}

void fab_csv_known(fab_csv *csv, bool is_known, double number_count)
{
    if (is_known) {
        fab_csv_number(csv, number_count);
    } else {
        fab_csv_text(csv, NULL);
    }
}

void fab_csv_flag(fab_csv *csv, bool flag)
{
    fab_csv_text(csv, flag ? "true" : "false");
}

void fab_csv_names(fab_csv *csv, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fab_csv_text(csv, names[i]);
    }
}

void fab_csv_end(fab_csv *csv)
{
    fputs("\r\n", csv->stream);
    csv->is_inside = false;
}

void fab_csv_sheet(fab_csv *csv, const fab_sheet *sheet)
{
    for (size_t c = 0; c < sheet->column_count; c++) {
        if (sheet->columns[c].place != FAB_SHEET_PAGE) {
            fab_csv_text(csv, sheet->columns[c].head);
        }
    }
    fab_csv_end(csv);
    for (size_t r = 0; r < sheet->row_count; r++) {
        for (size_t c = 0; c < sheet->column_count; c++) {
            const char *cell = fab_sheet_cell(sheet, r, c);
            if (sheet->columns[c].place == FAB_SHEET_PAGE) {
                continue;
            }
            if (sheet->columns[c].is_number) {
                begin_cell(csv);
                fputs(cell, csv->stream);
            } else {
                const size_t width = sheet->columns[c].wrap;
                fab_csv_text(csv, fab_plot_label(csv->scratch, cell, width ? width : LABEL_WIDTH));
            }
        }
        fab_csv_end(csv);
    }
}

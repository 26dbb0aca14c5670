#include "config/csv.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cut.h"
#include "config/document.h"
#include "config/source.h"

typedef struct fab_csv_reader {
    fab_source *source;
    fab_arena *arena;
    fab_diagnostics *diagnostics;
    size_t at;
    int line;
    int column;
    char *store; /* texts of the cells, one behind the other; never longer than the source */
    size_t stored;
    fab_csv_cell row[FAB_CSV_COLUMN_LIMIT];
    size_t row_count; /* cells of the row, also those beyond the limit */
} fab_csv_reader;

static bool is_end(const fab_csv_reader *r)
{
    return r->at >= r->source->length_byte;
}

static char peek(const fab_csv_reader *r)
{
    return is_end(r) ? '\n' : r->source->text[r->at];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void step(fab_csv_reader *r)
{
    const char c = r->source->text[r->at++];
    if (c == '\n') {
        r->line++;
        r->column = 1;
    } else {
        r->column += ((unsigned char)c & 0xc0) != 0x80;
    }
}

static void skip_blanks(fab_csv_reader *r)
{
    while (!is_end(r) && is_blank(peek(r))) {
        step(r);
    }
}

static void complain(fab_csv_reader *r, const fab_csv_cell *cell, const char *problem,
                     const char *hint)
{
    const fab_position position = {r->source, cell->line, cell->column,
                                   cell->width > 0 ? cell->width : 1};
    const fab_cut shown = fab_cut_text(cell->text);
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, position, hint, "`" FAB_CUT_FORMAT "` %s",
                 FAB_CUT(shown), problem);
}

/* The inside of quotes; a doubled quote is one. False when they do not end. */
static bool read_quoted(fab_csv_reader *r)
{
    step(r);
    while (!is_end(r)) {
        const char c = peek(r);
        step(r);
        if (c == '"' && (is_end(r) || peek(r) != '"')) {
            return true;
        }
        if (c == '"') {
            step(r);
        }
        r->store[r->stored++] = c;
    }
    return false;
}

static void read_plain(fab_csv_reader *r, const fab_csv_cell *cell)
{
    while (!is_end(r) && peek(r) != ',' && peek(r) != '\n') {
        r->store[r->stored++] = peek(r);
        step(r);
    }
    while (r->store + r->stored > cell->text && is_blank(r->store[r->stored - 1])) {
        r->stored--;
    }
}

static fab_csv_cell read_cell(fab_csv_reader *r)
{
    skip_blanks(r);
    fab_csv_cell cell = {r->store + r->stored, r->line, r->column, 1};
    if (peek(r) != '"') {
        read_plain(r, &cell);
        cell.width = r->column - cell.column;
        r->store[r->stored++] = '\0';
        return cell;
    }
    const bool is_closed = read_quoted(r);
    cell.width = r->line == cell.line ? r->column - cell.column : 1;
    r->store[r->stored++] = '\0';
    skip_blanks(r);
    if (!is_closed) {
        complain(r, &cell, "begins with a quote that does not end", "close it with \"");
    } else if (peek(r) != ',' && peek(r) != '\n') {
        complain(r, &cell, "has text behind its closing quote",
                 "a quote inside a quoted cell is written twice");
        while (!is_end(r) && peek(r) != ',' && peek(r) != '\n') {
            step(r);
        }
    }
    return cell;
}

/* Reads the cells up to the end of the line. */
static void read_row(fab_csv_reader *r)
{
    r->row_count = 0;
    for (;;) {
        const fab_csv_cell cell = read_cell(r);
        if (r->row_count < FAB_CSV_COLUMN_LIMIT) {
            r->row[r->row_count] = cell;
        }
        r->row_count++;
        const bool has_more = peek(r) == ',';
        if (!is_end(r)) {
            step(r);
        }
        if (!has_more) {
            return;
        }
    }
}

/* Passes over lines of blanks and, before the header, over comments. */
static void skip_lines(fab_csv_reader *r, bool with_comments)
{
    while (!is_end(r)) {
        size_t at = r->at;
        while (at < r->source->length_byte && is_blank(r->source->text[at])) {
            at++;
        }
        const char c = at < r->source->length_byte ? r->source->text[at] : '\n';
        if (c != '\n' && !(with_comments && c == '#')) {
            return;
        }
        while (!is_end(r) && peek(r) != '\n') {
            step(r);
        }
        if (!is_end(r)) {
            step(r);
        }
    }
}

static fab_status read_header(fab_csv_reader *r, fab_csv_table *csv)
{
    skip_lines(r, true);
    if (is_end(r)) {
        return fab_source_error(r->source, "the file has no header", r->diagnostics);
    }
    read_row(r);
    if (r->row_count > FAB_CSV_COLUMN_LIMIT) {
        return fab_source_error(r->source, "the file has more than 256 columns", r->diagnostics);
    }
    fab_csv_cell *header = FAB_NEW(r->arena, fab_csv_cell, r->row_count);
    if (header == NULL) {
        return FAB_E_NOMEM;
    }
    memcpy(header, r->row, r->row_count * sizeof(header[0]));
    csv->header = header;
    csv->column_count = r->row_count;
    for (size_t i = 0; i < csv->column_count; i++) {
        if (header[i].text[0] == '\0') {
            complain(r, &header[i], "names no column", "every column has a name");
        } else if (fab_csv_find(csv, header[i].text) < i) {
            complain(r, &header[i], "names a second column", "each name stands once");
        }
    }
    return FAB_OK;
}

static size_t count_lines(const fab_csv_reader *r)
{
    size_t lines = 1;
    for (size_t i = r->at; i < r->source->length_byte; i++) {
        lines += r->source->text[i] == '\n';
    }
    return lines;
}

static fab_status read_rows(fab_csv_reader *r, fab_csv_table *csv)
{
    fab_csv_cell *cells = FAB_NEW(r->arena, fab_csv_cell, count_lines(r) * csv->column_count);
    if (cells == NULL) {
        return FAB_E_NOMEM;
    }
    csv->cells = cells;
    for (skip_lines(r, false); !is_end(r); skip_lines(r, false)) {
        read_row(r);
        if (r->row_count != csv->column_count) {
            const char *hint = fab_arena_printf(r->arena, "%zu cells, the header has %zu columns",
                                                r->row_count, csv->column_count);
            complain(r, &r->row[0],
                     r->row_count < csv->column_count ? "begins a row with too few cells"
                                                      : "begins a row with too many cells",
                     hint);
            continue;
        }
        memcpy(cells + csv->row_count * csv->column_count, r->row,
               csv->column_count * sizeof(cells[0]));
        csv->row_count++;
    }
    return FAB_OK;
}

static fab_status build(fab_source *source, fab_arena *arena, fab_diagnostics *diagnostics,
                        const fab_csv_table **csv_out)
{
    const size_t errors = diagnostics->errors;
    fab_csv_table *csv = FAB_NEW(arena, fab_csv_table, 1);
    fab_csv_reader *r = FAB_NEW(arena, fab_csv_reader, 1);
    char *store = FAB_NEW(arena, char, source->length_byte + 2);
    if (csv == NULL || r == NULL || store == NULL) {
        return FAB_E_NOMEM;
    }
    if (source->length_byte >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0) {
        source->text += 3;
        source->length_byte -= 3;
    }
    if (!fab_text_check(source, diagnostics)) {
        return FAB_E_INPUT;
    }
    *r = (fab_csv_reader){.source = source,
                          .arena = arena,
                          .diagnostics = diagnostics,
                          .line = 1,
                          .column = 1,
                          .store = store};
    csv->source = source;
    FAB_TRY(read_header(r, csv));
    FAB_TRY(read_rows(r, csv));
    *csv_out = csv;
    return diagnostics->errors > errors ? FAB_E_INPUT : FAB_OK;
}

fab_status fab_csv_parse(const char *name, const char *text, size_t length_byte, fab_arena *arena,
                         fab_diagnostics *diagnostics, const fab_csv_table **csv_out)
{
    fab_source *source;
    FAB_TRY(fab_source_copy(name, text, length_byte, FAB_CSV_SIZE_LIMIT_BYTE, arena, diagnostics,
                            &source));
    return build(source, arena, diagnostics, csv_out);
}

fab_status fab_csv_load(const char *path, fab_arena *arena, fab_diagnostics *diagnostics,
                        const fab_csv_table **csv_out)
{
    fab_source *source;
    FAB_TRY(fab_source_load(path, FAB_CSV_SIZE_LIMIT_BYTE, arena, diagnostics, &source));
    return build(source, arena, diagnostics, csv_out);
}

size_t fab_csv_find(const fab_csv_table *csv, const char *column)
{
    for (size_t i = 0; i < csv->column_count; i++) {
        if (strcmp(csv->header[i].text, column) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

const fab_csv_cell *fab_csv_at(const fab_csv_table *csv, size_t row, size_t column)
{
    assert(row < csv->row_count && column < csv->column_count);
    return &csv->cells[row * csv->column_count + column];
}

fab_position fab_csv_position(const fab_csv_table *csv, const fab_csv_cell *cell)
{
    return (fab_position){csv->source, cell->line, cell->column, cell->width > 0 ? cell->width : 1};
}

bool fab_csv_cell_number(const fab_csv_cell *cell, double *number_out)
{
    if (cell->text[0] == '\0' || strspn(cell->text, "0123456789.eE+-") != strlen(cell->text)) {
        return false;
    }
    char *end;
    const double number = strtod(cell->text, &end);
    if (*end != '\0' || !isfinite(number)) {
        return false;
    }
    *number_out = number;
    return true;
}

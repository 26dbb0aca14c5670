#include "scenario/kernel_table.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/scenario.h>

#include "config/csv.h"
#include "config/source.h"

#define LARGEST_SIZE 1e15
#define LONGEST_S    1e6

typedef enum fab_kernel_column {
    COLUMN_GPU,
    COLUMN_PRECISION,
    COLUMN_PASS,
    COLUMN_BATCH,
    COLUMN_M,
    COLUMN_N,
    COLUMN_K,
    COLUMN_QUERIES,
    COLUMN_SEQUENCE,
    COLUMN_HEAD_DIM,
    COLUMN_TIME,
    COLUMN_COUNT
} fab_kernel_column;

static const char *const NAMES[COLUMN_COUNT] = {
    [COLUMN_GPU] = "gpu",
    [COLUMN_PRECISION] = "precision",
    [COLUMN_PASS] = "pass",
    [COLUMN_BATCH] = "batch",
    [COLUMN_M] = "m",
    [COLUMN_N] = "n",
    [COLUMN_K] = "k",
    [COLUMN_QUERIES] = "queries",
    [COLUMN_SEQUENCE] = "sequence",
    [COLUMN_HEAD_DIM] = "head_dim",
    [COLUMN_TIME] = "time_s",
};

/* A table on its way. */
typedef struct fab_kernel_reading {
    const fab_csv_table *csv;
    fab_diagnostics *diagnostics;
    const char *gpu;
    size_t places[COLUMN_COUNT]; /* SIZE_MAX: the table lacks the column */
    size_t mistakes;
} fab_kernel_reading;

static const fab_csv_cell *cell_of(const fab_kernel_reading *r, size_t row, int column)
{
    static const fab_csv_cell EMPTY = {.text = ""};
    return r->places[column] == SIZE_MAX ? &EMPTY : fab_csv_at(r->csv, row, r->places[column]);
}

static bool says(const fab_kernel_reading *r, size_t row, int column)
{
    return cell_of(r, row, column)->text[0] != '\0';
}

/* Where a cell stands; for one that the table lacks, the first of its row. */
static fab_position place_of(const fab_kernel_reading *r, size_t row, int column)
{
    const size_t place = r->places[column] == SIZE_MAX ? 0 : r->places[column];
    return fab_csv_position(r->csv, fab_csv_at(r->csv, row, place));
}

static void complain(fab_kernel_reading *r, fab_position at, const char *hint, const char *what,
                     const char *text)
{
    r->mistakes++;
    fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, at, hint, what, text);
}

static void find_columns(fab_kernel_reading *r)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        r->places[i] = fab_csv_find(r->csv, NAMES[i]);
    }
    for (size_t i = 0; i < r->csv->column_count; i++) {
        const fab_csv_cell *head = &r->csv->header[i];
        bool is_known = false;
        for (int j = 0; j < COLUMN_COUNT; j++) {
            is_known = is_known || r->places[j] == i;
        }
        if (!is_known) {
            const char *nearest = fab_nearest_name(head->text, NAMES, COLUMN_COUNT);
            r->mistakes++;
            fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(r->csv, head),
                         nearest != NULL
                             ? nearest
                             : "columns are gpu, precision, pass, batch, m, n, k, queries, "
                               "sequence, head_dim, time_s",
                         "a table of kernels has no column `%s`", head->text);
        }
    }
    if (r->places[COLUMN_TIME] == SIZE_MAX) {
        complain(r, fab_csv_position(r->csv, &r->csv->header[0]), "seconds of one kernel",
                 "the column `%s` is missing", "time_s");
    }
}

static int64_t read_size(fab_kernel_reading *r, size_t row, int column, int64_t absent)
{
    const fab_csv_cell *cell = cell_of(r, row, column);
    double number = 0.0;
    if (cell->text[0] == '\0' && absent > 0) {
        return absent;
    }
    if (!fab_csv_cell_number(cell, &number) || floor(number) < number || number < 1.0 ||
        number > LARGEST_SIZE) {
        r->mistakes++;
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, place_of(r, row, column), NULL,
                     "`%s` is `%s`; wanted is a whole number from 1 to 1e15", NAMES[column],
                     cell->text);
        return 1;
    }
    return (int64_t)number;
}

static double read_time(fab_kernel_reading *r, size_t row)
{
    const fab_csv_cell *cell = cell_of(r, row, COLUMN_TIME);
    double time_s = 0.0;
    if (!fab_csv_cell_number(cell, &time_s) || time_s <= 0.0 || time_s > LONGEST_S) {
        complain(r, place_of(r, row, COLUMN_TIME), NULL,
                 "`time_s` is `%s`; wanted are seconds above 0, at most 1e6", cell->text);
    }
    return time_s;
}

#define PRECISION_WORD(id, text) text,

static int read_precision(fab_kernel_reading *r, size_t row)
{
    static const char *const WORDS[] = {FAB_PRECISION_LIST(PRECISION_WORD)};
    const fab_csv_cell *cell = cell_of(r, row, COLUMN_PRECISION);
    for (int i = 0; i < (int)(sizeof(WORDS) / sizeof(WORDS[0])); i++) {
        if (strcmp(cell->text, WORDS[i]) == 0) {
            return i;
        }
    }
    if (cell->text[0] != '\0') {
        complain(r, place_of(r, row, COLUMN_PRECISION), NULL,
                 "`precision` is `%s`; wanted is bf16, fp8 or nvfp4", cell->text);
    }
    return FAB_PRECISION_BF16;
}

static bool read_backward(fab_kernel_reading *r, size_t row)
{
    const fab_csv_cell *cell = cell_of(r, row, COLUMN_PASS);
    const bool is_backward = strcmp(cell->text, "backward") == 0;
    if (!is_backward && strcmp(cell->text, "forward") != 0) {
        complain(r, place_of(r, row, COLUMN_PASS), NULL,
                 "`pass` of an attention core is `%s`; wanted is forward or backward", cell->text);
    }
    return is_backward;
}

/* What belongs to the other kind of kernel is a mistake. */
static void refuse_others(fab_kernel_reading *r, size_t row, bool is_attention)
{
    static const int OF_PRODUCT[] = {COLUMN_PRECISION, COLUMN_BATCH, COLUMN_M, COLUMN_N, COLUMN_K};
    static const int OF_CORE[] = {COLUMN_PASS, COLUMN_QUERIES, COLUMN_SEQUENCE, COLUMN_HEAD_DIM};
    const int *columns = is_attention ? OF_PRODUCT : OF_CORE;
    const size_t count = is_attention ? sizeof(OF_PRODUCT) / sizeof(OF_PRODUCT[0])
                                      : sizeof(OF_CORE) / sizeof(OF_CORE[0]);
    for (size_t i = 0; i < count; i++) {
        if (says(r, row, columns[i])) {
            complain(r, place_of(r, row, columns[i]), "one row is one kernel",
                     is_attention ? "an attention core has no `%s`" : "a product has no `%s`",
                     NAMES[columns[i]]);
        }
    }
}

static fab_kernel_row read_row(fab_kernel_reading *r, size_t row)
{
    const bool is_attention = says(r, row, COLUMN_QUERIES);
    fab_kernel_row out = {.is_attention = is_attention, .time_s = read_time(r, row)};
    refuse_others(r, row, is_attention);
    if (is_attention) {
        out.is_backward = read_backward(r, row);
        out.queries = read_size(r, row, COLUMN_QUERIES, 0);
        out.sequence = read_size(r, row, COLUMN_SEQUENCE, 0);
        out.head_dim = read_size(r, row, COLUMN_HEAD_DIM, 0);
        return out;
    }
    out.precision = read_precision(r, row);
    out.batch = read_size(r, row, COLUMN_BATCH, 1);
    out.m = read_size(r, row, COLUMN_M, 0);
    out.n = read_size(r, row, COLUMN_N, 0);
    out.k = read_size(r, row, COLUMN_K, 0);
    return out;
}

/* A row and where it stands. */
typedef struct fab_placed_row {
    fab_kernel_row row;
    size_t index;
} fab_placed_row;

static int by_shape(const void *a, const void *b)
{
    const fab_placed_row *x = a, *y = b;
    const int order = fab_kernel_row_compare(&x->row, &y->row);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/* Sorts the rows; a shape that stands twice is a mistake. */
static void sort_rows(fab_kernel_reading *r, fab_placed_row *placed, size_t count,
                      fab_kernel_row *rows)
{
    if (count > 1) {
        qsort(placed, count, sizeof(placed[0]), by_shape);
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = placed[i].row;
        if (i > 0 && fab_kernel_row_compare(&rows[i - 1], &rows[i]) == 0) {
            complain(r, place_of(r, placed[i].index, COLUMN_TIME), NULL,
                     "an earlier row has the same shape: `%s` would be its second time",
                     cell_of(r, placed[i].index, COLUMN_TIME)->text);
        }
    }
}

static fab_status read_table(fab_kernel_reading *r, fab_arena *arena,
                             const fab_kernel_table **table_out)
{
    const size_t count = r->csv->row_count;
    fab_kernel_row *rows = FAB_NEW(arena, fab_kernel_row, count);
    fab_placed_row *placed = FAB_NEW(arena, fab_placed_row, count);
    fab_kernel_table *table = FAB_NEW(arena, fab_kernel_table, 1);
    if (rows == NULL || placed == NULL || table == NULL) {
        return FAB_E_NOMEM;
    }
    find_columns(r);
    size_t kept = 0;
    for (size_t i = 0; i < count && r->places[COLUMN_TIME] != SIZE_MAX; i++) {
        const char *gpu = cell_of(r, i, COLUMN_GPU)->text;
        const fab_kernel_row row = read_row(r, i);
        if (gpu[0] == '\0' || (r->gpu != NULL && strcmp(gpu, r->gpu) == 0)) {
            placed[kept++] = (fab_placed_row){row, i};
        }
    }
    if (r->mistakes == 0) {
        sort_rows(r, placed, kept, rows);
    }
    if (kept == 0 && count > 0 && r->mistakes == 0) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_WARNING, place_of(r, 0, COLUMN_GPU), NULL,
                     "no row of the table is of gpu `%s`: none is used",
                     r->gpu != NULL ? r->gpu : "custom");
    }
    *table = (fab_kernel_table){.path = r->csv->source->name, .rows = rows, .count = kept};
    *table_out = table;
    return r->mistakes == 0 ? FAB_OK : FAB_E_INPUT;
}

fab_status fab_kernel_table_parse(const char *name, const char *text, size_t length_byte,
                                  const char *gpu, fab_arena *arena, fab_diagnostics *diagnostics,
                                  const fab_kernel_table **table_out)
{
    assert(name && text && arena && diagnostics && table_out);
    fab_kernel_reading r = {.diagnostics = diagnostics, .gpu = gpu};
    FAB_TRY(fab_csv_parse(name, text, length_byte, arena, diagnostics, &r.csv));
    return read_table(&r, arena, table_out);
}

fab_status fab_kernel_table_load(const fab_node *node, const char *gpu, fab_arena *arena,
                                 fab_diagnostics *diagnostics, const fab_kernel_table **table_out)
{
    assert(node && node->kind == FAB_NODE_SCALAR && arena && diagnostics && table_out);
    fab_kernel_reading r = {.diagnostics = diagnostics, .gpu = gpu};
    const fab_source *source = node->position.source;
    const char *path = fab_path_beside(source != NULL ? source->name : "", node->text, arena);
    if (path == NULL) {
        return FAB_E_NOMEM;
    }
    const fab_status status = fab_csv_load(path, arena, diagnostics, &r.csv);
    if (status == FAB_E_INPUT) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, node->position,
                     "a table of kernels is looked for beside the scenario",
                     "the table of kernels `%s` cannot be used", node->text);
    }
    return status == FAB_OK ? read_table(&r, arena, table_out) : status;
}

#include "validate/measured_kernels.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "config/csv.h"

#define COLUMN_LIST(X)                                                                             \
    X(SOURCE, "source_key")                                                                        \
    X(CHIP, "gpu")                                                                                 \
    X(KIND, "kind")                                                                                \
    X(DTYPE, "dtype")                                                                              \
    X(GROUPS, "b_or_groups")                                                                       \
    X(M, "m")                                                                                      \
    X(N, "n")                                                                                      \
    X(K, "k")                                                                                      \
    X(HEADS, "heads")                                                                              \
    X(QK_DIM, "head_dim_qk")                                                                       \
    X(V_DIM, "head_dim_v")                                                                         \
    X(SEQUENCE, "seq")                                                                             \
    X(BATCH, "batch")                                                                              \
    X(CAUSAL, "causal")                                                                            \
    X(PASS, "pass")                                                                                \
    X(TFLOPS, "tflops")                                                                            \
    X(PEAK, "peak_dense_tflops")                                                                   \
    X(USABLE, "usable")

#define COLUMN_ENUM(id, text) COLUMN_##id,
#define COLUMN_TEXT(id, text) text,
enum { COLUMN_LIST(COLUMN_ENUM) COLUMN_COUNT };
static const char *const COLUMNS[] = {COLUMN_LIST(COLUMN_TEXT)};

typedef struct fab_kernel_reader {
    const fab_csv_table *csv;
    size_t column[COLUMN_COUNT];
    fab_diagnostics *diagnostics;
    size_t row;
} fab_kernel_reader;

static fab_status find_columns(fab_kernel_reader *r)
{
    fab_status status = FAB_OK;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        r->column[i] = fab_csv_find(r->csv, COLUMNS[i]);
        if (r->column[i] == SIZE_MAX) {
            fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR,
                         fab_csv_position(r->csv, &r->csv->header[0]), NULL,
                         "the column `%s` is missing", COLUMNS[i]);
            status = FAB_E_INPUT;
        }
    }
    return status;
}

static const char *text(const fab_kernel_reader *r, size_t column)
{
    return fab_csv_at(r->csv, r->row, r->column[column])->text;
}

/* A number above 0; an empty cell is `absent`. */
static double number(fab_kernel_reader *r, size_t column, double absent)
{
    const fab_csv_cell *cell = fab_csv_at(r->csv, r->row, r->column[column]);
    double value = absent;
    if (cell->text[0] != '\0' && (!fab_csv_cell_number(cell, &value) || value <= 0.0)) {
        fab_diagnose(r->diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(r->csv, cell),
                     "a number above 0, or nothing", "`%s` is no value of `%s`", cell->text,
                     COLUMNS[column]);
        value = absent;
    }
    return value;
}

static fab_measured_kind kind_of(const char *word)
{
    if (strcmp(word, "gemm") == 0) {
        return FAB_MEASURED_PRODUCT;
    }
    if (strcmp(word, "grouped_gemm") == 0) {
        return FAB_MEASURED_GROUPED;
    }
    return strcmp(word, "attention") == 0 ? FAB_MEASURED_ATTENTION : FAB_MEASURED_OTHER;
}

double fab_measured_flop(const fab_measured_kernel *row)
{
    if (row->kind != FAB_MEASURED_ATTENTION) {
        return 2.0 * row->groups * row->m * row->n * row->k;
    }
    const double forward = 2.0 * row->batch * row->heads * row->sequence * row->sequence *
                           (row->head_dim + row->value_dim) * (row->is_causal ? 0.5 : 1.0);
    /* the tables count a backward pass as 2.5 forward passes */
    if (strncmp(row->pass, "fwd+bwd", 7) == 0) {
        return 3.5 * forward;
    }
    return strncmp(row->pass, "bwd", 3) == 0 ? 2.5 * forward : forward;
}

static fab_measured_kernel read_row(fab_kernel_reader *r)
{
    fab_measured_kernel row = {
        .kind = kind_of(text(r, COLUMN_KIND)),
        .source = text(r, COLUMN_SOURCE),
        .chip = text(r, COLUMN_CHIP),
        .pass = text(r, COLUMN_PASS),
        .is_fp8 = strstr(text(r, COLUMN_DTYPE), "fp8") != NULL,
        .accumulates = strstr(text(r, COLUMN_DTYPE), "->fp32") != NULL,
        .is_causal = strcmp(text(r, COLUMN_CAUSAL), "yes") == 0,
        .groups = number(r, COLUMN_GROUPS, 1.0),
        .m = number(r, COLUMN_M, 0.0),
        .n = number(r, COLUMN_N, 0.0),
        .k = number(r, COLUMN_K, 0.0),
        .heads = number(r, COLUMN_HEADS, 0.0),
        .head_dim = number(r, COLUMN_QK_DIM, 0.0),
        .value_dim = number(r, COLUMN_V_DIM, 0.0),
        .sequence = number(r, COLUMN_SEQUENCE, 0.0),
        .batch = number(r, COLUMN_BATCH, 1.0),
        .flops = 1e12 * number(r, COLUMN_TFLOPS, 0.0),
        .peak_flops = 1e12 * number(r, COLUMN_PEAK, 0.0),
    };
    row.time_s = row.flops > 0.0 ? fab_measured_flop(&row) / row.flops : 0.0;
    return row;
}

static bool is_whole(const fab_measured_kernel *row)
{
    const bool has_shape = row->kind == FAB_MEASURED_ATTENTION
                               ? row->heads > 0.0 && row->sequence > 0.0 && row->head_dim > 0.0
                               : row->m > 0.0 && row->n > 0.0 && row->k > 0.0;
    return row->kind != FAB_MEASURED_OTHER && has_shape && row->time_s > 0.0 &&
           row->peak_flops > 0.0;
}

fab_status fab_measured_kernels_load(const char *path, fab_arena *arena,
                                     fab_diagnostics *diagnostics, fab_measured_kernels *out)
{
    assert(path && arena && diagnostics && out);
    const size_t errors = diagnostics->errors;
    fab_kernel_reader r = {.diagnostics = diagnostics};
    FAB_TRY(fab_csv_load(path, arena, diagnostics, &r.csv));
    FAB_TRY(find_columns(&r));
    fab_measured_kernel *rows = FAB_NEW(arena, fab_measured_kernel, r.csv->row_count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    *out = (fab_measured_kernels){.rows = rows};
    for (r.row = 0; r.row < r.csv->row_count; r.row++) {
        const fab_measured_kernel row = read_row(&r);
        if (is_whole(&row) && strcmp(text(&r, COLUMN_USABLE), "yes") == 0) {
            rows[out->count++] = row;
        }
    }
    return diagnostics->errors > errors ? FAB_E_INPUT : FAB_OK;
}

#include "validate/measured_runs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/embedded.h"
#include "config/source.h"

#define COLUMN_TEXT(id, text) text,
static const char *const COLUMNS[] = {FAB_RUN_COLUMN_LIST(COLUMN_TEXT)};

/* Columns of a table of runs without which no row can be forecast. */
static const fab_run_column NEEDED[] = {
    FAB_RUN_ID,    FAB_RUN_SOURCE, FAB_RUN_LAYERS, FAB_RUN_HIDDEN,
    FAB_RUN_HEADS, FAB_RUN_GPU,    FAB_RUN_GPUS,   FAB_RUN_SEQUENCE,
    FAB_RUN_TP,    FAB_RUN_PP,     FAB_RUN_BATCH,  FAB_RUN_VOCABULARY,
};

/* Columns of the built-in table that are for readers alone. */
static const char *const FOR_READERS[] = {

    "params_b",
    "active_params_b",
    "gpus_per_node",
    "nvlink_domain",
    "num_microbatches",
    "iter_s_origin",
    "tokens_s_gpu_origin",
    "mfu_pct_reported",
    "hfu_pct_reported",
    "peak_tflops_used_by_source",
    "flop_count_convention",
    "gpu_hours",
    "minutes_to_train",
    "days_to_train",
    "train_tokens_b",
    "fits_memory",
    "std_tflops_gpu",
    "std_mfu_pct_of_bf16_peak",
    "reported_over_std_flops",
    "evidence",
    "source_address",
    "source_locator",
    "notes",
};

/* A column that only this kind of table has. */
typedef struct fab_table_sign {
    const char *column;
    fab_table_kind kind;
} fab_table_sign;

static const fab_table_sign SIGNS[] = {
    {"layers", FAB_TABLE_RUNS},        {"# GPUs", FAB_TABLE_SINGLE_NODE},
    {"outcome", FAB_TABLE_FITS},       {"size_byte", FAB_TABLE_COLLECTIVES},
    {"size_B", FAB_TABLE_COLLECTIVES}, {"tensor_bytes", FAB_TABLE_COLLECTIVES},
};

const char *fab_run_column_name(fab_run_column column)
{
    return COLUMNS[column];
}

static fab_status find_kind(fab_table_text *table, fab_diagnostics *diagnostics)
{
    for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
        if (fab_csv_find(table->csv, SIGNS[i].column) != SIZE_MAX) {
            table->kind = SIGNS[i].kind;
            return FAB_OK;
        }
    }
    fab_diagnose(diagnostics, FAB_SEVERITY_ERROR,
                 fab_csv_position(table->csv, &table->csv->header[0]),
                 "runs have `layers`, iterations on one node `# GPUs`, labels `outcome`, "
                 "collectives `size_byte`, `size_B` or `tensor_bytes`; kernels are for "
                 "`fabricast calibrate`",
                 "the header is that of no table of measurements");
    return FAB_E_INPUT;
}

fab_status fab_table_parse(const char *name, const char *text, size_t length_byte, fab_arena *arena,
                           fab_diagnostics *diagnostics, fab_table_text *out)
{
    static const char HEAD[] = "# GPUs,";
    const size_t head_byte = sizeof(HEAD) - 1;
    /* a first name that begins with what else is a comment is given to the reader in quotes */
    if (length_byte >= head_byte && memcmp(text, HEAD, head_byte) == 0) {
        char *quoted = FAB_NEW(arena, char, length_byte + 2);
        if (quoted == NULL) {
            return FAB_E_NOMEM;
        }
        memcpy(quoted, "\"# GPUs\",", head_byte + 2);
        memcpy(quoted + head_byte + 2, text + head_byte, length_byte - head_byte);
        text = quoted;
        length_byte += 2;
    }
    FAB_TRY(fab_csv_parse(name, text, length_byte, arena, diagnostics, &out->csv));
    return find_kind(out, diagnostics);
}

fab_status fab_table_open(const char *path, fab_table_kind built_in, fab_arena *arena,
                          fab_diagnostics *diagnostics, fab_table_text *out)
{
    if (path == NULL) {
        const fab_embedded_file *file = &fab_validate_files[built_in];
        return fab_table_parse(file->name, file->text, file->length_byte, arena, diagnostics, out);
    }
    fab_source *source = NULL;
    FAB_TRY(fab_source_load(path, FAB_CSV_SIZE_LIMIT_BYTE, arena, diagnostics, &source));
    return fab_table_parse(source->name, source->text, source->length_byte, arena, diagnostics,
                           out);
}

static fab_status check_columns(const fab_csv_table *csv, fab_diagnostics *diagnostics)
{
    fab_status status = FAB_OK;
    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++) {
        if (fab_csv_find(csv, COLUMNS[NEEDED[i]]) == SIZE_MAX) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(csv, &csv->header[0]),
                         NULL, "the column `%s` is missing", COLUMNS[NEEDED[i]]);
            status = FAB_E_INPUT;
        }
    }
    if (fab_csv_find(csv, COLUMNS[FAB_RUN_ITERATION]) == SIZE_MAX &&
        fab_csv_find(csv, COLUMNS[FAB_RUN_TOKENS_S]) == SIZE_MAX) {
        fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(csv, &csv->header[0]), NULL,
                     "the columns `iter_s` and `tokens_s_gpu` are missing: one of them is needed");
        status = FAB_E_INPUT;
    }
    return status;
}

static bool is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void warn_of_columns(const fab_csv_table *csv, fab_diagnostics *diagnostics)
{
    for (size_t i = 0; i < csv->column_count; i++) {
        const char *name = csv->header[i].text;
        if (is_among(name, COLUMNS, FAB_RUN_COLUMN_COUNT) ||
            is_among(name, FOR_READERS, sizeof(FOR_READERS) / sizeof(FOR_READERS[0]))) {
            continue;
        }
        const char *nearest = fab_nearest_name(name, COLUMNS, FAB_RUN_COLUMN_COUNT);
        const char *hint = nearest != NULL
                               ? fab_arena_printf(diagnostics->arena, "did you mean `%s`?", nearest)
                               : NULL;
        fab_diagnose(diagnostics, FAB_SEVERITY_WARNING, fab_csv_position(csv, &csv->header[i]),
                     hint, "the column `%s` is unknown and is not read", name);
    }
}

/* By id, then by place. */
static int by_id(const void *a, const void *b)
{
    const fab_run_row *const x = *(fab_run_row *const *)a, *const y = *(fab_run_row *const *)b;
    const int order = strcmp(x->cells[FAB_RUN_ID], y->cells[FAB_RUN_ID]);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Marks all rows of an id but the first. */
static fab_status mark_repeated(fab_run_row *rows, size_t count, fab_arena *arena)
{
    const fab_arena_mark mark = fab_arena_save(arena);
    fab_run_row **sorted = FAB_NEW(arena, fab_run_row *, count);
    if (sorted == NULL) {
        return FAB_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &rows[i];
    }
    if (count > 1) {
        qsort(sorted, count, sizeof(sorted[0]), by_id);
    }
    for (size_t i = 1; i < count; i++) {
        const char *id = sorted[i]->cells[FAB_RUN_ID];
        sorted[i]->is_repeated = id[0] != '\0' && strcmp(id, sorted[i - 1]->cells[FAB_RUN_ID]) == 0;
    }
    fab_arena_reset(arena, mark);
    return FAB_OK;
}

static fab_status read_runs(const fab_csv_table *csv, fab_diagnostics *diagnostics,
                            fab_run_row *rows)
{
    FAB_TRY(check_columns(csv, diagnostics));
    warn_of_columns(csv, diagnostics);
    for (size_t column = 0; column < FAB_RUN_COLUMN_COUNT; column++) {
        const size_t place = fab_csv_find(csv, COLUMNS[column]);
        for (size_t i = 0; i < csv->row_count; i++) {
            rows[i].cells[column] = place == SIZE_MAX ? "" : fab_csv_at(csv, i, place)->text;
        }
    }
    /* a table without the column holds iterations alone */
    if (fab_csv_find(csv, COLUMNS[FAB_RUN_MEASURE]) == SIZE_MAX) {
        for (size_t i = 0; i < csv->row_count; i++) {
            rows[i].cells[FAB_RUN_MEASURE] = "iteration";
        }
    }
    return FAB_OK;
}

fab_status fab_run_table_read(const fab_table_text *text, fab_arena *arena,
                              fab_diagnostics *diagnostics, fab_run_table *out)
{
    fab_run_row *rows = FAB_NEW(arena, fab_run_row, text->csv->row_count);
    if (rows == NULL) {
        return FAB_E_NOMEM;
    }
    *out = (fab_run_table){.kind = text->kind,
                           .source = text->csv->source,
                           .rows = rows,
                           .row_count = text->csv->row_count};
    if (text->kind == FAB_TABLE_RUNS) {
        FAB_TRY(read_runs(text->csv, diagnostics, rows));
        return mark_repeated(rows, text->csv->row_count, arena);
    }
    return text->kind == FAB_TABLE_FITS ? fab_sister_fits(text->csv, arena, diagnostics, rows)
                                        : fab_sister_single(text->csv, arena, diagnostics, rows);
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

bool fab_run_has_dense(const fab_run_row *row)
{
    return fab_run_number(row, FAB_RUN_EXPERTS) < 1.0 ||
           fab_run_number(row, FAB_RUN_FIRST_DENSE) >= 1.0 ||
           fab_run_number(row, FAB_RUN_MOE_EVERY) > 1.0;
}

int64_t fab_run_number_behind(const fab_run_row *row, fab_run_column column, const char *words)
{
    const char *found = strstr(row->cells[column], words);
    return found != NULL ? strtoll(found + strlen(words), NULL, 10) : 0;
}

bool fab_run_is_iteration(const fab_run_row *row)
{
    const char *measure = row->cells[FAB_RUN_MEASURE];
    return strcmp(measure, "iteration") == 0 || strcmp(measure, "iteration_SFT") == 0;
}

#include <stdint.h>
#include <string.h>

#include "validate/measured_runs.h"

/* The sisters of the table of runs. Both leave out what is the same in all their rows; it is said
 * here, in the words of a table of runs, and in validation/README.md with its source. */

typedef struct fab_sister_cell {
    fab_run_column column;
    const char *text;
} fab_sister_cell;

/* One column of a sister and where it goes; `suffix` is put behind the number. */
typedef struct fab_sister_column {
    const char *name;
    fab_run_column column;
} fab_sister_column;

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* vTrain, arXiv 2312.12391: GPT models of Megatron-DeepSpeed on a node of 8 A100, all activations
 * recomputed (configurations config/validation/single in its repository: use_checkpoint); the
 * vocabulary is its default. */
static const fab_sister_cell SINGLE_CELLS[] = {
    {FAB_RUN_SOURCE, "vtrain_single"},
    {FAB_RUN_TIER, "B"},
    {FAB_RUN_MEASURE, "iteration"},
    {FAB_RUN_FAMILY, "dense"},
    {FAB_RUN_GATED, "0"},
    {FAB_RUN_VOCABULARY, "50257"},
    {FAB_RUN_TIED, "yes"},
    {FAB_RUN_GPU, "A100-80GB"},
    {FAB_RUN_CP, "1"},
    {FAB_RUN_VPP, "1"},
    {FAB_RUN_SP, "0"},
    {FAB_RUN_SHARDING, "none"},
    {FAB_RUN_PRECISION, "fp16"},
    {FAB_RUN_RECOMPUTE, "full"},
    {FAB_RUN_SOFTWARE, "Megatron-DeepSpeed, 1F1B"},
    {FAB_RUN_YEAR, "2023"},
};

static const fab_sister_column SINGLE_COLUMNS[] = {
    {"# GPUs", FAB_RUN_GPUS},
    {"global batch", FAB_RUN_BATCH},
    {"micro batch", FAB_RUN_MICROBATCH},
    {"hidden size", FAB_RUN_HIDDEN},
    {"attention heads", FAB_RUN_HEADS},
    {"# layers", FAB_RUN_LAYERS},
    {"sequence length", FAB_RUN_SEQUENCE},
    {"tensor parallelism", FAB_RUN_TP},
    {"pipeline parallelism", FAB_RUN_PP},
    {"iteration time (ms)", FAB_RUN_ITERATION},
};

/* Aleph Alpha, "Efficient Parallelization Layouts for Large-Scale Distributed Model Training"
 * (arXiv 2311.05610): LLaMA models with a vocabulary of 128,000, ZeRO-1, 1F1B, BF16. */
static const fab_sister_cell FITS_CELLS[] = {
    {FAB_RUN_SOURCE, "alephalpha_fits"},
    {FAB_RUN_TIER, "B"},
    {FAB_RUN_MEASURE, "iteration"},
    {FAB_RUN_FAMILY, "dense"},
    {FAB_RUN_GATED, "1"},
    {FAB_RUN_HEAD_DIM, "128"},
    {FAB_RUN_VOCABULARY, "128000"},
    {FAB_RUN_GPU, "A100-80GB"},
    {FAB_RUN_NETWORK, "200"},
    {FAB_RUN_CP, "1"},
    {FAB_RUN_VPP, "1"},
    {FAB_RUN_SHARDING, "ZeRO-1"},
    {FAB_RUN_PRECISION, "bf16"},
    {FAB_RUN_SOFTWARE, "Aleph Alpha Scaling (1F1B pipeline)"},
    {FAB_RUN_YEAR, "2023"},
};

static const fab_sister_column FITS_COLUMNS[] = {
    {"model", FAB_RUN_MODEL},
    {"seq", FAB_RUN_SEQUENCE},
    {"n_gpu_a100_80gb", FAB_RUN_GPUS},
    {"tp", FAB_RUN_TP},
    {"pp", FAB_RUN_PP},
    {"mbs", FAB_RUN_MICROBATCH},
    {"gbs", FAB_RUN_BATCH},
    {"recompute", FAB_RUN_RECOMPUTE},
    {"sequence_parallel", FAB_RUN_SP},
    {"kernels", FAB_RUN_OVERLAP},
    {"iter_s", FAB_RUN_ITERATION},
    {"trial", FAB_RUN_ID},
};

/* Sizes of the models that the labels name (LLaMA, arXiv 2302.13971, table 2). */
typedef struct fab_sister_model {
    const char *name;
    const char *layers, *hidden, *heads, *ffn;
} fab_sister_model;

static const fab_sister_model MODELS[] = {
    {"LLaMA-13B", "40", "5120", "40", "13824"},
    {"LLaMA-30B", "60", "6656", "52", "17920"},
    {"LLaMA-65B", "80", "8192", "64", "22016"},
};

/* Puts the columns of a sister into rows and its facts beside them. */
static fab_status fill(const fab_csv_table *csv, const fab_sister_column *columns,
                       size_t column_count, const fab_sister_cell *cells, size_t cell_count,
                       fab_diagnostics *diagnostics, fab_run_row *rows)
{
    fab_status status = FAB_OK;
    for (size_t i = 0; i < csv->row_count; i++) {
        for (size_t column = 0; column < FAB_RUN_COLUMN_COUNT; column++) {
            rows[i].cells[column] = "";
        }
        for (size_t cell = 0; cell < cell_count; cell++) {
            rows[i].cells[cells[cell].column] = cells[cell].text;
        }
    }
    for (size_t c = 0; c < column_count; c++) {
        const size_t place = fab_csv_find(csv, columns[c].name);
        if (place == SIZE_MAX) {
            fab_diagnose(diagnostics, FAB_SEVERITY_ERROR, fab_csv_position(csv, &csv->header[0]),
                         NULL, "the column `%s` is missing", columns[c].name);
            status = FAB_E_INPUT;
        }
        for (size_t i = 0; i < csv->row_count && place != SIZE_MAX; i++) {
            rows[i].cells[columns[c].column] = fab_csv_at(csv, i, place)->text;
        }
    }
    return status;
}

/* Finishes a row of a single node: its name, width and heads, and seconds of its milliseconds. */
static fab_status finish_single(fab_run_row *row, size_t number, fab_arena *arena)
{
    const double hidden = fab_run_number(row, FAB_RUN_HIDDEN);
    const double time_ms = fab_run_number(row, FAB_RUN_ITERATION);
    const double heads = fab_run_number(row, FAB_RUN_HEADS);
    const char *const *cells = row->cells;
    row->cells[FAB_RUN_ID] = fab_arena_printf(arena, "single_%04zu", number);
    row->cells[FAB_RUN_FFN] = fab_arena_printf(arena, "%.0f", 4.0 * hidden);
    row->cells[FAB_RUN_KV_HEADS] = cells[FAB_RUN_HEADS];
    row->cells[FAB_RUN_HEAD_DIM] =
        fab_arena_printf(arena, "%.0f", heads > 0.0 ? hidden / heads : 0.0);
    row->cells[FAB_RUN_ITERATION] =
        time_ms > 0.0 ? fab_arena_printf(arena, "%.17g", time_ms / 1e3) : cells[FAB_RUN_ITERATION];
    row->cells[FAB_RUN_MODEL] =
        fab_arena_printf(arena, "GPT h%s L%s", cells[FAB_RUN_HIDDEN], cells[FAB_RUN_LAYERS]);
    const bool is_whole = cells[FAB_RUN_ID] && cells[FAB_RUN_FFN] && cells[FAB_RUN_HEAD_DIM] &&
                          cells[FAB_RUN_ITERATION] && cells[FAB_RUN_MODEL];
    return is_whole ? FAB_OK : FAB_E_NOMEM;
}

fab_status fab_sister_single(const fab_csv_table *csv, fab_arena *arena,
                             fab_diagnostics *diagnostics, fab_run_row *rows)
{
    FAB_TRY(fill(csv, SINGLE_COLUMNS, COUNT_OF(SINGLE_COLUMNS), SINGLE_CELLS,
                 COUNT_OF(SINGLE_CELLS), diagnostics, rows));
    for (size_t i = 0; i < csv->row_count; i++) {
        FAB_TRY(finish_single(&rows[i], i, arena));
    }
    return FAB_OK;
}

static void put_model(fab_run_row *row)
{
    for (size_t i = 0; i < COUNT_OF(MODELS); i++) {
        if (strcmp(row->cells[FAB_RUN_MODEL], MODELS[i].name) == 0) {
            row->cells[FAB_RUN_LAYERS] = MODELS[i].layers;
            row->cells[FAB_RUN_HIDDEN] = MODELS[i].hidden;
            row->cells[FAB_RUN_HEADS] = MODELS[i].heads;
            row->cells[FAB_RUN_KV_HEADS] = MODELS[i].heads;
            row->cells[FAB_RUN_FFN] = MODELS[i].ffn;
        }
    }
}

fab_status fab_sister_fits(const fab_csv_table *csv, fab_arena *arena, fab_diagnostics *diagnostics,
                           fab_run_row *rows)
{
    FAB_TRY(fill(csv, FITS_COLUMNS, COUNT_OF(FITS_COLUMNS), FITS_CELLS, COUNT_OF(FITS_CELLS),
                 diagnostics, rows));
    const size_t outcome = fab_csv_find(csv, "outcome");
    for (size_t i = 0; i < csv->row_count; i++) {
        const char *word = fab_csv_at(csv, i, outcome)->text;
        rows[i].outcome = strcmp(word, "fits") == 0  ? FAB_FIT_RAN
                          : strcmp(word, "OOM") == 0 ? FAB_FIT_OUT
                                                     : FAB_FIT_UNSAID;
        put_model(&rows[i]);
        rows[i].cells[FAB_RUN_OVERLAP] =
            fab_arena_printf(arena, "kernels: %s", rows[i].cells[FAB_RUN_OVERLAP]);
        if (rows[i].cells[FAB_RUN_OVERLAP] == NULL) {
            return FAB_E_NOMEM;
        }
    }
    return FAB_OK;
}

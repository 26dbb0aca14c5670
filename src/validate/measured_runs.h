#ifndef FAB_MEASURED_RUNS_H
#define FAB_MEASURED_RUNS_H

#include <fabricast/validate.h>

#include "config/csv.h"

/* Columns of a table of measured runs that a forecast or its comparison needs
 * (validation/README.md has them all). */
#define FAB_RUN_COLUMN_LIST(X)                                                                     \
    X(ID, "id")                                                                                    \
    X(SOURCE, "source_key")                                                                        \
    X(TIER, "tier")                                                                                \
    X(LEAK, "leak_group")                                                                          \
    X(MEASURE, "measure_type")                                                                     \
    X(MODEL, "model")                                                                              \
    X(FAMILY, "family")                                                                            \
    X(LAYERS, "layers")                                                                            \
    X(HIDDEN, "hidden")                                                                            \
    X(FFN, "ffn")                                                                                  \
    X(GATED, "gated_mlp")                                                                          \
    X(HEADS, "heads")                                                                              \
    X(KV_HEADS, "kv_heads")                                                                        \
    X(HEAD_DIM, "head_dim")                                                                        \
    X(VOCABULARY, "vocab")                                                                         \
    X(TIED, "tied_embeddings")                                                                     \
    X(SEQUENCE, "seq")                                                                             \
    X(EXPERTS, "experts")                                                                          \
    X(TOPK, "topk")                                                                                \
    X(SHARED, "shared_experts")                                                                    \
    X(MOE_FFN, "moe_ffn")                                                                          \
    X(FIRST_DENSE, "first_k_dense")                                                                \
    X(MOE_EVERY, "moe_layer_freq")                                                                 \
    X(MLA, "mla")                                                                                  \
    X(WINDOW, "window")                                                                            \
    X(WINDOW_LAYERS, "window_layers")                                                              \
    X(MTP, "mtp_layers")                                                                           \
    X(ROUTING, "moe_routing")                                                                      \
    X(GPU, "gpu")                                                                                  \
    X(GPUS, "n_gpu")                                                                               \
    X(NETWORK, "scaleout_gbit_per_gpu")                                                            \
    X(TP, "tp")                                                                                    \
    X(SP, "sp")                                                                                    \
    X(CP, "cp")                                                                                    \
    X(PP, "pp")                                                                                    \
    X(VPP, "vpp")                                                                                  \
    X(EP, "ep")                                                                                    \
    X(ETP, "etp")                                                                                  \
    X(DP, "dp")                                                                                    \
    X(SHARDING, "dp_sharding")                                                                     \
    X(MICROBATCH, "mbs")                                                                           \
    X(BATCH, "gbs")                                                                                \
    X(PRECISION, "precision")                                                                      \
    X(RECOMPUTE, "recompute")                                                                      \
    X(OVERLAP, "overlap_and_extras")                                                               \
    X(SOFTWARE, "software")                                                                        \
    X(YEAR, "year")                                                                                \
    X(ITERATION, "iter_s")                                                                         \
    X(TOKENS_S, "tokens_s_gpu")                                                                    \
    X(MEMORY, "mem_gib")                                                                           \
    X(MEMORY_KIND, "mem_kind")                                                                     \
    X(RATE, "tflops_gpu_reported")                                                                 \
    X(WORK, "std_flops_per_token_g")                                                               \
    X(AUX, "aux")

#define FAB_RUN_COLUMN_ENUM(id, text) FAB_RUN_##id,
typedef enum fab_run_column {
    FAB_RUN_COLUMN_LIST(FAB_RUN_COLUMN_ENUM) FAB_RUN_COLUMN_COUNT
} fab_run_column;
#undef FAB_RUN_COLUMN_ENUM

/* One row: the text of each column, "" when empty or when the table lacks the column. */
typedef struct fab_run_row {
    const char *cells[FAB_RUN_COLUMN_COUNT];
    int outcome;      /* fab_fit_outcome, of a table of labels */
    bool is_repeated; /* an earlier row has its id */
} fab_run_row;

typedef struct fab_run_table {
    fab_table_kind kind;
    const fab_source *source;
    const fab_run_row *rows;
    size_t row_count;
} fab_run_table;

/* A table and what it is. */
typedef struct fab_table_text {
    fab_table_kind kind; /* as its header says */
    const fab_csv_table *csv;
} fab_table_text;

/* Reads the file at `path`, or, when that is NULL, the table of that kind that is built in. An
 * unknown header, a missing column: FAB_E_INPUT. FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_table_open(const char *path, fab_table_kind built_in, fab_arena *arena,
                                      fab_diagnostics *diagnostics, fab_table_text *out);

/* The same from a text, which is copied; `name` stands for the file in messages. */
FAB_CHECKED fab_status fab_table_parse(const char *name, const char *text, size_t length_byte,
                                       fab_arena *arena, fab_diagnostics *diagnostics,
                                       fab_table_text *out);

/* Makes the rows of runs, of a single node or of labels; columns that no forecast reads are warned
 * about in a table of runs. Not for collectives. FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_run_table_read(const fab_table_text *text, fab_arena *arena,
                                          fab_diagnostics *diagnostics, fab_run_table *out);

/* The sister tables in the columns of runs: what they do not say is a fact of their source, named
 * in validation/README.md. */
FAB_CHECKED fab_status fab_sister_single(const fab_csv_table *csv, fab_arena *arena,
                                         fab_diagnostics *diagnostics, fab_run_row *rows);
FAB_CHECKED fab_status fab_sister_fits(const fab_csv_table *csv, fab_arena *arena,
                                       fab_diagnostics *diagnostics, fab_run_row *rows);

/* Collectives in columns of others (`size_B` or `tensor_bytes`) as the text of a table that
 * fab_measured_parse reads, one line for each row. FAB_E_INPUT, FAB_E_NOMEM. */
bool fab_sister_is_foreign(const fab_csv_table *csv);
FAB_CHECKED fab_status fab_sister_collectives(const fab_csv_table *csv, fab_arena *arena,
                                              fab_diagnostics *diagnostics, const char **text_out);

/* A number of a row; 0 when the cell is empty or no number. */
double fab_run_number(const fab_run_row *row, fab_run_column column);

bool fab_run_says(const fab_run_row *row, fab_run_column column);

/* The fab_precision of its products. */
int fab_run_precision(const fab_run_row *row);

/* Whether it measures an iteration of training, of all weights: from scratch or fine-tuning. */
bool fab_run_is_iteration(const fab_run_row *row);

/* Whether any layer of its model is dense. */
bool fab_run_has_dense(const fab_run_row *row);

/* The whole number behind these words in a column ("shard group " 64); 0 where they do not stand
 * there. */
int64_t fab_run_number_behind(const fab_run_row *row, fab_run_column column, const char *words);

/* Returns the name of a column in the file. */
const char *fab_run_column_name(fab_run_column column);

/* The catalog's package of a table's hardware; NULL when it is not described. A description of its
 * own begins with a brace. */
const char *fab_run_hardware_gpu(const char *name);

/* What a row leaves open, tried one after the other. */
typedef struct fab_run_choice {
    int64_t microbatch;
    int64_t interleave;
    bool reruns_scores; /* attention runs again, where a row does not say what does */
} fab_run_choice;

/* What a row is as a scenario. */
typedef struct fab_run_reading {
    const char *reason;  /* why it cannot be forecast; NULL when it can */
    const char *assumed; /* what was assumed, "; " between two */
    int64_t microbatch;  /* where it is not searched */
    bool searches_microbatch;
    bool searches_interleave;
    bool searches_scores; /* whether attention runs again */
} fab_run_reading;

/* Says whether a row can be forecast and what must be assumed. Texts live in the arena; a NULL
 * `assumed` means that memory is out. */
fab_run_reading fab_run_read(const fab_run_row *row, fab_arena *arena);

/* Writes the scenario of a row as YAML; NULL when memory is out. */
const char *fab_run_compose(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena);

#endif

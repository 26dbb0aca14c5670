#ifndef FAB_MEASURED_RUNS_H
#define FAB_MEASURED_RUNS_H

#include <fabricast/validate.h>

#include "config/csv.h"

/* Columns of a table of measured runs that a forecast needs (validation/README.md has them all). */
#define FAB_RUN_COLUMN_LIST(X)                                                                     \
    X(ID, "id")                                                                                    \
    X(SOURCE, "source_key")                                                                        \
    X(TIER, "tier")                                                                                \
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
    X(MTP, "mtp_layers")                                                                           \
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
    X(MEMORY, "mem_gib")

#define FAB_RUN_COLUMN_ENUM(id, text) FAB_RUN_##id,
typedef enum fab_run_column {
    FAB_RUN_COLUMN_LIST(FAB_RUN_COLUMN_ENUM) FAB_RUN_COLUMN_COUNT
} fab_run_column;
#undef FAB_RUN_COLUMN_ENUM

typedef struct fab_run_table {
    const fab_csv_table *csv;
    size_t columns[FAB_RUN_COLUMN_COUNT]; /* where each stands in the file */
} fab_run_table;

/* One row: the text of each column, "" when empty. */
typedef struct fab_run_row {
    const char *cells[FAB_RUN_COLUMN_COUNT];
} fab_run_row;

/* Reads a table; `path` NULL: the one built in. FAB_E_INPUT, FAB_E_NOMEM. */
FAB_CHECKED fab_status fab_run_table_load(const char *path, fab_arena *arena,
                                          fab_diagnostics *diagnostics, fab_run_table *out);

fab_run_row fab_run_table_row(const fab_run_table *table, size_t row);

/* A number of a row; 0 when the cell is empty or no number. */
double fab_run_number(const fab_run_row *row, fab_run_column column);

bool fab_run_says(const fab_run_row *row, fab_run_column column);

/* Returns the name of a column in the file. */
const char *fab_run_column_name(fab_run_column column);

/* What a row leaves open, tried one after the other. */
typedef struct fab_run_choice {
    int64_t microbatch;
    int64_t interleave;
} fab_run_choice;

/* What a row is as a scenario. */
typedef struct fab_run_reading {
    const char *reason;  /* why it cannot be forecast; NULL when it can */
    const char *assumed; /* what was assumed, "; " between two */
    bool searches_microbatch;
    bool searches_interleave;
} fab_run_reading;

/* Says whether a row can be forecast and what must be assumed. Texts live in the arena; a NULL
 * `assumed` means that memory is out. */
fab_run_reading fab_run_read(const fab_run_row *row, fab_arena *arena);

/* Writes the scenario of a row as YAML; NULL when memory is out. */
const char *fab_run_compose(const fab_run_row *row, const fab_run_choice *choice, fab_arena *arena);

#endif

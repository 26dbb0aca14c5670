#include <fabricast/validate.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fabricast/explain.h>
#include <fabricast/scenario.h>
#include <fabricast/train.h>

#include "config/tree.h"
#include "scenario/read.h"
#include "validate/run_layout.h"
#include "validate/score.h"

#define SCRATCH_BYTE     ((size_t)64 << 20)
#define GIB_BYTE         1073741824.0
#define MICROBATCH_LIMIT 16
#define CHUNK_LIMIT      100000 /* layers that a model can have */
#define LARGEST_NUMBER   1e12
#define LEAST_NUMBER     1e-9

/* What one try of a row gave. */
typedef struct fab_run_try {
    fab_run_status status;
    const char *reason;
    const char *scenario;
    double step_s;
    double memory_byte;
    double activations_byte; /* of memory_byte */
    double beside_byte;      /* of memory_byte: context and fragmentation */
    double capacity_byte;
    bool fits; /* in memory, whether the fabric can be built or not */
} fab_run_try;

static const char *first_message(const fab_diagnostics *diagnostics, fab_arena *arena)
{
    return diagnostics->count > 0 ? fab_arena_printf(arena, "%s", diagnostics->items[0].message)
                                  : "cannot be read";
}

/* Whether it measures one layer, not a whole iteration. */
static bool is_layer(const fab_run_row *row)
{
    return strcmp(row->cells[FAB_RUN_MEASURE], "layer_time") == 0;
}

/* Both passes of a layer: as `aux` says them, `fwd_ms=7.7;bwd_ms=11.9`; 0: it does not. */
static double measured_layer_s(const fab_run_row *row)
{
    double forward_ms = 0.0, backward_ms = 0.0;
    const char *at = strstr(row->cells[FAB_RUN_AUX], "fwd_ms=");
    const bool is_said = is_layer(row) && at != NULL &&
                         sscanf(at, "fwd_ms=%lf;bwd_ms=%lf", &forward_ms, &backward_ms) == 2;
    return is_said && forward_ms > 0.0 && backward_ms > 0.0 && forward_ms < 1e9 && backward_ms < 1e9
               ? 1e-3 * (forward_ms + backward_ms)
               : 0.0;
}

/* Both passes of the first layer, with what is exposed of its messages. */
static fab_status forecast_layer(const fab_scenario *scenario, fab_arena *arena, double *layer_s)
{
    fab_explanation explanation;
    FAB_TRY(fab_train_explain(scenario, arena, &explanation));
    for (size_t i = 0; i < explanation.block_count; i++) {
        const fab_explained_block *block = &explanation.blocks[i];
        if (strstr(block->name, "layer") != NULL) {
            *layer_s = block->forward_s + block->backward_s;
            return FAB_OK;
        }
    }
    return FAB_E_RANGE;
}

/* Forecasts a row with one choice of what it leaves open. Texts go into `arena`. */
static fab_status try_choice(const fab_catalog *catalog, const fab_run_row *row,
                             const fab_run_choice *choice, double scale_ratio, fab_arena *arena,
                             fab_run_try *out)
{
    *out = (fab_run_try){.status = FAB_RUN_WRONG};
    const fab_node *root = NULL;
    fab_scenario *scenario = FAB_NEW(arena, fab_scenario, 1);
    out->scenario = fab_run_compose(row, choice, arena);
    if (out->scenario == NULL || scenario == NULL) {
        return FAB_E_NOMEM;
    }
    fab_diagnostics heard = fab_diagnostics_make(arena);
    fab_status status =
        fab_tree_parse("row", out->scenario, strlen(out->scenario), arena, &heard, &root);
    if (status == FAB_OK) {
        status = fab_scenario_read(catalog, root, arena, &heard, scenario);
    }
    if (status == FAB_E_INPUT) {
        out->reason = first_message(&heard, arena);
        return FAB_OK;
    }
    fab_forecast forecast;
    if (status == FAB_OK) {
        scenario->assumptions.computation_scale_ratio *= scale_ratio;
        status = fab_train_forecast(scenario, arena, &forecast);
    }
    if (status == FAB_E_RANGE) {
        out->reason = "numbers leave their range";
        return FAB_OK;
    }
    FAB_TRY(status);
    out->step_s = forecast.step_s;
    if (is_layer(row)) {
        FAB_TRY(forecast_layer(scenario, arena, &out->step_s));
    }
    out->memory_byte = forecast.memory.total_byte;
    out->activations_byte = forecast.memory.activations_byte;
    out->beside_byte = forecast.memory.fixed_byte + forecast.memory.reserve_byte;
    out->capacity_byte = forecast.memory.capacity_byte;
    out->fits = forecast.memory.fits;
    /* a layer runs on its own, without the memory of all the others */
    out->status = (forecast.is_buildable && forecast.memory.fits) || is_layer(row)
                      ? FAB_RUN_SCORED
                      : FAB_RUN_INFEASIBLE;
    out->reason = out->status == FAB_RUN_SCORED ? NULL
                  : forecast.is_buildable ? "the forecast needs more memory than a package has"
                                          : "the forecast says that the fabric cannot be built";
    return FAB_OK;
}

/* Whether `a` is the better try: one that fits before one that does not, then the faster. */
static bool is_better(const fab_run_try *a, const fab_run_try *b)
{
    if (a->status != b->status) {
        return a->status < b->status;
    }
    if (a->fits != b->fits) {
        return a->fits;
    }
    return a->status != FAB_RUN_WRONG && a->step_s < b->step_s;
}

/* Whether chunks of one size hold all layers, embedding and head counted or not. */
static bool fills_chunks(int64_t layers, int64_t chunks)
{
    return layers % chunks == 0 || fab_run_end_layers(layers, chunks) > 0;
}

/* The fastest that fits of all chunks of a stage with one micro-batch. */
static fab_status try_chunks(const fab_catalog *catalog, const fab_run_row *row,
                             const fab_run_reading *reading, const fab_run_choice *choice,
                             double scale_ratio, fab_arena *arena, fab_run_try *best)
{
    const int64_t layers = (int64_t)fab_run_number(row, FAB_RUN_LAYERS);
    const int64_t stages = (int64_t)fab_run_number(row, FAB_RUN_PP);
    const int64_t chunk_count = reading->searches_interleave ? (layers + 2) / stages : 1;
    const int64_t most = chunk_count < CHUNK_LIMIT ? chunk_count : CHUNK_LIMIT;
    const int64_t interleave = (int64_t)fab_run_number(row, FAB_RUN_VPP);
    for (int64_t chunks = 1; chunks <= (most > 1 ? most : 1); chunks++) {
        fab_run_choice next_choice = *choice;
        next_choice.interleave = reading->searches_interleave ? chunks
                                 : interleave > 1             ? interleave
                                                              : 1;
        fab_run_try next;
        if (chunks > 1 && !fills_chunks(layers, stages * chunks)) {
            continue;
        }
        FAB_TRY(try_choice(catalog, row, &next_choice, scale_ratio, arena, &next));
        if (best->scenario == NULL || is_better(&next, best)) {
            *best = next;
        }
    }
    return FAB_OK;
}

static fab_status try_row(const fab_catalog *catalog, const fab_run_row *row,
                          const fab_run_reading *reading, double scale_ratio, fab_arena *arena,
                          fab_run_try *best)
{
    *best = (fab_run_try){.status = FAB_RUN_WRONG, .reason = "no micro-batch could be tried"};
    for (int64_t microbatch = 1; microbatch <= MICROBATCH_LIMIT; microbatch *= 2) {
        for (int scores = 0; scores <= (reading->searches_scores ? 1 : 0); scores++) {
            const fab_run_choice choice = {
                .microbatch = reading->searches_microbatch ? microbatch : reading->microbatch,
                .reruns_scores = scores == 1};
            FAB_TRY(try_chunks(catalog, row, reading, &choice, scale_ratio, arena, best));
        }
        if (!reading->searches_microbatch) {
            break;
        }
    }
    return FAB_OK;
}

/* Seconds of an iteration: as measured, or from tokens per second and package; 0: not measured. */
static double measured_s(const fab_run_row *row)
{
    const double tokens_s = fab_run_number(row, FAB_RUN_TOKENS_S);
    const double iteration_s = fab_run_number(row, FAB_RUN_ITERATION);
    if (!fab_run_is_iteration(row)) {
        return measured_layer_s(row);
    }
    if (iteration_s > 0.0 || tokens_s <= 0.0 || fab_run_number(row, FAB_RUN_GPUS) <= 0.0) {
        return iteration_s;
    }
    return fab_run_number(row, FAB_RUN_BATCH) * fab_run_number(row, FAB_RUN_SEQUENCE) /
           (tokens_s * fab_run_number(row, FAB_RUN_GPUS));
}

/* Seconds that follow from a reported rate. How a source counts FLOPs is the same in its sweep, so
 * that the order of layouts is right even where the seconds are not. */
static double reported_s(const fab_run_row *row)
{
    const double rate_flops = 1e12 * fab_run_number(row, FAB_RUN_RATE);
    const double token_flop = 1e9 * fab_run_number(row, FAB_RUN_WORK);
    const char *measure = row->cells[FAB_RUN_MEASURE];
    if (strcmp(measure, "mfu_only") != 0 && strcmp(measure, "tflops_only") != 0) {
        return 0.0;
    }
    return rate_flops > 0.0
               ? fab_run_number(row, FAB_RUN_BATCH) * fab_run_number(row, FAB_RUN_SEQUENCE) *
                     token_flop / (rate_flops * fab_run_number(row, FAB_RUN_GPUS))
               : 0.0;
}

/* Whether a row says the activations of a package alone. */
static bool is_activations(const fab_run_row *row)
{
    return strcmp(row->cells[FAB_RUN_MEASURE], "memory_model") == 0;
}

/* Whether it is what tensors took, without context and fragmentation. */
static bool is_allocated(const fab_run_row *row)
{
    return strstr(row->cells[FAB_RUN_MEMORY_KIND], "alloc") != NULL;
}

/* Bytes of a package: as measured in an iteration, or activations alone. */
static double measured_byte(const fab_run_row *row)
{
    return fab_run_is_iteration(row) || is_activations(row)
               ? GIB_BYTE * fab_run_number(row, FAB_RUN_MEMORY)
               : 0.0;
}

/* Columns of whole numbers, and of what is measured. */
static const fab_run_column COUNTS[] = {
    FAB_RUN_LAYERS,    FAB_RUN_WINDOW,     FAB_RUN_WINDOW_LAYERS,
    FAB_RUN_HIDDEN,    FAB_RUN_FFN,        FAB_RUN_HEADS,
    FAB_RUN_KV_HEADS,  FAB_RUN_HEAD_DIM,   FAB_RUN_VOCABULARY,
    FAB_RUN_SEQUENCE,  FAB_RUN_EXPERTS,    FAB_RUN_TOPK,
    FAB_RUN_SHARED,    FAB_RUN_MOE_FFN,    FAB_RUN_FIRST_DENSE,
    FAB_RUN_MOE_EVERY, FAB_RUN_MTP,        FAB_RUN_GPUS,
    FAB_RUN_TP,        FAB_RUN_CP,         FAB_RUN_PP,
    FAB_RUN_VPP,       FAB_RUN_EP,         FAB_RUN_ETP,
    FAB_RUN_DP,        FAB_RUN_MICROBATCH, FAB_RUN_BATCH,
};
static const fab_run_column MEASURES[] = {FAB_RUN_NETWORK, FAB_RUN_ITERATION, FAB_RUN_TOKENS_S,
                                          FAB_RUN_MEMORY,  FAB_RUN_RATE,      FAB_RUN_WORK};
#define COUNT_COUNT   (sizeof(COUNTS) / sizeof(COUNTS[0]))
#define MEASURE_COUNT (sizeof(MEASURES) / sizeof(MEASURES[0]))

/* A cell that should hold a number and does not; NULL when all do. */
static const char *find_wrong_number(const fab_run_row *row, fab_arena *arena)
{
    for (size_t i = 0; i < COUNT_COUNT + MEASURE_COUNT; i++) {
        const bool is_count = i < COUNT_COUNT;
        const fab_run_column column = is_count ? COUNTS[i] : MEASURES[i - COUNT_COUNT];
        const fab_csv_cell cell = {.text = row->cells[column]};
        double number = 0.0;
        if (cell.text[0] == '\0') {
            continue;
        }
        const bool is_number = fab_csv_cell_number(&cell, &number) && number <= LARGEST_NUMBER &&
                               (number >= LEAST_NUMBER || (number >= 0.0 && number <= 0.0));
        if (!is_number || (is_count && floor(number) < number)) {
            return fab_arena_printf(arena, "`%s` is `%s`; wanted is %s up to 1e12",
                                    fab_run_column_name(column), cell.text,
                                    is_count ? "a whole number" : "0 or a number from 1e-9");
        }
    }
    return NULL;
}

/* Why nothing of a row can be compared. */
static const char *find_nothing(const fab_run_row *row, fab_arena *arena)
{
    if (measured_s(row) > 0.0 || measured_byte(row) > 0.0 || reported_s(row) > 0.0 ||
        row->outcome != FAB_FIT_UNSAID) {
        return NULL;
    }
    if (!fab_run_is_iteration(row)) {
        return fab_arena_printf(arena, "measures `%s`, not an iteration of training",
                                row->cells[FAB_RUN_MEASURE]);
    }
    return "has no time of an iteration";
}

/* The cells from one column to another; NULL when memory is out. */
static const char *join_cells(const fab_run_row *row, fab_run_column first, fab_run_column last,
                              fab_arena *arena)
{
    const char *text = "";
    for (fab_run_column column = first; column <= last && text != NULL; column++) {
        text = fab_arena_printf(arena, "%s|%s", text, row->cells[column]);
    }
    return text;
}

/* What rows of one sweep, of one layout in it and of one series have in common. Models of one name
 * may differ in shape. */
static bool name_neighbours(const fab_run_row *row, fab_arena *arena, fab_run_score *out)
{
    const char *const *cells = row->cells;
    const char *shape = join_cells(row, FAB_RUN_LAYERS, FAB_RUN_HEAD_DIM, arena);
    out->layout = join_cells(row, FAB_RUN_TP, FAB_RUN_SOFTWARE, arena);
    out->series =
        fab_arena_printf(arena, "%s|%s|%s|%s|%s", cells[FAB_RUN_SOURCE], cells[FAB_RUN_MODEL],
                         cells[FAB_RUN_GPU], cells[FAB_RUN_PRECISION], cells[FAB_RUN_SEQUENCE]);
    out->sweep = out->series != NULL && shape != NULL
                     ? fab_arena_printf(arena, "%s%s|%s|%s", out->series, shape,
                                        cells[FAB_RUN_GPUS], cells[FAB_RUN_BATCH])
                     : NULL;
    return out->sweep != NULL && out->layout != NULL;
}

/* What became of a row that was forecast, and why it is not simply scored. */
static fab_status judge(const fab_run_try *best, fab_arena *arena, fab_run_score *out)
{
    const bool fits = best->memory_byte <= best->capacity_byte;
    out->status = (int)best->status;
    out->reason = best->reason;
    if (best->status == FAB_RUN_WRONG) {
        return FAB_OK;
    }
    if (out->outcome != FAB_FIT_UNSAID) {
        const double room_gb = (best->capacity_byte - best->memory_byte) / 1e9;
        out->status = FAB_RUN_SCORED;
        out->reason =
            fits == (out->outcome == FAB_FIT_RAN) ? NULL
            : fits
                ? fab_arena_printf(arena, "ran out of memory; the forecast leaves %.1f GB", room_gb)
                : fab_arena_printf(arena, "ran; the forecast needs %.1f GB too much", -room_gb);
        return fits == (out->outcome == FAB_FIT_RAN) || out->reason != NULL ? FAB_OK : FAB_E_NOMEM;
    }
    if (out->measured_s <= 0.0) {
        out->status = FAB_RUN_PARTLY;
        out->reason = out->measured_byte > 0.0 ? "has no time of an iteration: memory alone"
                                               : "has no time of an iteration: rank alone";
    }
    return FAB_OK;
}

static bool keep(const char **text, fab_arena *arena)
{
    *text = *text != NULL ? fab_arena_copy(arena, *text, strlen(*text)) : NULL;
    return *text != NULL;
}

static fab_status forecast_row(const fab_catalog *catalog, const fab_run_row *row,
                               const fab_run_reading *reading, double scale_ratio, fab_arena *arena,
                               fab_arena *scratch, fab_run_score *out)
{
    fab_run_try best;
    FAB_TRY(try_row(catalog, row, reading, scale_ratio, scratch, &best));
    FAB_TRY(judge(&best, scratch, out));
    out->scenario = best.scenario;
    if ((out->reason != NULL && !keep(&out->reason, arena)) ||
        (out->scenario != NULL && !keep(&out->scenario, arena))) {
        return FAB_E_NOMEM;
    }
    out->forecast_byte = is_activations(row) ? best.activations_byte
                         : is_allocated(row) ? best.memory_byte - best.beside_byte
                                             : best.memory_byte;
    out->capacity_byte = best.capacity_byte;
    out->forecast_s = best.step_s;
    if (best.step_s > 0.0 && out->measured_s > 0.0) {
        out->error_frac = best.step_s / out->measured_s - 1.0;
    }
    return FAB_OK;
}

static fab_status score_row(const fab_catalog *catalog, const fab_run_row *row, double scale_ratio,
                            fab_arena *arena, fab_arena *scratch, fab_run_score *out)
{
    *out = (fab_run_score){.id = row->cells[FAB_RUN_ID],
                           .source_key = row->cells[FAB_RUN_SOURCE],
                           .tier = row->cells[FAB_RUN_TIER],
                           .leak_group = row->cells[FAB_RUN_LEAK],
                           .gpu = row->cells[FAB_RUN_GPU],
                           .precision = row->cells[FAB_RUN_PRECISION],
                           .recompute = row->cells[FAB_RUN_RECOMPUTE],
                           .is_moe = strcmp(row->cells[FAB_RUN_FAMILY], "moe") == 0,
                           .packages = (int64_t)fab_run_number(row, FAB_RUN_GPUS),
                           .year = (int64_t)fab_run_number(row, FAB_RUN_YEAR),
                           .status = FAB_RUN_WRONG,
                           .outcome = row->outcome,
                           .reason = row->is_repeated ? "an earlier row has the same id"
                                                      : find_wrong_number(row, arena),
                           .assumed = ""};
    if (!name_neighbours(row, arena, out)) {
        return FAB_E_NOMEM;
    }
    if (out->reason != NULL) {
        return FAB_OK;
    }
    out->status = FAB_RUN_SKIPPED;
    out->reason = find_nothing(row, arena);
    if (out->reason != NULL) {
        return FAB_OK;
    }
    const fab_run_reading reading = fab_run_read(row, arena);
    if (reading.assumed == NULL) {
        return FAB_E_NOMEM;
    }
    out->reason = reading.reason;
    out->assumed = reading.assumed;
    out->measured_s = measured_s(row);
    out->measured_byte = measured_byte(row);
    out->rank_s = out->measured_s > 0.0 ? out->measured_s : reported_s(row);
    return out->reason != NULL
               ? FAB_OK
               : forecast_row(catalog, row, &reading, scale_ratio, arena, scratch, out);
}

static bool is_wanted(const fab_run_row *row, const char *source_key)
{
    return source_key == NULL || strcmp(row->cells[FAB_RUN_SOURCE], source_key) == 0;
}

fab_status fab_score_table(const fab_catalog *catalog, const fab_run_table *table,
                           const char *source_key, const double *scales_ratio, fab_arena *arena,
                           fab_validation *out)
{
    fab_run_score *rows = FAB_NEW(arena, fab_run_score, table->row_count);
    fab_arena *scratch = fab_arena_create(SCRATCH_BYTE);
    fab_status status = rows != NULL && scratch != NULL ? FAB_OK : FAB_E_NOMEM;
    out->row_count = 0;
    for (size_t i = 0; i < table->row_count && status == FAB_OK; i++) {
        if (is_wanted(&table->rows[i], source_key)) {
            const fab_arena_mark mark = fab_arena_save(scratch);
            status =
                score_row(catalog, &table->rows[i], scales_ratio != NULL ? scales_ratio[i] : 1.0,
                          arena, scratch, &rows[out->row_count++]);
            fab_arena_reset(scratch, mark);
        }
    }
    fab_arena_destroy(scratch);
    out->rows = rows;
    return status;
}

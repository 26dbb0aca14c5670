#include <check.h>
#include <string.h>

#include <fabricast/arena.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/measured_runs.h"

/* A cell of a row. */
typedef struct cell {
    fab_run_column column;
    const char *text;
} cell;

#define CELL_LIMIT 24

/* a dense model of which all packages shard one replica */
static const cell SHARDED[CELL_LIMIT] = {
    {FAB_RUN_ID, "T1"},           {FAB_RUN_MEASURE, "iteration"},
    {FAB_RUN_LAYERS, "32"},       {FAB_RUN_HIDDEN, "4096"},
    {FAB_RUN_FFN, "14336"},       {FAB_RUN_GATED, "1"},
    {FAB_RUN_HEADS, "32"},        {FAB_RUN_KV_HEADS, "8"},
    {FAB_RUN_VOCABULARY, "1024"}, {FAB_RUN_SEQUENCE, "8192"},
    {FAB_RUN_GPU, "TPUv6e"},      {FAB_RUN_GPUS, "16"},
    {FAB_RUN_SHARDING, "FSDP"},   {FAB_RUN_BATCH, "48"},
    {FAB_RUN_PRECISION, "bf16"},  {FAB_RUN_SOFTWARE, "MaxText"},
};

static fab_run_row row_of(const cell *more, size_t count)
{
    fab_run_row row = empty_row();
    for (size_t i = 0; i < CELL_LIMIT && SHARDED[i].text != NULL; i++) {
        row.cells[SHARDED[i].column] = SHARDED[i].text;
    }
    for (size_t i = 0; i < count && more[i].text != NULL; i++) {
        row.cells[more[i].column] = more[i].text;
    }
    return row;
}

/* What a change of the row makes of the scenario: a part that is in it, and one that is not. */
static const struct {
    cell cells[6];
    const char *has, *lacks;
} COMPOSED[] = {
    {{{FAB_RUN_ID, "T"}}, "gpu: tpu_v6e\nfabric: tpu_v6e_pod", "base:"},
    {{{FAB_RUN_ID, "T"}}, "tp: 1, cp: 1, cp_mode: ring, pp: 1, dp: auto", "zero: 1"},
    {{{FAB_RUN_CP, "2"}, {FAB_RUN_OVERLAP, "CP a2a"}}, "cp: 2, cp_mode: ulysses", "ring"},
    {{{FAB_RUN_CP, "2"}, {FAB_RUN_SOFTWARE, "NeMo, cp_comm_type=all_gather"}},
     "cp: 2, cp_mode: all_gather",
     "ring"},
    {{{FAB_RUN_ID, "T"}}, "zero: 3", "zero: 1"},
    {{{FAB_RUN_ID, "T"}}, "microbatch: 3,", "microbatch: 1,"},
    {{{FAB_RUN_MICROBATCH, "1"}}, "microbatch: 1,", "microbatch: 3,"},
    {{{FAB_RUN_ID, "T"}}, "recompute: full", "recompute: none"},
    {{{FAB_RUN_RECOMPUTE, "none"}}, "recompute: none", "recompute: full"},
    {{{FAB_RUN_RECOMPUTE, "MaxText remat policy (see script)"}},
     "recompute: full",
     "recompute: none"},
    {{{FAB_RUN_MODEL, "Llama3.1-8B"}}, "recompute: [layernorm, core_attention, mlp]", "full"},
    {{{FAB_RUN_MODEL, "Mixtral-8x22B"}}, "recompute: [layernorm, core_attention, moe]", "full"},
    {{{FAB_RUN_SOFTWARE, "torchtitan"}, {FAB_RUN_MICROBATCH, "1"}}, "recompute: none", "full"},
    {{{FAB_RUN_PRECISION, "int8/fp8 recipe"}}, "fp8: 1836 TFLOP/s", "gpu: tpu_v6e\n"},
    {{{FAB_RUN_PRECISION, "int8"}, {FAB_RUN_GPU, "Gaudi2"}}, "precision: fp8", "1836"},
    {{{FAB_RUN_PRECISION, "fp8"}}, "gpu: tpu_v6e\n", "1836"},
    {{{FAB_RUN_PRECISION, "nvfp4"}, {FAB_RUN_GPU, "GB300"}}, "precision: nvfp4", "fp8_scaling: c"},
    {{{FAB_RUN_PRECISION, "fp8 (current scaling)"}}, "fp8_scaling: current", "delayed"},
    {{{FAB_RUN_PRECISION, "fp8 (delayed scaling)"}}, "fp8_scaling: delayed", "current"},
    {{{FAB_RUN_PRECISION, "fp8 (tensorwise)"}}, "fp8_scaling: current", "delayed"},
    {{{FAB_RUN_PRECISION, "fp8 blockwise"}}, "fp8_scaling: block", "delayed"},
    {{{FAB_RUN_PRECISION, "mxfp8"}}, "fp8_scaling: mxfp8", "delayed"},
    {{{FAB_RUN_PRECISION, "fp8 (rowwise)"}}, "fp8_scaling: rowwise", "delayed"},
    {{{FAB_RUN_GPU, "Gaudi2"}}, "gpu: gaudi2\nfabric: gaudi2_roce", "tpu_v6e"},
    {{{FAB_RUN_GPU, "TPUv5p"}}, "gpu: tpu_v5p\nfabric: tpu_v5p_pod", "v6e"},
    {{{FAB_RUN_GPU, "TPUv5e"}}, "gpu: tpu_v5e\nfabric: tpu_v5e_pod", "v6e"},
    {{{FAB_RUN_GPU, "TPUv4"}}, "gpu: tpu_v4\nfabric: tpu_v4_pod", "v6e"},
    {{{FAB_RUN_GPU, "H800"}}, "gpu: h800_sxm\nfabric: hgx_h800", "hgx_h100"},
    {{{FAB_RUN_GPU, "H200-4"}}, "gpu: h200_sxm\nfabric: hgx_h200_4", "hgx_h100"},
    {{{FAB_RUN_NETWORK, "50"}}, "{base: tpu_v6e_pod, tiers: [{}, {rate: 50 Gbps}]}", "fp8:"},
    /* sliding windows: of a row's own columns, or known of the model */
    {{{FAB_RUN_MODEL, "GPT OSS 120B"}}, "window: 128, window_layers: 16", "window: 4096"},
    {{{FAB_RUN_WINDOW, "4096"}}, "window: 4096, window_layers: 32", "window: 128"},
    {{{FAB_RUN_WINDOW, "1024"}, {FAB_RUN_WINDOW_LAYERS, "24"}}, "window_layers: 24", "layers: 16"},
    {{{FAB_RUN_WINDOW, "1024"}, {FAB_RUN_MODEL, "gpt-oss-20b"}}, "window: 1024", "window: 128"},
    {{{FAB_RUN_MODEL, "Mistral-7B"}}, "heads: 32", "window"},
    /* experts in every layer have no width of dense ones, those in every second do */
    {{{FAB_RUN_EXPERTS, "16"}, {FAB_RUN_TOPK, "1"}, {FAB_RUN_MOE_FFN, "8192"}},
     "dense_layers: 0",
     "dense_width"},
    {{{FAB_RUN_EXPERTS, "16"},
      {FAB_RUN_TOPK, "1"},
      {FAB_RUN_MOE_FFN, "8192"},
      {FAB_RUN_MOE_EVERY, "2"},
      {FAB_RUN_FIRST_DENSE, "0"}},
     "dense_width: 14336",
     "dense_layers"},
};

START_TEST(composed)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const fab_run_row row = row_of(COMPOSED[_i].cells, 6);
    const fab_run_reading reading = fab_run_read(&row, arena);
    ck_assert_ptr_null(reading.reason);
    const fab_run_choice choice = {.microbatch = reading.microbatch, .interleave = 1};
    const char *text = fab_run_compose(&row, &choice, arena);
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(text, COMPOSED[_i].has) != NULL, "no `%s` in %s", COMPOSED[_i].has, text);
    ck_assert_msg(strstr(text, COMPOSED[_i].lacks) == NULL, "`%s` in %s", COMPOSED[_i].lacks, text);
    fab_arena_destroy(arena);
}
END_TEST

/* attention runs again where the search says so */
START_TEST(scores)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const cell cells[] = {{FAB_RUN_SOFTWARE, "Megatron-LM"},
                          {FAB_RUN_YEAR, "2023"},
                          {FAB_RUN_TP, "1"},
                          {FAB_RUN_PP, "1"}};
    const fab_run_row row = row_of(cells, 4);
    const fab_run_reading reading = fab_run_read(&row, arena);
    ck_assert(reading.searches_scores);
    ck_assert_msg(strstr(reading.assumed, "scores kept or recomputed") != NULL, "%s",
                  reading.assumed);
    ck_assert_ptr_null(strstr(reading.assumed, "no recomputation"));
    const fab_run_choice kept = {.microbatch = 1, .interleave = 1};
    const fab_run_choice again = {.microbatch = 1, .interleave = 1, .reruns_scores = true};
    ck_assert_ptr_nonnull(strstr(fab_run_compose(&row, &kept, arena), "recompute: none"));
    ck_assert_ptr_nonnull(strstr(fab_run_compose(&row, &again, arena), "recompute: selective"));
    fab_arena_destroy(arena);
}
END_TEST

/* What is said of a row that leaves something open. */
static const struct {
    cell cells[3];
    const char *reason, *assumed;
} READ[] = {
    {{{FAB_RUN_ID, "T"}}, NULL, "FSDP over all packages"},
    {{{FAB_RUN_ID, "T"}}, NULL, "micro-batch: all sequences of a rank"},
    {{{FAB_RUN_ID, "T"}}, NULL, "all recomputed, MaxText's default"},
    {{{FAB_RUN_MEASURE, "iteration_SFT"}}, NULL, "fine-tuning on whole sequences"},
    {{{FAB_RUN_SHARDING, "ZeRO-1"}}, "does not say `tp`", ""},
    {{{FAB_RUN_SHARDING, ""}}, "does not say `tp`", ""},
    {{{FAB_RUN_TP, "4"}}, "does not say `pp`", ""},
    {{{FAB_RUN_GPU, "TPUv9"}}, "no fabric is described for `TPUv9`", ""},
    {{{FAB_RUN_PRECISION, "int3"}}, "no precision is known as `int3`", ""},
};

START_TEST(read)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    const fab_run_row row = row_of(READ[_i].cells, 3);
    const fab_run_reading got = fab_run_read(&row, arena);
    if (READ[_i].reason == NULL) {
        ck_assert_ptr_null(got.reason);
    } else {
        ck_assert_ptr_nonnull(got.reason);
        ck_assert_str_eq(got.reason, READ[_i].reason);
    }
    ck_assert_msg(strstr(got.assumed, READ[_i].assumed) != NULL, "%s", got.assumed);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compose_run");
    TCase *tests = tcase_create("compose_run");
    tcase_add_loop_test(tests, composed, 0, (int)(sizeof(COMPOSED) / sizeof(COMPOSED[0])));
    tcase_add_test(tests, scores);
    tcase_add_loop_test(tests, read, 0, (int)(sizeof(READ) / sizeof(READ[0])));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_experts.h"

#define MXFP8    "mxfp8"
#define DROPLESS "dropless, force-balanced"
#define CAPACITY "capacity-factor token drop"

/* A row of a model with experts, and what its software does. */
static const struct {
    const char *model, *gpu, *precision, *routing, *overlap, *software, *year;
    const char *products, *permutation, *dispatch;
    double overlap_frac;
    bool is_graphed, believes_graphs, sums_in_bf16;
} ROW[] = {
    /* MXFP8 in racks: fused from 26.06 on, before that HybridEP from 26.02 on */
    {"Qwen3_30B_a3B", "GB200", MXFP8, DROPLESS, "", "NeMo container 26.06 / Megatron-Bridge",
     "2026", "fused", "fused", "per_domain", 0.3, true, true, true},
    {"GPT OSS 120B", "GB300", MXFP8, DROPLESS, "", "NeMo container 26.06.01 / Megatron-Bridge",
     "2026", "fused", "fused", "per_domain", 0.3, true, true, true},
    {"GPT OSS 120B", "GB300", "bf16", DROPLESS, "", "NeMo container 26.06 / Megatron-Bridge",
     "2026", "looped", "fused", "per_expert", 0.0, false, true, true},
    {"Qwen3_30B_a3B", "GB200", MXFP8, DROPLESS, "", "NeMo container 26.04.01 / Megatron-Bridge",
     "2026", "looped", "fused", "per_domain", 0.0, false, true, true},
    {"Qwen3_30B_a3B", "GB200", MXFP8, DROPLESS, "", "NeMo container 25.11 / Megatron-Bridge",
     "2025", "padded", "fused", "per_expert", 0.0, false, false, true},
    /* servers: the small model a patch later, the large one never */
    {"Qwen3_30B_a3B", "B200", MXFP8, DROPLESS, "", "NeMo container 26.02 / Megatron-Bridge", "2026",
     "padded", "fused", "per_expert", 0.0, false, false, true},
    {"Qwen3_30B_a3B", "B200", MXFP8, DROPLESS, "", "NeMo container 26.02.01 / Megatron-Bridge",
     "2026", "looped", "fused", "per_domain", 0.0, false, false, true},
    {"Qwen3_235B_a22B", "B200", MXFP8, DROPLESS, "EP overlap on",
     "NeMo container 26.04.01 / Megatron-Bridge", "2026", "padded", "fused", "per_expert", 0.0,
     false, true, true},
    {"Qwen3_30B_a3B", "H100", "fp8 (current scaling)", DROPLESS, "",
     "NeMo container 26.06 / Megatron-Bridge", "2026", "padded", "fused", "per_expert", 0.0, false,
     true, true},
    /* a fixed capacity: whole blocks, and graphs on Blackwell */
    {"Qwen3_30B_a3B (tokendrop)", "B200", "fp8 (current scaling)", CAPACITY, "",
     "NeMo container 25.09 / Megatron-Bridge", "2025", "looped", "fused", "per_expert", 0.0, true,
     false, true},
    {"Qwen3_235B_a22B (tokendrop)", "B200", MXFP8, CAPACITY, "",
     "NeMo container 25.09 / Megatron-Bridge", "2025", "looped", "fused", "per_expert", 0.0, false,
     false, true},
    /* words of a row */
    {"Qwen3-235B-A22B", "H100", "bf16", "", "DeepEP + 1F1B EP overlap", "Megatron-Core 2025",
     "2025", "looped", "fused", "per_domain", 0.3, false, true, false},
    {"Qwen3-30B-A3B", "H100", "bf16", DROPLESS, "alltoall dispatcher (permute fusion off)",
     "Megatron-Bridge 2026-07/08", "2026", "looped", "indexed", "per_expert", 0.0, false, true,
     true},
    {"Mixtral-8x7B", "H100", "bf16", "dropless", "", "MCore v0.8", "2024", "looped", "indexed",
     "per_expert", 0.0, false, true, false},
    {"Mixtral-8x22B", "H100", "bf16", "dropless", "", "NVIDIA eos_n64_nemo", "2024", "looped",
     "indexed", "per_expert", 0.0, false, true, false},
    {"Grok-1 314B", "H100", "bf16", "capacity factor 1.0", "", "NeMo 24.12", "2025", "looped",
     "indexed", "per_expert", 0.0, false, true, true},
    /* presets against the words of a row */
    {"Qwen3_235B_a22B", "H100", "fp8 (current scaling)", DROPLESS, "EP overlap on",
     "NeMo container 26.04.01 / Megatron-Bridge", "2026", "padded", "fused", "per_expert", 0.3,
     false, true, true},
    {"Qwen3_30B_a3B", "H100", "fp8 (current scaling)", DROPLESS, "EP overlap on",
     "NeMo container 26.04.01 / Megatron-Bridge", "2026", "padded", "fused", "per_expert", 0.0,
     false, true, true},
};

static fab_run_row row_of(size_t i)
{
    fab_run_row row = software_row(ROW[i].software, ROW[i].year, ROW[i].overlap);
    row.cells[FAB_RUN_MODEL] = ROW[i].model;
    row.cells[FAB_RUN_EXPERTS] = "128";
    row.cells[FAB_RUN_GPU] = ROW[i].gpu;
    row.cells[FAB_RUN_PRECISION] = ROW[i].precision;
    row.cells[FAB_RUN_ROUTING] = ROW[i].routing;
    return row;
}

START_TEST(words_and_releases)
{
    const fab_run_row row = row_of((size_t)_i);
    const fab_run_experts got = fab_run_experts_of(&row);
    ck_assert_str_eq(got.products, ROW[_i].products);
    ck_assert_str_eq(got.permutation, ROW[_i].permutation);
    ck_assert_str_eq(got.dispatch, ROW[_i].dispatch);
    /* what hides slows the passes by a tenth of its time */
    ck_assert_double_eq_tol(0.9 * got.overlap_frac, ROW[_i].overlap_frac, 1e-12);
    ck_assert(got.is_graphed == ROW[_i].is_graphed);
    ck_assert(got.believes_graphs == ROW[_i].believes_graphs);
    ck_assert(got.sums_in_bf16 == ROW[_i].sums_in_bf16);
    ck_assert(got.hides_no_tensor == (strstr(ROW[_i].model, "Grok") != NULL));
}
END_TEST

/* what has no experts keeps its graphs, whatever its release; its gradients are summed alike */
START_TEST(dense_rows_keep_their_words)
{
    for (size_t i = 0; i < sizeof(ROW) / sizeof(ROW[0]); i++) {
        fab_run_row row = row_of(i);
        row.cells[FAB_RUN_EXPERTS] = "";
        const fab_run_experts got = fab_run_experts_of(&row);
        ck_assert(!got.is_graphed && got.believes_graphs);
        ck_assert(got.sums_in_bf16 == ROW[i].sums_in_bf16);
    }
}
END_TEST

/* over 16 H100 the small model takes HybridEP, over 8 it does not */
START_TEST(two_servers_are_one_group)
{
    fab_run_row row = row_of(8);
    row.cells[FAB_RUN_EP] = "16";
    ck_assert_str_eq(fab_run_experts_of(&row).dispatch, "per_domain");
    ck_assert_str_eq(fab_run_experts_of(&row).products, "looped");
    row.cells[FAB_RUN_EP] = "8";
    ck_assert_str_eq(fab_run_experts_of(&row).dispatch, "per_expert");
    ck_assert_str_eq(fab_run_experts_of(&row).products, "padded");
}
END_TEST

/* tables that write n/a, and what a name says of its model */
START_TEST(names_and_chunks)
{
    fab_run_row row = row_of(1);
    ck_assert(fab_run_has_no_chunks(&row));
    ck_assert_str_eq(fab_run_features(&row),
                     "bias: all, attention_sinks: true, clamped_experts: true");
    row.cells[FAB_RUN_VPP] = "4";
    ck_assert(!fab_run_has_no_chunks(&row));
    row = row_of(11);
    ck_assert(!fab_run_has_no_chunks(&row));
    ck_assert_str_eq(fab_run_features(&row), "qk_norm: true");
    row.cells[FAB_RUN_SOFTWARE] = "Megatron-DeepSpeed";
    ck_assert(fab_run_has_no_chunks(&row));
    row.cells[FAB_RUN_VPP] = "2";
    ck_assert(!fab_run_has_no_chunks(&row));
    row.cells[FAB_RUN_MODEL] = "Mixtral-8x7B";
    ck_assert_str_eq(fab_run_features(&row), "");
}
END_TEST

/* pairs of passes hide what DualPipe hides, whatever else a row says of overlap */
START_TEST(pairs)
{
    fab_run_row row = row_of(11);
    ck_assert_str_eq(fab_run_experts_of(&row).schedule, "auto");
    ck_assert_str_eq(fab_run_experts_of(&row).dispatch_precision, "bf16");
    row.cells[FAB_RUN_SOFTWARE] = "HAI-LLM";
    row.cells[FAB_RUN_OVERLAP] = "DualPipe: EP overlap on; as DeepEP; dispatch in FP8";
    const fab_run_experts got = fab_run_experts_of(&row);
    ck_assert_str_eq(got.schedule, "dualpipe");
    ck_assert_str_eq(got.dispatch, "per_domain");
    ck_assert_str_eq(got.dispatch_precision, "fp8");
    ck_assert_str_eq(got.products, "grouped");
    ck_assert_double_eq(got.overlap_frac, 0.0);
    ck_assert(fab_run_has_no_chunks(&row));
    row.cells[FAB_RUN_MODEL] = "DeepSeek-V3";
    ck_assert_str_eq(fab_run_features(&row), "router_groups: 8, groups_per_token: 4");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_experts");
    TCase *tests = tcase_create("run_experts");
    tcase_add_loop_test(tests, words_and_releases, 0, (int)(sizeof(ROW) / sizeof(ROW[0])));
    tcase_add_test(tests, dense_rows_keep_their_words);
    tcase_add_test(tests, two_servers_are_one_group);
    tcase_add_test(tests, names_and_chunks);
    tcase_add_test(tests, pairs);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "validate/run_software.h"

/* A row that says nothing but what is listed. */
static fab_run_row row_of(const char *software, const char *year, const char *overlap)
{
    fab_run_row row;
    for (int i = 0; i < FAB_RUN_COLUMN_COUNT; i++) {
        row.cells[i] = "";
    }
    row.cells[FAB_RUN_SOFTWARE] = software;
    row.cells[FAB_RUN_YEAR] = year;
    row.cells[FAB_RUN_OVERLAP] = overlap;
    return row;
}

/* what software keeps in memory */
static const struct {
    const char *software, *year;
    bool sums_in_bf16, gathers_loss, weights_inside;
} KEPT[] = {
    {"Aleph Alpha Scaling (1F1B pipeline)", "2023", true, true, false},
    {"Megatron-LM 23e00ed, TE 2.11", "2026", false, false, true},
    {"Megatron-Bridge", "2025", true, false, true},
    {"Megatron-LM", "2024", false, false, false},
    {"Megatron-DeepSpeed 1F1B", "2022", false, false, false},
    {"torchtitan", "2025", false, false, false},
    {"InternLM, FlashAttention", "2023", true, false, false},
    {"fms-fsdp, PyTorch FSDP", "2024", true, false, false},
    {"", "", false, false, false},
};

/* what tensor ranks gather as bytes: with Transformer Engine, or one scale for a tensor */
static const struct {
    const char *software, *precision;
    bool want;
} BYTES[] = {
    {"NeMo container 26.06 / Megatron-Bridge", "fp8 (current scaling)", true},
    {"NeMo container 26.06 / Megatron-Bridge", "mxfp8", true},
    {"NeMo container 26.06 / Megatron-Bridge", "nvfp4", false},
    {"Megatron-LM", "bf16", false},
    {"torchtitan 2025-06", "fp8 (tensorwise)", true},
    {"torchtitan 2025-06", "fp8 (rowwise)", false},
    {"MaxText", "fp8", false},
};

START_TEST(what_is_gathered_as_bytes)
{
    fab_run_row row = row_of(BYTES[_i].software, "2025", "");
    row.cells[FAB_RUN_PRECISION] = BYTES[_i].precision;
    ck_assert(fab_run_software_of(&row).gathers_tensor_fp8 == BYTES[_i].want);
}
END_TEST

START_TEST(what_is_kept)
{
    const fab_run_row row = row_of(KEPT[_i].software, KEPT[_i].year, "");
    const fab_run_software got = fab_run_software_of(&row);
    ck_assert(got.sums_in_bf16 == KEPT[_i].sums_in_bf16);
    ck_assert_str_eq(got.loss, KEPT[_i].gathers_loss ? "gathered" : "sharded");
    /* InternLM's sends all gradients as they are summed */
    ck_assert(got.sums_all == (KEPT[_i].gathers_loss || strstr(KEPT[_i].software, "Intern")));
    /* Aleph Alpha's library alone */
    ck_assert(got.sends_in_fp32 == KEPT[_i].gathers_loss);
    ck_assert(got.has_separate_gate == KEPT[_i].gathers_loss);
    ck_assert(got.keeps_gathered == KEPT[_i].gathers_loss);
    ck_assert(got.cuts_by_parameters == KEPT[_i].gathers_loss);
    ck_assert(got.reruns_ends == KEPT[_i].gathers_loss);
    ck_assert(got.transfers_in_turn ==
              (KEPT[_i].gathers_loss || strstr(KEPT[_i].software, "DeepSpeed") != NULL));
    ck_assert(got.weights_inside == KEPT[_i].weights_inside);
    ck_assert(got.has_fused_latents == (strncmp(KEPT[_i].software, "Megatron-LM", 11) != 0 &&
                                        strstr(KEPT[_i].software, "DeepSpeed") == NULL));
}
END_TEST

/* beside what products of gradients run: half hides on A100, or where recipes make room for it */
START_TEST(what_hides_beside_gradients)
{
    static const struct {
        const char *software, *gpu, *year;
        bool hides;
    } row[] = {
        {"Megatron-LM", "A100-80GB", "2022", true},
        {"Megatron-LM", "A100-80GB", "2021", false},
        {"Megatron-DeepSpeed 1F1B", "A100-80GB", "2022", false},
        {"Megatron-LM 23e00ed, TE 2.11", "B200", "2026", false},
        {"Megatron-Core 2025", "H100", "2025", false},
        {"NeMo container 26.06 / Megatron-Bridge", "B200", "2026", true},
        {"NeMo 24.07", "H100", "2024", true},
        {"torchtitan", "H100", "2025", false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        fab_run_row read = row_of(row[i].software, row[i].year, "");
        read.cells[FAB_RUN_GPU] = row[i].gpu;
        read.cells[FAB_RUN_TP] = "8";
        const double got = fab_run_software_of(&read).tensor_gradient_frac;
        ck_assert_msg(row[i].hides ? got > 0.5 : got <= 0.0, "row %zu: %g", i, got);
    }
}
END_TEST

/* where a row does not say: since 2022, not in DeepSpeed's fork; a row without a year is later */
START_TEST(which_split_sequences)
{
    static const struct {
        const char *software, *year;
        bool want;
    } row[] = {{"Megatron-LM", "2021", false},        {"Megatron-LM", "2022", true},
               {"Megatron-DeepSpeed", "2021", false}, {"Megatron-DeepSpeed", "2023", false},
               {"NeMo 24.07", "2024", true},          {"Megatron-LM", "", true}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const fab_run_row read = row_of(row[i].software, row[i].year, "");
        ck_assert_msg(fab_run_software_of(&read).splits_sequences == row[i].want, "row %zu", i);
    }
}
END_TEST

/* whether the loss is no number, and since 2025 whether it is infinite */
START_TEST(waits_for_losses)
{
    static const struct {
        const char *software, *year;
        int64_t want;
    } row[] = {
        {"Megatron-LM 23e00ed, TE 2.11", "2026", 2},
        {"Megatron-Core r0.8.0 (2024-07)", "2024", 1},
        {"Megatron-LM", "2022", 0},
        {"NeMo container 26.06 / Megatron-Bridge", "2026", 0},
        {"NeMo 24.12", "2025", 0},
        {"Megatron-DeepSpeed", "2024", 0},
        {"torchtitan", "2025", 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const fab_run_row read = row_of(row[i].software, row[i].year, "");
        ck_assert_msg(fab_run_software_of(&read).loss_checks == row[i].want, "row %zu", i);
    }
}
END_TEST

/* 2 to divide them by the replicas, 1 for their norm */
START_TEST(passes_over_gradients)
{
    static const struct {
        const char *software, *year, *packages, *tp, *pp;
        int64_t want;
    } row[] = {
        {"Megatron-LM 23e00ed, TE 2.11", "2026", "8", "2", "2", 3},
        {"Megatron-LM 23e00ed, TE 2.11", "2026", "8", "8", "1", 1},
        {"Megatron-LM 23e00ed, TE 2.11", "2026", "8", "4", "2", 1},
        {"Megatron-LM", "2021", "3072", "8", "64", 2},
        {"NeMo container 26.06 / Megatron-Bridge", "2026", "64", "4", "4", 0},
        {"NeMo 24.12", "2025", "64", "4", "4", 0},
        {"NeMo 24.07", "2024", "64", "4", "4", 0},
        {"Megatron-DeepSpeed 1F1B", "2022", "384", "8", "12", 0},
        {"torchtitan", "2025", "64", "8", "1", 0},
        {"", "", "8", "1", "1", 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        fab_run_row read = row_of(row[i].software, row[i].year, "");
        read.cells[FAB_RUN_GPUS] = row[i].packages;
        read.cells[FAB_RUN_TP] = row[i].tp;
        read.cells[FAB_RUN_PP] = row[i].pp;
        ck_assert_msg(fab_run_software_of(&read).gradient_passes == row[i].want, "row %zu", i);
    }
}
END_TEST

/* recipes of NeMo 1 by model; NeMo 2 fine-tunes in the same releases */
START_TEST(what_nemo_1_says)
{
    static const struct {
        const char *software, *model;
        bool sums_in_bf16, has_dropout;
        int64_t passes;
    } row[] = {
        {"NeMo 24.07", "GPT3-175B", true, true, 0},
        {"NeMo 24.07", "GPT3-20B", false, true, 0},
        {"NeMo 24.07", "Nemotron-340B", true, false, 0},
        {"NeMo 24.12", "Nemotron4-340B", true, false, 0},
        {"NeMo 24.12", "Nemotron4-15B", false, false, 0},
        {"NeMo 24.12", "Llama3.1-8B", false, false, 0},
        {"NeMo 24.12", "Llama3-8B SFT", false, false, 1},
        {"NeMo container 25.09", "GPT3-175B", false, false, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        fab_run_row read = row_of(row[i].software, "2025", "");
        read.cells[FAB_RUN_MODEL] = row[i].model;
        const fab_run_software got = fab_run_software_of(&read);
        ck_assert_msg(got.sums_in_bf16 == row[i].sums_in_bf16, "row %zu", i);
        ck_assert_msg(got.has_dropout == row[i].has_dropout, "row %zu", i);
        ck_assert_msg(got.gradient_passes == row[i].passes, "row %zu", i);
    }
}
END_TEST

/* ZeRO-3 of 2021 gathers parameter by parameter */
START_TEST(first_zero_3)
{
    const fab_run_row first = row_of("DeepSpeed ZeRO-3", "2021", "");
    const fab_run_row later = row_of("DeepSpeed ZeRO-3", "2022", "");
    const fab_run_row other = row_of("Megatron-DeepSpeed", "2021", "");
    ck_assert(fab_run_software_of(&first).sends_each_matrix);
    ck_assert(!fab_run_software_of(&later).sends_each_matrix);
    ck_assert(!fab_run_software_of(&other).sends_each_matrix);
}
END_TEST

/* number formats that a row names */
START_TEST(which_formats)
{
    const fab_run_row plain = row_of("HAI-LLM", "2024", "DualPipe");
    ck_assert_str_eq(fab_run_software_of(&plain).kept_inputs, "job");
    ck_assert_str_eq(fab_run_software_of(&plain).moments, "fp32");
    const fab_run_row row = row_of("HAI-LLM", "2024", "inputs kept in FP8; moments in BF16");
    ck_assert_str_eq(fab_run_software_of(&row).kept_inputs, "compact");
    ck_assert_str_eq(fab_run_software_of(&row).moments, "bf16");
}
END_TEST

/* what XLA makes of loops, and of weights that are converted before products */
START_TEST(loops_of_xla)
{
    static const struct {
        const char *software, *gpu;
        double hidden_frac;
        bool sums_in_bf16, runs_one;
    } row[] = {
        {"Paxml 24.11 (XLA), TE fused attention", "H100", 0.0, true, true},
        {"MaxText", "H100", 1.0, true, true},
        {"MaxText", "TPUv6e", 0.0, false, true},
        {"T5X on Pathways (XLA)", "TPUv4", 0.0, false, true},
        {"torchtitan", "H100", 1.0, false, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = row_of(row[i].software, "2024", "");
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        one.cells[FAB_RUN_SHARDING] = "FSDP (ZeRO-3)";
        const fab_run_software got = fab_run_software_of(&one);
        ck_assert_double_eq(got.data_overlap_frac, row[i].hidden_frac);
        ck_assert(got.sums_in_bf16 == row[i].sums_in_bf16);
        ck_assert(got.runs_one_microbatch == row[i].runs_one);
        ck_assert(!got.sends_each_matrix);
        one.cells[FAB_RUN_YEAR] = "2023";
        ck_assert(fab_run_software_of(&one).sends_each_matrix == (i == 0));
    }
}
END_TEST

/* scores that are written out may run again where a row does not say what does */
START_TEST(whether_scores_are_kept)
{
    static const struct {
        const char *software, *year, *recompute;
        bool want;
    } row[] = {
        {"Megatron-LM 285068c8", "2023", "", true}, {"Megatron-LM 285068c8", "2023", "none", false},
        {"Megatron-LM", "2021", "", false},         {"Megatron-LM", "2024", "", false},
        {"torchtitan", "2022", "", false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = row_of(row[i].software, row[i].year, "");
        one.cells[FAB_RUN_RECOMPUTE] = row[i].recompute;
        ck_assert_msg(fab_run_may_keep_scores(&one) == row[i].want, "row %zu", i);
    }
}
END_TEST

/* who keeps no softmax of the logits */
START_TEST(which_loss)
{
    static const struct {
        const char *software, *overlap, *model, *want;
    } row[] = {
        {"NeMo container 26.06 / Megatron-Bridge", "", "LLAMA3_70B", "in_place"},
        {"NeMo container 26.06 / Megatron-Bridge", "", "Qwen3_30B_a3B", "sharded"},
        {"NeMo 24.12", "", "LLAMA3-70B", "sharded"},
        {"torchtitan 2025-06, torch 2.8", "torch.compile", "LLAMA3-8B", "in_place"},
        {"torchtitan 2025-06, torch 2.8", "torch.eager", "LLAMA3-8B", "sharded"},
        {"torchtitan 2024-12", "torch.compile", "LLAMA3-8B", "sharded"},
        {"Aleph Alpha Scaling (1F1B pipeline)", "", "LLAMA 13B", "gathered"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        fab_run_row read = row_of(row[i].software, "2025", row[i].overlap);
        read.cells[FAB_RUN_MODEL] = row[i].model;
        ck_assert_str_eq(fab_run_software_of(&read).loss, row[i].want);
    }
}
END_TEST

/* whose kernels the attention core is */
START_TEST(which_attention)
{
    static const struct {
        const char *software, *year, *overlap, *attention;
    } row[] = {
        {"torchtitan 2024-12", "2024", "torch.compile", "fused_v2"},
        {"Aleph Alpha Scaling", "2023", "kernels: flash_attentionv1.0.8", "fused_v1"},
        {"Aleph Alpha Scaling", "2023", "kernels: torch", "unfused"},
        {"Megatron-LM 2021", "2021", "", "unfused"},
        {"Megatron-LM 285068c8", "2023", "", "unfused"},
        {"Megatron-LM 285068c8", "2023", "FlashAttention", "fused"},
        {"Megatron-LM", "2024", "", "fused"},
        {"NeMo", "2023", "", "fused"},
        {"Paxml (XLA)", "2023", "", "unfused"},
        {"Paxml (XLA), TE fused attention", "2023", "", "fused"},
        {"T5X on Pathways (XLA)", "2022", "", "unfused"},
        {"Megatron-Bridge", "2025", "", "fused"},
        {"fms-fsdp, PyTorch FSDP, SDPA Flash attention v2", "2024", "", "fused_v2"},
        {"InternLM, FlashAttention", "2023", "DP overlap", "fused_v1"},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const fab_run_row one = row_of(row[i].software, row[i].year, row[i].overlap);
        ck_assert_str_eq(fab_run_software_of(&one).attention, row[i].attention);
    }
}
END_TEST

/* FSDP2 converts its BF16 shards before it gathers them only when it is told to */
START_TEST(what_is_gathered)
{
    fab_run_row row = row_of("torchtitan", "2025", "");
    row.cells[FAB_RUN_SHARDING] = "FSDP2 (ZeRO-3)";
    ck_assert(!fab_run_software_of(&row).gathers_fp8);
    row.cells[FAB_RUN_SHARDING] = "FSDP2 (ZeRO-3), fp8 all-gather";
    ck_assert(fab_run_software_of(&row).gathers_fp8);
}
END_TEST

/* FSDP2 copies what messages bring, keeps what is gathered and stops what runs again early */
START_TEST(what_pytorch_does)
{
    static const struct {
        const char *software, *sharding;
        bool copies, skips, is_apart;
    } row[] = {
        {"torchtitan 2025-06", "FSDP2 (ZeRO-3)", true, true, false},
        {"KempnerForge, PyTorch FSDP2", "none", true, true, true},
        {"fms-fsdp, PyTorch FSDP", "FSDP (ZeRO-3)", false, true, false},
        {"MosaicML llm-foundry", "FSDP FULL_SHARD (ZeRO-3)", false, false, false},
        {"MaxText", "FSDP (ZeRO-3)", false, true, false},
        {"Megatron-LM", "ZeRO-1", false, false, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = row_of(row[i].software, "2025", "");
        one.cells[FAB_RUN_SHARDING] = row[i].sharding;
        const fab_run_software got = fab_run_software_of(&one);
        ck_assert_msg(got.copies_messages == row[i].copies, "row %zu", i);
        ck_assert_msg(got.keeps_gathered == row[i].copies, "row %zu", i);
        ck_assert_msg(got.skips_last == row[i].skips, "row %zu", i);
        ck_assert_msg(got.gathers_apart == row[i].is_apart, "row %zu", i);
        ck_assert_msg((got.server_loss_frac > 0.0) == (i < 4), "row %zu", i);
    }
}
END_TEST

/* whose gradients and parameters hide behind the passes */
START_TEST(what_data_ranks_hide)
{
    static const struct {
        const char *software, *year, *gpu;
        double want;
    } row[] = {
        {"torchtitan", "2025", "H100", 1.0},
        {"NeMo", "2024", "H100", 1.0},
        {"MaxText", "2025", "TPUv6e", 0.0},
        {"MaxText", "2025", "H100", 1.0},
        {"Megatron-LM", "2026", "B200", 0.0},
        {"", "2023", "H100", 0.0},
        {"", "2024", "H100", 1.0},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = row_of(row[i].software, row[i].year, "");
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        ck_assert_double_eq(fab_run_software_of(&one).data_overlap_frac, row[i].want);
        /* a layout alone says nothing of MaxText */
        one.cells[FAB_RUN_SHARDING] = "FSDP (sharding spec in script)";
        ck_assert(i != 2 || fab_run_software_of(&one).data_overlap_frac == 0.0);
    }
}
END_TEST

/* ranks that shard with each other, where a row says how many */
START_TEST(which_ranks_shard)
{
    fab_run_row row = row_of("Megatron-Bridge", "2026", "");
    row.cells[FAB_RUN_SHARDING] = "Megatron-FSDP ZeRO-3, shard group 64";
    ck_assert_int_eq(fab_run_shard_group(&row), 64);
    row.cells[FAB_RUN_SHARDING] = "FSDP (ZeRO-3)";
    ck_assert_int_eq(fab_run_shard_group(&row), 0);
}
END_TEST

/* layers whose activations the host keeps */
START_TEST(what_the_host_keeps)
{
    const fab_run_row some = row_of("Megatron-Bridge", "2026", "llama3.py; cpu_offload_layers 20");
    const fab_run_row none = row_of("llm-foundry", "2023", "activation CPU offload=False");
    ck_assert_int_eq(fab_run_offload_layers(&some), 20);
    ck_assert_int_eq(fab_run_offload_layers(&none), 0);
}
END_TEST

/* what runs again, from words; "moe": a model with experts, "mla" with latents, "mix" with dense
 * layers too */
static const struct {
    const char *text, *model, *want;
} AGAIN[] = {
    {"", "", "recompute: none"},
    {"none", "", "recompute: none"},
    {"not set", "moe", "recompute: none"},
    {"selective", "", "recompute: selective"},
    {"full", "", "recompute: full"},
    {"core_attn", "", "recompute: [core_attention]"},
    {"mla_up_proj", "moe mla", "recompute: [mla_up_proj]"},
    {"mla_up_proj", "moe", "recompute: none"},
    {"[\"moe_act\"]", "moe", "recompute: [moe_act]"},
    {"selective norm, act", "", "recompute: [layernorm, act]"},
    {"selective norm, act", "moe", "recompute: [layernorm, moe_act]"},
    {"active layers", "", "recompute: none"},
    {"mlp", "", "recompute: [mlp]"},
    {"mlp", "moe", "recompute: none"},
    {"mlp", "moe mix", "recompute: [mlp]"},
    {"op-level", "", "recompute: [layernorm, mlp], recompute_layers: 4"},
    {"op-level", "moe", "recompute: [layernorm], recompute_layers: 4"},
};

START_TEST(what_runs_again)
{
    fab_arena *arena = fab_arena_create(1 << 20);
    fab_run_row row = row_of("Megatron-LM", "2025", "");
    row.cells[FAB_RUN_RECOMPUTE] = AGAIN[_i].text;
    row.cells[FAB_RUN_EXPERTS] = strstr(AGAIN[_i].model, "moe") ? "64" : "";
    row.cells[FAB_RUN_FIRST_DENSE] = strstr(AGAIN[_i].model, "mix") ? "3" : "";
    row.cells[FAB_RUN_MLA] = strstr(AGAIN[_i].model, "mla") ? "q_lora=1536;kv_lora=512" : "";
    ck_assert_str_eq(fab_run_recompute(&row, 8, arena), AGAIN[_i].want);
    fab_arena_destroy(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_software");
    TCase *tests = tcase_create("run_software");
    tcase_add_loop_test(tests, what_is_kept, 0, (int)(sizeof(KEPT) / sizeof(KEPT[0])));
    tcase_add_loop_test(tests, what_is_gathered_as_bytes, 0,
                        (int)(sizeof(BYTES) / sizeof(BYTES[0])));
    tcase_add_test(tests, what_hides_beside_gradients);
    tcase_add_test(tests, which_split_sequences);
    tcase_add_test(tests, waits_for_losses);
    tcase_add_test(tests, passes_over_gradients);
    tcase_add_test(tests, what_nemo_1_says);
    tcase_add_test(tests, which_loss);
    tcase_add_test(tests, which_attention);
    tcase_add_test(tests, whether_scores_are_kept);
    tcase_add_test(tests, which_formats);
    tcase_add_test(tests, loops_of_xla);
    tcase_add_test(tests, first_zero_3);
    tcase_add_test(tests, what_is_gathered);
    tcase_add_test(tests, what_pytorch_does);
    tcase_add_test(tests, what_data_ranks_hide);
    tcase_add_test(tests, which_ranks_shard);
    tcase_add_test(tests, what_the_host_keeps);
    tcase_add_loop_test(tests, what_runs_again, 0, (int)(sizeof(AGAIN) / sizeof(AGAIN[0])));
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_software.h"

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
    fab_run_row row = software_row(BYTES[_i].software, "2025", "");
    row.cells[FAB_RUN_PRECISION] = BYTES[_i].precision;
    ck_assert(fab_run_software_of(&row).gathers_tensor_fp8 == BYTES[_i].want);
}
END_TEST

/* what Aleph Alpha's library does, and no other, but for what DeepSpeed's pipeline has, too */
START_TEST(what_libraries_do)
{
    static const struct {
        const char *software, *year;
        bool is_aleph_alpha, in_turn, weights_inside;
    } row[] = {
        {"Aleph Alpha Scaling (1F1B pipeline)", "2023", true, true, false},
        {"Megatron-LM 23e00ed, TE 2.11", "2026", false, false, true},
        {"Megatron-Bridge", "2025", false, false, true},
        {"Megatron-LM", "2024", false, false, false},
        {"Megatron-DeepSpeed 1F1B", "2022", false, true, false},
        {"torchtitan", "2025", false, false, false},
        {"InternLM, FlashAttention", "2023", false, false, false},
        {"", "", false, false, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const fab_run_row one = software_row(row[i].software, row[i].year, "");
        const fab_run_software got = fab_run_software_of(&one);
        ck_assert_msg(got.has_separate_gate == row[i].is_aleph_alpha, "row %zu", i);
        ck_assert_msg(got.keeps_gathered == row[i].is_aleph_alpha, "row %zu", i);
        ck_assert_msg(got.cuts_by_parameters == row[i].is_aleph_alpha, "row %zu", i);
        ck_assert_msg(got.reruns_ends == row[i].is_aleph_alpha, "row %zu", i);
        ck_assert_msg(got.transfers_in_turn == row[i].in_turn, "row %zu", i);
        ck_assert_msg(got.weights_inside == row[i].weights_inside, "row %zu", i);
        const bool is_megatron = strstr(row[i].software, "Megatron") != NULL;
        ck_assert_msg(got.has_scatter_gather == is_megatron, "row %zu", i);
        ck_assert_msg(got.shards_experts == is_megatron, "row %zu", i);
    }
}
END_TEST

/* whose steps take all sequences of a rank at once */
START_TEST(one_microbatch)
{
    static const struct {
        const char *software;
        bool want;
    } row[] = {{"Paxml (XLA)", true},
               {"MaxText", true},
               {"T5X on Pathways (XLA)", true},
               {"torchtitan", false}};
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const fab_run_row one = software_row(row[i].software, "2024", "");
        ck_assert_msg(fab_run_software_of(&one).runs_one_microbatch == row[i].want, "row %zu", i);
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
        const fab_run_row read = software_row(row[i].software, row[i].year, "");
        ck_assert_msg(fab_run_software_of(&read).splits_sequences == row[i].want, "row %zu", i);
    }
}
END_TEST

/* number formats that a row names */
START_TEST(which_formats)
{
    const fab_run_row plain = software_row("HAI-LLM", "2024", "DualPipe");
    ck_assert_str_eq(fab_run_software_of(&plain).kept_inputs, "job");
    ck_assert_str_eq(fab_run_software_of(&plain).moments, "fp32");
    const fab_run_row row = software_row("HAI-LLM", "2024", "inputs kept in FP8; moments in BF16");
    ck_assert_str_eq(fab_run_software_of(&row).kept_inputs, "compact");
    ck_assert_str_eq(fab_run_software_of(&row).moments, "bf16");
}
END_TEST

/* FSDP2 converts its BF16 shards before it gathers them only when it is told to */
START_TEST(what_is_gathered)
{
    fab_run_row row = software_row("torchtitan", "2025", "");
    row.cells[FAB_RUN_SHARDING] = "FSDP2 (ZeRO-3)";
    ck_assert(!fab_run_software_of(&row).gathers_fp8);
    row.cells[FAB_RUN_SHARDING] = "FSDP2 (ZeRO-3), fp8 all-gather";
    ck_assert(fab_run_software_of(&row).gathers_fp8);
}
END_TEST

/* FSDP2 copies what messages bring and keeps what is gathered */
START_TEST(what_pytorch_does)
{
    static const struct {
        const char *software, *sharding;
        bool copies, is_apart;
    } row[] = {
        {"torchtitan 2025-06", "FSDP2 (ZeRO-3)", true, false},
        {"KempnerForge, PyTorch FSDP2", "none", true, true},
        {"fms-fsdp, PyTorch FSDP", "FSDP (ZeRO-3)", false, false},
        {"MosaicML llm-foundry", "FSDP FULL_SHARD (ZeRO-3)", false, false},
        {"MaxText", "FSDP (ZeRO-3)", false, false},
        {"Megatron-LM", "ZeRO-1", false, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2025", "");
        one.cells[FAB_RUN_SHARDING] = row[i].sharding;
        const fab_run_software got = fab_run_software_of(&one);
        ck_assert_msg(got.copies_messages == row[i].copies, "row %zu", i);
        ck_assert_msg(got.keeps_gathered == row[i].copies, "row %zu", i);
        ck_assert_msg(got.gathers_apart == row[i].is_apart, "row %zu", i);
    }
}
END_TEST

/* ranks that shard with each other, where a row says how many */
START_TEST(which_ranks_shard)
{
    fab_run_row row = software_row("Megatron-Bridge", "2026", "");
    row.cells[FAB_RUN_SHARDING] = "Megatron-FSDP ZeRO-3, shard group 64";
    ck_assert_int_eq(fab_run_shard_group(&row), 64);
    row.cells[FAB_RUN_SHARDING] = "FSDP (ZeRO-3)";
    ck_assert_int_eq(fab_run_shard_group(&row), 0);
}
END_TEST

/* layers whose activations the host keeps */
START_TEST(what_the_host_keeps)
{
    const fab_run_row some =
        software_row("Megatron-Bridge", "2026", "llama3.py; cpu_offload_layers 20");
    const fab_run_row none = software_row("llm-foundry", "2023", "activation CPU offload=False");
    ck_assert_int_eq(fab_run_offload_layers(&some), 20);
    ck_assert_int_eq(fab_run_offload_layers(&none), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_software");
    TCase *tests = tcase_create("run_software");
    tcase_add_loop_test(tests, what_is_gathered_as_bytes, 0,
                        (int)(sizeof(BYTES) / sizeof(BYTES[0])));
    tcase_add_test(tests, what_libraries_do);
    tcase_add_test(tests, one_microbatch);
    tcase_add_test(tests, which_split_sequences);
    tcase_add_test(tests, which_formats);
    tcase_add_test(tests, what_is_gathered);
    tcase_add_test(tests, what_pytorch_does);
    tcase_add_test(tests, which_ranks_shard);
    tcase_add_test(tests, what_the_host_keeps);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_gradients.h"
#include "validate/run_kernels.h"

/* who sums up gradients in BF16, and who sends all of them */
START_TEST(what_is_summed)
{
    static const struct {
        const char *software, *year, *gpu;
        bool sums_in_bf16, sends_in_fp32, sums_all;
    } row[] = {
        {"Aleph Alpha Scaling (1F1B pipeline)", "2023", "A100-80GB", true, true, true},
        {"InternLM, FlashAttention", "2023", "A100-80GB", true, false, true},
        {"fms-fsdp, PyTorch FSDP", "2024", "A100-80GB", true, false, false},
        {"Megatron-Bridge", "2025", "H100", true, false, false},
        {"Megatron-LM 23e00ed, TE 2.11", "2026", "B200", false, false, false},
        {"Megatron-DeepSpeed 1F1B", "2022", "A100-80GB", false, false, false},
        {"torchtitan", "2025", "H100", false, false, false},
        {"Paxml 24.11 (XLA), TE fused attention", "2024", "H100", true, false, false},
        {"MaxText", "2024", "H100", true, false, false},
        {"MaxText", "2024", "TPUv6e", false, false, false},
        {"T5X on Pathways (XLA)", "2022", "TPUv4", false, false, false},
        {"", "", "H100", false, false, false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        fab_run_row read = software_row(row[i].software, row[i].year, "");
        read.cells[FAB_RUN_GPU] = row[i].gpu;
        const fab_run_gradients got = fab_run_gradients_of(&read);
        ck_assert_msg(got.sums_in_bf16 == row[i].sums_in_bf16, "row %zu", i);
        ck_assert_msg(got.sends_in_fp32 == row[i].sends_in_fp32, "row %zu", i);
        ck_assert_msg(got.sums_all == row[i].sums_all, "row %zu", i);
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
        const fab_run_row read = software_row(row[i].software, row[i].year, "");
        ck_assert_msg(fab_run_gradients_of(&read).loss_checks == row[i].want, "row %zu", i);
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
        fab_run_row read = software_row(row[i].software, row[i].year, "");
        read.cells[FAB_RUN_GPUS] = row[i].packages;
        read.cells[FAB_RUN_TP] = row[i].tp;
        read.cells[FAB_RUN_PP] = row[i].pp;
        ck_assert_msg(fab_run_gradients_of(&read).passes == row[i].want, "row %zu", i);
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
        fab_run_row read = software_row(row[i].software, "2025", "");
        read.cells[FAB_RUN_MODEL] = row[i].model;
        const fab_run_gradients got = fab_run_gradients_of(&read);
        ck_assert_msg(got.sums_in_bf16 == row[i].sums_in_bf16, "row %zu", i);
        ck_assert_msg(fab_run_kernels_of(&read).has_dropout == row[i].has_dropout, "row %zu", i);
        ck_assert_msg(got.passes == row[i].passes, "row %zu", i);
    }
}
END_TEST

/* the first ZeRO-3 gathers parameter by parameter, scripts of Paxml's first year join little */
START_TEST(which_send_each_matrix)
{
    static const struct {
        const char *software, *year;
        bool want;
    } row[] = {
        {"DeepSpeed ZeRO-3", "2021", true},
        {"DeepSpeed ZeRO-3", "2022", false},
        {"DeepSpeed ZeRO-3", "", false},
        {"Megatron-DeepSpeed", "2021", false},
        {"Paxml (XLA)", "2023", true},
        {"Paxml (XLA)", "2024", false},
        {"T5X on Pathways (XLA)", "2022", false},
        {"MaxText", "2023", false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const fab_run_row read = software_row(row[i].software, row[i].year, "");
        ck_assert_msg(fab_run_gradients_of(&read).sends_each_matrix == row[i].want, "row %zu", i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_gradients");
    TCase *tests = tcase_create("run_gradients");
    tcase_add_test(tests, what_is_summed);
    tcase_add_test(tests, waits_for_losses);
    tcase_add_test(tests, passes_over_gradients);
    tcase_add_test(tests, what_nemo_1_says);
    tcase_add_test(tests, which_send_each_matrix);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

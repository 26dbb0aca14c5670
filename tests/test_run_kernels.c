#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_kernels.h"

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
        const fab_run_row one = software_row(row[i].software, row[i].year, row[i].overlap);
        ck_assert_str_eq(fab_run_kernels_of(&one).attention, row[i].attention);
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
        fab_run_row read = software_row(row[i].software, "2025", row[i].overlap);
        read.cells[FAB_RUN_MODEL] = row[i].model;
        ck_assert_str_eq(fab_run_kernels_of(&read).loss, row[i].want);
    }
}
END_TEST

/* kernels of norms and gates, whether they are joined, and how the host issues them */
START_TEST(which_kernels)
{
    static const struct {
        const char *software, *year, *overlap, *elementwise;
        double launch_s;
        bool waits, has_fused_loss, has_fused_latents, has_dropout;
    } row[] = {
        {"Aleph Alpha Scaling", "2023", "kernels: torch", "eager", 85e-6, false, false, true,
         false},
        {"Aleph Alpha Scaling", "2023", "kernels: flash_attentionv2; RMS kernel", "fused_norms",
         85e-6, false, false, true, false},
        {"InternLM, FlashAttention", "2023", "", "fused_norms", 85e-6, false, false, true, false},
        {"torchtitan 2025-06", "2025", "torch.eager", "eager", 85e-6, false, true, true, false},
        {"torchtitan 2025-06", "2025", "torch.compile", "fused", 40e-6, false, true, true, false},
        {"MaxText", "2025", "", "fused", 40e-6, false, true, true, false},
        {"Paxml (XLA)", "2024", "", "fused", 40e-6, false, true, true, false},
        {"Megatron-LM", "2023", "", "fused", 85e-6, false, false, false, true},
        {"Megatron-LM", "2024", "CUDA_LAUNCH_BLOCKING", "fused", 85e-6, true, true, false, false},
        {"Megatron-Bridge", "2025", "cuda_graph", "fused", 0.0, false, true, true, false},
        {"", "2023", "", "fused", 85e-6, false, false, true, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const fab_run_row one = software_row(row[i].software, row[i].year, row[i].overlap);
        const fab_run_kernels got = fab_run_kernels_of(&one);
        ck_assert_str_eq(got.elementwise, row[i].elementwise);
        ck_assert_double_eq(got.launch_s, row[i].launch_s);
        ck_assert_msg(got.launch_waits == row[i].waits, "row %zu", i);
        ck_assert_msg(got.has_fused_loss == row[i].has_fused_loss, "row %zu", i);
        ck_assert_msg(got.has_fused_latents == row[i].has_fused_latents, "row %zu", i);
        ck_assert_msg(got.has_dropout == row[i].has_dropout, "row %zu", i);
    }
}
END_TEST

/* the formula counts masks whatever software a row names */
START_TEST(masks_of_the_formula)
{
    fab_run_row row = software_row("", "2022", "");
    ck_assert(!fab_run_kernels_of(&row).has_dropout);
    row.cells[FAB_RUN_MEASURE] = "memory_model";
    ck_assert(fab_run_kernels_of(&row).has_dropout);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_kernels");
    TCase *tests = tcase_create("run_kernels");
    tcase_add_test(tests, which_attention);
    tcase_add_test(tests, which_loss);
    tcase_add_test(tests, which_kernels);
    tcase_add_test(tests, masks_of_the_formula);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_overlap.h"

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
        fab_run_row read = software_row(row[i].software, row[i].year, "");
        read.cells[FAB_RUN_GPU] = row[i].gpu;
        read.cells[FAB_RUN_TP] = "8";
        const double got = fab_run_overlap_of(&read).tensor_gradients_frac;
        ck_assert_msg(row[i].hides ? got > 0.5 : got <= 0.0, "row %zu: %g", i, got);
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
        fab_run_row one = software_row(row[i].software, row[i].year, "");
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        ck_assert_double_eq(fab_run_overlap_of(&one).data_frac, row[i].want);
        /* a layout alone says nothing of MaxText */
        one.cells[FAB_RUN_SHARDING] = "FSDP (sharding spec in script)";
        ck_assert(i != 2 || fab_run_overlap_of(&one).data_frac == 0.0);
    }
}
END_TEST

/* loops of XLA wait for what they gather, unless they have two buffers */
START_TEST(loops_of_xla)
{
    static const struct {
        const char *software, *gpu;
        double hidden_frac;
    } row[] = {
        {"Paxml 24.11 (XLA), TE fused attention", "H100", 0.0},
        {"MaxText", "H100", 1.0},
        {"MaxText", "TPUv6e", 0.0},
        {"T5X on Pathways (XLA)", "TPUv4", 0.0},
        {"torchtitan", "H100", 1.0},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2024", "");
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        one.cells[FAB_RUN_SHARDING] = "FSDP (ZeRO-3)";
        ck_assert_double_eq(fab_run_overlap_of(&one).data_frac, row[i].hidden_frac);
    }
}
END_TEST

/* messages of PyTorch's FSDP slow what they hide behind */
START_TEST(who_loses_in_a_server)
{
    static const struct {
        const char *software, *sharding, *gpu;
        bool want;
    } row[] = {
        {"torchtitan 2025-06", "FSDP2 (ZeRO-3)", "H100", true},
        {"KempnerForge, PyTorch FSDP2", "none", "H200-4", true},
        {"fms-fsdp, PyTorch FSDP", "FSDP (ZeRO-3)", "A100-80GB", true},
        {"MosaicML llm-foundry", "FSDP FULL_SHARD (ZeRO-3)", "H100", true},
        {"MaxText", "FSDP (ZeRO-3)", "H100", false},
        {"Paxml (XLA)", "FSDP (ZeRO-3)", "H100", false},
        {"Megatron-Bridge", "Megatron-FSDP ZeRO-3", "GB200", false},
        {"PyTorch", "FSDP (ZeRO-3)", "TPUv5e", false},
        {"Megatron-LM", "ZeRO-1", "H100", false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2025", "");
        one.cells[FAB_RUN_SHARDING] = row[i].sharding;
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        const double got = fab_run_overlap_of(&one).server_loss_frac;
        ck_assert_msg((got > 0.0) == row[i].want, "row %zu: %g", i, got);
    }
}
END_TEST

/* pieces behind products: 0.4 of the gain, more of it with more ranks; nothing with one */
START_TEST(what_pieces_hide)
{
    static const struct {
        const char *software, *overlap, *ranks;
        double want;
    } row[] = {
        {"torchtitan", "AsyncTP", "8", 0.4 / 0.9 * 7.0 / 8.0},
        {"torchtitan", "AsyncTP", "2", 0.4 / 0.9 / 2.0},
        {"torchtitan", "AsyncTP", "1", 0.0},
        {"torchtitan", "", "8", 0.0},
        {"NeMo 24.07", "", "4", 0.4 / 0.9 * 3.0 / 4.0},
        {"Megatron-LM", "communication overlap flags on", "4", 0.4 / 0.9 * 3.0 / 4.0},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2024", row[i].overlap);
        one.cells[FAB_RUN_TP] = row[i].ranks;
        ck_assert_double_eq_tol(fab_run_overlap_of(&one).tensor_frac, row[i].want, 1e-12);
    }
}
END_TEST

/* transfers of interleaved stages, since 2024 */
START_TEST(what_stages_hide)
{
    fab_run_row row = software_row("Megatron-LM", "2024", "");
    ck_assert_double_eq(fab_run_overlap_of(&row).pipeline_frac, 0.0);
    row.cells[FAB_RUN_VPP] = "2";
    ck_assert_double_eq(fab_run_overlap_of(&row).pipeline_frac, 1.0);
    row.cells[FAB_RUN_YEAR] = "2023";
    ck_assert_double_eq(fab_run_overlap_of(&row).pipeline_frac, 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_overlap");
    TCase *tests = tcase_create("run_overlap");
    tcase_add_test(tests, what_hides_beside_gradients);
    tcase_add_test(tests, what_data_ranks_hide);
    tcase_add_test(tests, loops_of_xla);
    tcase_add_test(tests, who_loses_in_a_server);
    tcase_add_test(tests, what_pieces_hide);
    tcase_add_test(tests, what_stages_hide);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_framework.h"

/* the software of a row, all that it is */
START_TEST(which_software)
{
    static const struct {
        const char *software, *sharding;
        fab_framework is[4];
        size_t count;
    } row[] = {
        {"", "", {FAB_FRAMEWORK_MEGATRON}, 0},
        {"Megatron-LM 23e00ed, TE 2.11",
         "ZeRO-1",
         {FAB_FRAMEWORK_MEGATRON, FAB_FRAMEWORK_MEGATRON_LM},
         2},
        {"Megatron-DeepSpeed 1F1B", "ZeRO-1", {FAB_FRAMEWORK_MEGATRON, FAB_FRAMEWORK_DEEPSPEED}, 2},
        {"NeMo container 26.06 / Megatron-Bridge",
         "",
         {FAB_FRAMEWORK_MEGATRON, FAB_FRAMEWORK_NEMO, FAB_FRAMEWORK_BRIDGE},
         3},
        {"NVIDIA eos_n64_nemo", "", {FAB_FRAMEWORK_MEGATRON, FAB_FRAMEWORK_NEMO}, 2},
        {"Megatron-Bridge",
         "Megatron-FSDP ZeRO-3",
         {FAB_FRAMEWORK_MEGATRON, FAB_FRAMEWORK_BRIDGE, FAB_FRAMEWORK_FSDP},
         3},
        /* a layout is no software: words of others count in the columns of software alone */
        {"", "as Megatron-LM", {FAB_FRAMEWORK_MEGATRON}, 0},
        {"torchtitan 2025-06",
         "FSDP2 (ZeRO-3)",
         {FAB_FRAMEWORK_TORCHTITAN, FAB_FRAMEWORK_FSDP, FAB_FRAMEWORK_FSDP2},
         3},
        {"KempnerForge, PyTorch FSDP2",
         "none",
         {FAB_FRAMEWORK_KEMPNER_FORGE, FAB_FRAMEWORK_FSDP, FAB_FRAMEWORK_FSDP2},
         3},
        {"fms-fsdp, PyTorch FSDP", "", {FAB_FRAMEWORK_FMS, FAB_FRAMEWORK_FSDP}, 2},
        {"MosaicML llm-foundry", "", {FAB_FRAMEWORK_LLM_FOUNDRY}, 1},
        {"Google tpu-v5p-maxtext", "", {FAB_FRAMEWORK_JAX, FAB_FRAMEWORK_MAXTEXT}, 2},
        {"MaxText", "", {FAB_FRAMEWORK_JAX, FAB_FRAMEWORK_MAXTEXT}, 2},
        {"Paxml (XLA)", "", {FAB_FRAMEWORK_JAX, FAB_FRAMEWORK_PAXML}, 2},
        {"T5X on Pathways (XLA)", "", {FAB_FRAMEWORK_JAX, FAB_FRAMEWORK_T5X}, 2},
        {"Aleph Alpha Scaling", "", {FAB_FRAMEWORK_ALEPH_ALPHA}, 1},
        {"InternLM, FlashAttention", "", {FAB_FRAMEWORK_INTERNLM}, 1},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "", "");
        one.cells[FAB_RUN_SHARDING] = row[i].sharding;
        for (int f = 0; f < FAB_FRAMEWORK_COUNT; f++) {
            bool want = false;
            for (size_t k = 0; k < row[i].count; k++) {
                want = want || (int)row[i].is[k] == f;
            }
            ck_assert_msg(fab_run_is(&one, (fab_framework)f) == want, "row %zu: %d", i, f);
        }
        /* the column of overlap counts as that of software does, but for layouts */
        const fab_run_row beside = software_row("", "", row[i].software);
        ck_assert(row[i].count == 0 || fab_run_is(&beside, row[i].is[0]));
    }
}
END_TEST

/* sets that cut across frameworks */
START_TEST(which_kind)
{
    static const struct {
        const char *software, *overlap, *model;
        bool is_nemo_1, is_tuned, is_single;
    } row[] = {
        {"NeMo 24.07", "", "GPT3-175B", true, true, false},
        {"NeMo 24.12", "", "Llama3-8B SFT", false, true, false},
        {"NeMo container 25.09", "", "", false, true, false},
        {"Megatron-Bridge", "", "", false, true, false},
        {"Megatron-LM", "", "", false, false, false},
        {"Megatron-LM", "communication overlap flags on", "", false, true, false},
        {"Paxml (XLA)", "", "", false, false, true},
        {"T5X on Pathways (XLA)", "", "", false, false, true},
        {"MaxText", "", "", false, false, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "", row[i].overlap);
        one.cells[FAB_RUN_MODEL] = row[i].model;
        ck_assert_msg(fab_run_is_nemo_1(&one) == row[i].is_nemo_1, "row %zu", i);
        ck_assert_msg(fab_run_is_tuned(&one) == row[i].is_tuned, "row %zu", i);
        ck_assert_msg(fab_run_is_single_buffered(&one) == row[i].is_single, "row %zu", i);
    }
}
END_TEST

START_TEST(which_chip)
{
    fab_run_row row = empty_row();
    ck_assert(!fab_run_is_on_tpu(&row));
    row.cells[FAB_RUN_GPU] = "TPUv6e";
    ck_assert(fab_run_is_on_tpu(&row));
    row.cells[FAB_RUN_GPU] = "H100";
    ck_assert(!fab_run_is_on_tpu(&row));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_framework");
    TCase *tests = tcase_create("run_framework");
    tcase_add_test(tests, which_software);
    tcase_add_test(tests, which_kind);
    tcase_add_test(tests, which_chip);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

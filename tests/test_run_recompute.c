#include <check.h>
#include <string.h>

#include "run_all.h"
#include "run_rows.h"
#include "validate/run_recompute.h"

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
    fab_run_row row = software_row("Megatron-LM", "2025", "");
    row.cells[FAB_RUN_RECOMPUTE] = AGAIN[_i].text;
    row.cells[FAB_RUN_EXPERTS] = strstr(AGAIN[_i].model, "moe") ? "64" : "";
    row.cells[FAB_RUN_FIRST_DENSE] = strstr(AGAIN[_i].model, "mix") ? "3" : "";
    row.cells[FAB_RUN_MLA] = strstr(AGAIN[_i].model, "mla") ? "q_lora=1536;kv_lora=512" : "";
    ck_assert_str_eq(fab_run_recompute(&row, 8, arena), AGAIN[_i].want);
    fab_arena_destroy(arena);
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
        fab_run_row one = software_row(row[i].software, row[i].year, "");
        one.cells[FAB_RUN_RECOMPUTE] = row[i].recompute;
        ck_assert_msg(fab_run_may_keep_scores(&one) == row[i].want, "row %zu", i);
    }
}
END_TEST

/* PyTorch's checkpoints that stop early, and XLA, which sees both passes */
START_TEST(what_is_left_out)
{
    static const struct {
        const char *software, *sharding;
        bool want;
    } row[] = {
        {"torchtitan 2025-06", "FSDP2 (ZeRO-3)", true},
        {"KempnerForge, PyTorch FSDP2", "none", true},
        {"fms-fsdp, PyTorch FSDP", "FSDP (ZeRO-3)", true},
        {"MosaicML llm-foundry", "FSDP FULL_SHARD (ZeRO-3)", false},
        {"MaxText", "FSDP (ZeRO-3)", true},
        {"Megatron-LM", "ZeRO-1", false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2025", "");
        one.cells[FAB_RUN_SHARDING] = row[i].sharding;
        ck_assert_msg(fab_run_skips_last(&one) == row[i].want, "row %zu", i);
    }
}
END_TEST

/* MaxText's recipe where a model has one on this chip, else its default; a row that says wins */
START_TEST(what_a_script_says)
{
    static const struct {
        const char *software, *gpu, *model, *recompute, *recipe;
        bool is_full;
    } row[] = {
        {"MaxText", "TPUv6e", "Llama2-70B", "", "layernorm, core_attention, mlp", false},
        {"MaxText", "TPUv6e", "Llama2-70B", "remat policy (see script)",
         "layernorm, core_attention, mlp", false},
        {"MaxText", "TPUv6e", "Llama2-70B", "none", NULL, false},
        {"MaxText", "TPUv5p", "Llama2-70B", "", NULL, true},
        {"MaxText", "TPUv6e", "GPT3-175B", "", NULL, true},
        {"torchtitan", "TPUv6e", "Llama2-70B", "", NULL, false},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fab_run_row one = software_row(row[i].software, "2025", "");
        one.cells[FAB_RUN_GPU] = row[i].gpu;
        one.cells[FAB_RUN_MODEL] = row[i].model;
        one.cells[FAB_RUN_RECOMPUTE] = row[i].recompute;
        ck_assert_pstr_eq(fab_run_recipe(&one), row[i].recipe);
        ck_assert_msg(fab_run_assumes_full(&one) == row[i].is_full, "row %zu", i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_recompute");
    TCase *tests = tcase_create("run_recompute");
    tcase_add_loop_test(tests, what_runs_again, 0, (int)(sizeof(AGAIN) / sizeof(AGAIN[0])));
    tcase_add_test(tests, whether_scores_are_kept);
    tcase_add_test(tests, what_is_left_out);
    tcase_add_test(tests, what_a_script_says);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

#include "operators_fixture.h"

#include <string.h>

/* What the software of experts changes in the layer with experts: bytes forward and backward,
 * operators that the host issues, kernels. R h = 192, R f_e = 96, T1 h k = 128, a token goes to
 * 2 (1 - C(2, 2) / C(4, 2)) = 5 / 3 of two ranks. */
typedef struct expert_row {
    const char *name;
    double forward, backward, issued, kernels;
} expert_row;

static const fab_operator *moe_operator(const fab_workload *w, const char *name)
{
    const fab_block *block = &w->blocks[FAB_BLOCK_MOE_LAYER];
    for (size_t i = 0; i < block->operator_count; i++) {
        if (strcmp(block->operators[i].name, name) == 0) {
            return &block->operators[i];
        }
    }
    return NULL;
}

static void assert_experts(const fab_scenario *scenario, const expert_row *rows, size_t count)
{
    const fab_workload w = small_workload(scenario);
    for (size_t i = 0; i < count; i++) {
        const fab_operator *got = moe_operator(&w, rows[i].name);
        ck_assert_msg(got != NULL, "%s", rows[i].name);
        ck_assert_double_eq_tol(got->forward.byte, rows[i].forward, 1e-9);
        ck_assert_double_eq_tol(got->backward.byte, rows[i].backward, 1e-9);
        ck_assert_double_eq(got->issued_count, rows[i].issued);
        ck_assert_double_eq(got->forward.kernel_count, rows[i].kernels);
        ck_assert_double_eq(got->weight.kernel_count,
                            got->kind == FAB_OPERATOR_GEMM ? rows[i].kernels : 0.0);
    }
}

/* a loop over two experts: a kernel each, three with FP8, where rows may be copied to blocks */
START_TEST(loops_issue_each_expert)
{
    fab_scenario scenario = small_scenario();
    static const expert_row BF16[] = {{"top-k and index", 384, 384, 1, 6},
                                      {"experts in", 1792, 1792, 2, 2},
                                      {"experts out", 1088, 1088, 2, 2}};
    assert_experts(&scenario, BF16, FAB_TABLE_SIZE(BF16));
    scenario.assumptions.experts = FAB_EXPERTS_PADDED;
    assert_experts(&scenario, BF16, FAB_TABLE_SIZE(BF16));
    const fab_workload unpadded = small_workload(&scenario);
    ck_assert(moe_operator(&unpadded, "pad and unpad") == NULL);
    scenario.job.precision = FAB_PRECISION_FP8;
    static const expert_row FP8[] = {{"experts in", 1088, 1088, 2, 6},
                                     {"pad and unpad", 8 * 192, 8 * 192, 1, 0},
                                     {"experts out", 736, 640, 2, 6}};
    assert_experts(&scenario, FP8, FAB_TABLE_SIZE(FP8));
    scenario.job.precision = FAB_PRECISION_NVFP4;
    const fab_workload narrow = small_workload(&scenario);
    ck_assert_double_eq_tol(moe_operator(&narrow, "pad and unpad")->forward.byte, 8 * 192, 1e-9);
    scenario.assumptions.experts = FAB_EXPERTS_LOOPED;
    const fab_workload looped = small_workload(&scenario);
    ck_assert(moe_operator(&looped, "pad and unpad") == NULL);
}
END_TEST

/* one kernel: issued once; fused it also writes the gated result, 2 / 8 bytes an element, and
 * converts what leaves: 96 inputs and 192 gradients less to quantise */
START_TEST(grouped_experts_are_one_kernel)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.experts = FAB_EXPERTS_GROUPED;
    static const expert_row GROUPED[] = {{"experts in", 1792, 1792, 1, 0},
                                         {"expert activation", 576, 960, 1, 0}};
    assert_experts(&scenario, GROUPED, FAB_TABLE_SIZE(GROUPED));
    scenario.assumptions.experts = FAB_EXPERTS_FUSED;
    static const expert_row FUSED[] = {{"experts in", 1792, 1792, 1, 0},
                                       {"expert activation", 192, 768, 1, 0}};
    assert_experts(&scenario, FUSED, FAB_TABLE_SIZE(FUSED));
    scenario.job.precision = FAB_PRECISION_FP8;
    const fab_workload w = small_workload(&scenario);
    const fab_operator *quantise = moe_operator(&w, "quantise");
    ck_assert_double_eq_tol(quantise->forward.byte, 4.0 * (192 + 288 + 160 - 96), 1e-9);
    ck_assert_double_eq_tol(quantise->backward.byte, 4.0 * (256 + 384 + 192 - 192), 1e-9);
}
END_TEST

/* biases: 28 / 40 bytes for each of R h, 2 for gradients of R 2 f_e; one kernel moves 4 both ways
 */
START_TEST(expert_biases_are_added)
{
    fab_scenario scenario = small_scenario();
    scenario.model.bias = FAB_BIAS_ALL;
    static const expert_row LOOPED[] = {{"expert biases", 28 * 192, 40 * 192 + 2 * 192, 2, 4}};
    assert_experts(&scenario, LOOPED, 1);
    scenario.assumptions.experts = FAB_EXPERTS_GROUPED;
    static const expert_row GROUPED[] = {{"expert biases", 4 * 192, 4 * 192 + 2 * 192, 1, 0}};
    assert_experts(&scenario, GROUPED, 1);
    scenario.model.bias = FAB_BIAS_QKV;
    const fab_workload w = small_workload(&scenario);
    ck_assert(moe_operator(&w, "expert biases") == NULL);
}
END_TEST

/* limits before a gate of R f_e = 96: 16 / 20 bytes more, three kernels more; one fused kernel or
 * one for all experts applies them itself */
START_TEST(limits_run_before_the_gate)
{
    fab_scenario scenario = small_scenario();
    scenario.model.has_clamped_experts = true;
    static const expert_row LOOPED[] = {{"expert activation", (6 + 16) * 96, (10 + 20) * 96, 4, 4}};
    assert_experts(&scenario, LOOPED, 1);
    scenario.assumptions.experts = FAB_EXPERTS_GROUPED;
    static const expert_row GROUPED[] = {{"expert activation", 6 * 96, 10 * 96, 1, 0}};
    assert_experts(&scenario, GROUPED, 1);
    scenario.assumptions.experts = FAB_EXPERTS_FUSED;
    static const expert_row FUSED[] = {{"expert activation", 2 * 96, 8 * 96, 1, 0}};
    assert_experts(&scenario, FUSED, 1);
}
END_TEST

/* Copies for each expert are laid out before they are sent, and added up after: by index 20 bytes
 * more for each of T1 k h. One vector for a rank or domain arrives 5 / 6 as often as a copy. */
START_TEST(permutations_follow_the_dispatch)
{
    fab_scenario scenario = small_scenario();
    scenario.assumptions.permutation = FAB_PERMUTATION_INDEXED;
    static const expert_row INDEXED[] = {{"permute to send", 384, 384 + 20 * 128, 1, 0},
                                         {"permute", 768, 768, 1, 0},
                                         {"unpermute", 768, 768, 1, 0},
                                         {"weighted sum", 384 + 20 * 128, 384, 1, 0}};
    assert_experts(&scenario, INDEXED, FAB_TABLE_SIZE(INDEXED));
    static const int ONCE[] = {FAB_DISPATCH_PER_RANK, FAB_DISPATCH_PER_DOMAIN};
    for (size_t i = 0; i < FAB_TABLE_SIZE(ONCE); i++) {
        scenario.assumptions.dispatch = ONCE[i];
        static const expert_row DEALT[] = {{"permute", 2 * (160 + 192), 2 * (160 + 192), 1, 0},
                                           {"unpermute", 2 * (160 + 192), 2 * (160 + 192), 1, 0}};
        assert_experts(&scenario, DEALT, FAB_TABLE_SIZE(DEALT));
        const fab_workload w = small_workload(&scenario);
        ck_assert(moe_operator(&w, "permute to send") == NULL);
        ck_assert(moe_operator(&w, "weighted sum") == NULL);
    }
}
END_TEST

/* rows of the busiest rank grow with the load, and its products with them */
START_TEST(load_multiplies_expert_rows)
{
    const fab_scenario scenario = small_scenario();
    fab_workload w = {.tokens_count = 8, .shard_tokens_count = 4, .routed_rows_count = 24};
    fab_workload_operators(&scenario, &w);
    ck_assert_double_eq_tol(w.blocks[FAB_BLOCK_MOE_LAYER].operators[11].forward.flop, 2.0 * 6144,
                            1e-9);
}
END_TEST

/* 4 / 6 bytes for each of T (2 + 1) d = 96 elements of queries and keys */
START_TEST(queries_and_keys_are_normalised)
{
    fab_scenario scenario = small_scenario();
    scenario.model.has_qk_norm = true;
    static const expert_row NORMS[] = {{"query and key norms", 4 * 96, 6 * 96, 1, 0}};
    assert_experts(&scenario, NORMS, 1);
}
END_TEST

/* MLA: rotary parts of 2 heads and a shared key, 4 T 3 dr; a head's key of 4 + 2 from latents of 4,
 * and its value of 4: 2 T 2 (2 x 4 + 2 + 2 x 4) */
START_TEST(latent_keys_and_values_are_taken_apart)
{
    fab_scenario scenario = small_scenario();
    scenario.model.attention = FAB_ATTENTION_MLA;
    scenario.model.kv_rank = 8;
    scenario.model.qk_nope_dim = 4;
    scenario.model.qk_rope_dim = 2;
    scenario.model.v_dim = 4;
    const double byte = 4 * 8 * 3 * 2 + 2 * 8 * 2 * (2 * 4 + 2 + 2 * 4);
    const expert_row rotary[] = {{"rotary, query and key", byte, byte, 1, 0}};
    assert_experts(&scenario, rotary, 1);

    /* step by step 12 and 17 times the 3 x 2 that turn; of 2 heads queries of 4 + 2 joined, keys
     * of 4 + 2 made of 4, values of 4 copied: 12 + 10 + 8; backward queries joined, gradients of
     * both parts of 4 + 4 joined, of the shared key's part summed: 12 + 16 + 2 */
    scenario.assumptions.has_fused_latents = false;
    const expert_row steps[] = {{"rotary, query and key", 2 * 8 * (12 * 6 + 2 * (12 + 10 + 8)),
                                 2 * 8 * (17 * 6 + 2 * (12 + 16 + 2)), 1, 15}};
    assert_experts(&scenario, steps, 1);
    const fab_workload w = small_workload(&scenario);
    ck_assert_double_eq(moe_operator(&w, "rotary, query and key")->backward.kernel_count, 21.0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("expert_operators");
    tcase_add_test(tests, loops_issue_each_expert);
    tcase_add_test(tests, grouped_experts_are_one_kernel);
    tcase_add_test(tests, expert_biases_are_added);
    tcase_add_test(tests, limits_run_before_the_gate);
    tcase_add_test(tests, permutations_follow_the_dispatch);
    tcase_add_test(tests, load_multiplies_expert_rows);
    tcase_add_test(tests, queries_and_keys_are_normalised);
    tcase_add_test(tests, latent_keys_and_values_are_taken_apart);
    return run_suite("expert_operators", tests);
}

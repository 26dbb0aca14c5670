#include <check.h>
#include <math.h>

#include <fabricast/transformer.h>

#include "model_rows.h"
#include "run_all.h"

static double total_byte(fab_activation_bytes bytes)
{
    return bytes.sharded_byte + bytes.routed_byte + bytes.whole_byte;
}

static fab_activation_bytes kept_bytes(const fab_model *model, bool is_moe, int64_t tensor,
                                       int64_t expert_tensor, double element_byte)
{
    const fab_activation_rule rule = {.tensor_ranks = tensor,
                                      .expert_tensor_ranks = expert_tensor,
                                      .sequence = 2048,
                                      .element_byte = element_byte,
                                      .is_sequence_parallel = true};
    return fab_model_activation_bytes(model, is_moe, &rule);
}

/* golden numbers are of the last layer in bf16, without the output of the routed experts */
START_TEST(rows_agree)
{
    const model_row *row = &MODEL_ROWS[_i];
    const fab_model *model = &row->model;
    const bool is_moe = model->layers > model->dense_layers;
    const int64_t output = is_moe ? 2 * model->experts_per_token * model->hidden : 0;
    const fab_activation_bytes bytes = kept_bytes(model, is_moe, 1, 1, 2.0);
    ck_assert_msg(total_byte(bytes) == row->activation_byte + (double)output, "%s: %g", model->name,
                  total_byte(bytes));
}
END_TEST

/* the sum of a layer's tensors, each as listed in docs/models-transformer.md */
START_TEST(deepseek_v3_moe_layer)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes bytes = kept_bytes(model, true, 1, 1, 2.0);
    ck_assert_double_eq(total_byte(bytes), 573056.0);
    ck_assert_double_eq(bytes.routed_byte, 8.0 * (2.0 * 2.0 * 7168.0 + 2.0 * 3.0 * 2048.0));
}
END_TEST

START_TEST(deepseek_v3_dense_layer)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes bytes = kept_bytes(model, false, 1, 1, 2.0);
    const double attention = 4.0 * 1536.0 + 4.0 * 512.0 + 2.0 * 64.0 +
                             128.0 * (4.0 * 192.0 + 2.0 * 128.0) + 128.0 * (2.0 * 128.0 + 4.0);
    ck_assert_double_eq(bytes.routed_byte, 0.0);
    ck_assert_double_eq(bytes.sharded_byte, 8.0 * 7168.0 + attention + 6.0 * 18432.0);
}
END_TEST

/* Korthikanti et al. 2022, table 2: 34 s b h / t with selective recomputation. That counts two
 * dropout masks of one byte and leaves out the softmax statistics of fused attention */
START_TEST(gpt3_with_dropout)
{
    const fab_model *model = &model_row_named("gpt3-175b")->model;
    const double h = (double)model->hidden;
    const double masks = 2.0 * h;
    const double statistics = 4.0 * (double)model->heads;
    const fab_activation_bytes bytes = kept_bytes(model, false, 8, 1, 2.0);
    ck_assert_double_eq(total_byte(bytes) + masks - statistics, 34.0 * h);

    const double layer = (total_byte(bytes) + masks - statistics) * 2048.0 / 8.0;
    ck_assert_double_eq_tol(layer, 107e6, 0.5e6);
}
END_TEST

/* with more ranks than key and value heads each rank keeps a whole head */
START_TEST(copied_heads)
{
    const fab_model *model = &model_row_named("llama3-70b")->model;
    const double at_1 = total_byte(kept_bytes(model, false, 1, 1, 2.0));
    const double at_8 = total_byte(kept_bytes(model, false, 8, 1, 2.0));
    const double at_32 = total_byte(kept_bytes(model, false, 32, 1, 2.0));
    ck_assert_double_eq(at_8, at_1);
    ck_assert_double_eq(at_32 - at_8, 2.0 * 2.0 * (32.0 - 8.0) * 128.0);

    /* the latents of MLA have no heads to copy */
    const fab_model *latent = &model_row_named("deepseek-v3")->model;
    ck_assert_double_eq(total_byte(kept_bytes(latent, true, 256, 1, 2.0)), 573056.0);
}
END_TEST

/* ranks that share an expert keep the gathered input each, a part of everything else */
START_TEST(gathered_inputs)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes one = kept_bytes(model, true, 1, 1, 2.0);
    const fab_activation_bytes four = kept_bytes(model, true, 1, 4, 2.0);
    ck_assert_double_eq(four.sharded_byte, one.sharded_byte);
    ck_assert_double_eq(four.routed_byte - one.routed_byte, 3.0 * 8.0 * 2.0 * 7168.0);
}
END_TEST

/* only what is kept in single precision does not scale with the size of an element */
START_TEST(element_size)
{
    const fab_model model = model_random((uint64_t)_i);
    for (int is_moe = 0; is_moe <= (model.experts > 0 ? 1 : 0); is_moe++) {
        const fab_activation_bytes one = kept_bytes(&model, is_moe, 1, 1, 1.0);
        const fab_activation_bytes two = kept_bytes(&model, is_moe, 1, 1, 2.0);
        const double fixed = 4.0 * (double)model.heads + 12.0 * (double)(is_moe * model.experts);
        ck_assert_double_eq(two.routed_byte, 2.0 * one.routed_byte);
        ck_assert_double_eq(two.sharded_byte - fixed, 2.0 * (one.sharded_byte - fixed));
        ck_assert((two.routed_byte > 0.0) == (is_moe == 1));
    }
}
END_TEST

/* Korthikanti et al. 2022, table 2, bytes a token of a GPT layer with dropout, less the statistics
 * of a fused core: s = 2048, h = 12288, a = 96, t = 8. Without dropout two masks of h and 3 a s go.
 */
#define H 12288.0
#define A 96.0
#define S 2048.0
static const struct {
    const char *what;
    bool is_sequence_parallel, is_unfused, has_dropout;
    int recomputed;
    double want;
} GPT3[] = {
    {"tensor alone", false, true, true, 0, 10 * H + (24 * H + 5 * A * S) / 8},
    {"tensor and sequence", true, true, true, 0, (34 * H + 5 * A * S) / 8},
    {"tensor, selective", false, true, true, FAB_PART_CORE_ATTENTION, 10 * H + 24 * H / 8},
    {"tensor and sequence, selective", true, true, true, FAB_PART_CORE_ATTENTION, 34 * H / 8},
    {"full", false, true, true, FAB_PART_LAYER, 2 * H},
    {"full, sharded", true, true, true, FAB_PART_LAYER, 2 * H / 8},
    {"no dropout", true, true, false, 0, (32 * H + 2 * A * S) / 8},
    {"fused", true, false, true, 0, (34 * H + 4 * A) / 8},
    {"fused, core again", true, false, true, FAB_PART_CORE_ATTENTION, 34 * H / 8},
    {"norms", true, false, false, FAB_PART_NORMS, (28 * H + 4 * A) / 8},
    {"activation", true, false, false, FAB_PART_ACTIVATION, (24 * H + 4 * A) / 8},
    {"feed-forward", true, false, false, FAB_PART_FEED_FORWARD, (16 * H + 4 * A) / 8},
    {"of experts alone", true, false, false,
     FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS | FAB_PART_EXPERT_ACTIVATION | FAB_PART_LATENTS,
     (32 * H + 4 * A) / 8},
};

START_TEST(gpt3_as_published)
{
    const fab_model *model = &model_row_named("gpt3-175b")->model;
    const fab_activation_rule rule = {.tensor_ranks = 8,
                                      .expert_tensor_ranks = 1,
                                      .sequence = 2048,
                                      .element_byte = 2.0,
                                      .recomputed = GPT3[_i].recomputed,
                                      .is_sequence_parallel = GPT3[_i].is_sequence_parallel,
                                      .is_unfused = GPT3[_i].is_unfused,
                                      .has_dropout = GPT3[_i].has_dropout};
    const fab_activation_bytes b = fab_model_activation_bytes(model, false, &rule);
    ck_assert_msg((b.whole_byte > 0.0) == !rule.is_sequence_parallel, "%s", GPT3[_i].what);
    ck_assert_double_eq_tol(b.whole_byte + b.sharded_byte / 8, GPT3[_i].want, 1e-6);
}
END_TEST

/* what each part of an expert layer of DeepSeek-V3 keeps, bytes a token: both norms' outputs; up to
 * queries, keys and values; activations of 8 routed experts and of the shared one; the shared one;
 * all experts with their router; all but the input */
static const struct {
    int recomputed;
    double less;
} PARTS[] = {
    {FAB_PART_NORMS, 4 * 7168},
    {FAB_PART_LATENTS, 131072 + 2 * (1536 + 512)},
    {FAB_PART_EXPERT_ACTIVATION, 8 * 2 * 2048},
    {FAB_PART_ACTIVATION, 2 * 2048},
    {FAB_PART_SHARED_EXPERTS, 6 * 2048},
    {FAB_PART_EXPERTS, 12 * 256 + 6 * 2048 + 8 * (4 * 7168 + 6 * 2048)},
    {FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS | FAB_PART_EXPERT_ACTIVATION,
     12 * 256 + 6 * 2048 + 8 * (4 * 7168 + 6 * 2048)},
    {FAB_PART_FEED_FORWARD, 0},
    {FAB_PART_LAYER, 573056 - 2 * 7168},
};

START_TEST(parts_of_deepseek_v3)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_rule rule = {.tensor_ranks = 1,
                                      .expert_tensor_ranks = 1,
                                      .sequence = 4096,
                                      .element_byte = 2.0,
                                      .recomputed = PARTS[_i].recomputed,
                                      .is_sequence_parallel = true};
    ck_assert_double_eq_tol(total_byte(fab_model_activation_bytes(model, true, &rule)),
                            573056 - PARTS[_i].less, 1e-6);
}
END_TEST

/* FP8 inputs of products, bytes a token less than in BF16: the first norm's outputs (the router
 * takes the second's in BF16), normed latents, 8 experts' inputs and activations, the shared one's
 * activation; one more byte of attention's output
 */
START_TEST(inputs_in_fp8)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_rule rule = {.tensor_ranks = 1,
                                      .expert_tensor_ranks = 1,
                                      .element_byte = 2.0,
                                      .input_byte = 1.0,
                                      .is_sequence_parallel = true};
    const double less = 7168 + 1536 + 512 + 8 * (7168 + 2048) + 2048 - 128 * 128;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)), 573056 - less);
}
END_TEST

/* DeepSeek-V3 as it was trained: beside its norms, latents' projections and activations run again,
 * it keeps what enters the activations of 8 + 1 experts in FP8 and the output of attention once in
 * 12 bits. Kept: two residuals, the router's input is made again, 2112 elements of latents, softmax
 * statistics, scores of the router, inputs of 8 experts; their outputs are weighted inside */
START_TEST(deepseek_as_trained)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_rule rule = {
        .tensor_ranks = 1,
        .expert_tensor_ranks = 1,
        .element_byte = 2.0,
        .input_byte = 1.0,
        .gate_byte = 1.0,
        .output_byte = 1.5,
        .recomputed = (int)FAB_PART_NORMS | (int)FAB_PART_LATENTS | (int)FAB_PART_EXPERT_ACTIVATION,
        .is_sequence_parallel = true,
        .keeps_no_expert_outputs = true,
    };
    const double residuals = 2 * 2.0 * 7168, latents = 2.0 * (1536 + 512 + 64);
    const double core = 4.0 * 128 + 1.5 * 128 * 128, router = 12.0 * 256;
    const double experts = 8 * (7168 + 2 * 2048), shared = 2 * 2048 + 2048;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)),
                        residuals + latents + core + router + experts + shared);
}
END_TEST

/* steps that are not fused: 4 h and 2 h more for each norm, the function's values of a gated block;
 * experts weighted inside keep no outputs (26.3 GB of 56 layers x 4,096 tokens, arXiv 2603.07685)
 */
START_TEST(what_software_keeps)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    fab_activation_rule rule = {.tensor_ranks = 1,
                                .expert_tensor_ranks = 1,
                                .sequence = 4096,
                                .element_byte = 2.0,
                                .is_sequence_parallel = true,
                                .keeps_no_expert_outputs = true};
    const double inside = total_byte(fab_model_activation_bytes(model, true, &rule));
    ck_assert_double_eq(573056 - inside, 2.0 * 8 * 7168);
    ck_assert_double_eq_tol((573056 - inside) * 56 * 4096, 26.3e9, 0.05e9);
    rule.has_unfused_norms = true;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)),
                        inside + 2 * 6.0 * 7168);
    rule.recomputed = FAB_PART_NORMS;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)),
                        inside - 2 * 2.0 * 7168);
    rule.recomputed = 0;
    rule.has_unfused_norms = false;
    rule.has_unfused_activations = true;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)),
                        inside + 2.0 * 9 * 2048);
    fab_model limited = *model;
    limited.has_clamped_experts = true;
    rule.has_unfused_activations = false;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(&limited, true, &rule)), inside);
    rule.keeps_unlimited = true;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(&limited, true, &rule)),
                        inside + 2 * 2.0 * 8 * 2048);
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(model, true, &rule)), inside);
    rule.has_unfused_activations = true;
    rule.keeps_unlimited = false;
    fab_model plain = *model;
    plain.is_gated = false;
    const double with = total_byte(fab_model_activation_bytes(&plain, true, &rule));
    rule.has_unfused_activations = false;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(&plain, true, &rule)), with);
}
END_TEST

/* more that runs again never keeps more, and the whole layer keeps its input */
START_TEST(more_recomputed_keeps_less)
{
    const fab_model model = model_random((uint64_t)_i);
    fab_activation_rule rule = {.tensor_ranks = 1 + _i % 2,
                                .expert_tensor_ranks = 1,
                                .sequence = 64,
                                .element_byte = 2.0,
                                .is_sequence_parallel = _i % 3 == 0,
                                .is_unfused = _i % 5 == 0,
                                .has_dropout = _i % 7 == 0};
    for (int is_moe = 0; is_moe <= (model.experts > 0 ? 1 : 0); is_moe++) {
        rule.recomputed = 0;
        const double all = total_byte(fab_model_activation_bytes(&model, is_moe, &rule));
        double before = all;
        for (int part = FAB_PART_LAYER_BIT + 1; part < FAB_LAYER_PART_COUNT; part++) {
            rule.recomputed |= 1 << part;
            const double now = total_byte(fab_model_activation_bytes(&model, is_moe, &rule));
            ck_assert_double_le(now, before);
            before = now;
        }
        rule.recomputed = FAB_PART_LAYER;
        ck_assert_double_eq(total_byte(fab_model_activation_bytes(&model, is_moe, &rule)),
                            2.0 * (double)model.hidden);
        ck_assert_double_gt(before, 2.0 * (double)model.hidden);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("activations");
    TCase *tests = tcase_create("activations");
    tcase_add_loop_test(tests, rows_agree, 0, MODEL_ROW_COUNT);
    tcase_add_test(tests, deepseek_v3_moe_layer);
    tcase_add_test(tests, deepseek_v3_dense_layer);
    tcase_add_test(tests, gpt3_with_dropout);
    tcase_add_test(tests, copied_heads);
    tcase_add_test(tests, gathered_inputs);
    tcase_add_loop_test(tests, element_size, 0, 1000);
    tcase_add_loop_test(tests, gpt3_as_published, 0, (int)(sizeof(GPT3) / sizeof(GPT3[0])));
    tcase_add_loop_test(tests, parts_of_deepseek_v3, 0, (int)(sizeof(PARTS) / sizeof(PARTS[0])));
    tcase_add_test(tests, inputs_in_fp8);
    tcase_add_test(tests, deepseek_as_trained);
    tcase_add_test(tests, what_software_keeps);
    tcase_add_loop_test(tests, more_recomputed_keeps_less, 0, 200);
    suite_add_tcase(suite, tests);

    return run_all(suite);
}

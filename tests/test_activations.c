#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <fabricast/transformer.h>

#include "model_rows.h"

static double total_byte(fab_activation_bytes bytes)
{
    return bytes.sharded_byte + bytes.routed_byte;
}

/* golden numbers are of the last layer in bf16, without the output of the routed experts */
START_TEST(rows_agree)
{
    const model_row *row = &MODEL_ROWS[_i];
    const fab_model *model = &row->model;
    const bool is_moe = model->layers > model->dense_layers;
    const int64_t output = is_moe ? 2 * model->experts_per_token * model->hidden : 0;
    const fab_activation_bytes bytes = fab_model_activation_bytes(model, is_moe, 1, 1, 2.0);
    ck_assert_msg(total_byte(bytes) == row->activation_byte + (double)output, "%s: %g", model->name,
                  total_byte(bytes));
}
END_TEST

/* the sum of a layer's tensors, each as listed in docs/models-transformer.md */
START_TEST(deepseek_v3_moe_layer)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes bytes = fab_model_activation_bytes(model, true, 1, 1, 2.0);
    ck_assert_double_eq(total_byte(bytes), 573056.0);
    ck_assert_double_eq(bytes.routed_byte, 8.0 * (2.0 * 2.0 * 7168.0 + 2.0 * 3.0 * 2048.0));
}
END_TEST

START_TEST(deepseek_v3_dense_layer)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes bytes = fab_model_activation_bytes(model, false, 1, 1, 2.0);
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
    const fab_activation_bytes bytes = fab_model_activation_bytes(model, false, 8, 1, 2.0);
    ck_assert_double_eq(total_byte(bytes) + masks - statistics, 34.0 * h);

    const double layer = (total_byte(bytes) + masks - statistics) * 2048.0 / 8.0;
    ck_assert_double_eq_tol(layer, 107e6, 0.5e6);
}
END_TEST

/* with more ranks than key and value heads each rank keeps a whole head */
START_TEST(copied_heads)
{
    const fab_model *model = &model_row_named("llama3-70b")->model;
    const double at_1 = total_byte(fab_model_activation_bytes(model, false, 1, 1, 2.0));
    const double at_8 = total_byte(fab_model_activation_bytes(model, false, 8, 1, 2.0));
    const double at_32 = total_byte(fab_model_activation_bytes(model, false, 32, 1, 2.0));
    ck_assert_double_eq(at_8, at_1);
    ck_assert_double_eq(at_32 - at_8, 2.0 * 2.0 * (32.0 - 8.0) * 128.0);

    /* the latents of MLA have no heads to copy */
    const fab_model *latent = &model_row_named("deepseek-v3")->model;
    ck_assert_double_eq(total_byte(fab_model_activation_bytes(latent, true, 256, 1, 2.0)),
                        573056.0);
}
END_TEST

/* ranks that share an expert keep the gathered input each, a part of everything else */
START_TEST(gathered_inputs)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_activation_bytes one = fab_model_activation_bytes(model, true, 1, 1, 2.0);
    const fab_activation_bytes four = fab_model_activation_bytes(model, true, 1, 4, 2.0);
    ck_assert_double_eq(four.sharded_byte, one.sharded_byte);
    ck_assert_double_eq(four.routed_byte - one.routed_byte, 3.0 * 8.0 * 2.0 * 7168.0);
}
END_TEST

/* only what is kept in single precision does not scale with the size of an element */
START_TEST(element_size)
{
    const fab_model model = model_random((uint64_t)_i);
    for (int is_moe = 0; is_moe <= (model.experts > 0 ? 1 : 0); is_moe++) {
        const fab_activation_bytes one = fab_model_activation_bytes(&model, is_moe, 1, 1, 1.0);
        const fab_activation_bytes two = fab_model_activation_bytes(&model, is_moe, 1, 1, 2.0);
        const double fixed = 4.0 * (double)model.heads + 12.0 * (double)(is_moe * model.experts);
        ck_assert_double_eq(two.routed_byte, 2.0 * one.routed_byte);
        ck_assert_double_eq(two.sharded_byte - fixed, 2.0 * (one.sharded_byte - fixed));
        ck_assert((two.routed_byte > 0.0) == (is_moe == 1));
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
    suite_add_tcase(suite, tests);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

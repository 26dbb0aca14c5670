#include <check.h>
#include <math.h>

#include <fabricast/transformer.h>

#include "run_all.h"
#include "transformer/linear.h"

/* Shapes of Qwen3-Next 80B-A3B and of MiniMax-M1, as far as linear attention goes. */
static const fab_model NEXT = {.layers = 48,
                               .hidden = 2048,
                               .heads = 16,
                               .kv_heads = 2,
                               .head_dim = 256,
                               .has_attention_gate = true,
                               .linear_attention = FAB_LINEAR_DELTA,
                               .linear_layers = 36,
                               .linear_key_heads = 16,
                               .linear_key_dim = 128,
                               .linear_heads = 32,
                               .linear_dim = 128,
                               .linear_taps = 4};
static const fab_model MINIMAX = {.layers = 80,
                                  .hidden = 6144,
                                  .heads = 64,
                                  .kv_heads = 8,
                                  .head_dim = 128,
                                  .linear_attention = FAB_LINEAR_LIGHTNING,
                                  .linear_layers = 70,
                                  .linear_key_heads = 64,
                                  .linear_key_dim = 128,
                                  .linear_heads = 64,
                                  .linear_dim = 128};

static bool has_softmax(const fab_model *model, int64_t layer)
{
    return fab_model_linear_before(model, layer + 1) == fab_model_linear_before(model, layer);
}

/* every fourth layer of Qwen3-Next, every eighth of MiniMax-01 */
START_TEST(softmax_is_where_it_was_published)
{
    for (int64_t i = 0; i < NEXT.layers; i++) {
        ck_assert_int_eq(has_softmax(&NEXT, i), i % 4 == 3);
    }
    for (int64_t i = 0; i < MINIMAX.layers; i++) {
        ck_assert_int_eq(has_softmax(&MINIMAX, i), i % 8 == 7);
    }
}
END_TEST

START_TEST(layers_add_up)
{
    fab_model model = NEXT;
    for (model.layers = 1; model.layers < 40; model.layers++) {
        for (model.linear_layers = 0; model.linear_layers <= model.layers; model.linear_layers++) {
            ck_assert_int_eq(fab_model_linear_before(&model, 0), 0);
            ck_assert_int_eq(fab_model_linear_before(&model, model.layers), model.linear_layers);
            for (int64_t i = 0; i < model.layers; i++) {
                const int64_t step =
                    fab_model_linear_before(&model, i + 1) - fab_model_linear_before(&model, i);
                ck_assert_int_ge(step, 0);
                ck_assert_int_le(step, 1);
            }
        }
    }
    model.linear_attention = FAB_LINEAR_NONE;
    ck_assert_int_eq(fab_model_linear_before(&model, model.layers), 0);
}
END_TEST

START_TEST(tokens_cost_what_the_recurrence_does)
{
    /* 8 x 32 x 128 x 128 and 2 x 4 taps x (2 x 2048 + 4096) */
    ck_assert_double_eq(fab_model_linear_flop(&NEXT), 4194304.0 + 65536.0);
    /* 4 x 64 x 128 x 128 */
    ck_assert_double_eq(fab_model_linear_flop(&MINIMAX), 4194304.0);
    const fab_model_flops flops = fab_model_count_flops(&NEXT, 4096, false);
    /* 12 layers of 16 x 512 x 4096 */
    ck_assert_double_eq(flops.core_forward_flop, 12.0 * 33554432.0 + 36.0 * 4259840.0);
}
END_TEST

/* what no softmax does: the cost of a layer does not depend on the sequence */
START_TEST(cost_is_linear_in_the_sequence)
{
    fab_model model = NEXT;
    model.linear_layers = model.layers;
    const double near = fab_model_count_flops(&model, 4096, false).total_flop;
    const double far = fab_model_count_flops(&model, 1 << 20, false).total_flop;
    ck_assert_double_eq(near, far);
}
END_TEST

/* per head of 128 and 128: a product inside a chunk 2 C 128, one with the state 2 x 128 x 128 */
START_TEST(kernels_by_hand)
{
    const fab_linear_kernel delta = fab_model_linear_kernel(&NEXT);
    const double pair = 16384.0, state = 32768.0;
    ck_assert_double_eq(delta.chunk_count, 64.0);
    ck_assert_double_eq_tol(delta.forward_flop, 32.0 * (5.0 * pair + 3.0 * state + 4096.0 / 3.0),
                            1e-6);
    ck_assert_double_eq_tol(delta.backward_flop, 32.0 * (13.0 * pair + 8.0 * state + 16384.0),
                            1e-6);
    ck_assert_double_eq(delta.tensor_element_count, 4096.0 + 2.0 * 4096.0);
    ck_assert_double_eq(delta.between_element_count, 32.0 * (3.0 * 128.0 + 256.0));
    ck_assert_double_eq(delta.kept_element_count, 32.0 * 64.0);

    const fab_linear_kernel lightning = fab_model_linear_kernel(&MINIMAX);
    ck_assert_double_eq(lightning.chunk_count, 256.0);
    ck_assert_double_eq(lightning.forward_flop, 64.0 * (2.0 * 65536.0 + 2.0 * state));
    ck_assert_double_eq(lightning.backward_flop, 2.5 * lightning.forward_flop);
    ck_assert_double_eq(lightning.tensor_element_count, 4.0 * 8192.0);
    ck_assert_double_eq(lightning.between_element_count, 64.0 * 64.0);
    ck_assert_double_eq(lightning.kept_element_count, 0.0);
}
END_TEST

/* a kernel of chunks does all that the recurrence does, and more */
START_TEST(chunks_cost_more_than_tokens)
{
    fab_model model = NEXT;
    model.linear_taps = 0;
    for (model.linear_dim = 16; model.linear_dim <= 512; model.linear_dim *= 2) {
        for (model.linear_key_dim = 16; model.linear_key_dim <= 512; model.linear_key_dim *= 2) {
            const fab_linear_kernel kernel = fab_model_linear_kernel(&model);
            ck_assert_double_gt(kernel.forward_flop, 0.75 * fab_model_linear_flop(&model));
            ck_assert_double_gt(kernel.backward_flop, 2.0 * kernel.forward_flop);
        }
    }
}
END_TEST

START_TEST(parameters_by_kind)
{
    const fab_model_parameters next = fab_model_count_parameters(&NEXT);
    /* 2048 x (4096 + 3 x 4096 + 64), 4 taps x 8192, two numbers for each of 32 heads */
    ck_assert_int_eq(next.linear_sharded, 2048 * 16448 + 4 * 8192 + 64);
    ck_assert_int_eq(next.linear_replicated, 128);
    const fab_model_parameters minimax = fab_model_count_parameters(&MINIMAX);
    ck_assert_int_eq(minimax.linear_sharded, INT64_C(6144) * 5 * 8192 + 8192);
    ck_assert_int_eq(minimax.linear_replicated, 0);
    fab_model plain = NEXT;
    plain.linear_attention = FAB_LINEAR_NONE;
    ck_assert_int_eq(fab_model_count_parameters(&plain).linear_sharded, 0);
}
END_TEST

static double kept_byte(const fab_model *model, bool is_linear, int recomputed, double input_byte)
{
    const fab_activation_rule rule = {.tensor_ranks = 1,
                                      .expert_tensor_ranks = 1,
                                      .sequence = 4096,
                                      .element_byte = 2.0,
                                      .input_byte = input_byte,
                                      .recomputed = recomputed,
                                      .is_linear = is_linear,
                                      .is_sequence_parallel = true};
    return fab_model_activation_bytes(model, false, &rule).sharded_byte;
}

START_TEST(layers_keep_what_is_listed)
{
    const double others = 2.0 * 4.0 * 2048.0; /* both norms; the block has no width */
    /* 2 x 8192 before and after, gate, output twice, statistics, step and decay, inverse */
    const double next = 2.0 * (2.0 * 8192.0 + 3.0 * 4096.0 + 32.0 * 64.0) + 32.0 * (4.0 + 8.0);
    ck_assert_double_eq(kept_byte(&NEXT, true, 0, 0.0) - others, next);
    ck_assert_double_eq(kept_byte(&NEXT, true, FAB_PART_CORE_ATTENTION, 0.0) - others,
                        next - 2.0 * (8192.0 + 2048.0));
    /* queries with their gate, two heads of keys and of values, output before and after the gate */
    const double softmax = 2.0 * (36.0 * 256.0) + 4.0 * 16.0 + 4.0 * 4096.0;
    ck_assert_double_eq(kept_byte(&NEXT, false, 0, 0.0) - others, softmax);
    /* the output projection's input in FP8, and those of both norms' products */
    ck_assert_double_eq(kept_byte(&NEXT, true, 0, 0.0) - kept_byte(&NEXT, true, 0, 1.0),
                        4096.0 + 2.0 * 2048.0);
    ck_assert_double_eq(kept_byte(&NEXT, true, FAB_PART_LAYER, 0.0), 2.0 * 2048.0);
    ck_assert_double_eq(kept_byte(&MINIMAX, true, 0, 0.0),
                        2.0 * 4.0 * 6144.0 + 2.0 * (6.0 + 3.0) * 8192.0 + 64.0 * 4.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linear");
    TCase *tests = tcase_create("linear");
    tcase_add_test(tests, softmax_is_where_it_was_published);
    tcase_add_test(tests, layers_add_up);
    tcase_add_test(tests, tokens_cost_what_the_recurrence_does);
    tcase_add_test(tests, cost_is_linear_in_the_sequence);
    tcase_add_test(tests, kernels_by_hand);
    tcase_add_test(tests, chunks_cost_more_than_tokens);
    tcase_add_test(tests, parameters_by_kind);
    tcase_add_test(tests, layers_keep_what_is_listed);
    suite_add_tcase(suite, tests);

    return run_all(suite);
}

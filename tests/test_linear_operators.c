#include "operators_fixture.h"

/* what is checked of an operator's work */
typedef struct work {
    double flop;
    double byte;
} work;

/* The small model with 2 key heads of 4 and 4 value heads of 8: on each of 2 ranks 8 elements of
 * queries and keys and 16 of values per token. */
static fab_scenario linear_scenario(int kind)
{
    fab_scenario s = small_scenario();
    s.model.linear_attention = kind;
    s.model.linear_layers = 1;
    s.model.linear_key_heads = 2;
    s.model.linear_key_dim = 4;
    s.model.linear_heads = 4;
    s.model.linear_dim = 8;
    s.model.linear_taps = kind == FAB_LINEAR_DELTA ? 4 : 0;
    return s;
}

static const struct {
    int kind;
    size_t index;
    const char *name;
    work forward, backward, weight;
} LINEAR[] = {
    /* 8 x 16 by 16 x (8 + 2 x 16) */
    {FAB_LINEAR_DELTA,
     1,
     "linear query, key, value, gate",
     {10240, 2176},
     {10240, 2176},
     {10240, 6016}},
    /* 8 x 16 by 16 x 4 */
    {FAB_LINEAR_DELTA, 2, "linear step and decay", {1024, 448}, {1024, 448}, {1024, 832}},
    /* 4 / 6 x 8 x 24, and of queries and keys alone */
    {FAB_LINEAR_DELTA, 3, "linear convolution", {0, 768}, {0, 1152}, {0, 0}},
    {FAB_LINEAR_DELTA, 4, "linear query and key norms", {0, 256}, {0, 384}, {0, 0}},
    /* 8 tokens of 2 heads; per head 2 x 64 x (3 x 4 + 2 x 8) + 3 x 2 x 32 + 64^2 / 3, backward
     * 2 x 64 x (8 x 4 + 5 x 8) + 8 x 2 x 32 + 4 x 64^2; per token of all heads 80 elements, twice
     * 82 between the steps and 256 */
    {FAB_LINEAR_DELTA,
     5,
     "linear attention core",
     {16 * (3584 + 192 + 4096.0 / 3), 4000},
     {16 * (9216 + 512 + 16384), 8000},
     {0, 0}},
    /* 6 / 10 x 8 x 16 */
    {FAB_LINEAR_DELTA, 6, "linear norm and gate", {0, 768}, {0, 1280}, {0, 0}},
    {FAB_LINEAR_DELTA, 7, "linear output", {4096, 1024}, {4096, 1024}, {4096, 2560}},
    {FAB_LINEAR_LIGHTNING, 2, "linear activation", {0, 768}, {0, 1152}, {0, 0}},
    /* 2 x 256 x (4 + 8) + 2 x 2 x 32, backward 2 x 256 x (3 x 4 + 2 x 8) + 5 x 2 x 32 */
    {FAB_LINEAR_LIGHTNING,
     3,
     "linear attention core",
     {16 * (6144 + 128), 8 * (80 + 2 * 0.5)},
     {16 * (14336 + 320), 16 * (80 + 2 * 0.5)},
     {0, 0}},
};

static void assert_work(const fab_operator_work *got, work want)
{
    ck_assert_double_eq_tol(got->flop, want.flop, 1e-9 * (1.0 + want.flop));
    ck_assert_double_eq_tol(got->byte, want.byte, 1e-9 * (1.0 + want.byte));
}

START_TEST(linear_rows_agree)
{
    const fab_scenario s = linear_scenario(LINEAR[_i].kind);
    const fab_workload w = small_workload(&s);
    for (int kind = FAB_BLOCK_DENSE_LAYER_LINEAR; kind <= FAB_BLOCK_MOE_LAYER_LINEAR; kind++) {
        const fab_operator *got = &w.blocks[kind].operators[LINEAR[_i].index];
        ck_assert_str_eq(got->name, LINEAR[_i].name);
        assert_work(&got->forward, LINEAR[_i].forward);
        assert_work(&got->backward, LINEAR[_i].backward);
        assert_work(&got->weight, LINEAR[_i].weight);
    }
}
END_TEST

/* beside what mixes tokens a layer has what it has with softmax, and no linear layer is built for
 * a model without one */
START_TEST(linear_layers_have_the_same_blocks)
{
    const fab_scenario s = linear_scenario(FAB_LINEAR_DELTA);
    const fab_workload w = small_workload(&s);
    const fab_block *linear = &w.blocks[FAB_BLOCK_MOE_LAYER_LINEAR];
    const fab_block *softmax = &w.blocks[FAB_BLOCK_MOE_LAYER];
    ck_assert_uint_eq(linear->operator_count - 8, softmax->operator_count - 5);
    for (size_t i = 8; i < linear->operator_count; i++) {
        ck_assert_str_eq(linear->operators[i].name, softmax->operators[i - 3].name);
        ck_assert_double_eq(linear->operators[i].forward.flop,
                            softmax->operators[i - 3].forward.flop);
    }
    const fab_scenario plain = small_scenario();
    ck_assert_uint_eq(small_workload(&plain).blocks[FAB_BLOCK_MOE_LAYER_LINEAR].operator_count, 0);
}
END_TEST

/* 6 / 10 bytes x 8 tokens x 2 heads of 4, and twice the queries' width */
START_TEST(attention_is_gated)
{
    fab_scenario s = small_scenario();
    const double plain_flop =
        small_workload(&s).blocks[FAB_BLOCK_DENSE_LAYER].operators[1].forward.flop;
    s.model.has_attention_gate = true;
    const fab_workload w = small_workload(&s);
    const fab_operator *projection = &w.blocks[FAB_BLOCK_DENSE_LAYER].operators[1];
    const fab_operator *gate = &w.blocks[FAB_BLOCK_DENSE_LAYER].operators[4];
    ck_assert_double_eq(projection->forward.flop, plain_flop * 24.0 / 16.0);
    ck_assert_str_eq(gate->name, "attention gate");
    ck_assert_double_eq(gate->forward.byte, 6.0 * 8.0 * 8.0);
    ck_assert_double_eq(gate->backward.byte, 10.0 * 8.0 * 8.0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("linear_operators");
    tcase_add_loop_test(tests, linear_rows_agree, 0, (int)FAB_TABLE_SIZE(LINEAR));
    tcase_add_test(tests, linear_layers_have_the_same_blocks);
    tcase_add_test(tests, attention_is_gated);
    return run_suite("linear_operators", tests);
}

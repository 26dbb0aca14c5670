#include <check.h>
#include <math.h>

#include <fabricast/transformer.h>

#include "model_rows.h"
#include "run_all.h"

START_TEST(rows_are_exact)
{
    const model_row *row = &MODEL_ROWS[_i];
    const fab_model_parameters count = fab_model_count_parameters(&row->model);
    ck_assert_msg(count.total == row->total && count.active == row->active,
                  "%s: total %lld active %lld", row->model.name, (long long)count.total,
                  (long long)count.active);
}
END_TEST

START_TEST(rows_meet_the_publication)
{
    const model_row *row = &MODEL_ROWS[_i];
    const double published = row->model.published_total_count.value;
    const double total = (double)fab_model_count_parameters(&row->model).total;
    ck_assert_msg(fabs(total / published - 1.0) <= 0.009, "%s: %g", row->model.name, total);
}
END_TEST

START_TEST(deepseek_v3_parts)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_model_parameters count = fab_model_count_parameters(model);
    const fab_layer_parameters *layer = &count.moe_layer;

    /* 7168 x 1536, 1536 x 128 x 192, 7168 x 576, 512 x 128 x 256, 16384 x 7168, norms 1536 + 512 */
    ck_assert_int_eq(layer->attention_sharded, 171966464);
    ck_assert_int_eq(layer->attention_replicated, 15138816 + 2048);
    ck_assert_int_eq(layer->attention_sharded + layer->attention_replicated, 187107328);
    ck_assert_int_eq(layer->norms, 2 * 7168);
    ck_assert_int_eq(layer->router, 256 * 7168);
    ck_assert_int_eq(layer->routed_experts, 256 * INT64_C(44040192));
    ck_assert_int_eq(layer->shared_experts, 44040192);
    ck_assert_int_eq(layer->dense_ffn, 0);
    ck_assert_int_eq(fab_layer_parameters_total(layer), INT64_C(11507286016));
    ck_assert_int_eq(count.dense_layer.dense_ffn, 3 * 7168 * 18432);
    ck_assert_int_eq(count.dense_layer.routed_experts + count.dense_layer.router, 0);
    ck_assert_int_eq(count.embedding, 129280 * 7168);
    ck_assert_int_eq(count.head, 129280 * 7168);
    ck_assert_int_eq(count.positions, 0);
    ck_assert_int_eq(count.final_norm, 7168);
}
END_TEST

/* published: 11.5 G of its own, and 685 G on disk, where embedding and head are stored twice */
START_TEST(deepseek_v3_mtp)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const fab_model_parameters count = fab_model_count_parameters(model);
    ck_assert_int_eq(count.mtp, INT64_C(11507286016) + 2 * 7168 * 7168 + 3 * 7168);
    const int64_t stored = count.total + count.mtp + count.embedding + count.head;
    ck_assert_double_eq_tol((double)stored, 685e9, 0.001 * 685e9);
    ck_assert_int_eq(fab_model_count_parameters(&model_row_named("kimi-k2")->model).mtp, 0);
}
END_TEST

/* the correction bias of a router has no gradient and is no parameter */
START_TEST(expert_bias_is_not_counted)
{
    fab_model model = model_row_named("deepseek-v3")->model;
    const int64_t with_bias = fab_model_count_parameters(&model).total;
    model.has_expert_bias = !model.has_expert_bias;
    ck_assert_int_eq(fab_model_count_parameters(&model).total, with_bias);
}
END_TEST

/* openai/gpt-oss: 116.83 G with a bias in every linear layer, router and experts included, and a
 * sink per head and layer, which a description cannot express */
START_TEST(biases_of_experts)
{
    const fab_model model = {
        .layers = 36,
        .hidden = 2880,
        .heads = 64,
        .kv_heads = 8,
        .head_dim = 64,
        .is_gated = true,
        .experts = 128,
        .experts_per_token = 4,
        .expert_width = 2880,
        .vocabulary = 201088,
        .bias = FAB_BIAS_ALL,
    };
    const int64_t sinks = 36 * 64;
    const fab_model_parameters count = fab_model_count_parameters(&model);
    ck_assert_int_eq(count.total + sinks, INT64_C(116829156672));
    ck_assert_int_eq(count.active + sinks, INT64_C(5711982912));
    ck_assert_int_eq(count.moe_layer.router, 128 * 2880 + 128);
    ck_assert_int_eq(count.moe_layer.shared_experts, 0);
}
END_TEST

/* h 10, two heads of 3 with one key/value head, f 7, counted by hand */
static const struct {
    const char *what;
    int norm, bias;
    bool is_gated, has_qk_norm;
    int64_t sharded, replicated, norms, ffn;
} SMALL[] = {
    {"plain", FAB_NORM_RMS, FAB_BIAS_NONE, false, false, 60 + 60 + 60, 0, 20, 140},
    {"gated", FAB_NORM_RMS, FAB_BIAS_NONE, true, false, 180, 0, 20, 210},
    {"layer norm", FAB_NORM_LAYER, FAB_BIAS_NONE, false, false, 180, 0, 40, 140},
    {"query, key and value bias", FAB_NORM_RMS, FAB_BIAS_QKV, false, false, 180 + 12, 0, 20, 140},
    {"all biases", FAB_NORM_RMS, FAB_BIAS_ALL, false, false, 180 + 12, 10, 20, 140 + 17},
    {"all biases, gated", FAB_NORM_RMS, FAB_BIAS_ALL, true, false, 180 + 12, 10, 20, 210 + 24},
    {"query and key norm", FAB_NORM_RMS, FAB_BIAS_NONE, false, true, 180, 6, 20, 140},
    {"both as layer norm", FAB_NORM_LAYER, FAB_BIAS_NONE, false, true, 180, 12, 40, 140},
};

START_TEST(small_attention)
{
    const fab_model model = {
        .layers = 1,
        .dense_layers = 1,
        .hidden = 10,
        .dense_width = 7,
        .heads = 2,
        .kv_heads = 1,
        .head_dim = 3,
        .vocabulary = 11,
        .is_tied = true,
        .norm = SMALL[_i].norm,
        .bias = SMALL[_i].bias,
        .is_gated = SMALL[_i].is_gated,
        .has_qk_norm = SMALL[_i].has_qk_norm,
    };
    const fab_layer_parameters layer = fab_model_count_parameters(&model).dense_layer;
    ck_assert_msg(layer.attention_sharded == SMALL[_i].sharded, "%s", SMALL[_i].what);
    ck_assert_msg(layer.attention_replicated == SMALL[_i].replicated, "%s", SMALL[_i].what);
    ck_assert_msg(layer.norms == SMALL[_i].norms, "%s", SMALL[_i].what);
    ck_assert_msg(layer.dense_ffn == SMALL[_i].ffn, "%s", SMALL[_i].what);
}
END_TEST

/* h 10, two heads: query 3 + 2, value 4; latents 6 and 5 */
START_TEST(small_mla)
{
    fab_model model = {
        .layers = 1,
        .dense_layers = 1,
        .hidden = 10,
        .heads = 2,
        .attention = FAB_ATTENTION_MLA,
        .q_rank = 6,
        .kv_rank = 5,
        .qk_nope_dim = 3,
        .qk_rope_dim = 2,
        .v_dim = 4,
    };
    fab_layer_parameters layer = fab_model_count_parameters(&model).dense_layer;
    ck_assert_int_eq(layer.attention_sharded, 6 * 10 + 5 * 14 + 8 * 10);
    ck_assert_int_eq(layer.attention_replicated, 10 * 6 + 10 * 7 + 11);

    model.bias = FAB_BIAS_ALL;
    layer = fab_model_count_parameters(&model).dense_layer;
    ck_assert_int_eq(layer.attention_sharded, 210 + 10 + 14);
    ck_assert_int_eq(layer.attention_replicated, 141 + 6 + 7 + 10);

    /* a full query projection */
    model.bias = FAB_BIAS_NONE;
    model.q_rank = 0;
    layer = fab_model_count_parameters(&model).dense_layer;
    ck_assert_int_eq(layer.attention_sharded, 10 * 10 + 5 * 14 + 8 * 10);
    ck_assert_int_eq(layer.attention_replicated, 10 * 7 + 5);
    ck_assert_int_eq(fab_model_qk_dim(&model), 5);
    ck_assert_int_eq(fab_model_v_dim(&model), 4);
}
END_TEST

START_TEST(model_without_experts_is_dense)
{
    fab_model model = model_row_named("llama3-8b")->model;
    model.dense_layers = 0;
    const fab_model_parameters count = fab_model_count_parameters(&model);
    ck_assert_int_eq(count.total, model_row_named("llama3-8b")->total);
    ck_assert_int_eq(fab_layer_parameters_total(&count.moe_layer), 0);
}
END_TEST

/* the whole is the sum of its parts; tying and leaving out experts take away what they should */
START_TEST(parts_make_the_whole)
{
    const fab_model model = model_random((uint64_t)_i);
    const fab_model_parameters count = fab_model_count_parameters(&model);
    const int64_t moe = model.experts > 0 ? model.layers - model.dense_layers : 0;
    const int64_t layers = (model.layers - moe) * fab_layer_parameters_total(&count.dense_layer) +
                           moe * fab_layer_parameters_total(&count.moe_layer);
    const int64_t ends = count.embedding + count.positions + count.head + count.final_norm;
    ck_assert_int_eq(count.total, layers + ends);
    ck_assert_int_eq(count.active_less_embedding, count.active - count.embedding - count.positions);
    ck_assert_int_eq(count.head, model.is_tied ? 0 : count.embedding);

    if (moe > 0) {
        const int64_t expert = count.moe_layer.routed_experts / model.experts;
        ck_assert_int_eq(expert * model.experts, count.moe_layer.routed_experts);
        const int64_t idle = model.experts - model.experts_per_token;
        ck_assert_int_eq(count.total - count.active, moe * idle * expert);
    } else {
        ck_assert_int_eq(count.active, count.total);
    }
}
END_TEST

/* every member at its limit: counts stop at the largest number and nothing overflows */
START_TEST(huge_counts_saturate)
{
    const int64_t limit = 1000000000;
    fab_model model = model_random((uint64_t)_i);
    int64_t *const members[] = {
        &model.layers,       &model.hidden,       &model.dense_width, &model.heads,
        &model.kv_heads,     &model.head_dim,     &model.q_rank,      &model.kv_rank,
        &model.qk_nope_dim,  &model.qk_rope_dim,  &model.v_dim,       &model.experts,
        &model.expert_width, &model.shared_width, &model.vocabulary,  &model.learned_positions,
        &model.mtp_layers,
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        *members[i] = limit;
    }
    const fab_model_parameters count = fab_model_count_parameters(&model);
    ck_assert_int_eq(count.total, INT64_MAX);
    ck_assert_int_eq(count.mtp, INT64_MAX);
    ck_assert(isfinite(fab_model_count_flops(&model, limit, true).total_flop));
    const fab_activation_rule rule = {.tensor_ranks = limit,
                                      .expert_tensor_ranks = 1,
                                      .element_byte = 2.0,
                                      .is_sequence_parallel = true};
    const fab_activation_bytes bytes = fab_model_activation_bytes(&model, true, &rule);
    ck_assert(isfinite(bytes.sharded_byte) && bytes.sharded_byte > 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parameters");
    TCase *tests = tcase_create("parameters");
    tcase_add_loop_test(tests, rows_are_exact, 0, MODEL_ROW_COUNT);
    tcase_add_loop_test(tests, rows_meet_the_publication, 0, MODEL_ROW_COUNT);
    tcase_add_test(tests, deepseek_v3_parts);
    tcase_add_test(tests, deepseek_v3_mtp);
    tcase_add_test(tests, expert_bias_is_not_counted);
    tcase_add_test(tests, biases_of_experts);
    tcase_add_loop_test(tests, small_attention, 0, sizeof SMALL / sizeof SMALL[0]);
    tcase_add_test(tests, small_mla);
    tcase_add_test(tests, model_without_experts_is_dense);
    tcase_add_loop_test(tests, parts_make_the_whole, 0, 1000);
    tcase_add_loop_test(tests, huge_counts_saturate, 0, 16);
    suite_add_tcase(suite, tests);

    return run_all(suite);
}

#include <check.h>
#include <math.h>

#include <fabricast/transformer.h>

#include "model_rows.h"
#include "run_all.h"

static double relative_error(double got, double want)
{
    return fabs(got / want - 1.0);
}

/* the golden numbers count 2 per parameter of norms and biases, 6 with the backward pass */
START_TEST(rows_agree)
{
    const model_row *row = &MODEL_ROWS[_i];
    const fab_model_flops flops = fab_model_count_flops(&row->model, row->model.sequence, false);
    const double vectors = (double)row->vectors;
    ck_assert_msg(relative_error(flops.linear_forward_flop + 2.0 * vectors, row->linear_flop) <
                      1e-12,
                  "%s: linear %.17g", row->model.name, flops.linear_forward_flop);
    ck_assert_msg(relative_error(flops.core_forward_flop, row->core_flop) < 1e-12, "%s: core %.17g",
                  row->model.name, flops.core_forward_flop);
    ck_assert_msg(relative_error(flops.total_flop + 6.0 * vectors, row->total_flop) < 1e-12,
                  "%s: total %.17g", row->model.name, flops.total_flop);
}
END_TEST

/* norms and biases are so few that the two conventions cannot be told apart in a utilisation */
START_TEST(conventions_differ_little)
{
    const model_row *row = &MODEL_ROWS[_i];
    const fab_model_flops flops = fab_model_count_flops(&row->model, row->model.sequence, false);
    ck_assert_msg(relative_error(flops.total_flop, row->total_flop) < 5e-4, "%s", row->model.name);
}
END_TEST

/* model FLOPs per token that NVIDIA's performance summaries of Megatron-Bridge imply */
static const struct {
    const char *name;
    int64_t sequence;
    bool with_mtp;
    double want_flop;
} PUBLISHED[] = {
    {"llama3-405b", 8192, false, 2524.8e9}, {"llama3-70b", 8192, false, 448.8e9},
    {"deepseek-v3", 4096, true, 260.0e9},   {"qwen3-235b-a22b", 4096, false, 148.1e9},
    {"qwen3-30b-a3b", 4096, false, 23.0e9}, {"kimi-k2", 4096, false, 204.6e9},
};

START_TEST(published_flops)
{
    const fab_model *model = &model_row_named(PUBLISHED[_i].name)->model;
    const fab_model_flops flops =
        fab_model_count_flops(model, PUBLISHED[_i].sequence, PUBLISHED[_i].with_mtp);
    ck_assert_msg(relative_error(flops.total_flop, PUBLISHED[_i].want_flop) < 0.005, "%s: %g",
                  PUBLISHED[_i].name, flops.total_flop);
}
END_TEST

/* what a query sees: by counting the keys of every query */
START_TEST(a_window_is_counted)
{
    fab_model model = model_row_named("qwen3-30b-a3b")->model;
    model.window = 128;
    model.window_layers = model.layers / 2;
    for (int64_t sequence = 1; sequence <= 600; sequence += 37) {
        double keys = 0.0;
        for (int64_t query = 0; query < sequence; query++) {
            /* a query sees half of itself, as the causal half of a square counts */
            keys += (double)(query < model.window ? query : model.window) + 0.5;
        }
        const double whole = (double)sequence;
        /* half of the layers have the window; the count is that of many tokens */
        const double want = 0.5 * (whole + 2.0 * keys / whole);
        ck_assert_double_eq_tol(fab_model_attended_count(&model, sequence), want, 1.0);
    }
    model.window_layers = 0;
    ck_assert_double_eq(fab_model_attended_count(&model, 4096), 4096.0);
}
END_TEST

/* Narayanan et al. 2021, equation 3: per token 96 L h^2 (1 + s / 6 h + V / 16 L h) with all
 * activations recomputed and the whole square of scores */
START_TEST(equation_of_narayanan)
{
    const fab_model *model = &model_row_named("gpt3-175b")->model;
    const double L = (double)model->layers;
    const double h = (double)model->hidden;
    const double s = (double)model->sequence;
    const double V = (double)model->vocabulary;
    const double want = 96.0 * L * h * h * (1.0 + s / (6.0 * h) + V / (16.0 * L * h));

    const fab_model_flops flops = fab_model_count_flops(model, model->sequence, false);
    const double head = 2.0 * V * h;
    const double layers = flops.linear_forward_flop - head + 2.0 * flops.core_forward_flop;
    ck_assert(relative_error(4.0 * layers + 3.0 * head, want) < 1e-12);
}
END_TEST

/* a module of DeepSeek-V3: a layer's active matrices, the 2 h x h projection, the head again */
START_TEST(mtp_module)
{
    const fab_model *model = &model_row_named("deepseek-v3")->model;
    const double without = fab_model_count_flops(model, 4096, false).total_flop;
    const double with = fab_model_count_flops(model, 4096, true).total_flop;
    const double layer = 187105280.0 + 9.0 * 44040192.0 + 256.0 * 7168.0;
    const double module = layer + 2.0 * 7168.0 * 7168.0 + 129280.0 * 7168.0;
    const double core = 128.0 * (192.0 + 128.0) * 4096.0;
    ck_assert(relative_error(with - without, 3.0 * (2.0 * module + core)) < 1e-9);
}
END_TEST

/* matrices are the parameters that are neither looked up nor added nor multiplied by element */
static void check_linear_bounds(const fab_model *model)
{
    const fab_model_parameters count = fab_model_count_parameters(model);
    const int64_t looked_up = (model->is_tied ? 0 : count.embedding) + count.positions;
    const double bound = 2.0 * (double)(count.active - looked_up);
    const double linear = fab_model_count_flops(model, 1, false).linear_forward_flop;
    ck_assert_double_lt(linear, bound);

    /* without biases what is left are the norms: at most 2 + 2 of them per layer and one more */
    if (model->bias == FAB_BIAS_NONE) {
        const int64_t block =
            2 * model->hidden + model->q_rank + model->kv_rank + 2 * model->head_dim;
        const int64_t norms = 2 * (model->layers * block + model->hidden);
        ck_assert_double_ge(linear, bound - 2.0 * (double)norms);
    }
}

/* tying saves memory, not work; the core grows with the sequence and nothing else does */
START_TEST(properties)
{
    fab_model model = model_random((uint64_t)_i);
    check_linear_bounds(&model);
    const fab_model_flops flops = fab_model_count_flops(&model, 1000, true);
    model.is_tied = !model.is_tied;
    ck_assert_double_eq(fab_model_count_flops(&model, 1000, true).total_flop, flops.total_flop);

    const fab_model_flops longer = fab_model_count_flops(&model, 3000, true);
    ck_assert_double_eq(longer.linear_forward_flop, flops.linear_forward_flop);
    ck_assert(relative_error(longer.core_forward_flop, 3.0 * flops.core_forward_flop) < 1e-12);

    const fab_model_flops empty = fab_model_count_flops(&model, 0, false);
    ck_assert_double_eq(empty.core_forward_flop, 0.0);
    ck_assert(relative_error(empty.total_flop, 3.0 * empty.linear_forward_flop) < 1e-12);
    ck_assert_double_le(empty.total_flop, flops.total_flop);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flops");
    TCase *tests = tcase_create("flops");
    tcase_add_loop_test(tests, rows_agree, 0, MODEL_ROW_COUNT);
    tcase_add_loop_test(tests, conventions_differ_little, 0, MODEL_ROW_COUNT);
    tcase_add_loop_test(tests, published_flops, 0, sizeof PUBLISHED / sizeof PUBLISHED[0]);
    tcase_add_test(tests, a_window_is_counted);
    tcase_add_test(tests, equation_of_narayanan);
    tcase_add_test(tests, mtp_module);
    tcase_add_loop_test(tests, properties, 0, 1000);
    suite_add_tcase(suite, tests);

    return run_all(suite);
}

#include "state_fixture.h"

#include <math.h>

#include "random_scenario.h"

/* What holds of state and memory for any scenario. */

/* key heads that the ranks hold beyond one of each, every rank as many as the one that needs most:
 * head by head, a rank's query heads mark the key heads that they read */
static double kv_copies(const fab_model *model, int64_t tensor)
{
    int64_t most = 0;
    for (int64_t rank = 0; rank < tensor; rank++) {
        bool is_read[256] = {false};
        int64_t read = 0;
        for (int64_t head = 0; head < model->heads; head++) {
            const int64_t key = head / (model->heads / model->kv_heads);
            if (head / (model->heads / tensor) == rank && !is_read[key]) {
                is_read[key] = true;
                read++;
            }
        }
        most = read > most ? read : most;
    }
    return (double)(tensor * most - model->kv_heads);
}

/* parameters of one layer on all ranks that hold it once: what is replicated, t times */
static double layer_on_all_ranks(const fab_model *model, const fab_layer_parameters *layer,
                                 double tensor)
{
    const double copied = (double)(layer->attention_replicated + layer->norms + layer->router);
    const bool is_grouped = model->attention == FAB_ATTENTION_GQA;
    const double copies = is_grouped ? kv_copies(model, (int64_t)tensor) : 0.0;
    const double heads = 2.0 * (double)(model->hidden * model->head_dim) * copies;
    return (double)fab_layer_parameters_total(layer) + (tensor - 1.0) * copied + heads;
}

/* total of the model, plus what the mapping copies */
static double expected_total(const fab_scenario *s)
{
    const fab_model *model = &s->model;
    const fab_model_parameters p = fab_model_count_parameters(model);
    const double tensor = (double)s->mapping.tp, hidden = (double)model->hidden;
    const double dense_layers =
        model->experts > 0 ? (double)model->dense_layers : (double)model->layers;
    const double moe_layers = (double)model->layers - dense_layers;
    const double modules = (double)model->mtp_layers;
    /* whether embedding and head lie on different stages */
    const bool has_ends_apart = !fab_stage_make(s, 0).has_head;
    const fab_layer_parameters *module = model->experts > 0 ? &p.moe_layer : &p.dense_layer;
    const double dense_sum = (double)fab_layer_parameters_total(&p.dense_layer);
    const double moe_sum = (double)fab_layer_parameters_total(&p.moe_layer);

    double sum = (double)p.total + (tensor - 1.0) * (double)(p.positions + p.final_norm);
    sum += dense_layers * (layer_on_all_ranks(model, &p.dense_layer, tensor) - dense_sum);
    sum += moe_layers > 0.0
               ? moe_layers * (layer_on_all_ranks(model, &p.moe_layer, tensor) - moe_sum)
               : 0.0;
    sum += modules * (layer_on_all_ranks(model, module, tensor) + 2.0 * tensor * hidden * hidden);
    sum += model->is_tied && has_ends_apart ? (double)p.embedding : 0.0;
    sum += !model->is_tied && modules > 0.0 && has_ends_apart ? (double)p.embedding : 0.0;
    const fab_pipeline pipeline = fab_scenario_pipeline(s);
    return sum * (double)fab_pipeline_copy_count(&pipeline);
}

START_TEST(stages_hold_the_whole_model)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        const fab_scenario s = random_scenario(number, arena);
        const double tensor = (double)s.mapping.tp;
        const double experts = (double)(s.mapping.ep * s.mapping.etp);
        double sum = 0.0;
        for (int64_t i = 0; i < s.mapping.pp; i++) {
            const fab_stage_parameters held = held_by(&s, i);
            sum += tensor * held.dense_count + experts * held.expert_count;
        }
        const double want = expected_total(&s);
        ck_assert_msg(fabs(sum / want - 1.0) < 1e-12, "seed %d: %.17g instead of %.17g", number,
                      sum, want);
    }
}
END_TEST

/* layers of both kinds over all stages: what softmax layers give up and linear ones bring, with
 * norms that every tensor rank has */
START_TEST(stages_hold_linear_layers)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        s.assumptions.bf16_layers = 0;
        s.model.linear_attention = number % 2 ? FAB_LINEAR_DELTA : FAB_LINEAR_LIGHTNING;
        s.model.linear_layers = 1 + number % s.model.layers;
        s.model.linear_key_heads = s.mapping.tp;
        s.model.linear_heads = 2 * s.mapping.tp;
        s.model.linear_key_dim = s.model.linear_dim = 8;
        s.model.linear_taps = number % 2 ? 4 : 0;
        const fab_model_parameters p = fab_model_count_parameters(&s.model);
        const fab_layer_parameters *any =
            p.moe_layer.attention_sharded > 0 ? &p.moe_layer : &p.dense_layer;
        const double tensor = (double)s.mapping.tp;
        const double experts = (double)(s.mapping.ep * s.mapping.etp);
        const bool is_grouped = s.model.attention == FAB_ATTENTION_GQA;
        const double copied = is_grouped ? 2.0 * (double)(s.model.hidden * s.model.head_dim) *
                                               kv_copies(&s.model, s.mapping.tp)
                                         : 0.0;
        const double softmax = (tensor - 1.0) * (double)any->attention_replicated + copied;
        const double linear = (tensor - 1.0) * (double)p.linear_replicated;
        double sum = 0.0;
        int64_t layers = 0;
        for (int64_t i = 0; i < s.mapping.pp; i++) {
            const fab_stage stage = fab_stage_make(&s, i);
            const fab_stage_parameters held = held_by(&s, i);
            sum += tensor * held.dense_count + experts * held.expert_count;
            layers += fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER_LINEAR) +
                      fab_stage_layers_of(&stage, FAB_BLOCK_MOE_LAYER_LINEAR);
        }
        const fab_pipeline pipeline = fab_scenario_pipeline(&s);
        const double copies = (double)fab_pipeline_copy_count(&pipeline);
        const double want =
            expected_total(&s) + copies * (double)s.model.linear_layers * (linear - softmax);
        ck_assert_int_eq(layers, s.model.linear_layers * (int64_t)copies);
        ck_assert_msg(fabs(sum / want - 1.0) < 1e-12, "seed %d: %.17g instead of %.17g", number,
                      sum, want);
    }
}
END_TEST

/* a larger micro-batch never needs less memory: twice the tokens, half of the micro-batches */
START_TEST(memory_grows_with_the_microbatch)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        s.job.batch *= 4;
        double before[8] = {0.0};
        for (int doubling = 0; doubling < 3; doubling++) {
            const fab_workload w = workload_of(&s);
            for (int64_t i = 0; i < s.mapping.pp; i++) {
                const fab_stage stage = fab_stage_make(&s, i);
                const double now = fab_stage_memory(&s, &w, &stage, i).total_byte;
                ck_assert_msg(now >= before[i] * (1 - 1e-14), "seed %d, stage %d", number, (int)i);
                before[i] = now;
            }
            s.mapping.microbatch *= 2;
        }
    }
}
END_TEST

static double memory_of(const fab_scenario *s)
{
    const fab_workload w = workload_of(s);
    double most = 0.0;
    for (int64_t i = 0; i < s->mapping.pp; i++) {
        const fab_stage stage = fab_stage_make(s, i);
        const double byte = fab_stage_memory(s, &w, &stage, i).total_byte;
        most = byte > most ? byte : most;
    }
    return most;
}

/* on a given number of packages, more ranks of a kind never need more memory */
static const struct {
    const char *what, *model;
    const char *mapping[5];
} FALLING[] = {
    {"tensor", "llama3-405b", {"tp: 1", "tp: 2", "tp: 4", "tp: 8", "tp: 16"}},
    {"context", "llama3-405b", {"cp: 1", "cp: 2", "cp: 4", "cp: 8", "cp: 16"}},
    {"pipeline", "llama3-405b", {"pp: 1", "pp: 2", "pp: 3", "pp: 6", "pp: 9"}},
    {"pipeline with experts", "deepseek-v3", {"pp: 1", "pp: 2", "pp: 4", "pp: 8", "pp: 16"}},
    {"expert", "deepseek-v3", {"ep: 1", "ep: 2", "ep: 8", "ep: 32", "ep: 256"}},
    {"shared", "deepseek-v3", {"zero: 0", "zero: 1", "zero: 2", "zero: 3", "zero: 3"}},
    {"shared without experts",
     "llama3-405b",
     {"pp: 6, zero: 0", "pp: 6, zero: 1", "pp: 6, zero: 2", "pp: 6, zero: 3", "pp: 6, zero: 3"}},
};

START_TEST(memory_falls_with_ranks)
{
    double before = HUGE_VAL;
    for (int i = 0; i < 5; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "name: falling\ngpu: h100_sxm\nfabric: h100_ib\nmodel: %s\n"
                 "job: {gpus: 2304, tokens: 1T, batch: 36864}\nmapping: {%s}\n",
                 FALLING[_i].model, FALLING[_i].mapping[i]);
        const fab_scenario s = good_scenario(text, NULL);
        const double now = memory_of(&s);
        ck_assert_msg(now <= before, "%s, %s: %g after %g", FALLING[_i].what,
                      FALLING[_i].mapping[i], now, before);
        before = now;
    }
}
END_TEST

/* What is on its way is of one layer: with at least 8 layers alike on every stage, sharing out more
 * never needs more memory. */
START_TEST(memory_falls_with_zero)
{
    int compared = 0;
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        s.model.layers = s.mapping.pp * s.mapping.interleave * 8;
        s.model.dense_layers = s.model.experts > 0 ? 0 : s.model.layers;
        double before = HUGE_VAL;
        for (s.mapping.zero = 0; s.mapping.zero <= 3; s.mapping.zero++) {
            const double now = memory_of(&s);
            ck_assert_msg(now <= before * (1 + 1e-14), "seed %d, zero %d", number,
                          (int)s.mapping.zero);
            before = now;
            compared++;
        }
    }
    ck_assert_int_eq(compared, 200);
}
END_TEST

/* sharding the optimizer over more data ranks never needs more memory */
START_TEST(memory_shrinks_with_data_ranks)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        fab_scenario s = random_scenario(number, arena);
        const fab_stage stage = fab_stage_make(&s, 0);
        const fab_workload few = workload_of(&s);
        const double before = fab_stage_memory(&s, &few, &stage, 0).total_byte;
        s.job.gpus *= 2;
        s.job.batch *= 2;
        s.mapping.dp *= 2;
        const fab_workload many = workload_of(&s);
        ck_assert_double_le(fab_stage_memory(&s, &many, &stage, 0).total_byte, before);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("state_properties");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, stages_hold_the_whole_model, 0, 20);
    tcase_add_loop_test(tests, stages_hold_linear_layers, 0, 20);
    tcase_add_loop_test(tests, memory_grows_with_the_microbatch, 0, 20);
    tcase_add_loop_test(tests, memory_falls_with_ranks, 0, (int)FAB_TABLE_SIZE(FALLING));
    tcase_add_loop_test(tests, memory_falls_with_zero, 0, 10);
    tcase_add_loop_test(tests, memory_shrinks_with_data_ranks, 0, 20);
    return run_suite("state_properties", tests);
}

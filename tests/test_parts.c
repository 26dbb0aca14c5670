#include "scenario_fixture.h"

#include <math.h>

#include "random_scenario.h"
#include "stage_fixture.h"
#include "train/forecast.h"
#include "train/parts.h"

/* DeepSeek-V3 on 8 stages, 61 layers: parts of unequal length at the ends. */
#define BASE                                                                                       \
    "name: dual\n"                                                                                 \
    "gpu: h800_sxm\n"                                                                              \
    "fabric: h100_ib\n"                                                                            \
    "model: deepseek-v3\n"                                                                         \
    "job: {gpus: 512, tokens: 1B, batch: 1536}\n"                                                  \
    "mapping: {pp: 8, ep: 64, schedule: 1f1b}\n"

static fab_parts measured(const fab_scenario *s)
{
    fab_workload *workload = FAB_NEW(arena, fab_workload, 1);
    ck_assert_ptr_nonnull(workload);
    ck_assert_int_eq(fab_workload_build(s, workload), FAB_OK);
    fab_block_times times = {.is_known = {{false}}};
    fab_parts parts;
    ck_assert_int_eq(fab_parts_measure(s, workload, &times, arena, &parts), FAB_OK);
    return parts;
}

static fab_forecast forecast_of(const fab_scenario *s)
{
    fab_forecast f;
    ck_assert_int_eq(fab_train_forecast(s, arena, &f), FAB_OK);
    return f;
}

/* the passes of a stage are those of its parts */
START_TEST(parts_add_up)
{
    for (int number = 0; number < 300; number++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        fab_scenario s = random_scenario(number, arena);
        s.assumptions.effects.data_parallel = false;
        s.assumptions.overlap.pipeline_frac = 0.0;
        fab_workload *workload = FAB_NEW(arena, fab_workload, 1);
        ck_assert_int_eq(fab_workload_build(&s, workload), FAB_OK);
        const fab_parts parts = measured(&s);
        for (int64_t r = 0; r < s.mapping.pp; r++) {
            const fab_stage stage = fab_stage_make(&s, r);
            const fab_stage_time time = measure(&s, workload, &stage);
            double forward_s = 0.0, backward_s = 0.0, weight_s = 0.0;
            for (int64_t c = 0; c < fab_pipeline_held_count(&parts.pipeline); c++) {
                const int64_t q = fab_pipeline_part(&parts.pipeline, r, c);
                forward_s += parts.forward_s[q];
                weight_s += parts.weight_s[q];
                backward_s += parts.input_s[q] + parts.weight_s[q];
            }
            ck_assert_double_eq_tol(forward_s, time.forward_s, 1e-12 * time.forward_s);
            ck_assert_double_eq_tol(backward_s, time.backward_s, 1e-12 * time.backward_s);
            ck_assert_double_eq_tol(weight_s, time.weight_s, 1e-12 * time.weight_s);
            ck_assert_double_lt(weight_s, backward_s);
        }
        fab_arena_reset(arena, mark);
    }
}
END_TEST

/* F and B of 3 and 6, expert messages of 2 and 4 in them of which 1 and 4 are exposed, and pairs
 * by hand: C = 9 - 5 = 4, K = 6, F&B = 6 + e 4. */
static const struct {
    const char *what;
    double sent_s[2], back_s[2], loss_frac, want_s;
} PAIR[] = {
    {"messages are longer", {2, 1}, {4, 4}, 0.0, 6.0},
    {"and some is lost", {2, 1}, {4, 4}, 0.25, 7.0},
    {"computation is longer", {1, 1}, {2, 2}, 0.0, 6.0},
    {"and some is lost", {1, 1}, {2, 2}, 0.1, 6.3},
    {"no messages, nothing to gain", {0, 0}, {0, 0}, 0.1, 9.0},
    {"never longer than one after the other", {2, 0}, {4, 0}, 1.0, 9.0},
};

START_TEST(pairs_by_hand)
{
    fab_scenario s = {.assumptions.overlap.loss_frac = PAIR[_i].loss_frac};
    double forward_s[2] = {3, 3}, input_s[2] = {4, 4}, weight_s[2] = {2, 2}, pair_s[2];
    fab_pass_messages sent[2], back[2];
    for (int i = 0; i < 2; i++) {
        sent[i] = (fab_pass_messages){PAIR[_i].sent_s[0], PAIR[_i].sent_s[1]};
        back[i] = (fab_pass_messages){PAIR[_i].back_s[0], PAIR[_i].back_s[1]};
    }
    fab_parts parts = {.pipeline = {2, 8, 1, FAB_SCHEDULE_DUALPIPE},
                       .count = 2,
                       .forward_s = forward_s,
                       .input_s = input_s,
                       .weight_s = weight_s,
                       .pair_s = pair_s,
                       .sent = sent,
                       .back = back};
    /* both passes over both parts; each of p = 2 runs (8 / 2 - 2 + 1 - 1) + (4 - 1) pairs */
    const fab_stage_time time = {.forward_s = 6, .backward_s = 12};
    const double hidden_s = fab_parts_close_device(&s, &parts, 0, &time);
    ck_assert_double_eq_tol(pair_s[0], PAIR[_i].want_s, 1e-12);
    ck_assert_double_eq_tol(pair_s[1], PAIR[_i].want_s, 1e-12);
    ck_assert_double_eq_tol(hidden_s, 5.0 * (9.0 - PAIR[_i].want_s), 1e-12);
}
END_TEST

/* what a stage takes beyond its parts goes to them evenly */
START_TEST(rest_is_spread)
{
    const fab_scenario s = {.name = "rest"};
    double forward_s[4] = {1, 2, 3, 4}, input_s[4] = {2, 2, 2, 2}, weight_s[4] = {1, 1, 1, 1};
    fab_parts parts = {.pipeline = {2, 4, 2, FAB_SCHEDULE_INTERLEAVED},
                       .count = 4,
                       .forward_s = forward_s,
                       .input_s = input_s,
                       .weight_s = weight_s};
    /* device 0 holds parts 0 and 2: 4 forward and 6 backward */
    const fab_stage_time time = {.forward_s = 5, .backward_s = 7};
    ck_assert_double_eq(fab_parts_close_device(&s, &parts, 0, &time), 0.0);
    const double want_forward_s[4] = {1.5, 2, 3.5, 4}, want_input_s[4] = {2.5, 2, 2.5, 2};
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq(forward_s[i], want_forward_s[i]);
        ck_assert_double_eq(input_s[i], want_input_s[i]);
        ck_assert_double_eq(weight_s[i], 1.0);
    }
}
END_TEST

/* One schedule's step beside another's, each a piece laid over the base. */
static const struct {
    const char *what, *one, *other;
    double least_ratio, most_ratio; /* one over other */
} BESIDE[] = {
    {"auto is 1f1b", "{}", "{mapping: {schedule: auto}}", 0.999, 1.001},
    {"the same bubble with more memory", "{mapping: {schedule: gpipe}}", "{}", 0.98, 1.05},
    {"weights fill waits", "{mapping: {schedule: zb_h1}}", "{}", 0.8, 0.999},
    {"pairs hide expert messages", "{mapping: {schedule: dualpipe}}", "{}", 0.3, 0.9},
    {"the Vs hold first and last parts together", "{mapping: {schedule: zb_v, interleave: 2}}",
     "{}", 0.5, 0.95},
    {"and hide messages", "{mapping: {schedule: dualpipev, interleave: 2}}",
     "{mapping: {schedule: zb_v, interleave: 2}}", 0.5, 0.95},
    {"a pair that loses all hides nothing",
     "{mapping: {schedule: dualpipe}, assumptions: {overlap: {loss: 1}}}",
     "{mapping: {schedule: dualpipe}}", 1.05, 3.0},
};

START_TEST(beside_one_another)
{
    const fab_scenario one = good_scenario(BASE, BESIDE[_i].one);
    const fab_scenario other = good_scenario(BASE, BESIDE[_i].other);
    const double ratio = forecast_of(&one).step_s / forecast_of(&other).step_s;
    ck_assert_msg(ratio >= BESIDE[_i].least_ratio && ratio <= BESIDE[_i].most_ratio, "%s: %g",
                  BESIDE[_i].what, ratio);
}
END_TEST

/* GPipe keeps all micro-batches; DualPipe every parameter twice, its optimizer state shared out. */
START_TEST(memory_follows_the_schedule)
{
    const fab_scenario plain = good_scenario(BASE, "{model: {base: deepseek-v3, mtp_layers: 0}}");
    const fab_scenario all = good_scenario(BASE, "{mapping: {schedule: gpipe}}");
    const fab_scenario dual = good_scenario(
        BASE, "{model: {base: deepseek-v3, mtp_layers: 0}, mapping: {schedule: dualpipe}}");
    ck_assert_double_eq(fab_stage_in_flight_count(&plain, 0), 8.0);
    ck_assert_double_eq(fab_stage_in_flight_count(&all, 7), 24.0);
    ck_assert_double_eq(fab_stage_in_flight_count(&dual, 7), 4.5);
    fab_workload *workload = FAB_NEW(arena, fab_workload, 1);
    ck_assert_int_eq(fab_workload_build(&dual, workload), FAB_OK);
    double plain_count = 0.0, dual_count = 0.0, plain_kept = 0.0, dual_kept = 0.0;
    for (int64_t r = 0; r < 8; r++) {
        const fab_stage one = fab_stage_make(&plain, r), two = fab_stage_make(&dual, r);
        const fab_stage_parameters a = fab_stage_count_parameters(&plain, workload, &one);
        const fab_stage_parameters b = fab_stage_count_parameters(&dual, workload, &two);
        plain_count += a.dense_count + a.expert_count;
        dual_count += b.dense_count + b.expert_count;
        plain_kept += fab_stage_sharded_count(&plain, workload, &a);
        dual_kept += fab_stage_sharded_count(&dual, workload, &b);
    }
    ck_assert_double_eq_tol(dual_count, 2.0 * plain_count, 1e-12 * dual_count);
    ck_assert_double_eq_tol(dual_kept, plain_kept, 1e-12 * dual_kept);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("parts");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, parts_add_up);
    tcase_add_loop_test(tests, pairs_by_hand, 0, (int)FAB_TABLE_SIZE(PAIR));
    tcase_add_test(tests, rest_is_spread);
    tcase_add_loop_test(tests, beside_one_another, 0, (int)FAB_TABLE_SIZE(BESIDE));
    tcase_add_test(tests, memory_follows_the_schedule);
    return run_suite("parts", tests);
}

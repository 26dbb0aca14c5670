#include "run_all.h"
#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/timeline.h>

/* A step by events beside the forecast: equal where nothing shares links and stages are alike,
 * never far from it on random scenarios, slower with slow parts; what a stream does at a time. */

static fab_step_simulation simulate(const fab_scenario *s, const fab_step_options *options)
{
    fab_step_simulation step;
    const char *reason = NULL;
    const fab_status status = fab_step_simulate(s, options, arena, &step, &reason);
    ck_assert_msg(status == FAB_OK, "%s", reason ? reason : "no reason");
    return step;
}

#define QUIET_BUT(effect)                                                                          \
    "assumptions: {dispatch: per_domain, overlap: {expert: 0, tensor: 0}, effects: {" effect       \
    "pipeline_transfers: false, data_parallel: false, embedding_head: false, product_traffic: "    \
    "false}}\n"
#define QUIET QUIET_BUT("")

/* One forward and one backward in turn on equal stages, nothing hidden: (m + p - 1) passes. */
START_TEST(the_forecast_without_contention)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, QUIET);
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.slow = NULL});
    ck_assert_msg(fabs(step.difference_frac) <= 1e-7, "%.12g s, not %.12g s", step.simulated_s,
                  step.closed_form_s);
    double sum_s = 0.0;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        sum_s += step.part_s[part];
        ck_assert_double_eq_tol(step.part_s[part], step.closed_part_s[part],
                                1e-4 * step.simulated_s);
    }
    ck_assert_double_eq_tol(sum_s / step.simulated_s, 1.0, 1e-12);
}
END_TEST

/* Nothing hidden, nothing that shares: every schedule takes what the pipeline's own model says,
 * with parts of unequal length too. */
static const struct {
    const char *mapping;
    double most_frac; /* that the two may differ */
} SCHEDULE[] = {
    {"{schedule: gpipe}", 1e-9},
    {"{schedule: 1f1b}", 1e-9},
    {"{schedule: interleaved, interleave: 2}", 1e-9},
    {"{schedule: zb_h1}", 1e-9},
    {"{schedule: zb_h2}", 1e-9},
    {"{schedule: zb_v, interleave: 2}", 1e-9},
    {"{schedule: dualpipe}", 1e-9},
    {"{schedule: dualpipev, interleave: 2}", 1e-9},
    {"{schedule: gpipe, layout: 16 15*6 14}", 1e-9},
    {"{schedule: 1f1b, layout: 16 15*6 14}", 1e-3},
    {"{schedule: zb_h1, layout: 16 15*6 14}", 1e-3},
    {"{schedule: zb_h2, layout: 16 15*6 14}", 1e-3},
    {"{schedule: interleaved, interleave: 2, layout: 8 7*7 8*7 7}", 1e-3},
    {"{schedule: zb_v, interleave: 2, layout: 8 7*7 8*7 7}", 1e-3},
    {"{schedule: dualpipe, layout: 16 15*6 14}", 1e-3},
    {"{schedule: dualpipev, interleave: 2, layout: 8 7*7 8*7 7}", 1e-3},
};

START_TEST(every_schedule)
{
    const char *over = fab_arena_printf(arena, "%smapping: %s\n", QUIET_BUT("optimizer: false, "),
                                        SCHEDULE[_i].mapping);
    const fab_scenario s = good_scenario(STUDY_TEXT, over);
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.slow = NULL});
    ck_assert_msg(fabs(step.difference_frac) <= SCHEDULE[_i].most_frac, "%s: %.12g s, not %.12g s",
                  SCHEDULE[_i].mapping, step.simulated_s, step.closed_form_s);
    /* one stage at half its speed: longer, and less than twice as long */
    const fab_slow_part slow = {.stage = 5, .tier = -1, .ratio = 0.5};
    const fab_step_options options = {.slow = &slow, .slow_count = 1, .pieces = 1};
    const fab_step_simulation late = simulate(&s, &options);
    ck_assert_double_gt(late.simulated_s, 1.05 * step.simulated_s);
    ck_assert_double_le(late.simulated_s, 2.0 * step.simulated_s);
}
END_TEST

/* Shards gathered in every pass are messages on links: ZeRO 3 sends over them, and the step stays
 * what the forecast says where nothing else is sent. */
START_TEST(shards_on_links)
{
    const fab_scenario s = good_scenario(
        STUDY_TEXT,
        "mapping: {zero: 3}\n"
        "assumptions: {dispatch: per_domain, overlap: {data: 0, expert: 0, tensor: 0}, effects: "
        "{pipeline_transfers: false, embedding_head: false}}\n");
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.slow = NULL});
    ck_assert_uint_gt(step.events, 0);
    ck_assert_double_gt(step.hot_frac, 0.0);
    ck_assert_msg(fabs(step.difference_frac) <= 1e-7, "%.12g s, not %.12g s", step.simulated_s,
                  step.closed_form_s);
}
END_TEST

/* Exchanges among more members of a mesh than tensor groups have reach more of a package's rate:
 * its port lets them. */
START_TEST(shards_on_a_mesh)
{
    const fab_scenario s = good_scenario(
        "name: mesh\ngpu: mi300x\nfabric: mi300x_roce_xla\nmodel: llama3-70b\n"
        "job: {gpus: 32, tokens: 1T, batch: 32, sequence: 4096}\n",
        "mapping: {tp: 2, pp: 2, zero: 3}\n"
        "assumptions: {overlap: {data: 0, tensor: 0}, effects: {pipeline_transfers: false, "
        "embedding_head: false}}\n");
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.pieces = 1});
    ck_assert_msg(fabs(step.difference_frac) <= 1e-7, "%.12g s, not %.12g s", step.simulated_s,
                  step.closed_form_s);
}
END_TEST

/* Context messages inside servers and between them, alone: the forecast, on ports, on links and
 * with every package by itself. In a ring over servers two ranks of each send to another one. */
static const char *const CONTEXT[] = {
    "{tp: 4, cp: 2, cp_mode: ring}",        "{tp: 4, cp: 4, cp_mode: ring}",
    "{tp: 4, cp: 8, cp_mode: ring}",        "{tp: 2, cp: 8, cp_mode: ring}",
    "{tp: 8, cp: 4, cp_mode: ring}",        "{tp: 2, cp: 8, cp_mode: all_gather}",
    "{tp: 4, cp: 8, cp_mode: ulysses}",     "{tp: 2, cp: 8, cp_mode: hierarchical}",
    "{tp: 4, cp: 8, cp_mode: hierarchical}"};

START_TEST(context_messages)
{
    static const char TEXT[] =
        "name: context\ngpu: h100_sxm\nfabric: {base: h100_ib, tiers: [{}, {domain: 64}]}\n"
        "model: llama3-70b\njob: {gpus: 64, tokens: 1T, batch: 8, sequence: 65536}\n"
        "assumptions: {effects: {data_parallel: false, pipeline_transfers: false}, overlap: "
        "{context: 0, tensor: 0}}\n";
    const fab_scenario s =
        good_scenario(TEXT, fab_arena_printf(arena, "mapping: %s\n", CONTEXT[_i]));
    const fab_wiring flat = {
        .kind = FAB_WIRING_SWITCH, .planes = 1, .spines = 1, .oversubscription_ratio = 1.0};
    for (int i = 0; i < 3; i++) {
        const fab_step_options options = {
            .pieces = 1, .wirings = {i > 0 ? &flat : NULL}, .is_general = i == 2};
        fab_arena *large = fab_arena_create((size_t)1 << 30);
        fab_step_simulation step;
        const char *reason = NULL;
        ck_assert_int_eq(fab_step_simulate(&s, &options, large, &step, &reason), FAB_OK);
        fab_arena_destroy(large);
        ck_assert_msg(fabs(step.difference_frac) <= 1e-8, "%s, %d: %.12g s, not %.12g s",
                      CONTEXT[_i], i, step.simulated_s, step.closed_form_s);
    }
}
END_TEST

/* With everything that a forecast knows the two stay near: messages of one class wait for those of
 * another, and that is all. */
START_TEST(near_the_forecast)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, "name: other\n");
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.slow = NULL});
    ck_assert_double_ge(step.difference_frac, -0.02);
    ck_assert_double_le(step.difference_frac, 0.10);
    /* cutting runs of blocks otherwise changes little */
    const fab_step_simulation coarse = simulate(&s, &(fab_step_options){.pieces = 1});
    ck_assert_double_eq_tol(coarse.simulated_s / step.simulated_s, 1.0, 0.02);
    ck_assert_uint_lt(coarse.flows, step.flows);
}
END_TEST

/* A stage computes one thing at a time, inside the step; each micro-batch passes each stage twice.
 */
START_TEST(streams)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, "name: other\n");
    const fab_step_simulation step = simulate(&s, &(fab_step_options){.pieces = 1});
    double last_s[64] = {0.0};
    ck_assert_int_le(step.stages, 64);
    for (size_t i = 0; i < step.activity_count; i++) {
        const fab_activity *a = &step.activities[i];
        ck_assert(a->start_s >= 0.0 && a->end_s > a->start_s);
        ck_assert_double_le(a->end_s, step.simulated_s);
        ck_assert(a->stage >= 0 && a->stage < step.stages && a->microbatch < step.microbatches);
        if (a->stream == FAB_STREAM_COMPUTE) {
            ck_assert_double_ge(a->start_s, last_s[a->stage] * (1.0 - 1e-12));
            last_s[a->stage] = a->end_s;
        }
    }
    for (int64_t tier = 0; tier < step.tier_count; tier++) {
        double sum = 0.0;
        for (int i = 0; i < FAB_TIMELINE_BINS; i++) {
            sum += step.tier_bin_frac[tier][i] / FAB_TIMELINE_BINS;
        }
        ck_assert_double_eq_tol(sum, step.tier_busy_frac[tier], 1e-6);
        ck_assert_double_le(step.tier_busy_frac[tier], step.hot_frac + 1e-12);
    }
    ck_assert_double_le(step.hot_frac, 1.0 + 1e-9);
    ck_assert_uint_gt(step.shared_count, 0);
    for (int64_t link = 0; link < step.stages * step.tier_count; link++) {
        ck_assert(step.out_frac[link] >= 0.0 && step.out_frac[link] <= step.hot_frac);
        ck_assert(step.in_frac[link] >= 0.0 && step.in_frac[link] <= 1.0 + 1e-9);
    }
}
END_TEST

/* A straggler's computation or a slow link makes the step longer, at most as if all were so slow.
 */
START_TEST(slow_parts)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, "name: other\n");
    const fab_step_simulation whole = simulate(&s, &(fab_step_options){.pieces = 1});
    for (int64_t tier = -1; tier < 2; tier++) {
        const fab_slow_part slow = {.stage = 3, .tier = tier, .ratio = 0.5};
        const fab_step_options options = {.slow = &slow, .slow_count = 1, .pieces = 1};
        const fab_step_simulation step = simulate(&s, &options);
        ck_assert_double_gt(step.simulated_s, whole.simulated_s * (tier < 1 ? 1.001 : 0.999));
        ck_assert_double_le(step.simulated_s, 2.0 * whole.simulated_s);
    }
    const fab_slow_part none[] = {{99, -1, 0.5}, {0, 7, 0.5}, {0, -1, 0.0}, {-1, -1, 0.5}};
    for (int i = 0; i < 4; i++) {
        const fab_step_options options = {.slow = &none[i], .slow_count = 1};
        fab_step_simulation step;
        const char *reason = NULL;
        ck_assert_int_eq(fab_step_simulate(&s, &options, arena, &step, &reason), FAB_E_RANGE);
        ck_assert_ptr_nonnull(reason);
    }
}
END_TEST

START_TEST(memory_out)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, "name: other\n");
    fab_arena *small = fab_arena_create((size_t)1 << 20);
    fab_step_simulation step;
    const char *reason = NULL;
    ck_assert_int_eq(
        fab_step_simulate(&s, &(fab_step_options){.slow = NULL}, small, &step, &reason),
        FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("step");
    TCase *t = tcase_create("step");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, catalog_setup, catalog_teardown);
    tcase_add_test(t, the_forecast_without_contention);
    tcase_add_loop_test(t, every_schedule, 0, (int)(sizeof(SCHEDULE) / sizeof(SCHEDULE[0])));
    tcase_add_test(t, shards_on_links);
    tcase_add_test(t, shards_on_a_mesh);
    tcase_add_loop_test(t, context_messages, 0, (int)(sizeof(CONTEXT) / sizeof(CONTEXT[0])));
    tcase_add_test(t, near_the_forecast);
    tcase_add_test(t, streams);
    tcase_add_test(t, slow_parts);
    tcase_add_test(t, memory_out);
    suite_add_tcase(s, t);
    return run_all(s);
}

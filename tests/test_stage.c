#include "scenario_fixture.h"

#include <math.h>

#include "random_scenario.h"
#include "stage_fixture.h"

static void assert_close(double got, double want, double tolerance, const char *what)
{
    ck_assert_msg(fabs(got - want) <= tolerance * (fabs(want) > 1e-300 ? fabs(want) : 1.0),
                  "%s: %.17g instead of %.17g", what, got, want);
}

/* layers of `layers` with `dense` dense ones at the front, dealt to p stages of v chunks */
static fab_scenario dealt(int64_t layers, int64_t dense, int64_t p, int64_t v, int64_t mtp)
{
    return (fab_scenario){
        .model = {.layers = layers, .dense_layers = dense, .mtp_layers = mtp},
        .job = {.batch = p},
        .mapping = {.cp = 1, .pp = p, .dp = 1, .microbatch = 1, .interleave = v},
    };
}

/* by hand: which stage gets how many dense and expert layers */
static const struct {
    int64_t layers, dense, p, v;
    int64_t want[4][2];
} DEALT[] = {
    {8, 8, 4, 1, {{2, 0}, {2, 0}, {2, 0}, {2, 0}}},
    /* one left over goes to the second chunk, not to the first, which has the embedding */
    {9, 9, 4, 1, {{2, 0}, {3, 0}, {2, 0}, {2, 0}}},
    {11, 11, 4, 1, {{2, 0}, {3, 0}, {3, 0}, {3, 0}}},
    /* first three layers dense: chunks 3, 4, 4 */
    {11, 3, 3, 1, {{3, 0}, {0, 4}, {0, 4}}},
    {11, 5, 3, 1, {{3, 0}, {2, 2}, {0, 4}}},
    /* chunks of 2: stage 0 has chunks 0 and 2, stage 1 chunks 1 and 3 */
    {8, 3, 2, 2, {{2, 2}, {1, 3}}},
    /* 10 layers over 4 chunks: 2, 3, 3, 2 */
    {10, 4, 2, 2, {{2, 3}, {2, 3}}},
    {5, 2, 1, 1, {{2, 3}}},
    /* all in one stage, whatever the chunks */
    {7, 2, 1, 3, {{2, 5}}},
    {4, 0, 4, 1, {{0, 1}, {0, 1}, {0, 1}, {0, 1}}},
};

START_TEST(layers_are_dealt_as_by_hand)
{
    const fab_scenario s = dealt(DEALT[_i].layers, DEALT[_i].dense, DEALT[_i].p, DEALT[_i].v, 1);
    for (int64_t i = 0; i < DEALT[_i].p; i++) {
        const fab_stage stage = fab_stage_make(&s, i);
        ck_assert_int_eq(fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER), DEALT[_i].want[i][0]);
        ck_assert_int_eq(fab_stage_layers_of(&stage, FAB_BLOCK_MOE_LAYER), DEALT[_i].want[i][1]);
        ck_assert(stage.has_embedding == (i == 0));
        ck_assert(stage.has_head == (i == DEALT[_i].p - 1));
        ck_assert_int_eq(stage.mtp_modules, i == DEALT[_i].p - 1 ? 1 : 0);
    }
}
END_TEST

/* 3 of 12 layers are dense; two stages of two chunks of 1, 4, 5 and 2 layers: chunks 0 and 2 hold
 * layers 0 and 5 to 9, chunks 1 and 3 layers 1 to 4, of which two are dense, and 10 to 11 */
START_TEST(layouts_are_followed)
{
    static const int64_t LAYERS[] = {1, 4, 5, 2};
    fab_scenario s = dealt(12, 3, 2, 2, 0);
    s.chunk_layers = LAYERS;
    const fab_stage first = fab_stage_make(&s, 0), second = fab_stage_make(&s, 1);
    ck_assert_int_eq(fab_stage_layers_of(&first, FAB_BLOCK_DENSE_LAYER), 1);
    ck_assert_int_eq(fab_stage_layers_of(&first, FAB_BLOCK_MOE_LAYER), 5);
    ck_assert_int_eq(fab_stage_layers_of(&second, FAB_BLOCK_DENSE_LAYER), 2);
    ck_assert_int_eq(fab_stage_layers_of(&second, FAB_BLOCK_MOE_LAYER), 4);
}
END_TEST

/* the layout that `even` stands for is the same forecast; fewer layers beside the head are faster
 */
START_TEST(layouts_change_what_they_say)
{
    static const char *const LAYOUT[] = {"even", "3 4*13 3 3", "3 4*14 2", "4*15 1"};
    double step_s[4];
    for (int i = 0; i < 4; i++) {
        char text[500];
        snprintf(text, sizeof text,
                 "name: v3\ngpu: h100_sxm\nfabric: h100_ib\nmodel: deepseek-v3\n"
                 "job: {gpus: 2048, tokens: 1T, batch: 15360, precision: fp8}\n"
                 "mapping: {pp: 16, ep: 64, layout: %s}\n",
                 LAYOUT[i]);
        const fab_scenario s = good_scenario(text, NULL);
        fab_forecast f;
        ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_OK);
        step_s[i] = f.step_s;
    }
    ck_assert_double_eq(step_s[0], step_s[1]);
    ck_assert_double_lt(step_s[2], step_s[1]);
    ck_assert_double_lt(step_s[3], step_s[2]);
}
END_TEST

/* experts in every second layer: of 15 layers a stage has 8 and 7 of a kind, in turn */
START_TEST(spread_experts_are_dealt_evenly)
{
    fab_scenario s =
        good_scenario(STUDY_TEXT, "{model: {base: moe-4.7t-c4, moe_every: 2, dense_width: 8192}}");
    ck_assert_int_eq(s.model.layers, 120);
    ck_assert_int_eq(s.model.dense_layers, 60);
    int64_t dense = 0;
    for (int64_t i = 0; i < 8; i++) {
        /* 15 layers each: the first of stage 0 is dense, the first of stage 1 has experts */
        const fab_stage stage = fab_stage_make(&s, i);
        ck_assert_int_eq(fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER), i % 2 == 0 ? 8 : 7);
        ck_assert_int_eq(fab_stage_layers(&stage), 15);
        dense += fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER);
    }
    ck_assert_int_eq(dense, 60);
}
END_TEST

/* the slow way: layer by layer */
static void deal_slowly(const fab_scenario *s, int64_t stage, int64_t *dense, int64_t *moe)
{
    const int64_t chunks = s->mapping.pp * s->mapping.interleave;
    int64_t layer = 0;
    *dense = *moe = 0;
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
        const int64_t extra = s->model.layers % chunks;
        const int64_t size = s->model.layers / chunks + (chunk > 0 && chunk <= extra ? 1 : 0);
        for (int64_t i = 0; i < size; i++, layer++) {
            if (chunk % s->mapping.pp == stage) {
                *(layer < s->model.dense_layers ? dense : moe) += 1;
            }
        }
    }
}

START_TEST(layers_sum_up_for_all_pipelines)
{
    for (int64_t p = 1; p <= 12; p++) {
        for (int64_t v = 1; v <= 5; v++) {
            for (int64_t layers = p * v; layers <= p * v + 13; layers++) {
                const fab_scenario s = dealt(layers, layers / 3, p, v, 0);
                int64_t sum = 0, dense = 0, want_dense, want_moe;
                for (int64_t i = 0; i < p; i++) {
                    const fab_stage stage = fab_stage_make(&s, i);
                    deal_slowly(&s, i, &want_dense, &want_moe);
                    ck_assert_int_eq(fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER),
                                     want_dense);
                    ck_assert_int_eq(fab_stage_layers_of(&stage, FAB_BLOCK_MOE_LAYER), want_moe);
                    ck_assert_int_ge(fab_stage_layers(&stage), v);
                    sum += fab_stage_layers(&stage);
                    dense += fab_stage_layers_of(&stage, FAB_BLOCK_DENSE_LAYER);
                }
                ck_assert_int_eq(sum, layers);
                ck_assert_int_eq(dense, layers / 3);
            }
        }
    }
}
END_TEST

/* One layer whose forward computes 10 s (6 product, 3 attention, 1 memory), backward 20 s (6 + 6
 * product, 6 attention, 2 memory); tensor messages of 4 s, once forward and twice backward; expert
 * messages of 7 s, once each. */
static fab_workload timed_layer(void)
{
    fab_workload w = {.tokens_count = 1.0,
                      .shard_tokens_count = 1.0,
                      .speed = {.gemm_flops = 1.0,
                                .gemm_bf16_flops = 1.0,
                                .attention_flops = 1.0,
                                .attention_ratio = 1.0,
                                .memory_byte_per_s = 1.0,
                                .has_memory_traffic = true,
                                .has_attention_core = true}};
    fab_block *block = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    block->operators[0] = (fab_operator){.name = "product",
                                         .kind = FAB_OPERATOR_GEMM,
                                         .forward = {.flop = 6, .byte = 0},
                                         .backward = {.flop = 6, .byte = 0},
                                         .weight = {.flop = 6, .byte = 0},
                                         .issued_count = 1.0};
    block->operators[1] = (fab_operator){.name = "core",
                                         .kind = FAB_OPERATOR_ATTENTION,
                                         .forward = {.flop = 3, .byte = 0},
                                         .backward = {.flop = 6, .byte = 0},
                                         .weight = {.flop = 0, .byte = 0},
                                         .issued_count = 1.0};
    block->operators[2] = (fab_operator){.name = "norm",
                                         .kind = FAB_OPERATOR_MEMORY,
                                         .forward = {.flop = 0, .byte = 1},
                                         .backward = {.flop = 0, .byte = 2},
                                         .weight = {.flop = 0, .byte = 0},
                                         .issued_count = 1.0};
    block->operator_count = 3;
    block->messages[0] = (fab_message){
        .name = "tensor",
        .message_class = FAB_MESSAGE_TENSOR,
        .cost = {.time_s = 4, .energy_j = 5, .tier_sent_bit = {80, 0}, .tier_time_s = {3, 0}},
        .forward_count = 1,
        .backward_count = 2};
    block->messages[1] = (fab_message){
        .name = "expert",
        .message_class = FAB_MESSAGE_EXPERT,
        .cost = {.time_s = 7, .energy_j = 11, .tier_sent_bit = {16, 24}, .tier_time_s = {1, 5}},
        .forward_count = 1,
        .backward_count = 1};
    block->message_count = 2;
    return w;
}

/* Context messages of 2 s, once forward and twice backward, hide behind the attention core (3 s, 6
 * s): a ring of 4 behind 3 of its 4 turns (2.25 s, 4.5 s); others only when said, behind all of it.
 * What they hide behind hides nothing else. */
static const struct {
    int mode;
    double context_frac, tensor_frac, context_s;
    double forward_s, backward_s, exposed_s;
} CONTEXT[] = {
    {FAB_CONTEXT_RING, -1, 0, 2, 10 + 11, 20 + 15, 0},
    {FAB_CONTEXT_RING, 0, 0, 2, 10 + 11 + 2, 20 + 15 + 4, 6},
    {FAB_CONTEXT_RING, 0.5, 0, 2, 10 + 11 + 1, 20 + 15 + 2, 3},
    /* 4 of which 2.25 hidden, 8 of which 4.5 */
    {FAB_CONTEXT_RING, -1, 0, 4, 10 + 11 + 1.75, 20 + 15 + 3.5, 5.25},
    {FAB_CONTEXT_ALL_GATHER, -1, 0, 2, 10 + 11 + 2, 20 + 15 + 4, 6},
    {FAB_CONTEXT_ALL_GATHER, 1, 0, 2, 10 + 11, 20 + 15, 0},
    {FAB_CONTEXT_ULYSSES, 1, 0, 4, 10 + 11 + 1, 20 + 15 + 2, 3},
    /* rings of 2 hide behind one of 2 turns: 1.5 of 4, 3 of 8 */
    {FAB_CONTEXT_HIERARCHICAL, -1, 0, 4, 10 + 11 + 2.5, 20 + 15 + 5, 7.5},
    /* tensor messages of 4 and 8 hide behind the 7.75 and 15.5 left */
    {FAB_CONTEXT_RING, -1, 1, 4, 10 + 7 + 1.75, 20 + 7 + 3.5, 5.25},
};

START_TEST(context_hides_behind_the_core)
{
    fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    fab_block *block = &w.blocks[FAB_BLOCK_DENSE_LAYER];
    block->messages[block->message_count++] =
        (fab_message){.name = "context",
                      .message_class = FAB_MESSAGE_CONTEXT,
                      .cost = {.time_s = CONTEXT[_i].context_s},
                      .forward_count = 1,
                      .backward_count = 2,
                      .is_ring = CONTEXT[_i].mode == FAB_CONTEXT_RING ||
                                 CONTEXT[_i].mode == FAB_CONTEXT_HIERARCHICAL};
    s.mapping.cp = 4;
    s.mapping.cp_inner = 2;
    s.mapping.cp_mode = CONTEXT[_i].mode;
    s.assumptions.overlap.context_frac = CONTEXT[_i].context_frac;
    s.assumptions.overlap.tensor_frac = CONTEXT[_i].tensor_frac;
    s.assumptions.overlap.tensor_gradient_frac = -1.0;
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * CONTEXT[_i].forward_s, 1e-14, "forward");
    assert_close(t.backward_s, 3 * CONTEXT[_i].backward_s, 1e-14, "backward");
    assert_close(t.messages[FAB_MESSAGE_CONTEXT].total_s, 9 * CONTEXT[_i].context_s, 1e-14,
                 "total");
    ck_assert_double_eq_tol(t.messages[FAB_MESSAGE_CONTEXT].exposed_s, 3 * CONTEXT[_i].exposed_s,
                            1e-12);
    ck_assert_double_eq_tol(t.part_s[FAB_STEP_CONTEXT], 3 * CONTEXT[_i].exposed_s, 1e-12);
}
END_TEST

/* 3 layers of 21 s forward and 35 s backward, 30 bytes of each of 2 copied at 1 byte a second: 60 s
 * hide behind two of three layers, 42 s and 70 s, or half of them behind that */
static const struct {
    double share, forward_s, backward_s;
} COPIED[] = {{1.0, 60 - 42, 0}, {0.5, 30, 30}, {0.0, 60, 60}};

START_TEST(copies_hide_behind_other_layers)
{
    fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    w.blocks[FAB_BLOCK_DENSE_LAYER].saved_byte = 30;
    s.mapping.offload_layers = 2;
    s.gpu.host_rate_bps = (fab_value){.value = 16, .is_known = true};
    s.assumptions.host_efficiency_frac = 0.5;
    s.assumptions.overlap.offload_frac = COPIED[_i].share;
    const fab_stage stage = fab_stage_make(&s, 0);
    fab_stage_time t = measure(&s, &w, &stage);
    fab_stage_offload_passes(&s, &w, &stage, &t);
    assert_close(t.forward_s, 63 + COPIED[_i].forward_s, 1e-14, "forward");
    assert_close(t.backward_s, 105 + COPIED[_i].backward_s, 1e-14, "backward");
    ck_assert_double_eq_tol(t.part_s[FAB_STEP_OFFLOAD],
                            COPIED[_i].forward_s + COPIED[_i].backward_s, 1e-12);
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_double_eq_tol(t.offload[pass].total_s, 60, 1e-12);
        ck_assert_double_eq_tol(t.offload[pass].moved_byte, 60, 1e-12);
    }
    ck_assert_double_eq_tol(t.offload[0].exposed_s, COPIED[_i].forward_s, 1e-12);
}
END_TEST

/* Hidden: tensor share of the tensor messages, then expert share of the expert messages, together
 * at most what is computed in the pass (10 s forward, 20 s backward). */
static const struct {
    double tensor_frac, expert_frac;
    int recompute;
    double forward_s, backward_s, tensor_exposed_s, expert_exposed_s;
} HIDDEN[] = {
    {0, 0, FAB_RECOMPUTE_NONE, 10 + 4 + 7, 20 + 8 + 7, 12, 14},
    {1, 0, FAB_RECOMPUTE_NONE, 10 + 0 + 7, 20 + 0 + 7, 0, 14},
    {0, 1, FAB_RECOMPUTE_NONE, 10 + 4 + 0, 20 + 8 + 0, 12, 0},
    /* forward: 4 + 6 of 7 hidden; backward 8 + 7 fit into 20 */
    {1, 1, FAB_RECOMPUTE_NONE, 10 + 1, 20, 0, 1},
    {0.5, 0.5, FAB_RECOMPUTE_NONE, 10 + 2 + 3.5, 20 + 4 + 3.5, 6, 7},
    /* the forward runs twice: backward computes 30 and sends 12 and 14 */
    {0, 0, FAB_RECOMPUTE_FULL, 21, 30 + 12 + 14, 16, 21},
    {1, 1, FAB_RECOMPUTE_FULL, 11, 30, 0, 1},
};

START_TEST(messages_hide_behind_computation)
{
    const fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    s.mapping.recompute = HIDDEN[_i].recompute;
    s.assumptions.overlap.tensor_frac = HIDDEN[_i].tensor_frac;
    s.assumptions.overlap.tensor_gradient_frac = -1.0;
    s.assumptions.overlap.expert_frac = HIDDEN[_i].expert_frac;
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * HIDDEN[_i].forward_s, 1e-14, "forward");
    assert_close(t.backward_s, 3 * HIDDEN[_i].backward_s, 1e-14, "backward");
    assert_close(t.messages[FAB_MESSAGE_TENSOR].exposed_s, 3 * HIDDEN[_i].tensor_exposed_s, 1e-14,
                 "tensor");
    assert_close(t.messages[FAB_MESSAGE_EXPERT].exposed_s, 3 * HIDDEN[_i].expert_exposed_s, 1e-14,
                 "expert");
    assert_close(t.part_s[FAB_STEP_TENSOR], 3 * HIDDEN[_i].tensor_exposed_s, 1e-14, "part");
    assert_close(t.part_s[FAB_STEP_EXPERT], 3 * HIDDEN[_i].expert_exposed_s, 1e-14, "part");
}
END_TEST

/* of 8 s backward, 4 s have products of gradients beside them and hide by a share of their own */
START_TEST(sums_of_gradients_hide_beside_products)
{
    static const struct {
        double tensor_frac, gradient_frac, exposed_s;
    } ROWS[] = {{0, 0, 12}, {0, 0.5, 10}, {0, 1, 8}, {0.5, -1, 6}, {0.5, 1, 4}, {1, 0, 4}};
    fab_workload w = timed_layer();
    w.blocks[FAB_BLOCK_DENSE_LAYER].messages[0].beside_count = 1;
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    const fab_stage stage = fab_stage_make(&s, 0);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        s.assumptions.overlap.tensor_frac = ROWS[i].tensor_frac;
        s.assumptions.overlap.tensor_gradient_frac = ROWS[i].gradient_frac;
        const fab_stage_time t = measure(&s, &w, &stage);
        assert_close(t.messages[FAB_MESSAGE_TENSOR].exposed_s, 3 * ROWS[i].exposed_s, 1e-14,
                     "exposed");
    }
}
END_TEST

/* forward issues 3 operators and 2 messages in 21 s of work, backward 3 and 3 in 35 s */
START_TEST(passes_wait_for_the_host)
{
    static const struct {
        double launch_s, forward_s, backward_s;
    } ROWS[] = {{0, 21, 35}, {4.2, 21, 35}, {5, 25, 35}, {10, 50, 60}};
    const fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    s.assumptions.overlap.tensor_gradient_frac = -1.0;
    const fab_stage stage = fab_stage_make(&s, 0);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        s.assumptions.launch_s = ROWS[i].launch_s;
        const fab_stage_time t = measure(&s, &w, &stage);
        assert_close(t.forward_s, 3 * ROWS[i].forward_s, 1e-14, "forward");
        assert_close(t.backward_s, 3 * ROWS[i].backward_s, 1e-14, "backward");
        assert_close(t.part_s[FAB_STEP_HOST], 3 * (ROWS[i].forward_s + ROWS[i].backward_s - 56),
                     1e-12, "host");
    }
    s.assumptions.launch_s = 1.0;
    s.assumptions.launch_waits = true;
    const fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * (21 + 5), 1e-14, "forward, waiting for each");
    assert_close(t.backward_s, 3 * (35 + 6), 1e-14, "backward, waiting for each");
}
END_TEST

/* times, bits and energy add up over passes and layers whether hidden or not */
START_TEST(totals_do_not_depend_on_overlap)
{
    const fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    s.assumptions.overlap.tensor_frac = (double)_i;
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_stage_time t = measure(&s, &w, &stage);
    const fab_message_forecast *tensor = &t.messages[FAB_MESSAGE_TENSOR];
    const fab_message_forecast *expert = &t.messages[FAB_MESSAGE_EXPERT];
    assert_close(tensor->total_s, 3 * 3 * 4, 1e-14, "tensor");
    assert_close(tensor->sent_byte[0], 3 * 3 * 10, 1e-14, "tensor bytes");
    assert_close(tensor->link_energy_j, 3 * 3 * 5, 1e-14, "tensor energy");
    assert_close(expert->total_s, 3 * 2 * 7, 1e-14, "expert");
    assert_close(expert->sent_byte[0], 3 * 2 * 2, 1e-14, "expert bytes");
    assert_close(expert->sent_byte[1], 3 * 2 * 3, 1e-14, "expert bytes");
    assert_close(t.tier_s[0], 3 * (9 + 2), 1e-14, "inner wire");
    assert_close(t.tier_s[1], 3 * 10, 1e-14, "outer wire");
    assert_close(t.part_s[FAB_STEP_GEMM], 3 * 18, 1e-14, "products");
    assert_close(t.part_s[FAB_STEP_ATTENTION], 3 * 9, 1e-14, "attention");
    assert_close(t.part_s[FAB_STEP_MEMORY], 3 * 3, 1e-14, "memory");
}
END_TEST

/* a send of 2 s out of each chunk in each pass */
START_TEST(chunks_pass_activations_on)
{
    fab_workload w = timed_layer();
    w.transfer = (fab_collective_cost){
        .time_s = 2, .energy_j = 3, .tier_sent_bit = {0, 8}, .tier_time_s = {0, 1}};
    fab_scenario s = dealt(6, 6, 2, 3, 0);
    const fab_stage stage = fab_stage_make(&s, 0);
    fab_stage_time t = measure(&s, &w, &stage);
    ck_assert_double_eq(t.messages[FAB_MESSAGE_PIPELINE].total_s, 0.0);

    s.assumptions.effects.pipeline_transfers = true;
    t = measure(&s, &w, &stage);
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].total_s, 2 * 3 * 2, 1e-14, "total");
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].exposed_s, 2 * 3 * 2, 1e-14, "exposed");
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].sent_byte[1], 2 * 3, 1e-14, "bytes");
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].link_energy_j, 2 * 3 * 3, 1e-14, "energy");
    assert_close(t.forward_s, 3 * 21 + 6, 1e-14, "forward");
    assert_close(t.backward_s, 3 * 35 + 6, 1e-14, "backward");

    s.assumptions.overlap.pipeline_frac = 0.75;
    t = measure(&s, &w, &stage);
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].exposed_s, 2 * 1.5, 1e-14, "a quarter");

    /* no longer than the pass that it hides behind: forward 3 x 21, backward 3 x 35 */
    w.transfer.time_s = 100;
    s.assumptions.overlap.pipeline_frac = 1.0;
    t = measure(&s, &w, &stage);
    assert_close(t.messages[FAB_MESSAGE_PIPELINE].exposed_s, (300 - 63) + (300 - 105), 1e-14,
                 "the rest");

    s.mapping.pp = 1;
    t = measure(&s, &w, &stage);
    ck_assert_double_eq(t.messages[FAB_MESSAGE_PIPELINE].total_s, 0.0);
}
END_TEST

/* In turn, all but the first and the last chunk of the model also wait 2 s for what each pass
 * receives; bytes stay. Three stages of one chunk, and of two. */
static const struct {
    int64_t chunks;
    double more_s[3];
} IN_TURN[] = {
    {1, {0.0, 2.0, 0.0}},
    {2, {2.0, 4.0, 2.0}},
};

START_TEST(chunks_between_others_receive_before_they_send)
{
    fab_workload w = timed_layer();
    w.transfer = (fab_collective_cost){
        .time_s = 2, .energy_j = 3, .tier_sent_bit = {0, 8}, .tier_time_s = {0, 1}};
    fab_scenario s = dealt(6, 6, 3, IN_TURN[_i].chunks, 0);
    s.assumptions.effects.pipeline_transfers = true;
    for (int64_t index = 0; index < 3; index++) {
        const fab_stage stage = fab_stage_make(&s, index);
        s.assumptions.transfers = FAB_TRANSFERS_AT_ONCE;
        const fab_stage_time once = measure(&s, &w, &stage);
        s.assumptions.transfers = FAB_TRANSFERS_IN_TURN;
        const fab_stage_time turn = measure(&s, &w, &stage);
        const double more_s = IN_TURN[_i].more_s[index];
        assert_close(turn.forward_s, once.forward_s + more_s, 1e-14, "forward");
        assert_close(turn.backward_s, once.backward_s + more_s, 1e-14, "backward");
        assert_close(turn.messages[FAB_MESSAGE_PIPELINE].exposed_s,
                     once.messages[FAB_MESSAGE_PIPELINE].exposed_s + 2 * more_s, 1e-14, "exposed");
        assert_close(turn.messages[FAB_MESSAGE_PIPELINE].sent_byte[1],
                     once.messages[FAB_MESSAGE_PIPELINE].sent_byte[1], 1e-14, "bytes");
        assert_close(turn.tier_s[1], once.tier_s[1], 1e-14, "wire");
    }
}
END_TEST

/* only the end stages carry embedding, head and prediction modules, and only when asked to */
START_TEST(ends_carry_embedding_and_head)
{
    fab_workload w = timed_layer();
    const double extra_s[] = {
        [FAB_BLOCK_EMBEDDING] = 100, [FAB_BLOCK_HEAD] = 1000, [FAB_BLOCK_MTP_PROJECTION] = 10000};
    for (int kind = FAB_BLOCK_EMBEDDING; kind <= FAB_BLOCK_MTP_PROJECTION; kind++) {
        w.blocks[kind].operators[0] = (fab_operator){.name = "extra",
                                                     .kind = FAB_OPERATOR_GEMM,
                                                     .forward = {.flop = extra_s[kind]},
                                                     .backward = {.flop = 0},
                                                     .weight = {.flop = 0},
                                                     .issued_count = 1.0};
        w.blocks[kind].operator_count = 1;
    }
    fab_scenario s = dealt(3, 3, 3, 1, 1);
    double forward_s[3];
    for (int on = 0; on < 2; on++) {
        s.assumptions.effects.embedding_head = on == 1;
        for (int64_t i = 0; i < 3; i++) {
            const fab_stage stage = fab_stage_make(&s, i);
            forward_s[i] = measure(&s, &w, &stage).forward_s;
        }
        ck_assert_double_eq_tol(forward_s[0], 21 + (on ? 100 : 0), 1e-9);
        ck_assert_double_eq_tol(forward_s[1], 21, 1e-9);
        /* a module is a layer, a projection and a head of its own */
        ck_assert_double_eq_tol(forward_s[2], 21 + (on ? 1000 + 21 + 10000 + 1000 : 0), 1e-9);
    }
}
END_TEST

/* Embedding of 100 s and head of 1000 s run again with layers of 21 s only when asked to, the loss
 * of 10 s and its message of 7 s never. */
START_TEST(ends_may_run_again)
{
    fab_workload w = timed_layer();
    const double extra_s[] = {100, 1000};
    for (int i = 0; i < 2; i++) {
        fab_block *block = &w.blocks[i == 0 ? FAB_BLOCK_EMBEDDING : FAB_BLOCK_HEAD];
        block->operators[0] = (fab_operator){.name = "extra",
                                             .kind = FAB_OPERATOR_GEMM,
                                             .forward = {.flop = extra_s[i]},
                                             .issued_count = 1.0};
        block->operator_count = 1;
    }
    fab_block *head = &w.blocks[FAB_BLOCK_HEAD];
    head->operators[head->operator_count++] = (fab_operator){.name = "loss",
                                                             .kind = FAB_OPERATOR_MEMORY,
                                                             .forward = {.byte = 10},
                                                             .issued_count = 1.0,
                                                             .is_once = true};
    head->messages[head->message_count++] = (fab_message){.name = "loss",
                                                          .message_class = FAB_MESSAGE_TENSOR,
                                                          .cost = {.time_s = 7},
                                                          .forward_count = 1,
                                                          .is_once = true};
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    s.assumptions.effects.embedding_head = true;
    s.assumptions.reruns_last = true;
    const fab_stage stage = fab_stage_make(&s, 0);
    s.assumptions.reruns_ends = true;
    fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * 21 + 100 + 1000 + 17, 1e-14, "forward");
    assert_close(t.backward_s, 3 * 35, 1e-14, "nothing again");
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    const fab_stage full = fab_stage_make(&s, 0);
    t = measure(&s, &w, &full);
    assert_close(t.forward_s, 3 * 21 + 100 + 1000 + 17, 1e-14, "forward as before");
    assert_close(t.backward_s, 3 * (35 + 21) + 100 + 1000, 1e-14, "ends again");
    s.assumptions.reruns_ends = false;
    t = measure(&s, &w, &full);
    assert_close(t.backward_s, 3 * (35 + 21), 1e-14, "layers again");
}
END_TEST

/* A head of 1000 s and a loss of 10 s, after which the host issues two operators of 5 s each with
 * nothing left to do for the package; the head that runs again has no loss to wait for. */
START_TEST(host_waits_for_losses)
{
    fab_workload w = timed_layer();
    fab_block *head = &w.blocks[FAB_BLOCK_HEAD];
    head->operators[0] = (fab_operator){
        .name = "output", .kind = FAB_OPERATOR_GEMM, .forward = {.flop = 1000}, .issued_count = 1};
    head->operators[1] = (fab_operator){.name = "loss",
                                        .kind = FAB_OPERATOR_MEMORY,
                                        .forward = {.byte = 10},
                                        .backward = {.byte = 20},
                                        .issued_count = 1,
                                        .is_once = true,
                                        .is_loss = true};
    head->operator_count = 2;
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    s.assumptions.effects.embedding_head = true;
    s.assumptions.reruns_ends = true;
    s.assumptions.reruns_last = true;
    s.assumptions.launch_s = 5.0;
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    const fab_stage stage = fab_stage_make(&s, 0);
    const fab_stage_time without = measure(&s, &w, &stage);
    s.assumptions.loss_checks = 2;
    fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, without.forward_s + 10, 1e-14, "forward");
    assert_close(t.backward_s, without.backward_s, 1e-14, "backward");
    assert_close(t.part_s[FAB_STEP_HOST], without.part_s[FAB_STEP_HOST] + 10, 1e-12, "host");
    s.assumptions.launch_waits = true;
    const fab_stage_time waits = measure(&s, &w, &stage);
    s.assumptions.loss_checks = 0;
    t = measure(&s, &w, &stage);
    assert_close(waits.forward_s, t.forward_s + 10, 1e-14, "a host that waits for each");
    s.assumptions.launch_waits = false;
    s.assumptions.loss_checks = 2;
    s.assumptions.effects.embedding_head = false;
    t = measure(&s, &w, &stage);
    s.assumptions.loss_checks = 0;
    assert_close(t.forward_s, measure(&s, &w, &stage).forward_s, 1e-14, "no head");
}
END_TEST

static void check_parts(int number)
{
    fab_workload w;
    const fab_scenario s = random_scenario(number, arena);
    ck_assert_int_eq(fab_workload_build(&s, &w), FAB_OK);
    for (int64_t i = 0; i < s.mapping.pp; i++) {
        const fab_stage stage = fab_stage_make(&s, i);
        const fab_stage_time t = measure(&s, &w, &stage);
        double sum = 0.0;
        for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
            ck_assert(isfinite(t.part_s[part]) && t.part_s[part] >= 0.0);
            sum += t.part_s[part];
        }
        assert_close(sum, t.forward_s + t.backward_s, 1e-12, "stage");
        for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
            const fab_message_forecast *m = &t.messages[class];
            ck_assert(isfinite(m->total_s) && isfinite(m->link_energy_j));
            ck_assert_msg(m->exposed_s >= 0.0 && m->exposed_s <= m->total_s * (1 + 1e-14),
                          "seed %d, class %d: %g of %g", number, class, m->exposed_s, m->total_s);
        }
    }
}

/* random scenarios: parts make the whole, exposed within total, nothing negative or infinite */
START_TEST(parts_make_the_stage)
{
    for (int number = 50 * _i; number < 50 * (_i + 1); number++) {
        check_parts(number);
    }
}
END_TEST

/* of one layer of the three, the core (3 s) and the expert messages (7 s) run again */
START_TEST(parts_run_again)
{
    fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    w.blocks[FAB_BLOCK_DENSE_LAYER].operators[1].parts = FAB_PART_CORE_ATTENTION;
    w.blocks[FAB_BLOCK_DENSE_LAYER].messages[1].parts = FAB_PART_EXPERTS;
    s.mapping.recompute = FAB_PART_CORE_ATTENTION | FAB_PART_NORMS;
    s.mapping.recompute_layers = 1;
    fab_stage stage = fab_stage_make(&s, 0);
    ck_assert_int_eq(stage.layers[FAB_BLOCK_DENSE_LAYER].again, 1);
    fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * 21, 1e-14, "forward");
    assert_close(t.backward_s, 3 * 35 + 3, 1e-14, "core again");
    s.mapping.recompute = FAB_PART_EXPERTS;
    s.mapping.recompute_layers = 0;
    stage = fab_stage_make(&s, 0);
    ck_assert_int_eq(stage.layers[FAB_BLOCK_DENSE_LAYER].again, 3);
    t = measure(&s, &w, &stage);
    assert_close(t.backward_s, 3 * (35 + 7), 1e-14, "messages again");
    assert_close(t.messages[FAB_MESSAGE_EXPERT].total_s, 3 * 3 * 7, 1e-14, "counted");
}
END_TEST

/* of a whole layer, 10 s of computing, the product of 6 s only when all is asked for */
START_TEST(last_product_may_run_once)
{
    fab_workload w = timed_layer();
    fab_scenario s = dealt(3, 3, 1, 1, 0);
    w.blocks[FAB_BLOCK_DENSE_LAYER].operators[0].is_last = true;
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    const fab_stage stage = fab_stage_make(&s, 0);
    s.assumptions.reruns_last = true;
    fab_stage_time t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * 21, 1e-14, "forward");
    assert_close(t.backward_s, 3 * (35 + 21), 1e-14, "all again");
    s.assumptions.reruns_last = false;
    t = measure(&s, &w, &stage);
    assert_close(t.forward_s, 3 * 21, 1e-14, "forward as before");
    assert_close(t.backward_s, 3 * (35 + 15), 1e-14, "but the last");
}
END_TEST

/* The last 3 of these 8 layers in BF16: stage 0 has layers 0, 1, 4, 5, stage 1 has 2, 3, 6, 7. */
START_TEST(last_layers_stay_in_bf16)
{
    fab_scenario s = dealt(8, 3, 2, 2, 0);
    s.model.experts = 4;
    s.assumptions.bf16_layers = 3;
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    s.mapping.recompute_layers = 1;
    s.mapping.offload_layers = 2;
    const fab_stage first = fab_stage_make(&s, 0), second = fab_stage_make(&s, 1);
    ck_assert_int_eq(fab_stage_layers_of(&first, FAB_BLOCK_DENSE_LAYER_BF16), 0);
    ck_assert_int_eq(fab_stage_layers_of(&second, FAB_BLOCK_DENSE_LAYER_BF16), 0);
    const fab_layer_count one = first.layers[FAB_BLOCK_MOE_LAYER_BF16];
    const fab_layer_count two = second.layers[FAB_BLOCK_MOE_LAYER_BF16];
    ck_assert(one.once == 1 && one.again == 0 && two.once == 1 && two.again == 1);
    ck_assert_int_eq(fab_stage_block_count(&s, &second, FAB_BLOCK_MOE_LAYER), 1);
    ck_assert_int_eq(fab_stage_block_count(&s, &second, FAB_BLOCK_MOE_LAYER_BF16), 2);
    ck_assert_int_eq(fab_stage_recomputed_count(&s, &second, FAB_BLOCK_MOE_LAYER), 0);
    ck_assert_int_eq(fab_stage_recomputed_count(&s, &second, FAB_BLOCK_MOE_LAYER_BF16), 1);
    /* all of them wait in the host's memory, as what they are */
    ck_assert_mem_eq(second.offloaded, second.layers, sizeof second.layers);
    s.assumptions.bf16_layers = 8;
    const fab_stage all = fab_stage_make(&s, 0);
    ck_assert_int_eq(fab_stage_layers(&all), 4);
    ck_assert_int_eq(fab_stage_layers_of(&all, FAB_BLOCK_DENSE_LAYER_BF16) +
                         fab_stage_layers_of(&all, FAB_BLOCK_MOE_LAYER_BF16),
                     4);
}
END_TEST

/* 8 layers, the first 3 dense, in 4 chunks of 2 stages: with one layer of each chunk stage 0 has
 * layers 0 and 4, stage 1 layers 2 and 6; without a pipeline the first layers count, in any chunks
 */
START_TEST(first_layers_of_chunks_run_again)
{
    fab_scenario s = dealt(8, 3, 2, 2, 0);
    s.model.experts = 4;
    s.mapping.recompute = FAB_RECOMPUTE_FULL;
    s.mapping.recompute_layers = 1;
    fab_stage first = fab_stage_make(&s, 0), second = fab_stage_make(&s, 1);
    ck_assert(first.layers[FAB_BLOCK_DENSE_LAYER].again == 1 &&
              first.layers[FAB_BLOCK_MOE_LAYER].again == 1);
    ck_assert(second.layers[FAB_BLOCK_DENSE_LAYER].again == 1 &&
              second.layers[FAB_BLOCK_MOE_LAYER].again == 1);
    s.mapping.recompute_layers = 5;
    first = fab_stage_make(&s, 0);
    ck_assert(first.layers[FAB_BLOCK_DENSE_LAYER].again == 2 &&
              first.layers[FAB_BLOCK_MOE_LAYER].again == 2);
    s.mapping.pp = 1;
    for (s.mapping.interleave = 1; s.mapping.interleave <= 4; s.mapping.interleave++) {
        first = fab_stage_make(&s, 0);
        ck_assert(first.layers[FAB_BLOCK_DENSE_LAYER].again == 3 &&
                  first.layers[FAB_BLOCK_MOE_LAYER].again == 2);
    }
    s.mapping.recompute = FAB_RECOMPUTE_NONE;
    first = fab_stage_make(&s, 0);
    ck_assert(first.layers[FAB_BLOCK_DENSE_LAYER].again == 0 &&
              first.layers[FAB_BLOCK_MOE_LAYER].again == 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("stage");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, layers_are_dealt_as_by_hand, 0, (int)FAB_TABLE_SIZE(DEALT));
    tcase_add_test(tests, layers_sum_up_for_all_pipelines);
    tcase_add_test(tests, layouts_are_followed);
    tcase_add_test(tests, layouts_change_what_they_say);
    tcase_add_test(tests, spread_experts_are_dealt_evenly);
    tcase_add_loop_test(tests, copies_hide_behind_other_layers, 0, (int)FAB_TABLE_SIZE(COPIED));
    tcase_add_loop_test(tests, context_hides_behind_the_core, 0, (int)FAB_TABLE_SIZE(CONTEXT));
    tcase_add_loop_test(tests, messages_hide_behind_computation, 0, (int)FAB_TABLE_SIZE(HIDDEN));
    tcase_add_test(tests, sums_of_gradients_hide_beside_products);
    tcase_add_test(tests, passes_wait_for_the_host);
    tcase_add_loop_test(tests, totals_do_not_depend_on_overlap, 0, 2);
    tcase_add_test(tests, parts_run_again);
    tcase_add_test(tests, last_product_may_run_once);
    tcase_add_test(tests, first_layers_of_chunks_run_again);
    tcase_add_test(tests, last_layers_stay_in_bf16);
    tcase_add_test(tests, chunks_pass_activations_on);
    tcase_add_loop_test(tests, chunks_between_others_receive_before_they_send, 0,
                        (int)FAB_TABLE_SIZE(IN_TURN));
    tcase_add_test(tests, ends_carry_embedding_and_head);
    tcase_add_test(tests, ends_may_run_again);
    tcase_add_test(tests, host_waits_for_losses);
    tcase_add_loop_test(tests, parts_make_the_stage, 0, 20);
    return run_suite("stage", tests);
}

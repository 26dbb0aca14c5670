#include "scenario_fixture.h"

#include <math.h>

#include "random_scenario.h"
#include "workload/workload.h"

/* Messages of context ranks on the first study's copper pods: 128 heads of 96, 8 on each of 16
 * tensor ranks, a sequence of 8,192 tokens. KV is what a rank holds of keys and values. */
#define KV(context) (2.0 * 8192.0 / (context)*8 * (96 + 96))
#define Q(context)  (2.0 * 8192.0 / (context)*8 * 96)

#define LLAMA "model: llama3-405b\n"

static const struct {
    const char *over;
    size_t index;
    const char *name;
    int64_t forward, backward;
    double inner_byte, outer_byte; /* sent by the mean rank for one message */
} ROW[] = {
    /* 4 ranks 16 apart are in one pod of 128: c - 1 hops of KV */
    {"mapping: {cp: 4}", 0, "pass keys and values on", 1, 2, 3 * KV(4), 0},
    /* 16 ranks 16 apart: 8 in each of 2 pods, so that 2 of 16 neighbours are in another pod */
    {"mapping: {cp: 16}", 0, "pass keys and values on", 1, 2, 15 * KV(16) * 14 / 16,
     15 * KV(16) * 2 / 16},
    /* S = c KV: S (c - 1) / c; 8 pieces of S / 16 come from the other pod, 7 / 8 S go round inside
     */
    {"mapping: {cp: 4, cp_mode: all_gather}", 0, "gather keys and values", 1, 1, 3 * KV(4), 0},
    {"mapping: {cp: 4, cp_mode: all_gather}", 1, "scatter their gradients", 0, 1, 3 * KV(4), 0},
    {"mapping: {cp: 16, cp_mode: all_gather}", 0, "gather keys and values", 1, 1,
     16 * KV(16) * 7 / 8, KV(16)},
    /* 3 of 4 parts of each go elsewhere */
    {"mapping: {cp: 4, cp_mode: ulysses}", 0, "exchange queries", 1, 1, Q(4) * 3 / 4, 0},
    {"mapping: {cp: 4, cp_mode: ulysses}", 1, "exchange keys", 1, 1, Q(4) * 3 / 4, 0},
    {"mapping: {cp: 4, cp_mode: ulysses}", 2, "exchange values", 1, 1, Q(4) * 3 / 4, 0},
    {"mapping: {cp: 4, cp_mode: ulysses}", 3, "exchange attention outputs", 1, 1, Q(4) * 3 / 4, 0},
    /* 128 query and 8 key heads of 128, 8 tensor ranks: 16 and 1 on each; the ring passes 1 on, 4
     * ranks get a copy of it each */
    {LLAMA "mapping: {tp: 8, cp: 4, pp: 4, ep: 1}", 0, "pass keys and values on", 1, 2,
     3 * 2.0 * 2048 * 1 * 256, 0},
    {LLAMA "mapping: {tp: 8, cp: 4, pp: 4, ep: 1, cp_mode: ulysses}", 0, "exchange queries", 1, 1,
     2.0 * 2048 * 16 * 128 * 3 / 4, 0},
    {LLAMA "mapping: {tp: 8, cp: 4, pp: 4, ep: 1, cp_mode: ulysses}", 1, "exchange keys", 1, 1,
     2.0 * 2048 * 4 * 128 * 3 / 4, 0},
    /* 8 ranks of a pod deal its 8 heads, 2 pods pass theirs on: one hop */
    {"mapping: {cp: 16, cp_mode: hierarchical}", 0, "exchange queries", 1, 1, Q(16) * 7 / 8, 0},
    {"mapping: {cp: 16, cp_mode: hierarchical}", 3, "exchange attention outputs", 1, 1,
     Q(16) * 7 / 8, 0},
    {"mapping: {cp: 16, cp_mode: hierarchical}", 4, "pass keys and values on", 1, 2, 0, KV(16)},
    {"mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 2}", 1, "exchange keys", 1, 1, Q(4) / 2, 0},
    {"mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 2}", 4, "pass keys and values on", 1, 2,
     KV(4), 0},
    /* all of them, or none */
    {"mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 4}", 1, "exchange keys", 1, 1, Q(4) * 3 / 4,
     0},
    {"mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 1}", 0, "pass keys and values on", 1, 2,
     3 * KV(4), 0},
    /* the one key head of a tensor rank is copied to 2 ranks, and both copies go round */
    {LLAMA "mapping: {tp: 8, cp: 4, pp: 4, ep: 1, cp_mode: hierarchical, cp_inner: 2}", 1,
     "exchange keys", 1, 1, 2.0 * 2048 * 2 * 128 / 2, 0},
    {LLAMA "mapping: {tp: 8, cp: 4, pp: 4, ep: 1, cp_mode: hierarchical, cp_inner: 2}", 4,
     "pass keys and values on", 1, 2, 2.0 * 2048 * 2 * 256, 0},
    /* MLA has a key of 192 and a value of 128 for each of 8 heads */
    {"model: deepseek-v3\nmapping: {cp: 4}", 0, "pass keys and values on", 1, 2,
     3 * 2.0 * 2048 * 8 * (192 + 128), 0},
};

static fab_workload built(const char *over)
{
    const fab_scenario scenario = good_scenario(STUDY_TEXT, over);
    fab_workload w;
    ck_assert_int_eq(fab_workload_build(&scenario, &w), FAB_OK);
    return w;
}

/* the index-th message of context parallelism in a layer, or NULL */
static const fab_message *context_message(const fab_block *block, size_t index)
{
    for (size_t i = 0; i < block->message_count; i++) {
        if (block->messages[i].message_class == FAB_MESSAGE_CONTEXT && index-- == 0) {
            return &block->messages[i];
        }
    }
    return NULL;
}

static void assert_byte(double got_bit, double want_byte)
{
    ck_assert_msg(fabs(got_bit / 8.0 - want_byte) <= 1e-12 * want_byte, "row %d: %.17g not %.17g",
                  0, got_bit / 8.0, want_byte);
}

START_TEST(rows_agree)
{
    const fab_workload w = built(ROW[_i].over);
    for (int kind = FAB_BLOCK_DENSE_LAYER; kind <= FAB_BLOCK_MOE_LAYER; kind++) {
        if (w.blocks[kind].operator_count == 0) {
            continue;
        }
        const fab_message *got = context_message(&w.blocks[kind], ROW[_i].index);
        ck_assert_ptr_nonnull(got);
        ck_assert_str_eq(got->name, ROW[_i].name);
        ck_assert_int_eq(got->forward_count, ROW[_i].forward);
        ck_assert_int_eq(got->backward_count, ROW[_i].backward);
        assert_byte(got->cost.tier_sent_bit[0], ROW[_i].inner_byte);
        assert_byte(got->cost.tier_sent_bit[1], ROW[_i].outer_byte);
    }
}
END_TEST

/* all ranks send at once, so that each hop takes as long as its slowest link: outside, 1.6 Tb/s and
 * 4 us, although 14 of 16 ranks send inside */
START_TEST(the_slowest_link_holds_up_the_ring)
{
    const fab_message *ring =
        context_message(&built("mapping: {cp: 16}").blocks[FAB_BLOCK_MOE_LAYER], 0);
    ck_assert_double_eq_tol(ring->cost.time_s, 15 * (4e-6 + 8 * KV(16) / 1.6e12), 1e-15);
    ck_assert_double_eq_tol(ring->cost.latency_s, 15 * 4e-6, 1e-18);
    /* the time on the wire and the energy are of the mean rank: 2 links of 5, 4 of 21 pJ/bit */
    const double inner_bit = 8 * 15 * KV(16) * 14 / 16, outer_bit = 8 * 15 * KV(16) * 2 / 16;
    ck_assert_double_eq_tol(ring->cost.tier_time_s[1], outer_bit / 1.6e12, 1e-15);
    ck_assert_double_eq_tol(ring->cost.energy_j, inner_bit * 2 * 5e-12 + outer_bit * 4 * 21e-12,
                            1e-12);
    const fab_message *inside =
        context_message(&built("mapping: {cp: 4}").blocks[FAB_BLOCK_MOE_LAYER], 0);
    ck_assert_double_eq_tol(inside->cost.time_s, 3 * (250e-9 + 8 * KV(4) / 14.4e12), 1e-15);
}
END_TEST

START_TEST(one_context_rank_sends_nothing)
{
    static const char *const MODE[] = {"ring", "all_gather", "ulysses", "hierarchical"};
    for (int i = 0; i < 4; i++) {
        char over[64];
        snprintf(over, sizeof over, "mapping: {cp: 1, cp_mode: %s}", MODE[i]);
        ck_assert_ptr_null(context_message(&built(over).blocks[FAB_BLOCK_MOE_LAYER], 0));
    }
}
END_TEST

static double sent_byte(const fab_block *block, bool is_forward)
{
    double sum = 0.0;
    for (size_t i = 0; context_message(block, i) != NULL; i++) {
        const fab_message *m = context_message(block, i);
        const int64_t count = is_forward ? m->forward_count : m->backward_count;
        sum += (double)count * (m->cost.tier_sent_bit[0] + m->cost.tier_sent_bit[1]) / 8.0;
    }
    return sum;
}

/* Wherever the ranks lie, a pass sends (c - 1) KV on a ring and gathered, twice that backward; and
 * with whole heads (c - 1) / c of queries, keys, values and outputs; both of its own ranks where
 * one is inside the other. */
START_TEST(bytes_are_conserved)
{
    for (int number = 0; number < 1000; number++) {
        const fab_scenario s = random_scenario(number, arena);
        const fab_model *model = &s.model;
        fab_workload w;
        ck_assert_int_eq(fab_workload_build(&s, &w), FAB_OK);
        if (!w.groups[FAB_GROUP_CONTEXT].is_even || !w.groups[FAB_GROUP_CONTEXT_INNER].is_even ||
            !w.groups[FAB_GROUP_CONTEXT_OUTER].is_even) {
            continue; /* the bound for uneven groups of collectives is not a sum */
        }
        const double c = (double)s.mapping.cp;
        const double tokens =
            (double)(s.job.sequence * s.mapping.microbatch) / (double)s.mapping.cp;
        const double heads = (double)model->heads / (double)s.mapping.tp;
        const double kv = (double)fab_model_rank_kv_heads(model, s.mapping.tp);
        const double widths = (double)(fab_model_qk_dim(model) + fab_model_v_dim(model));
        const int mode = s.mapping.cp_mode;
        const double inner = mode == FAB_CONTEXT_ULYSSES        ? c
                             : mode == FAB_CONTEXT_HIERARCHICAL ? (double)s.mapping.cp_inner
                                                                : 1.0;
        const double held = kv > inner ? kv : inner;
        const double dealt = (inner - 1) / inner * 2.0 * tokens * (heads + held) * widths;
        const double passed = (c / inner - 1) * 2.0 * tokens * held * widths;
        const double forward = dealt + passed, backward = dealt + 2.0 * passed;
        const fab_block *block =
            &w.blocks[model->dense_layers > 0 ? FAB_BLOCK_DENSE_LAYER : FAB_BLOCK_MOE_LAYER];
        ck_assert_msg(fabs(sent_byte(block, true) - forward) <= 1e-9 * forward, "seed %d: %g, %g",
                      number, sent_byte(block, true), forward);
        ck_assert_msg(fabs(sent_byte(block, false) - backward) <= 1e-9 * backward, "seed %d",
                      number);
    }
}
END_TEST

/* c ranks share the tokens, the operations and what is kept of a sequence */
START_TEST(work_is_shared)
{
    const fab_workload one = built(NULL), four = built("mapping: {cp: 4}");
    ck_assert_double_eq(four.tokens_count, one.tokens_count / 4);
    const fab_block *whole = &one.blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *part = &four.blocks[FAB_BLOCK_MOE_LAYER];
    ck_assert_double_eq(part->saved_byte, whole->saved_byte / 4);
    for (size_t i = 0; i < whole->operator_count; i++) {
        const fab_operator *a = &whole->operators[i], *b = &part->operators[i];
        ck_assert_double_eq_tol(b->forward.flop, a->forward.flop / 4,
                                1e-9 * a->forward.flop + 1e-9);
        ck_assert_double_eq_tol(b->backward.flop, a->backward.flop / 4,
                                1e-9 * a->backward.flop + 1e-9);
    }
}
END_TEST

#define NEXT    "model: qwen3-next-80b-a3b\n"
#define MINIMAX "model: minimax-m1\n"

/* FP32 states of 128 x 128 of the 2 heads of a tensor rank of Qwen3-Next, 4 of MiniMax-M1 */
#define STATE(heads) (4.0 * (heads)*128 * 128)

static const struct {
    const char *over;
    size_t count, index;
    const char *name;
    double inner_byte, outer_byte; /* sent by the mean rank for one message */
} LINEAR[] = {
    /* 3 hops up and 3 back, over 4 ranks */
    {NEXT "mapping: {cp: 4}", 1, 0, "pass states on", STATE(2) * 6 / 4, 0},
    {MINIMAX "mapping: {cp: 4, ep: 8}", 1, 0, "pass states on", STATE(4) * 6 / 4, 0},
    /* 15 up and 15 back over 16 ranks, 2 of 16 neighbours in another pod */
    {NEXT "mapping: {cp: 16}", 1, 0, "pass states on", STATE(2) * 30 / 16 * 14 / 16,
     STATE(2) * 30 / 16 * 2 / 16},
    /* two parts of each of 3 others; the delta rule also says what it does to a state */
    {NEXT "mapping: {cp: 4, cp_mode: all_gather}", 1, 0, "gather states", 3 * 2 * 2 * STATE(2), 0},
    {MINIMAX "mapping: {cp: 4, cp_mode: all_gather, ep: 8}", 1, 0, "gather states",
     3 * 2 * STATE(4), 0},
    /* 2,048 tokens of 4 heads of 128 in BF16, 3 of 4 parts go elsewhere */
    {MINIMAX "mapping: {cp: 4, cp_mode: ulysses, ep: 8}", 4, 1, "exchange keys",
     2.0 * 2048 * 512 * 3 / 4, 0},
    {MINIMAX "mapping: {cp: 4, cp_mode: ulysses, ep: 8}", 4, 3, "exchange attention outputs",
     2.0 * 2048 * 512 * 3 / 4, 0},
    /* pairs deal 4 heads and have 2 each; one hop up and one back */
    {MINIMAX "mapping: {cp: 4, cp_mode: hierarchical, cp_inner: 2, ep: 8}", 5, 4, "pass states on",
     STATE(2) * 2 / 2, 0},
};

START_TEST(linear_rows_agree)
{
    const fab_workload w = built(LINEAR[_i].over);
    const fab_block *block = &w.blocks[FAB_BLOCK_MOE_LAYER_LINEAR];
    const fab_message *got = context_message(block, LINEAR[_i].index);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got->name, LINEAR[_i].name);
    ck_assert_int_eq(got->forward_count, 1);
    ck_assert_int_eq(got->backward_count, 1);
    assert_byte(got->cost.tier_sent_bit[0], LINEAR[_i].inner_byte);
    assert_byte(got->cost.tier_sent_bit[1], LINEAR[_i].outer_byte);
    ck_assert_ptr_null(context_message(block, LINEAR[_i].count));
}
END_TEST

/* a state does not grow with the sequence, as keys and values do */
START_TEST(states_are_as_large_as_ever)
{
    const fab_workload near = built(NEXT "mapping: {cp: 4}");
    const fab_workload far = built(NEXT "mapping: {cp: 4}\njob: {sequence: 65536}");
    const fab_block_kind linear = FAB_BLOCK_MOE_LAYER_LINEAR;
    const fab_message *a = context_message(&near.blocks[linear], 0);
    const fab_message *b = context_message(&far.blocks[linear], 0);
    ck_assert_double_eq(a->cost.time_s, b->cost.time_s);
    const fab_message *keys = context_message(&near.blocks[FAB_BLOCK_MOE_LAYER], 0);
    const fab_message *more = context_message(&far.blocks[FAB_BLOCK_MOE_LAYER], 0);
    ck_assert_double_gt(more->cost.time_s, 4.0 * keys->cost.time_s);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("context");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, rows_agree, 0, (int)FAB_TABLE_SIZE(ROW));
    tcase_add_test(tests, the_slowest_link_holds_up_the_ring);
    tcase_add_test(tests, one_context_rank_sends_nothing);
    tcase_add_test(tests, bytes_are_conserved);
    tcase_add_test(tests, work_is_shared);
    tcase_add_loop_test(tests, linear_rows_agree, 0, (int)FAB_TABLE_SIZE(LINEAR));
    tcase_add_test(tests, states_are_as_large_as_ever);
    return run_suite("context", tests);
}

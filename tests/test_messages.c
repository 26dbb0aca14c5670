#include "scenario_fixture.h"

#include <math.h>

#include "workload/workload.h"

/* Messages of the first study's systems. T = 8192 tokens of a tensor group, T1 = 512 of a rank, h =
 * 12288, t = 16, k = 8, E = 256, e = 32. */

#define TOKENS 8192.0
#define SHARD  512.0
#define HIDDEN 12288.0

/* one token copy: BF16, or FP8 with a scale of 4 bytes per 128 values; 8 bytes of index and weight
 */
#define COPY_BF16 (2.0 * HIDDEN + 8.0)
#define COPY_FP8  (HIDDEN * (1.0 + 4.0 / 128.0) + 8.0)

#define GATHERED (2.0 * TOKENS * HIDDEN * 15.0 / 16.0) /* S (t - 1) / t, all inside the pod */

#define OPTICS      "fabric: study_optics_pod\n"
#define LATENT      "model: deepseek-v3\n"
#define WHOLE       "model: gpt3-175b\nmapping: {ep: 1, sequence_parallel: false}\n"
#define SHARED      "model: gpt3-175b\nmapping: {ep: 1}\n"
#define GATED       "model: llama3-405b\nmapping: {ep: 1, tp: 8, pp: 4}\n"
#define GATED_WHOLE "model: llama3-405b\nmapping: {ep: 1, tp: 8, pp: 4, sequence_parallel: false}\n"
#define APART       "assumptions: {gate_product: separate}\n"
#define EACH        "assumptions: {gathered_inputs: apart}\n"
#define EACH_KEPT                                                                                  \
    "assumptions: {gathered_inputs: apart, effects: {weight_gradient_gather: false}}\n"
#define FP8_GATHERS  "job: {precision: fp8}\nassumptions: {gather_precision: fp8}\n"
#define FP8_AND_BF16 "job: {precision: fp8}\nassumptions: {gather_precision: fp8, bf16_layers: 2}\n"
#define NO_REGATHER  "assumptions: {effects: {weight_gradient_gather: false}}\n"

typedef struct message_row {
    const char *over;
    fab_block_kind block;
    size_t index;
    const char *name;
    fab_message_class message_class;
    int64_t forward, backward;
    double inner_byte, outer_byte; /* sent by one rank for one message */
} message_row;

static const message_row ROW[] = {
    {NULL, FAB_BLOCK_MOE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 1, 2, GATHERED, 0},
    {NO_REGATHER, FAB_BLOCK_MOE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 1, 1,
     GATHERED, 0},
    {NULL, FAB_BLOCK_MOE_LAYER, 1, "scatter attention output", FAB_MESSAGE_TENSOR, 1, 1, GATHERED,
     0},
    {"assumptions: {tensor_precision: fp8}", FAB_BLOCK_MOE_LAYER, 1, "scatter attention output",
     FAB_MESSAGE_TENSOR, 1, 1, GATHERED / 2.0, 0},

    /* what products in FP8 take is gathered as bytes; sums, and what the head takes, are BF16 */
    {FP8_GATHERS, FAB_BLOCK_MOE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 1, 2,
     GATHERED / 2.0, 0},
    {FP8_GATHERS, FAB_BLOCK_MOE_LAYER, 1, "scatter attention output", FAB_MESSAGE_TENSOR, 1, 1,
     GATHERED, 0},
    {FP8_AND_BF16, FAB_BLOCK_MOE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 1, 2,
     GATHERED / 2.0, 0},
    {FP8_AND_BF16, FAB_BLOCK_MOE_LAYER_BF16, 0, "gather attention input", FAB_MESSAGE_TENSOR, 1, 2,
     GATHERED, 0},
    {FP8_GATHERS, FAB_BLOCK_HEAD, 0, "gather head input", FAB_MESSAGE_TENSOR, 1, 1, GATHERED, 0},
    {FP8_GATHERS, FAB_BLOCK_EMBEDDING, 1, "gather embedding gradient", FAB_MESSAGE_TENSOR, 0, 1,
     GATHERED, 0},

    /* k copies: 7 of 32 ranks are elsewhere in the pod of 128 (8 members), 24 of 32 beyond */
    {NULL, FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 8 * COPY_BF16 * 7 / 32, SHARD * 8 * COPY_BF16 * 24 / 32},
    {NULL, FAB_BLOCK_MOE_LAYER, 3, "combine results", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 8 * COPY_BF16 * 7 / 32, SHARD * 8 * COPY_BF16 * 24 / 32},
    /* all 32 in one pod of 512: 31 of 32 elsewhere */
    {OPTICS, FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 8 * COPY_BF16 * 31 / 32, 0},
    /* a busier rank takes longer (below), a package on average sends the same */
    {OPTICS "assumptions: {expert_load: 1.25}", FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens",
     FAB_MESSAGE_EXPERT, 1, 1, SHARD * 8 * COPY_BF16 * 31 / 32, 0},
    {OPTICS "assumptions: {dispatch_precision: fp8}", FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens",
     FAB_MESSAGE_EXPERT, 1, 1, SHARD * 8 * COPY_FP8 * 31 / 32, 0},
    {OPTICS "assumptions: {dispatch_precision: fp8}", FAB_BLOCK_MOE_LAYER, 3, "combine results",
     FAB_MESSAGE_EXPERT, 1, 1, SHARD * 8 * COPY_BF16 * 31 / 32, 0},
    {OPTICS "assumptions: {combine_precision: fp8}", FAB_BLOCK_MOE_LAYER, 3, "combine results",
     FAB_MESSAGE_EXPERT, 1, 1, SHARD * 8 * COPY_FP8 * 31 / 32, 0},

    /* one of 32 experts a token: one copy, whatever the mode */
    {"model: moe-4.7t-c1\nassumptions: {dispatch: per_rank}", FAB_BLOCK_MOE_LAYER, 2,
     "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1, SHARD *COPY_BF16 * 7 / 32,
     SHARD *COPY_BF16 * 24 / 32},
    /* per domain: beyond, a copy to the one of 4 pods that needs it, 3/4 of them elsewhere; inside,
     * each receiver passes it on unless it is the right one: 7/8 */
    {"model: moe-4.7t-c1\nassumptions: {dispatch: per_domain}", FAB_BLOCK_MOE_LAYER, 2,
     "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1, SHARD *COPY_BF16 * 7 / 8,
     SHARD *COPY_BF16 * 3 / 4},
    /* one domain holds all ranks: per rank */
    {OPTICS "model: moe-4.7t-c1\nassumptions: {dispatch: per_domain}", FAB_BLOCK_MOE_LAYER, 2,
     "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1, SHARD *COPY_BF16 * 31 / 32, 0},
    /* 32 experts on 32 ranks, 8 without replacement: 8 ranks; with 2 pods-full of 16 domains as in
     * the next row the count is the closed form */
    {"model: {base: moe-4.7t-c1, experts_per_token: 8}\nassumptions: {dispatch: per_rank}",
     FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 8 * COPY_BF16 * 7 / 32, SHARD * 8 * COPY_BF16 * 24 / 32},
    /* 2 of 32 experts, 8 to a pod: 4 (1 - C(24, 2) / C(32, 2)) = 4 (1 - 276 / 496) pods */
    {"model: {base: moe-4.7t-c1, experts_per_token: 2}\nassumptions: {dispatch: per_domain}",
     FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 2 * COPY_BF16 * 7 / 8, SHARD *COPY_BF16 * 4 * (220.0 / 496.0) * 3 / 4},

    /* experts split over the tensor ranks: R = 16 x 512 x 8 rows gathered over 16 neighbours */
    {"mapping: {etp: 16}", FAB_BLOCK_MOE_LAYER, 3, "gather token copies", FAB_MESSAGE_TENSOR, 1, 1,
     2.0 * 65536 * HIDDEN * 15 / 16, 0},
    {"mapping: {etp: 16}", FAB_BLOCK_MOE_LAYER, 4, "scatter expert sums", FAB_MESSAGE_TENSOR, 1, 1,
     2.0 * 65536 * HIDDEN * 15 / 16, 0},
    {"mapping: {etp: 16}", FAB_BLOCK_MOE_LAYER, 5, "combine results", FAB_MESSAGE_EXPERT, 1, 1,
     SHARD * 8 * COPY_BF16 * 7 / 32, SHARD * 8 * COPY_BF16 * 24 / 32},

    /* experts split over 4 of 16 ranks: R = 4 x 512 x 8 rows gathered over 4 neighbours, experts 4
     * apart: 32 in a pod of 128 */
    {"mapping: {etp: 4, expert_order: folded}", FAB_BLOCK_MOE_LAYER, 3, "gather token copies",
     FAB_MESSAGE_TENSOR, 1, 1, 2.0 * 16384 * HIDDEN * 3 / 4, 0},
    {"mapping: {etp: 4, expert_order: folded}", FAB_BLOCK_MOE_LAYER, 2, "dispatch tokens",
     FAB_MESSAGE_EXPERT, 1, 1, SHARD * 8 * COPY_BF16 * 31 / 32, 0},

    /* MLA gathers latents of 1536 + 512 and the rotary key of 64 in place of 7168; for weight
     * gradients the latents alone; without a latent of queries, hidden vectors */
    {LATENT, FAB_BLOCK_MOE_LAYER, 0, "gather latents", FAB_MESSAGE_TENSOR, 1, 0,
     2.0 * TOKENS * 2112 * 15 / 16, 0},
    {LATENT, FAB_BLOCK_MOE_LAYER, 1, "gather latents again", FAB_MESSAGE_TENSOR, 0, 1,
     2.0 * TOKENS * 2048 * 15 / 16, 0},
    {LATENT, FAB_BLOCK_MOE_LAYER, 2, "scatter latent gradients", FAB_MESSAGE_TENSOR, 0, 1,
     2.0 * TOKENS * 2112 * 15 / 16, 0},
    {LATENT, FAB_BLOCK_DENSE_LAYER, 3, "scatter attention output", FAB_MESSAGE_TENSOR, 1, 0,
     2.0 * TOKENS * 7168 * 15 / 16, 0},
    {LATENT, FAB_BLOCK_DENSE_LAYER, 4, "gather attention output gradient", FAB_MESSAGE_TENSOR, 0, 1,
     2.0 * TOKENS * 7168 * 15 / 16, 0},
    {LATENT NO_REGATHER, FAB_BLOCK_MOE_LAYER, 1, "scatter latent gradients", FAB_MESSAGE_TENSOR, 0,
     1, 2.0 * TOKENS * 2112 * 15 / 16, 0},
    {"model: {base: deepseek-v3, q_rank: 0}\n", FAB_BLOCK_MOE_LAYER, 0, "gather latents",
     FAB_MESSAGE_TENSOR, 1, 0, 2.0 * TOKENS *(7168 + 512 + 64) * 15 / 16, 0},

    /* around the experts as if they were dense; shared experts are */
    {TOY_EFFECTS, FAB_BLOCK_MOE_LAYER, 2, "gather expert input", FAB_MESSAGE_TENSOR, 1, 1, GATHERED,
     0},
    {TOY_EFFECTS, FAB_BLOCK_MOE_LAYER, 3, "scatter expert output", FAB_MESSAGE_TENSOR, 1, 1,
     GATHERED, 0},
    {"model: {base: moe-4.7t-c4, shared_width: 64}", FAB_BLOCK_MOE_LAYER, 2, "gather expert input",
     FAB_MESSAGE_TENSOR, 1, 2, GATHERED, 0},

    {SHARED, FAB_BLOCK_DENSE_LAYER, 2, "gather feed-forward input", FAB_MESSAGE_TENSOR, 1, 2,
     GATHERED, 0},
    {SHARED, FAB_BLOCK_DENSE_LAYER, 3, "scatter feed-forward output", FAB_MESSAGE_TENSOR, 1, 1,
     GATHERED, 0},
    {NULL, FAB_BLOCK_EMBEDDING, 0, "scatter embedding", FAB_MESSAGE_TENSOR, 1, 0, GATHERED, 0},
    {NULL, FAB_BLOCK_EMBEDDING, 1, "gather embedding gradient", FAB_MESSAGE_TENSOR, 0, 1, GATHERED,
     0},
    {NULL, FAB_BLOCK_HEAD, 0, "gather head input", FAB_MESSAGE_TENSOR, 1, 1, GATHERED, 0},
    {NO_REGATHER, FAB_BLOCK_HEAD, 0, "gather head input", FAB_MESSAGE_TENSOR, 1, 0, GATHERED, 0},
    {NULL, FAB_BLOCK_HEAD, 1, "scatter head input gradient", FAB_MESSAGE_TENSOR, 0, 1, GATHERED, 0},
    /* without sequence parallelism all-reduces: twice the bytes; head and look-up have one */
    {WHOLE, FAB_BLOCK_DENSE_LAYER, 0, "sum attention output", FAB_MESSAGE_TENSOR, 1, 0,
     2 * GATHERED, 0},
    {WHOLE, FAB_BLOCK_DENSE_LAYER, 1, "sum attention input gradient", FAB_MESSAGE_TENSOR, 0, 1,
     2 * GATHERED, 0},
    {WHOLE, FAB_BLOCK_DENSE_LAYER, 2, "sum feed-forward output", FAB_MESSAGE_TENSOR, 1, 0,
     2 * GATHERED, 0},
    {WHOLE, FAB_BLOCK_DENSE_LAYER, 3, "sum feed-forward input gradient", FAB_MESSAGE_TENSOR, 0, 1,
     2 * GATHERED, 0},
    /* two modules before a gate sum the gradients of their input each; gathered, one does */
    {GATED_WHOLE APART, FAB_BLOCK_DENSE_LAYER, 3, "sum feed-forward input gradient",
     FAB_MESSAGE_TENSOR, 0, 2, 4.0 * TOKENS * 16384 * 7 / 8, 0},
    {GATED APART, FAB_BLOCK_DENSE_LAYER, 2, "gather feed-forward input", FAB_MESSAGE_TENSOR, 1, 2,
     2.0 * TOKENS * 16384 * 7 / 8, 0},
    /* queries, keys and values, or two matrices before a gate, each for itself */
    {GATED EACH, FAB_BLOCK_DENSE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 3, 6,
     2.0 * TOKENS * 16384 * 7 / 8, 0},
    {GATED EACH_KEPT, FAB_BLOCK_DENSE_LAYER, 0, "gather attention input", FAB_MESSAGE_TENSOR, 3, 3,
     2.0 * TOKENS * 16384 * 7 / 8, 0},
    {GATED EACH_KEPT, FAB_BLOCK_DENSE_LAYER, 2, "gather feed-forward input", FAB_MESSAGE_TENSOR, 2,
     2, 2.0 * TOKENS * 16384 * 7 / 8, 0},
    {GATED EACH_KEPT, FAB_BLOCK_DENSE_LAYER, 3, "scatter feed-forward output", FAB_MESSAGE_TENSOR,
     1, 1, 2.0 * TOKENS * 16384 * 7 / 8, 0},
    {WHOLE APART, FAB_BLOCK_DENSE_LAYER, 3, "sum feed-forward input gradient", FAB_MESSAGE_TENSOR,
     0, 1, 2 * GATHERED, 0},
    {WHOLE, FAB_BLOCK_EMBEDDING, 0, "sum embedding", FAB_MESSAGE_TENSOR, 1, 0, 2 * GATHERED, 0},
    {WHOLE, FAB_BLOCK_HEAD, 0, "sum head input gradient", FAB_MESSAGE_TENSOR, 0, 1, 2 * GATHERED,
     0},
    {"assumptions: {loss: gathered}", FAB_BLOCK_HEAD, 2, "gather logits", FAB_MESSAGE_TENSOR, 1, 0,
     2.0 * TOKENS * 51200 * 15 / 16, 0},
    /* all-reduce of 4 bytes per token: 2 S (t - 1) / t */
    {NULL, FAB_BLOCK_HEAD, 2, "loss over the vocabulary", FAB_MESSAGE_TENSOR, 3, 0,
     2.0 * 4.0 * TOKENS * 15 / 16, 0},
};

static fab_workload built(const char *over)
{
    fab_workload w;
    const fab_scenario scenario = good_scenario(STUDY_TEXT, over);
    ck_assert_int_eq(fab_workload_build(&scenario, &w), FAB_OK);
    return w;
}

static void assert_byte(const char *name, double got_bit, double want_byte)
{
    ck_assert_msg(fabs(got_bit / 8.0 - want_byte) <= 1e-9 * want_byte, "%s: %.17g not %.17g", name,
                  got_bit / 8.0, want_byte);
}

START_TEST(rows_agree)
{
    const message_row *row = &ROW[_i];
    const fab_workload w = built(row->over);
    ck_assert_uint_lt(row->index, w.blocks[row->block].message_count);
    const fab_message *got = &w.blocks[row->block].messages[row->index];
    ck_assert_str_eq(got->name, row->name);
    ck_assert_int_eq(got->message_class, row->message_class);
    ck_assert_int_eq(got->forward_count, row->forward);
    ck_assert_int_eq(got->backward_count, row->backward);
    ck_assert_int_le(got->beside_count, got->backward_count);
    assert_byte(row->name, got->cost.tier_sent_bit[0], row->inner_byte);
    assert_byte(row->name, got->cost.tier_sent_bit[1], row->outer_byte);
}
END_TEST

/* what a dense layer ends with runs again unless nothing reads it */
START_TEST(the_last_message_may_run_once)
{
    static const char *const OVER[] = {GATED, GATED_WHOLE};
    for (size_t i = 0; i < FAB_TABLE_SIZE(OVER); i++) {
        fab_scenario scenario = good_scenario(STUDY_TEXT, OVER[i]);
        fab_workload w;
        ck_assert_int_eq(fab_workload_build(&scenario, &w), FAB_OK);
        const fab_block *block = &w.blocks[FAB_BLOCK_DENSE_LAYER];
        const size_t last = i == 0 ? 3 : 2;
        for (size_t j = 0; j < block->message_count; j++) {
            const fab_message *one = &block->messages[j];
            scenario.assumptions.reruns_last = true;
            ck_assert(fab_message_runs_again(&scenario, FAB_PART_LAYER, one));
            scenario.assumptions.reruns_last = false;
            ck_assert(fab_message_runs_again(&scenario, FAB_PART_LAYER, one) == (j != last));
        }
    }
}
END_TEST

/* how many messages each block has: nothing is sent that no row above names */
START_TEST(blocks_send_nothing_else)
{
    static const struct {
        const char *over;
        size_t want[FAB_BLOCK_KIND_COUNT];
    } count[] = {
        {NULL, {0, 4, 2, 3, 0}},
        {TOY_EFFECTS, {0, 6, 2, 3, 0}},
        {"mapping: {etp: 16}", {0, 6, 2, 3, 0}},
        {LATENT, {7, 9, 2, 3, 0}},
        {LATENT "mapping: {cp: 4, etp: 16, cp_mode: ulysses}", {11, 15, 2, 3, 0}},
        {"model: llama3-405b\nmapping: {ep: 1, tp: 8, pp: 4}", {4, 0, 2, 3, 0}},
    };
    for (size_t i = 0; i < FAB_TABLE_SIZE(count); i++) {
        const fab_workload w = built(count[i].over);
        for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
            ck_assert_uint_eq(w.blocks[kind].message_count, count[i].want[kind]);
        }
    }
}
END_TEST

/* The toy by hand of the first study: per token and layer 8 tensor collectives of (15/16) h and 4
 * expert passes of k h / 16, of which 75 % leave a pod of 128. BF16. */
static void assert_toy(const char *over, double expert_inner_share, double expert_outer_share)
{
    const fab_workload w = built(over);
    const fab_block *block = &w.blocks[FAB_BLOCK_MOE_LAYER];
    double tensor = 0.0, expert[2] = {0.0, 0.0};
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_message *m = &block->messages[i];
        const double count = (double)(m->forward_count + m->backward_count) / 8.0 / TOKENS;
        if (m->message_class == FAB_MESSAGE_TENSOR) {
            tensor += count * m->cost.tier_sent_bit[0];
            ck_assert_double_eq(m->cost.tier_sent_bit[1], 0.0);
        } else {
            expert[0] += count * m->cost.tier_sent_bit[0];
            expert[1] += count * m->cost.tier_sent_bit[1];
        }
    }
    assert_byte("tensor", 8.0 * tensor, 8 * 2 * HIDDEN * 15 / 16);

    /* the index and weight of a copy, 8 bytes on 24576, are not in the toy */
    const double pass = 4 * 2 * 8 * HIDDEN / 16 * (COPY_BF16 / (2 * HIDDEN));
    assert_byte("expert, inner", 8.0 * expert[0], pass * expert_inner_share);
    assert_byte("expert, outer", 8.0 * expert[1], pass * expert_outer_share);
    ck_assert_double_lt(COPY_BF16 / (2 * HIDDEN), 1.0004);
}

START_TEST(the_toy_sends_what_it_says)
{
    assert_toy(TOY_EFFECTS, 7.0 / 32, 0.75);
    assert_toy(OPTICS TOY_EFFECTS, 31.0 / 32, 0.0);
}
END_TEST

/* the next stage is 4096 packages away, beyond any pod: 2 T1 h bytes and one step of 4 us */
START_TEST(a_transfer_is_a_shard)
{
    const fab_workload w = built(NULL);
    assert_byte("inner", w.transfer.tier_sent_bit[0], 0.0);
    assert_byte("outer", w.transfer.tier_sent_bit[1], 2.0 * SHARD * HIDDEN);
    ck_assert_double_eq_tol(w.transfer.time_s, 4e-6 + 16.0 * SHARD * HIDDEN / 1.6e12, 1e-15);
    const fab_workload still = built("assumptions: {effects: {latency: false}}");
    ck_assert_double_eq_tol(still.transfer.time_s, 16.0 * SHARD * HIDDEN / 1.6e12, 1e-15);
    const fab_workload alone = built("mapping: {pp: 1}");
    ck_assert_double_eq(alone.transfer.time_s, 0.0);
}
END_TEST

/* times follow from bits, rates and efficiencies: copper at 14.4 Tb/s and 250 ns, direct */
START_TEST(times_follow_from_bits)
{
    const fab_workload w = built("assumptions: {inner_efficiency: 0.5, outer_efficiency: 0.8}");
    const fab_block *block = &w.blocks[FAB_BLOCK_MOE_LAYER];
    ck_assert_double_eq_tol(block->messages[0].cost.time_s, 250e-9 + 8 * GATHERED / (0.5 * 14.4e12),
                            1e-12);
    const double copies = 8 * SHARD * 8 * COPY_BF16;
    ck_assert_double_eq_tol(block->messages[2].cost.time_s,
                            250e-9 + 4e-6 + copies * 7 / 32 / (0.5 * 14.4e12) +
                                copies * 24 / 32 / (0.8 * 1.6e12),
                            1e-12);
    /* energy: 2 links of 5 pJ/bit inside, 4 of 21 beyond, whatever the efficiency */
    ck_assert_double_eq_tol(block->messages[2].cost.energy_j,
                            copies * (7.0 / 32 * 2 * 5e-12 + 24.0 / 32 * 4 * 21e-12), 1e-9);
}
END_TEST

START_TEST(all_wait_for_the_busiest_rank)
{
    const fab_workload w = built(OPTICS "assumptions: {expert_load: 1.25}");
    const fab_collective_cost *cost = &w.blocks[FAB_BLOCK_MOE_LAYER].messages[2].cost;
    const double mean_bit = 8 * SHARD * 8 * COPY_BF16 * 31 / 32;
    ck_assert_double_eq_tol(cost->time_s, 250e-9 + 1.25 * mean_bit / 32e12, 1e-12);
    ck_assert_double_eq_tol(cost->energy_j, mean_bit * 2 * 4.3e-12, 1e-9);
    ck_assert_double_eq_tol(cost->tier_time_s[0], mean_bit / 32e12, 1e-12);
}
END_TEST

/* A way of routing is the load that it leads to, in rows, messages and what is kept at once. */
START_TEST(routing_is_a_load)
{
    const fab_workload even = built(OPTICS);
    const fab_workload ideal = built(OPTICS "assumptions: {expert_routing: ideal}");
    const fab_workload skewed =
        built(OPTICS "assumptions: {expert_routing: zipf, expert_skew: 0.3}");
    const fab_workload random = built(OPTICS "assumptions: {expert_routing: multinomial}");
    const fab_block *block = &skewed.blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *mean = &even.blocks[FAB_BLOCK_MOE_LAYER];
    const double load = skewed.expert_load_ratio;
    ck_assert_double_eq(ideal.expert_load_ratio, 1.0);
    ck_assert_double_gt(random.expert_load_ratio, 1.0);
    ck_assert_double_gt(load, random.expert_load_ratio);
    ck_assert_double_eq_tol(skewed.routed_rows_count, load * even.routed_rows_count, 1e-6);
    ck_assert_double_eq_tol(block->messages[2].cost.time_s - 250e-9,
                            load * (mean->messages[2].cost.time_s - 250e-9), 1e-12);
    const fab_workload twice = built(OPTICS "assumptions: {expert_load: 2}");
    const double routed = twice.blocks[FAB_BLOCK_MOE_LAYER].saved_byte - mean->saved_byte;
    ck_assert_double_eq_tol(block->saved_byte - mean->saved_byte, (load - 1.0) * routed,
                            1e-9 * mean->saved_byte);
}
END_TEST

/* experts of a fixed capacity: every rank has that many rows, sends and pays for them, where an
 * uneven load is that of the busiest alone */
START_TEST(capacity_is_everybodys)
{
    const fab_workload even = built(OPTICS);
    const fab_workload padded = built(OPTICS "assumptions: {capacity_factor: 1.25}");
    const fab_workload uneven = built(OPTICS "assumptions: {expert_load: 1.25}");
    const fab_block *mean = &even.blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *all = &padded.blocks[FAB_BLOCK_MOE_LAYER];
    const fab_block *busiest = &uneven.blocks[FAB_BLOCK_MOE_LAYER];
    ck_assert_double_eq_tol(padded.routed_rows_count, 1.25 * even.routed_rows_count, 1e-6);
    ck_assert_double_eq(padded.routed_rows_count, uneven.routed_rows_count);
    ck_assert_double_eq(all->saved_byte, busiest->saved_byte);
    for (size_t i = 2; i < 4; i++) {
        const fab_collective_cost *cost = &all->messages[i].cost;
        ck_assert_double_eq(cost->time_s, busiest->messages[i].cost.time_s);
        ck_assert_double_eq_tol(cost->energy_j, 1.25 * mean->messages[i].cost.energy_j,
                                1e-12 * cost->energy_j);
        ck_assert_double_eq_tol(busiest->messages[i].cost.energy_j, mean->messages[i].cost.energy_j,
                                1e-12 * cost->energy_j);
        ck_assert_double_eq_tol(cost->tier_sent_bit[0],
                                1.25 * mean->messages[i].cost.tier_sent_bit[0],
                                1e-12 * cost->tier_sent_bit[0]);
    }
}
END_TEST

START_TEST(alone_nobody_sends)
{
    const fab_workload w = built("job: {gpus: 1}\nmapping: {tp: 1, pp: 1, ep: 1}\n");
    for (int kind = 0; kind < FAB_BLOCK_KIND_COUNT; kind++) {
        for (size_t i = 0; i < w.blocks[kind].message_count; i++) {
            ck_assert_double_eq(w.blocks[kind].messages[i].cost.time_s, 0.0);
            ck_assert_double_eq(w.blocks[kind].messages[i].cost.energy_j, 0.0);
        }
    }
    ck_assert_double_eq(w.transfer.time_s, 0.0);
}
END_TEST

/* latents that each rank makes whole: gradients of 1536 + 512 + 64 elements are summed */
START_TEST(latents_without_sequence_parallelism)
{
    fab_scenario s = good_scenario(STUDY_TEXT, LATENT);
    fab_workload w;
    s.model.experts = s.model.experts_per_token = 0;
    s.model.dense_layers = s.model.layers;
    s.mapping.ep = 1;
    s.mapping.is_sequence_parallel = false;
    ck_assert_int_eq(fab_workload_build(&s, &w), FAB_OK);
    const fab_message *m = w.blocks[FAB_BLOCK_DENSE_LAYER].messages;
    ck_assert_str_eq(m[0].name, "sum attention output");
    ck_assert(m[0].forward_count == 1 && m[0].backward_count == 0);
    assert_byte("output", m[0].cost.tier_sent_bit[0], 2 * 2.0 * TOKENS * 7168 * 15 / 16);
    ck_assert_str_eq(m[1].name, "sum latent gradients");
    ck_assert(m[1].forward_count == 0 && m[1].backward_count == 1);
    assert_byte("latents", m[1].cost.tier_sent_bit[0], 2 * 2.0 * TOKENS * 2112 * 15 / 16);
}
END_TEST

/* the whole vector to the next stage without sequence parallelism, or a share and a gather */
START_TEST(transfers_without_sequence_parallelism)
{
    const fab_workload shared = built(NULL);
    const fab_workload whole = built(WHOLE);
    ck_assert_double_eq(whole.shard_tokens_count, whole.tokens_count);
    assert_byte("whole", whole.transfer.tier_sent_bit[1], 2.0 * TOKENS * HIDDEN);
    assert_byte("share", shared.transfer.tier_sent_bit[1], 2.0 * SHARD * HIDDEN);
    const fab_workload gathered = built(WHOLE "assumptions: {scatter_gather: true}\n");
    assert_byte("sent", gathered.transfer.tier_sent_bit[1], 2.0 * SHARD * HIDDEN);
    assert_byte("gathered", gathered.transfer.tier_sent_bit[0], GATHERED);
    ck_assert_double_gt(gathered.transfer.time_s, shared.transfer.time_s);
    ck_assert_double_gt(gathered.transfer.energy_j, shared.transfer.energy_j);
    const fab_workload unneeded = built("assumptions: {scatter_gather: true}\n");
    ck_assert_double_eq(unneeded.transfer.time_s, built(NULL).transfer.time_s);
}
END_TEST

/* which messages run again with which part */
static const struct {
    const char *over;
    fab_block_kind block;
    const char *name;
    int parts;
} TAGGED[] = {
    {NULL, FAB_BLOCK_MOE_LAYER, "gather attention input", 0},
    {NULL, FAB_BLOCK_MOE_LAYER, "dispatch tokens", FAB_PART_EXPERTS},
    {NULL, FAB_BLOCK_MOE_LAYER, "combine results", FAB_PART_EXPERTS},
    {"mapping: {etp: 16}", FAB_BLOCK_MOE_LAYER, "gather token copies", FAB_PART_EXPERTS},
    {"model: {base: moe-4.7t-c4, shared_width: 64}", FAB_BLOCK_MOE_LAYER, "gather expert input",
     FAB_PART_EXPERTS | FAB_PART_SHARED_EXPERTS},
    {LATENT, FAB_BLOCK_MOE_LAYER, "gather latents", FAB_PART_LATENTS},
    {LATENT, FAB_BLOCK_MOE_LAYER, "gather latents again", 0},
    {SHARED, FAB_BLOCK_DENSE_LAYER, "scatter feed-forward output", FAB_PART_FEED_FORWARD},
    {WHOLE, FAB_BLOCK_DENSE_LAYER, "sum feed-forward output", FAB_PART_FEED_FORWARD},
    {"mapping: {tp: 8, cp: 2}", FAB_BLOCK_MOE_LAYER, "pass keys and values on",
     FAB_PART_CORE_ATTENTION},
    {NULL, FAB_BLOCK_HEAD, "gather head input", 0},
};

START_TEST(messages_belong_to_parts)
{
    const fab_workload w = built(TAGGED[_i].over);
    const fab_block *block = &w.blocks[TAGGED[_i].block];
    int found = 0;
    for (size_t i = 0; i < block->message_count; i++) {
        if (strcmp(block->messages[i].name, TAGGED[_i].name) == 0) {
            ck_assert_int_eq(block->messages[i].parts, TAGGED[_i].parts);
            found++;
        }
    }
    ck_assert_int_eq(found, 1);
}
END_TEST

/* the sizes that the lists are made from */
START_TEST(sizes_of_a_microbatch)
{
    const fab_workload w =
        built("mapping: {microbatch: 2, recompute: full}\nassumptions: {expert_load: 1.5}\n");
    ck_assert_double_eq(w.tokens_count, 16384.0);
    ck_assert_double_eq(w.shard_tokens_count, 1024.0);
    ck_assert_double_eq(w.routed_rows_count, 1024.0 * 8 * 1.5);
    ck_assert_double_eq(w.padded_vocabulary_count, 51200.0); /* 25 blocks of 128 x 16 */
    const fab_workload odd = built("model: {base: moe-4.7t-c4, vocabulary: 51201}");
    ck_assert_double_eq(odd.padded_vocabulary_count, 53248.0);

    const double saved = w.blocks[FAB_BLOCK_MOE_LAYER].saved_byte;
    const double checkpoint = w.blocks[FAB_BLOCK_MOE_LAYER].kept_byte;
    ck_assert_double_eq(checkpoint, 2.0 * 1024 * HIDDEN);
    ck_assert_double_gt(saved, 2.0 * checkpoint);
}
END_TEST

/* peaks times efficiencies */
START_TEST(speeds_of_a_package)
{
    const fab_workload w = built("job: {precision: fp8}\n"
                                 "assumptions: {gemm_efficiency: 0.4, attention_efficiency: 0.3,\n"
                                 "  memory_efficiency: 0.7, effects: {attention_core: false}}\n");
    ck_assert_double_eq_tol(w.speed.gemm_flops, 0.4 * 35e15, 1);
    ck_assert_double_eq_tol(w.speed.gemm_bf16_flops, 0.4 * 17.5e15, 1);
    ck_assert_double_eq_tol(w.speed.attention_flops, 0.3 * 17.5e15, 1);
    ck_assert_double_eq_tol(w.speed.memory_byte_per_s, 0.7 * 32e12, 1);
    ck_assert(!w.speed.has_attention_core && !w.speed.has_product_traffic);
    ck_assert(w.speed.has_memory_traffic);
    ck_assert_double_eq_tol(built(NULL).speed.gemm_flops, 8.75e15, 1);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("messages");
    tcase_add_loop_test(tests, rows_agree, 0, (int)FAB_TABLE_SIZE(ROW));
    tcase_add_test(tests, blocks_send_nothing_else);
    tcase_add_test(tests, the_toy_sends_what_it_says);
    tcase_add_test(tests, a_transfer_is_a_shard);
    tcase_add_test(tests, times_follow_from_bits);
    tcase_add_test(tests, all_wait_for_the_busiest_rank);
    tcase_add_test(tests, routing_is_a_load);
    tcase_add_test(tests, capacity_is_everybodys);
    tcase_add_test(tests, alone_nobody_sends);
    tcase_add_test(tests, latents_without_sequence_parallelism);
    tcase_add_test(tests, the_last_message_may_run_once);
    tcase_add_test(tests, transfers_without_sequence_parallelism);
    tcase_add_loop_test(tests, messages_belong_to_parts, 0, (int)FAB_TABLE_SIZE(TAGGED));
    tcase_add_test(tests, sizes_of_a_microbatch);
    tcase_add_test(tests, speeds_of_a_package);
    return run_suite("messages", tests);
}

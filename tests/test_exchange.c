#include <check.h>
#include <math.h>

#include "run_all.h"
#include "seeded.h"
#include "train/stage.h"

/* A stage in the middle of a pipeline: 4 layers of 60 parameters, t = 1, two data ranks on a link
 * of one byte a second. Half of the payload is sent: gradients of 4 bytes take 480 s, parameters of
 * 2 bytes 240 s. */
static const fab_stage STAGE = {.layers = {[FAB_BLOCK_DENSE_LAYER] = {4, 0}}};

static fab_scenario scenario_of(int64_t stages, int64_t chunks, double share)
{
    return (fab_scenario){
        .mapping = {.tp = 1,
                    .cp = 1,
                    .pp = stages,
                    .dp = 2,
                    .ep = 1,
                    .etp = 1,
                    .interleave = chunks,
                    .zero = 1},
        .assumptions = {.overlap = {.data_frac = share}, .effects = {.data_parallel = true}},
    };
}

static fab_workload slow_workload(void)
{
    fab_workload w = {.parameters = {.dense_layer = {.dense_ffn = 60}}};
    for (int kind = 0; kind < FAB_GROUP_KIND_COUNT; kind++) {
        w.groups[kind] = (fab_placement){1, 1, 1, 1, true};
    }
    w.groups[FAB_GROUP_DATA] = (fab_placement){2, 1, 2, 2, true};
    for (int tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        w.network.tiers[tier] =
            (fab_collective_tier){.rate_bps = 8, .energy_j_per_bit = 3, .links_per_path = 2};
    }
    return w;
}

static fab_status exchange_data(const fab_scenario *s, const fab_workload *w,
                                const fab_stage *stage, const fab_stage_time *time, int64_t index,
                                fab_data_exchange *out)
{
    fab_stage_exchanges exchanges;
    const fab_status status = fab_stage_price_exchanges(s, w, stage, &exchanges);
    return status != FAB_OK ? status
                            : fab_stage_data_exchange(s, w, stage, time, &exchanges, index, out);
}

/* Bucket K / L; window W / v (1 - v / L) + r W / v, times the share; backlog of the other chunks
 * (v - 1) max(0, K / v - p W / v). Gradients K = 480, parameters K = 240. */
static const struct {
    const char *what;
    int64_t stages, chunks, stage;
    double share, forward_s, backward_s, want_s;
} ROW[] = {
    /* 120 + (480 - 120 - 300), 60 + (240 - 60 - 75) */
    {"first stage", 4, 1, 0, 1.0, 100, 400, 180 + 165},
    /* slack of one pass: 300 + 400 hide all but a bucket; 60 + (240 - 60 - 175) */
    {"second stage", 4, 1, 1, 1.0, 100, 400, 120 + 65},
    /* 120 + (480 - 120 - 150), 60 + (240 - 60 - 37.5) */
    {"half overlapped", 4, 1, 0, 0.5, 100, 400, 330 + 202.5},
    {"not overlapped", 4, 1, 2, 0.0, 100, 400, 720},
    {"more than enough to hide behind", 4, 1, 0, 1.0, 1e6, 1e6, 120 + 60},
    {"nothing to hide behind", 4, 1, 3, 1.0, 0, 0, 720},
    /* chunks of 240 s behind 2 x 200 s; 120 + (240 - 120 - 100);
     * chunks of 120 s behind 2 x 50 s leave 20: 60 + (20 + 120 - 60 - 25) */
    {"two chunks", 2, 2, 0, 1.0, 100, 400, 140 + 115},
    /* slack of half a pass: all but a bucket; 60 + (20 + 120 - 60 - 75) */
    {"two chunks, second stage", 2, 2, 1, 1.0, 100, 400, 120 + 65},
    /* one layer a chunk: 120 s behind 2 x 100 s, no window; 60 s behind 2 x 25 s leave 3 x 10 */
    {"a chunk for each layer", 2, 4, 0, 1.0, 100, 400, 120 + 90},
};

/* Gradients of 480 s and parameters of 240 s on tier 0 (all of the data group lies inside) beside
 * layers that send 100 s forward and 300 s backward there, half of it exposed: 150 + 50; parameters
 * that were there before the stage began meet nothing. */
START_TEST(what_meets_on_links)
{
    static const struct {
        int64_t stage;
        double share, forward_s, want_s;
    } MEETS[] = {
        {0, 1.0, 100, 150 + 50},  {1, 1.0, 230, 150 + 10}, {1, 1.0, 400, 150},
        {0, 0.25, 100, 120 + 50}, {0, 0.0, 100, 0},
    };
    const fab_workload w = slow_workload();
    for (size_t i = 0; i < sizeof(MEETS) / sizeof(MEETS[0]); i++) {
        const fab_scenario s = scenario_of(4, 1, MEETS[i].share);
        fab_stage_time time = {.forward_s = MEETS[i].forward_s, .backward_s = 400};
        time.layer_tier_s[0][0] = 100;
        time.layer_tier_s[1][0] = 300;
        time.layer_tier_s[1][1] = 1000; /* no data-parallel message goes there */
        time.messages[FAB_MESSAGE_EXPERT].total_s = 1400;
        time.messages[FAB_MESSAGE_EXPERT].exposed_s = 700;
        fab_data_exchange out;
        ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, MEETS[i].stage, &out), FAB_OK);
        ck_assert_double_eq_tol(out.shared_s, MEETS[i].want_s, 1e-9);
    }
}
END_TEST

START_TEST(rows_agree)
{
    const fab_workload w = slow_workload();
    const fab_scenario s = scenario_of(ROW[_i].stages, ROW[_i].chunks, ROW[_i].share);
    const fab_stage_time time = {.forward_s = ROW[_i].forward_s, .backward_s = ROW[_i].backward_s};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, ROW[_i].stage, &out), FAB_OK);
    ck_assert_msg(fabs(out.message.exposed_s - ROW[_i].want_s) < 1e-9, "%s: %.17g", ROW[_i].what,
                  out.message.exposed_s);
    ck_assert_double_eq_tol(out.message.total_s, 720, 1e-9);
    ck_assert_double_eq_tol(out.message.sent_byte[0], 720, 1e-9);
    ck_assert_double_eq_tol(out.tier_s[0], 720, 1e-9);
    ck_assert_double_eq_tol(out.message.link_energy_j, 720 * 8 * 3 * 2, 1e-6);
    ck_assert_double_eq(out.message.sent_byte[1], 0.0);
}
END_TEST

/* what hides in a server slows computing by `loss` and `server_loss` of its time, beyond one by
 * `loss` alone; what is exposed slows nothing */
START_TEST(messages_in_a_server_slow_more)
{
    fab_workload w = slow_workload();
    fab_scenario s = scenario_of(1, 1, 1.0);
    s.assumptions.overlap.loss_frac = 0.1;
    s.assumptions.overlap.server_loss_frac = 0.5;
    const fab_stage_time time = {.forward_s = 1000, .backward_s = 1000};
    fab_data_exchange near, far;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &near), FAB_OK);
    ck_assert_double_gt(720.0 - near.message.exposed_s, 100.0);
    ck_assert_double_eq_tol(near.beside_s, 0.6 * (720.0 - near.message.exposed_s), 1e-9);
    s.assumptions.overlap.server_loss_frac = 0.0;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &near), FAB_OK);
    ck_assert_double_eq_tol(near.beside_s, 0.1 * (720.0 - near.message.exposed_s), 1e-9);
    s.assumptions.overlap.server_loss_frac = 0.5;
    w.groups[FAB_GROUP_DATA].local_min = w.groups[FAB_GROUP_DATA].local_max = 1;
    w.groups[FAB_GROUP_DATA].domains = w.groups[FAB_GROUP_DATA].ranks;
    w.network.tiers[1] = w.network.tiers[0];
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &far), FAB_OK);
    const double hidden_s = far.message.total_s - far.message.exposed_s;
    ck_assert_double_gt(hidden_s, 100.0);
    ck_assert_double_eq_tol(far.beside_s, 0.1 * hidden_s, 1e-9);
}
END_TEST

START_TEST(bf16_gradients_are_half)
{
    const fab_workload w = slow_workload();
    fab_scenario s = scenario_of(4, 1, 0.0);
    s.assumptions.gradient_precision = FAB_GRADIENT_BF16;
    const fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq_tol(out.message.total_s, 480, 1e-9);
}
END_TEST

/* all gradients for all, 2 x 4 P (d - 1)/d, and the weights, 2 P (d - 1)/d; 720 with shares */
START_TEST(all_reduced_gradients_are_more)
{
    const fab_workload w = slow_workload();
    fab_scenario s = scenario_of(1, 1, 0.0);
    s.mapping.zero = 1;
    s.assumptions.gradient_sum = FAB_GRADIENT_SUM_ALL_REDUCE;
    const fab_stage_time time = {.forward_s = 100, .backward_s = 400};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq_tol(out.message.sent_byte[0], 960 + 240, 1e-9);
    ck_assert_double_eq_tol(out.message.exposed_s, 960 + 240, 1e-9);
}
END_TEST

/* Each message has its latency: one a step, or one for each of six matrices (seven of a gated
 * block) of four layers; of what every pass exchanges, three times one a layer or six. */
START_TEST(matrices_have_messages_of_their_own)
{
    static const int64_t ZERO[] = {0, 1, 3, 0};
    static const double JOINED[] = {1, 2, 3 * 4, 1}, EACH[] = {24, 48, 3 * 24, 28};
    fab_workload w = slow_workload();
    fab_scenario s = scenario_of(1, 1, 0.0);
    double total_s[3];
    s.mapping.zero = ZERO[_i];
    s.model.is_gated = _i == 3;
    for (int run = 0; run < 3; run++) {
        w.network.tiers[0].latency_s = run > 0 ? 5.0 : 0.0;
        w.network.tiers[1].latency_s = w.network.tiers[0].latency_s;
        s.assumptions.exchange_messages = run == 2 ? FAB_EXCHANGE_PER_MATRIX : FAB_EXCHANGE_JOINED;
        fab_stage_time time = {.forward_s = 100, .backward_s = 400};
        fab_data_exchange out;
        ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
        ck_assert_int_eq(fab_stage_exchange_passes(&s, &w, &STAGE, &time), FAB_OK);
        total_s[run] = out.message.total_s + time.messages[FAB_MESSAGE_DATA].total_s;
    }
    const double message_s = (total_s[1] - total_s[0]) / JOINED[_i];
    ck_assert_double_ge(message_s, 5.0 - 1e-9);
    ck_assert_double_eq_tol(total_s[2], total_s[0] + EACH[_i] * message_s, 1e-6);
}
END_TEST

/* What d replicas of P parameters exchange in a step of m micro-batches: 2 (d - 1)/d 4 P with ZeRO
 * 0, (d - 1)/d (4 + 2) P with 1, (d - 1)/d (4 m + 2) P with 2, (d - 1)/d (4 + 2 + 2) m P with 3
 * (Rajbhandari et al. 2020, section 7). P = 240, d = 2. */
START_TEST(zero_volumes)
{
    static const double ONCE[] = {960, 720, 240, 0}, EACH[] = {0, 0, 480, 960};
    const fab_workload w = slow_workload();
    fab_scenario s = scenario_of(1, 1, 0.0);
    fab_stage_time time = {.forward_s = 100, .backward_s = 400};
    fab_data_exchange out;
    s.mapping.zero = _i;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq_tol(out.message.sent_byte[0], ONCE[_i], 1e-9);
    ck_assert_double_eq_tol(out.message.total_s, ONCE[_i], 1e-9);
    ck_assert_double_eq_tol(out.message.exposed_s, ONCE[_i], 1e-9);

    ck_assert_int_eq(fab_stage_exchange_passes(&s, &w, &STAGE, &time), FAB_OK);
    const fab_message_forecast *each = &time.messages[FAB_MESSAGE_DATA];
    ck_assert_double_eq_tol(each->sent_byte[0], EACH[_i], 1e-9);
    ck_assert_double_eq_tol(each->total_s, EACH[_i], 1e-9);
    ck_assert_double_eq_tol(each->exposed_s, EACH[_i], 1e-9);
    ck_assert_double_eq_tol(each->link_energy_j, EACH[_i] * 8 * 3 * 2, 1e-6);
    ck_assert_double_eq_tol(time.tier_s[0], EACH[_i], 1e-9);
    ck_assert_double_eq_tol(time.part_s[FAB_STEP_DATA], EACH[_i], 1e-9);
    ck_assert_double_eq_tol(time.forward_s + time.backward_s, 500 + EACH[_i], 1e-9);
}
END_TEST

/* In a pass each layer's exchange hides behind the other layers: K/L + max(0, K - K/L - W (1 -
 * 1/L)), chunk by chunk. ZeRO 3: K = 240 forward, 720 backward. */
static const struct {
    const char *what;
    int64_t stages, chunks, zero;
    double share, forward_s, backward_s, want_forward_s, want_backward_s;
} PASS[] = {
    /* 60 + (240 - 60 - 75); 180 + (720 - 180 - 300) */
    {"behind the other layers", 1, 1, 3, 1.0, 100, 400, 165, 420},
    {"gradients alone", 1, 1, 2, 1.0, 100, 400, 0, 120 + 60},
    {"half overlapped", 1, 1, 3, 0.5, 100, 400, 60 + 142.5, 180 + 390},
    {"more than enough to hide behind", 1, 1, 3, 1.0, 1e6, 1e6, 60, 180},
    {"nothing to hide behind", 1, 1, 3, 1.0, 0, 0, 240, 720},
    /* chunks of 2 layers: 2 x (60 + (120 - 60 - 25)); 2 x (180 + (360 - 180 - 100)) */
    {"two chunks", 2, 2, 3, 1.0, 100, 400, 190, 520},
    {"a chunk for each layer", 2, 4, 3, 1.0, 1e6, 1e6, 240, 720},
    /* interleaving means nothing without a pipeline */
    {"chunks of one stage", 1, 2, 3, 1.0, 100, 400, 165, 420},
};

START_TEST(passes_agree)
{
    const fab_workload w = slow_workload();
    fab_scenario s = scenario_of(PASS[_i].stages, PASS[_i].chunks, PASS[_i].share);
    fab_stage_time time = {.forward_s = PASS[_i].forward_s, .backward_s = PASS[_i].backward_s};
    s.mapping.zero = PASS[_i].zero;
    ck_assert_int_eq(fab_stage_exchange_passes(&s, &w, &STAGE, &time), FAB_OK);
    ck_assert_msg(fabs(time.forward_s - PASS[_i].forward_s - PASS[_i].want_forward_s) < 1e-6,
                  "%s: %.17g", PASS[_i].what, time.forward_s);
    ck_assert_msg(fabs(time.backward_s - PASS[_i].backward_s - PASS[_i].want_backward_s) < 1e-6,
                  "%s: %.17g", PASS[_i].what, time.backward_s);
}
END_TEST

/* Layer by layer: with 7 s of latency each, the three exchanges of 4 layers take 84 s more, those
 * of the whole stage once a step 7 s each. */
START_TEST(each_layer_has_messages_of_its_own)
{
    double total_s[2], once_s[2];
    for (int i = 0; i < 2; i++) {
        fab_workload w = slow_workload();
        fab_scenario s = scenario_of(1, 1, 0.0);
        fab_stage_time time = {.forward_s = 1, .backward_s = 1};
        fab_data_exchange out;
        w.network.tiers[0].latency_s = i == 0 ? 0.0 : 7.0;
        ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
        once_s[i] = out.message.total_s;
        s.mapping.zero = 3;
        ck_assert_int_eq(fab_stage_exchange_passes(&s, &w, &STAGE, &time), FAB_OK);
        total_s[i] = time.messages[FAB_MESSAGE_DATA].total_s;
    }
    const double latency_s = (once_s[1] - once_s[0]) / 2.0;
    ck_assert_double_gt(latency_s, 6.9);
    ck_assert_double_eq_tol(total_s[1] - total_s[0], 3.0 * 4.0 * latency_s, 1e-9);
}
END_TEST

/* 4 expert layers of 80 on 2 expert ranks: 160 parameters here, replicated on 4 ranks of which 2
 * share a domain: inside S / 2, outside S / 4 (4 - 2) / 2 = S / 4. S is 640 and 320 bytes. */
START_TEST(experts_have_their_own_replicas)
{
    fab_workload w = slow_workload();
    w.parameters.moe_layer.routed_experts = 80;
    w.groups[FAB_GROUP_EXPERT_DATA] = (fab_placement){4, 2, 2, 2, true};
    fab_scenario s = scenario_of(4, 1, 0.0);
    s.mapping.ep = 2;
    s.model.experts = 2;
    const fab_stage stage = {.layers = {[FAB_BLOCK_MOE_LAYER] = {4, 0}}};
    const fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &stage, &time, 0, &out), FAB_OK);
    ck_assert_double_eq_tol(out.message.sent_byte[0], 960.0 / 2, 1e-9);
    ck_assert_double_eq_tol(out.message.sent_byte[1], 960.0 / 4, 1e-9);
    ck_assert_double_eq_tol(out.message.total_s, 720, 1e-9);
    ck_assert_double_eq_tol(out.tier_s[1], 240, 1e-9);
}
END_TEST

/* 2 ranks shard, 4 such groups hold replicas: beside what 2 ranks exchange, once a step an
 * all-reduce of a rank's shard over 4 ranks, 2 3/4 4 P / 2 = 720 of P = 240 */
START_TEST(replicas_sum_their_shards)
{
    static const double ONCE[] = {0, 720 + 720, 240 + 720, 720};
    fab_workload w = slow_workload();
    w.groups[FAB_GROUP_REPLICA] = (fab_placement){4, 4, 1, 1, true};
    fab_scenario s = scenario_of(1, 1, 0.0);
    fab_stage_time time = {.forward_s = 100, .backward_s = 400};
    fab_exchange_list notes = {.count = 0};
    time.exchanges = &notes;
    s.mapping.zero = _i;
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq_tol(out.message.sent_byte[0] + out.message.sent_byte[1], ONCE[_i], 1e-9);
    ck_assert_double_eq_tol(out.message.sent_byte[1], 720, 1e-9);
    ck_assert_double_eq_tol(out.message.exposed_s, out.message.total_s, 1e-9);
    bool is_noted = false;
    for (size_t i = 0; i < notes.count; i++) {
        is_noted = is_noted || (notes.items[i].group == FAB_GROUP_REPLICA &&
                                notes.items[i].cost.kind == FAB_ALL_REDUCE);
    }
    ck_assert(is_noted);
}
END_TEST

/* 160 parameters of experts on 2 ranks that shard, 2 groups of them: 2 1/2 4 160 / 2 */
START_TEST(expert_replicas_sum_their_shards)
{
    fab_workload w = slow_workload();
    w.parameters.moe_layer.routed_experts = 80;
    w.groups[FAB_GROUP_DATA] = (fab_placement){1, 1, 1, 1, true};
    w.groups[FAB_GROUP_EXPERT_DATA] = (fab_placement){2, 1, 2, 2, true};
    w.groups[FAB_GROUP_REPLICA] = w.groups[FAB_GROUP_EXPERT_REPLICA] =
        (fab_placement){2, 2, 1, 1, true};
    fab_scenario s = scenario_of(4, 1, 0.0);
    s.mapping.ep = 2;
    s.model.experts = 2;
    const fab_stage stage = {.layers = {[FAB_BLOCK_MOE_LAYER] = {4, 0}}};
    const fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &stage, &time, 0, &out), FAB_OK);
    /* inside 4 and 2 bytes of half */
    ck_assert_double_eq_tol(out.message.sent_byte[0], 6.0 * 160 / 2, 1e-9);
    ck_assert_double_eq_tol(out.message.sent_byte[1], 320, 1e-9);
}
END_TEST

/* weights of products in FP8, kept or only sent: half of the bytes; those in MXFP8 in BF16 */
static const struct {
    int weights, sent;
    int64_t zero;
    double gathered_byte;
} FORMAT[] = {
    {FAB_WEIGHTS_BF16, FAB_PARAMETERS_KEPT, 1, 240},
    {FAB_WEIGHTS_FP8, FAB_PARAMETERS_KEPT, 1, 120},
    {FAB_WEIGHTS_FP8_TRANSPOSED, FAB_PARAMETERS_KEPT, 1, 120},
    {FAB_WEIGHTS_FP8, FAB_PARAMETERS_BF16, 1, 240},
    {FAB_WEIGHTS_BF16, FAB_PARAMETERS_FP8, 3, 120},
};

START_TEST(weights_travel_in_their_format)
{
    const fab_workload w = slow_workload();
    fab_scenario s = scenario_of(4, 1, 0.0);
    s.assumptions.weights = FORMAT[_i].weights;
    s.assumptions.parameter_precision = FORMAT[_i].sent;
    s.mapping.zero = FORMAT[_i].zero;
    fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_int_eq(fab_stage_exchange_passes(&s, &w, &STAGE, &time), FAB_OK);
    /* gathered once, or in both passes; gradients of 4 bytes are not of weights' format */
    const double gathered = FORMAT[_i].gathered_byte * (FORMAT[_i].zero == 3 ? 2.0 : 1.0);
    ck_assert_double_eq_tol(out.message.sent_byte[0] + time.messages[FAB_MESSAGE_DATA].sent_byte[0],
                            480 + gathered, 1e-9);
}
END_TEST

START_TEST(nothing_is_exchanged_when_left_out_or_alone)
{
    fab_workload w = slow_workload();
    fab_scenario s = scenario_of(4, 1, 1.0);
    const fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    s.assumptions.effects.data_parallel = false;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq(out.message.total_s, 0.0);
    s.assumptions.effects.data_parallel = true;
    w.groups[FAB_GROUP_DATA] = (fab_placement){1, 1, 1, 1, true};
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_OK);
    ck_assert_double_eq(out.message.total_s, 0.0);
    ck_assert_double_eq(out.message.exposed_s, 0.0);
}
END_TEST

START_TEST(a_bad_network_is_out_of_range)
{
    fab_workload w = slow_workload();
    const fab_scenario s = scenario_of(4, 1, 1.0);
    const fab_stage_time time = {.forward_s = 1, .backward_s = 1};
    fab_data_exchange out;
    w.network.tiers[0].rate_bps = 0.0;
    ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, 0, &out), FAB_E_RANGE);
}
END_TEST

/* whatever the pipeline: exposed within total, never more for a larger share or a longer pass */
START_TEST(exposure_behaves)
{
    uint64_t seed = (uint64_t)_i;
    const fab_workload w = slow_workload();
    const int64_t stages = seeded_integer(&seed, 1, 8), chunks = seeded_integer(&seed, 1, 4);
    const int64_t index = seeded_integer(&seed, 0, stages - 1);
    double last = HUGE_VAL;
    for (int step = 0; step <= 10; step++) {
        const fab_scenario s = scenario_of(stages, chunks, step / 10.0);
        const fab_stage_time time = {.forward_s = 100, .backward_s = 300};
        fab_data_exchange out;
        ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, index, &out), FAB_OK);
        ck_assert_double_ge(out.message.exposed_s, 0.0);
        ck_assert_double_le(out.message.exposed_s, out.message.total_s);
        ck_assert_double_le(out.message.exposed_s, last + 1e-9);
        last = out.message.exposed_s;
    }
    for (int step = 0; step <= 10; step++) {
        const fab_scenario s = scenario_of(stages, chunks, 0.7);
        const fab_stage_time time = {.forward_s = 30.0 * step, .backward_s = 60.0 * step};
        fab_data_exchange out;
        ck_assert_int_eq(exchange_data(&s, &w, &STAGE, &time, index, &out), FAB_OK);
        ck_assert(step == 0 || out.message.exposed_s <= last + 1e-9);
        last = out.message.exposed_s;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exchange");
    TCase *tests = tcase_create("exchange");
    tcase_add_loop_test(tests, rows_agree, 0, (int)(sizeof ROW / sizeof ROW[0]));
    tcase_add_test(tests, what_meets_on_links);
    tcase_add_test(tests, messages_in_a_server_slow_more);
    tcase_add_test(tests, bf16_gradients_are_half);
    tcase_add_test(tests, all_reduced_gradients_are_more);
    tcase_add_loop_test(tests, matrices_have_messages_of_their_own, 0, 4);
    tcase_add_test(tests, each_layer_has_messages_of_its_own);
    tcase_add_test(tests, experts_have_their_own_replicas);
    tcase_add_test(tests, nothing_is_exchanged_when_left_out_or_alone);
    tcase_add_test(tests, a_bad_network_is_out_of_range);
    tcase_add_loop_test(tests, zero_volumes, 0, 4);
    tcase_add_loop_test(tests, replicas_sum_their_shards, 1, 4);
    tcase_add_test(tests, expert_replicas_sum_their_shards);
    tcase_add_loop_test(tests, weights_travel_in_their_format, 0,
                        (int)(sizeof FORMAT / sizeof FORMAT[0]));
    tcase_add_loop_test(tests, passes_agree, 0, (int)(sizeof PASS / sizeof PASS[0]));
    tcase_add_loop_test(tests, exposure_behaves, 0, 200);
    suite_add_tcase(suite, tests);
    return run_all(suite);
}

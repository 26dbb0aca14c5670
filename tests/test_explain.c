#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/explain.h>

#include "random_scenario.h"
#include "workload/workload.h"

#define SEEDS 1000

static fab_explanation explained(const fab_scenario *s)
{
    fab_explanation e;
    ck_assert_int_eq(fab_train_explain(s, arena, &e), FAB_OK);
    return e;
}

static void assert_equal(double got, double want, const char *what)
{
    const double scale = fabs(want) > 1e-300 ? fabs(want) : 1e-300;
    ck_assert_msg(fabs(got - want) <= 1e-12 * scale || got == want, "%s: %.17g instead of %.17g",
                  what, got, want);
}

static double sum(const double *values, int count)
{
    double total = 0.0;
    for (int i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

/* what a block says of its operators and messages, put together again */
typedef struct totals {
    double part_s[FAB_STEP_CLASS_COUNT];
    double message_s[FAB_MESSAGE_CLASS_COUNT];
    double forward_s, backward_s;
} totals;

static void add(totals *t, fab_step_class part, fab_phase phase, double time_s)
{
    t->part_s[part] += time_s;
    *(phase == FAB_PHASE_FORWARD ? &t->forward_s : &t->backward_s) += time_s;
}

static totals total_of(const fab_explained_block *block)
{
    static const fab_step_class PART[] = {[FAB_MESSAGE_TENSOR] = FAB_STEP_TENSOR,
                                          [FAB_MESSAGE_CONTEXT] = FAB_STEP_CONTEXT,
                                          [FAB_MESSAGE_EXPERT] = FAB_STEP_EXPERT};
    totals t = {0};
    for (size_t i = 0; i < block->operator_count; i++) {
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            add(&t, block->operators[i].part, (fab_phase)phase,
                block->operators[i].phases[phase].time_s);
        }
    }
    for (size_t i = 0; i < block->message_count; i++) {
        const fab_explained_message *m = &block->messages[i];
        ck_assert(m->message_class <= FAB_MESSAGE_EXPERT);
        for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
            ck_assert(m->exposed_s[phase] >= 0.0);
            ck_assert(m->exposed_s[phase] <= m->time_s[phase] * (1.0 + 1e-12));
            add(&t, PART[m->message_class], (fab_phase)phase, m->exposed_s[phase]);
            t.message_s[m->message_class] += m->time_s[phase];
        }
    }
    return t;
}

static void blocks_add_up(const fab_scenario *s)
{
    const fab_explanation e = explained(s);
    ck_assert_uint_gt(e.block_count, 0);
    for (size_t i = 0; i < e.block_count; i++) {
        const fab_explained_block *block = &e.blocks[i];
        const totals t = total_of(block);
        const double waits_s = block->part_s[FAB_STEP_HOST] + block->part_s[FAB_STEP_BESIDE];
        for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
            if (part != FAB_STEP_HOST && part != FAB_STEP_BESIDE) {
                assert_equal(t.part_s[part], block->part_s[part], block->name);
            }
        }
        if (waits_s == 0.0) {
            assert_equal(t.forward_s, block->forward_s, "forward");
            assert_equal(t.backward_s, block->backward_s, "backward");
        }
        assert_equal(t.forward_s + t.backward_s + waits_s, block->forward_s + block->backward_s,
                     "with the host");
        ck_assert(block->is_recomputed || block->operators[0].phases[FAB_PHASE_AGAIN].time_s == 0);
    }
}

/* what data-parallel ranks exchange, one by one */
static void exchanges_add_up(const fab_explained_stage *stage)
{
    double total_s[2] = {0.0, 0.0}, exposed_s[2] = {0.0, 0.0};
    for (size_t i = 0; i < stage->exchange_count; i++) {
        const fab_explained_exchange *x = &stage->exchanges[i];
        ck_assert(x->exposed_s >= 0.0 && x->exposed_s <= x->cost.time_s * (1.0 + 1e-12));
        total_s[x->is_per_step] += x->cost.time_s;
        exposed_s[x->is_per_step] += x->exposed_s;
    }
    assert_equal(total_s[1], stage->data_s, "exchanged once");
    assert_equal(exposed_s[1], stage->data_exposed_s, "exposed once");
    assert_equal(total_s[0], stage->messages[FAB_MESSAGE_DATA].total_s, "exchanged in passes");
    assert_equal(exposed_s[0], stage->part_s[FAB_STEP_DATA], "exposed in passes");
}

/* what hides of each class slows computation by the same share of its time; of data-parallel
 * messages more, up to that on the inner tier alone */
static void hiding_costs(const fab_scenario *s, const fab_explained_stage *stage)
{
    const double loss = s->assumptions.overlap.loss_frac;
    const double server_loss = s->assumptions.overlap.server_loss_frac;
    const fab_message_forecast *data = &stage->messages[FAB_MESSAGE_DATA];
    const double in_passes_s = data->total_s - data->exposed_s;
    const double once_s = stage->data_s - stage->data_exposed_s;
    double hidden_s = 0.0, total_s = stage->data_s;
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        hidden_s += stage->messages[class].total_s - stage->messages[class].exposed_s;
        total_s += stage->messages[class].total_s;
    }
    const double beside_s = stage->part_s[FAB_STEP_BESIDE], slack_s = 1e-12 * (total_s + 1e-30);
    ck_assert_double_ge(beside_s, loss * hidden_s - slack_s);
    ck_assert_double_le(beside_s, loss * hidden_s + server_loss * in_passes_s + slack_s);
    ck_assert_double_ge(stage->data_beside_s, loss * once_s - slack_s);
    ck_assert_double_le(stage->data_beside_s, (loss + server_loss) * once_s + slack_s);
}

static void stages_add_up(const fab_scenario *s)
{
    const fab_explanation e = explained(s);
    ck_assert_uint_eq(e.stage_count, (size_t)s->mapping.pp);
    int64_t layers = 0;
    for (size_t i = 0; i < e.stage_count; i++) {
        const fab_explained_stage *stage = &e.stages[i];
        double part_s[FAB_STEP_CLASS_COUNT] = {0}, message_s[FAB_MESSAGE_CLASS_COUNT] = {0};
        for (size_t b = 0; b < e.block_count; b++) {
            const totals t = total_of(&e.blocks[b]);
            const double count = (double)stage->block_counts[b];
            layers += strstr(e.blocks[b].name, "layer") != NULL ? stage->block_counts[b] : 0;
            for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
                part_s[part] += count * e.blocks[b].part_s[part];
            }
            for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
                message_s[class] += count * t.message_s[class];
            }
        }
        for (int part = 0; part <= FAB_STEP_EXPERT; part++) {
            if (part != FAB_STEP_BESIDE) {
                assert_equal(stage->part_s[part], part_s[part], "part");
            }
        }
        hiding_costs(s, stage);
        for (int class = 0; class <= FAB_MESSAGE_EXPERT; class ++) {
            assert_equal(stage->messages[class].total_s, message_s[class], "messages");
        }
        assert_equal(stage->messages[FAB_MESSAGE_PIPELINE].total_s,
                     2.0 * (double)stage->transfers * e.transfer.time_s, "transfers");
        ck_assert_int_ge(stage->transfers, e.transfers);
        ck_assert_int_le(stage->transfers, s->assumptions.transfers == FAB_TRANSFERS_IN_TURN
                                               ? 2 * e.transfers
                                               : e.transfers);
        assert_equal(sum(stage->part_s, FAB_STEP_CLASS_COUNT), stage->forward_s + stage->backward_s,
                     "passes");
        exchanges_add_up(stage);
        ck_assert_double_ge(stage->in_flight_count, 1.0);
    }
    const fab_pipeline pipeline = fab_scenario_pipeline(s);
    const int64_t copies = fab_pipeline_copy_count(&pipeline);
    ck_assert_int_eq(layers, copies * (s->model.layers + s->model.mtp_layers));
}

/* what all blocks of all stages send of one class */
static double sent_byte(const fab_explanation *e, int64_t tier)
{
    double total = 0.0;
    for (size_t i = 0; i < e->stage_count; i++) {
        for (size_t b = 0; b < e->block_count; b++) {
            for (size_t k = 0; k < e->blocks[b].message_count; k++) {
                const fab_explained_message *m = &e->blocks[b].messages[k];
                for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
                    const int64_t runs = e->stages[i].block_counts[b] * m->counts[phase];
                    total += m->message_class == FAB_MESSAGE_TENSOR
                                 ? (double)runs * m->cost.tier_sent_bit[tier] / 8.0
                                 : 0.0;
                }
            }
        }
    }
    return total;
}

/* the parts of the step are those of the deciding stages */
static void the_step_adds_up(const fab_scenario *s)
{
    const fab_explanation e = explained(s);
    const fab_explained_stage *slowest = &e.stages[e.slowest_stage];
    const double m = (double)e.forecast.passes;
    const bool has_pairs = e.forecast.pair_hidden_s > 0.0;
    double most_byte = 0.0;
    for (size_t i = 0; i < e.stage_count; i++) {
        const fab_explained_stage *stage = &e.stages[i];
        ck_assert(has_pairs ||
                  stage->forward_s + stage->backward_s <= slowest->forward_s + slowest->backward_s);
        ck_assert(stage->optimizer_s <= e.stages[e.optimizer_stage].optimizer_s);
        ck_assert(stage->data_exposed_s <= e.stages[e.data_stage].data_exposed_s);
        ck_assert(stage->data_exposed_s <= stage->data_s);
        most_byte = fmax(most_byte, stage->memory.total_byte);
    }
    ck_assert_double_eq(most_byte, e.forecast.memory.total_byte);
    for (int64_t tier = 0; tier < FAB_TIER_LIMIT; tier++) {
        assert_equal(m * sent_byte(&e, tier) / (double)e.stage_count,
                     e.forecast.messages[FAB_MESSAGE_TENSOR].sent_byte[tier], "bytes");
    }
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        double want_s = m * slowest->part_s[part];
        want_s -= part == FAB_STEP_EXPERT ? e.forecast.pair_hidden_s : 0.0;
        want_s += part == FAB_STEP_DATA ? e.stages[e.data_stage].data_exposed_s : 0.0;
        want_s += part == FAB_STEP_BESIDE ? e.stages[e.data_stage].data_beside_s : 0.0;
        want_s += part == FAB_STEP_OPTIMIZER ? e.stages[e.optimizer_stage].optimizer_s : 0.0;
        if (part != FAB_STEP_BUBBLE) {
            assert_equal(e.forecast.part_s[part], want_s,
                         fab_step_class_text((fab_step_class)part));
        }
    }
}

/* notes change nothing */
static void the_forecast_is_the_same(const fab_scenario *s)
{
    const fab_explanation e = explained(s);
    fab_forecast f;
    ck_assert_int_eq(fab_train_forecast(s, arena, &f), FAB_OK);
    ck_assert_mem_eq(f.part_s, e.forecast.part_s, sizeof f.part_s);
    ck_assert_mem_eq(&f.step_s, &e.forecast.step_s, sizeof f.step_s);
    ck_assert_mem_eq(f.messages, e.forecast.messages, sizeof f.messages);
}

static void (*const CHECK[])(const fab_scenario *) = {blocks_add_up, stages_add_up,
                                                      the_step_adds_up, the_forecast_is_the_same};

START_TEST(sums_hold)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        fab_scenario s = random_scenario(seed, arena);
        s.assumptions.launch_s = seed % 3 == 0 ? 1e-4 : 0.0;
        CHECK[_i](&s);
        fab_arena_reset(arena, mark);
    }
}
END_TEST

static const fab_explained_operator *operator_named(const fab_explanation *e, const char *name)
{
    for (size_t b = 0; b < e->block_count; b++) {
        for (size_t i = 0; i < e->blocks[b].operator_count; i++) {
            if (strcmp(e->blocks[b].operators[i].name, name) == 0) {
                return &e->blocks[b].operators[i];
            }
        }
    }
    ck_abort_msg("no operator %s", name);
    return NULL;
}

static const fab_explained_message *message_named(const fab_explanation *e, const char *name)
{
    for (size_t b = 0; b < e->block_count; b++) {
        for (size_t i = 0; i < e->blocks[b].message_count; i++) {
            if (strcmp(e->blocks[b].messages[i].name, name) == 0) {
                return &e->blocks[b].messages[i];
            }
        }
    }
    ck_abort_msg("no message %s", name);
    return NULL;
}

/* The hand toy of test_forecast: 8192 tokens of hidden size 12288, 16 tensor ranks; products at the
 * efficiency asked for, expert messages over 32 ranks, 4 domains of the inner tier. */
START_TEST(the_toy_by_hand)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, TOY_EFFECTS);
    const fab_explanation e = explained(&s);
    const fab_explained_operator *output = operator_named(&e, "attention output");
    ck_assert_int_eq(output->part, FAB_STEP_GEMM);
    for (int phase = 0; phase < FAB_PHASE_COUNT; phase++) {
        const fab_explained_work *work = &output->phases[phase];
        if (phase == FAB_PHASE_AGAIN) {
            ck_assert_int_eq(work->limit, FAB_LIMIT_NONE);
            continue;
        }
        assert_equal(work->work_flop, 2.0 * 8192 * 12288 * 12288 / 16, "flop");
        assert_equal(work->time_s, work->work_flop / 8.75e15, "time");
        assert_equal(work->peak_frac, s.assumptions.gemm_efficiency_frac, "efficiency");
        ck_assert_int_eq(work->limit, FAB_LIMIT_COMPUTE);
    }
    const fab_explained_message *gather = message_named(&e, "gather attention input");
    ck_assert_int_eq(gather->cost.kind, FAB_ALL_GATHER);
    ck_assert_int_eq(gather->cost.placement.ranks, 16);
    ck_assert_int_eq(gather->message_class, FAB_MESSAGE_TENSOR);
    ck_assert_int_eq(gather->counts[FAB_PHASE_FORWARD], 1);
    ck_assert_int_eq(gather->counts[FAB_PHASE_AGAIN], 0);
    const fab_explained_message *dispatch = message_named(&e, "dispatch tokens");
    ck_assert_int_eq(dispatch->cost.kind, FAB_ALL_TO_ALL);
    ck_assert_int_eq(dispatch->cost.placement.ranks, 32);
    ck_assert_int_eq(dispatch->cost.placement.domains, 4);
    /* nothing hides them in the toy */
    ck_assert_double_eq(dispatch->exposed_s[FAB_PHASE_FORWARD],
                        dispatch->time_s[FAB_PHASE_FORWARD]);
}
END_TEST

/* as given, as expected of 32 ranks times 8192 / 16 tokens, or none */
START_TEST(loads_are_told)
{
    fab_scenario s = good_scenario(STUDY_TEXT, "assumptions: {expert_load: 1.5}");
    ck_assert_double_eq(explained(&s).expert_load.rank_ratio, 1.5);
    ck_assert_double_eq(explained(&s).expert_load.expert_ratio, 1.5);
    s = good_scenario(STUDY_TEXT, "assumptions: {expert_routing: ideal}");
    ck_assert_double_eq(explained(&s).expert_load.rank_ratio, 1.0);
    s = good_scenario(STUDY_TEXT, "assumptions: {expert_routing: zipf, expert_skew: 0.3}");
    const double tokens = (double)(fab_scenario_rank_tokens(&s) / s.mapping.tp * s.mapping.ep);
    const fab_expert_load want = fab_model_expert_load(&s.model, tokens, s.mapping.ep, 0.3);
    assert_equal(explained(&s).expert_load.rank_ratio, want.rank_ratio, "busiest rank");
    assert_equal(explained(&s).expert_load.expert_ratio, want.expert_ratio, "busiest expert");
    ck_assert_double_gt(want.expert_ratio, want.rank_ratio);
    s.model.experts = 0;
    s.mapping.ep = 1;
    ck_assert_double_eq(fab_workload_expert_load(&s).rank_ratio, 0.0);
}
END_TEST

START_TEST(failures_are_told)
{
    fab_scenario s = good_scenario(STUDY_TEXT, NULL);
    fab_explanation e;
    s.fabric.tiers[1].rate_bps.value = 0.0;
    ck_assert_int_eq(fab_train_explain(&s, arena, &e), FAB_E_RANGE);

    /* an arena of any size is enough or says that it is not */
    s = good_scenario(STUDY_TEXT, NULL);
    bool was_enough = false;
    for (size_t size = 1024; size < (size_t)1 << 20 && !was_enough; size += 4096) {
        fab_arena *small = fab_arena_create(size);
        const fab_status status = fab_train_explain(&s, small, &e);
        ck_assert(status == FAB_OK || status == FAB_E_NOMEM);
        was_enough = status == FAB_OK;
        fab_arena_destroy(small);
    }
    ck_assert(was_enough);
}
END_TEST

START_TEST(words)
{
    ck_assert_str_eq(fab_phase_text(FAB_PHASE_FORWARD), "forward");
    ck_assert_str_eq(fab_phase_text(FAB_PHASE_COUNT), "unknown");
    ck_assert_str_eq(fab_limit_text(FAB_LIMIT_LAUNCH), "launch");
    ck_assert_str_eq(fab_limit_text(FAB_LIMIT_COUNT), "unknown");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("explain");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, sums_hold, 0, (int)FAB_TABLE_SIZE(CHECK));
    tcase_add_test(tests, the_toy_by_hand);
    tcase_add_test(tests, loads_are_told);
    tcase_add_test(tests, failures_are_told);
    tcase_add_test(tests, words);
    return run_suite("explain", tests);
}

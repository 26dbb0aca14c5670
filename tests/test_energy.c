#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/ownership.h>
#include <fabricast/train.h>

#include "random_scenario.h"

#define SEEDS 300

static fab_forecast forecast_of(const fab_scenario *s)
{
    fab_forecast f;
    const fab_arena_mark mark = fab_arena_save(arena);
    const fab_status status = fab_train_forecast(s, arena, &f);
    ck_assert_int_eq(status, FAB_OK);
    fab_arena_reset(arena, mark);
    f.checks = NULL;
    return f;
}

static void assert_within(double got, double want, double share)
{
    ck_assert_msg(fabs(got - want) <= share * fabs(want), "%.17g instead of %.17g", got, want);
}

/* 2 layers of width 64 on one package, nothing but what is said; 2 micro-batches of 128 tokens */
#define SMALL_TEXT                                                                                 \
    "name: small\n"                                                                                \
    "gpu: {base: h100_sxm, power: 1000 W, static_power: 100 W, bf16_energy: 2 pJ/FLOP,\n"          \
    "      fp8_energy: 1 pJ/FLOP, memory_energy: 5 pJ/bit}\n"                                      \
    "fabric: {base: h100_ib, tiers: [{packages_per_rack: 4}, {}]}\n"                               \
    "model: {name: m, layers: 2, hidden: 64, heads: 4, kv_heads: 2, head_dim: 16,\n"               \
    "        dense_width: 96, gated: true, vocabulary: 256, sequence: 128}\n"                      \
    "job: {gpus: 1, tokens: 1M, batch: 2}\n"                                                       \
    "mapping: {}\n"                                                                                \
    "assumptions: {power: {host: 10 W, switches: 2 W, pue: 1.5}}\n"

/* m, k, n of a layer's products and of the head */
static const double LAYER[][3] = {
    {128, 64, 128}, {128, 64, 64}, {128, 64, 192}, {128, 96, 64}, /* qkv, o, in, out */
};
static const double HEAD[3] = {128, 64, 256};

#define LAYERS        2.0
#define MICRO_BATCHES 2.0

static double product_flop(const double mkn[3])
{
    return 2 * mkn[0] * mkn[1] * mkn[2];
}

/* forward and input gradients read two factors and write one; weight gradients add into FP32 */
static double product_byte(const double x[3])
{
    const double mk = x[0] * x[1], kn = x[1] * x[2], mn = x[0] * x[2];
    return 2 * 2 * (mk + kn + mn) + 2 * (mk + mn) + 8 * kn;
}

static double layer_sum(double (*of)(const double *))
{
    double sum = 0.0;
    for (size_t i = 0; i < FAB_TABLE_SIZE(LAYER); i++) {
        sum += of(LAYER[i]);
    }
    return sum;
}

START_TEST(a_step_by_hand)
{
    const fab_scenario s = good_scenario(SMALL_TEXT, NULL);
    const fab_forecast f = forecast_of(&s);
    const double *part_j = f.energy.part_j;
    ck_assert(f.energy.is_known && !f.energy.is_assumed);

    const double flop = 3 * MICRO_BATCHES * (LAYERS * layer_sum(product_flop) + product_flop(HEAD));
    assert_within(part_j[FAB_ENERGY_GEMM_BF16], 2e-12 * flop, 1e-12);
    ck_assert_double_eq(part_j[FAB_ENERGY_GEMM_FP8], 0.0);

    /* T s a (2 d) forward and T s a (5 d) backward */
    const double core = MICRO_BATCHES * LAYERS * 128 * 128 * 4 * 7 * 16;
    assert_within(part_j[FAB_ENERGY_ATTENTION], 2e-12 * core, 1e-12);
    assert_within(f.energy.hardware_flop, flop + core, 1e-12);

    /* Q, K, V, O once and twice */
    const double core_byte = 3 * 2 * 128 * (4 + 2) * 2 * 16;
    const double operand_byte =
        MICRO_BATCHES * (LAYERS * (layer_sum(product_byte) + core_byte) + product_byte(HEAD));
    assert_within(part_j[FAB_ENERGY_OPERANDS], 40e-12 * operand_byte, 1e-12);

    /* two norms, two residuals, rotary, activation; embedding, last norm, cross entropy */
    const double elements = 128 * 64;
    const double layer_byte = 2 * 10 * elements + 2 * 11 * elements + 2 * 4 * 128 * (4 + 2) * 16 +
                              (2 * 3 + 2 * 5) * 128 * 96;
    const double ends_byte = 12 * elements + 10 * elements + 6 * 128 * 256;
    const double moved_byte = MICRO_BATCHES * (LAYERS * layer_byte + ends_byte);
    assert_within(part_j[FAB_ENERGY_MEMORY], 40e-12 * moved_byte, 1e-12);

    /* 38 bytes for each parameter: products, norms, two vocabularies */
    const double weights =
        LAYERS * (64 * 128 + 64 * 64 + 64 * 192 + 96 * 64 + 2 * 64) + 2 * 256 * 64 + 64;
    assert_within(part_j[FAB_ENERGY_OPTIMIZER], 40e-12 * 38 * weights, 1e-12);
    assert_within(f.energy.memory_byte, operand_byte + moved_byte + 38 * weights, 1e-12);

    assert_within(part_j[FAB_ENERGY_STATIC], 100 * f.step_s, 1e-9);
    ck_assert_double_le(part_j[FAB_ENERGY_WAITING], 1e-9 * 100 * f.step_s);
    ck_assert_double_eq(part_j[FAB_ENERGY_LINKS], 0.0);
    assert_within(part_j[FAB_ENERGY_HOST], 10 * f.step_s, 1e-12);
    assert_within(part_j[FAB_ENERGY_SWITCHES], 2 * f.step_s, 1e-12);
    assert_within(f.energy.total_j, 1.5 * (f.energy.package_j + 12 * f.step_s), 1e-12);
    assert_within(f.energy.rack_power_w, 4 * (f.energy.package_power_w + 12), 1e-12);
    assert_within(f.energy.facility_power_w, 1.5 * (f.energy.package_power_w + 12), 1e-12);
}
END_TEST

/* recomputing runs the forward pass of the layers once more, not that of the head */
START_TEST(recomputation_is_paid_for)
{
    const fab_scenario s = good_scenario(SMALL_TEXT, NULL);
    const fab_scenario again = good_scenario(SMALL_TEXT, "mapping: {recompute: full}\n");
    const fab_forecast f = forecast_of(&s), g = forecast_of(&again);
    const double more = MICRO_BATCHES * LAYERS * layer_sum(product_flop);
    assert_within(g.energy.part_j[FAB_ENERGY_GEMM_BF16] - f.energy.part_j[FAB_ENERGY_GEMM_BF16],
                  2e-12 * more, 1e-9);
    assert_within(g.energy.part_j[FAB_ENERGY_ATTENTION],
                  9.0 / 7.0 * f.energy.part_j[FAB_ENERGY_ATTENTION], 1e-12);
}
END_TEST

/* with recompute_last: false the product out of each layer runs once */
START_TEST(what_runs_once_is_paid_once)
{
    const fab_scenario all = good_scenario(SMALL_TEXT, "mapping: {recompute: full}\n");
    const fab_scenario less = good_scenario(
        SMALL_TEXT, "mapping: {recompute: full}\nassumptions: {recompute_last: false}\n");
    const fab_forecast f = forecast_of(&all), g = forecast_of(&less);
    const double saved = MICRO_BATCHES * LAYERS * product_flop(LAYER[3]);
    assert_within(f.energy.hardware_flop - g.energy.hardware_flop, saved, 1e-9);
    assert_within(f.energy.part_j[FAB_ENERGY_GEMM_BF16] - g.energy.part_j[FAB_ENERGY_GEMM_BF16],
                  2e-12 * saved, 1e-9);
    ck_assert_double_lt(g.energy.part_j[FAB_ENERGY_OPERANDS], f.energy.part_j[FAB_ENERGY_OPERANDS]);
}
END_TEST

/* with FP8 products only the head stays in BF16 */
START_TEST(precisions_are_told_apart)
{
    const fab_scenario s = good_scenario(SMALL_TEXT, "job: {precision: fp8}\n");
    const fab_forecast f = forecast_of(&s);
    assert_within(f.energy.part_j[FAB_ENERGY_GEMM_FP8],
                  1e-12 * 3 * MICRO_BATCHES * LAYERS * layer_sum(product_flop), 1e-12);
    assert_within(f.energy.part_j[FAB_ENERGY_GEMM_BF16],
                  2e-12 * 3 * MICRO_BATCHES * product_flop(HEAD), 1e-12);
}
END_TEST

/* what an effect leaves out of the time is left out of the energy */
START_TEST(effects_leave_energy_out)
{
    const fab_scenario s = good_scenario(
        SMALL_TEXT, "assumptions: {effects: {attention_core: false, memory_traffic: false,\n"
                    "  embedding_head: false, optimizer: false}}\n");
    const fab_forecast f = forecast_of(&s);
    assert_within(f.energy.part_j[FAB_ENERGY_GEMM_BF16],
                  2e-12 * 3 * MICRO_BATCHES * LAYERS * layer_sum(product_flop), 1e-12);
    assert_within(f.energy.part_j[FAB_ENERGY_OPERANDS],
                  40e-12 * MICRO_BATCHES * LAYERS * layer_sum(product_byte), 1e-12);
    ck_assert_double_eq(f.energy.part_j[FAB_ENERGY_ATTENTION], 0.0);
    ck_assert_double_eq(f.energy.part_j[FAB_ENERGY_MEMORY], 0.0);
    ck_assert_double_eq(f.energy.part_j[FAB_ENERGY_OPTIMIZER], 0.0);
}
END_TEST

START_TEST(nothing_is_made_up)
{
    const fab_scenario s =
        good_scenario(STUDY_TEXT, "gpu: {base: study_package, power: not published}\n");
    const fab_forecast f = forecast_of(&s);
    ck_assert(!f.energy.is_known);
    ck_assert_double_eq(f.energy.total_j, 0.0);
    ck_assert_double_gt(f.tiers[0].energy_j, 0.0); /* that of the links is known */
    const fab_ownership run = fab_ownership_forecast(&s, &f);
    ck_assert(!run.has_energy);
    ck_assert_double_eq(run.energy_j, 0.0);
}
END_TEST

/* ---- what holds for every scenario ---- */

static fab_scenario powered_scenario(int number)
{
    uint64_t seed = (uint64_t)number + 77;
    fab_scenario s = random_scenario(number, arena);
    s.gpu.power_w = random_value(&seed, 300, 2000);
    s.assumptions.power.static_frac = seeded_between(&seed, 0.05, 0.4);
    s.assumptions.power.full_rate_frac = seeded_between(&seed, 0.3, 1.0);
    s.assumptions.power.pue_ratio = seeded_between(&seed, 1.0, 1.6);
    if (random_true(&seed, 0.5)) {
        s.gpu.static_power_w = random_value(&seed, 20, 200);
        s.gpu.bf16_energy_j_per_flop = random_value(&seed, 1e-14, 2e-12);
        s.gpu.fp8_energy_j_per_flop = random_value(&seed, 1e-14, 1e-12);
    }
    return s;
}

START_TEST(parts_add_up)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        const fab_scenario s = powered_scenario(seed);
        const fab_forecast f = forecast_of(&s);
        const fab_energy_forecast *e = &f.energy;
        double sum_j = 0.0, package_j = 0.0, links_j = 0.0;
        for (int part = 0; part < FAB_ENERGY_CLASS_COUNT; part++) {
            ck_assert_msg(isfinite(e->part_j[part]) && e->part_j[part] >= 0.0, "seed %d, part %d",
                          seed, part);
            sum_j += e->part_j[part];
            package_j += part < FAB_ENERGY_LINKS ? e->part_j[part] : 0.0;
        }
        for (int64_t tier = 0; tier < f.tier_count; tier++) {
            links_j += f.tiers[tier].energy_j;
        }
        assert_within(sum_j, e->total_j, 1e-12);
        assert_within(package_j, e->package_j, 1e-12);
        assert_within(e->part_j[FAB_ENERGY_LINKS], links_j, 1e-12);
        /* static power runs all the time */
        assert_within(e->part_j[FAB_ENERGY_STATIC] + e->part_j[FAB_ENERGY_WAITING],
                      e->static_power_w * f.step_s, 1e-12);
    }
}
END_TEST

START_TEST(energy_is_power_times_time)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        const fab_scenario s = powered_scenario(seed);
        const fab_forecast f = forecast_of(&s);
        const fab_energy_forecast *e = &f.energy;
        const double packages = (double)s.job.gpus;
        assert_within(e->package_power_w * f.step_s, e->package_j, 1e-12);
        assert_within(e->facility_power_w * f.step_s, packages * e->total_j, 1e-12);
        assert_within(e->facility_power_w, e->total_energy_j_per_token * f.tokens_per_s, 1e-12);
        const double computers_j = e->total_j - e->part_j[FAB_ENERGY_FACILITY];
        assert_within(e->rack_power_w * f.step_s,
                      (double)s.fabric.tiers[0].packages_per_rack * computers_j, 1e-9);
        ck_assert(e->package_power_w <= e->busiest_power_w * (1 + 1e-9) ||
                  !s.assumptions.effects.product_traffic);
        const fab_ownership run = fab_ownership_forecast(&s, &f);
        assert_within(run.energy_j, e->facility_power_w * run.time_to_train_s, 1e-12);
        assert_within(run.energy_j_per_token * (double)s.job.tokens, run.energy_j, 1e-12);
    }
}
END_TEST

START_TEST(one_package_has_no_links)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        fab_scenario s = powered_scenario(seed);
        s.job.gpus = 1;
        s.job.batch = 4 * s.mapping.microbatch;
        s.mapping.tp = s.mapping.cp = s.mapping.pp = s.mapping.dp = s.mapping.ep = s.mapping.etp =
            1;
        s.mapping.interleave = 1;
        s.mapping.shard_group = s.mapping.offload_layers = 0;
        s.mapping.cp_inner = 1;
        s.mapping.schedule = FAB_SCHEDULE_AUTO;
        s.assumptions.expert_load_ratio = 1.0;
        const fab_forecast f = forecast_of(&s);
        ck_assert_double_eq(f.energy.part_j[FAB_ENERGY_LINKS], 0.0);
        ck_assert_msg(f.energy.part_j[FAB_ENERGY_WAITING] <=
                          1e-9 * f.energy.part_j[FAB_ENERGY_STATIC],
                      "seed %d: one package waits for nobody", seed);
    }
}
END_TEST

/* half the energy per bit: half of the links' part, the rest as it was */
START_TEST(better_links_change_their_part_alone)
{
    for (int seed = 0; seed < SEEDS; seed++) {
        fab_scenario s = powered_scenario(seed);
        const fab_forecast before = forecast_of(&s);
        for (int64_t tier = 0; tier < s.fabric.tier_count; tier++) {
            s.fabric.tiers[tier].technology.energy_j_per_bit.value *= 0.5;
        }
        const fab_forecast after = forecast_of(&s);
        ck_assert_double_eq(after.step_s, before.step_s);
        for (int part = 0; part < FAB_ENERGY_FACILITY; part++) {
            const double share = part == FAB_ENERGY_LINKS ? 0.5 : 1.0;
            assert_within(after.energy.part_j[part], share * before.energy.part_j[part], 1e-12);
        }
    }
}
END_TEST

START_TEST(a_power_limit_is_kept)
{
    int slower = 0, over = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
        fab_scenario s = powered_scenario(seed);
        const fab_forecast free = forecast_of(&s);
        s.assumptions.effects.power_limit = true;
        const fab_forecast held = forecast_of(&s);
        const double limit_w = s.gpu.power_w.value;
        ck_assert_msg(held.energy.package_power_w <= limit_w * (1 + 1e-9), "seed %d: %g W of %g W",
                      seed, held.energy.package_power_w, limit_w);
        ck_assert_msg(held.energy.power_limit_ratio <= 1 + 1e-9, "seed %d", seed);
        ck_assert_double_ge(held.step_s, free.step_s * (1 - 1e-12));
        slower += held.step_s > free.step_s * (1 + 1e-9);
        over += free.energy.power_limit_ratio > 1.0;
    }
    ck_assert_msg(slower >= 20 && over >= 20, "%d slower, %d over", slower, over);
}
END_TEST

/* the busiest rank sets the time, but a package spends on average what the mean load costs */
START_TEST(load_is_spread)
{
    int tried = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
        fab_scenario s = powered_scenario(seed);
        if (s.model.experts == 0) {
            continue;
        }
        s.assumptions.expert_load_ratio = 1.0;
        const fab_forecast even = forecast_of(&s);
        s.assumptions.expert_load_ratio = 1.5;
        const fab_forecast uneven = forecast_of(&s);
        for (int part = 0; part <= FAB_ENERGY_OPTIMIZER; part++) {
            assert_within(uneven.energy.part_j[part], even.energy.part_j[part], 1e-9);
        }
        ck_assert_double_ge(uneven.energy.part_j[FAB_ENERGY_WAITING],
                            even.energy.part_j[FAB_ENERGY_WAITING] * (1 - 1e-9));
        tried++;
    }
    ck_assert_int_ge(tried, 50);
}
END_TEST

/* A server of 8 H100 draws 76 % of its 10.2 kW in heavy training (arXiv 2506.14551, whose own model
 * is 11.4 % off on average). No number here was fitted to it; `host` comes from the most that such
 * a server draws (arXiv 2412.08602). We are 2 % below. */
START_TEST(a_server_draws_what_was_measured)
{
    const fab_scenario s = good_scenario("name: server\ngpu: h100_sxm\nfabric: h100_ib\n"
                                         "model: llama3-8b\n"
                                         "job: {gpus: 8, tokens: 1B, batch: 128}\n"
                                         "mapping: {tp: 2}\n",
                                         NULL);
    const fab_forecast f = forecast_of(&s);
    const double computers_j = f.energy.total_j - f.energy.part_j[FAB_ENERGY_FACILITY] -
                               f.energy.part_j[FAB_ENERGY_SWITCHES];
    assert_within(8 * computers_j / f.step_s, 0.76 * 10.2e3, 0.15);
}
END_TEST

START_TEST(classes_have_names)
{
    ck_assert_str_eq(fab_energy_class_text(FAB_ENERGY_GEMM_FP8), "matrix products, FP8");
    ck_assert_str_eq(fab_energy_class_text(FAB_ENERGY_FACILITY), "cooling and power supply");
    ck_assert_str_eq(fab_energy_class_text(FAB_ENERGY_CLASS_COUNT), "unknown");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("energy");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_step_by_hand);
    tcase_add_test(tests, recomputation_is_paid_for);
    tcase_add_test(tests, what_runs_once_is_paid_once);
    tcase_add_test(tests, precisions_are_told_apart);
    tcase_add_test(tests, effects_leave_energy_out);
    tcase_add_test(tests, nothing_is_made_up);
    tcase_add_test(tests, parts_add_up);
    tcase_add_test(tests, energy_is_power_times_time);
    tcase_add_test(tests, one_package_has_no_links);
    tcase_add_test(tests, better_links_change_their_part_alone);
    tcase_add_test(tests, a_power_limit_is_kept);
    tcase_add_test(tests, load_is_spread);
    tcase_add_test(tests, a_server_draws_what_was_measured);
    tcase_add_test(tests, classes_have_names);
    return run_suite("energy", tests);
}

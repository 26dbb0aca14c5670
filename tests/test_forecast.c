#include "scenario_fixture.h"

#include <math.h>

#include <fabricast/train.h>

#include "base/numbers.h"
#include "random_scenario.h"
#include "stage_fixture.h"
#include "train/forecast.h"

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
    ck_assert_msg(fabs(got / want - 1.0) <= share, "%.6g instead of %.6g", got, want);
}

/* The hand toy: Config4 per token and layer, 8.75 PFLOP/s. Products 6 (4 h h + 2 k h f_e + h E) /
 * 16 FLOPs, 8 tensor messages of 15/16 h and 4 expert passes of k h / 16 elements of 2 bytes. */
static const struct {
    const char *over;
    double want_s, inner_bps, inside_share, beyond_share;
} TOY[] = {
    {TOY_EFFECTS "fabric: study_optics_pod\n", 136e-9, 32e12, 31.0 / 32, 0},
    {TOY_EFFECTS "fabric: study_same_radix_pod\n", 207e-9, 14.4e12, 31.0 / 32, 0},
    {TOY_EFFECTS, 370e-9, 14.4e12, 7.0 / 32, 24.0 / 32},
};

START_TEST(the_toy_by_hand)
{
    const fab_scenario s = good_scenario(STUDY_TEXT, TOY[_i].over);
    const fab_forecast f = forecast_of(&s);
    assert_within(f.layer_token_s, TOY[_i].want_s, 0.01);

    const double h = 12288, k = 8;
    const double products_s = 6 * (4 * h * h + 2 * k * h * 6144 + h * 256) / 16 / 8.75e15;
    const double tensor_s = 8 * 15.0 / 16 * h * 16 / TOY[_i].inner_bps;
    const double pass_bit = 4 * k * (16 * h + 64) / 16;
    const double expert_s = pass_bit * TOY[_i].inside_share / TOY[_i].inner_bps +
                            pass_bit * TOY[_i].beyond_share / 1.6e12;
    assert_within(f.layer_token_s, products_s + tensor_s + expert_s, 1e-12);
    const double blocks = 16.0 * 8192 * 15; /* micro-batches, tokens, layers of a stage */
    assert_within(f.part_s[FAB_STEP_GEMM], blocks * products_s, 1e-12);
    assert_within(f.part_s[FAB_STEP_TENSOR], blocks * tensor_s, 1e-12);
    assert_within(f.part_s[FAB_STEP_EXPERT], blocks * expert_s, 1e-12);
    assert_within(f.step_s, blocks * f.layer_token_s, 1e-12);
}
END_TEST

START_TEST(the_toys_ratios)
{
    double step_s[3];
    for (int i = 0; i < 3; i++) {
        const fab_scenario s = good_scenario(STUDY_TEXT, TOY[i].over);
        step_s[i] = forecast_of(&s).step_s;
    }
    assert_within(step_s[1] / step_s[0], 1.52, 0.01);
    assert_within(step_s[2] / step_s[0], 2.73, 0.01);
}
END_TEST

/* published runs that the examples describe; the model has no schedule finer than theirs */
START_TEST(examples_are_plausible)
{
    static const struct {
        const char *name;
        double least_mfu_frac, most_mfu_frac;
    } example[] = {
        /* 38-43 % published (arXiv 2407.21783), with less recomputation */
        {"llama3-405b-h100", 0.30, 0.50},
        /* about 20 % of the FP8 peak (arXiv 2412.19437 gives 2.664M hours) */
        {"deepseek-v3-h100", 0.10, 0.30},
        {"deepseek-v3-h800", 0.10, 0.30},
        /* 1,664 of 5,000 TFLOP/s published (Megatron-Bridge 26.04.01) */
        {"llama3-70b-gb200", 0.25, 0.45},
        /* 69 % published (tpu-recipes), with other sharding and better products than assumed */
        {"llama3-405b-tpu-v5p", 0.20, 0.69},
        /* more than half of the step are tensor messages */
        {"llama3-70b-pcie", 0.10, 0.30},
        {"moe-4.7t-optics", 0.10, 0.50},
    };
    for (size_t i = 0; i < FAB_TABLE_SIZE(example); i++) {
        char path[512];
        const fab_scenario *s = NULL;
        snprintf(path, sizeof path, FAB_SOURCE_DIR "/examples/%s.yaml", example[i].name);
        ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &s), FAB_OK);
        const fab_forecast f = forecast_of(s);
        ck_assert_msg(f.mfu_frac > example[i].least_mfu_frac &&
                          f.mfu_frac < example[i].most_mfu_frac,
                      "%s: MFU %g", example[i].name, f.mfu_frac);
        ck_assert_msg(f.memory.fits, "%s needs %g bytes", example[i].name, f.memory.total_byte);
        ck_assert(f.is_buildable && f.is_feasible);
    }
}
END_TEST

/* DeepSeek-V3 on H800, 64 expert ranks, one sequence of 4,096: the profile of
 * deepseek-ai/profile-data has 29.5 ms of computing for both passes of a layer, on 112 of 132
 * multiprocessors, and 32.25 ms beside messages of 28.6 ms. Messages are slower beside computing
 * than alone, so that here they take less; computing paces the pair. */
START_TEST(a_layer_of_deepseek_v3_as_profiled)
{
    const fab_scenario *s = NULL;
    const char *path = FAB_SOURCE_DIR "/examples/deepseek-v3-h800.yaml";
    ck_assert_int_eq(fab_scenario_load(catalog, path, arena, &diagnostics, &s), FAB_OK);
    fab_workload *w = FAB_NEW(arena, fab_workload, 1);
    ck_assert_int_eq(fab_workload_build(s, w), FAB_OK);
    const fab_stage layer = {.layers = {[FAB_BLOCK_MOE_LAYER] = {.again = 1}}};
    const fab_stage_time time = measure(s, w, &layer);
    const double computing_s =
        time.part_s[FAB_STEP_GEMM] + time.part_s[FAB_STEP_ATTENTION] + time.part_s[FAB_STEP_MEMORY];
    const double sent_s = time.messages[FAB_MESSAGE_EXPERT].total_s;
    ck_assert_double_eq_tol(computing_s, 29.5e-3, 0.1 * 29.5e-3);
    ck_assert_double_gt(computing_s, sent_s);
    ck_assert_double_eq_tol(computing_s + s->assumptions.overlap.loss_frac * sent_s, 32.25e-3,
                            0.1 * 32.25e-3);
}
END_TEST

#define FP8_TEXT                                                                                   \
    "name: narrow\ngpu: h100_sxm\nfabric: hgx_h100\n"                                              \
    "model: {base: llama3-8b, layers: 8}\n"                                                        \
    "job: {gpus: 16, tokens: 1T, batch: 64, sequence: 4096, precision: fp8}\n"                     \
    "mapping: {tp: 2, pp: 2, recompute: core_attention}\n"

/* A job in FP8 whose layers are all in BF16 is one in BF16; each layer more makes it slower and
 * keeps more. */
START_TEST(layers_in_bf16_lead_to_bf16)
{
    const fab_scenario bf16 = good_scenario(FP8_TEXT, "{job: {precision: bf16}}");
    const fab_forecast last = forecast_of(&bf16);
    double before_s = 0.0, before_byte = 0.0;
    for (int64_t count = 0; count <= 8; count++) {
        fab_scenario s = good_scenario(FP8_TEXT, NULL);
        s.assumptions.bf16_layers = count;
        const fab_forecast f = forecast_of(&s);
        ck_assert_double_ge(f.step_s, before_s * (1 - 1e-12));
        ck_assert_double_ge(f.memory.activations_byte, before_byte * (1 - 1e-12));
        before_s = f.step_s;
        before_byte = f.memory.activations_byte;
    }
    assert_within(before_s, last.step_s, 1e-12);
    assert_within(before_byte, last.memory.activations_byte, 1e-12);
}
END_TEST

START_TEST(classes_have_names)
{
    ck_assert_str_eq(fab_message_class_text(FAB_MESSAGE_TENSOR), "tensor");
    ck_assert_str_eq(fab_message_class_text(FAB_MESSAGE_DATA), "data");
    ck_assert_str_eq(fab_message_class_text(FAB_MESSAGE_CLASS_COUNT), "unknown");
    ck_assert_str_eq(fab_step_class_text(FAB_STEP_GEMM), "matrix products");
    ck_assert_str_eq(fab_step_class_text(FAB_STEP_OPTIMIZER), "optimizer");
    ck_assert_str_eq(fab_step_class_text(FAB_STEP_CLASS_COUNT), "unknown");
}
END_TEST

/* a fabric that cannot be built or a package that is too small is not feasible, but is forecast */
START_TEST(what_cannot_be_built_is_told)
{
    fab_scenario s = good_scenario(STUDY_TEXT, "fabric: {base: study_copper_pod, tiers: [{rate: 20 "
                                               "Tbps}]}");
    fab_forecast f;
    ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_OK);
    ck_assert(!f.is_buildable && !f.is_feasible && f.memory.fits && f.step_s > 0.0);
    size_t failed = 0;
    for (size_t i = 0; i < f.check_count; i++) {
        failed += f.checks[i].is_known && !f.checks[i].is_met;
    }
    ck_assert_uint_eq(failed, 1);

    s = good_scenario(STUDY_TEXT, "gpu: {base: study_package, memory: 80 GB}");
    f = forecast_of(&s);
    ck_assert(f.is_buildable && !f.memory.fits && !f.is_feasible && f.step_s > 0.0);
}
END_TEST

/* numbers beyond double precision are a status, not an infinity */
START_TEST(numbers_out_of_range_are_refused)
{
    fab_scenario s = good_scenario(STUDY_TEXT, NULL);
    fab_forecast f;
    s.assumptions.gemm_efficiency_frac = 1e-320;
    ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_E_RANGE);
    s.assumptions.effects.pipeline_bubble = false;
    ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_E_RANGE);
    s = good_scenario(STUDY_TEXT, NULL);
    s.assumptions.inner_efficiency_frac = 1e-320;
    ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_E_RANGE);
    s = good_scenario(STUDY_TEXT, NULL);
    s.assumptions.memory_efficiency_frac = 1e-320;
    ck_assert_int_eq(fab_train_forecast(&s, arena, &f), FAB_E_RANGE);
    fab_arena *small = fab_arena_create(64);
    s = good_scenario(STUDY_TEXT, NULL);
    ck_assert_int_eq(fab_train_forecast(&s, small, &f), FAB_E_NOMEM);
    fab_arena_destroy(small);
}
END_TEST

/* the deepest pipeline that the tables allow takes no noticeable time */
START_TEST(a_deep_pipeline_is_forecast_at_once)
{
    const fab_scenario s = good_scenario(
        STUDY_TEXT, "model: {base: llama3-405b, layers: 100000, dense_layers: 100000}\n"
                    "job: {gpus: 100000, batch: 16}\n"
                    "mapping: {tp: 1, pp: 100000, ep: 1}\n"
                    "fabric: {base: study_copper_pod, tiers: [{used: 125}]}\n");
    const fab_forecast f = forecast_of(&s);
    ck_assert(isfinite(f.step_s) && f.step_s > 0.0);
}
END_TEST

/* an energy that is not published is missing from the sums, and the times do not notice */
START_TEST(energy_not_published)
{
    fab_scenario s = random_scenario(7, arena);
    ck_assert_int_eq(s.fabric.tier_count, 2);
    const fab_forecast known = forecast_of(&s);
    ck_assert(!known.lacks_link_energy);
    s.fabric.tiers[0].technology.energy_j_per_bit = (fab_value){.is_known = false, .value = 3e-12};
    const fab_forecast f = forecast_of(&s);
    ck_assert(f.lacks_link_energy && f.tiers[0].lacks_energy && !f.tiers[1].lacks_energy);
    ck_assert_double_eq(f.tiers[0].energy_j, 0.0);
    ck_assert_double_eq(f.tiers[0].full_rate_power_w, 0.0);
    ck_assert_double_eq(f.tiers[1].energy_j, known.tiers[1].energy_j);
    ck_assert_double_eq(f.step_s, known.step_s);
}
END_TEST

/* What holds for every scenario; each is tried on 500 random ones. */

static void assert_finite(const fab_forecast *f, int seed)
{
    const double numbers[] = {
        f->step_s,
        f->tokens_per_s,
        f->tokens_per_s_per_gpu,
        f->model_flop_per_token,
        f->mfu_frac,
        f->layer_token_s,
        f->link_energy_j_per_token,
        f->memory.total_byte,
        f->memory.capacity_byte,
        f->memory.activations_byte,
    };
    for (size_t i = 0; i < FAB_TABLE_SIZE(numbers); i++) {
        ck_assert_msg(isfinite(numbers[i]) && numbers[i] >= 0.0, "seed %d, number %zu", seed, i);
    }
    for (int64_t i = 0; i < f->tier_count; i++) {
        const fab_tier_forecast *t = &f->tiers[i];
        ck_assert(isfinite(t->sent_byte) && isfinite(t->energy_j) && isfinite(t->mean_power_w));
        ck_assert(t->busy_frac >= 0.0 && t->busy_frac <= 1.0);
        ck_assert_msg(t->mean_power_w <= t->full_rate_power_w * (1 + 1e-9),
                      "seed %d: a link carries more than it can", seed);
    }
}

static void parts_make_the_step(const fab_scenario *s, const fab_forecast *f, int seed)
{
    (void)s;
    double sum = 0.0;
    for (int part = 0; part < FAB_STEP_CLASS_COUNT; part++) {
        ck_assert_msg(f->part_s[part] >= 0.0, "seed %d, part %d", seed, part);
        sum += f->part_s[part];
    }
    ck_assert_msg(fabs(sum / f->step_s - 1.0) < 1e-12, "seed %d", seed);
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        const fab_message_forecast *m = &f->messages[class];
        ck_assert_msg(m->exposed_s >= 0.0 && m->exposed_s <= m->total_s * (1 + 1e-12),
                      "seed %d, class %d", seed, class);
    }
    assert_finite(f, seed);
}

/* the most that a package could do in the time is at least what the model needs */
static void no_faster_than_the_peak(const fab_scenario *s, const fab_forecast *f, int seed)
{
    const double peak =
        s->job.precision == FAB_PRECISION_FP8 ? s->gpu.fp8_flops.value : s->gpu.bf16_flops.value;
    const double tokens = (double)fab_scenario_tokens_per_step(s) / (double)s->job.gpus;
    const double bound_s = f->model_flop_per_token * tokens / peak;
    ck_assert_msg(f->step_s >= bound_s * (1 - 1e-12), "seed %d: %g s, bound %g s", seed, f->step_s,
                  bound_s);
    ck_assert_msg(f->mfu_frac <= 1.0, "seed %d", seed);
    ck_assert_msg(fabs(f->mfu_frac * f->step_s / bound_s - 1.0) < 1e-12, "seed %d", seed);
}

/* bits x links x energy of a link, by tier, as often as by class of message */
static void energy_is_of_bits(const fab_scenario *s, const fab_forecast *f, int seed)
{
    double by_tier = 0.0, by_class = 0.0, bytes = 0.0, class_bytes = 0.0;
    for (int64_t i = 0; i < f->tier_count; i++) {
        const fab_tier *tier = &s->fabric.tiers[i];
        const double link_j = 8.0 * f->tiers[i].sent_byte * tier->technology.energy_j_per_bit.value;
        by_tier += f->tiers[i].energy_j;
        bytes += f->tiers[i].sent_byte;
        ck_assert(fabs(f->tiers[i].energy_j - (double)tier->links_per_path * link_j) <=
                  1e-12 * f->tiers[i].energy_j);
        ck_assert(fabs(f->tiers[i].mean_power_w * f->step_s - link_j) <= 1e-12 * link_j);
    }
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        by_class += f->messages[class].link_energy_j;
        class_bytes += f->messages[class].sent_byte[0] + f->messages[class].sent_byte[1];
    }
    ck_assert_msg(fabs(by_tier - by_class) <= 1e-12 * by_tier, "seed %d: %g J, %g J", seed, by_tier,
                  by_class);
    ck_assert_msg(fabs(bytes - class_bytes) <= 1e-12 * bytes, "seed %d", seed);
    const double tokens = (double)fab_scenario_tokens_per_step(s);
    ck_assert(fabs(f->link_energy_j_per_token * tokens / (double)s->job.gpus - by_tier) <=
              1e-12 * by_tier);
}

typedef void property(const fab_scenario *s, const fab_forecast *f, int seed);

static property *const PROPERTY[] = {parts_make_the_step, no_faster_than_the_peak,
                                     energy_is_of_bits};

START_TEST(properties_hold)
{
    for (int seed = 0; seed < 500; seed++) {
        const fab_scenario s = random_scenario(seed, arena);
        const fab_forecast f = forecast_of(&s);
        PROPERTY[_i](&s, &f, seed);
    }
}
END_TEST

/* Changes that never make a step longer. */

static void faster_inner(fab_scenario *s)
{
    s->fabric.tiers[0].rate_bps.value *= 1.7;
}
static void faster_outer(fab_scenario *s)
{
    s->fabric.tiers[1].rate_bps.value *= 1.7;
}
static void shorter_inner(fab_scenario *s)
{
    s->fabric.tiers[0].latency_s.value *= 0.6;
}
static void shorter_outer(fab_scenario *s)
{
    s->fabric.tiers[1].latency_s.value *= 0.6;
}

static double towards_one(double share)
{
    return share + 0.4 * (1.0 - share);
}

static void more_overlap(double *share)
{
    *share = towards_one(*share);
}
static void hide_tensor(fab_scenario *s)
{
    more_overlap(&s->assumptions.overlap.tensor_frac);
}
static void hide_context(fab_scenario *s)
{
    double *share = &s->assumptions.overlap.context_frac;
    *share = *share < 0.0 ? 0.0 : *share;
    more_overlap(share);
}
static void hide_expert(fab_scenario *s)
{
    more_overlap(&s->assumptions.overlap.expert_frac);
}
static void hide_pipeline(fab_scenario *s)
{
    more_overlap(&s->assumptions.overlap.pipeline_frac);
}
static void hide_data(fab_scenario *s)
{
    more_overlap(&s->assumptions.overlap.data_frac);
}
static void better_gemm(fab_scenario *s)
{
    more_overlap(&s->assumptions.gemm_efficiency_frac);
}
static void better_core(fab_scenario *s)
{
    more_overlap(&s->assumptions.attention_efficiency_frac);
}
static void better_memory(fab_scenario *s)
{
    more_overlap(&s->assumptions.memory_efficiency_frac);
}
static void better_inner(fab_scenario *s)
{
    more_overlap(&s->assumptions.inner_efficiency_frac);
}
static void better_outer(fab_scenario *s)
{
    more_overlap(&s->assumptions.outer_efficiency_frac);
}
static void tiers_at_once(fab_scenario *s)
{
    s->assumptions.tier_mode = FAB_TIERS_CONCURRENT;
}
static void best_algorithm(fab_scenario *s)
{
    s->assumptions.collective_algorithm = FAB_ALGORITHM_AUTO;
}
static void even_load(fab_scenario *s)
{
    s->assumptions.expert_load_ratio = 1.0;
}
static void no_bubble(fab_scenario *s)
{
    s->assumptions.effects.pipeline_bubble = false;
}
static void no_recompute(fab_scenario *s)
{
    s->mapping.recompute = FAB_RECOMPUTE_NONE;
}

static const struct {
    const char *what;
    void (*change)(fab_scenario *s);
} FASTER[] = {
    {"more bandwidth inside", faster_inner},
    {"more bandwidth beyond", faster_outer},
    {"less latency inside", shorter_inner},
    {"less latency beyond", shorter_outer},
    {"more tensor overlap", hide_tensor},
    {"more context overlap", hide_context},
    {"more expert overlap", hide_expert},
    {"more pipeline overlap", hide_pipeline},
    {"more data overlap", hide_data},
    {"faster products", better_gemm},
    {"faster attention", better_core},
    {"faster memory", better_memory},
    {"messages nearer the inner rate", better_inner},
    {"messages nearer the outer rate", better_outer},
    {"tiers at once", tiers_at_once},
    {"the faster algorithm", best_algorithm},
    {"balanced experts", even_load},
    {"no bubble", no_bubble},
    {"no recomputation", no_recompute},
};

/* With fewer micro-batches than stages the estimate of the slack behind which the last stages hide
 * their gradients can shrink by more than the pipeline gains; such scenarios are left out. So are
 * copies to the host, behind which one stage can pace the others. */
START_TEST(improvements_are_never_slower)
{
    int shorter = 0;
    for (int seed = 0; seed < 500; seed++) {
        fab_scenario s = random_scenario(seed, arena);
        if (fab_scenario_microbatches(&s) < s.mapping.pp) {
            continue;
        }
        s.mapping.offload_layers = 0;
        const double before_s = forecast_of(&s).step_s;
        FASTER[_i].change(&s);
        const double after_s = forecast_of(&s).step_s;
        ck_assert_msg(after_s <= before_s * (1 + 1e-12), "%s, seed %d: %.17g s, then %.17g s",
                      FASTER[_i].what, seed, before_s, after_s);
        shorter += after_s < before_s * (1 - 1e-9);
    }
    /* and it is not because nothing changes */
    ck_assert_msg(shorter >= 20, "%s: only %d steps became shorter", FASTER[_i].what, shorter);
}
END_TEST

/* copies to the host: more or slower ones never shorten a step, hidden ones never lengthen it */
START_TEST(copies_cost_what_shows)
{
    int longer = 0;
    for (int seed = 0; seed < 300; seed++) {
        fab_scenario s = random_scenario(seed, arena);
        if (s.mapping.offload_layers == 0 || fab_scenario_microbatches(&s) < s.mapping.pp) {
            continue;
        }
        const fab_forecast slow = forecast_of(&s);
        ck_assert_double_ge(slow.offload.exposed_s, 0.0);
        ck_assert_double_le(slow.offload.exposed_s, slow.offload.total_s * (1 + 1e-12));
        ck_assert_double_gt(slow.memory.host_byte, 0.0);
        s.gpu.host_rate_bps.value *= 1e6;
        const fab_forecast fast = forecast_of(&s);
        ck_assert_double_le(fast.offload.exposed_s, slow.offload.exposed_s * (1 + 1e-12));
        s.mapping.offload_layers = 0;
        const fab_forecast none = forecast_of(&s);
        ck_assert_double_eq(none.offload.total_s, 0.0);
        ck_assert_double_eq_tol(none.step_s, fast.step_s, 1e-3 * none.step_s);
        longer += slow.step_s > none.step_s * (1 + 1e-6);
    }
    ck_assert_int_ge(longer, 10);
}
END_TEST

/* all compute as long as the slowest of n: one package alone as it is */
START_TEST(packages_wait_for_the_slowest)
{
    fab_scenario s = good_scenario(STUDY_TEXT, NULL);
    const fab_forecast alike = forecast_of(&s);
    s.assumptions.speed_spread_frac = 0.03;
    s.assumptions.step_jitter_frac = 0.04;
    const fab_forecast differ = forecast_of(&s);
    const double longer = 1.0 + 0.05 * fab_largest_of_normals(32768.0);
    for (int part = FAB_STEP_GEMM; part <= FAB_STEP_MEMORY; part++) {
        assert_within(differ.part_s[part], longer * alike.part_s[part], 1e-12);
    }
    assert_within(differ.part_s[FAB_STEP_EXPERT], alike.part_s[FAB_STEP_EXPERT], 1e-12);
    assert_within(differ.part_s[FAB_STEP_OPTIMIZER], alike.part_s[FAB_STEP_OPTIMIZER], 1e-12);
    ck_assert_double_eq(fab_largest_of_normals(1.0), 0.0);
}
END_TEST

/* rate of the attention core over that of the package's own kernels */
static const struct {
    const char *gpu, *attention;
    double rate_ratio;
} ATTENTION[] = {
    {"h100_sxm", "fused", 1.0},      {"h100_sxm", "fused_v2", 0.59},
    {"h100_sxm", "fused_v1", 0.295}, {"a100_sxm", "fused_v2", 1.0},
    {"a100_sxm", "fused_v1", 0.5},   {"study_package", "fused_v1", 0.5},
};

START_TEST(attention_by_version)
{
    char over[200];
    snprintf(over, sizeof over, "gpu: %s\nassumptions: {attention: %s}\n", ATTENTION[_i].gpu,
             ATTENTION[_i].attention);
    fab_scenario s = good_scenario(STUDY_TEXT, over);
    const double old_s = forecast_of(&s).part_s[FAB_STEP_ATTENTION];
    s.assumptions.attention = FAB_ATTENTION_FUSED;
    const double own_s = forecast_of(&s).part_s[FAB_STEP_ATTENTION];
    /* launches apart, which no version shortens */
    assert_within(own_s / old_s, ATTENTION[_i].rate_ratio, 0.002);
}
END_TEST

/* with one tier, what leaves the occupied packages of a domain is on that tier too */
START_TEST(one_tier_carries_all)
{
    fab_scenario s = good_scenario(STUDY_TEXT, NULL);
    s.fabric.tier_count = 1;
    s.fabric.tiers[0].domain = s.job.gpus;
    const fab_forecast f = forecast_of(&s);
    energy_is_of_bits(&s, &f, -1);
    double sent_byte = 0.0;
    for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
        sent_byte += f.messages[class].sent_byte[0];
        ck_assert_double_eq(f.messages[class].sent_byte[1], 0.0);
    }
    s.fabric.tier_count = 2;
    const fab_forecast two = forecast_of(&s);
    ck_assert_double_gt(two.tiers[1].sent_byte, 0.0);
    ck_assert_double_eq_tol(sent_byte, two.tiers[0].sent_byte + two.tiers[1].sent_byte,
                            1e-12 * sent_byte);
}
END_TEST

START_TEST(one_package_sends_nothing)
{
    for (int seed = 0; seed < 500; seed++) {
        fab_scenario s = random_scenario(seed, arena);
        s.job.gpus = 1;
        s.job.batch = 4 * s.mapping.microbatch;
        s.mapping.tp = s.mapping.cp = s.mapping.pp = s.mapping.dp = s.mapping.ep = s.mapping.etp =
            1;
        s.mapping.interleave = 1;
        s.mapping.shard_group = 0;
        s.mapping.cp_inner = 1;
        s.mapping.schedule = FAB_SCHEDULE_AUTO;
        const fab_forecast f = forecast_of(&s);
        for (int class = 0; class < FAB_MESSAGE_CLASS_COUNT; class ++) {
            ck_assert_double_eq(f.messages[class].total_s, 0.0);
            ck_assert_double_eq(f.messages[class].link_energy_j, 0.0);
        }
        ck_assert_double_eq(f.link_energy_j_per_token, 0.0);
        ck_assert_msg(f.part_s[FAB_STEP_BUBBLE] <= 1e-12 * f.step_s, "seed %d", seed);
    }
}
END_TEST

/* the same scenario gives the same bits */
START_TEST(forecasts_repeat)
{
    for (int seed = 0; seed < 100; seed++) {
        const fab_scenario s = random_scenario(seed, arena);
        const fab_forecast first = forecast_of(&s), second = forecast_of(&s);
        ck_assert_mem_eq(first.part_s, second.part_s, sizeof first.part_s);
        ck_assert_mem_eq(&first.memory.total_byte, &second.memory.total_byte, sizeof(double));
    }
}
END_TEST

/* what a memo keeps changes no bit of what comes after */
START_TEST(memos_change_nothing)
{
    int pairs = 0;
    for (int seed = 0; seed < 400; seed++) {
        const fab_arena_mark mark = fab_arena_save(arena);
        fab_scenario s = random_scenario(seed, arena);
        const fab_pipeline pipeline = fab_scenario_pipeline(&s);
        const bool cuts_finer = s.mapping.pp > 1 && s.chunk_layers == NULL &&
                                pipeline.schedule == FAB_SCHEDULE_AUTO &&
                                pipeline.microbatches % s.mapping.pp == 0;
        fab_train_memo *memo = FAB_TAKE(arena, fab_train_memo, 1);
        memo->is_filled = false;
        const int64_t finest = cuts_finer ? s.model.layers / s.mapping.pp : 0;
        for (s.mapping.interleave = 1; s.mapping.interleave <= finest; s.mapping.interleave++) {
            const fab_train_checks checks = {.count = 0};
            const fab_forecast alone = forecast_of(&s);
            fab_forecast with;
            ck_assert_int_eq(fab_train_forecast_checked(&s, &checks, memo, arena, &with), FAB_OK);
            ck_assert_mem_eq(alone.part_s, with.part_s, sizeof alone.part_s);
            ck_assert_mem_eq(alone.messages, with.messages, sizeof alone.messages);
            ck_assert_mem_eq(&alone.energy.total_j, &with.energy.total_j, sizeof(double));
            ck_assert_mem_eq(&alone.memory.total_byte, &with.memory.total_byte, sizeof(double));
            pairs += s.mapping.interleave > 1;
        }
        fab_arena_reset(arena, mark);
    }
    ck_assert_int_gt(pairs, 100);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("forecast");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, the_toy_by_hand, 0, (int)FAB_TABLE_SIZE(TOY));
    tcase_add_test(tests, the_toys_ratios);
    tcase_add_test(tests, examples_are_plausible);
    tcase_add_test(tests, a_layer_of_deepseek_v3_as_profiled);
    tcase_add_test(tests, layers_in_bf16_lead_to_bf16);
    tcase_add_test(tests, classes_have_names);
    tcase_add_test(tests, what_cannot_be_built_is_told);
    tcase_add_test(tests, numbers_out_of_range_are_refused);
    tcase_add_test(tests, a_deep_pipeline_is_forecast_at_once);
    tcase_add_test(tests, energy_not_published);
    tcase_add_loop_test(tests, properties_hold, 0, (int)FAB_TABLE_SIZE(PROPERTY));
    tcase_add_loop_test(tests, improvements_are_never_slower, 0, (int)FAB_TABLE_SIZE(FASTER));
    tcase_add_test(tests, copies_cost_what_shows);
    tcase_add_test(tests, packages_wait_for_the_slowest);
    tcase_add_loop_test(tests, attention_by_version, 0, (int)FAB_TABLE_SIZE(ATTENTION));
    tcase_add_test(tests, one_tier_carries_all);
    tcase_add_test(tests, one_package_sends_nothing);
    tcase_add_test(tests, forecasts_repeat);
    tcase_add_test(tests, memos_change_nothing);
    return run_suite("forecast", tests);
}
